/* hold.h - units that customers are about to buy: not sold, and not offered to others meanwhile.
 *
 * Layer: sync/domain (pure). Local to one device and never logged: a hold ends with its time, by
 * the monotonic clock, and nothing of it outlives the device. What may be sold is rights - holds.
 * One table for all items; a session is a customer's.
 *
 * Strangers must not empty the shelf without paying. So a session holds a limited number of units,
 * those who come from one place have a quarter of the table, as whoever has one has many sessions,
 * and all strangers together at most a share of an item: of what this device may sell and what they
 * ordered and did not pay for. That is why units stay in the table when they were ordered: sold,
 * so no hold against others any more, and counted until somebody answers for the order (guest.h).
 */
#ifndef TRESTLE_SYNC_DOMAIN_HOLD_H
#define TRESTLE_SYNC_DOMAIN_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/base/err.h"
#include "sync/base/id.h"

enum {
    HOLDS_MAX = 1024,
    HOLDS_ORIGIN_MAX = HOLDS_MAX / 4,
    HOLD_SESSION_UNITS_MAX = 50, /* of one session, over all items, with what it ordered unpaid */
    HOLD_MS_MAX = 5 * 60 * 1000, /* longer holds end then */
};

struct hold {
    uint64_t session, origin, item, units; /* origin: principal.origin; 0 = not known */
    uint64_t until_mono_ms;
    bool is_sold; /* with @order, which nobody has paid for yet: no time ends that */
    struct entity_id order;
};

/* Zeroed = empty. */
struct holds {
    uint32_t count;
    struct hold holds[HOLDS_MAX];
};

/* Units of one item that are wanted together with others. */
struct hold_want {
    uint64_t item, units;
};

/* From now on @session holds @units of @item, whatever it held of it before, for @ms; 0 units =
 * none any more. ERR_LIMIT: more than one session may; ERR_TOO_MANY: the table is full. Nothing
 * changed then. Whether there are so many is the caller's question. */
MUST_CHECK int hold_set(struct holds *holds, uint64_t session, uint64_t origin, uint64_t item,
                        uint64_t units, uint64_t now_mono_ms, uint64_t ms);

/* The same of @count items at once, each named once, instead of all that it held. ERR_LIMIT also:
 * more than those from @origin may. */
MUST_CHECK int hold_replace(struct holds *holds, uint64_t session, uint64_t origin,
                            const struct hold_want *wants, uint32_t count, uint64_t now_mono_ms,
                            uint64_t ms);

/* @session ordered @wants with @order: it holds nothing any more, and they count as sold. As many
 * of them as the table has room for. */
void hold_sell(struct holds *holds, uint64_t session, uint64_t origin,
               const struct entity_id *order, const struct hold_want *wants, uint32_t count);

/* Somebody answers for @order: its units are like any that were sold. */
void hold_settle(struct holds *holds, const struct entity_id *order);

/* All that @session holds; not what it ordered. */
void hold_release(struct holds *holds, uint64_t session);

/* Forget what ended. */
void hold_drop_ended(struct holds *holds, uint64_t now_mono_ms);

/* Units of @item that sessions other than @session hold. */
uint64_t hold_units(const struct holds *holds, uint64_t item, uint64_t session,
                    uint64_t now_mono_ms);

/* Units of @item that @session holds. */
uint64_t hold_units_of(const struct holds *holds, uint64_t item, uint64_t session,
                       uint64_t now_mono_ms);

/* Units of @item that strangers ordered and nobody has paid for. */
uint64_t hold_units_sold(const struct holds *holds, uint64_t item);

/* Units of all items that @session ordered so. */
uint64_t hold_session_sold(const struct holds *holds, uint64_t session);

/* Of @units, what strangers may have together: three of four, and the last one too. */
static inline int64_t hold_share(int64_t units)
{
    return units - units / 4;
}

/* The fewest units of which they may have @share; at least 1. */
static inline int64_t hold_share_of(int64_t share)
{
    return share + (share - 1) / 3;
}

#endif
