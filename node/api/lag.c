#include "node/api/lag.h"

#include <stddef.h>

static const struct lag_peer *find(const struct lag *lag, uint64_t device)
{
    for (uint32_t i = 0; i < lag->count; i++) {
        if (lag->peers[i].device == device) {
            return &lag->peers[i];
        }
    }
    return NULL;
}

/* Whether of @missing events it is sure that there are none, or nobody waits for them. */
static bool is_even(const struct gate_peer *peer, uint64_t missing)
{
    const bool is_away = gate_peer_is_awaited(peer) && peer->link != GATE_LINKED;
    return missing == 0 && !is_away;
}

void lag_look(struct lag *lag, const struct gate_live *live)
{
    struct lag next = {.now_s = live->uptime_s, .count = live->peers_count};
    for (uint32_t i = 0; i < live->peers_count; i++) {
        const struct gate_peer *peer = &live->peers[i];
        const struct lag_peer *was = find(lag, peer->device);
        const bool is_new = was == NULL;
        next.peers[i] = (struct lag_peer){
            .device = peer->device,
            .peer_since_s = is_new || is_even(peer, peer->behind) ? next.now_s : was->peer_since_s,
            .own_since_s = is_new || is_even(peer, peer->ahead) ? next.now_s : was->own_since_s};
    }
    *lag = next;
}

uint64_t lag_of_peer(const struct lag *lag, uint64_t device)
{
    const struct lag_peer *peer = find(lag, device);
    return peer == NULL ? 0 : lag->now_s - peer->peer_since_s;
}

uint64_t lag_of_own(const struct lag *lag, uint64_t device)
{
    const struct lag_peer *peer = find(lag, device);
    return peer == NULL ? 0 : lag->now_s - peer->own_since_s;
}
