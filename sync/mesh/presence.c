/* presence.c - ephemeral items between this device and its peers: what is told, taken, passed on.
 */
#include <string.h>

#include "sync/mesh/mesh_internal.h"

static bool is_linked_here(const struct mesh *mesh, uint64_t device)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        if (mesh->links[i].is_ready && mesh->links[i].device == device) {
            return true;
        }
    }
    return false;
}

/* A device speaks for itself; of others only those tell that do not reach us. */
static bool is_teller(const struct mesh *mesh, const struct link *link,
                      const struct ephemeral_message *message)
{
    if (message->device == mesh->device || message->device == 0) {
        return false;
    }
    return message->hops == 1 ? message->device == link->device
                              : !is_linked_here(mesh, message->device);
}

void mesh_take_ephemeral(struct mesh *mesh, const struct roster *roster, uint32_t at,
                         struct moment now, struct effects *out)
{
    const struct link *link = &mesh->links[at];
    const struct ephemeral_message *message = &mesh->message.ephemeral;
    const struct roster_device *device = roster_device_find(roster, message->device);
    if (!ephemeral_admit(&mesh->ephemeral, at, now.mono_ms) || !is_teller(mesh, link, message) ||
        device == NULL || device->is_revoked) {
        return;
    }
    struct ephemeral_item *item = ephemeral_take(&mesh->ephemeral, message, now.mono_ms);
    if (item == NULL) {
        return;
    }
    out->is_ephemeral_changed = true;
    mesh->ephemeral.is_any_due = true;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        item->is_due[i] = i != at && mesh->links[i].is_ready &&
                          mesh->links[i].device != item->device &&
                          !mesh_is_linked_to(link, mesh->links[i].device);
    }
}

void mesh_publish(struct mesh *mesh, struct bytes topic, struct bytes key, uint32_t ttl_s,
                  struct bytes body, struct moment now)
{
    struct ephemeral_message message = {.device = mesh->device,
                                        .topic = topic,
                                        .key = key,
                                        .number = ++mesh->ephemeral.numbers,
                                        .ttl_s = ttl_s,
                                        .body = body};
    memcpy(message.boot, mesh->boot, BOOT_ID_BYTES);
    struct ephemeral_item *item = ephemeral_take(&mesh->ephemeral, &message, now.mono_ms);
    mesh->ephemeral.is_any_due = true;
    for (uint32_t i = 0; item != NULL && i < LINKS_MAX; i++) {
        item->is_due[i] = mesh->links[i].is_ready;
    }
}

void mesh_tell_newcomer(struct mesh *mesh, uint32_t at)
{
    mesh->ephemeral.is_any_due = true;
    for (uint32_t i = 0; i < EPHEMERAL_ITEMS_MAX; i++) {
        struct ephemeral_item *item = &mesh->ephemeral.items[i];
        item->is_due[at] = item->device != 0 && item->device != mesh->links[at].device;
    }
}

void mesh_forget_due(struct mesh *mesh, uint32_t at)
{
    for (uint32_t i = 0; i < EPHEMERAL_ITEMS_MAX; i++) {
        mesh->ephemeral.items[i].is_due[at] = false;
    }
}

static bool item_send(uint32_t at, const struct ephemeral_item *item, struct moment now,
                      struct effects *out)
{
    struct ephemeral_message message;
    struct writer writer;
    if (!ephemeral_told(item, now.mono_ms, &message) || !effects_frame_begin(out, &writer)) {
        return false;
    }
    message_write_ephemeral(&writer, &message);
    effects_send(out, at, effects_frame_end(out, &writer));
    return true;
}

/* False when some have to wait for the next turn. */
static bool link_tell(struct mesh *mesh, uint32_t at, struct moment now, struct effects *out)
{
    uint32_t sent = 0;
    for (uint32_t i = 0; i < EPHEMERAL_ITEMS_MAX; i++) {
        struct ephemeral_item *item = &mesh->ephemeral.items[i];
        if (item->device == 0 || !item->is_due[at]) {
            continue;
        }
        if (sent == EPHEMERAL_SENDS_MAX) {
            return false;
        }
        item->is_due[at] = false;
        sent += item_send(at, item, now, out) ? 1 : 0;
    }
    return true;
}

void mesh_seal_ephemeral(struct mesh *mesh, struct moment now, struct effects *out)
{
    struct ephemeral_table *table = &mesh->ephemeral;
    bool is_all_told = true;
    if (ephemeral_expire(table, now.mono_ms)) {
        out->is_ephemeral_changed = true;
    }
    for (uint32_t i = 0; table->is_any_due && i < LINKS_MAX; i++) {
        is_all_told = (!mesh->links[i].is_ready || link_tell(mesh, i, now, out)) && is_all_told;
    }
    table->is_any_due = !is_all_told;
    if (!is_all_told) {
        effects_wake(out, now.mono_ms);
    }
    if (table->count > 0) {
        effects_wake(out, table->deadline_ms);
    }
}
