/* Who may do what a gateway adds to a node's API: a real one whose own screen is locked and that
 * tells customers of their orders, every route, every role, and tokens good and bad. */
#include <stdlib.h>
#include <string.h>

#include "gateway/routes.h"
#include "tests/lib/test.h"
#include "tests/process/lib/locked.h"

static struct stall stall;
static struct identity identity;
static struct client *client;

static void open_gateway(void)
{
    program_set("trestle-gateway");
    assert_int_equal(setenv("TRESTLE_PUSH_CONTACT", "mailto:stall@example.com", 1), 0);
    client = locked_open(&stall, &identity);
}

static void close_gateway(void)
{
    locked_close(&stall, client);
    assert_int_equal(unsetenv("TRESTLE_PUSH_CONTACT"), 0);
}

TEST(access_gateway, each_route_is_open_to_the_roles_that_it_names_and_to_no_other)
{
    open_gateway();
    assert_true(gateway_route_table.count >= 3);
    routes_walk(client, &identity, &gateway_route_table);
    close_gateway();
}

TEST(access_gateway, no_trick_makes_a_token_of_what_is_none)
{
    open_gateway();
    routes_try_tricks(client, &identity, &gateway_route_table);
    close_gateway();
}

/* A device of the role, with the node's own rows: whoever could at the stall is sent there. */
TEST(access_gateway, what_only_the_stall_may_write_is_refused_there_and_says_where_it_is_done)
{
    const struct route_table own = {routes, routes_count};
    client = locked_open(&stall, &identity);
    node_join(&stall, 1, "gateway", "G");
    node_start(&stall.nodes[1]);
    client_close(client);
    client = client_new(stall.nodes[1].http_port);
    await_people(client, &identity);
    assert_true(routes_walk_gateway(client, &identity, &own) > 100);
    const struct client_request request = {.method = "PATCH",
                                           .path = "/api/menu/7",
                                           .body = "{\"price\":1}",
                                           .token = role_token(&identity, ROLE_OWNER)};
    assert_int_equal(client_ask(client, &request), 403);
    assert_non_null(strstr(client->body, "Do it at a device of the stall."));
    locked_close(&stall, client);
}

/* What those who may hear of an order that is nobody's: a customer has none but his own. */
TEST(access_gateway, who_wants_to_hear_of_an_order_has_it_and_says_how)
{
    static const char path[] = "/api/orders/000000000000000000000001/notify";
    struct client_request request = {.method = "POST", .path = path, .body = "{\"off\":true}"};
    open_gateway();
    request.token = role_token(&identity, ROLE_CUSTOMER);
    assert_int_equal(client_ask(client, &request), 404);
    request.token = role_token(&identity, ROLE_COUNTER);
    assert_int_equal(client_ask(client, &request), 404);
    request.body = "{}";
    assert_int_equal(client_ask(client, &request), 400);
    close_gateway();
}
