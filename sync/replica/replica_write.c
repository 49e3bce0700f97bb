/* replica_write.c - what is written to the own log: single events, and all that a command comes to.
 */
#include "sync/base/check.h"
#include "sync/replica/replica_state.h"

enum {
    T_AHEAD_MAX_MS = 60000, /* how far a remote clock may pull ours along */
    ENVELOPE_BYTES_MAX =
        512, /* an event without its body: PARENTS_MAX operations of 38 bytes, and ids */
};

/* --- one event --- */

struct log_head *replica_own_head(struct replica *replica)
{
    int32_t slot = vector_find(&replica->vector, replica->log);
    check(slot != SLOT_NONE);
    return &replica->vector.heads[slot];
}

int replica_sign(struct replica *replica, struct store_txn *txn)
{
    struct log_head *head = replica_own_head(replica);
    if (head->signed_seq == head->seq) {
        return 0;
    }
    replica->mesh.is_mark_dirty[head - replica->vector.heads] = true;
    return log_sign(txn, head, &replica->config.popup, replica->config.log_secret);
}

/* Whether the own log may say that next. */
static bool may_append(struct replica *replica, const struct event *event)
{
    const struct log_head *head = replica_own_head(replica);
    return head->seq == 0 || /* the roster does not know this log before its first event */
           roster_permits(&replica->roster, replica->log, head->seq + 1, event->type, event->by);
}

int replica_append(struct replica *replica, struct store_txn *txn, const struct event *event,
                   struct effects *out)
{
    struct bytes bytes;
    struct log_head *head = replica_own_head(replica);
    int err = event_encode(event, replica->event_data, EVENT_SALVAGE_BYTES_MAX, &bytes);
    if (err == 0 && !turn_has_room(replica->turn, bytes.size)) {
        err = replica_fold(replica, txn, out); /* peers filled the turn */
    }
    if (err == 0 && !may_append(replica, event)) {
        err = ERR_FORBIDDEN;
    }
    if (err == 0) {
        err = log_append(txn, head, bytes);
    }
    if (err == ERR_LIMIT) { /* the run is full */
        err = replica_sign(replica, txn);
        if (err == 0) {
            err = log_append(txn, head, bytes);
        }
    }
    if (err != 0) {
        return err;
    }
    struct operation id = log_head_operation(head);
    replica->is_turn_written = true;
    turn_add(replica->turn, &id, event->type, &event->entity, bytes);
    return 0;
}

/* --- the events of a command --- */

/* The clock reading for a new event: never behind what it has seen, unless that
 * is far ahead of our own clock. */
static uint64_t t_of(const struct history *history, uint64_t now_t)
{
    uint64_t t = now_t;
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->events[i].t > t && history->events[i].t <= now_t + T_AHEAD_MAX_MS) {
            t = history->events[i].t;
        }
    }
    return t;
}

static int history_read(struct replica *replica, struct store_txn *txn, enum kind kind,
                        const struct entity_id *entity)
{
    int err = folder_history_get(&replica->folder, replica->history, txn, kind, entity);
    if (err == ERR_NOT_FOUND) {
        history_reset(replica->history, kind, entity);
        return 0;
    }
    return err == ERR_MALFORMED ? ERR_IO : err;
}

/* Begin an event on @entity: the parents of its first causal one, its clock
 * reading. */
static int event_begin(struct replica *replica, struct store_txn *txn, enum kind kind,
                       const struct entity_id *entity, uint64_t now_t, struct event *event)
{
    event->entity = *entity;
    event->parents_count = 0;
    event->t = now_t;
    if (entity_is_tally(kind)) {
        return 0;
    }
    int err = history_read(replica, txn, kind, entity);
    if (err == 0) {
        err =
            history_parents(replica->history, replica->log, event->parents, &event->parents_count);
    }
    event->t = t_of(replica->history, now_t);
    return err;
}

/* What the till re-emits keeps what it had seen, which is named by identities;
 * the event before it in its log was implied and is named now. Its clock
 * reading stays. */
static int event_again(struct store_txn *txn, const struct till_event *wanted, struct event *event)
{
    struct operation id;
    const uint64_t by = event->by;
    if (event_read(txn, wanted->again.log, wanted->again.seq, &id, event) != 0) {
        return ERR_IO;
    }
    event->by = by;
    event->was = event->is_reemitted ? event->was : wanted->again;
    event->is_reemitted = true;
    if (!event_info_find(event->type)->is_causal) {
        event->parents_count = 0;
    } else if (wanted->again_after.log != 0 && event->parents_count < PARENTS_MAX) {
        event->parents[event->parents_count++] = wanted->again_after;
    }
    event->body = wanted->body; /* what is borrowed does not outlive a put */
    return 0;
}

static int reemit(struct replica *replica, struct store_txn *txn, const struct till_event *wanted,
                  uint64_t by, struct effects *out)
{
    struct event event = {.by = by};
    int err = event_again(txn, wanted, &event);
    return err == 0 ? replica_append(replica, txn, &event, out) : err;
}

/* The first causal event of an entity names what the own log has not seen of it yet; those after it
 * have seen that through it. */
int replica_events_append(struct replica *replica, struct store_txn *txn,
                          const struct till_result *result, const struct command *command,
                          uint64_t now_t, struct effects *out)
{
    struct event event = {.by = command->principal.staff};
    uint32_t parents_count = 0;
    int err = 0;
    for (uint32_t i = 0; i < result->events_count && err == 0; i++) {
        const struct till_event *wanted = &result->events[i];
        const struct event_info *info = event_info_find(wanted->type);
        if (wanted->again.log != 0) {
            err = reemit(replica, txn, wanted, event.by, out);
            check(err == 0 || err == ERR_IO || err == ERR_FULL);
            continue;
        }
        if (i == 0 || !entity_id_equal(&wanted->entity, &event.entity)) {
            err = event_begin(replica, txn, info->kind, &wanted->entity, now_t, &event);
            if (err != 0) {
                return err;
            }
            parents_count = event.parents_count;
        }
        event.type = wanted->type;
        event.body = wanted->body;
        event.parents_count = info->is_causal ? parents_count : 0;
        if (info->is_causal) {
            parents_count = 0;
        }
        err = replica_append(replica, txn, &event, out);
        check(err == 0 || err == ERR_IO || err == ERR_FULL); /* events_check() has seen the rest: no
                                                                command by halves */
    }
    return err;
}

int replica_events_check(const struct replica *replica, const struct till_result *result,
                         const struct command *command)
{
    int32_t slot = vector_find(&replica->vector, replica->log);
    uint64_t seq = replica->vector.heads[slot].seq;
    for (uint32_t i = 0; i < result->events_count; i++) {
        if (!roster_permits(&replica->roster, replica->log, seq + 1 + i, result->events[i].type,
                            command->principal.staff)) {
            return ERR_FORBIDDEN;
        }
        if (result->events[i].body.size > EVENT_BYTES_MAX - ENVELOPE_BYTES_MAX) {
            return ERR_TOO_LARGE;
        }
    }
    return 0;
}

int replica_events_make_room(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    const struct turn *turn = replica->turn;
    bool has_room = turn_has_room(turn, TILL_BODY_BYTES_MAX + TILL_EVENTS_MAX * 512u) &&
                    turn->events_count + TILL_EVENTS_MAX <= TURN_EVENTS_MAX;
    return has_room ? 0 : replica_fold(replica, txn, out);
}
