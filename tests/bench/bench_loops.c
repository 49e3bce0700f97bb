/* bench_loops.c - libwebsockets' event loops beside each other, in a server that does nothing else:
 * what each costs with many phones connected, for a request that tells nobody, and for orders that
 * all are told. A loop whose plugin is not installed is not measured. libev's and glib's are in the
 * server too, but lost timers and connections under this load.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"
#include "tests/bench/crowd.h"
#include "tests/bench/orders.h"

enum { FILES = 8192 };

static const char *const loops[] = {"poll", "uv"};
enum { LOOPS = sizeof loops / sizeof *loops };

static const unsigned crowds[] = {150, 1000, 5000};
static const struct order_scale scale = {1000, 20, 48, 8, true};

static struct side sides[LOOPS];
static struct order_figures orders[LOOPS];

static void raise_files(void)
{
    struct rlimit files;
    bench_must(getrlimit(RLIMIT_NOFILE, &files) != 0 ? ERR_IO : 0, "the limit of open files");
    files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
    bench_must(setrlimit(RLIMIT_NOFILE, &files) != 0 ? ERR_IO : 0, "the limit of open files");
}

static void run_crowds(void)
{
    for (size_t i = 0; i < sizeof crowds / sizeof *crowds; i++) {
        for (size_t loop = 0; loop < LOOPS; loop++) {
            struct crowd_figures figures;
            if (!sides[loop].is_there) {
                continue;
            }
            crowd_measure(&sides[loop], crowds[i], 1, &figures);
            printf("%-5s %5u phones: idle %.2f %% of a CPU; a request %.3f ms CPU, p50 %.3f, p99 "
                   "%.3f ms; 20 orders/s told to all p50 %.2f, p99 %.2f ms\n",
                   loops[loop], crowds[i], 100 * figures.idle_share, figures.quiet_cpu_ms,
                   figures.quiet_p50_ms, figures.quiet_p99_ms, figures.shown_p50_ms,
                   figures.shown_p99_ms);
            (void)fflush(stdout);
        }
    }
}

static void run_orders(void)
{
    for (size_t round = 0; round < bench_rounds(); round++) {
        for (size_t loop = 0; loop < LOOPS; loop++) {
            if (sides[loop].is_there) {
                (void)fprintf(stderr, "orders: %s, round %zu of %zu\n", loops[loop], round + 1,
                              bench_rounds());
                orders_measure(&sides[loop], &scale, &orders[loop]);
            }
        }
    }
    for (size_t loop = 0; loop < LOOPS; loop++) {
        if (sides[loop].is_there) {
            printf("%-5s %5u phones, as many orders as it takes: %.0f orders/s, %.3f ms CPU for "
                   "one\n",
                   loops[loop], scale.screens, bench_median(&orders[loop].per_s),
                   bench_median(&orders[loop].cpu_ms));
        }
    }
}

int main(void)
{
    raise_files();
    for (size_t loop = 0; loop < LOOPS; loop++) {
        side_open_raw(&sides[loop], loops[loop]);
        if (!sides[loop].is_there) {
            printf("NOT MEASURED: %s\n", loops[loop]);
        }
    }
    run_orders();
    run_crowds();
    for (size_t loop = 0; loop < LOOPS; loop++) {
        side_close(&sides[loop]);
    }
    return 0;
}
