/* pull.c - whom to ask for which log: one source each, in windows of credit. */
#include "sync/mesh/mesh_internal.h"

/* What lies beyond a revocation or a proven fork is not fetched. */
static bool is_worth_pulling(const struct mesh *mesh, uint32_t slot)
{
    return mesh->vector->heads[slot].seq < mesh->vector->limits[slot].seq;
}

static bool can_pull(const struct mesh *mesh, const struct link *link, uint32_t slot)
{
    return link->is_ready && !link->is_bad[slot] &&
           link->claim_seq[slot] > mesh->vector->heads[slot].seq;
}

/* Who of those that have more failed least; of equals the first after @after. */
static int32_t source_find(const struct mesh *mesh, uint32_t slot, int32_t after)
{
    int32_t best = LINK_NONE;
    for (int32_t i = 1; i <= LINKS_MAX; i++) {
        int32_t at = (after + i) % LINKS_MAX;
        const struct link *link = &mesh->links[at];
        if (can_pull(mesh, link, slot) &&
            (best == LINK_NONE || link->stalls[slot] < mesh->links[best].stalls[slot])) {
            best = at;
        }
    }
    return best;
}

/* Each failure doubles the patience with that source: on a slow line, asking again and again would
 * fill it with the same events. */
uint64_t mesh_pull_deadline_ms(const struct mesh *mesh, uint32_t slot)
{
    const struct pull *pull = &mesh->pulls[slot];
    uint32_t stalls = mesh->links[pull->link].stalls[slot];
    return pull->progress_ms + ((uint64_t)PULL_TIMEOUT_MS
                                << (stalls < PULL_DOUBLINGS_MAX ? stalls : PULL_DOUBLINGS_MAX));
}

/* Whether the pull of @slot stays with its source. */
static bool pull_goes_on(struct mesh *mesh, uint32_t slot, struct moment now)
{
    const struct pull *pull = &mesh->pulls[slot];
    if (pull->link == LINK_NONE || !can_pull(mesh, &mesh->links[pull->link], slot)) {
        return false;
    }
    struct link *link = &mesh->links[pull->link];
    if (mesh_pull_deadline_ms(mesh, slot) <= now.mono_ms) {
        if (link->stalls[slot] < UINT8_MAX) {
            link->stalls[slot]++;
        }
        link->outstanding_bytes = 0; /* the credit was lost with what it paid for */
        return false;
    }
    if (link->stalls[slot] == 0) {
        return true;
    }
    int32_t best = source_find(mesh, slot, pull->link);
    return mesh->links[best].stalls[slot] >= link->stalls[slot];
}

static void pull_choose(struct mesh *mesh, uint32_t slot, struct moment now)
{
    struct pull *pull = &mesh->pulls[slot];
    const struct log_head *head = &mesh->vector->heads[slot];
    if (pull_goes_on(mesh, slot, now)) {
        return;
    }
    int32_t source = source_find(mesh, slot, pull->link);
    uint64_t not_before_ms = pull->not_before_ms;
    *pull = (struct pull){.link = LINK_NONE};
    if (source == LINK_NONE || !mesh_may_grow(mesh, head) || !is_worth_pulling(mesh, slot)) {
        return;
    }
    if (now.mono_ms < not_before_ms) {
        pull->not_before_ms = not_before_ms;
    } else {
        *pull = (struct pull){.link = source, .progress_ms = now.mono_ms};
    }
}

/* What to ask of @at of the logs that are pulled from it: a new one from scratch; one that it got
 * more of since it was asked, from where it stopped. */
static uint32_t wants_of_known(struct mesh *mesh, uint32_t at, struct want_entry *wants,
                               bool *ret_is_pulling)
{
    uint32_t count = 0;
    *ret_is_pulling = false;
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        struct pull *pull = &mesh->pulls[slot];
        const struct log_head *head = &mesh->vector->heads[slot];
        if (pull->link != (int32_t)at) {
            continue;
        }
        *ret_is_pulling = true;
        if (pull->asked_seq > head->seq) {
            continue;
        }
        wants[count++] = (struct want_entry){
            .log = head->log, .have = head->seq, .is_restart = pull->asked_seq == 0};
        pull->asked_seq = mesh->links[at].claim_seq[slot];
    }
    return count;
}

bool mesh_is_asked_of(const struct unknown_log *unknown, struct moment now)
{
    return unknown->asked_ms != 0 && now.mono_ms - unknown->asked_ms < PULL_TIMEOUT_MS;
}

/* Whether a log that is unknown here shall be asked of @at: nobody else is being asked, and nobody
 * else who has it waits longer. */
static bool is_its_turn(const struct mesh *mesh, uint32_t at, const struct unknown_log *unknown,
                        struct moment now)
{
    if (unknown->is_refused || mesh->is_store_low || mesh_is_asked_of(unknown, now)) {
        return false;
    }
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *other = &mesh->links[i];
        for (uint32_t j = 0; i != at && other->is_ready && j < other->unknown_count; j++) {
            const struct unknown_log *same = &other->unknown[j];
            if (same->claim.log == unknown->claim.log && !same->is_refused &&
                (mesh_is_asked_of(same, now) || same->asked_ms < unknown->asked_ms)) {
                return false;
            }
        }
    }
    return true;
}

static uint32_t wants_of_unknown(struct mesh *mesh, uint32_t at, struct moment now,
                                 struct want_entry *wants, uint32_t count)
{
    struct link *link = &mesh->links[at];
    for (uint32_t i = 0; i < link->unknown_count && count < LOGS_MAX; i++) {
        struct unknown_log *unknown = &link->unknown[i];
        if (!is_its_turn(mesh, at, unknown, now)) {
            continue;
        }
        if (unknown->asked_ms != 0) {
            link->outstanding_bytes = 0; /* nothing came: the credit was lost */
        }
        unknown->asked_ms = now.mono_ms;
        wants[count++] = (struct want_entry){.log = unknown->claim.log, .is_restart = true};
    }
    return count;
}

static void want_send(struct mesh *mesh, uint32_t at, struct moment now, struct effects *out)
{
    struct link *link = &mesh->links[at];
    struct want_entry wants[LOGS_MAX];
    bool is_pulling;
    struct writer writer;
    uint32_t count = wants_of_known(mesh, at, wants, &is_pulling);
    count = wants_of_unknown(mesh, at, now, wants, count);
    bool is_low = link->outstanding_bytes <= LINK_CREDIT_BYTES / 2;
    if (count == 0 && !(is_pulling && is_low)) {
        return;
    }
    if (!effects_frame_begin(out, &writer)) {
        return;
    }
    message_write_want(&writer, wants, count, LINK_CREDIT_BYTES - link->outstanding_bytes);
    effects_send(out, at, effects_frame_end(out, &writer));
    link->outstanding_bytes = LINK_CREDIT_BYTES;
}

void mesh_pull(struct mesh *mesh, struct moment now, struct effects *out)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        pull_choose(mesh, slot, now);
    }
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        if (mesh->links[i].is_ready) {
            want_send(mesh, i, now, out);
        }
    }
}
