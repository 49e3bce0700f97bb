/* test_stories.c - what customers hear of their orders, alone and several of one order, and that
 * they hear it once wherever the process ends. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/messenger/stories.h"

enum { HELD_MINOR = 5000, ENDED_S = 1700000000 }; /* more than any order here comes to */

/* --- what is told --- */

TEST(messages, an_order_is_told_of_when_it_is_taken_and_when_it_is_ready_once_each)
{
    story_begin();
    const uint32_t order = scene_place();
    assert_int_equal(scene_push(order, story_endpoint), 0);
    assert_int_equal(scene->posts_count, 0);
    scene_do(COMMAND_ACCEPT, order);
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("accepted"), 1);
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("ready"), 1);
    assert_int_equal(scene->posts_count, 2);
    const struct scene_post *post = &scene->posts[1];
    assert_string_equal(post->url, story_endpoint);
    assert_non_null(strstr(post->body, "\"said\":\"Your order "));
    assert_non_null(strstr(post->headers, "Urgency: high\n"));
    assert_non_null(strstr(post->headers, "TTL: 3600\n"));
    assert_non_null(strstr(post->headers, "Content-Encoding: aes128gcm\n"));
    assert_non_null(strstr(post->headers, "Authorization: vapid t="));
    const char *topic = strstr(post->headers, "Topic: ");
    assert_int_equal(strcspn(topic + 7, "\n"), 24);
    assert_memory_equal(topic, strstr(scene->posts[0].headers, "Topic: "), 31);
    scene_do(COMMAND_HAND_OVER, order);
    scene_run(60 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 2);
    scene_end();
}

TEST(messages, what_he_saw_when_he_asked_and_what_is_past_is_not_told)
{
    const uint32_t order = story_begin_both();
    assert_int_equal(scene->posts_count, 0);
    scene->servers[CHANNEL_PUSH].is_unsent = true;
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    scene_do(COMMAND_HAND_OVER, order);
    scene->servers[CHANNEL_PUSH].is_unsent = false;
    scene_run(60 * MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), 0);
    assert_int_equal(scene_push(order, story_endpoint), ERR_STATE); /* it is over */
    scene_end();
}

TEST(messages, an_sms_has_sender_receiver_words_and_a_key)
{
    const uint32_t order = story_begin_both();
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(SMS(""), 1);
    const struct scene_post *post = NULL;
    for (uint32_t i = 0; i < scene->posts_count; i++) {
        post = scene->posts[i].channel == CHANNEL_SMS ? &scene->posts[i] : post;
    }
    assert_string_equal(post->url, "/send?x=1");
    assert_non_null(strstr(post->body, "From=Trestle&To=%2B491701234567&Body=Your%20order%20"));
    assert_non_null(strstr(post->headers, "Authorization: Basic YWNjb3VudDpzZWNyZXQ=\n"));
    assert_non_null(strstr(post->headers, "Idempotency-Key: "));
    scene_end();
}

TEST(messages, a_token_of_one_word_is_a_bearers)
{
    story_begin();
    (void)snprintf(scene->keys.sms_key, sizeof scene->keys.sms_key, "token");
    const uint32_t order = scene_place();
    scene_do(COMMAND_PAY, order);
    assert_int_equal(scene_sms(order, story_phone), 0);
    scene_do(COMMAND_CANCEL, order);
    assert_int_equal(SMS("Authorization: Bearer token\n"), 1);
    (void)snprintf(scene->keys.sms_key, sizeof scene->keys.sms_key, "account:secret");
    scene_end();
}

TEST(messages, refused_cancelled_and_refunded_are_told)
{
    story_begin();
    const uint32_t refused = scene_place(), cancelled = scene_place();
    assert_int_equal(scene_push(refused, story_endpoint), 0);
    scene_do(COMMAND_REFUSE, refused);
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("refused"), 1);
    scene_do(COMMAND_PAY, cancelled);
    assert_int_equal(scene_push(cancelled, story_endpoint), 0);
    assert_int_equal(scene_sms(cancelled, story_phone), 0);
    scene_do(COMMAND_CANCEL, cancelled);
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("cancelled"), 1);
    assert_int_equal(SMS("was%20cancelled"), 1);
    scene_do(COMMAND_REFUND, cancelled);
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("refunded"), 1);
    assert_int_equal(scene_posts(CHANNEL_PUSH, "was cancelled, and money given back"), 1);
    assert_int_equal(SMS(""), 1);
    scene_end();
}

/* What the gateway was told of the bank's hold for the whole order. */
static void hold_is(uint32_t order, enum intent_state state)
{
    struct command command = host_command(&scene->host, COMMAND_PAY_INTENT, &scene->orders[order]);
    command.amount_minor = HELD_MINOR;
    command.fact.id = bytes_of_text("pi_1");
    command.fact.currency = bytes_of_text("eur");
    command.fact.state = state;
    command.fact.capturable_minor = state == INTENT_HELD ? HELD_MINOR : 0;
    command.fact.ends_s = state == INTENT_CANCELED ? ENDED_S : 0;
    assert_int_equal(scene_try(&command), 0);
}

TEST(messages, that_a_hold_lapsed_uncharged_is_told_once_whether_or_not_the_kitchen_had_taken_it)
{
    static const struct {
        bool is_taken;
        uint32_t pushes; /* that it was taken, too */
    } rows[] = {{true, 2}, {false, 1}};
    for (size_t i = 0; i < 2; i++) {
        story_begin();
        scene->terms.late_minutes = 0;
        const uint32_t order = scene_draft();
        hold_is(order, INTENT_HELD);
        assert_int_equal(scene_push(order, story_endpoint), 0);
        assert_int_equal(scene_sms(order, story_phone), 0);
        if (rows[i].is_taken) {
            scene_do(COMMAND_ACCEPT, order);
        }
        scene_run(MINUTE_MS);
        assert_int_equal(PUSHES("hold_lost"), 0);
        hold_is(order, INTENT_CANCELED);
        scene_run(MINUTE_MS);
        assert_int_equal(PUSHES("hold_lost"), 1);
        assert_int_equal(scene_posts(CHANNEL_PUSH, "was not charged and is free again"), 1);
        assert_int_equal(SMS("was%20not%20charged"), 1);
        hold_is(order, INTENT_CANCELED); /* told again by another event */
        scene_restart();
        scene_run(60 * MINUTE_MS);
        assert_int_equal(PUSHES("hold_lost"), 1);
        assert_int_equal(scene_posts(CHANNEL_PUSH, ""), rows[i].pushes);
        assert_int_equal(SMS(""), 1);
        scene_end();
    }
}

TEST(messages, what_takes_long_is_told_once_by_a_clock_that_only_grows)
{
    const uint32_t order = story_begin_both();
    scene_run(29 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene_restart(); /* its time begins anew: later, never sooner */
    scene_run(29 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene_run(2 * MINUTE_MS);
    assert_int_equal(PUSHES("late"), 1);
    scene_run(120 * MINUTE_MS);
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), 2);
    assert_int_equal(SMS(""), 1); /* that it is ready */
    scene_end();
}

TEST(messages, nobody_is_late_where_no_time_is_set)
{
    story_begin();
    scene->terms.late_minutes = 0;
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_push(order, story_endpoint), 0);
    scene_run(300 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene_end();
}

/* --- several recipients --- */

TEST(messages, of_an_order_that_some_share_each_phone_hears_and_withdraws_for_itself)
{
    static const char second[] = "https://push.example.net/2";
    const uint32_t order = story_begin_both();
    scene->asker = 2;
    assert_int_equal(scene_push(order, second), 0);
    assert_true(scene->has_push && !scene->has_sms);
    scene_do(COMMAND_DONE, order);
    assert_int_equal(PUSHES("ready"), 2);
    assert_string_not_equal(scene->posts[0].url, scene->posts[1].url);
    assert_int_equal(scene_off(order), 0);
    assert_false(scene_holds(second));
    assert_true(scene_holds(story_endpoint) && scene_holds(story_phone));
    scene_do(COMMAND_CANCEL, order);
    assert_int_equal(PUSHES("cancelled"), 1);
    scene_do(COMMAND_ORDER_ERASE, order);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages, an_order_has_so_many_recipients_and_their_telephones_are_counted_together)
{
    const uint32_t order = story_begin_both();
    for (scene->asker = 2; scene->asker <= RECIPIENT_PHONES_MAX; scene->asker++) {
        assert_int_equal(scene_sms(order, story_phone), 0);
    }
    assert_int_equal(scene_sms(order, story_phone), ERR_LIMIT);
    assert_string_equal(scene->where, "this order had too many telephones already");
    for (; scene->asker <= RECIPIENTS_MAX; scene->asker++) {
        assert_int_equal(scene_push(order, story_endpoint), 0);
    }
    assert_int_equal(scene_push(order, story_endpoint), ERR_LIMIT);
    assert_string_equal(scene->where, "too many phones are told of this order already");
    assert_int_equal(scene_off(order), 0); /* he was not to be told */
    assert_int_equal(scene_rows(), RECIPIENTS_MAX);
    scene_end();
}

/* --- crashes --- */

/* Both ways, from taken to ready. */
static void story(void)
{
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    while (scene_push(order, story_endpoint) != 0 || scene_sms(order, story_phone) != 0) {
    }
    scene_run(MINUTE_MS);
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    scene_run(MINUTE_MS);
}

static const char *name_of(uint32_t post)
{
    return strstr(scene->posts[post].body, "\"id\":\"");
}

/* A push comes once or, under the same name, twice; an SMS once, or never where it may have gone.
 */
static void check_story(bool is_sms_repeatable)
{
    uint32_t first = UINT32_MAX;
    for (uint32_t i = 0; i < scene->posts_count; i++) {
        if (scene->posts[i].channel == CHANNEL_PUSH) {
            first = first == UINT32_MAX ? i : first;
            assert_memory_equal(name_of(i), name_of(first), 28);
        }
    }
    assert_in_range(PUSHES("ready"), 1, 2);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), PUSHES("ready"));
    assert_in_range(SMS(""), is_sms_repeatable, 1 + is_sms_repeatable);
}

TEST(messages, killed_at_any_point_each_is_told_once)
{
    static const enum scene_strike strikes[] = {STRIKE_KILLED, STRIKE_LOST, STRIKE_SENT,
                                                STRIKE_FULL, STRIKE_BEGIN};
    for (size_t s = 0; s < sizeof strikes / sizeof *strikes; s++) {
        for (int is_repeatable = 0; is_repeatable < 2; is_repeatable++) {
            uint64_t nth = 1;
            bool has_struck = true;
            for (; has_struck && nth < 200; nth++) {
                scene_begin(strikes[s], nth + (strikes[s] != STRIKE_SENT)); /* it opens */
                scene->terms.is_sms_repeatable = is_repeatable;
                story();
                check_story(is_repeatable);
                has_struck = strikes[s] == STRIKE_SENT    ? scene->posts_count >= nth
                             : strikes[s] == STRIKE_BEGIN ? scene->begins >= nth
                                                          : scene->commits >= nth;
                scene_end();
            }
            assert_in_range(nth, 3, 199);
        }
    }
    scene_free();
}
