/* test_holds.c - when a bank's hold is read at the provider. */
#include "tests/lib/test.h"

#include "gateway/settle/holds.h"

enum { NOW_S = 1800000000, WEEK_S = 7 * 86400 };

TEST(holds, one_whose_end_nobody_told_is_read_at_once_and_once)
{
    assert_int_equal(hold_read_in_s(0, 0, NOW_S), 0);
    assert_true(hold_read_in_s(0, NOW_S - 1, NOW_S) == HOLD_NEVER);
    assert_true(hold_read_in_s(0, NOW_S - WEEK_S, NOW_S) == HOLD_NEVER);
}

TEST(holds, one_whose_end_is_known_is_read_when_that_has_come_and_not_before)
{
    assert_int_equal(hold_read_in_s(NOW_S + WEEK_S, NOW_S, NOW_S), WEEK_S);
    assert_int_equal(hold_read_in_s(NOW_S + 1, 0, NOW_S), 1);
    assert_int_equal(hold_read_in_s(NOW_S, NOW_S - WEEK_S, NOW_S), 0);
}

TEST(holds, one_that_ended_while_the_gateway_was_off_is_read_at_once)
{
    assert_int_equal(hold_read_in_s(NOW_S - WEEK_S, NOW_S - 2 * WEEK_S, NOW_S), 0);
    assert_int_equal(hold_read_in_s(NOW_S - WEEK_S, 0, NOW_S), 0);
}

TEST(holds, one_that_ended_and_is_still_called_held_is_read_again_and_not_all_the_time)
{
    const int64_t ends_s = NOW_S - WEEK_S;
    assert_int_equal(hold_read_in_s(ends_s, NOW_S, NOW_S), HOLD_AGAIN_S);
    assert_int_equal(hold_read_in_s(ends_s, NOW_S - HOLD_AGAIN_S + 1, NOW_S), 1);
    assert_int_equal(hold_read_in_s(ends_s, NOW_S - HOLD_AGAIN_S, NOW_S), 0);
}

TEST(holds, what_a_wrong_clock_noted_delays_nothing)
{
    assert_int_equal(hold_read_in_s(NOW_S, NOW_S + WEEK_S, NOW_S), 0);
}
