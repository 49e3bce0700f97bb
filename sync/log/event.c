#include "sync/log/event.h"

#include <string.h>

#include "sync/base/check.h"

enum { CAUSAL = 1, COMMUTES = 0 };

/* By number, which is small: a table with holes. */
static const struct event_info infos[] = {
#define X(name, number, text, kind, capability, order)                                             \
    [number] = {name, text, kind, capability, (order) == CAUSAL},
#include "sync/log/event.def"
#undef X
};

enum { INFOS_COUNT = sizeof infos / sizeof infos[0] };

const struct event_info *event_info_find(uint32_t type)
{
    return type < INFOS_COUNT && infos[type].text != NULL ? &infos[type] : NULL;
}

static size_t event_bytes_max(uint32_t type)
{
    return type == EVENT_SALVAGE || type == EVENT_LOG_FORK ? EVENT_SALVAGE_BYTES_MAX
                                                           : EVENT_BYTES_MAX;
}

/* The body lies one level deep in the event, so it may nest one level less. */
static void read_body(struct reader *reader, struct bytes body)
{
    const bool is_array = body.size > 0 && (body.data[0] & 0xf0) == 0x90;
    const bool is_long_array = body.size > 0 && (body.data[0] == 0xdc || body.data[0] == 0xdd);
    const int err =
        is_array || is_long_array ? msgpack_validate(body, VALUE_DEPTH_MAX - 1) : ERR_MALFORMED;
    if (reader->err == 0 && err != 0) {
        reader_fail(reader, err);
    }
}

static void read_parents(struct reader *reader, struct event *event)
{
    event->parents_count = read_array(reader, 0, PARENTS_MAX);
    for (uint32_t i = 0; i < event->parents_count; i++) {
        event->parents[i] = read_operation(reader);
    }
}

static struct bytes rest_of(const struct reader *reader)
{
    return bytes_of(reader->at, (size_t)(reader->end - reader->at));
}

/* [..., body] or [..., body, was]: nothing follows the plain form, so its body is the rest. */
static void read_tail(struct reader *reader, struct event *event)
{
    if (!event->is_reemitted) {
        event->body = rest_of(reader);
        read_body(reader, event->body);
        reader->at = reader->err == 0 ? reader->end : reader->at;
        return;
    }
    event->body = read_raw(reader);
    read_body(reader, event->body);
    event->was = read_operation(reader);
}

int event_decode(struct bytes bytes, struct event *ret_event)
{
    struct event event = {0};
    struct reader reader;
    if (bytes.size > EVENT_SALVAGE_BYTES_MAX) {
        return ERR_TOO_LARGE;
    }
    reader_init(&reader, bytes);
    event.is_reemitted = read_array(&reader, 6, 7) == 7;
    event.type = (uint32_t)read_uint(&reader, UINT32_MAX);
    event.t = read_uint(&reader, UINT64_MAX);
    read_fixed(&reader, event.entity.bytes, ENTITY_ID_BYTES);
    read_parents(&reader, &event);
    event.by = read_uint(&reader, UINT64_MAX);
    read_tail(&reader, &event);
    const int err = reader_finish(&reader);
    if (err != 0) {
        return err;
    }
    if (bytes.size > event_bytes_max(event.type)) {
        return ERR_TOO_LARGE;
    }
    *ret_event = event;
    return 0;
}

int event_encode(const struct event *event, void *buffer, size_t capacity, struct bytes *ret_bytes)
{
    struct writer writer;
    struct bytes bytes;
    struct event copy;
    check(event->parents_count <= PARENTS_MAX);
    writer_init(&writer, buffer, capacity);
    write_array(&writer, event->is_reemitted ? 7 : 6);
    write_uint(&writer, event->type);
    write_uint(&writer, event->t);
    write_bin(&writer, event->entity.bytes, ENTITY_ID_BYTES);
    write_array(&writer, event->parents_count);
    for (uint32_t i = 0; i < event->parents_count; i++) {
        write_operation(&writer, &event->parents[i]);
    }
    write_uint(&writer, event->by);
    write_raw(&writer, event->body);
    if (event->is_reemitted) {
        write_operation(&writer, &event->was);
    }
    int err = writer_finish(&writer, &bytes);
    if (err == 0) {
        err = event_decode(bytes, &copy); /* what nobody would accept is never written */
    }
    if (err == 0) {
        *ret_bytes = bytes;
    }
    return err;
}
