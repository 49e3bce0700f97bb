/* replica_stock.c - what sells here, and sales that happened at two devices settled. */
#include "sync/replica/replica_stock.h"

#include "sync/base/check.h"
#include "sync/replica/replica_state.h"

/* --- what sells here --- */

static struct desk_item *desk_find(struct desk *desk, uint64_t item)
{
    for (uint32_t i = 0; i < desk->count; i++) {
        if (desk->items[i].item == item) {
            return &desk->items[i];
        }
    }
    return NULL;
}

/* Of more items than there is room for, the first ones are watched until they rest. */
static struct desk_item *desk_item(struct desk *desk, uint64_t item)
{
    struct desk_item *found = desk_find(desk, item);
    if (found != NULL || desk->count == DESK_ITEMS_MAX) {
        return found;
    }
    found = &desk->items[desk->count++];
    *found = (struct desk_item){.item = item, .asked_link = LINK_NONE};
    return found;
}

uint64_t replica_stock_demand(const struct desk *desk, uint64_t item)
{
    for (uint32_t i = 0; i < desk->count; i++) {
        if (desk->items[i].item == item) {
            return desk->items[i].sold + desk->items[i].sold_before;
        }
    }
    return 0;
}

void replica_stock_note(struct replica *replica, const struct till_result *result, bool is_written,
                        struct moment now)
{
    struct desk *desk = &replica->desk;
    for (uint32_t i = 0; is_written && i < result->events_count; i++) {
        struct stock_take take;
        if (result->events[i].type != EVENT_STOCK_TAKE) {
            continue;
        }
        check(stock_take_decode(result->events[i].body, &take) == 0); /* the till wrote it */
        struct desk_item *item = desk_item(desk, take.item);
        if (item != NULL) {
            item->sold += take.units;
        }
    }
    struct desk_item *wanting =
        result->short_item != 0 ? desk_item(desk, result->short_item) : NULL;
    if (wanting != NULL) {
        wanting->wanted = result->short_units;
        wanting->wanted_ms = now.mono_ms;
        desk->is_wanting = true;
    }
}

static void desk_turn_page(struct desk *desk, struct moment now)
{
    if (now.mono_ms < desk->period_ms + DESK_PERIOD_MS) {
        return;
    }
    desk->period_ms = now.mono_ms;
    for (uint32_t i = desk->count; i > 0; i--) {
        struct desk_item *item = &desk->items[i - 1];
        item->sold_before = item->sold;
        item->sold = 0;
        if (item->wanted_ms + DESK_WANT_MS <= now.mono_ms) {
            item->wanted = 0;
        }
        if (item->sold_before == 0 && item->wanted == 0) {
            *item = desk->items[--desk->count];
        }
    }
}

/* --- one sale at two devices --- */

int replica_stock_append(struct replica *replica, struct store_txn *txn, enum event_type type,
                         uint64_t item, struct bytes body, struct moment now, struct effects *out)
{
    int64_t t = now.wall_ms - replica->config.epoch_ms;
    struct event event = {.type = type,
                          .t = t > 0 ? (uint64_t)t : 0,
                          .entity = entity_id_derive(KIND_STOCK, item),
                          .body = body};
    int err = replica_append(replica, txn, &event, out);
    return err == ERR_FORBIDDEN ? 0 : err;
}

/* Of the takes of a line as it was added, the smallest operation's log keeps its own. */
static int double_settle(struct replica *replica, struct store_txn *txn,
                         const struct stock_double *line, struct moment now, struct effects *out)
{
    struct stock_taken takes[STOCK_LINE_TAKES_MAX];
    const struct operation *first = NULL;
    uint32_t count;
    int err = stock_takes(txn, &line->order, line->line, takes, STOCK_LINE_TAKES_MAX, &count);
    for (uint32_t i = 0; i < count && err == 0; i++) {
        if (!takes[i].is_change &&
            (first == NULL || operation_compare(&takes[i].take, first) < 0)) {
            first = &takes[i].take;
        }
    }
    for (uint32_t i = 0; i < count && err == 0; i++) {
        uint8_t data[128];
        struct writer writer;
        struct bytes body;
        if (takes[i].is_change || takes[i].take.log != replica->log || first->log == replica->log ||
            takes[i].undone == takes[i].units) {
            continue;
        }
        const struct stock_undo undo = {.item = takes[i].item,
                                        .take = takes[i].take,
                                        .order = line->order,
                                        .units = takes[i].units - takes[i].undone};
        writer_init(&writer, data, sizeof data);
        stock_undo_encode(&undo, &writer);
        check(writer_finish(&writer, &body) == 0);
        err = replica_stock_append(replica, txn, EVENT_STOCK_UNDO, undo.item, body, now, out);
    }
    return err; /* its rows were read in this turn: none is spoilt */
}

/* The folds of what this writes note the same lines again, where nothing is left to undo. */
static int doubles_settle(struct replica *replica, struct store_txn *txn, struct moment now,
                          struct effects *out)
{
    int err = 0;
    for (uint32_t i = 0; i < replica->doubles.count && !replica->is_log_lost && err == 0; i++) {
        err = double_settle(replica, txn, &replica->doubles.lines[i], now, out);
    }
    replica->doubles.count = 0;
    return err;
}

/* --- each turn --- */

static int desk_look(struct replica *replica, struct store_txn *txn, struct moment now,
                     struct effects *out)
{
    struct desk *desk = &replica->desk;
    int err = 0;
    if (!desk->is_wanting && now.mono_ms < desk->looked_ms + DESK_LOOK_MS) {
        return 0;
    }
    desk->is_wanting = false;
    desk->looked_ms = now.mono_ms;
    for (uint32_t i = 0; i < desk->count && err == 0; i++) {
        struct desk_item *item = &desk->items[i];
        const uint64_t demand = item->sold + item->sold_before;
        err = replica_ask(replica, txn, item, demand > item->wanted ? demand : item->wanted, now,
                          out);
    }
    return err;
}

int replica_stock_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                       struct effects *out)
{
    int err = doubles_settle(replica, txn, now, out);
    if (err != 0 || replica->desk.count == 0) {
        return err;
    }
    desk_turn_page(&replica->desk, now);
    if (!replica->is_log_lost) {
        err = desk_look(replica, txn, now, out);
    }
    if (replica->desk.count > 0) {
        effects_wake(out, replica->desk.looked_ms + DESK_LOOK_MS);
    }
    return err;
}
