/* The table of what salvages carry; see salvage.h. */
#include "sync/log/salvage.h"

#include <string.h>

#include "sync/base/check.h"

/* ---- the table: writing ---- */

enum {
    ROW_BY_ENTITY = 1,
    ROW_BY_IDENTITY = 2,
    ROW_BY_CARRIER = 3,
    ROW_SIZE = 4,
    LOG_SEQ_BYTES = 8 + 5,
    IDENTITY_BYTES = LOG_SEQ_BYTES + OPERATION_HASH_BYTES,
    ENTITY_KEY_BYTES = 1 + ENTITY_ID_BYTES + IDENTITY_BYTES + LOG_SEQ_BYTES,
    IDENTITY_KEY_BYTES = 1 + IDENTITY_BYTES + LOG_SEQ_BYTES,
    CARRIER_KEY_BYTES = 1 + LOG_SEQ_BYTES,
    IDENTITY_VALUE_BYTES = 2 + 5 + OPERATION_HASH_BYTES + 4 + ENTITY_ID_BYTES,
    SIZE_KEY_BYTES = 1 + 8,
    SIZE_VALUE_BYTES = 8,
};

static uint8_t *put_place(uint8_t *to, uint64_t log, uint64_t seq)
{
    put_be64(to, log);
    put_be40(to + 8, seq);
    return to + LOG_SEQ_BYTES;
}

static uint8_t *put_identity(uint8_t *to, const struct operation *id)
{
    to = put_place(to, id->log, id->seq);
    memcpy(to, id->hash, OPERATION_HASH_BYTES);
    return to + OPERATION_HASH_BYTES;
}

/* A row of a salvage is written, or looked for: ERR_MISMATCH when it is not so. */
typedef int row_do(struct store_txn *txn, struct bytes key, struct bytes value);

static int row_put(struct store_txn *txn, struct bytes key, struct bytes value)
{
    return store_put(txn, TABLE_SALVAGE, key, value);
}

static int row_expect(struct store_txn *txn, struct bytes key, struct bytes value)
{
    struct bytes stored;
    const int err = store_get(txn, TABLE_SALVAGE, key, &stored);
    if (err == ERR_NOT_FOUND) {
        return ERR_MISMATCH;
    }
    return err != 0 || bytes_equal(stored, value) ? err : ERR_MISMATCH;
}

static int do_by_entity(struct store_txn *txn, const struct salvaged_row *row, row_do *perform)
{
    uint8_t key[ENTITY_KEY_BYTES] = {ROW_BY_ENTITY};
    uint8_t value[2] = {(uint8_t)(row->position >> 8), (uint8_t)row->position};
    memcpy(key + 1, row->entity.bytes, ENTITY_ID_BYTES);
    uint8_t *at = put_identity(key + 1 + ENTITY_ID_BYTES, &row->id);
    put_place(at, row->carrier.log, row->carrier.seq);
    return perform(txn, bytes_of(key, sizeof key), bytes_of(value, sizeof value));
}

static int do_by_identity(struct store_txn *txn, const struct salvaged_row *row, row_do *perform)
{
    uint8_t key[IDENTITY_KEY_BYTES] = {ROW_BY_IDENTITY};
    uint8_t value[IDENTITY_VALUE_BYTES] = {(uint8_t)(row->position >> 8), (uint8_t)row->position};
    put_place(put_identity(key + 1, &row->id), row->carrier.log, row->carrier.seq);
    put_be40(value + 2, row->first_seq);
    memcpy(value + 7, row->before, OPERATION_HASH_BYTES);
    put_be32(value + 7 + OPERATION_HASH_BYTES, row->type);
    memcpy(value + 11 + OPERATION_HASH_BYTES, row->entity.bytes, ENTITY_ID_BYTES);
    return perform(txn, bytes_of(key, sizeof key), bytes_of(value, sizeof value));
}

int salvage_bytes_of(struct store_txn *txn, uint64_t log, uint64_t *ret_bytes)
{
    uint8_t key[SIZE_KEY_BYTES] = {ROW_SIZE};
    struct bytes value;
    put_be64(key + 1, log);
    const int err = store_get(txn, TABLE_SALVAGE, bytes_of(key, sizeof key), &value);
    *ret_bytes = err == 0 && value.size == SIZE_VALUE_BYTES ? get_be64(value.data) : 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int size_add(struct store_txn *txn, uint64_t log, size_t size)
{
    uint8_t key[SIZE_KEY_BYTES] = {ROW_SIZE};
    uint8_t value[SIZE_VALUE_BYTES];
    uint64_t bytes = 0;
    const int err = salvage_bytes_of(txn, log, &bytes);
    put_be64(key + 1, log);
    put_be64(value, bytes + size);
    return err != 0 ? err
                    : store_put(txn, TABLE_SALVAGE, bytes_of(key, sizeof key),
                                bytes_of(value, sizeof value));
}

/* What is entered twice, as when the disk spoilt it meanwhile, is carried once. */
static int put_by_carrier(struct store_txn *txn, uint64_t log, uint64_t seq, uint64_t of_log,
                          size_t size)
{
    uint8_t key[CARRIER_KEY_BYTES] = {ROW_BY_CARRIER};
    struct bytes value;
    put_place(key + 1, log, seq);
    int err = store_get(txn, TABLE_SALVAGE, bytes_of(key, sizeof key), &value);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    err = store_put(txn, TABLE_SALVAGE, bytes_of(key, sizeof key), bytes_of(NULL, 0));
    return err != 0 ? err : size_add(txn, of_log, size);
}

static int do_elements(struct store_txn *txn, const struct salvage *salvage,
                       struct salvaged_row *row, row_do *perform)
{
    struct hash hash = salvage->before;
    struct salvaged element;
    struct reader reader;
    int err = 0;
    reader_init(&reader, salvage->list);
    for (row->position = 0; err == 0 && salvage_next(&reader, &element); row->position++) {
        struct event event = {.type = EVENT_NONE};
        hash = chain_next(&hash, &element.event_hash);
        row->id =
            (struct operation){.log = salvage->log, .seq = salvage->first_seq + row->position};
        memcpy(row->id.hash, hash.bytes, OPERATION_HASH_BYTES);
        const bool is_here = element.event.size > 0 && event_decode(element.event, &event) == 0;
        row->type = event.type;
        row->entity = event.entity;
        err = do_by_identity(txn, row, perform);
        if (err == 0 && is_here) {
            err = do_by_entity(txn, row, perform);
        }
    }
    return err;
}

/* The salvage in the event @bytes, or ERR_MISMATCH when it is void; ERR_IO. */
static int salvage_of(struct store_txn *txn, struct bytes bytes, struct salvage *ret_salvage)
{
    struct event event;
    struct popup_id popup;
    struct bytes stored;
    const int err = store_get(txn, TABLE_META, bytes_of_text("popup"), &stored);
    if (err != 0 || stored.size != sizeof popup.bytes) {
        return err == ERR_NOT_FOUND ? ERR_MISMATCH : ERR_IO;
    }
    memcpy(popup.bytes, stored.data, sizeof popup.bytes);
    const bool is_good = event_decode(bytes, &event) == 0 &&
                         salvage_decode(event.body, ret_salvage) == 0 &&
                         salvage_verify(ret_salvage, &popup) == 0;
    return is_good ? 0 : ERR_MISMATCH;
}

static struct salvaged_row row_of(const struct salvage *salvage, uint64_t log, uint64_t seq)
{
    struct salvaged_row row = {.carrier = {.log = log, .seq = seq},
                               .first_seq = salvage->first_seq};
    memcpy(row.before, salvage->before.bytes, OPERATION_HASH_BYTES);
    return row;
}

int salvage_index(struct store_txn *txn, uint64_t log, uint64_t seq, struct bytes bytes)
{
    struct salvage salvage;
    int err = salvage_of(txn, bytes, &salvage);
    if (err != 0) {
        return err == ERR_MISMATCH ? 0 : err;
    }
    struct salvaged_row row = row_of(&salvage, log, seq);
    err = do_elements(txn, &salvage, &row, row_put);
    return err != 0 ? err : put_by_carrier(txn, log, seq, salvage.log, bytes.size);
}

/* ---- the table: checking ---- */

int salvage_is_indexed(struct store_txn *txn, uint64_t log, uint64_t seq, struct bytes bytes,
                       bool *ret_is)
{
    uint8_t key[CARRIER_KEY_BYTES] = {ROW_BY_CARRIER};
    struct salvage salvage;
    int err = salvage_of(txn, bytes, &salvage);
    *ret_is = true;
    if (err != 0) {
        return err == ERR_MISMATCH ? 0 : err;
    }
    struct salvaged_row row = row_of(&salvage, log, seq);
    put_place(key + 1, log, seq);
    err = do_elements(txn, &salvage, &row, row_expect);
    if (err == 0) {
        err = row_expect(txn, bytes_of(key, sizeof key), bytes_of(NULL, 0));
    }
    *ret_is = err == 0;
    return err == ERR_MISMATCH ? 0 : err;
}

/* The bytes of all salvages that carry runs of @log, by their rows. */
static int size_of_rows(struct store_txn *txn, uint64_t log, uint64_t *ret_bytes)
{
    const struct operation from = {.log = log};
    struct salvage_cursor cursor;
    struct salvaged_row row;
    *ret_bytes = 0;
    int err = salvage_of_log(&cursor, txn, &from, &row);
    if (err != 0) {
        return err;
    }
    while (err == 0) {
        struct hash hash;
        struct bytes bytes;
        if (row.position == 0) { /* each carrier has one of these */
            err = event_get(txn, row.carrier.log, row.carrier.seq, &hash, &bytes);
            *ret_bytes += err == 0 ? bytes.size : 0;
        }
        if (err == 0) {
            err = salvage_row_next(&cursor, &row);
        }
    }
    salvage_cursor_close(&cursor);
    return err;
}

int salvage_size_is_right(struct store_txn *txn, uint64_t log, bool *ret_is)
{
    uint64_t stored = 0;
    uint64_t counted = 0;
    int err = salvage_bytes_of(txn, log, &stored);
    if (err != 0) {
        return err;
    }
    err = size_of_rows(txn, log, &counted);
    *ret_is = err != ERR_MALFORMED && stored == counted;
    return err == ERR_IO ? ERR_IO : 0;
}

/* ---- the table: reading ---- */

static const uint8_t *get_place(const uint8_t *from, uint64_t *ret_log, uint64_t *ret_seq)
{
    *ret_log = get_be64(from);
    *ret_seq = get_be40(from + 8);
    return from + LOG_SEQ_BYTES;
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
    if (key.size != ENTITY_KEY_BYTES || value.size != 2) {
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
    if (key.size != IDENTITY_KEY_BYTES || value.size != IDENTITY_VALUE_BYTES) {
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
    return key.data[0] == ROW_BY_ENTITY ? parse_by_entity(key, value, ret_row)
                                        : parse_by_identity(key, value, ret_row);
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
    *cursor =
        (struct salvage_cursor){.prefix = {ROW_BY_ENTITY}, .prefix_size = 1 + ENTITY_ID_BYTES};
    memcpy(cursor->prefix + 1, entity->bytes, ENTITY_ID_BYTES);
    return cursor_begin(cursor, txn, prefix_of(cursor), ret_row);
}

int salvage_of_log(struct salvage_cursor *cursor, struct store_txn *txn,
                   const struct operation *from, struct salvaged_row *ret_row)
{
    *cursor = (struct salvage_cursor){.prefix = {ROW_BY_IDENTITY}, .prefix_size = 1 + 8};
    put_identity(cursor->prefix + 1, from);
    return cursor_begin(cursor, txn, bytes_of(cursor->prefix, 1 + IDENTITY_BYTES), ret_row);
}

int salvage_of_operation(struct salvage_cursor *cursor, struct store_txn *txn,
                         const struct operation *id, struct salvaged_row *ret_row)
{
    *cursor =
        (struct salvage_cursor){.prefix = {ROW_BY_IDENTITY}, .prefix_size = 1 + IDENTITY_BYTES};
    put_identity(cursor->prefix + 1, id);
    return cursor_begin(cursor, txn, prefix_of(cursor), ret_row);
}

/* The first row beyond all whose keys begin with the first @size bytes at @key, which has room for
 * the longest and one. */
static int row_beyond(struct salvage_cursor *cursor, uint8_t key[ENTITY_KEY_BYTES + 1], size_t size,
                      struct salvaged_row *ret_row)
{
    struct bytes found = {0};
    struct bytes value = {0};
    memset(key + size, 0xff, ENTITY_KEY_BYTES + 1 - size);
    const int err =
        store_cursor_seek(&cursor->cursor, bytes_of(key, ENTITY_KEY_BYTES + 1), &found, &value);
    return take_row(cursor, err, found, value, ret_row);
}

int salvage_row_of_next_event(struct salvage_cursor *cursor, const struct salvaged_row *row,
                              struct salvaged_row *ret_row)
{
    uint8_t key[ENTITY_KEY_BYTES + 1] = {ROW_BY_ENTITY};
    memcpy(key + 1, row->entity.bytes, ENTITY_ID_BYTES);
    put_identity(key + 1 + ENTITY_ID_BYTES, &row->id);
    return row_beyond(cursor, key, 1 + ENTITY_ID_BYTES + IDENTITY_BYTES, ret_row);
}

int salvage_row_of_next_log(struct salvage_cursor *cursor, const struct salvaged_row *row,
                            struct salvaged_row *ret_row)
{
    uint8_t key[ENTITY_KEY_BYTES + 1] = {ROW_BY_IDENTITY};
    put_be64(put_identity(key + 1, &row->id), row->carrier.log);
    return row_beyond(cursor, key, 1 + IDENTITY_BYTES + 8, ret_row);
}

int salvage_carries(struct store_txn *txn, const struct log_place *carrier,
                    const struct operation *id, bool *ret_does)
{
    uint8_t key[IDENTITY_KEY_BYTES] = {ROW_BY_IDENTITY};
    struct bytes value;
    put_place(put_identity(key + 1, id), carrier->log, carrier->seq);
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
    uint8_t from[ENTITY_KEY_BYTES + 1];
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    memset(from, 0xff, sizeof from); /* above every event of @after */
    from[0] = ROW_BY_ENTITY;
    memcpy(from + 1, after->bytes, ENTITY_ID_BYTES);
    int err = store_cursor_open(txn, TABLE_SALVAGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(from, sizeof from), &key, &value);
    if (err == 0 && key.data[0] != ROW_BY_ENTITY) {
        err = ERR_NOT_FOUND;
    } else if (err == 0 && key.size != ENTITY_KEY_BYTES) {
        err = ERR_MALFORMED;
    } else if (err == 0) {
        memcpy(ret_entity->bytes, key.data + 1, ENTITY_ID_BYTES);
    }
    store_cursor_close(&cursor);
    return err;
}
