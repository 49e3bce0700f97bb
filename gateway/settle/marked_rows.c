#include "gateway/settle/marked_rows.h"

#include <string.h>

#include "sync/base/check.h"

struct marked_key marked_key(char mark, struct bytes first, struct bytes second)
{
    struct marked_key key = {.size = 1 + first.size + second.size};
    check(key.size <= sizeof key.bytes);
    key.bytes[0] = (uint8_t)mark;
    if (first.size > 0) {
        memcpy(key.bytes + 1, first.data, first.size);
    }
    if (second.size > 0) {
        memcpy(key.bytes + 1 + first.size, second.data, second.size);
    }
    return key;
}

struct marked_key marked_key_of_one(char mark, struct bytes id)
{
    return marked_key(mark, id, bytes_of(NULL, 0));
}

struct bytes marked_key_bytes(const struct marked_key *key)
{
    return bytes_of(key->bytes, key->size);
}

/* The first row with @mark above @from that @fits. ERR_NOT_FOUND. */
static int row_find(struct store_txn *txn, char mark, const struct marked_key *from,
                    marked_fits *fits, int64_t before_s, struct marked_key *ret_key)
{
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, marked_key_bytes(from), &key, &row);
    while (err == 0 && key.data[0] == (uint8_t)mark && !fits(key, row, before_s)) {
        err = store_cursor_next(&cursor, &key, &row);
    }
    if (err == 0 && (key.data[0] != (uint8_t)mark || key.size > sizeof ret_key->bytes)) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        ret_key->size = key.size;
        memcpy(ret_key->bytes, key.data, key.size);
    }
    store_cursor_close(&cursor);
    return err;
}

int marked_delete(struct store_txn *txn, char mark, marked_fits *fits, int64_t before_s,
                  uint32_t count, uint32_t *done)
{
    struct marked_key key = marked_key_of_one(mark, bytes_of(NULL, 0));
    int err = 0;
    while (*done < count && (err = row_find(txn, mark, &key, fits, before_s, &key)) == 0) {
        err = store_del(txn, TABLE_LOCAL, marked_key_bytes(&key));
        if (err != 0) {
            return err;
        }
        ++*done;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}
