/* bench_node.c - one node with 100,000 orders: its memory, and its restart, as a process of its
 * own.
 *
 * The orders are written straight into its store while it does not run. "Ready" is its own word on
 * stdout, when it has read its heads and roster, listens for devices and answers browsers; the
 * kernel's page cache is warm.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"
#include "tests/bench/client.h"
#include "tests/bench/popup.h"
#include "tests/bench/program.h"

enum { ORDERS = 100000, ORDERS_PER_TURN = 250, ORDERS_TAKEN = 200 };

static void fill(const char *state)
{
    struct bench_device *device = bench_device_of(state);
    bench_menu_write(device);
    bench_orders_place(device, ORDERS, ORDERS_PER_TURN);
    bench_device_close(device);
}

/* What a restart costs without a history. */
static double start_empty_ms(const char *folder, size_t round)
{
    struct bench_process process;
    char text[PROGRAM_TEXT_MAX];
    char *state = NULL;
    bench_must(asprintf(&state, "%s/empty-%zu", folder, round) < 0 ? ERR_NO_MEMORY : 0, "path");
    bench_program(text, "init --state '%s'", state);
    bench_process_start(&process, state, "");
    bench_process_stop(&process);
    free(state);
    return 1000 * process.ready_s;
}

/* Anonymous memory after it has served its boards and taken some orders more. */
static double work_mb(const struct bench_process *process)
{
    struct client client;
    client_open(&client, process->http_port, 1);
    client_get(&client, "/api/kitchen/board");
    client_get(&client, "/api/orders");
    for (unsigned i = 0; i < ORDERS_TAKEN; i++) {
        (void)client_order(&client);
    }
    double megabytes = bench_process_anonymous_mb(process);
    client_close(&client);
    return megabytes;
}

int main(void)
{
    struct bench_series ready = {0};
    struct bench_series empty = {0};
    struct bench_series idle = {0};
    struct bench_series busy = {0};
    char text[PROGRAM_TEXT_MAX];
    char *folder = bench_folder_make();
    char *state = NULL;
    bench_must(asprintf(&state, "%s/node", folder) < 0 ? ERR_NO_MEMORY : 0, "path");
    printf("A node with %d orders, as a process.\n", ORDERS);
    bench_program(text, "init --state '%s' --lane A", state);
    fill(state);
    for (size_t round = 0; round < bench_rounds(); round++) {
        struct bench_process process;
        bench_process_start(&process, state, "");
        bench_add(&ready, 1000 * process.ready_s);
        bench_add(&idle, bench_process_anonymous_mb(&process));
        bench_add(&busy, work_mb(&process));
        bench_process_stop(&process);
        bench_add(&empty, start_empty_ms(folder, round));
    }
    bench_compare("restart until ready; raw: with no orders", "ms", &ready, &empty, 0, false);
    bench_figure("restart until ready", "ms", &ready, 100, false);
    bench_figure("anonymous memory, just started", "MiB", &idle, 20, false);
    bench_figure("anonymous memory, boards read, orders taken", "MiB", &busy, 20, false);
    free(state);
    bench_folder_remove(folder);
    return 0;
}
