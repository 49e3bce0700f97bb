/* What it costs to tell everybody, by topology, with and without lost links, in virtual time. */
#include <stdio.h>

#include "tests/lib/gossip.h"

enum { ORDERS = 200, INTERVAL_MS = 50, LOSS_ODDS = 200 };

static const struct {
    enum gossip_topology topology;
    uint32_t nodes;
} cases[] = {{GOSSIP_FULL, 5}, {GOSSIP_FULL, 16},        {GOSSIP_STAR, 16}, {GOSSIP_RANDOM, 16},
             {GOSSIP_LINE, 8}, {GOSSIP_TWO_CLIQUES, 16}, {GOSSIP_FULL, 64}, {GOSSIP_RANDOM, 64}};

int main(void)
{
    (void)printf("%-18s%6s%7s%16s%8s%8s%8s%8s\n", "topology", "nodes", "loss", "copies/receiver",
                 "bytes", "p50 ms", "p99 ms", "max ms");
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct gossip_setup setup = {.topology = cases[i / 2].topology,
                                     .nodes = cases[i / 2].nodes,
                                     .loss_odds = i % 2 == 0 ? 0 : LOSS_ODDS,
                                     .orders = ORDERS,
                                     .interval_ms = INTERVAL_MS,
                                     .seed = 1};
        struct gossip_figures figures;
        gossip_run(&setup, &figures);
        (void)printf("%-18s%6u%6u%%%16.2f%8.2f%8llu%8llu%8llu%s\n", gossip_name(setup.topology),
                     setup.nodes, setup.loss_odds / 100, figures.copies, figures.bytes,
                     (unsigned long long)figures.p50_ms, (unsigned long long)figures.p99_ms,
                     (unsigned long long)figures.max_ms,
                     figures.is_converged ? "" : "   NOT CONVERGED");
        (void)fflush(stdout);
    }
    return 0;
}
