/* Part of the replica: events that wait for a parent which a fork or a revocation voids.
 *
 * What is voided holds nothing up, also when it never came here. So when a log is cut off, not only
 * what it wrote changes: an event of another log that names a parent beyond the cut stops waiting,
 * in an entity of which the cut log may have no event in this store. What a salvage carries waits
 * just so. */
#include "sync/log/salvage.h"
#include "sync/replica/replica_state.h"

static bool is_cut(const struct roster_log *log)
{
    return log->fork_seq != UINT64_MAX || log->revoked_seq != UINT64_MAX;
}

/* Whether @log, of the present roster, is cut off elsewhere than it was, or was not known. */
static bool is_cut_anew(const struct roster *before, const struct roster_log *log)
{
    const struct roster_log *was = roster_log_find(before, log->id);
    if (was == NULL) {
        return is_cut(log);
    }
    return was->fork_seq != log->fork_seq || was->unrevoked_to != log->unrevoked_to;
}

static bool is_any_cut_anew(const struct replica *replica)
{
    for (uint32_t i = 0; i < replica->roster.logs_count; i++) {
        if (is_cut_anew(replica->roster_before, &replica->roster.logs[i])) {
            return true;
        }
    }
    return false;
}

static bool is_voided(const struct roster *roster, const struct operation *id)
{
    const enum verdict verdict = roster_judge(roster, id->log, id->seq, EVENT_LOG_CERT, 0);
    return verdict == VERDICT_FORKED || verdict == VERDICT_REVOKED;
}

/* Whether a parent of @event is voided now and was not, or the other way round. */
static bool is_parent_changed(const struct replica *replica, const struct event *event)
{
    for (uint32_t i = 0; i < event->parents_count; i++) {
        const struct operation *parent = &event->parents[i];
        if (is_voided(replica->roster_before, parent) != is_voided(&replica->roster, parent)) {
            return true;
        }
    }
    return false;
}

static bool mark_event(struct replica *replica, const struct event *event)
{
    if (!is_parent_changed(replica, event)) {
        return true;
    }
    return turn_mark(replica->turn, kind_of_type(event->type), &event->entity);
}

static bool mark_elements(struct replica *replica, struct bytes salvage_body)
{
    struct salvage salvage;
    struct salvaged element;
    struct event event;
    struct reader reader;
    bool has_room = true;
    if (salvage_decode(salvage_body, &salvage) != 0) {
        return true; /* it carries nothing */
    }
    reader_init(&reader, salvage.list);
    while (has_room && salvage_next(&reader, &element)) {
        if (element.event.size > 0 && event_decode(element.event, &event) == 0) {
            has_room = mark_event(replica, &event);
        }
    }
    return has_room;
}

static bool mark_row(struct replica *replica, struct bytes row)
{
    struct event event;
    struct hash hash;
    struct bytes bytes;
    if (event_row_parse(row, &hash, &bytes) != 0 || event_decode(bytes, &event) != 0) {
        return true; /* one that the disk spoilt is folded when it is mended */
    }
    return event.type == EVENT_SALVAGE ? mark_elements(replica, event.body)
                                       : mark_event(replica, &event);
}

/* Goes over the whole journal, as nothing indexes parents: logs are cut off rarely. */
int replica_mark_waiting(struct replica *replica, struct store_txn *txn)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    const struct key first = key_event(0, 0);
    if (!is_any_cut_anew(replica)) {
        return 0;
    }
    int err = store_cursor_open(txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &value);
    while (err == 0) {
        err = mark_row(replica, value) ? store_cursor_next(&cursor, &key, &value) : ERR_LIMIT;
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}
