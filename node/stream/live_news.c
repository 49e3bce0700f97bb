/* Changes of the store, and which customers' phones each of them concerns. */
#include "node/stream/live_parts.h"

#include "node/os/clock.h"

enum { RANGE_MS = 15 * 1000 }; /* a range that moved by less is not told again */

static void set_all_due(struct lives *lives)
{
    for (struct live *at = lives->opened; at != NULL; at = at->next) {
        live_set_due(lives, at);
    }
}

static void set_dirty(struct lives *lives, struct live_follow *follow)
{
    follow->is_dirty = true;
    live_set_due(lives, follow->live);
}

/* --- what changed --- */

/* What one look at the changes found. */
struct scan {
    struct lives *lives;
    struct store_txn *txn;
    bool has_orders, concerns_all;
};

static void scan_order(struct scan *scan, const struct entity_id *id)
{
    struct live_follow *at = live_index_first(&scan->lives->index, id);
    for (; at != NULL; at = live_index_next(at)) {
        set_dirty(scan->lives, at);
    }
    scan->has_orders = true;
}

static void scan_item(struct scan *scan, const struct entity_id *id, uint64_t change)
{
    live_menu_note(&scan->lives->menu, id, change);
    scan->concerns_all = true;
}

static int scan_stock(struct scan *scan, const struct entity_id *id, uint64_t change)
{
    struct stock *stock = &scan->lives->state->stock;
    int err = stock_get(stock, scan->txn, id);
    const struct entity_id item = entity_id_derive(KIND_MENU, stock->item);
    if (err == 0) {
        scan_item(scan, &item, change);
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int scan_entity(struct scan *scan, uint64_t change, struct bytes row)
{
    enum kind kind = KIND_NONE;
    struct entity_id id;
    int err = key_state_parse(row, &kind, &id);
    if (err == 0 && kind == KIND_ORDER) {
        scan_order(scan, &id);
    } else if (err == 0 && kind == KIND_MENU) {
        scan_item(scan, &id, change);
    } else if (err == 0 && kind == KIND_STOCK) {
        err = scan_stock(scan, &id, change);
    } else if (err == 0 && kind == KIND_STALL) { /* its items are to be had, or no more */
        live_menu_begin(&scan->lives->menu, change);
        scan->concerns_all = true;
    } else if (err == 0 && kind == KIND_POPUP) {
        scan->lives->session_change = change;
        scan->concerns_all = true;
    }
    return err;
}

/* Each entity stands under its newest change only, so this is the set of what changed. */
static int scan_changes(struct scan *scan)
{
    struct lives *lives = scan->lives;
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    const struct key from = key_change(lives->scanned.change + 1);
    int err = store_cursor_open(scan->txn, TABLE_CHANGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &row);
    while (err == 0) {
        const uint64_t change = key.size == 8 ? get_be64(key.data) : 0;
        err = change == 0 ? ERR_MALFORMED : scan_entity(scan, change, row);
        if (change != 0 && err != ERR_IO) { /* what cannot be read now is looked at again */
            lives->scanned.change = change;
        }
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- the queue --- */

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static bool place_differs(const struct line_place *a, const struct line_place *b)
{
    return a->ahead != b->ahead || a->has_range != b->has_range ||
           distance(a->low_ms, b->low_ms) >= RANGE_MS ||
           distance(a->high_ms, b->high_ms) >= RANGE_MS;
}

/* Those who wait and follow it: their place, where it is not what they were told. What cooks say
 * anew concerns the orders of a station; all look, as it is said a few times in an evening. */
static void look_at_places(struct lives *lives)
{
    const struct line_up *line_up = &lives->state->line_up;
    const bool is_said_anew = lives->state->station_load.said_hash != lives->said_hash;
    lives->said_hash = lives->state->station_load.said_hash;
    for (uint32_t i = 0; i < line_up->waiting_count; i++) {
        struct live_follow *at = live_index_first(&lives->index, &line_up->waiting[i]);
        for (; at != NULL; at = live_index_next(at)) {
            struct line_place place;
            if (!at->is_waiting || at->is_dirty) {
                continue;
            }
            line_up_place(line_up, &at->order, at->opened_t, &place);
            if (is_said_anew || place_differs(&place, &at->place)) {
                set_dirty(lives, at);
            }
        }
    }
}

static void look_at_queue(struct scan *scan)
{
    struct lives *lives = scan->lives;
    const struct line_up *line_up = &lives->state->line_up;
    struct line_place queue = {.ahead = line_up->waiting_count};
    queue.has_range = line_up->has_model &&
                      wait_range(&line_up->model, queue.ahead, &queue.low_ms, &queue.high_ms);
    if (!place_differs(&queue, &lives->queue)) {
        return;
    }
    lives->queue = queue;
    lives->queue_version++;
    scan->concerns_all = true;
}

static int look_at_line_up(struct scan *scan)
{
    struct lives *lives = scan->lives;
    int err = line_up_look(lives->state, scan->txn, clock_mono_ms());
    const bool is_new = lives->state->line_up.looked_ms != lives->looked_ms;
    if (err == 0 && scan->has_orders && !is_new) {
        err = line_up_count(lives->state, scan->txn);
    }
    if (err != 0 || (!is_new && !scan->has_orders)) {
        return err;
    }
    lives->looked_ms = lives->state->line_up.looked_ms;
    look_at_places(lives);
    look_at_queue(scan);
    return 0;
}

void lives_refresh(struct lives *lives)
{
    const struct gate *gate = lives->state->gate;
    struct scan scan = {.lives = lives};
    if (!lives->is_begun || gate->read_begin(gate->context, &scan.txn) != 0) {
        return;
    }
    int err = scan_changes(&scan);
    if (err == 0 && lives->opened_count > 0) {
        err = look_at_line_up(&scan);
    }
    gate->read_end(gate->context, scan.txn);
    (void)state_read_error(lives->state, err); /* it is looked at again */
    if (scan.concerns_all) {
        set_all_due(lives);
    }
}
