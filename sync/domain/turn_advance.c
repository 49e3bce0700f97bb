/* From an entity's stored state to the new one: by the turn's own events, or from the log. */
#include "sync/domain/turn_parts.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/whose.h"
#include "sync/log/salvage.h"
#include "sync/roster/salvage_memo.h"

/* Append the turn's events to folder->history; false = the fast path will not do. */
static bool append_all(const struct turn *turn, const struct turn_entity *entity,
                       struct folder *folder)
{
    for (int32_t at = entity->first; at >= 0; at = turn->events[at].next) {
        const struct turn_event *added = &turn->events[at];
        struct event event;
        check(event_decode(added->bytes, &event) == 0); /* as when it came in */
        const enum history_way way =
            history_way(folder->history, folder->roster, &added->id, &event);
        if (way == WAY_SKIP) {
            continue;
        }
        if (way == WAY_LOAD) {
            return false;
        }
        check(history_append(folder->history, &added->id, &event) == 0);
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

int turn_history_refold(struct store_txn *txn, struct folder *folder, enum kind kind,
                        const struct entity_id *entity)
{
    int err = history_load(folder->history, txn, folder->roster, kind, entity);
    if (err == 0) {
        entity_prune(folder->history);
    }
    return err;
}

struct stock_fold turn_tally_fold(struct store_txn *txn, struct folder *folder,
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

int turn_history_advance(struct turn *turn, struct store_txn *txn, struct folder *folder,
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
    return turn_history_refold(txn, folder, kind, &entity->id);
}

/* Whether the event changes anything at all. */
static bool counts(const struct folder *folder, const struct operation *id,
                   const struct event *event)
{
    return roster_judge(folder->roster, id->log, id->seq, event->type, event->by) == VERDICT_VALID;
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
        check(event_decode(added->bytes, &event) == 0);
        if (event.is_reemitted) {
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

/* What the fast path left in the index before it gave up, the full fold makes anew. */
int turn_tally_advance(const struct turn *turn, struct store_txn *txn, struct folder *folder,
                       const struct turn_entity *entity)
{
    struct stock_fold fold = turn_tally_fold(txn, folder, &entity->id);
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
