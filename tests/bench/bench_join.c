/* bench_join.c - an empty device joins a pop-up of 1,000, 10,000 and 100,000 orders; of a million
 * when TRESTLE_BENCH_ORDERS says so.
 *
 * Ditto publishes 4.5 s, 8.4 s, 39 s and 329 s for as many *documents* between two phones. An order
 * here is four signed events and a folded row, over loopback between two threads of one computer:
 * the sizes compare, the hardware does not. The raw side keeps all rows in memory and so is not
 * measured beyond RAW_ORDERS_MAX.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/catchup.h"

enum { ORDERS_LEAST = 1000, ORDERS_USUAL = 100000, RAW_ORDERS_MAX = 100000, FEW_ROUNDS = 1 };

static uint64_t orders_most(void)
{
    const char *text = getenv("TRESTLE_BENCH_ORDERS");
    return text != NULL ? strtoull(text, NULL, 10) : ORDERS_USUAL;
}

/* A line for people and for tests/bench/plot.py: orders, events, s, raw s or "-", bytes an event.
 */
static void join(uint64_t orders)
{
    struct catchup journal;
    struct bench_series ours = {0}, raw = {0};
    const bool has_raw = orders <= RAW_ORDERS_MAX;
    const size_t rounds = orders < ORDERS_USUAL ? bench_rounds() : FEW_ROUNDS;
    uint64_t bytes = 0;
    char *folder = bench_folder_make();
    catchup_make(&journal, folder, orders, has_raw);
    for (size_t round = 0; round < rounds; round++) {
        bench_add(&ours, catchup_ours_s(&journal, &bytes));
        if (has_raw)
            bench_add(&raw, catchup_raw_s(&journal));
    }
    printf("join\t%" PRIu64 "\t%" PRIu64 "\t%.4f\t", orders, journal.events, bench_median(&ours));
    if (has_raw)
        printf("%.4f", bench_median(&raw));
    else
        printf("-");
    printf("\t%.1f\n", (double)bytes / (double)journal.events);
    (void)fflush(stdout);
    catchup_free(&journal);
    bench_folder_remove(folder);
}

int main(void)
{
    puts("#\torders\tevents\tseconds\traw seconds\tbytes in frames an event");
    for (uint64_t orders = ORDERS_LEAST; orders <= orders_most(); orders *= 10)
        join(orders);
    return 0;
}
