/* fuzz_reader.c - whatever the reader accepts has one spelling, and msgpack-c can read it too.
 *
 * The input is judged as a value. When it is accepted it is read with our reader, written with our
 * writer, and must come out byte for byte; msgpack-c must find exactly one object in it. Accepted
 * or not, its bytes are then read with whatever calls they themselves name.
 */
#include <stdlib.h>
#include <string.h>

#include <msgpack/unpack.h>

#include "sync/base/check.h"
#include "sync/base/id.h"
#include "sync/base/limits.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

/* Read one value and write it again; arrays by themselves, so depth is the input's. */
static void copy_value(struct reader *reader, struct writer *writer)
{
    switch (reader_peek(reader)) {
    case READER_NIL:
        check(read_nil(reader));
        write_nil(writer);
        break;
    case READER_BOOL:
        write_bool(writer, read_bool(reader));
        break;
    case READER_UINT:
        write_uint(writer, read_uint(reader, UINT64_MAX));
        break;
    case READER_NEGATIVE:
        write_int(writer, read_int(reader, INT64_MIN, -1));
        break;
    case READER_TEXT: {
        struct reader ahead = *reader;
        const struct bytes text = read_text(&ahead, SIZE_MAX);
        if (ahead.err != 0) { /* well-formed, but not clean */
            write_raw(writer, read_raw(reader));
            break;
        }
        write_text(writer, text);
        *reader = ahead;
        break;
    }
    case READER_BIN: {
        const struct bytes bin = read_bin(reader, 0, SIZE_MAX);
        write_bin(writer, bin.data, bin.size);
        break;
    }
    case READER_ARRAY: {
        const uint32_t count = read_array(reader, 0, VALUE_ITEMS_MAX);
        write_array(writer, count);
        for (uint32_t i = 0; i < count; i++) {
            copy_value(reader, writer);
        }
        break;
    }
    case READER_NONE:
        abort(); /* not of a value that was accepted */
        break;
    }
}

static void check_spelling(struct bytes value)
{
    uint8_t *copy = malloc(value.size);
    struct reader reader;
    struct writer writer;
    struct bytes written = {0};
    check(copy != NULL);
    reader_init(&reader, value);
    writer_init(&writer, copy, value.size);
    copy_value(&reader, &writer);
    check(reader_finish(&reader) == 0);
    check(writer_finish(&writer, &written) == 0);
    check(bytes_equal(written, value));
    free(copy);
}

static void check_other_decoder(struct bytes value)
{
    msgpack_unpacked object;
    size_t offset = 0;
    msgpack_unpacked_init(&object);
    check(msgpack_unpack_next(&object, (const char *)value.data, value.size, &offset) ==
          MSGPACK_UNPACK_SUCCESS);
    check(offset == value.size);
    msgpack_unpacked_destroy(&object);
}

/* One call, chosen by @choice. */
static void read_something(struct reader *reader, uint8_t choice)
{
    uint8_t fixed[16];
    switch (choice % 10) {
    case 0:
        (void)read_array(reader, 0, choice);
        break;
    case 1:
        check(read_uint(reader, choice) <= choice);
        break;
    case 2:
        (void)read_int(reader, -choice, choice);
        break;
    case 3:
        (void)read_bool(reader);
        break;
    case 4:
        check(read_bin(reader, choice / 2, choice).size <= choice);
        break;
    case 5:
        read_fixed(reader, fixed, choice % sizeof fixed);
        break;
    case 6:
        (void)read_id64(reader);
        break;
    case 7:
        check(text_is_clean(read_text(reader, choice)));
        break;
    case 8:
        (void)read_operation(reader);
        break;
    default:
        (void)read_raw(reader);
        break;
    }
}

/* The first bytes, up to a zero, are the calls; the rest is what they read. */
static void check_calls(struct bytes input)
{
    size_t calls = 0;
    struct reader reader;
    while (calls < input.size && input.data[calls] != 0) {
        calls++;
    }
    reader_init(&reader, bytes_of(input.data + calls, input.size - calls));
    for (size_t i = 0; i < calls; i++) {
        const struct reader before = reader;
        read_something(&reader, input.data[i]);
        check(reader.at >= before.at && reader.at <= reader.end);
        check(before.err == 0 || (reader.err == before.err && reader.at == before.at));
    }
    check(reader_finish(&reader) != 0 || reader.at == reader.end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes input = bytes_of(data, size);
    if (msgpack_validate(input, VALUE_DEPTH_MAX) == 0) {
        check_spelling(input);
        check_other_decoder(input);
    }
    if (size > 0) {
        check_calls(input);
    }
    return 0;
}
