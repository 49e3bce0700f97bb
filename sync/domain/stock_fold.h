/* stock_fold.h - the fold of an item's stock: not a history, but sums that every event adds to.
 *
 * Layer: sync/domain (pure). Two ways to the same row and the same index, proven equal in tests
 * (P3), because they are the same function applied to the same events in another order:
 *   full fold   stock_load(): every event of the entity, from its log or from who carries it on
 *   fast path   stock_get() of the stored row, then stock_append() of each new event
 *
 * In the index (TABLE_INDEX) stands what lets an undo count once and a cancelled order find its
 * takes, without a limit on how often an item is sold:
 *   INDEX_TAKE  order12, be32 line, be32 item, log8 seq5 hash16, be32 units, be64 issuer, change1
 *   INDEX_UNDO  order12, be32 item, take's log8 seq5 hash16, undo's log8 seq5, be32 units
 */
#ifndef TRESTLE_SYNC_DOMAIN_STOCK_FOLD_H
#define TRESTLE_SYNC_DOMAIN_STOCK_FOLD_H

#include "sync/domain/stock.h"
#include "sync/log/event.h"

enum {
    STOCK_DOUBLES_MAX = 256,
    STOCK_LINE_TAKES_MAX = 64, /* of one line that are looked at */
};

/* A line that was taken by several logs, as it was added. */
struct stock_double {
    struct entity_id order;
    uint32_t line;
};

/* What a fold noticed, for who writes to settle: reset by its reader. */
struct stock_doubles {
    uint32_t count;
    struct stock_double lines[STOCK_DOUBLES_MAX]; /* of more, the first */
};

/* One item's fold at work. */
struct stock_fold {
    struct store_txn *txn;
    const struct roster *roster;
    const struct entity_id *entity;
    struct stock *stock;
    struct stock_doubles *doubles; /* may be NULL */
    struct salvage_memo *memo;     /* may be NULL */
    bool is_audit;                 /* write nothing: the index should be there already */
    bool is_index_wrong;           /* an audit found that it is not */
    bool is_index_stale;           /* an audit found what no event that counts has put there */
    bool is_salvaged;              /* what is visited stands in no log, but is carried on */
    bool has_salvaged;             /* something such was visited */
    struct bytes sought;           /* a key of the index, of which is asked who put it there */
    bool is_found;                 /* an event that counts did */
    const struct operation *until; /* only those before what is carried on from here; NULL = all */
    bool is_over;                  /* the search came there */
};

/* Take in a new event that counts, which is not re-emitted. ERR_IO, ERR_FULL. */
MUST_CHECK int stock_append(struct stock_fold *fold, const struct operation *id,
                            const struct event *event);

/* Make row and index anew from every event in the store that counts. ERR_IO, ERR_FULL,
 * ERR_MALFORMED (damaged store). */
MUST_CHECK int stock_load(struct stock_fold *fold);

/* Make the row anew from the events and the index, which is checked against them. ERR_MISMATCH: the
 * index is wrong. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int stock_audit(struct stock_fold *fold);

/* Whether an event that counts has put @key, a row of stock, into the index. Nothing is needed of
 * @fold but the store, the roster and the scratch. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int stock_key_is_right(const struct stock_fold *fold, struct bytes key, bool *ret_is);

/* --- the takes of an order --- */

struct stock_taken {
    uint64_t item;
    struct operation take;
    uint64_t issuer;
    uint32_t line;
    uint64_t units;
    uint64_t undone; /* of these */
    bool is_change;
};

/* The takes of line @line of @order, each with what is undone of it, in the order of the index; at
 * most @count_max, the rest is left. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int stock_takes(struct store_txn *txn, const struct entity_id *order, uint32_t line,
                           struct stock_taken *ret_takes, uint32_t count_max, uint32_t *ret_count);

#endif
