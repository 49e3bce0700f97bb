/* What changed since a screen's cursor, as the next frame. */
#include "node/stream/stream_parts.h"

#include <string.h>

#include "node/stream/frame.h"
#include "sync/domain/turn.h"

enum { REMOVED_MAX = 1000 }; /* of one frame */

struct delta {
    struct streams *streams;
    struct stream *stream;
    struct store_txn *txn;
    struct text *frame;
    size_t begin; /* of the orders in @frame */
    struct cursor told;
    uint64_t day;
    uint32_t removed;
    uint32_t records; /* kinds of which one changed, kind_bit() */
    bool has_session;
};

static int delta_order(struct delta *delta, uint64_t change, const struct entity_id *id)
{
    const struct cached *order = NULL;
    int err = stream_order_at(delta->streams, delta->txn, change, id, &order);
    if (err != 0) {
        return err;
    }
    if (stream_shows(delta->stream->view, order, delta->day)) {
        frame_separate(delta->frame, delta->begin);
        text_append(delta->frame, order->json.data, order->json.size);
        return 0;
    }
    frame_separate(&delta->streams->removed, 0);
    frame_append_id(&delta->streams->removed, id);
    delta->removed++;
    return 0;
}

static int delta_item(struct delta *delta, const struct entity_id *id)
{
    if (!stream_views[delta->stream->view].shows_items) {
        return 0;
    }
    int err = state_item(delta->streams->state, delta->txn, id);
    if (err == 0) {
        stream_list_item(delta->streams, &delta->streams->items, 0);
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
    } else if (err == 0 &&
               (record_kind_find(kind) != NULL || kind == KIND_DRAWER || kind == KIND_SHEET)) {
        delta->records |= kind_bit(kind);
    } else if (err == 0 && kind != KIND_BLOB) { /* what it is shown with changes too */
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
    frame_separate(frame, begin);
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
    if ((kinds & kind_bit(KIND_SHEET)) != 0) {
        append_path(frame, begin, "tables");
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
    frame_append_cursor(delta->frame, &delta->told);
    text_append_text(delta->frame, "}");
}

static bool delta_is_empty(const struct delta *delta)
{
    return delta->frame->size == delta->begin && delta->removed == 0 &&
           delta->streams->items.size == 0 && delta->records == 0 && !delta->has_session;
}

/* A stall is out of use, or in use again, and all its items with it: a snapshot follows. */
static bool is_menu_moved(const struct delta *delta)
{
    return (delta->records & kind_bit(KIND_STALL)) != 0 &&
           stream_views[delta->stream->view].shows_items;
}

/* Who leaves before the snapshot is whole comes back to where it was. */
static void tell_anew(struct delta *delta, const struct cursor *before)
{
    delta->stream->stage = STREAM_ACTIVE;
    delta->stream->key.size = 0;
    delta->stream->settled = 0;
    delta->told = *before;
}

int stream_next_delta(struct streams *streams, struct stream *stream, struct store_txn *txn,
                      struct text *frame)
{
    struct delta delta = {.streams = streams, .stream = stream, .txn = txn, .frame = frame};
    const struct cursor before = stream->cursor;
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
        delta.told = stream->cursor;
        if (is_menu_moved(&delta)) {
            tell_anew(&delta, &before);
        }
        delta_finish(&delta);
    } else if (err == 0) {
        frame->size = delta.begin - strlen("{\"type\":\"delta\",\"orders\":[");
    }
    return err;
}
