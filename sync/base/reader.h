/* reader.h - a strict, bounded msgpack cursor for every byte that comes from outside.
 *
 * Layer: sync/base (pure). Allocates nothing; reads in place.
 *
 * It accepts a subset with one spelling for each value: nil, bool, integers in their shortest form,
 * str and bin with the shortest header (str must be valid UTF-8), arrays with the shortest header.
 * No maps, floats, extensions. A count that could not fit the bytes left is refused before anything
 * is read (five bytes make a stock decoder allocate 8 GiB: msgpack/msgpack-c#1013).
 *
 * Errors stick: after the first one every read returns zero or empty and the cursor stands still,
 * so a decoder reads all its fields and asks once, with reader_finish().
 *
 * ERR_MALFORMED is the error of everything but size: too many elements are ERR_TOO_MANY; a number,
 * a bin or a text above the caller's bound is ERR_TOO_LARGE. A value below the bound is malformed.
 */
#ifndef TRESTLE_SYNC_BASE_READER_H
#define TRESTLE_SYNC_BASE_READER_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    int err;
};

/* Start at the first byte of @bytes, which must outlive the reader and everything read from it. */
void reader_init(struct reader *reader, struct bytes bytes);

/* Enter an array of @count_min..@count_max elements; its length, or 0 on error. */
uint32_t read_array(struct reader *reader, uint32_t count_min, uint32_t count_max);

uint64_t read_uint(struct reader *reader, uint64_t max);
int64_t read_int(struct reader *reader, int64_t min, int64_t max);
bool read_bool(struct reader *reader);

/* A bin value of @size_min..@size_max bytes, in place. */
struct bytes read_bin(struct reader *reader, size_t size_min, size_t size_max);

/* A bin value of exactly @size bytes, copied to @to (zeroed on error). */
void read_fixed(struct reader *reader, void *to, size_t size);

/* A bin of exactly 8 bytes as a big-endian number: log and device ids. */
uint64_t read_id64(struct reader *reader);

/* A str value of at most @size_max bytes, in place; must satisfy text_is_clean(). */
struct bytes read_text(struct reader *reader, size_t size_max);

/* Whether the next value is nil; consumes it if so. */
bool read_nil(struct reader *reader);

/* The next value's kind, without moving; READER_NONE at the end, after an error or when the next
 * byte begins nothing of ours. */
enum reader_kind {
    READER_NONE,
    READER_NIL,
    READER_BOOL,
    READER_UINT,
    READER_NEGATIVE,
    READER_TEXT,
    READER_BIN,
    READER_ARRAY
};
enum reader_kind reader_peek(const struct reader *reader);

/* One whole value, verbatim and validated to VALUE_DEPTH_MAX. */
struct bytes read_raw(struct reader *reader);

/* Mark the input as wrong: for meanings that only the caller can judge. The first error wins. */
void reader_fail(struct reader *reader, int err);

/* 0 when no error happened and nothing is left over; ERR_MALFORMED, ERR_TOO_LARGE or ERR_TOO_MANY
 * otherwise. */
MUST_CHECK int reader_finish(const struct reader *reader);

/* 0 when @bytes is exactly one well-formed value in our subset, no deeper than @depth_max (0 is a
 * scalar, 1 an array of scalars; at most VALUE_DEPTH_MAX), at most VALUE_ITEMS_MAX per array. */
MUST_CHECK int msgpack_validate(struct bytes bytes, unsigned depth_max);

#endif
