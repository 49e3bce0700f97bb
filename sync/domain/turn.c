#include "sync/domain/turn.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/log/salvage.h"
#include "sync/roster/salvage_memo.h"

/* --- remembering --- */

/* Ids end in hash bytes: no need to hash again. */
static uint32_t bucket_start(const struct entity_id *entity)
{
    return get_be32(entity->bytes + ENTITY_ID_BYTES - 4) & (TURN_BUCKETS - 1);
}

void turn_reset(struct turn *turn)
{
    memset(turn->buckets, 0xff, sizeof turn->buckets); /* all -1 */
    turn->entities_count = 0;
    turn->events_count = 0;
    turn->size = 0;
}

/* As turn_reset(), at the cost of what was used. All entries go, so each run of taken buckets may
 * be cleared to its end. */
static void turn_empty(struct turn *turn)
{
    for (uint32_t i = 0; i < turn->entities_count; i++) {
        uint32_t bucket = bucket_start(&turn->entities[i].id);
        while (turn->buckets[bucket] >= 0) {
            turn->buckets[bucket] = -1;
            bucket = (bucket + 1) & (TURN_BUCKETS - 1);
        }
    }
    turn->entities_count = 0;
    turn->events_count = 0;
    turn->size = 0;
}

bool turn_has_room(const struct turn *turn, size_t size)
{
    return turn->events_count < TURN_EVENTS_MAX && turn->entities_count < TURN_ENTITIES_MAX &&
           size <= TURN_BYTES_MAX - turn->size;
}

/* The entity's bucket, or the empty one where it belongs. */
static uint32_t bucket_of(const struct turn *turn, const struct entity_id *entity)
{
    uint32_t bucket = bucket_start(entity);
    while (turn->buckets[bucket] >= 0 &&
           !entity_id_equal(&turn->entities[turn->buckets[bucket]].id, entity)) {
        bucket = (bucket + 1) & (TURN_BUCKETS - 1);
    }
    return bucket;
}

static struct turn_entity *entity_take(struct turn *turn, const struct entity_id *entity)
{
    uint32_t bucket = bucket_of(turn, entity);
    if (turn->buckets[bucket] < 0) {
        turn->buckets[bucket] = (int32_t)turn->entities_count;
        turn->entities[turn->entities_count++] =
            (struct turn_entity){.id = *entity, .first = -1, .last = -1};
    }
    return &turn->entities[turn->buckets[bucket]];
}

static enum kind kind_of_type(uint32_t type)
{
    const struct event_info *info = event_info_find(type);
    return info == NULL ? KIND_NONE : info->kind;
}

void turn_add(struct turn *turn, const struct operation *id, uint32_t type,
              const struct entity_id *entity, struct bytes bytes)
{
    check(turn_has_room(turn, bytes.size));
    struct turn_entity *dirty = entity_take(turn, entity);
    int32_t at = (int32_t)turn->events_count++;
    uint8_t *copy = turn->data + turn->size;
    memcpy(copy, bytes.data, bytes.size);
    turn->size += bytes.size;
    turn->events[at] =
        (struct turn_event){.id = *id, .bytes = bytes_of(copy, bytes.size), .next = -1};
    if (dirty->last >= 0) {
        turn->events[dirty->last].next = at;
    } else {
        dirty->first = at;
    }
    dirty->last = at;
    dirty->is_dirty = true;
    dirty->kinds |= kind_bit(kind_of_type(type));
}

bool turn_mark(struct turn *turn, enum kind kind, const struct entity_id *entity)
{
    if (!turn_has_room(turn, 0)) {
        return false;
    }
    struct turn_entity *dirty = entity_take(turn, entity);
    dirty->is_dirty = dirty->is_full = true;
    dirty->kinds |= kind_bit(kind);
    return true;
}

bool turn_is_dirty(const struct turn *turn, const struct entity_id *entity)
{
    int32_t at = turn->buckets[bucket_of(turn, entity)];
    return at >= 0 && turn->entities[at].is_dirty;
}

bool turn_is_dirty_beside(const struct turn *turn, const struct entity_id *entity, uint32_t type)
{
    if (!turn_is_dirty(turn, entity)) {
        return false;
    }
    const struct turn_entity *dirty = &turn->entities[turn->buckets[bucket_of(turn, entity)]];
    bool is_any = dirty->is_full;
    for (int32_t at = dirty->first; at >= 0 && !is_any; at = turn->events[at].next) {
        struct event event;
        is_any = event_decode(turn->events[at].bytes, &event) != 0 || event.type != type;
    }
    return is_any;
}

/* --- change numbers --- */

int change_number_get(struct store_txn *txn, uint64_t *ret_number)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    static const uint8_t last[9] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    int err = store_cursor_open(txn, TABLE_CHANGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_before(&cursor, bytes_of(last, sizeof last), &key, &value);
    if (err == 0 && key.size != 8) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        *ret_number = get_be64(key.data);
    } else if (err == ERR_NOT_FOUND) {
        *ret_number = 0;
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int change_number_of(struct store_txn *txn, enum kind kind, const struct entity_id *entity,
                     uint64_t *ret_number)
{
    const struct key state = key_state(kind, entity);
    struct bytes number;
    const int err = store_get(txn, TABLE_MARK, key_bytes(&state), &number);
    if (err != 0) {
        return err;
    }
    if (number.size != 8) {
        return ERR_IO;
    }
    *ret_number = get_be64(number.data);
    return 0;
}

/* Each entity stands under its newest number only. */
static int change_number_forget(struct store_txn *txn, const struct key *state)
{
    struct bytes old;
    int err = store_get(txn, TABLE_MARK, key_bytes(state), &old);
    if (err == ERR_NOT_FOUND) {
        return 0;
    }
    if (err != 0) {
        return err;
    }
    if (old.size != 8) {
        return ERR_IO;
    }
    struct key change = key_change(get_be64(old.data));
    err = store_del(txn, TABLE_CHANGE, key_bytes(&change));
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int change_number_give(struct store_txn *txn, const struct key *state, uint64_t number)
{
    uint8_t value[8];
    struct key change = key_change(number);
    int err = change_number_forget(txn, state);
    if (err == 0) {
        err = store_append(txn, TABLE_CHANGE, key_bytes(&change), key_bytes(state));
    }
    put_be64(value, number);
    return err != 0 ? err
                    : store_put(txn, TABLE_MARK, key_bytes(state), bytes_of(value, sizeof value));
}

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

/* Whether the event changes anything at all. */
static bool counts(const struct folder *folder, const struct operation *id,
                   const struct event *event)
{
    return roster_judge(folder->roster, id->log, id->seq, event->type, event->by) == VERDICT_VALID;
}

/* Append the turn's events to folder->history; false = the fast path will not do. */
static bool append_all(const struct turn *turn, const struct turn_entity *entity,
                       struct folder *folder)
{
    for (int32_t at = entity->first; at >= 0; at = turn->events[at].next) {
        const struct turn_event *added = &turn->events[at];
        struct event event;
        if (event_decode(added->bytes, &event) != 0) {
            return false;
        }
        if (!counts(folder, &added->id, &event)) {
            continue;
        }
        if (event.is_reemitted || !history_can_append(folder->history, &added->id, &event) ||
            history_append(folder->history, &added->id, &event) != 0) {
            return false;
        }
        folder->history->is_outdated |=
            roster_is_outdated(folder->roster, added->id.log, added->id.seq, event.type, event.by);
    }
    return true;
}

/* Whether others carry on events of @entity, which may wait for what comes now. */
static int is_carried_on(struct store_txn *txn, const struct entity_id *entity, bool *ret_is)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    int err = salvage_of_entity(&cursor, txn, entity, &row);
    *ret_is = err == 0;
    if (err == 0) {
        salvage_cursor_close(&cursor);
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Whether the store holds nothing of the entity but the turn's own events. */
static int is_all_here(const struct turn *turn, const struct turn_entity *entity,
                       struct store_txn *txn, bool *ret_is)
{
    const struct key first = key_entity(&entity->id);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int32_t at = entity->first;
    bool is_carried = false;
    int err = is_carried_on(txn, &entity->id, &is_carried);
    if (err == 0) {
        err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    }
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &value);
    *ret_is = !is_carried;
    while (err == 0 && *ret_is && key.size >= ENTITY_ID_BYTES &&
           memcmp(key.data, entity->id.bytes, ENTITY_ID_BYTES) == 0) {
        *ret_is = at >= 0;
        at = at >= 0 ? turn->events[at].next : at;
        err = store_cursor_next(&cursor, &key, &value);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int kind_of_event(struct store_txn *txn, uint64_t log, uint64_t seq, enum kind *ret_kind)
{
    struct hash hash;
    struct bytes bytes;
    struct event event;
    int err = event_get(txn, log, seq, &hash, &bytes);
    if (err == 0) {
        err = event_decode(bytes, &event);
    }
    if (err == ERR_IO) {
        return ERR_IO;
    }
    *ret_kind = err == 0 ? kind_of_type(event.type) : KIND_NONE; /* the disk spoilt it */
    return 0;
}

/* Add the kinds of the events of @entity that others carry on, up to one of @until. */
static int salvaged_kinds(struct store_txn *txn, const struct entity_id *entity, uint32_t until,
                          uint32_t *kinds)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    int err = salvage_of_entity(&cursor, txn, entity, &row);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    while (err == 0 && (*kinds & until) == 0) {
        struct bytes bytes;
        struct event event;
        err = salvaged_event(txn, &row, &bytes);
        if (err == ERR_IO) {
            break;
        }
        const bool is_read = err == 0 && event_decode(bytes, &event) == 0; /* else spoilt */
        *kinds |= kind_bit(is_read ? kind_of_type(event.type) : KIND_NONE);
        err = salvage_row_next(&cursor, &row);
    }
    salvage_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Add the kinds of what the journals say of @entity, up to one of @until. */
static int journal_kinds(struct store_txn *txn, const struct entity_id *entity, uint32_t until,
                         uint32_t *kinds)
{
    const struct key first = key_entity(entity);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &value);
    while (err == 0 && (*kinds & until) == 0) {
        struct entity_id found;
        uint64_t log;
        uint64_t seq;
        enum kind kind = KIND_NONE;
        err = key_entity_event_parse(key, &found, &log, &seq);
        if (err != 0 || !entity_id_equal(&found, entity)) {
            break;
        }
        err = kind_of_event(txn, log, seq, &kind);
        *kinds |= kind_bit(kind);
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &value);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int kinds_until(struct store_txn *txn, const struct entity_id *entity, uint32_t until,
                       uint32_t *ret_kinds)
{
    uint32_t kinds = 0;
    int err = journal_kinds(txn, entity, until, &kinds);
    if (err == 0 && (kinds & until) == 0) {
        err = salvaged_kinds(txn, entity, until, &kinds);
    }
    if (err == 0) {
        *ret_kinds = kinds;
    }
    return err;
}

int entity_kinds(struct store_txn *txn, const struct entity_id *entity, uint32_t *ret_kinds)
{
    return kinds_until(txn, entity, 0, ret_kinds);
}

int entity_has_kind(struct store_txn *txn, const struct entity_id *entity, enum kind kind,
                    bool *ret_has)
{
    uint32_t kinds = 0;
    const int err = kinds_until(txn, entity, kind_bit(kind), &kinds);
    *ret_has = (kinds & kind_bit(kind)) != 0;
    return err;
}

static int history_refold(struct store_txn *txn, struct folder *folder, enum kind kind,
                          const struct entity_id *entity)
{
    int err = history_load(folder->history, txn, folder->roster, kind, entity);
    if (err == 0) {
        entity_prune(folder->history);
    }
    return err;
}

/* The row of folder->history; empty when nothing of the entity counts. */
static int history_row(struct folder *folder, struct bytes *ret_row)
{
    *ret_row = bytes_of(NULL, 0);
    if (folder->history->count == 0 && !folder->history->is_opaque) {
        return 0;
    }
    return history_encode(folder->history, folder->row, folder->row_capacity, ret_row);
}

static int tally_row(struct folder *folder, struct bytes *ret_row)
{
    *ret_row = bytes_of(NULL, 0);
    if (stock_is_empty(folder->stock)) {
        return 0;
    }
    return stock_encode(folder->stock, folder->row, folder->row_capacity, ret_row);
}

static struct stock_fold tally_fold_begin(struct store_txn *txn, struct folder *folder,
                                          const struct entity_id *entity)
{
    if (!folder->history->is_memo_kept) {
        salvage_memo_reset(folder->history->memo);
    }
    return (struct stock_fold){.txn = txn,
                               .roster = folder->roster,
                               .entity = entity,
                               .stock = folder->stock,
                               .doubles = folder->doubles,
                               .memo = folder->history->memo};
}

int fold_entity(struct store_txn *txn, struct folder *folder, enum kind kind,
                const struct entity_id *entity, struct bytes *ret_row)
{
    struct stock_fold fold = tally_fold_begin(txn, folder, entity);
    fold.doubles = NULL;
    int err =
        entity_is_tally(kind) ? stock_audit(&fold) : history_refold(txn, folder, kind, entity);
    if (err != 0) {
        return err;
    }
    return entity_is_tally(kind) ? tally_row(folder, ret_row) : history_row(folder, ret_row);
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
    struct index_keys now = {0};
    struct bytes row;
    bool is_changed = false;
    int err = history_row(folder, &row);
    if (err == 0) {
        err = row_replace(txn, state, row, &is_changed);
    }
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
    struct bytes row;
    bool is_changed = false;
    int err = tally_row(folder, &row);
    if (err == 0) {
        err = row_replace(txn, state, row, &is_changed);
    }
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
    folder->breadcrumb[0] = (uint8_t)kind;
    memcpy(folder->breadcrumb + 1, entity->bytes, ENTITY_ID_BYTES);
}

static void breadcrumb_clear(struct folder *folder)
{
    if (folder->breadcrumb != NULL) {
        folder->breadcrumb[0] = KIND_NONE;
    }
}

/* Read what the turn's events are to be appended to: the stored history, whose index keys go to
 * @ret_old, or an empty one for an entity that is new here. ERR_NOT_FOUND: there is more of it than
 * the turn knows of. */
static int history_begin(struct turn *turn, struct store_txn *txn, struct folder *folder,
                         const struct turn_entity *entity, enum kind kind,
                         struct index_keys *ret_old)
{
    bool is_new = false;
    int err = history_get(folder->history, txn, kind, &entity->id);
    ret_old->count = 0;
    if (err == ERR_MALFORMED) {
        folder->is_row_spoilt = true;
        return ERR_NOT_FOUND;
    }
    if (err == 0) {
        entity_index(folder->history, folder->order, ret_old);
    }
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    err = is_all_here(turn, entity, txn, &is_new);
    return err == 0 && !is_new ? ERR_NOT_FOUND : err;
}

/* Bring folder->history to the entity's new state; @ret_old gets the index keys of the stored one.
 */
static int history_advance(struct turn *turn, struct store_txn *txn, struct folder *folder,
                           const struct turn_entity *entity, enum kind kind,
                           struct index_keys *ret_old)
{
    int err = history_begin(turn, txn, folder, entity, kind, ret_old);
    if (err == 0 && !entity->is_full && append_all(turn, entity, folder)) {
        entity_prune(folder->history);
        folder->appends++;
        return 0;
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    folder->loads++;
    return history_refold(txn, folder, kind, &entity->id);
}

/* Add the turn's events to folder->stock; @ret_is_done = false: the fast path will not do. */
static int tally_append_all(const struct turn *turn, const struct turn_entity *entity,
                            struct folder *folder, struct stock_fold *fold, bool *ret_is_done)
{
    int err = 0;
    *ret_is_done = false;
    for (int32_t at = entity->first; at >= 0 && err == 0; at = turn->events[at].next) {
        const struct turn_event *added = &turn->events[at];
        struct event event;
        if (event_decode(added->bytes, &event) != 0 || event.is_reemitted) {
            return 0;
        }
        if (counts(folder, &added->id, &event)) {
            err = stock_append(fold, &added->id, &event);
        }
    }
    *ret_is_done = err == 0;
    return err;
}

/* As history_begin(). */
static int tally_begin(const struct turn *turn, struct store_txn *txn, struct folder *folder,
                       const struct turn_entity *entity)
{
    bool is_new = false;
    int err = stock_get(folder->stock, txn, &entity->id);
    if (err == ERR_MALFORMED) {
        folder->is_row_spoilt = true;
        return ERR_NOT_FOUND;
    }
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    err = is_all_here(turn, entity, txn, &is_new);
    return err == 0 && !is_new ? ERR_NOT_FOUND : err;
}

/* Bring folder->stock to the entity's new state. What the fast path left in the index before it
 * gave up, the full fold makes anew. */
static int tally_advance(const struct turn *turn, struct store_txn *txn, struct folder *folder,
                         const struct turn_entity *entity)
{
    struct stock_fold fold = tally_fold_begin(txn, folder, &entity->id);
    bool is_done = false;
    int err = tally_begin(turn, txn, folder, entity);
    if (err == 0 && !entity->is_full && !folder->stock->has_reemitted) {
        err = tally_append_all(turn, entity, folder, &fold, &is_done);
    }
    if (is_done) {
        folder->appends++;
    }
    if (is_done || (err != 0 && err != ERR_NOT_FOUND)) {
        return err;
    }
    folder->loads++;
    return stock_load(&fold);
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

/* Its row stays as it was before the events that this software dies of, marked so that nobody
 * decides on it. Nothing is derived from it. */
static int keep_aside(struct store_txn *txn, struct folder *folder, const struct key *state,
                      enum kind kind, const struct entity_id *entity)
{
    struct bytes row = bytes_of(NULL, 0);
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
        err = entity_is_tally(kind) ? tally_row(folder, &row) : history_row(folder, &row);
    }
    if (err == 0) {
        err = row_replace(txn, state, row, &is_changed);
    }
    if (err != 0 || !is_changed) {
        return err;
    }
    return change_number_give(txn, state, ++folder->change_number);
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
        err = tally_advance(turn, txn, folder, entity);
        if (err == 0) {
            err = tally_store(txn, folder, &state);
        }
    } else {
        err = history_advance(turn, txn, folder, entity, kind, &old);
        if (err == 0) {
            err = history_store(txn, folder, &state, &old);
        }
    }
    if (err == 0 && kind == KIND_BLOB) {
        folder->is_blob_folded = true;
        err = blob_note(txn, folder->history);
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
