/* test_calls.c - calls to servers that fail, refuse, are silent or ask to wait: what is tried
 * again, when, and what is given up. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/messenger/stories.h"

enum { CLAIMS_TEXT_BYTES = 1024 };

TEST(messages_calls, a_browser_that_is_gone_is_erased_and_not_called_again)
{
    const uint32_t order = story_begin_both();
    scene->servers[CHANNEL_PUSH].status = 410;
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), 1);
    assert_false(scene_holds(story_endpoint));
    assert_true(scene_holds(story_phone));
    scene_end();
}

TEST(messages_calls, another_address_that_came_meanwhile_is_not_the_one_that_is_gone)
{
    static const char second[] = "https://push.example.net/2";
    const uint32_t order = story_begin_both();
    scene->servers[CHANNEL_PUSH] = (struct scene_server){.is_silent = true};
    scene_do(COMMAND_DONE, order);
    assert_int_equal(scene_push(order, second), 0);
    scene->servers[CHANNEL_PUSH] = (struct scene_server){.status = 201};
    scene->line[CHANNEL_PUSH][0] = (struct https_answer){
        .name = scene->messenger->sendings[CHANNEL_PUSH][0].name, .status = 404};
    scene->line_count[CHANNEL_PUSH] = 1;
    scene_run(MINUTE_MS);
    assert_true(scene_holds(second));
    assert_int_equal(PUSHES("ready"), 2);
    assert_string_equal(scene->posts[scene->posts_count - 1].url, second);
    scene_end();
}

TEST(messages_calls, what_passes_is_tried_again_more_and_more_rarely_and_not_for_ever)
{
    const uint32_t order = story_begin_both();
    scene->servers[CHANNEL_PUSH].status = 500;
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    const uint32_t soon = scene_posts(CHANNEL_PUSH, "");
    assert_in_range(soon, 4, 6);
    scene_run(600 * MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), RECIPIENT_TRIES_MAX);
    const char *id = strstr(scene->posts[0].body, "\"id\":\"");
    for (uint32_t i = 0; i < scene->posts_count; i++) {
        if (scene->posts[i].channel == CHANNEL_PUSH) {
            assert_non_null(strstr(scene->posts[i].body, "\"state\":\"ready\""));
            assert_memory_equal(strstr(scene->posts[i].body, "\"id\":\""), id, 28);
        }
    }
    scene_end();
}

TEST(messages_calls, a_server_that_asks_to_wait_is_waited_for)
{
    const uint32_t order = story_begin_both();
    scene->servers[CHANNEL_PUSH] = (struct scene_server){.status = 503, .retry_after_s = 600};
    scene->servers[CHANNEL_SMS] = (struct scene_server){.status = 429, .retry_after_s = 600};
    scene_do(COMMAND_DONE, order);
    scene_run(9 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 2);
    scene->servers[CHANNEL_PUSH].status = scene->servers[CHANNEL_SMS].status = 201;
    scene_run(2 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 4);
    scene_end();
}

TEST(messages_calls, without_a_line_nothing_is_lost_and_nothing_counts)
{
    const uint32_t order = story_begin_both();
    scene->servers[CHANNEL_PUSH].is_unsent = scene->servers[CHANNEL_SMS].is_unsent = true;
    scene_do(COMMAND_DONE, order);
    scene_run(600 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene->servers[CHANNEL_PUSH].is_unsent = scene->servers[CHANNEL_SMS].is_unsent = false;
    scene_run(60 * MINUTE_MS);
    assert_int_equal(PUSHES("ready"), 1);
    assert_int_equal(SMS(""), 1);
    scene_end();
}

TEST(messages_calls, an_sms_that_may_have_been_taken_is_not_sent_a_second_time)
{
    static const uint32_t unclear[] = {0, 408, 500, 502, 503};
    for (size_t i = 0; i < sizeof unclear / sizeof *unclear; i++) {
        const uint32_t order = story_begin_both();
        scene->servers[CHANNEL_SMS].status = unclear[i];
        scene_do(COMMAND_DONE, order);
        scene_run(60 * MINUTE_MS);
        assert_int_equal(SMS(""), 1);
        scene_end();
    }
}

TEST(messages_calls, unless_its_provider_knows_it_by_its_key)
{
    const uint32_t order = story_begin_both();
    scene->terms.is_sms_repeatable = true;
    scene->servers[CHANNEL_SMS].status = 500;
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_true(SMS("") > 1);
    scene->servers[CHANNEL_SMS].status = 201;
    scene_run(60 * MINUTE_MS);
    const uint32_t count = SMS("");
    scene_run(60 * MINUTE_MS);
    assert_int_equal(SMS(""), count);
    scene_end();
}

TEST(messages_calls, what_is_refused_for_good_is_not_tried_again)
{
    const uint32_t order = story_begin_both();
    scene->servers[CHANNEL_PUSH].status = 400;
    scene->servers[CHANNEL_SMS].status = 403;
    scene_do(COMMAND_DONE, order);
    scene_run(60 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 2);
    scene_end();
}

/* The claims of a signature at @now_s, as a header has them. */
static void claims_print(int64_t now_s, char to[CLAIMS_TEXT_BYTES])
{
    char claims[256 + SETTING_BYTES_MAX];
    (void)snprintf(claims, sizeof claims,
                   "{\"aud\":\"https://push.example.net\",\"exp\":%lld,\"sub\":\"%s\"}",
                   (long long)now_s + VAPID_LIFE_S, scene->terms.push_contact);
    base64url_print(bytes_of_text(claims), to);
}

TEST(messages_calls, a_push_service_with_another_time_is_told_by_its_own_clock)
{
    char claims[CLAIMS_TEXT_BYTES];
    const uint32_t order = story_begin_both();
    const int64_t ahead_s = (int64_t)40 * 24 * 3600;
    scene->servers[CHANNEL_PUSH].status = 403;
    scene->servers[CHANNEL_PUSH].date_s = (HOST_EPOCH_MS + (int64_t)scene->now_ms) / 1000 + ahead_s;
    scene_do(COMMAND_DONE, order);
    assert_int_equal(PUSHES("ready"), 1);
    scene->servers[CHANNEL_PUSH].status = 201;
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("ready"), 2);
    const struct scene_post *post = &scene->posts[scene->posts_count - 1];
    claims_print((HOST_EPOCH_MS + (int64_t)post->at_ms) / 1000 + ahead_s, claims);
    assert_non_null(strstr(post->headers, claims));
    scene_end();
}

TEST(messages_calls, a_signature_that_is_never_taken_is_tried_so_often_and_no_more)
{
    const uint32_t order = story_begin_both();
    scene->servers[CHANNEL_PUSH].status = 401; /* and says no time */
    scene_do(COMMAND_DONE, order);
    scene_run(600 * MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), RECIPIENT_TRIES_MAX);
    scene_end();
}

TEST(messages_calls, a_call_for_which_there_is_no_memory_leaves_later)
{
    const uint32_t order = story_begin_both();
    scene->push_err = ERR_NO_MEMORY;
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene->push_err = 0;
    scene_run(2000);
    assert_int_equal(PUSHES("ready"), 1);
    assert_int_equal(SMS(""), 1);
    scene_end();
}

TEST(messages_calls, what_could_not_leave_does_not_go_to_an_address_that_was_withdrawn)
{
    static const char second[] = "https://push.example.net/2";
    const uint32_t order = story_begin_both();
    scene->push_err = ERR_NO_MEMORY;
    scene_do(COMMAND_DONE, order);
    assert_int_equal(scene_push(order, second), 0);
    scene->push_err = 0;
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("ready"), 1);
    for (uint32_t i = 0; i < scene->posts_count; i++) {
        assert_string_not_equal(scene->posts[i].url, story_endpoint);
    }
    scene_end();
}

/* Others get through all the time: at @ms each a new order is told of. */
static void trade(uint32_t orders, uint64_t ms)
{
    for (uint32_t i = 0; i < orders; i++) {
        const uint32_t order = scene_place();
        assert_int_equal(scene_push(order, story_endpoint), 0);
        scene_do(COMMAND_ACCEPT, order);
        scene_run(ms);
    }
}

TEST(messages_calls, what_cannot_leave_counts_as_a_try_while_others_get_through)
{
    struct recipient recipient;
    story_begin();
    scene->dead = "dead";
    const uint32_t dead = scene_place();
    assert_int_equal(scene_push(dead, "https://push.dead.example/1"), 0);
    trade(1, 0);
    scene_do(COMMAND_ACCEPT, dead);
    scene_run(MINUTE_MS / 2); /* after 0, 2, 6, 14 and 30 s */
    trade(10, MINUTE_MS / 2);
    struct store_txn *txn = store_memory_begin(scene->own, false);
    const struct recipient_id id = {.order = scene->orders[dead], .asker = scene->asker};
    assert_int_equal(recipient_get(txn, &id, &recipient), 0);
    assert_in_range(recipient.out[CHANNEL_PUSH].tries, 7, RECIPIENT_TRIES_MAX);
    store_memory_abort(txn);
    scene_end();
}

TEST(messages_calls, an_address_in_somebodys_own_network_is_given_up)
{
    const uint32_t order = story_begin_both();
    scene->servers[CHANNEL_PUSH] = (struct scene_server){.is_unsent = true, .is_private = true};
    scene_do(COMMAND_DONE, order);
    scene_run(600 * MINUTE_MS);
    scene->servers[CHANNEL_PUSH] = (struct scene_server){.status = 201};
    scene_run(600 * MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), 0);
    assert_int_equal(SMS(""), 1);
    scene_end();
}

TEST(messages_calls, a_corrected_number_is_another_message_to_the_provider)
{
    const uint32_t order = story_begin_both();
    scene->terms.is_sms_repeatable = true;
    scene->servers[CHANNEL_SMS].status = 500;
    scene_do(COMMAND_DONE, order);
    assert_int_equal(scene_sms(order, "+491701234568"), 0);
    scene_run(MINUTE_MS);
    const struct scene_post *first = NULL, *last = NULL;
    for (uint32_t i = 0; i < scene->posts_count; i++) {
        const struct scene_post *post = &scene->posts[i];
        if (post->channel == CHANNEL_SMS) {
            first = first == NULL ? post : first;
            last = post;
        }
    }
    assert_non_null(strstr(last->body, "1701234568"));
    assert_string_not_equal(strstr(first->headers, "Idempotency-Key"),
                            strstr(last->headers, "Idempotency-Key"));
    scene_end();
}
