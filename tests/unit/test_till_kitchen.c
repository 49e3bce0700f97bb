/* test_till_kitchen.c - who may do what with an order, and what the kitchen says of it. */
#include "tests/lib/test.h"

#include "tests/lib/diner.h"

/* --- who may --- */

TEST(people, a_role_does_its_own_work_only)
{
    static const struct {
        enum command_kind kind;
        enum role may, may_not;
    } rows[] = {
        {COMMAND_ORDER_PLACE, ROLE_COUNTER, ROLE_KITCHEN},
        {COMMAND_ACCEPT, ROLE_KITCHEN, ROLE_COUNTER},
        {COMMAND_HAND_OVER, ROLE_PICKUP, ROLE_KITCHEN},
        {COMMAND_REFUND, ROLE_MANAGER, ROLE_COUNTER},
        {COMMAND_MENU_SET, ROLE_MANAGER, ROLE_KITCHEN},
        {COMMAND_MENU_AVAILABLE, ROLE_KITCHEN, ROLE_PICKUP},
        {COMMAND_DEVICE_ADD, ROLE_OWNER, ROLE_COUNTER},
    };
    diner_open();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command command = diner_command(rows[i].kind);
        command.principal.role = rows[i].may;
        assert_int_not_equal(diner_run(&command), ERR_FORBIDDEN);
        command.principal.role = rows[i].may_not;
        assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    }
    diner_close();
}

TEST(people, a_customer_orders_tips_and_says_how_it_was_and_nobody_does_anything)
{
    diner_open();
    for (int kind = 0; kind < COMMAND_COUNT; kind++) {
        struct command command = diner_command((enum command_kind)kind);
        command.principal.role = ROLE_CUSTOMER;
        const bool is_theirs = kind == COMMAND_ORDER_PLACE || kind == COMMAND_QUOTE ||
                               kind == COMMAND_QUOTE_DROP || kind == COMMAND_CART_ADD ||
                               kind == COMMAND_CART_SET || kind == COMMAND_TABLE_SIT ||
                               kind == COMMAND_TIP || kind == COMMAND_REVIEW;
        if (!is_theirs) {
            assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
        }
        command.principal.role = ROLE_NONE;
        assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    }
    diner_close();
}

TEST(people, a_customer_s_order_says_nothing_of_money_and_forces_nothing)
{
    diner_open();
    struct command command = diner_order_of_one(diner_doners(1));
    command.principal.role = ROLE_CUSTOMER;
    command.is_forced = true;
    assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    command.is_forced = false;
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    command.is_paid_now = false;
    assert_int_equal(diner_place(&command), 0);
    diner_close();
}

TEST(people, an_order_that_is_not_here_cannot_be_touched)
{
    diner_open();
    for (int kind = COMMAND_LINES_ADD; kind <= COMMAND_SEEN; kind++) {
        const struct command command = diner_command((enum command_kind)kind);
        assert_int_equal(diner_run(&command), ERR_NOT_FOUND);
    }
    diner_close();
}

/* --- the kitchen --- */

TEST(kitchen, an_accept_names_the_lines_their_revisions_and_the_total)
{
    struct order_accept accept;
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_ACCEPT);
    command.station = bytes_of_text("grill");
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(order_accept_decode(diner.result.events[0].body, &accept), 0);
    assert_int_equal(accept.lines_count, 2);
    assert_int_equal(accept.lines[0].revision, diner_line(0)->revision);
    assert_int_equal(accept.total_minor, 1650);
    assert_int_equal(diner.order.phase, PHASE_ACCEPTED);
    assert_int_equal(diner.order.claimed_by, DINER_COUNTER_LOG);
    diner_close();
}

TEST(kitchen, a_second_tap_on_accept_is_nothing_and_at_another_device_a_hand_off)
{
    diner_open();
    diner_place_usual();
    assert_int_equal(diner_tap(COMMAND_ACCEPT), 1);
    assert_int_equal(diner_tap(COMMAND_ACCEPT), 0);
    diner_go_to(DINER_KITCHEN_LOG);
    assert_int_equal(diner_tap(COMMAND_ACCEPT), 1);
    assert_int_equal(diner.order.claimed_by, DINER_KITCHEN_LOG);
    assert_int_equal(diner.order.flags & FLAG_CLAIM_CONFLICT, 0);
    diner_close();
}

TEST(kitchen, a_bump_accepts_starts_and_finishes_what_was_not)
{
    diner_open();
    diner_place_usual();
    assert_int_equal(diner_tap(COMMAND_DONE), 3);
    assert_int_equal(diner_event_type(0), EVENT_ACCEPT);
    assert_int_equal(diner_event_type(1), EVENT_START);
    assert_int_equal(diner_event_type(2), EVENT_DONE);
    assert_int_equal(diner.order.phase, PHASE_READY);
    assert_int_equal(diner_tap(COMMAND_DONE), 0);
    assert_int_equal(diner_tap(COMMAND_START), 0);
    diner_close();
}

TEST(kitchen, lines_are_done_one_by_one)
{
    diner_open();
    diner_place_usual();
    assert_int_equal(diner_tap_line(COMMAND_START, 1), 2);
    assert_int_equal(diner_tap_line(COMMAND_DONE, 1), 1);
    assert_int_equal(diner.order.phase, PHASE_COOKING);
    assert_int_equal(diner_tap_line(COMMAND_DONE, 1), 0);
    assert_int_equal(diner_tap(COMMAND_DONE), 3); /* the other line only */
    assert_int_equal(diner.order.phase, PHASE_READY);
    diner_close();
}

TEST(kitchen, a_line_that_is_not_there_or_named_twice_is_refused)
{
    diner_open();
    diner_place_usual();
    assert_int_equal(diner_try_line(COMMAND_DONE, 9), ERR_NOT_FOUND);
    struct command command = diner_on_lines(COMMAND_DONE, 2, 1);
    command.ids[1] = 1;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    diner_close();
}

TEST(kitchen, a_recall_takes_back_the_line_meant_and_leaves_the_others_done)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap(COMMAND_DONE); /* both in one event */
    assert_int_equal(diner_tap_line(COMMAND_RECALL, 1), 2);
    assert_int_equal(diner_event_type(0), EVENT_RECALL);
    assert_int_equal(diner_event_type(1), EVENT_DONE);
    assert_int_equal(diner_line(0)->progress, LINE_STARTED);
    assert_int_equal(diner_line(1)->progress, LINE_DONE);
    assert_int_equal(diner_tap_line(COMMAND_RECALL, 1), 0);
    assert_int_equal(diner_tap_line(COMMAND_DONE, 1), 1);
    assert_int_equal(diner.order.phase, PHASE_READY);
    diner_close();
}

TEST(kitchen, a_recall_to_waiting_takes_back_the_start_and_then_the_acceptance)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap(COMMAND_DONE);
    struct command command = diner_command(COMMAND_RECALL);
    command.truth = true;
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.order.phase, PHASE_ACCEPTED);
    assert_int_equal(diner_line(0)->progress, LINE_WAITING);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.order.phase, PHASE_PLACED);
    assert_int_equal(diner_events_of(&command), 0);
    diner_close();
}

TEST(kitchen, of_an_acceptance_that_is_taken_back_for_one_line_the_other_stays_accepted)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap(COMMAND_ACCEPT);
    struct command command = diner_command(COMMAND_RECALL);
    command.truth = true;
    command.ids_count = 1;
    command.ids[0] = diner_line(0)->id;
    assert_int_equal(diner_events_of(&command), 2); /* the recall, and the acceptance again */
    assert_false(diner_line(0)->is_accepted);
    assert_true(diner_line(1)->is_accepted);
    diner_close();
}

TEST(kitchen, what_was_handed_over_is_not_recalled)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap(COMMAND_DONE);
    (void)diner_tap_line(COMMAND_HAND_OVER, 1);
    assert_int_equal(diner_try_line(COMMAND_RECALL, 1), ERR_STATE);
    assert_int_equal(diner_tap_line(COMMAND_RECALL, 2), 2);
    diner_close();
}

TEST(kitchen, a_refusal_needs_a_reason_and_can_be_taken_back)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_on_lines(COMMAND_REFUSE, 1, 2);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.reason = bytes_of_text("sold out");
    assert_int_equal(diner_events_of(&command), 1);
    assert_true(diner_line(1)->is_refused);
    assert_int_equal(diner.order.total_minor, 1400);
    assert_int_equal(diner_events_of(&command), 0);
    assert_int_equal(diner_tap_line(COMMAND_RECALL, 2), 1);
    assert_false(diner_line(1)->is_refused);
    assert_int_equal(diner.order.total_minor, 1650);
    diner_close();
}

TEST(kitchen, what_is_on_the_grill_is_not_refused_but_the_rest_is)
{
    diner_open();
    diner_place_usual();
    (void)diner_tap_line(COMMAND_START, 1);
    assert_int_equal(diner_try_line(COMMAND_REFUSE, 1), ERR_STATE);
    struct command command = diner_command(COMMAND_REFUSE);
    command.reason = bytes_of_text("closing");
    assert_int_equal(diner_events_of(&command), 1);
    assert_false(diner_line(0)->is_refused);
    assert_true(diner_line(1)->is_refused);
    diner_close();
}

TEST(kitchen, a_cancelled_order_is_not_cooked)
{
    diner_open();
    diner_place_usual();
    struct command cancel = diner_command(COMMAND_CANCEL);
    cancel.reason = bytes_of_text("left");
    assert_int_equal(diner_events_of(&cancel), 1);
    const enum command_kind kinds[] = {COMMAND_ACCEPT, COMMAND_START, COMMAND_DONE};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct command command = diner_command(kinds[i]);
        assert_int_equal(diner_run(&command), ERR_STATE);
    }
    diner_close();
}

TEST(kitchen, a_board_says_once_what_it_drew)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_SEEN);
    command.station = bytes_of_text("grill");
    command.changed_log = diner.order.changed.log;
    command.changed_seq = diner.order.changed.seq;
    assert_int_equal(diner_events_of(&command), 1);
    assert_true(diner.order.is_seen);
    assert_int_equal(diner_events_of(&command), 0);
    command.station = bytes_of_text("bar");
    assert_int_equal(diner_events_of(&command), 1);
    command.changed_seq = 999;
    assert_int_equal(diner_run(&command), ERR_NOT_FOUND);
    diner_close();
}
