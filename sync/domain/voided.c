#include "sync/domain/voided.h"

#include "sync/domain/body_check.h"
#include "sync/domain/order_events.h"
#include "sync/domain/whose.h"

/* Whether a revocation voided what stands at (@log, @seq), or a fork of a log that is revoked:
 * which of its branches a revocation names may not be known here, but what is carried on counts. */
static bool is_voided_at(const struct roster *roster, uint64_t log, uint64_t seq)
{
    const struct roster_log *found = roster_log_find(roster, log);
    return found != NULL && found->revoked_seq != UINT64_MAX && seq >= roster_voided_from(found);
}

/* --- the entity's rows --- */

struct walk {
    struct store_txn *txn;
    const struct roster *roster;
    struct entity_id entity;
    const struct history *history;
    struct voided *voided;
    bool is_any_enough;
    bool has_any;
};

static bool has_id(const struct voided *voided, const struct operation *id)
{
    for (uint32_t i = 0; i < voided->count; i++) {
        if (operation_equal(&voided->events[i].id, id)) {
            return true;
        }
    }
    return false;
}

/* The newest causal event of @log before; what a log says itself it has seen. */
static struct operation before_of(const struct voided *voided, uint64_t log)
{
    for (uint32_t i = voided->count; i-- > 0;) {
        const struct voided_event *event = &voided->events[i];
        if (event->place.log == log && event_info_find(event->type)->is_causal) {
            return event->id;
        }
    }
    return (struct operation){.log = 0};
}

/* Whether @event is a gateway's on what is no customer's order. */
static bool is_out_of_reach(const struct walk *walk, uint64_t log, uint64_t seq,
                            const struct event *event)
{
    const enum whose whose =
        event->type == EVENT_ORDER_OPEN ? whose_opening(event->body) : WHOSE_NOBODYS;
    return whose_reach(walk->roster, log, seq, event->type, KIND_ORDER) != REACH_ANYTHING &&
           (whose == WHOSE_STALLS || whose_order(walk->history) == WHOSE_STALLS);
}

/* Whether @event, at (log, seq), would count but for the revocation. */
static bool could_count(const struct walk *walk, uint64_t log, uint64_t seq,
                        const struct event *event)
{
    const struct event_info *info = event_info_find(event->type);
    return info != NULL && info->kind == KIND_ORDER && event->type != (uint32_t)EVENT_ORDER_DROP &&
           event->body.size <= VOIDED_BODY_BYTES_MAX && body_check(event->type, event->body) == 0 &&
           roster_allows_salvaged(walk->roster, log, seq, event->type) &&
           !is_out_of_reach(walk, log, seq, event);
}

static int take(struct walk *walk, uint64_t log, uint64_t seq)
{
    struct voided *voided = walk->voided;
    struct operation place;
    struct event event;
    const int err = event_read(walk->txn, log, seq, &place, &event);
    if (err != 0) { /* the disk spoilt it: it can be decided on when it is mended */
        return err == ERR_IO ? err : 0;
    }
    const struct operation id = event.is_reemitted ? event.was : place;
    if (voided->count == VOIDED_EVENTS_MAX || !could_count(walk, log, seq, &event) ||
        has_id(voided, &id)) {
        return 0;
    }
    const struct operation before = before_of(voided, log);
    voided->events[voided->count++] =
        (struct voided_event){.place = place,
                              .id = id,
                              .before = before,
                              .type = event.type,
                              .is_adopted = history_find(walk->history, &id) >= 0};
    return 0;
}

static int walk_rows(struct walk *walk, struct store_cursor *cursor)
{
    const struct key prefix = key_entity(&walk->entity);
    struct bytes key;
    struct bytes value;
    int err = store_cursor_seek(cursor, key_bytes(&prefix), &key, &value);
    while (err == 0) {
        struct entity_id entity;
        uint64_t log;
        uint64_t seq;
        err = key_entity_event_parse(key, &entity, &log, &seq);
        if (err != 0 || !entity_id_equal(&entity, &walk->entity)) {
            return err;
        }
        if (is_voided_at(walk->roster, log, seq)) {
            walk->has_any = true;
            if (walk->is_any_enough) {
                return 0;
            }
            err = take(walk, log, seq);
        }
        if (err == 0) {
            err = store_cursor_next(cursor, &key, &value);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int walk_entity(struct walk *walk)
{
    struct store_cursor cursor;
    int err = store_cursor_open(walk->txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = walk_rows(walk, &cursor);
    store_cursor_close(&cursor);
    return err;
}

int voided_any(struct store_txn *txn, const struct roster *roster, const struct entity_id *entity,
               bool *ret_any)
{
    struct walk walk = {.txn = txn, .roster = roster, .entity = *entity, .is_any_enough = true};
    const int err = walk_entity(&walk);
    *ret_any = walk.has_any;
    return err;
}

/* --- what was decided --- */

static void take_drop(struct voided *voided, const struct operation *newest)
{
    for (uint32_t i = 0; i < voided->count; i++) {
        struct voided_event *event = &voided->events[i];
        event->is_dropped |= event->place.log == newest->log && event->place.seq <= newest->seq;
    }
}

int voided_load(struct store_txn *txn, const struct roster *roster, const struct history *history,
                struct voided *ret_voided)
{
    struct walk walk = {.txn = txn,
                        .roster = roster,
                        .entity = history->entity,
                        .history = history,
                        .voided = ret_voided};
    ret_voided->count = 0;
    const int err = walk_entity(&walk);
    for (uint32_t i = 0; err == 0 && i < history->count; i++) {
        struct order_drop drop;
        if (history->events[i].type == (uint32_t)EVENT_ORDER_DROP &&
            order_drop_decode(history->events[i].body, &drop) == 0) {
            take_drop(ret_voided, &drop.newest);
        }
    }
    return err;
}
