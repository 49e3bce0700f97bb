/* replica_accept.c - events from peers: verified, stored verbatim, remembered for the fold.
 *
 * Nothing in a contiguous log is refused for its meaning: what its writer had no right to is
 * stored, relayed and void.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/opaque.h"
#include "sync/replica/replica_state.h"

/* The events of the frame, as a run. */
int replica_run_of_message(struct replica *replica)
{
    const struct events *events = &replica->mesh.message.events;
    struct run *run = replica->run;
    struct reader reader;
    run->log = events->log;
    run->first_seq = events->first_seq;
    run->count = events->count;
    run->signature = events->signature;
    reader_init(&reader, events->list);
    for (uint32_t i = 0; i < events->count; i++) {
        run->events[i].bytes = read_bin(&reader, 1, EVENT_SALVAGE_BYTES_MAX);
    }
    return reader_finish(&reader);
}

/* The head of a log that is new here. */
static int head_of_new_log(const struct replica *replica, const struct run *run,
                           struct log_head *ret_head)
{
    return run->first_seq == 1
               ? replica_head_of_opening(replica, run->log, run->events[0].bytes, ret_head)
               : ERR_GAP;
}

/* Make room in the turn's memory; seals what was taken so far within the same transaction. */
static int turn_make_room(struct replica *replica, struct store_txn *txn, const struct run *run,
                          struct effects *out)
{
    size_t size = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        size += run->events[i].bytes.size;
    }
    bool has_room = turn_has_room(replica->turn, size) &&
                    replica->turn->events_count + run->count < TURN_EVENTS_MAX &&
                    replica->turn->entities_count + run->count < TURN_ENTITIES_MAX;
    return has_room ? 0 : replica_fold(replica, txn, out);
}

static int turn_take(struct replica *replica, struct store_txn *txn, const struct run *run,
                     struct effects *out)
{
    for (uint32_t i = 0; i < run->count; i++) {
        const struct run_event *event = &run->events[i];
        struct operation id = {.log = run->log, .seq = run->first_seq + i};
        memcpy(id.hash, event->hash.bytes, OPERATION_HASH_BYTES);
        turn_add(replica->turn, &id, event->type, &event->entity, event->bytes);
    }
    return replica_salvage_mark_run(replica, txn, run, out);
}

/* Peers hold more of the own log than this device: it forgot a part of it, and must write nothing
 * more under it, also after a restart. */
static int own_log_lose(struct replica *replica, struct store_txn *txn, uint64_t seq,
                        struct effects *out)
{
    effects_alarm(out, ALARM_AMNESIA, replica->log, seq, replica->device);
    replica->is_log_lost = true;
    return replica_keep_lost(txn, replica->log);
}

/* Mark to be folded again what waited for events of @run: what others carry of the log, which
 * forked among them, and a revocation that names one. */
static int mark_awaiting(struct replica *replica, struct store_txn *txn, const struct run *run,
                         struct effects *out)
{
    const struct roster_log *forked = roster_log_find(&replica->roster, run->log);
    int err = 0;
    if (forked != NULL && forked->fork_seq - 1 <= run_last_seq(run)) { /* it begins before that */
        err = replica_salvage_mark_log(replica, txn, run->log, 0, out);
    }
    if (err == 0 && roster_awaits(&replica->roster, run->log, run->first_seq, run_last_seq(run))) {
        err = replica_mark(replica, txn, EVENT_LOG_REVOKE, &replica->roster_entity, out);
    }
    return err;
}

/* Store a verified run. ERR_IO, ERR_FULL. */
static int run_take(struct replica *replica, struct store_txn *txn, const struct run *run,
                    const struct log_head *head, int32_t slot, struct effects *out)
{
    struct mesh *mesh = &replica->mesh;
    int err = turn_make_room(replica, txn, run, out);
    if (err == 0) {
        err = run_store(txn, run, head);
    }
    if (err == 0) {
        err = opaque_note(txn, run);
    }
    if (err != 0) {
        return err == ERR_FULL ? ERR_FULL : ERR_IO;
    }
    if (slot == SLOT_NONE) {
        err = vector_add(&replica->vector, head, &slot);
        check(err == 0); /* new_log_check() has seen that there is room */
        mesh_note_slot(mesh, (uint32_t)slot);
    }
    replica->vector.heads[slot] = *head;
    replica->is_turn_written = true;
    err = turn_take(replica, txn, run, out);
    if (err == 0 && head->seq > replica->vector.limits[slot].seq) {
        err = replica_limits(replica, txn);
    }
    if (err == 0) {
        err = mark_awaiting(replica, txn, run, out);
    }
    if (err != 0) {
        return err;
    }
    if (!mesh_may_grow(mesh, head)) { /* it might before */
        effects_alarm(out, ALARM_ALLOWANCE, head->log, head->seq, head->device);
    }
    return run->log == replica->log ? own_log_lose(replica, txn, head->seq, out) : 0;
}

/* What a refused EVENTS means. */
static void refusal_take(struct replica *replica, uint32_t link, int32_t slot,
                         const struct events *events, int refusal, struct effects *out)
{
    struct mesh *mesh = &replica->mesh;
    uint64_t device = mesh->links[link].device;
    switch (refusal) {
    case ERR_EXISTS:
        break; /* not looked at: what the peer holds, its next status says with a hash */
    case ERR_GAP:
        if (slot != SLOT_NONE) {
            mesh_note_gap(mesh, link, (uint32_t)slot, events->first_seq + events->count - 1,
                          events->is_live);
        }
        break;
    case ERR_LIMIT:
        effects_alarm(out, ALARM_LOGS_FULL, events->log, events->first_seq, device);
        mesh_note_refused(mesh, link, events->log);
        break;
    case ERR_FULL: /* alarmed when the allowance was used up */
        mesh_note_refused(mesh, link, events->log);
        break;
    default:
        effects_alarm(out, ALARM_BAD_EVENTS, events->log, events->first_seq, device);
        if (slot != SLOT_NONE) {
            mesh_note_bad(mesh, link, (uint32_t)slot);
        } else {
            mesh_close(mesh, link, BYE_PROTOCOL, out); /* it made up a log */
        }
        break;
    }
}

/* Whether there is room for another log of that device: one that opens logs without end must not
 * use up what all share. ERR_LIMIT. */
static int new_log_check(const struct vector *vector, uint64_t device)
{
    uint32_t logs = 0;
    for (uint32_t slot = 0; slot < vector->count; slot++) {
        logs += vector->heads[slot].device == device ? 1 : 0;
    }
    return logs >= DEVICE_LOGS_MAX || vector->count == LOGS_MAX ? ERR_LIMIT : 0;
}

/* Check the run of the message, filled into replica->run; the head that it continues is in @slot,
 * or it is the first of a log that is new here. Returns 0 and the head after it, or what
 * run_verify() says, or ERR_LIMIT when it is one log too many, ERR_FULL when its device's allowance
 * is used up. */
static int run_judge(struct replica *replica, int32_t slot, struct log_head *ret_head)
{
    struct run *run = replica->run;
    struct log_head head;
    int err = 0;
    check(replica_run_of_message(replica) == 0); /* message_decode() has read it */
    if (slot != SLOT_NONE) {
        head = replica->vector.heads[slot];
    } else {
        err = head_of_new_log(replica, run, &head);
        if (err == 0) {
            err = new_log_check(&replica->vector, head.device);
        }
    }
    if (err == 0 && !mesh_may_grow(&replica->mesh, &head)) {
        err = ERR_FULL;
    }
    return err != 0 ? err : run_verify(run, &replica->config.popup, &head, ret_head);
}

/* Beyond a revocation or a proven fork nothing is taken in any more. */
static bool is_beyond(const struct replica *replica, int32_t slot, const struct events *events)
{
    return slot != SLOT_NONE && events->first_seq > replica->vector.limits[slot].seq;
}

/* Nor from a peer whose events of that log did not verify. */
static bool is_closed(const struct replica *replica, uint32_t link, int32_t slot)
{
    return slot != SLOT_NONE && replica->mesh.links[link].is_bad[slot];
}

int replica_accept(struct replica *replica, struct store_txn *txn, uint32_t link, size_t frame_size,
                   struct moment now, struct effects *out)
{
    const struct events *events = &replica->mesh.message.events;
    int32_t slot = vector_find(&replica->vector, events->log);
    struct log_head after;
    mesh_note_frame(&replica->mesh, link, events->is_live, frame_size, now);
    if (replica_repair_awaits(replica, link, events)) {
        return replica_repair_take(replica, txn, link, out);
    }
    if (replica->mesh.is_store_low && events->log != replica->log) {
        return 0; /* its peers keep it */
    }
    if (is_closed(replica, link, slot)) {
        return 0;
    }
    if (is_beyond(replica, slot, events)) {
        return replica_fork_overhear(replica, txn, link, (uint32_t)slot, out);
    }
    int refusal = run_judge(replica, slot, &after);
    if (refusal != 0) {
        refusal_take(replica, link, slot, events, refusal, out);
        return 0;
    }
    int err = run_take(replica, txn, replica->run, &after, slot, out);
    if (err != 0) {
        return err;
    }
    slot = vector_find(&replica->vector, events->log);
    mesh_note_taken(&replica->mesh, link, (uint32_t)slot, events->first_seq, events->is_live, now);
    return 0;
}
