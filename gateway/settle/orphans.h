/* orphans.h - since when payments are known whose order is not here, and which orders they name.
 *
 * Layer: gateway (pure). A gateway that was restored from a backup, or that was cut off, sees
 * holds of orders that others have. So time counts from when this gateway first saw that nobody
 * claims a payment, by a clock that only grows, and begins anew whenever a device is missing that
 * may have the order. In memory alone: after a restart it begins anew, too.
 */
#ifndef TRESTLE_GATEWAY_SETTLE_ORPHANS_H
#define TRESTLE_GATEWAY_SETTLE_ORPHANS_H

#include "gateway/settle/notes.h"

enum {
    ORPHAN_MARKS = 1 << 16,
    ORPHANS_MAX = 256,                   /* that are timed at once; further ones come later */
    ORPHAN_OPEN_MS = 15 * 60 * 1000,     /* nobody paid it yet */
    ORPHAN_HELD_MS = 6 * 60 * 60 * 1000, /* somebody did, and perhaps waits for his food */
};

struct orphan_wait {
    uint64_t intent; /* BLAKE2b-64 of its id */
    uint64_t since_ms;
    bool is_here; /* in this walk */
};

struct orphans {
    uint32_t count;
    struct orphan_wait waits[ORPHANS_MAX];
};

/* Some device is missing. */
void orphans_forget(struct orphans *orphans);

/* A walk through all orphans that are open. */
void orphans_walk_begin(struct orphans *orphans);
/* ms until @orphan may be cancelled, 0 = now; UINT64_MAX: too many are timed. */
uint64_t orphans_wait(struct orphans *orphans, const struct orphan *orphan, uint64_t now_ms);
/* The time of @orphan, which was in this walk, begins anew. */
void orphans_again(struct orphans *orphans, const struct orphan *orphan, uint64_t now_ms);
/* Those that were not in it are over. */
void orphans_walk_end(struct orphans *orphans);

/* --- which orders are named --- */

/* As a set that is never short of one, and now and then has one too many. Zeroed: empty. */
struct orphan_orders {
    uint64_t marks[ORPHAN_MARKS / 64];
};

void orphan_orders_clear(struct orphan_orders *orders);
void orphan_orders_add(struct orphan_orders *orders, const struct entity_id *order);
bool orphan_orders_may_have(const struct orphan_orders *orders, const struct entity_id *order);

#endif
