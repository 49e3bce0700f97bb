#include "sync/base/reader.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/limits.h"
#include "sync/base/writer.h"
#include "tests/lib/check_trap.h"
#include "tests/lib/prng.h"
#include "tests/lib/test.h"

/* A reader over a string literal, which may contain zeros. */
#define READER(literal) reader_over((literal), sizeof(literal) - 1)

static struct reader reader_over(const void *data, size_t size)
{
    struct reader reader;
    reader_init(&reader, bytes_of(data, size));
    return reader;
}

#define ASSERT_UINT(literal, max, expected)                                                        \
    do {                                                                                           \
        struct reader reader_ = READER(literal);                                                   \
        assert_true(read_uint(&reader_, (max)) == (expected));                                     \
        assert_int_equal(reader_finish(&reader_), 0);                                              \
    } while (0)

#define ASSERT_INT(literal, expected)                                                              \
    do {                                                                                           \
        struct reader reader_ = READER(literal);                                                   \
        assert_true(read_int(&reader_, INT64_MIN, INT64_MAX) == (expected));                       \
        assert_int_equal(reader_finish(&reader_), 0);                                              \
    } while (0)

/* @read is an expression over `r`, the reader; it must fail with @expected, give nothing and not
 * move. */
#define ASSERT_FAILS(literal, read, expected)                                                      \
    do {                                                                                           \
        struct reader r = READER(literal);                                                         \
        const uint8_t *before_ = r.at;                                                             \
        assert_true((read) == 0);                                                                  \
        assert_int_equal(r.err, (expected));                                                       \
        assert_int_equal(reader_finish(&r), (expected));                                           \
        assert_ptr_equal(r.at, before_);                                                           \
    } while (0)

static int validate(const void *data, size_t size)
{
    return msgpack_validate(bytes_of(data, size), VALUE_DEPTH_MAX);
}

#define VALIDATE(literal) validate((literal), sizeof(literal) - 1)

/* --- numbers --- */

TEST(reader, takes_unsigned_numbers_in_their_shortest_form)
{
    ASSERT_UINT("\x00", UINT64_MAX, 0);
    ASSERT_UINT("\x7f", UINT64_MAX, 127);
    ASSERT_UINT("\xcc\x80", UINT64_MAX, 128);
    ASSERT_UINT("\xcd\x01\x00", UINT64_MAX, 256);
    ASSERT_UINT("\xce\x00\x01\x00\x00", UINT64_MAX, 65536);
    ASSERT_UINT("\xcf\x00\x00\x00\x01\x00\x00\x00\x00", UINT64_MAX, UINT64_C(1) << 32);
    ASSERT_UINT("\xcf\xff\xff\xff\xff\xff\xff\xff\xff", UINT64_MAX, UINT64_MAX);
    ASSERT_UINT("\x07", 7, 7);
}

TEST(reader, takes_signed_numbers_in_their_shortest_form)
{
    ASSERT_INT("\x00", 0);
    ASSERT_INT("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", INT64_MAX);
    ASSERT_INT("\xff", -1);
    ASSERT_INT("\xe0", -32);
    ASSERT_INT("\xd0\xdf", -33);
    ASSERT_INT("\xd0\x80", -128);
    ASSERT_INT("\xd1\xff\x7f", -129);
    ASSERT_INT("\xd1\x80\x00", -32768);
    ASSERT_INT("\xd2\xff\xff\x7f\xff", -32769);
    ASSERT_INT("\xd2\x80\x00\x00\x00", INT32_MIN);
    ASSERT_INT("\xd3\xff\xff\xff\xff\x7f\xff\xff\xff", (int64_t)INT32_MIN - 1);
    ASSERT_INT("\xd3\x80\x00\x00\x00\x00\x00\x00\x00", INT64_MIN);
}

TEST(reader, refuses_longer_forms_of_numbers)
{
    assert_int_equal(VALIDATE("\xcc\x7f"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xcd\x00\xff"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xce\x00\x00\xff\xff"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xcf\x00\x00\x00\x00\xff\xff\xff\xff"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xd0\xe0"), ERR_MALFORMED);     /* -32 */
    assert_int_equal(VALIDATE("\xd1\xff\x80"), ERR_MALFORMED); /* -128 */
    assert_int_equal(VALIDATE("\xd2\xff\xff\x80\x00"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xd3\xff\xff\xff\xff\x80\x00\x00\x00"), ERR_MALFORMED);
}

/* What is not negative has the unsigned forms, so the signed ones hold negatives only. */
TEST(reader, refuses_positive_numbers_in_signed_forms)
{
    assert_int_equal(VALIDATE("\xd0\x00"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xd0\x7f"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xd1\x7f\xff"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xd2\x7f\xff\xff\xff"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xd3\x7f\xff\xff\xff\xff\xff\xff\xff"), ERR_MALFORMED);
}

TEST(reader, keeps_numbers_within_their_bounds)
{
    ASSERT_FAILS("\x08", read_uint(&r, 7), ERR_TOO_LARGE);
    ASSERT_FAILS("\xff", read_uint(&r, 7), ERR_MALFORMED);
    ASSERT_FAILS("\x08", read_int(&r, -7, 7), ERR_TOO_LARGE);
    ASSERT_FAILS("\xf0", read_int(&r, -7, 7), ERR_MALFORMED);
    ASSERT_FAILS("\x02", read_int(&r, 3, 7), ERR_MALFORMED);
    ASSERT_FAILS("\xff", read_int(&r, -9, -2), ERR_TOO_LARGE);
    ASSERT_FAILS("\x00", read_int(&r, -9, -2), ERR_TOO_LARGE);
    ASSERT_FAILS("\xcf\x80\x00\x00\x00\x00\x00\x00\x00", read_int(&r, INT64_MIN, INT64_MAX),
                 ERR_TOO_LARGE);
}

/* --- what has a size --- */

TEST(reader, gives_bin_and_text_in_place)
{
    struct reader reader = READER("\xc4\x03"
                                  "abc\xa2hi\xa0\xc4\x00");
    const uint8_t *start = reader.at;
    struct bytes bin = read_bin(&reader, 1, 3);
    assert_ptr_equal(bin.data, start + 2);
    assert_int_equal(bin.size, 3);
    const struct bytes text = read_text(&reader, 2);
    assert_true(bytes_equal(text, bytes_of_text("hi")));
    assert_int_equal(read_text(&reader, 0).size, 0);
    bin = read_bin(&reader, 0, 0);
    assert_int_equal(bin.size, 0);
    assert_int_equal(reader_finish(&reader), 0);
}

TEST(reader, keeps_sizes_within_their_bounds)
{
    ASSERT_FAILS("\xc4\x03"
                 "abc",
                 read_bin(&r, 0, 2).size, ERR_TOO_LARGE);
    ASSERT_FAILS("\xc4\x03"
                 "abc",
                 read_bin(&r, 4, 9).size, ERR_MALFORMED);
    ASSERT_FAILS("\xa3"
                 "abc",
                 read_text(&r, 2).size, ERR_TOO_LARGE);
    ASSERT_FAILS("\x92\x01\x02", read_array(&r, 0, 1), ERR_TOO_MANY);
    ASSERT_FAILS("\x92\x01\x02", read_array(&r, 3, 4), ERR_MALFORMED);
}

TEST(reader, refuses_longer_heads_than_needed)
{
    uint8_t data[70000];
    memset(data, 'x', sizeof data);
    memcpy(data, "\xd9\x1f", 2);
    assert_int_equal(validate(data, 2 + 31), ERR_MALFORMED);
    memcpy(data, "\xda\x00\xff", 3);
    assert_int_equal(validate(data, 3 + 255), ERR_MALFORMED);
    memcpy(data, "\xdb\x00\x00\xff\xff", 5);
    assert_int_equal(validate(data, 5 + 65535), ERR_MALFORMED);
    memcpy(data, "\xc5\x00\xff", 3);
    assert_int_equal(validate(data, 3 + 255), ERR_MALFORMED);
    memcpy(data, "\xc6\x00\x00\xff\xff", 5);
    assert_int_equal(validate(data, 5 + 65535), ERR_MALFORMED);
    memset(data, 0x01, sizeof data);
    memcpy(data, "\xdc\x00\x0f", 3);
    assert_int_equal(validate(data, 3 + 15), ERR_MALFORMED);
    memcpy(data, "\xdd\x00\x00\xff\xff", 5);
    assert_int_equal(validate(data, 5 + 65535), ERR_MALFORMED);
    memcpy(data, "\xdc\x00\x10", 3);
    assert_int_equal(validate(data, 3 + 16), 0);
}

TEST(reader, refuses_what_announces_more_than_there_is)
{
    assert_int_equal(VALIDATE("\xdd\x0f\xff\xff\xff"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xc6\xff\xff\xff\xff"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xdb\xff\xff\xff\xff"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\x91"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xa1"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xcd\x01"), ERR_MALFORMED);
    assert_int_equal(VALIDATE(""), ERR_MALFORMED);
    ASSERT_FAILS("\xdd\x0f\xff\xff\xff", read_array(&r, 0, UINT32_MAX), ERR_MALFORMED);
}

TEST(reader, refuses_what_is_not_in_our_subset)
{
    static const uint8_t refused[] = {0x80, 0x8f, 0xc1, 0xc7, 0xc8, 0xc9, 0xca, 0xcb,
                                      0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xde, 0xdf};
    for (size_t i = 0; i < sizeof refused; i++) {
        uint8_t data[300] = {refused[i]};
        assert_int_equal(validate(data, sizeof data), ERR_MALFORMED);
        struct reader reader = reader_over(data, sizeof data);
        assert_int_equal(reader_peek(&reader), READER_NONE);
    }
}

TEST(reader, text_must_be_utf8_and_for_people_clean)
{
    assert_int_equal(VALIDATE("\xa2\xc3\xa9"), 0);
    assert_int_equal(VALIDATE("\xa2\xc3\x28"), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\xa1\n"), 0);
    ASSERT_FAILS("\xa1\n", read_text(&r, 9).size, ERR_MALFORMED);
    ASSERT_FAILS("\xa2\xc3\x28", read_text(&r, 9).size, ERR_MALFORMED);
}

TEST(reader, fixed_copies_or_zeroes)
{
    uint8_t to[4] = {9, 9, 9, 9};
    struct reader reader = READER("\xc4\x04"
                                  "abcd\xc4\x03"
                                  "abc");
    read_fixed(&reader, to, 4);
    assert_memory_equal(to, "abcd", 4);
    read_fixed(&reader, to, 4);
    assert_memory_equal(to, "\0\0\0\0", 4);
    assert_int_equal(reader_finish(&reader), ERR_MALFORMED);
}

TEST(reader, id64_is_eight_bytes)
{
    struct reader reader = READER("\xc4\x08\x01\x02\x03\x04\x05\x06\x07\x08");
    assert_true(read_id64(&reader) == UINT64_C(0x0102030405060708));
    assert_int_equal(reader_finish(&reader), 0);
    ASSERT_FAILS("\xc4\x07\x01\x02\x03\x04\x05\x06\x07", read_id64(&r), ERR_MALFORMED);
    ASSERT_FAILS("\xc4\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09", read_id64(&r), ERR_TOO_LARGE);
    ASSERT_FAILS("\x05", read_id64(&r), ERR_MALFORMED);
}

/* --- kinds and errors --- */

TEST(reader, peeks_every_kind_without_moving)
{
    static const struct {
        const char *bytes;
        enum reader_kind kind;
    } kinds[] = {
        {"\xc0", READER_NIL},          {"\xc2", READER_BOOL},     {"\xc3", READER_BOOL},
        {"\x05", READER_UINT},         {"\xcc\x80", READER_UINT}, {"\xff", READER_NEGATIVE},
        {"\xd0\x80", READER_NEGATIVE}, {"\xa1x", READER_TEXT},    {"\xc4\x01x", READER_BIN},
        {"\x91\x01", READER_ARRAY},    {"", READER_NONE},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct reader reader = reader_over(kinds[i].bytes, strlen(kinds[i].bytes));
        assert_int_equal(reader_peek(&reader), kinds[i].kind);
        assert_ptr_equal(reader.at, kinds[i].bytes);
        assert_int_equal(reader.err, 0);
    }
}

TEST(reader, nil_is_taken_only_when_it_is_there)
{
    struct reader reader = READER("\xc0\x05");
    assert_true(read_nil(&reader));
    assert_false(read_nil(&reader));
    assert_true(read_uint(&reader, 9) == 5);
    assert_false(read_nil(&reader));
    assert_int_equal(reader_finish(&reader), 0);
}

TEST(reader, bools_are_bools)
{
    struct reader reader = READER("\xc3\xc2");
    assert_true(read_bool(&reader));
    assert_false(read_bool(&reader));
    assert_int_equal(reader_finish(&reader), 0);
    ASSERT_FAILS("\x01", read_bool(&r), ERR_MALFORMED);
}

TEST(reader, wrong_kinds_are_malformed)
{
    ASSERT_FAILS("\xa1x", read_uint(&r, 9), ERR_MALFORMED);
    ASSERT_FAILS("\xa1x", read_int(&r, 0, 9), ERR_MALFORMED);
    ASSERT_FAILS("\xa1x", read_bin(&r, 0, 9).size, ERR_MALFORMED);
    ASSERT_FAILS("\xc4\x01x", read_text(&r, 9).size, ERR_MALFORMED);
    ASSERT_FAILS("\x05", read_array(&r, 0, 9), ERR_MALFORMED);
    ASSERT_FAILS("\xc0", read_uint(&r, 9), ERR_MALFORMED);
}

TEST(reader, first_error_sticks)
{
    struct reader reader = READER("\x05\x06");
    assert_int_equal(read_text(&reader, 9).size, 0);
    assert_true(read_uint(&reader, 9) == 0);
    assert_int_equal(read_array(&reader, 0, 9), 0);
    assert_false(read_nil(&reader));
    assert_int_equal(reader_peek(&reader), READER_NONE);
    assert_null(read_raw(&reader).data);
    reader_fail(&reader, ERR_TOO_MANY);
    assert_int_equal(reader_finish(&reader), ERR_MALFORMED);
}

TEST(reader, caller_can_fail_it)
{
    struct reader reader = READER("\x05");
    reader_fail(&reader, ERR_TOO_LARGE);
    assert_true(read_uint(&reader, 9) == 0);
    assert_int_equal(reader_finish(&reader), ERR_TOO_LARGE);
}

TEST(reader, leftovers_are_malformed)
{
    struct reader reader = READER("\x05\x06");
    assert_true(read_uint(&reader, 9) == 5);
    assert_int_equal(reader_finish(&reader), ERR_MALFORMED);
    assert_int_equal(VALIDATE("\x05\x06"), ERR_MALFORMED);
}

TEST(reader, nothing_is_nothing_to_read)
{
    struct reader reader;
    reader_init(&reader, (struct bytes){0});
    assert_int_equal(reader_finish(&reader), 0);
    assert_true(read_uint(&reader, 9) == 0);
    assert_int_equal(reader_finish(&reader), ERR_MALFORMED);
}

/* --- whole values --- */

TEST(reader, raw_is_one_value_verbatim)
{
    struct reader reader = READER("\x92\x01\x92\xa1x\xc0\x07");
    const struct bytes raw = read_raw(&reader);
    assert_true(bytes_equal(raw, bytes_of("\x92\x01\x92\xa1x\xc0", 6)));
    assert_true(read_uint(&reader, 9) == 7);
    assert_int_equal(reader_finish(&reader), 0);
    ASSERT_FAILS("\x92\x01\xc1", read_raw(&r).size, ERR_MALFORMED);
}

TEST(reader, depth_is_bounded)
{
    uint8_t nested[64];
    memset(nested, 0x91, sizeof nested);
    for (unsigned depth = 0; depth <= VALUE_DEPTH_MAX; depth++) {
        nested[depth] = 0x01;
        for (unsigned max = 0; max <= VALUE_DEPTH_MAX; max++) {
            assert_int_equal(msgpack_validate(bytes_of(nested, depth + 1), max),
                             depth <= max ? 0 : ERR_MALFORMED);
        }
        nested[depth] = 0x91;
    }
    nested[VALUE_DEPTH_MAX + 1] = 0x01;
    assert_int_equal(validate(nested, VALUE_DEPTH_MAX + 2), ERR_MALFORMED);
    assert_int_equal(validate("\x90", 1), 0);
    assert_int_equal(msgpack_validate(bytes_of("\x90", 1), 0), ERR_MALFORMED);
    expect_failed_check(msgpack_validate(bytes_of("\x90", 1), VALUE_DEPTH_MAX + 1));
}

TEST(reader, depth_is_counted_per_branch)
{
    assert_int_equal(msgpack_validate(bytes_of("\x93\x91\x01\x91\x02\x91\x03", 7), 2), 0);
    assert_int_equal(msgpack_validate(bytes_of("\x92\x90\x91\x90", 4), 2), ERR_MALFORMED);
}

TEST(reader, items_of_one_array_are_bounded)
{
    uint8_t data[3 + VALUE_ITEMS_MAX + 1];
    memset(data, 0xc0, sizeof data);
    data[0] = 0xdc;
    data[1] = (uint8_t)(VALUE_ITEMS_MAX >> 8);
    data[2] = (uint8_t)VALUE_ITEMS_MAX;
    assert_int_equal(validate(data, 3 + VALUE_ITEMS_MAX), 0);
    data[2]++;
    assert_int_equal(validate(data, 3 + VALUE_ITEMS_MAX + 1), ERR_TOO_MANY);
}

/* --- against the writer --- */

enum { SAMPLE_BYTES = 4096 };

/* Write a random value; what is written is all that there is to know about it. */
static void write_random(struct writer *writer, struct prng *prng, unsigned depth_max)
{
    static const uint8_t filler[400] = {0};
    const uint64_t number = prng_next(prng) >> prng_below(prng, 64);
    switch (prng_below(prng, depth_max > 0 ? 7 : 6)) {
    case 0:
        write_nil(writer);
        return;
    case 1:
        write_bool(writer, number & 1);
        return;
    case 2:
        write_uint(writer, number);
        return;
    case 3:
        write_int(writer, -1 - (int64_t)(number >> 1));
        return;
    case 4:
        write_text(writer, bytes_of("a text of thirty-two bytes, or so.", number % 35));
        return;
    case 5:
        write_bin(writer, filler, number % sizeof filler);
        return;
    default:
        break;
    }
    const uint32_t count = (uint32_t)prng_below(prng, 20);
    write_array(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        write_random(writer, prng, depth_max - 1);
    }
}

/* A random value in memory of its exact size, which the caller frees. */
static struct bytes random_value(struct prng *prng)
{
    static uint8_t buffer[SAMPLE_BYTES];
    struct writer writer;
    struct bytes bytes;
    do {
        writer_init(&writer, buffer, sizeof buffer);
        write_random(&writer, prng, VALUE_DEPTH_MAX);
    } while (writer_finish(&writer, &bytes) != 0);
    uint8_t *copy = malloc(bytes.size);
    assert_non_null(copy);
    memcpy(copy, bytes.data, bytes.size);
    return bytes_of(copy, bytes.size);
}

static void free_value(struct bytes value)
{
    free((void *)(uintptr_t)value.data);
}

TEST(reader, takes_whatever_the_writer_writes)
{
    struct prng prng = {.state = 3};
    for (int i = 0; i < 2000; i++) {
        const struct bytes value = random_value(&prng);
        assert_int_equal(msgpack_validate(value, VALUE_DEPTH_MAX), 0);
        free_value(value);
    }
}

TEST(reader, refuses_every_truncation)
{
    struct prng prng = {.state = 4};
    for (int i = 0; i < 100; i++) {
        const struct bytes value = random_value(&prng);
        for (size_t size = 0; size < value.size; size++) {
            uint8_t *cut = malloc(size > 0 ? size : 1);
            assert_non_null(cut);
            memcpy(cut, value.data, size);
            assert_int_equal(validate(cut, size), ERR_MALFORMED);
            free(cut);
        }
        free_value(value);
    }
}

/* The same with all the bytes still behind the end: what lies there must not matter. */
TEST(reader, never_looks_past_the_end)
{
    struct prng prng = {.state = 5};
    for (int i = 0; i < 300; i++) {
        const struct bytes value = random_value(&prng);
        for (size_t size = 0; size < value.size; size++) {
            struct reader reader = reader_over(value.data, size);
            assert_null(read_raw(&reader).data);
            assert_int_equal(reader.err, ERR_MALFORMED);
            reader = reader_over(value.data, size);
            (void)read_uint(&reader, UINT64_MAX);
            (void)read_int(&reader, INT64_MIN, INT64_MAX);
            assert_true(reader.at <= reader.end);
        }
        free_value(value);
    }
    ASSERT_FAILS("\xcd\x01", read_uint(&r, UINT64_MAX), ERR_MALFORMED);
    ASSERT_FAILS("\xa1", read_text(&r, 9).size, ERR_MALFORMED);
}
