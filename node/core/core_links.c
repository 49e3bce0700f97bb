/* Who may speak and whom to dial: the roster decides; the settings, the address book and what was
 * seen on the network and what devices state of themselves say where.
 */
#include <stdio.h>
#include <string.h>

#include "node/core/core_state.h"
#include "node/mesh/topology.h"
#include "node/os/address.h"
#include "node/os/clock.h"

/* A device that introduced itself or was introduced, before the roster knows it. */
static bool is_introduced(const struct core *core, const struct book_entry *entry,
                          struct transport_device *ret_device)
{
    struct certificate certificate;
    struct bytes chain = bytes_of(entry->chain, entry->chain_size);
    if (entry->chain_size == 0 || certificate_verify(chain, &core->identity->popup,
                                                     &core->identity->root, &certificate) != 0) {
        return false;
    }
    *ret_device =
        (struct transport_device){.device = entry->device, .key = certificate.transport_key};
    return id64_of_key(&certificate.device_key) == entry->device;
}

static size_t allowed_devices(const struct core *core, struct transport_device *devices)
{
    const struct roster *roster = replica_roster(core->replica);
    size_t count = 0;
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        const struct roster_device *device = &roster->devices[i];
        if (device->id != core->identity->device && !device->is_revoked) {
            devices[count++] = (struct transport_device){.device = device->id,
                                                         .key = device->certificate.transport_key};
        }
    }
    for (uint32_t i = 0; i < core->book->count && count < DEVICES_MAX; i++) {
        const struct book_entry *entry = &core->book->entries[i];
        if (entry->device != core->identity->device &&
            roster_device_find(roster, entry->device) == NULL &&
            is_introduced(core, entry, &devices[count])) {
            count++;
        }
    }
    return count;
}

static bool is_set_by_hand(const struct settings *settings, uint64_t device)
{
    for (uint32_t i = 0; i < settings->peers_count; i++) {
        if (settings->peers[i].device == device) {
            return true;
        }
    }
    return false;
}

static bool is_to_be_dialled(const struct core *core, uint64_t device)
{
    const struct roster *roster = replica_roster(core->replica);
    uint64_t devices[DEVICES_MAX];
    if (roster_device_find(roster, device) == NULL ||
        roster_device_find(roster, core->identity->device) == NULL) {
        return true;
    }
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        devices[i] = roster->devices[i].id;
    }
    return topology_dials(devices, roster->devices_count, core->identity->device, device);
}

/* One endpoint takes one place among those to dial, whoever told of it. */
static size_t peer_add(struct transport_peer *peers, size_t count, uint64_t device,
                       const char *endpoint)
{
    for (size_t i = 0; i < count; i++) {
        if (peers[i].device == device && strcmp(peers[i].endpoint, endpoint) == 0) {
            return count;
        }
    }
    peers[count] = (struct transport_peer){.device = device};
    (void)snprintf(peers[count].endpoint, sizeof peers[count].endpoint, "%s", endpoint);
    return count + 1;
}

/* Where devices were seen, as far as there is room. */
static size_t seen_peers(const struct core *core, struct transport_peer *peers, size_t count)
{
    for (uint32_t i = 0; i < core->sightings.count && count < DEVICES_MAX; i++) {
        if (is_to_be_dialled(core, core->sightings.entries[i].peer.device)) {
            count = peer_add(peers, count, core->sightings.entries[i].peer.device,
                             core->sightings.entries[i].peer.endpoint);
        }
    }
    return count;
}

/* Where devices say that they are. Our own address is not theirs: after a change of network it may
 * be what one of them had. */
static size_t placed_peers(const struct core *core, struct transport_peer *peers, size_t count)
{
    const struct roster *roster = replica_roster(core->replica);
    char own[ENDPOINT_BYTES_MAX];
    core_advertised(core, own);
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        const struct roster_device *device = &roster->devices[i];
        if (device->id == core->identity->device || device->is_revoked ||
            !is_to_be_dialled(core, device->id)) {
            continue;
        }
        for (uint32_t j = 0; j < device->place.count && count < DEVICES_MAX; j++) {
            if (strcmp(device->place.endpoints[j], own) != 0) {
                count = peer_add(peers, count, device->id, device->place.endpoints[j]);
            }
        }
    }
    return count;
}

static size_t wanted_peers(const struct core *core, struct transport_peer *peers)
{
    const struct settings *settings = core->settings;
    size_t count = settings->peers_count;
    memcpy(peers, settings->peers, count * sizeof peers[0]);
    for (uint32_t i = 0; i < core->book->count && count < DEVICES_MAX; i++) {
        const struct book_entry *entry = &core->book->entries[i];
        if (entry->endpoint[0] == '\0' || is_set_by_hand(settings, entry->device) ||
            !is_to_be_dialled(core, entry->device)) {
            continue;
        }
        count = peer_add(peers, count, entry->device, entry->endpoint);
    }
    count = seen_peers(core, peers, count);
    return placed_peers(core, peers, count);
}

void core_update_links(struct core *core)
{
    struct transport_device devices[DEVICES_MAX];
    struct transport_peer peers[DEVICES_MAX];
    if (core->is_alone) {
        return;
    }
    transport_allow(core->transport, devices, allowed_devices(core, devices));
    transport_dial(core->transport, peers, wanted_peers(core, peers));
}

void core_advertised(const struct core *core, char *ret_endpoint)
{
    const char *set = core->settings->advertise;
    if (set[0] != '\0') {
        (void)snprintf(ret_endpoint, ENDPOINT_BYTES_MAX, "%s", set);
    } else {
        endpoint_resolve(transport_endpoint(core->transport), ret_endpoint, ENDPOINT_BYTES_MAX);
    }
}

void core_enrol_endpoint(const struct core *core, char *ret_endpoint)
{
    endpoint_resolve(transport_enrol_endpoint(core->transport), ret_endpoint, ENDPOINT_BYTES_MAX);
}

int core_tell_place(struct core *core, struct store_txn *txn)
{
    static struct command command; /* too large for the stack */
    char endpoint[ENDPOINT_BYTES_MAX];
    if (core->is_alone || core->is_place_told) {
        return 0;
    }
    core_advertised(core, endpoint);
    memset(&command, 0, sizeof command);
    command.kind = COMMAND_DEVICE_PLACE;
    /* The device itself: what counts is that its certificate lets it. */
    command.principal = (struct principal){.role = ROLE_OWNER, .is_device = true};
    if (endpoint_is_dialable(bytes_of_text(endpoint))) {
        command.endpoints[command.endpoints_count++] = bytes_of_text(endpoint);
    }
    const struct input input = {
        .kind = INPUT_COMMAND, .now = clock_now(), .command = &command, .request = REQUEST_PLACE};
    return replica_step(core->replica, txn, &input, core->effects);
}
