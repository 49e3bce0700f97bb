#include "node/mesh/sightings.h"

#include <string.h>

/* The entry to use for another endpoint of @device; NULL when it may have no more. */
static struct sighting *place_find(struct sightings *sightings, uint64_t device, uint64_t now_ms)
{
    struct sighting *oldest = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < sightings->count; i++) {
        struct sighting *entry = &sightings->entries[i];
        if (entry->peer.device != device) {
            continue;
        }
        count++;
        if (oldest == NULL || entry->seen_ms < oldest->seen_ms) {
            oldest = entry;
        }
    }
    if (count == SIGHTINGS_PER_DEVICE_MAX) {
        return now_ms - oldest->seen_ms >= SIGHTING_FRESH_MS ? oldest : NULL;
    }
    return sightings->count < SIGHTINGS_MAX ? &sightings->entries[sightings->count++] : NULL;
}

bool sightings_note(struct sightings *sightings, const struct transport_peer *peer, bool is_linked,
                    uint64_t now_ms)
{
    for (uint32_t i = 0; i < sightings->count; i++) {
        struct sighting *entry = &sightings->entries[i];
        if (entry->peer.device == peer->device &&
            strcmp(entry->peer.endpoint, peer->endpoint) == 0) {
            entry->seen_ms = now_ms;
            return false;
        }
    }
    struct sighting *place = is_linked ? NULL : place_find(sightings, peer->device, now_ms);
    if (place == NULL) {
        return false;
    }
    *place = (struct sighting){.peer = *peer, .seen_ms = now_ms};
    return true;
}

bool sightings_expire(struct sightings *sightings, uint64_t device, bool is_linked, uint64_t now_ms)
{
    bool is_changed = false;
    for (uint32_t i = sightings->count; i-- > 0;) {
        const struct sighting *entry = &sightings->entries[i];
        if (entry->peer.device != device || is_linked ||
            now_ms - entry->seen_ms < SIGHTING_STALE_MS) {
            continue;
        }
        sightings->entries[i] = sightings->entries[--sightings->count];
        is_changed = true;
    }
    return is_changed;
}
