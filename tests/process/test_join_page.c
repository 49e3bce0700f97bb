/* A device that is in no pop-up yet, at its page: what /api/joining does with real programs, and
 * what a page of another origin gets there. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/mesh/enrolment.h"
#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/programs.h"
#include "tests/process/lib/raw.h"

enum { HERE = 1 }; /* of the stall's nodes: the device that joins */

static struct stall stall;
static struct client *page; /* at the device that joins */

/* --- the device, and its page --- */

/* `trestle run` where there are no keys; resolves to the port of its page. */
static int begin(struct node *node, const char *const *words)
{
    int ends[2];
    char line[512];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    node->log_fd = scratch_file();
    node->process = spawn(words, ends[1], node->log_fd);
    (void)close(ends[1]);
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
    const ssize_t size = read(ends[0], line, sizeof line - 1);
    assert_true(size > 0);
    line[size] = '\0';
    static const char before[] = "{\"join\":\"http://127.0.0.1:";
    assert_int_equal(strncmp(line, before, sizeof before - 1), 0);
    /* The line of the running node comes later: its pipe stays open. */
    node->http_port = atoi(line + sizeof before - 1);
    return node->http_port;
}

static void open_page(void)
{
    const char *words[] = {"run",      "--json",
                           "--state",  stall.nodes[HERE].state,
                           "--listen", "tcp://127.0.0.1:*",
                           "--http",   "127.0.0.1:0",
                           NULL};
    page = client_new(begin(&stall.nodes[HERE], words));
}

static void open_stall(void)
{
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    open_page();
}

static void close_stall(void)
{
    client_close(page);
    stall_close(&stall);
}

/* What stands behind "name":" in the last answer; "" when nothing does. */
static const char *said(const char *name)
{
    static char texts[4][512];
    static unsigned at;
    char wanted[64], *to = texts[at++ % 4];
    (void)snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *found = strstr(page->body, wanted);
    to[0] = '\0';
    if (found != NULL) {
        found += strlen(wanted);
        (void)snprintf(to, sizeof texts[0], "%.*s", (int)strcspn(found, "\""), found);
    }
    return to;
}

/* The state into page->body; 0 where nobody listens, as for a moment between page and node. */
static int look(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)page->port),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const struct timeval patience = {.tv_sec = RAW_DEADLINE_MS / 1000};
    char host[64];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    (void)snprintf(host, sizeof host, "Host: 127.0.0.1:%d\r\n", page->port);
    const bool is_there =
        connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0;
    const int status = is_there ? raw_ask(fd, "GET", "/api/joining", host, NULL) : 0;
    (void)snprintf(page->body, sizeof page->body, "%s", status == 0 ? "" : got.body);
    (void)close(fd);
    return status;
}

static bool is_one_of(const char *state, const char *states)
{
    const char *found = strstr(states, state);
    return state[0] != '\0' && found != NULL;
}

/* Looks until it is one of @states, which are words in one text. */
static void until(const char *states)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (look() != 200 || !is_one_of(said("state"), states)) {
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("never %s: %s", states, page->body);
        }
    }
}

static int post_with(const char *path, const char *rest, const char *token, const char *more)
{
    char body[1024];
    (void)snprintf(body, sizeof body, "{\"token\":\"%s\"%s}", token, rest);
    const struct client_request request = {
        .method = "POST", .path = path, .body = body, .more = more};
    return client_ask(page, &request);
}

/* As the page does: with the token of the newest answer. */
static int post(const char *path, const char *rest)
{
    char token[64];
    assert_int_equal(look(), 200);
    (void)snprintf(token, sizeof token, "%s", said("token"));
    return post_with(path, rest, token, NULL);
}

static int post_code(const char *code)
{
    char rest[700];
    (void)snprintf(rest, sizeof rest, ",\"name\":\"Grill\",\"code\":\"%s\"", code);
    return post("/api/joining", rest);
}

static void expect_trouble(const char *trouble)
{
    until("failed");
    assert_string_equal(said("trouble"), trouble);
    assert_int_equal(post("/api/joining/end", ""), 202);
    assert_string_equal(said("state"), "waits");
}

static void invite(char code[512])
{
    const struct ran ran = RUN_WELL("invite", "--state", stall.nodes[0].state, "--role", "kitchen",
                                    "--lane", "B", "--no-qr");
    (void)snprintf(code, 512, "%.*s", (int)strcspn(ran.out, "\n"), ran.out);
}

static void expect_member(void)
{
    until("member");
    assert_string_equal(said("role"), "kitchen");
    assert_string_equal(said("lane"), "B");
    assert_string_equal(said("name"), "Grill");
}

static void expect_linked(void)
{
    const char *linked[] = {"device", "list", "--state", stall.nodes[0].state, NULL};
    until_out("linked", linked);
}

/* --- joining --- */

TEST(join_page, a_device_joins_by_a_code_and_runs_where_its_page_was)
{
    char code[512];
    open_stall();
    assert_int_equal(look(), 200);
    assert_string_equal(said("state"), "waits");
    invite(code);
    assert_int_equal(post_code(code), 202);
    expect_member();
    expect_linked();
    assert_null(strstr(node_log(&stall.nodes[HERE]), code + 9)); /* it is in no line */
    const struct client_request session = {.method = "GET", .path = "/api/session"};
    assert_int_equal(client_ask(page, &session), 200);
    assert_int_equal(post_with("/api/joining/end", "", "00000000000000000000000000000000", NULL),
                     409);
    assert_non_null(strstr(page->body, "in a pop-up already"));
    close_stall();
}

/* The counter's own screen invites by digits; where it is knocked at. */
static void door_open(struct client *counter, char place[128])
{
    const struct client_request ask = {
        .method = "POST",
        .path = "/api/invitation",
        .body = "{\"role\":\"kitchen\",\"lane\":\"B\",\"name\":\"\",\"digits\":true}"};
    const struct client_request state = {.method = "GET", .path = "/api/invitation"};
    assert_int_equal(client_ask(counter, &ask), 202);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (client_ask(counter, &state) != 200 || strstr(counter->body, "\"open\"") == NULL) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
    const char *at = strstr(counter->body, "\"place\":\"tcp://");
    assert_non_null(at);
    at += strlen("\"place\":\"tcp://");
    (void)snprintf(place, 128, "%.*s", (int)strcspn(at, "\""), at);
}

static void counter_says(struct client *counter, const char *digits, bool is_same)
{
    char body[128];
    (void)snprintf(body, sizeof body, "{\"shown\":\"%s\",\"same\":%s}", digits,
                   is_same ? "true" : "false");
    const struct client_request compare = {
        .method = "POST", .path = "/api/invitation/compare", .body = body};
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (client_ask(counter, &compare) != 202) { /* it may not have shown them yet */
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* Knocks at @place; the digits that are shown here. */
static void knock(const char *place, char digits[16])
{
    char rest[256];
    (void)snprintf(rest, sizeof rest, ",\"name\":\"Grill\",\"place\":\"%s\"", place);
    assert_int_equal(post("/api/joining", rest), 202);
    until("compare");
    (void)snprintf(digits, 16, "%s", said("shown"));
    assert_int_equal(strlen(digits), 6);
}

static void say(const char *digits, bool is_same, int status)
{
    char rest[64];
    (void)snprintf(rest, sizeof rest, ",\"shown\":\"%s\",\"same\":%s", digits,
                   is_same ? "true" : "false");
    assert_int_equal(post("/api/joining/compare", rest), status);
}

TEST(join_page, a_device_joins_by_six_digits_that_both_screens_show)
{
    char place[128], digits[16], others[16];
    open_stall();
    struct client *counter = client_new(stall.nodes[0].http_port);
    door_open(counter, place);
    knock(place, digits);
    (void)snprintf(others, sizeof others, "%s", digits);
    others[0] = digits[0] == '1' ? '2' : '1';
    say(others, true, 409); /* nobody agrees to what he did not see */
    say(digits, true, 202);
    assert_string_equal(said("state"), "agreed"); /* nobody has there yet */
    counter_says(counter, digits, true);
    expect_member();
    expect_linked();
    client_close(counter);
    close_stall();
}

TEST(join_page, digits_that_differ_for_one_of_the_two_join_nothing)
{
    char place[128], digits[16];
    open_stall();
    struct client *counter = client_new(stall.nodes[0].http_port);
    door_open(counter, place);
    knock(place, digits);
    say(digits, false, 202); /* the person here */
    expect_trouble("ended");
    counter_says(counter, digits, false);
    knock(place, digits);
    counter_says(counter, digits, false); /* and the one there */
    say(digits, true, 202);
    expect_trouble("refused");
    knock(place, digits);
    assert_int_equal(post("/api/joining/end", ""), 202); /* or he thinks better of it */
    expect_trouble("ended");
    const struct ran ran = RUN_WELL("device", "list", "--state", stall.nodes[0].state);
    assert_null(strstr(ran.out, "kitchen"));
    client_close(counter);
    close_stall();
}

/* --- what goes wrong says what it is --- */

TEST(join_page, each_trouble_has_a_name_and_the_page_goes_on)
{
    char code[512], late[INVITATION_TEXT_BYTES_MAX];
    const struct invitation over = {.endpoint = "tcp://127.0.0.1:1", .expires_s = 1};
    struct invitation wrong;
    open_stall();
    assert_int_equal(post_code("hello"), 202);
    expect_trouble("no_code");
    assert_int_equal(post_code("127.0.0.1:1"), 202); /* a place is no code */
    expect_trouble("no_code");
    assert_int_equal(post("/api/joining", ",\"name\":\"\",\"place\":\"nowhere\""), 202);
    expect_trouble("no_place");
    assert_int_equal(post("/api/joining", ",\"name\":\"\""), 400);
    assert_int_equal(post("/api/joining", ",\"name\":\"\",\"place\":\"127.0.0.1:1\""), 202);
    expect_trouble("unanswered");
    assert_int_equal(invitation_encode(&over, late), 0);
    assert_int_equal(post_code(late), 202);
    expect_trouble("expired");
    invite(code);
    assert_int_equal(invitation_decode(code, &wrong), 0);
    wrong.secret[0] ^= 1;
    assert_int_equal(invitation_encode(&wrong, late), 0);
    assert_int_equal(post_code(late), 202);
    expect_trouble("refused");
    RUN_WELL("join", code, "--state", stall.nodes[2].state, "--listen", "none");
    assert_int_equal(post_code(code), 202); /* it was for one device */
    expect_trouble("unanswered");
    close_stall();
}

TEST(join_page, a_folder_that_holds_another_pop_up_s_store_is_left_alone)
{
    char code[512], store[128];
    open_stall();
    assert_int_equal(mkdir(stall.nodes[HERE].state, 0700), 0);
    (void)snprintf(store, sizeof store, "%s/store", stall.nodes[HERE].state);
    assert_int_equal(mkdir(store, 0700), 0);
    invite(code);
    assert_int_equal(post_code(code), 202);
    expect_trouble("occupied");
    close_stall();
}

/* --- who may --- */

TEST(join_page, no_page_of_another_origin_makes_the_device_join)
{
    char code[512], token[64], rest[700], again[64];
    static const char *const strangers[] = {"Origin: http://evil.example\r\n", "Origin: null\r\n",
                                            "Origin: http://127.0.0.1:1\r\n"};
    open_stall();
    invite(code);
    (void)snprintf(rest, sizeof rest, ",\"name\":\"\",\"code\":\"%s\"", code);
    assert_int_equal(look(), 200);
    (void)snprintf(token, sizeof token, "%s", said("token"));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(post_with("/api/joining", rest, token, strangers[i]), 403);
    }
    /* A name that leads here by deceit reads nothing, so it knows no token. */
    int fd = raw_dial(page->port, 0);
    assert_int_equal(raw_ask(fd, "GET", "/api/joining", "Host: evil.example\r\n", NULL), 421);
    assert_null(strstr(got.body, token));
    (void)close(fd);
    assert_int_equal(post_with("/api/joining", rest, "00000000000000000000000000000000", NULL),
                     409);
    assert_int_equal(post("/api/joining/end", ""), 202);
    assert_int_equal(post_with("/api/joining", rest, token, NULL), 409); /* good once */
    assert_int_equal(look(), 200);
    (void)snprintf(again, sizeof again, "%s", said("token"));
    assert_string_not_equal(again, token);
    assert_string_equal(said("state"), "waits");
    /* Nor by an address: what a browser opens is a GET, and a query holds nothing. */
    (void)snprintf(rest, sizeof rest, "/api/joining?token=%s", again);
    const struct client_request by_query = {.method = "GET", .path = rest};
    assert_int_equal(client_ask(page, &by_query), 400);
    assert_int_equal(post_code(code), 202); /* all that time the page itself could have */
    until("member");
    close_stall();
}

TEST(join_page, nothing_else_is_answered_before_there_is_a_pop_up)
{
    static const char *const paths[] = {"/api/session", "/api/menu", "/readyz", "/api/status"};
    stall_open(&stall);
    open_page();
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const struct client_request request = {.method = "GET", .path = paths[i]};
        assert_int_equal(client_ask(page, &request), 503);
        assert_non_null(strstr(page->body, "Open /join at it"));
    }
    const struct client_request order = {
        .method = "POST", .path = "/api/orders", .key = client_key(), .body = "{}"};
    assert_int_equal(client_ask(page, &order), 503);
    assert_int_equal(access(stall.nodes[HERE].state, F_OK), -1); /* nor is anything made */
    close_stall();
}

/* --- beside it --- */

TEST(join_page, keys_that_a_command_puts_there_are_gone_by_at_once)
{
    stall_open(&stall);
    open_page();
    RUN_WELL("init", "--state", stall.nodes[HERE].state, "--name", "Noodle bar", "--lane", "A");
    until("member");
    assert_string_equal(said("lane"), "A");
    close_stall();
}

TEST(join_page, while_a_device_joins_no_command_sets_it_up)
{
    char place[128], digits[16];
    open_stall();
    struct client *counter = client_new(stall.nodes[0].http_port);
    door_open(counter, place);
    knock(place, digits);
    const struct ran ran = RUN("init", "--state", stall.nodes[HERE].state, "--name", "Other");
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.err, "is being set up already"));
    say(digits, true, 202);
    counter_says(counter, digits, true);
    expect_member();
    client_close(counter);
    close_stall();
}

TEST(join_page, while_a_command_sets_the_device_up_its_page_leaves_the_folder_alone)
{
    char code[512], path[128];
    const char *state = stall.nodes[HERE].state;
    open_stall();
    /* As a command has it: its lock, its mark and what it has written so far. */
    assert_int_equal(mkdir(state, 0700), 0);
    const int lock = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
    (void)snprintf(path, sizeof path, "%s/unfinished", state);
    write_file(path, "");
    (void)snprintf(path, sizeof path, "%s/log.key", state);
    write_file(path, "a key");
    invite(code);
    assert_int_equal(post_code(code), 202);
    expect_trouble("other");
    assert_int_equal(access(path, F_OK), 0);
    (void)close(lock); /* it ended before it was done */
    assert_int_equal(post_code(code), 202);
    expect_member();
    close_stall();
}

/* --- who may dial the device --- */

/* Where neither a flag nor a file says who may; the machine's own file is not asked. */
static void open_unsaid(void)
{
    char config[128];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    (void)snprintf(config, sizeof config, "%s/trestle", stall.folder);
    assert_int_equal(mkdir(config, 0700), 0);
    (void)snprintf(config, sizeof config, "%s/trestle/trestle.conf", stall.folder);
    write_file(config, "log-level = info\n");
    assert_int_equal(setenv("XDG_CONFIG_HOME", stall.folder, 1), 0);
    const char *words[] = {"run",    "--json",      "--state", stall.nodes[HERE].state,
                           "--http", "127.0.0.1:0", NULL};
    page = client_new(begin(&stall.nodes[HERE], words));
    assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
}

static int post_code_reachable(const char *code)
{
    char rest[700];
    (void)snprintf(rest, sizeof rest, ",\"name\":\"Grill\",\"reachable\":true,\"code\":\"%s\"",
                   code);
    return post("/api/joining", rest);
}

static void expect_config(const char *path, const char *wanted)
{
    char text[512] = "";
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(read(fd, text, sizeof text - 1) >= 0);
    (void)close(fd);
    assert_string_equal(text, wanted);
}

TEST(join_page, others_may_dial_the_device_once_it_has_joined_and_no_try_changes_its_settings)
{
    char code[512], late[INVITATION_TEXT_BYTES_MAX], path[128], keys[128];
    const struct invitation over = {.endpoint = "tcp://127.0.0.1:1", .expires_s = 1};
    open_unsaid();
    (void)snprintf(path, sizeof path, "%s/trestle.conf", stall.nodes[HERE].state);
    (void)snprintf(keys, sizeof keys, "%s/keys", stall.nodes[HERE].state);
    assert_int_equal(invitation_encode(&over, late), 0);
    assert_int_equal(post_code_reachable(late), 202);
    expect_trouble("expired");
    assert_int_equal(access(path, F_OK), -1);
    write_file(path, "listen = none\n"); /* by hand, since the page was opened */
    assert_int_equal(post_code_reachable(late), 202);
    expect_trouble("expired");
    expect_config(path, "listen = none\n");
    assert_int_equal(remove(path), 0);
    invite(code);
    assert_int_equal(post_code_reachable(code), 202);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (access(keys, F_OK) != 0) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
    expect_config(path, "log-level = info\n\n# Said at /join: other devices reach this one.\n"
                        "listen = tcp://0.0.0.0:7450\n");
    (void)node_end(&stall.nodes[HERE], SIGTERM); /* the port may be another's on this machine */
    close_stall();
}

TEST(join_page, settings_that_came_while_it_waited_are_checked_as_at_a_start)
{
    struct node *node = &stall.nodes[HERE];
    char path[128];
    stall_open(&stall);
    open_page();
    assert_int_equal(mkdir(node->state, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/trestle.conf", node->state);
    write_file(path, "trusted-proxy = 127.0.0.1\n"); /* and the screens are open */
    RUN_WELL("init", "--state", node->state, "--name", "Noodle bar", "--lane", "A");
    assert_int_equal(await(node->process), 78);
    node->process = 0;
    assert_non_null(strstr(node_log(node), "set screen = locked"));
    close_stall();
}

TEST(join_page, the_device_can_be_switched_off_while_people_compare)
{
    char place[128], digits[16];
    open_stall();
    struct client *counter = client_new(stall.nodes[0].http_port);
    door_open(counter, place);
    knock(place, digits);
    assert_int_equal(node_end(&stall.nodes[HERE], SIGTERM), 0);
    client_close(counter);
    close_stall();
}

TEST(join_page, without_an_address_for_screens_there_is_no_page)
{
    stall_open(&stall);
    const struct ran ran = RUN("run", "--state", stall.nodes[HERE].state, "--http", "none");
    assert_int_equal(ran.status, 69);
    assert_non_null(strstr(ran.err, "is not part of a pop-up yet"));
    stall_close(&stall);
}
