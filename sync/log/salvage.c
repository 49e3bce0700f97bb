/* The table of what salvages carry; see salvage.h. */
#include "sync/log/salvage.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/log/salvage_rows.h"

/* --- the table: writing --- */

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
    uint8_t key[SALVAGE_ENTITY_KEY_BYTES] = {SALVAGE_ROW_BY_ENTITY};
    uint8_t value[2] = {(uint8_t)(row->position >> 8), (uint8_t)row->position};
    memcpy(key + 1, row->entity.bytes, ENTITY_ID_BYTES);
    uint8_t *at = salvage_put_identity(key + 1 + ENTITY_ID_BYTES, &row->id);
    salvage_put_place(at, row->carrier.log, row->carrier.seq);
    return perform(txn, bytes_of(key, sizeof key), bytes_of(value, sizeof value));
}

static int do_by_identity(struct store_txn *txn, const struct salvaged_row *row, row_do *perform)
{
    uint8_t key[SALVAGE_IDENTITY_KEY_BYTES] = {SALVAGE_ROW_BY_IDENTITY};
    uint8_t value[SALVAGE_IDENTITY_VALUE_BYTES] = {(uint8_t)(row->position >> 8),
                                                   (uint8_t)row->position};
    salvage_put_place(salvage_put_identity(key + 1, &row->id), row->carrier.log, row->carrier.seq);
    put_be40(value + 2, row->first_seq);
    memcpy(value + 7, row->before, OPERATION_HASH_BYTES);
    put_be32(value + 7 + OPERATION_HASH_BYTES, row->type);
    memcpy(value + 11 + OPERATION_HASH_BYTES, row->entity.bytes, ENTITY_ID_BYTES);
    return perform(txn, bytes_of(key, sizeof key), bytes_of(value, sizeof value));
}

int salvage_bytes_of(struct store_txn *txn, uint64_t log, uint64_t *ret_bytes)
{
    uint8_t key[SALVAGE_SIZE_KEY_BYTES] = {SALVAGE_ROW_SIZE};
    struct bytes value;
    put_be64(key + 1, log);
    const int err = store_get(txn, TABLE_SALVAGE, bytes_of(key, sizeof key), &value);
    *ret_bytes = err == 0 && value.size == SALVAGE_SIZE_VALUE_BYTES ? get_be64(value.data) : 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int size_add(struct store_txn *txn, uint64_t log, size_t size)
{
    uint8_t key[SALVAGE_SIZE_KEY_BYTES] = {SALVAGE_ROW_SIZE};
    uint8_t value[SALVAGE_SIZE_VALUE_BYTES];
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
    uint8_t key[SALVAGE_CARRIER_KEY_BYTES] = {SALVAGE_ROW_BY_CARRIER};
    struct bytes value;
    salvage_put_place(key + 1, log, seq);
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
        const bool is_here = element.event.size > 0;
        check(!is_here || event_decode(element.event, &event) == 0); /* salvage_verify() saw it */
        row->type = event.type;
        row->entity = event.entity;
        err = do_by_identity(txn, row, perform);
        if (err == 0 && is_here) {
            err = do_by_entity(txn, row, perform);
        }
    }
    return err;
}

int salvage_of_event(struct store_txn *txn, struct bytes bytes, struct salvage *ret_salvage)
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
    int err = salvage_of_event(txn, bytes, &salvage);
    if (err != 0) {
        return err == ERR_MISMATCH ? 0 : err;
    }
    struct salvaged_row row = row_of(&salvage, log, seq);
    err = do_elements(txn, &salvage, &row, row_put);
    return err != 0 ? err : put_by_carrier(txn, log, seq, salvage.log, bytes.size);
}

/* --- the table: checking --- */

int salvage_is_indexed(struct store_txn *txn, uint64_t log, uint64_t seq, struct bytes bytes,
                       bool *ret_is)
{
    uint8_t key[SALVAGE_CARRIER_KEY_BYTES] = {SALVAGE_ROW_BY_CARRIER};
    struct salvage salvage;
    int err = salvage_of_event(txn, bytes, &salvage);
    *ret_is = true;
    if (err != 0) {
        return err == ERR_MISMATCH ? 0 : err;
    }
    struct salvaged_row row = row_of(&salvage, log, seq);
    salvage_put_place(key + 1, log, seq);
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
