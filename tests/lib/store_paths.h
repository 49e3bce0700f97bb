/* store_paths.h - which ways through the code to the store were gone already.
 *
 * A way is the stack of calls that leads to a call of the store. To see every caller meet a failing
 * store it is enough to fail those ways on which some call has not been seen to fail: a few hundred
 * in place of every call of a run.
 */
#ifndef TRESTLE_TESTS_LIB_STORE_PATHS_H
#define TRESTLE_TESTS_LIB_STORE_PATHS_H

#include <stdbool.h>

/* Whether one of the calls that led here has not failed with @err in this process; if so, all of
 * them count as failed with it from now on. */
bool store_path_is_new(int err);

#endif
