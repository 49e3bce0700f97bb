/* wait.h - how long a customer waits for an order, as a range, from what the kitchen did lately.
 *
 * Layer: sync/domain (pure). The model: who comes now waits as those did who had about as many
 * orders ahead of them. Of the orders that became ready last the WAIT_NEAR are taken whose number
 * ahead was nearest, the newer ones first among equals, and each wait is stretched to the number
 * asked for,
 *
 *   wait x (ahead + 1) / (ahead then + 1)
 *
 * The range leaves out the tenth of these that waited least and the tenth that waited longest, and
 * adds a twelfth of its middle on both sides, as the next hour is not the last. A range that is
 * wider than half its middle is of no use, and is not told; nor is one from fewer than
 * WAIT_ORDERS_MIN orders. Nothing else goes in: no dishes, no stations, no hour of the day. How
 * often it is right, and where it is not: tests/unit/test_wait.c.
 *
 * Times are by the clocks of the devices that wrote them, so this is for people to read and decides
 * nothing.
 */
#ifndef TRESTLE_SYNC_DOMAIN_WAIT_H
#define TRESTLE_SYNC_DOMAIN_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/base/err.h"

enum { WAIT_ORDERS_MAX = 48, WAIT_ORDERS_MIN = 8, WAIT_NEAR = 20 };

/* An order that became ready. */
struct wait_order {
    uint64_t opened_t, ready_t; /* ms; in this order */
    uint32_t ahead;             /* orders before it that were not ready when it was opened */
};

struct wait_model {
    uint32_t count;
    struct wait_past {
        uint32_t ahead;
        int64_t wait_ms;
    } past[WAIT_ORDERS_MAX]; /* in the order of opening */
};

/* Count what was ahead of each of @orders, which stand in the order of opening, and are all that
 * were opened since the first. */
void wait_count_ahead(struct wait_order *orders, uint32_t count);

/* @orders stand in the order of opening; at most WAIT_ORDERS_MAX. ERR_STATE: too few of them. */
MUST_CHECK int wait_fit(const struct wait_order *orders, uint32_t count,
                        struct wait_model *ret_model);

/* From its opening on, with @ahead orders before it. 0 <= @ret_low_ms <= @ret_high_ms. False, with
 * neither written: such waits differ too much for a range to be of use. */
MUST_CHECK bool wait_range(const struct wait_model *model, uint32_t ahead, uint64_t *ret_low_ms,
                           uint64_t *ret_high_ms);

#endif
