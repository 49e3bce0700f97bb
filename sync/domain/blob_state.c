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

static bool is_row_of(const struct key *of, struct bytes key)
{
    return key.size == ROW_KEY_BYTES && memcmp(key.data, of->data, LABEL_BYTES + 1) == 0;
}

/* --- how many, and how much --- */

struct tally {
    uint32_t count;
    uint64_t bytes;
};

enum { TALLY_BYTES = 12 };

static struct key key_tally(enum blob_state state)
{
    struct key key = {.size = LABEL_BYTES + 2};
    memcpy(key.data, "blobs", LABEL_BYTES + 1);
    key.data[LABEL_BYTES + 1] = (uint8_t)state;
    return key;
}

/* By the rows themselves. */
static int tally_count(struct store_txn *txn, enum blob_state state, struct tally *ret_tally)
{
    static const struct hash lowest;
    const struct key from = key_blob(state, &lowest);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    struct tally tally = {0};
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    while (err == 0 && is_row_of(&from, key) && value.size == 4) {
        tally.count++;
        tally.bytes += get_be32(value.data);
        err = store_cursor_next(&cursor, &key, &value);
    }
    store_cursor_close(&cursor);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_tally = tally;
    return 0;
}

/* Older software kept none: then the rows are counted. */
static int tally_get(struct store_txn *txn, enum blob_state state, struct tally *ret_tally)
{
    const struct key key = key_tally(state);
    struct bytes value;
    const int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &value);
    if (err == ERR_NOT_FOUND) {
        return tally_count(txn, state, ret_tally);
    }
    if (err == 0 && value.size != TALLY_BYTES) {
        return ERR_IO;
    }
    if (err == 0) {
        *ret_tally = (struct tally){get_be32(value.data), get_be64(value.data + 4)};
    }
    return err;
}

static int tally_put(struct store_txn *txn, enum blob_state state, const struct tally *tally)
{
    const struct key key = key_tally(state);
    uint8_t value[TALLY_BYTES];
    put_be32(value, tally->count);
    put_be64(value + 4, tally->bytes);
    return store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(value, sizeof value));
}

int blob_state_count(struct store_txn *txn, enum blob_state state, uint32_t *ret_count,
                     uint64_t *ret_bytes)
{
    struct tally tally;
    const int err = tally_get(txn, state, &tally);
    if (err == 0) {
        *ret_count = tally.count;
        *ret_bytes = tally.bytes;
    }
    return err;
}

/* --- moving --- */

static int row_take(struct store_txn *txn, enum blob_state state, const struct hash *hash)
{
    const struct key key = key_blob(state, hash);
    struct bytes value;
    struct tally tally;
    int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &value);
    if (err == 0 && value.size != 4) {
        err = ERR_IO;
    }
    if (err == 0) {
        err = tally_get(txn, state, &tally);
    }
    if (err == 0) {
        const uint32_t size = get_be32(value.data);
        tally.count -= tally.count > 0 ? 1 : 0;
        tally.bytes -= tally.bytes > size ? size : tally.bytes;
        err = store_del(txn, TABLE_LOCAL, key_bytes(&key));
    }
    return err == 0 ? tally_put(txn, state, &tally) : err;
}

static int row_add(struct store_txn *txn, enum blob_state state, const struct hash *hash,
                   uint32_t size)
{
    const struct key key = key_blob(state, hash);
    uint8_t value[4];
    struct tally tally;
    int err = tally_get(txn, state, &tally);
    if (err != 0) {
        return err;
    }
    tally.count++;
    tally.bytes += size;
    put_be32(value, size);
    err = store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(value, sizeof value));
    return err == 0 ? tally_put(txn, state, &tally) : err;
}

int blob_state_set(struct store_txn *txn, const struct hash *hash, enum blob_state state,
                   uint32_t size)
{
    enum blob_state now;
    int err = blob_state_get(txn, hash, &now);
    if (err != 0 || now == BLOB_ERASED || now == state ||
        (now == BLOB_ERASING && state != BLOB_ERASED)) {
        return err;
    }
    if (now != BLOB_NONE) {
        err = row_take(txn, now, hash);
    }
    return err == 0 ? row_add(txn, state, hash, size) : err;
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

int blob_note(struct store_txn *txn, const struct blob *blob)
{
    enum blob_state state;
    if (!blob->is_known && !blob->is_erased) {
        return 0;
    }
    if (blob->is_erased) {
        return blob_state_set(txn, &blob->hash, BLOB_ERASING, 0);
    }
    const int err = blob_state_get(txn, &blob->hash, &state);
    return err != 0 || state != BLOB_NONE
               ? err
               : blob_state_set(txn, &blob->hash, BLOB_WANTED, blob->size);
}
