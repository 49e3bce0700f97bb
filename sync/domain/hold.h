/* hold.h - units that customers are about to buy: not sold, and not offered to others meanwhile.
 *
 * Layer: sync/domain (pure). Local to one device and never logged: a hold ends with its time, by
 * the monotonic clock, and nothing of it outlives the device. What may be sold is rights - holds.
 * One table for all items; a session is a cart or an unpaid payment. Limits keep a thousand joke
 * carts from emptying the shelf.
 */
#ifndef TRESTLE_SYNC_DOMAIN_HOLD_H
#define TRESTLE_SYNC_DOMAIN_HOLD_H

#include <stdint.h>

#include "sync/base/err.h"

enum {
    HOLDS_MAX = 1024,
    HOLD_SESSION_UNITS_MAX = 50, /* of one session, over all items */
    HOLD_MS_MAX = 5 * 60 * 1000, /* longer holds end then */
};

struct hold {
    uint64_t session, item, units;
    uint64_t until_mono_ms;
};

/* Zeroed = empty. */
struct holds {
    uint32_t count;
    struct hold holds[HOLDS_MAX];
};

/* From now on @session holds @units of @item, whatever it held of it before, for @ms; 0 units =
 * none any more. ERR_LIMIT: more than one session may; ERR_TOO_MANY: the table is full. Nothing
 * changed then. Whether there are so many is the caller's question. */
MUST_CHECK int hold_set(struct holds *holds, uint64_t session, uint64_t item, uint64_t units,
                        uint64_t now_mono_ms, uint64_t ms);

/* All that @session holds. */
void hold_release(struct holds *holds, uint64_t session);

/* Units of @item that sessions other than @session hold. */
uint64_t hold_units(const struct holds *holds, uint64_t item, uint64_t session,
                    uint64_t now_mono_ms);

#endif
