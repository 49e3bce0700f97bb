/* The full fold's input, in four steps:
 *
 *   collect    the entity's events from the store, those that count, up to the limits
 *   identify   re-emitted ones take their original's identity, once, on branches of their own
 *   connect    each causal event to its parents here; one with a parent that is missing is stuck
 *   settle     by branch, in order: an event whose parents are settled is; it has seen what they
 *              have. What never settles is pending.
 *
 * A log that re-emits has seen what it re-emits: its event there is a waypoint for the log's own
 * later events, and stands itself on the branch of the original log.
 */
#include "sync/domain/history_load.h"

#include <stdlib.h>
#include <string.h>

#include "sync/domain/history.h"

enum { NOTHING = -1 };

struct history_item {
    struct operation place; /* where it is in the store */
    struct operation id;    /* its identity; the same unless it is re-emitted */
    uint32_t branch;
    uint32_t type;
    uint64_t t;
    uint64_t by;
    struct bytes body;
    uint32_t parents_count;
    struct operation parents[PARENTS_MAX];
    int32_t parents_at[PARENTS_MAX]; /* indexes; NOTHING = it does not count, and so is satisfied */
    int32_t twin;                    /* of one that is dropped: the item that stands for it */
    bool is_causal;
    bool is_reemitted;
    bool is_dropped;
    bool is_stuck; /* a parent is not here yet */
    bool is_settled;
    uint64_t saw[ENTITY_LOGS_MAX];
};

/* The items of one branch, as indexes into load.order. */
struct sequence {
    uint32_t next, end;
};

struct load {
    struct history *history;
    struct history_item *items; /* in order of place */
    uint32_t count;
    bool has_reemitted;
    struct store_txn *txn;
    const struct roster *roster;
    uint16_t order[2 * ENTITY_EVENTS_MAX]; /* by branch; a re-emitted item is on two */
    uint32_t order_count;
    struct sequence sequences[ENTITY_LOGS_MAX];
};

struct history_item *history_items_new(void)
{
    return calloc(ENTITY_EVENTS_MAX, sizeof(struct history_item));
}

/* ---- collect ---- */

/* Count an event of @size bytes of body against the limits of the newest branch, or of a new one.
 */
static bool take_room(struct history *history, uint64_t log, uint64_t seq, size_t size)
{
    const uint32_t count = history->branches_count;
    struct history_branch *branch = count > 0 ? &history->branches[count - 1] : NULL;
    if (branch == NULL || branch->log != log) {
        if (count == ENTITY_LOGS_MAX) {
            return false;
        }
        branch = &history->branches[history->branches_count++];
        *branch = (struct history_branch){.log = log};
    }
    if (branch->count == ENTITY_EVENTS_PER_LOG_MAX ||
        size > HISTORY_LOG_BYTES_MAX - branch->bytes) {
        return false;
    }
    branch->count++;
    branch->bytes += (uint32_t)size;
    branch->newest = seq;
    return true;
}

static struct bytes keep_body(struct history *history, struct bytes body)
{
    uint8_t *to = history->body_data + history->body_size;
    if (body.size > 0) {
        memcpy(to, body.data, body.size);
    }
    history->body_size += body.size;
    return bytes_of(to, body.size);
}

/* Whether events of this type belong to the kind; one of an unknown type may. */
static bool is_of_kind(const struct history *history, const struct event_info *info)
{
    return info == NULL || info->kind == history->kind;
}

static void add_item(struct load *load, const struct operation *place, const struct event *event)
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
    memset(item->saw, 0, sizeof item->saw);
}

static int read_event(struct load *load, uint64_t log, uint64_t seq, struct operation *ret_place,
                      struct event *ret_event)
{
    struct hash hash;
    struct bytes bytes;
    int err = event_get(load->txn, log, seq, &hash, &bytes);
    if (err == 0) {
        err = event_decode(bytes, ret_event);
    }
    *ret_place = (struct operation){.log = log, .seq = seq};
    memcpy(ret_place->hash, hash.bytes, OPERATION_HASH_BYTES);
    return err == 0 || err == ERR_IO ? err : ERR_MALFORMED;
}

/* Take in the event at (@log, @seq) if it counts; @ret_full says that its log reached a limit. */
static int collect_one(struct load *load, uint64_t log, uint64_t seq, bool *ret_full)
{
    struct history *history = load->history;
    struct operation place;
    struct event event;
    const int err = read_event(load, log, seq, &place, &event);
    if (err != 0) {
        return err;
    }
    const struct event_info *info = event_info_find(event.type);
    if (!is_of_kind(history, info) ||
        roster_judge(load->roster, log, seq, event.type) != VERDICT_VALID) {
        return 0;
    }
    if (!take_room(history, log, seq, event.body.size)) {
        *ret_full = true;
        return 0;
    }
    history->is_opaque |= info == NULL && event_type_is_critical(event.type);
    add_item(load, &place, &event);
    return 0;
}

/* What follows in a log after it reached a limit is void too, so nothing of that is read. */
static int collect_from(struct load *load, struct store_cursor *cursor)
{
    const struct key prefix = key_entity(&load->history->entity);
    bool is_full = false;
    uint64_t full_log = 0;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_seek(cursor, key_bytes(&prefix), &key, &value);
    while (err == 0) {
        struct entity_id entity;
        uint64_t log;
        uint64_t seq;
        err = key_entity_event_parse(key, &entity, &log, &seq);
        if (err != 0 || !entity_id_equal(&entity, &load->history->entity)) {
            return err;
        }
        if (!is_full || log != full_log) {
            full_log = log;
            is_full = false;
            err = collect_one(load, log, seq, &is_full);
            load->history->is_cut_short |= is_full;
        }
        if (err == 0) {
            err = store_cursor_next(cursor, &key, &value);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int collect(struct load *load)
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

/* ---- identify ---- */

/* The item at @id's place, or NOTHING. */
static int32_t item_at(const struct load *load, const struct operation *id)
{
    uint32_t low = 0;
    uint32_t high = load->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct operation *place = &load->items[middle].place;
        if (place->log < id->log || (place->log == id->log && place->seq < id->seq)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < load->count && operation_equal(&load->items[low].place, id) ? (int32_t)low
                                                                             : NOTHING;
}

/* The first re-emitted item before @end that has identity @id and stands, or NOTHING. */
static int32_t item_reemitted(const struct load *load, const struct operation *id, uint32_t end)
{
    for (uint32_t i = 0; i < end; i++) {
        const struct history_item *item = &load->items[i];
        if (item->is_reemitted && !item->is_dropped && operation_equal(&item->id, id)) {
            return (int32_t)i;
        }
    }
    return NOTHING;
}

/* Whether an item before @index takes the same place on the same branch: only one can have it. */
static bool is_place_taken(const struct load *load, uint32_t index)
{
    const struct history_item *own = &load->items[index];
    for (uint32_t i = 0; i < index; i++) {
        const struct history_item *item = &load->items[i];
        if (item->is_reemitted && !item->is_dropped && item->id.log == own->id.log &&
            item->id.seq == own->id.seq && item->place.log == own->place.log) {
            return true;
        }
    }
    return false;
}

static void drop_if_twin(struct load *load, uint32_t index)
{
    struct history_item *item = &load->items[index];
    const int32_t original = item_at(load, &item->id);
    if (original != NOTHING && !load->items[original].is_reemitted) {
        item->twin = original;
    } else {
        item->twin = item_reemitted(load, &item->id, index);
    }
    item->is_dropped = item->twin != NOTHING || is_place_taken(load, index);
}

static int branch_compare(const struct history_branch *branch, uint64_t log, uint64_t via)
{
    if (branch->log != log) {
        return branch->log < log ? -1 : 1;
    }
    return branch->via < via ? -1 : branch->via > via;
}

/* Add a branch for what @via re-emitted of @log; of too many, the lowest stay. */
static void add_branch(struct history *history, uint64_t log, uint64_t via)
{
    struct history_branch *branches = history->branches;
    uint32_t at = 0;
    while (at < history->branches_count && branch_compare(&branches[at], log, via) < 0) {
        at++;
    }
    if (at < history->branches_count && branch_compare(&branches[at], log, via) == 0) {
        return;
    }
    if (history->branches_count == ENTITY_LOGS_MAX) {
        uint32_t last =
            ENTITY_LOGS_MAX; /* the highest re-emitted branch makes way, or nothing does */
        while (last > at && branches[last - 1].via == 0) {
            last--;
        }
        history->is_cut_short = true;
        if (last == at) {
            return;
        }
        memmove(&branches[last - 1], &branches[last],
                (ENTITY_LOGS_MAX - last) * sizeof branches[0]);
        history->branches_count--;
    }
    memmove(&branches[at + 1], &branches[at], (history->branches_count - at) * sizeof branches[0]);
    branches[at] = (struct history_branch){.log = log, .via = via};
    history->branches_count++;
}

static int32_t branch_at(const struct history *history, uint64_t log, uint64_t via)
{
    for (uint32_t b = 0; b < history->branches_count; b++) {
        if (branch_compare(&history->branches[b], log, via) == 0) {
            return (int32_t)b;
        }
    }
    return NOTHING;
}

static void take_branch(struct load *load, struct history_item *item)
{
    const uint64_t via = item->is_reemitted ? item->place.log : 0;
    const int32_t branch = branch_at(load->history, item->id.log, via);
    item->is_dropped |= branch == NOTHING;
    item->branch = branch == NOTHING ? 0 : (uint32_t)branch;
}

static void identify(struct load *load)
{
    for (uint32_t i = 0; i < load->count; i++) {
        struct history_item *item = &load->items[i];
        if (!item->is_reemitted) {
            continue;
        }
        load->has_reemitted = true;
        drop_if_twin(load, i);
        if (!item->is_dropped) {
            add_branch(load->history, item->id.log, item->place.log);
        }
    }
    for (uint32_t i = 0; i < load->count; i++) {
        take_branch(load, &load->items[i]);
    }
}

/* ---- connect ---- */

/* The item that stands for @index; NOTHING when none does. */
static int32_t stand_in(const struct load *load, int32_t index)
{
    const struct history_item *item = &load->items[index];
    return item->is_dropped ? item->twin : index;
}

static bool is_voided(const struct load *load, const struct operation *id)
{
    const enum verdict verdict = roster_judge(load->roster, id->log, id->seq, EVENT_LOG_CERT);
    return verdict == VERDICT_FORKED || verdict == VERDICT_REVOKED;
}

/* A parent that is not among the items: fine when it is stored, but does not count, or is voided.
 */
static int is_missing(const struct load *load, const struct operation *id, bool *ret_missing)
{
    struct hash hash;
    struct bytes bytes;
    const int err = event_get(load->txn, id->log, id->seq, &hash, &bytes);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    const bool is_here = err == 0 && memcmp(hash.bytes, id->hash, OPERATION_HASH_BYTES) == 0;
    *ret_missing = !is_here && !is_voided(load, id);
    return 0;
}

static int connect_parent(struct load *load, struct history_item *item, uint32_t which)
{
    const struct operation *id = &item->parents[which];
    int32_t at = item_at(load, id);
    if (at == NOTHING && load->has_reemitted) {
        at = item_reemitted(load, id, load->count);
    }
    item->parents_at[which] = at == NOTHING ? NOTHING : stand_in(load, at);
    if (at != NOTHING) {
        return 0;
    }
    bool missing = false;
    const int err = is_missing(load, id, &missing);
    item->is_stuck |= missing;
    return err;
}

static int connect_all(struct load *load)
{
    int err = 0;
    for (uint32_t i = 0; i < load->count && err == 0; i++) {
        struct history_item *item = &load->items[i];
        for (uint32_t p = 0; p < item->parents_count && !item->is_dropped && err == 0; p++) {
            err = connect_parent(load, item, p);
        }
    }
    return err;
}

/* ---- settle ---- */

/* By seq, those of branches that hold re-emitted items; the others are in order already. */
static void sort_sequence(struct load *load, uint32_t from)
{
    for (uint32_t i = from + 1; i < load->order_count; i++) {
        const uint16_t moving = load->order[i];
        uint32_t at = i;
        while (at > from && load->items[load->order[at - 1]].id.seq > load->items[moving].id.seq) {
            load->order[at] = load->order[at - 1];
            at--;
        }
        load->order[at] = moving;
    }
}

/* A branch of a log itself holds its items in order of place, re-emitted ones as waypoints; a
 * re-emitted branch holds its items by their original seq. */
static void make_sequence(struct load *load, uint32_t branch)
{
    const struct history_branch *about = &load->history->branches[branch];
    const uint32_t from = load->order_count;
    for (uint32_t i = 0; i < load->count; i++) {
        const struct history_item *item = &load->items[i];
        if (about->via != 0 ? item->is_reemitted && !item->is_dropped && item->branch == branch
                            : item->place.log == about->log) {
            load->order[load->order_count++] = (uint16_t)i;
        }
    }
    if (about->via != 0) {
        sort_sequence(load, from);
    }
    load->sequences[branch] = (struct sequence){.next = from, .end = load->order_count};
}

static void join(uint64_t to[ENTITY_LOGS_MAX], const uint64_t from[ENTITY_LOGS_MAX])
{
    for (uint32_t b = 0; b < ENTITY_LOGS_MAX; b++) {
        to[b] = from[b] > to[b] ? from[b] : to[b];
    }
}

/* Whether what builds on it need not wait; an event that commutes has seen nothing. */
static bool is_firm(const struct history_item *item)
{
    return item->is_settled || !item->is_causal;
}

static bool is_ready(const struct load *load, const struct history_item *item)
{
    for (uint32_t p = 0; p < item->parents_count; p++) {
        const int32_t at = item->parents_at[p];
        if (at != NOTHING && !is_firm(&load->items[at])) {
            return false;
        }
    }
    return !item->is_stuck;
}

/* Let @item, the next of its branch, have seen the branch's past and its parents'. */
static void settle_item(struct load *load, struct history_item *item)
{
    uint64_t *seen = load->history->branches[item->branch].seen;
    for (uint32_t p = 0; p < item->parents_count; p++) {
        if (item->parents_at[p] != NOTHING) {
            join(seen, load->items[item->parents_at[p]].saw);
        }
    }
    seen[item->branch] = item->id.seq;
    memcpy(item->saw, seen, sizeof item->saw);
    item->is_settled = true;
}

/* Go over a place where the log re-emitted something: from here on it has seen that. */
static bool pass_waypoint(struct load *load, uint32_t branch, uint32_t index)
{
    const int32_t at = stand_in(load, (int32_t)index);
    if (at == NOTHING) {
        return true;
    }
    if (!is_firm(&load->items[at])) {
        return false;
    }
    join(load->history->branches[branch].seen, load->items[at].saw);
    return true;
}

/* Before the first re-emitted event of a log comes what the log itself wrote before that: all of it
 * must be settled, and is seen. */
static bool pass_original(struct load *load, uint32_t branch, const struct history_item *item)
{
    struct history_branch *about = &load->history->branches[branch];
    const int32_t original = branch_at(load->history, about->log, 0);
    if (original == NOTHING) {
        return true;
    }
    const struct sequence *sequence = &load->sequences[original];
    if (sequence->next < sequence->end &&
        load->items[load->order[sequence->next]].place.seq < item->id.seq) {
        return false;
    }
    for (uint32_t i = 0; i < load->count; i++) {
        const struct history_item *earlier = &load->items[i];
        if (earlier->place.log == about->log && earlier->place.seq < item->id.seq &&
            !earlier->is_reemitted) {
            join(about->seen, earlier->saw);
        }
    }
    return true;
}

/* Settle the next item of @branch; false when it has to wait. */
static bool settle_next(struct load *load, uint32_t branch)
{
    const uint32_t index = load->order[load->sequences[branch].next];
    struct history_item *item = &load->items[index];
    if (load->history->branches[branch].via == 0 && item->is_reemitted) {
        return pass_waypoint(load, branch, index);
    }
    if (!item->is_causal) {
        return true;
    }
    if (!is_ready(load, item) || (item->is_reemitted && !pass_original(load, branch, item))) {
        return false;
    }
    settle_item(load, item);
    return true;
}

static void settle_all(struct load *load)
{
    const uint32_t count = load->history->branches_count;
    for (uint32_t b = 0; b < count; b++) {
        make_sequence(load, b);
    }
    bool has_moved = true;
    while (has_moved) {
        has_moved = false;
        for (uint32_t b = 0; b < count; b++) {
            struct sequence *sequence = &load->sequences[b];
            while (sequence->next < sequence->end && settle_next(load, b)) {
                sequence->next++;
                has_moved = true;
            }
        }
    }
}

/* ---- and out ---- */

static void give_item(struct history *history, const struct history_item *item)
{
    memcpy(history->saw[history->count], item->saw, sizeof item->saw);
    history->events[history->count++] = (struct history_event){
        .id = item->id,
        .branch = item->branch,
        .type = item->type,
        .t = item->t,
        .by = item->by,
        .body = item->body,
        .is_causal = item->is_causal,
    };
}

static void give_branch(struct load *load, uint32_t branch, uint32_t from)
{
    const bool is_own = load->history->branches[branch].via == 0;
    for (uint32_t o = from; o < load->sequences[branch].end; o++) {
        const struct history_item *item = &load->items[load->order[o]];
        if (is_own && item->is_reemitted) {
            continue;
        }
        /* A fact that commutes counts also behind an event that waits. */
        if (is_firm(item)) {
            give_item(load->history, item);
        } else {
            load->history->pending_count++;
        }
    }
}

static void give_all(struct load *load)
{
    uint32_t from = 0;
    for (uint32_t b = 0; b < load->history->branches_count; b++) {
        give_branch(load, b, from);
        from = load->sequences[b].end;
    }
}

int history_load(struct history *history, struct store_txn *txn, const struct roster *roster,
                 enum kind kind, const struct entity_id *entity)
{
    struct load load = {.history = history, .items = history->items, .txn = txn, .roster = roster};
    history_reset(history, kind, entity);
    int err = collect(&load);
    if (err == 0) {
        identify(&load);
        err = connect_all(&load);
    }
    if (err != 0) {
        history_reset(history, kind, entity);
        return err == ERR_IO ? ERR_IO : ERR_MALFORMED;
    }
    settle_all(&load);
    give_all(&load);
    return 0;
}
