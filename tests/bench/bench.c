#define _GNU_SOURCE
#include "tests/bench/bench.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sync/base/err.h"

static double clock_s(clockid_t clock)
{
    struct timespec time;
    (void)clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double bench_now_s(void)
{
    return clock_s(CLOCK_MONOTONIC);
}

double bench_cpu_s(void)
{
    return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_thread_cpu_s(void)
{
    return clock_s(CLOCK_THREAD_CPUTIME_ID);
}

double bench_load_share(double cpu_s, double wall_s)
{
    return cpu_s / wall_s / (double)sysconf(_SC_NPROCESSORS_ONLN);
}

uint64_t bench_memory_bytes(void)
{
    char line[256];
    unsigned long kb = 0;
    FILE *file = fopen("/proc/self/status", "re");
    bench_must(file == NULL ? ERR_IO : 0, "look at this process");
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            kb = strtoul(line + 8, NULL, 10);
        }
    }
    (void)fclose(file);
    return (uint64_t)kb * 1024;
}

size_t bench_rounds(void)
{
    const char *wanted = getenv("TRESTLE_BENCH_ROUNDS");
    long rounds = wanted == NULL ? 5 : strtol(wanted, NULL, 10);
    if (rounds < 1) {
        return 1;
    }
    return rounds > BENCH_ROUNDS_MAX ? BENCH_ROUNDS_MAX : (size_t)rounds;
}

void bench_add(struct bench_series *series, double value)
{
    if (series->count < BENCH_ROUNDS_MAX) {
        series->values[series->count++] = value;
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static struct bench_series sorted(const struct bench_series *series)
{
    struct bench_series copy = *series;
    qsort(copy.values, copy.count, sizeof copy.values[0], compare_doubles);
    return copy;
}

double bench_median(const struct bench_series *series)
{
    struct bench_series order = sorted(series);
    if (order.count == 0) {
        return 0;
    }
    size_t middle = order.count / 2;
    return order.count % 2 == 1 ? order.values[middle]
                                : (order.values[middle - 1] + order.values[middle]) / 2;
}

static double series_min(const struct bench_series *series)
{
    return series->count == 0 ? 0 : sorted(series).values[0];
}

static double series_max(const struct bench_series *series)
{
    return series->count == 0 ? 0 : sorted(series).values[series->count - 1];
}

static const char *verdict(double value, double aim, bool is_more_better)
{
    if (aim <= 0) {
        return "";
    }
    return (is_more_better ? value >= aim : value <= aim) ? "  met" : "  FALLS SHORT";
}

static void print_series(const char *name, const struct bench_series *series)
{
    printf("  %s %.4g [%.4g..%.4g]", name, bench_median(series), series_min(series),
           series_max(series));
}

static void print_aim(double aim, bool is_more_better)
{
    if (aim > 0) {
        printf("  aim %s %.3g", is_more_better ? ">=" : "<=", aim);
    }
}

static void print_ratio(const struct bench_series *ours, const struct bench_series *theirs,
                        double aim, bool is_more_better)
{
    double ratio = bench_median(theirs) > 0 ? bench_median(ours) / bench_median(theirs) : 0;
    printf("  ratio %.2f", ratio);
    print_aim(aim, is_more_better);
    printf("%s", verdict(ratio, aim, is_more_better));
}

void bench_compare(const char *what, const char *unit, const struct bench_series *ours,
                   const struct bench_series *raw, double aim, bool is_more_better)
{
    printf("%-46s %-9s n=%zu", what, unit, ours->count);
    print_series("ours", ours);
    print_series("raw", raw);
    print_ratio(ours, raw, aim, is_more_better);
    printf("\n");
    (void)fflush(stdout);
}

static void print_figure(const char *what, const char *unit, const struct bench_series *ours,
                         double aim, bool is_more_better)
{
    printf("%-46s %-9s n=%zu", what, unit, ours->count);
    print_series("ours", ours);
    print_aim(aim, is_more_better);
    printf("%s", verdict(bench_median(ours), aim, is_more_better));
}

void bench_among(const char *what, const char *unit, const struct bench_series *ours, double aim,
                 bool is_more_better, const struct bench_other *others, size_t count)
{
    print_figure(what, unit, ours, aim, is_more_better);
    for (size_t i = 0; i < count; i++) {
        if (others[i].series->count > 0) {
            printf(";");
            print_series(others[i].name, others[i].series);
            print_ratio(ours, others[i].series, others[i].aim, is_more_better);
        }
    }
    printf("\n");
    (void)fflush(stdout);
}

void bench_figure(const char *what, const char *unit, const struct bench_series *ours, double aim,
                  bool is_more_better)
{
    print_figure(what, unit, ours, aim, is_more_better);
    printf("\n");
    (void)fflush(stdout);
}

char *bench_folder_make(void)
{
    const char *parent = getenv("TMPDIR");
    char *path = NULL;
    if (asprintf(&path, "%s/trestle-bench-XXXXXX", parent == NULL ? "/tmp" : parent) < 0 ||
        mkdtemp(path) == NULL) {
        bench_must(ERR_IO, "make a folder");
    }
    return path;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void bench_folder_remove(char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}

void bench_must(int err, const char *what)
{
    if (err == 0) {
        return;
    }
    (void)fprintf(stderr, "bench: %s: %s\n", what, err_text(err));
    exit(1);
}
