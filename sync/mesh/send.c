/* send.c - events to peers: pushes of the own log, and what they asked for. */
#include "sync/log/damage.h"
#include "sync/mesh/mesh_internal.h"

static int look_later(struct mesh *mesh, uint64_t log, uint64_t seq)
{
    mesh->is_look_due = true;
    mesh->look_log = log;
    mesh->look_seq = seq;
    return ERR_GAP;
}

/* What the disk spoilt is not sent: nobody could verify it. What cannot even be read, or does not
 * fit its hash, is looked into in the next turn. ERR_GAP, ERR_IO. */
static int run_get(struct sender *sender, uint32_t slot, uint64_t from_seq, uint64_t last_seq)
{
    struct mesh *mesh = sender->mesh;
    struct run *run = sender->run;
    const struct log_head *head = &mesh->vector->heads[slot];
    uint64_t spoilt_seq = 0;
    bool is_damaged = false;
    int err = run_read_to(sender->txn, head->log, from_seq, last_seq, RUN_BYTES_MAX, run);
    if (err == ERR_NOT_FOUND || err == ERR_MALFORMED) {
        return look_later(mesh, head->log, from_seq);
    }
    if (err == 0) {
        err = damage_of_run(sender->txn, &mesh->popup, head, run, &spoilt_seq);
    }
    if (err == 0 && spoilt_seq > 0) {
        return look_later(mesh, head->log, spoilt_seq);
    }
    if (err == 0 && mesh->is_damaged[slot]) {
        err = damage_within(sender->txn, head->log, from_seq, run_last_seq(run), &is_damaged);
    }
    return err == 0 && is_damaged ? ERR_GAP : err;
}

static int run_write(struct sender *sender)
{
    const struct run *run = sender->run;
    struct writer writer;
    if (!effects_frame_begin(sender->out, &writer)) {
        return ERR_BUSY;
    }
    message_write_events_begin(&writer, run->log, run->first_seq, run->count);
    for (uint32_t i = 0; i < run->count; i++) {
        write_bin(&writer, run->events[i].bytes.data, run->events[i].bytes.size);
    }
    message_write_events_end(&writer, &run->signature, sender->is_live);
    sender->log = run->log;
    sender->first_seq = run->first_seq;
    sender->last_seq = run_last_seq(run);
    sender->frame = effects_frame_end(sender->out, &writer);
    return 0;
}

/* The frame of the log from @from_seq on. ERR_BUSY: the turn's effects are full. ERR_GAP: it cannot
 * be given. ERR_IO. */
static int frame_make(struct sender *sender, uint32_t slot, uint64_t from_seq)
{
    uint64_t log = sender->mesh->vector->heads[slot].log;
    if (sender->frame.size > 0 && sender->log == log && sender->first_seq == from_seq) {
        return 0;
    }
    int err = run_get(sender, slot, from_seq, vector_seq(sender->mesh->vector, slot));
    return err != 0 ? err : run_write(sender);
}

int mesh_events_send(struct sender *sender, uint32_t at, uint32_t slot)
{
    struct link *link = &sender->mesh->links[at];
    int err = frame_make(sender, slot, link->next_seq[slot]);
    if (err == ERR_GAP) { /* it has to ask again, or somebody else */
        link->next_seq[slot] = vector_seq(sender->mesh->vector, slot) + 1;
        sender->frame = bytes_of(NULL, 0);
        return 0;
    }
    if (err != 0) {
        return err;
    }
    effects_send(sender->out, at, sender->frame);
    link->next_seq[slot] = sender->last_seq + 1;
    link->sent_ms[slot] = sender->now.mono_ms;
    if (link->told_seq[slot] < sender->last_seq) {
        link->told_seq[slot] = sender->last_seq;
    }
    return 0;
}

/* New runs of the own log, to every peer that has all before them and is not being served that log
 * anyway. */
int mesh_push(struct sender *sender)
{
    struct mesh *mesh = sender->mesh;
    int32_t own = vector_find(mesh->vector, mesh->own_log);
    int err = 0;
    if (own == SLOT_NONE) {
        return 0;
    }
    uint64_t seq = vector_seq(mesh->vector, (uint32_t)own);
    for (uint32_t i = 0; i < LINKS_MAX && err == 0; i++) {
        const struct link *link = &mesh->links[i];
        while (err == 0 && link->is_ready && !link->is_wanted[own] && link->next_seq[own] != 0 &&
               link->next_seq[own] <= seq) {
            err = mesh_events_send(sender, i, (uint32_t)own);
        }
    }
    return err == ERR_BUSY ? 0 : err;
}

/* The next log that the peer asked for: they take turns, so that a long one holds up no other. */
static int32_t slot_wanted(const struct mesh *mesh, const struct link *link)
{
    uint32_t count = mesh->vector->count;
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t slot = (link->serve_slot + i) % count;
        if (link->is_wanted[slot]) {
            return (int32_t)slot;
        }
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
        int err = mesh_events_send(sender, at, (uint32_t)slot);
        if (err != 0) {
            return err;
        }
        size_t size = sender->frame.size;
        spend(&link->credit_bytes, size);
        spend(&sender->budget_bytes, size > SERVE_FRAME_BYTES_MIN ? size : SERVE_FRAME_BYTES_MIN);
        link->serve_slot = (uint32_t)slot;
        link->is_wanted[slot] = link->next_seq[slot] <= vector_seq(mesh->vector, (uint32_t)slot);
    }
    return 0;
}

/* Give the peer again what its disk spoilt: one run a turn. */
static int link_repair(struct sender *sender, uint32_t at)
{
    struct link *link = &sender->mesh->links[at];
    const struct repair_request repair = link->repair;
    int32_t slot = vector_find(sender->mesh->vector, repair.log);
    if (repair.first_seq == 0 || sender->budget_bytes == 0) {
        return 0;
    }
    link->repair = (struct repair_request){0};
    if (slot == SLOT_NONE || repair.first_seq > vector_seq(sender->mesh->vector, (uint32_t)slot)) {
        return 0;
    }
    int err = run_get(sender, (uint32_t)slot, repair.first_seq, repair.last_seq);
    if (err == 0) {
        err = run_write(sender);
    }
    if (err != 0) {
        return err == ERR_GAP ? 0 : err;
    }
    effects_send(sender->out, at, sender->frame);
    spend(&sender->budget_bytes, sender->frame.size);
    return 0;
}

int mesh_serve(struct sender *sender)
{
    struct mesh *mesh = sender->mesh;
    int err = 0;
    for (uint32_t i = 0; i < LINKS_MAX && err == 0; i++) {
        uint32_t at = (mesh->serve_first + i) % LINKS_MAX;
        const struct link *link = &mesh->links[at];
        if (!link->is_ready) {
            continue;
        }
        err = link_repair(sender, at);
        if (err == 0) {
            err = link_serve(sender, at);
        }
        if (link->credit_bytes > 0 && slot_wanted(mesh, link) != SLOT_NONE) {
            effects_wake(sender->out, sender->now.mono_ms); /* the rest in the next turn */
        }
    }
    mesh->serve_first = (mesh->serve_first + 1) % LINKS_MAX;
    return err == ERR_BUSY ? 0 : err;
}
