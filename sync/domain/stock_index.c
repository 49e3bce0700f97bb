/* What stock notes in the index: the keys, and finding takes by them. */
#include "sync/domain/stock_index.h"

#include <string.h>

#include "sync/domain/entity.h"

enum {
    ITEM_BYTES = 4,
    OPERATION_KEY_BYTES = 8 + 5 + OPERATION_HASH_BYTES,
    TAKE_LINE_AT = 1 + ENTITY_ID_BYTES,
    TAKE_ITEM_AT = TAKE_LINE_AT + 4,
    TAKE_OPERATION_AT = TAKE_ITEM_AT + ITEM_BYTES,
    TAKE_UNITS_AT = TAKE_OPERATION_AT + OPERATION_KEY_BYTES,
    TAKE_ISSUER_AT = TAKE_UNITS_AT + 4,
    TAKE_CHANGE_AT = TAKE_ISSUER_AT + 8,
    TAKE_KEY_BYTES = TAKE_CHANGE_AT + 1,
    UNDO_KEY_BYTES = 1 + ENTITY_ID_BYTES + ITEM_BYTES + OPERATION_KEY_BYTES + 8 + 5 + 4,
};

/* --- keys --- */

static void put(struct key *key, const void *data, size_t size)
{
    memcpy(key->data + key->size, data, size);
    key->size += size;
}

static void put_32(struct key *key, uint32_t value)
{
    uint8_t data[4];
    put_be32(data, value);
    put(key, data, sizeof data);
}

static void put_place(struct key *key, const struct operation *operation)
{
    uint8_t data[8 + 5];
    put_be64(data, operation->log);
    put_be40(data + 8, operation->seq);
    put(key, data, sizeof data);
}

static void put_operation(struct key *key, const struct operation *operation)
{
    put_place(key, operation);
    put(key, operation->hash, OPERATION_HASH_BYTES);
}

static struct key key_of(enum index_kind kind, const struct entity_id *order)
{
    struct key key = {.data = {(uint8_t)kind}, .size = 1};
    put(&key, order->bytes, ENTITY_ID_BYTES);
    return key;
}

struct key stock_key_take(const struct operation *id, const struct stock_take *take)
{
    const uint8_t is_change = take->is_change ? 1 : 0;
    uint8_t issuer[8];
    struct key key = key_of(INDEX_TAKE, &take->order);
    put_be64(issuer, take->issuer);
    put_32(&key, take->line);
    put_32(&key, (uint32_t)take->item);
    put_operation(&key, id);
    put_32(&key, (uint32_t)take->units);
    put(&key, issuer, sizeof issuer);
    put(&key, &is_change, 1);
    return key;
}

/* The prefix of all undos of a take. */
static struct key key_undone(const struct entity_id *order, uint64_t item,
                             const struct operation *take)
{
    struct key key = key_of(INDEX_UNDO, order);
    put_32(&key, (uint32_t)item);
    put_operation(&key, take);
    return key;
}

struct key stock_key_undo(const struct operation *id, const struct stock_undo *undo)
{
    struct key key = key_undone(&undo->order, undo->item, &undo->take);
    put_place(&key, id);
    put_32(&key, (uint32_t)undo->units);
    return key;
}

static struct operation operation_at(const uint8_t *data)
{
    struct operation operation = {.log = get_be64(data), .seq = get_be40(data + 8)};
    memcpy(operation.hash, data + 8 + 5, OPERATION_HASH_BYTES);
    return operation;
}

/* --- reading the index --- */

/* Step to the first key with @prefix (@is_first) or to the next; ERR_NOT_FOUND past the last. */
static int walk(struct store_cursor *cursor, const struct key *prefix, size_t size, bool is_first,
                struct bytes *ret_key)
{
    struct bytes value;
    int err = is_first ? store_cursor_seek(cursor, key_bytes(prefix), ret_key, &value)
                       : store_cursor_next(cursor, ret_key, &value);
    if (err == 0 &&
        (ret_key->size < prefix->size || memcmp(ret_key->data, prefix->data, prefix->size) != 0)) {
        err = ERR_NOT_FOUND;
    }
    return err == 0 && ret_key->size != size ? ERR_MALFORMED : err;
}

int stock_units_undone(struct store_txn *txn, const struct entity_id *order,
                       struct stock_taken *take)
{
    const struct key prefix = key_undone(order, take->item, &take->take);
    struct store_cursor cursor;
    struct bytes key;
    uint64_t sum = 0;
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    err = walk(&cursor, &prefix, UNDO_KEY_BYTES, true, &key);
    while (err == 0 && sum < take->units) {
        sum += get_be32(key.data + UNDO_KEY_BYTES - 4);
        err = walk(&cursor, &prefix, UNDO_KEY_BYTES, false, &key);
    }
    store_cursor_close(&cursor);
    take->undone = sum < take->units ? sum : take->units;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static struct stock_taken taken_of(struct bytes key)
{
    return (struct stock_taken){
        .line = get_be32(key.data + TAKE_LINE_AT),
        .item = get_be32(key.data + TAKE_ITEM_AT),
        .take = operation_at(key.data + TAKE_OPERATION_AT),
        .units = get_be32(key.data + TAKE_UNITS_AT),
        .issuer = get_be64(key.data + TAKE_ISSUER_AT),
        .is_change = key.data[TAKE_CHANGE_AT] != 0,
    };
}

int stock_takes(struct store_txn *txn, const struct entity_id *order, uint32_t line,
                struct stock_taken *ret_takes, uint32_t count_max, uint32_t *ret_count)
{
    struct key prefix = key_of(INDEX_TAKE, order);
    struct store_cursor cursor;
    struct bytes key;
    uint32_t count = 0;
    put_32(&prefix, line);
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    err = walk(&cursor, &prefix, TAKE_KEY_BYTES, true, &key);
    while (err == 0 && count < count_max) {
        ret_takes[count++] = taken_of(key);
        err = walk(&cursor, &prefix, TAKE_KEY_BYTES, false, &key);
    }
    store_cursor_close(&cursor);
    err = err == ERR_NOT_FOUND ? 0 : err;
    for (uint32_t i = 0; i < count && err == 0; i++) {
        err = stock_units_undone(txn, order, &ret_takes[i]);
    }
    *ret_count = count;
    return err;
}

int stock_take_find(struct store_txn *txn, const struct stock_undo *undo,
                    struct stock_taken *ret_taken)
{
    const struct key prefix = key_of(INDEX_TAKE, &undo->order);
    struct store_cursor cursor;
    struct bytes key;
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    *ret_taken = (struct stock_taken){0};
    if (err != 0) {
        return err;
    }
    err = walk(&cursor, &prefix, TAKE_KEY_BYTES, true, &key);
    while (err == 0 && ret_taken->units == 0) {
        const struct stock_taken taken = taken_of(key);
        if (taken.item == undo->item && operation_equal(&taken.take, &undo->take)) {
            *ret_taken = taken;
        }
        err = walk(&cursor, &prefix, TAKE_KEY_BYTES, false, &key);
    }
    store_cursor_close(&cursor);
    err = err == ERR_NOT_FOUND ? 0 : err;
    if (err == 0 && ret_taken->units > 0) {
        err = stock_units_undone(txn, &undo->order, ret_taken);
    }
    return err;
}

/* --- the way back --- */

bool stock_key_parse(struct bytes key, uint64_t *ret_item, struct operation *ret_place)
{
    enum { UNDO_ITEM_AT = 1 + ENTITY_ID_BYTES, UNDO_PLACE_AT = UNDO_KEY_BYTES - 4 - 5 - 8 };
    const bool is_take = key.data[0] == INDEX_TAKE;
    if ((is_take && key.size != TAKE_KEY_BYTES) || (!is_take && key.size != UNDO_KEY_BYTES)) {
        return false;
    }
    const uint8_t *place = key.data + (is_take ? TAKE_OPERATION_AT : UNDO_PLACE_AT);
    *ret_item = get_be32(key.data + (is_take ? TAKE_ITEM_AT : UNDO_ITEM_AT));
    *ret_place = (struct operation){.log = get_be64(place), .seq = get_be40(place + 8)};
    return true;
}
