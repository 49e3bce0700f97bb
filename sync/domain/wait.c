#include "sync/domain/wait.h"

#include <string.h>

#include "sync/base/check.h"

enum { WAIT_MS_MAX = 24 * 60 * 60 * 1000 /* clocks that say more are wrong */ };

void wait_count_ahead(struct wait_order *orders, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        orders[i].ahead = 0;
        for (uint32_t j = 0; j < i; j++) {
            orders[i].ahead += orders[j].ready_t > orders[i].opened_t;
        }
    }
}

static int64_t wait_of(const struct wait_order *order)
{
    const uint64_t ms = order->ready_t > order->opened_t ? order->ready_t - order->opened_t : 0;
    return ms < WAIT_MS_MAX ? (int64_t)ms : WAIT_MS_MAX;
}

int wait_fit(const struct wait_order *orders, uint32_t count, struct wait_model *ret_model)
{
    check(count <= WAIT_ORDERS_MAX);
    if (count < WAIT_ORDERS_MIN) {
        return ERR_STATE;
    }
    ret_model->count = count;
    for (uint32_t i = 0; i < count; i++) {
        ret_model->past[i] = (struct wait_past){orders[i].ahead, wait_of(&orders[i])};
    }
    return 0;
}

static uint32_t apart(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

/* The WAIT_NEAR of the model's orders whose number ahead is nearest to @ahead, and how many they
 * are; the newer ones first among equals. */
static uint32_t find_near(const struct wait_model *model, uint32_t ahead,
                          const struct wait_past **ret_near)
{
    uint32_t count = 0;
    for (uint32_t i = model->count; i > 0; i--) {
        const struct wait_past *past = &model->past[i - 1];
        uint32_t at = count;
        while (at > 0 && apart(ret_near[at - 1]->ahead, ahead) > apart(past->ahead, ahead)) {
            at--;
        }
        if (at == WAIT_NEAR) {
            continue;
        }
        count += count < WAIT_NEAR;
        memmove(&ret_near[at + 1], &ret_near[at], (count - 1 - at) * sizeof(struct wait_past *));
        ret_near[at] = past;
    }
    return count;
}

static void insert_sorted(int64_t *sorted, uint32_t count, int64_t value)
{
    uint32_t at = count;
    for (; at > 0 && sorted[at - 1] > value; at--) {
        sorted[at] = sorted[at - 1];
    }
    sorted[at] = value;
}

/* No product is near 64 bits: a day x 2^32. */
bool wait_range(const struct wait_model *model, uint32_t ahead, uint64_t *ret_low_ms,
                uint64_t *ret_high_ms)
{
    const struct wait_past *near[WAIT_NEAR];
    int64_t waits[WAIT_NEAR];
    const uint32_t count = find_near(model, ahead, near);
    check(count > 0); /* a model was fitted to some orders */
    for (uint32_t i = 0; i < count; i++) {
        const int64_t places = (int64_t)near[i]->ahead + 1;
        insert_sorted(waits, i, near[i]->wait_ms * ((int64_t)ahead + 1) / places);
    }
    const uint32_t left_out = count / 10;
    const int64_t least = waits[left_out];
    const int64_t most = waits[count - 1 - left_out];
    const int64_t middle = (least + most) / 2;
    const int64_t low = least > middle / 12 ? least - middle / 12 : 0;
    const int64_t high = most + middle / 12;
    if (high - low > middle / 2) {
        return false;
    }
    *ret_low_ms = (uint64_t)low;
    *ret_high_ms = (uint64_t)high;
    return true;
}
