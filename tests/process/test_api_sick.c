/* Whoever asks a node whose store cannot be read is told so: no answer, figure or frame is made of
 * what could be read before, and a screen that was watching goes on where it was. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "node/api/stream.h"
#include "tests/process/lib/golden.h"

enum {
    ORDERS_MAX = 16,
    ID_TEXT = 2 * ENTITY_ID_BYTES,
    PATHS_MAX = 96,
    FRAMES_MAX = 64,
    NOW_MS = 9
};

static struct {
    struct cluster *cluster;
    struct store_memory *store;
    struct gate gate;
    struct api *api;
    struct streams *streams;
    bool is_shut;    /* nobody may read */
    unsigned spoilt; /* how often the core was told that a row is none */
    size_t paths_count;
    char paths[PATHS_MAX][API_PATH_BYTES_MAX];
} node;

/* --- a node's door over a store in memory --- */

static int read_begin(void *context, struct store_txn **ret_txn)
{
    (void)context;
    if (node.is_shut) {
        return ERR_IO;
    }
    *ret_txn = store_memory_begin(node.store, false);
    return 0;
}

static void read_end(void *context, struct store_txn *txn)
{
    (void)context;
    store_memory_abort(txn);
}

static void live(void *context, struct gate_live *ret_live)
{
    const struct cluster_node *first = &node.cluster->nodes[0];
    (void)context;
    *ret_live = (struct gate_live){.device = first->device,
                                   .log = first->log,
                                   .role = ROLE_OWNER,
                                   .capabilities = role_device_capabilities(ROLE_OWNER),
                                   .epoch_ms = CLUSTER_EPOCH_MS,
                                   .is_writable = true,
                                   .marks_count = 1,
                                   .marks = {{first->log, 1}},
                                   .moved = 1};
}

static void spoilt(void *context)
{
    (void)context;
    node.spoilt++;
}

static void wake(void *context)
{
    (void)context;
}

static void begin(const char *day)
{
    size_t at = 0;
    memset(&node, 0, sizeof node);
    while (strcmp(golden_days[at].name, day) != 0) {
        assert_true(++at < golden_days_count);
    }
    node.cluster = golden_live(&golden_days[at]);
    node.store = node.cluster->nodes[0].store;
    node.gate = (struct gate){.queue = command_queue_new(wake, NULL),
                              .read_begin = read_begin,
                              .read_end = read_end,
                              .live = live,
                              .spoilt = spoilt};
    node.api = api_new(&node.gate, "0");
    node.streams = streams_new(node.api);
    assert_non_null(node.streams);
}

static void end(void)
{
    streams_free(node.streams);
    api_free(node.api);
    command_queue_free(node.gate.queue);
    cluster_free(node.cluster);
}

/* --- asking --- */

static struct text asked;

/* The status; the body is in `asked`. */
static int ask(const char *path, const char *query)
{
    struct api_reply reply;
    const struct api_request request = {
        .access = {.entrance = ENTRANCE_LOOPBACK}, .method = "GET", .path = path, .query = query};
    text_close(&asked);
    api_handle(node.api, &request, &reply);
    asked = reply.body;
    return reply.status;
}

/* @path once for each read that it makes, which fails. */
static void ask_sick(const char *path, const char *query, enum store_memory_call call)
{
    bool is_reached = true;
    for (unsigned nth = 1; is_reached; nth += 1 + nth / 32) {
        const uint64_t before = store_memory_calls(node.store, call);
        node.api->state->line_up.looked_ms = 0; /* the queue is looked at each time */
        store_memory_fail(node.store, call, nth, ERR_IO);
        const int status = ask(path, query);
        store_memory_fail(node.store, call, 0, 0);
        is_reached = store_memory_calls(node.store, call) - before >= nth;
        if (is_reached && status < 500) {
            fail_msg("%s?%s answers %d where read %u failed", path, query, status, nth);
        }
    }
}

static void path_add(const char *path)
{
    assert_true(node.paths_count < PATHS_MAX);
    (void)snprintf(node.paths[node.paths_count++], API_PATH_BYTES_MAX, "%s", path);
}

/* Of each order that is told of under @query, what there is of it. */
static void orders_add(const char *query)
{
    static const char mark[] = "{\"id\":\"", number[] = "\",\"number\"";
    char path[API_PATH_BYTES_MAX];
    assert_int_equal(ask("/api/orders", query), 200);
    text_append(&asked, "", 1);
    for (const char *at = asked.data; (at = strstr(at, mark)) != NULL;) {
        at += sizeof mark - 1;
        if (strncmp(at + ID_TEXT, number, sizeof number - 1) == 0) {
            (void)snprintf(path, sizeof path, "/api/orders/%.*s", ID_TEXT, at);
            path_add(path);
            (void)snprintf(path, sizeof path, "/api/orders/%.*s/receipt", ID_TEXT, at);
            path_add(path);
        }
    }
}

/* Everything that can be asked for by GET. */
static void paths_find(void)
{
    orders_add("");
    orders_add("settled=1");
    for (size_t i = 0; i < routes_count; i++) {
        if (strcmp(routes[i].method, "GET") == 0 && strchr(routes[i].path, '{') == NULL) {
            path_add(routes[i].path);
        }
    }
}

static void every_answer_is_whole(const char *day)
{
    begin(day);
    paths_find();
    assert_true(node.paths_count > 20);
    for (size_t i = 0; i < node.paths_count; i++) {
        const int status = ask(node.paths[i], "");
        assert_true(status == 200 || status == 404 || status == 503);
        if (status == 200) {
            ask_sick(node.paths[i], "", MEMORY_GET);
            ask_sick(node.paths[i], "", MEMORY_OPEN);
            assert_int_equal(ask(node.paths[i], ""), status); /* nothing of it stays */
        }
    }
    ask_sick("/api/orders", "settled=1", MEMORY_GET);
    ask_sick("/api/orders", "settled=1&day=1", MEMORY_GET);
    ask_sick("/api/reports/day", "day=1", MEMORY_GET);
    ask_sick("/api/day", "day=1", MEMORY_GET);
    assert_int_equal(node.spoilt, 0); /* a disk that fails is no row that is none */
    text_close(&asked);
    asked = (struct text){0};
    end();
}

TEST(api_sick, no_answer_about_a_day_of_orders_is_made_of_half_a_store)
{
    every_answer_is_whole("stall");
}

TEST(api_sick, no_answer_about_money_is_made_of_half_a_store)
{
    every_answer_is_whole("money");
}

TEST(api_sick, no_answer_about_stock_is_made_of_half_a_store)
{
    every_answer_is_whole("stock");
}

TEST(api_sick, no_answer_about_people_and_places_is_made_of_half_a_store)
{
    every_answer_is_whole("people");
}

/* Whether the answer to @path is made of what is read. */
static bool is_read(const char *path)
{
    const uint64_t before = store_memory_calls(node.store, MEMORY_GET);
    assert_int_equal(ask(path, ""), 200);
    return store_memory_calls(node.store, MEMORY_GET) > before;
}

TEST(api_sick, no_answer_is_made_while_nothing_can_be_read)
{
    begin("stall");
    paths_find();
    for (size_t i = 0; i < node.paths_count; i++) {
        if (ask(node.paths[i], "") == 200 && is_read(node.paths[i])) {
            node.is_shut = true;
            assert_true(ask(node.paths[i], "") >= 500);
            node.is_shut = false;
        }
    }
    text_close(&asked);
    asked = (struct text){0};
    end();
}

/* --- rows that are none --- */

enum { ROWS_MAX = 4096, ROW_KEY_BYTES = 64, ROW_BYTES = 64 * 1024 };

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

/* Each row of @table once in the place of which the disk has given something else. */
static void ask_spoilt(enum store_table table, const char *path)
{
    static uint8_t old[ROW_BYTES], spilled[ROW_BYTES];
    const struct bytes none = bytes_of_text("\xc1"); /* of which no row consists */
    assert_int_equal(ask(path, ""), 200);
    struct text whole = asked;
    asked = (struct text){0};
    for (size_t i = 0; i < rows.count; i++) {
        const struct bytes key = bytes_of(rows.keys[i].key, rows.keys[i].size);
        const size_t size = row_swap(table, key, none, old);
        const int status = ask(path, "");
        (void)row_swap(table, key, bytes_of(old, size), spilled);
        if (status < 500 &&
            !bytes_equal(bytes_of(asked.data, asked.size), bytes_of(whole.data, whole.size))) {
            fail_msg("%s answers %d and %.*s where row %zu is none", path, status, (int)asked.size,
                     asked.data, i);
        }
    }
    text_close(&whole);
}

TEST(api_sick, no_answer_is_made_of_a_row_that_is_none)
{
    static const char *const paths[] = {"/api/menu",       "/api/orders",  "/api/kitchen/board",
                                        "/api/order-page", "/api/drawers", "/api/staff"};
    static const enum store_table tables[] = {TABLE_STATE, TABLE_INDEX};
    begin("money");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        rows.count = 0;
        store_memory_each(node.store, tables[i], row_add, NULL);
        assert_true(rows.count > 0);
        for (size_t j = 0; j < sizeof paths / sizeof paths[0]; j++) {
            ask_spoilt(tables[i], paths[j]);
        }
    }
    assert_true(node.spoilt > 0);
    text_close(&asked);
    asked = (struct text){0};
    end();
}

/* --- screens --- */

/* The next frame while read @nth fails, which it says and nothing else, and then a whole one. */
static bool next_sick(struct stream *stream, struct text *frame, enum store_memory_call call)
{
    const struct stream before = *stream;
    bool is_reached = true;
    for (unsigned nth = 1; is_reached; nth += 1 + nth / 32) {
        struct store_txn *txn = NULL;
        const uint64_t calls = store_memory_calls(node.store, call);
        *stream = before;
        text_close(frame);
        *frame = (struct text){0};
        assert_int_equal(read_begin(NULL, &txn), 0);
        store_memory_fail(node.store, call, nth, ERR_IO);
        const int err = stream_next(node.streams, stream, txn, NOW_MS, frame);
        store_memory_fail(node.store, call, 0, 0);
        read_end(NULL, txn);
        is_reached = store_memory_calls(node.store, call) - calls >= nth;
        assert_int_equal(err, is_reached ? ERR_IO : 0);
        assert_true(!is_reached || frame->size == 0);
    }
    return frame->size > 0;
}

/* The figures beside the orders, once for each read that they take; they come with the next tick
 * that can read. */
static void refresh_sick(enum store_memory_call call)
{
    bool is_reached = true;
    for (unsigned nth = 1; is_reached; nth++) {
        const uint64_t calls = store_memory_calls(node.store, call);
        store_memory_fail(node.store, call, nth, ERR_IO);
        streams_refresh(node.streams, true, NOW_MS);
        store_memory_fail(node.store, call, 0, 0);
        is_reached = store_memory_calls(node.store, call) - calls >= nth;
    }
}

/* A screen of @view from @cursor on, until it is told nothing more; how many frames it was told. */
static uint32_t watch_sick(const char *view, const char *cursor, enum store_memory_call call)
{
    struct stream stream;
    struct caller caller;
    struct text frame = {0};
    const struct access_request request = {.entrance = ENTRANCE_LOOPBACK};
    uint32_t frames = 0;
    state_refresh(node.api->state);
    assert_int_equal(api_watch(node.api, &request, &caller), 0);
    assert_int_equal(stream_open(&stream, &caller, view, cursor), 0);
    while (next_sick(&stream, &frame, call)) {
        assert_true(++frames < FRAMES_MAX);
    }
    assert_int_equal(stream.stage, STREAM_LIVE);
    text_close(&frame);
    return frames;
}

static void every_frame_is_whole(const char *day)
{
    static const char *const views[] = {"counter", "kitchen", "pickup"};
    static const enum store_memory_call calls[] = {MEMORY_GET, MEMORY_OPEN};
    char text[CURSOR_BYTES_MAX];
    struct cursor cursor;
    struct store_txn *txn = NULL;
    begin(day);
    refresh_sick(MEMORY_GET);
    refresh_sick(MEMORY_OPEN);
    assert_int_equal(read_begin(NULL, &txn), 0);
    assert_int_equal(cursor_now(txn, &cursor), 0);
    read_end(NULL, txn);
    cursor.change = 0; /* who watched since the first day is told all that changed */
    cursor_print(&cursor, text);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        for (size_t j = 0; j < sizeof calls / sizeof calls[0]; j++) {
            assert_true(watch_sick(views[i], "", calls[j]) > 2);   /* hello, marks, a snapshot */
            assert_true(watch_sick(views[i], text, calls[j]) > 2); /* hello, marks, changes */
        }
    }
    end();
}

TEST(api_sick, no_frame_of_orders_is_made_of_half_a_store)
{
    every_frame_is_whole("stall");
}

TEST(api_sick, no_frame_of_money_is_made_of_half_a_store)
{
    every_frame_is_whole("money");
}

TEST(api_sick, no_frame_of_people_and_places_is_made_of_half_a_store)
{
    every_frame_is_whole("people");
}
