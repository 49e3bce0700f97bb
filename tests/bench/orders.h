/* orders.h - a server takes orders while so many customers watch: how soon and how many.
 */
#ifndef TRESTLE_TESTS_BENCH_ORDERS_H
#define TRESTLE_TESTS_BENCH_ORDERS_H

#include "tests/bench/bench.h"
#include "tests/bench/side.h"

/* So many phones, and how many orders a second while latency is measured; of @orders the first are
 * dropped. */
struct order_scale {
    unsigned screens, per_s, orders, dropped;
    bool is_full; /* also as many orders as it takes */
};

/* Milliseconds from when an order was due; of a round each. */
struct order_figures {
    struct bench_series acked_p50, acked_p99, shown_p50, shown_p99;
    struct bench_series acked_first; /* share of the orders that were acknowledged before shown */
    /* As many as it takes, the server's CPU time and frames for each, and which share of all CPUs
     * the load took meanwhile. */
    struct bench_series per_s, cpu_ms, frames, load_share;
    struct bench_series deliveries; /* a second: an order that a phone was told of is one,
                                     * whichever frame told it */
};

/* A round. */
void orders_measure(struct side *side, const struct order_scale *scale,
                    struct order_figures *figures);

/* What a process does for the first time it does now. */
void orders_warm_up(struct side *side);

/* Milliseconds below which @share of the posts from @first on lie, from when each was due until it
 * was answered, or shown to all. */
double posts_ms(const struct load_post *posts, unsigned first, unsigned count, bool is_shown,
                double share);

#endif
