/* oracle_told.c - nothing of a journal leaves a node before it is durable there, and a tick means
 * that many copies.
 */
#include <string.h>

#include "tests/sim/sim_internal.h"

enum { TICK_COPIES = 2 /* as shop_open() sets it */ };

/* --- what a node lets out --- */

static void claim_check(struct sim *sim, struct cluster_node *node, const struct head_claim *claim)
{
    const int32_t at = truth_find(sim, node, claim->log);
    sim->stats->oracles[ORACLE_DURABLE]++;
    if (at < 0 || claim->seq > sim_watch(sim, node)->seqs[at]) {
        sim_fail(sim, ORACLE_DURABLE, node, "claims event %llu of a log that it has not committed",
                 (unsigned long long)claim->seq);
    } else if (claim->seq > 0 && memcmp(sim->truth[at].events[claim->seq - 1].chain.bytes,
                                        claim->hash, HEAD_HASH_BYTES) != 0) {
        sim_fail(sim, ORACLE_DURABLE, node, "claims another event %llu than it has",
                 (unsigned long long)claim->seq);
    }
}

static void events_check(struct sim *sim, struct cluster_node *node, const struct events *events)
{
    struct reader reader;
    const int32_t at = truth_find(sim, node, events->log);
    sim->stats->oracles[ORACLE_DURABLE]++;
    if (at < 0 || events->first_seq + events->count - 1 > sim_watch(sim, node)->seqs[at]) {
        sim_fail(sim, ORACLE_DURABLE, node, "sends events %llu.. that it has not committed",
                 (unsigned long long)events->first_seq);
        return;
    }
    reader_init(&reader, events->list);
    for (uint32_t i = 0; i < events->count; i++) {
        const struct hash content = book_content(read_bin(&reader, 1, EVENT_SALVAGE_BYTES_MAX));
        if (!hash_equal(&content, &sim->truth[at].events[events->first_seq - 1 + i].content)) {
            sim_fail(sim, ORACLE_DURABLE, node, "sends another event %llu than it has",
                     (unsigned long long)events->first_seq + i);
        }
    }
}

static void want_check(struct sim *sim, struct cluster_node *node, uint32_t link,
                       const struct want_entry *want)
{
    const int32_t at = truth_find(sim, node, want->log);
    sim->stats->oracles[ORACLE_DURABLE]++;
    if (at >= 0) {
        rounds_want(sim, node, link, (uint32_t)at, want);
    }
    if (want->have > 0 && (at < 0 || want->have > sim_watch(sim, node)->seqs[at])) {
        sim_fail(sim, ORACLE_DURABLE, node, "says it has event %llu, which it has not committed",
                 (unsigned long long)want->have);
    }
}

void told_send(struct sim *sim, struct cluster_node *node, uint32_t link, struct bytes frame)
{
    const struct message *message = sim->message;
    if (message_decode(frame, sim->message) != 0) {
        sim_fail(sim, ORACLE_DURABLE, node, "sends a frame that does not decode");
        return;
    }
    links_send(sim, node, frame);
    if (message->kind == MESSAGE_EVENTS) {
        sim->copies_sent += message->events.count;
        events_check(sim, node, &message->events);
        return;
    }
    const bool has_heads = message->kind == MESSAGE_HELLO || message->kind == MESSAGE_STATUS;
    for (uint32_t i = 0; has_heads && i < message->heads_count; i++) {
        claim_check(sim, node, &message->heads[i]);
    }
    for (uint32_t i = 0; message->kind == MESSAGE_WANT && i < message->wants_count; i++) {
        want_check(sim, node, link, &message->wants[i]);
    }
}

/* --- ticks: a device counts itself, and only what is durable, and nobody who is revoked --- */

/* Whether a device ever held event @seq as it is in @truth, on whatever branch. */
static bool was_held(const struct sim *sim, const struct truth_log *truth, uint64_t seq,
                     uint32_t first)
{
    for (uint32_t i = 0; i < sim->truth_count; i++) {
        const struct truth_log *other = &sim->truth[i];
        if (other->log == truth->log && other->held[first] >= seq && truth->count >= seq &&
            (other == truth || seq == 0 ||
             hash_equal(&other->events[seq - 1].chain, &truth->events[seq - 1].chain))) {
            return true;
        }
    }
    return false;
}

static uint32_t revoked_count(const struct roster *roster)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        count += roster->devices[i].is_revoked ? 1 : 0;
    }
    return count;
}

/* Whether @node knows device @at of the cluster to be revoked. */
static bool is_revoked_at(const struct sim *sim, const struct cluster_node *node, uint32_t at)
{
    const struct roster_device *device =
        roster_device_find(replica_roster(node->replica), sim->cluster->nodes[at].device);
    return device != NULL && device->is_revoked && sim->cluster->nodes[at].device != node->device;
}

void told_ticks(struct sim *sim, struct cluster_node *node)
{
    struct replica_log_info info;
    const uint32_t revoked = revoked_count(replica_roster(node->replica));
    const bool is_anew = revoked != sim_watch(sim, node)->revoked;
    sim_watch(sim, node)->revoked = revoked;
    for (uint32_t at = 0; replica_log_at(node->replica, at, &info); at++) {
        const int32_t truth = truth_find(sim, node, info.log);
        uint32_t copies = sim->liar.is_lying ? 1 : 0; /* which it may have claimed */
        if (truth < 0 || (info.mark == sim_watch(sim, node)->marks[truth] && !is_anew)) {
            continue;
        }
        sim_watch(sim, node)->marks[truth] = info.mark;
        if (info.mark == 0) {
            continue;
        }
        for (uint32_t i = 0; i < sim->cluster->count && copies < TICK_COPIES; i++) {
            copies +=
                !is_revoked_at(sim, node, i) && was_held(sim, &sim->truth[truth], info.mark, i) ? 1
                                                                                                : 0;
        }
        copies_note_tick(&sim->truth[truth], info.mark);
        sim->stats->oracles[ORACLE_TICKS]++;
        if (sim_watch(sim, node)->seqs[truth] < info.mark) {
            sim_fail(sim, ORACLE_DURABLE, node, "ticks event %llu, which it has not committed",
                     (unsigned long long)info.mark);
        } else if (copies < TICK_COPIES) {
            sim_fail(sim, ORACLE_TICKS, node, "event %llu is ticked and on %u devices",
                     (unsigned long long)info.mark, copies);
        }
    }
}
