/* replica_scrub_journal.c - the journal is read again: what is wrong in it is listed
 * (sync/log/damage.h) and fetched from peers (replica_repair.c), or set right from what stands
 * beside it.
 */
#include <string.h>

#include "sync/log/damage.h"
#include "sync/log/salvage.h"
#include "sync/replica/replica_scrub.h"
#include "sync/replica/replica_state.h"

enum { SCRUB_TAIL_EVENTS = 32 };

/* --- one event --- */

static int damage_found(struct replica *replica, struct store_txn *txn, uint32_t slot, uint64_t seq,
                        struct effects *out)
{
    const struct log_head *head = &replica->vector.heads[slot];
    bool is_new = false;
    int err = damage_mark(txn, head->log, seq, &is_new);
    if (err != 0 || !is_new) {
        return err;
    }
    replica->scrub.has_damage = replica->mesh.is_damaged[slot] = true;
    replica->scrub.rest_until_ms = 0;
    replica->is_turn_written = true;
    effects_alarm(out, ALARM_DAMAGE, head->log, seq, replica->device);
    return 0;
}

static int damage_gone(struct replica *replica, struct store_txn *txn, uint32_t slot, uint64_t seq,
                       struct effects *out)
{
    const uint64_t log = replica->vector.heads[slot].log;
    bool is_listed = false;
    int err = replica->mesh.is_damaged[slot] ? damage_within(txn, log, seq, seq, &is_listed) : 0;
    if (err != 0 || !is_listed) {
        return err;
    }
    replica->is_turn_written = true;
    replica->is_salvage_due = true; /* it may have stopped there */
    effects_alarm(out, ALARM_DAMAGE_HEALED, log, seq, replica->device);
    return damage_clear(txn, log, seq);
}

/* What was signed here is signed again; if it is still the one that was signed. */
static int own_signature_mend(struct replica *replica, struct store_txn *txn,
                              const struct log_head *head, uint64_t seq)
{
    const struct key key = key_event(head->log, seq);
    struct signature signature;
    struct hash hash;
    struct bytes bytes;
    int err = store_get(txn, TABLE_SIG, key_bytes(&key), &bytes);
    if (err != 0 && err != ERR_NOT_FOUND) { /* only the last event must have one */
        return err;
    }
    err = event_get(txn, head->log, seq, &hash, &bytes); /* it is there: it is chained */
    if (err != 0) {
        return err;
    }
    head_sign(&signature, &replica->config.popup, head->log, seq, &hash,
              replica->config.log_secret);
    return store_put(txn, TABLE_SIG, key_bytes(&key), bytes_of(signature.bytes, SIGNATURE_BYTES));
}

/* Whether the event itself and its hash fit, whatever became of its signature. */
static int is_chained(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                      uint64_t seq, bool *ret_is)
{
    struct hash before = chain_genesis(&replica->config.popup, &head->key);
    struct hash stored;
    struct bytes bytes;
    int err = seq > 1 ? event_get(txn, head->log, seq - 1, &before, &bytes) : 0;
    if (err == 0) {
        err = event_get(txn, head->log, seq, &stored, &bytes);
    }
    *ret_is = false;
    if (err != 0) {
        return err == ERR_IO ? err : 0;
    }
    const struct hash event_hash = chain_event_hash(bytes);
    const struct hash chained = chain_next(&before, &event_hash);
    *ret_is =
        hash_equal(&chained, &stored) && (seq != head->seq || hash_equal(&stored, &head->hash));
    return 0;
}

/* The event is good: the entity's events were not all found when it was folded. */
static int refold(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                  uint64_t seq, struct effects *out)
{
    struct operation id;
    struct event event;
    int err = event_read(txn, head->log, seq, &id, &event);
    replica->is_turn_written = true;
    if (err != 0) {
        return err;
    }
    const struct entity_id entity = event.entity;
    err = replica_limits(replica, txn); /* its hash may be the last that is told */
    return err != 0 ? err : replica_mark(replica, txn, event.type, &entity, out);
}

static int look(struct replica *replica, struct store_txn *txn, uint32_t slot, uint64_t seq,
                bool *ret_is_good, struct effects *out)
{
    const struct log_head *head = &replica->vector.heads[slot];
    bool is_written = false;
    int err = damage_look(txn, &replica->config.popup, head, seq, ret_is_good, &is_written);
    if (err == 0 && is_written) {
        err = refold(replica, txn, head, seq, out);
    }
    bool is_mine = err == 0 && !*ret_is_good && head->log == replica->log;
    if (is_mine) {
        err = is_chained(replica, txn, head, seq, &is_mine);
    }
    if (err != 0 || !is_mine) {
        return err;
    }
    replica->is_turn_written = true;
    err = own_signature_mend(replica, txn, head, seq);
    return err != 0 ? err
                    : damage_look(txn, &replica->config.popup, head, seq, ret_is_good, &is_written);
}

int replica_scrub_event(struct replica *replica, struct store_txn *txn, uint32_t slot, uint64_t seq,
                        struct effects *out)
{
    bool is_good = false;
    int err = look(replica, txn, slot, seq, &is_good, out);
    if (err != 0) {
        return err;
    }
    return is_good ? damage_gone(replica, txn, slot, seq, out)
                   : damage_found(replica, txn, slot, seq, out);
}

/* The log with the id @log, or the next one; SLOT_NONE past the last. */
static int32_t log_at_or_after(const struct replica *replica, uint64_t log)
{
    for (uint32_t i = 0; i < replica->vector.count; i++) {
        const uint32_t slot = replica->vector.ascending[i];
        if (replica->vector.heads[slot].log >= log) {
            return (int32_t)slot;
        }
    }
    return SLOT_NONE;
}

/* --- the newest events of each log --- */

static int tail_look(struct replica *replica, struct store_txn *txn, uint32_t slot,
                     struct effects *out)
{
    const uint64_t last = replica->vector.heads[slot].seq;
    uint64_t seq = last > SCRUB_TAIL_EVENTS ? last - SCRUB_TAIL_EVENTS : 0;
    int err = 0;
    while (err == 0 && seq < last) {
        err = replica_scrub_event(replica, txn, slot, ++seq, out);
    }
    return err;
}

/* By their ids: slots are others after a turn that was undone. */
int scrub_tail(struct replica *replica, struct store_txn *txn, struct effects *out,
               bool *ret_is_over)
{
    struct scrub_position *at = &replica->scrub.at;
    const int32_t slot = log_at_or_after(replica, at->log);
    *ret_is_over = slot == SLOT_NONE;
    if (slot == SLOT_NONE) {
        return 0;
    }
    at->log = replica->vector.heads[slot].log + 1; /* no log's id is the highest number */
    return tail_look(replica, txn, (uint32_t)slot, out);
}

/* --- all of them --- */

/* The sum of all sizes is known when the log was read from its first event on. */
static int event_sum(struct replica *replica, struct store_txn *txn, uint64_t log, uint64_t seq)
{
    struct scrub *scrub = &replica->scrub;
    struct hash hash;
    struct bytes bytes;
    struct event event;
    bool is_indexed = true;
    int err = event_get(txn, log, seq, &hash, &bytes);
    if (err != 0) {
        return err == ERR_IO ? err : 0;
    }
    if (seq == 1) {
        scrub->at.summed = scrub->at.bytes = 0;
    }
    scrub->at.bytes += bytes.size;
    scrub->at.summed += scrub->at.summed + 1 == seq ? 1 : 0;
    if (event_decode(bytes, &event) == 0 && event.type == EVENT_SALVAGE) {
        err = salvage_is_indexed(txn, log, seq, bytes, &is_indexed);
    }
    scrub->is_wrong |= err == 0 && !is_indexed;
    return err;
}

static int log_end(struct replica *replica, struct store_txn *txn, uint32_t slot,
                   struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    const struct log_head *head = &replica->vector.heads[slot];
    bool is_size_right = true;
    int err = salvage_size_is_right(txn, head->log, &is_size_right);
    scrub->is_wrong |= err == 0 && !is_size_right;
    if (err == 0) {
        err = replica_head_look(replica, txn, slot,
                                scrub->at.summed == head->seq ? &scrub->at.bytes : NULL, out);
    }
    scrub->at.log++; /* no log's id is the highest number: the next look finds nothing */
    scrub->at.seq = scrub->at.summed = 0;
    return err;
}

int scrub_journal(struct replica *replica, struct store_txn *txn, struct effects *out,
                  bool *ret_is_over)
{
    struct scrub *scrub = &replica->scrub;
    const int32_t slot = log_at_or_after(replica, scrub->at.log);
    *ret_is_over = slot == SLOT_NONE;
    if (slot == SLOT_NONE) {
        return 0;
    }
    const struct log_head *head = &replica->vector.heads[slot];
    if (scrub->at.log != head->log) {
        scrub->at.seq = 0;
    }
    scrub->at.log = head->log;
    if (scrub->at.seq >= head->seq) {
        return log_end(replica, txn, (uint32_t)slot, out);
    }
    const int err = replica_scrub_event(replica, txn, (uint32_t)slot, ++scrub->at.seq, out);
    return err != 0 ? err : event_sum(replica, txn, head->log, scrub->at.seq);
}
