/* test_sick.c - the messenger at stores that cannot be read or written, rows that the disk spoilt,
 * and calls of which nobody waits for the answer any more. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/messenger/stories.h"

enum { SECOND_MS = 1000, FAULTS_MAX = 5000, FURTHER = 16 };

/* --- the start --- */

TEST(messages_sick, a_start_that_comes_to_nothing_says_why_and_leaves_nothing_behind)
{
    struct messenger *other = NULL;
    (void)story_begin_both();
    scene->store_err = ERR_IO;
    assert_int_equal(scene_open(&other), ERR_IO);
    scene->strike = STRIKE_BEGIN;
    scene->nth = scene->begins + 1;
    assert_int_equal(scene_open(&other), ERR_IO);
    scene->strike = STRIKE_FULL;
    scene->nth = scene->commits + 1;
    assert_int_equal(scene_open(&other), ERR_FULL);
    scene->open_err = ERR_NO_MEMORY;
    assert_int_equal(scene_open(&other), ERR_NO_MEMORY);
    store_memory_fail(scene->own, MEMORY_GET, 1, ERR_IO); /* whom it is to watch */
    assert_int_equal(scene_open(&other), ERR_IO);
    store_memory_fail(scene->own, MEMORY_OPEN, 1, ERR_IO);
    assert_int_equal(scene_open(&other), ERR_IO);
    assert_null(other);
    assert_int_equal(scene_rows(), 1);
    scene_end();
}

TEST(messages_sick, a_row_that_the_disk_spoilt_is_forgotten_at_the_next_start)
{
    const uint32_t spoilt = story_begin_both();
    const uint32_t sound = scene_place();
    assert_int_equal(scene_push(sound, story_endpoint), 0);
    scene_spoil(spoilt);
    assert_int_equal(scene_rows(), 2);
    scene_restart();
    assert_int_equal(scene_rows(), 1);
    scene_do(COMMAND_DONE, spoilt);
    scene_do(COMMAND_ACCEPT, sound);
    scene_run(MINUTE_MS);
    assert_int_equal(scene->posts_count, 1);
    scene_end();
}

TEST(messages_sick, a_pop_up_that_nobody_set_up_has_no_day)
{
    story_begin();
    scene_end();
    scene->host.is_blank = true;
    story_begin();
    scene_run(MINUTE_MS);
    assert_int_equal(scene->messenger->day, 0);
    scene_end();
    scene->host.is_blank = false;
}

/* --- while it runs --- */

TEST(messages_sick, a_node_that_cannot_be_read_just_now_is_asked_again_soon)
{
    const uint32_t order = story_begin_both();
    scene->host.read_fault = 1;
    scene_do(COMMAND_DONE, order);
    assert_int_equal(PUSHES("ready"), 0);
    scene_run(2 * SECOND_MS);
    assert_int_equal(PUSHES("ready"), 1);
    scene_end();
}

TEST(messages_sick, who_asks_anew_where_his_row_was_spoilt_is_heard)
{
    const uint32_t order = story_begin_both();
    scene_spoil(order);
    assert_int_equal(scene_off(order), 0); /* there is nothing to forget */
    assert_false(scene->has_push || scene->has_sms);
    assert_int_equal(scene_push(order, story_endpoint), 0);
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("ready"), 1);
    scene_end();
}

TEST(messages_sick, a_row_that_is_found_spoilt_when_there_is_news_is_forgotten)
{
    const uint32_t order = story_begin_both();
    scene_spoil(order);
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    assert_int_equal(scene_rows(), 0);
    assert_int_equal(scene->messenger->watched_count, 0);
    scene_end();
}

TEST(messages_sick, beyond_so_many_orders_whoever_asks_is_told)
{
    story_begin();
    const uint32_t order = scene_place();
    scene->messenger->watched_count = WATCHED_MAX; /* of none of which the node knows */
    assert_int_equal(scene_push(order, story_endpoint), ERR_LIMIT);
    assert_string_equal(scene->where, "too many orders are watched");
    assert_int_equal(scene->messenger->watched_count, 0);
    assert_int_equal(scene_push(order, story_endpoint), 0);
    scene_end();
}

TEST(messages_sick, what_cannot_be_composed_is_not_sent_and_not_tried_for_ever)
{
    story_begin();
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    struct wish wish = {.kind = WISH_PUSH, .id.order = scene->orders[order]};
    (void)snprintf(wish.push.endpoint, sizeof wish.push.endpoint, "%s", story_endpoint);
    uint64_t request = 0; /* its key is none */
    assert_int_equal(messenger_ask(scene->messenger, &wish, &request), 0);
    assert_int_equal(scene_sms(order, story_phone), 0);
    (void)snprintf(scene->terms.sms_fields, sizeof scene->terms.sms_fields, "one");
    scene_do(COMMAND_DONE, order);
    scene_run(60 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    assert_true(scene->messenger->next_ms > scene->now_ms);
    scene_end();
}

TEST(messages_sick, an_answer_that_nobody_takes_ends_with_the_process)
{
    uint64_t request = 0;
    story_begin();
    const struct wish wish = {.kind = WISH_OFF, .id.order = scene->orders[scene_place()]};
    assert_int_equal(messenger_ask(scene->messenger, &wish, &request), 0);
    messenger_turn(scene->messenger);
    scene_restart();
    scene_run(0);
    scene_end();
}

/* --- answers of which nobody waits any more --- */

static void answer_line(uint64_t name, uint32_t status)
{
    scene->line[CHANNEL_PUSH][0] = (struct https_answer){.name = name, .status = status};
    scene->line_count[CHANNEL_PUSH] = 1;
    scene_run(SECOND_MS);
}

/* The push that nobody answers. */
static uint64_t name_out(void)
{
    return scene->messenger->sendings[CHANNEL_PUSH][0].name;
}

TEST(messages_sick, what_comes_after_he_said_off_or_was_erased_changes_nothing)
{
    const uint32_t order = story_begin_both();
    scene->servers[CHANNEL_PUSH].is_silent = true;
    scene_do(COMMAND_DONE, order);
    assert_int_equal(scene_off(order), 0);
    answer_line(name_out(), 500);
    assert_int_equal(PUSHES("ready"), 1);
    assert_false(scene_holds(story_endpoint));
    answer_line(999, 201); /* and of a call that nobody made */
    scene_end();

    const uint32_t erased = story_begin_both();
    scene->servers[CHANNEL_PUSH].is_silent = true;
    scene_do(COMMAND_DONE, erased);
    scene_do(COMMAND_ORDER_ERASE, erased);
    assert_int_equal(scene_rows(), 0);
    answer_line(name_out(), 201);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

/* --- every call of a store, once each --- */

/* Both ways, from taken to ready; until he is heard he asks again. */
static void story(void)
{
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    for (int i = 0; scene_push(order, story_endpoint) != 0 || scene_sms(order, story_phone) != 0;
         i++) {
        assert_true(i < 10);
        scene_run(10 * SECOND_MS);
    }
    scene_do(COMMAND_DONE, order);
    scene_run(2 * MINUTE_MS);
    assert_int_equal(PUSHES("ready"), scene_posts(CHANNEL_PUSH, ""));
    scene_do(COMMAND_ORDER_ERASE, order);
    scene_run(MINUTE_MS);
    scene_restart(); /* what could not be deleted is, at the next start at the latest */
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows(), 0);
    scene_day(2);
    scene_run(MINUTE_MS);
}

TEST(messages_sick, whatever_a_store_refuses_once_each_is_told_and_an_sms_not_twice)
{
    for (unsigned kind = 0; kind < 2 * MEMORY_CALLS; kind++) {
        bool is_met = true;
        for (uint64_t nth = 1; is_met; nth += 1 + nth / FURTHER) {
            assert_true(nth < FAULTS_MAX);
            story_begin();
            scene->fault =
                (struct scene_fault){.store = kind % 2 == 0 ? scene->own : scene->host.store,
                                     .call = (enum store_memory_call)(kind / 2),
                                     .nth = nth};
            story();
            is_met = scene->fault.store == NULL;
            assert_in_range(PUSHES("ready"), 1, 2);
            assert_in_range(scene_posts(CHANNEL_SMS, ""), is_met ? 0 : 1, 1);
            scene_end();
        }
    }
    scene_free();
}
