/* bench_catchup.c - an empty device joins and fetches 10,000 and 100,000 events over CURVE, into
 * LMDB on the disk (catchup.h).
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/catchup.h"

static double compare(const char *name, uint64_t events)
{
    struct catchup journal;
    struct bench_series ours = {0};
    struct bench_series raw = {0};
    struct bench_series cpus[2] = {0};
    struct bench_series wire = {0};
    struct bench_series own = {0};
    char *folder = bench_folder_make();
    catchup_make(&journal, folder, events / CATCHUP_EVENTS_PER_ORDER);
    catchup_record(&journal);
    for (size_t round = 0; round < bench_rounds(); round++) {
        struct catchup_cost sides[2];
        catchup_ours(&journal, &sides[0]);
        catchup_raw(&journal, &sides[1]);
        bench_add(&ours, 1000 * sides[0].seconds);
        bench_add(&raw, 1000 * sides[1].seconds);
        bench_add(&cpus[0], 1e6 * sides[0].cpu_s / (double)journal.events);
        bench_add(&cpus[1], 1e6 * sides[1].cpu_s / (double)journal.events);
        bench_add(&wire, (double)sides[0].heard_bytes / (double)journal.events);
        bench_add(&own, (double)catchup_bytes(&journal) / (double)journal.events);
    }
    printf("%llu events\n", (unsigned long long)journal.events);
    bench_compare(name, "ms", &ours, &raw, 2, false);
    bench_compare("  CPU of its thread, each event", "us", &cpus[0], &cpus[1], 0, false);
    bench_figure("  bytes in frames, each event", "bytes", &wire, 165, false);
    bench_compare("  the same beside its own encoding", "bytes", &wire, &own, 1.05, false);
    catchup_free(&journal);
    bench_folder_remove(folder);
    return bench_median(&ours);
}

int main(void)
{
    struct bench_series growth = {0};
    puts("Catch-up of an empty device. Raw: CURVE, BLAKE2b of each event, LMDB writing the same\n"
         "rows, about 4,096 events to a synchronous commit.");
    double small = compare("catch-up, 10,000 events", 10000);
    double large = compare("catch-up, 100,000 events", 100000);
    bench_add(&growth, large / small);
    bench_figure("time for 100,000 / time for 10,000", "ratio", &growth, 11, false);
    return 0;
}
