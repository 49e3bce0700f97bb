/* How long customers wait, as they are told. */
#include "sync/domain/wait.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/prng.h"
#include "tests/lib/test.h"

enum { MINUTE = 60 * 1000, DAY_ORDERS = 400, COOKS = 3 };

/* --- the fit --- */

/* Each waited a minute and half a minute for each order ahead, 0 to 3 of them. */
static void straight(struct wait_order *orders, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        orders[i] = (struct wait_order){.opened_t = i * 1000, .ahead = i % 4};
        orders[i].ready_t = orders[i].opened_t + MINUTE + orders[i].ahead * MINUTE / 2;
    }
}

TEST(wait, what_follows_the_model_is_told_within_a_tenth)
{
    struct wait_order orders[WAIT_ORDERS_MAX];
    struct wait_model model;
    uint64_t low, high;
    straight(orders, WAIT_ORDERS_MAX);
    assert_int_equal(wait_fit(orders, WAIT_ORDERS_MAX, &model), 0);
    wait_range(&model, 10, &low, &high);
    assert_int_equal(low, 6 * MINUTE * 9 / 10);
    assert_int_equal(high, 6 * MINUTE * 11 / 10);
}

TEST(wait, of_a_few_orders_nothing_is_told)
{
    struct wait_order orders[WAIT_ORDERS_MIN];
    struct wait_model model;
    straight(orders, WAIT_ORDERS_MIN);
    assert_int_equal(wait_fit(orders, 0, &model), ERR_STATE);
    assert_int_equal(wait_fit(orders, WAIT_ORDERS_MIN - 1, &model), ERR_STATE);
    assert_int_equal(wait_fit(orders, WAIT_ORDERS_MIN, &model), 0);
}

TEST(wait, clocks_that_are_wrong_give_a_range_all_the_same)
{
    struct wait_order orders[WAIT_ORDERS_MIN];
    struct wait_model model;
    uint64_t low, high;
    straight(orders, WAIT_ORDERS_MIN);
    orders[3].ready_t = 0;
    orders[4].ready_t = UINT64_MAX;
    assert_int_equal(wait_fit(orders, WAIT_ORDERS_MIN, &model), 0);
    wait_range(&model, UINT32_MAX, &low, &high);
    assert_true(low <= high);
    wait_range(&model, 0, &low, &high);
    assert_true(low <= high);
}

TEST(wait, more_ahead_never_shortens_a_wait)
{
    struct wait_order orders[WAIT_ORDERS_MAX];
    struct wait_model model;
    straight(orders, WAIT_ORDERS_MAX);
    for (uint32_t i = 0; i < WAIT_ORDERS_MAX; i++) {
        orders[i].ahead = 3 - orders[i].ahead;
    }
    assert_int_equal(wait_fit(orders, WAIT_ORDERS_MAX, &model), 0);
    assert_int_equal(model.step_ms, 0);
}

TEST(wait, ahead_is_who_was_not_ready)
{
    struct wait_order orders[] = {{0, 10, 9}, {5, 20, 9}, {10, 30, 9}, {15, 16, 9}};
    wait_count_ahead(orders, 4);
    assert_int_equal(orders[0].ahead, 0);
    assert_int_equal(orders[1].ahead, 1);
    assert_int_equal(orders[2].ahead, 1); /* the first was just ready */
    assert_int_equal(orders[3].ahead, 2);
}

/* --- a day at a stall that the model knows nothing of --- */

/* Cooks take the oldest order that waits and need 3 to 5 minutes for it; customers come in waves,
 * now slower and now faster than the food. */
static void live_day(struct prng *prng, struct wait_order *orders)
{
    uint64_t free_at[COOKS] = {0};
    uint64_t t = 0;
    for (uint32_t i = 0; i < DAY_ORDERS; i++) {
        const bool is_rush = i / 50 % 2 == 1;
        t += (is_rush ? 30U : 60U) * 1000 + prng_below(prng, 60 * 1000);
        uint32_t cook = 0;
        for (uint32_t c = 1; c < COOKS; c++) {
            cook = free_at[c] < free_at[cook] ? c : cook;
        }
        const uint64_t begun = free_at[cook] > t ? free_at[cook] : t;
        free_at[cook] = begun + 3 * MINUTE + prng_below(prng, 2 * MINUTE);
        orders[i] = (struct wait_order){.opened_t = t, .ready_t = free_at[cook]};
    }
    wait_count_ahead(orders, DAY_ORDERS);
}

static int compare(const void *a, const void *b)
{
    const int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
    return first < second ? -1 : first > second;
}

/* Of the orders before @at the last that were ready when it came. */
static uint32_t past_of(const struct wait_order *orders, uint32_t at, struct wait_order *past)
{
    uint32_t count = 0;
    for (uint32_t i = at; i > 0 && count < WAIT_ORDERS_MAX; i--) {
        if (orders[i - 1].ready_t <= orders[at].opened_t) {
            past[count++] = orders[i - 1];
        }
    }
    return count;
}

TEST(wait, four_of_five_customers_are_told_right_and_the_range_is_of_use)
{
    static struct wait_order orders[DAY_ORDERS];
    static int64_t widths[8 * DAY_ORDERS];
    uint32_t told = 0, right = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct prng prng = {.state = seed};
        live_day(&prng, orders);
        for (uint32_t i = 0; i < DAY_ORDERS; i++) {
            struct wait_order past[WAIT_ORDERS_MAX];
            struct wait_model model;
            uint64_t low, high;
            if (wait_fit(past, past_of(orders, i, past), &model) != 0) {
                continue;
            }
            wait_range(&model, orders[i].ahead, &low, &high);
            const uint64_t wait = orders[i].ready_t - orders[i].opened_t;
            right += low <= wait && wait <= high;
            widths[told++] = (int64_t)((high - low) * 1000 / wait);
        }
    }
    qsort(widths, told, sizeof *widths, compare);
    print_message("%u told, %u right (%u %%), median width %lld of 1000 of the wait\n", told, right,
                  right * 100 / told, (long long)widths[told / 2]);
    assert_true(told > 8 * DAY_ORDERS * 9 / 10);
    assert_true(right * 100 >= told * 80);
    assert_true(widths[told / 2] <= 500);
}
