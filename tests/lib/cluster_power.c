/* cluster_power.c - nodes that start, lose their power, and fall into hostile hands; stores that
 * will fail. */
#include "tests/lib/cluster_internal.h"

void cluster_node_boot(struct cluster *cluster, struct cluster_node *node)
{
    for (size_t i = 0; i < sizeof node->config.boot; i++) {
        node->config.boot[i] = (uint8_t)prng_next(&cluster->prng);
    }
    node->config.seed = prng_next(&cluster->prng);
    node->life++;
    node->is_running = true;
    node->boot_ms = cluster->now_ms;
    node->mono_base_ms = 1 + prng_below(&cluster->prng, 100000);
    node->turn_at_ms = node->wake_at_ms = UINT64_MAX;
    node->newest_sent = 0;
    if (node->is_liar) {
        node->is_open = true;
        cluster_turn_want(cluster, node, cluster->now_ms + LIAR_MS);
        cluster_net_dial_all(cluster, node->index);
        return;
    }
    cluster_blobs_sweep(node);
    replica_restart(node->replica);
    if (!cluster_node_open(cluster, node)) {
        return;
    }
    if (node->inbox_first != NULL) {
        cluster_turn_want(cluster, node, cluster->now_ms + node->slow_ms);
    }
}

/* The unfinished commit reached the disk or did not. */
static void txn_lose(struct cluster *cluster, struct cluster_node *node)
{
    struct store_txn *txn = node->txn;
    node->txn = NULL;
    if (txn == NULL) {
        cluster->faults[FAULT_CRASH]++;
        return;
    }
    bool is_kept = false;
    if (prng_one_in(&cluster->prng, 2)) {
        is_kept = store_memory_commit(txn) == 0;
    } else {
        store_memory_abort(txn);
    }
    store_memory_crash(node->store);
    cluster->faults[is_kept ? FAULT_CRASH_SILENT : FAULT_CRASH_LOST]++;
    cluster_trace(cluster, node, false, "its last commit is %s", is_kept ? "on the disk" : "lost");
}

void cluster_crash(struct cluster *cluster, uint32_t index)
{
    struct cluster_node *node = &cluster->nodes[index];
    if (!node->is_running) {
        return;
    }
    cluster_trace(cluster, node, true, "power lost");
    txn_lose(cluster, node);
    node->is_running = node->is_open = false;
    node->life++;
    replica_abort(node->replica);
    cluster_inputs_free(&node->taken);
    cluster_inputs_free(&node->inbox_first);
    node->inbox_last = NULL;
    node->is_copy_turn = false;
    cluster_net_drop(cluster, node);
    if (cluster->hooks.on_crash != NULL) {
        cluster->hooks.on_crash(cluster->hooks.context, node);
    }
}

void cluster_turn_liar(struct cluster *cluster, uint32_t node)
{
    cluster_crash(cluster, node);
    cluster->nodes[node].is_liar = true;
    cluster->faults[FAULT_LIAR]++;
    cluster_trace(cluster, &cluster->nodes[node], true, "is in hostile hands");
    cluster_node_boot(cluster, &cluster->nodes[node]);
}

void cluster_restart(struct cluster *cluster, uint32_t node, uint64_t after_ms)
{
    cluster_schedule(cluster, cluster->now_ms + after_ms, HAPPENING_BOOT, node, 0);
}

void cluster_boot_due(struct cluster *cluster, struct cluster_node *node)
{
    if (node->is_running) {
        return;
    }
    cluster->faults[FAULT_RESTART]++;
    cluster_trace(cluster, node, true, "power back");
    cluster_node_boot(cluster, node);
}

void cluster_fail_store(struct cluster *cluster, uint32_t index,
                        const struct cluster_store_fault *fault)
{
    struct cluster_node *node = &cluster->nodes[index];
    const enum cluster_fault kind = fault->err == ERR_FULL         ? FAULT_FULL
                                    : fault->call == MEMORY_COMMIT ? FAULT_COMMIT
                                                                   : FAULT_IO;
    node->fault = *fault;
    if (fault->nth > 0) {
        cluster->faults[kind]++;
        cluster_trace(cluster, node, false, "storage call %d will fail: %s", (int)fault->call,
                      err_code(fault->err));
    }
}
