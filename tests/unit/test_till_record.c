/* test_till_record.c - what managers ask for of stalls, taxes, offers and printers, and what these
 * make of items; judged and written by a whole replica.
 */
#include "tests/lib/record_hands.h"

enum { KEY_BYTES = 16 };

TEST(till_record, a_record_is_added_changed_and_said_again_without_an_event)
{
    world_start();
    assert_int_equal(add(KIND_STALL, 3, "Waffles"), 0);
    assert_int_equal(answer.events, 1);
    record_begin(KIND_STALL, 3, false);
    want_text(STALL_PICKUP, "Tent B");
    assert_int_equal(run(), 0);
    assert_int_equal(answer.events, 1);
    assert_int_equal(run(), 0);
    assert_int_equal(answer.events, 0);
    const struct record stall = record_at(KIND_STALL, 3);
    assert_int_equal(stall.number, 3);
    assert_true(bytes_equal(record_text(&stall, RECORD_NAME), bytes_of_text("Waffles")));
    assert_true(bytes_equal(record_text(&stall, STALL_PICKUP), bytes_of_text("Tent B")));
    world_stop();
}

TEST(till_record, nothing_is_changed_that_is_not_there_and_nothing_added_over_another)
{
    world_start();
    record_begin(KIND_STALL, 3, false);
    want_text(RECORD_NAME, "Waffles");
    assert_int_equal(run(), ERR_NOT_FOUND);
    assert_int_equal(add(KIND_STALL, 3, "Waffles"), 0);
    assert_int_equal(add(KIND_STALL, 3, "Waffles"), 0);
    assert_int_equal(answer.events, 0);
    assert_int_equal(add(KIND_STALL, 3, "Pancakes"), ERR_EXISTS);
    record_begin(KIND_STALL, 4, true);
    want_number(STALL_POSITION, 1);
    assert_int_equal(run(), ERR_MALFORMED); /* without a name */
    record_begin(KIND_ORDER, 4, true);
    want_text(RECORD_NAME, "x");
    assert_int_equal(run(), ERR_MALFORMED);
    world_stop();
}

TEST(till_record, a_number_drawn_from_the_key_is_the_same_in_a_retry_and_another_for_another_key)
{
    static const char *const keys[] = {"0123456789abcde0", "0123456789abcde1"};
    struct entity_id ids[3];
    world_start();
    for (size_t i = 0; i < 3; i++) {
        record_begin(KIND_TAX, 0, true);
        want_text(RECORD_NAME, "Food");
        command.key = bytes_of_text(keys[i / 2]);
        assert_int_equal(run(), 0);
        ids[i] = answer.entity;
    }
    assert_true(entity_id_equal(&ids[0], &ids[1]));
    assert_false(entity_id_equal(&ids[0], &ids[2]));
    assert_true(record_of(KIND_TAX, &ids[0]).number >= 10000);
    record_begin(KIND_TAX, 0, true);
    want_text(RECORD_NAME, "Food");
    assert_int_equal(run(), ERR_MALFORMED); /* without a key there is no number to draw */
    world_stop();
}

TEST(till_record, there_are_no_more_of_a_kind_than_its_limit)
{
    world_start();
    for (uint64_t number = 1; number <= TAXES_MAX; number++) {
        assert_int_equal(add(KIND_TAX, number, "Tax"), 0);
    }
    assert_int_equal(add(KIND_TAX, TAXES_MAX + 1, "Tax"), ERR_TOO_MANY);
    assert_int_equal(add(KIND_OFFER, 1, "Offer"), 0);
    world_stop();
}

TEST(till_record, only_managers_write_records)
{
    static const enum role others[] = {ROLE_COUNTER, ROLE_KITCHEN, ROLE_AUDITOR, ROLE_CUSTOMER};
    world_start();
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        for (size_t k = 0; k < record_kinds_count; k++) {
            begin(COMMAND_RECORD_SET, others[i]);
            command.record = record_kinds[k].kind;
            command.item = 1;
            command.is_new = true;
            want_text(RECORD_NAME, "x");
            assert_int_equal(run(), ERR_FORBIDDEN);
        }
    }
    world_stop();
}

TEST(till_record, an_offer_takes_off_a_percentage_or_an_amount_never_both)
{
    world_start();
    record_begin(KIND_OFFER, 1, true);
    want_text(RECORD_NAME, "Crew");
    want_number(OFFER_PERCENT, 5000);
    assert_int_equal(run(), 0);
    record_begin(KIND_OFFER, 1, false);
    want_number(OFFER_AMOUNT, 200);
    assert_int_equal(run(), 0);
    const struct record offer = record_at(KIND_OFFER, 1);
    assert_int_equal(record_number(&offer, OFFER_PERCENT), 0);
    assert_int_equal(record_number(&offer, OFFER_AMOUNT), 200);
    record_begin(KIND_OFFER, 1, false);
    want_number(OFFER_AMOUNT, 300);
    want_number(OFFER_PERCENT, 300);
    assert_int_equal(run(), ERR_MISMATCH);
    world_stop();
}

TEST(till_record, whoever_moves_a_printer_says_all_that_drives_it)
{
    static const uint8_t owner[8] = {1};
    world_start();
    record_begin(KIND_PRINTER, 1, true);
    want_text(RECORD_NAME, "Kitchen");
    want_text(PRINTER_DRIVER, "escpos");
    want_text(PRINTER_ADDRESS, "10.0.0.9:9100");
    assert_int_equal(run(), 0);
    record_begin(KIND_PRINTER, 1, false);
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = PRINTER_OWNER, .text = bytes_of(owner, sizeof owner)};
    assert_int_equal(run(), 0);
    const struct record printer = record_at(KIND_PRINTER, 1);
    struct field_values written;
    assert_int_equal(
        record_set_decode(printer.kind, history->events[history->count - 1].body, &written), 0);
    assert_int_equal(written.count, 4); /* owner, address, driver, code page: one hand */
    assert_int_equal(history->count, 2);
    world_stop();
}

/* --- taxes and stalls of items --- */

static int name_tax(uint64_t number)
{
    begin(COMMAND_MENU_SET, ROLE_OWNER);
    command.item = 5;
    want_number(MENU_TAX, (int64_t)number);
    return run();
}

TEST(till_record, an_items_rate_is_that_of_the_tax_it_names_and_a_line_keeps_what_it_was_sold_with)
{
    shop_open();
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    const struct entity_id first = answer.entity;
    assert_int_equal(line_ordered()->tax_bp, 1000);
    assert_int_equal(name_tax(1), ERR_NOT_FOUND); /* nobody has heard of it */
    record_begin(KIND_TAX, 1, true);
    want_text(RECORD_NAME, "Full");
    want_number(TAX_EAT_IN, 1900);
    assert_int_equal(run(), 0);
    assert_int_equal(name_tax(1), 0);
    assert_int_equal(order_tea("0123456789abcde1"), 0);
    assert_int_equal(line_ordered()->tax_bp, 1900);
    assert_true(bytes_equal(line_ordered()->name, bytes_of_text("Tea")));
    answer.entity = first;
    assert_int_equal(line_ordered()->tax_bp, 1000);
    world_stop();
}

TEST(till_record, a_line_carries_the_stall_of_its_item)
{
    shop_open();
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    assert_int_equal(line_ordered()->stall, 0);
    begin(COMMAND_MENU_SET, ROLE_OWNER);
    command.item = 5;
    want_number(MENU_STALL, 7);
    assert_int_equal(run(), 0);
    assert_int_equal(order_tea("0123456789abcde1"), 0);
    assert_int_equal(line_ordered()->stall, 7);
    world_stop();
}

static int use_stall(bool is_out_of_use)
{
    record_begin(KIND_STALL, 7, false);
    want_number(RECORD_HIDDEN, 0);
    command.fields[0].truth = is_out_of_use;
    return run();
}

TEST(till_record, nobody_orders_at_a_stall_that_is_out_of_use)
{
    shop_open();
    begin(COMMAND_MENU_SET, ROLE_OWNER);
    command.item = 5;
    want_number(MENU_STALL, 7);
    assert_int_equal(run(), 0);
    assert_int_equal(add(KIND_STALL, 7, "Tea tent"), 0);
    assert_int_equal(order_tea("0123456789abcde0"), 0);
    assert_int_equal(use_stall(true), 0);
    assert_int_equal(order_tea("0123456789abcde1"), ERR_UNAVAILABLE);
    assert_int_equal(answer.kind, KIND_MENU);
    assert_int_equal(use_stall(false), 0);
    assert_int_equal(order_tea("0123456789abcde2"), 0);
    assert_true(bytes_equal(line_ordered()->name, bytes_of_text("Tea")));
    world_stop();
}

TEST(till_record, an_item_is_changed_for_as_long_as_changes_count)
{
    shop_open(); /* one of its changes */
    for (int64_t price = 1; price < LASTING_EVENTS_PER_LOG_MAX; price++) {
        begin(COMMAND_MENU_SET, ROLE_OWNER);
        command.item = 5;
        want_number(MENU_PRICE, price);
        assert_int_equal(run(), price < LASTING_EVENTS_PER_LOG_MAX - 1 ? 0 : ERR_TOO_MANY);
    }
    world_stop();
}

/* --- what nobody may say --- */

TEST(till_record, a_command_that_names_no_record_is_refused)
{
    static const struct {
        enum kind kind;
        uint64_t number;
        bool is_new;
        enum role role;
        int err;
    } cases[] = {
        {KIND_MENU, 1, true, ROLE_OWNER, ERR_MALFORMED},   /* no record */
        {KIND_REVIEW, 1, true, ROLE_OWNER, ERR_MALFORMED}, /* has a command of its own */
        {KIND_STALL, RECORD_NUMBER_MAX + 1, true, ROLE_OWNER, ERR_MALFORMED},
        {KIND_STALL, 0, false, ROLE_OWNER, ERR_MALFORMED}, /* which one? */
        {KIND_STALL, 0, true, ROLE_OWNER, ERR_MALFORMED},  /* a number is drawn from a key */
        {KIND_STALL, 4, false, ROLE_OWNER, ERR_NOT_FOUND},
        {KIND_STALL, 4, true, ROLE_KITCHEN, ERR_FORBIDDEN},
        {KIND_STALL, 4, true, ROLE_OWNER, 0},
        {KIND_STALL, 4, true, ROLE_OWNER, ERR_EXISTS},
    };
    world_start();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        record_begin(cases[i].kind, cases[i].number, cases[i].is_new);
        command.principal.role = cases[i].role;
        want_text(RECORD_NAME, i % 2 == 0 ? "Grill" : "Bar");
        assert_int_equal(run(), cases[i].err);
    }
    record_begin(KIND_STALL, 4, false);
    want_number(RECORD_NUMBER, 5);
    assert_int_equal(run(), ERR_MALFORMED); /* nobody renumbers it */
    world_stop();
}

TEST(till_record, a_record_is_set_by_fields_that_it_has_each_once)
{
    world_start();
    record_begin(KIND_STALL, 4, true);
    assert_int_equal(run(), ERR_MALFORMED); /* by none */
    want_text(RECORD_NAME, "Grill");
    want_text(RECORD_NAME, "Bar");
    assert_int_equal(run(), ERR_MALFORMED);
    record_begin(KIND_STALL, 4, true);
    want_text(RECORD_NAME, "Grill");
    want_number(STAFF_COLOUR + 60, 1);
    assert_int_equal(run(), ERR_MALFORMED);
    world_stop();
}
