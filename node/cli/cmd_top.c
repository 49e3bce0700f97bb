/* trestle top: how the node and its peers are, a frame a second. Plain ANSI; without a terminal, or
 * with --once, one frame of plain text. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "node/cli/cli.h"
#include "node/cli/http.h"
#include "node/cli/reply.h"
#include "node/cli/terminal.h"
#include "node/os/clock.h"

enum { FRAME_MS = 1000, FRAME_LINE_BYTES_MAX = 256 };

struct top {
    char state[PATH_BYTES_MAX];
    bool is_live, is_colourful;
    unsigned columns, rows;
    unsigned row; /* of the frame being drawn */
    struct text frame;
    int64_t events; /* at the frame before; -1 = there was none */
    uint64_t events_ms;
};

/* --- drawing --- */

enum paint { PAINT_NONE, PAINT_HEAD, PAINT_GOOD, PAINT_WARN };

/* A line of the frame, cut to the terminal's width (by bytes: a name cut in a letter shows as a
 * mark) and its height. */
static void draw(struct top *top, enum paint paint, const char *line)
{
    static const char *const codes[] = {[PAINT_NONE] = "",
                                        [PAINT_HEAD] = "\033[1m",
                                        [PAINT_GOOD] = "\033[32m",
                                        [PAINT_WARN] = "\033[33m"};
    char text[FRAME_LINE_BYTES_MAX];
    if (top->is_live && top->row + 1 >= top->rows) {
        return;
    }
    (void)snprintf(text, sizeof text, "%s", line);
    if (top->is_live && top->columns < sizeof text) {
        text[top->columns] = '\0';
    }
    text_disarm(text);
    const bool is_painted = top->is_colourful && paint != PAINT_NONE;
    text_append_text(&top->frame, is_painted ? codes[paint] : "");
    text_append_text(&top->frame, text);
    text_append_text(&top->frame, is_painted ? "\033[0m" : "");
    text_append_text(&top->frame, top->is_live ? "\033[K\r\n" : "\n");
    top->row++;
}

static double events_per_second(struct top *top, int64_t events)
{
    const uint64_t now_ms = clock_mono_ms();
    double rate = 0;
    if (top->events >= 0 && now_ms > top->events_ms) {
        rate = (double)(events - top->events) * 1000.0 / (double)(now_ms - top->events_ms);
    }
    top->events = events;
    top->events_ms = now_ms;
    return rate;
}

static void draw_head(struct top *top, const struct reply_node *status, bool is_ready)
{
    char line[FRAME_LINE_BYTES_MAX];
    const long long used = (long long)reply_number(status, "store_bytes");
    const long long most = (long long)reply_number(status, "store_bytes_max");
    const int64_t events = reply_number(status, "events");
    (void)snprintf(line, sizeof line, "trestle %s  day %lld  up %lld s  %s",
                   reply_text(status, "device"), (long long)reply_number(status, "day"),
                   (long long)reply_number(status, "uptime_s"),
                   is_ready ? "ready" : "NOT READY: the store takes nothing");
    draw(top, is_ready ? PAINT_HEAD : PAINT_WARN, line);
    (void)snprintf(line, sizeof line, "journal  %lld events in %lld journals, %.1f events/s",
                   (long long)events, (long long)reply_number(status, "logs"),
                   events_per_second(top, events));
    draw(top, PAINT_NONE, line);
    const bool is_full = most > 0 && used > most / 10 * 7;
    (void)snprintf(line, sizeof line, "store    %lld of %lld MiB (%lld %%)", used >> 20, most >> 20,
                   most > 0 ? used * 100 / most : 0);
    draw(top, is_full ? PAINT_WARN : PAINT_NONE, line);
}

/* What the metrics say of each phase: lines trestle_orders{phase="x"} n. */
static void draw_orders(struct top *top, const struct reply_node *status,
                        const struct text *metrics)
{
    static const char prefix[] = "trestle_orders{phase=\"";
    char line[FRAME_LINE_BYTES_MAX];
    size_t size = (size_t)snprintf(line, sizeof line, "orders  ");
    const char *at = metrics->size == 0 ? NULL : strstr(metrics->data, prefix);
    for (; at != NULL && size < sizeof line; at = strstr(at + 1, prefix)) {
        const char *phase = at + strlen(prefix);
        const char *number = strchr(phase, ' ');
        if (number != NULL) {
            size += (size_t)snprintf(line + size, sizeof line - size, " %.*s %.*s",
                                     (int)strcspn(phase, "\""), phase,
                                     (int)strcspn(number + 1, "\n"), number + 1);
        }
    }
    draw(top, PAINT_NONE, line);
    const long long stuck = (long long)reply_number(status, "orders_stuck");
    if (stuck > 0) {
        (void)snprintf(line, sizeof line, "ALARM    %lld orders do not get on", stuck);
        draw(top, PAINT_WARN, line);
    }
    const long long voided = (long long)reply_number(status, "orders_voided");
    if (voided > 0) {
        (void)snprintf(line, sizeof line, "ALARM    %lld voided orders wait to be decided", voided);
        draw(top, PAINT_WARN, line);
    }
    const long long opaque = (long long)reply_number(status, "opaque");
    if (opaque > 0) {
        (void)snprintf(line, sizeof line, "ALARM    %lld events need newer software", opaque);
        draw(top, PAINT_WARN, line);
    }
    if (reply_truth(status, "remaking")) {
        draw(top, PAINT_WARN, "ALARM    figures are being worked over, and may be as before");
    }
}

static void draw_peers(struct top *top, const struct reply_node *peers)
{
    char line[FRAME_LINE_BYTES_MAX];
    (void)snprintf(line, sizeof line, "%-16s %-8s %-10s %10s %8s %8s %9s", "peer", "role", "link",
                   "heard ms", "lacks", "has", "clock ms");
    draw(top, PAINT_HEAD, line);
    for (size_t i = 0; i < reply_count(peers); i++) {
        const struct reply_node *peer = reply_at(peers, i);
        const char *state = reply_text(peer, "state");
        (void)snprintf(line, sizeof line, "%-16.16s %-8s %-10s %10lld %8lld %8lld %9lld",
                       reply_text(peer, "name"), reply_text(peer, "role"), state,
                       (long long)reply_number(peer, "heard_ms_ago"),
                       (long long)reply_number(peer, "behind"),
                       (long long)reply_number(peer, "ahead"),
                       (long long)reply_number(peer, "clock_offset_ms"));
        draw(top, strcmp(state, "linked") == 0 ? PAINT_GOOD : PAINT_WARN, line);
    }
    if (reply_count(peers) == 0) {
        draw(top, PAINT_NONE, "(this device is alone)");
    }
}

static void draw_printers(struct top *top, const struct reply_node *printers)
{
    char line[FRAME_LINE_BYTES_MAX];
    for (size_t i = 0; i < reply_count(printers); i++) {
        const struct reply_node *printer = reply_at(printers, i);
        const bool is_ready = reply_truth(printer, "ready");
        (void)snprintf(line, sizeof line, "printer %lld  %s, %lld slips wait",
                       (long long)reply_number(printer, "number"),
                       is_ready ? "ready" : reply_text(printer, "state"),
                       (long long)reply_number(printer, "waiting"));
        draw(top, is_ready ? PAINT_NONE : PAINT_WARN, line);
    }
}

/* --- asking --- */

static int ask(const struct top *top, const char *path, struct text *body)
{
    const struct http_request request = {.method = "GET", .path = path};
    int status = 0;
    int err = http_ask(top->state, "ctl.sock", &request, &status, body);
    return err != 0 ? err : status == 200 ? 0 : ERR_BUSY;
}

/* 0, or why there is nothing to draw. */
static int frame_make(struct top *top)
{
    struct text health = {0}, body = {0}, metrics = {0};
    text_clear(&top->frame);
    top->row = 0;
    int err = ask(top, "/api/status", &body);
    const bool is_ready = ask(top, "/readyz", &health) == 0;
    if (ask(top, "/metrics", &metrics) == 0) {
        text_append(&metrics, "", 1);
    } else {
        text_clear(&metrics);
    }
    struct reply *reply = err == 0 ? reply_new(&body) : NULL;
    if (reply != NULL) {
        const struct reply_node *status = reply_root(reply);
        draw_head(top, status, is_ready);
        draw_orders(top, status, &metrics);
        draw_peers(top, reply_find(status, "peers"));
        draw_printers(top, reply_find(status, "printers"));
    }
    if (err == 0 && reply == NULL) {
        err = ERR_MALFORMED;
    }
    reply_free(reply);
    text_close(&health);
    text_close(&body);
    text_close(&metrics);
    return err;
}

static void frame_put(const struct top *top)
{
    if (top->is_live) {
        (void)fputs("\033[H", stdout);
    }
    (void)fwrite(top->frame.data, 1, top->frame.size, stdout);
    if (top->is_live) {
        (void)fputs("\033[J(q quits)", stdout);
    }
    (void)fflush(stdout);
}

/* --- the terminal --- */

static volatile sig_atomic_t is_ended;

static void on_end(int number)
{
    (void)number;
    is_ended = 1;
}

static void on_resize(int number)
{
    (void)number; /* it ends the wait; the size is asked for before each frame */
}

static void signals_take(void)
{
    struct sigaction end = {.sa_handler = on_end}, resize = {.sa_handler = on_resize};
    (void)sigaction(SIGINT, &end, NULL);
    (void)sigaction(SIGTERM, &end, NULL);
    (void)sigaction(SIGHUP, &end, NULL);
    (void)sigaction(SIGWINCH, &resize, NULL);
}

/* Until the next frame is due; whether somebody pressed q, or nobody can any more. */
static bool wait_for_quit(void)
{
    char key = 0;
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&keys, 1, FRAME_MS) != 1) {
        return is_ended != 0;
    }
    const ssize_t size = read(STDIN_FILENO, &key, 1);
    return size == 0 || (size < 0 && errno != EINTR) || key == 'q' || key == 'Q' || key == 3;
}

static int run_live(struct top *top)
{
    struct termios before, raw;
    int err = 0;
    const bool has_keys = tcgetattr(STDIN_FILENO, &before) == 0;
    if (has_keys) {
        raw = before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    signals_take();
    (void)fputs("\033[?1049h\033[?25l", stdout); /* another screen, no cursor */
    do {
        terminal_size(&top->columns, &top->rows);
        err = frame_make(top);
        if (err == 0) {
            frame_put(top);
        }
    } while (err == 0 && !wait_for_quit());
    (void)fputs("\033[?25h\033[?1049l", stdout);
    (void)fflush(stdout);
    if (has_keys) {
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    return err;
}

int command_top(const struct args *args)
{
    struct top top = {.events = -1};
    int status = place_state(args, top.state);
    if (status != EXIT_DONE) {
        return status;
    }
    top.is_live = !args_has(args, "once") && isatty(STDOUT_FILENO) != 0;
    top.is_colourful = top.is_live && terminal_is_colourful(stdout);
    int err = 0;
    if (top.is_live) {
        err = run_live(&top);
    } else {
        err = frame_make(&top);
        if (err == 0) {
            frame_put(&top);
        }
    }
    text_close(&top.frame);
    if (err == 0) {
        return EXIT_DONE;
    }
    tell("no node answers on %s; start it with trestle run", top.state);
    return EXIT_UNAVAILABLE;
}
