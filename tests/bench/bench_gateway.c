/* bench_gateway.c - the gateway among customers: how soon an order is acknowledged and told to
 * every customer's WebSocket, how many orders and webhooks a second, what phones cost in memory,
 * and five thousand of them; beside it the stack that others take, and bare libwebsockets with
 * LMDB.
 *
 * The sides take turns. The load is one process with one thread, pinned to the last CPU; servers
 * have all CPUs. An order is two lines paid in cash at the gateway's own screen; all customers are
 * told how many orders wait for the kitchen. An argument (orders, webhooks, crowd, storm)
 * measures that alone.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"
#include "tests/bench/crowd.h"
#include "tests/bench/orders.h"
#include "tests/bench/storm.h"

enum {
    HOOKS = 3000,
    HOOKS_IN_FLIGHT = 64,
    PHONES = 5000,
    STORM_PHONES = 1000,
    PINGS_S = 40, /* in which the gateway pings each phone once */
    FILES = 8192, /* open at once, here and in each server */
};

enum { OURS, SOCKETIO, RAW, SIDES };
static struct side sides[SIDES];

enum { ALONE, STALL, FAIR, FAIR_BUSY, SCALES };
static const struct order_scale scales[SCALES] = {[ALONE] = {1, 100, 240, 40, false},
                                                  [STALL] = {150, 100, 240, 40, true},
                                                  [FAIR] = {1000, 20, 48, 8, true},
                                                  [FAIR_BUSY] = {1000, 100, 240, 40, false}};
static struct order_figures orders[SCALES][SIDES];
static struct bench_series hooks[SIDES], hooks_cpu_ms[SIDES];

/* --- measuring --- */

static void pin_load(void)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((size_t)sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
    (void)sched_setaffinity(0, sizeof cpus, &cpus);
}

static void raise_files(void)
{
    struct rlimit files;
    bench_must(getrlimit(RLIMIT_NOFILE, &files) != 0 ? ERR_IO : 0, "the limit of open files");
    files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
    bench_must(setrlimit(RLIMIT_NOFILE, &files) != 0 ? ERR_IO : 0, "the limit of open files");
}

static void run_orders(size_t scale)
{
    for (size_t round = 0; round < bench_rounds(); round++) {
        (void)fprintf(stderr, "%u phones, %u orders/s, round %zu of %zu\n", scales[scale].screens,
                      scales[scale].per_s, round + 1, bench_rounds());
        for (size_t i = 0; i < SIDES; i++) {
            if (sides[i].is_there && (i == OURS || scale != ALONE)) {
                orders_measure(&sides[i], &scales[scale], &orders[scale][i]);
            }
        }
    }
}

static void measure_hooks(struct side *side, struct bench_series *per_s,
                          struct bench_series *cpu_ms)
{
    const struct load_plan plan = {
        .request = side_webhook, .context = side, .count = HOOKS, .in_flight = HOOKS_IN_FLIGHT};
    struct load *load = load_new(&side->target);
    const double cpu_s = bench_server_cpu_s(&side->server);
    const double begin_s = bench_now_s();
    (void)load_run(load, &plan);
    bench_add(per_s, HOOKS / (bench_now_s() - begin_s));
    bench_add(cpu_ms, 1000 * (bench_server_cpu_s(&side->server) - cpu_s) / HOOKS);
    load_free(load);
}

static void run_hooks(void)
{
    for (size_t round = 0; round < bench_rounds(); round++) {
        (void)fprintf(stderr, "webhooks, round %zu of %zu\n", round + 1, bench_rounds());
        for (size_t i = OURS; i <= SOCKETIO; i++) {
            if (sides[i].is_there) {
                measure_hooks(&sides[i], &hooks[i], &hooks_cpu_ms[i]);
            }
        }
    }
}

/* --- telling --- */

/* A figure of all sides, each aim 0 where there is none. */
struct telling {
    const char *what, *unit;
    size_t at; /* in struct order_figures */
    double aim, ratio;
    bool is_more_better;
};

#define FIGURE(name) offsetof(struct order_figures, name)

static const struct bench_series *series_at(const struct order_figures *figures, size_t at)
{
    return (const struct bench_series *)(const void *)((const char *)figures + at);
}

static void tell(const struct order_figures figures[SIDES], const struct telling *telling)
{
    const struct bench_other others[] = {
        {"socket.io", series_at(&figures[SOCKETIO], telling->at), telling->ratio},
        {"raw lws", series_at(&figures[RAW], telling->at), 0}};
    bench_among(telling->what, telling->unit, series_at(&figures[OURS], telling->at), telling->aim,
                telling->is_more_better, others, sizeof others / sizeof *others);
}

static void tell_paced(size_t scale, double p50_aim, double p99_aim, double ratio)
{
    const struct telling tellings[] = {
        {"acknowledged, p50", "ms", FIGURE(acked_p50), 0, 0, false},
        {"acknowledged, p99", "ms", FIGURE(acked_p99), 0, 0, false},
        {"told to all, p50", "ms", FIGURE(shown_p50), p50_aim, 0, false},
        {"told to all, p99", "ms", FIGURE(shown_p99), p99_aim, ratio, false},
        {"acknowledged before all were told", "share", FIGURE(acked_first), 0, 0, true}};
    printf("\n%u phones, %u orders a second\n", scales[scale].screens, scales[scale].per_s);
    for (size_t i = 0; i < sizeof tellings / sizeof *tellings; i++) {
        tell(orders[scale], &tellings[i]);
    }
}

static void tell_full(size_t scale, double orders_ratio, double deliveries_ratio)
{
    const struct telling tellings[] = {
        {"orders, told to all", "per s", FIGURE(per_s), 0, orders_ratio, true},
        {"deliveries", "per s", FIGURE(deliveries), 0, deliveries_ratio, true},
        {"the server's CPU for an order", "ms", FIGURE(cpu_ms), 0, 0, false},
        {"frames for an order", "", FIGURE(frames), 0, 0, false},
        {"the load's part of all CPUs", "share", FIGURE(load_share), 0, 0, false}};
    printf("\n%u phones, as many orders as it takes\n", scales[scale].screens);
    for (size_t i = 0; i < sizeof tellings / sizeof *tellings; i++) {
        tell(orders[scale], &tellings[i]);
    }
}

/* One thread serves all: what an acknowledgement takes longer with more phones is what it waits. */
static void tell_waiting(void)
{
    const struct bench_other alone = {"1 phone", &orders[ALONE][OURS].acked_p50, 0};
    printf("\nacknowledged, with 100 orders a second\n");
    bench_among("p50, 150 phones", "ms", &orders[STALL][OURS].acked_p50, 0, false, &alone, 1);
    bench_among("p50, 1,000 phones", "ms", &orders[FAIR_BUSY][OURS].acked_p50, 3, false, &alone, 1);
}

static void tell_one(const char *what, const char *unit, double value, double aim)
{
    struct bench_series one = {0};
    bench_add(&one, value);
    bench_figure(what, unit, &one, aim, false);
}

static void tell_crowd(unsigned phones, const struct crowd_figures *figures)
{
    printf("\n%u phones\n", phones);
    tell_one("of one CPU while nothing happens", "%", 100 * figures->idle_share, 0);
    tell_one("memory of the process", "MiB", figures->memory_mib, 0);
    tell_one("a request that tells nobody, p50", "ms", figures->quiet_p50_ms, 0);
    tell_one("the same, p99", "ms", figures->quiet_p99_ms, 0);
    tell_one("the server's CPU for one, with the idle", "ms", figures->quiet_cpu_ms, 0);
    tell_one("20 orders/s, acknowledged, p50", "ms", figures->acked_p50_ms, 0);
    tell_one("the same, p99", "ms", figures->acked_p99_ms, 0);
    tell_one("20 orders/s, told to all, p50", "ms", figures->shown_p50_ms, 0);
    tell_one("the same, p99", "ms", figures->shown_p99_ms, 0);
    tell_one("the load's part of all CPUs", "share", figures->load_share, 0);
}

/* --- in parts, each of which is told as soon as it is known --- */

static void part_orders(void)
{
    for (size_t i = 0; i < SIDES; i++) {
        if (sides[i].is_there) {
            orders_warm_up(&sides[i]);
        }
    }
    run_orders(ALONE);
    run_orders(STALL);
    tell_paced(STALL, 2, 5, 0.4);
    tell_full(STALL, 6, 0);
    run_orders(FAIR);
    tell_paced(FAIR, 0, 18, 0.6);
    tell_full(FAIR, 0, 10);
    run_orders(FAIR_BUSY);
    tell_paced(FAIR_BUSY, 0, 0, 0);
    tell_waiting();
}

static void part_hooks(void)
{
    const struct bench_other peer = {"socket.io", &hooks[SOCKETIO], 0};
    const struct bench_other peer_cpu = {"socket.io", &hooks_cpu_ms[SOCKETIO], 0};
    run_hooks();
    printf("\nwebhooks, verified and durable\n");
    bench_among("webhooks", "per s", &hooks[OURS], 3000, true, &peer, 1);
    bench_among("the server's CPU for one", "ms", &hooks_cpu_ms[OURS], 0, false, &peer_cpu, 1);
}

static void part_crowd(void)
{
    static const struct {
        unsigned phones;
        double idle_s;
    } crowds[] = {{0, 5}, {PHONES, PINGS_S}};
    char words[64];
    (void)fprintf(stderr, "memory\n");
    (void)snprintf(words, sizeof words, "--customers %d", PHONES + 100);
    side_reopen_gateway(&sides[OURS], words);
    printf("\nmemory of a phone\n");
    tell_one("ws", "bytes", crowd_memory(&sides[OURS]), 8 * 1024);
    tell_one("wss", "bytes", crowd_memory_secure(&sides[OURS]), 20 * 1024);
    for (size_t i = 0; i < sizeof crowds / sizeof *crowds; i++) {
        struct crowd_figures figures;
        side_reopen_gateway(&sides[OURS], words);
        crowd_measure(&sides[OURS], crowds[i].phones, crowds[i].idle_s, &figures);
        tell_crowd(crowds[i].phones, &figures);
    }
}

/* Whoever stands at the stall works on while customers come in numbers. */
static void part_storm(void)
{
    static const char words[] = "--customers 2000";
    struct storm_figures back, flood;
    (void)fprintf(stderr, "storm\n");
    side_reopen_gateway(&sides[OURS], words);
    orders_warm_up(&sides[OURS]);
    storm_return(&sides[OURS], words, STORM_PHONES, &back);
    printf("\n%d phones come back at once after a restart\n", STORM_PHONES);
    tell_one("until each was told", "s", back.back_s, 0);
    tell_one("meanwhile 20 orders/s of the stall, acknowledged, p50", "ms", back.acked_p50_ms, 0);
    tell_one("the same, p99", "ms", back.acked_p99_ms, 0);
    storm_flood(&sides[OURS], words, &flood);
    printf("\n512 customers ask for prices as fast as they are answered\n");
    tell_one("answered with a price", "per s", flood.per_s, 0);
    tell_one("refused", "per s", flood.refused_s, 0);
    tell_one("meanwhile 20 orders/s of the stall, acknowledged, p50", "ms", flood.acked_p50_ms, 0);
    tell_one("the same, p99", "ms", flood.acked_p99_ms, 0);
}

static bool tell_missing(void)
{
    bool is_missing = false;
    for (size_t i = 0; i < SIDES; i++) {
        if (!sides[i].is_there) {
            printf("NOT MEASURED: %s did not start\n", sides[i].name);
            is_missing = true;
        }
    }
    return is_missing;
}

struct part {
    const char *name;
    void (*run)(void);
};

/* All, or the one that was asked for. */
static void run_parts(const char *name)
{
    static const struct part parts[] = {{"orders", part_orders},
                                        {"webhooks", part_hooks},
                                        {"crowd", part_crowd},
                                        {"storm", part_storm}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (name == NULL || strcmp(name, parts[i].name) == 0) {
            parts[i].run();
        }
    }
}

int main(int argc, char **argv)
{
    raise_files();
    (void)fprintf(stderr, "starting the sides\n");
    side_open_gateway(&sides[OURS], "--customers 2000");
    side_open_socketio(&sides[SOCKETIO]);
    side_open_raw(&sides[RAW], "poll");
    pin_load();
    run_parts(argc > 1 ? argv[1] : NULL);
    const bool is_missing = tell_missing();
    for (size_t i = 0; i < SIDES; i++) {
        side_close(&sides[i]);
    }
    return is_missing ? 1 : 0;
}
