/* adoption.c - after a theft: what the revocation voided is listed where it is held, until people
 * at managers' devices have decided on each order.
 *
 * They adopt or drop what their own device lists, at times apart and without knowing of each other,
 * and some ask again elsewhere. In the end nothing is listed at any of these devices; what was
 * adopted counts, also where somebody else dropped it; and of no line two devices hold the sale.
 * That no event counts twice by it is looked at after each turn, in oracle_salvaged.c.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/stock_fold.h"
#include "sync/domain/voided.h"
#include "tests/sim/sim_internal.h"

enum {
    ROUNDS_MAX = 4,
    ADOPTED_MAX = 64,
    DECIDE_MS = 80,
    MEET_MS = 5000,
    SPARE_REQUESTS = 4,
};

struct adoptions {
    bool is_cut_short; /* there was no room for all that people ask */
    uint32_t count;
    struct {
        uint32_t node;
        struct entity_id order;
    } adopted[ADOPTED_MAX];
};

static bool decides(const struct sim *sim, const struct cluster_node *node)
{
    return (node->role == ROLE_OWNER || node->role == ROLE_MANAGER) && node->is_open &&
           !liar_is(sim, node) &&
           roster_permits(replica_roster(node->replica), node->log, SEQ_MAX, EVENT_ORDER_DROP, 0);
}

static bool is_anything_listed(const struct sim *sim)
{
    struct voided_order row;
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        const struct cluster_node *node = &sim->cluster->nodes[i];
        if (decides(sim, node) && replica_voided_at(node->replica, 0, &row)) {
            return true;
        }
    }
    return false;
}

/* --- what people decide --- */

static void adopted_note(struct adoptions *adoptions, uint32_t node, const struct entity_id *order)
{
    if (adoptions->count < ADOPTED_MAX) {
        adoptions->adopted[adoptions->count].node = node;
        adoptions->adopted[adoptions->count++].order = *order;
    }
}

static void decide(struct sim *sim, struct adoptions *adoptions, uint32_t node,
                   enum command_kind kind, const struct entity_id *order)
{
    struct request *request = clients_begin(sim, kind);
    const uint64_t number = (uint64_t)(request - sim->requests);
    request->command.order = *order;
    request->command.reason = bytes_of_text("stolen");
    cluster_command(sim->cluster, node, &request->command, number);
    cluster_run(sim->cluster, DECIDE_MS);
    if (prng_one_in(&sim->oracle_prng, 4)) { /* again, perhaps elsewhere */
        const uint32_t other = (uint32_t)sim_oracle_below(sim, sim->cluster->count);
        const bool is_there = sim->cluster->nodes[other].is_running; /* the thief is out */
        cluster_command(sim->cluster, is_there ? other : node, &request->command, number);
        cluster_run(sim->cluster, DECIDE_MS);
    }
    if (kind == COMMAND_ORDER_ADOPT && request->has_answer[node]) {
        adopted_note(adoptions, node, order);
    }
}

/* Whoever stands at @node decides on all that it lists; on what nobody may adopt, to drop it. */
static void decide_all(struct sim *sim, struct adoptions *adoptions, uint32_t node, bool is_first)
{
    static struct voided_order rows[VOIDED_ORDERS_MAX];
    uint32_t count = 0;
    while (count < VOIDED_ORDERS_MAX &&
           replica_voided_at(sim->cluster->nodes[node].replica, count, &rows[count])) {
        count++;
    }
    for (uint32_t i = 0; i < count && !sim->is_failed; i++) {
        const bool is_adopting = is_first && !prng_one_in(&sim->oracle_prng, 3);
        if (sim->requests_count + SPARE_REQUESTS > SIM_REQUESTS_MAX + SIM_REQUESTS_CALM) {
            adoptions->is_cut_short = true;
            return;
        }
        decide(sim, adoptions, node, is_adopting ? COMMAND_ORDER_ADOPT : COMMAND_ORDER_DROP,
               &rows[i].id);
    }
}

/* Every device by itself. */
static void set_apart(struct sim *sim)
{
    uint32_t groups[CLUSTER_NODES_MAX];
    for (uint32_t i = 0; i < CLUSTER_NODES_MAX; i++) {
        groups[i] = i;
    }
    cluster_partition(sim->cluster, groups);
}

static void round_run(struct sim *sim, struct adoptions *adoptions, bool is_first)
{
    if (prng_one_in(&sim->oracle_prng, 2)) {
        set_apart(sim);
    }
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        if (decides(sim, &sim->cluster->nodes[i])) {
            decide_all(sim, adoptions, i, is_first);
        }
    }
    cluster_heal(sim->cluster);
    cluster_run(sim->cluster, MEET_MS);
}

/* --- what must hold then --- */

static void lists_check(struct sim *sim)
{
    struct voided_order row;
    for (uint32_t i = 0; i < sim->cluster->count && !sim->is_failed; i++) {
        const struct cluster_node *node = &sim->cluster->nodes[i];
        if (!decides(sim, node)) {
            continue;
        }
        sim->stats->oracles[ORACLE_DECIDED]++;
        if (replica_voided_at(node->replica, 0, &row)) {
            sim_fail(sim, ORACLE_DECIDED, node, "still lists %s-%u with %u voided events", row.lane,
                     row.number, row.events);
        }
    }
}

/* What its device may write of the order counts. */
static void adopted_check(struct sim *sim, const struct cluster_node *node, struct store_txn *txn,
                          const struct entity_id *order)
{
    static struct voided voided;
    const struct roster *roster = replica_roster(node->replica);
    if (history_get(sim->history, txn, KIND_ORDER, order) != 0) {
        sim_fail(sim, ORACLE_DECIDED, node, "an order that was adopted there is not shown");
        return;
    }
    check(voided_load(txn, roster, sim->history, &voided) == 0);
    for (uint32_t i = 0; i < voided.count; i++) {
        const struct voided_event *event = &voided.events[i];
        sim->stats->oracles[ORACLE_DECIDED]++;
        if (!event->is_adopted && !sim->history->is_cut_short &&
            roster_permits(roster, node->log, SEQ_MAX, event->type, 0)) {
            sim_fail(sim, ORACLE_DECIDED, node, "event %llu of type %u was adopted and is void",
                     (unsigned long long)event->id.seq, event->type);
        }
    }
}

/* A line as it was added is one sale, whoever adopted it. */
static void sales_check(struct sim *sim, const struct cluster_node *node, struct store_txn *txn,
                        const struct entity_id *order)
{
    struct stock_taken takes[STOCK_LINE_TAKES_MAX];
    order_derive(sim->history, sim->order);
    for (uint32_t i = 0; i < sim->order->lines_count; i++) {
        uint32_t count = 0;
        uint64_t seller = 0;
        check(stock_takes(txn, order, sim->order->lines[i].id, takes, STOCK_LINE_TAKES_MAX,
                          &count) == 0);
        for (uint32_t at = 0; at < count; at++) {
            const struct stock_taken *taken = &takes[at];
            if (taken->is_change || taken->undone == taken->units) {
                continue;
            }
            sim->stats->oracles[ORACLE_DECIDED]++;
            if (seller != 0 && seller != taken->take.log) {
                sim_fail(sim, ORACLE_DECIDED, node, "a line that was adopted is sold twice");
            }
            seller = taken->take.log;
        }
    }
}

static void adoptions_check(struct sim *sim, const struct adoptions *adoptions)
{
    for (uint32_t i = 0; i < adoptions->count && !sim->is_failed; i++) {
        const struct cluster_node *node = &sim->cluster->nodes[adoptions->adopted[i].node];
        struct store_txn *txn = store_memory_begin(node->store, false);
        adopted_check(sim, node, txn, &adoptions->adopted[i].order);
        if (!sim->is_failed) {
            sales_check(sim, node, txn, &adoptions->adopted[i].order);
        }
        store_memory_abort(txn);
    }
}

void adoption_act(struct sim *sim)
{
    struct adoptions adoptions = {.count = 0};
    for (unsigned i = 0; i < ROUNDS_MAX && is_anything_listed(sim) && !sim->is_failed; i++) {
        round_run(sim, &adoptions, i == 0);
    }
    if (!sim->is_failed && !adoptions.is_cut_short) {
        lists_check(sim);
        adoptions_check(sim, &adoptions);
    }
}
