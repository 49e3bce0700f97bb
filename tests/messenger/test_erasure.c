/* test_erasure.c - addresses are erased: when the customer says so, with the order, and with the
 * day. */
#include "tests/lib/test.h"

#include "tests/messenger/stories.h"

TEST(messages_erasure, off_erases_both_and_nothing_is_told)
{
    const uint32_t order = story_begin_both();
    assert_true(scene_holds(story_endpoint) && scene_holds(story_phone));
    assert_int_equal(scene_off(order), 0);
    assert_false(scene->has_push || scene->has_sms);
    assert_false(scene_holds("push.example.net") || scene_holds(story_phone));
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene_end();
}

TEST(messages_erasure, off_where_nothing_was_is_no_mistake)
{
    story_begin();
    const uint32_t order = scene_place();
    assert_int_equal(scene_off(order), 0);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages_erasure, an_order_that_is_erased_anywhere_takes_its_addresses_along_for_ever)
{
    const uint32_t order = story_begin_both();
    scene_do(COMMAND_ORDER_ERASE, order);
    scene_run(0);
    assert_int_equal(scene_rows(), 0);
    assert_int_equal(scene_push(order, story_endpoint), ERR_STATE);
    assert_int_equal(scene_off(order), 0);
    scene_end();
}

TEST(messages_erasure, nothing_stays_of_a_day_that_is_over)
{
    const uint32_t over = story_begin_both();
    const uint32_t open = scene_place();
    assert_int_equal(scene_push(open, story_endpoint), 0);
    scene_do(COMMAND_CANCEL, over);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows(), 2);
    scene_day(2);
    assert_int_equal(scene_rows(), 1);
    scene_day(3);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages_erasure,
     nothing_stays_of_a_day_that_is_closed_once_its_order_is_over_and_that_is_told)
{
    const uint32_t order = story_begin_both();
    scene_day_close();
    assert_int_equal(scene_rows(), 1);
    scene->servers[CHANNEL_PUSH].is_unsent = true;
    scene_do(COMMAND_CANCEL, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows(), 1);
    scene->servers[CHANNEL_PUSH].is_unsent = false;
    scene_run(60 * MINUTE_MS);
    assert_int_equal(PUSHES("cancelled"), 1);
    assert_int_equal(SMS(""), 1);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages_erasure, the_close_of_the_day_takes_along_what_was_over_before)
{
    const uint32_t order = story_begin_both();
    scene_do(COMMAND_CANCEL, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows(), 1);
    scene_day_close();
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages_erasure, where_no_day_is_ever_closed_nothing_stays_for_more_than_a_day_of_running)
{
    const uint32_t order = story_begin_both();
    scene_run(20 * 60 * MINUTE_MS);
    scene_do(COMMAND_DONE, order); /* something happens: it begins anew */
    scene_run(20 * 60 * MINUTE_MS);
    assert_int_equal(scene_rows(), 1);
    scene_restart(); /* the hours are kept */
    scene_run(3 * 60 * MINUTE_MS);
    assert_int_equal(scene_rows(), 1);
    scene_run(2 * 60 * MINUTE_MS);
    assert_int_equal(scene_rows(), 0);
    assert_false(scene_holds(story_phone));
    scene_end();
}

TEST(messages_erasure, an_erasure_that_the_disk_had_no_room_for_is_done_when_it_has)
{
    const uint32_t order = story_begin_both();
    scene->strike = STRIKE_FULL;
    scene->nth = scene->commits + 1;
    scene_do(COMMAND_ORDER_ERASE, order);
    assert_int_equal(scene_rows(), 1);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}
