/* convergence.h - P12 over all seeds of a run: how long it took until all had converged, and how
 * often anybody had to ask.
 */
#ifndef TRESTLE_TESTS_SIM_CONVERGENCE_H
#define TRESTLE_TESTS_SIM_CONVERGENCE_H

#include "tests/sim/sim.h"

/* Print what @stats say of it; false when P12 does not hold. */
bool convergence_show(const struct sim_stats *stats);

#endif
