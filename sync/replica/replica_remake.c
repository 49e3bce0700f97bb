/* replica_remake.c - a row was wrong that is made of the journal, and others may be that nothing
 * leads to; or the roster makes more valid or void than a turn can fold. Salvages, state and index
 * are gone through and made right, while the device goes on, some of it in each turn; a small store
 * in one.
 *
 * In this order, so that each is made of what is right by then: what salvages carry; what stock has
 * in the index that no event noted, which its rows are summed up from; each entity's rows; rows of
 * no entity; what the index has besides. Only what is wrong is written.
 *
 * While it is under way TABLE_LOCAL has a row "remake": phase1, entity12, the row's key. After a
 * crash it goes on there.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/entity.h"
#include "sync/replica/remaking.h"
#include "sync/replica/replica_scrub.h"
#include "sync/replica/replica_state.h"

enum {
    WORK_PER_TURN = 4096, /* rows that are looked at: some 10 ms */
    WORK_OF_ENTITY = 8,   /* folding one costs as much as so many */
    POSITION_BYTES_MIN = 1 + ENTITY_ID_BYTES,
};

/* --- where it is --- */

static int position_put(struct replica *replica, struct store_txn *txn)
{
    uint8_t row[POSITION_BYTES_MIN + KEY_BYTES_MAX];
    const struct remake *remake = &replica->remake;
    replica->is_turn_written = true;
    if (remake->phase == REMAKE_NONE) {
        const int err = store_del(txn, TABLE_LOCAL, remaking_key());
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    row[0] = (uint8_t)remake->phase;
    memcpy(row + 1, remake->entity.bytes, ENTITY_ID_BYTES);
    memcpy(row + POSITION_BYTES_MIN, remake->row.data, remake->row.size);
    return store_put(txn, TABLE_LOCAL, remaking_key(),
                     bytes_of(row, POSITION_BYTES_MIN + remake->row.size));
}

/* One that the disk spoilt is the beginning. */
static void position_take(struct remake *remake, struct bytes row)
{
    remake->phase = REMAKE_SALVAGES;
    if (row.size < POSITION_BYTES_MIN || row.size > POSITION_BYTES_MIN + KEY_BYTES_MAX ||
        row.data[0] < REMAKE_SALVAGES || row.data[0] > REMAKE_INDEX) {
        return;
    }
    remake->phase = (enum remake_phase)row.data[0];
    memcpy(remake->entity.bytes, row.data + 1, ENTITY_ID_BYTES);
    remake->row.size = row.size - POSITION_BYTES_MIN;
    memcpy(remake->row.data, row.data + POSITION_BYTES_MIN, remake->row.size);
}

/* Until it came to an entity, nobody goes by its row. */
static void right_to_note(struct replica *replica)
{
    const struct remake *remake = &replica->remake;
    const bool may_be_wrong = remake->phase != REMAKE_NONE && remake->phase <= REMAKE_ENTITIES;
    replica->folder.right_to = may_be_wrong ? &remake->entity : NULL;
}

int replica_remake_open(struct replica *replica, struct store_txn *txn)
{
    struct remake *remake = &replica->remake;
    struct bytes row;
    *remake = (struct remake){.work_max = remake->work_max != 0 ? remake->work_max : WORK_PER_TURN};
    const int err = store_get(txn, TABLE_LOCAL, remaking_key(), &row);
    if (err == 0) {
        position_take(remake, row);
    }
    right_to_note(replica);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- one after the other --- */

typedef int remake_step(struct replica *replica, struct store_txn *txn, struct effects *out,
                        bool *ret_is_over);

static int salvages_step(struct replica *replica, struct store_txn *txn, struct effects *out,
                         bool *ret_is_over)
{
    (void)replica;
    (void)out;
    *ret_is_over = true;
    return replica_salvage_rebuild(txn);
}

/* To the next row of @table. */
static int row_next(struct replica *replica, struct store_txn *txn, enum store_table table,
                    struct effects *out, bool *ret_is_over)
{
    const int err = scrub_key_after(txn, table, &replica->remake.row);
    *ret_is_over = err != 0;
    out->is_store_broken |= err == ERR_MALFORMED;
    return err == ERR_IO ? err : 0;
}

static int row_drop(struct store_txn *txn, enum store_table table, const struct key *key)
{
    const int err = store_del(txn, table, key_bytes(key));
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Drop the row of the index that comes next when it is wrong; of stock alone, or any. */
static int index_step_of(struct replica *replica, struct store_txn *txn, bool is_any,
                         struct effects *out, bool *ret_is_over)
{
    const struct key *row = &replica->remake.row;
    enum kind kind = KIND_NONE;
    bool is_right = true;
    int err = row_next(replica, txn, TABLE_INDEX, out, ret_is_over);
    if (err != 0 || *ret_is_over) {
        return err;
    }
    if (is_any || (index_kind(key_bytes(row), &kind) && kind == KIND_STOCK)) {
        err = scrub_index_is_right(replica, txn, key_bytes(row), &is_right);
    }
    if (err == ERR_MALFORMED) { /* the row that it is of came to nothing */
        is_right = false;
    } else if (err != 0) {
        return err;
    }
    return is_right ? 0 : row_drop(txn, TABLE_INDEX, row);
}

static int takes_step(struct replica *replica, struct store_txn *txn, struct effects *out,
                      bool *ret_is_over)
{
    return index_step_of(replica, txn, false, out, ret_is_over);
}

static int index_step(struct replica *replica, struct store_txn *txn, struct effects *out,
                      bool *ret_is_over)
{
    return index_step_of(replica, txn, true, out, ret_is_over);
}

/* What the stored row has in the index, so that no board lists it twice until the index is gone
 * through. */
static int keys_drop(struct replica *replica, struct store_txn *txn, enum kind kind)
{
    struct index_keys keys;
    int err = entity_is_tally(kind)
                  ? ERR_NOT_FOUND
                  : history_get(replica->history, txn, kind, &replica->remake.entity);
    if (err != 0) {
        return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? 0 : err;
    }
    entity_index(replica->history, replica->order, &keys);
    for (uint32_t i = 0; i < keys.count && err == 0; i++) {
        err = row_drop(txn, TABLE_INDEX, &keys.keys[i]);
    }
    return err;
}

/* Without the stored row the fold writes it, and all that it has in the index. */
static int kind_remake(struct replica *replica, struct store_txn *txn, enum kind kind)
{
    const struct entity_id entity = replica->remake.entity;
    const struct key state = key_state(kind, &entity);
    int err = keys_drop(replica, txn, kind);
    if (err == 0) {
        err = row_drop(txn, TABLE_STATE, &state);
    }
    replica->popup.is_known = false;
    return err != 0 ? err : replica_entity_fold(replica, txn, &entity, kind_bit(kind));
}

static int entity_step(struct replica *replica, struct store_txn *txn, struct effects *out,
                       bool *ret_is_over)
{
    struct entity_id *entity = &replica->remake.entity;
    uint32_t kinds = 0;
    int err = replica_entity_after(txn, entity, entity, &kinds);
    (void)out;
    *ret_is_over = err == ERR_NOT_FOUND;
    if (err != 0) {
        return *ret_is_over ? 0 : err;
    }
    for (enum kind kind = KIND_POPUP; kind <= KIND_LAST && err == 0; kind++) {
        bool is_right = true;
        if ((kinds & kind_bit(kind)) != 0) {
            err = replica_row_is_right(replica, txn, kind, entity, &is_right);
        }
        if (err == 0 && !is_right) {
            err = kind_remake(replica, txn, kind);
        }
    }
    replica->remake.count++;
    return err;
}

static int state_step(struct replica *replica, struct store_txn *txn, struct effects *out,
                      bool *ret_is_over)
{
    const struct key *row = &replica->remake.row;
    bool is_right = false;
    int err = row_next(replica, txn, TABLE_STATE, out, ret_is_over);
    if (err == 0 && !*ret_is_over) {
        err = scrub_state_is_right(txn, key_bytes(row), &is_right);
    }
    return err != 0 || *ret_is_over || is_right ? err : row_drop(txn, TABLE_STATE, row);
}

static const struct {
    remake_step *step;
    uint32_t work;
} phases[] = {
    [REMAKE_SALVAGES] = {salvages_step, 1},
    [REMAKE_TAKES] = {takes_step, 1},
    [REMAKE_ENTITIES] = {entity_step, WORK_OF_ENTITY},
    [REMAKE_STATES] = {state_step, 1},
    [REMAKE_INDEX] = {index_step, 1},
};

/* Whether a revocation voided something of an order is told by its row: of those that were not gone
 * through yet, wrongly. */
static void phase_end(struct replica *replica)
{
    struct remake *remake = &replica->remake;
    const bool is_last = remake->phase == REMAKE_INDEX;
    remake->phase = is_last ? REMAKE_NONE : remake->phase + 1;
    remake->row.size = 0;
    replica->voided.is_due |= is_last;
    right_to_note(replica);
}

void replica_remake_begin(struct replica *replica)
{
    replica->remake =
        (struct remake){.phase = REMAKE_SALVAGES, .work_max = replica->remake.work_max};
    right_to_note(replica);
}

int replica_remake_anew(struct replica *replica, struct store_txn *txn)
{
    replica_remake_begin(replica);
    replica->remake.is_first_due = true;
    return position_put(replica, txn);
}

int replica_remake_first(struct replica *replica, struct store_txn *txn)
{
    const struct roster *roster = &replica->roster;
    /* The turn was folded: it has room for more than all people. */
    check(turn_mark(replica->turn, KIND_POPUP, &replica->popup_entity));
    for (uint32_t i = 0; i < roster->people_count; i++) {
        const struct entity_id person = entity_id_derive(KIND_STAFF, roster->people[i].staff);
        check(turn_mark(replica->turn, KIND_STAFF, &person));
    }
    replica->remake.is_first_due = false;
    replica->popup.is_known = false;
    return turn_fold_all(replica->turn, txn, &replica->folder);
}

int replica_remake_some(struct replica *replica, struct store_txn *txn, struct moment now,
                        struct effects *out)
{
    struct remake *remake = &replica->remake;
    int err = 0;
    for (uint32_t work = 0; work < remake->work_max && remake->phase != REMAKE_NONE && err == 0;) {
        bool is_over = false;
        work += phases[remake->phase].work;
        err = phases[remake->phase].step(replica, txn, out, &is_over);
        if (err == 0 && is_over) {
            phase_end(replica);
        }
    }
    if (err == 0) {
        err = position_put(replica, txn);
    }
    if (err != 0) {
        return err == ERR_MALFORMED ? ERR_IO : err;
    }
    if (remake->phase != REMAKE_NONE) {
        effects_wake(out, now.mono_ms);
    }
    return 0;
}

bool replica_is_remaking(const struct replica *replica, uint64_t *ret_entities)
{
    *ret_entities = replica->remake.count;
    return replica->is_open && replica->remake.phase != REMAKE_NONE;
}
