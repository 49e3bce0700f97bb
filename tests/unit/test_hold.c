/* What customers are about to buy. */
#include "sync/domain/hold.h"

#include "tests/lib/test.h"

enum { TTL_MS = 60000 };

static struct holds holds;

static void reset(void)
{
    holds = (struct holds){0};
}

TEST(hold, is_not_offered_to_others_but_to_who_holds_it)
{
    reset();
    assert_int_equal(hold_set(&holds, 1, 0, 7, 3, 1000, TTL_MS), 0);
    assert_int_equal(hold_units(&holds, 7, 2, 1000), 3);
    assert_int_equal(hold_units(&holds, 7, 1, 1000), 0);
    assert_int_equal(hold_units(&holds, 8, 2, 1000), 0);
}

TEST(hold, is_replaced_not_added_to)
{
    reset();
    assert_int_equal(hold_set(&holds, 1, 0, 7, 3, 1000, TTL_MS), 0);
    assert_int_equal(hold_set(&holds, 1, 0, 7, 2, 1000, TTL_MS), 0);
    assert_int_equal(hold_units(&holds, 7, 2, 1000), 2);
    assert_int_equal(hold_set(&holds, 1, 0, 7, 0, 1000, TTL_MS), 0);
    assert_int_equal(hold_units(&holds, 7, 2, 1000), 0);
}

TEST(hold, ends_with_its_time_and_at_the_latest_after_five_minutes)
{
    reset();
    assert_int_equal(hold_set(&holds, 1, 0, 7, 3, 1000, TTL_MS), 0);
    assert_int_equal(hold_set(&holds, 2, 0, 7, 1, 1000, UINT64_MAX / 2), 0);
    assert_int_equal(hold_units(&holds, 7, 0, 1000 + TTL_MS - 1), 4);
    assert_int_equal(hold_units(&holds, 7, 0, 1000 + TTL_MS), 1);
    assert_int_equal(hold_units(&holds, 7, 0, 1000 + HOLD_MS_MAX), 0);
}

TEST(hold, of_a_session_is_bounded_and_goes_with_it)
{
    reset();
    assert_int_equal(hold_set(&holds, 1, 0, 7, HOLD_SESSION_UNITS_MAX, 0, TTL_MS), 0);
    assert_int_equal(hold_set(&holds, 1, 0, 8, 1, 0, TTL_MS), ERR_LIMIT);
    assert_int_equal(hold_set(&holds, 1, 0, 7, HOLD_SESSION_UNITS_MAX - 1, 0, TTL_MS), 0);
    assert_int_equal(hold_set(&holds, 1, 0, 8, 1, 0, TTL_MS), 0);
    hold_release(&holds, 1);
    assert_int_equal(holds.count, 0);
}

TEST(hold, of_more_than_a_session_may_hold_is_refused_and_giving_up_nothing_is_none)
{
    reset();
    assert_int_equal(hold_set(&holds, 1, 0, 7, HOLD_SESSION_UNITS_MAX + 1, 0, TTL_MS), ERR_LIMIT);
    assert_int_equal(hold_set(&holds, 1, 0, 7, 0, 0, TTL_MS), 0);
    assert_int_equal(holds.count, 0);
}

TEST(hold, of_another_session_stays_when_one_goes)
{
    reset();
    assert_int_equal(hold_set(&holds, 1, 0, 7, 2, 0, TTL_MS), 0);
    assert_int_equal(hold_set(&holds, 2, 0, 7, 3, 0, TTL_MS), 0);
    hold_release(&holds, 1);
    assert_int_equal(hold_units(&holds, 7, 0, 0), 3);
}

TEST(hold, a_full_table_takes_again_when_some_have_ended)
{
    reset();
    for (uint64_t i = 0; i < HOLDS_MAX; i++) {
        assert_int_equal(hold_set(&holds, i, 0, 7, 1, 0, TTL_MS), 0);
    }
    assert_int_equal(hold_set(&holds, HOLDS_MAX, 0, 7, 1, 0, TTL_MS), ERR_TOO_MANY);
    assert_int_equal(hold_set(&holds, HOLDS_MAX, 0, 7, 1, TTL_MS, TTL_MS), 0);
}

/* --- several items at once, and what was ordered --- */

TEST(hold, a_replacement_counts_as_a_whole_or_not_at_all)
{
    static const struct hold_want wants[] = {{7, 30}, {8, 20}};
    static const struct hold_want more[] = {{7, 30}, {8, 21}};
    reset();
    assert_int_equal(hold_set(&holds, 1, 0, 9, 5, 0, TTL_MS), 0);
    assert_int_equal(hold_replace(&holds, 1, 0, wants, 2, 0, TTL_MS), 0);
    assert_int_equal(hold_units(&holds, 9, 2, 0), 0);
    assert_int_equal(hold_units_of(&holds, 8, 1, 0), 20);
    assert_int_equal(hold_replace(&holds, 1, 0, more, 2, 0, TTL_MS), ERR_LIMIT);
    assert_int_equal(hold_units_of(&holds, 8, 1, 0), 20);
}

TEST(hold, a_replacement_fits_where_the_old_one_stood)
{
    static const struct hold_want want = {8, 1};
    reset();
    for (uint64_t i = 0; i < HOLDS_MAX; i++) {
        assert_int_equal(hold_set(&holds, i, 0, 7, 1, 0, TTL_MS), 0);
    }
    assert_int_equal(hold_replace(&holds, HOLDS_MAX, 0, &want, 1, 0, TTL_MS), ERR_TOO_MANY);
    assert_int_equal(hold_replace(&holds, 3, 0, &want, 1, 0, TTL_MS), 0);
}

TEST(hold, what_was_ordered_is_kept_from_nobody_and_counted_until_it_is_settled)
{
    static const struct hold_want want = {7, 3};
    const struct entity_id order = {{1}}, other = {{2}};
    reset();
    assert_int_equal(hold_replace(&holds, 1, 0, &want, 1, 0, TTL_MS), 0);
    hold_sell(&holds, 1, 0, &order, &want, 1);
    assert_int_equal(hold_units(&holds, 7, 2, 0), 0);
    assert_int_equal(hold_units_of(&holds, 7, 1, 0), 0);
    hold_drop_ended(&holds, UINT64_MAX);
    assert_int_equal(hold_units_sold(&holds, 7), 3);
    assert_int_equal(hold_session_sold(&holds, 1), 3);
    hold_settle(&holds, &other);
    assert_int_equal(hold_units_sold(&holds, 7), 3);
    hold_settle(&holds, &order);
    assert_int_equal(hold_units_sold(&holds, 7), 0);
}

TEST(hold, of_one_item_no_replacement_is_more_than_a_session_may_hold)
{
    static const struct hold_want want = {7, HOLD_SESSION_UNITS_MAX + 1};
    reset();
    assert_int_equal(hold_set(&holds, 1, 0, 9, 5, 0, TTL_MS), 0);
    assert_int_equal(hold_replace(&holds, 1, 0, &want, 1, 0, TTL_MS), ERR_LIMIT);
    assert_int_equal(hold_units_of(&holds, 9, 1, 0), 5);
}

TEST(hold, what_was_ordered_stays_when_its_session_goes_or_holds_again)
{
    static const struct hold_want want = {7, 3};
    const struct entity_id order = {{1}};
    reset();
    hold_sell(&holds, 1, 0, &order, &want, 1);
    assert_int_equal(hold_set(&holds, 1, 0, 7, 2, 0, TTL_MS), 0);
    assert_int_equal(hold_set(&holds, 1, 0, 8, 1, 0, TTL_MS), 0);
    assert_int_equal(hold_units_of(&holds, 7, 1, 0), 2);
    assert_int_equal(hold_units_sold(&holds, 8), 0);
    assert_int_equal(hold_session_sold(&holds, 2), 0);
    hold_settle(&holds, &order); /* what is held and not ordered stays */
    assert_int_equal(holds.count, 2);
    hold_sell(&holds, 1, 0, &order, &want, 1);
    hold_release(&holds, 1);
    assert_int_equal(hold_units_sold(&holds, 7), 3);
    assert_int_equal(holds.count, 1);
}

TEST(hold, a_full_table_notes_no_more_orders)
{
    static const struct hold_want want = {7, 1};
    const struct entity_id order = {{1}};
    reset();
    for (uint64_t i = 1; i < HOLDS_MAX; i++) {
        hold_sell(&holds, i, 0, &order, &want, 1);
    }
    assert_int_equal(hold_replace(&holds, HOLDS_MAX, 0, &want, 1, 0, TTL_MS), 0);
    assert_int_equal(hold_replace(&holds, HOLDS_MAX + 1, 0, &want, 1, 0, TTL_MS), ERR_TOO_MANY);
    hold_sell(&holds, HOLDS_MAX + 1, 0, &order, &want, 1);
    assert_int_equal(holds.count, HOLDS_MAX);
    assert_int_equal(hold_session_sold(&holds, HOLDS_MAX + 1), 0);
}

TEST(hold, strangers_share_leaves_a_quarter_and_begrudges_no_last_one)
{
    assert_int_equal(hold_share(0), 0);
    assert_int_equal(hold_share(1), 1);
    assert_int_equal(hold_share(4), 3);
    assert_int_equal(hold_share(40), 30);
}

TEST(hold, those_from_one_place_have_a_quarter_of_the_table)
{
    const struct hold_want wants[] = {{7, 1}, {8, 1}};
    const struct entity_id order = {{1}};
    reset();
    for (uint64_t i = 1; i < HOLDS_ORIGIN_MAX; i++) {
        assert_int_equal(hold_replace(&holds, i, 5, wants, 1, 0, TTL_MS), 0);
    }
    assert_int_equal(hold_replace(&holds, 1000, 5, wants, 2, 0, TTL_MS), ERR_LIMIT);
    assert_int_equal(hold_replace(&holds, 1000, 5, wants, 1, 0, TTL_MS), 0);
    assert_int_equal(hold_replace(&holds, 1000, 5, wants, 1, 0, TTL_MS), 0); /* his own */
    assert_int_equal(hold_replace(&holds, 1001, 6, wants, 2, 0, TTL_MS), 0);
    assert_int_equal(hold_replace(&holds, 1002, 0, wants, 2, 0, TTL_MS), 0);
    hold_sell(&holds, 1000, 5, &order, wants, 1); /* what is ordered and not paid counts on */
    assert_int_equal(hold_replace(&holds, 1000, 5, wants, 1, 0, TTL_MS), ERR_LIMIT);
}
