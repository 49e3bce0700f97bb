/* The table of what salvages carry is read; see salvage.h. */
#include "sync/log/salvage_rows.h"

static const uint8_t *get_place(const uint8_t *from, uint64_t *ret_log, uint64_t *ret_seq)
{
    *ret_log = get_be64(from);
    *ret_seq = get_be40(from + 8);
    return from + SALVAGE_LOG_SEQ_BYTES;
}

static const uint8_t *get_identity(const uint8_t *from, struct operation *ret_id)
{
    from = get_place(from, &ret_id->log, &ret_id->seq);
    memcpy(ret_id->hash, from, OPERATION_HASH_BYTES);
    return from + OPERATION_HASH_BYTES;
}

static uint32_t get_be16(const uint8_t *from)
{
    return (uint32_t)from[0] << 8 | from[1];
}

static int parse_by_entity(struct bytes key, struct bytes value, struct salvaged_row *ret_row)
{
    if (key.size != SALVAGE_ENTITY_KEY_BYTES || value.size != 2) {
        return ERR_MALFORMED;
    }
    *ret_row = (struct salvaged_row){.position = get_be16(value.data)};
    memcpy(ret_row->entity.bytes, key.data + 1, ENTITY_ID_BYTES);
    const uint8_t *at = get_identity(key.data + 1 + ENTITY_ID_BYTES, &ret_row->id);
    get_place(at, &ret_row->carrier.log, &ret_row->carrier.seq);
    return 0;
}

static int parse_by_identity(struct bytes key, struct bytes value, struct salvaged_row *ret_row)
{
    if (key.size != SALVAGE_IDENTITY_KEY_BYTES || value.size != SALVAGE_IDENTITY_VALUE_BYTES) {
        return ERR_MALFORMED;
    }
    *ret_row = (struct salvaged_row){.position = get_be16(value.data),
                                     .first_seq = get_be40(value.data + 2)};
    get_place(get_identity(key.data + 1, &ret_row->id), &ret_row->carrier.log,
              &ret_row->carrier.seq);
    memcpy(ret_row->before, value.data + 7, OPERATION_HASH_BYTES);
    ret_row->type = get_be32(value.data + 7 + OPERATION_HASH_BYTES);
    memcpy(ret_row->entity.bytes, value.data + 11 + OPERATION_HASH_BYTES, ENTITY_ID_BYTES);
    return 0;
}

int salvage_row_parse(struct bytes key, struct bytes value, struct salvaged_row *ret_row)
{
    return key.data[0] == SALVAGE_ROW_BY_ENTITY ? parse_by_entity(key, value, ret_row)
                                                : parse_by_identity(key, value, ret_row);
}

/* The row at the cursor, while it has the prefix. */
static int take_row(const struct salvage_cursor *cursor, int err, struct bytes key,
                    struct bytes value, struct salvaged_row *ret_row)
{
    if (err != 0) {
        return err;
    }
    if (key.size < cursor->prefix_size ||
        memcmp(key.data, cursor->prefix, cursor->prefix_size) != 0) {
        return ERR_NOT_FOUND;
    }
    return salvage_row_parse(key, value, ret_row);
}

static int cursor_begin(struct salvage_cursor *cursor, struct store_txn *txn, struct bytes from,
                        struct salvaged_row *ret_row)
{
    struct bytes key = {0};
    struct bytes value = {0};
    int err = store_cursor_open(txn, TABLE_SALVAGE, &cursor->cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor->cursor, from, &key, &value);
    err = take_row(cursor, err, key, value, ret_row);
    if (err != 0) {
        salvage_cursor_close(cursor);
    }
    return err;
}

static struct bytes prefix_of(const struct salvage_cursor *cursor)
{
    return bytes_of(cursor->prefix, cursor->prefix_size);
}

int salvage_of_entity(struct salvage_cursor *cursor, struct store_txn *txn,
                      const struct entity_id *entity, struct salvaged_row *ret_row)
{
    *cursor = (struct salvage_cursor){.prefix = {SALVAGE_ROW_BY_ENTITY},
                                      .prefix_size = 1 + ENTITY_ID_BYTES};
    memcpy(cursor->prefix + 1, entity->bytes, ENTITY_ID_BYTES);
    return cursor_begin(cursor, txn, prefix_of(cursor), ret_row);
}

int salvage_of_log(struct salvage_cursor *cursor, struct store_txn *txn,
                   const struct operation *from, struct salvaged_row *ret_row)
{
    *cursor = (struct salvage_cursor){.prefix = {SALVAGE_ROW_BY_IDENTITY}, .prefix_size = 1 + 8};
    salvage_put_identity(cursor->prefix + 1, from);
    return cursor_begin(cursor, txn, bytes_of(cursor->prefix, 1 + SALVAGE_IDENTITY_BYTES), ret_row);
}

int salvage_of_operation(struct salvage_cursor *cursor, struct store_txn *txn,
                         const struct operation *id, struct salvaged_row *ret_row)
{
    *cursor = (struct salvage_cursor){.prefix = {SALVAGE_ROW_BY_IDENTITY},
                                      .prefix_size = 1 + SALVAGE_IDENTITY_BYTES};
    salvage_put_identity(cursor->prefix + 1, id);
    return cursor_begin(cursor, txn, prefix_of(cursor), ret_row);
}

/* The first row beyond all whose keys begin with the first @size bytes at @key, which has room for
 * the longest and one. */
static int row_beyond(struct salvage_cursor *cursor, uint8_t key[SALVAGE_ENTITY_KEY_BYTES + 1],
                      size_t size, struct salvaged_row *ret_row)
{
    struct bytes found = {0};
    struct bytes value = {0};
    memset(key + size, 0xff, SALVAGE_ENTITY_KEY_BYTES + 1 - size);
    const int err = store_cursor_seek(&cursor->cursor, bytes_of(key, SALVAGE_ENTITY_KEY_BYTES + 1),
                                      &found, &value);
    return take_row(cursor, err, found, value, ret_row);
}

int salvage_row_of_next_event(struct salvage_cursor *cursor, const struct salvaged_row *row,
                              struct salvaged_row *ret_row)
{
    uint8_t key[SALVAGE_ENTITY_KEY_BYTES + 1] = {SALVAGE_ROW_BY_ENTITY};
    memcpy(key + 1, row->entity.bytes, ENTITY_ID_BYTES);
    salvage_put_identity(key + 1 + ENTITY_ID_BYTES, &row->id);
    return row_beyond(cursor, key, 1 + ENTITY_ID_BYTES + SALVAGE_IDENTITY_BYTES, ret_row);
}

int salvage_row_of_next_log(struct salvage_cursor *cursor, const struct salvaged_row *row,
                            struct salvaged_row *ret_row)
{
    uint8_t key[SALVAGE_ENTITY_KEY_BYTES + 1] = {SALVAGE_ROW_BY_IDENTITY};
    put_be64(salvage_put_identity(key + 1, &row->id), row->carrier.log);
    return row_beyond(cursor, key, 1 + SALVAGE_IDENTITY_BYTES + 8, ret_row);
}

int salvage_carries(struct store_txn *txn, const struct log_place *carrier,
                    const struct operation *id, bool *ret_does)
{
    uint8_t key[SALVAGE_IDENTITY_KEY_BYTES] = {SALVAGE_ROW_BY_IDENTITY};
    struct bytes value;
    salvage_put_place(salvage_put_identity(key + 1, id), carrier->log, carrier->seq);
    const int err = store_get(txn, TABLE_SALVAGE, bytes_of(key, sizeof key), &value);
    *ret_does = err == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

int salvage_row_next(struct salvage_cursor *cursor, struct salvaged_row *ret_row)
{
    struct bytes key = {0};
    struct bytes value = {0};
    const int err = store_cursor_next(&cursor->cursor, &key, &value);
    return take_row(cursor, err, key, value, ret_row);
}

void salvage_cursor_close(struct salvage_cursor *cursor)
{
    store_cursor_close(&cursor->cursor);
}

int salvage_entity_after(struct store_txn *txn, const struct entity_id *after,
                         struct entity_id *ret_entity)
{
    uint8_t from[SALVAGE_ENTITY_KEY_BYTES + 1];
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    memset(from, 0xff, sizeof from); /* above every event of @after */
    from[0] = SALVAGE_ROW_BY_ENTITY;
    memcpy(from + 1, after->bytes, ENTITY_ID_BYTES);
    int err = store_cursor_open(txn, TABLE_SALVAGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(from, sizeof from), &key, &value);
    if (err == 0 && key.data[0] != SALVAGE_ROW_BY_ENTITY) {
        err = ERR_NOT_FOUND;
    } else if (err == 0 && key.size != SALVAGE_ENTITY_KEY_BYTES) {
        err = ERR_MALFORMED;
    } else if (err == 0) {
        memcpy(ret_entity->bytes, key.data + 1, ENTITY_ID_BYTES);
    }
    store_cursor_close(&cursor);
    return err;
}
