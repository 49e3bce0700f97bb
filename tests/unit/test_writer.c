#include "sync/base/writer.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

static uint8_t buffer[70000];

static struct writer started(void)
{
    struct writer writer;
    writer_init(&writer, buffer, sizeof buffer);
    return writer;
}

static void assert_written(const struct writer *writer, const char *expected, size_t size)
{
    struct bytes bytes;
    assert_int_equal(writer_finish(writer, &bytes), 0);
    assert_int_equal(bytes.size, size);
    assert_memory_equal(bytes.data, expected, size);
}

#define ASSERT_WRITTEN(writer, literal) assert_written(&(writer), (literal), sizeof(literal) - 1)

#define ASSERT_UINT(value, literal)                                                                \
    do {                                                                                           \
        struct writer writer_ = started();                                                         \
        write_uint(&writer_, (value));                                                             \
        ASSERT_WRITTEN(writer_, literal);                                                          \
    } while (0)

#define ASSERT_INT(value, literal)                                                                 \
    do {                                                                                           \
        struct writer writer_ = started();                                                         \
        write_int(&writer_, (value));                                                              \
        ASSERT_WRITTEN(writer_, literal);                                                          \
    } while (0)

TEST(writer, unsigned_numbers_are_as_short_as_they_can_be)
{
    ASSERT_UINT(0, "\x00");
    ASSERT_UINT(127, "\x7f");
    ASSERT_UINT(128, "\xcc\x80");
    ASSERT_UINT(255, "\xcc\xff");
    ASSERT_UINT(256, "\xcd\x01\x00");
    ASSERT_UINT(65535, "\xcd\xff\xff");
    ASSERT_UINT(65536, "\xce\x00\x01\x00\x00");
    ASSERT_UINT(UINT32_MAX, "\xce\xff\xff\xff\xff");
    ASSERT_UINT(UINT64_C(1) << 32, "\xcf\x00\x00\x00\x01\x00\x00\x00\x00");
    ASSERT_UINT(UINT64_MAX, "\xcf\xff\xff\xff\xff\xff\xff\xff\xff");
}

TEST(writer, signed_numbers_that_are_not_negative_are_written_as_unsigned)
{
    ASSERT_INT(0, "\x00");
    ASSERT_INT(200, "\xcc\xc8");
    ASSERT_INT(INT64_MAX, "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff");
}

TEST(writer, negative_numbers_are_as_short_as_they_can_be)
{
    ASSERT_INT(-1, "\xff");
    ASSERT_INT(-32, "\xe0");
    ASSERT_INT(-33, "\xd0\xdf");
    ASSERT_INT(-128, "\xd0\x80");
    ASSERT_INT(-129, "\xd1\xff\x7f");
    ASSERT_INT(-32768, "\xd1\x80\x00");
    ASSERT_INT(-32769, "\xd2\xff\xff\x7f\xff");
    ASSERT_INT(INT32_MIN, "\xd2\x80\x00\x00\x00");
    ASSERT_INT((int64_t)INT32_MIN - 1, "\xd3\xff\xff\xff\xff\x7f\xff\xff\xff");
    ASSERT_INT(INT64_MIN, "\xd3\x80\x00\x00\x00\x00\x00\x00\x00");
}

TEST(writer, one_value_of_each_kind)
{
    struct writer writer = started();
    write_array(&writer, 6);
    write_nil(&writer);
    write_bool(&writer, true);
    write_bool(&writer, false);
    write_bin(&writer, "ab", 2);
    write_id64(&writer, 0x0102030405060708);
    write_text(&writer, bytes_of_text("hi"));
    ASSERT_WRITTEN(writer, "\x96\xc0\xc3\xc2\xc4\x02"
                           "ab\xc4\x08\x01\x02\x03\x04\x05\x06\x07\x08\xa2hi");
}

TEST(writer, raw_goes_in_as_it_is)
{
    struct writer writer = started();
    write_array(&writer, 2);
    write_raw(&writer, bytes_of("\x92\x01\x02", 3));
    write_raw(&writer, bytes_of("\xc0", 1));
    ASSERT_WRITTEN(writer, "\x92\x92\x01\x02\xc0");
}

TEST(writer, empty_values_need_no_data)
{
    struct writer writer = started();
    write_bin(&writer, NULL, 0);
    write_text(&writer, (struct bytes){0});
    write_raw(&writer, (struct bytes){0});
    write_array(&writer, 0);
    ASSERT_WRITTEN(writer, "\xc4\x00\xa0\x90");
}

/* The bytes of the head before @size bytes of content, as hex. */
static void assert_head(void (*write)(struct writer *, const uint8_t *, size_t), size_t size,
                        const char *expected, size_t expected_size)
{
    static uint8_t content[66000];
    struct writer writer = started();
    struct bytes bytes;
    memset(content, 'x', sizeof content);
    write(&writer, content, size);
    assert_int_equal(writer_finish(&writer, &bytes), 0);
    assert_int_equal(bytes.size, expected_size + size);
    assert_memory_equal(bytes.data, expected, expected_size);
    assert_memory_equal(bytes.data + expected_size, content, size);
}

#define ASSERT_HEAD(write, size, literal) assert_head(write, size, literal, sizeof(literal) - 1)

static void bin_of(struct writer *writer, const uint8_t *content, size_t size)
{
    write_bin(writer, content, size);
}

static void text_of(struct writer *writer, const uint8_t *content, size_t size)
{
    write_text(writer, bytes_of(content, size));
}

TEST(writer, heads_are_as_short_as_they_can_be)
{
    ASSERT_HEAD(bin_of, 255, "\xc4\xff");
    ASSERT_HEAD(bin_of, 256, "\xc5\x01\x00");
    ASSERT_HEAD(bin_of, 65535, "\xc5\xff\xff");
    ASSERT_HEAD(bin_of, 65536, "\xc6\x00\x01\x00\x00");
    ASSERT_HEAD(text_of, 31, "\xbf");
    ASSERT_HEAD(text_of, 32, "\xd9\x20");
    ASSERT_HEAD(text_of, 255, "\xd9\xff");
    ASSERT_HEAD(text_of, 256, "\xda\x01\x00");
    ASSERT_HEAD(text_of, 65536, "\xdb\x00\x01\x00\x00");
}

TEST(writer, array_heads_are_as_short_as_they_can_be)
{
    struct writer writer = started();
    write_array(&writer, 15);
    write_array(&writer, 16);
    write_array(&writer, 65535);
    write_array(&writer, 65536);
    ASSERT_WRITTEN(writer, "\x9f\xdc\x00\x10\xdc\xff\xff\xdd\x00\x01\x00\x00");
}

static void write_sample(struct writer *writer)
{
    write_array(writer, 4);
    write_uint(writer, 70000);
    write_text(writer, bytes_of_text("a text of more than thirty-one bytes"));
    write_bin(writer, "0123456789abcdef", 16);
    write_int(writer, -1000);
}

/* In a buffer of each size exactly, so that the address sanitizer sees one byte too many. */
TEST(writer, buffer_of_any_size_is_enough_or_too_small)
{
    struct writer writer = started();
    struct bytes whole;
    write_sample(&writer);
    assert_int_equal(writer_finish(&writer, &whole), 0);
    for (size_t size = 0; size <= whole.size; size++) {
        uint8_t *small = malloc(size > 0 ? size : 1);
        struct bytes bytes = {0};
        assert_non_null(small);
        writer_init(&writer, small, size);
        write_sample(&writer);
        assert_int_equal(writer_finish(&writer, &bytes), size < whole.size ? ERR_TOO_LARGE : 0);
        assert_true(writer.size <= size);
        assert_int_equal(bytes.size, size < whole.size ? 0 : size);
        free(small);
    }
}

TEST(writer, small_value_after_one_that_did_not_fit_changes_nothing)
{
    uint8_t small[4];
    struct writer writer;
    struct bytes bytes;
    writer_init(&writer, small, sizeof small);
    write_bin(&writer, "0123456789", 10);
    const size_t size = writer.size;
    write_nil(&writer);
    assert_int_equal(writer.size, size);
    assert_int_equal(writer_finish(&writer, &bytes), ERR_TOO_LARGE);
}
