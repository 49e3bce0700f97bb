#include "node/stream/stream_parts.h"

#include <stdlib.h>
#include <string.h>

#include "node/stream/frame.h"
#include "sync/domain/opaque.h"

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

void streams_free(struct streams *streams)
{
    if (streams == NULL) {
        return;
    }
    stream_orders_clear(streams);
    text_close(&streams->marks);
    text_close(&streams->items);
    text_close(&streams->removed);
    text_close(&streams->totals.json);
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
        lag_look(&streams->state->lag, &streams->state->live);
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

const struct stream_shown stream_views[VIEW_COUNT] = {
    [VIEW_COUNTER] = {"counter", BOARD_PHASES_ALL, true, true},
    [VIEW_KITCHEN] = {"kitchen", BOARD_PHASES_COOK, false, true},
    [VIEW_PICKUP] = {"pickup", BOARD_PHASES_PICKUP, false, false},
};

bool stream_shows(enum stream_view view, const struct cached *order, uint64_t day)
{
    if (order->phase >= PHASE_COMPLETED) {
        return stream_views[view].shows_settled && order->day >= day;
    }
    return (stream_views[view].phases & BOARD_PHASE(order->phase)) != 0;
}

int stream_open(struct stream *stream, const struct caller *caller, const char *view,
                const char *cursor)
{
    *stream = (struct stream){.caller = *caller, .stage = STREAM_HELLO};
    stream->has_cursor = cursor_parse(cursor, &stream->cursor) == 0;
    if (strcmp(view, "office") == 0) {
        stream->is_office = true;
        return 0;
    }
    for (size_t i = 0; i < VIEW_COUNT; i++) {
        stream->view = (enum stream_view)i;
        if (strcmp(view, stream_views[i].name) == 0) {
            return 0;
        }
    }
    return ERR_MALFORMED;
}

/* --- an item --- */

void stream_list_item(struct streams *streams, struct text *to, size_t begin)
{
    frame_separate(to, begin);
    json_print(state_json_item(streams->state), to);
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
    bool is_resumed = stream->has_cursor && !stream->is_office &&
                      cursor_fits(&stream->cursor, &now) &&
                      now.change - stream->cursor.change <= STREAM_GAP_MAX;
    if (!is_resumed) {
        stream->cursor = now;
    }
    stream->stage = stream->is_office ? STREAM_TOTALS : is_resumed ? STREAM_LIVE : STREAM_ACTIVE;
    json_print(state_json_hello(streams->state, &stream->caller, now_ms, is_resumed), frame);
    return 0;
}

/* --- what comes next --- */

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
    return err == 0 && has ? stream_next_delta(streams, stream, txn, frame) : err;
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
    } else if (stream->stage == STREAM_TOTALS) {
        err = stream_next_totals(streams, stream, txn, now_ms, frame);
    } else if (stream->stage == STREAM_LIVE) {
        err = next_live(streams, stream, txn, frame);
    } else {
        err = stream_next_snapshot(streams, stream, txn, frame);
    }
    if (err != 0) {
        frame->size = before;
        *stream = was;
    }
    return state_read_error(streams->state, err);
}
