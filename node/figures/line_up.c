#include "node/figures/line_up.h"

#include <string.h>

#include "node/api/state.h"

#define PHASES_WAITING                                                                             \
    (BOARD_PHASE(PHASE_PLACED) | BOARD_PHASE(PHASE_ACCEPTED) | BOARD_PHASE(PHASE_COOKING))

/* Ids begin with the time of opening. */
static bool is_before(const struct entity_id *a, const struct entity_id *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) < 0;
}

static uint32_t count_before(const struct entity_id *ids, uint32_t count,
                             const struct entity_id *id)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        before += is_before(&ids[i], id);
    }
    return before;
}

/* In the order of opening; of too many the oldest goes. */
static void ready_add(struct line_up *line_up, const struct order *order)
{
    uint32_t at = line_up->ready_count;
    if (order->ready_t == 0) {
        return;
    }
    if (at == LINE_UP_READY_MAX) {
        if (is_before(&order->id, &line_up->ready_ids[0])) {
            return;
        }
        memmove(line_up->ready_ids, line_up->ready_ids + 1, sizeof *line_up->ready_ids * --at);
        memmove(line_up->ready, line_up->ready + 1, sizeof *line_up->ready * at);
    }
    line_up->ready_count = at + 1;
    for (; at > 0 && is_before(&order->id, &line_up->ready_ids[at - 1]); at--) {
        line_up->ready_ids[at] = line_up->ready_ids[at - 1];
        line_up->ready[at] = line_up->ready[at - 1];
    }
    line_up->ready_ids[at] = order->id;
    line_up->ready[at] =
        (struct wait_order){.opened_t = order->opened_t, .ready_t = order->ready_t};
}

/* Those of @query, newest first, of which something may be gone between two looks. */
static int ready_read(struct state *state, struct store_txn *txn, const struct board_query *query)
{
    int err = board_find(txn, query, &state->board);
    for (uint32_t i = 0; i < state->board.count && err == 0; i++) {
        err = state_order(state, txn, &state->board.orders[i]);
        if (err == 0) {
            ready_add(&state->line_up, &state->order);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int line_up_count(struct state *state, struct store_txn *txn)
{
    static const struct board_query query = {
        .is_any_day = true, .phases = PHASES_WAITING, .count_max = BOARD_ORDERS_MAX};
    const int err = board_find(txn, &query, &state->board);
    if (err != 0) {
        return err;
    }
    state->line_up.waiting_count = state->board.count;
    memcpy(state->line_up.waiting, state->board.orders,
           state->board.count * sizeof *state->board.orders);
    return 0;
}

static void fit(struct line_up *line_up)
{
    uint32_t skipped = 0;
    wait_count_ahead(line_up->ready, line_up->ready_count);
    for (uint32_t i = 0; i < line_up->ready_count; i++) {
        line_up->ready[i].ahead +=
            count_before(line_up->waiting, line_up->waiting_count, &line_up->ready_ids[i]);
    }
    if (line_up->ready_count > WAIT_ORDERS_MAX) {
        skipped = line_up->ready_count - WAIT_ORDERS_MAX;
    }
    line_up->has_model =
        wait_fit(line_up->ready + skipped, line_up->ready_count - skipped, &line_up->model) == 0;
}

int line_up_look(struct state *state, struct store_txn *txn, uint64_t now_mono_ms)
{
    static const struct board_query cooked = {
        .is_any_day = true, .phases = BOARD_PHASE(PHASE_READY), .count_max = LINE_UP_READY_MAX};
    struct board_query handed = {
        .is_settled = true, .phases = BOARD_PHASES_ALL, .count_max = LINE_UP_READY_MAX};
    struct line_up *line_up = &state->line_up;
    if (line_up->looked_ms != 0 && now_mono_ms < line_up->looked_ms + LINE_UP_MS) {
        return 0;
    }
    line_up->ready_count = 0;
    int err = line_up_count(state, txn);
    if (err == 0) {
        err = state_popup(state, txn);
    }
    handed.day = state->popup.day;
    if (err == 0) {
        err = ready_read(state, txn, &cooked);
    }
    if (err == 0) {
        err = ready_read(state, txn, &handed);
    }
    if (err == 0) {
        err = station_load_look(state, txn, now_mono_ms);
    }
    if (err != 0) {
        return err;
    }
    fit(line_up);
    line_up->looked_ms = now_mono_ms;
    return 0;
}

/* Those that wait stand newest first. */
static uint32_t waiting_before(const struct line_up *line_up, const struct entity_id *id)
{
    uint32_t low = 0;
    uint32_t high = line_up->waiting_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (is_before(&line_up->waiting[middle], id)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return line_up->waiting_count - low;
}

/* Those that became ready since it was opened. */
static uint32_t ready_since(const struct line_up *line_up, const struct entity_id *id,
                            uint64_t opened_t)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < line_up->ready_count; i++) {
        count += is_before(&line_up->ready_ids[i], id) && line_up->ready[i].ready_t > opened_t;
    }
    return count;
}

void line_up_place(const struct line_up *line_up, const struct entity_id *id, uint64_t opened_t,
                   struct line_place *ret_place)
{
    struct line_place place = {.ahead = waiting_before(line_up, id)};
    place.has_range = line_up->has_model &&
                      wait_range(&line_up->model, place.ahead + ready_since(line_up, id, opened_t),
                                 &place.low_ms, &place.high_ms);
    *ret_place = place;
}

bool line_up_find(const struct line_up *line_up, const struct order *order, uint64_t more_ms,
                  uint64_t now_t, struct line_place *ret_place)
{
    const uint64_t passed = now_t > order->opened_t ? now_t - order->opened_t : 0;
    struct line_place place;
    if ((BOARD_PHASE(order->phase) & PHASES_WAITING) == 0) {
        return false;
    }
    line_up_place(line_up, &order->id, order->opened_t, &place);
    place.low_ms += more_ms;
    place.high_ms += more_ms;
    place.has_range = place.has_range && place.high_ms > passed;
    place.low_ms = place.has_range && place.low_ms > passed ? place.low_ms - passed : 0;
    place.high_ms = place.has_range ? place.high_ms - passed : 0;
    *ret_place = place;
    return true;
}
