/* All that a view shows, in frames that each fit. */
#include "node/stream/stream_parts.h"

#include "node/stream/frame.h"

static bool is_full(const struct text *frame, size_t frame_begin)
{
    return frame->size - frame_begin > STREAM_FRAME_BYTES;
}

static int snapshot_order(struct streams *streams, struct store_txn *txn,
                          const struct entity_id *id, uint32_t phases, struct text *frame,
                          size_t begin)
{
    const struct cached *order = NULL;
    int err = board_led_to(stream_order_newest(streams, txn, id, &order));
    if (err == 0 && (phases & BOARD_PHASE(order->phase)) != 0) {
        frame_separate(frame, begin);
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
            err =
                snapshot_order(streams, txn, &id, stream_views[stream->view].phases, frame, begin);
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
            err = board_led_to(state_item(streams->state, txn, &id));
        }
        if (err == 0) {
            stream_list_item(streams, frame, begin);
        }
    }
    if (err == ERR_NOT_FOUND) {
        stream->stage = STREAM_LIVE;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int stream_next_snapshot(struct streams *streams, struct stream *stream, struct store_txn *txn,
                         struct text *frame)
{
    int err = 0;
    text_append_text(frame, "{\"type\":\"snapshot\",\"orders\":[");
    size_t begin = frame->size;
    if (stream->stage == STREAM_ACTIVE) {
        err = snapshot_active(streams, stream, txn, frame, begin);
    }
    if (err == 0 && stream->stage == STREAM_SETTLED && stream_views[stream->view].shows_settled) {
        err = snapshot_settled(streams, stream, txn, frame, begin);
    } else if (stream->stage == STREAM_SETTLED) {
        stream->stage = STREAM_ITEMS;
    }
    text_append_text(frame, "],\"items\":[");
    if (err == 0 && stream->stage == STREAM_ITEMS && stream_views[stream->view].shows_items) {
        err = snapshot_items(streams, stream, txn, frame, begin, frame->size);
    } else if (stream->stage == STREAM_ITEMS) {
        stream->stage = STREAM_LIVE;
    }
    text_append_text(frame, "]");
    frame_append_cursor(frame, &stream->cursor);
    text_append_text(frame, stream->stage == STREAM_LIVE ? ",\"more\":false}" : ",\"more\":true}");
    return err;
}
