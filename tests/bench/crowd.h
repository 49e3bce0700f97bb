/* crowd.h - what many customers who do nothing cost a server.
 */
#ifndef TRESTLE_TESTS_BENCH_CROWD_H
#define TRESTLE_TESTS_BENCH_CROWD_H

#include "tests/bench/bench.h"
#include "tests/bench/side.h"

/* Bytes of memory for each WebSocket; over TLS the gateway is started anew with that. */
double crowd_memory(struct side *side);
double crowd_memory_secure(struct side *side);

/* With so many phones connected. */
struct crowd_figures {
    double idle_share;                 /* of one CPU, while nothing happens */
    double memory_mib;                 /* of the process */
    double quiet_p50_ms, quiet_p99_ms; /* of a request that tells nobody anything */
    double quiet_cpu_ms;               /* the server's CPU time for one, with all it does besides */
    double acked_p50_ms, acked_p99_ms, shown_p50_ms, shown_p99_ms; /* of 20 orders a second */
    double load_share; /* of all CPUs, during the orders */
};

/* @idle_s: for how long nothing happens; the cost of what comes seldom is in it when it is long. */
void crowd_measure(struct side *side, unsigned phones, double idle_s,
                   struct crowd_figures *ret_figures);

#endif
