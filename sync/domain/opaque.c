#include "sync/domain/opaque.h"

#include <string.h>

enum { LABEL_BYTES = 3, ROW_KEY_BYTES = LABEL_BYTES + 4 + 8 + 5 };

static struct key key_opaque(uint32_t type, uint64_t log, uint64_t seq)
{
    struct key key = {.size = ROW_KEY_BYTES};
    memcpy(key.data, "opq", LABEL_BYTES);
    put_be32(key.data + LABEL_BYTES, type);
    put_be64(key.data + LABEL_BYTES + 4, log);
    put_be40(key.data + LABEL_BYTES + 12, seq);
    return key;
}

int opaque_note(struct store_txn *txn, const struct run *run)
{
    int err = 0;
    for (uint32_t i = 0; i < run->count && err == 0; i++) {
        if (event_info_find(run->events[i].type) != NULL) {
            continue;
        }
        const struct key key = key_opaque(run->events[i].type, run->log, run->first_seq + i);
        err = store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(NULL, 0));
    }
    return err;
}

/* The first row at or after *@key, and its type; *@key moves behind it. ERR_NOT_FOUND, ERR_IO. */
static int row_next(struct store_txn *txn, struct key *key, struct key *ret_row, uint32_t *ret_type)
{
    struct store_cursor cursor;
    struct bytes found;
    struct bytes value;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(key), &found, &value);
    if (err == 0 && (found.size != ROW_KEY_BYTES || memcmp(found.data, "opq", LABEL_BYTES) != 0)) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        memcpy(ret_row->data, found.data, found.size);
        ret_row->size = found.size;
        *ret_type = get_be32(found.data + LABEL_BYTES);
        *key = *ret_row;
        key->data[key->size++] = 0; /* the least key above it */
    }
    store_cursor_close(&cursor);
    return err;
}

int opaque_settle(struct store_txn *txn)
{
    struct key at = key_opaque(0, 0, 0);
    struct key row;
    uint32_t type;
    int err;
    while ((err = row_next(txn, &at, &row, &type)) == 0) {
        if (event_info_find(type) != NULL) {
            err = store_del(txn, TABLE_LOCAL, key_bytes(&row));
        }
        if (err != 0) {
            break;
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int opaque_count(struct store_txn *txn, uint64_t *ret_count, uint64_t *ret_critical)
{
    struct key at = key_opaque(0, 0, 0);
    struct key row;
    uint32_t type;
    uint64_t count = 0;
    uint64_t critical = 0;
    int err;
    while ((err = row_next(txn, &at, &row, &type)) == 0) {
        count++;
        critical += event_type_is_critical(type) ? 1 : 0;
    }
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_count = count;
    *ret_critical = critical;
    return 0;
}
