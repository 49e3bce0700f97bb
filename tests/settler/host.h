/* host.h - the node that a settler works beside: one real replica over a store in memory, and the
 * door to it (node/api/gate.h). It takes commands when the scene says so.
 */
#ifndef TRESTLE_TESTS_SETTLER_HOST_H
#define TRESTLE_TESTS_SETTLER_HOST_H

#include "node/api/gate.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"

/* Wall time 0 of the virtual world, and the pop-up's epoch. */
#define HOST_EPOCH_MS INT64_C(1700000000000)

struct host {
    struct store_memory *store;
    struct store_memory *shelf; /* as it is when the stall has opened and nobody has ordered */
    struct store_memory *blank; /* ... and when nobody has set it up */
    bool is_blank;              /* host_reset() goes back to that */
    struct replica *replica;
    struct replica_config config;
    struct journal journal;
    struct journal_device own;
    struct effects *effects;
    struct gate gate;
    struct gate_live live; /* what the gate answers */
    uint64_t now_ms;       /* the caller's */
    uint64_t keys;         /* of commands so far */
    bool is_stalled;       /* takes no commands */
    int refusal;           /* the answer to the next ... */
    uint32_t refusals;     /* ... so many commands, which are not executed */
    uint32_t read_fault;   /* the so-manieth reading from now on says ERR_BUSY; 0 = none */
    uint64_t reads;
};

/* A stall that is open, with two dishes: 3.50 and 4.00 EUR. */
void host_init(struct host *host);
void host_free(struct host *host);
/* Nobody has ordered. No transaction is open. */
void host_reset(struct host *host);

/* Take the commands that wait; whether there were any. */
bool host_turn(struct host *host);
/* A person's command, at once. Its error. */
int host_do(struct host *host, const struct command *command, struct answer *ret_answer);

/* A manager's command on an order, with a key of its own, which lives until the next. */
struct command host_command(struct host *host, enum command_kind kind,
                            const struct entity_id *order);

/* A row that no replica wrote. */
void host_put(struct host *host, enum store_table table, struct bytes key, struct bytes value);

/* The order as it is now, into @history and @ret_order. */
void host_look(struct host *host, const struct entity_id *id, struct history *history,
               struct order *ret_order);

#endif
