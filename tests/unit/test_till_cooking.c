/* test_till_cooking.c - what a kitchen may not do with an order, because of how far it is: refused,
 * cancelled, begun, without a line that is left; and what a board says that it drew.
 */
#include "tests/lib/test.h"

#include "tests/lib/stall_till.h"

static struct command of_line(struct stall *stall, enum command_kind kind, uint32_t line)
{
    struct command command = stall_command(stall, kind);
    command.ids_count = 1;
    command.ids[0] = line;
    command.reason = bytes_of_text("sold out");
    return command;
}

static struct command of_all(struct stall *stall, enum command_kind kind)
{
    struct command command = stall_command(stall, kind);
    command.reason = bytes_of_text("sold out");
    command.station = bytes_of_text("grill");
    return command;
}

/* At K, which knows all; how many events it took, or the error. */
static int ask(struct stall *stall, const struct command *command)
{
    uint32_t events;
    stall_sync(stall);
    const int err = stall_ask(stall, K, command, &events);
    return err == 0 ? (int)events : err;
}

static const enum command_kind steps[] = {COMMAND_ACCEPT, COMMAND_START, COMMAND_DONE};
enum { STEPS = sizeof steps / sizeof steps[0] };

TEST(till_cooking, what_was_refused_as_a_whole_is_not_cooked)
{
    struct stall stall = stall_of_two(false);
    (void)do_refuse(&stall, K, 1, "sold out");
    (void)do_refuse(&stall, K, 2, "sold out");
    for (int i = 0; i < STEPS; i++) {
        const struct command command = of_all(&stall, steps[i]);
        assert_int_equal(ask(&stall, &command), ERR_STATE);
    }
    stall_free(&stall);
}

TEST(till_cooking, a_line_that_was_refused_or_is_void_is_not_cooked_and_the_other_is)
{
    for (int is_void = 0; is_void < 2; is_void++) {
        struct stall stall = stall_of_two(false);
        if (is_void != 0) {
            (void)do_void(&stall, C, 2);
        } else {
            (void)do_refuse(&stall, K, 2, "sold out");
        }
        for (int i = 0; i < STEPS; i++) {
            struct command command = of_line(&stall, steps[i], 2);
            assert_int_equal(ask(&stall, &command), ERR_STATE);
            command = of_line(&stall, steps[i], 1);
            assert_int_equal(ask(&stall, &command), 1);
        }
        stall_free(&stall);
    }
}

TEST(till_cooking, without_a_line_that_is_left_there_is_nothing_to_cook_or_refuse)
{
    struct stall stall = stall_of_two(true);
    (void)do_void(&stall, C, 1);
    (void)do_void(&stall, C, 2);
    for (int i = 0; i < STEPS; i++) {
        const struct command command = of_all(&stall, steps[i]);
        assert_int_equal(ask(&stall, &command), ERR_STATE);
    }
    const struct command command = of_all(&stall, COMMAND_REFUSE);
    assert_int_equal(ask(&stall, &command), 0);
    stall_free(&stall);
}

TEST(till_cooking, who_accepted_a_line_accepts_the_rest_and_nothing_twice)
{
    struct stall stall = stall_of_two(false);
    struct command command = of_line(&stall, COMMAND_ACCEPT, 1);
    assert_int_equal(ask(&stall, &command), 1);
    assert_int_equal(ask(&stall, &command), 0);
    command = of_all(&stall, COMMAND_ACCEPT);
    assert_int_equal(ask(&stall, &command), 1);
    assert_int_equal(ask(&stall, &command), 0);
    stall_free(&stall);
}

TEST(till_cooking, what_is_cancelled_or_begun_as_a_whole_is_not_refused)
{
    struct stall stall = stall_of_two(false);
    const struct command refuse = of_all(&stall, COMMAND_REFUSE);
    (void)do_start(&stall, K, 1);
    (void)do_start(&stall, K, 2);
    assert_int_equal(ask(&stall, &refuse), ERR_STATE);
    stall_free(&stall);

    stall = stall_of_two(false);
    (void)do_cancel(&stall, C);
    assert_int_equal(ask(&stall, &refuse), ERR_STATE);
    stall_free(&stall);
}

TEST(till_cooking, a_line_that_is_refused_is_refused_once)
{
    struct stall stall = stall_of_two(false);
    const struct command refuse = of_line(&stall, COMMAND_REFUSE, 1);
    assert_int_equal(ask(&stall, &refuse), 1);
    assert_int_equal(ask(&stall, &refuse), 0);
    stall_free(&stall);
}

/* --- seen --- */

TEST(till_cooking, a_board_saw_nothing_of_an_order_without_a_line)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    const struct command seen = of_all(&stall, COMMAND_SEEN);
    assert_int_equal(ask(&stall, &seen), ERR_STATE);
    stall_free(&stall);
}

TEST(till_cooking, each_board_says_itself_what_it_drew)
{
    struct stall stall = stall_of_two(false);
    struct command seen = of_all(&stall, COMMAND_SEEN);
    assert_int_equal(ask(&stall, &seen), 1);
    assert_int_equal(ask(&stall, &seen), 0);
    seen.station = bytes_of_text("bar");
    assert_int_equal(ask(&stall, &seen), 1);
    assert_int_equal(ask(&stall, &seen), 0);
    stall_free(&stall);
}

TEST(till_cooking, what_changed_since_is_seen_anew)
{
    struct stall stall = stall_of_two(false);
    const struct command seen = of_all(&stall, COMMAND_SEEN);
    assert_int_equal(ask(&stall, &seen), 1);
    (void)do_note(&stall, C, 1, "no onions");
    assert_int_equal(ask(&stall, &seen), 1);
    assert_int_equal(ask(&stall, &seen), 0);
    stall_free(&stall);
}
