#include "node/figures/board.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

enum { ACTIVE_KEY_BYTES = 1 + 8 + 1 + ENTITY_ID_BYTES };

/* All keys of @index begin with it, followed by the day. */
static size_t range_begin(uint8_t *key, enum index_kind index, const struct board_query *query)
{
    key[0] = (uint8_t)index;
    put_be64(key + 1, query->is_any_day ? 0 : query->day);
    return 9;
}

static bool is_whole(const struct board_query *query)
{
    static const struct entity_id none;
    return entity_id_equal(&query->before, &none);
}

/* The first key above the range. */
static size_t range_end(uint8_t *key, enum index_kind index, const struct board_query *query)
{
    if (query->is_settled && !query->is_any_day && !is_whole(query)) {
        size_t size = range_begin(key, index, query);
        memcpy(key + size, query->before.bytes, ENTITY_ID_BYTES);
        return size + ENTITY_ID_BYTES;
    }
    bool is_last_day = query->is_any_day || query->day == UINT64_MAX;
    key[0] = (uint8_t)((unsigned)index + (is_last_day ? 1 : 0));
    put_be64(key + 1, is_last_day ? 0 : query->day + 1);
    return 9;
}

/* The entity is the end of each key. */
static struct entity_id key_entity_of(struct bytes key)
{
    struct entity_id id;
    memcpy(id.bytes, key.data + key.size - ENTITY_ID_BYTES, ENTITY_ID_BYTES);
    return id;
}

/* Whether a row of the index that is asked for can have that key. */
static bool is_row(const struct board_query *query, struct bytes key)
{
    return query->is_settled ? key.size > ENTITY_ID_BYTES
                             : key.size == ACTIVE_KEY_BYTES && key.data[9] < PHASE_COUNT;
}

static int newest_first(const void *a, const void *b)
{
    return memcmp(b, a, ENTITY_ID_BYTES);
}

static bool row_is_wanted(const struct board_query *query, struct bytes key)
{
    struct entity_id order = key_entity_of(key);
    bool is_older = is_whole(query) || newest_first(&query->before, &order) < 0;
    return is_older && (query->is_settled || (query->phases & BOARD_PHASE(key.data[9])) != 0);
}

static int scan(struct store_cursor *cursor, const struct board_query *query, struct entity_id *ids,
                uint32_t *ret_count)
{
    uint8_t begin[9];
    uint8_t position[KEY_BYTES_MAX];
    enum index_kind index = query->is_settled ? INDEX_SETTLED : INDEX_ACTIVE;
    struct bytes first = bytes_of(begin, range_begin(begin, index, query));
    struct bytes at = bytes_of(position, range_end(position, index, query));
    uint32_t count = 0;
    /* Settled rows of a day are in order of time already. */
    uint32_t count_max =
        query->is_settled && !query->is_any_day ? query->count_max : BOARD_SCAN_MAX;
    for (uint32_t rows = 0; rows < BOARD_SCAN_MAX && count < count_max; rows++) {
        struct bytes value;
        int err = store_cursor_before(cursor, at, &at, &value);
        if (err == ERR_NOT_FOUND || (err == 0 && bytes_compare(at, first) < 0)) {
            break;
        }
        if (err != 0 || !is_row(query, at)) {
            return err != 0 ? err : ERR_MALFORMED;
        }
        if (row_is_wanted(query, at)) {
            ids[count++] = key_entity_of(at);
        }
    }
    *ret_count = count;
    return 0;
}

int board_find(struct store_txn *txn, const struct board_query *query, struct board *ret_board)
{
    check(query->count_max <= BOARD_ORDERS_MAX);
    struct store_cursor cursor;
    struct entity_id *ids = malloc(BOARD_SCAN_MAX * sizeof *ids);
    check(ids != NULL);
    uint32_t count = 0;
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err == 0) {
        err = scan(&cursor, query, ids, &count);
        store_cursor_close(&cursor);
    }
    if (err == 0) {
        qsort(ids, count, sizeof *ids, newest_first);
        ret_board->count = count < query->count_max ? count : query->count_max;
        memcpy(ret_board->orders, ids, ret_board->count * sizeof *ids);
    }
    free(ids);
    return err;
}

int board_next(struct store_txn *txn, enum index_kind index, struct key *key,
               struct entity_id *ret_entity)
{
    struct store_cursor cursor;
    struct bytes found;
    struct bytes value;
    uint8_t above[KEY_BYTES_MAX + 1] = {(uint8_t)index};
    memcpy(above, key->size > 0 ? key->data : above, key->size > 0 ? key->size : 1);
    /* The next key after one that was reached is the first >= that key with a zero byte behind. */
    size_t size = key->size > 0 ? key->size + 1 : 1;
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(above, size), &found, &value);
    if (err == 0 && found.data[0] != (uint8_t)index) {
        err = ERR_NOT_FOUND;
    } else if (err == 0 && (found.size > KEY_BYTES_MAX || found.size <= ENTITY_ID_BYTES)) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        memcpy(key->data, found.data, found.size);
        key->size = found.size;
        *ret_entity = key_entity_of(found);
    }
    store_cursor_close(&cursor);
    return err;
}

int board_count_active(struct store_txn *txn, uint64_t *ret_count)
{
    static const uint8_t first[] = {INDEX_ACTIVE};
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint64_t count = 0;
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
    while (err == 0 && key.data[0] == INDEX_ACTIVE) {
        count++;
        err = store_cursor_next(&cursor, &key, &value);
    }
    store_cursor_close(&cursor);
    if (err == 0 || err == ERR_NOT_FOUND) {
        *ret_count = count;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}
