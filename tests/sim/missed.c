/* missed.c - I16: a device that was cut off while the others wrote 1,000 events has them 2 s after
 * it is linked again, without anybody pressing anything. In a few runs, after all else.
 */
#include "tests/sim/sim_internal.h"

enum {
    MISSED_ONE_IN = 32, /* seeds, from ... on */
    MISSED_FIRST = 3,
    MISSED_EVENTS = 1000,
    MISSED_ORDERS_MAX = 480, /* of which each is two events or more */
    ORDER_MS = 10,
    HEALED_MS = 2000,
};

/* What was asked before is not asked again: there is room for new requests. */
static void requests_drop(struct sim *sim)
{
    sim->requests_count = 1;
}

static void write_apart(struct sim *sim, uint32_t alone)
{
    const uint64_t until = sim->stats->events + MISSED_EVENTS;
    const uint32_t count = sim->cluster->count;
    for (uint32_t i = 0; i < MISSED_ORDERS_MAX && sim->stats->events < until; i++) {
        const uint32_t at = (alone + 1 + i % (count - 1)) % count;
        struct request *request = clients_begin(sim, COMMAND_ORDER_PLACE);
        calm_order(&request->command);
        cluster_command(sim->cluster, at, &request->command, (uint64_t)(request - sim->requests));
        cluster_run(sim->cluster, ORDER_MS);
    }
    cluster_run(sim->cluster, SIM_NOTICE_MS);
}

void missed_check(struct sim *sim)
{
    struct cluster *cluster = sim->cluster;
    uint32_t groups[CLUSTER_NODES_MAX] = {0};
    if (sim->seed % MISSED_ONE_IN != MISSED_FIRST || sim->is_large || sim->is_forking ||
        sim->is_forging) {
        return;
    }
    const uint32_t alone = (uint32_t)sim_oracle_below(sim, cluster->count);
    groups[alone] = 1;
    cluster_partition(cluster, groups);
    cluster_run(cluster, SIM_NOTICE_MS);
    requests_drop(sim);
    const uint64_t before = sim->stats->events;
    write_apart(sim, alone);
    const uint64_t missed = sim->stats->events - before;
    const uint64_t from_ms = cluster->now_ms;
    cluster_heal(cluster);
    const bool is_equal = !sim->is_failed && cluster_converge(cluster, HEALED_MS);
    const uint64_t took_ms = cluster->now_ms - from_ms;
    if (sim->is_failed || missed < MISSED_EVENTS) {
        return;
    }
    sim->stats->oracles[ORACLE_MISSED]++;
    if (sim->stats->missed_ms_max < took_ms) {
        sim->stats->missed_ms_max = took_ms;
    }
    if (!is_equal) {
        sim_fail(sim, ORACLE_MISSED, &cluster->nodes[alone],
                 "missed %llu events and has not all of them %d ms after the heal",
                 (unsigned long long)missed, HEALED_MS);
    }
}
