/* link.c - a session with a peer: hello, what it says and gives, and its end. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/mesh/mesh_internal.h"

void mesh_reset(struct mesh *mesh, struct vector *vector, const struct popup_id *popup,
                uint64_t device, const uint8_t boot[BOOT_ID_BYTES], uint64_t fold_version)
{
    memset(mesh, 0, sizeof *mesh);
    mesh->vector = vector;
    mesh->popup = *popup;
    mesh->device = device;
    mesh->fold_version = fold_version;
    mesh->copies = 2;
    mesh->device_bytes_max = UINT64_MAX;
    memcpy(mesh->boot, boot, BOOT_ID_BYTES);
    for (uint32_t slot = 0; slot < LOGS_MAX; slot++) {
        mesh->pulls[slot].link = LINK_NONE;
    }
    mesh->fetch.link = LINK_NONE;
}

/* False when there is no room. */
static bool send_hello(struct mesh *mesh, uint32_t at, struct moment now, struct effects *out)
{
    struct hello hello = {.version_min = PROTOCOL_VERSION_MIN,
                          .version_max = PROTOCOL_VERSION_MAX,
                          .popup = mesh->popup,
                          .device = mesh->device,
                          .fold_version = mesh->fold_version,
                          .wall_ms = now.wall_ms};
    struct head_claim heads[LOGS_MAX];
    uint64_t adjacent[LINKS_MAX];
    uint32_t adjacent_count = mesh_neighbours(mesh, adjacent);
    uint32_t heads_count = claims_of_all(mesh, heads);
    struct writer writer;
    memcpy(hello.boot, mesh->boot, BOOT_ID_BYTES);
    if (!effects_frame_begin(out, &writer)) {
        return false;
    }
    message_write_hello(&writer, &hello, heads, heads_count, adjacent, adjacent_count);
    effects_send(out, at, effects_frame_end(out, &writer));
    link_told_all(mesh, &mesh->links[at]);
    mesh->links[at].told_neighbours = mesh->neighbours;
    mesh->links[at].status_ms = now.mono_ms;
    mesh->links[at].status_due_ms = now.mono_ms + STATUS_INTERVAL_MS;
    return true;
}

static void session_end(struct mesh *mesh, uint32_t at)
{
    bool was_ready = mesh->links[at].is_ready;
    memset(&mesh->links[at], 0, sizeof mesh->links[at]);
    if (was_ready) {
        mesh_neighbours_changed(mesh);
        mesh_forget_due(mesh, at);
    }
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        if (mesh->pulls[slot].link == (int32_t)at) {
            mesh->pulls[slot] = (struct pull){.link = LINK_NONE};
        }
    }
    mesh->fetch.is_tried[at] = false;
    if (mesh->fetch.link == (int32_t)at) {
        fetch_leave(&mesh->fetch);
    }
}

void mesh_link_down(struct mesh *mesh, uint32_t at, struct effects *out)
{
    check(at < LINKS_MAX);
    effects_forget_link(out, at);
    session_end(mesh, at);
}

void mesh_close(struct mesh *mesh, uint32_t at, enum bye_reason reason, struct effects *out)
{
    struct writer writer;
    if (!mesh->links[at].is_up) {
        return;
    }
    if (effects_frame_begin(out, &writer)) {
        message_write_bye(&writer, reason);
        effects_send(out, at, effects_frame_end(out, &writer));
    }
    effects_close(out, at, reason);
    session_end(mesh, at);
}

void mesh_link_up(struct mesh *mesh, uint32_t at, uint64_t device, bool is_dialer,
                  struct moment now, struct effects *out)
{
    check(at < LINKS_MAX);
    struct link *link = &mesh->links[at];
    mesh_link_down(mesh, at, out);
    link->is_up = true;
    link->device = device;
    link->is_dialer = is_dialer;
    link->up_ms = link->heard_ms = now.mono_ms;
    if (!send_hello(mesh, at, now, out)) {
        mesh_close(mesh, at, BYE_OVERLOAD, out); /* a session cannot do without */
    }
}

void mesh_hasten_status(struct link *link, uint64_t due_ms)
{
    if (link->is_ready && link->status_due_ms > due_ms) {
        link->status_due_ms = due_ms;
    }
}

void mesh_clear_acknowledgements(struct link *link)
{
    link->has_acks_due = false;
    memset(link->is_ack_due, 0, sizeof link->is_ack_due);
}

/* --- hello --- */

/* A device whose store is fresh knows nobody but itself; one whose disk spoilt the roster may have
 * forgotten somebody. Whom the transport let in, by a
 * certificate that the root vouches for, may then tell it the roster; nothing of that is believed
 * unverified. */
static bool knows_nobody(const struct roster *roster)
{
    return roster->devices_count <= 1 || roster->is_spoilt;
}

/* Why a HELLO ends the session, or 0. */
static enum bye_reason hello_refusal(const struct mesh *mesh, const struct roster *roster,
                                     const struct link *link, const struct hello *hello)
{
    const struct roster_device *device = roster_device_find(roster, link->device);
    if (memcmp(hello->popup.bytes, mesh->popup.bytes, POPUP_ID_BYTES) != 0) {
        return BYE_POPUP;
    }
    if (hello->version_max < PROTOCOL_VERSION_MIN || hello->version_min > PROTOCOL_VERSION_MAX) {
        return BYE_VERSION;
    }
    if ((device == NULL && !knows_nobody(roster)) || hello->device != link->device) {
        return BYE_UNKNOWN;
    }
    if (device != NULL && device->is_revoked) {
        return BYE_REVOKED;
    }
    if (memcmp(hello->boot, mesh->boot, BOOT_ID_BYTES) == 0) {
        return BYE_DUPLICATE; /* we dialled ourselves */
    }
    return (enum bye_reason)0;
}

/* Clones share a device id: between them the boot ids tell who is lower. */
static bool is_lower(const struct mesh *mesh, const struct link *link)
{
    if (mesh->device != link->device) {
        return mesh->device < link->device;
    }
    return memcmp(mesh->boot, link->boot, BOOT_ID_BYTES) < 0;
}

/* Never two links with one process: the one that the lower of both dialled survives, of two such
 * the newer. Both ends come to the same choice. */
static bool is_better(const struct mesh *mesh, const struct link *a, const struct link *b)
{
    bool is_own_lower = is_lower(mesh, a);
    bool is_a_right = a->is_dialer == is_own_lower;
    bool is_b_right = b->is_dialer == is_own_lower;
    return is_a_right != is_b_right ? is_a_right : a->up_ms >= b->up_ms;
}

static bool duplicates_resolve(struct mesh *mesh, uint32_t at, struct effects *out)
{
    struct link *link = &mesh->links[at];
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        struct link *other = &mesh->links[i];
        if (i == at || !other->is_ready || other->device != link->device ||
            memcmp(other->boot, link->boot, BOOT_ID_BYTES) != 0) {
            continue;
        }
        if (!is_better(mesh, link, other)) {
            mesh_close(mesh, at, BYE_DUPLICATE, out);
            return false;
        }
        mesh_close(mesh, i, BYE_DUPLICATE, out);
    }
    return true;
}

static int hello_take(struct mesh *mesh, struct store_txn *txn, const struct roster *roster,
                      uint32_t at, struct moment now, struct effects *out)
{
    struct link *link = &mesh->links[at];
    const struct hello *hello = &mesh->message.hello;
    if (link->is_ready) {
        return 0; /* a session has one */
    }
    enum bye_reason refusal = hello_refusal(mesh, roster, link, hello);
    if (refusal != 0) {
        mesh_close(mesh, at, refusal, out);
        return 0;
    }
    memcpy(link->boot, hello->boot, BOOT_ID_BYTES);
    if (!duplicates_resolve(mesh, at, out)) {
        return 0;
    }
    link->is_ready = true;
    mesh->fetch.not_before_ms = 0; /* perhaps it has what nobody had */
    bool knows_others = link->told_neighbours == mesh->neighbours;
    mesh_neighbours_changed(mesh);
    if (knows_others) { /* and itself */
        link->told_neighbours = mesh->neighbours;
    }
    mesh_take_neighbours(mesh, link);
    link->clock_offset_ms = hello->wall_ms - now.wall_ms;
    int err = mesh_take_claims(mesh, txn, link, true, now, out);
    link_start_push(mesh, link);
    mesh_tell_newcomer(mesh, at);
    return err;
}

/* --- status --- */

static int status_take(struct mesh *mesh, struct store_txn *txn, struct link *link,
                       struct moment now, struct effects *out)
{
    const struct status *status = &mesh->message.status;
    int err = mesh_take_claims(mesh, txn, link, false, now, out);
    if (err != 0) {
        return err;
    }
    link->clock_offset_ms = status->wall_ms - now.wall_ms;
    if ((status->flags & STATUS_TELL_ALL) != 0) {
        link->wants_all = true;
        mesh_hasten_status(link, link->status_ms + STATUS_BULK_MS);
    }
    if ((status->flags & STATUS_PARTIAL) != 0) {
        return 0;
    }
    link->is_in_doubt = !mesh_digest_fits(mesh, link, status->digest);
    mesh_take_neighbours(mesh, link);
    link_start_push(mesh, link); /* it may have got the own log from somebody else */
    if (!link->is_in_doubt) {
        mesh_note_lag(mesh, link, now);
    }
    return 0;
}

/* --- want --- */

static void want_take(struct mesh *mesh, struct link *link)
{
    const struct message *message = &mesh->message;
    for (uint32_t i = 0; i < message->wants_count; i++) {
        const struct want_entry *want = &message->wants[i];
        int32_t slot = vector_find(mesh->vector, want->log);
        if (slot == SLOT_NONE) {
            continue;
        }
        if (want->is_restart || !link->is_wanted[slot]) {
            link->next_seq[slot] = want->have + 1;
        }
        link->is_wanted[slot] = link->next_seq[slot] <= vector_seq(mesh->vector, (uint32_t)slot);
    }
    link->credit_bytes += message->credit_bytes;
    if (link->credit_bytes > LINK_CREDIT_BYTES) {
        link->credit_bytes = LINK_CREDIT_BYTES;
    }
}

int mesh_receive(struct mesh *mesh, struct store_txn *txn, const struct roster *roster, uint32_t at,
                 struct moment now, struct effects *out)
{
    struct link *link = &mesh->links[at];
    enum message_kind kind = mesh->message.kind;
    link->heard_ms = now.mono_ms;
    if (kind == MESSAGE_BYE) {
        effects_close(out, at, (enum bye_reason)mesh->message.reason);
        session_end(mesh, at);
        return 0;
    }
    if (kind == MESSAGE_HELLO) {
        return hello_take(mesh, txn, roster, at, now, out);
    }
    if (!link->is_ready) {
        return 0; /* before its HELLO nothing counts; the deadline ends the session */
    }
    if (kind == MESSAGE_STATUS) {
        return status_take(mesh, txn, link, now, out);
    }
    if (kind == MESSAGE_WANT) {
        want_take(mesh, link);
    }
    if (kind == MESSAGE_REPAIR) {
        link->repair = mesh->message.repair;
    }
    if (kind == MESSAGE_EPH) {
        mesh_take_ephemeral(mesh, roster, at, now, out);
    }
    if (kind == MESSAGE_BLOB) {
        mesh_take_blob(mesh, at, out);
    }
    return kind == MESSAGE_BLOBQ ? mesh_take_blobq(mesh, txn, at, out) : 0;
}

/* --- what became of events --- */

void mesh_note_frame(struct mesh *mesh, uint32_t at, bool is_live, size_t frame_size,
                     struct moment now)
{
    struct link *link = &mesh->links[at];
    link->heard_ms = now.mono_ms;
    if (!is_live) {
        link->outstanding_bytes -=
            frame_size < link->outstanding_bytes ? frame_size : link->outstanding_bytes;
    }
}

/* Only what was taken counts as progress, and only from the source: else a peer that repeats old
 * events would keep a dead pull alive. */
static void pull_note_taken(struct mesh *mesh, uint32_t at, uint32_t slot, bool is_live,
                            struct moment now)
{
    struct pull *pull = &mesh->pulls[slot];
    if (mesh->links[at].stalls[slot] > 0) {
        mesh->links[at].stalls[slot]--;
    }
    if (pull->link == (int32_t)at) {
        pull->progress_ms = now.mono_ms;
        pull->is_asked_again = false;
    } else if (is_live && pull->link == LINK_NONE && pull->not_before_ms != 0) {
        pull->not_before_ms = now.mono_ms + PULL_GRACE_MS; /* pushes do come */
    } else if (!is_live && pull->link == LINK_NONE) {
        /* A log that was unknown when it was asked for: the rest of it is on its way. */
        *pull = (struct pull){.link = (int32_t)at,
                              .asked_seq = mesh->links[at].claim_seq[slot],
                              .progress_ms = now.mono_ms};
    }
}

/* Who pushed it, and whose it is, hear at once that it is safe here; others with their next status.
 * What was pulled is told to all soon: nobody forwards that. */
static void taken_tell(struct mesh *mesh, uint32_t at, uint32_t slot, bool is_live,
                       struct moment now)
{
    uint64_t origin = mesh->vector->heads[slot].device;
    uint64_t soon_ms = mesh_status_interval_ms(mesh) / STATUS_INTERVAL_MS * STATUS_BULK_MS;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        struct link *link = &mesh->links[i];
        if (!is_live) {
            mesh_hasten_status(link, now.mono_ms + soon_ms);
        } else if (i == at || link->device == origin) {
            link->has_acks_due = link->is_ack_due[slot] = true;
        }
    }
}

void mesh_note_taken(struct mesh *mesh, uint32_t at, uint32_t slot, uint64_t first_seq,
                     bool is_live, struct moment now)
{
    struct link *link = &mesh->links[at];
    const struct log_head *head = &mesh->vector->heads[slot];
    if (link->claim_seq[slot] <= head->seq) {
        link->claim_seq[slot] = head->seq;
        memcpy(link->claim_hash[slot], head->hash.bytes, HEAD_HASH_BYTES);
    }
    (void)acks_note(&mesh->acks, link->device, slot, head->seq);
    mesh->is_mark_dirty[slot] = true;
    mesh->taken_ms[slot] = now.mono_ms;
    if (is_live && mesh->fresh[slot].first_seq == 0) { /* of several in a turn the first: no hole */
        mesh->fresh[slot] = (struct fresh){.link = at, .first_seq = first_seq};
    }
    pull_note_taken(mesh, at, slot, is_live, now);
    taken_tell(mesh, at, slot, is_live, now);
}

/* What was refused may have room by now. */
static void refused_forget(struct mesh *mesh)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        struct link *link = &mesh->links[i];
        for (uint32_t j = 0; j < link->unknown_count; j++) {
            link->unknown[j].is_refused = false;
        }
    }
}

void mesh_set_limits(struct mesh *mesh, uint32_t copies, uint64_t device_bytes_max)
{
    if (device_bytes_max > mesh->device_bytes_max) {
        refused_forget(mesh);
    }
    mesh->device_bytes_max = device_bytes_max;
    if (mesh->copies == copies) {
        return;
    }
    mesh->copies = copies;
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        mesh->is_mark_dirty[slot] = true;
    }
}

bool mesh_may_grow(const struct mesh *mesh, const struct log_head *head)
{
    return head->log == mesh->own_log ||
           (!mesh->is_store_low &&
            vector_device_bytes(mesh->vector, head->device) < mesh->device_bytes_max);
}

/* The frame itself tells that its sender has more. In the stream that we asked for, a hole means
 * that something was lost: ask again, but not for each frame that comes after the hole. */
void mesh_note_gap(struct mesh *mesh, uint32_t at, uint32_t slot, uint64_t last_seq, bool is_live)
{
    struct link *link = &mesh->links[at];
    struct pull *pull = &mesh->pulls[slot];
    if (link->claim_seq[slot] < last_seq) {
        link->claim_seq[slot] = last_seq;
    }
    if (pull->link == LINK_NONE) {
        pull->not_before_ms = 0;
    } else if (pull->link == (int32_t)at && !is_live && !pull->is_asked_again) {
        pull->asked_seq = 0;
        pull->is_asked_again = true;
    }
}

void mesh_note_bad(struct mesh *mesh, uint32_t at, uint32_t slot)
{
    mesh->links[at].is_bad[slot] = true;
    mesh_suspect_note(mesh, &mesh->links[at], slot, mesh->vector->heads[slot].seq);
    if (mesh->pulls[slot].link == (int32_t)at) {
        mesh->pulls[slot] = (struct pull){.link = LINK_NONE};
    }
}

void mesh_note_refused(struct mesh *mesh, uint32_t at, uint64_t log)
{
    struct unknown_log *unknown = mesh_unknown_find(&mesh->links[at], log);
    if (unknown != NULL) {
        unknown->is_refused = true;
    }
}

/* Whether anything is new of whose copies count. */
static bool revoked_note(struct mesh *mesh, const struct roster *roster)
{
    bool is_new = false;
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        const struct roster_device *device = &roster->devices[i];
        is_new |= acks_revoke(&mesh->acks, device->id, device->is_revoked);
    }
    return is_new;
}

void mesh_load_roster(struct mesh *mesh, const struct roster *roster)
{
    (void)revoked_note(mesh, roster);
}

void mesh_note_roster(struct mesh *mesh, const struct roster *roster, struct effects *out)
{
    const bool is_anew = revoked_note(mesh, roster);
    for (uint32_t slot = 0; is_anew && slot < mesh->vector->count; slot++) {
        mesh->acks.is_anew[slot] = mesh->is_mark_dirty[slot] = true;
    }
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        if (!mesh->links[i].is_up) {
            continue;
        }
        const struct roster_device *device = roster_device_find(roster, mesh->links[i].device);
        if (device == NULL ? !knows_nobody(roster) : device->is_revoked) {
            mesh_close(mesh, i, device == NULL ? BYE_UNKNOWN : BYE_REVOKED, out);
        }
    }
}

void mesh_distance(const struct mesh *mesh, uint32_t at, uint64_t *ret_behind, uint64_t *ret_ahead)
{
    const struct link *link = &mesh->links[at];
    uint64_t behind = 0;
    uint64_t ahead = 0;
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        uint64_t own = vector_seq(mesh->vector, slot);
        uint64_t limit = mesh->vector->limits[slot].seq;
        uint64_t its = link->claim_seq[slot] < limit ? link->claim_seq[slot] : limit;
        behind += own > its ? own - its : 0;
        ahead += its > own ? its - own : 0;
    }
    for (uint32_t i = 0; i < link->unknown_count; i++) {
        ahead += link->unknown[i].claim.seq;
    }
    *ret_behind = behind;
    *ret_ahead = ahead;
}
