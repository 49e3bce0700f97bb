/* replica_salvage.c - what a fork voids is carried on: every holder of voided events that no
 * salvage carries re-emits them, run by run, under its own log.
 *
 * What boards show here is carried in the very turn that voids it, and so is all that a device
 * voids itself by stating a fork: an order that is being cooked must not vanish even for a moment.
 * For the rest, a device carries its own branch at once, another's after a delay that differs from
 * device to device, so that mostly one of the holders does it; two that do it at once do no harm,
 * as an event counts by its identity. What lies in a revoked part of a log is not carried, but
 * salvages that stand there are made again, for what they carry may be an honest device's.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/salvage.h"
#include "sync/replica/replica_state.h"
#include "sync/roster/salvaged.h"

enum {
    SALVAGES_PER_TURN = 4,
    URGENT_PER_TURN = 256, /* of what boards show, and what this turn states to be forked */
    CARRIED_SHARE = 4,     /* of a device's allowance: what is carried uses up the carrier's own */
    OTHERS_DELAY_MIN_MS = 1000,
    OTHERS_DELAY_SPREAD_MS = 4000,
};

/* --- what changed by a salvage --- */

void carried_add(struct carried *carried, const struct roster *roster, uint64_t log, uint64_t seq)
{
    for (uint32_t i = 0; i < carried->count; i++) {
        struct log_point *from = &carried->from[i];
        if (from->log == log) {
            from->seq = seq < from->seq ? seq : from->seq;
            return;
        }
    }
    if (roster_log_find(roster, log) != NULL) { /* so there are at most LOGS_MAX */
        carried->from[carried->count++] = (struct log_point){.log = log, .seq = seq};
    }
}

void carried_add_salvage(struct carried *carried, const struct roster *roster, struct bytes body)
{
    struct salvage salvage;
    if (salvage_decode(body, &salvage) == 0) {
        carried_add(carried, roster, salvage.log, salvage.first_seq);
    }
}

int replica_salvage_mark_log(struct replica *replica, struct store_txn *txn, uint64_t log,
                             uint64_t seq, struct effects *out)
{
    struct operation from = {.log = log, .seq = seq};
    int err = replica_mark_salvaged(replica, txn, &from);
    while (err == ERR_LIMIT) { /* more entities than a turn remembers: by parts */
        err = replica_fold(replica, txn, out);
        if (err == 0) {
            err = replica_mark_salvaged(replica, txn, &from);
        }
    }
    return err;
}

/* All that the run carries is entered by now, so each log is gone through once: else a run of many
 * small salvages would cost the product of their number and the log's length. */
int replica_salvage_mark_run(struct replica *replica, struct store_txn *txn, const struct run *run,
                             struct effects *out)
{
    struct carried carried = {.count = 0};
    int err = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        struct event carrier;
        check(event_decode(run->events[i].bytes, &carrier) == 0); /* run_verify() has read it */
        if (carrier.type == EVENT_SALVAGE) {
            carried_add_salvage(&carried, &replica->roster, carrier.body);
        }
    }
    for (uint32_t i = 0; i < carried.count && err == 0; i++) {
        err = replica_salvage_mark_log(replica, txn, carried.from[i].log, carried.from[i].seq, out);
    }
    return err;
}

/* --- what is not carried --- */

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
    return replica_salvages_read(replica, err);
}

/* Whether @log may have more of it carried. */
static int may_carry(struct replica *replica, struct store_txn *txn, uint64_t log, size_t size,
                     struct effects *out, bool *ret_may)
{
    uint64_t bytes;
    int err = salvage_bytes_of(txn, log, &bytes);
    *ret_may = err == 0 && bytes + size <= replica->mesh.device_bytes_max / CARRIED_SHARE;
    if (err == 0 && !*ret_may) {
        effects_alarm(out, ALARM_ALLOWANCE, log, 0, 0);
    }
    return err;
}

/* Write @salvage with @body, which is the replica's memory, alone in its run. */
static int salvage_write(struct replica *replica, struct store_txn *txn,
                         const struct salvage *salvage, struct bytes body, struct moment now,
                         struct effects *out)
{
    struct event event = {.type = EVENT_SALVAGE, .entity = replica->roster_entity, .body = body};
    int64_t since_epoch = now.wall_ms - replica->config.epoch_ms;
    event.t = since_epoch > 0 ? (uint64_t)since_epoch : 0;
    int err = replica_sign(replica, txn);
    if (err == 0) {
        err = replica_append(replica, txn, &event, out);
    }
    if (err == 0) {
        err = replica_sign(replica, txn);
    }
    if (err != 0) {
        return err == ERR_IO || err == ERR_FULL ? err : 0;
    }
    return replica_salvage_mark_log(replica, txn, salvage->log, salvage->first_seq, out);
}

/* Carry @salvage, whose @body is the replica's memory, unless others do. */
static int salvage_consider(struct replica *replica, struct store_txn *txn, struct bytes body,
                            struct moment now, struct effects *out, bool *ret_is_written)
{
    struct salvage salvage;
    bool is_carried = false;
    bool may = false;
    *ret_is_written = false;
    if (salvage_decode(body, &salvage) != 0) {
        return 0;
    }
    int err = is_all_carried(replica, txn, &salvage, &is_carried);
    if (err != 0 || is_carried || salvage_verify(&salvage, &replica->config.popup) != 0) {
        return err;
    }
    err = may_carry(replica, txn, salvage.log, body.size, out, &may);
    if (err != 0 || !may) {
        return err;
    }
    *ret_is_written = true;
    return salvage_write(replica, txn, &salvage, body, now, out);
}

/* --- going through a voided part --- */

/* Make a salvage of the voided run in replica->run, from the log's own branch here, into @body. */
static int run_wrap(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                    struct bytes *ret_body)
{
    struct log_head before;
    int err = log_head_at(txn, &replica->config.popup, head, replica->run->first_seq - 1, &before);
    if (err == 0) {
        err = salvage_encode(replica->run, &head->key, &before.hash, replica->salvage_data,
                             EVENT_SALVAGE_BYTES_MAX, ret_body);
    }
    return err == 0 || err == ERR_IO ? err : ERR_GAP;
}

/* Carry on what the salvage at @index of replica->run carries; that run is read again when
 * something was written, as it is borrowed from the transaction. */
static int event_rewrap(struct replica *replica, struct store_txn *txn, uint32_t index,
                        struct moment now, struct effects *out)
{
    struct run *run = replica->run;
    struct event event;
    bool is_written = false;
    if (event_decode(run->events[index].bytes, &event) != 0 || event.type != EVENT_SALVAGE) {
        return 0;
    }
    memcpy(replica->salvage_data, event.body.data, event.body.size);
    int err = salvage_consider(replica, txn, bytes_of(replica->salvage_data, event.body.size), now,
                               out, &is_written);
    if (err == 0 && is_written) {
        err = run_read(txn, run->log, run->first_seq, RUN_BYTES_MAX, run) == 0 ? 0 : ERR_IO;
    }
    return err;
}

static int run_rewrap(struct replica *replica, struct store_txn *txn, struct moment now,
                      struct effects *out)
{
    int err = 0;
    for (uint32_t i = 0; i < replica->run->count && err == 0; i++) {
        err = event_rewrap(replica, txn, i, now, out);
    }
    return err;
}

/* Deal with the voided run from @seq on; @ret_next gets where the next begins. ERR_GAP: the disk
 * spoilt it, and nothing behind it would count before it is mended. */
static int run_salvage(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                       uint64_t seq, struct moment now, struct effects *out, uint64_t *ret_next)
{
    const struct roster_log *log = roster_log_find(&replica->roster, head->log);
    struct bytes body;
    bool is_written;
    int err = run_read(txn, head->log, seq, RUN_BYTES_MAX, replica->run);
    if (err != 0) {
        return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? ERR_GAP : err;
    }
    *ret_next = run_last_seq(replica->run) + 1;
    bool is_salvageable = seq >= log->fork_seq && seq <= roster_salvage_limit(log);
    err = run_rewrap(replica, txn, now, out);
    if (err != 0 || !is_salvageable) {
        return err;
    }
    err = run_wrap(replica, txn, head, &body);
    return err != 0 ? err : salvage_consider(replica, txn, body, now, out, &is_written);
}

/* --- what boards show --- */

/* The last event of @log about @entity into @seq, when it is a later one. A row that is none is
 * no event. */
static int last_event(struct store_txn *txn, uint64_t log, const struct entity_id *entity,
                      uint64_t *seq)
{
    const struct key end = key_entity_event(entity, log, SEQ_MAX);
    struct store_cursor cursor;
    struct entity_id found;
    struct bytes key;
    struct bytes value;
    uint64_t found_log;
    uint64_t found_seq;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_before(&cursor, key_bytes(&end), &key, &value);
    store_cursor_close(&cursor);
    if (err == 0 && key_entity_event_parse(key, &found, &found_log, &found_seq) == 0 &&
        found_log == log && entity_id_equal(&found, entity) && found_seq > *seq) {
        *seq = found_seq;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The last event of @log about any order that boards show now; 0 = none. */
static int last_on_boards(struct store_txn *txn, uint64_t log, uint64_t *ret_seq)
{
    static const uint8_t first[] = {INDEX_ACTIVE};
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    *ret_seq = 0;
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
    while (err == 0 && key.data[0] == INDEX_ACTIVE) {
        if (key.size > ENTITY_ID_BYTES) { /* else it is no order's row */
            struct entity_id entity;
            memcpy(entity.bytes, key.data + key.size - ENTITY_ID_BYTES, ENTITY_ID_BYTES);
            err = last_event(txn, log, &entity, ret_seq);
        }
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &value);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The first event of @log that a fork voids; UINT64_MAX = none that is known. */
static uint64_t fork_of(const struct roster *roster, uint64_t log)
{
    const struct roster_log *found = roster_log_find(roster, log);
    return found != NULL ? found->fork_seq : UINT64_MAX;
}

int replica_salvage_note(struct replica *replica, struct store_txn *txn)
{
    int err = 0;
    for (uint32_t slot = 0; slot < replica->vector.count && err == 0; slot++) {
        const struct log_head *head = &replica->vector.heads[slot];
        const uint64_t fork_seq = fork_of(&replica->roster, head->log);
        uint64_t *urgent_to = &replica->salvage_plans[slot].urgent_to;
        if (fork_seq >= fork_of(replica->roster_before, head->log) || fork_seq > head->seq) {
            continue;
        }
        err = last_on_boards(txn, head->log, urgent_to);
        if (err == 0) { /* what it carried of others may be on boards too */
            err = last_event(txn, head->log, &replica->roster_entity, urgent_to);
        }
    }
    return err;
}

/* --- turns --- */

static uint64_t delay_ms(const struct replica *replica, const struct log_head *head)
{
    uint8_t numbers[8 + 8];
    uint8_t hash[8];
    put_be64(numbers, head->log);
    put_be64(numbers + 8, replica->config.seed ^ replica->log);
    struct bytes part = bytes_of(numbers, sizeof numbers);
    hash_parts(hash, sizeof hash, &part, 1);
    return head->device == replica->device
               ? 0
               : OTHERS_DELAY_MIN_MS + get_be64(hash) % OTHERS_DELAY_SPREAD_MS;
}

/* Begin again with a log of which other events are voided than before. */
static void plan_update(struct replica *replica, uint32_t slot, uint64_t from, struct moment now)
{
    struct salvage_plan *plan = &replica->salvage_plans[slot];
    if (plan->from == from && !replica->is_salvage_due) {
        return;
    }
    bool is_new = plan->from != from;
    plan->from = plan->next = from;
    if (is_new || plan->due_ms < now.mono_ms) {
        plan->due_ms = now.mono_ms + delay_ms(replica, &replica->vector.heads[slot]);
    }
}

/* Runs that a turn may still look at. */
struct salvage_budget {
    uint32_t urgent, others;
};

/* Whether the next run is looked at in this turn, which uses up the budget. */
static bool may_go_on(const struct salvage_plan *plan, struct moment now,
                      struct salvage_budget *budget)
{
    const bool is_urgent = plan->next <= plan->urgent_to;
    uint32_t *left = is_urgent ? &budget->urgent : &budget->others;
    if ((!is_urgent && plan->due_ms > now.mono_ms) || *left == 0) {
        return false;
    }
    --*left;
    return true;
}

static int slot_salvage(struct replica *replica, struct store_txn *txn, uint32_t slot,
                        struct moment now, struct effects *out, struct salvage_budget *budget)
{
    const struct log_head *there = &replica->vector.heads[slot];
    const struct roster_log *log = roster_log_find(&replica->roster, there->log);
    struct salvage_plan *plan = &replica->salvage_plans[slot];
    int err = 0;
    if (log == NULL || there->log == replica->log || roster_voided_from(log) > there->seq) {
        return 0;
    }
    const struct log_head head = *there;
    plan_update(replica, slot, roster_voided_from(log), now);
    if (head.log == replica->fork_stated) {
        plan->urgent_to = head.seq;
    }
    while (err == 0 && plan->next <= head.seq && may_go_on(plan, now, budget)) {
        err = run_salvage(replica, txn, &head, plan->next, now, out, &plan->next);
    }
    if (err == ERR_GAP) {
        plan->next = head.seq + 1;
        return 0;
    }
    if (plan->next <= head.seq) {
        effects_wake(out, plan->next <= plan->urgent_to ? now.mono_ms : plan->due_ms);
    }
    return err;
}

int replica_salvage_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                         struct effects *out)
{
    struct salvage_budget budget = {.urgent = URGENT_PER_TURN, .others = SALVAGES_PER_TURN};
    int err = 0;
    for (uint32_t slot = 0; slot < replica->vector.count && err == 0; slot++) {
        err = slot_salvage(replica, txn, slot, now, out, &budget);
    }
    replica->is_salvage_due = false;
    replica->fork_stated = 0;
    return err;
}

/* Whether the log of @slot is an earlier one of ours, of which something is left to look at. */
static bool is_left(const struct replica *replica, uint32_t slot)
{
    const struct log_head *head = &replica->vector.heads[slot];
    return head->device == replica->device && head->log != replica->log &&
           roster_judge(&replica->roster, head->log, head->seq, EVENT_LOG_CERT, 0) ==
               VERDICT_FORKED &&
           replica->salvage_plans[slot].next <= head->seq;
}

bool replica_is_carrying(const struct replica *replica)
{
    bool is = replica->is_log_lost;
    for (uint32_t slot = 0; slot < replica->vector.count && !is; slot++) {
        is = is_left(replica, slot);
    }
    return is;
}
