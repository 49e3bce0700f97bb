#include "sync/log/tables.h"

#include <string.h>

#include "sync/base/check.h"

enum {
    LOG_BYTES = 8,
    SEQ_BYTES = 5,
    EVENT_KEY_BYTES = LOG_BYTES + SEQ_BYTES,
    ENTITY_EVENT_KEY_BYTES = ENTITY_ID_BYTES + EVENT_KEY_BYTES,
    STATE_KEY_BYTES = 1 + ENTITY_ID_BYTES
};

static void key_add(struct key *key, const void *data, size_t size)
{
    check(size <= sizeof key->data - key->size);
    memcpy(key->data + key->size, data, size);
    key->size += size;
}

static void key_add_event(struct key *key, uint64_t log, uint64_t seq)
{
    uint8_t data[EVENT_KEY_BYTES];
    check(seq <= SEQ_MAX);
    put_be64(data, log);
    put_be40(data + LOG_BYTES, seq);
    key_add(key, data, sizeof data);
}

struct key key_event(uint64_t log, uint64_t seq)
{
    struct key key = {.size = 0};
    key_add_event(&key, log, seq);
    return key;
}

static struct key key_number(uint64_t number)
{
    struct key key = {.size = 0};
    uint8_t data[8];
    put_be64(data, number);
    key_add(&key, data, sizeof data);
    return key;
}

struct key key_head(uint64_t log)
{
    return key_number(log);
}

struct key key_change(uint64_t number)
{
    return key_number(number);
}

struct key key_entity(const struct entity_id *entity)
{
    struct key key = {.size = 0};
    key_add(&key, entity->bytes, ENTITY_ID_BYTES);
    return key;
}

struct key key_entity_event(const struct entity_id *entity, uint64_t log, uint64_t seq)
{
    struct key key = key_entity(entity);
    key_add_event(&key, log, seq);
    return key;
}

struct key key_state(enum kind kind, const struct entity_id *entity)
{
    struct key key = {.size = 0};
    const uint8_t first = (uint8_t)kind;
    check(kind > KIND_NONE && kind <= KIND_LAST);
    key_add(&key, &first, 1);
    key_add(&key, entity->bytes, ENTITY_ID_BYTES);
    return key;
}

int key_event_parse(struct bytes key, uint64_t *ret_log, uint64_t *ret_seq)
{
    if (key.size != EVENT_KEY_BYTES) {
        return ERR_MALFORMED;
    }
    *ret_log = get_be64(key.data);
    *ret_seq = get_be40(key.data + LOG_BYTES);
    return 0;
}

int key_entity_event_parse(struct bytes key, struct entity_id *ret_entity, uint64_t *ret_log,
                           uint64_t *ret_seq)
{
    if (key.size != ENTITY_EVENT_KEY_BYTES) {
        return ERR_MALFORMED;
    }
    memcpy(ret_entity->bytes, key.data, ENTITY_ID_BYTES);
    return key_event_parse(bytes_of(key.data + ENTITY_ID_BYTES, EVENT_KEY_BYTES), ret_log, ret_seq);
}

int key_state_parse(struct bytes key, enum kind *ret_kind, struct entity_id *ret_entity)
{
    if (key.size != STATE_KEY_BYTES || key.data[0] == KIND_NONE || key.data[0] > KIND_LAST) {
        return ERR_MALFORMED;
    }
    *ret_kind = (enum kind)key.data[0];
    memcpy(ret_entity->bytes, key.data + 1, ENTITY_ID_BYTES);
    return 0;
}

int event_row_parse(struct bytes row, struct hash *ret_hash, struct bytes *ret_event)
{
    if (row.size <= HASH_BYTES) {
        return ERR_MALFORMED;
    }
    memcpy(ret_hash->bytes, row.data, HASH_BYTES);
    *ret_event = bytes_of(row.data + HASH_BYTES, row.size - HASH_BYTES);
    return 0;
}

int event_get(struct store_txn *txn, uint64_t log, uint64_t seq, struct hash *ret_hash,
              struct bytes *ret_event)
{
    const struct key key = key_event(log, seq);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOG, key_bytes(&key), &row);
    return err != 0 ? err : event_row_parse(row, ret_hash, ret_event);
}

int event_read(struct store_txn *txn, uint64_t log, uint64_t seq, struct operation *ret_id,
               struct event *ret_event)
{
    struct hash hash;
    struct bytes bytes;
    int err = event_get(txn, log, seq, &hash, &bytes);
    if (err == 0) {
        err = event_decode(bytes, ret_event);
    }
    if (err != 0) {
        return err == ERR_IO ? ERR_IO : ERR_MALFORMED;
    }
    *ret_id = (struct operation){.log = log, .seq = seq};
    memcpy(ret_id->hash, hash.bytes, OPERATION_HASH_BYTES);
    return 0;
}
