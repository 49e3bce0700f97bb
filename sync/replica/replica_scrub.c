/* replica_scrub.c - the store is read again in the background, so that what the disk spoils is
 * found before it is needed.
 *
 * One pass: the newest events of every log (only after an open); what the store is; every log from
 * its first event on with what is entered of its salvages and its head; every entity against what
 * its events fold to; and back, every row of salvages, state and index to the events that it is
 * made of. The journal proves itself, event by event: what is wrong there is listed
 * (sync/log/damage.h) and fetched again (replica_repair.c). The rest is made of the journal: when
 * something there is wrong, all of it is gone through and made right first (replica_remake.c).
 *
 * The position is kept in TABLE_LOCAL, "scrub": part1, log8, seq5, the row's key; and in memory
 * when a turn is undone, since turns may be undone again and again, as on a disk that is full.
 */
#include <string.h>

#include "sync/log/damage.h"
#include "sync/replica/replica_scrub.h"
#include "sync/replica/replica_state.h"

enum {
    SCRUB_PASS_MS = 6 * 60 * 60 * 1000, /* from the end of a pass to the next one */
    SCRUB_DAMAGED_MS = 60 * 1000,       /* the same while something is spoilt */
    SCRUB_SAVE_RECORDS = 4096,
    POSITION_BYTES_MIN = 1 + 8 + 5,
};

static void part_begin(struct scrub *scrub, enum scrub_part part)
{
    scrub->at.part = part;
    scrub->at.log = scrub->at.seq = 0;
    scrub->at.row.size = 0;
}

static void pass_begin(struct scrub *scrub)
{
    part_begin(scrub, SCRUB_META);
}

static struct bytes position_key(void)
{
    return bytes_of_text("scrub");
}

static int position_put(struct replica *replica, struct store_txn *txn)
{
    uint8_t row[POSITION_BYTES_MIN + KEY_BYTES_MAX];
    struct scrub *scrub = &replica->scrub;
    row[0] = (uint8_t)scrub->at.part;
    put_be64(row + 1, scrub->at.log);
    put_be40(row + 9, scrub->at.seq);
    memcpy(row + POSITION_BYTES_MIN, scrub->at.row.data, scrub->at.row.size);
    scrub->unsaved = 0;
    replica->is_turn_written = true;
    return store_put(txn, TABLE_LOCAL, position_key(),
                     bytes_of(row, POSITION_BYTES_MIN + scrub->at.row.size));
}

/* Where the last pass was interrupted; it begins anew where that says nothing. */
static int position_get(struct replica *replica, struct store_txn *txn)
{
    struct scrub *scrub = &replica->scrub;
    struct bytes row;
    int err = store_get(txn, TABLE_LOCAL, position_key(), &row);
    pass_begin(scrub);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    if (row.size < POSITION_BYTES_MIN || row.size > POSITION_BYTES_MIN + KEY_BYTES_MAX ||
        row.data[0] < SCRUB_META || row.data[0] >= SCRUB_REST) {
        return 0;
    }
    scrub->at.part = (enum scrub_part)row.data[0];
    scrub->at.log = get_be64(row.data + 1);
    scrub->at.seq = get_be40(row.data + 9);
    scrub->at.row.size = row.size - POSITION_BYTES_MIN;
    memcpy(scrub->at.row.data, row.data + POSITION_BYTES_MIN, scrub->at.row.size);
    return 0;
}

/* --- turns --- */

void replica_scrub_reset(struct replica *replica)
{
    struct scrub *scrub = &replica->scrub;
    struct scrub fresh = {.at = {.part = SCRUB_TAILS}, .is_turn_over = true};
    if (scrub->is_kept) {
        fresh.at = scrub->at;
        fresh.is_wrong = scrub->is_wrong;
        fresh.is_kept = true;
    }
    fresh.begun_at = fresh.at;
    *scrub = fresh;
}

void replica_scrub_turn_begin(struct replica *replica)
{
    struct scrub *scrub = &replica->scrub;
    if (scrub->is_turn_over) {
        scrub->is_turn_over = false;
        scrub->begun_at = scrub->at;
    }
}

void replica_scrub_turn_end(struct replica *replica)
{
    replica->scrub.is_turn_over = true;
    replica->scrub.is_kept = false;
}

/* Also one that was sealed, and whose commit failed. */
void replica_scrub_turn_undo(struct replica *replica)
{
    replica->scrub.at = replica->scrub.begun_at;
    replica->scrub.is_kept = true;
}

int replica_scrub_open(struct replica *replica, struct store_txn *txn)
{
    uint64_t log = 0;
    uint64_t seq = 0;
    int err;
    while ((err = damage_next(txn, log, seq, &log, &seq)) == 0) {
        int32_t slot = vector_find(&replica->vector, log);
        replica->scrub.has_damage = true;
        if (slot != SLOT_NONE) {
            replica->mesh.is_damaged[slot] = true;
        }
        seq++;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- a pass --- */

static int pass_end(struct replica *replica, struct store_txn *txn, uint64_t due_ms)
{
    part_begin(&replica->scrub, SCRUB_REST);
    replica->scrub.at.due_ms = due_ms;
    return position_put(replica, txn);
}

/* Until what is spoilt of the journal is fetched, rows do not fold to what they were. */
static int part_end(struct replica *replica, struct store_txn *txn, struct moment now)
{
    struct scrub *scrub = &replica->scrub;
    if (scrub->at.part == SCRUB_TAILS) {
        return position_get(replica, txn);
    }
    if (scrub->at.part == SCRUB_JOURNAL && scrub->has_damage) {
        return pass_end(replica, txn, now.mono_ms + SCRUB_DAMAGED_MS);
    }
    if (scrub->at.part + 1 == SCRUB_REST) {
        return pass_end(replica, txn, now.mono_ms + SCRUB_PASS_MS);
    }
    part_begin(scrub, scrub->at.part + 1);
    return 0;
}

static int scrub_meta(struct replica *replica, struct store_txn *txn, struct effects *out,
                      bool *ret_is_over)
{
    *ret_is_over = true;
    return replica_meta_look(replica, txn, out);
}

/* Looks at the next record of each part but SCRUB_REST, which has none. */
static int (*const records[SCRUB_REST])(struct replica *replica, struct store_txn *txn,
                                        struct effects *out, bool *ret_is_over) = {
    [SCRUB_TAILS] = scrub_tail,   [SCRUB_META] = scrub_meta,    [SCRUB_JOURNAL] = scrub_journal,
    [SCRUB_ENTITIES] = scrub_row, [SCRUB_SALVAGES] = scrub_row, [SCRUB_STATES] = scrub_row,
    [SCRUB_INDEX] = scrub_row,
};

/* All that was found to be wrong by now is made right. */
static void make_right_begin(struct replica *replica, struct effects *out)
{
    effects_alarm(out, ALARM_STATE_DAMAGE, 0, 0, replica->device);
    replica_remake_begin(replica);
    replica->scrub.is_wrong = false;
    replica->folder.is_row_spoilt = false;
}

/* Rows may be wrong that nothing leads to: all are looked at. What is found meanwhile may be behind
 * us, and has all looked at once more. */
static int make_right(struct replica *replica, struct store_txn *txn, struct moment now,
                      struct effects *out)
{
    uint64_t entities;
    int err = replica_fold(replica, txn, out);
    if (err != 0) {
        return err;
    }
    if (!replica_is_remaking(replica, &entities)) {
        make_right_begin(replica, out);
    }
    return replica_remake_some(replica, txn, now, out);
}

/* A peer could not be given what it asked for. */
static void look_there(struct replica *replica)
{
    struct mesh *mesh = &replica->mesh;
    if (!mesh->is_look_due) {
        return;
    }
    mesh->is_look_due = false;
    replica->scrub.at.part = SCRUB_JOURNAL;
    replica->scrub.at.log = mesh->look_log;
    replica->scrub.at.seq = mesh->look_seq - 1;
}

bool replica_is_scrubbing(const struct replica *replica)
{
    return replica->is_open && replica->scrub.at.part != SCRUB_REST;
}

int replica_scrub(struct replica *replica, struct store_txn *txn, const struct input *input,
                  struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    const struct moment now = input->now;
    uint64_t entities;
    const bool is_remaking = replica_is_remaking(replica, &entities);
    const uint32_t records_max = is_remaking ? 0 : input->records_max;
    int err = replica_fold(replica, txn, out); /* rows are compared with the journal as it is */
    look_there(replica);
    if (input->is_anew || records_max == UINT32_MAX ||
        (scrub->at.part == SCRUB_REST && now.mono_ms >= scrub->at.due_ms)) {
        pass_begin(scrub);
    }
    for (uint32_t i = 0; i < records_max && err == 0 && scrub->at.part != SCRUB_REST; i++) {
        bool is_over = false;
        err = records[scrub->at.part](replica, txn, out, &is_over);
        if (err == 0 && is_over) {
            err = part_end(replica, txn, now);
        }
        scrub->unsaved++;
    }
    if (err == 0 && (is_remaking || scrub->is_wrong)) {
        err = make_right(replica, txn, now, out);
    }
    if (err == 0 && (replica->is_turn_written || scrub->unsaved >= SCRUB_SAVE_RECORDS)) {
        err = position_put(replica, txn);
    }
    return err;
}
