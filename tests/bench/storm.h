/* storm.h - what the stall's own screen bears while customers come in numbers.
 */
#ifndef TRESTLE_TESTS_BENCH_STORM_H
#define TRESTLE_TESTS_BENCH_STORM_H

#include "tests/bench/side.h"

/* Orders of the stall's screen meanwhile, 20 a second: ms from when each was due until it was
 * acknowledged. */
struct storm_figures {
    double acked_p50_ms, acked_p99_ms;
    double back_s;           /* of a return: until each phone was told where things stand */
    double per_s, refused_s; /* of a flood: what customers were given, and denied, a second */
};

/* The gateway is started anew, and @phones that it had come back, all at once. */
void storm_return(struct side *side, const char *words, unsigned phones,
                  struct storm_figures *ret_figures);

/* Customers by the hundred, each with a token and an address of its own, ask for prices as fast as
 * they are answered. Their addresses are told by a proxy: the gateway is started anew with that. */
void storm_flood(struct side *side, const char *words, struct storm_figures *ret_figures);

#endif
