/* replica_stock.c - rights to sell on the move, and sales that happened at two devices settled. */
#include "sync/replica_stock.h"

#include "sync/base/check.h"
#include "sync/replica_state.h"

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

static uint64_t demand_of(const struct desk_item *item)
{
    return item == NULL ? 0 : item->sold + item->sold_before;
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

/* --- asking --- */

/* What the disk spoilt ends the turn, as a disk that fails does. */
static int disk_err(int err)
{
    return err == ERR_MALFORMED ? ERR_IO : err;
}

static int stock_read(struct replica *replica, struct store_txn *txn, uint64_t item)
{
    struct entity_id entity = entity_id_derive(KIND_STOCK, item);
    int err = stock_get(replica->stock, txn, &entity);
    return err == ERR_NOT_FOUND ? 0 : disk_err(err);
}

static int rights_of(const struct replica *replica, struct store_txn *txn, uint64_t log,
                     int64_t *ret_units)
{
    const struct stock_view view = {.roster = &replica->roster, .txn = txn};
    return disk_err(stock_rights(replica->stock, &view, log, ret_units));
}

/* The most that one of @device's logs may sell, by what is known here. */
static int rights_of_device(const struct replica *replica, struct store_txn *txn, uint64_t device,
                            int64_t *ret_units)
{
    int err = 0;
    *ret_units = 0;
    for (uint32_t i = 0; i < replica->roster.logs_count && err == 0; i++) {
        int64_t units;
        if (replica->roster.logs[i].device != device) {
            continue;
        }
        err = rights_of(replica, txn, replica->roster.logs[i].id, &units);
        if (err == 0 && units > *ret_units) {
            *ret_units = units;
        }
    }
    return err;
}

/* The ready peer with most rights to the item in replica->stock, the one asked last only when there
 * is no other. */
static int peer_choose(const struct replica *replica, struct store_txn *txn, int32_t asked_link,
                       int32_t *ret_link)
{
    int64_t most = 0;
    int err = 0;
    *ret_link = LINK_NONE;
    for (int32_t i = 0; i < LINKS_MAX && err == 0; i++) {
        const struct link *link = &replica->mesh.links[i];
        int64_t units;
        if (!link->is_ready) {
            continue;
        }
        err = rights_of_device(replica, txn, link->device, &units);
        if (err != 0 || units <= 0) {
            continue;
        }
        bool is_better = *ret_link == asked_link ? true : i != asked_link && units > most;
        if (*ret_link == LINK_NONE || is_better) {
            most = units;
            *ret_link = i;
        }
    }
    return err;
}

static int item_ask(struct replica *replica, struct store_txn *txn, struct desk_item *item,
                    struct effects *out)
{
    struct writer writer;
    int64_t here;
    int32_t link;
    uint64_t target = demand_of(item) > item->wanted ? demand_of(item) : item->wanted;
    int err = stock_read(replica, txn, item->item);
    if (err == 0) {
        err = rights_of(replica, txn, replica->log, &here);
    }
    if (err != 0 || here >= (int64_t)target) {
        return err;
    }
    err = peer_choose(replica, txn, item->asked_link, &link);
    if (err != 0 || link == LINK_NONE || !effects_frame_begin(out, &writer)) {
        return err;
    }
    item->asked_link = link;
    const struct stock_ask ask = {.item = item->item,
                                  .units = (uint64_t)((int64_t)target - here),
                                  .log = replica->log,
                                  .number = ++replica->desk.asks};
    message_write_ask(&writer, &ask);
    effects_send(out, (uint32_t)link, effects_frame_end(out, &writer));
    return 0;
}

/* --- giving --- */

/* Whether the log that asks is the peer's own and has a future. */
static bool may_be_given(const struct replica *replica, const struct stock_ask *ask,
                         uint64_t device)
{
    const struct roster_log *log = roster_log_find(&replica->roster, ask->log);
    return log != NULL && log->device == device && log->id != replica->log &&
           log->fork_seq == UINT64_MAX && !stock_is_closed(&replica->roster, log->id);
}

static int event_append(struct replica *replica, struct store_txn *txn, enum event_type type,
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

static int give(struct replica *replica, struct store_txn *txn, const struct stock_give *gift,
                struct moment now, struct effects *out)
{
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    stock_give_encode(gift, &writer);
    check(writer_finish(&writer, &body) == 0);
    return event_append(replica, txn, EVENT_STOCK_GIVE, gift->item, body, now, out);
}

/* Up to @units of whatever issuer. replica->stock is read again by what this may fold, so the gifts
 * are put together first. */
static int give_units(struct replica *replica, struct store_txn *txn, const struct stock_ask *ask,
                      int64_t units, struct moment now, struct effects *out)
{
    const struct stock_view view = {.roster = &replica->roster, .txn = txn};
    const struct stock *stock = replica->stock;
    struct stock_give gifts[8];
    uint32_t count = 0;
    int err = 0;
    for (uint32_t i = 0; i < stock->accounts_count && units > 0 && count < 8 && err == 0; i++) {
        uint64_t issuer = stock->accounts[i].issuer;
        int64_t right;
        if (i > 0 && stock->accounts[i - 1].issuer == issuer) {
            continue;
        }
        err = stock_right(stock, &view, issuer, replica->log, &right);
        if (err != 0 || right <= 0) {
            continue;
        }
        right = right < units ? right : units;
        right = right < STOCK_UNITS_MAX ? right : STOCK_UNITS_MAX;
        gifts[count++] = (struct stock_give){
            .item = ask->item, .units = (uint64_t)right, .to = ask->log, .issuer = issuer};
        units -= right;
    }
    for (uint32_t i = 0; i < count && err == 0; i++) {
        err = give(replica, txn, &gifts[i], now, out);
    }
    return disk_err(err);
}

/* What may go: not what is held, nor what sells here by itself; of the rest half, so that two who
 * sell both have some, and all when nothing sells here. */
static int64_t spare_of(const struct replica *replica, uint64_t item, int64_t here, uint64_t demand,
                        struct moment now)
{
    int64_t units = here - (int64_t)hold_units(&replica->holds, item, 0, now.mono_ms);
    if (demand == 0) {
        return units;
    }
    units -= (int64_t)demand;
    return units > 0 ? (units + 1) / 2 : 0;
}

void replica_stock_link_up(struct replica *replica, uint32_t link)
{
    replica->desk.heard[link] = 0;
}

/* A frame that comes again is no second wish, however late it comes and however the first fared. */
static bool is_heard_first(struct desk *desk, uint32_t link, uint64_t number)
{
    if (number <= desk->heard[link]) {
        return false;
    }
    desk->heard[link] = number;
    return true;
}

int replica_stock_asked(struct replica *replica, struct store_txn *txn, uint32_t link,
                        struct moment now, struct effects *out)
{
    struct desk *desk = &replica->desk;
    const struct stock_ask ask = replica->mesh.message.ask;
    int64_t here;
    if (!is_heard_first(desk, link, ask.number) || replica->is_log_lost ||
        now.mono_ms < desk->gave_ms[link] + GIVE_INTERVAL_MS ||
        !may_be_given(replica, &ask, replica->mesh.links[link].device)) {
        return 0;
    }
    desk->gave_ms[link] = now.mono_ms;
    struct entity_id entity = entity_id_derive(KIND_STOCK, ask.item);
    int err = turn_is_dirty(replica->turn, &entity) ? replica_fold(replica, txn, out) : 0;
    if (err == 0) {
        err = stock_read(replica, txn, ask.item);
    }
    if (err == 0) {
        err = rights_of(replica, txn, replica->log, &here);
    }
    if (err != 0 || here <= 0 || replica->stock->is_opaque) {
        return err;
    }
    int64_t spare = spare_of(replica, ask.item, here, demand_of(desk_find(desk, ask.item)), now);
    int64_t units = spare < (int64_t)ask.units ? spare : (int64_t)ask.units;
    return units > 0 ? give_units(replica, txn, &ask, units, now, out) : 0;
}

/* --- one sale at two devices --- */

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
        err = event_append(replica, txn, EVENT_STOCK_UNDO, undo.item, body, now, out);
    }
    return disk_err(err);
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
        err = item_ask(replica, txn, &desk->items[i], out);
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
