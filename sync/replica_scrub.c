/* replica_scrub.c - the store is read again in the background, so that what the disk spoils is
 * found before it is needed.
 *
 * One pass: the newest events of every log (only after an open), every log from its first event on
 * with what is entered of its salvages and its head, every entity against what its events fold to.
 * The journal proves itself, event by event: what is wrong there is listed (sync/log/damage.h) and
 * fetched again (replica_repair.c). State and index are made of the journal: when something there
 * is wrong, all of it is made anew.
 *
 * The position is kept in TABLE_LOCAL, "scrub": part1, log8, seq5, the row's key.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/damage.h"
#include "sync/log/salvage.h"
#include "sync/replica_state.h"

enum {
    SCRUB_TAIL_EVENTS = 32,
    SCRUB_PASS_MS = 6 * 60 * 60 * 1000, /* from the end of a pass to the next one */
    SCRUB_DAMAGED_MS = 60 * 1000,       /* the same while something is spoilt */
    SCRUB_SAVE_RECORDS = 4096,
    POSITION_BYTES_MIN = 1 + 8 + 5,
};

static struct bytes position_key(void)
{
    return bytes_of_text("scrub");
}

static int position_put(struct replica *replica, struct store_txn *txn)
{
    uint8_t row[POSITION_BYTES_MIN + KEY_BYTES_MAX];
    struct scrub *scrub = &replica->scrub;
    row[0] = (uint8_t)scrub->part;
    put_be64(row + 1, scrub->log);
    put_be40(row + 9, scrub->seq);
    memcpy(row + POSITION_BYTES_MIN, scrub->row.data, scrub->row.size);
    scrub->unsaved = 0;
    replica->is_turn_written = true;
    return store_put(txn, TABLE_LOCAL, position_key(),
                     bytes_of(row, POSITION_BYTES_MIN + scrub->row.size));
}

/* Where the last pass was interrupted; it begins anew where that says nothing. */
static int position_get(struct replica *replica, struct store_txn *txn)
{
    struct scrub *scrub = &replica->scrub;
    struct bytes row;
    int err = store_get(txn, TABLE_LOCAL, position_key(), &row);
    scrub->part = SCRUB_JOURNAL;
    scrub->log = scrub->seq = 0;
    scrub->row.size = 0;
    if (err != 0)
        return err == ERR_NOT_FOUND ? 0 : err;
    if (row.size < POSITION_BYTES_MIN || row.size > POSITION_BYTES_MIN + KEY_BYTES_MAX ||
        row.data[0] < SCRUB_JOURNAL || row.data[0] > SCRUB_ENTITIES)
        return 0;
    scrub->part = (enum scrub_part)row.data[0];
    scrub->log = get_be64(row.data + 1);
    scrub->seq = get_be40(row.data + 9);
    scrub->row.size = row.size - POSITION_BYTES_MIN;
    memcpy(scrub->row.data, row.data + POSITION_BYTES_MIN, scrub->row.size);
    return 0;
}

int replica_scrub_open(struct replica *replica, struct store_txn *txn)
{
    uint64_t log = 0;
    uint64_t seq = 0;
    int err;
    while ((err = damage_next(txn, log, seq, &log, &seq)) == 0) {
        int32_t slot = vector_find(&replica->vector, log);
        replica->scrub.has_damage = true;
        if (slot != SLOT_NONE)
            replica->mesh.is_damaged[slot] = true;
        seq++;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- the journal --- */

static int damage_found(struct replica *replica, struct store_txn *txn, uint32_t slot, uint64_t seq,
                        struct effects *out)
{
    const struct log_head *head = &replica->vector.heads[slot];
    bool is_new = false;
    int err = damage_mark(txn, head->log, seq, &is_new);
    if (err != 0 || !is_new)
        return err;
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
    if (err != 0 || !is_listed)
        return err;
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
    if (err != 0 && (err != ERR_NOT_FOUND || seq != head->seq))
        return err == ERR_NOT_FOUND ? 0 : err;
    err = event_get(txn, head->log, seq, &hash, &bytes);
    if (err != 0)
        return err == ERR_IO ? err : 0;
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
    if (err == 0)
        err = event_get(txn, head->log, seq, &stored, &bytes);
    *ret_is = false;
    if (err != 0)
        return err == ERR_IO ? err : 0;
    const struct hash event_hash = chain_event_hash(bytes);
    const struct hash chained = chain_next(&before, &event_hash);
    *ret_is =
        hash_equal(&chained, &stored) && (seq != head->seq || hash_equal(&stored, &head->hash));
    return 0;
}

/* The entity's events were not all found when it was folded. */
static int refold(struct replica *replica, struct store_txn *txn, const struct log_head *head,
                  uint64_t seq, struct effects *out)
{
    struct hash hash;
    struct bytes bytes;
    struct event event;
    int err = event_get(txn, head->log, seq, &hash, &bytes);
    replica->is_turn_written = true;
    if (err != 0 || event_decode(bytes, &event) != 0)
        return err == ERR_IO ? err : 0;
    const struct entity_id entity = event.entity;
    return replica_mark(replica, txn, event.type, &entity, out);
}

static int look(struct replica *replica, struct store_txn *txn, uint32_t slot, uint64_t seq,
                bool *ret_is_good, struct effects *out)
{
    const struct log_head *head = &replica->vector.heads[slot];
    bool is_written = false;
    int err = damage_look(txn, &replica->config.popup, head, seq, ret_is_good, &is_written);
    if (err == 0 && is_written)
        err = refold(replica, txn, head, seq, out);
    bool is_mine = err == 0 && !*ret_is_good && head->log == replica->log;
    if (is_mine)
        err = is_chained(replica, txn, head, seq, &is_mine);
    if (err != 0 || !is_mine)
        return err;
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
    if (err != 0)
        return err;
    return is_good ? damage_gone(replica, txn, slot, seq, out)
                   : damage_found(replica, txn, slot, seq, out);
}

static int scrub_tail(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    const uint32_t slot = replica->scrub.slot++;
    const uint64_t last = replica->vector.heads[slot].seq;
    uint64_t seq = last > SCRUB_TAIL_EVENTS ? last - SCRUB_TAIL_EVENTS : 0;
    int err = 0;
    while (err == 0 && seq < last)
        err = replica_scrub_event(replica, txn, slot, ++seq, out);
    return err;
}

static int tails(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    if (replica->scrub.slot < replica->vector.count)
        return scrub_tail(replica, txn, out);
    return position_get(replica, txn);
}

/* The log after scrub->log, or itself; SLOT_NONE past the last. */
static int32_t log_at_or_after(const struct replica *replica, uint64_t log)
{
    for (uint32_t i = 0; i < replica->vector.count; i++) {
        const uint32_t slot = replica->vector.ascending[i];
        if (replica->vector.heads[slot].log >= log)
            return (int32_t)slot;
    }
    return SLOT_NONE;
}

static int pass_end(struct replica *replica, struct store_txn *txn, uint64_t due_ms)
{
    struct scrub *scrub = &replica->scrub;
    scrub->part = SCRUB_REST;
    scrub->due_ms = due_ms;
    scrub->log = scrub->seq = 0;
    scrub->row.size = 0;
    return position_put(replica, txn);
}

/* The sum of all sizes is known when the log was read from its first event on. */
static int event_sum(struct replica *replica, struct store_txn *txn, uint64_t log, uint64_t seq)
{
    struct scrub *scrub = &replica->scrub;
    struct hash hash;
    struct bytes bytes;
    struct event event;
    bool is_indexed = true;
    int err = event_get(txn, log, seq, &hash, &bytes);
    if (err != 0)
        return err == ERR_IO ? err : 0;
    if (seq == 1)
        scrub->summed = scrub->bytes = 0;
    scrub->bytes += bytes.size;
    scrub->summed += scrub->summed + 1 == seq ? 1 : 0;
    if (event_decode(bytes, &event) == 0 && event.type == EVENT_SALVAGE)
        err = salvage_is_indexed(txn, log, seq, bytes, &is_indexed);
    scrub->is_wrong |= !is_indexed;
    return err;
}

static int log_end(struct replica *replica, struct store_txn *txn, uint32_t slot,
                   struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    const struct log_head *head = &replica->vector.heads[slot];
    bool is_size_right = true;
    int err = salvage_size_is_right(txn, head->log, &is_size_right);
    scrub->is_wrong |= !is_size_right;
    if (err == 0)
        err = replica_head_look(replica, txn, slot,
                                scrub->summed == head->seq ? &scrub->bytes : NULL, out);
    scrub->log++; /* no log's id is the highest number: the next look finds nothing */
    scrub->seq = scrub->summed = 0;
    return err;
}

static int journal(struct replica *replica, struct store_txn *txn, struct moment now,
                   struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    int32_t slot = log_at_or_after(replica, scrub->log);
    if (slot == SLOT_NONE) {
        if (scrub->has_damage) /* until that is fetched, rows do not fold to what they were */
            return pass_end(replica, txn, now.mono_ms + SCRUB_DAMAGED_MS);
        scrub->part = SCRUB_ENTITIES;
        scrub->row.size = 0;
        return 0;
    }
    const struct log_head *head = &replica->vector.heads[slot];
    if (scrub->log != head->log)
        scrub->seq = 0;
    scrub->log = head->log;
    if (scrub->seq >= head->seq)
        return log_end(replica, txn, (uint32_t)slot, out);
    int err = replica_scrub_event(replica, txn, (uint32_t)slot, ++scrub->seq, out);
    return err != 0 ? err : event_sum(replica, txn, head->log, scrub->seq);
}

/* --- what is made of the journal --- */

/* The row of the table entity after scrub->row, its key copied there. ERR_NOT_FOUND, ERR_IO. */
static int row_after(struct replica *replica, struct store_txn *txn)
{
    struct key *at = &replica->scrub.row;
    uint8_t after[KEY_BYTES_MAX + 1] = {0};
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    if (err != 0)
        return err;
    memcpy(after, at->data, at->size);
    err = store_cursor_seek(&cursor, bytes_of(after, at->size + 1), &key, &value);
    if (err == 0) {
        at->size = key.size < sizeof at->data ? key.size : sizeof at->data;
        memcpy(at->data, key.data, at->size);
    }
    store_cursor_close(&cursor);
    return err;
}

/* Whether the event that scrub->row enters is about that entity; one that cannot be read is listed
 * already. */
static int entry_is_right(struct store_txn *txn, const struct entity_id *entity, uint64_t log,
                          uint64_t seq, bool *ret_is)
{
    struct hash hash;
    struct bytes bytes;
    struct event event;
    int err = event_get(txn, log, seq, &hash, &bytes);
    *ret_is =
        err == ERR_MALFORMED ||
        (err == 0 && (event_decode(bytes, &event) != 0 || entity_id_equal(&event.entity, entity)));
    return err == ERR_IO ? err : 0;
}

static int rows_are_right(struct replica *replica, struct store_txn *txn,
                          const struct entity_id *entity, bool *ret_are)
{
    uint32_t kinds = 0;
    int err = entity_kinds(txn, entity, &kinds);
    for (enum kind kind = KIND_POPUP; kind <= KIND_LAST && err == 0 && *ret_are; kind++)
        if ((kinds & kind_bit(kind)) != 0)
            err = replica_row_is_right(replica, txn, kind, entity, ret_are);
    return err;
}

/* Enters of the table entity one by one; with the first of each, its rows. */
static int entities(struct replica *replica, struct store_txn *txn, struct moment now,
                    struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    const struct key before = scrub->row;
    struct entity_id entity;
    uint64_t log;
    uint64_t seq;
    bool is_right = false;
    int err = row_after(replica, txn);
    if (err == ERR_NOT_FOUND)
        return pass_end(replica, txn, now.mono_ms + SCRUB_PASS_MS);
    if (err == 0 && key_entity_event_parse(key_bytes(&scrub->row), &entity, &log, &seq) == 0)
        err = entry_is_right(txn, &entity, log, seq, &is_right);
    if (err == 0 && !is_right) {
        scrub->is_wrong = true;
        err = store_del(txn, TABLE_ENTITY, key_bytes(&scrub->row));
        out->is_store_broken |= err == ERR_NOT_FOUND; /* its key is not where it belongs */
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    if (err == 0 &&
        (before.size < ENTITY_ID_BYTES || memcmp(before.data, entity.bytes, ENTITY_ID_BYTES) != 0))
        err = rows_are_right(replica, txn, &entity, &is_right);
    scrub->is_wrong |= err == ERR_MALFORMED || (err == 0 && !is_right);
    return err == ERR_MALFORMED ? 0 : err;
}

/* --- a part of a pass --- */

static int record(struct replica *replica, struct store_txn *txn, struct moment now,
                  struct effects *out)
{
    switch (replica->scrub.part) {
    case SCRUB_TAILS:
        return tails(replica, txn, out);
    case SCRUB_JOURNAL:
        return journal(replica, txn, now, out);
    case SCRUB_ENTITIES:
        return entities(replica, txn, now, out);
    case SCRUB_REST:
        return 0;
    }
    check(false);
}

/* Rows may be wrong that nothing leads to. */
static int make_anew(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    effects_alarm(out, ALARM_STATE_DAMAGE, 0, 0, replica->device);
    replica->scrub.is_wrong = false;
    int err = replica_fold(replica, txn, out);
    return err == 0 ? replica_rebuild(replica, txn) : err;
}

/* A peer could not be given what it asked for. */
static void look_there(struct replica *replica)
{
    struct mesh *mesh = &replica->mesh;
    if (!mesh->is_look_due)
        return;
    mesh->is_look_due = false;
    replica->scrub.part = SCRUB_JOURNAL;
    replica->scrub.log = mesh->look_log;
    replica->scrub.seq = mesh->look_seq - 1;
}

int replica_scrub(struct replica *replica, struct store_txn *txn, uint32_t records_max,
                  struct moment now, struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    int err = replica_fold(replica, txn, out); /* rows are compared with the journal as it is */
    look_there(replica);
    if (records_max == UINT32_MAX || (scrub->part == SCRUB_REST && now.mono_ms >= scrub->due_ms)) {
        scrub->part = SCRUB_JOURNAL;
        scrub->log = scrub->seq = 0;
    }
    for (uint32_t i = 0; i < records_max && err == 0 && scrub->part != SCRUB_REST; i++) {
        err = record(replica, txn, now, out);
        scrub->unsaved++;
    }
    if (err == 0 && scrub->is_wrong)
        err = make_anew(replica, txn, out);
    if (err == 0 && (replica->is_turn_written || scrub->unsaved >= SCRUB_SAVE_RECORDS))
        err = position_put(replica, txn);
    return err == ERR_MALFORMED || err == ERR_NOT_FOUND ? ERR_IO : err;
}
