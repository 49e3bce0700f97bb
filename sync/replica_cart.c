/* replica_cart.c - carts of this device: rows of its own, and which of them were touched when. */
#include <string.h>

#include "sync/replica_state.h"

enum { LABEL_BYTES = 4 /* "cart" */ };

/* Those beyond what there may be were written by nobody; they stay where they are. */
int replica_cart_open(struct replica *replica, struct store_txn *txn, struct moment now)
{
    const struct key from = cart_key(0);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0)
        return err;
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &row);
    while (err == 0 && key.size == from.size && memcmp(key.data, from.data, LABEL_BYTES) == 0) {
        uint64_t dropped;
        err = carts_use(&replica->carts, get_be64(key.data + LABEL_BYTES), now.mono_ms, &dropped);
        if (err == 0)
            err = store_cursor_next(&cursor, &key, &row);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND || err == ERR_BUSY ? 0 : err;
}

static int cart_drop(struct store_txn *txn, uint64_t session)
{
    const struct key key = cart_key(session);
    const int err = session == 0 ? 0 : store_del(txn, TABLE_LOCAL, key_bytes(&key));
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int cart_keep(struct replica *replica, struct store_txn *txn, struct moment now)
{
    const struct till_result *result = replica->result;
    const struct key key = cart_key(result->cart_session);
    uint64_t dropped;
    int err = carts_use(&replica->carts, result->cart_session, now.mono_ms, &dropped);
    if (err == 0)
        err = cart_drop(txn, dropped);
    if (err == 0)
        err = store_put(txn, TABLE_LOCAL, key_bytes(&key), result->cart_row);
    return err;
}

int replica_cart_after(struct replica *replica, struct store_txn *txn,
                       const struct command *command, struct moment now)
{
    const struct till_result *result = replica->result;
    const struct key key = table_key(command->item);
    int err = 0;
    if (result->cart_row.size > 0)
        err = cart_keep(replica, txn, now);
    if (err == 0 && result->table_row.size > 0)
        err = store_put(txn, TABLE_LOCAL, key_bytes(&key), result->table_row);
    if (result->cart_row.size > 0 || result->table_row.size > 0)
        replica->is_turn_written = true;
    return err;
}
