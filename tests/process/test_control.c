/* test_control.c - the socket by which a command asks its running node: who asks wrongly is told,
 * and who says nonsense is sent away. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/core/control.h"
#include "sync/base/check.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

enum { ASK_MS = 60000 };

static struct stall stall;
static char answer[CONTROL_PACKET_BYTES_MAX];

struct asked {
    uint32_t count;
    const char *words[5];
    int err;
    const char *says;
};

static int ask_node(int at, const struct asked *asked)
{
    struct control_request request = {.count = asked->count};
    for (uint32_t i = 0; i < asked->count; i++) {
        (void)snprintf(request.words[i], sizeof request.words[i], "%s", asked->words[i]);
    }
    return control_ask(stall.nodes[at].state, &request, ASK_MS, answer, sizeof answer);
}

static void ask_all(int at, const struct asked *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(ask_node(at, &rows[i]), rows[i].err);
        assert_non_null(strstr(answer, rows[i].says));
    }
}

#define NAME_OF_90                                                                                 \
    "a name that has no end, as somebody who leans on a keyboard types it and does not look, "     \
    "twice"

TEST(control, what_cannot_be_done_is_told)
{
    static const struct asked rows[] = {
        {1, {"dance"}, ERR_NOT_FOUND, "does not know this request"},
        {1, {""}, ERR_NOT_FOUND, "does not know this request"},
        {2, {"invite", "kitchen"}, ERR_STATE, "a role, a lane and a name"},
        {5, {"invite", "kitchen", "K", "", ""}, ERR_STATE, "a role, a lane and a name"},
        {4, {"invite", "king", "K", ""}, ERR_STATE, "no such role"},
        {4, {"invite", "kitchen", "k", ""}, ERR_STATE, "one to three letters"},
        {4, {"invite", "kitchen", "KKKK", ""}, ERR_STATE, "one to three letters"},
        {4, {"invite", "kitchen", "A", ""}, ERR_STATE, "another device has this lane"},
        {4, {"invite", "kitchen", "K", NAME_OF_90}, ERR_STATE, "the name is too long"},
        {1, {"pairing"}, ERR_STATE, "the pairing is over"},
        {3, {"pair-answer", "123456", "yes"}, ERR_STATE, "not being compared"},
        {2, {"pair-answer", "123456"}, ERR_STATE, "not being compared"},
        {4, {"invite", "kitchen", "", ""}, 0, "trestle1:"},
        {1, {"pairing"}, ERR_STATE, "the pairing is over"},
        {3, {"pair-answer", "123456", "yes"}, ERR_STATE, "not being compared"},
        {4, {"pair", "kitchen", "K", "Stove"}, 0, "tcp://127.0.0.1:"},
        {1, {"pairing"}, 0, ""},
        {3, {"pair-answer", "", "no"}, ERR_STATE, "not being compared"},
    };
    static const struct asked at_kitchen[] = {
        {4, {"invite", "pickup", "P", ""}, ERR_STATE, "this device may not add others"},
        {4, {"invite", "pickup", "K", ""}, ERR_STATE, "another device has this lane"},
    };
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    ask_all(0, rows, sizeof rows / sizeof rows[0]);
    node_join(&stall, 1, "kitchen", "K");
    node_start(&stall.nodes[1]);
    until_menu(&stall.nodes[1]);
    ask_all(1, at_kitchen, sizeof at_kitchen / sizeof at_kitchen[0]);
    stall_close(&stall);
}

TEST(control, a_door_opens_where_the_settings_say)
{
    static const struct asked invite = {4, {"invite", "kitchen", "K", ""}, 0, "trestle1:"};
    static const struct asked pair = {4, {"pair", "kitchen", "K", ""}, 0, "tcp://127.0.0.1:"};
    static const char *const settings[] = {"listen = none\n", "enrol = tcp://127.0.0.1:*\n"};
    char path[128];
    for (size_t i = 0; i < 2; i++) {
        stall_open(&stall);
        stall_init(&stall);
        (void)snprintf(path, sizeof path, "%s/trestle.conf", stall.nodes[0].state);
        char text[128];
        (void)snprintf(text, sizeof text, "http = 127.0.0.1:0\n%s", settings[i]);
        write_file(path, text);
        node_start(&stall.nodes[0]);
        ask_all(0, &invite, 1);
        ask_all(0, &pair, 1);
        stall_close(&stall);
    }
    stall_open(&stall);
    stall_init(&stall);
    (void)snprintf(path, sizeof path, "%s/trestle.conf", stall.nodes[0].state);
    write_file(path, "http = 127.0.0.1:0\nenrol = tcp://192.0.2.1:9\n"); /* nobody's here */
    node_start(&stall.nodes[0]);
    assert_int_not_equal(ask_node(0, &invite), 0);
    stall_close(&stall);
}

/* One packet to the node at @state; what comes back, 0 where it hangs up. */
static ssize_t say(const char *state, const void *packet, size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    uint8_t back[CONTROL_PACKET_BYTES_MAX];
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/core.sock", state);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    if (size > 0) {
        assert_int_equal(send(fd, packet, size, 0), size);
    } else {
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
    }
    const ssize_t got = recv(fd, back, sizeof back, 0);
    (void)close(fd);
    return got;
}

TEST(control, nonsense_is_no_request_and_takes_nobodys_place)
{
    static const char *const packets[] = {"x",         "\x90",      "\x91\x01",
                                          "\x99\xa1x", "\x92\xa1x", "\x91\xa1xy"};
    static const struct asked pairing = {1, {"pairing"}, ERR_STATE, "the pairing is over"};
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    for (int turn = 0; turn < CONTROL_CLIENTS_MAX; turn++) {
        for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
            assert_int_equal(say(stall.nodes[0].state, packets[i], strlen(packets[i])), 0);
        }
    }
    assert_int_equal(say(stall.nodes[0].state, NULL, 0), 0);
    ask_all(0, &pairing, 1);
    stall_close(&stall);
}

/* --- the command's end, at a node that is none --- */

static void answer_with(int listener, const void *packet, size_t size)
{
    uint8_t asked[CONTROL_PACKET_BYTES_MAX];
    const int fd = accept(listener, NULL, NULL);
    assert_true(recv(fd, asked, sizeof asked, 0) > 0);
    if (size > 0) {
        assert_int_equal(send(fd, packet, size, 0), size);
    }
    (void)close(fd);
}

TEST(control, an_answer_that_is_none_is_said_to_be)
{
    static const struct {
        const char *packet;
        int err;
    } rows[] = {{"", ERR_IO},
                {"x", ERR_MALFORMED},
                {"\x91\xa0", ERR_MALFORMED},
                {"\x92\x01\xa0", ERR_MALFORMED},
                {"\x92\xff\xa1", ERR_MALFORMED}};
    char folder[] = "/tmp/trestle-control-XXXXXX", path[64];
    const struct control_request request = {.count = 1, .words = {"pairing"}};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_non_null(mkdtemp(folder));
    assert_int_equal(control_ask(folder, &request, ASK_MS, answer, sizeof answer), ERR_NOT_FOUND);
    assert_int_equal(control_ask("/nowhere", &request, ASK_MS, answer, sizeof answer),
                     ERR_NOT_FOUND);
    assert_false(control_is_running(folder));
    (void)snprintf(path, sizeof path, "%s/core.sock", folder);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    const int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(control_ask(folder, &request, 1, answer, sizeof answer), ERR_BUSY);
    answer_with(listener, NULL, 0); /* that one */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const pid_t child = fork_mortal();
        if (child == 0) {
            answer_with(listener, rows[i].packet, strlen(rows[i].packet));
            _exit(0);
        }
        assert_int_equal(control_ask(folder, &request, ASK_MS, answer, sizeof answer), rows[i].err);
        assert_int_equal(await(child), 0);
    }
    (void)close(listener);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}
