#include "sync/domain/stock_walk.h"

#include "sync/roster/salvaged.h"

/* The place of the event that @key stands for. ERR_NOT_FOUND when it is another entity's;
 * ERR_MALFORMED. */
static int place_of(const struct stock_fold *fold, struct bytes key, uint64_t *ret_log,
                    uint64_t *ret_seq)
{
    struct entity_id entity;
    const int err = key_entity_event_parse(key, &entity, ret_log, ret_seq);
    return err == 0 && !entity_id_equal(&entity, fold->entity) ? ERR_NOT_FOUND : err;
}

/* --- what counts --- */

/* Whether the event that @event stands for counts itself. */
static int has_original(const struct stock_fold *fold, const struct event *event, bool *ret_has)
{
    struct operation id;
    struct event original;
    const int err = event_read(fold->txn, event->was.log, event->was.seq, &id, &original);
    *ret_has =
        err == 0 && operation_equal(&id, &event->was) && original.type == event->type &&
        roster_judge(fold->roster, id.log, id.seq, original.type, original.by) == VERDICT_VALID;
    return err == ERR_IO ? ERR_IO : 0;
}

/* Whether an earlier event of a log counts that stands for the same one as @event at @place; what
 * is carried on comes after all of those. One that the disk spoilt has made the stock opaque when
 * its own turn came. */
static int has_twin(const struct stock_fold *fold, const struct operation *place,
                    const struct event *event, bool *ret_has)
{
    const struct key prefix = key_entity(fold->entity);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(fold->txn, TABLE_ENTITY, &cursor);
    *ret_has = false;
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&prefix), &key, &value);
    while (err == 0 && !*ret_has) {
        struct operation id;
        struct event other;
        uint64_t log;
        uint64_t seq;
        err = place_of(fold, key, &log, &seq);
        if (err != 0 || (!fold->is_salvaged && log == place->log && seq == place->seq)) {
            break;
        }
        err = event_read(fold->txn, log, seq, &id, &other);
        *ret_has = err == 0 && other.is_reemitted && operation_equal(&other.was, &event->was) &&
                   roster_judge(fold->roster, log, seq, other.type, other.by) == VERDICT_VALID;
        if (err != ERR_IO) {
            err = store_cursor_next(&cursor, &key, &value);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* What its log says, or what a fork voided of that and others carry on: never both. */
static int is_valid(const struct stock_fold *fold, const struct operation *place,
                    const struct event *event, bool *ret_is)
{
    *ret_is =
        roster_judge(fold->roster, place->log, place->seq, event->type, event->by) == VERDICT_VALID;
    return fold->is_salvaged
               ? salvaged_counts(fold->memo, fold->txn, fold->roster, place, event->type, ret_is)
               : 0;
}

int stock_is_counting(struct stock_fold *fold, const struct operation *place,
                      const struct event *event, bool *ret_is)
{
    bool has_original_here = false, has_twin_before = false;
    int err = is_valid(fold, place, event, ret_is);
    if (err == 0 && *ret_is && event->is_reemitted) {
        fold->stock->has_reemitted = true;
        err = has_original(fold, event, &has_original_here);
        if (err == 0) {
            err = has_twin(fold, place, event, &has_twin_before);
        }
        *ret_is = !has_original_here && !has_twin_before;
    }
    return err;
}

/* --- the walk --- */

/* Whether events of this type are for stock; one of an unknown type may be. */
static bool is_of_stock(uint32_t type)
{
    const struct event_info *info = event_info_find(type);
    return info == NULL || info->kind == KIND_STOCK;
}

/* Each event that stands in a log, in order of its place. */
static int each_written(struct stock_fold *fold,
                        int (*visit)(struct stock_fold *fold, const struct operation *place,
                                     const struct event *event))
{
    const struct key prefix = key_entity(fold->entity);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(fold->txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&prefix), &key, &value);
    while (err == 0) {
        struct operation place;
        struct event event;
        uint64_t log;
        uint64_t seq;
        err = place_of(fold, key, &log, &seq);
        if (err != 0) {
            break;
        }
        err = event_read(fold->txn, log, seq, &place, &event);
        if (err == 0 && is_of_stock(event.type)) {
            err = visit(fold, &place, &event);
        } else if (err == ERR_MALFORMED) { /* the disk spoilt it: nobody decides on what is left */
            fold->stock->is_opaque = true;
            err = 0;
        }
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &value);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int visit_salvaged(struct stock_fold *fold, const struct salvaged_row *row,
                          int (*visit)(struct stock_fold *fold, const struct operation *place,
                                       const struct event *event))
{
    struct bytes bytes;
    struct event event;
    int err = salvaged_event(fold->txn, row, &bytes);
    if (err == ERR_IO) {
        return err;
    }
    if (err != 0 || event_decode(bytes, &event) != 0) { /* the disk spoilt it */
        fold->stock->is_opaque = true;
        return 0;
    }
    if (!is_of_stock(event.type)) {
        return 0;
    }
    fold->has_salvaged = true;
    return visit(fold, &row->id, &event);
}

/* Each event that others carry on, whoever carries it. */
static int each_salvaged(struct stock_fold *fold,
                         int (*visit)(struct stock_fold *fold, const struct operation *place,
                                      const struct event *event))
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    int err = salvage_of_entity(&cursor, fold->txn, fold->entity, &row);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    while (err == 0) {
        const struct salvaged_row visited = row;
        err = visit_salvaged(fold, &row, visit);
        if (err == 0) {
            err = salvage_row_of_next_event(&cursor, &visited, &row);
        }
    }
    salvage_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int stock_each_event(struct stock_fold *fold,
                     int (*visit)(struct stock_fold *fold, const struct operation *place,
                                  const struct event *event))
{
    int err = each_written(fold, visit);
    if (err == 0) {
        fold->is_salvaged = true;
        err = each_salvaged(fold, visit);
        fold->is_salvaged = false;
    }
    return err;
}
