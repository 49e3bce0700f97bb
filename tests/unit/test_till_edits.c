/* test_till_edits.c - lines that are changed, handed over, cancelled. */
#include "tests/lib/test.h"

#include "tests/lib/diner.h"

enum { WRONG_MS = 1000000 }; /* a clock */

/* --- changing lines --- */

static struct command change_of(uint32_t line, int32_t delta)
{
    struct command command = diner_on_lines(COMMAND_LINE_SET, 1, line);
    command.quantity_delta = delta;
    return command;
}

TEST(lines, a_quantity_goes_up_and_down_but_not_below_what_was_given_out)
{
    diner_open();
    diner_place_usual();
    struct command command = change_of(1, 1);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_line(0)->quantity, 3);
    (void)diner_tap(COMMAND_DONE);
    struct command handed = diner_on_lines(COMMAND_HAND_OVER, 1, 1);
    handed.units[0] = 2;
    assert_int_equal(diner_events_of(&handed), 1);
    command = change_of(1, -2);
    assert_int_equal(diner_run(&command), ERR_STATE);
    command = change_of(1, ORDER_QUANTITY_MAX);
    assert_int_equal(diner_run(&command), ERR_TOO_LARGE);
    diner_close();
}

TEST(lines, a_note_that_says_the_same_is_no_change)
{
    diner_open();
    diner_place_usual();
    struct command command = change_of(1, 0);
    command.has_note = true;
    command.note = bytes_of_text("ohne Zwiebel");
    assert_int_equal(diner_events_of(&command), 1);
    assert_true(bytes_equal(diner_line(0)->note, bytes_of_text("ohne Zwiebel")));
    assert_int_equal(diner_events_of(&command), 0);
    diner_close();
}

TEST(lines, options_are_exchanged_for_others_of_the_menu)
{
    diner_open();
    diner_place_usual();
    struct command command = change_of(1, 0);
    command.has_options = true;
    command.lines[0].options_count = 2;
    command.lines[0].options[0] = (struct wanted_option){0, 0};
    command.lines[0].options[1] = (struct wanted_option){1, 0};
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.order.total_minor, 1850);
    assert_int_equal(diner_events_of(&command), 0);
    command.lines[0].options_count = 0;
    assert_int_equal(diner_run(&command), ERR_MISMATCH);
    diner_close();
}

TEST(lines, options_that_are_others_by_name_or_price_are_exchanged)
{
    uint8_t data[512];
    diner_open();
    diner_place_usual();
    struct command command = change_of(1, 0);
    command.has_options = true;
    command.lines[0].options_count = 1;
    command.lines[0].options[0] = (struct wanted_option){0, 1};
    assert_int_equal(diner_events_of(&command), 1);
    assert_true(bytes_equal(diner_line(0)->options[0].name, bytes_of_text("Kräuter")));
    struct command dearer = diner_command(COMMAND_MENU_SET);
    const struct menu_options options = {
        .count = 1,
        .groups = {{.name = bytes_of_text("Sosse"),
                    .choices_min = 1,
                    .choices_max = 1,
                    .choices_count = 2,
                    .choices = {{bytes_of_text("scharf"), 0}, {bytes_of_text("Kräuter"), 30}}}}};
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    menu_options_encode(&options, &writer);
    dearer.item = DINER_DONER;
    diner_add_field(&dearer, MENU_OPTIONS, NULL, 0);
    assert_int_equal(writer_finish(&writer, &dearer.fields[0].text), 0);
    assert_int_equal(diner_events_of(&dearer), 1);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_line(0)->options[0].price_minor, 30);
    assert_int_equal(diner_events_of(&command), 0);
    diner_close();
}

TEST(lines, an_edit_after_the_start_waits_for_the_kitchen_which_says_yes)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap_line(COMMAND_START, 1);
    const struct command more = change_of(1, 1);
    assert_int_equal(diner_events_of(&more), 1);
    assert_int_equal(diner_line(0)->quantity, 2);
    assert_int_equal(diner_line(0)->quantity_wished, 3);
    assert_true((diner.order.flags & FLAG_LATE_EDIT) != 0);
    struct command yes = diner_on_lines(COMMAND_AMEND, 1, 1);
    yes.truth = true;
    assert_int_equal(diner_events_of(&yes), 1);
    assert_int_equal(diner_line(0)->quantity, 3);
    assert_int_equal(diner.order.flags & FLAG_LATE_EDIT, 0);
    assert_int_equal(diner_events_of(&yes), 0);
    diner_close();
}

TEST(lines, or_no)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap_line(COMMAND_START, 1);
    const struct command more = change_of(1, 1);
    assert_int_equal(diner_events_of(&more), 1);
    assert_int_equal(diner_tap(COMMAND_AMEND), 1);
    assert_int_equal(diner_line(0)->quantity, 2);
    assert_int_equal(diner_line(0)->quantity_wished, 2);
    assert_int_equal(diner.order.flags & FLAG_LATE_EDIT, 0);
    diner_close();
}

TEST(lines, a_void_needs_a_reason_and_what_was_given_out_stays)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_on_lines(COMMAND_LINES_VOID, 1, 2);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.reason = bytes_of_text("mistyped");
    assert_int_equal(diner_events_of(&command), 1);
    assert_true(diner_line(1)->is_void);
    assert_int_equal(diner.order.total_minor, 1400);
    assert_int_equal(diner_events_of(&command), 0);
    (void)diner_tap(COMMAND_HAND_OVER);
    assert_int_equal(diner_try_line(COMMAND_LINES_VOID, 1), ERR_STATE);
    diner_close();
}

TEST(lines, more_is_added_once_however_often_it_is_asked_for)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_LINES_ADD);
    command.lines_count = 2;
    command.lines[0] = diner_ayrans(3);
    command.lines[1] = diner_doners(1);
    assert_int_equal(diner_events_of(&command), 2);
    assert_int_equal(diner.order.lines_count, 4);
    assert_true(diner_line(2)->id >= UINT32_C(0x80000000));
    assert_int_equal(diner.order.total_minor, 1650 + 750 + 700);
    assert_int_equal(diner_events_of(&command), 0);
    diner_go_to(DINER_KITCHEN_LOG);
    assert_int_equal(diner_events_of(&command), 0);
    diner_close();
}

TEST(lines, to_add_some_takes_a_key_and_from_one_to_as_many_as_an_order_holds)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_LINES_ADD);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.lines_count = ORDER_LINES_MAX + 1;
    assert_int_equal(diner_run(&command), ERR_TOO_MANY);
    command.lines_count = 1;
    command.lines[0] = diner_ayrans(1);
    command.key = bytes_of(NULL, 0);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.key = diner_next_key();
    assert_int_equal(diner_events_of(&command), 1);
    diner_close();
}

TEST(lines, an_order_does_not_grow_beyond_its_limit)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_LINES_ADD);
    command.lines_count = ORDER_LINES_MAX - 1;
    for (uint32_t i = 0; i < command.lines_count; i++) {
        command.lines[i] = diner_ayrans(1);
    }
    assert_int_equal(diner_run(&command), ERR_TOO_MANY);
    command.lines_count = ORDER_LINES_MAX - 2;
    assert_int_equal(diner_events_of(&command), ORDER_LINES_MAX - 2);
    diner_close();
}

/* --- handing over, cancelling --- */

TEST(hand_over, in_parts_and_then_the_rest)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap(COMMAND_DONE);
    struct command command = diner_on_lines(COMMAND_HAND_OVER, 1, 1);
    command.units[0] = 1;
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_line(0)->handed, 1);
    assert_int_not_equal(diner.order.phase, PHASE_COMPLETED);
    command.units[0] = 2;
    assert_int_equal(diner_run(&command), ERR_STATE);
    assert_int_equal(diner_tap(COMMAND_HAND_OVER), 1);
    assert_int_equal(diner.order.phase, PHASE_COMPLETED);
    assert_int_equal(diner_tap(COMMAND_HAND_OVER), 0);
    diner_close();
}

TEST(hand_over, the_last_one_is_taken_back_for_the_line_meant)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap(COMMAND_DONE);
    (void)diner_tap(COMMAND_HAND_OVER); /* both lines in one event */
    assert_int_equal(diner_tap_line(COMMAND_UNHAND, 1), 2);
    assert_int_equal(diner_event_type(0), EVENT_UNHAND);
    assert_int_equal(diner_event_type(1), EVENT_HANDED);
    assert_int_equal(diner_line(0)->handed, 0);
    assert_int_equal(diner_line(1)->handed, 1);
    assert_int_equal(diner_tap_line(COMMAND_UNHAND, 1), 0);
    assert_int_equal(diner_tap(COMMAND_UNHAND), 1);
    assert_int_equal(diner_line(1)->handed, 0);
    assert_int_equal(diner.order.phase, PHASE_READY);
    diner_close();
}

TEST(hand_over, nobody_is_late_for_what_is_not_made)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_HAND_OVER);
    command.truth = true;
    assert_int_equal(diner_run(&command), ERR_STATE);
    (void)diner_tap(COMMAND_DONE);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.order.phase, PHASE_COMPLETED);
    assert_int_equal(diner_line(0)->uncollected, diner_line(0)->quantity);
    diner_close();
}

TEST(hand_over, nobody_is_late_for_what_was_given_out_already)
{
    diner_open();
    diner_place_usual();
    assert_int_equal(diner_tap_line(COMMAND_HAND_OVER, 1), 1);
    struct command command = diner_on_lines(COMMAND_HAND_OVER, 1, 1);
    command.truth = true;
    assert_int_equal(diner_events_of(&command), 0);
    assert_int_equal(diner_line(0)->uncollected, 0);
    diner_close();
}

TEST(hand_over, what_nobody_came_for_stays_so_when_one_line_of_it_is_taken_back)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap(COMMAND_DONE);
    struct command command = diner_command(COMMAND_HAND_OVER);
    command.truth = true;
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_tap_line(COMMAND_UNHAND, 1), 2);
    assert_int_equal(diner_line(0)->uncollected, 0);
    assert_int_equal(diner_line(1)->uncollected, diner_line(1)->quantity);
    assert_int_equal(diner_tap_line(COMMAND_HAND_OVER, 1), 1);
    assert_int_equal(diner_line(0)->uncollected, 0);
    assert_int_equal(diner_line(0)->handed, diner_line(0)->quantity);
    diner_close();
}

TEST(hand_over, an_earlier_part_stays_given_out)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_on_lines(COMMAND_HAND_OVER, 1, 1);
    command.units[0] = 1;
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_tap_line(COMMAND_UNHAND, 1), 1);
    assert_int_equal(diner_line(0)->handed, 1);
    diner_close();
}

TEST(hand_over, the_last_one_is_the_latest_whichever_device_it_was)
{
    diner_open();
    const struct command order = diner_order_of_one(diner_doners(3));
    assert_int_equal(diner_place(&order), 0);
    struct command command = diner_on_lines(COMMAND_HAND_OVER, 1, 1);
    command.units[0] = 2;
    diner_go_to(DINER_KITCHEN_LOG);
    assert_int_equal(diner_events_of(&command), 1);
    diner_go_to(DINER_COUNTER_LOG);
    assert_int_equal(diner_tap(COMMAND_HAND_OVER), 1);
    assert_int_equal(diner_tap(COMMAND_UNHAND), 1);
    assert_int_equal(diner_line(0)->handed, 2);
    diner_close();
}

TEST(hand_over, the_last_one_is_the_latest_however_wrong_a_clock_is)
{
    diner_open();
    const struct command order = diner_order_of_one(diner_doners(3));
    assert_int_equal(diner_place(&order), 0);
    struct command command = diner_on_lines(COMMAND_HAND_OVER, 1, 1);
    command.units[0] = 2;
    diner_go_to(DINER_KITCHEN_LOG);
    diner.t += WRONG_MS;
    assert_int_equal(diner_events_of(&command), 1);
    diner_go_to(DINER_COUNTER_LOG);
    diner.t -= WRONG_MS;
    assert_int_equal(diner_tap(COMMAND_HAND_OVER), 1);
    assert_int_equal(diner_tap(COMMAND_UNHAND), 1);
    assert_int_equal(diner_line(0)->handed, 2);
    diner_close();
}

TEST(cancel, an_order_is_cancelled_once_and_reinstated)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_CANCEL);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.reason = bytes_of_text("left");
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.order.phase, PHASE_CANCELLED);
    assert_int_equal(diner_events_of(&command), 0);
    const struct command hand_over = diner_command(COMMAND_HAND_OVER);
    assert_int_equal(diner_run(&hand_over), ERR_STATE);
    assert_int_equal(diner_tap(COMMAND_REINSTATE), 1);
    assert_int_equal(diner.order.phase, PHASE_PLACED);
    assert_int_equal(diner_tap(COMMAND_REINSTATE), 0);
    diner_close();
}

TEST(cancel, what_was_eaten_is_not_cancelled)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap(COMMAND_HAND_OVER);
    struct command command = diner_command(COMMAND_CANCEL);
    command.reason = bytes_of_text("too late");
    assert_int_equal(diner_run(&command), ERR_STATE);
    diner_close();
}
