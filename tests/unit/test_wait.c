/* How long customers wait, as they are told. */
#include "sync/domain/wait.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/prng.h"
#include "tests/lib/test.h"

enum { MINUTE = 60 * 1000 };

/* --- what is told --- */

/* @count of them, with @ahead each, opened after those that are there. */
static void add(struct wait_order *orders, uint32_t *total, uint32_t count, uint32_t ahead,
                uint64_t wait_ms)
{
    for (uint32_t i = 0; i < count; i++, (*total)++) {
        const uint64_t t = *total * (uint64_t)1000;
        orders[*total] = (struct wait_order){.opened_t = t, .ready_t = t + wait_ms, .ahead = ahead};
    }
}

/* Each waited half a minute, and half a minute for each order ahead, 0 to 3 of them. */
static void straight(struct wait_order *orders, uint32_t count)
{
    for (uint32_t total = 0; total < count;) {
        add(orders, &total, 1, total % 4, (total % 4 + 1) * (MINUTE / 2));
    }
}

static bool is_told(const struct wait_order *orders, uint32_t count, uint32_t ahead, uint64_t low,
                    uint64_t high)
{
    struct wait_model model;
    uint64_t told_low = 0;
    uint64_t told_high = 0;
    assert_int_equal(wait_fit(orders, count, &model), 0);
    return wait_range(&model, ahead, &told_low, &told_high) && told_low == low && told_high == high;
}

/* Nor is anything written. */
static bool is_silent(const struct wait_order *orders, uint32_t count, uint32_t ahead)
{
    struct wait_model model;
    uint64_t low = 7;
    uint64_t high = 7;
    assert_int_equal(wait_fit(orders, count, &model), 0);
    return !wait_range(&model, ahead, &low, &high) && low == 7 && high == 7;
}

TEST(wait, what_never_varies_is_told_within_a_twelfth_for_each_number_ahead)
{
    struct wait_order orders[WAIT_ORDERS_MAX];
    straight(orders, WAIT_ORDERS_MAX);
    for (uint32_t ahead = 0; ahead < 40; ahead++) {
        const uint64_t wait_ms = (ahead + 1) * (uint64_t)(MINUTE / 2);
        assert_true(is_told(orders, WAIT_ORDERS_MAX, ahead, wait_ms - wait_ms / 12,
                            wait_ms + wait_ms / 12));
    }
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

TEST(wait, those_with_as_many_ahead_are_looked_at_and_no_others)
{
    struct wait_order orders[WAIT_ORDERS_MAX];
    uint32_t total = 0;
    add(orders, &total, 14, 9, 60 * MINUTE);
    add(orders, &total, WAIT_NEAR, 4, 12 * MINUTE);
    add(orders, &total, 14, 0, MINUTE);
    assert_true(is_told(orders, total, 4, 11 * MINUTE, 13 * MINUTE));
}

TEST(wait, of_those_with_as_many_ahead_the_newest_count)
{
    struct wait_order orders[WAIT_ORDERS_MAX];
    uint32_t total = 0;
    add(orders, &total, WAIT_ORDERS_MAX - WAIT_NEAR, 1, 36 * MINUTE);
    add(orders, &total, WAIT_NEAR, 1, 12 * MINUTE);
    assert_true(is_told(orders, total, 1, 11 * MINUTE, 13 * MINUTE));
}

TEST(wait, the_tenth_that_waited_least_and_the_tenth_that_waited_longest_are_left_out)
{
    struct wait_order orders[WAIT_ORDERS_MAX];
    uint32_t total = 0;
    add(orders, &total, 2, 1, 0);
    add(orders, &total, WAIT_NEAR - 4, 1, 12 * MINUTE);
    add(orders, &total, 2, 1, 60 * MINUTE);
    assert_true(is_told(orders, total, 1, 11 * MINUTE, 13 * MINUTE));
    add(orders, &total, 1, 1, 60 * MINUTE); /* a third one, in the place of the oldest */
    assert_true(is_silent(orders, total, 1));
}

TEST(wait, a_range_wider_than_half_its_middle_is_not_told)
{
    struct wait_order orders[WAIT_ORDERS_MIN];
    uint32_t total = 0;
    add(orders, &total, WAIT_ORDERS_MIN / 2, 0, 10 * MINUTE);
    add(orders, &total, WAIT_ORDERS_MIN / 2, 0, 14 * MINUTE);
    assert_true(is_told(orders, total, 0, 9 * MINUTE, 15 * MINUTE)); /* 6 of 12: just half */
    orders[total - 1].ready_t += 12;
    assert_true(is_silent(orders, total, 0));
}

TEST(wait, clocks_that_are_wrong_spoil_no_range_and_may_silence_it)
{
    struct wait_order orders[WAIT_ORDERS_MAX];
    uint32_t total = 0;
    add(orders, &total, WAIT_ORDERS_MAX, 1, 12 * MINUTE);
    orders[40].ready_t = 0;
    orders[41].ready_t = UINT64_MAX;
    assert_true(is_told(orders, total, 1, 11 * MINUTE, 13 * MINUTE));
    for (uint32_t i = 0; i < total; i += 2) {
        orders[i].ready_t = UINT64_MAX;
    }
    assert_true(is_silent(orders, total, 1));
    for (uint32_t i = 0; i < total; i++) {
        orders[i].ready_t = UINT64_MAX; /* a day is the longest wait that there is */
        orders[i].ahead = UINT32_MAX;
    }
    assert_true(is_told(orders, total, UINT32_MAX, 22 * 60 * MINUTE, 26 * 60 * MINUTE));
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

/* --- days at stalls that the model knows nothing of --- */

enum {
    DAY_ORDERS = 400,
    WAVE_ORDERS = 50,
    COOKS_MAX = 5,
    STATIONS_MAX = 2,
    DAYS = 8,
    FIRST_SEED = 1001, /* no constant of wait.c was chosen by what comes of these */
};

/* What an order needs: a bit for each station. */
enum { AT_FIRST = 1, AT_SECOND = 2, AT_BOTH = AT_FIRST | AT_SECOND };

/* All take the oldest order that waits, and 3 to 5 minutes for it. Customers come in waves of 50:
 * one a tenth slower than the food is made, the next a third faster. */
static const struct kitchen {
    const char *name;
    uint32_t cooks;                 /* at each station */
    uint32_t batch;                 /* orders that are made together at most; 1 = none are */
    uint32_t needs_count, needs[3]; /* one of them each */
    uint32_t gap_s;                 /* between two orders that the food just keeps up with */
    uint32_t pause_minutes;         /* once, when half of the orders have come; 0 = none */
    uint32_t told_min, told_max;    /* percent of all who come, from one to the other */
    uint32_t right_min;             /* percent of those who are told */
} kitchens[] = {
    {"three cooks", 3, 1, 1, {AT_FIRST}, 80, 0, 60, 100, 80},
    {"one cook", 1, 1, 1, {AT_FIRST}, 240, 0, 60, 100, 80},
    {"five cooks and a pause", 5, 1, 1, {AT_FIRST}, 48, 15, 60, 100, 80},
    {"batches of four", 1, 4, 1, {AT_FIRST}, 60, 0, 60, 100, 80},
    {"all at one station, every other one at a second, too",
     2,
     1,
     2,
     {AT_FIRST, AT_BOTH},
     120,
     0,
     60,
     100,
     80},
    /* Two queues, and by the number ahead alone nobody knows in which: little is told, and that
     * is less often right. */
    {"at either station, or at both", 2, 1, 3, {AT_FIRST, AT_SECOND, AT_BOTH}, 80, 0, 1, 30, 50},
};

static uint64_t later_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t making_ms(struct prng *prng)
{
    return 3 * MINUTE + prng_below(prng, 2 * MINUTE);
}

static void come(const struct kitchen *kitchen, struct prng *prng, struct wait_order *orders)
{
    uint64_t t = 0;
    for (uint32_t i = 0; i < DAY_ORDERS; i++) {
        const bool is_rush = i / WAVE_ORDERS % 2 == 1;
        const uint64_t mean_ms = kitchen->gap_s * (is_rush ? UINT64_C(750) : UINT64_C(1125));
        t += mean_ms / 2 + prng_below(prng, mean_ms);
        orders[i] = (struct wait_order){.opened_t = t};
    }
}

/* The one of them who is free first. */
static uint64_t *first_of(uint64_t *free_at, uint32_t cooks)
{
    uint64_t *first = free_at;
    for (uint32_t i = 1; i < cooks; i++) {
        first = free_at[i] < *first ? &free_at[i] : first;
    }
    return first;
}

static void make_one_by_one(const struct kitchen *kitchen, struct prng *prng,
                            struct wait_order *orders)
{
    uint64_t free_at[STATIONS_MAX][COOKS_MAX] = {{0}};
    const uint64_t pause_t = orders[DAY_ORDERS / 2].opened_t;
    const uint64_t again_t = pause_t + kitchen->pause_minutes * UINT64_C(60000);
    for (uint32_t i = 0; i < DAY_ORDERS; i++) {
        const uint32_t needs = kitchen->needs[prng_below(prng, kitchen->needs_count)];
        for (uint32_t station = 0; station < STATIONS_MAX; station++) {
            if ((needs >> station & 1) == 0) {
                continue;
            }
            uint64_t *cook = first_of(free_at[station], kitchen->cooks);
            const uint64_t begun = later_of(*cook, orders[i].opened_t);
            const bool is_pause = pause_t <= begun && begun < again_t;
            *cook = (is_pause ? again_t : begun) + making_ms(prng);
            orders[i].ready_t = later_of(orders[i].ready_t, *cook);
        }
    }
}

/* As many as there are by then, and no more than fit, begin when the batch before is done. */
static void make_in_batches(const struct kitchen *kitchen, struct prng *prng,
                            struct wait_order *orders)
{
    uint64_t free_at = 0;
    for (uint32_t i = 0; i < DAY_ORDERS;) {
        const uint64_t begun = later_of(free_at, orders[i].opened_t);
        free_at = begun + making_ms(prng);
        for (uint32_t n = 0; n < kitchen->batch && i < DAY_ORDERS && orders[i].opened_t <= begun;
             n++) {
            orders[i++].ready_t = free_at;
        }
    }
}

static void live_day(const struct kitchen *kitchen, uint64_t seed, struct wait_order *orders)
{
    struct prng prng = {.state = seed};
    come(kitchen, &prng, orders);
    (kitchen->batch > 1 ? make_in_batches : make_one_by_one)(kitchen, &prng, orders);
    wait_count_ahead(orders, DAY_ORDERS);
}

/* Of the orders before @at the last that were ready when it came, in their order. */
static uint32_t past_of(const struct wait_order *orders, uint32_t at, struct wait_order *past)
{
    struct wait_order found[WAIT_ORDERS_MAX];
    uint32_t count = 0;
    for (uint32_t i = at; i > 0 && count < WAIT_ORDERS_MAX; i--) {
        if (orders[i - 1].ready_t <= orders[at].opened_t) {
            found[count++] = orders[i - 1];
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        past[i] = found[count - 1 - i];
    }
    return count;
}

static int compare(const void *a, const void *b)
{
    const uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return first < second ? -1 : first > second;
}

static uint64_t widths[DAYS * DAY_ORDERS]; /* of what was told, in thousandths of the wait */
static uint32_t told, right;

static void tell_all(const struct wait_order *orders)
{
    for (uint32_t i = 0; i < DAY_ORDERS; i++) {
        struct wait_order past[WAIT_ORDERS_MAX];
        struct wait_model model;
        uint64_t low, high;
        if (wait_fit(past, past_of(orders, i, past), &model) == 0 &&
            wait_range(&model, orders[i].ahead, &low, &high)) {
            const uint64_t wait = orders[i].ready_t - orders[i].opened_t;
            right += low <= wait && wait <= high;
            widths[told++] = (high - low) * 1000 / wait;
        }
    }
}

TEST(wait, four_of_five_who_are_told_are_told_right_and_the_range_is_of_use)
{
    for (size_t at = 0; at < sizeof kitchens / sizeof *kitchens; at++) {
        static struct wait_order orders[DAY_ORDERS];
        const struct kitchen *kitchen = &kitchens[at];
        told = right = 0;
        for (uint64_t seed = FIRST_SEED; seed < FIRST_SEED + DAYS; seed++) {
            live_day(kitchen, seed, orders);
            tell_all(orders);
        }
        qsort(widths, told, sizeof *widths, compare);
        assert_true(told > 0);
        print_message(
            "%s: %u %% told, of them %u %% right, median width %llu of 1000 of the wait\n",
            kitchen->name, told * 100 / (DAYS * DAY_ORDERS), right * 100 / told,
            (unsigned long long)widths[told / 2]);
        assert_true(told * 100 >= kitchen->told_min * DAYS * DAY_ORDERS);
        assert_true(told * 100 <= kitchen->told_max * DAYS * DAY_ORDERS);
        assert_true(right * 100 >= kitchen->right_min * told);
        assert_true(widths[told / 2] <= 500);
    }
}
