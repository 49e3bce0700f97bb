#include "sync/domain/wait.h"

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

/* Least squares; every sum is far from 64 bits: 48 x 48 x 1 day. */
static void fit_line(const struct wait_order *orders, uint32_t count, struct wait_model *model)
{
    const int64_t n = count;
    int64_t sum_x = 0;
    int64_t sum_y = 0;
    int64_t sum_xx = 0;
    int64_t sum_xy = 0;
    for (uint32_t i = 0; i < count; i++) {
        const int64_t x = orders[i].ahead;
        const int64_t y = wait_of(&orders[i]);
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    const int64_t spread = n * sum_xx - sum_x * sum_x;
    const int64_t slope = n * sum_xy - sum_x * sum_y;
    model->step_ms = spread > 0 && slope > 0 ? slope / spread : 0;
    model->base_ms = (sum_y - model->step_ms * sum_x) / n;
}

static void insert_sorted(int64_t *sorted, uint32_t count, int64_t value)
{
    uint32_t at = count;
    for (; at > 0 && sorted[at - 1] > value; at--) {
        sorted[at] = sorted[at - 1];
    }
    sorted[at] = value;
}

int wait_fit(const struct wait_order *orders, uint32_t count, struct wait_model *ret_model)
{
    int64_t missed[WAIT_ORDERS_MAX];
    struct wait_model model;
    check(count <= WAIT_ORDERS_MAX);
    if (count < WAIT_ORDERS_MIN) {
        return ERR_STATE;
    }
    fit_line(orders, count, &model);
    for (uint32_t i = 0; i < count; i++) {
        const int64_t said = model.base_ms + model.step_ms * (int64_t)orders[i].ahead;
        insert_sorted(missed, i, wait_of(&orders[i]) - said);
    }
    const uint32_t left_out = count / 10;
    model.low_ms = missed[left_out];
    model.high_ms = missed[count - 1 - left_out];
    *ret_model = model;
    return 0;
}

static uint64_t at_least_zero(int64_t ms)
{
    return ms > 0 ? (uint64_t)ms : 0;
}

void wait_range(const struct wait_model *model, uint32_t ahead, uint64_t *ret_low_ms,
                uint64_t *ret_high_ms)
{
    const int64_t said = model->base_ms + model->step_ms * (int64_t)ahead;
    const int64_t margin = said > 0 ? said / 10 : 0;
    *ret_low_ms = at_least_zero(said - margin + model->low_ms);
    *ret_high_ms = at_least_zero(said + margin + model->high_ms);
}
