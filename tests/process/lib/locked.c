#include "tests/process/lib/locked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "tests/lib/test.h"
#include "tests/process/lib/owner.h"

/* Person number n has the role n; customers have no number. */
static const enum role tried[] = {ROLE_COUNTER,   ROLE_KITCHEN, ROLE_PICKUP,
                                  ROLE_COURIER,   ROLE_MANAGER, ROLE_OWNER,
                                  ROLE_ORGANISER, ROLE_AUDITOR, ROLE_CUSTOMER};
enum { TRIED_COUNT = sizeof tried / sizeof tried[0] };

/* --- people --- */

static struct token token_of(const struct identity *identity, enum role role)
{
    return token_now(identity, role, role == ROLE_CUSTOMER ? 0 : (uint64_t)role);
}

const char *role_token(const struct identity *identity, enum role role)
{
    static char text[TOKEN_TEXT_MAX];
    const struct token token = token_of(identity, role);
    token_mint(&token, &identity->device_secret, text);
    return text;
}

void node_give_role(const struct node *node, uint64_t staff, const char *role)
{
    char path[64], body[64];
    (void)snprintf(path, sizeof path, "/api/staff/%llu/role", (unsigned long long)staff);
    (void)snprintf(body, sizeof body, "{\"role\":\"%s\"}", role);
    owner_does(node, "POST", path, body);
}

/* --- the node --- */

struct client *locked_open(struct stall *stall, struct identity *ret_identity)
{
    assert_int_equal(entropy_start(), 0);
    assert_int_equal(setenv("TRESTLE_SCREEN", "locked", 1), 0);
    stall_open(stall);
    stall_init(stall);
    assert_int_equal(identity_load(stall->nodes[0].state, ret_identity), 0);
    node_start(&stall->nodes[0]);
    for (size_t i = 0; i < TRIED_COUNT; i++) {
        if (tried[i] != ROLE_CUSTOMER) {
            node_give_role(&stall->nodes[0], (uint64_t)tried[i], role_text(tried[i]));
        }
    }
    return client_new(stall->nodes[0].http_port);
}

void locked_close(struct stall *stall, struct client *client)
{
    client_close(client);
    stall_close(stall);
    assert_int_equal(unsetenv("TRESTLE_SCREEN"), 0);
}

/* --- routes --- */

/* The path of @route with parameters that lead to nothing. */
static const char *path_of(const struct route *route)
{
    static const struct {
        const char *name, *value;
    } values[] = {{"{id}", "000000000000000000000001"},
                  {"{line}", "1"},
                  {"{number}", "9999"},
                  {"{device}", "0000000000000001"},
                  {"{hash}", "0000000000000000000000000000000000000000000000000000000000000001"}};
    static char path[256];
    char rest[256];
    (void)snprintf(path, sizeof path, "%s", route->path);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char *at = strstr(path, values[i].name);
        if (at == NULL) {
            continue;
        }
        (void)snprintf(rest, sizeof rest, "%s", at + strlen(values[i].name));
        (void)snprintf(at, sizeof path - (size_t)(at - path), "%s%s", values[i].value, rest);
    }
    return path;
}

/* A write says no Idempotency-Key: who may is told so, and nothing is done. */
static int try_route(struct client *client, const struct route *route, const char *token)
{
    const bool has_body = route->request != NULL || route->takes_bytes;
    const struct client_request request = {.method = route->method,
                                           .path = path_of(route),
                                           .token = token,
                                           .body = has_body ? "{}" : NULL};
    return client_ask(client, &request);
}

static void expect(const struct route *route, const char *who, int status, bool is_right)
{
    if (!is_right) {
        fail_msg("%s %s with %s: %d", route->method, route->path, who, status);
    }
}

/* What a customer does is done at a gateway too; an order that @role places is the stall's. */
static bool is_the_stalls(const struct route *route, enum role role)
{
    const bool is_staffs = route->command == COMMAND_ORDER_PLACE && role != ROLE_CUSTOMER;
    return route_is_write(route) && route->capability >= 0 &&
           (is_staffs || (role_person_capabilities(ROLE_CUSTOMER) &
                          capability_bit((enum capability)route->capability)) == 0);
}

static unsigned walk(struct client *client, const struct identity *identity,
                     const struct route_table *table, bool is_gateway)
{
    unsigned elsewhere = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct route *route = &table->routes[i];
        int status = try_route(client, route, NULL);
        expect(route, "no token", status, (status == 401) == (route->capability != API_PUBLIC));
        for (size_t j = 0; j < TRIED_COUNT; j++) {
            const bool might = (route_roles(route) >> tried[j] & 1) != 0;
            const bool may = might && !(is_gateway && is_the_stalls(route, tried[j]));
            status = try_route(client, route, role_token(identity, tried[j]));
            const bool is_told = strstr(client->body, "Do it at a device of the stall.") != NULL;
            expect(route, role_text(tried[j]), status,
                   may ? status != 401 && status != 403 && status != 429 : status == 403);
            expect(route, role_text(tried[j]), status, is_told == (might && !may));
            elsewhere += is_told;
        }
    }
    return elsewhere;
}

void routes_walk(struct client *client, const struct identity *identity,
                 const struct route_table *table)
{
    assert_int_equal(0, walk(client, identity, table, false));
}

unsigned routes_walk_gateway(struct client *client, const struct identity *identity,
                             const struct route_table *table)
{
    return walk(client, identity, table, true);
}

void await_people(struct client *client, const struct identity *identity)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    for (size_t i = 0; i < TRIED_COUNT; i++) {
        const struct client_request request = {
            .method = "GET", .path = "/api/menu", .token = role_token(identity, tried[i])};
        while (client_ask(client, &request) != 200) {
            assert_true(clock_mono_ms() < deadline_ms);
        }
    }
}

void routes_try_tricks(struct client *client, const struct identity *identity,
                       const struct route_table *table)
{
    for (size_t j = 0; j < TRIED_COUNT; j++) {
        const struct token good = token_of(identity, tried[j]);
        for (int trick = 0; trick < TRICK_COUNT; trick++) {
            char text[TOKEN_TEXT_MAX], who[64];
            token_tricked(identity, &good, (enum token_trick)trick, text);
            (void)snprintf(who, sizeof who, "trick %d on %s", trick, role_text(tried[j]));
            for (size_t i = 0; i < table->count; i++) {
                const struct route *route = &table->routes[i];
                const int status = try_route(client, route, text);
                const bool is_slowed = route->rate == RATE_SIGN_IN && status == 429;
                expect(route, who, status, status == 401 || is_slowed);
            }
        }
    }
}
