#define _GNU_SOURCE
#include "tests/bench/orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PACED_IN_FLIGHT = 16,
    FULL_IN_FLIGHT = 32,
    FULL_ORDERS = 400, /* fewer than a board holds */
    WARM_ORDERS = 200,
    WARM_SCREENS = 20,
};

static int compare_times(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Milliseconds below which @share of the @count times lie; sorts them. */
static double percentile_ms(double *times, size_t count, double share)
{
    qsort(times, count, sizeof *times, compare_times);
    return 1000 * times[(size_t)(share * (double)(count - 1))];
}

/* Of the posts from @first on: until answered, or until shown to all. */
double posts_ms(const struct load_post *posts, unsigned first, unsigned count, bool is_shown,
                double share)
{
    static double times[LOAD_POSTS_MAX];
    for (unsigned i = first; i < count; i++) {
        const double end_s = is_shown ? posts[i].shown_s : posts[i].answered_s;
        times[i - first] = end_s - posts[i].due_s;
    }
    return percentile_ms(times, count - first, share);
}

static double acked_first(const struct load_post *posts, unsigned count)
{
    unsigned first = 0;
    for (unsigned i = 0; i < count; i++) {
        first += posts[i].answered_s <= posts[i].shown_s;
    }
    return (double)first / count;
}

static void measure_paced(struct side *side, struct load *load, const struct order_scale *scale,
                          struct order_figures *figures)
{
    const struct load_plan plan = {.request = side->order,
                                   .context = side,
                                   .count = scale->orders,
                                   .per_s = scale->per_s,
                                   .in_flight = PACED_IN_FLIGHT,
                                   .is_shown = true};
    const struct load_post *posts = load_run(load, &plan);
    bench_add(&figures->acked_p50, posts_ms(posts, scale->dropped, plan.count, false, 0.5));
    bench_add(&figures->acked_p99, posts_ms(posts, scale->dropped, plan.count, false, 0.99));
    bench_add(&figures->shown_p50, posts_ms(posts, scale->dropped, plan.count, true, 0.5));
    bench_add(&figures->shown_p99, posts_ms(posts, scale->dropped, plan.count, true, 0.99));
    bench_add(&figures->acked_first, acked_first(posts, plan.count));
    side->clear(side, load, posts, plan.count);
}

static void measure_full(struct side *side, struct load *load, unsigned screens,
                         struct order_figures *figures)
{
    const struct load_plan plan = {.request = side->order,
                                   .context = side,
                                   .count = FULL_ORDERS,
                                   .in_flight = FULL_IN_FLIGHT,
                                   .is_shown = true};
    const double server_s = bench_server_cpu_s(&side->server);
    const double own_s = bench_cpu_s();
    const uint64_t frames = load_frames(load);
    const double begin_s = bench_now_s();
    const struct load_post *posts = load_run(load, &plan);
    const double wall_s = bench_now_s() - begin_s;
    bench_add(&figures->per_s, FULL_ORDERS / wall_s);
    bench_add(&figures->deliveries, FULL_ORDERS * (double)screens / wall_s);
    bench_add(&figures->cpu_ms,
              1000 * (bench_server_cpu_s(&side->server) - server_s) / FULL_ORDERS);
    bench_add(&figures->frames, (double)(load_frames(load) - frames) / FULL_ORDERS);
    bench_add(&figures->load_share, bench_load_share(bench_cpu_s() - own_s, wall_s));
    side->clear(side, load, posts, plan.count);
}

void orders_measure(struct side *side, const struct order_scale *scale,
                    struct order_figures *figures)
{
    struct load *load = load_new(&side->target);
    load_watch(load, scale->screens);
    measure_paced(side, load, scale, figures);
    if (scale->is_full) {
        measure_full(side, load, scale->screens, figures);
    }
    load_free(load);
}

void orders_warm_up(struct side *side)
{
    struct load *load = load_new(&side->target);
    const struct load_plan plan = {.request = side->order,
                                   .context = side,
                                   .count = WARM_ORDERS,
                                   .in_flight = FULL_IN_FLIGHT,
                                   .is_shown = true};
    (void)fprintf(stderr, "warming up: %s\n", side->name);
    load_watch(load, WARM_SCREENS);
    for (int i = 0; i < 2; i++) {
        side->clear(side, load, load_run(load, &plan), plan.count);
    }
    load_free(load);
}
