/* topology.h - who dials whom: everybody everybody in a small mesh, few in a large one.
 *
 * Layer: node (pure). Above TOPOLOGY_FULL_MAX devices each dials those at distances 1, 2, 4, ... in
 * the ring of all ids, so that any two are a few hops apart and no one failure parts them. Devices
 * set by hand are dialled besides.
 */
#ifndef TRESTLE_NODE_MESH_TOPOLOGY_H
#define TRESTLE_NODE_MESH_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOPOLOGY_FULL_MAX = 16 };

/* Whether @own dials @other; @devices are all @count ids, both among them, in any order. */
bool topology_dials(const uint64_t *devices, size_t count, uint64_t own, uint64_t other);

#endif
