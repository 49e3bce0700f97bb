/* scarce.h - memory, threads and what else a server needs, not there on request.
 *
 * For programs that tests/CMakeLists.txt links so (trestle_scarce): calls of our
 * own objects fail, those of libraries never do.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_SCARCE_H
#define TRESTLE_TESTS_PROCESS_LIB_SCARCE_H

#include <pthread.h>
#include <stdbool.h>

/* The @nth (from 1) call of @name by @thread from now on fails, once. */
void scarce_begin(const char *name, unsigned nth, pthread_t thread);

/* The same of the calls by all threads but this one: of one that is not there yet. */
void scarce_begin_elsewhere(const char *name, unsigned nth);

/* None from now on. Whether there was one. */
bool scarce_end(void);

/* Whether this call of @name fails; it says why in errno then: @error. For a test that puts more
 * functions in the place of a library's. */
bool scarce_fails(const char *name, int error);

#endif
