#include "sync/base/bytes.h"

#include <string.h>

#include "tests/lib/prng.h"
#include "tests/lib/test.h"

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static int compare(const char *a, const char *b)
{
    return sign(bytes_compare(bytes_of_text(a), bytes_of_text(b)));
}

TEST(bytes, equal_needs_size_and_contents)
{
    assert_true(bytes_equal(bytes_of_text("ab"), bytes_of_text("ab")));
    assert_false(bytes_equal(bytes_of_text("ab"), bytes_of_text("ac")));
    assert_false(bytes_equal(bytes_of_text("ab"), bytes_of_text("a")));
    assert_true(bytes_equal((struct bytes){0}, bytes_of_text("")));
}

TEST(bytes, compare_is_memcmp_with_a_prefix_first)
{
    assert_int_equal(compare("", ""), 0);
    assert_int_equal(compare("", "a"), -1);
    assert_int_equal(compare("a", "b"), -1);
    assert_int_equal(compare("ab", "a"), 1);
    assert_int_equal(compare("b", "ab"), 1);
    assert_int_equal(compare("\xff", "a"), 1);
    assert_int_equal(sign(bytes_compare((struct bytes){0}, (struct bytes){0})), 0);
}

TEST(bytes, numbers_are_big_endian)
{
    uint8_t bytes[8];
    put_be32(bytes, 0x01020304);
    assert_memory_equal(bytes, "\x01\x02\x03\x04", 4);
    put_be40(bytes, UINT64_C(0x0102030405));
    assert_memory_equal(bytes, "\x01\x02\x03\x04\x05", 5);
    put_be64(bytes, UINT64_C(0x0102030405060708));
    assert_memory_equal(bytes, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
}

TEST(bytes, numbers_come_back_and_sort_as_bytes)
{
    struct prng prng = {.state = 1};
    for (int i = 0; i < 1000; i++) {
        const uint64_t a = prng_next(&prng) >> prng_below(&prng, 64);
        const uint64_t b = prng_next(&prng) >> prng_below(&prng, 64);
        uint8_t a_bytes[8];
        uint8_t b_bytes[8];
        put_be64(a_bytes, a);
        put_be64(b_bytes, b);
        assert_true(get_be64(a_bytes) == a);
        assert_int_equal(sign(memcmp(a_bytes, b_bytes, 8)), (a > b) - (a < b));
        put_be32(a_bytes, (uint32_t)a);
        assert_true(get_be32(a_bytes) == (uint32_t)a);
        put_be40(a_bytes, a);
        assert_true(get_be40(a_bytes) == (a & UINT64_C(0xffffffffff)));
    }
}

TEST(text, utf8_takes_every_shortest_form)
{
    static const char *const good[] = {
        "",
        "Falafel",
        "\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "Caf\xc3\xa9 cr\xc3\xa8me \xf0\x9f\x8d\xae",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(text_is_utf8(bytes_of_text(good[i])));
    }
    assert_true(text_is_utf8(bytes_of("a\0b", 3)));
}

TEST(text, utf8_refuses_what_is_none)
{
    static const char *const bad[] = {
        "\x80",             /* a continuation alone */
        "\xc0\x80",         /* NUL, overlong */
        "\xc1\xbf",         /* ASCII, overlong */
        "\xe0\x9f\xbf",     /* two bytes in three */
        "\xf0\x8f\xbf\xbf", /* three in four */
        "\xed\xa0\x80",     /* the first surrogate */
        "\xed\xbf\xbf",     /* the last */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "\xc3",             /* cut short */
        "\xe2\x82",         /* cut short */
        "\xf0\x9f\x8d",     /* cut short */
        "\xc3\x28",         /* no continuation */
        "\xe2\x28\xa1",     /* no continuation */
        "\xf0\x9f\x8d\x28", /* no continuation */
        "good, then \xfe",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(text_is_utf8(bytes_of_text(bad[i])));
        assert_false(text_is_clean(bytes_of_text(bad[i])));
    }
}

TEST(text, clean_refuses_controls_and_overrides)
{
    static const char *const bad[] = {
        "\n",       "a\tb",         "\x1b[31m",     "\x7f",         "\xc2\x80",
        "\xc2\x9f", "\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x81\xa6", "a\xe2\x81\xa9",
    };
    static const char *const good[] = {
        "",
        " ",
        "~",
        "\xc2\xa0",
        "\xe2\x80\xa9",
        "\xe2\x80\xaf",
        "\xe2\x81\xa5",
        "\xe2\x81\xaa",
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_true(text_is_utf8(bytes_of_text(bad[i])));
        assert_false(text_is_clean(bytes_of_text(bad[i])));
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(text_is_clean(bytes_of_text(good[i])));
    }
    assert_false(text_is_clean(bytes_of("a\0b", 3)));
}
