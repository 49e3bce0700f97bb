/* wirecut.h - a TCP wire in user space that can be cut: needs no root.
 *
 * A cut wire falls silent, as a dead access point does: connections stay, bytes wait, and new
 * connections hang.
 */
#ifndef TRESTLE_TESTS_BENCH_WIRECUT_H
#define TRESTLE_TESTS_BENCH_WIRECUT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { WIRE_PAIRS_MAX = 64 };

struct wirecut {
    int listener, port;
    atomic_int target_port;
    atomic_bool is_cut, is_over;
    pthread_t thread;
    unsigned pairs_count;
    int pairs[WIRE_PAIRS_MAX][2]; /* connections in twos, near and far */
};

/* Forward from wire->port, in a thread of its own, once there is a target. */
void wirecut_open(struct wirecut *wire);
void wirecut_target(struct wirecut *wire, int port);
void wirecut_set(struct wirecut *wire, bool is_cut);
void wirecut_close(struct wirecut *wire);

#endif
