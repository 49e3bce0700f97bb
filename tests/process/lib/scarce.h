/* scarce.h - memory, threads and what else a web server needs, not there on request.
 *
 * For programs that are linked with --wrap of these functions (tests/CMakeLists.txt): calls of our
 * own objects fail, those of libraries never do.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_SCARCE_H
#define TRESTLE_TESTS_PROCESS_LIB_SCARCE_H

#include <stdbool.h>

enum scarce_where { SCARCE_HERE, SCARCE_ELSEWHERE };

/* The @nth (from 1) call of @name from now on fails, once: of the thread that asks, or of any
 * other. */
void scarce_begin(const char *name, unsigned nth, enum scarce_where where);

/* None from now on. Whether there was one. */
bool scarce_end(void);

#endif
