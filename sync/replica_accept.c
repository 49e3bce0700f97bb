/* replica_accept.c - events from peers: verified, stored verbatim, remembered for the fold.
 *
 * Nothing in a contiguous log is refused for its meaning: what its writer had no right to is
 * stored, relayed and void.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/replica_state.h"

/* The events of the frame, as a run. */
static int run_of_message(const struct events *events, struct run *run)
{
    struct reader reader;
    run->log = events->log;
    run->first_seq = events->first_seq;
    run->count = events->count;
    run->signature = events->signature;
    reader_init(&reader, events->list);
    for (uint32_t i = 0; i < events->count; i++)
        run->events[i].bytes = read_bin(&reader, 1, EVENT_SALVAGE_BYTES_MAX);
    return reader_finish(&reader);
}

/* The head of a log that is new here, from its first event, whose certificate must lead to the
 * root. */
static int head_of_new_log(const struct replica *replica, const struct run *run,
                           struct log_head *ret_head)
{
    struct event event;
    struct log_open open;
    if (run->first_seq != 1)
        return ERR_GAP;
    int err = event_decode(run->events[0].bytes, &event);
    if (err == 0 && event.type != EVENT_LOG_OPEN)
        err = ERR_MALFORMED;
    if (err == 0)
        err = log_open_verify(event.body, &replica->config.popup, &replica->config.root, &open);
    if (err == 0 && id64_of_key(&open.log_key) != run->log)
        err = ERR_MISMATCH;
    if (err == 0)
        log_head_init(ret_head, &replica->config.popup, &open.log_key,
                      id64_of_key(&open.certificate.device_key), open.incarnation);
    return err;
}

/* A log may grow by its allowance on each trading day; beyond that it is no longer fetched. */
static bool is_within_allowance(struct replica *replica, const struct log_head *head, size_t more)
{
    uint64_t days = replica->popup.is_known && replica->popup.day > 1 ? replica->popup.day : 1;
    return head->bytes + more <= replica->config.log_allowance_bytes * days;
}

/* Make room in the turn's memory; seals what was taken so far within the same transaction. */
static int turn_make_room(struct replica *replica, struct store_txn *txn, const struct run *run,
                          struct effects *out)
{
    size_t size = 0;
    for (uint32_t i = 0; i < run->count; i++)
        size += run->events[i].bytes.size;
    bool has_room = turn_has_room(replica->turn, size) &&
                    replica->turn->events_count + run->count < TURN_EVENTS_MAX &&
                    replica->turn->entities_count + run->count < TURN_ENTITIES_MAX;
    return has_room ? 0 : replica_fold(replica, txn, out);
}

static void turn_take(struct replica *replica, const struct run *run)
{
    for (uint32_t i = 0; i < run->count; i++) {
        const struct run_event *event = &run->events[i];
        struct operation id = {.log = run->log, .seq = run->first_seq + i};
        memcpy(id.hash, event->hash.bytes, OPERATION_HASH_BYTES);
        turn_add(replica->turn, &id, event->type, &event->entity, event->bytes);
    }
}

/* Store a verified run. The own log coming back from a peer means that this device forgot a part of
 * it. */
static int run_take(struct replica *replica, struct store_txn *txn, const struct run *run,
                    const struct log_head *head, int32_t slot, struct effects *out)
{
    int err = turn_make_room(replica, txn, run, out);
    if (err == 0)
        err = run_store(txn, run, head);
    if (err == 0 && slot == SLOT_NONE) {
        err = vector_add(&replica->vector, head, &slot);
        if (err == 0)
            mesh_note_slot(&replica->mesh, (uint32_t)slot);
    }
    if (err != 0)
        return err;
    replica->vector.heads[slot] = *head;
    replica->is_turn_written = true;
    turn_take(replica, run);
    if (roster_awaits(&replica->roster, run->log, run->first_seq, run_last_seq(run)))
        check(turn_mark(replica->turn, KIND_ROSTER, &replica->roster_entity));
    if (run->log == replica->log) {
        replica->is_log_lost = out->is_new_log_needed = true;
        effects_alarm(out, ALARM_AMNESIA, run->log, run_last_seq(run), replica->device);
    }
    return 0;
}

/* What a refused EVENTS means. Only errors of our own store end the turn. */
static int refusal_take(struct replica *replica, uint32_t link, int32_t slot,
                        const struct events *events, int refusal, struct effects *out)
{
    struct mesh *mesh = &replica->mesh;
    uint64_t device = mesh->links[link].device;
    switch (refusal) {
    case ERR_IO:
    case ERR_FULL:
        return refusal;
    case ERR_EXISTS:
        return 0; /* not looked at: what the peer holds, its next status says with a hash */
    case ERR_GAP:
        if (slot != SLOT_NONE)
            mesh_note_gap(mesh, link, (uint32_t)slot);
        return 0;
    case ERR_TOO_MANY:
        effects_alarm(out, ALARM_LOGS_FULL, events->log, events->first_seq, device);
        return 0;
    case ERR_LIMIT:
        effects_alarm(out, ALARM_ALLOWANCE, events->log, events->first_seq, device);
        break;
    default:
        effects_alarm(out, ALARM_BAD_EVENTS, events->log, events->first_seq, device);
        break;
    }
    if (slot != SLOT_NONE)
        mesh_note_bad(mesh, link, (uint32_t)slot);
    else
        mesh_close(mesh, link, BYE_PROTOCOL, out); /* it made up a log */
    return 0;
}

/* Verify and store the run of @events; the slot it went to. */
static int events_take(struct replica *replica, struct store_txn *txn, const struct events *events,
                       int32_t *slot, struct effects *out)
{
    struct run *run = replica->run;
    struct log_head new_head;
    struct log_head after;
    int err = run_of_message(events, run);
    if (err != 0)
        return err;
    const struct log_head *head = &new_head;
    if (*slot != SLOT_NONE)
        head = &replica->vector.heads[*slot];
    else if ((err = head_of_new_log(replica, run, &new_head)) != 0)
        return err;
    if (replica->vector.count == LOGS_MAX && *slot == SLOT_NONE)
        return ERR_TOO_MANY;
    if (!is_within_allowance(replica, head, events->list.size))
        return ERR_LIMIT;
    err = run_verify(run, &replica->config.popup, head, &after);
    if (err == 0)
        err = run_take(replica, txn, run, &after, *slot, out);
    *slot = vector_find(&replica->vector, events->log);
    return err;
}

/* Beyond a revocation or a proven fork nothing is taken in any more. */
static bool is_closed(const struct replica *replica, const struct events *events)
{
    const struct roster_log *log = roster_log_find(&replica->roster, events->log);
    return log != NULL &&
           (events->first_seq > log->revoked_seq || events->first_seq >= log->fork_seq);
}

int replica_accept(struct replica *replica, struct store_txn *txn, uint32_t link, size_t frame_size,
                   struct moment now, struct effects *out)
{
    const struct events *events = &replica->mesh.message.events;
    int32_t slot = vector_find(&replica->vector, events->log);
    mesh_note_frame(&replica->mesh, link, slot, events->is_live, frame_size, now);
    if (is_closed(replica, events))
        return 0;
    int err = events_take(replica, txn, events, &slot, out);
    if (err != 0)
        return refusal_take(replica, link, slot, events, err, out);
    mesh_note_taken(&replica->mesh, link, (uint32_t)slot, events->first_seq + events->count - 1,
                    events->is_live, now);
    return 0;
}
