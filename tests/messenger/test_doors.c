/* test_doors.c - what the gateway's route for messages takes of a page, and what it says when it
 * does not. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "gateway/routes.h"
#include "tests/messenger/scene.h"

enum { ROUTE_NOTIFY = 2 };

#define POINT                                                                                      \
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define BROWSER(host)                                                                              \
    "\"push\":{\"endpoint\":\"https://" host "/1\",\"p256dh\":\"" POINT                            \
    "\",\"auth\":\"BTBZMqHH6r4Tts7J_aSIgg\"}"
#define PHONE "\"sms\":\"+491701234567\""

static struct gateway_desk desk;
static char said[512]; /* of a problem */

static void begin(void)
{
    scene_begin(STRIKE_NONE, 0);
    desk = (struct gateway_desk){.messenger = scene->messenger, .terms = &scene->terms};
}

/* The answer's status; 0 = it comes later. */
static int asked(uint32_t order, const char *body)
{
    const struct annex annex = gateway_annex(&desk);
    const struct route_match match = {.order = scene->orders[order]};
    const struct caller caller = {.kind = CALLER_CUSTOMER};
    const struct annex_request request = {.route = &annex.routes[ROUTE_NOTIFY],
                                          .match = &match,
                                          .caller = &caller,
                                          .body = bytes_of_text(body)};
    struct api_reply reply = {.status = 0};
    annex.handle(annex.context, &request, &reply);
    (void)snprintf(said, sizeof said, "%.*s", (int)reply.body.size,
                   reply.body.data != NULL ? reply.body.data : "");
    text_close(&reply.body);
    assert_int_equal(reply.is_pending, reply.status == 0);
    return reply.status;
}

/* What the annex tells of what it left pending; false: nothing. */
static bool answered(struct annex_answer *ret_answer)
{
    const struct annex annex = gateway_annex(&desk);
    return annex.answered(annex.context, ret_answer);
}

TEST(messages_doors, one_thing_is_asked_for_at_a_time)
{
    static const char *const wrong[] = {
        "{}", "{\"off\":false}", "{" BROWSER("push.example.net") "," PHONE "}",
        "{" PHONE ",\"off\":true}", "{" BROWSER("push.example.net") ",\"off\":true}"};
    begin();
    const uint32_t order = scene_place();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(asked(order, wrong[i]), 400);
        assert_non_null(strstr(said, "exactly one of push, sms, off"));
    }
    assert_int_equal(asked(order, "{" BROWSER("printer.local") "}"), 400);
    assert_non_null(strstr(said, "push"));
    assert_int_equal(asked(order, "{\"sms\":\"01701234567\"}"), 400);
    assert_non_null(strstr(said, "sms"));
    assert_int_equal(scene_rows(), 0);
    scene_end();
}

TEST(messages_doors, what_is_asked_for_is_answered_when_it_is_kept)
{
    static const char *const wishes[] = {"{" BROWSER("push.example.net") "}", "{" PHONE "}",
                                         "{\"off\":true}"};
    static const char *const answers[] = {"{\"push\":true,\"sms\":false}",
                                          "{\"push\":true,\"sms\":true}",
                                          "{\"push\":false,\"sms\":false}"};
    struct annex_answer answer = {.request = 0};
    begin();
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        assert_int_equal(asked(order, wishes[i]), 0);
        assert_false(answered(&answer));
        messenger_turn(scene->messenger);
        assert_true(answered(&answer));
        assert_int_equal(answer.err, 0);
        assert_int_equal(answer.body.size, strlen(answers[i]));
        assert_memory_equal(answer.body.data, answers[i], answer.body.size);
        text_close(&answer.body);
    }
    scene_end();
}

TEST(messages_doors, a_push_service_of_this_machine_is_called_where_one_is_set_up_and_no_other)
{
    static const char own[] = "{\"push\":{\"endpoint\":\"http://127.0.0.1:7/1\",\"p256dh\":\"" POINT
                              "\",\"auth\":\"BTBZMqHH6r4Tts7J_aSIgg\"}}";
    begin();
    const uint32_t order = scene_place();
    assert_int_equal(asked(order, own), 400);
    (void)snprintf(scene->terms.push_practice, sizeof scene->terms.push_practice,
                   "http://127.0.0.1:70");
    assert_int_equal(asked(order, own), 400);
    scene->terms.push_practice[sizeof "http://127.0.0.1:7" - 1] = '\0';
    assert_int_equal(asked(order, own), 0);
    scene_end();
}

TEST(messages_doors, when_too_many_ask_who_comes_is_told_to_come_back)
{
    uint64_t request = 0;
    begin();
    const struct wish wish = {.kind = WISH_OFF, .id.order = scene->orders[scene_place()]};
    for (int i = 0; i < MESSENGER_ASKS_MAX; i++) {
        assert_int_equal(messenger_ask(scene->messenger, &wish, &request), 0);
    }
    assert_int_equal(asked(0, "{" PHONE "}"), 503);
    assert_non_null(strstr(said, "too many ask at once"));
    scene_end();
}

TEST(messages_doors, a_gateway_without_messages_and_cards_says_so)
{
    struct annex_answer answer = {.request = 0};
    struct text body = {.data = NULL};
    const struct reconcile_wish wish = {.days = 8};
    begin();
    desk.messenger = NULL;
    const uint32_t order = scene_place();
    assert_int_equal(asked(order, "{\"off\":true}"), 409);
    assert_non_null(strstr(said, "nobody is told of orders from here"));
    assert_false(answered(&answer));
    const struct reconcile_host host = gateway_reconcile_host(&desk);
    assert_int_equal(host.begin(host.context, &wish), ERR_UNAVAILABLE);
    struct reconcile_standing standing;
    host.print(host.context, SIZE_MAX, &body, &standing);
    assert_int_not_equal(host.version(host.context), 0);
    assert_false(standing.is_good || standing.is_under_way);
    assert_int_equal(standing.wish.days, 0); /* it answers every wish */
    text_append(&body, "", 1);
    assert_non_null(strstr(body.data, "no keys of the provider"));
    text_close(&body);
    scene_end();
    scene_free();
}
