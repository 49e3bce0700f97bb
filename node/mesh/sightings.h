/* sightings.h - where devices were seen on the network: hints whom to dial where.
 *
 * Layer: node. Bounded in all directions, since anybody on the network can forge a beacon: so many
 * endpoints for a device, none replaced while it was seen lately or while the device is linked. A
 * wrong one costs a dial that its key does not open.
 */
#ifndef TRESTLE_NODE_MESH_SIGHTINGS_H
#define TRESTLE_NODE_MESH_SIGHTINGS_H

#include "node/mesh/transport.h"

enum {
    SIGHTINGS_PER_DEVICE_MAX = 2,
    SIGHTINGS_MAX = 32,
    SIGHTING_FRESH_MS = 3000,  /* not replaced by another */
    SIGHTING_STALE_MS = 10000, /* forgotten, unless the device is linked */
};

struct sighting {
    struct transport_peer peer;
    uint64_t seen_ms;
};

struct sightings {
    uint32_t count;
    struct sighting entries[SIGHTINGS_MAX];
};

/* @peer was seen. True when that changes where to dial. */
bool sightings_note(struct sightings *sightings, const struct transport_peer *peer, bool is_linked,
                    uint64_t now_ms);

/* Forget those of @device that are stale, it being linked or not. True when there were any. */
bool sightings_expire(struct sightings *sightings, uint64_t device, bool is_linked,
                      uint64_t now_ms);

#endif
