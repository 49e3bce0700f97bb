/* oracle_salvaged.c - P4 and P11 for an order of which a fork voided something that others carry
 * on: what is shown counts on its own log or is carried, and so does all that it builds on.
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

static bool is_valid(const struct roster *roster, const struct operation *id,
                     const struct event *event)
{
    return roster_judge(roster, id->log, id->seq, event->type, event->by) == VERDICT_VALID;
}

/* What does not count holds nothing up, nor does what a fork or a revocation takes before it comes.
 */
static bool counts(const struct roster *roster, struct store_txn *txn, const struct operation *id)
{
    struct event event;
    if (own_event(txn, id, &event) && is_valid(roster, id, &event)) {
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
    const bool is_own = own_event(txn, &shown->id, &event) && is_valid(roster, &shown->id, &event);
    sim->stats->oracles[ORACLE_RIGHTS]++;
    if (!is_own && !carried_event(txn, &shown->id, &event)) {
        sim_fail(sim, ORACLE_RIGHTS, node,
                 "shows event %llu of type %u, which is void and carried by nobody",
                 (unsigned long long)shown->id.seq, shown->type);
        return;
    }
    for (uint32_t i = 0; i < event.parents_count && shown->is_causal; i++) {
        const struct operation *parent = &event.parents[i];
        sim->stats->oracles[ORACLE_EXPOSURE]++;
        if (history_find(sim->history, parent) < 0 && counts(roster, txn, parent)) {
            sim_fail(sim, ORACLE_EXPOSURE, node,
                     "shows event %llu of type %u, which was carried on, without its parents",
                     (unsigned long long)shown->id.seq, shown->type);
        }
    }
}

void salvaged_check(struct sim *sim, const struct cluster_node *node, struct store_txn *txn)
{
    const struct history *history = sim->history;
    if (history->is_cut_short || sim->liar.is_on || flips_is_spoilt(sim, node)) {
        return; /* what is beyond an entity's limits is no parent; nor is all that a liar names */
    }
    for (uint32_t i = 0; i < history->count && !sim->is_failed; i++) {
        event_check(sim, node, txn, &history->events[i]);
    }
}
