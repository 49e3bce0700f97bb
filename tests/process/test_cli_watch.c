/* trestle log and trestle top, as a person or a pipe sees them. */
#define _XOPEN_SOURCE   700 /* posix_openpt */
#define _DEFAULT_SOURCE     /* TIOCSWINSZ */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "node/cli/event_words.h"
#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

/* Read @fd into @to (terminated) until it holds @wanted. */
static void until_read(int fd, char *to, size_t capacity, const char *wanted)
{
    size_t size = strlen(to);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (strstr(to, wanted) == NULL) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (clock_mono_ms() > deadline_ms || poll(&ready, 1, DEADLINE_MS) != 1) {
            fail_msg("never said %s: %s", wanted, to);
        }
        ssize_t got = read(fd, to + size, capacity - 1 - size);
        assert_true(got > 0);
        size += (size_t)got;
        to[size] = '\0';
        assert_true(size + 1 < capacity);
    }
}

TEST(cli_log, shows_what_happened_and_filters_it)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    RUN_WELL("order", "add", "22x2", "--pay", "cash", "--state", state);
    RUN_WELL("order", "add", "22", "--state", state);
    struct ran ran = RUN_WELL("log", "--state", state);
    assert_non_null(strstr(ran.out, "log.open"));
    assert_non_null(strstr(ran.out, "order A1 placed, 2 items, take-away, counter  [order.open"));
    assert_non_null(strstr(ran.out, "order A1: 2 x "));
    assert_non_null(strstr(ran.out, " taken, cash  [pay "));
    assert_non_null(strstr(ran.out, "day 1 is open  [day.open"));
    assert_null(strstr(ran.out, "newer software"));
    ran = RUN_WELL("log", "--type", "order", "--state", state);
    assert_null(strstr(ran.out, "menu.set"));
    assert_null(strstr(ran.out, "[pay "));
    assert_non_null(strstr(ran.out, "A2"));
    ran = RUN_WELL("log", "--order", "A1", "--json", "--state", state);
    assert_non_null(strstr(ran.out, "\"type\":\"pay\",\"order\":\"A1\""));
    assert_non_null(strstr(ran.out, "\"words\":\"order A1 placed, 2 items, take-away, counter\"}"));
    assert_null(strstr(ran.out, "\"A2\""));
    ran = RUN_WELL("log", "--device", "nobody", "--state", state);
    assert_string_equal(ran.out, "");
    ran = RUN_WELL("log", "--type", "order.open", "--last", "1", "--state", state);
    assert_ptr_equal(strchr(ran.out, '\n') + 1, ran.out + strlen(ran.out));
    assert_non_null(strstr(ran.out, "A2"));
    assert_int_equal(RUN("log", "--order", "Z9", "--state", state).status, 1);
    assert_int_equal(RUN("log", "--last", "0", "--state", state).status, 2);
    stall_close(&stall);
}

TEST(cli_log, has_words_for_every_event)
{
    static const uint32_t types[] = {
#define X(name, number, text, kind, capability, order) number,
#include "sync/log/event.def"
#undef X
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct text words = {0};
        const struct event event = {.type = types[i]};
        event_words(&event, &(struct event_scene){.number = "A1"}, &words);
        text_append(&words, "", 1);
        assert_null(strstr(words.data, "newer software"));
        text_close(&words);
    }
}

TEST(cli_log, follows_what_comes)
{
    int ends[2];
    static char seen[OUTPUT_BYTES_MAX];
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    pid_t child = spawn((const char *const[]){"log", "-f", "--last", "1", "--state", state, NULL},
                        ends[1], STDERR_FILENO);
    (void)close(ends[1]);
    seen[0] = '\0';
    until_read(ends[0], seen, sizeof seen, "\n");
    RUN_WELL("order", "add", "22", "--state", state);
    until_read(ends[0], seen, sizeof seen, "order A1 placed, 1 item,");
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(await(child), 1000 + SIGTERM);
    (void)close(ends[0]);
    stall_close(&stall);
}

TEST(cli_top, one_frame_is_plain_text)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    assert_int_equal(RUN("top", "--once", "--state", stall.nodes[0].state).status, 69);
    node_start(&stall.nodes[0]);
    RUN_WELL("order", "add", "22", "--state", stall.nodes[0].state);
    struct ran ran = RUN_WELL("top", "--once", "--state", stall.nodes[0].state);
    assert_non_null(strstr(ran.out, "placed 1"));
    assert_non_null(strstr(ran.out, "(this device is alone)"));
    assert_null(strchr(ran.out, '\033'));
    assert_string_equal(ran.err, "");
    stall_close(&stall);
}

/* The near end of a terminal of 40 columns and 6 rows; the far end in @ret_far. */
static int terminal_open(int *ret_far)
{
    const struct winsize size = {.ws_col = 40, .ws_row = 6};
    const int near = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(near >= 0);
    assert_int_equal(grantpt(near), 0);
    assert_int_equal(unlockpt(near), 0);
    assert_int_equal(fcntl(near, F_SETFD, FD_CLOEXEC), 0);
    *ret_far = open(ptsname(near), O_RDWR | O_NOCTTY);
    assert_true(*ret_far >= 0);
    assert_int_equal(ioctl(*ret_far, TIOCSWINSZ, &size), 0);
    return near;
}

TEST(cli_top, draws_within_the_terminal_until_q)
{
    static char seen[OUTPUT_BYTES_MAX];
    int far = -1;
    struct termios before, after;
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    const int near = terminal_open(&far);
    assert_int_equal(tcgetattr(far, &before), 0);
    const int in = dup(STDIN_FILENO);
    assert_int_equal(dup2(far, STDIN_FILENO), STDIN_FILENO);
    pid_t child =
        spawn((const char *const[]){"top", "--state", stall.nodes[0].state, NULL}, far, far);
    assert_int_equal(dup2(in, STDIN_FILENO), STDIN_FILENO);
    (void)close(in);
    seen[0] = '\0';
    until_read(near, seen, sizeof seen, "(q quits)");
    const char *frame = strstr(seen, "\033[H");
    assert_non_null(frame);
    const char *last = strstr(frame, "(q quits)"); /* of this frame; there may be more by now */
    assert_non_null(last);
    int rows = 0;
    for (const char *at = frame; (at = strstr(at, "\r\n")) != NULL && at < last; at++) {
        rows++;
    }
    assert_int_equal(rows, 5); /* the sixth says how to leave */
    assert_non_null(strstr(frame, "journal  "));
    assert_int_equal(write(near, "q", 1), 1);
    assert_int_equal(await(child), 0);
    until_read(near, seen, sizeof seen, "\033[?25h\033[?1049l");
    assert_int_equal(tcgetattr(far, &after), 0);
    assert_int_equal(after.c_lflag, before.c_lflag);
    (void)close(near);
    (void)close(far);
    stall_close(&stall);
}
