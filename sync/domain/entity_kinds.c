#include "sync/domain/entity_kinds.h"

#include "sync/log/salvage.h"

enum kind kind_of_type(uint32_t type)
{
    const struct event_info *info = event_info_find(type);
    return info == NULL ? KIND_NONE : info->kind;
}

static int kind_of_event(struct store_txn *txn, uint64_t log, uint64_t seq, enum kind *ret_kind)
{
    struct operation id;
    struct event event;
    const int err = event_read(txn, log, seq, &id, &event);
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
