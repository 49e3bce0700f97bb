/* replica_salvage.c - what a fork voids is carried on: every holder of voided events that no
 * salvage carries re-emits them, run by run, under its own log.
 *
 * A device carries its own branch at once, and what it voids itself by stating a fork in the same
 * turn, so that no order leaves its boards; another's after a delay that differs from device to
 * device, so that mostly one of the holders does it; two that do it at once do no harm, as an event
 * counts by its identity. What lies in a revoked part of a log is not carried, but salvages that
 * stand there are made again, for what they carry may be an honest device's.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/salvage.h"
#include "sync/replica_state.h"
#include "sync/roster/salvaged.h"

enum {
    SALVAGES_PER_TURN = 4,
    SALVAGES_AT_ONCE = 256, /* of a log that this turn states to be forked */
    CARRIED_SHARE = 4,      /* of a log's allowance: what is carried uses up the carrier's own */
    OTHERS_DELAY_MIN_MS = 1000,
    OTHERS_DELAY_SPREAD_MS = 4000,
};

/* ---- what changed by a salvage ---- */

int replica_salvage_mark_log(struct replica *replica, struct store_txn *txn, uint64_t log,
                             struct effects *out)
{
    int err = replica_mark_salvaged(replica, txn, log);
    if (err != ERR_LIMIT)
        return err;
    err = replica_fold(replica, txn, out);
    if (err == 0)
        err = replica_mark_salvaged(replica, txn, log);
    return err == ERR_LIMIT ? replica_rebuild(replica, txn) : err;
}

int replica_salvage_mark(struct replica *replica, struct store_txn *txn, struct bytes bytes,
                         struct effects *out)
{
    struct event carrier;
    struct salvage salvage;
    if (event_decode(bytes, &carrier) != 0 || salvage_decode(carrier.body, &salvage) != 0)
        return 0; /* void */
    return replica_salvage_mark_log(replica, txn, salvage.log, out);
}

/* ---- what is not carried ---- */

/* Whether every event of @salvage, which lies in a voided part of a log, has a carrier that counts.
 */
static int is_all_carried(struct replica *replica, struct store_txn *txn,
                          const struct salvage *salvage, bool *ret_is)
{
    struct hash hash = salvage->before;
    struct operation id = {.log = salvage->log, .seq = salvage->first_seq};
    struct salvaged element;
    struct reader reader;
    int err = 0;
    *ret_is = true;
    reader_init(&reader, salvage->list);
    for (; err == 0 && *ret_is && salvage_next(&reader, &element); id.seq++) {
        hash = chain_next(&hash, &element.event_hash);
        memcpy(id.hash, hash.bytes, OPERATION_HASH_BYTES);
        err = salvaged_is_carried(txn, &replica->roster, &id, ret_is);
    }
    return err == ERR_MALFORMED ? ERR_IO : err;
}

/* Whether @log may have more of it carried. */
static int may_carry(struct replica *replica, struct store_txn *txn, uint64_t log, size_t size,
                     struct effects *out, bool *ret_may)
{
    uint64_t bytes;
    int err = salvage_bytes_of(txn, log, &bytes);
    *ret_may = err == 0 && bytes + size <= replica->mesh.log_bytes_max / CARRIED_SHARE;
    if (err == 0 && !*ret_may)
        effects_alarm(out, ALARM_ALLOWANCE, log, 0, 0);
    return err;
}

/* Write a salvage with @body, which is the replica's memory, alone in its run. */
static int salvage_write(struct replica *replica, struct store_txn *txn, struct bytes body,
                         struct moment now, struct effects *out)
{
    struct event event = {.type = EVENT_SALVAGE, .entity = replica->roster_entity, .body = body};
    int64_t since_epoch = now.wall_ms - replica->config.epoch_ms;
    event.t = since_epoch > 0 ? (uint64_t)since_epoch : 0;
    int err =
        turn_has_room(replica->turn, EVENT_SALVAGE_BYTES_MAX) ? 0 : replica_fold(replica, txn, out);
    if (err == 0)
        err = replica_sign(replica, txn);
    if (err == 0)
        err = replica_append(replica, txn, &event);
    if (err == 0)
        err = replica_sign(replica, txn);
    if (err != 0)
        return err == ERR_IO || err == ERR_FULL ? err : 0;
    return replica_salvage_mark(replica, txn, bytes_of(replica->event_data, replica->event_size),
                                out);
}

/* Carry @salvage, whose @body is the replica's memory, unless others do. */
static int salvage_consider(struct replica *replica, struct store_txn *txn, struct bytes body,
                            struct moment now, struct effects *out, bool *ret_is_written)
{
    struct salvage salvage;
    bool is_carried = false;
    bool may = false;
    *ret_is_written = false;
    if (salvage_decode(body, &salvage) != 0)
        return 0;
    int err = is_all_carried(replica, txn, &salvage, &is_carried);
    if (err != 0 || is_carried || salvage_verify(&salvage, &replica->config.popup) != 0)
        return err;
    err = may_carry(replica, txn, salvage.log, body.size, out, &may);
    if (err != 0 || !may)
        return err;
    *ret_is_written = true;
    return salvage_write(replica, txn, body, now, out);
}

/* ---- going through a voided part ---- */

/* The first event of @log that does not count; UINT64_MAX = none. */
static uint64_t voided_from(const struct roster_log *log)
{
    uint64_t revoked = log->revoked_seq == UINT64_MAX ? UINT64_MAX : log->revoked_seq + 1;
    return log->fork_seq < revoked ? log->fork_seq : revoked;
}

/* Make a salvage of the voided run in replica->run, from the log's own branch here, into @body. */
static int run_wrap(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                    struct bytes *ret_body)
{
    struct log_head before;
    int err = log_head_at(txn, &replica->config.popup, head, replica->run->first_seq - 1, &before);
    if (err == 0)
        err = salvage_encode(replica->run, &head->key, &before.hash, replica->salvage_data,
                             EVENT_SALVAGE_BYTES_MAX, ret_body);
    return err == 0 ? 0 : ERR_IO;
}

/* Carry on what the salvage at @index of replica->run carries; that run is read again when
 * something was written, as it is borrowed from the transaction. */
static int event_rewrap(struct replica *replica, struct store_txn *txn, uint32_t index,
                        struct moment now, struct effects *out)
{
    struct run *run = replica->run;
    struct event event;
    bool is_written = false;
    if (event_decode(run->events[index].bytes, &event) != 0 || event.type != EVENT_SALVAGE)
        return 0;
    memcpy(replica->salvage_data, event.body.data, event.body.size);
    int err = salvage_consider(replica, txn, bytes_of(replica->salvage_data, event.body.size), now,
                               out, &is_written);
    if (err == 0 && is_written)
        err = run_read(txn, run->log, run->first_seq, RUN_BYTES_MAX, run) == 0 ? 0 : ERR_IO;
    return err;
}

static int run_rewrap(struct replica *replica, struct store_txn *txn, struct moment now,
                      struct effects *out)
{
    int err = 0;
    for (uint32_t i = 0; i < replica->run->count && err == 0; i++)
        err = event_rewrap(replica, txn, i, now, out);
    return err;
}

/* Deal with the voided run from @seq on; @ret_next gets where the next begins. */
static int run_salvage(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                       uint64_t seq, struct moment now, struct effects *out, uint64_t *ret_next)
{
    const struct roster_log *log = roster_log_find(&replica->roster, head->log);
    struct bytes body;
    bool is_written;
    int err = run_read(txn, head->log, seq, RUN_BYTES_MAX, replica->run);
    if (err != 0)
        return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? ERR_IO : err;
    *ret_next = run_last_seq(replica->run) + 1;
    bool is_salvageable = seq >= log->fork_seq && !log->is_revoked_elsewhere &&
                          (log->revoked_seq == UINT64_MAX || seq <= log->revoked_seq);
    err = run_rewrap(replica, txn, now, out);
    if (err != 0 || !is_salvageable)
        return err;
    err = run_wrap(replica, txn, head, &body);
    return err != 0 ? err : salvage_consider(replica, txn, body, now, out, &is_written);
}

/* ---- turns ---- */

static uint64_t delay_ms(const struct replica *replica, const struct log_head *head)
{
    uint8_t numbers[8 + 8];
    uint8_t hash[8];
    put_be64(numbers, head->log);
    put_be64(numbers + 8, replica->config.seed ^ replica->log);
    struct bytes part = bytes_of(numbers, sizeof numbers);
    hash_parts(hash, sizeof hash, &part, 1);
    return head->device == replica->device || head->log == replica->fork_stated
               ? 0
               : OTHERS_DELAY_MIN_MS + get_be64(hash) % OTHERS_DELAY_SPREAD_MS;
}

/* Begin again with a log of which other events are voided than before. */
static void plan_update(struct replica *replica, uint32_t slot, uint64_t from, struct moment now)
{
    struct salvage_plan *plan = &replica->salvage_plans[slot];
    if (plan->from == from && !replica->is_salvage_due)
        return;
    bool is_new = plan->from != from;
    plan->from = plan->next = from;
    if (is_new || plan->due_ms < now.mono_ms ||
        replica->vector.heads[slot].log == replica->fork_stated)
        plan->due_ms = now.mono_ms + delay_ms(replica, &replica->vector.heads[slot]);
}

static int slot_salvage(struct replica *replica, struct store_txn *txn, uint32_t slot,
                        struct moment now, struct effects *out, uint32_t *budget)
{
    const struct log_head head = replica->vector.heads[slot];
    uint32_t at_once = head.log == replica->fork_stated ? SALVAGES_AT_ONCE : 0;
    const struct roster_log *log = roster_log_find(&replica->roster, head.log);
    struct salvage_plan *plan = &replica->salvage_plans[slot];
    int err = 0;
    if (log == NULL || head.log == replica->log || voided_from(log) > head.seq)
        return 0;
    plan_update(replica, slot, voided_from(log), now);
    while (err == 0 && plan->next <= head.seq && plan->due_ms <= now.mono_ms &&
           (at_once > 0 || *budget > 0)) {
        --*(at_once > 0 ? &at_once : budget);
        err = run_salvage(replica, txn, &head, plan->next, now, out, &plan->next);
    }
    if (plan->next <= head.seq)
        effects_wake(out, plan->due_ms);
    return err;
}

int replica_salvage_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                         struct effects *out)
{
    uint32_t budget = SALVAGES_PER_TURN;
    int err = 0;
    for (uint32_t slot = 0; slot < replica->vector.count && err == 0; slot++)
        err = slot_salvage(replica, txn, slot, now, out, &budget);
    replica->is_salvage_due = false;
    replica->fork_stated = 0;
    return err;
}
