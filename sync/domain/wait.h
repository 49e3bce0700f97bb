/* wait.h - how long a customer waits for an order, as a range, from what the kitchen did lately.
 *
 * Layer: sync/domain (pure). The model: a wait is a part that every order has and a part for each
 * order that was ahead of it,
 *
 *   wait = base + step x ahead
 *
 * with base and step by least squares over the orders that became ready last, and step never
 * negative. What the model missed of these orders is what it will miss of the next: the range
 * leaves out the tenth that waited least beside it and the tenth that waited longest, and adds a
 * tenth of the wait on both sides, as the next hour is not the last. Nothing else
 * goes in: no dishes, no stations, no hour of the day. With fewer than WAIT_ORDERS_MIN orders it
 * says nothing.
 *
 * Times are by the clocks of the devices that wrote them, so this is for people to read and decides
 * nothing.
 */
#ifndef TRESTLE_SYNC_DOMAIN_WAIT_H
#define TRESTLE_SYNC_DOMAIN_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/base/err.h"

enum { WAIT_ORDERS_MAX = 48, WAIT_ORDERS_MIN = 8 };

/* An order that became ready. */
struct wait_order {
    uint64_t opened_t, ready_t; /* ms; in this order */
    uint32_t ahead;             /* orders before it that were not ready when it was opened */
};

struct wait_model {
    int64_t base_ms, step_ms;
    int64_t low_ms, high_ms; /* what to add to either for the range */
};

/* Count what was ahead of each of @orders, which stand in the order of opening, and are all that
 * were opened since the first. */
void wait_count_ahead(struct wait_order *orders, uint32_t count);

/* ERR_STATE: too few of them. At most WAIT_ORDERS_MAX. */
MUST_CHECK int wait_fit(const struct wait_order *orders, uint32_t count,
                        struct wait_model *ret_model);

/* From its opening on, with @ahead orders before it. 0 <= @ret_low_ms <= @ret_high_ms. */
void wait_range(const struct wait_model *model, uint32_t ahead, uint64_t *ret_low_ms,
                uint64_t *ret_high_ms);

#endif
