/* convergence.c - P12 over all seeds of a run. */
#include "tests/sim/convergence.h"

#include <inttypes.h>
#include <stdio.h>

/* Where all but one in 100 of what is counted in @counts lie: at most there. */
static unsigned p99_of(const uint32_t *counts, unsigned size)
{
    uint64_t all = 0;
    uint64_t above = 0;
    for (unsigned i = 0; i < size; i++) {
        all += counts[i];
    }
    unsigned at = size;
    while (at > 1 && (above + counts[at - 1]) * 100 <= all) {
        above += counts[--at];
    }
    return at - 1;
}

/* How many of 100 of what is counted in @counts lie at @at_most or below; 100 of nothing. */
static unsigned percent_within(const uint32_t *counts, unsigned size, unsigned at_most)
{
    uint64_t all = 0;
    uint64_t within = 0;
    for (unsigned i = 0; i < size; i++) {
        all += counts[i];
        within += i <= at_most ? counts[i] : 0;
    }
    return all == 0 ? 100 : (unsigned)(within * 100 / all);
}

/* ": 47 in 1, 12 in 2": how many seeds have each number. */
static void counts_line(const uint32_t *counts, unsigned size)
{
    const char *before = ": ";
    for (unsigned i = 0; i < size; i++) {
        if (counts[i] > 0) {
            printf("%s%u in %u", before, (unsigned)counts[i], i);
            before = ", ";
        }
    }
}

bool convergence_show(const struct sim_stats *stats)
{
    const unsigned ms =
        (p99_of(stats->converged, SIM_CONVERGE_BUCKETS) + 1) * SIM_CONVERGE_BUCKET_MS;
    const unsigned rounds = p99_of(stats->rounds, SIM_ASKINGS_MAX + 1);
    const unsigned askings = p99_of(stats->askings, SIM_ASKINGS_MAX + 1);
    const unsigned usual = percent_within(stats->askings, SIM_ASKINGS_MAX + 1, SIM_ASKINGS_USUAL);
    printf("convergence after the heal: p99 %u ms (at most %d), slowest %" PRIu64
           " ms (at most %d); 1,000 missed events: slowest %" PRIu64 " ms\n",
           ms, SIM_CONVERGE_P99_MS, stats->converge_ms_max, SIM_CONVERGE_MS, stats->missed_ms_max);
    printf("rounds of asking");
    counts_line(stats->rounds, SIM_ASKINGS_MAX + 1);
    printf("; p99 %u (at most %d); of 64 devices", rounds, SIM_ROUNDS_P99);
    counts_line(stats->rounds_large, SIM_ASKINGS_MAX + 1);
    printf("\naskings for one log");
    counts_line(stats->askings, SIM_ASKINGS_MAX + 1);
    printf("; p99 %u (at most %d), %u %% in %d (at least %d %%)\n", askings, SIM_ASKINGS_P99, usual,
           SIM_ASKINGS_USUAL, SIM_ASKINGS_USUAL_PERCENT);
    return ms <= SIM_CONVERGE_P99_MS && rounds <= SIM_ROUNDS_P99 && askings <= SIM_ASKINGS_P99 &&
           usual >= SIM_ASKINGS_USUAL_PERCENT;
}
