/* wire.h - devices that speak over real sockets: node/mesh's transport under the turns of popup.h,
 * as the core drives them.
 */
#ifndef TRESTLE_TESTS_BENCH_WIRE_H
#define TRESTLE_TESTS_BENCH_WIRE_H

#include "node/mesh/transport.h"
#include "tests/bench/popup.h"
#include "tests/bench/recorder.h"

struct bench_node {
    struct bench_device *device;
    struct transport *transport;
    struct transport_secret secret;
    struct transport_device self;
    struct recorder *recorder; /* remembers what is written, when not NULL */
    uint64_t wake_ms;
    bool is_linked;
    uint64_t heard_bytes; /* in frames */
};

/* Listen on a free port of 127.0.0.1. @device is borrowed. */
void bench_node_open(struct bench_node *node, struct bench_device *device);
void bench_node_close(struct bench_node *node);

/* Let @other speak; dial it when @is_dialled. */
void bench_node_meet(struct bench_node *node, const struct bench_node *other, bool is_dialled);

/* Wait at most @wait_ms for something to do, and do it in one transaction. */
void bench_node_turn(struct bench_node *node, uint32_t wait_ms);

/* How far @node holds the log of @of; 0 = nothing of it. */
uint64_t bench_node_holds(const struct bench_node *node, const struct bench_node *of);

#endif
