/* assert_text.h - that some bytes are a text. */
#ifndef TRESTLE_TESTS_LIB_ASSERT_TEXT_H
#define TRESTLE_TESTS_LIB_ASSERT_TEXT_H

#include <string.h>

#include "sync/base/bytes.h"
#include "tests/lib/test.h"

static inline void assert_text(struct bytes got, const char *expected)
{
    assert_int_equal(got.size, strlen(expected));
    assert_memory_equal(got.data, expected, got.size);
}

#endif
