/* stream_parts.h - what the files of the screens' streams share: stream.c (their life, views, what
 * comes next), stream_order.c (orders, whose JSON is made once), stream_snapshot.c (all there is),
 * stream_delta.c (what changed), stream_totals.c (what the day comes to).
 *
 * Layer: node, for those files alone.
 */
#ifndef TRESTLE_NODE_API_STREAM_PARTS_H
#define TRESTLE_NODE_API_STREAM_PARTS_H

#include "node/stream/stream.h"

enum { CACHE_SLOTS = 512 };

/* One state of an order, under the number of the change that made it. */
struct cached {
    uint64_t change; /* 0 = empty */
    enum order_phase phase;
    uint64_t day;
    bool counts_down; /* it says how long something lasts: it is made anew each time */
    struct text json;
};

/* What the day comes to, made once for all offices. */
struct stream_totals {
    uint64_t version;       /* 0 = none was made */
    uint64_t change, moved; /* of the store, and of the live facts */
    uint64_t due_ms;        /* not made anew before that */
    bool is_remaking;       /* struct report_extent */
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
    struct stream_totals totals;
    size_t cache_bytes;
    struct cached cache[CACHE_SLOTS]; /* by change modulo CACHE_SLOTS */
};

/* What a view shows. Active orders are shown whatever their day: none is hidden by midnight. */
struct stream_shown {
    const char *name;
    uint32_t phases;    /* of active orders */
    bool shows_settled; /* of the current day */
    bool shows_items;
};
extern const struct stream_shown stream_views[VIEW_COUNT];

/* stream.c: whether the view shows it on @day. */
bool stream_shows(enum stream_view view, const struct cached *order, uint64_t day);
/* The item in the state, into the list that begins at @begin. */
void stream_list_item(struct streams *streams, struct text *to, size_t begin);

/* stream_order.c: no memory is needed any more. */
void stream_orders_clear(struct streams *streams);
/* The order as change number @change left it, which is its newest. Valid until the next call.
 * ERR_IO, ERR_NOT_FOUND, ERR_SPOILT. */
MUST_CHECK int stream_order_at(struct streams *streams, struct store_txn *txn, uint64_t change,
                               const struct entity_id *id, const struct cached **ret_order);
MUST_CHECK int stream_order_newest(struct streams *streams, struct store_txn *txn,
                                   const struct entity_id *id, const struct cached **ret_order);

/* stream_snapshot.c, stream_totals.c, stream_delta.c: append the next frame of that kind. ERR_IO,
 * ERR_MALFORMED, ERR_SPOILT. */
MUST_CHECK int stream_next_snapshot(struct streams *streams, struct stream *stream,
                                    struct store_txn *txn, struct text *frame);
MUST_CHECK int stream_next_totals(struct streams *streams, struct stream *stream,
                                  struct store_txn *txn, int64_t now_ms, struct text *frame);
MUST_CHECK int stream_next_delta(struct streams *streams, struct stream *stream,
                                 struct store_txn *txn, struct text *frame);

#endif
