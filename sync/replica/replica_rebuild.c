/* replica_rebuild.c - every row folded anew, by parts that a crash may fall between.
 *
 * First the old rows are dropped, then entities folded. While that is under way TABLE_META has a
 * row "refold": be32 FOLD_VERSION, entity12 that was folded last, be64 how many, and a byte,
 * whether the old rows are all dropped. Its "fold" row then names no version: whichever opens the
 * store, also the old one, folds it anew, and from the beginning unless the rebuild is its own.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/opaque.h"
#include "sync/log/salvage.h"
#include "sync/replica/replica_state.h"

enum {
    REFOLD_BYTES = 4 + ENTITY_ID_BYTES + 8 + 1,
    ROWS_OF_ENTITY = 4, /* dropping so many costs as much as folding one */
};

struct refold {
    struct entity_id entity; /* the last that was folded; zero = none yet */
    uint64_t count;
    bool is_cleared; /* of the old rows */
};

/* Drop up to *@rows_left rows. ERR_LIMIT: there may be more. */
static int table_clear(struct store_txn *txn, enum store_table table, uint64_t *rows_left)
{
    static const uint8_t first[1] = {0};
    uint8_t copy[KEY_BYTES_MAX];
    for (; *rows_left > 0; --*rows_left) {
        struct store_cursor cursor;
        struct bytes key;
        struct bytes value;
        int err = store_cursor_open(txn, table, &cursor);
        if (err != 0) {
            return err;
        }
        err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
        size_t size = err == 0 ? key.size : 0;
        if (size > sizeof copy) {
            err = ERR_IO;
        } else if (err == 0) {
            memcpy(copy, key.data, size);
        }
        store_cursor_close(&cursor);
        if (err == 0) {
            err = store_del(txn, table, bytes_of(copy, size));
        }
        if (err != 0) {
            return err == ERR_NOT_FOUND ? 0 : err;
        }
    }
    return ERR_LIMIT;
}

/* The event of the entity table after @from, of the same entity; @from moves to it. */
static int roster_event_after(struct store_txn *txn, struct key *from, uint64_t *ret_log,
                              uint64_t *ret_seq)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    struct entity_id entity;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(from), &key, &value);
    if (err == 0 && bytes_equal(key, key_bytes(from))) {
        err = store_cursor_next(&cursor, &key, &value);
    }
    if (err == 0) {
        err = key_entity_event_parse(key, &entity, ret_log, ret_seq);
    }
    if (err == 0 && memcmp(entity.bytes, from->data, ENTITY_ID_BYTES) != 0) {
        err = ERR_NOT_FOUND;
    }
    store_cursor_close(&cursor);
    if (err == 0) {
        *from = key_entity_event(&entity, *ret_log, *ret_seq);
    }
    return err;
}

/* What the event carries, if it is a salvage. One that the disk spoilt carries nothing. */
static int salvage_rebuild(struct store_txn *txn, uint64_t log, uint64_t seq)
{
    uint8_t copy[EVENT_SALVAGE_BYTES_MAX];
    struct event event;
    struct hash hash;
    struct bytes bytes;
    const int err = event_get(txn, log, seq, &hash, &bytes);
    if (err == ERR_IO) {
        return ERR_IO;
    }
    if (err != 0 || event_decode(bytes, &event) != 0 || event.type != EVENT_SALVAGE) {
        return 0;
    }
    memcpy(copy, bytes.data, bytes.size);
    return salvage_index(txn, log, seq, bytes_of(copy, bytes.size));
}

int replica_salvage_rebuild(struct store_txn *txn)
{
    const struct entity_id roster = entity_id_derive(KIND_ROSTER, 0);
    struct key from = key_entity(&roster);
    uint64_t rows_left = UINT64_MAX;
    int err = table_clear(txn, TABLE_SALVAGE, &rows_left);
    for (uint64_t log = 0, seq = 0; err == 0;) {
        err = roster_event_after(txn, &from, &log, &seq);
        if (err == 0) {
            err = salvage_rebuild(txn, log, seq);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int refold_put(struct store_txn *txn, const struct refold *refold)
{
    uint8_t row[REFOLD_BYTES];
    put_be32(row, FOLD_VERSION);
    memcpy(row + 4, refold->entity.bytes, ENTITY_ID_BYTES);
    put_be64(row + 4 + ENTITY_ID_BYTES, refold->count);
    row[REFOLD_BYTES - 1] = refold->is_cleared ? 1 : 0;
    return store_put(txn, TABLE_META, bytes_of_text("refold"), bytes_of(row, sizeof row));
}

/* Where this version's rebuild is; one that another version began says nothing. */
static int refold_get(struct store_txn *txn, struct refold *ret_refold)
{
    struct bytes row;
    int err = store_get(txn, TABLE_META, bytes_of_text("refold"), &row);
    if (err == 0 && (row.size != REFOLD_BYTES || get_be32(row.data) != FOLD_VERSION)) {
        err = ERR_NOT_FOUND;
    }
    if (err != 0) {
        return err;
    }
    memcpy(ret_refold->entity.bytes, row.data + 4, ENTITY_ID_BYTES);
    ret_refold->count = get_be64(row.data + 4 + ENTITY_ID_BYTES);
    ret_refold->is_cleared = row.data[REFOLD_BYTES - 1] != 0;
    return 0;
}

static int fold_put(struct store_txn *txn, uint32_t version)
{
    uint8_t fold[4];
    put_be32(fold, version);
    return store_put(txn, TABLE_META, bytes_of_text("fold"), bytes_of(fold, sizeof fold));
}

static int refold_begin(struct store_txn *txn, struct refold *ret_refold)
{
    *ret_refold = (struct refold){.count = 0};
    const int err = fold_put(txn, FOLD_NONE);
    return err != 0 ? err : replica_salvage_rebuild(txn);
}

/* Drop up to @rows_max of the old rows. */
static int refold_clear(struct store_txn *txn, uint64_t rows_max, struct refold *refold)
{
    if (refold->is_cleared) {
        return 0;
    }
    int err = table_clear(txn, TABLE_STATE, &rows_max);
    if (err == 0) {
        err = table_clear(txn, TABLE_INDEX, &rows_max);
    }
    refold->is_cleared = err == 0;
    return err == ERR_LIMIT ? 0 : err;
}

static int refold_end(struct store_txn *txn)
{
    int err = opaque_settle(txn);
    if (err == 0) {
        err = fold_put(txn, FOLD_VERSION);
    }
    if (err == 0) {
        err = store_del(txn, TABLE_META, bytes_of_text("refold"));
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Every row of @entity is to be folded. */
static int rebuild_mark(struct replica *replica, struct store_txn *txn,
                        const struct entity_id *entity, uint32_t kinds)
{
    int err = 0;
    for (enum kind kind = KIND_POPUP; kind <= KIND_LAST && err == 0; kind++) {
        if ((kinds & kind_bit(kind)) == 0 || turn_mark(replica->turn, kind, entity)) {
            continue;
        }
        err = turn_fold_all(replica->turn, txn, &replica->folder);
        if (err == 0) {
            check(turn_mark(replica->turn, kind, entity));
        }
    }
    return err;
}

int replica_entity_fold(struct replica *replica, struct store_txn *txn,
                        const struct entity_id *entity, uint32_t kinds)
{
    const int err = rebuild_mark(replica, txn, entity, kinds);
    return err != 0 ? err : turn_fold_all(replica->turn, txn, &replica->folder);
}

/* Fold up to @entities_max after refold->entity. ERR_NOT_FOUND: that were all. */
static int refold_some(struct replica *replica, struct store_txn *txn, uint64_t entities_max,
                       struct refold *refold)
{
    uint32_t kinds;
    int err = 0;
    for (uint64_t i = 0; i < entities_max && err == 0; i++) {
        err = replica_entity_after(txn, &refold->entity, &refold->entity, &kinds);
        if (err == 0) {
            err = rebuild_mark(replica, txn, &refold->entity, kinds);
        }
        refold->count += err == 0 ? 1 : 0;
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    int folded = turn_fold_all(replica->turn, txn, &replica->folder);
    return folded != 0 ? folded : err;
}

int replica_rebuild_part(struct replica *replica, struct store_txn *txn, uint32_t entities_max,
                         uint64_t *ret_entities, bool *ret_is_done)
{
    struct refold refold;
    turn_reset(replica->turn);
    int err = refold_get(txn, &refold);
    if (err == ERR_NOT_FOUND) {
        err = refold_begin(txn, &refold);
    }
    if (err == 0) {
        err = refold_clear(txn, (uint64_t)entities_max * ROWS_OF_ENTITY, &refold);
    }
    if (err == 0 && refold.is_cleared) {
        err = refold_some(replica, txn, entities_max, &refold);
    }
    bool is_done = err == ERR_NOT_FOUND;
    if (err == 0 || is_done) {
        err = is_done ? refold_end(txn) : refold_put(txn, &refold);
    }
    if (err != 0) {
        return err;
    }
    *ret_entities = refold.count;
    *ret_is_done = is_done;
    return 0;
}
