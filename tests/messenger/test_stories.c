/* What customers hear of their orders, whatever becomes of the calls and of the process. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/messenger/scene.h"

enum { MINUTE_MS = 60 * 1000, CLAIMS_TEXT_BYTES = 1024 };

static const char endpoint[] = "https://push.example.net/1";
static const char phone[] = "+491701234567";

static void begin(void)
{
    scene_begin(STRIKE_NONE, 0);
}

/* An order whose customer hears by both ways, once it was taken. */
static uint32_t begin_both(void)
{
    begin();
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_push(order, endpoint), 0);
    assert_int_equal(scene_sms(order, phone), 0);
    assert_true(scene->has_push && scene->has_sms);
    return order;
}

#define PUSHES(word) scene_posts(CHANNEL_PUSH, "\"state\":\"" word "\"")
#define SMS(part)    scene_posts(CHANNEL_SMS, part)

/* --- what is told --- */

TEST(messages, an_order_is_told_of_when_it_is_taken_and_when_it_is_ready_once_each)
{
    begin();
    const uint32_t order = scene_place();
    assert_int_equal(scene_push(order, endpoint), 0);
    assert_int_equal(scene->posts_count, 0);
    scene_do(COMMAND_ACCEPT, order);
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("accepted"), 1);
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("ready"), 1);
    assert_int_equal(scene->posts_count, 2);
    const struct scene_post *post = &scene->posts[1];
    assert_string_equal(post->url, endpoint);
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
    const uint32_t order = begin_both();
    assert_int_equal(scene->posts_count, 0);
    scene->servers[CHANNEL_PUSH].is_unsent = true;
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    scene_do(COMMAND_HAND_OVER, order);
    scene->servers[CHANNEL_PUSH].is_unsent = false;
    scene_run(60 * MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), 0);
    assert_int_equal(scene_push(order, endpoint), ERR_STATE); /* it is over */
    scene_end();
}

TEST(messages, an_sms_has_sender_receiver_words_and_a_key)
{
    const uint32_t order = begin_both();
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
    begin();
    (void)snprintf(scene->keys.sms_key, sizeof scene->keys.sms_key, "token");
    const uint32_t order = scene_place();
    scene_do(COMMAND_PAY, order);
    assert_int_equal(scene_sms(order, phone), 0);
    scene_do(COMMAND_CANCEL, order);
    assert_int_equal(SMS("Authorization: Bearer token\n"), 1);
    (void)snprintf(scene->keys.sms_key, sizeof scene->keys.sms_key, "account:secret");
    scene_end();
}

TEST(messages, refused_cancelled_and_refunded_are_told)
{
    begin();
    const uint32_t refused = scene_place(), cancelled = scene_place();
    assert_int_equal(scene_push(refused, endpoint), 0);
    scene_do(COMMAND_REFUSE, refused);
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("refused"), 1);
    scene_do(COMMAND_PAY, cancelled);
    assert_int_equal(scene_push(cancelled, endpoint), 0);
    assert_int_equal(scene_sms(cancelled, phone), 0);
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

TEST(messages, what_takes_long_is_told_once_by_a_clock_that_only_grows)
{
    const uint32_t order = begin_both();
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
    begin();
    scene->terms.late_minutes = 0;
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_push(order, endpoint), 0);
    scene_run(300 * MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene_end();
}

/* --- calls that fail --- */

TEST(messages, a_browser_that_is_gone_is_erased_and_not_called_again)
{
    const uint32_t order = begin_both();
    scene->servers[CHANNEL_PUSH].status = 410;
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), 1);
    assert_false(scene_holds(endpoint));
    assert_true(scene_holds(phone));
    scene_end();
}

TEST(messages, another_address_that_came_meanwhile_is_not_the_one_that_is_gone)
{
    static const char second[] = "https://push.example.net/2";
    const uint32_t order = begin_both();
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

TEST(messages, what_passes_is_tried_again_more_and_more_rarely_and_not_for_ever)
{
    const uint32_t order = begin_both();
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

TEST(messages, a_server_that_asks_to_wait_is_waited_for)
{
    const uint32_t order = begin_both();
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

TEST(messages, without_a_line_nothing_is_lost_and_nothing_counts)
{
    const uint32_t order = begin_both();
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

TEST(messages, an_sms_that_may_have_been_taken_is_not_sent_a_second_time)
{
    static const uint32_t unclear[] = {0, 408, 500, 502, 503};
    for (size_t i = 0; i < sizeof unclear / sizeof *unclear; i++) {
        const uint32_t order = begin_both();
        scene->servers[CHANNEL_SMS].status = unclear[i];
        scene_do(COMMAND_DONE, order);
        scene_run(60 * MINUTE_MS);
        assert_int_equal(SMS(""), 1);
        scene_end();
    }
}

TEST(messages, unless_its_provider_knows_it_by_its_key)
{
    const uint32_t order = begin_both();
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

TEST(messages, what_is_refused_for_good_is_not_tried_again)
{
    const uint32_t order = begin_both();
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

TEST(messages, a_push_service_with_another_time_is_told_by_its_own_clock)
{
    char claims[CLAIMS_TEXT_BYTES];
    const uint32_t order = begin_both();
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

TEST(messages, a_signature_that_is_never_taken_is_tried_so_often_and_no_more)
{
    const uint32_t order = begin_both();
    scene->servers[CHANNEL_PUSH].status = 401; /* and says no time */
    scene_do(COMMAND_DONE, order);
    scene_run(600 * MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), RECIPIENT_TRIES_MAX);
    scene_end();
}

TEST(messages, a_call_for_which_there_is_no_memory_leaves_later)
{
    const uint32_t order = begin_both();
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

TEST(messages, what_could_not_leave_does_not_go_to_an_address_that_was_withdrawn)
{
    static const char second[] = "https://push.example.net/2";
    const uint32_t order = begin_both();
    scene->push_err = ERR_NO_MEMORY;
    scene_do(COMMAND_DONE, order);
    assert_int_equal(scene_push(order, second), 0);
    scene->push_err = 0;
    scene_run(MINUTE_MS);
    assert_int_equal(PUSHES("ready"), 1);
    for (uint32_t i = 0; i < scene->posts_count; i++) {
        assert_string_not_equal(scene->posts[i].url, endpoint);
    }
    scene_end();
}

/* Others get through all the time: at @ms each a new order is told of. */
static void trade(uint32_t orders, uint64_t ms)
{
    for (uint32_t i = 0; i < orders; i++) {
        const uint32_t order = scene_place();
        assert_int_equal(scene_push(order, endpoint), 0);
        scene_do(COMMAND_ACCEPT, order);
        scene_run(ms);
    }
}

TEST(messages, what_cannot_leave_counts_as_a_try_while_others_get_through)
{
    struct recipient recipient;
    begin();
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

TEST(messages, an_address_in_somebodys_own_network_is_given_up)
{
    const uint32_t order = begin_both();
    scene->servers[CHANNEL_PUSH] = (struct scene_server){.is_unsent = true, .is_private = true};
    scene_do(COMMAND_DONE, order);
    scene_run(600 * MINUTE_MS);
    scene->servers[CHANNEL_PUSH] = (struct scene_server){.status = 201};
    scene_run(600 * MINUTE_MS);
    assert_int_equal(scene_posts(CHANNEL_PUSH, ""), 0);
    assert_int_equal(SMS(""), 1);
    scene_end();
}

TEST(messages, a_corrected_number_is_another_message_to_the_provider)
{
    const uint32_t order = begin_both();
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

/* --- floods --- */

TEST(messages, an_sms_goes_only_for_what_is_taken_or_paid)
{
    begin();
    const uint32_t order = scene_place();
    assert_int_equal(scene_sms(order, phone), ERR_STATE);
    assert_int_equal(scene_rows(), 0);
    scene_do(COMMAND_PAY, order);
    assert_int_equal(scene_sms(order, phone), 0);
    scene_end();
}

TEST(messages, orders_that_nobody_answered_for_leave_room_for_the_others)
{
    begin();
    const uint32_t unpaid = scene_draft();
    const uint32_t paid = scene_draft();
    scene_do(COMMAND_PAY, paid);
    struct messenger *messenger = scene->messenger;
    messenger->watched_count = WATCHED_UNPAID_MAX; /* of none of which the node knows */
    assert_int_equal(scene_push(unpaid, endpoint), ERR_LIMIT);
    assert_int_equal(messenger->watched_count, 0);
    messenger->watched_count = WATCHED_UNPAID_MAX;
    assert_int_equal(scene_push(paid, endpoint), 0);
    assert_int_equal(scene_push(unpaid, endpoint), 0);
    scene_end();
}

TEST(messages, an_order_has_so_many_telephones_and_no_more)
{
    static const char *const phones[] = {"+4917011111", "+4917022222", "+4917033333"};
    begin();
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    for (size_t i = 0; i < RECIPIENT_PHONES_MAX; i++) {
        assert_int_equal(scene_sms(order, phones[i]), 0);
        assert_int_equal(scene_sms(order, phones[i]), 0); /* the same one counts once */
        assert_int_equal(scene_off(order), 0);
        assert_false(scene->has_sms);
    }
    assert_int_equal(scene_sms(order, phone), ERR_LIMIT);
    scene_end();
}

TEST(messages, a_day_has_so_many_sms_and_the_next_one_again)
{
    begin();
    scene->terms.sms_per_day = 2;
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t order = scene_place();
        scene_do(COMMAND_ACCEPT, order);
        assert_int_equal(scene_sms(order, phone), 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        scene_do(COMMAND_DONE, i);
        scene_run(MINUTE_MS);
    }
    assert_int_equal(SMS(""), 2);
    uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_sms(order, phone), ERR_LIMIT); /* nothing is promised that is not kept */
    assert_string_equal(scene->where, "no more SMS are sent today");
    assert_int_equal(scene_push(order, endpoint), 0);
    scene_day(2);
    order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_sms(order, phone), 0);
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(SMS(""), 3);
    scene_end();
}

TEST(messages, back_and_forth_tells_nothing_twice)
{
    const uint32_t order = begin_both();
    for (int i = 0; i < RECIPIENT_PHONES_MAX - 1; i++) {
        scene_do(COMMAND_DONE, order);
        scene_run(MINUTE_MS);
        scene_do(COMMAND_RECALL, order);
        assert_int_equal(scene_off(order), 0);
        assert_int_equal(scene_push(order, endpoint), 0);
        assert_int_equal(scene_sms(order, phone), 0);
        scene_run(MINUTE_MS);
    }
    assert_int_equal(PUSHES("ready"), 1);
    assert_int_equal(SMS(""), 1);
    scene_end();
}

TEST(messages, more_than_the_line_takes_wait_for_it)
{
    begin();
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

TEST(messages, one_site_has_a_part_of_the_line_and_no_more)
{
    begin();
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

/* --- several recipients --- */

TEST(messages, of_an_order_that_some_share_each_phone_hears_and_withdraws_for_itself)
{
    static const char second[] = "https://push.example.net/2";
    const uint32_t order = begin_both();
    scene->asker = 2;
    assert_int_equal(scene_push(order, second), 0);
    assert_true(scene->has_push && !scene->has_sms);
    scene_do(COMMAND_DONE, order);
    assert_int_equal(PUSHES("ready"), 2);
    assert_string_not_equal(scene->posts[0].url, scene->posts[1].url);
    assert_int_equal(scene_off(order), 0);
    assert_false(scene_holds(second));
    assert_true(scene_holds(endpoint) && scene_holds(phone));
    scene_do(COMMAND_CANCEL, order);
    assert_int_equal(PUSHES("cancelled"), 1);
    scene_do(COMMAND_ORDER_ERASE, order);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages, an_order_has_so_many_recipients_and_their_telephones_are_counted_together)
{
    const uint32_t order = begin_both();
    for (scene->asker = 2; scene->asker <= RECIPIENT_PHONES_MAX; scene->asker++) {
        assert_int_equal(scene_sms(order, phone), 0);
    }
    assert_int_equal(scene_sms(order, phone), ERR_LIMIT);
    assert_string_equal(scene->where, "this order had too many telephones already");
    for (; scene->asker <= RECIPIENTS_MAX; scene->asker++) {
        assert_int_equal(scene_push(order, endpoint), 0);
    }
    assert_int_equal(scene_push(order, endpoint), ERR_LIMIT);
    assert_string_equal(scene->where, "too many phones are told of this order already");
    assert_int_equal(scene_off(order), 0); /* he was not to be told */
    assert_int_equal(scene_rows(), RECIPIENTS_MAX);
    scene_end();
}

/* --- erasure --- */

TEST(messages, off_erases_both_and_nothing_is_told)
{
    const uint32_t order = begin_both();
    assert_true(scene_holds(endpoint) && scene_holds(phone));
    assert_int_equal(scene_off(order), 0);
    assert_false(scene->has_push || scene->has_sms);
    assert_false(scene_holds("push.example.net") || scene_holds(phone));
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene_end();
}

TEST(messages, off_where_nothing_was_is_no_mistake)
{
    begin();
    const uint32_t order = scene_place();
    assert_int_equal(scene_off(order), 0);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages, an_order_that_is_erased_anywhere_takes_its_addresses_along_for_ever)
{
    const uint32_t order = begin_both();
    scene_do(COMMAND_ORDER_ERASE, order);
    scene_run(0);
    assert_int_equal(scene_rows(), 0);
    assert_int_equal(scene_push(order, endpoint), ERR_STATE);
    assert_int_equal(scene_off(order), 0);
    scene_end();
}

TEST(messages, nothing_stays_of_a_day_that_is_over)
{
    const uint32_t over = begin_both();
    const uint32_t open = scene_place();
    assert_int_equal(scene_push(open, endpoint), 0);
    scene_do(COMMAND_CANCEL, over);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows(), 2);
    scene_day(2);
    assert_int_equal(scene_rows(), 1);
    scene_day(3);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages, nothing_stays_of_a_day_that_is_closed_once_its_order_is_over_and_that_is_told)
{
    const uint32_t order = begin_both();
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

TEST(messages, the_close_of_the_day_takes_along_what_was_over_before)
{
    const uint32_t order = begin_both();
    scene_do(COMMAND_CANCEL, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows(), 1);
    scene_day_close();
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages, where_no_day_is_ever_closed_nothing_stays_for_more_than_a_day_of_running)
{
    const uint32_t order = begin_both();
    scene_run(20 * 60 * MINUTE_MS);
    scene_do(COMMAND_DONE, order); /* something happens: it begins anew */
    scene_run(20 * 60 * MINUTE_MS);
    assert_int_equal(scene_rows(), 1);
    scene_restart(); /* the hours are kept */
    scene_run(3 * 60 * MINUTE_MS);
    assert_int_equal(scene_rows(), 1);
    scene_run(2 * 60 * MINUTE_MS);
    assert_int_equal(scene_rows(), 0);
    assert_false(scene_holds(phone));
    scene_end();
}

TEST(messages, an_erasure_that_the_disk_had_no_room_for_is_done_when_it_has)
{
    const uint32_t order = begin_both();
    scene->strike = STRIKE_FULL;
    scene->nth = scene->commits + 1;
    scene_do(COMMAND_ORDER_ERASE, order);
    assert_int_equal(scene_rows(), 1);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

/* --- who may not --- */

TEST(messages, an_order_that_is_not_here_and_a_way_that_is_not_offered_are_refused)
{
    begin();
    scene->orders[0] = (struct entity_id){{9}};
    assert_int_equal(scene_push(0, endpoint), ERR_NOT_FOUND);
    scene->keys.has_push = scene->keys.has_sms = false;
    scene_restart();
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_push(order, endpoint), ERR_UNAVAILABLE);
    assert_int_equal(scene_sms(order, phone), ERR_UNAVAILABLE);
    scene_end();
}

TEST(messages, a_way_that_is_not_offered_any_more_is_left_alone)
{
    const uint32_t order = begin_both();
    scene->keys.has_push = scene->keys.has_sms = false;
    scene_restart();
    scene_do(COMMAND_DONE, order);
    scene_run(MINUTE_MS);
    assert_int_equal(scene->posts_count, 0);
    scene_end();
}

TEST(messages, more_askers_than_are_heard_are_told_to_come_again)
{
    struct wish wish = {.kind = WISH_OFF};
    uint64_t request = 0;
    begin();
    wish.id.order = scene->orders[scene_place()];
    for (int i = 0; i < MESSENGER_ASKS_MAX; i++) {
        assert_int_equal(messenger_ask(scene->messenger, &wish, &request), 0);
    }
    assert_int_equal(messenger_ask(scene->messenger, &wish, &request), ERR_BUSY);
    scene_run(0);
    assert_int_equal(messenger_ask(scene->messenger, &wish, &request), 0);
    scene_end();
}

/* --- crashes --- */

/* Both ways, from taken to ready. */
static void story(void)
{
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    while (scene_push(order, endpoint) != 0 || scene_sms(order, phone) != 0) {
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
