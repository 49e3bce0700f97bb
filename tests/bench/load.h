/* load.h - thousands of clients in one thread: some order over HTTP, the others watch on
 * WebSockets until each has been told.
 *
 * A server under load tells each watcher how many orders wait for the kitchen, as "waiting":N in a
 * text. Orders are counted: the k-th one of a run has been shown to all when all were told of k at
 * least. So a server may leave out states that a newer one took the place of.
 */
#ifndef TRESTLE_TESTS_BENCH_LOAD_H
#define TRESTLE_TESTS_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOAD_SCREENS_MAX = 6000,
    LOAD_POSTERS_MAX = 64,
    LOAD_POSTS_MAX = 4096,
    LOAD_REQUEST_MAX = 8192,
    LOAD_ID_MAX = 40,
};

/* What is asked of a server. The functions write a text to @to and return its size. */
struct load_target {
    int port;
    bool is_secure;
    unsigned opening_max; /* handshakes at once; 0 = as many as each listener's queue takes */
    const char *watch;    /* path of its WebSocket */
    /* The first message of the @screen-th watcher; NULL = none. */
    size_t (*hello)(void *context, unsigned screen, char *to, size_t capacity);
    void *context;
};

/* A request, and what became of it; moments are bench_now_s()'s. */
struct load_post {
    double due_s;
    double answered_s;
    double shown_s; /* to all; 0 = nobody watched */
    int status;
    char id[LOAD_ID_MAX + 1]; /* that the answer names */
};

struct load_plan {
    /* The whole @number-th request. */
    size_t (*request)(void *context, unsigned number, char *to, size_t capacity);
    void *context;
    unsigned count;     /* at most LOAD_POSTS_MAX */
    unsigned per_s;     /* 0 = as many as are answered */
    unsigned in_flight; /* at most; at most LOAD_POSTERS_MAX */
    bool is_shown;      /* who watches is told of each */
};

struct load;

/* @target outlives it. */
struct load *load_new(const struct load_target *target);
void load_free(struct load *load);

/* So many watch from now on, no fewer than before; returns when each was told something. */
void load_watch(struct load *load, unsigned screens);

/* Until everything is answered and shown. The posts are the load's, until the next run. */
const struct load_post *load_run(struct load *load, const struct load_plan *plan);

/* Until everybody was told that none waits; then the next run may begin. */
void load_settle(struct load *load);

/* Watch for so long, and answer pings. */
void load_idle(struct load *load, double seconds);

/* Texts that were received so far. */
uint64_t load_frames(const struct load *load);

#endif
