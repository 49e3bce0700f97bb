#include "gateway/settle/events.h"

#include "gateway/settle/marked_rows.h"
#include "sync/base/check.h"

enum {
    NUMBER_KEY_BYTES = 9,
    SEEN_BYTES = 8,
    WAITING_BYTES = 16,
    COUNTER_BYTES = 8,
};

static const uint8_t counter_key[] = {'N'};

static struct marked_key seen_key(struct bytes id)
{
    check(id.size > 0);
    return marked_key_of_one('S', id);
}

static void number_key(uint64_t number, uint8_t to[NUMBER_KEY_BYTES])
{
    to[0] = 'W';
    put_be64(to + 1, number);
}

static bool is_number_key(struct bytes key)
{
    return key.size == NUMBER_KEY_BYTES && key.data[0] == 'W';
}

/* --- those that came --- */

/* The highest of those that wait; 0 = none does. */
static int number_waiting(struct store_txn *txn, uint64_t *ret_number)
{
    const uint8_t above[] = {'W' + 1};
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_before(&cursor, bytes_of(above, sizeof above), &key, &row);
    *ret_number = err == 0 && is_number_key(key) ? get_be64(key.data + 1) : 0;
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The highest that was ever given. A counter that the disk spoilt begins above what waits. */
static int number_last(struct store_txn *txn, uint64_t *ret_number)
{
    struct bytes row = {.size = 0};
    int err = number_waiting(txn, ret_number);
    if (err != 0) {
        return err;
    }
    err = store_get(txn, TABLE_LOCAL, bytes_of(counter_key, sizeof counter_key), &row);
    const uint64_t counted = err == 0 && row.size == COUNTER_BYTES ? get_be64(row.data) : 0;
    *ret_number = counted > *ret_number ? counted : *ret_number;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The number becomes the event's. */
static int number_give(struct store_txn *txn, uint64_t number, struct bytes body)
{
    uint8_t key[NUMBER_KEY_BYTES], row[COUNTER_BYTES];
    put_be64(row, number);
    number_key(number, key);
    const int err = store_put(txn, TABLE_LOCAL, bytes_of(counter_key, sizeof counter_key),
                              bytes_of(row, sizeof row));
    return err == 0 ? store_put(txn, TABLE_LOCAL, bytes_of(key, sizeof key), body) : err;
}

/* Whether it was told, or waits to be. */
static int is_here(struct store_txn *txn, struct bytes id, bool *ret_is_here)
{
    const struct marked_key seen = seen_key(id);
    uint8_t key[NUMBER_KEY_BYTES];
    struct bytes row;
    int err = store_get(txn, TABLE_LOCAL, marked_key_bytes(&seen), &row);
    if (err == 0 && row.size == WAITING_BYTES) {
        number_key(get_be64(row.data + SEEN_BYTES), key);
        err = store_get(txn, TABLE_LOCAL, bytes_of(key, sizeof key), &row);
    }
    *ret_is_here = err == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int see(struct store_txn *txn, struct bytes id, const uint8_t *data, size_t size)
{
    const struct marked_key key = seen_key(id);
    return store_put(txn, TABLE_LOCAL, marked_key_bytes(&key), bytes_of(data, size));
}

int events_receive(struct store_txn *txn, struct bytes id, struct bytes body, int64_t now_s,
                   bool *ret_is_new)
{
    uint8_t row[WAITING_BYTES];
    uint64_t last = 0;
    bool was_here = false;
    int err = is_here(txn, id, &was_here);
    if (err == 0) {
        *ret_is_new = !was_here;
    }
    if (err != 0 || was_here) {
        return err;
    }
    err = number_last(txn, &last);
    if (err != 0) {
        return err;
    }
    put_be64(row, (uint64_t)now_s);
    put_be64(row + SEEN_BYTES, last + 1);
    err = number_give(txn, last + 1, body);
    return err != 0 ? err : see(txn, id, row, sizeof row);
}

int events_next(struct store_txn *txn, uint64_t after, uint64_t *ret_number, struct bytes *ret_body)
{
    uint8_t from[NUMBER_KEY_BYTES];
    struct store_cursor cursor;
    struct bytes key, row;
    number_key(after + 1, from);
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(from, sizeof from), &key, &row);
    if (err == 0 && !is_number_key(key)) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        *ret_number = get_be64(key.data + 1);
        *ret_body = row;
    }
    store_cursor_close(&cursor);
    return err;
}

int events_told(struct store_txn *txn, uint64_t number)
{
    uint8_t key[NUMBER_KEY_BYTES];
    number_key(number, key);
    const int err = store_del(txn, TABLE_LOCAL, bytes_of(key, sizeof key));
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- those that were seen --- */

int events_is_seen(struct store_txn *txn, struct bytes id, bool *ret_is_seen)
{
    const struct marked_key key = seen_key(id);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, marked_key_bytes(&key), &row);
    if (err == 0 || err == ERR_NOT_FOUND) {
        *ret_is_seen = err == 0 && row.size == SEEN_BYTES;
        return 0;
    }
    return err;
}

int events_see(struct store_txn *txn, struct bytes id, int64_t now_s)
{
    uint8_t row[SEEN_BYTES];
    put_be64(row, (uint64_t)now_s);
    return see(txn, id, row, sizeof row);
}

static bool is_old(struct bytes key, struct bytes row, int64_t before_s)
{
    (void)key;
    return row.size < SEEN_BYTES || (int64_t)get_be64(row.data) < before_s;
}

int events_forget(struct store_txn *txn, int64_t before_s, uint32_t count, uint32_t *ret_count)
{
    uint32_t done = 0;
    const int err = marked_delete(txn, 'S', is_old, before_s, count, &done);
    if (err == 0) {
        *ret_count = done;
    }
    return err;
}
