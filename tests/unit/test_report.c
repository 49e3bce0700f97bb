/* test_report.c - a day's report is the sum of its orders, to the cent; receipts are numbered
 * without a gap and given once for what an order is.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/domain/receipt.h"
#include "sync/domain/report.h"
#include "tests/lib/prng.h"
#include "tests/lib/stall.h"
#include "tests/lib/store_memory.h"

/* --- reports --- */

/* Something that happens to an order, whether it makes sense or not. */
static void happen(struct stall *stall, struct prng *prng)
{
    const enum person at = (enum person)prng_below(prng, PEOPLE);
    const uint32_t line = 1 + (uint32_t)prng_below(prng, 3);
    const int64_t amount = prng_between(prng, 1, 1500);
    switch (prng_below(prng, 10)) {
    case 0:
        (void)do_pay(stall, at, (uint8_t)prng_below(prng, 4), amount);
        break;
    case 1:
        (void)do_refund(stall, at, (uint8_t)(8 + prng_below(prng, 2)), amount);
        break;
    case 2:
        (void)do_discount(stall, at, line, amount);
        break;
    case 3:
        (void)do_hand(stall, at, line, 1);
        break;
    case 4:
        (void)do_void(stall, at, line);
        break;
    case 5:
        (void)do_cancel(stall, at);
        break;
    case 6:
        (void)do_set(stall, at, line, (int32_t)prng_between(prng, -1, 2));
        break;
    case 7:
        (void)do_refuse(stall, at, line, "sold out");
        break;
    case 8:
        (void)do_tip(stall, at, amount, prng_one_in(prng, 2) ? 1000 : TIP_BP_MAX);
        break;
    default:
        stall_sync(stall);
        break;
    }
}

static const struct order *any_order(struct stall *stall, struct prng *prng)
{
    *stall = stall_new();
    (void)do_open(stall, C, "A", 1);
    for (uint32_t line = 1; line <= 3; line++) {
        const struct line_add add = {
            .line = line,
            .name = bytes_of_text("soup"),
            .quantity = 1 + (uint32_t)prng_below(prng, 4),
            .unit_price_minor = prng_between(prng, 1, 999),
            .tax_bp = prng_one_in(prng, 2) ? 700 : 1900,
        };
        (void)do_add_full(stall, C, &add);
    }
    stall_sync(stall);
    for (uint32_t i = 0; i < 8; i++) {
        happen(stall, prng);
    }
    stall_sync(stall);
    return stall_look(stall, C);
}

/* The sums by another way: one amount at a time. */
struct sums {
    int64_t owed, tax, paid, refunded, forgiven, tip, due;
};

static void assert_adds_up(const struct report *report, const struct sums *sums)
{
    int64_t paid = 0, refunded = 0, net = 0, tax = 0, gross = 0, tip = 0;
    for (uint32_t i = 0; i < report->methods_count; i++) {
        paid += report->methods[i].paid_minor;
        refunded += report->methods[i].refunded_minor;
    }
    for (uint32_t i = 0; i < report->rates_count; i++) {
        net += report->rates[i].net_minor;
        tax += report->rates[i].tax_minor;
        gross += report->rates[i].payable_minor;
    }
    for (uint32_t i = 0; i < report->tips_count; i++) {
        tip += report->tips[i].tip_minor;
    }
    assert_int_equal(report->tip_minor, sums->tip);
    assert_int_equal(tip, sums->tip);
    assert_int_equal(report->owed_minor, sums->owed);
    assert_int_equal(gross, sums->owed);
    assert_int_equal(tax, sums->tax);
    assert_int_equal(report->tax_minor, sums->tax);
    assert_int_equal(net + tax, gross);
    assert_int_equal(report->paid_minor, sums->paid);
    assert_int_equal(paid, sums->paid);
    assert_int_equal(report->refunded_minor, sums->refunded);
    assert_int_equal(refunded, sums->refunded);
    assert_int_equal(report->give_back_minor - report->collect_minor, sums->due);
    assert_int_equal(sums->due,
                     sums->paid - sums->refunded + sums->forgiven - sums->owed - sums->tip);
}

TEST(report, a_day_is_the_sum_of_its_orders_to_the_cent)
{
    struct prng prng = {.state = 20};
    static struct report report;
    struct sums sums = {0};
    report_reset(&report);
    for (uint32_t i = 0; i < 60; i++) {
        struct stall stall;
        const struct order *order = any_order(&stall, &prng);
        sums.owed += order->owed_minor;
        sums.paid += order->paid_minor;
        sums.refunded += order->refunded_minor;
        sums.forgiven += order->forgiven_minor;
        sums.tip += order->tip_minor;
        sums.due += order->due_minor;
        for (uint32_t rate = 0; rate < order->rates_count; rate++) {
            sums.tax += order->rates[rate].tax_minor;
        }
        report_add(&report, order);
        stall_free(&stall);
    }
    assert_int_equal(report.orders, 60);
    assert_int_equal(report.orders,
                     report.open + report.completed + report.cancelled + report.refused);
    assert_true(sums.tip > 0);
    assert_adds_up(&report, &sums);
}

TEST(report, what_nobody_came_for_counts_until_it_is_taken_back_and_moves_no_money)
{
    static struct report report;
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 3, 450);
    (void)do_pay(&stall, C, 1, 1350);
    stall_sync(&stall);
    (void)do_done(&stall, K, 1);
    stall_sync(&stall);
    (void)do_hand(&stall, C, 1, 1);
    const struct operation left = do_leave(&stall, C, 1, 2);
    stall_sync(&stall);
    report_reset(&report);
    report_add(&report, stall_look(&stall, C));
    assert_int_equal(report.uncollected, 1);
    assert_int_equal(report.left_minor, 900);
    assert_int_equal(report.completed, 1);
    assert_true(report.owed_minor == 1350 && report.paid_minor == 1350);
    (void)do_unhand(&stall, C, &left);
    stall_sync(&stall);
    report_reset(&report);
    report_add(&report, stall_look(&stall, C));
    assert_int_equal(report.uncollected, 0);
    assert_int_equal(report.left_minor, 0);
    assert_int_equal(report.owed_minor, 1350);
    stall_free(&stall);
}

TEST(report, what_a_line_is_worth_ends_where_amounts_do)
{
    const struct order_line cheap = {.unit_price_minor = 450};
    const struct order_line less_than_nothing = {.unit_price_minor = -1};
    const struct order_line dear = {.unit_price_minor = MONEY_MAX};
    assert_int_equal(report_worth(&cheap, 2), 900);
    assert_int_equal(report_worth(&less_than_nothing, 2), 0);
    assert_int_equal(report_worth(&dear, 2), 0);
}

TEST(report, tips_stand_by_who_took_them_and_are_no_sales)
{
    static struct report report;
    static const struct {
        uint64_t staff;
        int64_t tip;
    } orders[] = {{7, 100}, {0, 30}, {3, 20}, {7, 5}, {9, 0}};
    report_reset(&report);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        static struct order order;
        order.tip_minor = orders[i].tip;
        order.tip_by = orders[i].staff;
        report_add(&report, &order);
    }
    assert_int_equal(report.owed_minor, 0);
    assert_int_equal(report.tip_minor, 155);
    assert_int_equal(report.tips_count, 3);
    assert_int_equal(report.tips[0].staff, 0);
    assert_int_equal(report.tips[0].tip_minor, 30);
    assert_int_equal(report.tips[1].staff, 3);
    assert_int_equal(report.tips[2].staff, 7);
    assert_int_equal(report.tips[2].tip_minor, 105);
}

TEST(report, of_more_people_than_it_names_the_tips_are_nobodys_in_particular)
{
    static struct report report;
    report_reset(&report);
    for (uint64_t staff = 1; staff <= REPORT_TIPS_MAX + 4; staff++) {
        static struct order order;
        order.tip_minor = 10;
        order.tip_by = staff;
        report_add(&report, &order);
    }
    assert_int_equal(report.tips_count, REPORT_TIPS_MAX);
    assert_int_equal(report.tips[0].staff, 0);
    assert_int_equal(report.tips[0].tip_minor, 50);
    assert_int_equal(report.tips[REPORT_TIPS_MAX - 1].staff, REPORT_TIPS_MAX - 1);
    assert_int_equal(report.tip_minor, 10 * (REPORT_TIPS_MAX + 4));
}

TEST(report, more_methods_than_it_names_are_added_up_as_other)
{
    static struct report report;
    static struct order order;
    char names[REPORT_METHODS_MAX + 4][8];
    report_reset(&report);
    for (uint32_t i = 0; i < REPORT_METHODS_MAX + 4; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%u", (unsigned)i);
        order.payments_count = 1;
        order.paid_minor = 100;
        order.payments[0] =
            (struct order_payment){.method = bytes_of_text(names[i]), .amount_minor = 100};
        report_add(&report, &order);
    }
    assert_int_equal(report.methods_count, REPORT_METHODS_MAX);
    assert_string_equal(report.methods[REPORT_METHODS_MAX - 1].name, "other");
    assert_int_equal(report.methods[REPORT_METHODS_MAX - 1].paid_minor, 500);
    assert_int_equal(report.paid_minor, 100 * (REPORT_METHODS_MAX + 4));
}

/* --- of orders that are made up --- */

static struct report made_up;
static struct order part;

static void begin_report(void)
{
    made_up = (struct report){.orders = 0};
    part = (struct order){.phase = PHASE_COMPLETED};
}

TEST(report, further_rates_than_it_has_places_count_with_the_last)
{
    begin_report();
    part.rates_count = 1;
    for (uint32_t i = 0; i <= REPORT_RATES_MAX; i++) {
        part.rates[0] = (struct order_rate){
            .tax_bp = 100 * i, .net_minor = 10, .tax_minor = 1, .payable_minor = 11};
        report_add(&made_up, &part);
    }
    assert_int_equal(made_up.rates_count, REPORT_RATES_MAX);
    assert_int_equal(made_up.rates[0].payable_minor, 11);
    assert_int_equal(made_up.rates[REPORT_RATES_MAX - 1].payable_minor, 22);
    assert_int_equal(made_up.rates[REPORT_RATES_MAX - 1].net_minor, 20);
    assert_int_equal(made_up.rates[REPORT_RATES_MAX - 1].tax_minor, 2);
}

TEST(report, a_provider_that_only_gave_back_is_in_it)
{
    begin_report();
    report_add(&made_up, &part);
    assert_int_equal(made_up.methods_count, 0);
    part.ledger.refunded_minor = 500;
    part.ledger.refunds_count = 1;
    part.ledger.refunds[0].counted_minor = 500;
    report_add(&made_up, &part);
    assert_int_equal(made_up.methods_count, 1);
    assert_int_equal(made_up.methods[0].paid_minor, 0);
    assert_int_equal(made_up.methods[0].refunded_minor, 500);
    assert_int_equal(made_up.methods[0].refunds, 1);
}

TEST(report, the_first_hold_that_ends_is_told_and_one_of_which_nobody_knows_when_is_not)
{
    static const int64_t ends[] = {0, 700, 900, 0, 600};
    static const int64_t first[] = {0, 700, 700, 700, 600};
    begin_report();
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        part.ledger.held_minor = 100;
        part.ledger.hold_ends_s = ends[i];
        report_add(&made_up, &part);
        assert_int_equal(made_up.hold_ends_s, first[i]);
        assert_int_equal(made_up.held_minor, 100 * (int64_t)(i + 1));
    }
}

/* --- receipts --- */

enum { LOG = 7, OTHER_LOG = 8 };

/* A row of the table log, as the replica writes it. */
static void put_event(struct store_txn *txn, uint64_t log, uint64_t seq, uint32_t type,
                      struct bytes body)
{
    uint8_t row[512] = {0};
    const struct event event = {.type = type, .entity = {{1}}, .body = body};
    struct bytes bytes;
    assert_int_equal(event_encode(&event, row + HASH_BYTES, sizeof row - HASH_BYTES, &bytes), 0);
    const struct key key = key_event(log, seq);
    assert_int_equal(
        store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of(row, HASH_BYTES + bytes.size)), 0);
}

static void put_receipt(struct store_txn *txn, uint64_t log, uint64_t seq, uint32_t number)
{
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    const struct receipt receipt = {.number = number, .total_minor = 800, .lane = {0}};
    writer_init(&writer, data, sizeof data);
    receipt_encode(&receipt, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    put_event(txn, log, seq, EVENT_RECEIPT, body);
}

static uint32_t last_of(struct store_txn *txn, uint64_t log)
{
    uint32_t number = 99;
    assert_int_equal(receipt_last(txn, log, &number), 0);
    return number;
}

TEST(receipt, the_last_number_is_read_from_the_log_when_its_row_is_lost)
{
    static const uint8_t nothing[] = {0x90};
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(last_of(txn, LOG), 0);
    put_receipt(txn, LOG, 1, 1);
    put_receipt(txn, LOG, 2, 2);
    put_event(txn, LOG, 3, EVENT_REINSTATE, bytes_of(nothing, sizeof nothing));
    put_receipt(txn, OTHER_LOG, 1, 40);
    assert_int_equal(last_of(txn, LOG), 2);
    assert_int_equal(last_of(txn, OTHER_LOG), 40);
    assert_int_equal(last_of(txn, LOG - 1), 0);
    assert_int_equal(receipt_keep(txn, LOG, 3), 0);
    assert_int_equal(last_of(txn, LOG), 3);
    store_memory_abort(txn);
    store_memory_free(store);
}

/* Of what the order is at @at. */
static void write_receipt(struct stall *stall, enum person at, uint32_t number)
{
    const struct order *order = stall_look(stall, at);
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    const struct receipt receipt = {
        .number = number,
        .total_minor = order->owed_minor,
        .tax_minor = order->owed_tax_minor,
        .lane = bytes_of_text("A"),
        .incarnation = 1,
    };
    writer_init(&writer, data, sizeof data);
    receipt_encode(&receipt, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    (void)mesh_write(stall->mesh, at, EVENT_RECEIPT, stall->t++, body);
    stall_sync(stall);
}

TEST(receipt, one_holds_until_the_order_changes)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 1, 500);
    (void)do_pay(&stall, C, 1, 500);
    assert_null(receipt_current(stall_look(&stall, C)));
    write_receipt(&stall, C, 1);
    const struct order *order = stall_look(&stall, C);
    assert_non_null(receipt_current(order));
    assert_int_equal(receipt_current(order)->number, 1);
    (void)do_set(&stall, C, 1, 1);
    assert_null(receipt_current(stall_look(&stall, C)));
    write_receipt(&stall, C, 2);
    assert_int_equal(receipt_current(stall_look(&stall, C))->number, 2);
    assert_int_equal(stall.order->receipts_count, 2);
    stall_free(&stall);
}

TEST(receipt, given_by_two_devices_at_once_both_numbers_stand_and_one_holds)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 1, 500);
    stall_sync(&stall);
    write_receipt(&stall, D, 9);
    write_receipt(&stall, C, 4);
    const struct order *order = stall_look(&stall, K);
    assert_int_equal(order->receipts_count, 2);
    assert_int_equal(receipt_current(order)->number, 4); /* of the lower log */
    stall_free(&stall);
}
