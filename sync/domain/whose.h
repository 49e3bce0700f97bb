/* whose.h - whose order it is, a customer's or the stall's: what a gateway wrote counts on the
 * former alone.
 *
 * Layer: sync/domain (pure). A customer's order is one that was opened with an owner and by nobody
 * without. Were it the opening that stands which decides, a thief could write one with an owner on
 * an order of the counter's, from a log that comes before the counter's.
 *
 * That is a function of the openings that their writers had a right to, so it is the same in
 * whatever order things arrive; an opening that comes late makes what was here before it count, or
 * void.
 */
#ifndef TRESTLE_SYNC_DOMAIN_WHOSE_H
#define TRESTLE_SYNC_DOMAIN_WHOSE_H

#include "sync/domain/history.h"
#include "sync/log/gateway.h"

/* The higher wins. */
enum whose {
    WHOSE_NOBODYS, /* it was not opened yet */
    WHOSE_CUSTOMERS,
    WHOSE_STALLS,
};

/* What an order.open with this body makes of an order; nobody's when it is void. */
enum whose whose_opening(struct bytes body);

/* Whose the order is, by what counts of it. */
enum whose whose_order(const struct history *history);

/* How far an event of @type on an entity of @kind reaches that was written at (log, seq): a
 * gateway's as gateway_reach() says, any other anything. O(log n). */
enum gateway_reach whose_reach(const struct roster *roster, uint64_t log, uint64_t seq,
                               uint32_t type, enum kind kind);

/* What becomes of an event on the fast path. */
enum history_way {
    WAY_APPEND, /* history_append() it */
    WAY_SKIP,   /* it does not count, and makes nothing else count */
    WAY_LOAD,   /* the history has to be loaded */
};

/* As what counts on the entity of @history is, which holds what counts of it in the store. */
enum history_way history_way(const struct history *history, const struct roster *roster,
                             const struct operation *id, const struct event *event);

#endif
