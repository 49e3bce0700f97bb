/* replica_cart.c - carts of this device: rows of its own, and which of them were touched when.
 *
 * In memory is when, by the monotonic clock. That does not outlive the process, so the rows have it
 * by the clock on the wall; where that was set meanwhile, forward or back, a cart is older by that.
 */
#include <string.h>

#include "sync/replica/replica_state.h"

enum {
    LABEL_BYTES = 4, /* "cart" */
    /* Whatever a clock says that nobody has set yet: who comes back soon finds his cart. */
    AGE_MAX_MS = CART_LIFE_MS - CART_IDLE_MS,
};

static int row_drop(struct replica *replica, struct store_txn *txn, uint64_t session)
{
    const struct key key = cart_key(session);
    const int err = session == 0 ? 0 : store_del(txn, TABLE_LOCAL, key_bytes(&key));
    replica->is_turn_written = true;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- opening --- */

/* Rows that nobody wants; should there be more, the next open finds them. */
struct unwanted {
    uint32_t count;
    uint64_t sessions[CARTS_MAX];
};

static int64_t age_ms(const struct replica *replica, const struct cart *cart, struct moment now)
{
    const int64_t since = now.wall_ms - replica->config.epoch_ms - (int64_t)cart->touched_t;
    const int64_t age = since < 0 ? -since : since;
    return age < AGE_MAX_MS ? age : AGE_MAX_MS;
}

static void row_take(struct replica *replica, uint64_t session, struct bytes row, struct moment now,
                     struct unwanted *unwanted)
{
    struct cart cart;
    uint64_t left = session;
    if (cart_decode(row, &cart) == 0) {
        left = carts_restore(&replica->carts, session,
                             (int64_t)now.mono_ms - age_ms(replica, &cart, now));
    }
    if (left != 0 && unwanted->count < CARTS_MAX) {
        unwanted->sessions[unwanted->count++] = left;
    }
}

static int rows_take(struct replica *replica, struct store_txn *txn, struct moment now,
                     struct unwanted *unwanted)
{
    const struct key from = cart_key(0);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &row);
    while (err == 0 && key.size == from.size && memcmp(key.data, from.data, LABEL_BYTES) == 0) {
        row_take(replica, get_be64(key.data + LABEL_BYTES), row, now, unwanted);
        err = store_cursor_next(&cursor, &key, &row);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Who only looks at the store leaves them. */
int replica_cart_open(struct replica *replica, struct store_txn *txn, struct moment now)
{
    struct unwanted unwanted = {.count = 0};
    int err = rows_take(replica, txn, now, &unwanted);
    for (uint32_t i = 0; i < unwanted.count && err == 0 && txn->is_writable; i++) {
        err = row_drop(replica, txn, unwanted.sessions[i]);
    }
    return err;
}

/* --- around a command --- */

int replica_cart_before(struct replica *replica, struct store_txn *txn, struct moment now)
{
    uint64_t session;
    int err = 0;
    while (err == 0 && carts_ended(&replica->carts, now.mono_ms, &session)) {
        carts_drop(&replica->carts, session);
        err = row_drop(replica, txn, session);
    }
    return err;
}

static int cart_keep(struct replica *replica, struct store_txn *txn, uint64_t origin,
                     struct moment now, uint64_t *ret_dropped)
{
    const struct till_result *result = replica->result;
    const struct key key = cart_key(result->cart_session);
    *ret_dropped = carts_use(&replica->carts, result->cart_session, origin, now.mono_ms);
    const int err = row_drop(replica, txn, *ret_dropped);
    return err != 0 ? err : store_put(txn, TABLE_LOCAL, key_bytes(&key), result->cart_row);
}

int replica_cart_after(struct replica *replica, struct store_txn *txn,
                       const struct command *command, struct moment now, uint64_t *ret_dropped)
{
    const struct till_result *result = replica->result;
    const struct key key = table_key(command->item);
    int err = 0;
    *ret_dropped = 0;
    if (result->cart_row.size > 0) {
        err = cart_keep(replica, txn, command->principal.origin, now, ret_dropped);
    }
    if (err == 0 && result->table_row.size > 0) {
        replica->is_turn_written = true;
        err = store_put(txn, TABLE_LOCAL, key_bytes(&key), result->table_row);
    }
    return err;
}
