/* oracle_links.c - P13: what a link can make a device hold is bounded, and a mesh at rest is quiet.
 *
 * What a replica keeps of a link is in one piece of fixed size; the compiler holds that against its
 * bound. What is on its way to one end, in frames of bounded size, stays below one window of credit
 * however long the link is clogged and however slowly its end reads; a turn drops nothing that it
 * wants to send; and when nobody does anything, devices soon stop writing, and a link carries its
 * statuses and no more.
 */
#include "sync/base/check.h"
#include "sync/mesh/mesh.h"
#include "tests/sim/sim_internal.h"

enum {
    LINK_BYTES_MAX = 64 * 1024,
    HEADS_BYTES_MAX = 96, /* of a frame that tells heads, and for each log in it: */
    HEAD_BYTES_MAX = 40,
    REST_MS = 3000,
    REST_ROUNDS_MAX = 8, /* until the last rights to sell have found their places */
    REST_FRAMES_MAX = 2 + REST_MS / STATUS_INTERVAL_MS, /* one way over one link */
    REST_ASKS_MAX = REST_MS / 250, /* of a device that lacks rights to sell and gets none */
};

_Static_assert(sizeof(struct link) <= LINK_BYTES_MAX, "a link's state has its bound");

static void turn_check(struct sim *sim, const struct cluster_node *node)
{
    const struct effects *effects = node->effects;
    sim->stats->oracles[ORACLE_BOUNDS]++;
    if (effects->sends_dropped > 0) {
        sim_fail(sim, ORACLE_BOUNDS, node, "a turn has no room for %u frames",
                 effects->sends_dropped);
    }
}

void links_turn(struct sim *sim, const struct cluster_node *node)
{
    const struct cluster *cluster = sim->cluster;
    turn_check(sim, node);
    for (uint32_t i = 0; i < cluster->count * 2; i++) {
        const uint32_t peer = i / 2;
        const struct cluster_session *session =
            i % 2 == 0 ? &cluster->sessions[node->index * CLUSTER_NODES_MAX + peer]
                       : &cluster->sessions[peer * CLUSTER_NODES_MAX + node->index];
        const struct cluster_end *end = &session->ends[i % 2 == 0 ? 1 : 0];
        if (end->bytes > LINK_CREDIT_BYTES) {
            sim_fail(sim, ORACLE_BOUNDS, node, "%zu bytes are on their way to %s", end->bytes,
                     cluster->nodes[peer].name);
        }
    }
}

void links_send(struct sim *sim, const struct cluster_node *node, struct bytes frame)
{
    const bool has_heads = sim->message->kind == MESSAGE_HELLO ||
                           sim->message->kind == MESSAGE_STATUS ||
                           sim->message->kind == MESSAGE_WANT;
    const size_t most = has_heads ? HEADS_BYTES_MAX + HEAD_BYTES_MAX * (size_t)sim->truth_count
                                  : EVENT_SALVAGE_BYTES_MAX + 4096;
    sim->stats->oracles[ORACLE_BOUNDS]++;
    if (frame.size > most) {
        sim_fail(sim, ORACLE_BOUNDS, node, "a frame of kind %d has %zu bytes",
                 (int)sim->message->kind, frame.size);
    }
}

static void rest_check(struct sim *sim, uint64_t frames)
{
    const struct cluster *cluster = sim->cluster;
    const uint64_t links = (uint64_t)cluster->count * (cluster->count - 1);
    const uint64_t most = links * REST_FRAMES_MAX + (uint64_t)cluster->count * REST_ASKS_MAX;
    sim->stats->oracles[ORACLE_BOUNDS]++;
    if (frames > most) {
        sim_fail(sim, ORACLE_BOUNDS, NULL, "%llu frames in %d ms in which nobody did anything",
                 (unsigned long long)frames, REST_MS);
    }
}

void links_rest(struct sim *sim)
{
    for (unsigned i = 0; i < REST_ROUNDS_MAX && !sim->is_failed; i++) {
        const uint64_t frames = sim->cluster->frames;
        const uint64_t events = sim->stats->events;
        cluster_run(sim->cluster, REST_MS);
        if (sim->stats->events == events) {
            rest_check(sim, sim->cluster->frames - frames);
            return;
        }
    }
    sim_fail(sim, ORACLE_BOUNDS, NULL, "devices go on writing although nobody asks for anything");
}
