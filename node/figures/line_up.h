/* line_up.h - who waits for the kitchen, in which order, and how long that takes lately.
 *
 * Layer: node. Looked at again after LINE_UP_MS at the earliest, whoever asks: customers ask often.
 */
#ifndef TRESTLE_NODE_API_LINE_UP_H
#define TRESTLE_NODE_API_LINE_UP_H

#include "node/figures/board.h"
#include "sync/domain/order.h"
#include "sync/domain/wait.h"

enum {
    LINE_UP_MS = 2000,
    LINE_UP_READY_MAX = WAIT_ORDERS_MAX + 16 /* the first ones say who was ahead of the others */
};

struct line_up {
    uint64_t looked_ms; /* 0 = never */
    uint32_t waiting_count;
    struct entity_id waiting[BOARD_ORDERS_MAX]; /* that the kitchen has to do */
    uint32_t ready_count;
    struct entity_id ready_ids[LINE_UP_READY_MAX]; /* that became ready last, in order of opening */
    struct wait_order ready[LINE_UP_READY_MAX];
    bool has_model;
    struct wait_model model;
};

struct state;

/* Looks at the stations' load, too. Uses the scratch of @state. ERR_IO, ERR_MALFORMED, ERR_SPOILT.
 */
MUST_CHECK int line_up_look(struct state *state, struct store_txn *txn, uint64_t now_mono_ms);

/* Who waits, and nothing else of it, at once. Uses the board of @state alone. ERR_IO,
 * ERR_MALFORMED. */
MUST_CHECK int line_up_count(struct state *state, struct store_txn *txn);

/* A place in it. */
struct line_place {
    uint32_t ahead; /* orders that were placed before and are not ready */
    bool has_range; /* until it is ready, from @now_t on: */
    uint64_t low_ms, high_ms;
};

/* Of an order that waits, opened at @opened_t; the range from then on. */
void line_up_place(const struct line_up *line_up, const struct entity_id *id, uint64_t opened_t,
                   struct line_place *ret_place);

/* False: @order does not wait for the kitchen. The range is @more_ms later: how much longer cooks
 * say that it takes (station_load_said_ms()), which those who were ready lately did not wait. */
bool line_up_find(const struct line_up *line_up, const struct order *order, uint64_t more_ms,
                  uint64_t now_t, struct line_place *ret_place);

#endif
