#include "node/figures/stuck.h"

#include <string.h>

#include "node/api/state.h"

const char *tick_text(enum tick tick)
{
    static const char *const texts[TICK_COUNT] = {
#define X(name, text) [name] = (text),
        TICKS(X)
#undef X
    };
    return texts[tick];
}

/* --- who waits since when --- */

void stuck_begin(struct stuck *stuck, uint64_t after_s, uint64_t now_s)
{
    stuck->after_s = after_s;
    stuck->now_s = now_s;
    for (uint32_t i = 0; i < stuck->count; i++) {
        stuck->orders[i].is_there = false;
    }
}

static struct stuck_order *find(struct stuck *stuck, const struct entity_id *id)
{
    for (uint32_t i = 0; i < stuck->count; i++) {
        if (entity_id_equal(&stuck->orders[i].id, id)) {
            return &stuck->orders[i];
        }
    }
    return NULL;
}

void stuck_note(struct stuck *stuck, const struct order *order, enum tick awaited)
{
    struct stuck_order *row = find(stuck, &order->id);
    if (row == NULL && stuck->count == STUCK_ORDERS_MAX) {
        return;
    }
    const bool is_same =
        row != NULL && row->awaited == awaited && operation_equal(&row->changed, &order->changed);
    if (row == NULL) {
        row = &stuck->orders[stuck->count++];
    }
    *row = (struct stuck_order){.id = order->id,
                                .awaited = awaited,
                                .changed = order->changed,
                                .since_s = is_same ? row->since_s : stuck->now_s,
                                .is_there = true};
}

void stuck_end(struct stuck *stuck)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < stuck->count; i++) {
        if (stuck->orders[i].is_there) {
            stuck->orders[kept++] = stuck->orders[i];
        }
    }
    stuck->count = kept;
}

bool stuck_is_late(const struct stuck *stuck, uint32_t at)
{
    return stuck->after_s > 0 && stuck->now_s - stuck->orders[at].since_s >= stuck->after_s;
}

uint32_t stuck_count(const struct stuck *stuck)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < stuck->count; i++) {
        count += stuck_is_late(stuck, i);
    }
    return count;
}

enum tick stuck_find(const struct stuck *stuck, const struct entity_id *id)
{
    for (uint32_t i = 0; i < stuck->count; i++) {
        if (entity_id_equal(&stuck->orders[i].id, id) && stuck_is_late(stuck, i)) {
            return stuck->orders[i].awaited;
        }
    }
    return TICK_HERE;
}

/* --- what they wait for --- */

static bool is_copied(const struct gate_live *live, const struct order *order)
{
    for (uint32_t i = 0; i < live->marks_count; i++) {
        if (live->marks[i].log == order->opened_log) {
            return live->marks[i].seq >= order->opened_seq;
        }
    }
    return false;
}

/* Of a placed order. Where there is no other device in the roster nothing can be copied. */
static enum tick awaited_of(const struct gate_live *live, const struct order *order)
{
    if (live->peers_count > 0 && !is_copied(live, order)) {
        return TICK_COPIES;
    }
    return order->is_seen ? TICK_ACCEPTED : TICK_SEEN;
}

static bool is_placed_row(const struct key *key)
{
    return key->size > 9 && key->data[9] == PHASE_PLACED;
}

/* Note the placed orders of the active index: the oldest STUCK_ORDERS_MAX, for each is read and
 * folded at every look. ERR_IO, ERR_MALFORMED. */
static int note_placed(struct state *state, struct store_txn *txn)
{
    struct key key = {.size = 0};
    struct entity_id id;
    uint32_t looked = 0;
    int err = 0;
    while (err == 0 && looked < STUCK_ORDERS_MAX &&
           (err = board_next(txn, INDEX_ACTIVE, &key, &id)) == 0) {
        if (!is_placed_row(&key)) {
            continue;
        }
        looked++;
        err = board_led_to(state_order(state, txn, &id));
        if (err == 0) {
            stuck_note(&state->stuck, &state->order, awaited_of(&state->live, &state->order));
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

void stuck_look(struct state *state, struct store_txn *txn)
{
    if (state_popup(state, txn) != 0) {
        return;
    }
    stuck_begin(&state->stuck, state->popup.escalate_after_s, state->live.uptime_s);
    if (state_read_error(state, note_placed(state, txn)) == 0) {
        stuck_end(&state->stuck);
    }
}
