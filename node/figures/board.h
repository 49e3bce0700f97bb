/* board.h - which orders a board shows, found in the store's index.
 *
 * Layer: node. Reads within the caller's transaction; keys: sync/domain/entity.h.
 */
#ifndef TRESTLE_NODE_API_BOARD_H
#define TRESTLE_NODE_API_BOARD_H

#include "sync/base/store.h"
#include "sync/domain/entity.h"

enum {
    BOARD_ORDERS_MAX = 500, /* in one list */
    BOARD_SCAN_MAX = 5000,  /* index rows looked at for one; the newest days and phases first */
};

#define BOARD_PHASE(phase) (UINT32_C(1) << (unsigned)(phase))
#define BOARD_PHASES_ALL   UINT32_MAX
#define BOARD_PHASES_COOK                                                                          \
    (BOARD_PHASE(PHASE_PLACED) | BOARD_PHASE(PHASE_ACCEPTED) | BOARD_PHASE(PHASE_COOKING) |        \
     BOARD_PHASE(PHASE_READY))
#define BOARD_PHASES_PICKUP                                                                        \
    (BOARD_PHASE(PHASE_ACCEPTED) | BOARD_PHASE(PHASE_COOKING) | BOARD_PHASE(PHASE_READY))

struct board_query {
    bool is_settled; /* INDEX_SETTLED instead of INDEX_ACTIVE, where phases do not count */
    bool is_any_day;
    uint64_t day;
    uint32_t phases;         /* BOARD_PHASE() bits */
    uint32_t count_max;      /* at most BOARD_ORDERS_MAX; the newest are kept */
    struct entity_id before; /* only orders that are older than this one; all zeros: all */
};

struct board {
    uint32_t count;
    struct entity_id
        orders[BOARD_ORDERS_MAX]; /* newest first: ids begin with the time of opening */
};

/* ERR_IO, ERR_MALFORMED (a row that is none). */
MUST_CHECK int board_find(struct store_txn *txn, const struct board_query *query,
                          struct board *ret_board);

/* How many rows the active index has. O(n). ERR_IO. */
MUST_CHECK int board_count_active(struct store_txn *txn, uint64_t *ret_count);

/* Walk an index upwards, a step at a time, over several transactions: @key holds the row reached
 * (empty at first) and begins with the index byte that is walked. ERR_NOT_FOUND at the end, ERR_IO,
 * ERR_MALFORMED. */
MUST_CHECK int board_next(struct store_txn *txn, enum index_kind index, struct key *key,
                          struct entity_id *ret_entity);

/* The error of reading what a row of an index leads to: where nothing is, one of the two rows is
 * spoilt. */
static inline int board_led_to(int err)
{
    return err == ERR_NOT_FOUND ? ERR_MALFORMED : err;
}

#endif
