/* flow.c - the end of a turn: marks, acknowledgements, pushes, pulls, serving, and when to wake. */
#include <string.h>

#include "sync/mesh/mesh_internal.h"

/* --- claims --- */

uint32_t claims_of_all(const struct mesh *mesh, struct head_claim *claims)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < mesh->vector->count; i++) {
        uint32_t slot = mesh->vector->ascending[i];
        if (vector_seq(mesh->vector, slot) > 0) {
            claims[count++] = vector_claim(mesh->vector, slot);
        }
    }
    return count;
}

void link_told_all(const struct mesh *mesh, struct link *link)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        link->told_seq[slot] = vector_seq(mesh->vector, slot);
    }
    link->wants_all = false;
}

/* What it was told and lacks, it asks for; what came since, it will not. */
void link_start_push(const struct mesh *mesh, struct link *link)
{
    int32_t own = vector_find(mesh->vector, mesh->own_log);
    if (own == SLOT_NONE || link->is_bad[own] || link->next_seq[own] != 0) {
        return;
    }
    uint64_t has = link->claim_seq[own];
    if (has >= link->told_seq[own] && has <= mesh->vector->heads[own].seq) {
        link->next_seq[own] = has + 1;
    }
}

/* --- marks --- */

static void marks_update(struct mesh *mesh, struct effects *out)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        if (!mesh->is_mark_dirty[slot]) {
            continue;
        }
        mesh->is_mark_dirty[slot] = false;
        if (acks_update_mark(&mesh->acks, mesh->vector, slot, mesh->device, mesh->copies)) {
            out->is_marks_moved = true;
        }
    }
}

/* --- status --- */

static uint32_t links_ready(const struct mesh *mesh)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        count += mesh->links[i].is_ready ? 1 : 0;
    }
    return count;
}

/* With many links each gets its regular status less often, so that the sum stays bounded. */
static uint64_t interval_of(uint32_t links)
{
    uint64_t rounds = (links + STATUS_LINKS_FULL - 1) / STATUS_LINKS_FULL;
    return STATUS_INTERVAL_MS * (rounds == 0 ? 1 : rounds);
}

uint64_t mesh_status_interval_ms(const struct mesh *mesh)
{
    return interval_of(links_ready(mesh));
}

/* What goes into the next status for a link: what it was not told; or, of an acknowledgement, the
 * logs that it gave something of. */
static uint32_t heads_to_tell(const struct mesh *mesh, const struct link *link, bool is_partial,
                              struct head_claim *claims)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < mesh->vector->count; i++) {
        uint32_t slot = mesh->vector->ascending[i];
        uint64_t seq = vector_seq(mesh->vector, slot);
        bool is_untold = link->wants_all || link->told_seq[slot] != seq;
        if (seq > 0 && (is_partial ? link->is_ack_due[slot] : is_untold)) {
            claims[count++] = vector_claim(mesh->vector, slot);
        }
    }
    return count;
}

static void acknowledgement_send(struct mesh *mesh, uint32_t at, struct moment now,
                                 struct effects *out)
{
    struct link *link = &mesh->links[at];
    struct status status = {.wall_ms = now.wall_ms, .flags = STATUS_PARTIAL};
    struct head_claim heads[LOGS_MAX];
    uint32_t count = heads_to_tell(mesh, link, true, heads);
    struct writer writer;
    if (!effects_frame_begin(out, &writer)) {
        return; /* a regular one will tell */
    }
    message_write_status(&writer, &status, heads, count, NULL, 0);
    effects_send(out, at, effects_frame_end(out, &writer));
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        if (link->is_ack_due[slot]) {
            link->told_seq[slot] = vector_seq(mesh->vector, slot);
        }
    }
    mesh_clear_acknowledgements(link);
}

static void status_send(struct mesh *mesh, uint32_t at, const struct claim_digest *digest,
                        struct moment now, struct effects *out)
{
    struct link *link = &mesh->links[at];
    struct status status = {.wall_ms = now.wall_ms,
                            .flags = (link->is_in_doubt ? STATUS_TELL_ALL : 0u) |
                                     (mesh->is_store_low ? STATUS_DISK_LOW : 0u)};
    struct head_claim heads[LOGS_MAX];
    uint64_t devices[LINKS_MAX];
    uint32_t count = heads_to_tell(mesh, link, false, heads);
    uint32_t devices_count = mesh_neighbours(mesh, devices);
    bool is_news = link->told_neighbours != mesh->neighbours;
    struct writer writer;
    if (!effects_frame_begin(out, &writer)) {
        return;
    }
    memcpy(status.digest, digest->bytes, sizeof status.digest);
    message_write_status(&writer, &status, heads, count, is_news ? devices : NULL, devices_count);
    effects_send(out, at, effects_frame_end(out, &writer));
    link_told_all(mesh, link);
    mesh_clear_acknowledgements(link);
    link->told_neighbours = mesh->neighbours;
    link->is_in_doubt = false;
    link->status_ms = now.mono_ms;
    link->status_due_ms = now.mono_ms + mesh_status_interval_ms(mesh);
}

static void statuses_send(struct mesh *mesh, struct moment now, struct effects *out)
{
    struct claim_digest digest;
    bool has_digest = false;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &mesh->links[i];
        if (!link->is_ready) {
            continue;
        }
        if (link->status_due_ms > now.mono_ms) {
            if (link->has_acks_due) {
                acknowledgement_send(mesh, i, now, out);
            }
            continue;
        }
        if (!has_digest) {
            digest = vector_digest(mesh->vector);
        }
        has_digest = true;
        status_send(mesh, i, &digest, now, out);
    }
}

/* --- time --- */

/* How often a peer speaks depends on how many links it has, which may be as many as there are
 * devices. */
static void links_expire(struct mesh *mesh, const struct roster *roster, struct moment now,
                         struct effects *out)
{
    uint64_t silence_ms = SILENCE_STATUSES * interval_of(roster->devices_count);
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &mesh->links[i];
        if (!link->is_up) {
            continue;
        }
        uint64_t deadline_ms =
            link->is_ready ? link->heard_ms + silence_ms : link->up_ms + HELLO_TIMEOUT_MS;
        if (deadline_ms <= now.mono_ms) {
            mesh_close(mesh, i, BYE_SILENCE, out);
        } else {
            effects_wake(out, deadline_ms);
        }
    }
}

static void wake_set(const struct mesh *mesh, struct moment now, struct effects *out)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &mesh->links[i];
        if (!link->is_ready) {
            continue;
        }
        effects_wake(out, link->status_due_ms);
        for (uint32_t j = 0; j < link->unknown_count; j++) {
            if (mesh_is_asked_of(&link->unknown[j], now)) {
                effects_wake(out, link->unknown[j].asked_ms + PULL_TIMEOUT_MS);
            }
        }
    }
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        const struct pull *pull = &mesh->pulls[slot];
        if (pull->link != LINK_NONE) {
            effects_wake(out, mesh_pull_deadline_ms(mesh, slot));
        } else if (pull->not_before_ms != 0) {
            effects_wake(out, pull->not_before_ms);
        }
    }
}

/* Pushes before answers, answers before statuses: what a status tells, its receiver should have. */
static int events_out(struct mesh *mesh, struct store_txn *txn, struct run *scratch,
                      struct moment now, struct effects *out)
{
    struct sender live = {
        .mesh = mesh, .txn = txn, .out = out, .run = scratch, .now = now, .is_live = true};
    struct sender asked = {.mesh = mesh,
                           .txn = txn,
                           .out = out,
                           .run = scratch,
                           .now = now,
                           .budget_bytes = SERVE_BYTES_PER_TURN};
    int err = mesh_push(&live);
    if (err == 0) {
        err = mesh_forward(&live);
    }
    if (err == 0) {
        err = mesh_give(&asked);
    }
    return err == 0 ? mesh_serve(&asked) : err;
}

int mesh_seal(struct mesh *mesh, struct store_txn *txn, const struct roster *roster,
              struct run *scratch, struct moment now, struct effects *out)
{
    links_expire(mesh, roster, now, out);
    marks_update(mesh, out);
    int err = events_out(mesh, txn, scratch, now, out);
    if (err != 0) {
        return err;
    }
    mesh_pull(mesh, now, out);
    mesh_seal_ephemeral(mesh, now, out);
    statuses_send(mesh, now, out);
    wake_set(mesh, now, out);
    return 0;
}
