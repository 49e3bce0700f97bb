/* oracle_rounds.c - P12: how often a device asks for what it lacks, once all is healed.
 *
 * An asking is a WANT for a log that begins anew after something of that log was got; one that got
 * no answer and is repeated is the same asking. A round is an asking of somebody who was linked
 * already when the device asked for that log before: it could have been asked then, so that either
 * it, or who was asked, did not have all there was. Over a link that has come up since, the device
 * hears of what is there for the first time: that is the heal, which comes link by link.
 *
 * A round carries what is known one link further. Where all are linked to all, two do: what the
 * neighbours had, and what they got meanwhile. Where devices lie further apart, who has successive
 * parts of a log may be as many links away as the mesh is wide, and each part comes by itself.
 */
#include <string.h>

#include "tests/sim/sim_internal.h"

void rounds_begin(struct sim *sim)
{
    for (uint32_t i = 0; i < SIM_NODES_MAX; i++) {
        memset(&sim->watches[i].asks, 0, sizeof sim->watches[i].asks);
        memset(sim->watches[i].greeted_ms, 0, sizeof sim->watches[i].greeted_ms);
    }
}

void rounds_input(struct sim *sim, const struct cluster_node *node, const struct input *input)
{
    if (sim->is_healing && input->kind == INPUT_MESSAGE &&
        message_decode(input->message, sim->message) == 0 && sim->message->kind == MESSAGE_HELLO) {
        sim_watch(sim, node)->greeted_ms[input->link] = sim->cluster->now_ms;
    }
}

static bool is_linked(const struct cluster *cluster, uint32_t a, uint32_t b)
{
    return cluster->sessions[a * CLUSTER_NODES_MAX + b].is_wanted ||
           cluster->sessions[b * CLUSTER_NODES_MAX + a].is_wanted;
}

/* How many links the device that is furthest from @from is away. */
static uint32_t links_from(const struct cluster *cluster, uint32_t from)
{
    uint32_t reached[CLUSTER_NODES_MAX] = {from};
    uint32_t links[CLUSTER_NODES_MAX] = {0}; /* and one more; 0 = not reached */
    uint32_t count = 1;
    links[from] = 1;
    for (uint32_t at = 0; at < count; at++) {
        for (uint32_t peer = 0; peer < cluster->count; peer++) {
            if (links[peer] == 0 && is_linked(cluster, reached[at], peer)) {
                links[peer] = links[reached[at]] + 1;
                reached[count++] = peer;
            }
        }
    }
    return links[reached[count - 1]] - 1;
}

/* How many links lie between the two devices that are furthest apart. */
static uint32_t mesh_width(const struct cluster *cluster)
{
    uint32_t most = 0;
    for (uint32_t from = 0; from < cluster->count; from++) {
        const uint32_t links = links_from(cluster, from);
        most = most < links ? links : most;
    }
    return most;
}

void rounds_want(struct sim *sim, const struct cluster_node *node, uint32_t link, uint32_t truth,
                 const struct want_entry *want)
{
    struct watch *watch = sim_watch(sim, node);
    struct asks *asks = &watch->asks[truth];
    if (!sim->is_healing || sim->is_forking || !want->is_restart) {
        return;
    }
    const bool is_first = asks->askings == 0;
    if (is_first || asks->have != want->have) {
        asks->askings++;
        asks->rounds += is_first || watch->greeted_ms[link] <= asks->asked_ms ? 1 : 0;
    }
    asks->have = want->have;
    asks->asked_ms = sim->cluster->now_ms;
    if (asks->rounds > SIM_ROUNDS_MOST && asks->rounds > mesh_width(sim->cluster)) {
        sim_fail(sim, ORACLE_LIVENESS, node, "asks for one log in %u rounds", asks->rounds);
    }
}

static uint32_t at_most(uint32_t number, uint32_t most)
{
    return number < most ? number : most;
}

void rounds_end(struct sim *sim)
{
    struct asks most = {.rounds = 0};
    for (uint32_t i = 0; i < sim->cluster->count * sim->truth_count; i++) {
        const struct asks *asks = &sim->watches[i / sim->truth_count].asks[i % sim->truth_count];
        most.askings = most.askings < asks->askings ? asks->askings : most.askings;
        most.rounds = most.rounds < asks->rounds ? asks->rounds : most.rounds;
    }
    sim->stats->askings[at_most(most.askings, SIM_ASKINGS_MAX)]++;
    uint32_t *rounds = sim->is_large ? sim->stats->rounds_large : sim->stats->rounds;
    rounds[at_most(most.rounds, SIM_ASKINGS_MAX)]++;
}
