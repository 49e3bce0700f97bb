/* clock.h - what time it is, for those who need telling.
 *
 * Layer: node. The wall clock decides nothing; deadlines count on the monotonic one.
 */
#ifndef TRESTLE_NODE_OS_CLOCK_H
#define TRESTLE_NODE_OS_CLOCK_H

#include "sync/replica/replica.h"

struct moment clock_now(void);
uint64_t clock_mono_ms(void);
/* Counts on while the machine sleeps. */
uint64_t clock_boot_ms(void);
int64_t clock_wall_ms(void);

#endif
