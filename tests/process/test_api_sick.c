/* Whoever asks a node whose store cannot be read is told so: no answer, figure or frame is made of
 * what could be read before, and a screen that was watching goes on where it was. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/process/lib/memory_node.h"

enum {
    ID_TEXT = 2 * ENTITY_ID_BYTES,
    PATHS_MAX = 96,
    FRAMES_MAX = 64,
};

static struct memory_node node;
static size_t paths_count;
static char paths[PATHS_MAX][API_PATH_BYTES_MAX];

/* --- asking --- */

/* @path once for each read that it makes, which fails. */
static void ask_sick(const char *path, const char *query, enum store_memory_call call)
{
    bool is_reached = true;
    for (unsigned nth = 1; is_reached; nth += 1 + nth / 32) {
        node.api->state->line_up.looked_ms = 0; /* the queue is looked at each time */
        store_memory_fail(node.store, call, nth, ERR_IO);
        const int status = memory_node_ask(&node, path, query);
        is_reached = store_memory_mend(node.store, call);
        if (is_reached && status < 500) {
            fail_msg("%s?%s answers %d where read %u failed", path, query, status, nth);
        }
    }
}

static void path_add(const char *path)
{
    assert_true(paths_count < PATHS_MAX);
    (void)snprintf(paths[paths_count++], API_PATH_BYTES_MAX, "%s", path);
}

/* Of each order that is told of under @query, what there is of it. */
static void orders_add(const char *query)
{
    static const char mark[] = "{\"id\":\"", number[] = "\",\"number\"";
    char path[API_PATH_BYTES_MAX];
    assert_int_equal(memory_node_ask(&node, "/api/orders", query), 200);
    text_append(&node.asked, "", 1);
    for (const char *at = node.asked.data; (at = strstr(at, mark)) != NULL;) {
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
    paths_count = 0;
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
    memory_node_open(&node, day);
    paths_find();
    assert_true(paths_count > 20);
    for (size_t i = 0; i < paths_count; i++) {
        const int status = memory_node_ask(&node, paths[i], "");
        assert_true(status == 200 || status == 404 || status == 503);
        if (status == 200) {
            ask_sick(paths[i], "", MEMORY_GET);
            ask_sick(paths[i], "", MEMORY_OPEN);
            assert_int_equal(memory_node_ask(&node, paths[i], ""),
                             status); /* nothing of it stays */
        }
    }
    ask_sick("/api/orders", "settled=1", MEMORY_GET);
    ask_sick("/api/orders", "settled=1&day=1", MEMORY_GET);
    ask_sick("/api/reports/day", "day=1", MEMORY_GET);
    ask_sick("/api/reports/trade", "day=1", MEMORY_GET);
    ask_sick("/api/day", "day=1", MEMORY_GET);
    assert_int_equal(node.spoilt, 0); /* a disk that fails is no row that is none */
    memory_node_close(&node);
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
    assert_int_equal(memory_node_ask(&node, path, ""), 200);
    return store_memory_calls(node.store, MEMORY_GET) > before;
}

TEST(api_sick, no_answer_is_made_while_nothing_can_be_read)
{
    memory_node_open(&node, "stall");
    paths_find();
    for (size_t i = 0; i < paths_count; i++) {
        if (memory_node_ask(&node, paths[i], "") == 200 && is_read(paths[i])) {
            node.is_shut = true;
            assert_true(memory_node_ask(&node, paths[i], "") >= 500);
            node.is_shut = false;
        }
    }
    memory_node_close(&node);
}

/* --- screens --- */

/* The next frame while read @nth fails, which it says and nothing else, and then a whole one. */
static bool next_sick(struct stream *stream, struct text *frame, enum store_memory_call call)
{
    const struct stream before = *stream;
    bool is_reached = true;
    for (unsigned nth = 1; is_reached; nth += 1 + nth / 32) {
        struct store_txn *txn = NULL;
        memory_node_forget(&node);
        *stream = before;
        text_close(frame);
        *frame = (struct text){0};
        assert_int_equal(node.gate.read_begin(&node, &txn), 0);
        store_memory_fail(node.store, call, nth, ERR_IO);
        const int err = stream_next(node.streams, stream, txn, MEMORY_NODE_NOW_MS, frame);
        is_reached = store_memory_mend(node.store, call);
        node.gate.read_end(&node, txn);
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
        store_memory_fail(node.store, call, nth, ERR_IO);
        streams_refresh(node.streams, true, MEMORY_NODE_NOW_MS);
        is_reached = store_memory_mend(node.store, call);
    }
}

/* A screen of @view from @cursor on, until it is told nothing more; how many frames it was told. */
static uint32_t watch_sick(const char *view, const char *cursor, enum store_memory_call call)
{
    struct stream stream;
    struct text frame = {0};
    uint32_t frames = 0;
    memory_node_watch(&node, view, cursor, &stream);
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
    memory_node_open(&node, day);
    refresh_sick(MEMORY_GET);
    refresh_sick(MEMORY_OPEN);
    assert_int_equal(node.gate.read_begin(&node, &txn), 0);
    assert_int_equal(cursor_now(txn, &cursor), 0);
    node.gate.read_end(&node, txn);
    cursor.change = 0; /* who watched since the first day is told all that changed */
    cursor_print(&cursor, text);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        for (size_t j = 0; j < sizeof calls / sizeof calls[0]; j++) {
            assert_true(watch_sick(views[i], "", calls[j]) > 2);   /* hello, marks, a snapshot */
            assert_true(watch_sick(views[i], text, calls[j]) > 2); /* hello, marks, changes */
        }
    }
    memory_node_close(&node);
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
