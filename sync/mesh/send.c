/* send.c - events to peers: pushes of the own log, and what they asked for. */
#include "sync/mesh/mesh_internal.h"

/* The frame of the log from @from_seq on. ERR_BUSY: the turn's effects are full. ERR_IO. */
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

int mesh_events_send(struct sender *sender, uint32_t at, uint32_t slot)
{
    struct link *link = &sender->mesh->links[at];
    int err = frame_make(sender, slot, link->next_seq[slot]);
    if (err != 0)
        return err;
    effects_send(sender->out, at, sender->frame);
    link->next_seq[slot] = sender->last_seq + 1;
    link->sent_ms[slot] = sender->now.mono_ms;
    if (link->told_seq[slot] < sender->last_seq)
        link->told_seq[slot] = sender->last_seq;
    return 0;
}

/* New runs of the own log, to every peer that has all before them and is not being served that log
 * anyway. */
int mesh_push(struct sender *sender)
{
    struct mesh *mesh = sender->mesh;
    int32_t own = vector_find(mesh->vector, mesh->own_log);
    int err = 0;
    if (own == SLOT_NONE)
        return 0;
    uint64_t seq = vector_seq(mesh->vector, (uint32_t)own);
    for (uint32_t i = 0; i < LINKS_MAX && err == 0; i++) {
        const struct link *link = &mesh->links[i];
        while (err == 0 && link->is_ready && !link->is_wanted[own] && link->next_seq[own] != 0 &&
               link->next_seq[own] <= seq)
            err = mesh_events_send(sender, i, (uint32_t)own);
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
        int err = mesh_events_send(sender, at, (uint32_t)slot);
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

int mesh_serve(struct sender *sender)
{
    struct mesh *mesh = sender->mesh;
    int err = 0;
    for (uint32_t i = 0; i < LINKS_MAX && err == 0; i++) {
        uint32_t at = (mesh->serve_first + i) % LINKS_MAX;
        const struct link *link = &mesh->links[at];
        if (!link->is_ready)
            continue;
        err = link_serve(sender, at);
        if (link->credit_bytes > 0 && slot_wanted(mesh, link) != SLOT_NONE)
            effects_wake(sender->out, sender->now.mono_ms); /* the rest in the next turn */
    }
    mesh->serve_first = (mesh->serve_first + 1) % LINKS_MAX;
    return err == ERR_BUSY ? 0 : err;
}
