/* What a salvage says; see salvage.h. */
#include "sync/log/salvage.h"

#include <string.h>

/* An event that is chained over: whatever carries it is kept current by itself. */
static bool is_carried(struct bytes bytes)
{
    struct event event;
    return event_decode(bytes, &event) != 0 ||
           (event.type != EVENT_SALVAGE && event.type != EVENT_LOG_FORK);
}

int salvage_encode(const struct run *run, const struct public_key *log_key,
                   const struct hash *before, void *buffer, size_t capacity, struct bytes *ret_body)
{
    struct writer writer;
    writer_init(&writer, buffer, capacity);
    write_array(&writer, 6);
    write_id64(&writer, run->log);
    write_bin(&writer, log_key->bytes, PUBLIC_KEY_BYTES);
    write_uint(&writer, run->first_seq);
    write_bin(&writer, before->bytes, HASH_BYTES);
    write_array(&writer, run->count);
    for (uint32_t i = 0; i < run->count; i++) {
        const struct bytes event = run->events[i].bytes;
        if (is_carried(event)) {
            write_bin(&writer, event.data, event.size);
            continue;
        }
        const struct hash event_hash = chain_event_hash(event);
        write_array(&writer, 1);
        write_bin(&writer, event_hash.bytes, HASH_BYTES);
    }
    write_bin(&writer, run->signature.bytes, SIGNATURE_BYTES);
    return writer_finish(&writer, ret_body);
}

static void read_element(struct reader *reader, struct salvaged *ret_element)
{
    *ret_element = (struct salvaged){.event = bytes_of(NULL, 0)};
    if (reader_peek(reader) == READER_ARRAY) {
        read_array(reader, 1, 1);
        read_fixed(reader, ret_element->event_hash.bytes, HASH_BYTES);
        return;
    }
    ret_element->event = read_bin(reader, 1, EVENT_BYTES_MAX);
    ret_element->event_hash = chain_event_hash(ret_element->event);
}

int salvage_decode(struct bytes body, struct salvage *ret_salvage)
{
    struct salvage salvage = {.log = 0};
    struct reader reader;
    struct salvaged element;
    reader_init(&reader, body);
    const uint32_t fields = read_array(&reader, 6, VALUE_ITEMS_MAX);
    salvage.log = read_id64(&reader);
    read_fixed(&reader, salvage.log_key.bytes, PUBLIC_KEY_BYTES);
    salvage.first_seq = read_uint(&reader, SEQ_MAX - RUN_EVENTS_MAX);
    read_fixed(&reader, salvage.before.bytes, HASH_BYTES);
    salvage.count = read_array(&reader, 1, RUN_EVENTS_MAX);
    const uint8_t *from = reader.at;
    for (uint32_t i = 0; i < salvage.count && reader.err == 0; i++) {
        read_element(&reader, &element);
    }
    salvage.list = bytes_of(from, (size_t)(reader.at - from));
    read_fixed(&reader, salvage.signature.bytes, SIGNATURE_BYTES);
    for (uint32_t i = 6; i < fields && reader.err == 0; i++) {
        read_raw(&reader);
    }
    if (salvage.first_seq == 0) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    const int err = reader_finish(&reader);
    if (err == 0) {
        *ret_salvage = salvage;
    }
    return err;
}

bool salvage_next(struct reader *reader, struct salvaged *ret_element)
{
    if (reader->err != 0 || reader->at == reader->end) {
        return false;
    }
    read_element(reader, ret_element);
    return reader->err == 0;
}

int salvage_verify(const struct salvage *salvage, const struct popup_id *popup)
{
    struct hash hash = salvage->before;
    struct salvaged element;
    struct event event;
    struct reader reader;
    if (id64_of_key(&salvage->log_key) != salvage->log) {
        return ERR_MISMATCH;
    }
    reader_init(&reader, salvage->list);
    while (salvage_next(&reader, &element)) {
        if (element.event.size > 0 && event_decode(element.event, &event) != 0) {
            return ERR_MALFORMED;
        }
        hash = chain_next(&hash, &element.event_hash);
    }
    return head_verify(&salvage->signature, popup, salvage->log,
                       salvage->first_seq + salvage->count - 1, &hash, &salvage->log_key);
}

int salvaged_event(struct store_txn *txn, const struct salvaged_row *row, struct bytes *ret_event)
{
    struct hash hash;
    struct bytes bytes;
    struct event carrier;
    struct salvage salvage;
    struct salvaged element = {.event = bytes_of(NULL, 0)};
    struct reader reader;
    const int err = event_get(txn, row->carrier.log, row->carrier.seq, &hash, &bytes);
    if (err != 0) {
        return err == ERR_IO ? ERR_IO : ERR_MALFORMED;
    }
    if (event_decode(bytes, &carrier) != 0 || salvage_decode(carrier.body, &salvage) != 0) {
        return ERR_MALFORMED;
    }
    reader_init(&reader, salvage.list);
    for (uint32_t i = 0; i <= row->position; i++) {
        if (!salvage_next(&reader, &element)) {
            return ERR_MALFORMED;
        }
    }
    *ret_event = element.event;
    return element.event.size > 0 ? 0 : ERR_MALFORMED;
}
