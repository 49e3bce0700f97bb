/* forked_order.h - an order of which a part was written on branches of forked logs that others
 * carry: three devices, their logs up to FORK_SEQ in one store, each branch in a store of its own.
 *
 * There is one such scene at a time.
 */
#ifndef TRESTLE_TESTS_LIB_FORKED_ORDER_H
#define TRESTLE_TESTS_LIB_FORKED_ORDER_H

#include "sync/domain/history.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"

enum { FORKED_OWNER, FORKED_COUNTER, FORKED_KITCHEN, FORKED_DEVICES };
enum { FORKED_BRANCHES = 4, FORK_SEQ = 3 };

struct forked_branch {
    struct journal_device device;
    struct store_memory *store;
    struct store_txn *txn;
};

/* A log of the counter or the kitchen: log.open, an event on the order, and from FORK_SEQ on
 * branches. */
struct forked_order {
    struct journal journal;
    struct journal_device devices[FORKED_DEVICES];
    struct store_memory *store;
    struct store_txn *txn;
    uint32_t branches_count;
    struct forked_branch branches[FORKED_BRANCHES];
    struct run run;
    struct roster roster;
    struct history *history;
    uint64_t order;    /* that the logs' own second events are about */
    enum role counter; /* what the counter is */
    uint8_t body[EVENT_BYTES_MAX];
};
extern struct forked_order forked;

/* The order that the tests look at is number 1. */
struct entity_id forked_entity(uint64_t number);

/* On the order itself, without parents. */
struct event forked_event(uint32_t type);

/* Two branches of the counter's log: 0 is told by the test; 1 has one event, so that the fork can
 * be proven. The logs' second events are about order 1, or about @order. */
void forked_begin_here(void);
void forked_begin_elsewhere(uint64_t order);
/* The same about @order, where the counter is a gateway. */
void forked_begin_at_gateway(uint64_t order);
void forked_end(void);

/* A branch of @of's log, which has the events up to the fork: its number. */
uint32_t forked_branch(uint32_t of);
struct operation forked_write(uint32_t branch, const struct event *event);
struct operation forked_plain(uint32_t branch, uint32_t type);

/* On @device's own log, which all have. */
struct operation forked_say(uint32_t device, const struct event *event);

/* Events @first to @last of @branch, into forked.run. */
void forked_read(uint32_t branch, uint64_t first, uint64_t last);

/* The owner carries all of @branch from the fork on; the place of the carrier. */
struct operation forked_carry(uint32_t branch);

/* The owner proves that @one and @other are branches of one log. */
void forked_state(uint32_t one, uint32_t other);

/* The order by what the store has now: forked.history, also returned. */
const struct history *forked_fold(void);

/* The fork is stated, branch 0 carried, all folded. */
void forked_carry_first(void);

bool forked_has(const struct operation *id);
bool forked_saw(const struct operation *late, const struct operation *early);

#endif
