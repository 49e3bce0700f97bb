/* Rows that are none: what stands there is not what was written, or stands under a key that nobody
 * writes. No answer and no frame is made of them; it is the same as ever, or it is refused. */
#include <string.h>

#include "tests/lib/test.h"
#include "tests/process/lib/memory_node.h"

enum { ROWS_MAX = 4096, ROW_KEY_BYTES = 64, ROW_BYTES = 64 * 1024, FRAMES_MAX = 64 };

static struct memory_node node;

static struct {
    size_t count;
    struct {
        uint8_t key[ROW_KEY_BYTES];
        size_t size;
    } keys[ROWS_MAX];
} rows;

static void row_add(void *context, struct bytes key, struct bytes value)
{
    (void)context;
    (void)value;
    assert_true(rows.count < ROWS_MAX && key.size <= ROW_KEY_BYTES);
    memcpy(rows.keys[rows.count].key, key.data, key.size);
    rows.keys[rows.count++].size = key.size;
}

/* What stands in @table under @key from now on; what stood there before. */
static size_t row_swap(enum store_table table, struct bytes key, struct bytes value,
                       uint8_t *ret_old)
{
    struct bytes old;
    struct store_txn *txn = store_memory_begin(node.store, true);
    assert_int_equal(store_get(txn, table, key, &old), 0);
    assert_true(old.size <= ROW_BYTES);
    const size_t size = old.size;
    memcpy(ret_old, old.data, size);
    assert_int_equal(store_put(txn, table, key, value), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    return size;
}

/* False: there is one of that key. */
static bool row_put(enum store_table table, struct bytes key)
{
    struct bytes old;
    struct store_txn *txn = store_memory_begin(node.store, true);
    const bool is_new = store_get(txn, table, key, &old) == ERR_NOT_FOUND;
    if (is_new) {
        assert_int_equal(store_put(txn, table, key, bytes_of_text("\xc1")), 0);
    }
    assert_int_equal(store_memory_commit(txn), 0);
    return is_new;
}

static void row_del(enum store_table table, struct bytes key)
{
    struct store_txn *txn = store_memory_begin(node.store, true);
    assert_int_equal(store_del(txn, table, key), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

/* @look once for each row of @table in the place of which the disk has given something else. */
static void spoil_each(enum store_table table, void (*look)(const char *what), const char *what)
{
    static uint8_t old[ROW_BYTES], spilled[ROW_BYTES];
    static const struct bytes none = {.data = (const uint8_t *)"\xc1", .size = 1};
    rows.count = 0;
    store_memory_each(node.store, table, row_add, NULL);
    assert_true(rows.count > 0);
    for (size_t i = 0; i < rows.count; i++) {
        const struct bytes key = bytes_of(rows.keys[i].key, rows.keys[i].size);
        const size_t size = row_swap(table, key, none, old);
        look(what);
        (void)row_swap(table, key, bytes_of(old, size), spilled);
    }
}

/* @look once for each row that is cut short in its key, beside the whole one. */
static void stray_each(enum store_table table, void (*look)(const char *what), const char *what)
{
    static const uint8_t kept[] = {1, 2, 9, 10};
    rows.count = 0;
    store_memory_each(node.store, table, row_add, NULL);
    for (size_t i = 0; i < rows.count * sizeof kept; i++) {
        const size_t size = kept[i % sizeof kept];
        const struct bytes key = bytes_of(rows.keys[i / sizeof kept].key, size);
        if (size < rows.keys[i / sizeof kept].size && row_put(table, key)) {
            look(what);
            row_del(table, key);
        }
    }
}

/* @look once for each row that leads nowhere, beside the whole one. */
static void astray_each(enum store_table table, void (*look)(const char *what), const char *what)
{
    rows.count = 0;
    store_memory_each(node.store, table, row_add, NULL);
    for (size_t i = 0; i < rows.count; i++) {
        const struct bytes key = bytes_of(rows.keys[i].key, rows.keys[i].size);
        rows.keys[i].key[key.size - 1] ^= 0xff;
        assert_true(row_put(table, key));
        look(what);
        row_del(table, key);
    }
}

/* --- answers --- */

static struct text whole;          /* as it is told while no row is spoilt */
static unsigned refusals, told_of; /* since they were cleared; node.spoilt before the last look */

/* Whoever is refused need not ask for hours: all rows are looked at. */
static void assert_looked_at(const char *what, int err)
{
    refusals++;
    if (node.spoilt == told_of) {
        fail_msg("%s ends with %d, and nobody looks at the rows", what, err);
    }
}

static bool is_whole(const struct text *told)
{
    return bytes_equal(bytes_of(told->data, told->size), bytes_of(whole.data, whole.size));
}

static void ask_for(const char *path)
{
    told_of = node.spoilt;
    const int status = memory_node_ask(&node, path, "");
    if (status < 500 && !is_whole(&node.asked)) {
        fail_msg("%s answers %d and %.*s", path, status, (int)node.asked.size, node.asked.data);
    }
    if (status >= 500) {
        assert_looked_at(path, status);
    }
}

static void ask_whole(const char *path)
{
    assert_int_equal(memory_node_ask(&node, path, ""), 200);
    text_clear(&whole);
    text_append(&whole, node.asked.data, node.asked.size);
}

static void ask_spoilt_state(const char *path)
{
    ask_whole(path);
    refusals = 0;
    spoil_each(TABLE_STATE, ask_for, path);
    stray_each(TABLE_STATE, ask_for, path);
    assert_true(refusals > 0);
}

static void ask_spoilt_index(const char *path)
{
    ask_whole(path);
    refusals = 0;
    spoil_each(TABLE_INDEX, ask_for, path);
    stray_each(TABLE_INDEX, ask_for, path);
    assert_true(refusals > 0);
    refusals = 0;
    astray_each(TABLE_INDEX, ask_for, path);
    assert_true(refusals > 0);
}

static void ask_spoilt(const char *day, const char *const *paths, size_t count)
{
    memory_node_open(&node, day);
    for (size_t i = 0; i < count; i++) {
        ask_spoilt_state(paths[i]);
        ask_spoilt_index(paths[i]);
    }
    text_close(&whole);
    memory_node_close(&node);
}

TEST(api_spoilt, no_answer_is_made_of_a_row_that_is_none_and_all_rows_are_looked_at)
{
    static const char *const of_money[] = {
        "/api/menu",          "/api/orders",     "/api/reports/day", "/api/kitchen/board",
        "/api/reports/trade", "/api/order-page", "/api/drawers"};
    static const char *const of_stall[] = {"/api/pickup/board"};
    static const char *const of_people[] = {"/api/staff"};
    ask_spoilt("money", of_money, sizeof of_money / sizeof of_money[0]);
    ask_spoilt("stall", of_stall, 1);
    ask_spoilt("people", of_people, 1);
}

/* --- frames --- */

static char cursor[CURSOR_BYTES_MAX];

/* All frames of a screen from the cursor on, into @told, until there is none or an error. */
static int watch(const char *view, struct text *told)
{
    struct stream stream;
    size_t before = SIZE_MAX;
    int err = 0;
    text_clear(told);
    memory_node_forget(&node);
    memory_node_watch(&node, view, cursor, &stream);
    for (int frames = 0; err == 0 && told->size != before; frames++) {
        struct store_txn *txn = NULL;
        assert_true(frames < FRAMES_MAX);
        before = told->size;
        assert_int_equal(node.gate.read_begin(&node, &txn), 0);
        err = stream_next(node.streams, &stream, txn, MEMORY_NODE_NOW_MS, told);
        node.gate.read_end(&node, txn);
    }
    return err;
}

static void watch_for(const char *view)
{
    static struct text told;
    told_of = node.spoilt;
    const int err = watch(view, &told);
    if (err == 0 && !is_whole(&told)) {
        fail_msg("a screen is told %.*s", (int)told.size, told.data);
    }
    if (err != 0) {
        assert_looked_at(view, err);
    }
}

static void cursor_begin(bool is_from_first_day)
{
    struct store_txn *txn = NULL;
    struct cursor now;
    cursor[0] = '\0';
    if (is_from_first_day) {
        assert_int_equal(node.gate.read_begin(&node, &txn), 0);
        assert_int_equal(cursor_now(txn, &now), 0);
        node.gate.read_end(&node, txn);
        now.change = 0;
        cursor_print(&now, cursor);
    }
}

TEST(api_spoilt, no_frame_is_made_of_a_row_that_is_none)
{
    static const char *const days[] = {"money", "stock", "people"};
    static const enum store_table tables[] = {TABLE_STATE, TABLE_INDEX, TABLE_CHANGE, TABLE_META};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        memory_node_open(&node, days[i]);
        for (int from_first = 0; from_first <= 1; from_first++) {
            cursor_begin(from_first);
            assert_int_equal(watch("counter", &whole), 0);
            for (size_t j = 0; j < sizeof tables / sizeof tables[0]; j++) {
                spoil_each(tables[j], watch_for, "counter");
                stray_each(tables[j], watch_for, "counter");
            }
            refusals = 0;
            astray_each(TABLE_INDEX, watch_for, "counter");
            assert_true(from_first || refusals > 0); /* who goes on reads no index */
        }
        memory_node_close(&node);
    }
    text_close(&whole);
}
