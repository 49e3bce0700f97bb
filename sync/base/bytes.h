/* bytes.h - a borrowed run of bytes, and small helpers for big-endian numbers.
 *
 * Layer: sync/base (pure). `struct bytes` owns nothing: the owner says how long it lives.
 */
#ifndef TRESTLE_SYNC_BASE_BYTES_H
#define TRESTLE_SYNC_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *data; /* may be NULL when size is 0 */
    size_t size;
};

static inline struct bytes bytes_of(const void *data, size_t size)
{
    return (struct bytes){.data = data, .size = size};
}

/* The bytes of a C string without its terminator. */
struct bytes bytes_of_text(const char *text);

bool bytes_equal(struct bytes a, struct bytes b);

/* memcmp order, a prefix first: <0, 0, >0. */
int bytes_compare(struct bytes a, struct bytes b);

/* Big-endian, so that memcmp order is numeric order. */
void put_be32(uint8_t to[4], uint32_t value);
void put_be40(uint8_t to[5], uint64_t value);
void put_be64(uint8_t to[8], uint64_t value);
uint32_t get_be32(const uint8_t from[4]);
uint64_t get_be40(const uint8_t from[5]);
uint64_t get_be64(const uint8_t from[8]);

/* Whether @text is well-formed UTF-8: shortest forms only, no surrogates. */
bool text_is_utf8(struct bytes text);

/* Whether @text is well-formed UTF-8 without control characters (U+0000-001F, 007F-009F) and
 * bidirectional overrides (U+202A-202E, 2066-2069): names and notes end on terminals, receipts and
 * screens. */
bool text_is_clean(struct bytes text);

#endif
