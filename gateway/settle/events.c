#include "gateway/settle/events.h"

#include <string.h>

#include "sync/base/check.h"

enum {
    NUMBER_KEY_BYTES = 9,
    SEEN_KEY_BYTES_MAX = 1 + PROVIDER_ID_BYTES_MAX,
    SEEN_BYTES = 8,
    WAITING_BYTES = 16,
    COUNTER_BYTES = 8,
};

static const uint8_t counter_key[] = {'N'};

struct seen_key {
    size_t size;
    uint8_t bytes[SEEN_KEY_BYTES_MAX];
};

static struct seen_key seen_key_of(struct bytes id)
{
    struct seen_key key = {.size = 1 + id.size};
    check(id.size > 0 && key.size <= sizeof key.bytes);
    key.bytes[0] = 'S';
    memcpy(key.bytes + 1, id.data, id.size);
    return key;
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
    const struct seen_key seen = seen_key_of(id);
    uint8_t key[NUMBER_KEY_BYTES];
    struct bytes row;
    int err = store_get(txn, TABLE_LOCAL, bytes_of(seen.bytes, seen.size), &row);
    if (err == 0 && row.size == WAITING_BYTES) {
        number_key(get_be64(row.data + SEEN_BYTES), key);
        err = store_get(txn, TABLE_LOCAL, bytes_of(key, sizeof key), &row);
    }
    *ret_is_here = err == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int see(struct store_txn *txn, struct bytes id, const uint8_t *data, size_t size)
{
    const struct seen_key key = seen_key_of(id);
    return store_put(txn, TABLE_LOCAL, bytes_of(key.bytes, key.size), bytes_of(data, size));
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
    const struct seen_key key = seen_key_of(id);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, bytes_of(key.bytes, key.size), &row);
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

/* The first key that came before @before_s, at or above @from. ERR_NOT_FOUND. */
static int old_next(struct store_txn *txn, int64_t before_s, const struct seen_key *from,
                    struct seen_key *ret_key)
{
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(from->bytes, from->size), &key, &row);
    while (err == 0 && key.data[0] == 'S' && row.size >= SEEN_BYTES &&
           (int64_t)get_be64(row.data) >= before_s) {
        err = store_cursor_next(&cursor, &key, &row);
    }
    if (err == 0 && (key.data[0] != 'S' || key.size > sizeof ret_key->bytes)) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        ret_key->size = key.size;
        memcpy(ret_key->bytes, key.data, key.size);
    }
    store_cursor_close(&cursor);
    return err;
}

int events_forget(struct store_txn *txn, int64_t before_s, uint32_t count, uint32_t *ret_count)
{
    struct seen_key key = {.size = 1, .bytes = {'S'}};
    int err = 0;
    uint32_t done = 0;
    while (done < count && (err = old_next(txn, before_s, &key, &key)) == 0) {
        err = store_del(txn, TABLE_LOCAL, bytes_of(key.bytes, key.size));
        if (err != 0) {
            return err;
        }
        done++;
    }
    *ret_count = done;
    return err == ERR_NOT_FOUND ? 0 : err;
}
