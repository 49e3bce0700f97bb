/* lag.h - how long it has not been known that a peer and this device have the same events.
 *
 * Layer: node. Counted by the node's uptime, so clocks have no say; looked at each second.
 */
#ifndef TRESTLE_NODE_API_LAG_H
#define TRESTLE_NODE_API_LAG_H

#include "node/api/gate.h"

struct lag_peer {
    uint64_t device;
    uint64_t peer_since_s, own_since_s; /* since when it may lack something, and we */
};

/* All zero is empty. */
struct lag {
    uint64_t now_s;
    uint32_t count;
    struct lag_peer peers[DEVICES_MAX]; /* those of the last look */
};

/* Look at @live; who is even again is that from now on. */
void lag_look(struct lag *lag, const struct gate_live *live);

/* Seconds; 0 = it has everything: of @device, and of this one. Of who is away nobody knows. */
uint64_t lag_of_peer(const struct lag *lag, uint64_t device);
uint64_t lag_of_own(const struct lag *lag, uint64_t device);

#endif
