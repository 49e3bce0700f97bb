/* bench_live.c - three nodes as processes: how soon an order that the counter takes stands on the
 * boards of the other two; and how soon after an outage everything has arrived.
 *
 * Live: 100 orders a second are posted to the counter; each is timed from the first byte of its
 * request to the WebSocket frame that shows it on each other node's kitchen board, so through four
 * sockets and two synchronous commits. The first second of a round is dropped. Raw: the rows of
 * such an order committed, a message over CURVE, and the same rows committed on the other side.
 *
 * Heal: the kitchen reaches the counter through a wire that falls silent, as a dead access point
 * does, while orders go on; timed from its return until the kitchen's board has them all.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"
#include "tests/bench/client.h"
#include "tests/bench/popup.h"
#include "tests/bench/program.h"
#include "tests/bench/raw.h"
#include "tests/bench/recorder.h"
#include "tests/bench/wirecut.h"

enum {
    ORDERS_PER_S = 100,
    LIVE_S = 4, /* of a round */
    LIVE_ORDERS = ORDERS_PER_S * LIVE_S,
    OUTAGE_ORDERS_PER_S = 10,
    RAW_ORDER_BYTES = 400, /* the frame that carries its four events */
    SHOWN_WAIT_S = 20,
    ITEM = 11, /* of docs/examples/menu.csv: it and the next have no options */
};

static const double linked_wait_s = 20;

/* --- the stall --- */

struct stall {
    char *folder;
    struct bench_process counter, kitchen, pickup;
    struct client client;
    struct board boards[2]; /* kitchen, pickup */
};

static void state_of(const struct stall *stall, const char *name, char to[256])
{
    (void)snprintf(to, 256, "%s/%s", stall->folder, name);
}

/* A counter with a menu that runs. @words: further ones for it, or "". */
static void stall_open(struct stall *stall, const char *words)
{
    char state[256];
    char text[PROGRAM_TEXT_MAX];
    stall->folder = bench_folder_make();
    state_of(stall, "counter", state);
    bench_program(text, "init --state '%s' --role counter --lane A", state);
    bench_process_start(&stall->counter, state, words);
    bench_program(text, "menu import '%s/docs/examples/menu.csv' --state '%s'", TEST_SOURCE_DIR,
                  state);
    client_open(&stall->client, stall->counter.http_port, ITEM);
}

static void stall_close(struct stall *stall)
{
    client_close(&stall->client);
    bench_process_stop(&stall->counter);
    bench_folder_remove(stall->folder);
}

/* Join as @role; the node does not run yet. */
static void node_join(struct stall *stall, const char *role)
{
    char state[256];
    char counter[256];
    char invitation[PROGRAM_TEXT_MAX];
    char text[PROGRAM_TEXT_MAX];
    state_of(stall, role, state);
    state_of(stall, "counter", counter);
    bench_program(invitation, "invite --role %s --lane %c --name %s --state '%s'", role,
                  role[0] - 32, role, counter);
    bench_program(text, "join --state '%s' --listen 'tcp://127.0.0.1:*' '%s'", state, invitation);
}

static void node_start(struct stall *stall, struct bench_process *process, const char *name,
                       const char *peers)
{
    char state[256];
    state_of(stall, name, state);
    bench_process_start(process, state, peers);
}

/* Until an order of the counter's shows on @board: the nodes are linked. */
static void await_link(struct stall *stall, struct board *board)
{
    (void)client_order(&stall->client);
    bench_must(board_saw(board, stall->client.id, linked_wait_s) > 0 ? 0 : ERR_BUSY,
               "wait for the link");
}

/* --- live --- */

/* Sleep until @at_s on bench_now_s()'s clock. */
static void sleep_until(double at_s)
{
    struct timespec at = {.tv_sec = (time_t)at_s};
    at.tv_nsec = (long)((at_s - (double)at.tv_sec) * 1e9);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0) {
    }
}

static int compare_times(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Milliseconds below which @share of the @count times lie; sorts them. */
static double percentile_ms(double *times, size_t count, double share)
{
    qsort(times, count, sizeof *times, compare_times);
    return 1000 * times[(size_t)(share * (double)(count - 1))];
}

struct live_times {
    struct bench_series p50, p99, answered;
};

static void live_round(struct stall *stall, struct live_times *times)
{
    static char ids[LIVE_ORDERS][ORDER_ID_TEXT + 1];
    static double asked_s[LIVE_ORDERS], answered_s[LIVE_ORDERS], shown_s[2 * LIVE_ORDERS];
    double start_s = bench_now_s();
    size_t answers = 0, shows = 0;
    for (size_t i = 0; i < LIVE_ORDERS; i++) {
        sleep_until(start_s + (double)i / ORDERS_PER_S);
        asked_s[i] = bench_now_s();
        answered_s[i] = client_order(&stall->client);
        memcpy(ids[i], stall->client.id, sizeof ids[i]);
    }
    for (size_t i = ORDERS_PER_S; i < LIVE_ORDERS; i++) {
        answered_s[answers++] = answered_s[i];
        for (size_t b = 0; b < 2; b++) {
            double at_s = board_saw(&stall->boards[b], ids[i], SHOWN_WAIT_S);
            bench_must(at_s > 0 ? 0 : ERR_BUSY, "wait for an order");
            shown_s[shows++] = at_s - asked_s[i];
        }
    }
    bench_add(&times->p50, percentile_ms(shown_s, shows, 0.5));
    bench_add(&times->p99, percentile_ms(shown_s, shows, 0.99));
    bench_add(&times->answered, percentile_ms(answered_s, answers, 0.5));
}

/* --- raw --- */

struct raw_side {
    struct bench_device *device;
    struct raw_socket socket;
    const struct raw_keys *keys;
    const char *endpoint;
    const struct recorder *recorder;
    double shown_s[LIVE_ORDERS];
};

static void raw_commit(const struct raw_side *side, size_t order)
{
    struct store_txn *txn;
    bench_must(store_lmdb_begin(side->device->store, &txn), "begin");
    bench_must(recorder_replay(side->recorder, order, txn), "replay");
    bench_must(store_lmdb_commit(txn), "commit");
}

static void *raw_other_side(void *context)
{
    struct raw_side *side = context;
    uint8_t frame[RAW_ORDER_BYTES];
    raw_connect(&side->socket, side->keys, side->endpoint);
    raw_send(&side->socket, "up", 2);
    for (size_t i = 0; i < LIVE_ORDERS; i++) {
        raw_receive(&side->socket, frame, sizeof frame);
        raw_commit(side, i);
        side->shown_s[i] = bench_now_s();
    }
    raw_close(&side->socket);
    return NULL;
}

/* The rows of an order a turn. */
static struct recorder *raw_record(void)
{
    char *folder = bench_folder_make();
    struct bench_device *device = bench_device_open(folder, 0);
    struct recorder *recorder = recorder_new();
    for (size_t i = 0; i < LIVE_ORDERS; i++) {
        struct store_txn *below = bench_turn_begin(device);
        struct store_txn *txn = recorder_begin(recorder, below);
        bench_order_place(device, txn);
        bench_must(replica_seal(device->replica, txn, device->now, device->effects), "seal");
        recorder_end(recorder);
        bench_turn_close(device, below);
    }
    bench_device_close(device);
    bench_folder_remove(folder);
    return recorder;
}

static void raw_pace(struct raw_side *near, double *ret_asked_s)
{
    static const uint8_t frame[RAW_ORDER_BYTES];
    double start_s = bench_now_s();
    for (size_t i = 0; i < LIVE_ORDERS; i++) {
        sleep_until(start_s + (double)i / ORDERS_PER_S);
        ret_asked_s[i] = bench_now_s();
        raw_commit(near, i);
        raw_send(&near->socket, frame, sizeof frame);
    }
}

static void raw_round(const struct recorder *recorder, struct live_times *times)
{
    static struct raw_side near, far;
    static double asked_s[LIVE_ORDERS];
    struct raw_keys keys;
    pthread_t thread;
    char up[2];
    char *folder = bench_folder_make();
    near.device = bench_device_open(folder, 0);
    far.device = bench_device_open(folder, 1);
    near.recorder = far.recorder = recorder;
    raw_keys_make(&keys);
    raw_bind(&near.socket, &keys);
    far.keys = &keys;
    far.endpoint = near.socket.endpoint;
    bench_must(pthread_create(&thread, NULL, raw_other_side, &far) == 0 ? 0 : ERR_NO_MEMORY,
               "thread");
    raw_receive(&near.socket, up, sizeof up);
    raw_pace(&near, asked_s);
    (void)pthread_join(thread, NULL);
    raw_close(&near.socket);
    for (size_t i = ORDERS_PER_S; i < LIVE_ORDERS; i++) {
        asked_s[i - ORDERS_PER_S] = far.shown_s[i] - asked_s[i];
    }
    bench_add(&times->p50, percentile_ms(asked_s, LIVE_ORDERS - ORDERS_PER_S, 0.5));
    bench_add(&times->p99, percentile_ms(asked_s, LIVE_ORDERS - ORDERS_PER_S, 0.99));
    bench_device_close(near.device);
    bench_device_close(far.device);
    bench_folder_remove(folder);
}

/* --- the two benchmarks --- */

static void live(struct stall *stall)
{
    struct live_times ours = {0};
    struct live_times raw = {0};
    char peers[256];
    stall_open(stall, "");
    node_join(stall, "kitchen");
    node_join(stall, "pickup");
    (void)snprintf(peers, sizeof peers, "--peer %s@%s", stall->counter.device, stall->counter.mesh);
    node_start(stall, &stall->kitchen, "kitchen", peers);
    (void)snprintf(peers, sizeof peers, "--peer %s@%s --peer %s@%s", stall->counter.device,
                   stall->counter.mesh, stall->kitchen.device, stall->kitchen.mesh);
    node_start(stall, &stall->pickup, "pickup", peers);
    board_open(&stall->boards[0], stall->kitchen.http_port);
    board_open(&stall->boards[1], stall->pickup.http_port);
    await_link(stall, &stall->boards[0]);
    await_link(stall, &stall->boards[1]);
    struct recorder *recorder = raw_record();
    for (size_t round = 0; round < bench_rounds(); round++) {
        live_round(stall, &ours);
        raw_round(recorder, &raw);
    }
    recorder_free(recorder);
    bench_compare("order asked for until shown elsewhere, p50", "ms", &ours.p50, &raw.p50, 0,
                  false);
    bench_compare("order asked for until shown elsewhere, p99", "ms", &ours.p99, &raw.p99, 0,
                  false);
    bench_figure("  p50", "ms", &ours.p50, 1.2, false);
    bench_figure("  p99", "ms", &ours.p99, 3, false);
    bench_figure("order asked for until acknowledged, p50", "ms", &ours.answered, 0.6, false);
    board_close(&stall->boards[1]);
    board_close(&stall->boards[0]);
    bench_process_stop(&stall->pickup);
    bench_process_stop(&stall->kitchen);
    stall_close(stall);
}

/* One outage of @outage_s: seconds from its end until the kitchen shows all orders. */
static double outage_s(struct stall *stall, struct wirecut *wire, unsigned seconds)
{
    static char ids[1024][ORDER_ID_TEXT + 1];
    size_t count = (size_t)seconds * OUTAGE_ORDERS_PER_S;
    double latest_s = 0;
    wirecut_set(wire, true);
    double start_s = bench_now_s();
    for (size_t i = 0; i < count; i++) {
        (void)client_order(&stall->client);
        memcpy(ids[i], stall->client.id, sizeof ids[i]);
        sleep_until(start_s + (double)(i + 1) / OUTAGE_ORDERS_PER_S);
    }
    wirecut_set(wire, false);
    double healed_s = bench_now_s();
    for (size_t i = 0; i < count; i++) {
        double at_s = board_saw(&stall->boards[0], ids[i], SHOWN_WAIT_S);
        bench_must(at_s > 0 ? 0 : ERR_BUSY, "wait for an order");
        latest_s = at_s > latest_s ? at_s : latest_s;
    }
    return latest_s - healed_s;
}

/* Two devices that can reach each other through @wire alone: the counter says that it is to be
 * dialled there, the kitchen listens nowhere, and neither looks around. */
static void heal_open(struct stall *stall, struct wirecut *wire)
{
    char words[256];
    wirecut_open(wire);
    (void)snprintf(words, sizeof words, "--beacon none --advertise tcp://127.0.0.1:%d", wire->port);
    stall_open(stall, words);
    wirecut_target(wire, atoi(strrchr(stall->counter.mesh, ':') + 1));
    node_join(stall, "kitchen");
    node_start(stall, &stall->kitchen, "kitchen", "--beacon none --listen none");
    board_open(&stall->boards[0], stall->kitchen.http_port);
}

static void heal(struct stall *stall)
{
    static const unsigned outages_s[] = {5, 20};
    struct wirecut wire;
    heal_open(stall, &wire);
    for (size_t i = 0; i < sizeof outages_s / sizeof outages_s[0]; i++) {
        struct bench_series series = {0};
        char name[64];
        (void)snprintf(name, sizeof name, "healed after an outage of %u s", outages_s[i]);
        for (size_t round = 0; round < bench_rounds(); round++) {
            await_link(stall, &stall->boards[0]);
            bench_add(&series, outage_s(stall, &wire, outages_s[i]));
        }
        bench_figure(name, "s", &series, 1, false);
    }
    board_close(&stall->boards[0]);
    bench_process_stop(&stall->kitchen);
    wirecut_close(&wire);
    stall_close(stall);
}

int main(void)
{
    static struct stall stall;
    puts("Three nodes as processes. Raw: two synchronous commits of the same rows and a CURVE\n"
         "message between them.");
    live(&stall);
    heal(&stall);
    return 0;
}
