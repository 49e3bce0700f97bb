/* bench_memory.c - anonymous memory of a node, as a process of its own, against how many orders it
 * holds: 1,000 to 100,000, or to TRESTLE_BENCH_ORDERS.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"
#include "tests/bench/client.h"
#include "tests/bench/popup.h"
#include "tests/bench/program.h"

enum { ORDERS_LEAST = 1000, ORDERS_USUAL = 100000, ORDERS_PER_TURN = 250, ORDERS_TAKEN = 200 };

static uint64_t orders_most(void)
{
    const char *text = getenv("TRESTLE_BENCH_ORDERS");
    return text != NULL ? strtoull(text, NULL, 10) : ORDERS_USUAL;
}

static void fill(const char *state, uint64_t orders)
{
    struct bench_device *device = bench_device_of(state);
    bench_menu_write(device);
    bench_orders_place(device, orders, ORDERS_PER_TURN);
    bench_device_close(device);
}

static double work_mb(const struct bench_process *process)
{
    struct client client;
    client_open(&client, process->http_port, 1);
    client_get(&client, "/api/kitchen/board");
    for (unsigned i = 0; i < ORDERS_TAKEN; i++) {
        (void)client_order(&client);
    }
    const double megabytes = bench_process_anonymous_mb(process);
    client_close(&client);
    return megabytes;
}

static void measure(uint64_t orders)
{
    struct bench_process process;
    char text[PROGRAM_TEXT_MAX];
    char *folder = bench_folder_make();
    char *state = NULL;
    bench_must(asprintf(&state, "%s/node", folder) < 0 ? ERR_NO_MEMORY : 0, "path");
    bench_program(text, "init --state '%s' --lane A", state);
    fill(state, orders);
    bench_process_start(&process, state, "");
    const double idle = bench_process_anonymous_mb(&process);
    const double busy = work_mb(&process);
    bench_process_stop(&process);
    printf("memory\t%" PRIu64 "\t%.2f\t%.2f\t%.1f\n", orders, idle, busy, 1000 * process.ready_s);
    (void)fflush(stdout);
    free(state);
    bench_folder_remove(folder);
}

int main(void)
{
    puts("#\torders\tMiB started\tMiB after work\tms until ready");
    for (uint64_t orders = ORDERS_LEAST; orders <= orders_most(); orders *= 10) {
        measure(orders);
    }
    return 0;
}
