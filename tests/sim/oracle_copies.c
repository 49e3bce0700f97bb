/* oracle_copies.c - I2: a tick means that the loss of any one device loses nothing that it stood
 * for.
 *
 * In half of the runs in which disks are copied, one device's disk is gone for good when all else
 * is healed: what it gets is a backup from before the first order. By then every event that any
 * screen showed as saved must be on the disk of another device; that it comes from there to all,
 * or is carried on, is what P9 looks at afterwards.
 */
#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

enum { LOSING_ONE_IN = 2, OUTAGE_MS = 200 };

void copies_begin(struct sim *sim)
{
    cluster_copy_free(&sim->backup);
    const bool is_drawn = prng_one_in(&sim->oracle_prng, LOSING_ONE_IN);
    sim->is_losing =
        sim->is_forking && is_drawn && !sim->liar.is_on; /* who may tick and not hold */
    if (sim->is_losing) {
        sim->backup_of = (uint32_t)sim_oracle_below(sim, sim->cluster->count);
        sim->backup = cluster_copy_disk(sim->cluster, sim->backup_of);
        sim->is_backup_old = sim->is_old[sim->backup_of];
    }
}

void copies_note_tick(struct truth_log *truth, uint64_t seq)
{
    truth->ticked = truth->ticked < seq ? seq : truth->ticked;
}

/* Whether the row itself is there, whatever the device has said of it. */
static bool is_on_disk(const struct cluster_node *node, const struct truth_log *truth, uint64_t seq)
{
    struct hash chain;
    struct bytes event;
    struct store_txn *txn = store_memory_begin(node->store, false);
    const bool is = event_get(txn, truth->log, seq, &chain, &event) == 0 &&
                    hash_equal(&chain, &truth->events[seq - 1].chain);
    store_memory_abort(txn);
    return is;
}

static bool is_elsewhere(const struct sim *sim, const struct truth_log *truth, uint64_t seq,
                         uint32_t first)
{
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        if (sim->watches[i].first != first && is_on_disk(&sim->cluster->nodes[i], truth, seq)) {
            return true;
        }
    }
    return false;
}

static void losses_check(struct sim *sim, const struct cluster_node *lost)
{
    for (uint32_t i = 0; i < sim->truth_count && !sim->is_failed; i++) {
        const struct truth_log *truth = &sim->truth[i];
        for (uint64_t seq = 1; seq <= truth->ticked && !sim->is_failed; seq++) {
            sim->stats->oracles[ORACLE_LOSS]++;
            if (!is_elsewhere(sim, truth, seq, sim->watches[lost->index].first)) {
                sim_fail(sim, ORACLE_LOSS, lost,
                         "is lost, and nobody else has event %llu, which was ticked",
                         (unsigned long long)seq);
            }
        }
    }
}

void copies_lose(struct sim *sim)
{
    if (!sim->is_losing) {
        return;
    }
    struct cluster_node *node = &sim->cluster->nodes[sim->backup_of];
    if (sim->cluster->faults[FAULT_ROLL_BACK] == 0) { /* a restored disk has broken its word */
        losses_check(sim, node);
    }
    cluster_trace(sim->cluster, node, true, "its disk is gone for good");
    sim->is_twofold[sim_watch(sim, node)->first] = true;
    cluster_roll_back(sim->cluster, node->index, &sim->backup, OUTAGE_MS);
    versions_restored(sim, node, sim->is_backup_old);
    journal_forget(sim, node);
    clients_forget(sim, node);
}
