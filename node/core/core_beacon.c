/* Devices that were seen on the local network are dialled there.
 */
#include <stdlib.h>
#include <string.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"

enum { LOOK_MS = 200 };

static bool is_loopback(const char *endpoint)
{
    return strncmp(endpoint, "tcp://127.", 10) == 0 || strncmp(endpoint, "tcp://[::1]", 11) == 0;
}

void core_beacon_open(struct core *core)
{
    const char *endpoint = transport_endpoint(core->transport);
    const char *colon = strrchr(endpoint, ':');
    if (core->settings->beacon_port == 0 || colon == NULL || is_loopback(endpoint)) {
        return;
    }
    struct beacon_config config = {.popup = core->identity->popup,
                                   .device = core->identity->device,
                                   .mesh_port = (uint16_t)strtoul(colon + 1, NULL, 10),
                                   .port = (uint16_t)core->settings->beacon_port,
                                   .is_v6 = strchr(endpoint, '[') != NULL,
                                   .seed = entropy_u64()};
    int err = beacon_open(&config, &core->beacon);
    if (err != 0) {
        logger_say(LEVEL_WARNING, "core", "no beacon on port %d: %s", core->settings->beacon_port,
                   err_text(err));
    }
}

static bool is_linked(const struct core *core, uint64_t device)
{
    return transport_state(core->transport, device) == TRANSPORT_LINKED;
}

static bool beacon_take(struct core *core, const struct beacon_heard *heard, uint64_t now_ms)
{
    const struct roster *roster = replica_roster(core->replica);
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        const struct roster_device *device = &roster->devices[i];
        struct beacon_tag tag = beacon_tag(&core->identity->popup, device->id);
        if (device->is_revoked || memcmp(tag.bytes, heard->tag.bytes, sizeof tag.bytes) != 0) {
            continue;
        }
        struct transport_peer peer = {.device = device->id};
        memcpy(peer.endpoint, heard->endpoint, sizeof peer.endpoint);
        return sightings_note(&core->sightings, &peer, is_linked(core, device->id), now_ms);
    }
    return false;
}

static bool beacons_expire(struct core *core, uint64_t now_ms)
{
    const struct roster *roster = replica_roster(core->replica);
    bool is_changed = false;
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        uint64_t device = roster->devices[i].id;
        is_changed = sightings_expire(&core->sightings, device, is_linked(core, device), now_ms) ||
                     is_changed;
    }
    return is_changed;
}

void core_beacon_serve(struct core *core)
{
    static struct beacon_heard heard[BEACON_HEARD_MAX];
    uint64_t now_ms = clock_mono_ms();
    if (core->beacon == NULL || !core->is_open || now_ms - core->looked_ms < LOOK_MS) {
        return;
    }
    core->looked_ms = now_ms;
    beacon_serve(core->beacon, now_ms);
    size_t count = beacon_hear(core->beacon, heard);
    bool is_changed = beacons_expire(core, now_ms);
    for (size_t i = 0; i < count; i++) {
        is_changed = beacon_take(core, &heard[i], now_ms) || is_changed;
    }
    if (is_changed) {
        core_update_links(core);
    }
}
