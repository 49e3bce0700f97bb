/* shrink.h - the smallest run in which a failing seed still fails.
 *
 * Turns are cut off at the end, by halves, and faults left out kind by kind, as long as the same
 * oracle (or the same death of the process) is the first to fail.
 */
#ifndef TRESTLE_TESTS_SIM_SHRINK_H
#define TRESTLE_TESTS_SIM_SHRINK_H

#include "tests/sim/sim.h"

enum { SHRINK_LINE_MAX = 1024 };

/* Print what it takes for @seed to fail. Exit status: 0, or 1 when the seed passes. */
int shrink_run(const char *program, uint64_t seed, const struct sim_options *options);

/* The command line that repeats a run of @seed with @options. */
void shrink_command(const char *program, uint64_t seed, const struct sim_options *options,
                    char ret_line[SHRINK_LINE_MAX]);

/* Names of faults with commas between them, added to @without; false when one is unknown. */
bool shrink_parse(const char *list, uint64_t *without);

#endif
