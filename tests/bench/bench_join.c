/* bench_join.c - an empty device joins a pop-up of 1,000, 10,000, 100,000 and a million orders, or
 * of at most as many as TRESTLE_BENCH_ORDERS says.
 *
 * Ditto publishes 4.5 s, 8.4 s, 39 s and 329 s for as many *documents* between two phones. An order
 * here is four signed events and a folded row, over loopback between two threads of one computer:
 * the sizes compare, the hardware does not. The raw side keeps all rows in memory: 2 GiB of them
 * with a million orders.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/catchup.h"

enum { ORDERS_LEAST = 1000, ORDERS_USUAL = 1000000, ORDERS_MANY = 100000, FEW_ROUNDS = 1 };

static uint64_t orders_most(void)
{
    const char *text = getenv("TRESTLE_BENCH_ORDERS");
    return text != NULL ? strtoull(text, NULL, 10) : ORDERS_USUAL;
}

struct joins {
    struct bench_series seconds, cpu_s;
};

static void joins_add(struct joins *joins, const struct catchup_cost *cost)
{
    bench_add(&joins->seconds, cost->seconds);
    bench_add(&joins->cpu_s, cost->cpu_s);
}

static double mib(uint64_t bytes)
{
    return (double)bytes / (1024 * 1024);
}

/* A line for people and for tests/bench/plot.py. */
static void print(uint64_t orders, const struct catchup *journal, const struct joins *ours,
                  const struct joins *raw, const struct catchup_cost *cost)
{
    printf("join\t%" PRIu64 "\t%" PRIu64 "\t%.4f\t%.4f\t%.1f\t%.4f\t%.4f\t%.1f\t%.1f\n", orders,
           journal->events, bench_median(&ours->seconds), bench_median(&raw->seconds),
           (double)cost->heard_bytes / (double)journal->events, bench_median(&ours->cpu_s),
           bench_median(&raw->cpu_s), mib(cost->memory_bytes), mib(cost->store_bytes));
    (void)fflush(stdout);
}

static void join(uint64_t orders)
{
    struct catchup journal;
    struct catchup_cost cost;
    struct joins ours = {0}, raw = {0};
    const size_t rounds = orders < ORDERS_MANY ? bench_rounds() : FEW_ROUNDS;
    char *folder = bench_folder_make();
    catchup_make(&journal, folder, orders);
    catchup_ours(&journal, &cost); /* while the raw side's rows take no memory yet */
    joins_add(&ours, &cost);
    catchup_record(&journal);
    for (size_t round = 0; round < rounds; round++) {
        struct catchup_cost side;
        catchup_raw(&journal, &side);
        joins_add(&raw, &side);
        if (round + 1 == rounds) {
            break;
        }
        catchup_ours(&journal, &side);
        joins_add(&ours, &side);
    }
    print(orders, &journal, &ours, &raw, &cost);
    catchup_free(&journal);
    bench_folder_remove(folder);
}

int main(void)
{
    puts("#\torders\tevents\tseconds\traw seconds\tbytes in frames an event\tCPU s of its thread\t"
         "raw CPU s\tMiB of memory\tMiB of store");
    for (uint64_t orders = ORDERS_LEAST; orders <= orders_most(); orders *= 10) {
        join(orders);
    }
    return 0;
}
