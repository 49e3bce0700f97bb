/* test_till_elsewhere.c - what the till makes of an order that others wrote on: bodies that say
 * nothing, steps out of their turn, edits that do not agree.
 */
#include "tests/lib/test.h"

#include "sync/domain/till_history.h"
#include "tests/lib/stall_till.h"

static struct command of_line(struct stall *stall, enum command_kind kind, uint32_t line)
{
    struct command command = stall_command(stall, kind);
    command.ids_count = 1;
    command.ids[0] = line;
    command.reason = bytes_of_text("sold out");
    return command;
}

/* At C, which knows all. */
static int ask(struct stall *stall, const struct command *command, uint32_t *ret_events)
{
    stall_sync(stall);
    return stall_ask(stall, C, command, ret_events);
}

/* An event that every device keeps and none can read. */
static void write_nothing(struct stall *stall, enum person at, enum event_type type)
{
    (void)mesh_write(stall->mesh, (uint32_t)at, (uint32_t)type, ++stall->t, bytes_of("\x90", 1));
}

static uint32_t operations_named(struct stall *stall, uint32_t event)
{
    const struct history *history = mesh_history(stall->mesh, C);
    struct order_amend amend;
    uint32_t seen = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->events[i].type == (uint32_t)EVENT_AMEND && seen++ == event) {
            assert_int_equal(order_amend_decode(history->events[i].body, &amend), 0);
            return amend.operations.count;
        }
    }
    return 0;
}

/* --- steps out of their turn --- */

TEST(till_elsewhere, what_was_handed_over_though_nobody_said_it_was_made_is_not_refused)
{
    struct stall stall = stall_of_two(false);
    (void)do_hand(&stall, P, 1, 1);
    stall_sync(&stall);
    assert_int_equal(stall_look(&stall, C)->lines[0].progress, LINE_DONE); /* it was made */
    const struct command command = of_line(&stall, COMMAND_REFUSE, 1);
    assert_int_equal(ask(&stall, &command, NULL), ERR_STATE);
    stall_free(&stall);
}

TEST(till_elsewhere, a_void_line_is_not_refused_nor_one_that_is_not_there)
{
    struct stall stall = stall_of_two(false);
    (void)do_void(&stall, D, 2);
    struct command command = of_line(&stall, COMMAND_REFUSE, 2);
    assert_int_equal(ask(&stall, &command, NULL), ERR_STATE);
    command = of_line(&stall, COMMAND_REFUSE, 9);
    assert_int_equal(ask(&stall, &command, NULL), ERR_NOT_FOUND);
    stall_free(&stall);
}

TEST(till_elsewhere, a_kitchen_refuses_no_draft_which_lapses_all_the_same)
{
    uint32_t events;
    struct stall stall = stall_new();
    (void)do_open_pay_first(&stall, C);
    (void)do_add(&stall, C, 1, 1, 500);
    struct command command = stall_command(&stall, COMMAND_REFUSE);
    command.reason = bytes_of_text("closing");
    assert_int_equal(ask(&stall, &command, NULL), ERR_STATE);
    const struct command hand_over = stall_command(&stall, COMMAND_HAND_OVER);
    assert_int_equal(ask(&stall, &hand_over, NULL), ERR_STATE);
    command.kind = COMMAND_LAPSE; /* nobody paid in time */
    assert_int_equal(ask(&stall, &command, &events), 0);
    assert_int_equal(events, 1);
    assert_int_equal(stall_look(&stall, C)->phase, PHASE_REFUSED);
    stall_free(&stall);
}

TEST(till_elsewhere, lines_that_are_not_there_are_neither_answered_nor_taken_back)
{
    static const enum command_kind kinds[] = {COMMAND_AMEND, COMMAND_UNHAND, COMMAND_RECALL};
    struct stall stall = stall_of_two(false);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct command command = of_line(&stall, kinds[i], 9);
        assert_int_equal(ask(&stall, &command, NULL), ERR_NOT_FOUND);
    }
    stall_free(&stall);
}

TEST(till_elsewhere, nobody_hands_over_less_than_nothing)
{
    struct stall stall = stall_of_two(false);
    struct command command = of_line(&stall, COMMAND_HAND_OVER, 1);
    command.units[0] = -1;
    assert_int_equal(ask(&stall, &command, NULL), ERR_MALFORMED);
    stall_free(&stall);
}

/* --- taken back --- */

TEST(till_elsewhere, what_was_accepted_and_is_void_or_refused_now_is_not_accepted_again)
{
    for (int is_refused = 0; is_refused < 2; is_refused++) {
        struct stall stall = stall_of_two(false);
        uint32_t events;
        (void)do_accept(&stall, K, 2);
        stall_sync(&stall);
        if (is_refused != 0) {
            (void)do_refuse(&stall, K, 2, "sold out");
        } else {
            (void)do_void(&stall, D, 2);
        }
        struct command command = of_line(&stall, COMMAND_RECALL, 1);
        command.truth = true;
        assert_int_equal(ask(&stall, &command, &events), 0);
        assert_int_equal(events, 1);
        assert_false(stall_look(&stall, C)->lines[0].is_accepted);
        stall_free(&stall);
    }
}

TEST(till_elsewhere, what_was_done_on_its_own_is_not_said_again)
{
    struct stall stall = stall_of_two(false);
    uint32_t events;
    (void)do_done(&stall, K, 1);
    (void)do_done(&stall, K, 2);
    const struct command command = of_line(&stall, COMMAND_RECALL, 1);
    assert_int_equal(ask(&stall, &command, &events), 0);
    assert_int_equal(events, 1);
    assert_int_not_equal(stall_look(&stall, C)->lines[0].progress, LINE_DONE);
    assert_int_equal(stall.order->lines[1].progress, LINE_DONE);
    stall_free(&stall);
}

TEST(till_elsewhere, all_that_was_refused_is_taken_back_together)
{
    struct stall stall = stall_of_two(false);
    (void)do_refuse(&stall, K, 1, "sold out");
    (void)do_refuse(&stall, K, 2, "sold out");
    const struct command command = stall_command(&stall, COMMAND_RECALL);
    assert_int_equal(ask(&stall, &command, NULL), 0);
    assert_false(stall_look(&stall, C)->lines[0].is_refused);
    assert_false(stall.order->lines[1].is_refused);
    stall_free(&stall);
}

/* --- bodies that say nothing --- */

TEST(till_elsewhere, a_step_that_nobody_can_read_is_about_no_line)
{
    static const enum event_type types[] = {EVENT_ACCEPT, EVENT_REFUSE, EVENT_LAPSE, EVENT_START,
                                            EVENT_DONE,   EVENT_HANDED, EVENT_PAY,   EVENT_SEEN};
    struct event_line lines[ORDER_LINES_MAX];
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const struct history_event event = {.type = types[i], .body = bytes_of("\x90", 1)};
        assert_int_equal(event_lines(&event, lines), 0);
    }
}

TEST(till_elsewhere, and_is_not_taken_back)
{
    struct stall stall = stall_of_two(false);
    uint32_t events;
    write_nothing(&stall, K, EVENT_ACCEPT);
    write_nothing(&stall, K, EVENT_START);
    write_nothing(&stall, P, EVENT_HANDED);
    const struct command recall = stall_command(&stall, COMMAND_RECALL);
    assert_int_equal(ask(&stall, &recall, &events), 0);
    assert_int_equal(events, 0);
    const struct command unhand = stall_command(&stall, COMMAND_UNHAND);
    assert_int_equal(ask(&stall, &unhand, &events), 0);
    assert_int_equal(events, 0);
    stall_free(&stall);
}

TEST(till_elsewhere, what_a_board_drew_is_said_though_another_said_something_unreadable)
{
    struct stall stall = stall_of_two(false);
    uint32_t events;
    struct command command = stall_command(&stall, COMMAND_SEEN);
    command.station = bytes_of_text("grill");
    write_nothing(&stall, K, EVENT_SEEN);
    assert_int_equal(ask(&stall, &command, &events), 0);
    assert_int_equal(events, 1);
    assert_int_equal(ask(&stall, &command, &events), 0);
    assert_int_equal(events, 0);
    stall_free(&stall);
}

TEST(till_elsewhere, what_a_board_drew_is_named_by_its_log_too)
{
    struct stall stall = stall_of_two(false);
    const struct operation added = do_add(&stall, D, 3, 1, 200);
    assert_int_equal(added.seq, 2); /* as the opening of the order in C's log */
    struct order_seen seen;
    struct command command = stall_command(&stall, COMMAND_SEEN);
    command.station = bytes_of_text("grill");
    command.changed_log = added.log;
    command.changed_seq = added.seq;
    assert_int_equal(ask(&stall, &command, NULL), 0);
    const struct history *history = mesh_history(stall.mesh, C);
    for (uint32_t i = 0; i < history->count; i++) {
        if (operation_equal(&history->events[i].id, &stall.last)) {
            assert_int_equal(order_seen_decode(history->events[i].body, &seen), 0);
        }
    }
    assert_true(operation_equal(&seen.changed, &added));
    command.changed_log = mesh_log(Q);
    assert_int_equal(ask(&stall, &command, NULL), ERR_NOT_FOUND);
    stall_free(&stall);
}

/* --- edits --- */

TEST(till_elsewhere, one_answer_names_so_many_edits_and_another_the_rest)
{
    for (uint32_t more = 0; more < 2; more++) {
        struct stall stall = stall_of_two(false);
        uint32_t events;
        (void)do_accept(&stall, C, 2);
        (void)do_start(&stall, C, 1);
        stall_sync(&stall);
        for (uint32_t i = 0; i < ORDER_OPERATIONS_MAX + more; i++) {
            (void)do_set(&stall, (enum person)(D + i % (PEOPLE - D)), 1, i % 2 == 0 ? 1 : -1);
        }
        const struct command command = stall_command(&stall, COMMAND_AMEND);
        assert_int_equal(ask(&stall, &command, &events), 0);
        assert_int_equal(events, 1 + more);
        assert_int_equal(operations_named(&stall, 0), ORDER_OPERATIONS_MAX);
        assert_int_equal(operations_named(&stall, 1), more);
        stall_free(&stall);
    }
}

TEST(till_elsewhere, notes_that_do_not_agree_are_settled_by_saying_one_again)
{
    struct stall stall = stall_of_two(false);
    uint32_t events;
    (void)do_note(&stall, D, 1, "no onions");
    (void)do_note(&stall, K, 1, "more onions");
    stall_sync(&stall);
    assert_true(stall_look(&stall, C)->lines[0].has_conflict);
    struct command command = of_line(&stall, COMMAND_LINE_SET, 1);
    command.has_note = true;
    command.note = stall.order->lines[0].note;
    assert_int_equal(ask(&stall, &command, &events), 0);
    assert_int_equal(events, 1);
    assert_false(stall_look(&stall, C)->lines[0].has_conflict);
    assert_int_equal(ask(&stall, &command, &events), 0);
    assert_int_equal(events, 0);
    stall_free(&stall);
}

TEST(till_elsewhere, of_what_is_on_no_menu_nobody_exchanges_options)
{
    struct stall stall = stall_of_two(false);
    const struct line_add gift = {
        .line = 3, .name = bytes_of_text("Gift"), .quantity = 1, .unit_price_minor = 100};
    (void)do_add_full(&stall, D, &gift);
    struct command command = of_line(&stall, COMMAND_LINE_SET, 3);
    command.has_options = true;
    assert_int_equal(ask(&stall, &command, NULL), ERR_STATE);
    stall_free(&stall);
}
