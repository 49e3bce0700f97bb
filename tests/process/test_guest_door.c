/* Where phones on the stall's network order: plain http, for customers and for nobody else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/programs.h"

static struct stall stall;
static struct client *guest;

static int guests_port(void)
{
    static const char before[] = "order at 127.0.0.1, port ";
    const char *at = strstr(node_log(&stall.nodes[0]), before);
    assert_non_null(at);
    return (int)strtol(at + strlen(before), NULL, 10);
}

static void open_door(void)
{
    stall_open(&stall);
    stall_init(&stall);
    assert_int_equal(setenv("TRESTLE_GUESTS", "127.0.0.1:0", 1), 0);
    node_start(&stall.nodes[0]);
    guest = client_new(guests_port());
}

static void close_door(void)
{
    client_close(guest);
    stall_close(&stall);
    assert_int_equal(unsetenv("TRESTLE_GUESTS"), 0);
}

static int ask(const char *method, const char *path, const char *body, const char *more)
{
    const struct client_request request = {
        .method = method, .path = path, .body = body, .more = more};
    return client_ask(guest, &request);
}

TEST(guest_door, who_comes_there_is_nobody_though_from_this_machine)
{
    open_door();
    assert_int_equal(ask("GET", "/api/order-page", NULL, NULL), 200);
    assert_non_null(strstr(guest->body, "\"items\""));
    assert_null(strstr(guest->body, "\"card\""));
    assert_int_equal(ask("GET", "/api/orders", NULL, NULL), 401);
    assert_int_equal(ask("GET", "/api/status", NULL, NULL), 401);
    assert_int_equal(ask("POST", "/api/session/customer", "{}", NULL), 201);
    close_door();
}

TEST(guest_door, pins_do_not_pass_it)
{
    open_door();
    assert_int_equal(ask("POST", "/api/session", "{\"staff\":1,\"pin\":\"2580\"}", NULL), 403);
    close_door();
}

TEST(guest_door, another_sites_page_may_not_write_through_it)
{
    open_door();
    assert_int_equal(ask("POST", "/api/session/customer", "{}", "Origin: http://evil.example\r\n"),
                     403);
    close_door();
}

TEST(guest_door, what_is_the_same_is_not_sent_again)
{
    char header[100];
    open_door();
    assert_int_equal(ask("GET", "/api/order-page", NULL, NULL), 200);
    const char *tag = strstr(guest->head, "etag: ");
    assert_non_null(tag);
    (void)snprintf(header, sizeof header, "If-None-Match: %.18s\r\n", tag + strlen("etag: "));
    assert_int_equal(ask("GET", "/api/order-page", NULL, header), 304);
    assert_int_equal(ask("GET", "/api/menu", NULL, header), 200);
    close_door();
}
