#include "sync/base/store.h"

#include "sync/base/check.h"

/* One place that holds every store to the contract, so that the implementations need not. */

static void check_call(const struct store_txn *txn, enum store_table table, struct bytes key)
{
    check(txn != NULL && (unsigned)table < TABLE_COUNT);
    check(key.size > 0 && key.size <= STORE_KEY_BYTES_MAX);
}

int store_get(struct store_txn *txn, enum store_table table, struct bytes key,
              struct bytes *ret_value)
{
    check_call(txn, table, key);
    return txn->ops->get(txn, table, key, ret_value);
}

int store_put(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value)
{
    check_call(txn, table, key);
    check(txn->is_writable);
    return txn->ops->put(txn, table, key, value, false);
}

int store_append(struct store_txn *txn, enum store_table table, struct bytes key,
                 struct bytes value)
{
    check_call(txn, table, key);
    check(txn->is_writable);
    return txn->ops->put(txn, table, key, value, true);
}

int store_del(struct store_txn *txn, enum store_table table, struct bytes key)
{
    check_call(txn, table, key);
    check(txn->is_writable);
    return txn->ops->del(txn, table, key);
}

int store_cursor_open(struct store_txn *txn, enum store_table table,
                      struct store_cursor *ret_cursor)
{
    check(txn != NULL && (unsigned)table < TABLE_COUNT);
    return txn->ops->cursor_open(txn, table, ret_cursor);
}

int store_cursor_seek(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                      struct bytes *ret_value)
{
    check_call(cursor->txn, cursor->table, key);
    return cursor->txn->ops->cursor_seek(cursor, key, ret_key, ret_value);
}

int store_cursor_before(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                        struct bytes *ret_value)
{
    check_call(cursor->txn, cursor->table, key);
    return cursor->txn->ops->cursor_before(cursor, key, ret_key, ret_value);
}

int store_cursor_next(struct store_cursor *cursor, struct bytes *ret_key, struct bytes *ret_value)
{
    return cursor->txn->ops->cursor_next(cursor, ret_key, ret_value);
}

void store_cursor_close(struct store_cursor *cursor)
{
    cursor->txn->ops->cursor_close(cursor);
}
