#include "node/core/moment_body.h"

#include "sync/base/reader.h"

/* What newer software says behind the @known fields of @count. */
static bool end_read(struct reader *reader, uint32_t count, uint32_t known)
{
    for (uint32_t i = known; i < count && reader->err == 0; i++) {
        read_raw(reader);
    }
    return reader_finish(reader) == 0;
}

/* --- screens --- */

void screens_write(struct writer *writer, const struct gate_screens *screens)
{
    write_array(writer, VIEW_COUNT);
    for (uint32_t i = 0; i < VIEW_COUNT; i++) {
        write_uint(writer, screens->counts[i]);
    }
}

bool screens_read(struct bytes body, struct gate_screens *ret_screens)
{
    struct gate_screens screens = {.is_told = true};
    struct reader reader;
    reader_init(&reader, body);
    const uint32_t count = read_array(&reader, VIEW_COUNT, VALUE_ITEMS_MAX);
    for (uint32_t i = 0; i < VIEW_COUNT; i++) {
        screens.counts[i] = (uint32_t)read_uint(&reader, MOMENT_SCREENS_MAX);
    }
    if (!end_read(&reader, count, VIEW_COUNT)) {
        return false;
    }
    *ret_screens = screens;
    return true;
}

/* --- a reconciliation --- */

static void wish_write(struct writer *writer, const struct reconcile_wish *wish)
{
    write_uint(writer, wish->days);
    write_bool(writer, wish->is_shared);
    write_uint(writer, wish->day);
}

static void wish_read(struct reader *reader, struct reconcile_wish *ret_wish)
{
    ret_wish->days = (unsigned)read_uint(reader, RECONCILE_DAYS_MAX);
    ret_wish->is_shared = read_bool(reader);
    ret_wish->day = read_uint(reader, INT32_MAX);
}

void reconcile_asked_write(struct writer *writer, const struct reconcile_asked *asked)
{
    write_array(writer, 4);
    write_uint(writer, asked->number);
    wish_write(writer, &asked->wish);
}

bool reconcile_asked_read(struct bytes body, struct reconcile_asked *ret_asked)
{
    struct reader reader;
    reader_init(&reader, body);
    const uint32_t count = read_array(&reader, 4, VALUE_ITEMS_MAX);
    ret_asked->number = read_uint(&reader, UINT64_MAX);
    wish_read(&reader, &ret_asked->wish);
    return end_read(&reader, count, 4) && ret_asked->wish.days > 0;
}

void reconcile_part_write(struct writer *writer, const struct reconcile_part *part)
{
    write_array(writer, 7);
    write_uint(writer, part->number);
    write_uint(writer, part->parts);
    write_bool(writer, part->is_good);
    write_bin(writer, part->bytes.data, part->bytes.size);
    wish_write(writer, &part->wish);
}

bool reconcile_part_read(struct bytes body, struct reconcile_part *ret_part)
{
    struct reader reader;
    reader_init(&reader, body);
    const uint32_t count = read_array(&reader, 7, VALUE_ITEMS_MAX);
    ret_part->number = read_uint(&reader, UINT64_MAX);
    ret_part->parts = read_uint(&reader, RECONCILE_PARTS_MAX);
    ret_part->is_good = read_bool(&reader);
    ret_part->bytes = read_bin(&reader, 0, RECONCILE_PART_BYTES_MAX);
    wish_read(&reader, &ret_part->wish);
    return end_read(&reader, count, 7) && ret_part->parts > 0;
}
