#include "node/api/stream.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/opaque.h"
#include "sync/domain/turn.h"

enum { CACHE_SLOTS = 512, CACHE_BYTES_MAX = 4 * 1024 * 1024, REMOVED_MAX = 1000 };

/* One state of an order, under the number of the change that made it. */
struct cached {
    uint64_t change; /* 0 = empty */
    enum order_phase phase;
    uint64_t day;
    struct text json;
};

struct streams {
    struct api *api;
    struct state *state;
    uint64_t moved; /* of the live facts that marks shows */
    uint64_t marks_version;
    struct text marks;
    struct text items; /* scratch for the parts of one frame */
    struct text removed;
    size_t cache_bytes;
    struct cached cache[CACHE_SLOTS]; /* by change modulo CACHE_SLOTS */
};

struct streams *streams_new(struct api *api)
{
    struct streams *streams = calloc(1, sizeof *streams);
    if (streams == NULL) {
        return NULL;
    }
    streams->api = api;
    streams->state = api->state;
    streams_refresh(streams, true, 0);
    return streams;
}

static void cache_clear(struct streams *streams)
{
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        text_close(&streams->cache[i].json);
        streams->cache[i].change = 0;
    }
    streams->cache_bytes = 0;
}

void streams_free(struct streams *streams)
{
    if (streams == NULL) {
        return;
    }
    cache_clear(streams);
    text_close(&streams->marks);
    text_close(&streams->items);
    text_close(&streams->removed);
    free(streams);
}

/* What only the store can tell, once a second. */
static void look_around(struct state *state)
{
    struct store_txn *txn = NULL;
    uint64_t opaque;
    uint64_t critical;
    if (state->gate->read_begin(state->gate->context, &txn) != 0) {
        return;
    }
    stuck_look(state, txn);
    if (opaque_count(txn, &opaque, &critical) == 0) {
        state->opaque = opaque;
    }
    state->gate->read_end(state->gate->context, txn);
}

void streams_refresh(struct streams *streams, bool is_tick, int64_t now_ms)
{
    state_refresh(streams->state);
    if (is_tick) {
        look_around(streams->state);
    }
    if (!is_tick && streams->state->live.moved == streams->moved) {
        return;
    }
    streams->moved = streams->state->live.moved;
    streams->marks_version++;
    text_clear(&streams->marks);
    json_print(state_json_marks(streams->state, now_ms), &streams->marks);
}

/* --- views --- */

/* What each view shows. Active orders are shown whatever their day: none is hidden by midnight. */
static const struct {
    const char *name;
    uint32_t phases;    /* of active orders */
    bool shows_settled; /* of the current day */
    bool shows_items;
} views[VIEW_COUNT] = {
    [VIEW_COUNTER] = {"counter", BOARD_PHASES_ALL, true, true},
    [VIEW_KITCHEN] = {"kitchen", BOARD_PHASES_COOK, false, true},
    [VIEW_PICKUP] = {"pickup", BOARD_PHASES_PICKUP, false, false},
};

static bool view_shows(enum stream_view view, const struct cached *order, uint64_t day)
{
    if (order->phase >= PHASE_COMPLETED) {
        return views[view].shows_settled && order->day >= day;
    }
    return (views[view].phases & BOARD_PHASE(order->phase)) != 0;
}

int stream_open(struct stream *stream, const struct caller *caller, const char *view,
                const char *cursor)
{
    *stream = (struct stream){.caller = *caller, .stage = STREAM_HELLO};
    stream->has_cursor = cursor_parse(cursor, &stream->cursor) == 0;
    for (size_t i = 0; i < VIEW_COUNT; i++) {
        stream->view = (enum stream_view)i;
        if (strcmp(view, views[i].name) == 0) {
            return 0;
        }
    }
    return ERR_MALFORMED;
}

/* --- an order's JSON, made once --- */

static int cache_fill(struct streams *streams, struct store_txn *txn, uint64_t change,
                      const struct entity_id *id, struct cached *cached)
{
    int err = state_order(streams->state, txn, id);
    if (err != 0) {
        return err;
    }
    if (streams->cache_bytes > CACHE_BYTES_MAX) {
        cache_clear(streams);
    }
    streams->cache_bytes -= cached->json.size;
    text_clear(&cached->json);
    cached->change = change;
    cached->phase = streams->state->order.phase;
    cached->day = streams->state->order.day;
    json_print(state_json_order(streams->state), &cached->json);
    streams->cache_bytes += cached->json.size;
    return 0;
}

/* The order as change number @change left it, which is its newest. Valid until the next call. */
static int order_at(struct streams *streams, struct store_txn *txn, uint64_t change,
                    const struct entity_id *id, const struct cached **ret_order)
{
    struct cached *cached = &streams->cache[change % CACHE_SLOTS];
    int err = cached->change == change ? 0 : cache_fill(streams, txn, change, id, cached);
    *ret_order = cached;
    return err;
}

static int order_newest(struct streams *streams, struct store_txn *txn, const struct entity_id *id,
                        const struct cached **ret_order)
{
    struct bytes number;
    struct key key = key_state(KIND_ORDER, id);
    int err = store_get(txn, TABLE_MARK, key_bytes(&key), &number);
    if (err == 0 && number.size != 8) {
        err = ERR_MALFORMED;
    }
    return err != 0 ? err : order_at(streams, txn, get_be64(number.data), id, ret_order);
}

/* --- building lists --- */

/* A list begins at @begin in @to. */
static void list_separate(struct text *to, size_t begin)
{
    if (to->size > begin) {
        text_append(to, ",", 1);
    }
}

static void list_item(struct streams *streams, struct text *to, size_t begin)
{
    list_separate(to, begin);
    json_print(state_json_item(streams->state), to);
}

static void append_id(struct text *to, const struct entity_id *id)
{
    static const char digits[] = "0123456789abcdef";
    char quoted[2 * ENTITY_ID_BYTES + 2];
    quoted[0] = '"';
    quoted[sizeof quoted - 1] = '"';
    for (size_t i = 0; i < ENTITY_ID_BYTES; i++) {
        quoted[1 + 2 * i] = digits[id->bytes[i] >> 4];
        quoted[2 + 2 * i] = digits[id->bytes[i] & 15];
    }
    text_append(to, quoted, sizeof quoted);
}

static void append_cursor(struct text *to, const struct cursor *cursor)
{
    char printed[CURSOR_BYTES_MAX];
    cursor_print(cursor, printed);
    text_append_text(to, ",\"cursor\":\"");
    text_append_text(to, printed);
    text_append_text(to, "\"");
}

/* --- hello --- */

static int next_hello(struct streams *streams, struct stream *stream, struct store_txn *txn,
                      int64_t now_ms, struct text *frame)
{
    struct cursor now;
    int err = cursor_now(txn, &now);
    if (err == 0) {
        err = state_popup(streams->state, txn);
    }
    if (err != 0) {
        return err;
    }
    bool is_resumed = stream->has_cursor && cursor_fits(&stream->cursor, &now) &&
                      now.change - stream->cursor.change <= STREAM_GAP_MAX;
    if (!is_resumed) {
        stream->cursor = now;
    }
    stream->stage = is_resumed ? STREAM_LIVE : STREAM_ACTIVE;
    json_print(state_json_hello(streams->state, &stream->caller, now_ms, is_resumed), frame);
    return 0;
}

/* --- snapshot --- */

static bool is_full(const struct text *frame, size_t frame_begin)
{
    return frame->size - frame_begin > STREAM_FRAME_BYTES;
}

static int snapshot_order(struct streams *streams, struct store_txn *txn,
                          const struct entity_id *id, uint32_t phases, struct text *frame,
                          size_t begin)
{
    const struct cached *order = NULL;
    int err = order_newest(streams, txn, id, &order);
    if (err == 0 && (phases & BOARD_PHASE(order->phase)) != 0) {
        list_separate(frame, begin);
        text_append(frame, order->json.data, order->json.size);
    }
    return err;
}

/* Whatever moves in the index meanwhile comes again as a delta: the snapshot's cursor is that of
 * its beginning. */
static int snapshot_active(struct streams *streams, struct stream *stream, struct store_txn *txn,
                           struct text *frame, size_t begin)
{
    struct entity_id id;
    int err = 0;
    while (err == 0 && !is_full(frame, begin)) {
        err = board_next(txn, INDEX_ACTIVE, &stream->key, &id);
        if (err == 0) {
            err = snapshot_order(streams, txn, &id, views[stream->view].phases, frame, begin);
        }
    }
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    stream->stage = STREAM_SETTLED;
    stream->key.size = 0;
    return 0;
}

static int snapshot_settled(struct streams *streams, struct stream *stream, struct store_txn *txn,
                            struct text *frame, size_t begin)
{
    struct board *board = &streams->state->board;
    struct board_query query = {.is_settled = true, .count_max = STREAM_SETTLED_MAX};
    int err = state_popup(streams->state, txn);
    query.day = streams->state->popup.day;
    if (err == 0) {
        err = board_find(txn, &query, board);
    }
    while (err == 0 && stream->settled < board->count && !is_full(frame, begin)) {
        err = snapshot_order(streams, txn, &board->orders[stream->settled++], BOARD_PHASES_ALL,
                             frame, begin);
    }
    if (err == 0 && stream->settled >= board->count) {
        stream->stage = STREAM_ITEMS;
    }
    return err;
}

static int snapshot_items(struct streams *streams, struct stream *stream, struct store_txn *txn,
                          struct text *frame, size_t frame_begin, size_t begin)
{
    struct entity_id id;
    int err = 0;
    while (err == 0 && !is_full(frame, frame_begin)) {
        err = board_next(txn, INDEX_MENU, &stream->key, &id);
        if (err == 0) {
            err = state_item(streams->state, txn, &id);
        }
        if (err == 0) {
            list_item(streams, frame, begin);
        }
    }
    if (err == ERR_NOT_FOUND) {
        stream->stage = STREAM_LIVE;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int next_snapshot(struct streams *streams, struct stream *stream, struct store_txn *txn,
                         struct text *frame)
{
    int err = 0;
    text_append_text(frame, "{\"type\":\"snapshot\",\"orders\":[");
    size_t begin = frame->size;
    if (stream->stage == STREAM_ACTIVE) {
        err = snapshot_active(streams, stream, txn, frame, begin);
    }
    if (err == 0 && stream->stage == STREAM_SETTLED && views[stream->view].shows_settled) {
        err = snapshot_settled(streams, stream, txn, frame, begin);
    } else if (stream->stage == STREAM_SETTLED) {
        stream->stage = STREAM_ITEMS;
    }
    text_append_text(frame, "],\"items\":[");
    if (err == 0 && stream->stage == STREAM_ITEMS && views[stream->view].shows_items) {
        err = snapshot_items(streams, stream, txn, frame, begin, frame->size);
    } else if (stream->stage == STREAM_ITEMS) {
        stream->stage = STREAM_LIVE;
    }
    text_append_text(frame, "]");
    append_cursor(frame, &stream->cursor);
    text_append_text(frame, stream->stage == STREAM_LIVE ? ",\"more\":false}" : ",\"more\":true}");
    return err;
}

/* --- deltas --- */

struct delta {
    struct streams *streams;
    struct stream *stream;
    struct store_txn *txn;
    struct text *frame;
    size_t begin; /* of the orders in @frame */
    uint64_t day;
    uint32_t removed;
    uint32_t records; /* kinds of which one changed, kind_bit() */
    bool has_session;
};

static int delta_order(struct delta *delta, uint64_t change, const struct entity_id *id)
{
    const struct cached *order = NULL;
    int err = order_at(delta->streams, delta->txn, change, id, &order);
    if (err != 0) {
        return err;
    }
    if (view_shows(delta->stream->view, order, delta->day)) {
        list_separate(delta->frame, delta->begin);
        text_append(delta->frame, order->json.data, order->json.size);
        return 0;
    }
    list_separate(&delta->streams->removed, 0);
    append_id(&delta->streams->removed, id);
    delta->removed++;
    return 0;
}

static int delta_item(struct delta *delta, const struct entity_id *id)
{
    if (!views[delta->stream->view].shows_items) {
        return 0;
    }
    int err = state_item(delta->streams->state, delta->txn, id);
    if (err == 0) {
        list_item(delta->streams, &delta->streams->items, 0);
    }
    return err;
}

/* The item whose stock changed. */
static int delta_stock(struct delta *delta, const struct entity_id *id)
{
    int err = stock_get(&delta->streams->state->stock, delta->txn, id);
    const struct entity_id item = entity_id_derive(KIND_MENU, delta->streams->state->stock.item);
    return err == 0 ? delta_item(delta, &item) : err;
}

static int delta_entity(struct delta *delta, uint64_t change, struct bytes row)
{
    enum kind kind = KIND_NONE;
    struct entity_id id;
    int err = key_state_parse(row, &kind, &id);
    if (err == 0 && kind == KIND_ORDER) {
        err = delta_order(delta, change, &id);
    } else if (err == 0 && kind == KIND_MENU) {
        err = delta_item(delta, &id);
    } else if (err == 0 && kind == KIND_STOCK) {
        err = delta_stock(delta, &id);
    } else if (err == 0 && (record_kind_find(kind) != NULL || kind == KIND_DRAWER)) {
        delta->records |= kind_bit(kind);
    } else if (err == 0) {
        delta->has_session = true;
    }
    /* A change whose state is gone again says nothing. */
    return err == ERR_NOT_FOUND ? 0 : err;
}

static bool delta_is_full(const struct delta *delta)
{
    size_t size = delta->frame->size - delta->begin + delta->streams->items.size;
    return size > STREAM_FRAME_BYTES || delta->removed >= REMOVED_MAX;
}

/* Each entity stands under its newest change only, so this is the set of what changed. */
static int delta_scan(struct delta *delta)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    struct key from = key_change(delta->stream->cursor.change + 1);
    int err = store_cursor_open(delta->txn, TABLE_CHANGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &row);
    while (err == 0 && !delta_is_full(delta)) {
        uint64_t change = key.size == 8 ? get_be64(key.data) : 0;
        err = change == 0 ? ERR_MALFORMED : delta_entity(delta, change, row);
        delta->stream->cursor.change = change;
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static void append_path(struct text *frame, size_t begin, const char *path)
{
    list_separate(frame, begin);
    text_append_text(frame, "\"");
    text_append_text(frame, path);
    text_append_text(frame, "\"");
}

/* Their lists are short and seldom change: a screen that shows one reads it again. */
static void append_records(struct text *frame, uint32_t kinds)
{
    text_append_text(frame, ",\"records\":[");
    size_t begin = frame->size;
    for (size_t i = 0; i < record_kinds_count; i++) {
        if ((kinds & kind_bit(record_kinds[i].kind)) != 0) {
            append_path(frame, begin, record_kinds[i].path);
        }
    }
    if ((kinds & kind_bit(KIND_DRAWER)) != 0) {
        append_path(frame, begin, "drawers");
    }
    text_append_text(frame, "]");
}

static void delta_finish(struct delta *delta)
{
    struct streams *streams = delta->streams;
    text_append_text(delta->frame, "],\"removed\":[");
    text_append(delta->frame, streams->removed.data, streams->removed.size);
    text_append_text(delta->frame, "],\"items\":[");
    text_append(delta->frame, streams->items.data, streams->items.size);
    text_append_text(delta->frame, "]");
    if (delta->has_session) {
        text_append_text(delta->frame, ",\"session\":");
        json_print(state_json_session(streams->state, &delta->stream->caller), delta->frame);
    }
    append_records(delta->frame, delta->records);
    append_cursor(delta->frame, &delta->stream->cursor);
    text_append_text(delta->frame, "}");
}

static bool delta_is_empty(const struct delta *delta)
{
    return delta->frame->size == delta->begin && delta->removed == 0 &&
           delta->streams->items.size == 0 && delta->records == 0 && !delta->has_session;
}

static int next_delta(struct streams *streams, struct stream *stream, struct store_txn *txn,
                      struct text *frame)
{
    struct delta delta = {.streams = streams, .stream = stream, .txn = txn, .frame = frame};
    int err = state_popup(streams->state, txn);
    if (err != 0) {
        return err;
    }
    delta.day = streams->state->popup.day;
    text_clear(&streams->removed);
    text_clear(&streams->items);
    text_append_text(frame, "{\"type\":\"delta\",\"orders\":[");
    delta.begin = frame->size;
    err = delta_scan(&delta);
    if (err == 0 && delta.has_session) {
        err = state_popup(streams->state, txn); /* the scratch was used in between */
    }
    if (err == 0 && !delta_is_empty(&delta)) {
        delta_finish(&delta);
    } else if (err == 0) {
        frame->size = delta.begin - strlen("{\"type\":\"delta\",\"orders\":[");
    }
    return err;
}

/* Whether anything changed since the stream's cursor: keeps the common case cheap. */
static int has_changed(const struct stream *stream, struct store_txn *txn, bool *ret_has)
{
    struct cursor now;
    int err = cursor_now(txn, &now);
    if (err == 0) {
        *ret_has = now.change > stream->cursor.change;
    }
    return err;
}

static int next_live(struct streams *streams, struct stream *stream, struct store_txn *txn,
                     struct text *frame)
{
    bool has = false;
    int err = has_changed(stream, txn, &has);
    return err == 0 && has ? next_delta(streams, stream, txn, frame) : err;
}

int stream_next(struct streams *streams, struct stream *stream, struct store_txn *txn,
                int64_t now_ms, struct text *frame)
{
    size_t before = frame->size;
    struct stream was = *stream;
    int err = 0;
    if (stream->stage == STREAM_HELLO) {
        err = next_hello(streams, stream, txn, now_ms, frame);
    } else if (stream->marks_sent != streams->marks_version) {
        stream->marks_sent = streams->marks_version;
        text_append(frame, streams->marks.data, streams->marks.size);
    } else if (stream->stage == STREAM_LIVE) {
        err = next_live(streams, stream, txn, frame);
    } else {
        err = next_snapshot(streams, stream, txn, frame);
    }
    if (err != 0) {
        frame->size = before;
        *stream = was;
    }
    return err;
}
