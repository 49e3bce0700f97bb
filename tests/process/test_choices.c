/* test_choices.c - one choice of a dish is out: a cook says so at one device, customers at another
 * are refused that choice by its name, and that the dish is sold with the others.
 */
#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/owner.h"
#include "tests/process/lib/programs.h"

enum { PATIENCE_MS = 60 * 1000 };

#define GROUPS                                                                                     \
    "{\"groups\":[{\"name\":\"Milk\",\"min\":1,\"max\":1,\"choices\":["                            \
    "{\"name\":\"Cow\",\"price\":0},{\"name\":\"Oat\",\"price\":50}]}]}"
#define CHOICE_PATH "/api/menu/10/choice"
#define OAT(is)     "{\"group\":\"Milk\",\"choice\":\"Oat\",\"available\":" is "}"
#define COW(is)     "{\"group\":\"Milk\",\"choice\":\"Cow\",\"available\":" is "}"
#define LINES(choice)                                                                              \
    "\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":1,\"options\":["                     \
    "{\"group\":0,\"choice\":" choice "}]}]}"
#define ORDER(choice) "{\"channel\":\"phone\"," LINES(choice)

static struct stall stall;
static struct client *client;
static struct customer guest;

static int ask(const char *method, const char *path, const char *body)
{
    const struct client_request request = {.method = method,
                                           .path = path,
                                           .token = guest.token,
                                           .key = body != NULL ? client_key() : NULL,
                                           .body = body};
    return client_ask_patiently(client, &request);
}

static void wait_for_page(const char *what)
{
    const uint64_t end_ms = clock_mono_ms() + PATIENCE_MS;
    while (ask("GET", "/api/order-page", NULL) != 200 || strstr(client->body, what) == NULL) {
        if (clock_mono_ms() > end_ms) {
            fail_msg("%s is not in %s", what, client->body);
        }
    }
    assert_json(&schema_order_page, client->body);
}

static void open_stall(void)
{
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
    guest = customer_come(client);
    owner_does(&stall.nodes[0], "PATCH", "/api/menu/10", GROUPS);
}

static void close_stall(void)
{
    client_close(client);
    stall_close(&stall);
}

TEST(choices, who_names_one_that_is_out_is_told_which_and_the_rest_is_sold)
{
    open_stall();
    owner_does(&stall.nodes[0], "POST", CHOICE_PATH, OAT("false"));
    wait_for_page("{\"name\":\"Oat\",\"price\":50,\"out\":true}");
    assert_int_equal(ask("POST", "/api/orders", ORDER("1")), 409);
    assert_json(&schema_problem, client->body);
    assert_non_null(strstr(client->body, "\"code\":\"unavailable\""));
    assert_non_null(strstr(client->body, "\"item\":10"));
    assert_non_null(strstr(client->body, "\"choice\":\"Oat\""));
    assert_int_equal(ask("POST", "/api/quotes", "{" LINES("1")), 201);
    assert_non_null(strstr(client->body, "\"state\":\"sold-out\""));
    assert_int_equal(ask("POST", "/api/orders", ORDER("0")), 201);
    owner_does(&stall.nodes[0], "POST", CHOICE_PATH, OAT("true"));
    assert_int_equal(ask("POST", "/api/orders", ORDER("1")), 201);
    close_stall();
}

TEST(choices, a_dish_of_which_nothing_is_left_to_choose_is_not_to_be_had)
{
    open_stall();
    owner_does(&stall.nodes[0], "POST", CHOICE_PATH, OAT("false"));
    owner_does(&stall.nodes[0], "POST", CHOICE_PATH, COW("false"));
    wait_for_page("\"available\":false");
    assert_int_equal(ask("POST", "/api/orders", ORDER("0")), 409);
    assert_non_null(strstr(client->body, "too few of its choices are left"));
    owner_does(&stall.nodes[0], "POST", CHOICE_PATH, COW("true"));
    assert_int_equal(ask("POST", "/api/orders", ORDER("0")), 201);
    close_stall();
}

TEST(choices, a_customer_says_nothing_of_them)
{
    open_stall();
    assert_int_equal(ask("POST", CHOICE_PATH, OAT("false")), 403);
    close_stall();
}
