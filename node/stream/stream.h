/* stream.h - what a screen on /ws is told: a snapshot of its view, then newest states.
 *
 * Layer: node. A connection keeps no queue, only a cursor: each frame is made when the socket can
 * take it, from the newest states of whatever changed since. An order's JSON is made once and
 * shared by all connections. Bytes only; knows nothing of sockets.
 */
#ifndef TRESTLE_NODE_API_STREAM_H
#define TRESTLE_NODE_API_STREAM_H

#include "node/api/api.h"

enum {
    STREAM_FRAME_BYTES = 64 * 1024, /* a frame is closed when it is larger; the rest follows */
    STREAM_SETTLED_MAX = 50,        /* settled orders in a counter's snapshot */
    STREAM_GAP_MAX = 5000,          /* changes behind which a snapshot is cheaper */
};

enum stream_stage {
    STREAM_HELLO,
    STREAM_ACTIVE,
    STREAM_SETTLED,
    STREAM_ITEMS,
    STREAM_LIVE,
    STREAM_TOTALS /* of an office, always */
};

/* One connection's place. */
struct stream {
    struct caller caller; /* who looks */
    bool is_office;       /* it is told totals and no orders: it has no view */
    enum stream_view view;
    enum stream_stage stage;
    bool has_cursor; /* the client gave one */
    struct cursor cursor;
    struct key key;      /* the index row reached in a snapshot */
    uint32_t settled;    /* how many settled ones were sent */
    uint64_t marks_sent; /* which marks frame */
    uint64_t totals_sent;
};

struct streams;

/* NULL when there is no memory. Keeps @api. */
struct streams *streams_new(struct api *api);
void streams_free(struct streams *streams);

/* Look at the core's live facts: a new marks frame when something moved, or in any case (@is_tick,
 * each second). */
void streams_refresh(struct streams *streams, bool is_tick, int64_t now_ms);

/* Begin. @view and @cursor as in the query; "" = no cursor. ERR_MALFORMED: no such view. A
 * cursor that makes no sense is as none. @caller was let in: api_watch(). */
MUST_CHECK int stream_open(struct stream *stream, const struct caller *caller, const char *view,
                           const char *cursor);

/* Append the next frame to @frame, or nothing when there is none now. Errors leave @frame as it
 * was: ERR_IO, ERR_SPOILT (as state_read_error()). */
MUST_CHECK int stream_next(struct streams *streams, struct stream *stream, struct store_txn *txn,
                           int64_t now_ms, struct text *frame);

#endif
