/* test_till.c - the menu, the pop-up and its days at a till; a disk that fails. */
#include "tests/lib/test.h"

#include "tests/lib/diner.h"

/* --- menu, pop-up, day, devices --- */

TEST(menu, a_new_item_needs_a_name_and_a_price)
{
    diner_open();
    struct command command = diner_item(50, NULL, 300);
    assert_int_equal(diner_run(&command), ERR_NOT_FOUND);
    command = diner_item(50, "Tee", 300);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_events_of(&command), 0);
    command = diner_item(0, "Tee", 300);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    diner_close();
}

TEST(menu, only_what_differs_is_written)
{
    struct field_values set;
    diner_open();
    struct command command = diner_item(DINER_AYRAN, "Ayran", 300);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(menu_set_decode(diner.result.events[0].body, &set), 0);
    assert_int_equal(set.count, 1);
    assert_int_equal(set.values[0].field, MENU_PRICE);
    uint8_t data[512];
    command = diner_command(COMMAND_MENU_SET);
    command.item = DINER_DONER;
    diner_add_field(&command, MENU_OPTIONS, NULL, 0);
    command.fields[0].text = diner_doner_options(data, sizeof data);
    assert_int_equal(diner_events_of(&command), 0);
    diner_close();
}

TEST(menu, a_number_is_given_once_and_a_field_said_once)
{
    diner_open();
    struct command command = diner_item(DINER_AYRAN, NULL, 300);
    diner_add_field(&command, MENU_NUMBER, NULL, DINER_AYRAN + 1);
    assert_int_equal(diner_run(&command), ERR_MISMATCH);
    command = diner_item(DINER_AYRAN, NULL, 300);
    diner_add_field(&command, MENU_PRICE, NULL, 400);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command = diner_item(DINER_AYRAN, NULL, 300);
    diner_add_field(&command, 99, NULL, 1);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    diner_close();
}

TEST(menu, options_that_are_not_what_they_say_are_refused)
{
    static const uint8_t nonsense[] = {0x91, 0x94, 0xa1, 'x'};
    diner_open();
    struct command command = diner_command(COMMAND_MENU_SET);
    command.item = DINER_DONER;
    command.fields_count = 1;
    command.fields[0] =
        (struct wanted_field){.field = MENU_OPTIONS, .text = bytes_of(nonsense, sizeof nonsense)};
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    diner_close();
}

TEST(menu, sold_out_twice_is_once)
{
    diner_open();
    struct command command = diner_command(COMMAND_MENU_AVAILABLE);
    command.item = DINER_AYRAN;
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_events_of(&command), 0);
    command.truth = true;
    assert_int_equal(diner_events_of(&command), 1);
    command.item = 77;
    assert_int_equal(diner_run(&command), ERR_NOT_FOUND);
    diner_close();
}

TEST(popup, the_currency_stays_once_there_may_be_money)
{
    diner_open_without_day();
    struct command command = diner_command(COMMAND_POPUP_SET);
    diner_add_field(&command, POPUP_CURRENCY, "CHF", 0);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_events_of(&command), 0);
    command.fields[0].text = bytes_of_text("chf");
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    diner_open_day(1);
    command.fields[0].text = bytes_of_text("EUR");
    assert_int_equal(diner_run(&command), ERR_STATE);
    diner_close();
}

TEST(popup, days_are_opened_one_after_the_other)
{
    diner_open();
    struct command command = diner_command(COMMAND_DAY_OPEN);
    command.day = 1;
    assert_int_equal(diner_events_of(&command), 0);
    command.day = 3;
    assert_int_equal(diner_run(&command), ERR_STATE);
    command.day = 0;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.day = 2;
    assert_int_equal(diner_events_of(&command), 1);
    diner_place_usual();
    assert_int_equal(diner.result.day, 2);
    diner_close();
}

TEST(devices, a_chain_is_wrapped_as_it_is)
{
    static const uint8_t chain[] = {0x91, 0x92, 0xc4, 0x01, 'b', 0xc4, 0x01, 's'};
    diner_open();
    struct command command = diner_command(COMMAND_DEVICE_ADD);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.chain = bytes_of(chain, sizeof chain);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_event_type(0), EVENT_DEVICE_ADD);
    const struct bytes body = diner.result.events[0].body;
    assert_int_equal(body.size, 1 + sizeof chain);
    assert_int_equal(body.data[0], 0x91);
    assert_memory_equal(body.data + 1, chain, sizeof chain);
    diner_close();
}

/* --- the disk --- */

TEST(store, a_disk_that_fails_is_reported_whatever_was_read)
{
    diner_open();
    const struct command command = diner_order(diner_doners(1), diner_ayrans(1));
    for (unsigned nth = 1; nth <= 4; nth++) { /* the order, the pop-up, two items */
        store_memory_fail(diner.store, MEMORY_GET, nth, ERR_IO);
        assert_int_equal(diner_run_once(&command), ERR_IO);
    }
    store_memory_fail(diner.store, MEMORY_GET, 0, ERR_IO);
    assert_int_equal(diner_place(&command), 0);
    diner_close();
}
