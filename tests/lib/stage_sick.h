/* stage_sick.h - a turn of a stage's replica at a disk of which one call after the other fails.
 *
 * Whatever fails, the turn comes to nothing and says why: half of it would be stored otherwise, or
 * told to others.
 */
#ifndef TRESTLE_TESTS_LIB_STAGE_SICK_H
#define TRESTLE_TESTS_LIB_STAGE_SICK_H

#include "tests/lib/stage.h"

/* The turn that @work steps the replica through, again and again: once for each get, put, del and
 * opening of a cursor in it and in what seals it, which fails with ERR_IO, those that write with
 * ERR_FULL too; each of them is undone. The replica is opened anew before each, and @before (or
 * NULL) is done: links come up. @work says what the replica does. In the end it is done whole. */
void stage_sick(struct stage *stage, void (*before)(struct stage *stage),
                int (*work)(struct stage *stage));

/* For @work: the frame comes over @link; what replica_step() says. */
MUST_CHECK int stage_try(struct stage *stage, uint32_t link, struct bytes frame);

#endif
