/* sabotage - does to a stopped node's store what a broken disk or a dishonest hand might, so that
 * the demo's check can show that it notices.
 *
 *   sabotage drop STORE ORDER   every row of the order vanishes; the log keeps its length
 *   sabotage edit STORE ORDER   one bit of its first price flips, the rest of the row stands
 *
 * STORE is the folder of the LMDB environment, ORDER an order's id (24 hex digits). Exit status 0:
 * done; 1: not done, and said why; 2: wrong use.
 */
#include <stdio.h>
#include <string.h>

#include "node/store/store_lmdb.h"
#include "sync/domain/entity.h"
#include "sync/log/event.h"
#include "sync/log/tables.h"

enum { ROWS_MAX = 256, VALUE_BYTES_MAX = 32 * 1024 };

/* The events of one order: their keys in the tables log and sig. */
struct order_rows {
    size_t count;
    struct key keys[ROWS_MAX];
};

static int order_rows_find(struct store_txn *txn, const struct entity_id *order,
                           struct order_rows *rows)
{
    struct key prefix = key_entity(order);
    struct store_cursor cursor;
    struct bytes key, value;
    rows->count = 0;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&prefix), &key, &value);
    while (err == 0 && rows->count < ROWS_MAX) {
        struct entity_id entity;
        uint64_t log = 0, seq = 0;
        err = key_entity_event_parse(key, &entity, &log, &seq);
        if (err != 0 || memcmp(&entity, order, sizeof entity) != 0) {
            break;
        }
        rows->keys[rows->count++] = key_event(log, seq);
        err = store_cursor_next(&cursor, &key, &value);
    }
    store_cursor_close(&cursor);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    return rows->count == 0 ? ERR_NOT_FOUND : 0;
}

/* --- drop --- */

/* Delete what may be there. */
static int erase(struct store_txn *txn, enum store_table table, const struct key *key)
{
    int err = store_del(txn, table, key_bytes(key));
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The first key of @table that ends with the order's id; all index keys do. */
static int index_key_find(struct store_txn *txn, const struct entity_id *order, struct key *ret_key)
{
    struct store_cursor cursor;
    struct bytes key, value;
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    do {
        err = store_cursor_next(&cursor, &key, &value);
    } while (err == 0 && (key.size < sizeof *order || key.size > KEY_BYTES_MAX ||
                          memcmp(key.data + key.size - sizeof *order, order, sizeof *order) != 0));
    if (err == 0) {
        ret_key->size = key.size;
        memcpy(ret_key->data, key.data, key.size);
    }
    store_cursor_close(&cursor);
    return err;
}

static int index_drop(struct store_txn *txn, const struct entity_id *order)
{
    struct key key;
    int err = 0;
    while ((err = index_key_find(txn, order, &key)) == 0) {
        err = erase(txn, TABLE_INDEX, &key);
        if (err != 0) {
            return err;
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int event_drop(struct store_txn *txn, const struct entity_id *order, const struct key *key)
{
    uint64_t log = 0, seq = 0;
    int err = key_event_parse(key_bytes(key), &log, &seq);
    if (err != 0) {
        return err;
    }
    struct key by_entity = key_entity_event(order, log, seq);
    err = erase(txn, TABLE_LOG, key);
    if (err == 0) {
        err = erase(txn, TABLE_SIG, key);
    }
    return err == 0 ? erase(txn, TABLE_ENTITY, &by_entity) : err;
}

static int drop(struct store_txn *txn, const struct entity_id *order)
{
    struct order_rows rows;
    struct key state = key_state(KIND_ORDER, order);
    int err = order_rows_find(txn, order, &rows);
    for (size_t i = 0; err == 0 && i < rows.count; i++) {
        err = event_drop(txn, order, &rows.keys[i]);
    }
    if (err == 0) {
        err = erase(txn, TABLE_STATE, &state);
    }
    return err == 0 ? index_drop(txn, order) : err;
}

/* --- edit --- */

/* Where the unit price of a line.add ends: [line, item, name, quantity, unit price, ...]. */
static const uint8_t *price_end(const struct event *event)
{
    struct reader reader;
    reader_init(&reader, event->body);
    read_array(&reader, 5, VALUE_ITEMS_MAX);
    read_uint(&reader, UINT32_MAX);
    read_uint(&reader, UINT32_MAX);
    read_text(&reader, EVENT_BYTES_MAX);
    read_uint(&reader, UINT32_MAX);
    read_int(&reader, INT64_MIN, INT64_MAX);
    return reader.err == 0 ? reader.at : NULL;
}

/* ERR_NOT_FOUND: the row at @key is no line. */
static int line_edit(struct store_txn *txn, const struct key *key)
{
    struct hash hash;
    struct event event;
    struct bytes row, bytes;
    uint8_t copy[VALUE_BYTES_MAX];
    int err = store_get(txn, TABLE_LOG, key_bytes(key), &row);
    if (err == 0) {
        err = event_row_parse(row, &hash, &bytes);
    }
    if (err == 0) {
        err = event_decode(bytes, &event);
    }
    if (err != 0) {
        return err;
    }
    const uint8_t *end = event.type == EVENT_LINE_ADD ? price_end(&event) : NULL;
    if (end == NULL || row.size > sizeof copy) {
        return ERR_NOT_FOUND;
    }
    memcpy(copy, row.data, row.size);
    copy[(size_t)(end - row.data) - 1] ^= 1;
    return store_put(txn, TABLE_LOG, key_bytes(key), bytes_of(copy, row.size));
}

static int edit(struct store_txn *txn, const struct entity_id *order)
{
    struct order_rows rows;
    int err = order_rows_find(txn, order, &rows);
    if (err != 0) {
        return err;
    }
    err = ERR_NOT_FOUND;
    for (size_t i = 0; err == ERR_NOT_FOUND && i < rows.count; i++) {
        err = line_edit(txn, &rows.keys[i]);
    }
    return err;
}

/* --- the program --- */

static const struct deed {
    const char *name;
    int (*run)(struct store_txn *txn, const struct entity_id *order);
} deeds[] = {{"drop", drop}, {"edit", edit}};

static const struct deed *deed_find(const char *name)
{
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, name) == 0) {
            return &deeds[i];
        }
    }
    return NULL;
}

static bool order_read(const char *text, struct entity_id *ret_order)
{
    uint8_t *bytes = (uint8_t *)ret_order;
    size_t size = sizeof *ret_order;
    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;
        if (sscanf(text + 2 * i, "%2x", &byte) != 1) {
            return false;
        }
        bytes[i] = (uint8_t)byte;
    }
    return text[2 * size] == '\0';
}

static int run(const struct deed *deed, const char *folder, const struct entity_id *order)
{
    struct store_lmdb_options options = {.folder = folder};
    struct store_lmdb *store = NULL;
    struct store_txn *txn = NULL;
    int err = store_lmdb_open(&options, &store);
    if (err != 0) {
        return err;
    }
    err = store_lmdb_begin(store, &txn);
    if (err == 0) {
        err = deed->run(txn, order);
        if (err == 0) {
            err = store_lmdb_commit(txn);
        } else {
            store_lmdb_abort(txn);
        }
    }
    store_lmdb_close(store);
    return err;
}

int main(int argc, char **argv)
{
    struct entity_id order;
    const struct deed *deed = argc == 4 ? deed_find(argv[1]) : NULL;
    if (deed == NULL || strlen(argv[3]) != 2 * sizeof order || !order_read(argv[3], &order)) {
        (void)fprintf(stderr, "usage: sabotage drop|edit STORE ORDER\n");
        return 2;
    }
    int err = run(deed, argv[2], &order);
    if (err != 0) {
        (void)fprintf(stderr, "sabotage: %s %s: %s\n", argv[1], argv[2], err_text(err));
    }
    return err == 0 ? 0 : 1;
}
