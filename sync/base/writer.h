/* writer.h - canonical msgpack into the caller's buffer.
 *
 * Layer: sync/base (pure). Over msgpack-c's packer, whose integers and headers are already the
 * shortest. Errors stick: when the buffer is too small the writer remembers ERR_TOO_LARGE and
 * writer_finish() says so.
 */
#ifndef TRESTLE_SYNC_BASE_WRITER_H
#define TRESTLE_SYNC_BASE_WRITER_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

struct writer {
    uint8_t *data;
    size_t size; /* written so far */
    size_t capacity;
    int err;
};

void writer_init(struct writer *writer, void *data, size_t capacity);
void write_array(struct writer *writer, uint32_t count);
void write_uint(struct writer *writer, uint64_t value);
void write_int(struct writer *writer, int64_t value);
void write_bool(struct writer *writer, bool value);
void write_nil(struct writer *writer);
void write_bin(struct writer *writer, const void *data, size_t size);
void write_id64(struct writer *writer, uint64_t id); /* bin of 8, big-endian */
void write_text(struct writer *writer, struct bytes text);
void write_raw(struct writer *writer, struct bytes value); /* an encoded value, verbatim */

/* 0 and the bytes written (borrowed from the buffer), or ERR_TOO_LARGE. */
MUST_CHECK int writer_finish(const struct writer *writer, struct bytes *ret_bytes);

#endif
