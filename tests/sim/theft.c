/* theft.c - after all else a device is stolen. Its twin, or who took its disk, writes on under the
 * same log where the owner does not hear it, and some device believes the thief, or nobody
 * ever switches it on again; the owner revokes what is known of the log, and with some luck another
 * admin too, who knows less or another branch.
 * Whoever carries on what the thief wrote, it must count nowhere: oracle_cuts.c looks, as do all
 * that look after a turn. In the end those that are left have the same, and of what they hold all
 * that was not revoked counts.
 */
#include <string.h>

#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

enum {
    THEFT_ONE_IN = 4, /* seeds */
    AGED_ONE_IN = 3,  /* thefts */
    IDLE_ONE_IN = 3,  /* thefts; then no fork hides what two revocations disagree about */
    DEEDS_MAX = 3,
    DEED_MS = 60,
    MEET_MS = 2500,  /* links, and what is missing */
    CARRY_MS = 6000, /* a fork is proven and carried on */
    NOBODY = CLUSTER_NODES_MAX,
};

struct theft {
    uint32_t victim, thief, friend, admin; /* NOBODY = there is none */
    uint32_t groups[CLUSTER_NODES_MAX];
};

enum { AT_OFFICE, AT_THIEF, AT_ADMIN };

static bool is_admin(const struct cluster_node *node)
{
    return node->role == ROLE_OWNER || node->role == ROLE_MANAGER;
}

/* Some node but the office that is no admin, or is one, and is not @other; NOBODY. */
static uint32_t node_find(struct sim *sim, bool is_wanted_admin, uint32_t other)
{
    const uint32_t count = sim->cluster->count;
    const uint32_t from = (uint32_t)sim_oracle_below(sim, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct cluster_node *node = &sim->cluster->nodes[(from + i) % count];
        if (node->index != 0 && node->index != other && is_admin(node) == is_wanted_admin &&
            node->role != ROLE_GATEWAY && node->device != sim->cluster->nodes[0].device &&
            node->is_open) {
            return node->index;
        }
    }
    return NOBODY;
}

/* The rest of what @node does: it takes orders. */
static void deeds(struct sim *sim, uint32_t node)
{
    const uint64_t count = 1 + sim_oracle_below(sim, DEEDS_MAX);
    for (uint64_t i = 0; i < count && !sim->is_failed; i++) {
        clients_place(sim, node);
    }
}

static void revoke(struct sim *sim, const struct theft *theft, uint32_t by)
{
    struct request *request = clients_begin(sim, COMMAND_DEVICE_REVOKE);
    request->command.device = sim->cluster->nodes[theft->victim].device;
    cluster_command(sim->cluster, by, &request->command, (uint64_t)(request - sim->requests));
    cluster_run(sim->cluster, DEED_MS);
}

static void copy_take(struct sim *sim, struct theft *theft)
{
    struct cluster_copy copy = cluster_copy_disk(sim->cluster, theft->victim);
    const uint32_t first = sim->watches[theft->victim].first;
    sim->is_twofold[first] = true;
    sim->watches[sim->cluster->count].first = first;
    versions_clone(sim, theft->victim, sim->cluster->count);
    theft->thief = cluster_clone(sim->cluster, theft->victim, &copy, "thief");
    cluster_copy_free(&copy);
    for (uint32_t i = 0; i < theft->thief; i++) {
        cluster_dial(sim->cluster, theft->thief, i);
    }
}

static bool theft_plan(struct sim *sim, struct theft *theft)
{
    *theft = (struct theft){.victim = node_find(sim, false, NOBODY)};
    if (theft->victim == NOBODY) {
        return false;
    }
    theft->friend = node_find(sim, false, theft->victim);
    theft->admin = node_find(sim, true, NOBODY);
    return theft->friend != NOBODY &&
           sim->cluster->nodes[theft->friend].device != sim->cluster->nodes[theft->victim].device;
}

/* Who hears whom while both write: the office the device, its friend the thief, and the other admin
 * nobody or the thief, whose branch it then takes for the device's. */
static void groups_set(struct sim *sim, struct theft *theft)
{
    theft->groups[theft->thief] = theft->groups[theft->friend] = AT_THIEF;
    if (theft->admin != NOBODY) {
        theft->groups[theft->admin] = prng_one_in(&sim->oracle_prng, 2) ? AT_ADMIN : AT_THIEF;
    }
    cluster_partition(sim->cluster, theft->groups);
}

/* Those that nobody talks to any more are thrown away; the others agree. */
static void end(struct sim *sim)
{
    struct cluster *cluster = sim->cluster;
    for (uint32_t i = 0; i < cluster->count; i++) {
        if (theft_is_out(sim, &cluster->nodes[i])) {
            cluster_crash(cluster, i);
        }
    }
    forks_note_kept(sim);
    sim_calm_down(sim);
    sim->stats->oracles[ORACLE_LIVENESS]++;
    if (!sim->is_failed && !cluster_is_converged(cluster)) {
        sim_fail(sim, ORACLE_LIVENESS, NULL, "not converged after a theft");
    }
    for (uint32_t i = 0; i < cluster->count && !sim->is_failed; i++) {
        struct cluster_node *node = &cluster->nodes[i];
        if (node->is_running) {
            state_compare(sim, node);
            state_audit(sim, node);
            state_agree(sim, node);
            forks_check(sim, node);
        }
    }
}

bool theft_is_out(const struct sim *sim, const struct cluster_node *node)
{
    return sim->is_robbed && node->device == sim->robbed;
}

/* In some thefts some of the devices, perhaps the stolen one, have older software again. By numbers
 * of its own, so that the others are as they would be without. */
static bool age(struct sim *sim)
{
    struct prng own = {.state = ~(sim->seed << 5)};
    const bool is = prng_one_in(&own, AGED_ONE_IN);
    if (is) {
        versions_age(sim, &own);
        sim->cluster->faults[FAULT_OLD_THEFT]++;
        cluster_run(sim->cluster, MEET_MS);
    }
    return is;
}

/* By numbers of its own, too. */
static bool is_idle(const struct sim *sim)
{
    struct prng own = {.state = ~(sim->seed << 6)};
    return prng_one_in(&own, IDLE_ONE_IN);
}

static void renew(struct sim *sim)
{
    versions_end(sim);
    cluster_run(sim->cluster, MEET_MS);
}

/* Not in a line: a device that is thrown out would cut it in two. */
void theft_act(struct sim *sim)
{
    struct theft theft;
    if (!prng_one_in(&sim->oracle_prng, THEFT_ONE_IN) || sim->liar.is_on || sim->is_forging ||
        sim->is_large || sim->is_sparse || !theft_plan(sim, &theft)) {
        return;
    }
    const bool is_late = prng_one_in(&sim->oracle_prng, 2); /* it is carried on first */
    sim->is_forking = sim->is_robbed = true;
    sim->robbed = sim->cluster->nodes[theft.victim].device;
    const bool is_writing = !is_idle(sim);
    const bool is_aged = age(sim);
    copy_take(sim, &theft);
    groups_set(sim, &theft);
    deeds(sim, theft.victim);
    if (is_writing) {
        deeds(sim, theft.thief);
    }
    cluster_run(sim->cluster, MEET_MS);
    if (theft.admin != NOBODY) {
        revoke(sim, &theft, theft.admin);
    }
    if (is_late) {
        theft.groups[theft.friend] = AT_OFFICE;
        cluster_partition(sim->cluster, theft.groups);
        cluster_run(sim->cluster, CARRY_MS);
    }
    revoke(sim, &theft, 0);
    if (is_writing) {
        deeds(sim, theft.thief);
    }
    cluster_heal(sim->cluster);
    cluster_run(sim->cluster, MEET_MS + CARRY_MS);
    if (is_aged) {
        renew(sim);
    }
    if (!sim->is_failed) {
        end(sim);
    }
}
