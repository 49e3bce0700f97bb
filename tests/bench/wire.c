#include "tests/bench/wire.h"

#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/bench/bench.h"

enum { TURN_BULK_BYTES = 1024 * 1024 }; /* the core's */

void bench_node_open(struct bench_node *node, struct bench_device *device)
{
    memset(node, 0, sizeof *node);
    bench_must(entropy_start(), "entropy");
    entropy_transport_key(&node->secret);
    node->device = device;
    node->self.device = replica_device(device->replica);
    node->self.key = transport_public(&node->secret);
    struct transport_config config = {
        .secret = &node->secret, .listen = "tcp://127.0.0.1:*", .seed = node->self.device};
    bench_must(transport_open(&config, &node->transport), "open a transport");
}

void bench_node_close(struct bench_node *node)
{
    transport_close(node->transport);
}

void bench_node_meet(struct bench_node *node, const struct bench_node *other, bool is_dialled)
{
    struct transport_peer peer = {.device = other->self.device};
    (void)snprintf(peer.endpoint, sizeof peer.endpoint, "%s", transport_endpoint(other->transport));
    transport_allow(node->transport, &other->self, 1);
    transport_dial(node->transport, &peer, is_dialled ? 1 : 0);
}

static void take(struct bench_node *node, struct store_txn *txn,
                 const struct transport_event *event)
{
    static const enum input_kind kinds[] = {[TRANSPORT_UP] = INPUT_LINK_UP,
                                            [TRANSPORT_DOWN] = INPUT_LINK_DOWN,
                                            [TRANSPORT_MESSAGE] = INPUT_MESSAGE};
    struct input input = {.kind = kinds[event->kind],
                          .now = node->device->now,
                          .link = event->link,
                          .device = event->device,
                          .is_dialer = event->is_dialer,
                          .message = event->frame};
    node->is_linked = event->kind != TRANSPORT_DOWN;
    node->heard_bytes += event->frame.size;
    bench_must(replica_step(node->device->replica, txn, &input, node->device->effects), "step");
}

static void take_all(struct bench_node *node, struct store_txn *txn)
{
    struct transport_event event;
    size_t bytes = 0;
    while (bytes < TURN_BULK_BYTES && transport_next(node->transport, &event)) {
        take(node, txn, &event);
        bytes += event.frame.size;
    }
}

static void release(struct bench_node *node)
{
    const struct effects *effects = node->device->effects;
    for (uint32_t i = 0; i < effects->sends_count; i++) {
        bench_must(transport_send(node->transport, effects->sends[i].link, effects->sends[i].frame),
                   "send");
    }
    bench_must(effects->closes_count == 0 ? 0 : ERR_STATE, "keep the link");
    node->wake_ms = effects->wake_mono_ms;
}

static void wait_for_something(struct bench_node *node, uint32_t wait_ms)
{
    uint64_t now_ms = clock_mono_ms();
    uint64_t until_ms = node->wake_ms > now_ms ? node->wake_ms - now_ms : 0;
    uint32_t ready;
    if (node->wake_ms == 0 || until_ms > wait_ms) {
        until_ms = wait_ms;
    }
    bench_must(transport_wait(node->transport, NULL, 0, (uint32_t)until_ms, &ready), "wait");
}

void bench_node_turn(struct bench_node *node, uint32_t wait_ms)
{
    struct bench_device *device = node->device;
    wait_for_something(node, wait_ms);
    struct store_txn *below = bench_turn_begin(device);
    struct store_txn *txn = below;
    if (node->recorder != NULL) {
        txn = recorder_begin(node->recorder, below);
    }
    device->now.mono_ms = clock_mono_ms();
    take_all(node, txn);
    bench_must(replica_seal(device->replica, txn, device->now, device->effects), "seal");
    if (node->recorder != NULL) {
        recorder_end(node->recorder);
    }
    bench_turn_close(device, below);
    release(node);
}

uint64_t bench_node_holds(const struct bench_node *node, const struct bench_node *of)
{
    struct replica_log_info info;
    uint64_t log = replica_log(of->device->replica);
    for (uint32_t at = 0; replica_log_at(node->device->replica, at, &info); at++) {
        if (info.log == log) {
            return info.seq;
        }
    }
    return 0;
}
