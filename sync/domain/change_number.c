#include "sync/domain/change_number.h"

int change_number_get(struct store_txn *txn, uint64_t *ret_number)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    static const uint8_t last[9] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    int err = store_cursor_open(txn, TABLE_CHANGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_before(&cursor, bytes_of(last, sizeof last), &key, &value);
    if (err == 0 && key.size != 8) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        *ret_number = get_be64(key.data);
    } else if (err == ERR_NOT_FOUND) {
        *ret_number = 0;
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int change_number_of(struct store_txn *txn, enum kind kind, const struct entity_id *entity,
                     uint64_t *ret_number)
{
    const struct key state = key_state(kind, entity);
    struct bytes number;
    const int err = store_get(txn, TABLE_MARK, key_bytes(&state), &number);
    if (err != 0) {
        return err;
    }
    if (number.size != 8) {
        return ERR_IO;
    }
    *ret_number = get_be64(number.data);
    return 0;
}

/* Each entity stands under its newest number only. */
static int change_number_forget(struct store_txn *txn, const struct key *state)
{
    struct bytes old;
    int err = store_get(txn, TABLE_MARK, key_bytes(state), &old);
    if (err == ERR_NOT_FOUND) {
        return 0;
    }
    if (err != 0) {
        return err;
    }
    if (old.size != 8) {
        return ERR_IO;
    }
    struct key change = key_change(get_be64(old.data));
    err = store_del(txn, TABLE_CHANGE, key_bytes(&change));
    return err == ERR_NOT_FOUND ? 0 : err;
}

int change_number_give(struct store_txn *txn, const struct key *state, uint64_t number)
{
    uint8_t value[8];
    struct key change = key_change(number);
    int err = change_number_forget(txn, state);
    if (err == 0) {
        err = store_append(txn, TABLE_CHANGE, key_bytes(&change), key_bytes(state));
    }
    put_be64(value, number);
    return err != 0 ? err
                    : store_put(txn, TABLE_MARK, key_bytes(state), bytes_of(value, sizeof value));
}
