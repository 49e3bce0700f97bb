#include "gateway/settle/notes.h"

#include <string.h>

#include "gateway/settle/marked_rows.h"
#include "sync/base/check.h"
#include "sync/base/crypto.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum {
    ROW_VERSION = 1,
    ROW_FIELDS = 5,
    ORPHAN_BYTES_MAX = 64,
    INTENT_OF_NOBODY_BYTES = 8,
    INTENT_BYTES = INTENT_OF_NOBODY_BYTES + ENTITY_ID_BYTES,
};

/* A row, or nothing. */
static int row_get(struct store_txn *txn, const struct marked_key *key, struct bytes *ret_row)
{
    *ret_row = bytes_of(NULL, 0);
    const int err = store_get(txn, TABLE_LOCAL, marked_key_bytes(key), ret_row);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int time_put(struct store_txn *txn, const struct marked_key *key, int64_t seconds)
{
    uint8_t row[8];
    put_be64(row, (uint64_t)seconds);
    return store_put(txn, TABLE_LOCAL, marked_key_bytes(key), bytes_of(row, sizeof row));
}

/* 0: it was never noted. */
static int time_get(struct store_txn *txn, const struct marked_key *key, int64_t *ret_seconds)
{
    struct bytes row;
    const int err = row_get(txn, key, &row);
    if (err == 0) {
        *ret_seconds = row.size == 8 ? (int64_t)get_be64(row.data) : 0;
    }
    return err;
}

/* --- intents --- */

int notes_intent_put(struct store_txn *txn, struct bytes intent, const struct entity_id *order,
                     int64_t now_s)
{
    const struct marked_key key = marked_key_of_one('I', intent);
    struct entity_id known;
    uint8_t row[INTENT_BYTES];
    const int err = notes_intent_get(txn, intent, &known);
    const bool is_known =
        order != NULL ? err == 0 && entity_id_equal(&known, order) : err == ERR_MISMATCH;
    if (is_known || (err != 0 && err != ERR_NOT_FOUND && err != ERR_MISMATCH)) {
        return is_known ? 0 : err;
    }
    put_be64(row, (uint64_t)now_s);
    if (order != NULL) {
        memcpy(row + INTENT_OF_NOBODY_BYTES, order->bytes, ENTITY_ID_BYTES);
    }
    return store_put(txn, TABLE_LOCAL, marked_key_bytes(&key),
                     bytes_of(row, order != NULL ? sizeof row : INTENT_OF_NOBODY_BYTES));
}

int notes_intent_get(struct store_txn *txn, struct bytes intent, struct entity_id *ret_order)
{
    const struct marked_key key = marked_key_of_one('I', intent);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, marked_key_bytes(&key), &row);
    if (err != 0) {
        return err;
    }
    if (row.size != INTENT_BYTES) {
        return row.size == INTENT_OF_NOBODY_BYTES ? ERR_MISMATCH : ERR_NOT_FOUND;
    }
    memcpy(ret_order->bytes, row.data + INTENT_OF_NOBODY_BYTES, ENTITY_ID_BYTES);
    return 0;
}

/* --- holds --- */

int notes_hold_put(struct store_txn *txn, struct bytes intent, int64_t read_s)
{
    const struct marked_key key = marked_key_of_one('H', intent);
    return time_put(txn, &key, read_s);
}

int notes_hold_get(struct store_txn *txn, struct bytes intent, int64_t *ret_read_s)
{
    const struct marked_key key = marked_key_of_one('H', intent);
    return time_get(txn, &key, ret_read_s);
}

/* --- orphans --- */

int notes_orphan_put(struct store_txn *txn, const struct orphan *orphan)
{
    const struct marked_key key = marked_key_of_one('O', orphan->intent);
    uint8_t data[ORPHAN_BYTES_MAX];
    struct writer writer;
    struct bytes row;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, ROW_FIELDS);
    write_uint(&writer, ROW_VERSION);
    write_bin(&writer, orphan->order.bytes, ENTITY_ID_BYTES);
    write_uint(&writer, orphan->state);
    write_int(&writer, orphan->amount_minor);
    write_int(&writer, orphan->created_s);
    const int err = writer_finish(&writer, &row);
    check(err == 0);
    return store_put(txn, TABLE_LOCAL, marked_key_bytes(&key), row);
}

static int orphan_read(struct bytes key, struct bytes row, struct orphan *ret_orphan)
{
    struct orphan orphan = {.intent = bytes_of(key.data + 1, key.size - 1)};
    struct reader reader;
    reader_init(&reader, row);
    (void)read_array(&reader, ROW_FIELDS, ROW_FIELDS);
    if (read_uint(&reader, ROW_VERSION) != ROW_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    const struct bytes order = read_bin(&reader, ENTITY_ID_BYTES, ENTITY_ID_BYTES);
    orphan.state = (enum intent_state)read_uint(&reader, INTENT_STATE_COUNT - 1);
    orphan.amount_minor = read_int(&reader, 0, MONEY_MAX);
    orphan.created_s = read_int(&reader, 0, INT64_MAX);
    if (reader_finish(&reader) != 0) {
        return ERR_MALFORMED;
    }
    memcpy(orphan.order.bytes, order.data, ENTITY_ID_BYTES);
    *ret_orphan = orphan;
    return 0;
}

int notes_orphan_get(struct store_txn *txn, struct bytes intent, struct orphan *ret_orphan)
{
    const struct marked_key key = marked_key_of_one('O', intent);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, marked_key_bytes(&key), &row);
    if (err != 0) {
        return err;
    }
    const int read_err = orphan_read(marked_key_bytes(&key), row, ret_orphan);
    ret_orphan->intent = intent;
    return read_err;
}

int notes_orphan_del(struct store_txn *txn, struct bytes intent)
{
    const struct marked_key key = marked_key_of_one('O', intent);
    const int err = store_del(txn, TABLE_LOCAL, marked_key_bytes(&key));
    return err == ERR_NOT_FOUND ? 0 : err;
}

int notes_orphan_next(struct store_txn *txn, struct bytes after, struct orphan *ret_orphan)
{
    const struct marked_key from = marked_key_of_one('O', after);
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, marked_key_bytes(&from), &key, &row);
    while (err == 0 && key.data[0] == 'O' &&
           (bytes_equal(key, marked_key_bytes(&from)) || orphan_read(key, row, ret_orphan) != 0)) {
        err = store_cursor_next(&cursor, &key, &row);
    }
    const bool is_one = err == 0 && key.data[0] == 'O';
    store_cursor_close(&cursor);
    return err != 0 ? err : is_one ? 0 : ERR_NOT_FOUND;
}

/* --- drafts --- */

static struct marked_key key_of_brief(const struct entity_id *order, struct bytes draft)
{
    return marked_key('B', bytes_of(order->bytes, ENTITY_ID_BYTES), draft);
}

int notes_brief_put(struct store_txn *txn, const struct entity_id *order, struct bytes draft,
                    struct bytes brief)
{
    const struct marked_key key = key_of_brief(order, draft);
    return store_put(txn, TABLE_LOCAL, marked_key_bytes(&key), brief);
}

int notes_brief_get(struct store_txn *txn, const struct entity_id *order, struct bytes draft,
                    struct bytes *ret_brief)
{
    const struct marked_key key = key_of_brief(order, draft);
    return row_get(txn, &key, ret_brief);
}

int notes_brief_del(struct store_txn *txn, const struct entity_id *order, struct bytes draft)
{
    const struct marked_key key = key_of_brief(order, draft);
    const int err = store_del(txn, TABLE_LOCAL, marked_key_bytes(&key));
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- places --- */

int notes_place_put(struct store_txn *txn, char list, int64_t seconds)
{
    const struct marked_key key = marked_key_of_one('P', bytes_of(&list, 1));
    return time_put(txn, &key, seconds);
}

int notes_place_get(struct store_txn *txn, char list, int64_t *ret_seconds)
{
    const struct marked_key key = marked_key_of_one('P', bytes_of(&list, 1));
    return time_get(txn, &key, ret_seconds);
}

/* --- whose all this is --- */

static bool is_any(struct bytes key, struct bytes row, int64_t before_s)
{
    (void)key;
    (void)row;
    (void)before_s;
    return true;
}

static bool is_of_nobody(struct bytes key, struct bytes row, int64_t before_s)
{
    (void)key;
    (void)before_s;
    return row.size == INTENT_OF_NOBODY_BYTES;
}

int notes_key_use(struct store_txn *txn, struct bytes secret_key, bool *ret_is_new)
{
    const struct marked_key key = marked_key_of_one('K', bytes_of(NULL, 0));
    const struct bytes parts[] = {bytes_of_text("trestle/provider key/1"), secret_key};
    uint8_t hash[HASH_BYTES];
    struct bytes row;
    uint32_t done = 0;
    hash_parts(hash, sizeof hash, parts, sizeof parts / sizeof *parts);
    int err = row_get(txn, &key, &row);
    if (err != 0) {
        return err;
    }
    *ret_is_new = !bytes_equal(row, bytes_of(hash, sizeof hash));
    if (!*ret_is_new) {
        return 0;
    }
    err = marked_delete(txn, 'P', is_any, 0, UINT32_MAX, &done);
    err = err == 0 ? marked_delete(txn, 'H', is_any, 0, UINT32_MAX, &done) : err;
    err = err == 0 ? marked_delete(txn, 'I', is_of_nobody, 0, UINT32_MAX, &done) : err;
    return err == 0
               ? store_put(txn, TABLE_LOCAL, marked_key_bytes(&key), bytes_of(hash, sizeof hash))
               : err;
}

/* --- forgetting --- */

/* Whose an intent is, or when its hold was read. */
static bool is_old_note(struct bytes key, struct bytes row, int64_t before_s)
{
    (void)key;
    return row.size < INTENT_OF_NOBODY_BYTES || (int64_t)get_be64(row.data) < before_s;
}

static bool is_old_orphan(struct bytes key, struct bytes row, int64_t before_s)
{
    struct orphan orphan;
    return orphan_read(key, row, &orphan) != 0 ||
           (!orphan_is_open(&orphan) && orphan.created_s < before_s);
}

int notes_forget(struct store_txn *txn, int64_t before_s, uint32_t count, uint32_t *ret_count)
{
    uint32_t done = 0;
    int err = marked_delete(txn, 'I', is_old_note, before_s, count, &done);
    err = err == 0 ? marked_delete(txn, 'H', is_old_note, before_s, count, &done) : err;
    err = err == 0 ? marked_delete(txn, 'O', is_old_orphan, before_s, count, &done) : err;
    *ret_count = done;
    return err;
}
