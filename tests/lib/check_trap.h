/* check_trap.h - lets a test see that check() stops our own mistakes.
 *
 *     expect_failed_check(store_put(read_txn, TABLE_META, key, value));
 */
#ifndef TRESTLE_TESTS_LIB_CHECK_TRAP_H
#define TRESTLE_TESTS_LIB_CHECK_TRAP_H

#include "sync/base/check.h"
#include "tests/lib/test.h"

static inline void check_trap_spring(const char *file, int line, const char *expression)
{
    mock_assert(0, expression, file,
                line); /* jumps when one is expected, fails the test when not */
}

static inline void check_trap_ignore(int err)
{
    (void)err;
}

/* Evaluate @call, an int, which must end in a failed check(). From here on any other failed check()
 * fails the test. */
#define expect_failed_check(call)                                                                  \
    do {                                                                                           \
        check_set_reporter(check_trap_spring);                                                     \
        expect_assert_failure(check_trap_ignore(call));                                            \
    } while (0)

#endif
