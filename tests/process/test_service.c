/* The node as a service: what a manager hears of it, and what SIGHUP changes. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/held_store.h"
#include "tests/process/lib/programs.h"

/* A manager's socket, which nodes that are started from here on find. */
static int manager_open(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[64];
    const int size = snprintf(name, sizeof name, "@trestle-service-%ld", (long)getpid());
    memcpy(address.sun_path + 1, name + 1, (size_t)size - 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)size)),
                     0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    return fd;
}

/* Wait until it is told something with @wanted in it. */
static void until_heard(int fd, const char *wanted)
{
    char heard[256] = "";
    const uint64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    while (strstr(heard, wanted) == NULL) {
        struct pollfd told = {.fd = fd, .events = POLLIN};
        const uint64_t now_ms = clock_mono_ms();
        if (now_ms >= until_ms || poll(&told, 1, (int)(until_ms - now_ms)) != 1) {
            fail_msg("the manager never heard %s", wanted);
        }
        const ssize_t size = recv(fd, heard, sizeof heard - 1, 0);
        assert_true(size >= 0);
        heard[size] = '\0';
    }
}

TEST(service, a_manager_hears_that_it_is_ready_that_it_lives_and_that_it_stops)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const int manager = manager_open();
    node_start(&stall.nodes[0]);
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    until_heard(manager, "READY=1");
    until_heard(manager, "WATCHDOG=1\nSTATUS=runs");
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    until_heard(manager, "STOPPING=1");
    (void)close(manager);
    stall_close(&stall);
}

/* How often the manager hears anything until @node says that it is not well. */
static unsigned heard_until_unwell(int fd, const struct node *node)
{
    const struct client_request health = {.method = "GET", .path = "/healthz"};
    struct client *client = client_new(node->http_port);
    const uint64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    unsigned heard = 0;
    while (client_ask(client, &health) == 200) {
        struct pollfd told = {.fd = fd, .events = POLLIN};
        if (poll(&told, 1, 250) == 1) {
            char word[256];
            assert_true(recv(fd, word, sizeof word, 0) >= 0);
            heard++;
        }
        assert_true(clock_mono_ms() < until_ms);
    }
    client_close(client);
    return heard;
}

/* It would hear of one that goes on four times in these 20 s, after which it starts it anew. */
TEST(service, a_manager_hears_nothing_of_a_node_whose_core_stands_still)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const int manager = manager_open();
    struct node *node = &stall.nodes[0];
    node_start(node);
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    until_heard(manager, "WATCHDOG=1");
    struct held_store *held = held_store_open(node->state);
    assert_in_range(heard_until_unwell(manager, node), 0, 1); /* one may be on its way */
    held_store_close(held);
    until_heard(manager, "WATCHDOG=1");
    assert_int_equal(node_end(node, SIGTERM), 0);
    (void)close(manager);
    stall_close(&stall);
}

static void settings_write(const struct node *node, const char *text)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/trestle.conf", node->state);
    write_file(path, text);
}

/* Hang up, and wait until its log has @wanted. */
static void hang_up(const struct node *node, const char *wanted)
{
    const uint64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    assert_int_equal(kill(node->process, SIGHUP), 0);
    while (strstr(node_log(node), wanted) == NULL) {
        RUN("status", "--state", node->state); /* it goes on meanwhile */
        if (clock_mono_ms() > until_ms) {
            fail_msg("never logged: %s; but: %s", wanted, node_log(node));
        }
    }
}

TEST(service, a_hang_up_reads_again_how_it_logs_and_a_wrong_setting_changes_nothing)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    struct node *node = &stall.nodes[0];
    node_start(node);
    settings_write(node, "listen = tcp://127.0.0.1:*\nhttp = 127.0.0.1:0\nlog-format = json\n");
    hang_up(node, "\"msg\":\"log-level and log-format are read again");
    settings_write(node, "log-format = loud\n");
    hang_up(node, "\"msg\":\"the settings stay as they are");
    settings_write(node, "log-format = text\n");
    RUN_WELL("order", "add", "22", "--state", node->state); /* it sells */
    assert_int_equal(node_end(node, SIGTERM), 0);
    stall_close(&stall);
}
