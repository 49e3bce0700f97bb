/* What a host answers that has less than a node: no files, nobody but its own screen, and a queue
 * that is full. */
#include "tests/lib/test.h"

#include <string.h>

#include "node/api/annex.h"
#include "tests/process/lib/host.h"

TEST(api_alone, a_host_that_keeps_no_files_takes_and_gives_none)
{
    static const char png[] = "\x89PNG\r\n\x1a\n and more";
    host_begin();
    assert_int_equal(host_ask("POST", "/api/blobs", png).status, 409);
    host_said("unavailable");
    assert_int_equal(host_ask("POST", "/api/orders/000000010203040506070809/contact",
                              "{\"name\":\"Ada\",\"phone\":\"1\"}")
                         .status,
                     409);
    host_end();
}

TEST(api_alone, a_host_that_knows_its_own_screen_alone_signs_nobody_in_or_out)
{
    static const struct {
        const char *method, *path, *body;
        int status;
    } rows[] = {
        {"POST", "/api/session", "{\"staff\":7,\"pin\":\"2580\"}", 409},
        {"POST", "/api/session", "{\"staff\":7,\"pin\":\"258\"}", 400},
        {"POST", "/api/session", "{\"staff\":7}", 400},
        {"POST", "/api/session/customer", "{}", 409},
        {"POST", "/api/session/ticket", "{}", 409},
        {"DELETE", "/api/session", "", 401},
        {"POST", "/api/staff/7/pin", "{\"pin\":\"2580\"}", 409},
        {"POST", "/api/staff/7/pin", "{\"pin\":\"258\"}", 400},
        {"POST", "/api/staff/7/pin", "{\"pin\":2580}", 400},
    };
    host_begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int status = host_ask(rows[i].method, rows[i].path, rows[i].body).status;
        if (status != rows[i].status) {
            fail_msg("%s %s %s: %d", rows[i].method, rows[i].path, rows[i].body, status);
        }
    }
    host_end();
}

/* What it wrote of the stall would be void; that is no lack of a role. */
TEST(api_alone, at_a_gateway_its_own_screen_writes_nothing_of_the_stall)
{
    static const struct {
        const char *method, *path, *body;
        int status;
    } rows[] = {
        {"POST", "/api/menu", "{\"number\":7,\"name\":\"Tea\",\"price\":1}", 403},
        {"POST", "/api/orders", "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[]}", 403},
        {"GET", "/healthz", "", 200},
        {"GET", "/metrics", "", 200},
    };
    host_begin();
    host.live.role = ROLE_GATEWAY;
    host.live.capabilities = role_device_capabilities(ROLE_GATEWAY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(host_ask(rows[i].method, rows[i].path, rows[i].body).status,
                         rows[i].status);
        const bool is_sent_on = strstr(host.body.data, "Do it at a device of the stall.") != NULL;
        assert_int_equal(is_sent_on, rows[i].status == 403);
    }
    host_end();
}

TEST(api_alone, the_door_for_phones_is_told_as_an_address_of_either_kind)
{
    static const struct {
        const char *address, *said;
    } rows[] = {{"192.0.2.7", "tcp://192.0.2.7:8080"}, {"2001:db8::7", "tcp://[2001:db8::7]:8080"}};
    host_begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        api_set_door(host.api, rows[i].address, 8080);
        assert_string_equal(host.api->state->door, rows[i].said);
    }
    host_end();
}

TEST(api_alone, a_full_queue_is_busy_and_takes_more_once_it_was_emptied)
{
    static const char seen[] = "{\"type\":\"seen\",\"order\":\"000000010203040506070809\","
                               "\"changed\":\"0000000000000001-1\",\"station\":\"pot\"}";
    struct caller nobody = {.kind = CALLER_NOBODY}, screen = {.kind = CALLER_SCREEN};
    int pending = 0;
    host_begin();
    screen.principal.role = ROLE_OWNER;
    screen.capabilities = UINT64_MAX;
    assert_int_equal(api_seen(host.api, &nobody, bytes_of_text(seen)), ERR_FORBIDDEN);
    assert_int_equal(api_seen(host.api, &screen, bytes_of_text("{}")), ERR_MALFORMED);
    while (host_ask("POST", "/api/day", "{\"day\":1}").is_pending) {
        pending++;
    }
    assert_true(pending > 0);
    host_said("busy");
    assert_int_equal(api_seen(host.api, &screen, bytes_of_text(seen)), ERR_BUSY);
    const struct api_command *taken;
    while ((taken = command_queue_take(host.gate.queue)) != NULL) {
        const struct effect_answer answer = {.request = taken->request, .err = ERR_STATE};
        struct effect_answer answered;
        command_queue_answer(host.gate.queue, taken->request, &answer);
        assert_true(command_queue_answered(host.gate.queue, &answered));
    }
    assert_int_equal(api_seen(host.api, &screen, bytes_of_text(seen)), 0);
    host_end();
}

/* What is answered for an order that is not in the store any more. */
static void place_voided(int status, const char *code)
{
    static const char order[] = "{\"channel\":\"counter\",\"mode\":\"take-away\","
                                "\"lines\":[{\"item\":7,\"quantity\":1}]}";
    struct api_reply reply = host_ask("POST", "/api/orders", order);
    assert_true(reply.is_pending);
    reply.body = (struct text){0};
    assert_non_null(command_queue_take(host.gate.queue));
    const struct effect_answer placed = {.request = reply.request,
                                         .answer = {.kind = KIND_ORDER, .events = 1, .number = 9}};
    api_conclude(host.api, &placed, &reply);
    assert_int_equal(reply.status, status);
    text_append(&reply.body, "", 1);
    assert_non_null(strstr(reply.body.data, code));
    text_close(&reply.body);
}

TEST(api_alone, an_order_that_was_written_and_is_being_carried_on_is_asked_for_again)
{
    host_begin();
    host.live.is_carrying = true;
    place_voided(503, "\"code\":\"busy\"");
    host_end();
}

TEST(api_alone, an_order_that_was_written_and_does_not_count_is_asked_for_in_vain_once)
{
    host_begin();
    place_voided(404, "\"code\":\"not_found\"");
    host_end();
}

TEST(api_alone, a_device_of_no_popup_streams_nothing_to_anybody)
{
    static const struct joining_host joining;
    const struct access_request screen = {.entrance = ENTRANCE_CONTROL};
    struct api_reply reply = {.route = NULL};
    host_begin();
    host.gate.joining = &joining;
    for (size_t i = 0; i < route_views_count; i++) {
        assert_int_equal(api_watch(host.api, &screen, &route_views[i], &reply), ERR_BUSY);
    }
    host_end();
}

/* --- what a program adds --- */

static void annex_handle(void *context, const struct annex_request *request,
                         struct api_reply *reply)
{
    (void)context;
    (void)request;
    reply->is_pending = reply->is_annexed = true;
    reply->request = 5;
}

static bool annex_answered(void *context, struct annex_answer *answer)
{
    (void)context;
    (void)answer;
    return false;
}

static const struct route added[] = {{.method = "POST",
                                      .path = "/more",
                                      .summary = "More.",
                                      .capability = API_PUBLIC,
                                      .again = AGAIN_HARMLESS,
                                      .rate = RATE_READ,
                                      .request = &schema_day_open,
                                      .response = &schema_health,
                                      .command = -1,
                                      .status = 200,
                                      .shape = SHAPE_ANNEX}};

TEST(api_alone, what_a_program_adds_is_checked_before_and_answered_as_it_says)
{
    struct annex annex = {
        .routes = added, .routes_count = 1, .handle = annex_handle, .answered = annex_answered};
    struct annex_answer answers[] = {{.request = 5, .err = ERR_LIMIT},
                                     {.request = 5, .err = ERR_LIMIT, .where = "slowly"},
                                     {.request = 5}};
    static const char *const said[] = {"\"detail\":\"\"", "\"detail\":\"slowly\"", "{\"ok\":1}"};
    host_begin();
    api_add(host.api, &annex);
    assert_int_equal(host_ask("POST", "/more", "{\"day\":0}").status, 400);
    assert_int_equal(host_ask("PATCH", "/more", "{}").status, 405);
    assert_int_equal(host_ask("GET", "/nothing", "").status, 404);
    text_append_text(&answers[2].body, "{\"ok\":1}");
    for (size_t i = 0; i < 3; i++) {
        struct api_reply reply = host_ask("POST", "/more", "{\"day\":1}");
        assert_true(reply.is_pending);
        text_clear(&host.body);
        reply.body = (struct text){0};
        api_conclude_annex(host.api, &answers[i], &reply);
        text_append(&reply.body, "", 1);
        assert_non_null(strstr(reply.body.data, said[i]));
        text_close(&reply.body);
    }
    text_close(&answers[2].body);
    host_end();
}
