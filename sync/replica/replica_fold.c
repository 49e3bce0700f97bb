/* replica_fold.c - what is dirty is marked and folded, the roster first. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/salvage.h"
#include "sync/replica/replica_state.h"

int replica_mark(struct replica *replica, struct store_txn *txn, uint32_t type,
                 const struct entity_id *entity, struct effects *out)
{
    const enum kind kind = kind_of_type(type);
    if (turn_mark(replica->turn, kind, entity)) {
        return 0;
    }
    int err = replica_fold(replica, txn, out);
    if (err == 0) {
        check(turn_mark(replica->turn, kind, entity));
    }
    return err;
}

int replica_salvages_read(struct replica *replica, int err)
{
    replica->scrub.is_wrong |= err == ERR_MALFORMED;
    return err == ERR_MALFORMED ? ERR_IO : err == ERR_NOT_FOUND ? 0 : err;
}

int replica_mark_salvaged(struct replica *replica, struct store_txn *txn, struct operation *from)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    int err = salvage_of_log(&cursor, txn, from, &row);
    if (err != 0) {
        return replica_salvages_read(replica, err);
    }
    while (err == 0) {
        bool is_marked =
            row.type == EVENT_NONE || turn_mark(replica->turn, kind_of_type(row.type), &row.entity);
        *from = row.id;
        err = is_marked ? salvage_row_next(&cursor, &row) : ERR_LIMIT;
    }
    salvage_cursor_close(&cursor);
    return replica_salvages_read(replica, err);
}

/* ERR_LIMIT. */
static int mark_carried(struct replica *replica, struct store_txn *txn,
                        const struct carried *carried)
{
    int err = 0;
    for (uint32_t i = 0; i < carried->count && err == 0; i++) {
        struct operation from = {.log = carried->from[i].log, .seq = carried->from[i].seq};
        err = replica_mark_salvaged(replica, txn, &from);
    }
    return err;
}

/* People may do other things than before, by which is judged too what they did on voided branches;
 * or a forked log came of which something was carried here before. */
static void add_all_salvaged(const struct replica *replica, struct carried *carried)
{
    const struct roster *before = replica->roster_before;
    const struct roster *after = &replica->roster;
    bool are_people_alike =
        before->people_count == after->people_count &&
        memcmp(before->people, after->people, after->people_count * sizeof after->people[0]) == 0;
    for (uint32_t i = 0; i < after->logs_count; i++) {
        const struct roster_log *log = &after->logs[i];
        bool is_touched = !are_people_alike || roster_log_find(before, log->id) == NULL;
        if (log->fork_seq != UINT64_MAX && is_touched) {
            carried_add(carried, after, log->id, 0);
        }
    }
}

/* The entity of one row of the journal is to be folded anew. ERR_LIMIT: the turn remembers no more.
 */
static int row_mark_entity(struct replica *replica, struct bytes row, struct carried *carried)
{
    struct event event;
    struct hash hash;
    struct bytes bytes;
    if (event_row_parse(row, &hash, &bytes) != 0 || event_decode(bytes, &event) != 0) {
        return 0; /* the disk spoilt it: its entity is folded when it is mended */
    }
    if (!turn_mark(replica->turn, kind_of_type(event.type), &event.entity)) {
        return ERR_LIMIT;
    }
    if (event.type == EVENT_SALVAGE) {
        carried_add_salvage(carried, &replica->roster, event.body);
    }
    return 0;
}

/* What of a log counts has changed: refold every entity it wrote to, and note what it carries. */
static int log_mark_entities(struct replica *replica, struct store_txn *txn, uint64_t log,
                             struct carried *carried)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    struct key first = key_event(log, 1);
    int err = store_cursor_open(txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &value);
    while (err == 0) {
        uint64_t of_log;
        uint64_t seq;
        if (key_event_parse(key, &of_log, &seq) != 0) {
            err = ERR_IO;
        } else if (of_log != log) {
            break;
        } else {
            err = row_mark_entity(replica, value, carried);
        }
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &value);
        }
    }
    store_cursor_close(&cursor);
    carried_add(carried, &replica->roster, log, 0);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* A fork that was not proven before: people are told at every device, whoever found it. */
static void alarm_fork(const struct replica *replica, const struct roster_log *log,
                       struct effects *out)
{
    const struct roster_log *before = roster_log_find(replica->roster_before, log->id);
    if (log->fork_seq != UINT64_MAX && (before == NULL || before->fork_seq == UINT64_MAX)) {
        effects_alarm(out, ALARM_FORK, log->id, log->fork_seq, log->device);
    }
}

/* More is made valid or void than a turn remembers: all is gone through, some of it in each turn
 * (replica_remake.c), so that none takes as long as a store is large. Until it came to a row, that
 * says what it did before: commands are judged by the journal (folder_history_get()), boards and
 * sums are behind. This turn's own events are folded now, and what does not wait. */
static int refold_begin(struct replica *replica, struct store_txn *txn)
{
    turn_forget_marks(replica->turn);
    return replica_remake_anew(replica, txn);
}

/* The roster is read anew, and the one before kept beside it. */
static int roster_read(struct replica *replica, struct store_txn *txn)
{
    roster_copy(replica->roster_before, &replica->roster);
    int err = roster_load_with(replica->verified, &replica->roster, txn, &replica->config.popup,
                               &replica->config.root);
    if (err == ERR_MALFORMED) {
        return ERR_IO; /* the store is damaged */
    }
    if (err == 0) {
        err = replica_salvage_note(replica, txn);
    }
    if (err == 0) {
        replica_voided_roster(replica);
    }
    return err;
}

/* Mark all that the new roster judges otherwise than the one before did. */
static int mark_changes(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    struct carried carried = {.count = 0};
    int err = 0;
    for (uint32_t i = 0; i < replica->roster.logs_count && err == 0; i++) {
        const struct roster_log *log = &replica->roster.logs[i];
        alarm_fork(replica, log, out);
        if (!roster_counts_alike(replica->roster_before, &replica->roster, log->id)) {
            err = log_mark_entities(replica, txn, log->id, &carried);
        }
    }
    add_all_salvaged(replica, &carried);
    if (err == 0) {
        err = mark_carried(replica, txn, &carried);
    }
    if (err == 0) {
        err = replica_mark_waiting(replica, txn);
    }
    return err == ERR_LIMIT ? refold_begin(replica, txn) : err;
}

/* The roster's events changed: fold it, and mark what that makes valid or void. */
static int roster_fold(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    int err = roster_read(replica, txn);
    out->is_roster_changed = true;
    if (err == 0) {
        err = mark_changes(replica, txn, out);
    }
    replica->is_fork_check_due = replica->is_salvage_due = true;
    if (err == 0) {
        err = replica_limits(replica, txn);
    }
    if (err == 0) {
        mesh_note_roster(&replica->mesh, &replica->roster, out);
    }
    return err;
}

/* A salvage is the roster's event and says nothing of it: what it carries was marked as it came. */
int replica_fold(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    int err = 0;
    if (turn_is_dirty_beside(replica->turn, &replica->roster_entity, EVENT_SALVAGE)) {
        err = roster_fold(replica, txn, out);
    }
    if (turn_is_dirty(replica->turn, &replica->popup_entity)) {
        replica->popup.is_known = false;
    }
    if (err == 0) {
        err = replica_voided_note(replica, txn);
    }
    if (err == 0) {
        err = turn_fold_all(replica->turn, txn, &replica->folder);
    }
    if (err == 0 && replica->remake.is_first_due) {
        err = replica_remake_first(replica, txn);
    }
    return err;
}

/* What the journals of another device may take by trading day @day: its allowance for each day, but
 * no more than its part of the store. */
static uint64_t allowance_by(const struct replica_config *config, uint64_t day)
{
    const uint64_t a_day = config->device_allowance_bytes;
    const uint64_t most = config->store_bytes == 0 ? UINT64_MAX : config->store_bytes / STORE_SHARE;
    const uint64_t days = day > 1 ? day : 1;
    return days > most / a_day ? most : days * a_day;
}

int replica_popup(struct replica *replica, struct store_txn *txn, struct popup_cache *ret_popup)
{
    if (!replica->popup.is_known) {
        struct popup popup;
        int err = history_get(replica->scratch, txn, KIND_POPUP, &replica->popup_entity);
        if (err == ERR_NOT_FOUND) {
            history_reset(replica->scratch, KIND_POPUP, &replica->popup_entity);
        } else if (err == ERR_MALFORMED) { /* the disk spoilt the row */
            err = history_load(replica->scratch, txn, &replica->roster, KIND_POPUP,
                               &replica->popup_entity);
        }
        if (err != 0 && err != ERR_NOT_FOUND) {
            return ERR_IO;
        }
        popup_derive(replica->scratch, &popup);
        replica->popup =
            (struct popup_cache){.is_known = true, .day = popup.day, .copies = popup.copies};
        mesh_set_limits(&replica->mesh, popup.copies, allowance_by(&replica->config, popup.day));
    }
    *ret_popup = replica->popup;
    return 0;
}
