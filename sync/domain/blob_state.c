/* What this device has of each blob; declared in blob.h. */
#include <string.h>

#include "sync/domain/blob.h"

enum { LABEL_BYTES = 4, ROW_KEY_BYTES = LABEL_BYTES + 1 + HASH_BYTES };

static struct key key_blob(enum blob_state state, const struct hash *hash)
{
    struct key key = {.size = ROW_KEY_BYTES};
    memcpy(key.data, "blob", LABEL_BYTES);
    key.data[LABEL_BYTES] = (uint8_t)state;
    memcpy(key.data + LABEL_BYTES + 1, hash->bytes, HASH_BYTES);
    return key;
}

int blob_state_get(struct store_txn *txn, const struct hash *hash, enum blob_state *ret_state)
{
    for (enum blob_state state = BLOB_WANTED; state <= BLOB_ERASED; state++) {
        const struct key key = key_blob(state, hash);
        struct bytes value;
        const int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &value);
        if (err == 0) {
            *ret_state = state;
        }
        if (err != ERR_NOT_FOUND) {
            return err;
        }
    }
    *ret_state = BLOB_NONE;
    return 0;
}

int blob_state_set(struct store_txn *txn, const struct hash *hash, enum blob_state state,
                   uint32_t size)
{
    enum blob_state now;
    uint8_t value[4];
    int err = blob_state_get(txn, hash, &now);
    if (err != 0 || now == BLOB_ERASED || now == state ||
        (now == BLOB_ERASING && state != BLOB_ERASED)) {
        return err;
    }
    if (now != BLOB_NONE) {
        const struct key old = key_blob(now, hash);
        err = store_del(txn, TABLE_LOCAL, key_bytes(&old));
    }
    const struct key key = key_blob(state, hash);
    put_be32(value, size);
    return err != 0 ? err
                    : store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(value, sizeof value));
}

static bool is_row_of(const struct key *of, struct bytes key)
{
    return key.size == ROW_KEY_BYTES && memcmp(key.data, of->data, LABEL_BYTES + 1) == 0;
}

/* The row at or after @from, if it is of the same state. */
static int row_at(struct store_txn *txn, const struct key *from, struct hash *ret_hash,
                  uint32_t *ret_size)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(from), &key, &value);
    if (err == 0 && !is_row_of(from, key)) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0 && value.size != 4) {
        err = ERR_IO;
    }
    if (err == 0) {
        memcpy(ret_hash->bytes, key.data + LABEL_BYTES + 1, HASH_BYTES);
        *ret_size = get_be32(value.data);
    }
    store_cursor_close(&cursor);
    return err;
}

int blob_state_next(struct store_txn *txn, enum blob_state state, const struct hash *after,
                    struct hash *ret_hash, uint32_t *ret_size)
{
    static const struct hash lowest;
    struct key from = key_blob(state, after == NULL ? &lowest : after);
    if (after != NULL) {
        from.data[from.size++] = 0; /* the least key above that of @after */
    }
    return row_at(txn, &from, ret_hash, ret_size);
}

int blob_state_count(struct store_txn *txn, enum blob_state state, uint32_t *ret_count,
                     uint64_t *ret_bytes)
{
    static const struct hash lowest;
    const struct key from = key_blob(state, &lowest);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint32_t count = 0;
    uint64_t bytes = 0;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    while (err == 0 && is_row_of(&from, key) && value.size == 4) {
        count++;
        bytes += get_be32(value.data);
        err = store_cursor_next(&cursor, &key, &value);
    }
    store_cursor_close(&cursor);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_count = count;
    *ret_bytes = bytes;
    return 0;
}

int blob_note(struct store_txn *txn, const struct history *history)
{
    struct blob blob;
    enum blob_state state;
    blob_derive(history, &blob);
    if (!blob.is_known && !blob.is_erased) {
        return 0;
    }
    if (blob.is_erased) {
        return blob_state_set(txn, &blob.hash, BLOB_ERASING, 0);
    }
    const int err = blob_state_get(txn, &blob.hash, &state);
    return err != 0 || state != BLOB_NONE ? err
                                          : blob_state_set(txn, &blob.hash, BLOB_WANTED, blob.size);
}
