/* flow.c - the end of a turn: marks, acknowledgements, pushes, pulls, serving, and when to wake. */
#include <string.h>

#include "sync/mesh/mesh_internal.h"

/* ---- claims ---- */

uint32_t claims_of_all(const struct mesh *mesh, struct head_claim *claims)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < mesh->vector->count; i++) {
        uint32_t slot = mesh->vector->ascending[i];
        if (vector_seq(mesh->vector, slot) > 0)
            claims[count++] = vector_claim(mesh->vector, slot);
    }
    return count;
}

void link_told_all(const struct mesh *mesh, struct link *link)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++)
        link->told_seq[slot] = vector_seq(mesh->vector, slot);
    link->wants_all = false;
}

/* What it was told and lacks, it asks for; what came since, it will not. */
void link_start_push(const struct mesh *mesh, struct link *link)
{
    int32_t own = vector_find(mesh->vector, mesh->own_log);
    if (own == SLOT_NONE || link->is_bad[own])
        return;
    uint64_t has = link->claim_seq[own];
    if (has >= link->told_seq[own] && has <= mesh->vector->heads[own].seq)
        link->next_seq[own] = has + 1;
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
        uint64_t seq = vector_seq(mesh->vector, slot);
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
                            .flags = link->is_in_doubt ? STATUS_TELL_ALL : 0};
    struct head_claim heads[LOGS_MAX];
    uint32_t count = heads_untold(mesh, link, heads);
    struct writer writer;
    if (!effects_frame_begin(out, &writer))
        return;
    memcpy(status.digest, digest->bytes, sizeof status.digest);
    message_write_status(&writer, &status, heads, count);
    effects_send(out, at, effects_frame_end(out, &writer));
    link_told_all(mesh, link);
    link->is_in_doubt = false;
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
        if (!link->is_ready || link->status_due_ms > now.mono_ms)
            continue;
        if (!has_digest)
            digest = vector_digest(mesh->vector);
        has_digest = true;
        status_send(mesh, i, &digest, interval_ms, now, out);
    }
}

/* ---- sending events ---- */

/* What a turn sends events with. The newest frame is kept: several links may get it. */
struct sender {
    struct mesh *mesh;
    struct store_txn *txn;
    struct effects *out;
    struct run *run; /* scratch */
    bool is_live;
    uint64_t budget_bytes; /* for answering pulls in this turn */
    uint64_t log, first_seq, last_seq;
    struct bytes frame; /* empty = none yet */
};

/* ERR_BUSY: the turn's effects are full. ERR_IO. */
static int frame_make(struct sender *sender, uint32_t slot, uint64_t from_seq)
{
    uint64_t log = sender->mesh->vector->heads[slot].log;
    struct run *run = sender->run;
    struct writer writer;
    if (sender->frame.size > 0 && sender->log == log && sender->first_seq == from_seq)
        return 0;
    int err = run_read_to(sender->txn, log, from_seq, vector_seq(sender->mesh->vector, slot),
                          RUN_BYTES_MAX, run);
    if (err != 0)
        return err == ERR_NOT_FOUND || err == ERR_MALFORMED ? ERR_IO : err;
    if (!effects_frame_begin(sender->out, &writer))
        return ERR_BUSY;
    message_write_events_begin(&writer, log, from_seq, run->count);
    for (uint32_t i = 0; i < run->count; i++)
        write_bin(&writer, run->events[i].bytes.data, run->events[i].bytes.size);
    message_write_events_end(&writer, &run->signature, sender->is_live);
    sender->log = log;
    sender->first_seq = from_seq;
    sender->last_seq = run_last_seq(run);
    sender->frame = effects_frame_end(sender->out, &writer);
    return 0;
}

static int events_send(struct sender *sender, uint32_t at, uint32_t slot)
{
    struct link *link = &sender->mesh->links[at];
    int err = frame_make(sender, slot, link->next_seq[slot]);
    if (err != 0)
        return err;
    effects_send(sender->out, at, sender->frame);
    link->next_seq[slot] = sender->last_seq + 1;
    if (link->told_seq[slot] < sender->last_seq)
        link->told_seq[slot] = sender->last_seq;
    return 0;
}

/* New runs of the own log, to every peer that has all before them and is not being served that log
 * anyway. */
static int pushes_send(struct mesh *mesh, struct store_txn *txn, struct run *run,
                       struct effects *out)
{
    struct sender sender = {.mesh = mesh, .txn = txn, .out = out, .run = run, .is_live = true};
    int32_t own = vector_find(mesh->vector, mesh->own_log);
    int err = 0;
    if (own == SLOT_NONE)
        return 0;
    uint64_t seq = vector_seq(mesh->vector, (uint32_t)own);
    for (uint32_t i = 0; i < LINKS_MAX && err == 0; i++) {
        struct link *link = &mesh->links[i];
        while (err == 0 && link->is_ready && !link->is_wanted[own] && link->next_seq[own] != 0 &&
               link->next_seq[own] <= seq)
            err = events_send(&sender, i, (uint32_t)own);
    }
    return err == ERR_BUSY ? 0 : err;
}

/* The next log that the peer asked for: they take turns, so that a long one holds up no other. */
static int32_t slot_wanted(const struct mesh *mesh, const struct link *link)
{
    uint32_t count = mesh->vector->count;
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t slot = (link->serve_slot + i) % count;
        if (link->is_wanted[slot])
            return (int32_t)slot;
    }
    return SLOT_NONE;
}

static void spend(uint64_t *budget, uint64_t bytes)
{
    *budget -= bytes < *budget ? bytes : *budget;
}

/* Answer a peer's WANT as far as its credit goes. When a log is done, new runs of the own one are
 * pushed again. */
static int link_serve(struct sender *sender, uint32_t at)
{
    struct mesh *mesh = sender->mesh;
    struct link *link = &mesh->links[at];
    int32_t slot;
    while (link->credit_bytes > 0 && sender->budget_bytes > 0 &&
           (slot = slot_wanted(mesh, link)) != SLOT_NONE) {
        int err = events_send(sender, at, (uint32_t)slot);
        if (err != 0)
            return err;
        size_t size = sender->frame.size;
        spend(&link->credit_bytes, size);
        spend(&sender->budget_bytes, size > SERVE_FRAME_BYTES_MIN ? size : SERVE_FRAME_BYTES_MIN);
        link->serve_slot = (uint32_t)slot;
        link->is_wanted[slot] = link->next_seq[slot] <= vector_seq(mesh->vector, (uint32_t)slot);
    }
    return 0;
}

static int serves_send(struct mesh *mesh, struct store_txn *txn, struct run *run, struct moment now,
                       struct effects *out)
{
    struct sender sender = {
        .mesh = mesh, .txn = txn, .out = out, .run = run, .budget_bytes = SERVE_BYTES_PER_TURN};
    int err = 0;
    for (uint32_t i = 0; i < LINKS_MAX && err == 0; i++) {
        uint32_t at = (mesh->serve_first + i) % LINKS_MAX;
        const struct link *link = &mesh->links[at];
        if (!link->is_ready)
            continue;
        err = link_serve(&sender, at);
        if (link->credit_bytes > 0 && slot_wanted(mesh, link) != SLOT_NONE)
            effects_wake(out, now.mono_ms); /* the rest in the next turn */
    }
    mesh->serve_first = (mesh->serve_first + 1) % LINKS_MAX;
    return err == ERR_BUSY ? 0 : err;
}

/* ---- pulling ---- */

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
            (best == LINK_NONE || link->stalls[slot] < mesh->links[best].stalls[slot]))
            best = at;
    }
    return best;
}

/* Each failure doubles the patience with that source: on a slow line, asking again and again would
 * fill it with the same events. */
static uint64_t pull_deadline_ms(const struct mesh *mesh, uint32_t slot)
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
    if (pull->link == LINK_NONE || !can_pull(mesh, &mesh->links[pull->link], slot))
        return false;
    struct link *link = &mesh->links[pull->link];
    if (pull_deadline_ms(mesh, slot) <= now.mono_ms) {
        if (link->stalls[slot] < UINT8_MAX)
            link->stalls[slot]++;
        link->outstanding_bytes = 0; /* the credit was lost with what it paid for */
        return false;
    }
    if (link->stalls[slot] == 0)
        return true;
    int32_t best = source_find(mesh, slot, pull->link);
    return mesh->links[best].stalls[slot] >= link->stalls[slot];
}

static void pull_choose(struct mesh *mesh, uint32_t slot, struct moment now)
{
    struct pull *pull = &mesh->pulls[slot];
    const struct log_head *head = &mesh->vector->heads[slot];
    if (pull_goes_on(mesh, slot, now))
        return;
    int32_t source = source_find(mesh, slot, pull->link);
    uint64_t not_before_ms = pull->not_before_ms;
    *pull = (struct pull){.link = LINK_NONE};
    if (source == LINK_NONE || !mesh_may_grow(mesh, head) || !is_worth_pulling(mesh, slot))
        return;
    if (now.mono_ms < not_before_ms)
        pull->not_before_ms = not_before_ms;
    else
        *pull = (struct pull){.link = source, .progress_ms = now.mono_ms};
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
        if (pull->link != (int32_t)at)
            continue;
        *ret_is_pulling = true;
        if (pull->asked_seq > head->seq)
            continue;
        wants[count++] = (struct want_entry){
            .log = head->log, .have = head->seq, .is_restart = pull->asked_seq == 0};
        pull->asked_seq = mesh->links[at].claim_seq[slot];
    }
    return count;
}

static bool is_asked_of(const struct unknown_log *unknown, struct moment now)
{
    return unknown->asked_ms != 0 && now.mono_ms - unknown->asked_ms < PULL_TIMEOUT_MS;
}

/* Whether a log that is unknown here shall be asked of @at: nobody else is being asked, and nobody
 * else who has it waits longer. */
static bool is_its_turn(const struct mesh *mesh, uint32_t at, const struct unknown_log *unknown,
                        struct moment now)
{
    if (unknown->is_refused || is_asked_of(unknown, now))
        return false;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *other = &mesh->links[i];
        for (uint32_t j = 0; i != at && other->is_ready && j < other->unknown_count; j++) {
            const struct unknown_log *same = &other->unknown[j];
            if (same->claim.log == unknown->claim.log && !same->is_refused &&
                (is_asked_of(same, now) || same->asked_ms < unknown->asked_ms))
                return false;
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
        if (!is_its_turn(mesh, at, unknown, now))
            continue;
        if (unknown->asked_ms != 0)
            link->outstanding_bytes = 0; /* nothing came: the credit was lost */
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
    if (count == 0 && !(is_pulling && is_low))
        return;
    if (!effects_frame_begin(out, &writer))
        return;
    message_write_want(&writer, wants, count, LINK_CREDIT_BYTES - link->outstanding_bytes);
    effects_send(out, at, effects_frame_end(out, &writer));
    link->outstanding_bytes = LINK_CREDIT_BYTES;
}

static void wants_send(struct mesh *mesh, struct moment now, struct effects *out)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++)
        pull_choose(mesh, slot, now);
    for (uint32_t i = 0; i < LINKS_MAX; i++)
        if (mesh->links[i].is_ready)
            want_send(mesh, i, now, out);
}

/* ---- time ---- */

/* How often a peer speaks depends on how many links it has, which may be as many as there are
 * devices. */
static void links_expire(struct mesh *mesh, const struct roster *roster, struct moment now,
                         struct effects *out)
{
    uint64_t silence_ms = SILENCE_STATUSES * status_interval_ms(roster->devices_count);
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
        for (uint32_t j = 0; j < link->unknown_count; j++)
            if (is_asked_of(&link->unknown[j], now))
                effects_wake(out, link->unknown[j].asked_ms + PULL_TIMEOUT_MS);
    }
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        const struct pull *pull = &mesh->pulls[slot];
        if (pull->link != LINK_NONE)
            effects_wake(out, pull_deadline_ms(mesh, slot));
        else if (pull->not_before_ms != 0)
            effects_wake(out, pull->not_before_ms);
    }
}

int mesh_seal(struct mesh *mesh, struct store_txn *txn, const struct roster *roster,
              struct run *scratch, struct moment now, struct effects *out)
{
    links_expire(mesh, roster, now, out);
    marks_update(mesh, out);
    int err = pushes_send(mesh, txn, scratch, out);
    if (err == 0)
        err = serves_send(mesh, txn, scratch, now, out);
    if (err != 0)
        return err;
    wants_send(mesh, now, out);
    statuses_send(mesh, now, out);
    wake_set(mesh, now, out);
    return 0;
}
