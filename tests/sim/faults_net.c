/* faults_net.c - what goes wrong between devices. What lasts is taken back later. */
#include "tests/sim/sim_internal.h"

enum {
    PARTITION_MAX_MS = 6000,
    ONE_WAY_MAX_MS = 5000,
    SWIZZLE_LINKS_MAX = 8,
    SWIZZLE_MAX_MS = 2500, /* until all are clogged, and from then until all are free */
    FLAPS_MAX = 12,
    FLAP_GAP_MAX_MS = 400, /* about as long as a device waits before it dials again */
    READ_GAP_MS = 1000,
    SLOW_READER_MAX_MS = 12000,
    LAST_ONE_IN = 8, /* seeds */
    LAST_LINK_MS = 2000,
    LAST_MS = 1100,   /* a status of each to each; twice that, and no link is given up */
    LAST_ORDERS = 28, /* more events than anybody is given unasked: LAG_EVENTS_MAX */
    LAST_GAP_MS = 15,
    LAST_SPARSE_ONE_IN = 2,
    LAST_DROP_MIN = 2000, /* of 10,000 frames */
    LAST_DROP_SPREAD = 5000,
};

uint32_t sim_node_draw(struct sim *sim)
{
    return (uint32_t)sim_below(sim, sim->cluster->count);
}

/* Two different ones. */
static void pair_draw(struct sim *sim, uint32_t *ret_a, uint32_t *ret_b)
{
    const uint32_t count = sim->cluster->count;
    *ret_a = (uint32_t)sim_below(sim, count);
    *ret_b = (*ret_a + 1 + (uint32_t)sim_below(sim, count - 1)) % count;
}

/* --- what happens later --- */

/* When there is no room, never: faults_end() puts all right. */
static void later(struct sim *sim, uint64_t after_ms, enum sim_later_kind kind, uint32_t a,
                  uint32_t b)
{
    for (uint32_t i = 0; i < SIM_LATER_MAX; i++) {
        if (sim->later[i].kind == LATER_NOTHING) {
            sim->later[i] = (struct sim_later){
                .at_ms = sim->cluster->now_ms + after_ms, .kind = kind, .a = a, .b = b};
            return;
        }
    }
}

static void later_do(struct sim *sim, const struct sim_later *what)
{
    switch (what->kind) {
    case LATER_NOTHING:
        break;
    case LATER_CLOG:
        cluster_clog(sim->cluster, what->a, what->b, true);
        break;
    case LATER_FREE:
        cluster_clog(sim->cluster, what->a, what->b, false);
        break;
    case LATER_FLAP:
        sim->cluster->faults[FAULT_FLAP]++;
        cluster_reset_link(sim->cluster, what->a, what->b);
        break;
    case LATER_READ:
        cluster_set_reading(sim->cluster, what->a, 0);
        break;
    }
}

static void later_act(struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_LATER_MAX; i++) {
        const struct sim_later due = sim->later[i];
        if (due.kind != LATER_NOTHING && due.at_ms <= sim->cluster->now_ms) {
            sim->later[i].kind = LATER_NOTHING;
            later_do(sim, &due);
        }
    }
}

/* --- links --- */

void fault_reset(struct sim *sim)
{
    const uint32_t a = sim_node_draw(sim);
    cluster_reset_link(sim->cluster, a, sim_node_draw(sim));
}

void fault_two_links(struct sim *sim)
{
    const uint32_t a = sim_node_draw(sim);
    const uint32_t b = sim_node_draw(sim);
    if (a != b) {
        cluster_dial(sim->cluster, a, b);
    }
}

void fault_one_way(struct sim *sim)
{
    uint32_t from;
    uint32_t to;
    pair_draw(sim, &from, &to);
    cluster_clog(sim->cluster, from, to, true);
    later(sim, 1 + sim_below(sim, ONE_WAY_MAX_MS), LATER_FREE, from, to);
}

/* Links are clogged one after another and freed in another order, as FoundationDB's tests do: what
 * a device hears of the others, and when, comes in every order. */
void fault_swizzle(struct sim *sim)
{
    const uint64_t count = 2 + sim_below(sim, SWIZZLE_LINKS_MAX - 1);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t from;
        uint32_t to;
        pair_draw(sim, &from, &to);
        later(sim, sim_below(sim, SWIZZLE_MAX_MS), LATER_CLOG, from, to);
        later(sim, SWIZZLE_MAX_MS + sim_below(sim, SWIZZLE_MAX_MS), LATER_FREE, from, to);
    }
    sim->cluster->faults[FAULT_SWIZZLE]++;
}

/* A link that breaks again as soon as it is there. */
void fault_flap(struct sim *sim)
{
    uint64_t after_ms = 0;
    uint32_t a;
    uint32_t b;
    pair_draw(sim, &a, &b);
    for (uint64_t left = 2 + sim_below(sim, FLAPS_MAX - 1); left > 0; left--) {
        after_ms += 1 + sim_below(sim, FLAP_GAP_MAX_MS);
        later(sim, after_ms, LATER_FLAP, a, b);
    }
}

void fault_slow_reader(struct sim *sim)
{
    const uint32_t at = sim_node_draw(sim);
    cluster_set_reading(sim->cluster, at, READ_GAP_MS);
    later(sim, 1 + sim_below(sim, SLOW_READER_MAX_MS), LATER_READ, at, 0);
}

/* --- the network --- */

void fault_partition(struct sim *sim)
{
    uint32_t groups[CLUSTER_NODES_MAX];
    const uint64_t count = 2 + sim_below(sim, 2);
    for (uint32_t i = 0; i < CLUSTER_NODES_MAX; i++) {
        groups[i] = (uint32_t)sim_below(sim, count);
    }
    cluster_partition(sim->cluster, groups);
    sim->heal_at_ms = sim->cluster->now_ms + 1 + sim_below(sim, PARTITION_MAX_MS);
}

void fault_apart(struct sim *sim, uint32_t node)
{
    uint32_t groups[CLUSTER_NODES_MAX] = {0};
    groups[node] = 1;
    cluster_partition(sim->cluster, groups);
    sim->heal_at_ms = sim->cluster->now_ms + 1 + sim_below(sim, PARTITION_MAX_MS);
}

static void heal(struct sim *sim)
{
    cluster_heal(sim->cluster);
    sim->heal_at_ms = UINT64_MAX;
}

void net_begin(struct sim *sim)
{
    sim->heal_at_ms = UINT64_MAX;
    for (uint32_t i = 0; i < SIM_LATER_MAX; i++) {
        sim->later[i].kind = LATER_NOTHING;
    }
}

void net_act(struct sim *sim)
{
    later_act(sim);
    if (sim->heal_at_ms <= sim->cluster->now_ms ||
        (sim->heal_at_ms != UINT64_MAX && sim_chance(sim, sim->odds.heal))) {
        heal(sim);
    }
}

void net_end(struct sim *sim)
{
    struct cluster *cluster = sim->cluster;
    heal(sim);
    for (uint32_t a = 0; a < cluster->count; a++) {
        cluster_set_reading(cluster, a, 0);
        for (uint32_t b = 0; b < cluster->count; b++) {
            cluster_clog(cluster, a, b, false);
        }
    }
}

/* --- the last moments before all is healed --- */

static void clog_all(struct sim *sim, uint32_t node, bool is_to)
{
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        if (i != node) {
            cluster_clog(sim->cluster, is_to ? i : node, is_to ? node : i, true);
        }
    }
}

static void last_ask(struct sim *sim, uint32_t node, struct request *request)
{
    cluster_command(sim->cluster, node, &request->command, (uint64_t)(request - sim->requests));
}

/* Of bread, which nobody counts: no rights to sell are handed on over it, by which the loss would
 * come to light. */
static void last_orders(struct sim *sim, uint32_t teller)
{
    for (unsigned i = 0; i < LAST_ORDERS && !sim->is_failed; i++) {
        struct request *request = clients_begin(sim, COMMAND_ORDER_PLACE);
        calm_order(&request->command);
        last_ask(sim, teller, request);
        cluster_run(sim->cluster, LAST_GAP_MS);
    }
    cluster_run(sim->cluster, LAST_MS);
}

/* One device misses what is told last, or is not heard when it asks for it: links that hold one
 * frame drop the rest, and no link breaks over it. */
static void last_held(struct sim *sim, struct prng *own, uint32_t teller)
{
    const uint32_t count = sim->cluster->count;
    const uint32_t node = (teller + 1 + (uint32_t)prng_below(own, count - 1)) % count;
    const bool is_deaf = prng_one_in(own, 2);
    sim->cluster->knobs.queue_frames_max = 1;
    clog_all(sim, node, is_deaf);
    cluster_clog(sim->cluster, teller, node, true);
    sim->cluster->faults[is_deaf ? FAULT_DEAF : FAULT_MUTE]++;
    cluster_run(sim->cluster, LAST_MS); /* now each link holds its frame */
    last_orders(sim, teller);
}

/* Every link drops some of what is told, asked and answered, and none breaks over it. */
static void last_lossy(struct sim *sim, struct prng *own, uint32_t teller)
{
    sim->cluster->knobs.drop_odds = LAST_DROP_MIN + (uint32_t)prng_below(own, LAST_DROP_SPREAD);
    sim->cluster->faults[FAULT_LOSSY]++;
    last_orders(sim, teller);
}

/* Who does not look after such losses does not come to what the others have, for nobody says or
 * asks it again. Where all are linked to all the writer itself tells it again; in a line nobody
 * does. */
void net_last_words(struct sim *sim)
{
    struct prng own = {.state = ~(sim->seed << 2)};
    const uint32_t teller = (uint32_t)prng_below(&own, sim->cluster->count);
    const uint64_t one_in = sim->is_sparse ? LAST_SPARSE_ONE_IN : LAST_ONE_IN;
    if (!prng_one_in(&own, one_in) && !sim->is_large) { /* there all comes by way of others */
        return;
    }
    net_end(sim);
    struct request *bread = clients_begin(sim, COMMAND_MENU_SET);
    calm_bread(&bread->command);
    last_ask(sim, 0, bread);
    cluster_run(sim->cluster, LAST_LINK_MS);
    (prng_one_in(&own, 2) ? last_lossy : last_held)(sim, &own, teller);
}
