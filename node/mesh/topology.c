#include "node/mesh/topology.h"

bool topology_dials(const uint64_t *devices, size_t count, uint64_t own, uint64_t other)
{
    size_t below_own = 0;
    size_t below_other = 0;
    if (count <= TOPOLOGY_FULL_MAX) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        below_own += devices[i] < own ? 1 : 0;
        below_other += devices[i] < other ? 1 : 0;
    }
    size_t distance = (below_other + count - below_own) % count;
    return distance != 0 && (distance & (distance - 1)) == 0;
}
