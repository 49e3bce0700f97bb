/* bench_mesh.c - copies and bytes of an event for each device that lacks it, against how many
 * devices there are, in full and in partial meshes (virtual time, no loss).
 */
#include <stdio.h>

#include "tests/lib/gossip.h"

enum {
    ORDERS = 100,
    INTERVAL_MS = 50,
    NODES_LEAST = 8 /* with four links each where the mesh is partial */,
    NODES_MOST = 64
};

int main(void)
{
    static const enum gossip_topology topologies[] = {GOSSIP_FULL, GOSSIP_RANDOM, GOSSIP_STAR};
    puts("#\ttopology\tdevices\tcopies\tbytes over the floor\tp99 ms");
    for (size_t i = 0; i < sizeof topologies / sizeof topologies[0]; i++) {
        for (uint32_t nodes = NODES_LEAST; nodes <= NODES_MOST; nodes *= 2) {
            const struct gossip_setup setup = {.topology = topologies[i],
                                               .nodes = nodes,
                                               .orders = ORDERS,
                                               .interval_ms = INTERVAL_MS,
                                               .seed = 1};
            struct gossip_figures figures;
            gossip_run(&setup, &figures);
            printf("mesh\t%s\t%u\t%.3f\t%.3f\t%llu%s\n", gossip_name(setup.topology), nodes,
                   figures.copies, figures.bytes, (unsigned long long)figures.p99_ms,
                   figures.is_converged ? "" : "\tNOT CONVERGED");
            (void)fflush(stdout);
        }
    }
    return 0;
}
