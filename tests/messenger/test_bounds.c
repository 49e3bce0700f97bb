/* test_bounds.c - how much is told at most: of an order, in a day, over one line, to one site; and
 * who is not told at all. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/messenger/stories.h"

/* --- floods --- */

TEST(messages_bounds, an_sms_goes_only_for_what_is_taken_or_paid)
{
    story_begin();
    const uint32_t order = scene_place();
    assert_int_equal(scene_sms(order, story_phone), ERR_STATE);
    assert_int_equal(scene_rows(), 0);
    scene_do(COMMAND_PAY, order);
    assert_int_equal(scene_sms(order, story_phone), 0);
    scene_end();
}

TEST(messages_bounds, orders_that_nobody_answered_for_leave_room_for_the_others)
{
    story_begin();
    const uint32_t unpaid = scene_draft();
    const uint32_t paid = scene_draft();
    scene_do(COMMAND_PAY, paid);
    struct messenger *messenger = scene->messenger;
    messenger->watched_count = WATCHED_UNPAID_MAX; /* of none of which the node knows */
    assert_int_equal(scene_push(unpaid, story_endpoint), ERR_LIMIT);
    assert_int_equal(messenger->watched_count, 0);
    messenger->watched_count = WATCHED_UNPAID_MAX;
    assert_int_equal(scene_push(paid, story_endpoint), 0);
    assert_int_equal(scene_push(unpaid, story_endpoint), 0);
    scene_end();
}

TEST(messages_bounds, an_order_has_so_many_telephones_and_no_more)
{
    static const char *const phones[] = {"+4917011111", "+4917022222", "+4917033333"};
    story_begin();
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    for (size_t i = 0; i < RECIPIENT_PHONES_MAX; i++) {
        assert_int_equal(scene_sms(order, phones[i]), 0);
        assert_int_equal(scene_sms(order, phones[i]), 0); /* the same one counts once */
        assert_int_equal(scene_off(order), 0);
        assert_false(scene->has_sms);
    }
    assert_int_equal(scene_sms(order, story_phone), ERR_LIMIT);
    scene_end();
}

TEST(messages_bounds, a_day_has_so_many_sms_and_the_next_one_again)
{
    story_begin();
    scene->terms.sms_per_day = 2;
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t order = scene_place();
        scene_do(COMMAND_ACCEPT, order);
        assert_int_equal(scene_sms(order, story_phone), 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        scene_do(COMMAND_DONE, i);
        scene_run(MINUTE_MS);
    }
    assert_int_equal(SMS(""), 2);
    uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_sms(order, story_phone),
                     ERR_LIMIT); /* nothing is promised that is not kept */
    assert_string_equal(scene->where, "no more SMS are sent today");
    assert_int_equal(scene_push(order, story_endpoint), 0);
    scene_day(2);
    order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_sms(order, story_phone), 0);
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(SMS(""), 3);
    scene_end();
}

TEST(messages_bounds, back_and_forth_tells_nothing_twice)
{
    const uint32_t order = story_begin_both();
    for (int i = 0; i < RECIPIENT_PHONES_MAX - 1; i++) {
        scene_do(COMMAND_DONE, order);
        scene_run(MINUTE_MS);
        scene_do(COMMAND_RECALL, order);
        assert_int_equal(scene_off(order), 0);
        assert_int_equal(scene_push(order, story_endpoint), 0);
        assert_int_equal(scene_sms(order, story_phone), 0);
        scene_run(MINUTE_MS);
    }
    assert_int_equal(PUSHES("ready"), 1);
    assert_int_equal(SMS(""), 1);
    scene_end();
}

TEST(messages_bounds, more_than_the_line_takes_wait_for_it)
{
    story_begin();
    for (uint32_t i = 0; i < SCENE_ORDERS_MAX; i++) {
        char url[64];
        (void)snprintf(url, sizeof url, "https://push.example%u.net/1", i);
        assert_int_equal(scene_push(scene_place(), url), 0);
    }
    scene->servers[CHANNEL_PUSH].is_silent = true;
    for (uint32_t i = 0; i < SCENE_ORDERS_MAX; i++) {
        scene_do(COMMAND_ACCEPT, i);
    }
    assert_int_equal(scene->posts_count, SENDINGS_MAX);
    scene->servers[CHANNEL_PUSH].is_silent = false;
    for (uint32_t i = 0; i < SENDINGS_MAX; i++) {
        scene->line[CHANNEL_PUSH][scene->line_count[CHANNEL_PUSH]++] = (struct https_answer){
            .name = scene->messenger->sendings[CHANNEL_PUSH][i].name, .status = 201};
    }
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("accepted"), SCENE_ORDERS_MAX);
    scene_end();
}

TEST(messages_bounds, one_site_has_a_part_of_the_line_and_no_more)
{
    story_begin();
    for (uint32_t i = 0; i < SENDINGS_MAX; i++) {
        char url[64];
        (void)snprintf(url, sizeof url, "https://a%u.example.net/1", i);
        assert_int_equal(scene_push(scene_place(), url), 0);
    }
    assert_int_equal(scene_push(scene_place(), "https://push.example.org/1"), 0);
    scene->servers[CHANNEL_PUSH].is_silent = true;
    for (uint32_t i = 0; i <= SENDINGS_MAX; i++) {
        scene_do(COMMAND_ACCEPT, i);
    }
    assert_int_equal(scene->posts_count, SENDINGS_SITE_MAX + 1);
    assert_string_equal(scene->posts[SENDINGS_SITE_MAX].url, "https://push.example.org/1");
    scene_end();
}

/* --- who may not --- */

TEST(messages_bounds, an_order_that_is_not_here_and_a_way_that_is_not_offered_are_refused)
{
    story_begin();
    scene->orders[0] = (struct entity_id){{9}};
    assert_int_equal(scene_push(0, story_endpoint), ERR_NOT_FOUND);
    scene->keys.has_push = scene->keys.has_sms = false;
    scene_restart();
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_push(order, story_endpoint), ERR_UNAVAILABLE);
    assert_int_equal(scene_sms(order, story_phone), ERR_UNAVAILABLE);
    scene_end();
}

TEST(messages_bounds, a_way_that_is_not_offered_any_more_is_left_alone)
{
    const uint32_t order = story_begin_both();
    scene->keys.has_push = scene->keys.has_sms = false;
    scene_restart();
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene_end();
}

TEST(messages_bounds, more_askers_than_are_heard_are_told_to_come_again)
{
    struct wish wish = {.kind = WISH_OFF};
    uint64_t request = 0;
    story_begin();
    wish.id.order = scene->orders[scene_place()];
    for (int i = 0; i < MESSENGER_ASKS_MAX; i++) {
        assert_int_equal(messenger_ask(scene->messenger, &wish, &request), 0);
    }
    assert_int_equal(messenger_ask(scene->messenger, &wish, &request), ERR_BUSY);
    scene_run(0);
    assert_int_equal(messenger_ask(scene->messenger, &wish, &request), 0);
    scene_end();
}
