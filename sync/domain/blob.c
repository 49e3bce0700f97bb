#include "sync/domain/blob.h"

#include <string.h>

#include "sync/domain/body.h"

/* --- bodies --- */

void blob_add_encode(const struct blob_add *add, struct writer *writer)
{
    const bool is_about = add->about_kind != KIND_NONE;
    write_array(writer, is_about ? 6 : 4);
    write_bin(writer, add->hash.bytes, sizeof add->hash.bytes);
    write_uint(writer, add->size);
    write_text(writer, add->media);
    write_bool(writer, add->is_personal);
    if (is_about) {
        write_uint(writer, (uint64_t)add->about_kind);
        write_bin(writer, add->about.bytes, sizeof add->about.bytes);
    }
}

/* Older software ignores whatever stands here, so nothing that stands here makes a blob void. */
static void read_about(struct reader *reader, uint32_t *unknown, struct blob_add *add)
{
    if (*unknown < 2 || reader_peek(reader) != READER_UINT) {
        return;
    }
    (*unknown)--;
    const uint64_t kind = read_uint(reader, UINT64_MAX);
    if (kind == KIND_NONE || kind > KIND_LAST || reader_peek(reader) != READER_BIN) {
        return;
    }
    (*unknown)--;
    const struct bytes about = read_bin(reader, 0, EVENT_SALVAGE_BYTES_MAX);
    if (about.size == sizeof add->about.bytes) {
        add->about_kind = (enum kind)kind;
        memcpy(add->about.bytes, about.data, sizeof add->about.bytes);
    }
}

int blob_add_decode(struct bytes body, struct blob_add *ret_add)
{
    struct blob_add add = {0};
    struct reader reader;
    uint32_t unknown = body_begin(&reader, body, 4);
    read_fixed(&reader, add.hash.bytes, sizeof add.hash.bytes);
    add.size = (uint32_t)read_uint(&reader, BLOB_BYTES_MAX);
    add.media = read_text(&reader, MEDIA_BYTES_MAX);
    add.is_personal = read_bool(&reader);
    read_about(&reader, &unknown, &add);
    if (add.size == 0 || add.media.size == 0) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_add = add;
    }
    return err;
}

void blob_erase_encode(const struct blob_erase *erase, struct writer *writer)
{
    write_array(writer, 2);
    write_bin(writer, erase->hash.bytes, sizeof erase->hash.bytes);
    write_text(writer, erase->reason);
}

int blob_erase_decode(struct bytes body, struct blob_erase *ret_erase)
{
    struct blob_erase erase;
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    read_fixed(&reader, erase.hash.bytes, sizeof erase.hash.bytes);
    erase.reason = read_text(&reader, REASON_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_erase = erase;
    }
    return err;
}

void contact_encode(const struct contact *contact, struct writer *writer)
{
    write_array(writer, 1);
    write_bin(writer, contact->hash.bytes, sizeof contact->hash.bytes);
}

int contact_decode(struct bytes body, struct contact *ret_contact)
{
    struct contact contact;
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    read_fixed(&reader, contact.hash.bytes, sizeof contact.hash.bytes);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_contact = contact;
    }
    return err;
}

/* --- names --- */

struct hash blob_hash(struct bytes bytes)
{
    const struct bytes parts[] = {bytes_of_text("trestle/blob/1"), bytes};
    struct hash hash;
    hash_parts(hash.bytes, sizeof hash.bytes, parts, 2);
    return hash;
}

struct hash blob_hash_of_messages(const struct entity_id *order)
{
    const struct bytes parts[] = {bytes_of_text("trestle/messages/1"),
                                  bytes_of(order->bytes, sizeof order->bytes)};
    struct hash hash;
    hash_parts(hash.bytes, sizeof hash.bytes, parts, 2);
    return hash;
}

struct entity_id blob_entity(const struct hash *hash)
{
    const struct bytes parts[] = {bytes_of_text("trestle/blob/id/1"),
                                  bytes_of(hash->bytes, sizeof hash->bytes)};
    struct entity_id id;
    hash_parts(id.bytes, sizeof id.bytes, parts, 2);
    return id;
}

static bool is_of(const struct history *history, const struct hash *hash)
{
    const struct entity_id id = blob_entity(hash);
    return entity_id_equal(&id, &history->entity);
}

/* --- the fold --- */

static void take_add(struct blob *blob, const struct blob_add *add)
{
    blob->is_personal |= add->is_personal;
    if (blob->is_known) {
        return; /* events come in order of their operation: the smallest stands */
    }
    blob->is_known = true;
    blob->hash = add->hash;
    blob->size = add->size;
    blob->media = add->media;
    blob->about_kind = add->about_kind;
    blob->about = add->about;
}

void blob_derive(const struct history *history, struct blob *ret_blob)
{
    struct blob blob = {.is_opaque = history->is_opaque, .media = bytes_of_text("")};
    struct blob_add add;
    struct blob_erase erase;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct history_event *event = &history->events[i];
        if (event->type == EVENT_BLOB_ADD && blob_add_decode(event->body, &add) == 0 &&
            is_of(history, &add.hash)) {
            take_add(&blob, &add);
        } else if (event->type == EVENT_BLOB_ERASE && blob_erase_decode(event->body, &erase) == 0 &&
                   is_of(history, &erase.hash)) {
            blob.is_erased = true;
            blob.hash = erase.hash;
        }
    }
    *ret_blob = blob;
}
