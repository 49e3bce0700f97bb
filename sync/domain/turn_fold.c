/* Each entity that a turn made dirty is folded once, and its rows are stored. */
#include "sync/domain/turn_parts.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/domain/change_number.h"
#include "sync/roster/salvage_memo.h"

/* --- index keys --- */

static bool keys_have(const struct index_keys *keys, const struct key *key)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        if (bytes_equal(key_bytes(&keys->keys[i]), key_bytes(key))) {
            return true;
        }
    }
    return false;
}

/* A row that is lacking has gone wrong: what stands there in its place, the reader looks for. */
static int index_drop(struct store_txn *txn, struct folder *folder, const struct key *key)
{
    const int err = store_del(txn, TABLE_INDEX, key_bytes(key));
    folder->is_row_spoilt |= err == ERR_NOT_FOUND;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int index_replace(struct store_txn *txn, struct folder *folder, const struct index_keys *old,
                         const struct index_keys *now)
{
    int err = 0;
    for (uint32_t i = 0; i < old->count && err == 0; i++) {
        if (!keys_have(now, &old->keys[i])) {
            err = index_drop(txn, folder, &old->keys[i]);
        }
    }
    for (uint32_t i = 0; i < now->count && err == 0; i++) {
        if (!keys_have(old, &now->keys[i])) {
            err = store_put(txn, TABLE_INDEX, key_bytes(&now->keys[i]), bytes_of(NULL, 0));
        }
    }
    return err;
}

/* --- folding --- */

/* The row of folder->history; empty when nothing of the entity counts. */
static struct bytes history_row(struct folder *folder)
{
    struct bytes row = bytes_of(NULL, 0);
    if (folder->history->count > 0 || folder->history->is_opaque) {
        check(history_encode(folder->history, folder->row, folder->row_capacity, &row) == 0);
    }
    return row;
}

static struct bytes tally_row(struct folder *folder)
{
    struct bytes row = bytes_of(NULL, 0);
    if (!stock_is_empty(folder->stock)) {
        check(stock_encode(folder->stock, folder->row, folder->row_capacity, &row) == 0);
    }
    return row;
}

int fold_entity(struct store_txn *txn, struct folder *folder, enum kind kind,
                const struct entity_id *entity, struct bytes *ret_row)
{
    struct stock_fold fold = turn_tally_fold(txn, folder, entity);
    fold.doubles = NULL;
    int err =
        entity_is_tally(kind) ? stock_audit(&fold) : turn_history_refold(txn, folder, kind, entity);
    if (err != 0) {
        return err;
    }
    *ret_row = entity_is_tally(kind) ? tally_row(folder) : history_row(folder);
    return 0;
}

/* Put @row in place of the stored one, or none when it is empty, as on a device that never heard of
 * the entity; @ret_is_changed says whether they differ. */
static int row_replace(struct store_txn *txn, const struct key *state, struct bytes row,
                       bool *ret_is_changed)
{
    struct bytes stored;
    int err = store_get(txn, TABLE_STATE, key_bytes(state), &stored);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_is_changed = err == 0 ? !bytes_equal(stored, row) : row.size > 0;
    if (!*ret_is_changed) {
        return 0;
    }
    return row.size > 0 ? store_put(txn, TABLE_STATE, key_bytes(state), row)
                        : store_del(txn, TABLE_STATE, key_bytes(state));
}

static int history_store(struct store_txn *txn, struct folder *folder, const struct key *state,
                         const struct index_keys *old)
{
    const struct bytes row = history_row(folder);
    struct index_keys now = {0};
    bool is_changed = false;
    int err = row_replace(txn, state, row, &is_changed);
    if (err != 0 || !is_changed) {
        return err;
    }
    if (row.size > 0) {
        entity_index(folder->history, folder->order, &now);
    }
    err = index_replace(txn, folder, old, &now);
    return err != 0 ? err : change_number_give(txn, state, ++folder->change_number);
}

static int tally_store(struct store_txn *txn, struct folder *folder, const struct key *state)
{
    bool is_changed = false;
    const int err = row_replace(txn, state, tally_row(folder), &is_changed);
    if (err != 0 || !is_changed) {
        return err;
    }
    return change_number_give(txn, state, ++folder->change_number);
}

static void breadcrumb_set(struct folder *folder, enum kind kind, const struct entity_id *entity)
{
    if (folder->breadcrumb == NULL) {
        return;
    }
    folder->breadcrumb->now[0] = (uint8_t)kind;
    memcpy(folder->breadcrumb->now + 1, entity->bytes, ENTITY_ID_BYTES);
}

/* It was folded, and the program lives. */
static void breadcrumb_clear(struct folder *folder)
{
    struct breadcrumb_row *row = folder->breadcrumb;
    if (row == NULL) {
        return;
    }
    if (row->deaths > 0 && memcmp(row->now, row->last, BREADCRUMB_BYTES) == 0) {
        row->deaths = 0;
    }
    row->now[0] = KIND_NONE;
}

/* --- what cannot be folded here --- */

bool folder_sets_aside(const struct folder *folder, const struct entity_id *entity)
{
    for (uint32_t i = 0; i < folder->aside_count; i++) {
        if (entity_id_equal(&folder->aside[i], entity)) {
            return true;
        }
    }
    return false;
}

static bool is_row_right(const struct folder *folder, const struct entity_id *entity)
{
    return folder->right_to == NULL ||
           memcmp(entity->bytes, folder->right_to->bytes, ENTITY_ID_BYTES) <= 0 ||
           folder_sets_aside(folder, entity);
}

/* Whether what was loaded has a row: not when nothing counts, nor when it is newer software's
 * alone, of which nobody knows of what kind it is. */
static int has_row(struct store_txn *txn, const struct history *history, bool *ret_has)
{
    *ret_has = history->count > 0;
    return history->is_opaque ? entity_has_kind(txn, &history->entity, history->kind, ret_has) : 0;
}

int folder_history_get(const struct folder *folder, struct history *history, struct store_txn *txn,
                       enum kind kind, const struct entity_id *entity)
{
    int err = history_get(history, txn, kind, entity);
    if ((err != 0 && err != ERR_NOT_FOUND) || is_row_right(folder, entity)) {
        return err;
    }
    bool has = false;
    err = history_load(history, txn, folder->roster, kind, entity);
    if (err == 0) {
        entity_prune(history);
        err = has_row(txn, history, &has);
    }
    return err == 0 && !has ? ERR_NOT_FOUND : err;
}

/* Its row stays as it was before the events that this software dies of, marked so that nobody
 * decides on it. Nothing is derived from it. */
static int keep_aside(struct store_txn *txn, struct folder *folder, const struct key *state,
                      enum kind kind, const struct entity_id *entity)
{
    bool is_changed = false;
    int err = entity_is_tally(kind) ? stock_get(folder->stock, txn, entity)
                                    : history_get(folder->history, txn, kind, entity);
    if (err == ERR_NOT_FOUND || err == ERR_MALFORMED) {
        stock_reset(folder->stock);
        history_reset(folder->history, kind, entity);
        err = 0;
    }
    folder->stock->is_opaque = folder->history->is_opaque = true;
    if (err == 0) {
        const struct bytes row = entity_is_tally(kind) ? tally_row(folder) : history_row(folder);
        err = row_replace(txn, state, row, &is_changed);
    }
    if (err != 0 || !is_changed) {
        return err;
    }
    return change_number_give(txn, state, ++folder->change_number);
}

int folder_show_anew(struct folder *folder, struct store_txn *txn, enum kind kind,
                     const struct entity_id *entity)
{
    const struct key state = key_state(kind, entity);
    uint64_t before;
    const int err = change_number_of(txn, kind, entity, &before);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    return change_number_give(txn, &state, ++folder->change_number);
}

static int note_blob(struct store_txn *txn, struct folder *folder)
{
    struct blob blob;
    blob_derive(folder->history, &blob);
    folder->is_blob_folded = true;
    const int err = blob_note(txn, &blob);
    return err != 0 || !blob.is_erased || blob.about_kind == KIND_NONE
               ? err
               : folder_show_anew(folder, txn, blob.about_kind, &blob.about);
}

static int fold_kind(struct turn *turn, struct store_txn *txn, struct folder *folder,
                     const struct turn_entity *entity, enum kind kind)
{
    struct index_keys old;
    struct key state = key_state(kind, &entity->id);
    int err;
    if (folder_sets_aside(folder, &entity->id)) {
        return keep_aside(txn, folder, &state, kind, &entity->id);
    }
    breadcrumb_set(folder, kind, &entity->id);
    if (entity_is_tally(kind)) {
        err = turn_tally_advance(turn, txn, folder, entity);
        if (err == 0) {
            err = tally_store(txn, folder, &state);
        }
    } else {
        err = turn_history_advance(turn, txn, folder, entity, kind, &old);
        if (err == 0) {
            err = history_store(txn, folder, &state, &old);
        }
    }
    folder->is_stock_folded |= kind == KIND_STOCK;
    if (err == 0 && kind == KIND_BLOB) {
        err = note_blob(txn, folder);
    }
    breadcrumb_clear(folder);
    return err == ERR_MALFORMED ? ERR_IO : err;
}

static int fold_dirty(struct turn *turn, struct store_txn *txn, struct folder *folder,
                      struct turn_entity *entity)
{
    uint32_t kinds = entity->kinds;
    int err = 0;
    entity->is_dirty = false;
    if ((kinds & kind_bit(KIND_NONE)) !=
        0) { /* makes every row opaque, also those of older events */
        err = entity_kinds(txn, &entity->id, &kinds);
    }
    for (enum kind kind = KIND_POPUP; kind <= KIND_LAST && err == 0; kind++) {
        if ((kinds & kind_bit(kind)) != 0) {
            err = fold_kind(turn, txn, folder, entity, kind);
        }
    }
    return err == ERR_MALFORMED ? ERR_IO : err;
}

int turn_fold_all(struct turn *turn, struct store_txn *txn, struct folder *folder)
{
    int err = 0;
    salvage_memo_reset(folder->history->memo);
    folder->history->is_memo_kept = true; /* only rows of states are written */
    for (uint32_t i = 0; i < turn->entities_count && err == 0; i++) {
        if (turn->entities[i].is_dirty) {
            err = fold_dirty(turn, txn, folder, &turn->entities[i]);
        }
    }
    folder->history->is_memo_kept = false;
    if (err == 0) {
        turn_empty(turn);
    }
    return err;
}
