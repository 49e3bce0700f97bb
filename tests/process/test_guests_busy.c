/* Customers while a station has more to make than its throttle, or a cook says that it is busy:
 * they are told how long it takes, or that nothing more is taken of it; whoever works there orders
 * on. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/owner.h"
#include "tests/process/lib/programs.h"

enum { ID_DIGITS = 24, BODY_BYTES_MAX = 256, PATIENCE_MS = 60 * 1000 };

#define TWO_LINES "\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":2}]}"
#define TWO       "{" TWO_LINES
#define BUSY_PATH "/api/stations/7/busy"

static struct stall stall;
static struct client *client;
static struct customer guest;

static int ask_with(const char *path, const char *body, const char *key)
{
    const struct client_request request = {
        .method = "POST", .path = path, .token = guest.token, .key = key, .body = body};
    return client_ask_patiently(client, &request);
}

static int ask(const char *path, const char *body)
{
    return ask_with(path, body, client_key());
}

static void owner_makes(const char *method, const char *path, const char *body, char *ret_id)
{
    struct text reply = {.data = NULL};
    const int status = owner_ask(&stall.nodes[0], method, path, body, &reply);
    text_append(&reply, "", 1);
    if (status != 200 && status != 201) {
        fail_msg("%s %s: %d %s", method, path, status, reply.data);
    }
    if (ret_id != NULL) {
        json_text_of(reply.data, "id", ret_id, ID_DIGITS + 1);
    }
    text_close(&reply);
}

/* The grill makes one in five minutes, and has two to make already. */
static void open_busy_stall(char order[ID_DIGITS + 1])
{
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
    guest = customer_come(client);
    owner_makes("POST", "/api/stations", "{\"name\":\"grill\",\"throttle\":1}", NULL);
    owner_makes("PATCH", "/api/menu/10", "{\"station\":\"grill\"}", NULL);
    owner_makes("POST", "/api/orders", "{\"channel\":\"counter\"," TWO_LINES, order);
}

static void close_stall(void)
{
    client_close(client);
    stall_close(&stall);
}

/* The node looks at its stations every two seconds. */
static void wait_for_quote(int status, const char *what)
{
    const uint64_t end_ms = clock_mono_ms() + PATIENCE_MS;
    while (ask("/api/quotes", TWO) != status || strstr(client->body, what) == NULL) {
        if (clock_mono_ms() > end_ms) {
            fail_msg("%s is not in %s", what, client->body);
        }
    }
}

TEST(guests_busy, a_quote_says_how_long_a_busy_station_takes_until_it_has_made_what_it_had)
{
    char order[ID_DIGITS + 1], path[64];
    open_busy_stall(order);
    wait_for_quote(201, "\"busy\":{\"station\":\"grill\",\"low_ms\":1200000,\"high_ms\":1800000}");
    assert_json(&schema_quote, client->body);
    (void)snprintf(path, sizeof path, "/api/orders/%s/done", order);
    owner_makes("POST", path, "{}", NULL);
    wait_for_quote(201, "\"rates\"");
    const uint64_t end_ms = clock_mono_ms() + PATIENCE_MS;
    while (strstr(client->body, "\"busy\"") != NULL) {
        assert_true(clock_mono_ms() < end_ms);
        wait_for_quote(201, "\"rates\"");
    }
    close_stall();
}

TEST(guests_busy, of_a_full_station_customers_order_nothing_but_what_they_were_quoted)
{
    static const char direct[] = "{\"channel\":\"phone\"," TWO_LINES;
    char order[ID_DIGITS + 1], quote[ID_DIGITS + 1], key[80], body[BODY_BYTES_MAX];
    open_busy_stall(order);
    (void)snprintf(key, sizeof key, "%s", client_key());
    assert_int_equal(ask_with("/api/orders", direct, key), 201);
    assert_int_equal(ask("/api/quotes", TWO), 201);
    json_text_of(client->body, "id", quote, sizeof quote);
    owner_makes("POST", "/api/orders", "{\"channel\":\"counter\"," TWO_LINES, NULL);
    const struct customer first = guest;
    guest = customer_come(client);
    wait_for_quote(409, "\"station\":\"grill\"");
    guest = first;
    assert_int_equal(ask("/api/orders", direct), 409);
    assert_json(&schema_problem, client->body);
    assert_non_null(strstr(client->body, "\"code\":\"unavailable\""));
    assert_non_null(strstr(client->body, "\"station\":\"grill\""));
    assert_int_equal(ask("/api/quotes", TWO), 409);
    assert_int_equal(ask_with("/api/orders", direct, key), 201); /* it is one already */
    (void)snprintf(body, sizeof body, "{\"channel\":\"phone\",\"quote\":\"%s\"}", quote);
    assert_int_equal(ask("/api/orders", body), 201);
    owner_makes("POST", "/api/orders", "{\"channel\":\"counter\"," TWO_LINES, NULL);
    close_stall();
}

/* A grill without a throttle, with nothing to make. */
static void open_idle_stall(void)
{
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
    guest = customer_come(client);
    owner_makes("POST", "/api/stations", "{\"name\":\"grill\",\"number\":7}", NULL);
    owner_makes("PATCH", "/api/menu/10", "{\"station\":\"grill\"}", NULL);
}

static void cook_says(uint32_t minutes, int64_t for_ms)
{
    char body[BODY_BYTES_MAX];
    (void)snprintf(body, sizeof body, "{\"minutes\":%u,\"until\":%" PRId64 "}", minutes,
                   clock_wall_ms() + for_ms);
    owner_makes("POST", BUSY_PATH, body, NULL);
}

static void wait_for_quote_without(const char *what)
{
    const uint64_t end_ms = clock_mono_ms() + PATIENCE_MS;
    do {
        assert_true(clock_mono_ms() < end_ms);
        wait_for_quote(201, "\"rates\"");
    } while (strstr(client->body, what) != NULL);
}

TEST(guests_busy, what_a_cook_says_is_told_to_customers_until_it_ends_by_itself)
{
    open_idle_stall();
    assert_int_equal(ask("/api/quotes", TWO), 201);
    assert_null(strstr(client->body, "\"busy\""));
    cook_says(20, 60 * 60 * 1000);
    wait_for_quote(201, "\"busy\":{\"station\":\"grill\",\"low_ms\":1500000,\"high_ms\":1800000}");
    assert_json(&schema_quote, client->body);
    cook_says(1000, 60 * 60 * 1000);
    wait_for_quote(409, "\"station\":\"grill\"");
    cook_says(0, 0);
    wait_for_quote_without("\"busy\"");
    cook_says(1000, 6000);
    wait_for_quote(409, "\"station\":\"grill\"");
    wait_for_quote_without("\"busy\"");
    assert_int_equal(ask(BUSY_PATH, "{\"minutes\":10,\"until\":0}"),
                     403); /* no customer's to say */
    close_stall();
}
