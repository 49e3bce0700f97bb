/* test_stock_mesh.c - what is counted at one node is sold at another, and sold out at both. Real
 * programs.
 */
#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/programs.h"

enum { HOME = 0, OTHER = 1, ID_DIGITS = 24 };

static struct stall stall;
static struct client *clients[2];

#define SOUP        "22"
#define THREE_SOUPS "\"lines\":[{\"item\":" SOUP ",\"quantity\":3}]"

static int ask(int at, const struct customer *customer, const char *method, const char *path,
               const char *body)
{
    const struct client_request request = {.method = method,
                                           .path = path,
                                           .token = customer->token,
                                           .key = body == NULL ? NULL : client_key(),
                                           .body = body};
    return client_ask(clients[at], &request);
}

static void assert_says(int at, const char *what)
{
    if (strstr(clients[at]->body, what) == NULL) {
        fail_msg("%s is not in %s", what, clients[at]->body);
    }
}

/* Three soups, counted in at the first node, and known of at the other. */
static void open_stall(void)
{
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[HOME]);
    node_join(&stall, OTHER, "counter", "B");
    node_start(&stall.nodes[OTHER]);
    until_menu(&stall.nodes[OTHER]);
    RUN_WELL("stock", "policy", SOUP, "strict", "--state", stall.nodes[HOME].state);
    RUN_WELL("stock", "count", SOUP, "3", "--state", stall.nodes[HOME].state);
    until_out("\"all\":3", (const char *const[]){"stock", "list", "--json", "--state",
                                                 stall.nodes[OTHER].state, NULL});
    clients[HOME] = client_new(stall.nodes[HOME].http_port);
    clients[OTHER] = client_new(stall.nodes[OTHER].http_port);
}

static void close_stall(void)
{
    client_close(clients[HOME]);
    client_close(clients[OTHER]);
    stall_close(&stall);
}

/* Whether the page at node @at sells the soup. */
static bool is_offered(int at)
{
    const char *item;
    const struct client_request request = {.method = "GET", .path = "/api/order-page"};
    assert_int_equal(client_ask(clients[at], &request), 200);
    item = strstr(clients[at]->body, "\"number\":" SOUP ",");
    assert_non_null(item);
    item = strstr(item, "\"available\":");
    assert_non_null(item);
    return strncmp(item, "\"available\":true", strlen("\"available\":true")) == 0;
}

TEST(stock_mesh, the_first_guest_at_another_node_gets_the_last_and_both_are_sold_out)
{
    char quote[ID_DIGITS + 1], body[160];
    open_stall();
    assert_true(is_offered(HOME));
    assert_true(is_offered(OTHER));
    const struct customer watcher = customer_come(clients[HOME]);
    struct phone *phone = phone_new(stall.nodes[HOME].http_port);
    phone_say_open(phone, &watcher, "", "");
    (void)phone_hear_of(phone, "\"more\":false");
    const struct customer guest = customer_come(clients[OTHER]);
    assert_int_equal(
        ask(OTHER, &guest, "POST", "/api/quotes", "{\"mode\":\"eat-in\"," THREE_SOUPS "}"), 201);
    assert_says(OTHER, "\"state\":\"held\"");
    json_text_of(clients[OTHER]->body, "id", quote, sizeof quote);
    (void)snprintf(body, sizeof body, "{\"channel\":\"phone\",\"quote\":\"%s\"}", quote);
    assert_int_equal(ask(OTHER, &guest, "POST", "/api/orders", body), 201);
    const char *news = phone_hear_of(phone, "\"available\":false");
    assert_non_null(strstr(news, "\"number\":" SOUP ","));
    assert_false(is_offered(HOME));
    assert_false(is_offered(OTHER));
    phone_close(phone);
    close_stall();
}

TEST(stock_mesh, the_counter_beside_it_takes_its_first_order_of_what_it_never_had)
{
    open_stall();
    const struct client_request request = {
        .method = "POST",
        .path = "/api/orders",
        .key = client_key(),
        .body = "{\"channel\":\"counter\",\"mode\":\"eat-in\"," THREE_SOUPS "}"};
    assert_int_equal(client_ask(clients[OTHER], &request), 201);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (is_offered(HOME)) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
    close_stall();
}
