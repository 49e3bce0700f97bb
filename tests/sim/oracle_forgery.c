/* oracle_forgery.c - P10: no device takes an event into a journal that its writer did not write
 * there.
 *
 * In some runs what comes over a link is changed on the way, as a peer with a good link and a bad
 * mind could: an event edited, two exchanged, one left out or said twice, all of them put under
 * another log, signed by another device or for another pop-up, or under a signature that was good
 * elsewhere. Each such frame fits the head of its receiver as well as the true one, which follows
 * it. What was forged is remembered, so that oracle_journal.c, which holds every row against what
 * its writer committed, can tell a forgery from a slip.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/chain.h"
#include "tests/sim/sim_internal.h"

/* An EVENTS that can be changed. */
struct forgery {
    struct sim *sim;
    const struct cluster_node *to;
    uint64_t log, first_seq;
    uint32_t count;
    struct bytes events[RUN_EVENTS_MAX];
    struct signature signature;
    bool is_live;
    size_t size; /* of @data: one event, changed */
    uint8_t data[EVENT_SALVAGE_BYTES_MAX];
};

/* --- ways to forge; false: not with this one --- */

static bool edit_event(struct forgery *forgery)
{
    struct bytes *event = &forgery->events[sim_oracle_below(forgery->sim, forgery->count)];
    memcpy(forgery->data, event->data, event->size);
    const uint64_t bit = sim_oracle_below(forgery->sim, event->size * 8);
    forgery->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    *event = bytes_of(forgery->data, event->size);
    return true;
}

static bool exchange_two(struct forgery *forgery)
{
    if (forgery->count < 2) {
        return false;
    }
    const uint64_t at = sim_oracle_below(forgery->sim, forgery->count - 1);
    const struct bytes event = forgery->events[at];
    forgery->events[at] = forgery->events[at + 1];
    forgery->events[at + 1] = event;
    return !bytes_equal(event, forgery->events[at]);
}

static bool leave_out(struct forgery *forgery)
{
    if (forgery->count < 2) {
        return false;
    }
    const uint64_t at = sim_oracle_below(forgery->sim, forgery->count);
    memmove(&forgery->events[at], &forgery->events[at + 1],
            (forgery->count - at - 1) * sizeof *forgery->events);
    forgery->count--;
    return true;
}

static bool say_twice(struct forgery *forgery)
{
    if (forgery->count == RUN_EVENTS_MAX) {
        return false;
    }
    forgery->events[forgery->count] = forgery->events[forgery->count - 1];
    forgery->count++;
    return true;
}

/* What one log says, as if another had said it next. */
static bool other_log(struct forgery *forgery)
{
    const struct sim *sim = forgery->sim;
    const uint64_t at = sim_oracle_below(forgery->sim, sim->truth_count);
    forgery->first_seq = sim->watches[forgery->to->index].seqs[at] + 1;
    if (sim->truth[at].log == forgery->log || forgery->first_seq == 1) {
        return false;
    }
    forgery->log = sim->truth[at].log;
    return true;
}

/* The hash at the end of the run, when it is put where it says. */
static bool hash_at_end(const struct forgery *forgery, struct hash *ret_hash)
{
    const int32_t at = truth_find(forgery->sim, forgery->to, forgery->log);
    if (at < 0 || forgery->first_seq < 2 ||
        forgery->sim->truth[at].count < forgery->first_seq - 1) {
        return false;
    }
    *ret_hash = forgery->sim->truth[at].events[forgery->first_seq - 2].chain;
    for (uint32_t i = 0; i < forgery->count; i++) {
        const struct hash content = chain_event_hash(forgery->events[i]);
        *ret_hash = chain_next(ret_hash, &content);
    }
    return true;
}

/* A good chain, and the signature of somebody who has a key, but not this log's. */
static bool other_key(struct forgery *forgery)
{
    struct hash hash;
    const struct cluster *cluster = forgery->sim->cluster;
    const struct cluster_node *signer =
        &cluster->nodes[sim_oracle_below(forgery->sim, cluster->count)];
    if (signer->log == forgery->log || !edit_event(forgery) || !hash_at_end(forgery, &hash)) {
        return false;
    }
    head_sign(&forgery->signature, &cluster->popup, forgery->log,
              forgery->first_seq + forgery->count - 1, &hash, &signer->log_secret);
    return true;
}

/* The writer's own signature, which it gave at another pop-up. */
static bool other_popup(struct forgery *forgery)
{
    struct hash hash;
    const struct cluster *cluster = forgery->sim->cluster;
    struct popup_id popup = cluster->popup;
    popup.bytes[0] ^= 1;
    if (!edit_event(forgery) || !hash_at_end(forgery, &hash)) {
        return false;
    }
    for (uint32_t i = 0; i < cluster->count; i++) {
        if (cluster->nodes[i].log == forgery->log) {
            head_sign(&forgery->signature, &popup, forgery->log,
                      forgery->first_seq + forgery->count - 1, &hash,
                      &cluster->nodes[i].log_secret);
            return true;
        }
    }
    return false;
}

static bool old_signature(struct forgery *forgery)
{
    const int32_t at = truth_find(forgery->sim, forgery->to, forgery->log);
    for (uint64_t seq = forgery->first_seq; at >= 0 && seq-- > 1;) {
        if (forgery->sim->truth[at].events[seq - 1].is_signed) {
            forgery->signature = forgery->sim->truth[at].events[seq - 1].signature;
            return true;
        }
    }
    return false;
}

/* --- a frame --- */

static bool frame_read(struct sim *sim, struct bytes frame, struct forgery *ret_forgery)
{
    struct reader reader;
    const struct events *events = &sim->message->events;
    if (message_decode(frame, sim->message) != 0 || sim->message->kind != MESSAGE_EVENTS) {
        return false;
    }
    ret_forgery->log = events->log;
    ret_forgery->first_seq = events->first_seq;
    ret_forgery->count = events->count;
    ret_forgery->signature = events->signature;
    ret_forgery->is_live = events->is_live;
    reader_init(&reader, events->list);
    for (uint32_t i = 0; i < events->count; i++) {
        ret_forgery->events[i] = read_bin(&reader, 1, EVENT_SALVAGE_BYTES_MAX);
    }
    return reader_finish(&reader) == 0;
}

static size_t frame_write(const struct forgery *forgery, uint8_t *to)
{
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, to, MESSAGE_BYTES_MAX);
    message_write_events_begin(&writer, forgery->log, forgery->first_seq, forgery->count);
    for (uint32_t i = 0; i < forgery->count; i++) {
        write_bin(&writer, forgery->events[i].data, forgery->events[i].size);
    }
    message_write_events_end(&writer, &forgery->signature, forgery->is_live);
    check(writer_finish(&writer, &frame) == 0);
    return frame.size;
}

static void remember(struct sim *sim, const struct forgery *forgery)
{
    for (uint32_t i = 0; i < forgery->count; i++) {
        sim->forged[sim->forged_next++ % SIM_FORGED_MAX] =
            (struct forged){.log = forgery->log,
                            .seq = forgery->first_seq + i,
                            .content = chain_event_hash(forgery->events[i])};
    }
}

size_t forgery_make(void *context, struct cluster_node *to, struct bytes frame, uint8_t *ret_frame)
{
    static bool (*const ways[])(struct forgery * forgery) = {edit_event,  exchange_two, leave_out,
                                                             say_twice,   other_log,    other_key,
                                                             other_popup, old_signature};
    static struct forgery forgery;
    struct sim *sim = context;
    forgery.sim = sim;
    forgery.to = to;
    if (!frame_read(sim, frame, &forgery) ||
        !ways[sim_oracle_below(sim, sizeof ways / sizeof *ways)](&forgery)) {
        return 0;
    }
    remember(sim, &forgery);
    sim->stats->oracles[ORACLE_FORGERY]++;
    return frame_write(&forgery, ret_frame);
}

bool forgery_is(const struct sim *sim, uint64_t log, uint64_t seq, const struct hash *content)
{
    for (uint32_t i = 0; i < SIM_FORGED_MAX; i++) {
        const struct forged *forged = &sim->forged[i];
        if (forged->log == log && forged->seq == seq && hash_equal(&forged->content, content)) {
            return true;
        }
    }
    return false;
}
