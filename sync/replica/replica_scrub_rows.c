/* replica_scrub_rows.c - what is made of the journal, row by row: each entity's rows against what
 * its events fold to, and each row of salvages, state and index back to what it is made of. So a
 * row that is lacking is found, and one that is too much.
 */
#include <string.h>

#include "sync/log/salvage.h"
#include "sync/replica/replica_scrub.h"
#include "sync/replica/replica_state.h"

/* A row that is looked at; the bytes are borrowed until something is written. */
struct row {
    const struct key *before; /* the key of the one before it; empty at the first */
    struct bytes key, value;
};

typedef int row_look(struct replica *replica, struct store_txn *txn, const struct row *row,
                     bool *ret_is_right);

/* --- entities --- */

/* Whether the event that a row enters is about that entity; one that cannot be read is listed
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
    for (enum kind kind = KIND_POPUP; kind <= KIND_LAST && err == 0 && *ret_are; kind++) {
        if ((kinds & kind_bit(kind)) != 0) {
            err = replica_row_is_right(replica, txn, kind, entity, ret_are);
        }
    }
    return err;
}

/* With the first entry of an entity, its rows. */
static int entity_look(struct replica *replica, struct store_txn *txn, const struct row *row,
                       bool *ret_is_right)
{
    struct entity_id entity;
    uint64_t log;
    uint64_t seq;
    int err = 0;
    *ret_is_right = false;
    if (key_entity_event_parse(row->key, &entity, &log, &seq) == 0) {
        err = entry_is_right(txn, &entity, log, seq, ret_is_right);
    }
    if (err == 0 && !*ret_is_right) { /* it cannot be made anew */
        return store_del(txn, TABLE_ENTITY, row->key);
    }
    const bool is_first = row->before->size < ENTITY_ID_BYTES ||
                          memcmp(row->before->data, entity.bytes, ENTITY_ID_BYTES) != 0;
    return err == 0 && is_first ? rows_are_right(replica, txn, &entity, ret_is_right) : err;
}

/* --- and back --- */

/* Also the rows of entities of which there is nothing but what salvages carry. */
static int salvage_look(struct replica *replica, struct store_txn *txn, const struct row *row,
                        bool *ret_is_right)
{
    struct entity_id entity;
    struct entity_id before = {{0}};
    int err = salvage_row_is_right(txn, row->key, row->value, ret_is_right);
    if (err != 0 || !*ret_is_right || !salvage_row_entity(row->key, &entity)) {
        return err;
    }
    const bool is_first =
        !salvage_row_entity(key_bytes(row->before), &before) || !entity_id_equal(&before, &entity);
    return is_first ? rows_are_right(replica, txn, &entity, ret_is_right) : 0;
}

int scrub_state_is_right(struct store_txn *txn, struct bytes key, bool *ret_is_right)
{
    struct entity_id entity;
    enum kind kind;
    *ret_is_right = false;
    return key_state_parse(key, &kind, &entity) == 0
               ? entity_has_kind(txn, &entity, kind, ret_is_right)
               : 0;
}

/* What it says was looked at with its entity; here, whether it has one. */
static int state_look(struct replica *replica, struct store_txn *txn, const struct row *row,
                      bool *ret_is_right)
{
    (void)replica;
    return scrub_state_is_right(txn, row->key, ret_is_right);
}

/* Whether the entity that @key ends in has it, by its stored row. */
static int is_key_of_entity(struct replica *replica, struct store_txn *txn, enum kind kind,
                            struct bytes key, bool *ret_is)
{
    const struct entity_id entity = index_entity(key);
    struct index_keys keys;
    *ret_is = folder_sets_aside(&replica->folder, &entity); /* its keys are as they were */
    int err = *ret_is ? ERR_NOT_FOUND : history_get(replica->history, txn, kind, &entity);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    entity_index(replica->history, replica->order, &keys);
    for (uint32_t i = 0; i < keys.count; i++) {
        *ret_is |= bytes_equal(key_bytes(&keys.keys[i]), key);
    }
    return 0;
}

int scrub_index_is_right(struct replica *replica, struct store_txn *txn, struct bytes key,
                         bool *ret_is_right)
{
    const struct stock_fold fold = {
        .txn = txn, .roster = &replica->roster, .stock = replica->stock};
    enum kind kind;
    *ret_is_right = false;
    if (!index_kind(key, &kind)) {
        return 0;
    }
    return kind == KIND_STOCK ? stock_key_is_right(&fold, key, ret_is_right)
                              : is_key_of_entity(replica, txn, kind, key, ret_is_right);
}

static int index_look(struct replica *replica, struct store_txn *txn, const struct row *row,
                      bool *ret_is_right)
{
    return scrub_index_is_right(replica, txn, row->key, ret_is_right);
}

/* --- one table after the other --- */

static const struct {
    enum store_table table;
    row_look *look;
} parts[] = {
    [SCRUB_ENTITIES] = {TABLE_ENTITY, entity_look},
    [SCRUB_SALVAGES] = {TABLE_SALVAGE, salvage_look},
    [SCRUB_STATES] = {TABLE_STATE, state_look},
    [SCRUB_INDEX] = {TABLE_INDEX, index_look},
};

int scrub_key_after(struct store_txn *txn, enum store_table table, struct key *at)
{
    uint8_t after[KEY_BYTES_MAX + 1] = {0};
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(txn, table, &cursor);
    if (err != 0) {
        return err;
    }
    memcpy(after, at->data, at->size);
    err = store_cursor_seek(&cursor, bytes_of(after, at->size + 1), &key, &value);
    if (err == 0 && key.size > sizeof at->data) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        at->size = key.size;
        memcpy(at->data, key.data, key.size);
    }
    store_cursor_close(&cursor);
    return err;
}

/* Look at the row whose key is scrub->at.row; it came after @before. */
static int row_look_at(struct replica *replica, struct store_txn *txn, const struct key *before,
                       struct effects *out)
{
    struct scrub *scrub = &replica->scrub;
    struct row row = {.before = before, .key = key_bytes(&scrub->at.row)};
    bool is_right = false;
    int err = store_get(txn, parts[scrub->at.part].table, row.key, &row.value);
    if (err == ERR_NOT_FOUND) { /* its key is not where it belongs */
        out->is_store_broken = true;
        return 0;
    }
    if (err == 0) {
        err = parts[scrub->at.part].look(replica, txn, &row, &is_right);
    }
    scrub->is_wrong |= err == ERR_MALFORMED || (err == 0 && !is_right);
    return err == ERR_MALFORMED ? 0 : err;
}

int scrub_row(struct replica *replica, struct store_txn *txn, struct effects *out,
              bool *ret_is_over)
{
    const struct key before = replica->scrub.at.row;
    const int err =
        scrub_key_after(txn, parts[replica->scrub.at.part].table, &replica->scrub.at.row);
    *ret_is_over = err != 0;
    out->is_store_broken |= err == ERR_MALFORMED;
    if (err != 0) {
        return err == ERR_IO ? err : 0;
    }
    return row_look_at(replica, txn, &before, out);
}
