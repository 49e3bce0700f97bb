/* A cart whose phones are at two nodes: the one that keeps it, its home, is asked over the mesh by
 * the other. Real programs, which are also killed and held up.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/json/schema.h"
#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/programs.h"

enum { ID_DIGITS = 24, LINK_DIGITS_MAX = 80, HOME = 0, OTHER = 1 };

static struct stall stall;
static struct client *clients[2]; /* of the home, and of the other node */

#define TWO_FOR_ANA "{\"item\":10,\"quantity\":2,\"who\":\"Ana\",\"note\":\"no onions\"}"
#define ONE_FOR_BEN "{\"item\":11,\"quantity\":1,\"who\":\"Ben\"}"

static void node_open(int at)
{
    node_start(&stall.nodes[at]);
    clients[at] = client_new(stall.nodes[at].http_port);
}

static void open_stall(void)
{
    stall_open(&stall);
    stall_init(&stall);
    node_open(HOME);
    node_join(&stall, OTHER, "counter", "B");
    node_open(OTHER);
    until_menu(&stall.nodes[OTHER]);
}

static void close_stall(void)
{
    client_close(clients[HOME]);
    client_close(clients[OTHER]);
    stall_close(&stall);
}

/* --- what phones ask --- */

static const char *said(int at)
{
    return clients[at]->body;
}

static void assert_says(int at, const char *what)
{
    if (strstr(said(at), what) == NULL) {
        fail_msg("%s is not in %s", what, said(at));
    }
}

static int ask_with(int at, const struct customer *customer, const char *key, const char *method,
                    const char *path, const char *body)
{
    const struct client_request request = {
        .method = method, .path = path, .token = customer->token, .key = key, .body = body};
    return client_ask_patiently(clients[at], &request);
}

static int ask(int at, const struct customer *customer, const char *method, const char *path,
               const char *body)
{
    return ask_with(at, customer, body == NULL ? NULL : client_key(), method, path, body);
}

/* Asks until the answer is @status: the two may not be linked yet, or still. */
static void ask_until(int status, int at, const struct customer *customer, const char *key,
                      const char *path, const char *body)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    const char *method = body == NULL ? "GET" : "POST";
    while (ask_with(at, customer, key, method, path, body) != status) {
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("%s %s: never %d, but %s", method, path, status, said(at));
        }
    }
}

static struct customer opened(int at, const char *path, const char *body,
                              char ret_link[LINK_DIGITS_MAX])
{
    struct customer customer = {.token = ""};
    const struct client_request request = {.method = "POST", .path = path, .body = body};
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (client_ask_patiently(clients[at], &request) == 503 && clock_mono_ms() < deadline_ms) {
    }
    assert_int_equal(clients[at]->status, 201);
    assert_json(&schema_cart_opened, said(at));
    json_text_of(said(at), "token", customer.token, sizeof customer.token);
    json_text_of(said(at), "link", ret_link, LINK_DIGITS_MAX);
    return customer;
}

static struct customer begin_cart(char ret_link[LINK_DIGITS_MAX])
{
    return opened(HOME, "/api/cart", "{}", ret_link);
}

static struct customer join_cart(int at, const char *link)
{
    char body[128], again[LINK_DIGITS_MAX];
    (void)snprintf(body, sizeof body, "{\"link\":\"%s\"}", link);
    const struct customer customer = opened(at, "/api/cart/join", body, again);
    assert_string_equal(link, again);
    return customer;
}

/* The number after "@name": in what node @at said last. */
static unsigned long number_of(int at, const char *name)
{
    char wanted[32];
    (void)snprintf(wanted, sizeof wanted, "\"%s\":", name);
    const char *found = strstr(said(at), wanted);
    assert_non_null(found);
    return strtoul(found + strlen(wanted), NULL, 10);
}

/* What orders the cart as node @at shows it now, with @what besides. */
static const char *order_of(int at, const struct customer *customer, const char *what)
{
    static char body[240];
    ask_until(200, at, customer, NULL, "/api/cart", NULL);
    (void)snprintf(body, sizeof body,
                   "{\"channel\":\"phone\",%s,\"cart\":{\"round\":%lu,\"version\":%lu}}", what,
                   number_of(at, "round"), number_of(at, "version"));
    return body;
}

static void order_get(int at, const struct customer *customer, const char *body,
                      char ret_id[ID_DIGITS + 1])
{
    assert_int_equal(ask(at, customer, "POST", "/api/orders", body), 201);
    assert_json(&schema_order_placed, said(at));
    json_text_of(said(at), "id", ret_id, ID_DIGITS + 1);
}

/* --- what holds --- */

TEST(carts_away, phones_at_two_nodes_share_one_cart_and_what_both_order_is_one_order)
{
    char link[LINK_DIGITS_MAX], first[ID_DIGITS + 1], second[ID_DIGITS + 1], body[240], path[80];
    open_stall();
    const struct customer ana = begin_cart(link);
    const struct customer ben = join_cart(OTHER, link);
    assert_string_not_equal(ana.token, ben.token);
    assert_int_equal(ask(HOME, &ana, "POST", "/api/cart/lines", TWO_FOR_ANA), 201);
    assert_null(strstr(said(HOME), "away"));
    assert_int_equal(ask(OTHER, &ben, "POST", "/api/cart/lines", ONE_FOR_BEN), 201);
    assert_json(&schema_cart, said(OTHER));
    assert_says(OTHER, "\"who\":\"Ana\"");
    assert_says(OTHER, "\"away\":true");
    assert_int_equal(ask(OTHER, &ben, "PATCH", "/api/cart/lines/1", "{\"delta\":1}"), 200);
    assert_int_equal(ask(HOME, &ana, "GET", "/api/cart", NULL), 200);
    assert_says(HOME, "\"quantity\":3");
    assert_says(HOME, "\"who\":\"Ben\"");
    assert_int_equal(ask(OTHER, &ben, "PATCH", "/api/cart/lines/9", "{\"delta\":1}"), 404);
    (void)snprintf(body, sizeof body, "%s", order_of(OTHER, &ana, "\"mode\":\"eat-in\""));
    order_get(OTHER, &ben, body, first);
    order_get(HOME, &ana, body, second);
    assert_string_equal(first, second);
    order_get(OTHER, &ana, body, second); /* and Ana's phone, wherever it is by now */
    assert_string_equal(first, second);
    assert_int_equal(ask(OTHER, &ben, "GET", "/api/cart", NULL), 200);
    assert_says(OTHER, "\"round\":1,\"lines\":[]");
    (void)snprintf(path, sizeof path, "/api/orders/%s/status", first);
    ask_until(200, OTHER, &ben, NULL, path, NULL);
    assert_says(OTHER, "Ana: no onions");
    close_stall();
}

TEST(carts_away, what_the_price_of_a_cart_was_said_to_be_elsewhere_is_what_it_costs)
{
    char link[LINK_DIGITS_MAX], quote[ID_DIGITS + 1], own[ID_DIGITS + 1], what[64], body[300];
    open_stall();
    const struct customer ana = begin_cart(link);
    const struct customer ben = join_cart(OTHER, link);
    assert_int_equal(ask(OTHER, &ben, "POST", "/api/cart/lines", ONE_FOR_BEN), 201);
    (void)snprintf(body, sizeof body,
                   "{\"mode\":\"eat-in\",\"lines\":[{\"item\":11,\"quantity\":1}],\"cart\":"
                   "{\"round\":0,\"version\":%lu}}",
                   number_of(OTHER, "version"));
    assert_int_equal(ask(OTHER, &ben, "POST", "/api/quotes", body), 201);
    assert_json(&schema_quote, said(OTHER));
    json_text_of(said(OTHER), "id", quote, sizeof quote);
    assert_int_equal(ask(HOME, &ana, "POST", "/api/quotes", body), 201);
    json_text_of(said(HOME), "id", own, sizeof own);
    assert_string_equal(quote, own);
    (void)snprintf(what, sizeof what, "\"quote\":\"%s\"", quote);
    order_get(OTHER, &ben, order_of(OTHER, &ben, what), own);
    close_stall();
}

TEST(carts_away, a_node_that_does_not_keep_it_tells_the_phone_nothing_of_it_on_its_line)
{
    char link[LINK_DIGITS_MAX];
    open_stall();
    const struct customer ana = begin_cart(link);
    assert_int_equal(ask(HOME, &ana, "POST", "/api/cart/lines", TWO_FOR_ANA), 201);
    struct phone *phone = phone_new(stall.nodes[OTHER].http_port);
    phone_say_open(phone, &ana, "", "");
    assert_null(strstr(phone_hear_of(phone, "\"more\":false"), "\"cart\""));
    phone_close(phone);
    close_stall();
}

TEST(carts_away, a_home_that_was_killed_is_told_of_in_words_and_knows_the_cart_when_it_is_back)
{
    char link[LINK_DIGITS_MAX], key[64], body[128];
    open_stall();
    const struct customer ana = begin_cart(link);
    const struct customer ben = join_cart(OTHER, link);
    assert_int_equal(ask(HOME, &ana, "POST", "/api/cart/lines", TWO_FOR_ANA), 201);
    client_close(clients[HOME]);
    assert_int_equal(node_end(&stall.nodes[HOME], SIGKILL), 1000 + SIGKILL);
    (void)snprintf(key, sizeof key, "%s", client_key());
    ask_until(503, OTHER, &ben, key, "/api/cart/lines", ONE_FOR_BEN);
    assert_says(OTHER, "\"away\":true");
    assert_says(OTHER, "keeps this cart");
    assert_int_equal(ask(OTHER, &ben, "GET", "/api/cart", NULL), 503); /* and not as an empty one */
    (void)snprintf(body, sizeof body, "{\"link\":\"%s\"}", link);
    assert_int_equal(ask(OTHER, &ben, "POST", "/api/cart/join", body), 503);
    node_open(HOME);
    ask_until(201, OTHER, &ben, key, "/api/cart/lines", ONE_FOR_BEN);
    assert_int_equal(ask_with(OTHER, &ben, key, "POST", "/api/cart/lines", ONE_FOR_BEN), 201);
    assert_int_equal(ask(HOME, &ana, "GET", "/api/cart", NULL), 200);
    assert_says(HOME, "\"version\":2");
    assert_says(HOME, "no onions");
    close_stall();
}

TEST(carts_away, a_home_that_hangs_keeps_no_phone_waiting)
{
    char link[LINK_DIGITS_MAX];
    open_stall();
    const struct customer ana = begin_cart(link);
    ask_until(200, OTHER, &ana, NULL, "/api/cart", NULL);
    assert_int_equal(kill(stall.nodes[HOME].process, SIGSTOP), 0);
    assert_int_equal(ask(OTHER, &ana, "GET", "/api/cart", NULL), 503);
    assert_says(OTHER, "\"away\":true");
    assert_int_equal(kill(stall.nodes[HOME].process, SIGCONT), 0);
    ask_until(200, OTHER, &ana, NULL, "/api/cart", NULL);
    close_stall();
}

TEST(carts_away, a_cart_whose_home_was_retired_is_gone_and_another_can_be_begun)
{
    char link[LINK_DIGITS_MAX], body[128], id[32];
    open_stall();
    const struct customer ana = opened(OTHER, "/api/cart", "{}", link);
    ask_until(200, HOME, &ana, NULL, "/api/cart", NULL);
    json_text_of(RUN_WELL("status", "--json", "--state", stall.nodes[OTHER].state).out, "device",
                 id, sizeof id);
    assert_int_equal(node_end(&stall.nodes[OTHER], SIGTERM), 0);
    ask_until(503, HOME, &ana, NULL, "/api/cart", NULL);
    (void)RUN_WELL("device", "retire", id, "--yes", "--state", stall.nodes[HOME].state);
    ask_until(404, HOME, &ana, NULL, "/api/cart", NULL);
    assert_says(HOME, "is gone");
    (void)snprintf(body, sizeof body, "{\"link\":\"%s\"}", link);
    assert_int_equal(ask(HOME, &ana, "POST", "/api/cart/join", body), 404);
    const struct customer again = begin_cart(link);
    assert_int_equal(ask(HOME, &again, "POST", "/api/cart/lines", TWO_FOR_ANA), 201);
    close_stall();
}
