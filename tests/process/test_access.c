/* Who may do what over HTTP: a real node whose own screen is locked, every route, every role, and
 * tokens good and bad. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "node/api/routes.h"
#include "node/os/clock.h"
#include "sync/base/check.h"
#include "tests/lib/test.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/locked.h"
#include "tests/process/lib/owner.h"
#include "tests/process/lib/watching.h"

static struct stall stall;
static struct identity identity;
static struct client *client;

static const char *text_of(enum role role)
{
    return role_token(&identity, role);
}

static int control(const char *method, const char *path, const char *body)
{
    struct text reply = {0};
    const int status = owner_ask(&stall.nodes[0], method, path, body, &reply);
    text_close(&reply);
    return status;
}

static void give_role(uint64_t staff, const char *role)
{
    node_give_role(&stall.nodes[0], staff, role);
}

static void open_node(void)
{
    client = locked_open(&stall, &identity);
}

static void close_node(void)
{
    locked_close(&stall, client);
}

static int ask(const char *method, const char *path, const char *token, const char *body)
{
    const struct client_request request = {.method = method,
                                           .path = path,
                                           .token = token,
                                           .key = body == NULL ? NULL : client_key(),
                                           .body = body};
    return client_ask(client, &request);
}

/* --- the golden calls --- */

#define ORDER_OF_ONE                                                                               \
    "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":1}]}"

TEST(access, a_customer_orders_staff_cook_and_admins_change_the_menu)
{
    open_node();
    assert_int_equal(ask("POST", "/api/orders", text_of(ROLE_CUSTOMER), ORDER_OF_ONE), 201);
    assert_int_equal(ask("POST", "/api/orders", text_of(ROLE_KITCHEN), ORDER_OF_ONE), 403);
    assert_int_equal(ask("POST", "/api/orders", NULL, ORDER_OF_ONE), 401);
    static const enum role staff[] = {ROLE_COUNTER, ROLE_KITCHEN, ROLE_PICKUP,   ROLE_COURIER,
                                      ROLE_MANAGER, ROLE_OWNER,   ROLE_ORGANISER};
    for (size_t i = 0; i < sizeof staff / sizeof staff[0]; i++) {
        assert_int_equal(ask("GET", "/api/kitchen/board", text_of(staff[i]), NULL), 200);
        assert_non_null(strstr(client->body, "\"channel\":\"phone\""));
    }
    assert_int_equal(ask("GET", "/api/kitchen/board", text_of(ROLE_CUSTOMER), NULL), 403);
    assert_int_equal(ask("GET", "/api/kitchen/board", NULL, NULL), 401);
    assert_non_null(strstr(client->head, "www-authenticate: Bearer"));
    static const char price[] = "{\"price\":500}";
    for (size_t i = 0; i < sizeof staff / sizeof staff[0]; i++) {
        const bool is_admin =
            staff[i] == ROLE_MANAGER || staff[i] == ROLE_OWNER || staff[i] == ROLE_ORGANISER;
        assert_int_equal(ask("PATCH", "/api/menu/10", text_of(staff[i]), price),
                         is_admin ? 200 : 403);
    }
    assert_int_equal(ask("PATCH", "/api/menu/10", text_of(ROLE_CUSTOMER), price), 403);
    assert_int_equal(ask("PATCH", "/api/menu/10", NULL, price), 401);
    close_node();
}

static int discount(enum role role, const char *order, const char *body)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/api/orders/%s/discount", order);
    return ask("POST", path, text_of(role), body);
}

TEST(access, a_counter_that_does_without_its_screen_gives_no_offer_of_managers)
{
    static const char boss[] = "{\"offer\":3,\"reason\":\"\"}";
    static const char by_hand[] = "{\"percent_bp\":5000,\"reason\":\"Boss\"}";
    char order[25] = {0};
    open_node();
    assert_int_equal(
        control("POST", "/api/offers",
                "{\"number\":3,\"name\":\"Boss\",\"percent_bp\":5000,\"manager\":true}"),
        201);
    assert_int_equal(ask("POST", "/api/orders", text_of(ROLE_COUNTER), ORDER_OF_ONE), 201);
    json_text_of(client->body, "id", order, sizeof order);
    assert_int_equal(discount(ROLE_COUNTER, order, boss), 403);
    assert_non_null(strstr(client->body, "\"code\":\"needs_manager\""));
    assert_non_null(strstr(client->body, "Ask one to sign in here"));
    assert_int_equal(discount(ROLE_COUNTER, order, by_hand), 403);
    assert_int_equal(discount(ROLE_KITCHEN, order, boss), 403);
    assert_non_null(strstr(client->body, "\"code\":\"forbidden\""));
    assert_int_equal(discount(ROLE_MANAGER, order, boss), 200);
    close_node();
}

/* --- every route, every role, every token --- */

static struct route_table all_routes(void)
{
    return (struct route_table){routes, routes_count};
}

TEST(access, each_route_is_open_to_the_roles_that_it_names_and_to_no_other)
{
    const struct route_table table = all_routes();
    open_node();
    routes_walk(client, &identity, &table);
    close_node();
}

TEST(access, no_trick_makes_a_token_of_what_is_none)
{
    const struct route_table table = all_routes();
    open_node();
    routes_try_tricks(client, &identity, &table);
    close_node();
}

/* --- WebSockets --- */

TEST(access, each_view_of_the_stream_is_open_to_the_roles_that_it_names_and_to_no_other)
{
    open_node();
    assert_true(route_views_count >= 5);
    views_walk(client->port, &identity);
    assert_int_equal(view_begin(client->port, "cellar", text_of(ROLE_OWNER)), 400);
    close_node();
}

TEST(access, no_trick_makes_a_token_for_the_stream_of_what_is_none)
{
    open_node();
    views_try_tricks(client->port, &identity);
    close_node();
}

/* The handshake of /ws with @protocols; 101 when it is open. */
static int watch_on(struct client *board, const char *protocols)
{
    char more[1024];
    (void)snprintf(more, sizeof more,
                   "Origin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "%s%s%s",
                   board->port, protocols == NULL ? "" : "Sec-WebSocket-Protocol: ",
                   protocols == NULL ? "" : protocols, protocols == NULL ? "" : "\r\n");
    const struct client_request request = {
        .method = "GET", .path = "/ws?view=kitchen", .more = more};
    return client_ask(board, &request);
}

static int watch(const char *protocols)
{
    struct client *board = client_new(stall.nodes[0].http_port);
    const int status = watch_on(board, protocols);
    client_close(board);
    return status;
}

/* A ticket that @role has got for itself. */
static const char *ticket_of(enum role role)
{
    static char protocols[128];
    const char *at = NULL;
    if (ask("POST", "/api/session/ticket", text_of(role), "{}") == 200) {
        at = strstr(client->body, "\"ticket\":\"");
    }
    assert_non_null(at);
    (void)snprintf(protocols, sizeof protocols, "trestle, ticket.%.32s", at + 10);
    return protocols;
}

TEST(access, a_board_is_let_in_by_a_ticket_that_is_good_once)
{
    open_node();
    assert_int_equal(watch(NULL), 401);
    assert_int_equal(watch("trestle"), 401);
    assert_int_equal(watch("trestle, ticket.x"), 401);
    assert_int_equal(watch("trestle, ticket.00000000000000000000000000000000"), 401);
    assert_int_equal(ask("POST", "/api/session/ticket", text_of(ROLE_CUSTOMER), "{}"), 403);
    const char *ticket = ticket_of(ROLE_KITCHEN);
    assert_int_equal(watch(ticket), 101);
    assert_int_equal(watch(ticket), 401);
    ticket = ticket_of(ROLE_KITCHEN);
    give_role(ROLE_KITCHEN, "none");
    assert_int_equal(watch(ticket), 401);
    close_node();
}

TEST(access, a_board_whose_person_signed_out_is_disconnected)
{
    char token[TOKEN_TEXT_MAX], protocols[128], rest[4096];
    open_node();
    (void)snprintf(token, sizeof token, "%s", text_of(ROLE_KITCHEN));
    assert_int_equal(ask("POST", "/api/session/ticket", token, "{}"), 200);
    (void)snprintf(protocols, sizeof protocols, "trestle, ticket.%.32s",
                   strstr(client->body, "\"ticket\":\"") + 10);
    struct client *board = client_new(stall.nodes[0].http_port);
    assert_int_equal(watch_on(board, protocols), 101);
    assert_int_equal(ask("DELETE", "/api/session", token, NULL), 200);
    ssize_t size;
    while ((size = recv(board->fd, rest, sizeof rest, 0)) > 0) {
        continue;
    }
    assert_true(size == 0 || errno == ECONNRESET); /* it ended; not: nothing came for long */
    client_close(board);
    close_node();
}

/* --- signing in --- */

static void add_person(unsigned staff, const char *role)
{
    char path[64], body[96];
    (void)snprintf(body, sizeof body, "{\"number\":%u,\"name\":\"P%u\"}", staff, staff);
    assert_int_equal(control("POST", "/api/staff", body), 201);
    (void)snprintf(path, sizeof path, "/api/staff/%u/pin", staff);
    (void)snprintf(body, sizeof body, "{\"pin\":\"%u%u\"}", staff, staff);
    assert_int_equal(control("POST", path, body), 200);
    give_role(staff, role);
}

static int sign_in(unsigned staff, const char *pin)
{
    char body[96];
    (void)snprintf(body, sizeof body, "{\"staff\":%u,\"pin\":\"%s\"}", staff, pin);
    return ask("POST", "/api/session", NULL, body);
}

/* The token of the last answer. */
static const char *token_got(char text[TOKEN_TEXT_MAX])
{
    const char *at = strstr(client->body, "\"token\":\"");
    assert_non_null(at);
    (void)snprintf(text, TOKEN_TEXT_MAX, "%.*s", (int)strcspn(at + 9, "\""), at + 9);
    return text;
}

TEST(access, a_number_and_a_pin_sign_in_and_people_take_turns_at_a_screen)
{
    char mira[TOKEN_TEXT_MAX], otto[TOKEN_TEXT_MAX];
    open_node();
    add_person(21, "counter");
    add_person(22, "kitchen");
    assert_int_equal(sign_in(21, "2121"), 201);
    assert_non_null(strstr(client->body, "\"staff\":21,\"role\":\"counter\""));
    (void)token_got(mira);
    assert_int_equal(sign_in(22, "2222"), 201);
    (void)token_got(otto);
    assert_int_equal(ask("POST", "/api/orders", mira, ORDER_OF_ONE), 201);
    assert_int_equal(ask("POST", "/api/orders", otto, ORDER_OF_ONE), 403);
    assert_int_equal(ask("GET", "/api/kitchen/board", otto, NULL), 200);
    assert_int_equal(ask("DELETE", "/api/session", mira, NULL), 200);
    assert_int_equal(ask("POST", "/api/orders", mira, ORDER_OF_ONE), 401);
    assert_int_equal(ask("DELETE", "/api/session", mira, NULL), 401);
    assert_int_equal(node_end(&stall.nodes[0], 15), 0);
    node_start(&stall.nodes[0]);
    client->port = stall.nodes[0].http_port;
    assert_int_equal(ask("GET", "/api/session", mira, NULL), 401); /* still out */
    assert_int_equal(ask("GET", "/api/session", otto, NULL), 200); /* still in */
    assert_int_equal(sign_in(21, "2121"), 201);
    close_node();
}

TEST(access, whoever_guesses_hears_the_same_and_waits_also_after_a_restart)
{
    static const unsigned numbers[] = {21, 999}; /* one that exists, one that does not */
    static char wrong[2][1024], locked[2][1024];
    open_node();
    add_person(21, "counter");
    for (size_t i = 0; i < 2; i++) {
        for (int guess = 0; guess < 5; guess++) {
            assert_int_equal(sign_in(numbers[i], "0000"), 401);
        }
        (void)snprintf(wrong[i], sizeof wrong[i], "%.1000s", client->body);
        assert_int_equal(sign_in(numbers[i], "0000"), 429);
        (void)snprintf(locked[i], sizeof locked[i], "%.1000s", client->body);
        assert_non_null(strstr(client->head, "retry-after: "));
    }
    assert_string_equal(wrong[0], wrong[1]);
    assert_string_equal(locked[0], locked[1]);
    assert_int_equal(sign_in(21, "2121"), 429); /* also the right one */
    assert_int_equal(node_end(&stall.nodes[0], 9), 1009);
    node_start(&stall.nodes[0]);
    client->port = stall.nodes[0].http_port;
    assert_int_equal(sign_in(21, "2121"), 429);
    assert_int_equal(sign_in(21, "21"), 400);
    assert_int_equal(sign_in(21, "21x1"), 400);
    close_node();
}

TEST(access, a_new_pin_ends_the_old_one_and_an_empty_one_all)
{
    open_node();
    add_person(21, "counter");
    assert_int_equal(sign_in(21, "2121"), 201);
    assert_int_equal(control("POST", "/api/staff/21/pin", "{\"pin\":\"771177\"}"), 200);
    assert_int_equal(sign_in(21, "2121"), 401);
    assert_int_equal(sign_in(21, "771177"), 201);
    assert_int_equal(control("POST", "/api/staff/21/pin", "{\"pin\":\"\"}"), 200);
    assert_int_equal(sign_in(21, "771177"), 401);
    assert_int_equal(control("POST", "/api/staff/21/pin", "{\"pin\":\"12\"}"), 400);
    assert_int_equal(control("POST", "/api/staff/98/pin", "{\"pin\":\"1234\"}"), 404);
    assert_int_equal(control("PATCH", "/api/staff/21", "{\"pin\":\"00\"}"), 400);
    close_node();
}

/* Whether the sealed PIN of the only person of node @at lies there. */
static bool has_pin(int at)
{
    struct text reply = {0};
    char path[96] = "";
    (void)owner_ask(&stall.nodes[at], "GET", "/api/staff", "", &reply);
    text_append(&reply, "", 1);
    const char *hash = strstr(reply.data, "\"pin\":\"");
    if (hash != NULL) {
        (void)snprintf(path, sizeof path, "/api/blobs/%.64s", hash + 7);
    }
    text_close(&reply);
    /* It is personal: a kitchen may not read it, once it is there. */
    const int status = hash == NULL ? 0 : owner_ask(&stall.nodes[at], "GET", path, "", &reply);
    text_close(&reply);
    return status == 403;
}

static void await_pin(int at)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!has_pin(at)) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

TEST(access, a_pin_opens_every_device_of_the_popup_and_its_token_too)
{
    char text[TOKEN_TEXT_MAX];
    open_node();
    node_join(&stall, 1, "kitchen", "B");
    node_start(&stall.nodes[1]);
    add_person(21, "counter");
    struct client *first = client;
    client = client_new(stall.nodes[1].http_port);
    await_pin(1);
    assert_int_equal(sign_in(21, "2121"), 201);
    (void)token_got(text);
    assert_int_equal(ask("POST", "/api/orders", text, ORDER_OF_ONE), 201);
    client_close(client);
    client = first;
    assert_int_equal(ask("POST", "/api/orders", text, ORDER_OF_ONE), 201);
    close_node();
}

TEST(access, a_customer_gets_a_token_that_orders_and_no_more)
{
    char text[TOKEN_TEXT_MAX];
    open_node();
    assert_int_equal(ask("POST", "/api/session/customer", NULL, "{}"), 201);
    assert_non_null(strstr(client->body, "\"staff\":0,\"role\":\"customer\""));
    (void)token_got(text);
    assert_int_equal(ask("POST", "/api/orders", text, ORDER_OF_ONE), 201);
    assert_int_equal(ask("GET", "/api/orders", text, NULL), 403);
    close_node();
}

/* --- people --- */

TEST(access, whose_role_was_taken_is_out_at_once_and_who_signs_writes_is_named)
{
    open_node();
    char text[TOKEN_TEXT_MAX];
    (void)snprintf(text, sizeof text, "%s", text_of(ROLE_COUNTER));
    assert_int_equal(ask("GET", "/api/session", text, NULL), 200);
    assert_non_null(strstr(client->body, "\"role\":\"counter\",\"staff\":1,"));
    give_role(ROLE_COUNTER, "kitchen");
    assert_int_equal(ask("GET", "/api/session", text, NULL), 401);
    assert_int_equal(ask("POST", "/api/orders", text, ORDER_OF_ONE), 401);
    close_node();
}

TEST(access, an_open_screen_needs_nobody_and_a_locked_one_says_nothing_without)
{
    open_node();
    assert_int_equal(ask("GET", "/api/session", NULL, NULL), 200);
    assert_non_null(strstr(client->body, "\"role\":\"none\",\"staff\":0,"));
    assert_non_null(strstr(client->body, "\"capabilities\":[]"));
    assert_int_equal(control("GET", "/api/kitchen/board", ""), 200);
    assert_int_equal(node_end(&stall.nodes[0], 15), 0);
    assert_int_equal(setenv("TRESTLE_SCREEN", "open", 1), 0);
    node_start(&stall.nodes[0]);
    client->port = stall.nodes[0].http_port;
    assert_int_equal(ask("GET", "/api/kitchen/board", NULL, NULL), 200);
    assert_int_equal(ask("POST", "/api/orders", NULL, ORDER_OF_ONE), 201);
    close_node();
}
