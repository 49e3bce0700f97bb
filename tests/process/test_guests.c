/* Customers at a node of their own, over plain HTTP: what they are told, and what they cannot do.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/config/identity.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "sync/base/limits.h"
#include "tests/lib/test.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/owner.h"
#include "tests/process/lib/programs.h"

enum { ID_DIGITS = 24, QUOTED_BYTES_MAX = 256, SIGNATURE_DIGITS = 2 * SIGNATURE_BYTES };

#define TWO_OF_TEN "{\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":2}]}"
#define ORDER_OF_ONE                                                                               \
    "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":1}]}"

static struct stall stall;
static struct client *client;

static int ask(const struct customer *customer, const char *method, const char *path,
               const char *body)
{
    const struct client_request request = {.method = method,
                                           .path = path,
                                           .token = customer->token,
                                           .key = body == NULL ? NULL : client_key(),
                                           .body = body};
    return client_ask_patiently(client, &request);
}

static void assert_says(const char *what)
{
    if (strstr(client->body, what) == NULL) {
        fail_msg("%s is not in %s", what, client->body);
    }
}

static void open_stall(void)
{
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
}

static void close_stall(void)
{
    client_close(client);
    stall_close(&stall);
}

static const char *path_of(const char *before, const char *id, const char *behind)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s%s%s", before, id, behind);
    return path;
}

static const char *order_with(const char *quote)
{
    static char body[QUOTED_BYTES_MAX];
    (void)snprintf(body, sizeof body, "{\"channel\":\"phone\",\"quote\":\"%s\"}", quote);
    return body;
}

TEST(guests, an_order_costs_what_was_quoted_though_the_menu_changed)
{
    char quote[ID_DIGITS + 1], order[ID_DIGITS + 1], total[64];
    open_stall();
    const struct customer anna = customer_come(client);
    assert_int_equal(ask(&anna, "POST", "/api/quotes", TWO_OF_TEN), 201);
    assert_json(&schema_quote, client->body);
    assert_says("\"complete\":true");
    json_text_of(client->body, "id", quote, sizeof quote);
    const char *at = strstr(client->body, "\"total\":");
    assert_non_null(at);
    (void)snprintf(total, sizeof total, "%.*s", (int)strcspn(at, ","), at);
    owner_does(&stall.nodes[0], "PATCH", "/api/menu/10", "{\"price\":99900}");
    assert_int_equal(ask(&anna, "GET", path_of("/api/quotes/", quote, ""), NULL), 200);
    assert_json(&schema_quote, client->body);
    assert_says(total);
    assert_int_equal(ask(&anna, "POST", "/api/orders", order_with(quote)), 201);
    assert_json(&schema_order_placed, client->body);
    assert_says(total);
    json_text_of(client->body, "id", order, sizeof order);
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", order, "/status"), NULL), 200);
    assert_json(&schema_purchase, client->body);
    assert_says(total);
    assert_says("\"said\":\"Ordered. The kitchen has not taken it yet.\"");
    close_stall();
}

/* The canonical text of @answer without its signature, which is put into @ret_signature. */
static void said_of_quote(const char *answer, struct text *ret_said,
                          struct signature *ret_signature)
{
    static const char name[] = "\"signature\":\"";
    char where[JSON_WHERE_BYTES_MAX];
    struct json_value *value = NULL;
    struct text all = {.data = NULL};
    assert_int_equal(json_parse(bytes_of_text(answer), &value, where), 0);
    json_print_canonical(value, &all);
    text_append(&all, "", 1);
    json_free(value);
    char *at = strstr(all.data, name);
    assert_non_null(at);
    const char *digits = at + sizeof name - 1;
    assert_int_equal(sodium_hex2bin(ret_signature->bytes, sizeof ret_signature->bytes, digits,
                                    SIGNATURE_DIGITS, NULL, NULL, NULL),
                     0);
    const char *rest = digits + SIGNATURE_DIGITS;
    assert_memory_equal(rest, "\",", 2);
    text_append_text(ret_said, "trestle/quote/1");
    text_append(ret_said, all.data, (size_t)(at - all.data));
    text_append_text(ret_said, rest + 2);
    text_close(&all);
}

TEST(guests, a_quote_is_signed_by_the_device_and_nothing_of_it_can_be_changed)
{
    static struct identity identity;
    struct signature signature;
    struct text said = {.data = NULL};
    char device[32];
    open_stall();
    const struct customer anna = customer_come(client);
    assert_int_equal(ask(&anna, "POST", "/api/quotes", TWO_OF_TEN), 201);
    assert_int_equal(identity_load(stall.nodes[0].state, &identity), 0);
    const struct public_key *key = &identity.certificate.device_key;
    said_of_quote(client->body, &said, &signature);
    const struct bytes all = bytes_of(said.data, said.size);
    assert_int_equal(verify_bytes(&signature, all, key), 0);
    for (size_t i = 0; i < said.size; i++) {
        said.data[i] = (char)(said.data[i] ^ 1 << i % 7);
        assert_int_equal(verify_bytes(&signature, all, key), ERR_BAD_SIGNATURE);
        said.data[i] = (char)(said.data[i] ^ 1 << i % 7);
    }
    for (size_t i = 0; i < sizeof signature.bytes; i++) {
        signature.bytes[i] ^= 1;
        assert_int_equal(verify_bytes(&signature, all, key), ERR_BAD_SIGNATURE);
        signature.bytes[i] ^= 1;
    }
    (void)snprintf(device, sizeof device, "\"device\":\"%016" PRIx64 "\"", id64_of_key(key));
    assert_says(device);
    entropy_wipe(&identity, sizeof identity);
    text_close(&said);
    close_stall();
}

TEST(guests, who_was_handed_his_order_says_how_it_was_and_nobody_else_does)
{
    char order[ID_DIGITS + 1];
    open_stall();
    const struct customer anna = customer_come(client), bert = customer_come(client);
    assert_int_equal(ask(&anna, "POST", "/api/orders", ORDER_OF_ONE), 201);
    json_text_of(client->body, "id", order, sizeof order);
    assert_int_equal(
        ask(&anna, "POST", path_of("/api/orders/", order, "/review"), "{\"rating\":4}"), 409);
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", order, "/status"), NULL), 200);
    assert_null(strstr(client->body, "\"review\""));
    owner_does(&stall.nodes[0], "POST", path_of("/api/orders/", order, "/hand-over"), "{}");
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", order, "/status"), NULL), 200);
    assert_json(&schema_purchase, client->body);
    assert_says("\"review\":{\"rating\":0,\"text\":\"\"}");
    assert_int_equal(
        ask(&bert, "POST", path_of("/api/orders/", order, "/review"), "{\"rating\":1}"), 404);
    assert_int_equal(ask(&anna, "POST", path_of("/api/orders/", order, "/review"),
                         "{\"rating\":4,\"text\":\"Crisp\"}"),
                     200);
    assert_int_equal(
        ask(&anna, "POST", path_of("/api/orders/", order, "/review"), "{\"rating\":6}"), 400);
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", order, "/status"), NULL), 200);
    assert_json(&schema_purchase, client->body);
    assert_says("\"review\":{\"rating\":4,\"text\":\"Crisp\"}");
    assert_int_equal(ask(&anna, "GET", "/api/reviews", NULL), 403);
    close_stall();
}

TEST(guests, a_bill_says_what_it_was_its_tax_and_how_it_was_paid_to_its_customer_alone)
{
    char order[ID_DIGITS + 1], pay[128], paid[64];
    open_stall();
    const struct customer anna = customer_come(client), bert = customer_come(client);
    assert_int_equal(ask(&anna, "POST", "/api/orders", ORDER_OF_ONE), 201);
    json_text_of(client->body, "id", order, sizeof order);
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", order, "/bill"), NULL), 200);
    assert_json(&schema_bill, client->body);
    assert_says("\"item\":10");
    assert_says("\"paid_by\":[]");
    assert_null(strstr(client->body, "\"receipts\""));
    const char *at = strstr(client->body, "\"total\":");
    assert_non_null(at);
    const long total = strtol(at + strlen("\"total\":"), NULL, 10);
    (void)snprintf(pay, sizeof pay, "{\"method\":\"cash\",\"amount\":%ld}", total);
    (void)snprintf(paid, sizeof paid, "\"paid_by\":[{\"method\":\"cash\",\"amount\":%ld}]", total);
    owner_does(&stall.nodes[0], "POST", path_of("/api/orders/", order, "/pay"), pay);
    owner_does(&stall.nodes[0], "POST", path_of("/api/orders/", order, "/receipt"), "{}");
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", order, "/bill"), NULL), 200);
    assert_json(&schema_bill, client->body);
    assert_says(paid);
    assert_says("\"due\":0");
    assert_says("\"receipts\":[{\"name\":\"");
    assert_int_equal(ask(&bert, "GET", path_of("/api/orders/", order, "/bill"), NULL), 404);
    close_stall();
}

TEST(guests, what_is_over_says_so)
{
    char quote[ID_DIGITS + 1];
    open_stall();
    const struct customer anna = customer_come(client);
    assert_int_equal(ask(&anna, "POST", "/api/quotes", TWO_OF_TEN), 201);
    json_text_of(client->body, "id", quote, sizeof quote);
    assert_int_equal(ask(&anna, "POST", path_of("/api/quotes/", quote, "/drop"), "{}"), 200);
    assert_int_equal(ask(&anna, "GET", path_of("/api/quotes/", quote, ""), NULL), 410);
    assert_json(&schema_problem, client->body);
    assert_int_equal(ask(&anna, "POST", "/api/orders", order_with(quote)), 410);
    assert_says("\"code\":\"expired\"");
    close_stall();
}

TEST(guests, a_store_is_verified_while_a_quote_stands)
{
    open_stall();
    const struct customer anna = customer_come(client);
    assert_int_equal(ask(&anna, "POST", "/api/quotes", TWO_OF_TEN), 201);
    RUN_WELL("verify", "--state", stall.nodes[0].state);
    close_stall();
}

TEST(guests, another_customers_quotes_and_orders_are_as_none)
{
    char quote[ID_DIGITS + 1], order[ID_DIGITS + 1], none[512];
    open_stall();
    const struct customer anna = customer_come(client), bert = customer_come(client);
    assert_int_equal(ask(&anna, "POST", "/api/quotes", TWO_OF_TEN), 201);
    json_text_of(client->body, "id", quote, sizeof quote);
    assert_int_equal(ask(&bert, "GET", path_of("/api/quotes/", quote, ""), NULL), 410);
    assert_int_equal(ask(&bert, "POST", "/api/orders", order_with(quote)), 410);
    assert_int_equal(ask(&anna, "POST", "/api/orders", order_with(quote)), 201);
    json_text_of(client->body, "id", order, sizeof order);
    assert_int_equal(
        ask(&bert, "GET", path_of("/api/orders/", "000000000000000000000001", "/status"), NULL),
        404);
    (void)snprintf(none, sizeof none, "%.500s", client->body);
    assert_int_equal(ask(&bert, "GET", path_of("/api/orders/", order, "/status"), NULL), 404);
    assert_string_equal(client->body, none); /* nothing tells that there is one */
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", order, "/status"), NULL), 200);
    close_stall();
}

TEST(guests, a_customer_sees_no_board_and_changes_nothing)
{
    static const struct {
        const char *method, *path, *body;
    } tries[] = {
        {"GET", "/api/kitchen/board", NULL},
        {"GET", "/api/orders", NULL},
        {"GET", "/api/status", NULL},
        {"GET", "/api/reports/day", NULL},
        {"GET", "/api/reports/trade", NULL},
        {"GET", "/api/devices", NULL},
        {"PATCH", "/api/menu/10", "{\"price\":1}"},
        {"PATCH", "/api/menu/10", "{\"available\":false}"},
    };
    char order[ID_DIGITS + 1];
    open_stall();
    const struct customer anna = customer_come(client);
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        assert_int_equal(ask(&anna, tries[i].method, tries[i].path, tries[i].body), 403);
    }
    assert_int_equal(ask(&anna, "POST", "/api/orders", ORDER_OF_ONE), 201);
    json_text_of(client->body, "id", order, sizeof order);
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", order, ""), NULL), 403);
    assert_int_equal(
        ask(&anna, "POST", path_of("/api/orders/", order, "/pay"), "{\"method\":\"cash\"}"), 403);
    assert_int_equal(ask(&anna, "POST", path_of("/api/orders/", order, "/accept"), "{}"), 403);
    close_stall();
}

TEST(guests, what_a_browser_says_of_money_is_not_even_read)
{
    open_stall();
    const struct customer anna = customer_come(client);
    assert_int_equal(ask(&anna, "POST", "/api/quotes",
                         "{\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":1,"
                         "\"price\":1}]}"),
                     400);
    assert_int_equal(ask(&anna, "POST", "/api/orders",
                         "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"lines\":[{\"item\":10,"
                         "\"quantity\":1}],\"payment\":{\"method\":\"cash\"}}"),
                     403);
    assert_int_equal(ask(&anna, "POST", "/api/orders",
                         "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"quote\":"
                         "\"000000000000000000000001\"}"),
                     400); /* a quote has its own mode */
    assert_int_equal(ask(&anna, "POST", "/api/orders", "{\"channel\":\"phone\"}"), 400);
    close_stall();
}

TEST(guests, a_sold_out_dish_is_named)
{
    char quote[ID_DIGITS + 1], name[NAME_BYTES_MAX + 1], said[2 * NAME_BYTES_MAX + 64];
    open_stall();
    const struct customer anna = customer_come(client);
    assert_int_equal(ask(&anna, "POST", "/api/quotes", TWO_OF_TEN), 201);
    json_text_of(client->body, "id", quote, sizeof quote);
    json_text_of(client->body, "name", name, sizeof name);
    (void)snprintf(said, sizeof said,
                   "\"detail\":\"item 10, %s: not sold now\",\"item\":10,\"item_name\":\"%s\"",
                   name, name);
    owner_does(&stall.nodes[0], "PATCH", "/api/menu/10", "{\"available\":false}");
    assert_int_equal(ask(&anna, "POST", "/api/orders", order_with(quote)), 409);
    assert_json(&schema_problem, client->body);
    assert_says(said);
    assert_int_equal(ask(&anna, "POST", "/api/quotes", TWO_OF_TEN), 201);
    assert_json(&schema_quote, client->body);
    assert_says("\"state\":\"sold-out\"");
    assert_says("\"total\":0");
    assert_int_equal(ask(&anna, "POST", "/api/orders",
                         "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"lines\":[{\"item\":9999,"
                         "\"quantity\":1}]}"),
                     409);
    assert_json(&schema_problem, client->body);
    assert_says("\"detail\":\"item 9999: not on the menu\",\"item\":9999}");
    close_stall();
}

TEST(guests, three_unpaid_orders_are_enough)
{
    open_stall();
    const struct customer anna = customer_come(client), bert = customer_come(client);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(&anna, "POST", "/api/orders", ORDER_OF_ONE), 201);
    }
    assert_int_equal(ask(&anna, "POST", "/api/orders", ORDER_OF_ONE), 429);
    assert_says("orders that are not paid for");
    assert_int_equal(ask(&bert, "POST", "/api/orders", ORDER_OF_ONE), 201);
    close_stall();
}

/* Order once, and have it cooked and handed over. */
static void eat(const struct customer *customer)
{
    char order[ID_DIGITS + 1];
    assert_int_equal(ask(customer, "POST", "/api/orders", ORDER_OF_ONE), 201);
    json_text_of(client->body, "id", order, sizeof order);
    owner_does(&stall.nodes[0], "POST", path_of("/api/orders/", order, "/accept"), "{}");
    owner_does(&stall.nodes[0], "POST", path_of("/api/orders/", order, "/done"), "{}");
    owner_does(&stall.nodes[0], "POST", path_of("/api/orders/", order, "/hand-over"), "{}");
}

TEST(guests, who_waits_is_told_how_many_are_ahead_and_how_long_once_that_is_known)
{
    char first[ID_DIGITS + 1], second[ID_DIGITS + 1];
    open_stall();
    const struct customer anna = customer_come(client), bert = customer_come(client);
    for (int i = 0; i < 8; i++) {
        eat(&anna);
    }
    assert_int_equal(ask(&anna, "POST", "/api/orders", ORDER_OF_ONE), 201);
    json_text_of(client->body, "id", first, sizeof first);
    assert_int_equal(ask(&bert, "POST", "/api/orders", ORDER_OF_ONE), 201);
    json_text_of(client->body, "id", second, sizeof second);
    assert_int_equal(ask(&bert, "GET", path_of("/api/orders/", second, "/status"), NULL), 200);
    assert_json(&schema_purchase, client->body);
    assert_says("\"ahead\":");
    owner_does(&stall.nodes[0], "POST", path_of("/api/orders/", first, "/cancel"),
               "{\"reason\":\"test\"}");
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", first, "/status"), NULL), 200);
    assert_says("\"said\":\"It was cancelled.\"");
    assert_null(strstr(client->body, "\"ahead\""));
    close_stall();
}

/* Ask until the order is there too. */
static void await_order(const struct customer *customer, const char *order)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (ask(customer, "GET", path_of("/api/orders/", order, "/status"), NULL) != 200) {
        assert_int_equal(client->status, 404);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* Ask until the day and the menu are here. */
static void await_menu(const struct customer *customer)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (ask(customer, "POST", "/api/quotes", TWO_OF_TEN) != 201 ||
           strstr(client->body, "\"complete\":true") == NULL) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

TEST(guests, what_a_gateway_takes_is_a_draft_and_its_customer_s_own_everywhere)
{
    char order[ID_DIGITS + 1];
    open_stall();
    node_join(&stall, 1, "gateway", "G");
    node_start(&stall.nodes[1]);
    client_close(client);
    client = client_new(stall.nodes[1].http_port);
    const struct customer anna = customer_come(client), bert = customer_come(client);
    await_menu(&anna);
    assert_int_equal(ask(&anna, "POST", "/api/orders", ORDER_OF_ONE), 201);
    json_text_of(client->body, "id", order, sizeof order);
    assert_int_equal(ask(&anna, "GET", path_of("/api/orders/", order, "/status"), NULL), 200);
    assert_says("\"phase\":\"draft\"");
    client_close(client);
    client = client_new(stall.nodes[0].http_port);
    await_order(&anna, order);
    assert_int_equal(ask(&bert, "GET", path_of("/api/orders/", order, "/status"), NULL), 404);
    close_stall();
}
