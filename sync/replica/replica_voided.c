/* replica_voided.c - orders that lost something by a revocation, listed until a manager has
 * decided.
 *
 * What a revocation voids is not replicated, so the list is a view of what this device holds, made
 * from the store whenever the roster voids other events than before and kept in line as orders
 * change. It is bounded: a thief may sign rubbish by the gigabyte, and what was sold comes before
 * that.
 */
#include <string.h>

#include "sync/domain/voided.h"
#include "sync/replica/replica_state.h"

enum { VOIDED_SCAN_MAX = 16384 }; /* events of one look through all that is voided */

/* --- which orders to look at --- */

static bool is_revoked(const struct roster_log *log)
{
    return log->unrevoked_to != UINT64_MAX;
}

static bool is_anything_revoked(const struct roster *roster)
{
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        if (is_revoked(&roster->logs[i])) {
            return true;
        }
    }
    return false;
}

/* Whether the same of @log is voided as before; one that is new may have had events here. */
static bool is_voided_alike(const struct replica *replica, const struct roster_log *log)
{
    const struct roster_log *before = roster_log_find(replica->roster_before, log->id);
    if (before == NULL) {
        return false;
    }
    return (!is_revoked(before) && !is_revoked(log)) ||
           roster_counts_alike(replica->roster_before, &replica->roster, log->id);
}

void replica_voided_roster(struct replica *replica)
{
    const struct roster *roster = &replica->roster;
    bool is_due = roster->logs_count != replica->roster_before->logs_count;
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        is_due |= !is_voided_alike(replica, &roster->logs[i]);
    }
    replica->voided.is_due |= is_due;
}

static void candidate_add(struct voided_list *list, const struct entity_id *id)
{
    if (list->candidates_count == VOIDED_CANDIDATES_MAX) {
        list->is_cut_short = true;
    } else {
        list->candidates[list->candidates_count++] = *id;
    }
}

int replica_voided_note(struct replica *replica, struct store_txn *txn)
{
    const struct turn *turn = replica->turn;
    int err = 0;
    if (replica->voided.is_due || !is_anything_revoked(&replica->roster)) {
        return 0;
    }
    for (uint32_t i = 0; i < turn->entities_count && err == 0; i++) {
        const struct turn_entity *entity = &turn->entities[i];
        bool is_any = false;
        if ((entity->kinds & kind_bit(KIND_ORDER)) == 0) {
            continue;
        }
        err = voided_any(txn, &replica->roster, &entity->id, &is_any);
        if (err == 0 && is_any) {
            candidate_add(&replica->voided, &entity->id);
        }
    }
    return err == ERR_MALFORMED ? ERR_IO : err;
}

/* Whether the event (@log, @seq) of @entity is the first of its log from @from on: so that an order
 * is looked at once, however many events it has. */
static int is_first_of_entity(struct store_txn *txn, const struct entity_id *entity, uint64_t log,
                              uint64_t from, uint64_t seq, bool *ret_is)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    const struct key first = key_entity_event(entity, log, from);
    const struct key own = key_entity_event(entity, log, seq);
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &value);
    *ret_is = err == 0 && bytes_equal(key, key_bytes(&own));
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int scan_event(struct replica *replica, struct store_txn *txn, struct bytes row,
                      uint64_t log, uint64_t from, uint64_t seq)
{
    struct hash hash;
    struct bytes bytes;
    struct event event;
    bool is_first = false;
    if (event_row_parse(row, &hash, &bytes) != 0 || event_decode(bytes, &event) != 0) {
        return 0; /* the disk spoilt it */
    }
    if (kind_of_type(event.type) != KIND_ORDER) {
        return 0;
    }
    int err = is_first_of_entity(txn, &event.entity, log, from, seq, &is_first);
    if (err == 0 && is_first) {
        candidate_add(&replica->voided, &event.entity);
    }
    return err;
}

static int scan_log(struct replica *replica, struct store_txn *txn, const struct roster_log *log,
                    uint32_t *budget)
{
    const uint64_t from = roster_voided_from(log);
    const struct key first = key_event(log->id, from);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    int err = store_cursor_open(txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &row);
    while (err == 0) {
        uint64_t of_log;
        uint64_t seq;
        if (key_event_parse(key, &of_log, &seq) != 0) {
            err = ERR_IO;
            break;
        }
        if (of_log != log->id || *budget == 0) {
            replica->voided.is_cut_short |= of_log == log->id;
            break;
        }
        --*budget;
        err = scan_event(replica, txn, row, log->id, from, seq);
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int scan_all(struct replica *replica, struct store_txn *txn)
{
    const struct roster *roster = &replica->roster;
    uint32_t budget = VOIDED_SCAN_MAX;
    int err = 0;
    replica->voided = (struct voided_list){.is_due = false};
    for (uint32_t i = 0; i < roster->logs_count && err == 0; i++) {
        if (is_revoked(&roster->logs[i])) {
            err = scan_log(replica, txn, &roster->logs[i], &budget);
        }
    }
    return err;
}

/* --- looking at an order --- */

/* The roster as if nobody were revoked, in replica->roster_before, and what this device holds of
 * their logs were all there is of them. */
static void roster_without_revocations(struct replica *replica)
{
    struct roster *roster = replica->roster_before;
    roster_copy(roster, &replica->roster);
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        struct roster_log *log = &roster->logs[i];
        if (is_revoked(log)) {
            log->revoked_seq = log->unrevoked_to = log->fork_seq = UINT64_MAX;
            log->revocations_count = 0;
            log->is_revoked_crowded = log->is_revoked_unnamed = false;
        }
    }
}

static int history_read(struct replica *replica, struct store_txn *txn, const struct entity_id *id)
{
    int err = history_get(replica->history, txn, KIND_ORDER, id);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    history_reset(replica->history, KIND_ORDER, id);
    return 0;
}

/* @to is empty, and has room for every name that an event may hold. */
static void name_keep(char *to, struct bytes name)
{
    if (name.size > 0) {
        memcpy(to, name.data, name.size);
    }
}

/* The active lines: how many, and the first of them. */
static void describe_lines(const struct order *order, struct voided_order *row)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        if (!line->is_active) {
            continue;
        }
        row->lines++;
        if (row->shown_count == VOIDED_LINES_SHOWN_MAX) {
            continue;
        }
        struct voided_line *shown = &row->shown[row->shown_count++];
        shown->quantity = line->quantity;
        name_keep(shown->name, line->name);
    }
}

/* What the order would be with all that was voided; false when nobody ever gave it a number. */
static int describe(struct replica *replica, struct store_txn *txn, struct voided_order *row,
                    bool *ret_is_numbered)
{
    const struct order *order = replica->order;
    int err = history_load(replica->history, txn, replica->roster_before, KIND_ORDER, &row->id);
    if (err != 0) {
        return err;
    }
    order_derive(replica->history, replica->order);
    *ret_is_numbered = order->numbers_count > 0;
    if (!*ret_is_numbered) {
        return 0;
    }
    memcpy(row->lane, order->numbers[0].lane.data, order->numbers[0].lane.size);
    row->number = order->numbers[0].number;
    name_keep(row->name, order->name);
    row->has_name_blob = order->has_name_blob;
    row->name_blob = order->name_blob;
    row->opened_t = order->opened_t;
    row->total_minor = order->total_minor;
    describe_lines(order, row);
    return 0;
}

/* The row of @id, or none that anybody has to decide on: events = 0. */
static int order_look(struct replica *replica, struct store_txn *txn, const struct entity_id *id,
                      struct voided_order *ret_row)
{
    struct voided voided;
    bool is_numbered = false;
    *ret_row = (struct voided_order){.id = *id};
    int err = history_read(replica, txn, id);
    if (err == 0) {
        err = voided_load(txn, &replica->roster, replica->history, &voided);
    }
    for (uint32_t i = 0; err == 0 && i < voided.count; i++) {
        if (!voided_is_open(&voided.events[i])) {
            continue;
        }
        const uint64_t log = voided.events[i].place.log; /* known: it was revoked */
        ret_row->device = roster_log_find(&replica->roster, log)->device;
        ret_row->events++;
    }
    if (err == 0 && ret_row->events > 0) {
        err = describe(replica, txn, ret_row, &is_numbered);
    }
    if (!is_numbered) {
        ret_row->events = 0;
    }
    return err;
}

/* --- the list --- */

static void list_remove(struct voided_list *list, uint32_t at)
{
    list->count--;
    memmove(&list->orders[at], &list->orders[at + 1], (list->count - at) * sizeof list->orders[0]);
    list->is_due |= list->is_cut_short; /* another has room now */
}

static void list_insert(struct voided_list *list, uint32_t at, const struct voided_order *row)
{
    if (list->count == VOIDED_ORDERS_MAX) {
        list->is_cut_short = true;
        if (at == list->count) {
            return;
        }
        list->count--;
    }
    memmove(&list->orders[at + 1], &list->orders[at], (list->count - at) * sizeof list->orders[0]);
    list->orders[at] = *row;
    list->count++;
}

static void list_put(struct voided_list *list, const struct voided_order *row)
{
    uint32_t at = 0;
    int difference = -1;
    while (at < list->count &&
           (difference = memcmp(&list->orders[at].id, &row->id, sizeof row->id)) < 0) {
        at++;
    }
    const bool is_there = at < list->count && difference == 0;
    if (is_there && row->events > 0) {
        list->orders[at] = *row;
    } else if (is_there) {
        list_remove(list, at);
    } else if (row->events > 0) {
        list_insert(list, at, row);
    }
}

int replica_voided_seal(struct replica *replica, struct store_txn *txn)
{
    struct voided_list *list = &replica->voided;
    int err = list->is_due ? scan_all(replica, txn) : 0;
    if (list->candidates_count > 0) {
        roster_without_revocations(replica);
    }
    for (uint32_t i = 0; i < list->candidates_count && err == 0; i++) {
        struct voided_order row;
        err = order_look(replica, txn, &list->candidates[i], &row);
        if (err == 0) {
            list_put(list, &row);
        }
    }
    list->candidates_count = 0;
    return err == ERR_MALFORMED ? ERR_IO : err;
}

bool replica_voided_at(const struct replica *replica, uint32_t at, struct voided_order *ret_order)
{
    if (at >= replica->voided.count) {
        return false;
    }
    *ret_order = replica->voided.orders[at];
    return true;
}
