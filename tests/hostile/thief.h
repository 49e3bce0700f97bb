/* thief.h - somebody who took a device of the pop-up and writes software of his own for it: its
 * keys are good, what it says is not.
 *
 * The device's folder is only read. What it forges continues its journal in memory, so that it can
 * do so again. A mistake of the test ends the program (check()).
 */
#ifndef TRESTLE_TESTS_HOSTILE_THIEF_H
#define TRESTLE_TESTS_HOSTILE_THIEF_H

#include "node/config/identity.h"
#include "sync/log/run.h"
#include "sync/mesh/message.h"
#include "sync/roster/roster.h"
#include "tests/lib/store_memory.h"

enum { THIEF_ORDERS_MAX = 8 };

struct thief {
    struct identity identity;
    struct secret_key log_secret;
    struct log_head head; /* of the device's own journal, with what was forged */
    struct roster roster;
    uint32_t orders_count; /* some that the device knows */
    struct entity_id orders[THIEF_ORDERS_MAX];
    const char *endpoint; /* of the victim: "tcp://127.0.0.1:7450" */
    uint64_t victim;
    struct public_key victim_key;
    void *context, *dealer, *monitor;
    uint8_t boot[BOOT_ID_BYTES];
    struct store_memory *store; /* what was forged */
    struct store_txn *txn;
    struct message heard; /* borrows from @frame */
    size_t heard_size;
    uint8_t frame[2 * MESSAGE_BYTES_MAX];
    uint32_t claims_count;
    struct head_claim claims[LOGS_MAX]; /* what the victim said that it has, when dialled */
};

/* @peer: "device@endpoint". One thief at a time; it is large: static. */
void thief_open(struct thief *thief, const char *state, char *peer);
void thief_close(struct thief *thief);

/* Go by keys that nobody knows. */
void thief_forget_keys(struct thief *thief);

/* A connection; whether the victim let it in. */
bool thief_connect(struct thief *thief);
/* A connection, HELLOs both ways. */
void thief_dial(struct thief *thief);

/* Send, waiting for room; false when the connection is gone. */
bool thief_say(struct thief *thief, struct bytes frame);
/* Pass over what comes until a message of @kind, which is then in heard; false when the victim said
 * BYE (then in heard) or hung up. */
bool thief_hear(struct thief *thief, enum message_kind kind);
/* Take what has come so far. */
void thief_drain(struct thief *thief);
/* Whether the victim still answers on this link: it is asked for the first events of its log. */
bool thief_is_linked(struct thief *thief);

/* What the victim holds of @log. */
uint64_t thief_claim(const struct thief *thief, uint64_t log);

/* Append to the device's journal, signed. */
void thief_forge(struct thief *thief, uint32_t type, const struct entity_id *entity,
                 struct bytes body);
/* Send what the victim lacks of the journal; false when the connection is gone. */
bool thief_push(struct thief *thief);

#endif
