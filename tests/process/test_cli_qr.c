/* An invitation as a QR code on a terminal, read back as a scanner would. */
#define _XOPEN_SOURCE   700 /* posix_openpt */
#define _DEFAULT_SOURCE     /* TIOCSWINSZ */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "node/cli/qr.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"
#include "tests/process/lib/qr_read.h"

/* --- the drawing --- */

static char *draw(const char *text, unsigned *ret_columns)
{
    struct text drawn = {0};
    assert_int_equal(qr_draw(text, &drawn, ret_columns), 0);
    text_append(&drawn, "", 1);
    return drawn.data;
}

TEST(qr, is_drawn_black_on_white_with_a_margin_whatever_the_terminal_s_colours)
{
    /* clang-format off */
    static const char *const lines[] = {
        "                             ",
        "                             ",
        "    █▀▀▀▀▀█ ▄█ █▀ █▀▀▀▀▀█    ",
        "    █ ███ █ ▀█ ▄▀ █ ███ █    ",
        "    █ ▀▀▀ █ █  ▄█ █ ▀▀▀ █    ",
        "    ▀▀▀▀▀▀▀ █▄█▄█ ▀▀▀▀▀▀▀    ",
        "    █▀ █  ▀▀▄█▀  ▄▀▀█▄▀▀▄    ",
        "    ▄▄  ▀▀▀▀█ ▄▄▀▄█  ▄ ▄█    ",
        "    ▀  ▀▀ ▀▀▄█ ▄▀▀▄█▀  ██    ",
        "    █▀▀▀▀▀█ ▀ █▄▄▄▀█▀ ▀▀     ",
        "    █ ███ █ ▄▀▀█ ▀▀██▀ █▄    ",
        "    █ ▀▀▀ █ ▄▀█ ▀▄▄██▀  ▀    ",
        "    ▀▀▀▀▀▀▀ ▀▀▀▀▀  ▀▀  ▀     ",
        "                             ",
        "                             ",
    };
    /* clang-format on */
    struct text golden = {0};
    unsigned columns = 0;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        text_append_text(&golden, "\033[38;5;16;48;5;231m");
        text_append_text(&golden, lines[i]);
        text_append_text(&golden, "\033[0m\n");
    }
    text_append(&golden, "", 1);
    char *drawn = draw("trestle1:", &columns);
    assert_string_equal(drawn, golden.data);
    assert_int_equal(columns, 21 + 2 * QR_MARGIN_MODULES);
    text_close(&golden);
    free(drawn);
}

TEST(qr, of_every_length_says_what_it_was_made_of)
{
    char text[QR_READ_BYTES_MAX] = "", read[QR_READ_BYTES_MAX];
    unsigned columns = 0;
    for (size_t size = 1; size <= 230; size++) { /* all that versions 1 to 9 hold */
        text[size - 1] = (char)(' ' + size * 37 % 95);
        char *drawn = draw(text, &columns);
        qr_read(drawn, read);
        assert_string_equal(read, text);
        free(drawn);
    }
}

TEST(qr, refuses_a_text_that_no_code_holds)
{
    static char text[4096];
    struct text drawn = {0};
    unsigned columns = 0;
    memset(text, 'a', sizeof text - 1);
    assert_int_equal(qr_draw(text, &drawn, &columns), ERR_TOO_LARGE);
    assert_int_equal(drawn.size, 0);
    text_close(&drawn);
}

/* --- on a terminal --- */

/* What the program says to a terminal of @columns and @rows. */
static const char *run_on_terminal(unsigned short columns, unsigned short rows,
                                   const char *const *words)
{
    static char seen[OUTPUT_BYTES_MAX];
    const struct winsize size = {.ws_col = columns, .ws_row = rows};
    const int near = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(near >= 0);
    assert_int_equal(grantpt(near), 0);
    assert_int_equal(unlockpt(near), 0);
    assert_int_equal(fcntl(near, F_SETFD, FD_CLOEXEC), 0);
    const int far = open(ptsname(near), O_RDWR | O_NOCTTY);
    assert_true(far >= 0);
    assert_int_equal(ioctl(far, TIOCSWINSZ, &size), 0);
    const pid_t child = spawn(words, far, far);
    (void)close(far);
    size_t got = 0;
    for (ssize_t more; (more = read(near, seen + got, sizeof seen - 1 - got)) > 0;) {
        got += (size_t)more; /* the last end that is closed is an error here */
    }
    seen[got] = '\0';
    (void)close(near);
    assert_int_equal(await(child), 0);
    return seen;
}

TEST(qr, on_a_terminal_says_the_invitation_that_is_printed_below_it)
{
    struct stall stall;
    char invitation[512], read[QR_READ_BYTES_MAX];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    const char *const words[] = {"invite", "--role", "kitchen", "--state", stall.nodes[0].state,
                                 NULL};
    const char *seen = run_on_terminal(80, 40, words);
    const char *printed = strstr(seen, "trestle1:");
    assert_non_null(printed);
    (void)snprintf(invitation, sizeof invitation, "%.*s", (int)strcspn(printed, "\r"), printed);
    qr_read(seen, read);
    assert_string_equal(read, invitation);
    assert_null(strstr(seen, "needs a window"));
    RUN_WELL("join", read, "--state", stall.nodes[1].state);

    /* Too low a window shows it all the same; in one that is too narrow it would be torn. */
    seen = run_on_terminal(80, 24, words);
    qr_read(seen, read);
    assert_non_null(strstr(seen, "needs a window of 5"));
    seen = run_on_terminal(40, 40, words);
    assert_null(strstr(seen, "\033[38;5;16"));
    assert_non_null(strstr(seen, "needs a window of 5"));
    assert_non_null(strstr(seen, "trestle1:"));
    stall_close(&stall);
}

TEST(qr, is_for_people_at_a_terminal_with_colours_who_want_it)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    const char *state = stall.nodes[0].state;
    const char *const plain[] = {"invite", "--role", "kitchen", "--state", state, NULL};
    const char *const unwanted[] = {"invite",  "--role", "kitchen", "--no-qr",
                                    "--state", state,    NULL};
    const char *const json[] = {"invite", "--role", "kitchen", "--json", "--state", state, NULL};
    assert_null(strstr(run(plain).out, "\033"));
    assert_null(strstr(run_on_terminal(80, 40, unwanted), "\033[38;5;16"));
    assert_null(strstr(run_on_terminal(80, 40, json), "\033[38;5;16"));
    assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
    assert_null(strstr(run_on_terminal(80, 40, plain), "\033"));
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    stall_close(&stall);
}
