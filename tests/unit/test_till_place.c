/* test_till_place.c - orders that are placed at a till or refused, and what they come to. */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/blob.h"
#include "tests/lib/diner.h"

/* --- placing --- */

TEST(place, names_prices_taxes_and_stations_come_from_the_menu)
{
    diner_open();
    struct command command = diner_order_of_one(diner_doners(2));
    command.lines[0].note = bytes_of_text("ohne Zwiebel");
    assert_int_equal(diner_place(&command), 0);
    const struct order_line *line = diner_line(0);
    assert_int_equal(line->id, 1);
    assert_true(bytes_equal(line->name, bytes_of_text("Döner")));
    assert_true(bytes_equal(line->station, bytes_of_text("grill")));
    assert_true(bytes_equal(line->note, bytes_of_text("ohne Zwiebel")));
    assert_int_equal(line->unit_price_minor, 700);
    assert_int_equal(line->tax_bp, 700);
    assert_int_equal(line->quantity, 2);
    diner_close();
}

TEST(place, an_order_has_a_number_of_its_lane_and_the_day)
{
    diner_open();
    diner_place_usual();
    assert_true(diner.result.is_number_used);
    assert_int_equal(diner.result.number, 42);
    assert_int_equal(diner.result.day, 1);
    assert_int_equal(diner.order.numbers_count, 1);
    assert_true(bytes_equal(diner.order.numbers[0].lane, bytes_of_text("A")));
    assert_int_equal(diner.order.numbers[0].number, 42);
    diner_place_usual();
    assert_int_equal(diner.result.number, 43);
    diner_close();
}

TEST(place, eating_in_is_taxed_as_eating_in)
{
    diner_open();
    struct command command = diner_order_of_one(diner_doners(1));
    command.mode = bytes_of_text("eat-in");
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner_line(0)->tax_bp, 1900);
    command = diner_order_of_one(diner_doners(1));
    command.mode = bytes_of_text("standing");
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    diner_close();
}

TEST(place, options_cost_what_the_menu_says_and_stand_in_its_order)
{
    diner_open();
    struct command command = diner_order_of_one(diner_doners(2));
    command.lines[0].options_count = 3;
    command.lines[0].options[0] = (struct wanted_option){1, 1};
    command.lines[0].options[1] = (struct wanted_option){1, 0};
    command.lines[0].options[2] = (struct wanted_option){0, 1};
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner.result.total_minor, 2 * (700 + 100 + 250));
    assert_int_equal(diner.order.total_minor, diner.result.total_minor);
    assert_true(bytes_equal(diner_line(0)->options[0].name, bytes_of_text("Kräuter")));
    assert_true(bytes_equal(diner_line(0)->options[1].name, bytes_of_text("Käse")));
    assert_true(bytes_equal(diner_line(0)->options[2].name, bytes_of_text("Fleisch")));
    diner_close();
}

TEST(place, options_that_the_menu_does_not_offer_so_are_refused)
{
    static const struct {
        uint32_t count;
        struct wanted_option options[4];
    } wrong[] = {
        {0, {{0, 0}}},                         /* a sauce must be chosen */
        {2, {{0, 0}, {0, 1}}},                 /* and only one */
        {2, {{0, 0}, {0, 0}}},                 /* not the same twice */
        {4, {{0, 0}, {1, 0}, {1, 1}, {1, 2}}}, /* at most two extras */
        {1, {{0, 2}}},                         /* no such sauce */
        {1, {{2, 0}}},                         /* no such group */
    };
    diner_open();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct command command = diner_order_of_one(diner_doners(1));
        command.lines[0].options_count = wrong[i].count;
        memcpy(command.lines[0].options, wrong[i].options, sizeof wrong[i].options);
        assert_int_equal(diner_run(&command), ERR_MISMATCH);
    }
    diner_close();
}

TEST(place, a_line_has_a_bounded_number_of_options)
{
    diner_open();
    struct command command = diner_order_of_one(diner_doners(1));
    command.lines[0].options_count = LINE_OPTIONS_MAX + 1;
    assert_int_equal(diner_run(&command), ERR_TOO_MANY);
    diner_close();
}

TEST(place, what_is_sold_out_hidden_or_unknown_cannot_be_ordered)
{
    diner_open();
    struct command sold_out = diner_command(COMMAND_MENU_AVAILABLE);
    sold_out.item = DINER_AYRAN;
    assert_int_equal(diner_events_of(&sold_out), 1);
    struct command order = diner_order(diner_doners(1), diner_ayrans(1));
    assert_int_equal(diner_run(&order), ERR_UNAVAILABLE);

    struct command hide = diner_command(COMMAND_MENU_SET);
    hide.item = DINER_DONER;
    hide.fields_count = 1;
    hide.fields[0] = (struct wanted_field){.field = MENU_HIDDEN, .truth = true};
    assert_int_equal(diner_events_of(&hide), 1);
    order = diner_order_of_one(diner_doners(1));
    assert_int_equal(diner_run(&order), ERR_UNAVAILABLE);

    order.lines[0].item = 99;
    assert_int_equal(diner_run(&order), ERR_UNAVAILABLE);
    diner_close();
}

TEST(place, a_quantity_is_at_least_one_and_an_order_has_lines)
{
    diner_open();
    struct command command = diner_order_of_one(diner_ayrans(-1));
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command = diner_order_of_one(diner_ayrans(ORDER_QUANTITY_MAX + 1));
    assert_int_equal(diner_run(&command), ERR_TOO_LARGE);
    command.lines_count = 0;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.lines_count = ORDER_LINES_MAX + 1;
    assert_int_equal(diner_run(&command), ERR_TOO_MANY);
    diner_close();
}

TEST(place, the_largest_order_fits)
{
    diner_open();
    struct command command = diner_order_of_one(diner_ayrans(1));
    command.lines_count = ORDER_LINES_MAX;
    for (uint32_t i = 0; i < ORDER_LINES_MAX; i++) {
        command.lines[i] = diner_ayrans(1);
    }
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner.order.lines_count, ORDER_LINES_MAX);
    assert_int_equal(diner.order.total_minor, 250 * ORDER_LINES_MAX);
    diner_close();
}

TEST(place, a_text_that_no_receipt_can_show_is_refused)
{
    diner_open();
    struct command command = diner_order_of_one(diner_ayrans(1));
    command.lines[0].note = bytes_of_text("bell\a");
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command = diner_order_of_one(diner_ayrans(1));
    command.channel = bytes_of_text("\xc0\xaf");
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    diner_close();
}

TEST(place, a_name_is_in_no_event_but_the_hash_of_its_blob)
{
    diner_open();
    struct command command = diner_order_of_one(diner_ayrans(1));
    command.name = bytes_of_text("Zebedee");
    command.blob = blob_hash(bytes_of_text("0123456789abcdefZebedee"));
    command.blob_size = 23;
    command.media = bytes_of_text("text/plain");
    assert_int_equal(diner_place(&command), 0);
    assert_true(diner.order.has_name_blob);
    assert_true(hash_equal(&diner.order.name_blob, &command.blob));
    assert_int_equal(diner.order.name.size, 0);
    diner_close();
}

TEST(place, without_a_trading_day_or_a_lane_nobody_can_order)
{
    diner_open_without_day();
    struct command command = diner_order_of_one(diner_ayrans(1));
    assert_int_equal(diner_run(&command), ERR_STATE);
    diner_open_day(1);
    diner.lane = "";
    assert_int_equal(diner_run(&command), ERR_STATE);
    diner.lane = "A";
    assert_int_equal(diner_place(&command), 0);
    diner_close();
}

TEST(place, an_order_needs_a_key_that_nobody_else_has)
{
    diner_open();
    struct command command = diner_order_of_one(diner_ayrans(1));
    command.key.size = REQUEST_KEY_BYTES_MIN - 1;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.key.size = 0;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    diner_close();
}

TEST(place, a_retry_where_the_order_is_known_writes_nothing_and_keeps_the_number)
{
    diner_open();
    const struct command command = diner_order(diner_doners(2), diner_ayrans(1));
    assert_int_equal(diner_place(&command), 0);
    diner_go_to(DINER_KITCHEN_LOG);
    diner.lane = "B";
    assert_int_equal(diner_events_of(&command), 0);
    assert_false(diner.result.is_number_used);
    assert_int_equal(diner.result.number, 42);
    assert_int_equal(diner.result.total_minor, 1650);
    assert_true(entity_id_equal(&diner.result.entity, &diner.last));
    diner_close();
}

/* The bodies of the last result's events of @type, one after the other. */
static struct hash digest_of(enum event_type type)
{
    struct hash hash = {0};
    for (uint32_t i = 0; i < diner.result.events_count; i++) {
        if (diner.result.events[i].type == type) {
            const struct bytes parts[] = {bytes_of(hash.bytes, sizeof hash.bytes),
                                          diner.result.events[i].body};
            hash_parts(hash.bytes, sizeof hash.bytes, parts, 2);
        }
    }
    return hash;
}

TEST(place, a_retry_at_a_device_that_does_not_know_it_makes_the_same_order_lines_and_payment)
{
    struct hash lines[2], payments[2];
    struct entity_id ids[2];
    for (int i = 0; i < 2; i++) {
        diner_open();
        diner.keys = 100;
        diner_go_to(i == 0 ? DINER_COUNTER_LOG : DINER_KITCHEN_LOG);
        diner.lane = i == 0 ? "A" : "B";
        struct command command = diner_order(diner_doners(2), diner_ayrans(1));
        command.is_paid_now = true;
        command.method = bytes_of_text("cash");
        assert_int_equal(diner_place(&command), 0);
        ids[i] = diner.last;
        lines[i] = digest_of(EVENT_LINE_ADD);
        payments[i] = digest_of(EVENT_PAY);
        diner_close();
    }
    assert_true(entity_id_equal(&ids[0], &ids[1]));
    assert_true(hash_equal(&lines[0], &lines[1]));
    assert_true(hash_equal(&payments[0], &payments[1]));
}

TEST(place, paid_at_once_with_change)
{
    diner_open();
    struct command command = diner_order(diner_doners(2), diner_ayrans(1));
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    command.tendered_minor = 2000;
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner.result.change_minor, 350);
    assert_int_equal(diner.order.paid_minor, 1650);
    assert_int_equal(diner.order.due_minor, 0);
    diner_close();
}

TEST(place, less_tendered_or_more_asked_than_the_total_means_that_prices_changed)
{
    diner_open();
    struct command command = diner_order(diner_doners(2), diner_ayrans(1));
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    command.tendered_minor = 1600;
    assert_int_equal(diner_run(&command), ERR_MISMATCH);
    command.tendered_minor = 0;
    command.amount_minor = 1700;
    assert_int_equal(diner_run(&command), ERR_MISMATCH);
    command.amount_minor = 0;
    command.method = bytes_of_text("shells");
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.method = bytes_of_text("card-external");
    command.tendered_minor = 2000; /* a card gives no change */
    assert_int_equal(diner_run(&command), ERR_MISMATCH);
    diner_close();
}

TEST(place, cash_is_rounded_to_the_smallest_coin)
{
    diner_open();
    diner_set_popup(POPUP_CASH_STEP, 5, false);
    const struct command price = diner_item(DINER_AYRAN, NULL, 252);
    assert_int_equal(diner_events_of(&price), 1);
    struct command command = diner_order_of_one(diner_ayrans(1));
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    command.tendered_minor = 300;
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner.result.change_minor, 50);
    assert_int_equal(diner.order.due_minor, 0);
    diner_close();
}

TEST(place, what_costs_nothing_is_paid_by_nobody_and_nobody_pays_less_than_nothing)
{
    diner_open();
    const struct command water = diner_item(4, "Wasser", 0);
    assert_int_equal(diner_events_of(&water), 1);
    struct command command = diner_order_of_one((struct wanted_line){.item = 4, .quantity = 1});
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    command.amount_minor = -1;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.amount_minor = 0;
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner.result.events_count, 2);
    assert_int_equal(diner_event_type(1), EVENT_LINE_ADD);
    assert_int_equal(diner.order.due_minor, 0);
    diner_close();
}

TEST(place, a_quote_and_a_cart_are_customers)
{
    diner_open();
    struct command command = diner_order_of_one(diner_ayrans(1));
    command.has_cart = true;
    assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    command.has_cart = false;
    command.has_quote = true;
    assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    command.has_quote = false;
    assert_int_equal(diner_place(&command), 0);
    diner_close();
}

TEST(place, deposits_that_come_back_are_not_paid_but_owed)
{
    diner_open();
    struct command command =
        diner_order_of_one((struct wanted_line){.item = DINER_PFAND, .quantity = 2});
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner.result.total_minor, -400);
    assert_int_equal(diner.order.payments_count, 0);
    diner_close();
}

TEST(place, prices_without_tax_get_it_added)
{
    diner_open();
    diner_set_popup(POPUP_PRICES_INCLUDE_TAX, 0, false);
    const struct command command = diner_order_of_one(diner_doners(1));
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner.result.total_minor, 749);
    assert_int_equal(diner.order.total_minor, 749);
    diner_close();
}

TEST(place, where_people_pay_first_an_unpaid_order_is_a_draft_that_nobody_cooks)
{
    diner_open();
    diner_set_popup(POPUP_PAY_FIRST, 0, true);
    diner_place_usual();
    assert_int_equal(diner.order.phase, PHASE_DRAFT);
    const struct command accept = diner_command(COMMAND_ACCEPT);
    assert_int_equal(diner_run(&accept), ERR_STATE);
    struct command pay = diner_command(COMMAND_PAY);
    pay.method = bytes_of_text("cash");
    assert_int_equal(diner_events_of(&pay), 1);
    assert_int_equal(diner.order.phase, PHASE_PLACED);
    assert_int_equal(diner_tap(COMMAND_ACCEPT), 1);
    diner_close();
}

TEST(place, an_order_may_be_a_draft_until_it_is_paid_where_others_pay_later)
{
    diner_open();
    struct command command = diner_order_of_one(diner_doners(1));
    command.is_draft = true;
    assert_int_equal(diner_place(&command), 0);
    assert_int_equal(diner.order.phase, PHASE_DRAFT);
    struct command pay = diner_command(COMMAND_PAY);
    pay.method = bytes_of_text("cash");
    assert_int_equal(diner_events_of(&pay), 1);
    assert_int_equal(diner.order.phase, PHASE_PLACED);
    diner_close();
}
