/* stall_seen.h - what the first counter sees of a stall's order, for tests to compare. */
#ifndef TRESTLE_TESTS_LIB_STALL_SEEN_H
#define TRESTLE_TESTS_LIB_STALL_SEEN_H

#include <string.h>

#include "tests/lib/order_text.h"
#include "tests/lib/stall.h"
#include "tests/lib/test.h"

/* Its phase and flags. */
static inline void assert_brief(struct stall *stall, const char *expected)
{
    char brief[512];
    order_brief(stall_look(stall, C), brief, sizeof brief);
    assert_string_equal(brief, expected);
}

static inline const struct order_line *order_line_at(const struct order *order, uint32_t id)
{
    uint32_t at = 0;
    while (at < order->lines_count && order->lines[at].id != id) {
        at++;
    }
    assert_in_range(at, 0, ORDER_LINES_MAX - 1);
    assert_true(at < order->lines_count);
    return &order->lines[at];
}

/* Line @id, which is there; valid until the next look. */
static inline const struct order_line *see_line(struct stall *stall, uint32_t id)
{
    return order_line_at(stall_look(stall, C), id);
}

static inline void assert_text(struct bytes text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

#endif
