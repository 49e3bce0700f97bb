/* oracle_forks.c - P9: an operation that a living device holds survives forks and restored backups:
 * it counts on its own branch, or somebody carries it on. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/chain.h"
#include "sync/log/salvage.h"
#include "tests/sim/sim_internal.h"

/* Statements about the roster and what carries others are made anew, not carried. */
static bool is_carried_on(uint32_t type)
{
    const struct event_info *info = event_info_find(type);
    return info == NULL || info->kind != KIND_ROSTER;
}

static struct operation operation_of(const struct truth_log *truth, uint64_t seq)
{
    struct operation id = {.log = truth->log, .seq = seq};
    memcpy(id.hash, truth->events[seq - 1].chain.bytes, OPERATION_HASH_BYTES);
    return id;
}

/* The last event of the log that counts at @node; it may have to bring others more. */
static uint64_t counted_of(const struct cluster_node *node, const struct replica_log_info *info)
{
    const struct roster *roster = replica_roster(node->replica);
    uint64_t seq = info->seq;
    enum verdict verdict = roster_judge(roster, info->log, seq, EVENT_LOG_CERT, 0);
    while (verdict == VERDICT_FORKED || verdict == VERDICT_REVOKED) {
        verdict = roster_judge(roster, info->log, --seq, EVENT_LOG_CERT, 0);
    }
    return seq;
}

uint64_t forks_count_to(const struct cluster_node *node, uint64_t log)
{
    struct replica_log_info info;
    for (uint32_t at = 0; replica_log_at(node->replica, at, &info); at++) {
        if (info.log == log) {
            return counted_of(node, &info);
        }
    }
    return 0;
}

/* Whether the salvage at (@log, @seq) carries @id: read by the book, not by the index. */
static bool salvage_has(struct store_txn *txn, uint64_t log, uint64_t seq,
                        const struct operation *id)
{
    struct bytes bytes;
    struct hash hash;
    struct event event;
    struct salvage salvage;
    struct salvaged element;
    struct reader reader;
    int err = event_get(txn, log, seq, &hash, &bytes);
    err = err != 0 ? err : event_decode(bytes, &event);
    err = err != 0 ? err : salvage_decode(event.body, &salvage);
    check(err == 0);
    if (salvage.log != id->log || salvage.first_seq > id->seq) {
        return false;
    }
    hash = salvage.before;
    reader_init(&reader, salvage.list);
    for (uint64_t at = salvage.first_seq; at <= id->seq; at++) {
        if (!salvage_next(&reader, &element)) {
            return false;
        }
        hash = chain_next(&hash, &element.event_hash);
    }
    return element.event.size > 0 && memcmp(hash.bytes, id->hash, OPERATION_HASH_BYTES) == 0;
}

/* Whether a salvage that counts at @node carries @id. */
static bool is_carried(const struct sim *sim, struct store_txn *txn,
                       const struct cluster_node *node, const struct operation *id)
{
    struct replica_log_info info;
    for (uint32_t at = 0; replica_log_at(node->replica, at, &info); at++) {
        const int32_t t = truth_find(sim, node, info.log);
        const uint64_t held = t < 0 ? 0 : sim->watches[node->index].seqs[t];
        const uint64_t counted = counted_of(node, &info);
        for (uint64_t seq = 1; seq <= counted && seq <= held; seq++) {
            if (sim->truth[t].events[seq - 1].type == EVENT_SALVAGE &&
                salvage_has(txn, info.log, seq, id)) {
                return true;
            }
        }
    }
    return false;
}

void forks_note_kept(struct sim *sim)
{
    for (uint32_t t = 0; t < sim->truth_count; t++) {
        for (uint32_t i = 0; i < sim->cluster->count; i++) {
            const uint64_t seq = sim->watches[i].seqs[t];
            const struct cluster_node *node = &sim->cluster->nodes[i];
            const bool is_living = !liar_is(sim, node) && !theft_is_out(sim, node);
            if (is_living && seq > sim->truth[t].kept) {
                sim->truth[t].kept = seq;
            }
        }
    }
}

static void branch_check(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                         const struct truth_log *truth)
{
    const uint64_t counted = forks_count_to(node, truth->log);
    for (uint64_t seq = 2; seq <= truth->kept && !sim->is_failed; seq++) {
        const struct operation id = operation_of(truth, seq);
        if (!is_carried_on(truth->events[seq - 1].type) || !cuts_keep(sim, node, &id)) {
            continue;
        }
        sim->stats->oracles[ORACLE_KEPT]++;
        const bool is_here = seq <= counted && truth_is_held(sim, node, truth, seq);
        if (!is_here && !is_carried(sim, txn, node, &id)) {
            sim_fail(sim, ORACLE_KEPT, node, "event %llu of type %u of a forked log is lost",
                     (unsigned long long)seq, truth->events[seq - 1].type);
        }
    }
}

void forks_check(struct sim *sim, struct cluster_node *node)
{
    struct store_txn *txn = store_memory_begin(node->store, false);
    for (uint32_t t = 0; t < sim->truth_count && !sim->is_failed; t++) {
        const struct roster_log *log =
            roster_log_find(replica_roster(node->replica), sim->truth[t].log);
        if (log != NULL && log->fork_seq != UINT64_MAX) {
            branch_check(sim, node, txn, &sim->truth[t]);
        }
    }
    store_memory_abort(txn);
}

/* Whether the event at (@log, @seq) states the fork that was found, or a lower one. */
static bool states_it(const struct sim *sim, struct store_txn *txn, uint64_t log, uint64_t seq)
{
    struct hash hash;
    struct bytes bytes;
    struct event event;
    struct log_point stated;
    int err = event_get(txn, log, seq, &hash, &bytes);
    err = err != 0 ? err : event_decode(bytes, &event);
    check(err == 0);
    return log_fork_claims(event.body, &stated) == 0 && stated.log == sim->fork_found.log &&
           stated.seq <= sim->fork_found.seq;
}

/* Whether @node knew of the fork by another statement, which stands where others do not get it now:
 * then its own voids nothing. */
static bool is_restated(const struct sim *sim, struct store_txn *txn,
                        const struct cluster_node *node)
{
    struct replica_log_info info;
    for (uint32_t at = 0; replica_log_at(node->replica, at, &info); at++) {
        const int32_t t = truth_find(sim, node, info.log);
        const uint64_t held = t < 0 ? 0 : sim->watches[node->index].seqs[t];
        for (uint64_t seq = 1; seq <= held; seq++) {
            const bool is_itself = info.log == node->log && seq == sim->fork_stated_seq;
            if (!is_itself && sim->truth[t].events[seq - 1].type == EVENT_LOG_FORK &&
                states_it(sim, txn, info.log, seq)) {
                return true;
            }
        }
    }
    return false;
}

void forks_turn(struct sim *sim, struct cluster_node *node)
{
    const uint64_t forked = sim->fork_found.log;
    const int32_t at = truth_find(sim, node, forked);
    if (at < 0) {
        return;
    }
    const struct truth_log *truth = &sim->truth[at];
    const uint64_t counted = forks_count_to(node, forked);
    struct store_txn *txn = store_memory_begin(node->store, false);
    if (is_restated(sim, txn, node)) {
        store_memory_abort(txn);
        return;
    }
    for (uint64_t seq = counted + 1; seq <= sim_watch(sim, node)->seqs[at] && !sim->is_failed;
         seq++) {
        const struct operation id = operation_of(truth, seq);
        sim->stats->oracles[ORACLE_KEPT]++;
        if (is_carried_on(truth->events[seq - 1].type) && cuts_keep(sim, node, &id) &&
            !is_carried(sim, txn, node, &id)) {
            sim_fail(sim, ORACLE_KEPT, node,
                     "states a fork without carrying on event %llu, which it voids",
                     (unsigned long long)seq);
        }
    }
    store_memory_abort(txn);
}
