/* forward.c - other devices' events on to peers that their writer does not reach.
 *
 * A device pushes its own events to all its neighbours. A receiver passes them on to those of its
 * neighbours that neither the writer nor the sender is linked to, and of all the sender's
 * neighbours that could, the one with the lowest id does: in a full mesh nobody, in a partial one
 * hardly ever two. It is decided by what neighbours tell of theirs, which may be stale: then an
 * event comes twice, or only with the next status. Events that were pulled are never forwarded.
 */
#include <string.h>

#include "sync/mesh/mesh_internal.h"

/* --- who is linked to whom --- */

void mesh_neighbours_changed(struct mesh *mesh)
{
    mesh->neighbours++;
}

uint32_t mesh_neighbours(const struct mesh *mesh, uint64_t *devices)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        if (mesh->links[i].is_ready) {
            devices[count++] = mesh->links[i].device;
        }
    }
    return count;
}

void mesh_take_neighbours(const struct mesh *mesh, struct link *link)
{
    const struct message *message = &mesh->message;
    if (!message->has_adjacent) {
        return;
    }
    link->adjacent_count = message->adjacent_count;
    memcpy(link->adjacent, message->adjacent, message->adjacent_count * sizeof link->adjacent[0]);
}

bool mesh_is_linked_to(const struct link *link, uint64_t device)
{
    for (uint32_t i = 0; i < link->adjacent_count; i++) {
        if (link->adjacent[i] == device) {
            return true;
        }
    }
    return link->device == device;
}

/* Whether this device has the lowest id of those that hear @source and reach @target. */
static bool is_designated(const struct mesh *mesh, const struct link *source,
                          const struct link *target)
{
    for (uint32_t i = 0; i < source->adjacent_count; i++) {
        if (source->adjacent[i] < mesh->device && mesh_is_linked_to(target, source->adjacent[i])) {
            return false;
        }
    }
    return true;
}

/* It is linked to somebody else than the two, of whom it may hear. */
bool mesh_may_forward(const struct mesh *mesh, const struct link *link, const struct link *teller)
{
    for (uint32_t i = 0; i < link->adjacent_count; i++) {
        if (link->adjacent[i] != mesh->device && link->adjacent[i] != teller->device) {
            return true;
        }
    }
    return false;
}

/* --- forwarding --- */

/* One that is far behind pulls anyway, and could not use what comes beyond the gap. */
static bool needs_forward(const struct mesh *mesh, const struct link *link, uint32_t slot,
                          const struct fresh *fresh)
{
    uint64_t seq = vector_seq(mesh->vector, slot);
    return link->is_ready && !link->is_bad[slot] && !link->is_wanted[slot] &&
           link->claim_seq[slot] < seq &&
           link->claim_seq[slot] + LAG_EVENTS_MAX >= fresh->first_seq;
}

static bool is_forwarded_to(const struct mesh *mesh, const struct link *link, uint32_t slot)
{
    const struct fresh *fresh = &mesh->fresh[slot];
    const struct link *source = &mesh->links[fresh->link];
    return needs_forward(mesh, link, slot, fresh) && link != source && source->is_ready &&
           !mesh_is_linked_to(link, mesh->vector->heads[slot].device) &&
           !mesh_is_linked_to(source, link->device) && is_designated(mesh, source, link);
}

static int slot_forward(struct sender *sender, uint32_t slot)
{
    struct mesh *mesh = sender->mesh;
    int err = 0;
    for (uint32_t at = 0; at < LINKS_MAX && err == 0; at++) {
        struct link *link = &mesh->links[at];
        if (!is_forwarded_to(mesh, link, slot)) {
            continue;
        }
        link->next_seq[slot] = mesh->fresh[slot].first_seq;
        while (err == 0 && link->next_seq[slot] <= vector_seq(mesh->vector, slot)) {
            err = mesh_events_send(sender, at, slot);
        }
    }
    return err;
}

int mesh_forward(struct sender *sender)
{
    struct mesh *mesh = sender->mesh;
    int err = 0;
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        if (mesh->fresh[slot].first_seq == 0) {
            continue;
        }
        if (err == 0) {
            err = slot_forward(sender, slot);
        }
        mesh->fresh[slot].first_seq = 0;
    }
    return err == ERR_BUSY ? 0 : err; /* a status shows what did not fit */
}

/* --- lag --- */

/* Of those that have the log, as far as known here: its own device gives it to the peer, else the
 * one with the lowest id. */
static bool is_giver(const struct mesh *mesh, const struct link *peer, uint32_t slot)
{
    const struct log_head *head = &mesh->vector->heads[slot];
    if (head->device == mesh->device) {
        return true;
    }
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &mesh->links[i];
        if (link->is_ready && link != peer && link->claim_seq[slot] >= head->seq &&
            (link->device < mesh->device || link->device == head->device) &&
            mesh_is_linked_to(peer, link->device)) {
            return false;
        }
    }
    return true;
}

static bool is_lagging(const struct mesh *mesh, const struct link *link, uint32_t slot,
                       struct moment now)
{
    uint64_t seq = vector_seq(mesh->vector, slot);
    uint64_t claim = link->claim_seq[slot];
    return claim < seq && seq - claim <= LAG_EVENTS_MAX && !link->is_bad[slot] &&
           !link->is_wanted[slot] && now.mono_ms - mesh->taken_ms[slot] >= LAG_MS &&
           now.mono_ms - link->sent_ms[slot] >= LAG_MS && is_giver(mesh, link, slot);
}

void mesh_note_lag(struct mesh *mesh, struct link *link, struct moment now)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        link->is_lagging[slot] = is_lagging(mesh, link, slot, now);
        if (link->is_lagging[slot]) {
            link->next_seq[slot] = link->claim_seq[slot] + 1;
        }
    }
}

static int link_give(struct sender *sender, uint32_t at)
{
    struct mesh *mesh = sender->mesh;
    struct link *link = &mesh->links[at];
    int err = 0;
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        uint64_t seq = vector_seq(mesh->vector, slot);
        while (err == 0 && link->is_lagging[slot] && link->next_seq[slot] <= seq) {
            err = mesh_events_send(sender, at, slot);
        }
        link->is_lagging[slot] = false;
    }
    return err;
}

int mesh_give(struct sender *sender)
{
    int err = 0;
    for (uint32_t i = 0; i < LINKS_MAX && err == 0; i++) {
        if (sender->mesh->links[i].is_ready) {
            err = link_give(sender, i);
        }
    }
    return err == ERR_BUSY ? 0 : err;
}
