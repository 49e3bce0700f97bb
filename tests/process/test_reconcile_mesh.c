/* test_reconcile_mesh.c - a device of the stall asks a gateway for a reconciliation over their
 * link, and shows what it tells: real programs, the provider is canned.h. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/canned.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/programs.h"

#define LIST(data) "{\"object\":\"list\",\"data\":[" data "],\"has_more\":false}"
#define TAKEN(id)                                                                                  \
    "{\"object\":\"payment_intent\",\"id\":\"" id "\",\"status\":\"succeeded\",\"amount\":1100,"   \
    "\"amount_capturable\":0,\"amount_received\":1100,\"currency\":\"eur\",\"created\":"           \
    "1700000000,\"metadata\":{}}"

static const char path[] = "/api/reconciliation";

/* --- a counter and a gateway --- */

static void key_put(const struct stall *stall, const char *name, const char *line)
{
    char file[128];
    (void)snprintf(file, sizeof file, "%s/keys/%s", stall->folder, name);
    write_file(file, line);
    assert_int_equal(chmod(file, 0600), 0);
}

static void keys_put(const struct stall *stall, const char *url)
{
    char folder[96];
    (void)snprintf(folder, sizeof folder, "%s/keys", stall->folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    key_put(stall, "stripe-secret-key", "sk_test_hidden\n");
    key_put(stall, "stripe-publishable-key", "pk_test_hidden\n");
    assert_int_equal(setenv("TRESTLE_STRIPE_KEYS", folder, 1), 0);
    assert_int_equal(setenv("TRESTLE_STRIPE_URL", url, 1), 0);
}

/* The owner's counter runs; the gateway has joined and does not. */
static void begin(struct stall *stall)
{
    program_set("trestle");
    assert_int_equal(unsetenv("TRESTLE_STRIPE_KEYS"), 0);
    stall_open(stall);
    stall_init(stall);
    node_start(&stall->nodes[0]);
    node_join(stall, 1, "gateway", "G");
}

static void gateway_start(struct stall *stall)
{
    program_set("trestle-gateway");
    node_start(&stall->nodes[1]);
    program_set("trestle");
}

static void end(struct stall *stall)
{
    assert_int_equal(unsetenv("TRESTLE_STRIPE_KEYS"), 0);
    assert_int_equal(unsetenv("TRESTLE_STRIPE_URL"), 0);
    stall_close(stall);
}

/* --- asking --- */

static int ask(struct client *client, const char *wish)
{
    return client_ask(client,
                      &(struct client_request){.method = "POST", .path = path, .body = wish});
}

static int look(struct client *client)
{
    return client_ask(client, &(struct client_request){.method = "GET", .path = path});
}

/* Ask, also while the link is not there yet, until something came of it. */
static void until_told(struct client *client, const char *wish)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    int status = ask(client, wish);
    while (status != 200 || strstr(client->body, "\"asked\"") != NULL ||
           strstr(client->body, "\"reading\"") != NULL) {
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("nothing came of it: %d %s", status, client->body);
        }
        status = status == 409 ? ask(client, wish) : look(client);
    }
}

TEST(reconcile_mesh, the_counter_shows_what_the_gateway_found_and_what_changed_since)
{
    static const struct canned_answer nothing[] = {{"/v1/", NULL, 200, LIST(""), false}};
    static const struct canned_answer one[] = {
        {"/v1/payment_intents", NULL, 200, LIST(TAKEN("pi_1")), false},
        {"/v1/", NULL, 200, LIST(""), false}};
    struct stall stall;
    char url[CANNED_URL_BYTES_MAX];
    begin(&stall);
    canned_start(nothing, 1, url);
    keys_put(&stall, url);
    gateway_start(&stall);
    struct client *client = client_new(stall.nodes[0].http_port);
    assert_int_equal(look(client), 200);
    assert_string_equal(client->body, "{\"state\":\"none\"}");
    until_told(client, "{}");
    assert_non_null(strstr(client->body, "\"state\":\"done\""));
    assert_non_null(strstr(client->body, "\"matches\":true"));
    assert_non_null(strstr(client->body, "\"gateway\":\"gateway"));
    assert_null(strstr(client->body, "hidden"));

    canned_answers(one, 2);
    until_told(client, "{\"days\":30,\"day\":1}"); /* another wish: not what was told before */
    assert_non_null(strstr(client->body, "\"matches\":false"));
    assert_non_null(strstr(client->body, "payment_unmarked"));
    assert_non_null(strstr(client->body, "\"object\":\"pi_1\""));
    assert_non_null(strstr(client->body, "\"day\":1"));
    program_set("trestle-gateway"); /* asked at the gateway itself, meanwhile */
    struct ran ran = RUN("reconcile", "--day", "2", "--state", stall.nodes[1].state);
    program_set("trestle");
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "orders of day 2: 1 payments"));
    assert_int_equal(look(client), 200); /* that is none of the counter's */
    assert_non_null(strstr(client->body, "\"day\":1"));
    until_told(client, "{\"shared\":true}");
    assert_non_null(strstr(client->body, "\"shared\":true"));
    assert_non_null(strstr(client->body, "\"others\":1"));
    assert_non_null(strstr(client->body, "\"matches\":true"));

    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0); /* it stays on the screen */
    assert_int_equal(look(client), 200);
    assert_non_null(strstr(client->body, "\"others\":1"));
    client_close(client);
    canned_stop();
    end(&stall);
}

TEST(reconcile_mesh, more_than_one_device_tells_another_is_counted_and_the_first_ones_are_told)
{
    enum { MANY = 505, ONE_BYTES_MAX = 256 };
    static char body[MANY * ONE_BYTES_MAX];
    struct stall stall;
    char url[CANNED_URL_BYTES_MAX];
    size_t size = (size_t)snprintf(body, sizeof body, "{\"object\":\"list\",\"data\":[");
    for (int i = 0; i < MANY; i++) {
        size += (size_t)snprintf(body + size, sizeof body - size,
                                 "%s{\"object\":\"payment_intent\",\"id\":\"pi_%d\",\"status\":"
                                 "\"succeeded\",\"amount\":5,\"amount_capturable\":0,"
                                 "\"amount_received\":5,\"currency\":\"eur\"}",
                                 i > 0 ? "," : "", i);
    }
    (void)snprintf(body + size, sizeof body - size, "],\"has_more\":false}");
    const struct canned_answer rows[] = {{"/v1/payment_intents", NULL, 200, body, false},
                                         {"/v1/", NULL, 200, LIST(""), false}};
    begin(&stall);
    canned_start(rows, 2, url);
    keys_put(&stall, url);
    gateway_start(&stall);
    struct client *client = client_new(stall.nodes[0].http_port);
    until_told(client, "{}");
    assert_non_null(strstr(client->body, "\"found\":505"));
    assert_non_null(strstr(client->body, "\"pi_0\""));
    assert_non_null(strstr(client->body, "\"pi_103\"")); /* in the order of their ids */
    client_close(client);
    canned_stop();
    end(&stall);
}

/* A provider that takes the call and says nothing. */
static int silence_begin(char url[CANNED_URL_BYTES_MAX])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(url, CANNED_URL_BYTES_MAX, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

TEST(reconcile_mesh, while_one_is_under_way_the_gateway_answers_no_other_question_with_it)
{
    struct stall stall;
    char url[CANNED_URL_BYTES_MAX];
    begin(&stall);
    const int silence = silence_begin(url);
    keys_put(&stall, url);
    gateway_start(&stall);
    struct client *client = client_new(stall.nodes[0].http_port);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    int status = ask(client, "{}");
    while (status != 200 || strstr(client->body, "\"reading\"") == NULL) {
        assert_true(clock_mono_ms() < deadline_ms);
        status = status == 409 ? ask(client, "{}") : look(client);
    }
    assert_non_null(strstr(client->body, "\"days\":8,\"shared\":false"));
    program_set("trestle-gateway");
    struct ran ran = RUN("reconcile", "--shared", "--state", stall.nodes[1].state);
    program_set("trestle");
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.err, "another comparison is under way"));
    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0);
    client_close(client);
    assert_int_equal(close(silence), 0);
    end(&stall);
}

TEST(reconcile_mesh, why_nothing_can_be_compared_is_said_in_words)
{
    static const struct canned_answer closed[] = {{"/v1/refunds", NULL, 403, "{}", false},
                                                  {"/v1/", NULL, 200, LIST(""), false}};
    struct stall stall;
    char url[CANNED_URL_BYTES_MAX];
    begin(&stall);
    struct client *client = client_new(stall.nodes[0].http_port);
    assert_int_equal(ask(client, "{}"), 409);
    assert_non_null(strstr(client->body, "\"code\":\"unavailable\""));
    assert_non_null(strstr(client->body, "is not linked to this device"));
    assert_int_equal(ask(client, "{\"days\":0}"), 400);

    gateway_start(&stall); /* without keys */
    until_told(client, "{}");
    assert_non_null(strstr(client->body, "\"state\":\"failed\""));
    assert_non_null(strstr(client->body, "no keys of the provider"));
    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0);

    canned_start(closed, 2, url);
    keys_put(&stall, url);
    gateway_start(&stall);
    until_told(client, "{}");
    assert_non_null(strstr(client->body, "\"state\":\"failed\""));
    assert_non_null(strstr(client->body, "does not let our secret key"));
    client_close(client);
    canned_stop();
    end(&stall);
}

TEST(reconcile_mesh, a_stall_without_a_gateway_says_that_it_wants_one)
{
    struct stall stall;
    program_set("trestle");
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct client *client = client_new(stall.nodes[0].http_port);
    assert_int_equal(ask(client, "{}"), 409);
    assert_non_null(strstr(client->body, "has no gateway"));
    client_close(client);
    stall_close(&stall);
}

TEST(reconcile_mesh, a_kitchens_screen_may_not_look)
{
    struct stall stall;
    program_set("trestle");
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "kitchen", "K");
    node_start(&stall.nodes[1]);
    struct client *client = client_new(stall.nodes[1].http_port);
    assert_int_equal(ask(client, "{}"), 403);
    assert_int_equal(look(client), 403);
    client_close(client);
    stall_close(&stall);
}
