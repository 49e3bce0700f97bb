/* start.c - which devices a pop-up has, what is drawn of its network, and the shop that opens in
 * it.
 *
 * Mostly a few devices, all linked to all; in some runs in a line. In one run of 160 as many as a
 * pop-up may have, each linked to its neighbours in a ring and to some others: most of what a
 * device hears comes by way of others there.
 */
#include <stdio.h>

#include "tests/sim/sim_internal.h"

enum {
    NODES_MIN = 3,
    LARGE_ONE_IN = 160, /* seeds, from ... on */
    LARGE_FIRST = 50,
    LARGE_CHORDS = 24,
    SPARSE_ONE_IN = 6, /* of the others */
    SPARSE_MIN = 4,
    PATH_ODDS = 8000,  /* of 10,000 turns */
    SCRUB_RECORDS = 4, /* in a turn of a run in which each path fails */
    LETTERS = 26,
    NAME_BYTES = 8,
};

static struct cluster_knobs knobs_draw(struct sim *sim)
{
    struct cluster_knobs knobs = cluster_knobs_calm();
    knobs.delay_max_ms = 2 + (uint32_t)sim_below(sim, 60);
    knobs.sync_max_ms = 1 + (uint32_t)sim_below(sim, 25);
    knobs.straggle_odds = (uint32_t)sim_below(sim, 600);
    knobs.straggle_max_ms = 1 + (uint32_t)sim_below(sim, 900);
    knobs.duplicate_odds = (uint32_t)sim_below(sim, 500);
    knobs.queue_frames_max = prng_one_in(&sim->prng, 3) ? 3 + (uint32_t)sim_below(sim, 12) : 1000;
    knobs.notice_max_ms = 1 + (uint32_t)sim_below(sim, 1500);
    return knobs;
}

static void few_name(struct cluster_setup *setup)
{
    static const struct {
        const char *name, *lane;
    } devices[SIM_DEVICES_FEW] = {{"office", "A"}, {"counter", "B"}, {"kitchen", "C"},
                                  {"pickup", "D"}, {"window", "E"},  {"terrace", "F"}};
    for (uint32_t i = 0; i < setup->nodes; i++) {
        setup->devices[i].name = devices[i].name;
        setup->devices[i].lane = devices[i].lane;
    }
}

/* --- as many as there may be --- */

static void many_name(struct cluster_setup *setup)
{
    static char names[SIM_NODES_MAX][NAME_BYTES]; /* the same in every run */
    static char lanes[SIM_NODES_MAX][LANE_BYTES_MAX + 1];
    setup->is_unlinked = true;
    for (uint32_t i = 0; i < setup->nodes; i++) {
        (void)snprintf(names[i], sizeof names[i], "n%02u", (unsigned)i);
        lanes[i][0] = (char)('A' + i / LETTERS);
        lanes[i][1] = (char)('A' + i % LETTERS);
        setup->devices[i].name = names[i];
        setup->devices[i].lane = lanes[i];
    }
}

/* The lower index dials: no two dial each other. */
static void link_pair(struct cluster *cluster, uint32_t a, uint32_t b)
{
    if (a != b) {
        cluster_dial(cluster, a < b ? a : b, a < b ? b : a);
    }
}

static void link_many(struct sim *sim)
{
    struct cluster *cluster = sim->cluster;
    for (uint32_t i = 0; i < cluster->count; i++) {
        link_pair(cluster, i, (i + 1) % cluster->count);
    }
    for (unsigned i = 0; i < LARGE_CHORDS; i++) {
        const uint32_t a = sim_node_draw(sim);
        link_pair(cluster, a, sim_node_draw(sim));
    }
}

/* --- a line --- */

/* By numbers of its own: the other seeds are as they would be without. */
static bool is_line(const struct sim *sim, uint32_t devices)
{
    struct prng own = {.state = ~(sim->seed << 3)};
    return prng_one_in(&own, SPARSE_ONE_IN) && !sim->is_large && devices >= SPARSE_MIN;
}

static void link_line(struct sim *sim)
{
    for (uint32_t i = 0; i + 1 < sim->cluster->count; i++) {
        cluster_dial(sim->cluster, i, i + 1);
    }
}

/* --- all --- */

static void roles_draw(struct sim *sim, struct cluster_setup *setup)
{
    static const enum role roles[] = {ROLE_COUNTER, ROLE_KITCHEN, ROLE_PICKUP, ROLE_MANAGER};
    setup->devices[0].role = ROLE_OWNER;
    for (uint32_t i = 1; i < setup->nodes; i++) {
        setup->devices[i].role = roles[sim_below(sim, sizeof roles / sizeof *roles)];
    }
    if (prng_one_in(&sim->prng, 2)) {
        setup->devices[setup->nodes - 1].role = ROLE_GATEWAY;
    }
}

void start_popup(struct sim *sim, const struct cluster_hooks *hooks)
{
    struct cluster_setup setup = {.seed = prng_next(&sim->prng), .hooks = *hooks};
    const uint32_t few = NODES_MIN + (uint32_t)sim_below(sim, SIM_DEVICES_FEW - NODES_MIN + 1);
    sim->is_large = sim->seed % LARGE_ONE_IN == LARGE_FIRST;
    setup.nodes = sim->is_large ? SIM_NODES_MAX : few;
    setup.knobs = knobs_draw(sim);
    (sim->is_large ? many_name : few_name)(&setup);
    sim->is_sparse = is_line(sim, setup.nodes);
    setup.is_unlinked |= sim->is_sparse;
    roles_draw(sim, &setup);
    cluster_start(sim->cluster, &setup);
    if (sim->is_large) {
        sim->cluster->faults[FAULT_LARGE]++;
        link_many(sim);
    }
    if (sim->is_sparse) {
        sim->cluster->faults[FAULT_SPARSE]++;
        link_line(sim);
    }
    time_shift(sim);
    shop_open(sim->cluster);
    if (sim->options.is_each_path_failing) {
        sim->cluster->knobs.path_odds = PATH_ODDS;
        sim->cluster->knobs.scrub_records = SCRUB_RECORDS;
    }
}
