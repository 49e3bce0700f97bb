/* The first step of history_load(): what of an entity is in the store and counts. */
#include <string.h>

#include "sync/domain/history_load.h"

/* The branch of @log, which is the newest or a new one; NULL when there are too many. */
static struct history_branch *branch_at(struct load *load, uint64_t log)
{
    struct history *history = load->history;
    const uint32_t count = history->branches_count;
    struct history_branch *newest = count > 0 ? &history->branches[count - 1] : NULL;
    if (newest != NULL && newest->log == log) {
        return newest;
    }
    if (count == ENTITY_LOGS_MAX) {
        return NULL;
    }
    if (newest != NULL) {
        load->taken.events += newest->count;
        load->taken.bytes += newest->bytes;
    }
    load->room = history_room_at(history->kind, count, &load->taken);
    history->branches[history->branches_count++] = (struct history_branch){.log = log};
    return &history->branches[count];
}

static void take_room(struct history_branch *branch, uint64_t seq, size_t size)
{
    branch->count++;
    branch->bytes += (uint32_t)size;
    branch->newest = seq;
}

static struct bytes keep_body(struct history *history, struct bytes body)
{
    uint8_t *to = history->body_data + history->body_size;
    memcpy(to, body.data, body.size);
    history->body_size += body.size;
    return bytes_of(to, body.size);
}

/* Whether events of this type belong to the kind; one of an unknown type may. */
static bool is_of_kind(const struct history *history, const struct event_info *info)
{
    return info == NULL || info->kind == history->kind;
}

bool load_admits(struct load *load, uint64_t log, uint64_t seq, const struct event *event)
{
    const enum gateway_reach reach =
        whose_reach(load->roster, log, seq, event->type, load->history->kind);
    const bool is_bound = reach == REACH_CUSTOMERS_ORDERS;
    if (reach == REACH_NOTHING || (is_bound && load->is_barred)) {
        return false;
    }
    if (event->type == EVENT_ORDER_OPEN) {
        const enum whose whose = whose_opening(event->body);
        if (is_bound && whose != WHOSE_CUSTOMERS) {
            return false;
        }
        load->whose = whose > load->whose ? whose : load->whose;
    }
    load->has_gateways |= is_bound;
    return true;
}

struct history_item *load_add_item(struct load *load, const struct operation *place,
                                   const struct event *event)
{
    const struct event_info *info = event_info_find(event->type);
    struct history_item *item = &load->items[load->count++];
    item->place = *place;
    item->is_reemitted = event->is_reemitted;
    item->id = event->is_reemitted ? event->was : *place;
    item->type = event->type;
    item->t = event->t;
    item->by = event->by;
    item->body = keep_body(load->history, event->body);
    item->is_causal = info == NULL || info->is_causal;
    item->parents_count = item->is_causal ? event->parents_count : 0;
    memcpy(item->parents, event->parents, item->parents_count * sizeof event->parents[0]);
    item->twin = NOTHING;
    item->is_dropped = false;
    item->is_stuck = false;
    item->is_settled = false;
    item->is_salvaged = false;
    item->chain_parent = NOTHING;
    memset(item->segment, 0, sizeof item->segment);
    memset(item->saw, 0, sizeof item->saw);
    return item;
}

/* Take in the event at (@log, @seq) if it counts; @ret_full says that its log reached a limit. */
static int collect_one(struct load *load, uint64_t log, uint64_t seq, bool *ret_full)
{
    struct history *history = load->history;
    struct operation place;
    struct event event;
    const int err = event_read(load->txn, log, seq, &place, &event);
    if (err == ERR_MALFORMED) { /* the disk spoilt it: nobody decides on what is left */
        history->is_opaque = true;
        return 0;
    }
    if (err != 0) {
        return err;
    }
    const struct event_info *info = event_info_find(event.type);
    if (!is_of_kind(history, info) ||
        roster_judge(load->roster, log, seq, event.type, event.by) != VERDICT_VALID ||
        !load_admits(load, log, seq, &event)) {
        return 0;
    }
    struct history_branch *branch = branch_at(load, log);
    if (branch == NULL || branch->count == load->room.events ||
        event.body.size > load->room.bytes - branch->bytes) {
        *ret_full = true;
        return 0;
    }
    /* Sound software re-emits nothing of what lasts, and all others are looked up among these. */
    if (event.is_reemitted && branch->count >= ENTITY_EVENTS_PER_LOG_MAX) {
        return 0;
    }
    take_room(branch, seq, event.body.size);
    history->is_opaque |= info == NULL && event_type_is_critical(event.type);
    history->is_outdated |= roster_is_outdated(load->roster, log, seq, event.type, event.by);
    (void)load_add_item(load, &place, &event);
    return 0;
}

/* The key behind this one. What follows in @log after it reached a limit is void too, so nothing of
 * that is looked at: it may be as long as it likes. */
static int collect_next(const struct load *load, struct store_cursor *cursor, uint64_t log,
                        bool is_full, struct bytes *ret_key)
{
    struct bytes value;
    if (!is_full) {
        return store_cursor_next(cursor, ret_key, &value);
    }
    struct key end = key_entity_event(&load->history->entity, log, SEQ_MAX);
    end.data[end.size++] = 0; /* the least key above its last */
    return store_cursor_seek(cursor, key_bytes(&end), ret_key, &value);
}

static int collect_from(struct load *load, struct store_cursor *cursor)
{
    const struct key prefix = key_entity(&load->history->entity);
    struct bytes key;
    struct bytes value;
    int err = store_cursor_seek(cursor, key_bytes(&prefix), &key, &value);
    while (err == 0) {
        struct entity_id entity;
        uint64_t log;
        uint64_t seq;
        bool is_full = false;
        err = key_entity_event_parse(key, &entity, &log, &seq);
        if (err != 0 || !entity_id_equal(&entity, &load->history->entity)) {
            return err;
        }
        err = collect_one(load, log, seq, &is_full);
        load->history->is_cut_short |= is_full;
        if (err == 0) {
            err = collect_next(load, cursor, log, is_full, &key);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int load_collect(struct load *load)
{
    struct store_cursor cursor;
    int err = store_cursor_open(load->txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = collect_from(load, &cursor);
    store_cursor_close(&cursor);
    return err;
}
