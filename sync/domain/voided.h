/* voided.h - what a revocation voided of an order, as far as this device holds it: for people who
 * decide whether it is adopted or dropped.
 *
 * Layer: sync/domain (pure). What is voided is not replicated, so this is a look at the local
 * store, never part of a fold. Left out is what would not count either if the log had not been
 * revoked: what its rights never allowed, what makes no sense or this software does not know.
 */
#ifndef TRESTLE_SYNC_DOMAIN_VOIDED_H
#define TRESTLE_SYNC_DOMAIN_VOIDED_H

#include "sync/domain/history.h"

enum {
    VOIDED_EVENTS_MAX = 256,                       /* of one order; the others are not looked at */
    VOIDED_BODY_BYTES_MAX = EVENT_BYTES_MAX - 512, /* re-emitted, it must fit an event too */
};

struct voided_event {
    struct operation place;  /* where it is in the store */
    struct operation id;     /* its identity; the same unless it re-emits another */
    struct operation before; /* the voided causal event before it in its log; log 0 = none */
    uint32_t type;
    bool is_adopted; /* its identity counts: somebody adopted it or carries it on */
    bool is_dropped; /* somebody said that it stays void */
};

struct voided {
    uint32_t count;
    struct voided_event events[VOIDED_EVENTS_MAX]; /* by place */
};

/* Whether the store holds any voided event of @entity, decided or not. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int voided_any(struct store_txn *txn, const struct roster *roster,
                          const struct entity_id *entity, bool *ret_any);

/* The voided events of the order whose @history (what counts) was loaded. ERR_IO, ERR_MALFORMED
 * (damaged store). */
MUST_CHECK int voided_load(struct store_txn *txn, const struct roster *roster,
                           const struct history *history, struct voided *ret_voided);

/* Whether @event awaits a decision. */
static inline bool voided_is_open(const struct voided_event *event)
{
    return !event->is_adopted && !event->is_dropped;
}

#endif
