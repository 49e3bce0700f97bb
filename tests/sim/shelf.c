/* shelf.c - shelf: when all is healed, every unit that some device may sell is sold at any other.
 *
 * Of each item that is strictly counted, all that is left is wanted at once at one device, drawn
 * anew for each: however the rights were strewn by sales and cuts, and however many links lie
 * between. The sale is tried again as people do; who sold lately may keep what it sells for a
 * while.
 */
#include "sync/base/check.h"
#include "sync/replica/replica_state.h"
#include "tests/sim/sim_internal.h"

enum {
    PIE = SHOP_ITEMS + 2, /* counted in when all is calm, so that there is one in each run */
    PIES = 5,
    TRY_MS = 250,
    SHELF_MS =
        2 * DESK_PERIOD_MS + 4000, /* demand is forgotten, then units come to who wants them */
    ANSWER_MS = 1000,
};

/* --- what there is --- */

static bool may_sell(const struct cluster_node *node)
{
    const struct roster *roster = replica_roster(node->replica);
    const struct roster_log *log = roster_log_find(roster, node->log);
    return log != NULL && log->fork_seq == UINT64_MAX && !stock_is_closed(roster, node->log) &&
           (log->capabilities & capability_bit(CAP_STOCK_MOVE)) != 0;
}

/* What @node may sell of @item, and does not hold for a customer. False: nobody can tell. */
static bool units_at(const struct cluster *cluster, const struct cluster_node *node, uint64_t item,
                     int64_t *ret_units)
{
    static struct stock stock;
    const struct entity_id entity = entity_id_derive(KIND_STOCK, item);
    struct store_txn *txn = store_memory_begin(node->store, false);
    const struct stock_view view = {.roster = replica_roster(node->replica), .txn = txn};
    int err = stock_get(&stock, txn, &entity);
    *ret_units = 0;
    if (err == 0) {
        err = stock.is_opaque ? ERR_VERSION : stock_rights(&stock, &view, node->log, ret_units);
    }
    store_memory_abort(txn);
    *ret_units -=
        (int64_t)hold_units(&node->replica->holds, item, 0, cluster_moment(cluster, node).mono_ms);
    return err == 0 || err == ERR_NOT_FOUND;
}

/* What all can sell together; 0 where it is not known. */
static int64_t units_left(const struct cluster *cluster, uint64_t item)
{
    int64_t left = 0;
    for (uint32_t i = 0; i < cluster->count; i++) {
        const struct cluster_node *node = &cluster->nodes[i];
        int64_t units;
        if (!units_at(cluster, node, item, &units)) {
            return 0;
        }
        left += may_sell(node) && units > 0 ? units : 0;
    }
    return left;
}

/* A device that sold without a right would cover that first. NULL: there is none. */
static const struct cluster_node *seller_draw(struct sim *sim, uint64_t item)
{
    const uint64_t from = sim_oracle_below(sim, sim->cluster->count);
    for (uint64_t i = 0; i < sim->cluster->count; i++) {
        const struct cluster_node *node = &sim->cluster->nodes[(from + i) % sim->cluster->count];
        int64_t units;
        if (node->role != ROLE_GATEWAY && may_sell(node) &&
            units_at(sim->cluster, node, item, &units) && units >= 0) {
            return node;
        }
    }
    return NULL;
}

/* --- asking --- */

/* Whether @request was done at @node in time. */
static bool ask(struct sim *sim, const struct cluster_node *node, struct request *request)
{
    const uint64_t until_ms = sim->cluster->now_ms + ANSWER_MS;
    request->err = 0;
    cluster_command(sim->cluster, node->index, &request->command,
                    (uint64_t)(request - sim->requests));
    while (!sim->is_failed && !request->has_answer[node->index] && request->err == 0 &&
           cluster_step(sim->cluster, until_ms)) {
    }
    return request->has_answer[node->index];
}

static void shelf_fill(struct sim *sim)
{
    const struct cluster_node *office = &sim->cluster->nodes[0];
    for (uint64_t item = 1; item <= PIE && !sim->is_failed; item++) {
        struct request *request;
        if (item > SHOP_ITEMS && item < PIE) {
            continue;
        }
        request = clients_begin(sim, COMMAND_MENU_SET);
        shop_item(&request->command, item < PIE ? item : 1);
        request->command.item = item;
        request->command.fields[request->command.fields_count++] =
            (struct wanted_field){.field = MENU_STOCK, .number = STOCK_STRICT};
        (void)ask(sim, office, request);
        request = clients_begin(sim, COMMAND_MENU_AVAILABLE);
        request->command.item = item;
        request->command.truth = true;
        (void)ask(sim, office, request);
    }
    struct request *request = clients_begin(sim, COMMAND_STOCK_ADD);
    request->command.item = PIE;
    request->command.stock_units = PIES;
    if (!ask(sim, office, request)) {
        sim_fail(sim, ORACLE_SHELF, office, "pies are not counted in: %s", err_code(request->err));
    }
}

/* Whether the menu at @node has it: that is not a matter of rights. */
static bool is_offered(struct sim *sim, const struct cluster_node *node, uint64_t item)
{
    const struct entity_id id = entity_id_derive(KIND_MENU, item);
    struct menu_item found = {.number = 0};
    struct store_txn *txn = store_memory_begin(node->store, false);
    if (history_get(sim->history, txn, KIND_MENU, &id) == 0) {
        menu_derive(sim->history, &found);
    }
    store_memory_abort(txn);
    return found.number == item && found.is_available && !found.is_hidden &&
           found.stock == STOCK_STRICT;
}

static void sell_all(struct sim *sim, uint64_t item)
{
    const struct cluster_node *node = seller_draw(sim, item);
    const uint64_t until_ms = sim->cluster->now_ms + SHELF_MS;
    const int64_t left = units_left(sim->cluster, item);
    struct request *request = clients_begin(sim, COMMAND_ORDER_PLACE);
    if (node == NULL || left <= 0 || !is_offered(sim, node, item)) {
        return;
    }
    calm_order(&request->command);
    request->command.lines[0] = (struct wanted_line){.item = item, .quantity = (int32_t)left};
    while (!ask(sim, node, request) && !sim->is_failed && request->err == ERR_UNAVAILABLE &&
           sim->cluster->now_ms < until_ms) {
        cluster_run(sim->cluster, TRY_MS);
    }
    sim->stats->oracles[ORACLE_SHELF]++;
    if (!sim->is_failed && !request->has_answer[node->index]) {
        sim_fail(sim, ORACLE_SHELF, node,
                 "of item %llu %lld units are left, and it sells them not: %s",
                 (unsigned long long)item, (long long)left, err_code(request->err));
    }
}

void shelf_check(struct sim *sim)
{
    if (sim_has_clones(sim) || sim->flips.is_spoilt) {
        return; /* what a clone may sell again counts twice */
    }
    shelf_fill(sim);
    (void)cluster_converge(sim->cluster, SHELF_MS);
    for (uint64_t item = 1; item <= PIE && !sim->is_failed; item++) {
        if (item <= SHOP_ITEMS || item == PIE) {
            sell_all(sim, item);
        }
    }
    if (!sim->is_failed) {
        trade_stock(sim);
    }
}
