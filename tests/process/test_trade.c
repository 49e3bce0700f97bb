/* test_trade.c - how trade went adds up, whichever way it is cut, and whatever happened to orders.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "node/json/json_trade.h"
#include "tests/lib/prng.h"
#include "tests/lib/stall.h"
#include "tests/process/lib/memory_node.h"

enum { EPOCH_MS = 1000 * 1000 };

static struct trade *begun(void)
{
    struct trade *trade = trade_new(EPOCH_MS);
    assert_non_null(trade);
    trade_begin_day(trade, 1);
    return trade;
}

/* An order of one line that was sold and handed over. */
static struct order *sold(uint64_t opened_t, int64_t minor)
{
    static struct order order;
    order = (struct order){.opened_t = opened_t,
                           .channel = bytes_of_text("counter"),
                           .mode = bytes_of_text("eat-in"),
                           .phase = PHASE_COMPLETED,
                           .numbers_count = 1,
                           .lines_count = 1,
                           .owed_minor = minor};
    order.numbers[0].lane = bytes_of_text("A");
    order.lines[0] = (struct order_line){.item = 7,
                                         .name = bytes_of_text("Soup"),
                                         .unit_price_minor = minor,
                                         .quantity = 1,
                                         .handed = 1,
                                         .is_active = true,
                                         .payable_minor = minor};
    return &order;
}

/* --- the law --- */

static void happen(struct stall *stall, struct prng *prng)
{
    const enum person at = (enum person)prng_below(prng, PEOPLE);
    const uint32_t line = 1 + (uint32_t)prng_below(prng, 3);
    switch (prng_below(prng, 9)) {
    case 0:
        (void)do_discount(stall, at, line, prng_between(prng, 1, 500));
        break;
    case 1:
        (void)do_hand(stall, at, line, 1);
        break;
    case 2:
        (void)do_void(stall, at, line);
        break;
    case 3:
        (void)do_cancel(stall, at);
        break;
    case 4:
        (void)do_set(stall, at, line, (int32_t)prng_between(prng, -1, 2));
        break;
    case 5:
        (void)do_refuse(stall, at, line, "sold out");
        break;
    case 6:
        (void)do_done(stall, at, line);
        break;
    case 7:
        (void)do_refund(stall, at, 1 + (uint8_t)prng_below(prng, 3), prng_between(prng, 1, 300));
        break;
    default:
        stall_sync(stall);
        break;
    }
}

static const struct order *any_order(struct stall *stall, struct prng *prng)
{
    *stall = stall_new();
    (void)do_open(stall, C, prng_one_in(prng, 2) ? "A" : "B", 1);
    for (uint32_t line = 1; line <= 3; line++) {
        (void)do_add(stall, C, line, 1 + (uint32_t)prng_below(prng, 4), prng_between(prng, 1, 999));
    }
    stall_sync(stall);
    for (uint32_t i = 0; i < 8; i++) {
        happen(stall, prng);
    }
    stall_sync(stall);
    return stall_look(stall, C);
}

static int64_t sum_of(const struct trade_shares *shares)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < shares->count; i++) {
        sum += shares->shares[i].owed_minor;
    }
    return sum;
}

static int64_t taken_off(const struct trade *trade, enum deduction_kind kind)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < trade->people_count; i++) {
        sum += trade->people[i].sums[kind].minor;
    }
    return sum;
}

static void assert_people_add_up(const struct trade *trade)
{
    assert_int_equal(trade->voided.minor, taken_off(trade, DEDUCTION_VOID));
    assert_int_equal(trade->cancelled_minor, taken_off(trade, DEDUCTION_CANCEL));
    assert_int_equal(trade->report.discount_minor, taken_off(trade, DEDUCTION_DISCOUNT));
    assert_int_equal(trade->report.refunded_minor, taken_off(trade, DEDUCTION_REFUND));
}

static void assert_adds_up(const struct trade *trade)
{
    const int64_t owed = trade->report.owed_minor;
    int64_t slots = trade->untimed_minor, items = trade->kept_minor, days = 0;
    for (uint32_t i = 0; i < trade->slots_count; i++) {
        slots += trade->slots[i].owed_minor;
    }
    for (uint32_t i = 0; i < trade->items_count; i++) {
        items += trade->items[i].owed_minor;
    }
    for (uint32_t i = 0; i < trade->days_count; i++) {
        days += trade->days[i].owed_minor;
    }
    assert_int_equal(owed, slots);
    assert_int_equal(owed, items);
    assert_int_equal(owed, days);
    assert_int_equal(owed, sum_of(&trade->channels));
    assert_int_equal(owed, sum_of(&trade->modes));
    assert_int_equal(owed, sum_of(&trade->lanes));
}

TEST(trade, whichever_way_it_is_cut_it_comes_to_what_was_sold)
{
    struct prng prng = {.state = 6};
    struct trade *trade = begun();
    bool was_kept = false;
    for (uint32_t i = 0; i < 80; i++) {
        struct stall stall;
        if (i == 40) {
            trade_begin_day(trade, 2);
        }
        trade_add(trade, any_order(&stall, &prng));
        stall_free(&stall);
    }
    was_kept = trade->kept_minor > 0;
    trade_finish(trade);
    assert_adds_up(trade);
    assert_people_add_up(trade);
    assert_true(was_kept && trade->report.discount_minor > 0 && trade->report.refunded_minor > 0);
    assert_true(trade->voided.units > 0 && trade->refused.units > 0);
    assert_true(trade->report.owed_minor > 0 && trade->cancelled_minor > 0);
    assert_int_equal(80, trade->report.orders);
    assert_int_equal(40, trade->days[0].orders);
    trade_free(trade);
}

/* --- each figure --- */

TEST(trade, what_was_eaten_of_a_cancelled_order_is_kept_and_no_items)
{
    struct trade *trade = begun();
    struct order *order = sold(5, 400);
    order->lines[0].quantity = 2;
    order->lines[0].payable_minor = 800;
    order->phase = PHASE_CANCELLED;
    trade_add(trade, order);
    assert_int_equal(400, trade->kept_minor);
    assert_int_equal(800, trade->cancelled_minor);
    assert_int_equal(0, trade->items_count);
    order->phase = PHASE_COMPLETED; /* a fact beat the cancel, and all of it was eaten */
    order->owed_minor = 800;
    trade_add(trade, order);
    assert_int_equal(400, trade->kept_minor);
    assert_int_equal(800, trade->items[0].owed_minor);
    assert_adds_up(trade);
    trade_free(trade);
}

TEST(trade, voided_and_refused_lines_are_told_at_their_price_with_options)
{
    struct trade *trade = begun();
    struct order *order = sold(5, 0);
    order->lines[0] = (struct order_line){.unit_price_minor = 500,
                                          .options_count = 2,
                                          .options = {{.price_minor = 100}, {.price_minor = -50}},
                                          .quantity = 3,
                                          .is_void = true};
    order->lines[1] = order->lines[0];
    order->lines[1].is_void = false;
    order->lines[1].is_refused = true;
    order->lines[1].unit_price_minor = MONEY_MAX; /* no bill takes that three times */
    order->lines_count = 2;
    trade_add(trade, order);
    assert_int_equal(1, trade->voided.lines);
    assert_int_equal(3, trade->voided.units);
    assert_int_equal(1650, trade->voided.minor);
    assert_int_equal(3, trade->refused.units);
    assert_int_equal(0, trade->refused.minor);
    assert_int_equal(0, trade->items_count);
    trade_free(trade);
}

TEST(trade, what_nobody_came_for_is_told_at_its_price_and_stays_sold)
{
    struct trade *trade = begun();
    struct order *order = sold(5, 1200);
    order->lines[0].quantity = 3;
    order->lines[0].unit_price_minor = 400;
    order->lines[0].handed = 3;
    order->lines[0].uncollected = 2;
    trade_add(trade, order);
    order = sold(6, 500);
    order->lines[0].uncollected = 1;
    order->lines[0].discount_minor = 100;
    trade_add(trade, order);
    trade_add(trade, sold(7, 300)); /* which somebody ate */
    assert_int_equal(2, trade->uncollected.lines);
    assert_int_equal(3, trade->uncollected.units);
    assert_int_equal(1300, trade->uncollected.minor);
    assert_int_equal(2, trade->report.uncollected);
    assert_int_equal(1300, trade->report.left_minor);
    assert_int_equal(2000, trade->report.owed_minor);
    assert_int_equal(0, trade->voided.lines + trade->refused.lines);
    assert_adds_up(trade);
    trade_free(trade);
}

TEST(trade, orders_stand_in_their_quarter_of_an_hour_and_senseless_times_in_none)
{
    const uint64_t quarter = TRADE_SLOT_MS - EPOCH_MS % TRADE_SLOT_MS; /* the first begins there */
    struct trade *trade = begun();
    trade_add(trade, sold(quarter + 2 * TRADE_SLOT_MS, 300));
    trade_add(trade, sold(quarter, 100));
    trade_add(trade, sold(quarter + TRADE_SLOT_MS - 1, 20));
    trade_add(trade, sold(0, 7));
    trade_add(trade, sold(UINT64_MAX, 1));
    assert_int_equal(2, trade->slots_count);
    assert_int_equal(EPOCH_MS + quarter, trade->slots[0].at_ms);
    assert_int_equal(2, trade->slots[0].orders);
    assert_int_equal(120, trade->slots[0].owed_minor);
    assert_int_equal(300, trade->slots[1].owed_minor);
    assert_int_equal(2, trade->untimed);
    assert_int_equal(8, trade->untimed_minor);
    for (uint64_t i = 3; trade->slots_count < TRADE_SLOTS_MAX; i++) {
        trade_add(trade, sold(quarter + i * TRADE_SLOT_MS, 1));
    }
    trade_add(trade, sold(1, 1));
    assert_int_equal(3, trade->untimed);
    assert_adds_up(trade);
    trade_free(trade);
}

TEST(trade, waits_are_in_whole_seconds_of_orders_of_which_both_ends_are_known)
{
    struct trade *trade = begun();
    struct order *order = sold(1500, 1);
    order->ready_t = 4400; /* from second 1001 on to second 1004 */
    order->accepted_t = 5000;
    trade_add(trade, order);
    trade_finish(trade);
    assert_int_equal(1, trade->waiting.count);
    assert_int_equal(3, trade_quantile(&trade->waiting, 50));
    assert_int_equal(0, trade->handing.count); /* nobody came for it yet */
    assert_int_equal(0, trade->cooking.count); /* another device's clock said so */
    assert_int_equal(0, trade_quantile(&trade->cooking, 99));
    trade_free(trade);
}

TEST(trade, a_quantile_is_the_least_wait_that_so_many_did_not_exceed)
{
    static struct trade_wait wait;
    for (uint32_t i = 0; i < 10; i++) {
        wait.seconds[wait.count++] = 10 * (i + 1);
    }
    assert_int_equal(50, trade_quantile(&wait, 50));
    assert_int_equal(60, trade_quantile(&wait, 51));
    assert_int_equal(90, trade_quantile(&wait, 90));
    assert_int_equal(100, trade_quantile(&wait, 99));
    assert_int_equal(10, trade_quantile(&wait, 1));
}

TEST(trade, what_brought_most_comes_first_and_what_is_too_much_is_added_up_as_other)
{
    struct trade *trade = begun();
    char name[16];
    for (uint32_t i = 0; i < TRADE_ITEMS_MAX + 5; i++) {
        struct order *order = sold(5, i + 1);
        (void)snprintf(name, sizeof name, "typed in %u", i);
        order->lines[0].item = 0;
        order->lines[0].name = bytes_of_text(name);
        (void)snprintf(name, sizeof name, "typed in %u", i);
        order->channel = bytes_of_text(name);
        trade_add(trade, order);
    }
    trade_finish(trade);
    assert_adds_up(trade);
    assert_int_equal(TRADE_ITEMS_MAX, trade->items_count);
    assert_string_equal("other", trade->items[0].name);
    assert_int_equal(6, trade->items[0].units);
    assert_int_equal(TRADE_ITEMS_MAX - 1, trade->items[1].owed_minor);
    assert_int_equal(TRADE_SHARES_MAX, trade->channels.count);
    assert_string_equal("other", trade->channels.shares[0].name);
    trade_free(trade);
}

TEST(trade, items_are_told_apart_by_number_and_stall_and_typed_in_ones_by_name)
{
    struct trade *trade = begun();
    struct order *order = sold(5, 1);
    trade_add(trade, order);
    order->lines[0].name = bytes_of_text("Soup of the day"); /* renamed meanwhile */
    trade_add(trade, order);
    order->lines[0].stall = 2;
    trade_add(trade, order);
    order->lines[0].item = 0;
    trade_add(trade, order);
    order->lines[0].name = bytes_of_text("Bread");
    trade_add(trade, order);
    trade_finish(trade);
    assert_int_equal(4, trade->items_count);
    assert_string_equal("Soup", trade->items[0].name);
    assert_int_equal(2, trade->items[0].units);
    trade_free(trade);
}

/* --- the route --- */

static const char *part_of(const char *body, const char *name)
{
    const char *at = strstr(body, name);
    assert_non_null(at);
    return at;
}

TEST(trade, the_route_tells_the_same_sums_as_the_days_report)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct memory_node node;
    struct text report = {0};
    memory_node_open(&node, "money");
    assert_int_equal(200, memory_node_ask(&node, "/api/reports/day", "day=1"));
    text_append(&report, node.asked.data, node.asked.size);
    text_append(&report, "", 1);
    assert_int_equal(200, memory_node_ask(&node, "/api/reports/trade", "day=1"));
    text_append(&node.asked, "", 1);
    assert_memory_equal(report.data, part_of(node.asked.data, "\"report\":") + 9,
                        strlen(report.data));
    struct json_value *value = NULL;
    if (json_parse_as(&schema_trade, bytes_of_text(node.asked.data), &value, where) != 0) {
        fail_msg("%s", where);
    }
    json_free(value);
    text_close(&report);
    memory_node_close(&node);
}

TEST(trade, days_that_do_not_exist_or_are_too_many_are_not_found)
{
    static const char *const wrong[] = {"day=999", "days=0", "days=32", "day=999&days=2"};
    struct memory_node node;
    memory_node_open(&node, "money");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(404, memory_node_ask(&node, "/api/reports/trade", wrong[i]));
    }
    assert_int_equal(200, memory_node_ask(&node, "/api/reports/trade", "days=31"));
    text_append(&node.asked, "", 1);
    assert_null(strstr(node.asked.data, "{\"day\":0")); /* before the first there is none */
    memory_node_close(&node);
}
