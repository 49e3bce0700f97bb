/* Rows of a transaction read, written, deleted and gone through. */
#include "node/store/store_lmdb_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb.h>

#include "sync/base/check.h"

struct lmdb_cursor {
    MDB_cursor *cursor;
    unsigned writes;
    enum { CURSOR_NEW, CURSOR_AT, CURSOR_END } state;
};

/* LMDB's values are not const, but it only reads what it is given. */
static MDB_val value_of(struct bytes bytes)
{
    static uint8_t nothing[1];
    MDB_val value = {.mv_size = bytes.size, .mv_data = nothing};
    if (bytes.size > 0) {
        memcpy(&value.mv_data, &bytes.data, sizeof value.mv_data);
    }
    return value;
}

static int lmdb_get(struct store_txn *base, enum store_table table, struct bytes key,
                    struct bytes *ret_value)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    MDB_val k = value_of(key);
    MDB_val v;
    if (txn->err != 0) {
        return txn->err;
    }
    const int err = lmdb_txn_result(txn, mdb_get(txn->txn, txn->store->tables[table], &k, &v));
    if (err == 0) {
        *ret_value = bytes_of(v.mv_data, v.mv_size);
    }
    return err;
}

static int lmdb_put(struct store_txn *base, enum store_table table, struct bytes key,
                    struct bytes value, bool append)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    const MDB_dbi dbi = txn->store->tables[table];
    MDB_val k = value_of(key);
    MDB_val v = value_of(value);
    if (txn->err != 0) {
        return txn->err;
    }
    txn->writes[table]++;
    int code = append ? mdb_put(txn->txn, dbi, &k, &v, MDB_APPEND) : MDB_KEYEXIST;
    if (code == MDB_KEYEXIST) { /* not the last key: the caller's promise is only a hint */
        code = mdb_put(txn->txn, dbi, &k, &v, 0);
    }
    return lmdb_txn_result(txn, code);
}

static int lmdb_del(struct store_txn *base, enum store_table table, struct bytes key)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    MDB_val k = value_of(key);
    if (txn->err != 0) {
        return txn->err;
    }
    txn->writes[table]++;
    return lmdb_txn_result(txn, mdb_del(txn->txn, txn->store->tables[table], &k, NULL));
}

static int lmdb_cursor_open(struct store_txn *base, enum store_table table,
                            struct store_cursor *ret_cursor)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    if (txn->err != 0) {
        return txn->err;
    }
    struct lmdb_cursor *position = malloc(sizeof *position);
    if (position == NULL) {
        return lmdb_txn_result(txn, ENOMEM);
    }
    const int code = mdb_cursor_open(txn->txn, txn->store->tables[table], &position->cursor);
    if (code != 0) {
        free(position);
        return lmdb_txn_result(txn, code);
    }
    position->writes = txn->writes[table];
    position->state = CURSOR_NEW;
    txn->cursors_open++;
    *ret_cursor = (struct store_cursor){.txn = base, .table = table, .position = position};
    return 0;
}

/* Remember where the cursor now stands and give what is there. */
static int give_entry(struct store_cursor *cursor, int code, const MDB_val *key,
                      const MDB_val *value, struct bytes *ret_key, struct bytes *ret_value)
{
    struct lmdb_txn *txn = lmdb_txn_of(cursor->txn);
    struct lmdb_cursor *position = cursor->position;
    const int err = lmdb_txn_result(txn, code);
    position->state = err == 0 ? CURSOR_AT : CURSOR_END;
    position->writes = txn->writes[cursor->table];
    if (err == 0) {
        *ret_key = bytes_of(key->mv_data, key->mv_size);
        *ret_value = bytes_of(value->mv_data, value->mv_size);
    }
    return err;
}

static int lmdb_cursor_seek(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                            struct bytes *ret_value)
{
    const struct lmdb_txn *txn = lmdb_txn_of(cursor->txn);
    const struct lmdb_cursor *position = cursor->position;
    MDB_val k = value_of(key);
    MDB_val v;
    if (txn->err != 0) {
        return txn->err;
    }
    const int code = mdb_cursor_get(position->cursor, &k, &v, MDB_SET_RANGE);
    return give_entry(cursor, code, &k, &v, ret_key, ret_value);
}

static int lmdb_cursor_before(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                              struct bytes *ret_value)
{
    const struct lmdb_txn *txn = lmdb_txn_of(cursor->txn);
    const struct lmdb_cursor *position = cursor->position;
    MDB_val k = value_of(key);
    MDB_val v;
    if (txn->err != 0) {
        return txn->err;
    }
    int code = mdb_cursor_get(position->cursor, &k, &v, MDB_SET_RANGE);
    if (code == 0 || code == MDB_NOTFOUND) {
        const MDB_cursor_op op = code == 0 ? MDB_PREV : MDB_LAST;
        code = mdb_cursor_get(position->cursor, &k, &v, op);
    }
    return give_entry(cursor, code, &k, &v, ret_key, ret_value);
}

static int lmdb_cursor_next(struct store_cursor *cursor, struct bytes *ret_key,
                            struct bytes *ret_value)
{
    const struct lmdb_txn *txn = lmdb_txn_of(cursor->txn);
    const struct lmdb_cursor *position = cursor->position;
    MDB_val k;
    MDB_val v;
    check(position->writes == txn->writes[cursor->table]);
    if (txn->err != 0) {
        return txn->err;
    }
    if (position->state == CURSOR_END) { /* LMDB's own would start again from the first key */
        return ERR_NOT_FOUND;
    }
    const MDB_cursor_op op = position->state == CURSOR_NEW ? MDB_FIRST : MDB_NEXT;
    const int code = mdb_cursor_get(position->cursor, &k, &v, op);
    return give_entry(cursor, code, &k, &v, ret_key, ret_value);
}

static void lmdb_cursor_close(struct store_cursor *cursor)
{
    struct lmdb_cursor *position = cursor->position;
    check(position != NULL);
    mdb_cursor_close(position->cursor);
    free(position);
    lmdb_txn_of(cursor->txn)->cursors_open--;
    cursor->position = NULL;
}

const struct store_ops lmdb_ops = {
    .get = lmdb_get,
    .put = lmdb_put,
    .del = lmdb_del,
    .cursor_open = lmdb_cursor_open,
    .cursor_seek = lmdb_cursor_seek,
    .cursor_before = lmdb_cursor_before,
    .cursor_next = lmdb_cursor_next,
    .cursor_close = lmdb_cursor_close,
};
