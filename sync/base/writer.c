#include "sync/base/writer.h"

#include <string.h>

#include <msgpack/pack.h>

#include "sync/base/check.h"

void writer_init(struct writer *writer, void *data, size_t capacity)
{
    *writer = (struct writer){.data = data, .capacity = capacity};
}

/* msgpack-c's way out: all or nothing of each piece; after the first miss nothing is written. */
static int append(void *to, const char *data, size_t size)
{
    struct writer *writer = to;
    if (writer->err != 0 || size > writer->capacity - writer->size) {
        writer->err = ERR_TOO_LARGE;
        return -1;
    }
    if (size > 0) {
        memcpy(writer->data + writer->size, data, size);
        writer->size += size;
    }
    return 0;
}

static msgpack_packer packer_of(struct writer *writer)
{
    return (msgpack_packer){.data = writer, .callback = append};
}

/* What the packer returns is append()'s answer, which the writer remembers. */

void write_array(struct writer *writer, uint32_t count)
{
    msgpack_packer packer = packer_of(writer);
    (void)msgpack_pack_array(&packer, count);
}

void write_uint(struct writer *writer, uint64_t value)
{
    msgpack_packer packer = packer_of(writer);
    (void)msgpack_pack_uint64(&packer, value);
}

void write_int(struct writer *writer, int64_t value)
{
    msgpack_packer packer = packer_of(writer);
    (void)msgpack_pack_int64(&packer, value);
}

void write_bool(struct writer *writer, bool value)
{
    msgpack_packer packer = packer_of(writer);
    (void)(value ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer));
}

void write_nil(struct writer *writer)
{
    msgpack_packer packer = packer_of(writer);
    (void)msgpack_pack_nil(&packer);
}

void write_bin(struct writer *writer, const void *data, size_t size)
{
    check(size <= UINT32_MAX);
    msgpack_packer packer = packer_of(writer);
    (void)msgpack_pack_bin(&packer, size);
    (void)append(writer, data, size);
}

void write_id64(struct writer *writer, uint64_t id)
{
    uint8_t bytes[8];
    put_be64(bytes, id);
    write_bin(writer, bytes, sizeof bytes);
}

void write_text(struct writer *writer, struct bytes text)
{
    check(text.size <= UINT32_MAX);
    msgpack_packer packer = packer_of(writer);
    (void)msgpack_pack_str(&packer, text.size);
    (void)append(writer, (const char *)text.data, text.size);
}

void write_raw(struct writer *writer, struct bytes value)
{
    (void)append(writer, (const char *)value.data, value.size);
}

int writer_finish(const struct writer *writer, struct bytes *ret_bytes)
{
    if (writer->err != 0) {
        return writer->err;
    }
    *ret_bytes = bytes_of(writer->data, writer->size);
    return 0;
}
