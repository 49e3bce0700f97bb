/* test_order_limits.c - an order beyond its limits: every replica keeps the same part of it, and it
 * says so.
 */
#include "tests/lib/test.h"

#include "sync/domain/receipt.h"
#include "tests/lib/stall.h"

static bool is_cut_short(struct stall *stall)
{
    return (stall_look(stall, C)->flags & FLAG_CUT_SHORT) != 0;
}

/* One line of 10 at 1.00. */
static struct stall stall_at_counter(void)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 10, 100);
    return stall;
}

TEST(order_limits, of_too_many_payments_the_lowest_ids_count)
{
    struct stall stall = stall_at_counter();
    for (uint8_t id = 1; id <= ORDER_PAYMENTS_MAX; id++) {
        (void)do_pay(&stall, C, (uint8_t)(id * 2), 10);
    }
    assert_false(is_cut_short(&stall));
    (void)do_pay(&stall, C, ORDER_PAYMENTS_MAX * 2 + 1, 1000); /* above all */
    assert_true(is_cut_short(&stall));
    assert_int_equal(stall.order->paid_minor, 10 * ORDER_PAYMENTS_MAX);
    (void)do_pay(&stall, C, 1, 5); /* below all: the highest makes way */
    assert_true(is_cut_short(&stall));
    assert_int_equal(stall.order->payments_count, ORDER_PAYMENTS_MAX);
    assert_int_equal(stall.order->paid_minor, 10 * (ORDER_PAYMENTS_MAX - 1) + 5);
    stall_free(&stall);
}

TEST(order_limits, of_too_many_discounts_the_first_count)
{
    struct stall stall = stall_at_counter();
    for (uint32_t i = 0; i < ORDER_DISCOUNTS_MAX; i++) {
        (void)do_discount(&stall, C, 1, 1);
    }
    assert_false(is_cut_short(&stall));
    (void)do_discount(&stall, C, 1, 500);
    assert_true(is_cut_short(&stall));
    assert_int_equal(stall.order->owed_discount_minor, ORDER_DISCOUNTS_MAX);
    stall_free(&stall);
}

TEST(order_limits, discounts_that_cannot_be_added_up_take_no_more_than_there_is)
{
    struct stall stall = stall_at_counter();
    stall_sync(&stall);
    (void)do_discount(&stall, C, 1, MONEY_MAX);
    (void)do_discount(&stall, D, 1, MONEY_MAX);
    stall_sync(&stall);
    assert_int_equal(stall_look(&stall, C)->owed_minor, 0);
    stall_free(&stall);
}

TEST(order_limits, of_too_many_receipts_the_first_stand)
{
    struct stall stall = stall_at_counter();
    for (uint32_t number = 1; number <= ORDER_RECEIPTS_MAX + 1; number++) {
        const struct receipt receipt = {
            .number = number, .total_minor = number, .lane = bytes_of_text("A"), .incarnation = 1};
        uint8_t data[128];
        struct writer writer;
        struct bytes body;
        assert_false(is_cut_short(&stall));
        writer_init(&writer, data, sizeof data);
        receipt_encode(&receipt, &writer);
        assert_int_equal(writer_finish(&writer, &body), 0);
        (void)mesh_write(stall.mesh, C, EVENT_RECEIPT, 1, body);
    }
    assert_true(is_cut_short(&stall));
    assert_int_equal(stall.order->receipts_count, ORDER_RECEIPTS_MAX);
    assert_int_equal(stall.order->receipts[ORDER_RECEIPTS_MAX - 1].number, ORDER_RECEIPTS_MAX);
    stall_free(&stall);
}

TEST(order_limits, a_line_above_all_that_fit_is_left_out)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    for (uint32_t line = 1; line <= ORDER_LINES_MAX; line++) {
        (void)do_add(&stall, C, line, 1, 100);
    }
    stall_sync(&stall);
    (void)do_add(&stall, D, ORDER_LINES_MAX + 1, 1, 100);
    stall_sync(&stall);
    assert_true(is_cut_short(&stall));
    assert_int_equal(stall.order->lines_count, ORDER_LINES_MAX);
    assert_int_equal(stall.order->lines[ORDER_LINES_MAX - 1].id, ORDER_LINES_MAX);
    stall_free(&stall);
}

TEST(order_limits, lines_added_later_stand_in_the_order_in_which_they_were_added)
{
    const uint32_t later = UINT32_C(1) << 31;
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, later + 3, 1, 100);
    (void)do_add(&stall, C, later + 2, 1, 100);
    (void)do_add(&stall, C, later + 1, 1, 100);
    const struct order *order = stall_look(&stall, C);
    assert_int_equal(order->lines[0].id, later + 3);
    assert_int_equal(order->lines[1].id, later + 2);
    assert_int_equal(order->lines[2].id, later + 1);
    stall_free(&stall);
}

TEST(order_limits, one_number_on_two_days_is_two_numbers)
{
    for (uint64_t first = 1; first <= 2; first++) {
        struct stall stall = stall_new();
        (void)do_open_on(&stall, C, first, "A", 7);
        (void)do_open_on(&stall, D, 3 - first, "A", 7);
        stall_sync(&stall);
        const struct order *order = stall_look(&stall, C);
        assert_int_equal(order->numbers_count, 2);
        assert_int_equal(order->numbers[0].day, 1);
        assert_int_equal(order->numbers[1].day, 2);
        stall_free(&stall);
    }
}

/* Whose event comes first in the history does not matter. */
TEST(order_limits, a_contact_replaces_those_that_its_writer_had_seen)
{
    uint8_t body[3 + HASH_BYTES] = {0x91, 0xc4, HASH_BYTES};
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    stall_sync(&stall);
    body[3] = 1;
    (void)mesh_write(stall.mesh, D, EVENT_CONTACT, 9000, bytes_of(body, sizeof body));
    stall_sync(&stall);
    body[3] = 2;
    (void)mesh_write(stall.mesh, C, EVENT_CONTACT, 5000, bytes_of(body, sizeof body));
    stall_sync(&stall);
    assert_true(stall_look(&stall, K)->has_contact);
    assert_int_equal(stall.order->contact.bytes[0], 2);
    stall_free(&stall);
}

TEST(order_limits, of_two_contacts_at_once_the_one_that_claims_the_later_clock_is_called)
{
    for (uint8_t later = 1; later <= 2; later++) {
        uint8_t body[3 + HASH_BYTES] = {0x91, 0xc4, HASH_BYTES};
        struct stall stall = stall_new();
        (void)do_open(&stall, C, "A", 1);
        stall_sync(&stall);
        body[3] = 1;
        (void)mesh_write(stall.mesh, C, EVENT_CONTACT, later == 1 ? 9000 : 5000,
                         bytes_of(body, sizeof body));
        body[3] = 2;
        (void)mesh_write(stall.mesh, D, EVENT_CONTACT, 7000, bytes_of(body, sizeof body));
        stall_sync(&stall);
        assert_int_equal(stall_look(&stall, K)->contact.bytes[0], later);
        stall_free(&stall);
    }
}

TEST(order_limits, of_a_refused_order_nothing_is_collected)
{
    struct stall stall = stall_at_counter();
    (void)do_refund(&stall, C, 1, 5); /* out of the drawer, for whatever reason */
    (void)do_refuse(&stall, C, 1, "sold out");
    const struct order *order = stall_look(&stall, C);
    assert_int_equal(order->phase, PHASE_REFUSED);
    assert_int_equal(order->due_minor, -5);
    assert_int_equal(order->flags & FLAG_UNPAID, 0);
    stall_free(&stall);
}

TEST(order_limits, a_receipt_is_current_while_both_its_amounts_are)
{
    static struct order order;
    order.owed_minor = 100;
    order.owed_tax_minor = 7;
    assert_true(
        receipt_is_current(&order, &(struct order_receipt){.total_minor = 100, .tax_minor = 7}));
    assert_false(
        receipt_is_current(&order, &(struct order_receipt){.total_minor = 100, .tax_minor = 19}));
    assert_false(
        receipt_is_current(&order, &(struct order_receipt){.total_minor = 99, .tax_minor = 7}));
}
