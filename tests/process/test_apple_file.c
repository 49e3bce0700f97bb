/* What Apple asks a gateway's domain for: a file that somebody put there, read at the start and
 * when it is told to. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/config/apple_file.h"
#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/programs.h"

static const char asked[] = "/.well-known/apple-developer-merchantid-domain-association";

static struct stall stall;
static struct client *client;
static char path[200];

static void open_gateway(void)
{
    program_set("trestle-gateway");
    stall_open(&stall);
    stall_init(&stall);
    (void)snprintf(path, sizeof path, "%s/apple", stall.folder);
}

static void start_with_file(void)
{
    assert_int_equal(setenv("TRESTLE_APPLE_PAY_FILE", path, 1), 0);
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
}

static void close_gateway(void)
{
    if (client != NULL) {
        client_close(client);
    }
    client = NULL;
    stall_close(&stall);
    assert_int_equal(unsetenv("TRESTLE_APPLE_PAY_FILE"), 0);
    program_set("trestle");
}

static int ask(void)
{
    return client_ask(client, &(struct client_request){.method = "GET", .path = asked});
}

static void until_said(const char *wanted)
{
    const uint64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    assert_int_equal(kill(stall.nodes[0].process, SIGHUP), 0);
    while (strstr(node_log(&stall.nodes[0]), wanted) == NULL) {
        assert_int_equal(ask(), 200); /* it goes on meanwhile */
        assert_true(clock_mono_ms() < until_ms);
    }
}

TEST(apple_file, is_served_as_it_is_and_read_again_when_told_to)
{
    open_gateway();
    write_file(path, "7B2276657273696F6E\n");
    start_with_file();
    assert_int_equal(ask(), 200);
    assert_string_equal(client->body, "7B2276657273696F6E\n");
    assert_non_null(strstr(client->head, "content-type: text/plain\r\n"));
    write_file(path, "another\n");
    assert_int_equal(ask(), 200);
    assert_string_equal(client->body, "7B2276657273696F6E\n"); /* until it is told */
    until_said("are read again");
    assert_int_equal(ask(), 200);
    assert_string_equal(client->body, "another\n");
    assert_int_equal(unlink(path), 0);
    until_said("is wrong; the old one stays");
    assert_int_equal(ask(), 200);
    assert_string_equal(client->body, "another\n");
    close_gateway();
}

TEST(apple_file, is_not_there_where_none_was_given)
{
    open_gateway();
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
    assert_int_equal(ask(), 404);
    close_gateway();
}

TEST(apple_file, that_is_missing_empty_or_too_large_lets_no_gateway_start)
{
    static char large[APPLE_FILE_BYTES_MAX + 2];
    open_gateway();
    const char *words[] = {"run",    "--state",     stall.nodes[0].state,
                           "--http", "127.0.0.1:0", "--apple-pay-file",
                           path,     NULL};
    memset(large, 'a', sizeof large - 1);
    const char *const contents[] = {NULL, "", large};
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        if (contents[i] != NULL) {
            write_file(path, contents[i]);
        }
        const struct ran ran = run(words);
        assert_int_equal(ran.status, 78);
        assert_non_null(strstr(ran.err, "1 to 65536 bytes"));
    }
    close_gateway();
}
