/* What a proxy passes on: to a node it is nobody of this machine, and whose it is only a proxy that
 * the settings name can say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/programs.h"

enum { TRIES_MAX = 1000 }; /* a client may become a guest 30 times at once, and 5 times a second */

static struct stall stall;
static struct client *client;

static void open_node(void)
{
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
}

static void close_node(void)
{
    client_close(client);
    stall_close(&stall);
}

static int ask(const char *path, const char *more)
{
    return client_ask(client,
                      &(struct client_request){.method = "GET", .path = path, .more = more});
}

static int become_guest(const char *more)
{
    return client_ask(
        client, &(struct client_request){
                    .method = "POST", .path = "/api/session/customer", .body = "{}", .more = more});
}

/* Of many addresses, each passed on by @last ("" = nobody). */
static bool is_limited_soon(const char *last)
{
    char header[128];
    for (unsigned i = 0; i < TRIES_MAX; i++) {
        (void)snprintf(header, sizeof header, "X-Forwarded-For: 192.0.2.%u%s\r\n", i % 250 + 1,
                       last);
        if (become_guest(header) == 429) {
            return true;
        }
    }
    return false;
}

TEST(proxied, what_was_passed_on_is_not_the_device_s_own_screen)
{
    static const char *const headers[] = {"X-Forwarded-For: 203.0.113.9\r\n",
                                          "X-Forwarded-For: 127.0.0.1\r\n",
                                          "Forwarded: for=203.0.113.9\r\n",
                                          "X-Forwarded-Host: a.example\r\n",
                                          "X-Forwarded-Proto: https\r\n",
                                          "X-Real-IP: 203.0.113.9\r\n",
                                          "Via: 1.1 proxy\r\n"};
    open_node();
    assert_int_equal(ask("/api/kitchen/board", NULL), 200);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (ask("/api/kitchen/board", headers[i]) != 401) {
            fail_msg("%s: %d", headers[i], client->status);
        }
        assert_int_equal(ask("/api/menu", headers[i]), 200); /* anybody's */
    }
    assert_int_equal(ask("/api/kitchen/board", NULL), 200); /* on the same connection */
    close_node();
}

TEST(proxied, without_a_proxy_of_ours_all_that_was_passed_on_is_one_client)
{
    open_node();
    assert_true(is_limited_soon(""));
    assert_int_equal(become_guest(NULL), 201); /* this machine's own is another */
    close_node();
}

TEST(proxied, a_proxy_of_ours_says_which_client_it_is_and_clients_cannot)
{
    assert_int_equal(setenv("TRESTLE_TRUSTED_PROXY", "127.0.0.1", 1), 0);
    assert_int_equal(setenv("TRESTLE_SCREEN", "locked", 1), 0);
    open_node();
    assert_true(is_limited_soon(", 203.0.113.9"));
    assert_int_equal(become_guest("X-Forwarded-For: 203.0.113.10\r\n"), 201);
    close_node();
    assert_int_equal(unsetenv("TRESTLE_SCREEN"), 0);
    assert_int_equal(unsetenv("TRESTLE_TRUSTED_PROXY"), 0);
}

TEST(proxied, a_node_behind_a_proxy_does_not_start_with_an_open_screen)
{
    stall_open(&stall);
    stall_init(&stall);
    const struct ran ran =
        RUN("run", "--state", stall.nodes[0].state, "--trusted-proxy", "127.0.0.1");
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "screen = locked"));
    stall_close(&stall);
}

static void put_key(const char *folder, const char *name, const char *text)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    write_file(path, text);
    assert_int_equal(chmod(path, 0600), 0);
}

TEST(proxied, a_gateway_that_the_internet_reaches_does_not_start_with_an_open_screen)
{
    char folder[200];
    stall_open(&stall);
    stall_init(&stall);
    (void)snprintf(folder, sizeof folder, "%s/stripe", stall.nodes[0].state);
    assert_int_equal(mkdir(folder, 0700), 0);
    put_key(folder, "stripe-secret-key", "sk_test_1");
    put_key(folder, "stripe-publishable-key", "pk_test_1");
    put_key(folder, "stripe-webhook-secret", "whsec_1");
    program_set("trestle-gateway");
    const struct ran ran = RUN("run", "--state", stall.nodes[0].state, "--stripe-url",
                               "https://127.0.0.1:1", "--http", "127.0.0.1:0");
    program_set("trestle");
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "screen = locked"));
    stall_close(&stall);
}
