/* bench_age.c - anonymous memory of one process as it ages: after each ten times as many orders
 * that it took since it was started, up to 10,000, or to TRESTLE_BENCH_ORDERS. A leak is a line
 * that goes up.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"
#include "tests/bench/client.h"
#include "tests/bench/program.h"

enum { ORDERS_LEAST = 10, ORDERS_USUAL = 10000, ITEM = 11 /* of menu.csv */ };

static uint64_t orders_most(void)
{
    const char *text = getenv("TRESTLE_BENCH_ORDERS");
    return text != NULL ? strtoull(text, NULL, 10) : ORDERS_USUAL;
}

int main(void)
{
    char *folder = bench_folder_make();
    char *state = NULL;
    char text[PROGRAM_TEXT_MAX];
    struct bench_process process;
    struct client client;
    bench_must(asprintf(&state, "%s/node", folder) < 0 ? ERR_NO_MEMORY : 0, "path");
    bench_program(text, "init --state '%s' --role counter --lane A", state);
    bench_process_start(&process, state, "");
    bench_program(text, "menu import '%s/docs/examples/menu.csv' --state '%s'", TEST_SOURCE_DIR,
                  state);
    client_open(&client, process.http_port, ITEM);
    puts("#\torders taken\tMiB");
    uint64_t taken = 0;
    for (uint64_t orders = ORDERS_LEAST; orders <= orders_most(); orders *= 10) {
        for (; taken < orders; taken++) {
            (void)client_order(&client);
        }
        client_get(&client, "/api/kitchen/board");
        printf("age\t%" PRIu64 "\t%.2f\n", taken, bench_process_anonymous_mb(&process));
        (void)fflush(stdout);
    }
    client_close(&client);
    bench_process_stop(&process);
    free(state);
    bench_folder_remove(folder);
    return 0;
}
