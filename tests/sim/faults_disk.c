/* faults_disk.c - disks are copied: restored from, run a second time, or both. */
#include "tests/sim/sim_internal.h"

enum {
    OUTAGE_MAX_MS = 3000,
    SPREAD_MS = 400, /* what a device writes is elsewhere by then, mostly */
    PROVE_MS = 2500, /* links, and a fork is stated */
    WHOLE_MAX_MS = 2000,
    DEEDS = 2,
    AT_ORIGINAL = 0,
    AT_FRIEND = 1,
};

/* Not who lies, or is going to. */
static bool is_copyable(const struct sim *sim, const struct cluster_node *node)
{
    const bool is_liars = sim->liar.is_on && sim->liar.node == node->index;
    return node->is_open && node->txn == NULL && !is_liars;
}

/* Mostly an old one is kept: what is restored from it has forgotten more. */
void fault_copy(struct sim *sim)
{
    const uint32_t of = sim_node_draw(sim);
    const bool is_wanted = sim->copy.store == NULL || prng_one_in(&sim->prng, 4);
    if (is_wanted && is_copyable(sim, &sim->cluster->nodes[of])) {
        cluster_copy_free(&sim->copy);
        sim->copy = cluster_copy_disk(sim->cluster, of);
        sim->copy_of = of;
        sim->is_copy_old = sim->is_old[of];
    }
}

void fault_roll_back(struct sim *sim)
{
    if (sim->copy.store == NULL || !sim->cluster->nodes[sim->copy_of].is_running) {
        return;
    }
    struct cluster_node *node = &sim->cluster->nodes[sim->copy_of];
    sim->is_twofold[sim_watch(sim, node)->first] = true;
    cluster_roll_back(sim->cluster, sim->copy_of, &sim->copy, 20 + sim_below(sim, OUTAGE_MAX_MS));
    versions_restored(sim, node, sim->is_copy_old);
    journal_forget(sim, node);
    clients_forget(sim, node);
    if (prng_one_in(&sim->prng, 2)) {
        fault_apart(sim, sim->copy_of);
    }
}

/* The device runs once more, from @copy; linked to all. */
static uint32_t start_again(struct sim *sim, uint32_t of, const struct cluster_copy *copy)
{
    static const char *const names[SIM_CLONES_MAX] = {"clone", "twin"};
    struct cluster *cluster = sim->cluster;
    const uint32_t first = sim->watches[of].first;
    sim->is_twofold[first] = true;
    sim->watches[cluster->count].first = first;
    versions_clone(sim, of, cluster->count);
    const uint32_t index = cluster_clone(cluster, of, copy, names[sim->clones++]);
    for (uint32_t i = 0; i < index; i++) {
        cluster_dial(cluster, index, i);
    }
    return index;
}

/* Often of what an older copy is kept of, which can still be restored then: three branches leave
 * one log at two places. */
void fault_clone(struct sim *sim)
{
    const uint32_t drawn = sim_node_draw(sim);
    const bool is_again = sim->copy.store != NULL && prng_one_in(&sim->prng, 2);
    const uint32_t of = is_again ? sim->copy_of : drawn;
    if (sim->clones == SIM_CLONES_MAX || !is_copyable(sim, &sim->cluster->nodes[of])) {
        return;
    }
    struct cluster_copy fresh = cluster_copy_disk(sim->cluster, of);
    const uint32_t index = start_again(sim, of, &fresh);
    cluster_copy_free(&fresh);
    if (prng_one_in(&sim->prng, 2)) {
        fault_apart(sim, index);
    }
}

/* --- one log, two forks --- */

static void deeds(struct sim *sim, uint32_t node)
{
    for (unsigned i = 0; i < DEEDS && !sim->is_failed; i++) {
        clients_place(sim, node);
    }
}

/* Who hears whom while two forks are proven: each of them those whom the other does not hear. */
static void sides_set(struct sim *sim, uint32_t friend, uint32_t twin)
{
    uint32_t groups[CLUSTER_NODES_MAX];
    for (uint32_t i = 0; i < CLUSTER_NODES_MAX; i++) {
        groups[i] = AT_ORIGINAL;
    }
    groups[friend] = groups[twin] = AT_FRIEND;
    cluster_partition(sim->cluster, groups);
    sim->heal_at_ms = sim->cluster->now_ms + PROVE_MS + 1 + sim_below(sim, WHOLE_MAX_MS);
}

/* Two branches leave one log at two places, and each fork is proven where nobody has heard of the
 * other: whoever hears of both later has to keep to the earlier one, whichever came first. */
void fault_fork_twice(struct sim *sim)
{
    const uint32_t of = sim_node_draw(sim);
    const uint32_t friend = sim_node_draw(sim);
    struct cluster *cluster = sim->cluster;
    if (sim->clones > 0 || cluster->nodes[friend].device == cluster->nodes[of].device ||
        !is_copyable(sim, &cluster->nodes[of])) {
        return;
    }
    struct cluster_copy early = cluster_copy_disk(cluster, of);
    deeds(sim, of);
    cluster_run(cluster, SPREAD_MS);
    if (!sim->is_failed && is_copyable(sim, &cluster->nodes[of])) {
        struct cluster_copy late = cluster_copy_disk(cluster, of);
        const uint32_t clone = start_again(sim, of, &late);
        const uint32_t twin = start_again(sim, of, &early);
        cluster_copy_free(&late);
        sides_set(sim, friend, twin);
        deeds(sim, of);
        deeds(sim, clone);
        deeds(sim, twin);
        cluster->faults[FAULT_FORK_TWICE]++;
        cluster_run(cluster, PROVE_MS);
    }
    cluster_copy_free(&early);
}
