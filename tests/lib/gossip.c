#include "tests/lib/gossip.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/cluster_internal.h"
#include "tests/lib/shop.h"

enum {
    FRAME_OVERHEAD_BYTES = 35, /* CURVE and ZMTP */
    DEGREE = 4,
    NOTICE_MS = 5, /* the system tells at once that a connection was reset */
    LINK_UP_MS = 3000,
    SETTLE_MS = 10000,
    FIRST_REQUEST = 1000,
};

struct birth {
    uint32_t node;
    uint64_t seq, at_ms;
};

struct gossip {
    struct gossip_setup setup;
    struct cluster *cluster;
    struct prng prng;
    bool is_linked[CLUSTER_NODES_MAX][CLUSTER_NODES_MAX];
    bool is_counting;
    uint64_t taken[CLUSTER_NODES_MAX][CLUSTER_NODES_MAX]; /* [receiver][writer] */
    uint64_t first_seq[CLUSTER_NODES_MAX];                /* [writer], where counting began */
    uint64_t events_received, bytes, pushes, push_bytes;
    struct birth *births;
    uint32_t births_count;
    uint64_t *latencies;
    uint64_t latencies_count;
    struct message message;
};

const char *gossip_name(enum gossip_topology topology)
{
    static const char *const names[] = {[GOSSIP_FULL] = "full",
                                        [GOSSIP_STAR] = "star",
                                        [GOSSIP_LINE] = "line",
                                        [GOSSIP_TWO_CLIQUES] = "two cliques",
                                        [GOSSIP_RANDOM] = "random, degree 4"};
    return names[topology];
}

/* --- topologies --- */

static bool link(struct gossip *gossip, uint32_t a, uint32_t b)
{
    if (a == b || gossip->is_linked[a][b]) {
        return false;
    }
    gossip->is_linked[a][b] = gossip->is_linked[b][a] = true;
    cluster_dial(gossip->cluster, a < b ? a : b, a < b ? b : a);
    return true;
}

static void link_clique(struct gossip *gossip, uint32_t from, uint32_t to)
{
    for (uint32_t a = from; a < to; a++) {
        for (uint32_t b = a + 1; b < to; b++) {
            (void)link(gossip, a, b);
        }
    }
}

static void link_random(struct gossip *gossip)
{
    uint32_t nodes = gossip->setup.nodes;
    uint32_t links = 0;
    for (uint32_t i = 1; i < nodes; i++) {
        links += link(gossip, i, (uint32_t)prng_below(&gossip->prng, i)) ? 1 : 0;
    }
    while (2 * links < DEGREE * nodes) {
        links += link(gossip, (uint32_t)prng_below(&gossip->prng, nodes),
                      (uint32_t)prng_below(&gossip->prng, nodes))
                     ? 1
                     : 0;
    }
}

static void link_all(struct gossip *gossip)
{
    uint32_t nodes = gossip->setup.nodes;
    switch (gossip->setup.topology) {
    case GOSSIP_FULL:
        link_clique(gossip, 0, nodes);
        break;
    case GOSSIP_STAR:
        for (uint32_t i = 1; i < nodes; i++) {
            (void)link(gossip, 0, i);
        }
        break;
    case GOSSIP_LINE:
        for (uint32_t i = 1; i < nodes; i++) {
            (void)link(gossip, i - 1, i);
        }
        break;
    case GOSSIP_TWO_CLIQUES:
        link_clique(gossip, 0, nodes / 2);
        link_clique(gossip, nodes / 2, nodes);
        (void)link(gossip, 0, nodes / 2);
        (void)link(gossip, 1, nodes / 2 + 1);
        break;
    case GOSSIP_RANDOM:
        link_random(gossip);
        break;
    }
}

/* --- counting --- */

static uint32_t writer_of(const struct gossip *gossip, uint64_t log)
{
    for (uint32_t i = 0; i < gossip->setup.nodes; i++) {
        if (gossip->cluster->nodes[i].log == log) {
            return i;
        }
    }
    check(false);
}

static void latencies_note(struct gossip *gossip, uint32_t writer, uint64_t before, uint64_t after)
{
    for (uint32_t i = 0; i < gossip->births_count; i++) {
        const struct birth *birth = &gossip->births[i];
        if (birth->node == writer && birth->seq > before && birth->seq <= after) {
            gossip->latencies[gossip->latencies_count++] = gossip->cluster->now_ms - birth->at_ms;
        }
    }
}

static void events_note(struct gossip *gossip, uint32_t receiver, size_t size)
{
    const struct events *events = &gossip->message.events;
    uint32_t writer = writer_of(gossip, events->log);
    uint64_t last = events->first_seq + events->count - 1;
    uint64_t *taken = &gossip->taken[receiver][writer];
    gossip->events_received += events->count;
    if (events->is_live) {
        gossip->pushes++;
        gossip->push_bytes += size + FRAME_OVERHEAD_BYTES;
    }
    if (events->first_seq > *taken + 1 || last <= *taken) {
        return;
    }
    latencies_note(gossip, writer, *taken, last);
    *taken = last;
}

static void on_input(void *context, struct cluster_node *node, const struct input *input)
{
    struct gossip *gossip = context;
    if (!gossip->is_counting || input->kind != INPUT_MESSAGE) {
        return;
    }
    gossip->bytes += input->message.size + FRAME_OVERHEAD_BYTES;
    check(message_decode(input->message, &gossip->message) == 0);
    if (gossip->message.kind == MESSAGE_EVENTS) {
        events_note(gossip, node->index, input->message.size);
    }
}

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    struct gossip *gossip = context;
    if (answer->request < FIRST_REQUEST) {
        return;
    }
    check(answer->err == 0);
    gossip->births[gossip->births_count++] = (struct birth){
        .node = node->index, .seq = answer->answer.seq, .at_ms = gossip->cluster->now_ms};
}

static uint64_t seq_of(const struct gossip *gossip, uint32_t at, uint32_t writer)
{
    struct replica_log_info info;
    for (uint32_t i = 0; replica_log_at(gossip->cluster->nodes[at].replica, i, &info); i++) {
        if (info.log == gossip->cluster->nodes[writer].log) {
            return info.seq;
        }
    }
    return 0;
}

static void counting_begin(struct gossip *gossip)
{
    uint32_t nodes = gossip->setup.nodes;
    for (uint32_t writer = 0; writer < nodes; writer++) {
        gossip->first_seq[writer] = seq_of(gossip, writer, writer);
        for (uint32_t at = 0; at < nodes; at++) {
            gossip->taken[at][writer] = seq_of(gossip, at, writer);
        }
    }
    gossip->is_counting = true;
}

/* --- a run --- */

static void cluster_begin(struct gossip *gossip)
{
    struct cluster_setup setup = {
        .seed = gossip->setup.seed,
        .nodes = gossip->setup.nodes,
        .knobs = cluster_knobs_calm(),
        .hooks = {.context = gossip, .on_input = on_input, .on_answer = on_answer},
        .is_unlinked = true};
    setup.knobs.delay_min_ms = 2;
    setup.knobs.delay_max_ms = 8;
    setup.knobs.notice_max_ms = NOTICE_MS;
    for (uint32_t i = 0; i < setup.nodes; i++) {
        setup.devices[i].name = "node";
        setup.devices[i].lane = i == 0 ? "A" : "B";
        setup.devices[i].role = i == 0 ? ROLE_MANAGER : ROLE_COUNTER;
    }
    cluster_start(gossip->cluster, &setup);
    link_all(gossip);
    cluster_run(gossip->cluster, LINK_UP_MS);
    shop_open(gossip->cluster);
    check(cluster_converge(gossip->cluster, SETTLE_MS));
}

static void orders_place(struct gossip *gossip)
{
    const struct gossip_setup *setup = &gossip->setup;
    struct command *commands = cluster_allocate(setup->orders * sizeof *commands);
    struct shop_key *keys = cluster_allocate(setup->orders * sizeof *keys);
    for (uint32_t i = 0; i < setup->orders; i++) {
        keys[i] = shop_key_make(1, FIRST_REQUEST + i);
        shop_order(&commands[i], &keys[i], 2);
        cluster_command(gossip->cluster, (uint32_t)prng_below(&gossip->prng, setup->nodes),
                        &commands[i], FIRST_REQUEST + i);
        cluster_run(gossip->cluster, prng_below(&gossip->prng, 2 * (uint64_t)setup->interval_ms));
    }
    gossip->cluster->knobs.loss_odds = 0;
    cluster_run(gossip->cluster, LINK_UP_MS);
    free(commands);
    free(keys);
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static void figures_make(struct gossip *gossip, struct gossip_figures *figures)
{
    uint64_t receivers = gossip->setup.nodes - 1;
    uint64_t events = 0;
    for (uint32_t i = 0; i < gossip->setup.nodes; i++) {
        events += seq_of(gossip, i, i) - gossip->first_seq[i];
    }
    check(events > 0 && gossip->pushes > 0 && gossip->latencies_count > 0);
    double floor = (double)gossip->push_bytes / (double)gossip->pushes *
                   (double)(gossip->setup.orders * receivers);
    figures->copies = (double)gossip->events_received / (double)(events * receivers);
    figures->bytes = (double)gossip->bytes / floor;
    qsort(gossip->latencies, gossip->latencies_count, sizeof *gossip->latencies, compare);
    figures->p50_ms = gossip->latencies[gossip->latencies_count / 2];
    figures->p99_ms = gossip->latencies[gossip->latencies_count * 99 / 100];
    figures->max_ms = gossip->latencies[gossip->latencies_count - 1];
}

void gossip_run(const struct gossip_setup *setup, struct gossip_figures *ret_figures)
{
    struct gossip *gossip = cluster_allocate(sizeof *gossip);
    gossip->setup = *setup;
    gossip->prng.state = setup->seed;
    gossip->births = cluster_allocate(setup->orders * sizeof *gossip->births);
    gossip->latencies =
        cluster_allocate((size_t)setup->orders * setup->nodes * sizeof *gossip->latencies);
    gossip->cluster = cluster_new();
    cluster_begin(gossip);
    counting_begin(gossip);
    gossip->cluster->knobs.loss_odds = setup->loss_odds;
    orders_place(gossip);
    gossip->is_counting = false;
    ret_figures->is_converged = cluster_is_converged(gossip->cluster);
    figures_make(gossip, ret_figures);
    cluster_free(gossip->cluster);
    free(gossip->latencies);
    free(gossip->births);
    free(gossip);
}
