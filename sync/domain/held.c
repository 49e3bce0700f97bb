#include "sync/domain/held.h"

#include "sync/log/salvage.h"

struct walk {
    struct store_txn *txn;
    struct entity_id entity;
    int (*on_event)(void *context, const struct event *event);
    void *context;
};

/* --- in the journals --- */

static int walk_rows(const struct walk *walk, struct store_cursor *cursor)
{
    const struct key prefix = key_entity(&walk->entity);
    struct bytes key, value;
    int err = store_cursor_seek(cursor, key_bytes(&prefix), &key, &value);
    while (err == 0) {
        struct entity_id entity;
        struct operation id;
        struct event event;
        uint64_t log, seq;
        err = key_entity_event_parse(key, &entity, &log, &seq);
        if (err != 0 || !entity_id_equal(&entity, &walk->entity)) {
            return err == ERR_MALFORMED ? ERR_IO : err;
        }
        err = event_read(walk->txn, log, seq, &id, &event);
        if (err == 0) {
            err = walk->on_event(walk->context, &event);
        } else if (err == ERR_MALFORMED) {
            err = 0; /* the disk spoilt it */
        }
        if (err == 0) {
            err = store_cursor_next(cursor, &key, &value);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int walk_journals(const struct walk *walk)
{
    struct store_cursor cursor;
    int err = store_cursor_open(walk->txn, TABLE_ENTITY, &cursor);
    if (err == 0) {
        err = walk_rows(walk, &cursor);
        store_cursor_close(&cursor);
    }
    return err;
}

/* --- in salvages --- */

static int take_salvaged(const struct walk *walk, const struct salvaged_row *row)
{
    struct bytes bytes;
    struct event event;
    const int err = salvaged_event(walk->txn, row, &bytes);
    if (err != 0 || event_decode(bytes, &event) != 0) {
        return err == ERR_IO ? err : 0;
    }
    return walk->on_event(walk->context, &event);
}

static int walk_salvages(const struct walk *walk)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    int err = salvage_of_entity(&cursor, walk->txn, &walk->entity, &row);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err == ERR_MALFORMED ? ERR_IO : err;
    }
    while (err == 0) {
        const struct salvaged_row taken = row;
        err = take_salvaged(walk, &row);
        if (err == 0) {
            err = salvage_row_of_next_event(&cursor, &taken, &row);
            err = err == ERR_MALFORMED ? ERR_IO : err;
        }
    }
    salvage_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int held_each(struct store_txn *txn, const struct entity_id *entity,
              int (*on_event)(void *context, const struct event *event), void *context)
{
    const struct walk walk = {
        .txn = txn, .entity = *entity, .on_event = on_event, .context = context};
    const int err = walk_journals(&walk);
    return err != 0 ? err : walk_salvages(&walk);
}
