/* calm.c - when all is healed: an ordinary minute on a whole network, and a device by itself.
 *
 * P14: with everybody linked to everybody, each event comes to each device once, nearly. What the
 * safety phase does to links says nothing of that, so some orders are taken in peace.
 *
 * I13: and a second after the last of them all devices show the same.
 *
 * I15: then one device is cut off from all others and has to do everything: take an order, change
 * it, cook it, hand it over, be paid.
 */
#include <string.h>

#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

enum {
    BREAD = SHOP_ITEMS + 1, /* an item that is never counted, so never sold out */
    CALM_ORDERS = 8,
    CALM_GAP_MS = 150,
    CALM_SETTLE_MS = 3000, /* at most */
    CALM_STRAY_MS = 300,   /* what is sent once more would be by then */
    LINK_ROUNDS_MAX = 4,
    LINK_ROUND_MS = 2500, /* two statuses: all know who is linked to whom */
    COPIES_OF = 100,      /* of so many copies that must be ... */
    COPIES_MAX = 105,
    COPIES_SPARSE_MAX = 300,
    /* Two devices of one name, or links that lost the word of who is linked to whom, which is said
     * again when it changes. Who lost it passes on what that one writes to all: it counts how many
     * of the orders are drawn there. */
    COPIES_TOLD_WRONG_MAX = 200,
    ANSWER_MS = 1000,
    BOARD_MS = 1000,
};

/* --- asking --- */

void calm_bread(struct command *command)
{
    shop_item(command, 1);
    command->item = BREAD;
}

static void bread_fill(struct sim *sim, struct command *command)
{
    (void)sim;
    calm_bread(command);
}

void calm_order(struct command *command)
{
    command->channel = bytes_of_text("counter");
    command->mode = bytes_of_text("take-away");
    command->name = bytes_of_text("Bo");
    command->is_paid_now = true;
    command->method = bytes_of_text("cash");
    command->lines_count = 1;
    command->lines[0] = (struct wanted_line){.item = BREAD, .quantity = 2};
}

static void order_fill(struct sim *sim, struct command *command)
{
    (void)sim;
    calm_order(command);
}

static void more_fill(struct sim *sim, struct command *command)
{
    (void)sim;
    command->lines_count = 1;
    command->lines[0] = (struct wanted_line){.item = BREAD, .quantity = 1};
}

static void money_fill(struct sim *sim, struct command *command)
{
    (void)sim;
    command->method = bytes_of_text("cash");
}

static void kitchen_fill(struct sim *sim, struct command *command)
{
    (void)sim;
    command->station = bytes_of_text("grill");
}

static void day_fill(struct sim *sim, struct command *command)
{
    command->day = sim->days;
}

static void available_fill(struct sim *sim, struct command *command)
{
    (void)sim;
    command->item = BREAD;
    command->truth = true;
}

/* Ask @node for it; false, and the run has failed by @oracle, when it is not done in time. */
static bool ask(struct sim *sim, enum oracle oracle, const struct cluster_node *node,
                enum command_kind kind, void (*fill)(struct sim *sim, struct command *command),
                struct entity_id *order)
{
    struct request *request = clients_begin(sim, kind);
    request->command.order = *order;
    fill(sim, &request->command);
    cluster_command(sim->cluster, node->index, &request->command,
                    (uint64_t)(request - sim->requests));
    const uint64_t until_ms = sim->cluster->now_ms + ANSWER_MS;
    while (!sim->is_failed && !request->has_answer[node->index] && request->err == 0 &&
           cluster_step(sim->cluster, until_ms)) {
    }
    if (!request->has_answer[node->index]) {
        sim_fail(sim, oracle, node, "command %d was not done in a second: %s", (int)kind,
                 request->err == 0 ? "no answer" : err_code(request->err));
        return false;
    }
    *order = kind == COMMAND_ORDER_PLACE ? request->answers[node->index].entity : *order;
    return true;
}

/* --- P14 --- */

static bool is_linked(const struct cluster *cluster, uint32_t a, uint32_t b)
{
    const struct cluster_session *ways[] = {&cluster->sessions[a * CLUSTER_NODES_MAX + b],
                                            &cluster->sessions[b * CLUSTER_NODES_MAX + a]};
    for (unsigned i = 0; i < 2; i++) {
        if (ways[i]->is_alive && ways[i]->ends[0].is_up && ways[i]->ends[1].is_up) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const struct cluster *cluster, uint32_t a, uint32_t b)
{
    return cluster->sessions[a * CLUSTER_NODES_MAX + b].is_wanted ||
           cluster->sessions[b * CLUSTER_NODES_MAX + a].is_wanted;
}

static bool is_whole(const struct cluster *cluster)
{
    for (uint32_t a = 0; a < cluster->count; a++) {
        for (uint32_t b = a + 1; b < cluster->count; b++) {
            if (is_wanted(cluster, a, b) && !is_linked(cluster, a, b)) {
                return false;
            }
        }
    }
    return true;
}

/* What is still wrong with links is found and mended by itself. */
static bool links_wait(struct sim *sim)
{
    for (unsigned i = 0; i < LINK_ROUNDS_MAX; i++) {
        cluster_run(sim->cluster, LINK_ROUND_MS);
        if (is_whole(sim->cluster) && cluster_is_converged(sim->cluster)) {
            return true;
        }
    }
    return false;
}

static const struct cluster_node *till_draw(struct sim *sim)
{
    const struct cluster_node *node;
    do {
        node = &sim->cluster->nodes[sim_oracle_below(sim, sim->cluster->count)];
    } while (node->role == ROLE_GATEWAY);
    return node;
}

static void copies_check(struct sim *sim, uint64_t events)
{
    const uint64_t least = events * (sim->cluster->count - 1);
    const uint64_t *faults = sim->cluster->faults;
    const bool is_told_wrong =
        sim->clones > 0 || faults[FAULT_LOSSY] > 0 || faults[FAULT_OVERFLOW] > 0;
    const uint64_t most = least * (sim->is_sparse  ? COPIES_SPARSE_MAX
                                   : is_told_wrong ? COPIES_TOLD_WRONG_MAX
                                                   : COPIES_MAX);
    sim->stats->oracles[ORACLE_COPIES]++;
    if (sim->copies_sent * COPIES_OF > most) {
        sim_fail(sim, ORACLE_COPIES, NULL,
                 "%llu events were sent %llu times, where %llu were enough",
                 (unsigned long long)events, (unsigned long long)sim->copies_sent,
                 (unsigned long long)least);
    }
}

/* I13, as far as devices go: each has what is answered anywhere, and so shows it, within a second.
 */
static void boards_check(struct sim *sim)
{
    const bool is_equal = cluster_converge(sim->cluster, BOARD_MS);
    sim->stats->oracles[ORACLE_BOARDS]++;
    if (!sim->is_failed && !is_equal) {
        sim_fail(sim, ORACLE_BOARDS, NULL, "all are linked, and show different orders after %d ms",
                 BOARD_MS);
    }
}

void calm_check(struct sim *sim)
{
    struct entity_id order = {{0}};
    const struct cluster_node *office = &sim->cluster->nodes[0];
    if (!ask(sim, ORACLE_ALONE, office, COMMAND_MENU_SET, bread_fill, &order) ||
        !ask(sim, ORACLE_ALONE, office, COMMAND_MENU_AVAILABLE, available_fill, &order) ||
        !ask(sim, ORACLE_ALONE, office, COMMAND_DAY_OPEN, day_fill, &order) || sim->is_large ||
        !links_wait(sim)) {
        return; /* where not all are linked each event comes by way of others, at times by two */
    }
    const uint64_t before = sim->stats->events;
    sim->copies_sent = 0;
    for (unsigned i = 0; i < CALM_ORDERS && !sim->is_failed; i++) {
        (void)ask(sim, ORACLE_ALONE, till_draw(sim), COMMAND_ORDER_PLACE, order_fill, &order);
        cluster_run(sim->cluster, sim_oracle_below(sim, CALM_GAP_MS));
    }
    boards_check(sim);
    (void)cluster_converge(sim->cluster, CALM_SETTLE_MS);
    cluster_run(sim->cluster, CALM_STRAY_MS);
    if (!sim->is_failed) {
        copies_check(sim, sim->stats->events - before);
    }
}

/* --- I15 --- */

static void nothing_fill(struct sim *sim, struct command *command)
{
    (void)sim;
    (void)command;
}

static bool is_completed(struct sim *sim, const struct cluster_node *node,
                         const struct entity_id *order)
{
    struct store_txn *txn = store_memory_begin(node->store, false);
    const int err = history_get(sim->history, txn, KIND_ORDER, order);
    store_memory_abort(txn);
    if (err == 0) {
        order_derive(sim->history, sim->order);
    }
    return err == 0 && sim->order->phase == PHASE_COMPLETED && sim->order->due_minor == 0;
}

void alone_check(struct sim *sim)
{
    static const struct {
        enum command_kind kind;
        void (*fill)(struct sim *sim, struct command *command);
    } steps[] = {{COMMAND_ORDER_PLACE, order_fill}, {COMMAND_LINES_ADD, more_fill},
                 {COMMAND_ACCEPT, kitchen_fill},    {COMMAND_START, kitchen_fill},
                 {COMMAND_DONE, kitchen_fill},      {COMMAND_PAY, money_fill},
                 {COMMAND_HAND_OVER, nothing_fill}};
    uint32_t groups[SIM_NODES_MAX] = {0};
    struct entity_id order = {{0}};
    const struct cluster_node *node = till_draw(sim);
    groups[node->index] = 1;
    cluster_partition(sim->cluster, groups);
    cluster_run(sim->cluster, SIM_NOTICE_MS);
    for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (!ask(sim, ORACLE_ALONE, node, steps[i].kind, steps[i].fill, &order)) {
            return;
        }
        sim->stats->oracles[ORACLE_ALONE]++;
    }
    if (!is_completed(sim, node, &order)) {
        sim_fail(sim, ORACLE_ALONE, node, "an order that it did all of is not completed and paid");
    }
}
