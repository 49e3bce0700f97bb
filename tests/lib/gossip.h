/* gossip.h - what dissemination costs: replicas in a given topology, orders at random devices, and
 * how often, how soon and with how many bytes their events reach everybody.
 *
 * The floor is one copy of each event for each other device.
 */
#ifndef TRESTLE_TESTS_LIB_GOSSIP_H
#define TRESTLE_TESTS_LIB_GOSSIP_H

#include "tests/lib/cluster.h"

enum gossip_topology {
    GOSSIP_FULL,
    GOSSIP_STAR,
    GOSSIP_LINE,
    GOSSIP_TWO_CLIQUES, /* with two bridges */
    GOSSIP_RANDOM,      /* a tree and more links, four per device on average */
};

struct gossip_setup {
    enum gossip_topology topology;
    uint32_t nodes;
    uint32_t loss_odds; /* of a frame, in 10,000: it takes its link with it */
    uint32_t orders;
    uint32_t interval_ms; /* between two orders, on average */
    uint64_t seed;
};

struct gossip_figures {
    bool is_converged;
    double copies; /* of an event, per receiver */
    double bytes;  /* of all frames, in floors: one frame for each run and receiver */
    uint64_t p50_ms, p99_ms, max_ms; /* from durable at one device until taken in at another */
};

const char *gossip_name(enum gossip_topology topology);
void gossip_run(const struct gossip_setup *setup, struct gossip_figures *ret_figures);

#endif
