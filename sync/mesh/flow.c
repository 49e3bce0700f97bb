/* flow.c - the end of a turn: marks, acknowledgements, pushes, pulls, serving, and when to wake. */
#include <string.h>

#include "sync/mesh/mesh_internal.h"

/* ---- claims ---- */

uint32_t claims_of_all(const struct mesh *mesh, struct head_claim *claims)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < mesh->vector->count; i++) {
        uint32_t slot = mesh->vector->ascending[i];
        if (mesh->vector->heads[slot].seq > 0)
            claims[count++] = vector_claim(mesh->vector, slot);
    }
    return count;
}

uint32_t claims_merge_sorted(struct head_claim *claims, uint32_t count,
                             const struct head_claim *more, uint32_t more_count)
{
    for (uint32_t i = 0; i < more_count; i++) {
        uint32_t at = count++;
        for (; at > 0 && claims[at - 1].log > more[i].log; at--)
            claims[at] = claims[at - 1];
        claims[at] = more[i];
    }
    return count;
}

void link_told_all(const struct mesh *mesh, struct link *link)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++)
        link->told_seq[slot] = mesh->vector->heads[slot].seq;
    link->wants_all = false;
}

void link_start_push(const struct mesh *mesh, struct link *link)
{
    int32_t own = vector_find(mesh->vector, mesh->own_log);
    if (own != SLOT_NONE && link->claim_seq[own] == mesh->vector->heads[own].seq)
        link->next_seq[own] = mesh->vector->heads[own].seq + 1;
}

/* ---- marks ---- */

static void marks_update(struct mesh *mesh, struct effects *out)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        if (!mesh->is_mark_dirty[slot])
            continue;
        mesh->is_mark_dirty[slot] = false;
        if (acks_update_mark(&mesh->acks, mesh->vector, slot, mesh->device, mesh->copies))
            out->is_marks_moved = true;
    }
}

/* ---- status ---- */

static uint32_t links_ready(const struct mesh *mesh)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < LINKS_MAX; i++)
        count += mesh->links[i].is_ready ? 1 : 0;
    return count;
}

/* With many links each gets its regular status less often, so that the sum stays bounded. */
static uint64_t status_interval_ms(uint32_t links)
{
    uint64_t rounds = (links + STATUS_LINKS_FULL - 1) / STATUS_LINKS_FULL;
    return STATUS_INTERVAL_MS * (rounds == 0 ? 1 : rounds);
}

static uint32_t heads_untold(const struct mesh *mesh, const struct link *link,
                             struct head_claim *claims)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < mesh->vector->count; i++) {
        uint32_t slot = mesh->vector->ascending[i];
        uint64_t seq = mesh->vector->heads[slot].seq;
        if (seq > 0 && (link->wants_all || link->told_seq[slot] != seq))
            claims[count++] = vector_claim(mesh->vector, slot);
    }
    return count;
}

static void status_send(struct mesh *mesh, uint32_t at, const struct claim_digest *digest,
                        uint64_t interval_ms, struct moment now, struct effects *out)
{
    struct link *link = &mesh->links[at];
    struct status status = {.wall_ms = now.wall_ms,
                            .flags = link->is_asked_all ? STATUS_TELL_ALL : 0};
    struct head_claim heads[LOGS_MAX];
    uint32_t count = heads_untold(mesh, link, heads);
    struct writer writer;
    if (!effects_frame_begin(out, &writer))
        return;
    memcpy(status.digest, digest->bytes, sizeof status.digest);
    message_write_status(&writer, &status, heads, count);
    effects_send(out, at, effects_frame_end(out, &writer));
    link_told_all(mesh, link);
    link->is_asked_all = false;
    link->status_ms = now.mono_ms;
    link->status_due_ms = now.mono_ms + interval_ms;
}

static void statuses_send(struct mesh *mesh, struct moment now, struct effects *out)
{
    uint64_t interval_ms = status_interval_ms(links_ready(mesh));
    struct claim_digest digest;
    bool has_digest = false;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        struct link *link = &mesh->links[i];
        if (!link->is_ready || (link->status_due_ms > now.mono_ms && !link->wants_all))
            continue;
        if (!has_digest)
            digest = vector_digest(mesh->vector);
        has_digest = true;
        status_send(mesh, i, &digest, interval_ms, now, out);
    }
}

/* ---- sending events ---- */

/* One EVENTS per (log, first seq) and turn, however many links get it. */
struct frame_cache {
    uint64_t log, first_seq, last_seq;
    struct bytes frame;
    size_t event_bytes;
};

static int frame_make(struct mesh *mesh, struct store_txn *txn, uint32_t slot, uint64_t from_seq,
                      bool is_live, struct run *run, struct effects *out, struct frame_cache *cache)
{
    uint64_t log = mesh->vector->heads[slot].log;
    struct writer writer;
    if (cache->log == log && cache->first_seq == from_seq && cache->frame.size > 0)
        return 0;
    int err = run_read(txn, log, from_seq, RUN_BYTES_MAX, run);
    if (err != 0)
        return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? ERR_IO : err;
    if (!effects_frame_begin(out, &writer))
        return ERR_BUSY;
    message_write_events_begin(&writer, log, from_seq, run->count);
    cache->event_bytes = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        write_bin(&writer, run->events[i].bytes.data, run->events[i].bytes.size);
        cache->event_bytes += run->events[i].bytes.size;
    }
    message_write_events_end(&writer, &run->signature, is_live);
    cache->log = log;
    cache->first_seq = from_seq;
    cache->last_seq = run_last_seq(run);
    cache->frame = effects_frame_end(out, &writer);
    return 0;
}

static int events_send(struct mesh *mesh, struct store_txn *txn, uint32_t at, uint32_t slot,
                       bool is_live, struct run *run, struct effects *out,
                       struct frame_cache *cache)
{
    struct link *link = &mesh->links[at];
    int err = frame_make(mesh, txn, slot, link->next_seq[slot], is_live, run, out, cache);
    if (err != 0)
        return err;
    effects_send(out, at, cache->frame);
    link->next_seq[slot] = cache->last_seq + 1;
    if (link->told_seq[slot] < cache->last_seq)
        link->told_seq[slot] = cache->last_seq;
    return 0;
}

/* New runs of the own log, to every peer that has all before them and is not being served that log
 * anyway. */
static int pushes_send(struct mesh *mesh, struct store_txn *txn, struct run *run,
                       struct effects *out)
{
    struct frame_cache cache = {0};
    int32_t own = vector_find(mesh->vector, mesh->own_log);
    int err = 0;
    if (own == SLOT_NONE)
        return 0;
    uint64_t seq = mesh->vector->heads[own].seq;
    for (uint32_t i = 0; i < LINKS_MAX && err == 0; i++) {
        struct link *link = &mesh->links[i];
        while (err == 0 && link->is_ready && !link->is_wanted[own] && link->next_seq[own] != 0 &&
               link->next_seq[own] <= seq)
            err = events_send(mesh, txn, i, (uint32_t)own, true, run, out, &cache);
    }
    return err == ERR_BUSY ? 0 : err;
}

/* Answer a peer's WANT as far as its credit goes. When a log is done, new runs of it are pushed
 * again. */
static int link_serve(struct mesh *mesh, struct store_txn *txn, uint32_t at, struct run *run,
                      size_t *budget, struct effects *out)
{
    struct link *link = &mesh->links[at];
    int err = 0;
    for (uint32_t slot = 0; slot < mesh->vector->count && err == 0; slot++) {
        uint64_t seq = mesh->vector->heads[slot].seq;
        while (err == 0 && link->is_wanted[slot] && link->next_seq[slot] <= seq &&
               link->credit_bytes > 0 && *budget > 0) {
            struct frame_cache cache = {0};
            err = events_send(mesh, txn, at, slot, false, run, out, &cache);
            size_t size = err == 0 ? cache.frame.size : 0;
            link->credit_bytes -= size < link->credit_bytes ? size : link->credit_bytes;
            *budget -= size < *budget ? size : *budget;
        }
        if (link->next_seq[slot] > seq)
            link->is_wanted[slot] = false;
    }
    return err;
}

static bool link_is_owed(const struct mesh *mesh, const struct link *link)
{
    if (!link->is_ready || link->credit_bytes == 0)
        return false;
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++)
        if (link->is_wanted[slot] && link->next_seq[slot] <= mesh->vector->heads[slot].seq)
            return true;
    return false;
}

static int serves_send(struct mesh *mesh, struct store_txn *txn, struct run *run, struct moment now,
                       struct effects *out)
{
    size_t budget = SERVE_BYTES_PER_TURN;
    int err = 0;
    for (uint32_t i = 0; i < LINKS_MAX && err == 0; i++)
        if (mesh->links[i].is_ready)
            err = link_serve(mesh, txn, i, run, &budget, out);
    for (uint32_t i = 0; i < LINKS_MAX; i++)
        if (link_is_owed(mesh, &mesh->links[i]))
            effects_wake(out, now.mono_ms);
    return err == ERR_BUSY ? 0 : err;
}

/* ---- pulling ---- */

/* What lies beyond a revocation or a proven fork is not fetched. */
static bool is_worth_pulling(const struct roster *roster, const struct log_head *head)
{
    const struct roster_log *log = roster_log_find(roster, head->log);
    return log == NULL || (head->seq < log->revoked_seq && head->seq + 1 < log->fork_seq);
}

static bool can_pull(const struct mesh *mesh, const struct link *link, uint32_t slot)
{
    return link->is_ready && !link->is_bad[slot] &&
           link->claim_seq[slot] > mesh->vector->heads[slot].seq;
}

/* Any peer that has more; of several the one after @after, so that a stalled source is left. */
static int32_t source_find(const struct mesh *mesh, uint32_t slot, int32_t after)
{
    for (int32_t i = 1; i <= LINKS_MAX; i++) {
        int32_t at = (after + i) % LINKS_MAX;
        if (can_pull(mesh, &mesh->links[at], slot))
            return at;
    }
    return LINK_NONE;
}

static void pull_choose(struct mesh *mesh, const struct roster *roster, uint32_t slot,
                        struct moment now)
{
    struct pull *pull = &mesh->pulls[slot];
    int32_t last = pull->link;
    bool is_stalled = last != LINK_NONE && now.mono_ms - pull->progress_ms >= PULL_TIMEOUT_MS;
    if (last != LINK_NONE && !is_stalled && can_pull(mesh, &mesh->links[last], slot))
        return;
    if (is_stalled)
        mesh->links[last].outstanding_bytes = 0; /* the credit was lost with what it paid for */
    pull->link = LINK_NONE;
    pull->is_asked = false;
    if (now.mono_ms < pull->not_before_ms || !is_worth_pulling(roster, &mesh->vector->heads[slot]))
        return;
    pull->link = source_find(mesh, slot, last);
    pull->progress_ms = now.mono_ms;
}

static uint32_t wants_of(struct mesh *mesh, uint32_t at, struct want_entry *wants,
                         bool *ret_is_pulling)
{
    struct link *link = &mesh->links[at];
    uint32_t count = 0;
    *ret_is_pulling = link->unknown_count > 0;
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        struct pull *pull = &mesh->pulls[slot];
        const struct log_head *head = &mesh->vector->heads[slot];
        if (pull->link != (int32_t)at)
            continue;
        *ret_is_pulling = true;
        if (!pull->is_asked)
            wants[count++] =
                (struct want_entry){.log = head->log, .have = head->seq, .is_restart = true};
        pull->is_asked = true;
    }
    return count;
}

/* Logs we have nothing of: asked of everybody who has them, until their first run is here. */
static uint32_t wants_of_unknown(const struct link *link, struct want_entry *wants, uint32_t count)
{
    for (uint32_t i = 0; i < link->unknown_count && count < LOGS_MAX; i++)
        wants[count++] = (struct want_entry){.log = link->unknown[i].log};
    return count;
}

static void want_send(struct mesh *mesh, uint32_t at, struct moment now, struct effects *out)
{
    struct link *link = &mesh->links[at];
    struct want_entry wants[LOGS_MAX];
    bool is_pulling;
    struct writer writer;
    uint32_t count = wants_of(mesh, at, wants, &is_pulling);
    if (link->unknown_count > 0 && now.mono_ms - link->fetch_ms >= PULL_TIMEOUT_MS)
        link->outstanding_bytes = 0; /* nothing came: what we asked for was lost */
    bool is_low = link->outstanding_bytes <= LINK_CREDIT_BYTES / 2;
    if (link->unknown_count > 0 && is_low)
        count = wants_of_unknown(link, wants, count);
    if (count == 0 && !(is_pulling && is_low))
        return;
    if (!effects_frame_begin(out, &writer))
        return;
    message_write_want(&writer, wants, count, LINK_CREDIT_BYTES - link->outstanding_bytes);
    effects_send(out, at, effects_frame_end(out, &writer));
    link->outstanding_bytes = LINK_CREDIT_BYTES;
    link->fetch_ms = now.mono_ms;
}

static void wants_send(struct mesh *mesh, const struct roster *roster, struct moment now,
                       struct effects *out)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++)
        pull_choose(mesh, roster, slot, now);
    for (uint32_t i = 0; i < LINKS_MAX; i++)
        if (mesh->links[i].is_ready)
            want_send(mesh, i, now, out);
}

/* ---- time ---- */

static void links_expire(struct mesh *mesh, struct moment now, struct effects *out)
{
    uint64_t silence_ms = SILENCE_STATUSES * status_interval_ms(links_ready(mesh));
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &mesh->links[i];
        if (!link->is_up)
            continue;
        uint64_t deadline_ms =
            link->is_ready ? link->heard_ms + silence_ms : link->up_ms + HELLO_TIMEOUT_MS;
        if (deadline_ms <= now.mono_ms)
            mesh_close(mesh, i, BYE_SILENCE, out);
        else
            effects_wake(out, deadline_ms);
    }
}

static void wake_set(const struct mesh *mesh, struct moment now, struct effects *out)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &mesh->links[i];
        if (!link->is_ready)
            continue;
        effects_wake(out, link->status_due_ms);
        if (link->unknown_count > 0)
            effects_wake(out, link->fetch_ms + PULL_TIMEOUT_MS);
    }
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        const struct pull *pull = &mesh->pulls[slot];
        if (pull->link != LINK_NONE)
            effects_wake(out, pull->progress_ms + PULL_TIMEOUT_MS);
        else if (pull->not_before_ms > now.mono_ms)
            effects_wake(out, pull->not_before_ms);
    }
}

int mesh_seal(struct mesh *mesh, struct store_txn *txn, const struct roster *roster,
              struct run *scratch, struct moment now, struct effects *out)
{
    links_expire(mesh, now, out);
    marks_update(mesh, out);
    int err = pushes_send(mesh, txn, scratch, out);
    if (err == 0)
        err = serves_send(mesh, txn, scratch, now, out);
    if (err != 0)
        return err;
    wants_send(mesh, roster, now, out);
    statuses_send(mesh, now, out);
    wake_set(mesh, now, out);
    return 0;
}
