/* replica_fork.c - two versions of one log: found, proven and stated.
 *
 * A claim with another hash than ours, or a run that does not continue our chain, makes a suspect;
 * claims are unsigned, so it is only a hint where to look. The chain is halved with FORKQ until the
 * first event that differs is known; then the peer's signed run from there on, as hashes, and our
 * own prove the fork to everybody. The proof goes into the own log as log.fork. A peer that lies on
 * the way wastes a few questions and proves nothing.
 *
 * A proof that stands beyond the end of what counts of a log is not fetched. Two such can hide each
 * other: each stands where the other ends its log. So what peers give beyond an end, which is not
 * taken in, is looked through for one.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/replica/replica_state.h"

enum {
    ANSWER_TIMEOUT_MS = 3000, /* of each question; 40 halve any log */
};

/* --- limits --- */

/* h(limit->seq) of the log in @slot. Where the disk spoilt that event the log is told as far as it
 * is there before, until it is mended. */
static int limit_hash(struct replica *replica, struct store_txn *txn, uint32_t slot,
                      struct log_limit *limit)
{
    const struct log_head *head = &replica->vector.heads[slot];
    struct log_head at = *head;
    int err = log_head_at(txn, &replica->config.popup, head, limit->seq, &at);
    while (err != 0 && err != ERR_IO) { /* before the first event nothing can be spoilt */
        err = log_head_at(txn, &replica->config.popup, head, --limit->seq, &at);
    }
    limit->hash = at.hash;
    return err;
}

int replica_limits(struct replica *replica, struct store_txn *txn)
{
    struct vector *vector = &replica->vector;
    for (uint32_t slot = 0; slot < vector->count; slot++) {
        const struct log_head *head = &vector->heads[slot];
        struct log_limit limit = {.seq = roster_limit(&replica->roster, head->log)};
        int err = head->seq > limit.seq ? limit_hash(replica, txn, slot, &limit) : 0;
        if (err != 0) {
            return err;
        }
        bool is_moved = limit.seq != vector->limits[slot].seq;
        vector->limits[slot] = limit;
        if (is_moved) {
            mesh_note_limit(&replica->mesh, slot);
        }
    }
    return 0;
}

/* --- answering --- */

/* The hashes of the stored run from @seq on, up to its first signature; false when there is none.
 */
static int run_hashes(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                      uint64_t seq, struct hash *hashes, struct fork_proof *ret_proof)
{
    struct run *run = replica->run;
    struct log_head before;
    int err = run_read(txn, head->log, seq, 1, run);
    if (err == 0) {
        err = log_head_at(txn, &replica->config.popup, head, seq - 1, &before);
    }
    if (err != 0) {
        return err;
    }
    for (uint32_t i = 0; i < run->count; i++) {
        hashes[i] = chain_event_hash(run->events[i].bytes);
    }
    *ret_proof = (struct fork_proof){.first_seq = seq,
                                     .before = before.hash,
                                     .count = run->count,
                                     .event_hashes = hashes,
                                     .signature = run->signature};
    return 0;
}

static int answer_fill(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                       const struct fork_question *question, struct fork_answer *answer)
{
    struct log_head at;
    struct fork_proof proof;
    int err = log_head_at(txn, &replica->config.popup, head, question->seq, &at);
    if (err != 0) {
        return err == ERR_IO ? err : 0; /* the disk lost it: it is not held */
    }
    answer->is_held = true;
    memcpy(answer->hash, at.hash.bytes, sizeof answer->hash);
    if (!question->wants_proof) {
        return 0;
    }
    err = run_hashes(replica, txn, head, question->seq, replica->fork_hashes[0], &proof);
    if (err == ERR_IO) {
        return err;
    }
    answer->has_proof = err == 0; /* the newest events of this turn have no signature yet */
    if (answer->has_proof) {
        answer->before = proof.before;
        answer->count = proof.count;
        answer->signature = proof.signature;
    }
    return 0;
}

static int question_take(struct replica *replica, struct store_txn *txn, uint32_t link,
                         struct effects *out)
{
    const struct fork_question *question = &replica->mesh.message.fork_question;
    struct fork_answer answer = {.log = question->log, .seq = question->seq};
    int32_t slot = vector_find(&replica->vector, question->log);
    struct writer writer;
    int err = 0;
    if (slot != SLOT_NONE && question->seq <= replica->vector.heads[slot].seq) {
        err = answer_fill(replica, txn, &replica->vector.heads[slot], question, &answer);
    }
    if (err != 0 || !effects_frame_begin(out, &writer)) {
        return err;
    }
    message_write_fork_answer(&writer, &answer, replica->fork_hashes[0]);
    effects_send(out, link, effects_frame_end(out, &writer));
    return 0;
}

/* --- asking --- */

static void probe_end(struct replica *replica)
{
    mesh_suspect_drop(&replica->mesh, replica->probe.link, replica->probe.log);
    replica->probe = (struct fork_probe){0};
}

static void probe_ask(struct replica *replica, uint64_t seq, bool wants_proof, struct moment now,
                      struct effects *out)
{
    struct fork_probe *probe = &replica->probe;
    struct fork_question question = {.log = probe->log, .seq = seq, .wants_proof = wants_proof};
    struct writer writer;
    probe->asked_seq = seq;
    probe->wants_proof = wants_proof;
    probe->asked_ms = now.mono_ms;
    if (!effects_frame_begin(out, &writer)) {
        return; /* the timeout tries again */
    }
    message_write_fork_question(&writer, &question);
    effects_send(out, probe->link, effects_frame_end(out, &writer));
}

/* Begin with what is suspected next. */
static void probe_begin(struct replica *replica, struct moment now, struct effects *out)
{
    struct suspect suspect;
    if (!mesh_suspect_next(&replica->mesh, &suspect)) {
        return;
    }
    replica->probe =
        (struct fork_probe){.is_active = true, .link = suspect.link, .log = suspect.log};
    probe_ask(replica, suspect.seq, false, now, out);
}

/* The own log forked: nothing more is written under it, also after a restart. */
static int own_log_end(struct replica *replica, struct store_txn *txn, const struct log_point *fork,
                       struct effects *out)
{
    effects_alarm(out, ALARM_AMNESIA, fork->log, fork->seq, replica->device);
    replica->is_log_lost = true;
    return replica_keep_lost(txn, replica->log);
}

/* Whether @fork is of a log that is known here, and lower than is known. */
static bool is_news(const struct replica *replica, const struct log_point *fork)
{
    const struct roster_log *log = roster_log_find(&replica->roster, fork->log);
    return log != NULL && fork->seq < log->fork_seq;
}

/* Write the proof of @fork in @body, which was verified, into the own log. */
static int proof_append(struct replica *replica, struct store_txn *txn,
                        const struct log_point *fork, struct bytes body, struct effects *out)
{
    const struct event event = {
        .type = EVENT_LOG_FORK, .entity = replica->roster_entity, .body = body};
    const int err = replica_append(replica, txn, &event, out);
    replica->fork_stated = err == 0 ? fork->log : 0;
    return err == ERR_IO || err == ERR_FULL ? err : 0;
}

/* State the proof that was found. When the own log forked, or another fork was stated in this turn,
 * the suspicion stays, and the proof is made again. */
static int fork_state(struct replica *replica, struct store_txn *txn, const struct log_fork *fork,
                      struct effects *out)
{
    struct log_point proven;
    struct bytes body;
    uint8_t buffer[EVENT_SALVAGE_BYTES_MAX];
    const int err = log_fork_encode(fork, buffer, sizeof buffer, &body);
    check(err == 0); /* two runs fit, however long (limits.h) */
    if (log_fork_verify(body, &replica->config.popup, &proven) != 0) {
        probe_end(replica); /* the peer made it up */
        return 0;
    }
    if (fork->log == replica->log || replica->fork_stated != 0) {
        replica->probe = (struct fork_probe){0};
        return fork->log == replica->log ? own_log_end(replica, txn, &proven, out) : 0;
    }
    probe_end(replica);
    return is_news(replica, &proven) ? proof_append(replica, txn, &proven, body, out) : 0;
}

static int proof_take(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                      const struct fork_answer *answer, struct effects *out)
{
    struct log_fork fork = {.log = head->log, .seq = answer->seq, .log_key = head->key};
    if (!answer->has_proof) {
        probe_end(replica);
        return 0;
    }
    fork_answer_hashes(answer, replica->fork_hashes[1]);
    fork.proofs[1] = (struct fork_proof){.first_seq = answer->seq,
                                         .before = answer->before,
                                         .count = answer->count,
                                         .event_hashes = replica->fork_hashes[1],
                                         .signature = answer->signature};
    int err = run_hashes(replica, txn, head, answer->seq, replica->fork_hashes[0], &fork.proofs[0]);
    if (err != 0) {
        probe_end(replica);
        return err == ERR_IO ? ERR_IO : 0;
    }
    return fork_state(replica, txn, &fork, out);
}

/* The next question after the peer's hash at probe.asked_seq is known to be @is_same or not. */
static void probe_narrow(struct replica *replica, bool is_same, struct moment now,
                         struct effects *out)
{
    struct fork_probe *probe = &replica->probe;
    if (is_same) {
        probe->same = probe->asked_seq;
    } else {
        probe->differ = probe->asked_seq;
    }
    if (probe->differ <= probe->same) {
        probe_end(replica); /* no fork there, or the peer contradicts itself */
    } else if (probe->differ == probe->same + 1) {
        probe_ask(replica, probe->differ, true, now, out);
    } else {
        probe_ask(replica, probe->same + (probe->differ - probe->same) / 2, false, now, out);
    }
}

static int answer_take(struct replica *replica, struct store_txn *txn, uint32_t link,
                       struct moment now, struct effects *out)
{
    const struct fork_probe *probe = &replica->probe;
    const struct fork_answer *answer = &replica->mesh.message.fork_answer;
    struct log_head at;
    if (!probe->is_active || probe->link != link || probe->log != answer->log ||
        probe->asked_seq != answer->seq) {
        return 0;
    }
    const int32_t slot = vector_find(&replica->vector, probe->log);
    check(slot != SLOT_NONE); /* only of what is held here is anything suspected */
    const struct log_head *head = &replica->vector.heads[slot];
    if (!answer->is_held) {
        probe_end(replica);
        return 0;
    }
    if (probe->wants_proof) {
        return proof_take(replica, txn, head, answer, out);
    }
    int err = log_head_at(txn, &replica->config.popup, head, answer->seq, &at);
    if (err != 0) {
        probe_end(replica);
        return err == ERR_IO ? err : 0;
    }
    probe_narrow(replica, memcmp(at.hash.bytes, answer->hash, HEAD_HASH_BYTES) == 0, now, out);
    return 0;
}

int replica_fork_take(struct replica *replica, struct store_txn *txn, uint32_t link,
                      struct moment now, struct effects *out)
{
    replica->mesh.links[link].heard_ms = now.mono_ms;
    return replica->mesh.message.kind == MESSAGE_FORKQ ? question_take(replica, txn, link, out)
                                                       : answer_take(replica, txn, link, now, out);
}

/* --- overhearing --- */

/* Whether @event says of a fork that is news. */
static bool is_fork(const struct replica *replica, const struct event *event,
                    struct log_point *ret_fork)
{
    return event->type == EVENT_LOG_FORK && log_fork_claims(event->body, ret_fork) == 0 &&
           is_news(replica, ret_fork);
}

int replica_fork_overhear(struct replica *replica, struct store_txn *txn, uint32_t link,
                          uint32_t slot, struct effects *out)
{
    const struct run *run = replica->run;
    struct event event;
    struct log_point fork;
    if (replica->is_log_lost || replica->fork_stated != 0) {
        return 0;
    }
    check(replica_run_of_message(replica) == 0); /* message_decode() has read it */
    uint32_t at = 0;
    while (at < run->count &&
           (event_decode(run->events[at].bytes, &event) != 0 || !is_fork(replica, &event, &fork))) {
        at++;
    }
    if (at == run->count) {
        return 0;
    }
    if (log_fork_verify(event.body, &replica->config.popup, &fork) != 0) {
        replica->mesh.links[link].is_bad[slot] = true; /* a flood costs no more than one */
        return 0;
    }
    return fork.log == replica->log ? own_log_end(replica, txn, &fork, out)
                                    : proof_append(replica, txn, &fork, event.body, out);
}

/* --- what is known is stated --- */

static bool is_proof(const struct replica *replica, const struct statement *statement,
                     const struct roster_log *log)
{
    struct log_point fork;
    return statement->type == EVENT_LOG_FORK &&
           log_fork_verify(statement->body, &replica->config.popup, &fork) == 0 &&
           fork.log == log->id && fork.seq == log->fork_seq;
}

/* A log.fork in the store that proves @log's present fork, wherever it stands. ERR_NOT_FOUND,
 * ERR_IO. */
static int fork_find(const struct replica *replica, struct store_txn *txn,
                     const struct roster_log *log, struct bytes *ret_body)
{
    struct key from = key_entity(&replica->roster_entity);
    struct statement statement = {.type = EVENT_NONE};
    int err = replica_statement_after(replica, txn, &from, &statement);
    while (err == 0 && !is_proof(replica, &statement, log)) {
        err = replica_statement_after(replica, txn, &from, &statement);
    }
    *ret_body = statement.body;
    return err;
}

/* A fork that is stated only where others do not get it (in a voided part of a log) is stated again
 * under the own log: who knows of it tells less of the forked log than who does not. */
static int fork_restate(struct replica *replica, struct store_txn *txn,
                        const struct roster_log *log, struct effects *out)
{
    struct event event = {.type = EVENT_LOG_FORK, .entity = replica->roster_entity};
    uint8_t body[EVENT_SALVAGE_BYTES_MAX];
    struct bytes found = {0};
    int err = fork_find(replica, txn, log, &found);
    if (err == 0) {
        memcpy(body, found.data, found.size); /* what is borrowed does not outlive a put */
        event.body = bytes_of(body, found.size);
        err = replica_append(replica, txn, &event, out);
    }
    return err == ERR_IO || err == ERR_FULL ? err : 0;
}

static int forks_restate(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    int err = 0;
    replica->is_fork_check_due = false;
    for (uint32_t i = 0; i < replica->roster.logs_count && err == 0; i++) {
        const struct roster_log *log = &replica->roster.logs[i];
        if (log->fork_seq != UINT64_MAX && !log->is_fork_shared) {
            err = fork_restate(replica, txn, log, out);
        }
    }
    return err;
}

/* --- turns --- */

static void probe_seal(struct replica *replica, struct moment now, struct effects *out)
{
    struct fork_probe *probe = &replica->probe;
    if (probe->is_active && (!replica->mesh.links[probe->link].is_ready ||
                             now.mono_ms - probe->asked_ms >= ANSWER_TIMEOUT_MS)) {
        probe_end(replica);
    }
    if (!probe->is_active) {
        probe_begin(replica, now, out);
    }
    if (probe->is_active) {
        effects_wake(out, probe->asked_ms + ANSWER_TIMEOUT_MS);
    }
}

int replica_fork_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                      struct effects *out)
{
    int err = 0;
    if (replica->is_log_lost) {
        return 0; /* nothing can be written before there is a new one */
    }
    if (replica->is_fork_check_due) {
        err = replica_restate(replica, txn, now, out);
    }
    if (err == 0 && replica->is_fork_check_due) {
        err = forks_restate(replica, txn, out);
    }
    if (err == 0 && replica->turn->entities_count > 0) {
        err = replica_fold(replica, txn, out);
    }
    if (err == 0) {
        err = replica_salvage_seal(replica, txn, now, out);
    }
    if (err == 0 && replica->turn->entities_count > 0) {
        err = replica_fold(replica, txn, out);
    }
    probe_seal(replica, now, out);
    return err;
}
