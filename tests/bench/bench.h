/* bench.h - rounds, medians and ratios: what every benchmark prints.
 *
 * A figure is measured in rounds with its raw limit in turn (ours, raw, ours, raw ...), because the
 * machine's speed drifts; the median counts, and the ratio of medians is compared with the aim. A
 * figure that falls short is printed as it is: a benchmark is never a test.
 */
#ifndef TRESTLE_TESTS_BENCH_BENCH_H
#define TRESTLE_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_ROUNDS_MAX = 15 };

struct bench_series {
    size_t count;
    double values[BENCH_ROUNDS_MAX];
};

/* Seconds of CLOCK_MONOTONIC, and of CPU time of this process and of this thread. */
double bench_now_s(void);
double bench_cpu_s(void);
double bench_thread_cpu_s(void);

/* Which share of all CPUs @cpu_s in @wall_s is. */
double bench_load_share(double cpu_s, double wall_s);

/* Anonymous memory of this process (mapped files apart). */
uint64_t bench_memory_bytes(void);

/* How many rounds to run: TRESTLE_BENCH_ROUNDS, at least 1; 5 by default. */
size_t bench_rounds(void);

void bench_add(struct bench_series *series, double value);
double bench_median(const struct bench_series *series);

/* Print one figure beside its raw limit. @aim: the ratio ours / raw to reach; @is_more_better says
 * from which side; 0 = none stated. */
void bench_compare(const char *what, const char *unit, const struct bench_series *ours,
                   const struct bench_series *raw, double aim, bool is_more_better);

/* Print one figure that has an absolute aim; 0 = none stated. */
void bench_figure(const char *what, const char *unit, const struct bench_series *ours, double aim,
                  bool is_more_better);

/* Others of whom the same was measured; without a value they are passed over. */
struct bench_other {
    const char *name;
    const struct bench_series *series;
    double aim; /* the ratio ours / theirs to reach; 0 = none stated */
};

/* As bench_figure(), with others beside it. */
void bench_among(const char *what, const char *unit, const struct bench_series *ours, double aim,
                 bool is_more_better, const struct bench_other *others, size_t count);

/* A fresh folder below TMPDIR (or /tmp), removed with bench_folder_remove(). The path is the
 * caller's to free. */
char *bench_folder_make(void);
void bench_folder_remove(char *path);

/* A step of a benchmark that must not fail: prints @what and exits with 1 when @err is not 0. */
void bench_must(int err, const char *what);

#endif
