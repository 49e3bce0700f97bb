/* test_order_events.c - the bodies of events of orders and payments: what they say, and their
 * bounds.
 */
#include "sync/domain/order_events.h"

#include "sync/domain/record.h"
#include "tests/lib/body_hands.h"

/* --- the values come out where they belong --- */

TEST(order_events, an_order_is_opened)
{
    struct order_open open;
    assert_int_equal(order_open_decode(sample_named("order_open"), &open), 0);
    assert_int_equal(open.day, 7);
    assert_text(open.lane, "A");
    assert_int_equal(open.number, 42);
    assert_text(open.channel, "counter");
    assert_text(open.mode, "eat-in");
    assert_text(open.name, "Ana");
    assert_false(open.is_pay_first);
    assert_true(open.prices_include_tax);
}

TEST(order_events, a_customers_order_names_its_owner)
{
    struct order_open open;
    assert_int_equal(order_open_decode(sample_named("order_open_owned"), &open), 0);
    assert_true(open.has_owner);
    assert_int_equal(open.owner.bytes[15], 15);
    assert_int_equal(order_open_decode(sample_named("order_open"), &open), 0);
    assert_false(open.has_owner);
}

TEST(order_events, an_order_may_name_its_table)
{
    struct order_open open;
    assert_int_equal(order_open_decode(sample_named("order_open_at_table"), &open), 0);
    assert_int_equal(open.table, 7);
    assert_false(open.has_owner);
    assert_int_equal(order_open_decode(sample_named("order_open_owned_at_table"), &open), 0);
    assert_int_equal(open.table, 420);
    assert_true(open.has_owner);
    assert_int_equal(order_open_decode(sample_named("order_open_owned"), &open), 0);
    assert_int_equal(open.table, 0);
}

TEST(order_events, what_is_no_table_makes_no_opening_void)
{
    struct order_open open;
    static const uint8_t text[] = {0x9a, 7,    0xa1, 'A',  1,    0xa0, 0xa0,
                                   0xa0, 0xc2, 0xc3, 0xc0, 0xa1, '7'};
    static const uint8_t beyond[] = {0x9a, 7,    0xa1, 'A',  1,    0xa0, 0xa0, 0xa0,
                                     0xc2, 0xc3, 0xc0, 0xce, 0x00, 0x01, 0x86, 0xa0};
    assert_int_equal(order_open_decode(bytes_of(text, sizeof text), &open), 0);
    assert_int_equal(open.table, 0);
    assert_int_equal(order_open_decode(bytes_of(beyond, sizeof beyond), &open), 0);
    assert_int_equal(open.table, 0);
}

TEST(order_events, an_order_names_the_blob_of_its_name)
{
    struct order_open open;
    assert_int_equal(order_open_decode(sample_named("order_open_named"), &open), 0);
    assert_true(open.has_name_blob);
    assert_int_equal(open.name_blob.bytes[31], 0x2f);
    assert_int_equal(open.name.size, 0);
    assert_false(open.has_owner);
    assert_int_equal(open.table, 0);
    assert_int_equal(order_open_decode(sample_named("order_open_named_owned_at_table"), &open), 0);
    assert_true(open.has_name_blob);
    assert_true(open.has_owner);
    assert_int_equal(open.table, 420);
    assert_int_equal(order_open_decode(sample_named("order_open_at_table"), &open), 0);
    assert_false(open.has_name_blob);
    assert_int_equal(open.name.size, 3); /* older software wrote it so */
}

TEST(order_events, what_is_no_hash_of_a_name_makes_no_opening_void)
{
    struct order_open open;
    static const uint8_t text[] = {0x9b, 7,    0xa1, 'A',  1,    0xa0, 0xa0, 0xa0,
                                   0xc2, 0xc3, 0xc0, 0xc0, 0xa3, 'A',  'd',  'a'};
    static const uint8_t short_one[] = {0x9b, 7,    0xa1, 'A', 1,    0xa0, 0xa0, 0xa0,
                                        0xc2, 0xc3, 0xc0, 5,   0xc4, 1,    9};
    assert_int_equal(order_open_decode(bytes_of(text, sizeof text), &open), 0);
    assert_false(open.has_name_blob);
    assert_int_equal(order_open_decode(bytes_of(short_one, sizeof short_one), &open), 0);
    assert_false(open.has_name_blob);
    assert_int_equal(open.table, 5);
}

TEST(order_events, what_is_no_owner_makes_no_opening_void)
{
    struct order_open open;
    static const uint8_t short_one[] = {0x99, 7,    0xa1, 'A',  1, 0xa0, 0xa0,
                                        0xa0, 0xc2, 0xc3, 0xc4, 1, 9};
    static const uint8_t number[] = {0x99, 7, 0xa1, 'A', 1, 0xa0, 0xa0, 0xa0, 0xc2, 0xc3, 5};
    assert_int_equal(order_open_decode(bytes_of(short_one, sizeof short_one), &open), 0);
    assert_false(open.has_owner);
    assert_int_equal(order_open_decode(bytes_of(number, sizeof number), &open), 0);
    assert_false(open.has_owner);
}

TEST(order_events, a_line_has_its_options_prices_and_tax)
{
    struct line_add add;
    assert_int_equal(line_add_decode(sample_named("line_add"), &add), 0);
    assert_int_equal(add.line, 1);
    assert_int_equal(add.item, 12);
    assert_text(add.name, "Döner");
    assert_int_equal(add.quantity, 2);
    assert_int_equal(add.unit_price_minor, 750);
    assert_int_equal(add.options.count, 2);
    assert_text(add.options.options[1].name, "Käse");
    assert_int_equal(add.options.options[1].price_minor, 100);
    assert_int_equal(add.tax_bp, 700);
    assert_text(add.station, "grill");
    assert_text(add.note, "scharf");
}

TEST(order_events, an_edit_says_only_what_changes)
{
    struct line_set set;
    assert_int_equal(line_set_decode(sample_named("line_set_quantity"), &set), 0);
    assert_int_equal(set.quantity_delta, -1);
    assert_false(set.has_options);
    assert_false(set.has_note);
    assert_int_equal(line_set_decode(sample_named("line_set_all"), &set), 0);
    assert_true(set.has_options);
    assert_int_equal(set.options.count, 1);
    assert_true(set.has_note);
    assert_text(set.note, "kein Salz");
}

TEST(order_events, a_kitchen_accepts_revisions_and_a_total)
{
    struct order_accept accept;
    assert_int_equal(order_accept_decode(sample_named("accept"), &accept), 0);
    assert_text(accept.station, "grill");
    assert_int_equal(accept.lines_count, 2);
    assert_int_equal(accept.lines[1].line, 2);
    assert_int_equal(accept.lines[1].revision, 3);
    assert_int_equal(accept.total_minor, 1600);
}

TEST(order_events, a_recall_names_operations)
{
    struct order_undo undo;
    assert_int_equal(order_undo_decode(sample_named("recall"), &undo), 0);
    assert_int_equal(undo.operations.count, 1);
    assert_int_equal(undo.operations.operations[0].log, 5);
    assert_int_equal(undo.operations.operations[0].seq, 9);
    assert_int_equal(undo.operations.operations[0].hash[15], 0xaa);
}

TEST(order_events, an_amend_answers_operations)
{
    struct order_amend amend;
    assert_int_equal(order_amend_decode(sample_named("amend"), &amend), 0);
    assert_int_equal(amend.operations.count, 2);
    assert_int_equal(amend.operations.operations[1].seq, 300);
    assert_true(amend.is_yes);
}

TEST(order_events, money_keeps_its_parts_apart)
{
    struct order_pay pay;
    struct order_refund refund;
    struct order_discount discount;
    assert_int_equal(order_pay_decode(sample_named("pay"), &pay), 0);
    assert_int_equal(pay.id.bytes[11], 12);
    assert_int_equal(pay.amount_minor, 1598);
    assert_int_equal(pay.tendered_minor, 2000);
    assert_int_equal(pay.rounding_minor, 2);
    assert_int_equal(order_refund_decode(sample_named("refund"), &refund), 0);
    assert_text(refund.method, "card-external");
    assert_int_equal(refund.amount_minor, 400);
    assert_text(refund.reference, "slip 7");
    assert_text(refund.reason, "cold");
    assert_int_equal(order_discount_decode(sample_named("discount"), &discount), 0);
    assert_int_equal(discount.lines_count, 2);
    assert_int_equal(discount.lines[1].amount_minor, 50);
}

TEST(order_events, what_was_handed_over_is_counted_in_units)
{
    struct order_handed handed;
    assert_int_equal(order_handed_decode(sample_named("handed"), &handed), 0);
    assert_int_equal(handed.lines_count, 2);
    assert_int_equal(handed.lines[0].line, 1);
    assert_int_equal(handed.lines[0].units, 2);
}

TEST(order_events, a_hand_over_says_that_nobody_came_or_nothing_of_it)
{
    struct order_handed handed;
    assert_int_equal(order_handed_decode(sample_named("handed"), &handed), 0);
    assert_false(handed.is_uncollected);
    assert_int_equal(order_handed_decode(sample_named("handed_uncollected"), &handed), 0);
    assert_true(handed.is_uncollected);
    assert_int_equal(handed.lines_count, 1);
}

TEST(order_events, what_is_no_word_of_who_came_makes_no_hand_over_void)
{
    static const uint8_t odd[] = {0x92, 0x91, 0x92, 0x01, 0x02, 0x07};
    struct order_handed handed;
    assert_int_equal(order_handed_decode(bytes_of(odd, sizeof odd), &handed), 0);
    assert_false(handed.is_uncollected);
    assert_int_equal(handed.lines[0].units, 2);
}

/* --- bounds --- */

static int line_with(struct line_add add)
{
    line_add_encode(&add, begin());
    return checked(EVENT_LINE_ADD);
}

static struct line_add plain_line(void)
{
    return (struct line_add){.line = 1, .item = 1, .name = text_of(1), .quantity = 1};
}

TEST(order_events, a_line_has_from_one_to_the_highest_quantity)
{
    struct line_add add = plain_line();
    add.quantity = 0;
    assert_int_equal(line_with(add), ERR_MALFORMED);
    add.quantity = ORDER_QUANTITY_MAX;
    assert_int_equal(line_with(add), 0);
    add.quantity = ORDER_QUANTITY_MAX + 1;
    assert_int_equal(line_with(add), ERR_TOO_LARGE);
}

TEST(order_events, a_line_has_a_number_of_its_own)
{
    struct line_add add = plain_line();
    add.line = 0;
    assert_int_equal(line_with(add), ERR_MALFORMED);
    add.line = UINT32_MAX;
    assert_int_equal(line_with(add), 0);
}

TEST(order_events, prices_stay_within_money)
{
    struct line_add add = plain_line();
    add.unit_price_minor = MONEY_MAX;
    assert_int_equal(line_with(add), 0);
    add.unit_price_minor = MONEY_MAX + 1;
    assert_int_equal(line_with(add), ERR_TOO_LARGE);
    add.unit_price_minor = -MONEY_MAX;
    assert_int_equal(line_with(add), 0);
    add.unit_price_minor = -MONEY_MAX - 1;
    assert_int_equal(line_with(add), ERR_MALFORMED);
}

TEST(order_events, what_is_no_stall_makes_no_line_void)
{
    struct line_add add = plain_line();
    struct bytes body;
    add.stall = (uint64_t)RECORD_NUMBER_MAX + 1;
    line_add_encode(&add, begin());
    assert_int_equal(writer_finish(&body_writer, &body), 0);
    assert_int_equal(line_add_decode(body, &add), 0);
    assert_int_equal(add.stall, 0);
    add.stall = RECORD_NUMBER_MAX;
    line_add_encode(&add, begin());
    assert_int_equal(writer_finish(&body_writer, &body), 0);
    assert_int_equal(line_add_decode(body, &add), 0);
    assert_int_equal(add.stall, RECORD_NUMBER_MAX);
}

TEST(order_events, a_tax_is_at_most_the_whole)
{
    struct line_add add = plain_line();
    add.tax_bp = TAX_BP_MAX;
    assert_int_equal(line_with(add), 0);
    add.tax_bp = TAX_BP_MAX + 1;
    assert_int_equal(line_with(add), ERR_TOO_LARGE);
}

TEST(order_events, texts_have_their_limits_and_no_control_characters)
{
    struct line_add add = plain_line();
    add.name = text_of(NAME_BYTES_MAX);
    add.note = text_of(NOTE_BYTES_MAX);
    assert_int_equal(line_with(add), 0);
    add.note = text_of(NOTE_BYTES_MAX + 1);
    assert_int_equal(line_with(add), ERR_TOO_LARGE);
    add.note = text_of(0);
    add.name = text_of(NAME_BYTES_MAX + 1);
    assert_int_equal(line_with(add), ERR_TOO_LARGE);
    add.name = bytes_of_text("line\nfeed");
    assert_int_equal(line_with(add), ERR_MALFORMED);
    add.name = bytes_of_text("\xff");
    assert_int_equal(line_with(add), ERR_MALFORMED);
}

TEST(order_events, a_line_has_a_bounded_number_of_options)
{
    for (uint32_t count = LINE_OPTIONS_MAX; count <= LINE_OPTIONS_MAX + 1; count++) {
        struct writer *writer = begin();
        write_array(writer, 4);
        write_uint(writer, 1);
        write_int(writer, 0);
        write_array(writer, count);
        for (uint32_t i = 0; i < count; i++) {
            write_array(writer, 2);
            write_text(writer, text_of(1));
            write_int(writer, 0);
        }
        write_nil(writer);
        assert_int_equal(checked(EVENT_LINE_SET), count > LINE_OPTIONS_MAX ? ERR_TOO_MANY : 0);
    }
}

static int edit_by(int32_t delta)
{
    const struct line_set set = {.line = 1, .quantity_delta = delta};
    line_set_encode(&set, begin());
    return checked(EVENT_LINE_SET);
}

TEST(order_events, an_edit_cannot_add_more_than_a_line_holds)
{
    assert_int_equal(edit_by(ORDER_QUANTITY_MAX), 0);
    assert_int_equal(edit_by(ORDER_QUANTITY_MAX + 1), ERR_TOO_LARGE);
    assert_int_equal(edit_by(-ORDER_QUANTITY_MAX), 0);
    assert_int_equal(edit_by(-ORDER_QUANTITY_MAX - 1), ERR_MALFORMED);
}

/* A start of @count lines, numbered from @first in steps of @step. */
static int start_of(uint32_t count, uint32_t first, uint32_t step)
{
    struct writer *writer = begin();
    write_array(writer, 1);
    write_array(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        write_uint(writer, first + i * step);
    }
    return checked(EVENT_START);
}

TEST(order_events, a_list_of_lines_names_each_once)
{
    assert_int_equal(start_of(0, 1, 1), ERR_MALFORMED);
    assert_int_equal(start_of(ORDER_LINES_MAX, 1, 1), 0);
    assert_int_equal(start_of(ORDER_LINES_MAX + 1, 1, 1), ERR_TOO_MANY);
    assert_int_equal(start_of(2, 1, 0), ERR_MALFORMED);
    assert_int_equal(start_of(1, 0, 1), ERR_MALFORMED);
}

TEST(order_events, a_line_is_handed_over_discounted_or_accepted_once_per_event)
{
    static const uint32_t types[] = {EVENT_HANDED, EVENT_DISCOUNT, EVENT_ACCEPT};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (uint32_t second = 1; second <= 2; second++) {
            struct writer *writer = begin();
            write_array(writer, types[i] == EVENT_HANDED ? 1 : types[i] == EVENT_DISCOUNT ? 2 : 3);
            if (types[i] != EVENT_HANDED) {
                write_text(writer, text_of(1));
            }
            write_array(writer, 2);
            for (uint32_t line = 1; line <= 2; line++) {
                write_array(writer, 2);
                write_uint(writer, line == 1 ? 1 : second);
                write_uint(writer, 1);
            }
            if (types[i] == EVENT_ACCEPT) {
                write_int(writer, 100);
            }
            assert_int_equal(checked(types[i]), second == 1 ? ERR_MALFORMED : 0);
        }
    }
}

static int handed_units(uint32_t units)
{
    struct order_handed handed = {.lines_count = 1};
    handed.lines[0].line = 1;
    handed.lines[0].units = units;
    order_handed_encode(&handed, begin());
    return checked(EVENT_HANDED);
}

TEST(order_events, units_handed_over_are_some_and_not_too_many)
{
    assert_int_equal(handed_units(0), ERR_MALFORMED);
    assert_int_equal(handed_units(ORDER_QUANTITY_MAX), 0);
    assert_int_equal(handed_units(ORDER_QUANTITY_MAX + 1), ERR_TOO_LARGE);
}

static int paid(int64_t amount, int64_t tendered)
{
    const struct order_pay pay = {
        .method = bytes_of_text("cash"), .amount_minor = amount, .tendered_minor = tendered};
    order_pay_encode(&pay, begin());
    return checked(EVENT_PAY);
}

static int refunded(int64_t amount)
{
    const struct order_refund refund = {.method = bytes_of_text("cash"), .amount_minor = amount};
    order_refund_encode(&refund, begin());
    return checked(EVENT_REFUND);
}

static int discounted(int64_t amount)
{
    struct order_discount discount = {.lines_count = 1};
    discount.lines[0].line = 1;
    discount.lines[0].amount_minor = amount;
    order_discount_encode(&discount, begin());
    return checked(EVENT_DISCOUNT);
}

TEST(order_events, nobody_is_paid_by_paying_refunding_or_discounting)
{
    assert_int_equal(paid(1, 0), 0);
    assert_int_equal(paid(0, 0), ERR_MALFORMED);
    assert_int_equal(paid(-5, 0), ERR_MALFORMED);
    assert_int_equal(paid(5, -5), ERR_MALFORMED);
    assert_int_equal(refunded(1), 0);
    assert_int_equal(refunded(0), ERR_MALFORMED);
    assert_int_equal(refunded(-1), ERR_MALFORMED);
    assert_int_equal(discounted(0), 0);
    assert_int_equal(discounted(-1), ERR_MALFORMED);
    assert_int_equal(discounted(MONEY_MAX + 1), ERR_TOO_LARGE);
}

static int recalled(uint32_t count)
{
    static struct order_undo undo;
    undo.operations.count = count;
    for (uint32_t i = 0; i < count && i < ORDER_OPERATIONS_MAX; i++) {
        undo.operations.operations[i] = (struct operation){.log = 1, .seq = i + 1};
    }
    order_undo_encode(&undo, begin());
    return checked(EVENT_RECALL);
}

TEST(order_events, a_recall_names_some_operations_but_not_endlessly_many)
{
    assert_int_equal(recalled(0), ERR_MALFORMED);
    assert_int_equal(recalled(ORDER_OPERATIONS_MAX), 0);
    struct writer *writer = begin();
    write_array(writer, 1);
    write_array(writer, ORDER_OPERATIONS_MAX + 1);
    for (uint32_t i = 0; i <= ORDER_OPERATIONS_MAX; i++) {
        const struct operation operation = {.log = 1, .seq = i + 1};
        write_operation(writer, &operation);
    }
    assert_int_equal(checked(EVENT_RECALL), ERR_TOO_MANY);
}
