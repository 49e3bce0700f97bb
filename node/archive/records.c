#include "node/archive/records.h"

#include <string.h>

#include "sync/base/crypto.h"

/* --- writing --- */

int records_begin(struct record_file *records, FILE *file, const char *magic)
{
    size_t size = strlen(magic);
    records->file = file;
    records->count = 0;
    memset(&records->digest, 0, sizeof records->digest);
    return fwrite(magic, 1, size, file) == size ? 0 : ERR_FULL;
}

void record_begin(struct record_file *records, struct writer *writer, uint32_t kind,
                  uint32_t fields)
{
    writer_init(writer, records->data, sizeof records->data);
    write_array(writer, fields);
    write_uint(writer, kind);
}

static void digest_add(struct record_file *records, struct bytes record)
{
    const struct bytes parts[] = {bytes_of(records->digest.bytes, HASH_BYTES), record};
    records->before = records->digest;
    struct hash next;
    hash_parts(next.bytes, sizeof next.bytes, parts, 2);
    records->digest = next;
    records->count++;
}

int record_end(struct record_file *records, const struct writer *writer)
{
    uint8_t size[4];
    struct bytes record;
    int err = writer_finish(writer, &record);
    if (err != 0) {
        return err;
    }
    put_be32(size, (uint32_t)record.size);
    digest_add(records, record);
    bool is_written = fwrite(size, 1, sizeof size, records->file) == sizeof size &&
                      fwrite(record.data, 1, record.size, records->file) == record.size;
    return is_written ? 0 : ERR_FULL;
}

int records_end(struct record_file *records, uint32_t kind)
{
    struct writer writer;
    record_begin(records, &writer, kind, 3);
    write_uint(&writer, records->count);
    write_bin(&writer, records->digest.bytes, sizeof records->digest.bytes);
    return record_end(records, &writer);
}

/* --- reading --- */

/* ERR_NOT_FOUND: nothing more. ERR_MALFORMED: less than @size. */
static int read_exactly(FILE *file, void *to, size_t size)
{
    size_t got = fread(to, 1, size, file);
    if (got == size) {
        return 0;
    }
    if (ferror(file) != 0) {
        return ERR_IO;
    }
    return got == 0 ? ERR_NOT_FOUND : ERR_MALFORMED;
}

int records_open(struct record_file *records, FILE *file, const char *magic)
{
    uint8_t found[64];
    size_t size = strlen(magic);
    records->file = file;
    records->count = 0;
    memset(&records->digest, 0, sizeof records->digest);
    int err = size > sizeof found ? ERR_MALFORMED : read_exactly(file, found, size);
    if (err == 0 && memcmp(found, magic, size) != 0) {
        err = ERR_MALFORMED;
    }
    return err == ERR_NOT_FOUND ? ERR_MALFORMED : err;
}

int record_next(struct record_file *records, struct bytes *ret_record)
{
    uint8_t size[4];
    int err = read_exactly(records->file, size, sizeof size);
    if (err != 0) {
        return err;
    }
    const size_t count = get_be32(size);
    if (count == 0 || count > sizeof records->data) {
        return ERR_MALFORMED;
    }
    err = read_exactly(records->file, records->data, count);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? ERR_MALFORMED : err;
    }
    *ret_record = bytes_of(records->data, count);
    digest_add(records, *ret_record);
    return 0;
}

int records_check_end(const struct record_file *records, struct reader *reader)
{
    struct hash digest;
    const uint64_t count = read_uint(reader, UINT64_MAX);
    read_fixed(reader, digest.bytes, sizeof digest.bytes);
    int err = reader_finish(reader);
    if (err == 0 && (count != records->count - 1 || !hash_equal(&digest, &records->before))) {
        err = ERR_MALFORMED;
    }
    return err;
}
