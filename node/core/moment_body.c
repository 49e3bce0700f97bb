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

/* --- health --- */

enum {
    PRINTER_FIELDS = 3,
    PEER_FIELDS = 6,
    HEALTH_FIELDS = 5,
    TROUBLES_MAX = 0xffff, /* those of newer software among them */
    /* Each at its longest: an array, and what is in it. */
    PRINTER_BYTES_MAX = 1 + 5 + 3 + 3,
    PEER_BYTES_MAX = 1 + 10 + 1 + 5 + 3 + 3 + 5,
    HEALTH_REST_BYTES_MAX = 1 + 9 + 9 + 3 + 3 + 5,
};

_Static_assert(HEALTH_REST_BYTES_MAX + HEALTH_PRINTERS_MAX * PRINTER_BYTES_MAX +
                       HEALTH_PEERS_MAX * PEER_BYTES_MAX <=
                   HEALTH_BODY_BYTES_MAX,
               "all of it has room");

static void health_printer_write(struct writer *writer, const struct gate_health_printer *printer)
{
    write_array(writer, PRINTER_FIELDS);
    write_uint(writer, printer->number);
    write_uint(writer, printer->troubles);
    write_uint(writer, printer->waiting);
}

static void health_peer_write(struct writer *writer, const struct gate_health_peer *peer)
{
    write_array(writer, PEER_FIELDS);
    write_id64(writer, peer->device);
    write_uint(writer, (uint64_t)peer->link);
    if (peer->is_heard) {
        write_uint(writer, peer->heard_s_ago);
    } else {
        write_nil(writer);
    }
    write_uint(writer, peer->behind);
    write_uint(writer, peer->ahead);
    write_int(writer, peer->clock_offset_ms);
}

void health_write(struct writer *writer, const struct gate_health *health)
{
    write_array(writer, HEALTH_FIELDS);
    write_uint(writer, health->store_bytes);
    write_uint(writer, health->store_bytes_max);
    write_array(writer, health->printers_count);
    for (uint32_t i = 0; i < health->printers_count; i++) {
        health_printer_write(writer, &health->printers[i]);
    }
    write_array(writer, health->peers_count);
    for (uint32_t i = 0; i < health->peers_count; i++) {
        health_peer_write(writer, &health->peers[i]);
    }
    write_uint(writer, health->others);
}

static void health_printer_read(struct reader *reader, struct gate_health_printer *ret_printer)
{
    (void)read_array(reader, PRINTER_FIELDS, PRINTER_FIELDS);
    ret_printer->number = (uint32_t)read_uint(reader, UINT32_MAX);
    ret_printer->troubles = (unsigned)read_uint(reader, TROUBLES_MAX);
    ret_printer->waiting = (uint32_t)read_uint(reader, HEALTH_COUNT_MAX);
}

static void health_peer_read(struct reader *reader, struct gate_health_peer *ret_peer)
{
    (void)read_array(reader, PEER_FIELDS, PEER_FIELDS);
    ret_peer->device = read_id64(reader);
    ret_peer->link = (enum gate_link)read_uint(reader, GATE_LOST);
    ret_peer->is_heard = !read_nil(reader);
    ret_peer->heard_s_ago =
        ret_peer->is_heard ? (uint32_t)read_uint(reader, HEALTH_HEARD_S_MAX) : 0;
    ret_peer->behind = (uint32_t)read_uint(reader, HEALTH_COUNT_MAX);
    ret_peer->ahead = (uint32_t)read_uint(reader, HEALTH_COUNT_MAX);
    ret_peer->clock_offset_ms = (int32_t)read_int(reader, INT32_MIN, INT32_MAX);
}

bool health_read(struct bytes body, struct gate_health *ret_health)
{
    struct gate_health health = {.device = 0};
    struct reader reader;
    reader_init(&reader, body);
    const uint32_t count = read_array(&reader, HEALTH_FIELDS, VALUE_ITEMS_MAX);
    health.store_bytes = read_uint(&reader, INT64_MAX);
    health.store_bytes_max = read_uint(&reader, INT64_MAX);
    health.printers_count = read_array(&reader, 0, HEALTH_PRINTERS_MAX);
    for (uint32_t i = 0; i < health.printers_count; i++) {
        health_printer_read(&reader, &health.printers[i]);
    }
    health.peers_count = read_array(&reader, 0, HEALTH_PEERS_MAX);
    for (uint32_t i = 0; i < health.peers_count; i++) {
        health_peer_read(&reader, &health.peers[i]);
    }
    health.others = (uint32_t)read_uint(&reader, DEVICES_MAX);
    if (!end_read(&reader, count, HEALTH_FIELDS)) {
        return false;
    }
    *ret_health = health;
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
