/* oracle_salvaged.c - P4 and P11 for an order of which a fork or a revocation voided something that
 * others carry on or a manager adopted: what is shown counts on its own log, is carried or adopted,
 * and so does all that it builds on; and each event once.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/salvage.h"
#include "tests/sim/sim_internal.h"

/* The event that is @id, as its own log has it here. */
static bool own_event(struct store_txn *txn, const struct operation *id, struct event *ret_event)
{
    struct bytes bytes;
    struct hash hash;
    return event_get(txn, id->log, id->seq, &hash, &bytes) == 0 &&
           memcmp(hash.bytes, id->hash, OPERATION_HASH_BYTES) == 0 &&
           event_decode(bytes, ret_event) == 0;
}

/* ... as somebody carries it. */
static bool carried_event(struct store_txn *txn, const struct operation *id,
                          struct event *ret_event)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    struct bytes bytes;
    if (salvage_of_operation(&cursor, txn, id, &row) != 0) {
        return false;
    }
    const int err = salvaged_event(txn, &row, &bytes);
    salvage_cursor_close(&cursor);
    return err == 0 && event_decode(bytes, ret_event) == 0;
}

/* --- adopted --- */

struct adopted_walk {
    struct store_txn *txn;
    struct store_cursor cursor;
    struct operation place; /* of the event that stands for another one */
    struct event event;
    const struct entity_id *entity;
};

/* The next event of the entity that stands for another one; @err is that of the cursor's last step.
 */
static bool adopted_next(struct adopted_walk *walk, int err, struct bytes key, struct bytes value)
{
    for (; err == 0 && memcmp(key.data, walk->entity->bytes, ENTITY_ID_BYTES) == 0;
         err = store_cursor_next(&walk->cursor, &key, &value)) {
        struct entity_id of;
        struct hash hash;
        struct bytes bytes;
        if (key_entity_event_parse(key, &of, &walk->place.log, &walk->place.seq) == 0 &&
            event_get(walk->txn, walk->place.log, walk->place.seq, &hash, &bytes) == 0 &&
            event_decode(bytes, &walk->event) == 0 && walk->event.is_reemitted) {
            return true;
        }
    }
    return false;
}

static bool adopted_first(struct adopted_walk *walk)
{
    struct bytes key;
    struct bytes value;
    const struct key from = key_entity(walk->entity);
    check(store_cursor_open(walk->txn, TABLE_ENTITY, &walk->cursor) == 0);
    const int err = store_cursor_seek(&walk->cursor, key_bytes(&from), &key, &value);
    return adopted_next(walk, err, key, value);
}

static bool adopted_again(struct adopted_walk *walk)
{
    struct bytes key;
    struct bytes value;
    const int err = store_cursor_next(&walk->cursor, &key, &value);
    return adopted_next(walk, err, key, value);
}

bool adopted_any(struct store_txn *txn, const struct entity_id *entity)
{
    struct adopted_walk walk = {.txn = txn, .entity = entity};
    const bool is_any = adopted_first(&walk);
    store_cursor_close(&walk.cursor);
    return is_any;
}

/* The event that is @id, as a manager adopted it. */
static bool adopted_event(struct store_txn *txn, const struct roster *roster,
                          const struct entity_id *entity, const struct operation *id,
                          struct event *ret_event)
{
    struct adopted_walk walk = {.txn = txn, .entity = entity};
    bool is = false;
    for (bool is_any = adopted_first(&walk); is_any && !is; is_any = adopted_again(&walk)) {
        is = operation_equal(&walk.event.was, id) &&
             roster_judge(roster, walk.place.log, walk.place.seq, walk.event.type, walk.event.by) ==
                 VERDICT_VALID;
        *ret_event = walk.event;
    }
    store_cursor_close(&walk.cursor);
    return is;
}

/* --- what counts --- */

static bool is_valid(const struct roster *roster, enum whose whose, const struct operation *id,
                     const struct event *event)
{
    return roster_judge(roster, id->log, id->seq, event->type, event->by) == VERDICT_VALID &&
           state_is_in_reach(roster, id, event, KIND_ORDER, whose);
}

/* What does not count holds nothing up, nor does what a fork or a revocation takes before it comes.
 */
static bool counts(const struct roster *roster, enum whose whose, struct store_txn *txn,
                   const struct operation *id)
{
    struct event event;
    if (own_event(txn, id, &event) && is_valid(roster, whose, id, &event)) {
        return true;
    }
    const enum verdict verdict = roster_judge(roster, id->log, id->seq, EVENT_LOG_CERT, 0);
    return verdict == VERDICT_VALID && !own_event(txn, id, &event);
}

static void event_check(struct sim *sim, const struct cluster_node *node, struct store_txn *txn,
                        const struct history_event *shown)
{
    struct event event;
    const struct roster *roster = replica_roster(node->replica);
    const enum whose whose = whose_order(sim->history);
    const bool is_own =
        own_event(txn, &shown->id, &event) && is_valid(roster, whose, &shown->id, &event);
    sim->stats->oracles[ORACLE_RIGHTS]++;
    if (!is_own && !carried_event(txn, &shown->id, &event) &&
        !adopted_event(txn, roster, &sim->history->entity, &shown->id, &event)) {
        sim_fail(sim, ORACLE_RIGHTS, node,
                 "shows event %llu of type %u, which is void and carried by nobody",
                 (unsigned long long)shown->id.seq, shown->type);
        return;
    }
    for (uint32_t i = 0; i < event.parents_count && shown->is_causal; i++) {
        const struct operation *parent = &event.parents[i];
        sim->stats->oracles[ORACLE_EXPOSURE]++;
        if (history_find(sim->history, parent) < 0 && counts(roster, whose, txn, parent)) {
            sim_fail(sim, ORACLE_EXPOSURE, node,
                     "shows event %llu of type %u, which was carried on, without its parents",
                     (unsigned long long)shown->id.seq, shown->type);
        }
    }
}

/* Its own, carried, adopted: one of these. */
static void once_check(struct sim *sim, const struct cluster_node *node)
{
    const struct history *history = sim->history;
    for (uint32_t i = 0; i < history->count; i++) {
        sim->stats->oracles[ORACLE_DECIDED]++;
        if (history_find(history, &history->events[i].id) != (int32_t)i) {
            sim_fail(sim, ORACLE_DECIDED, node, "event %llu of type %u counts twice",
                     (unsigned long long)history->events[i].id.seq, history->events[i].type);
        }
    }
}

void salvaged_check(struct sim *sim, const struct cluster_node *node, struct store_txn *txn)
{
    const struct history *history = sim->history;
    if (history->is_cut_short || sim->liar.is_on || flips_is_spoilt(sim, node)) {
        return; /* what is beyond an entity's limits is no parent; nor is all that a liar names */
    }
    once_check(sim, node);
    for (uint32_t i = 0; i < history->count && !sim->is_failed; i++) {
        event_check(sim, node, txn, &history->events[i]);
    }
}
