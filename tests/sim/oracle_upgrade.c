/* oracle_upgrade.c - P16: a device that was upgraded comes to the state that the others have.
 *
 * Two devices disagree. That is the upgrade's doing when what the upgraded one has is not what its
 * own software makes of its journal, all folded anew, and what the other one has is. Else they
 * would disagree without it too, and P1 speaks.
 */
#include <stdlib.h>

#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

bool upgrade_fold(struct store_memory *store, const struct cluster_node *node, struct moment now)
{
    struct replica *replica = replica_new();
    struct effects *effects = calloc(1, sizeof *effects);
    struct store_txn *txn = store_memory_begin(store, true);
    uint64_t entities = 0;
    bool is_done = false;
    check(replica != NULL && effects != NULL);
    effects_reset(effects);
    int err = replica_open(replica, txn, &node->config, now, effects);
    while (err == 0 && !is_done) {
        err = replica_rebuild_part(replica, txn, UINT32_MAX, &entities, &is_done);
    }
    check(err == 0 || err == ERR_VERSION);
    const bool is_folded = err == 0;
    err = store_memory_commit(txn);
    check(err == 0);
    replica_free(replica);
    free(effects);
    return is_folded;
}

/* Whether its state is what its software makes of its journal, all folded anew. */
static bool is_as_anew(const struct sim *sim, const struct cluster_node *node)
{
    struct store_memory *copy = store_memory_clone(node->store);
    versions_enter(sim, node);
    const bool is_folded = upgrade_fold(copy, node, cluster_moment(sim->cluster, node));
    const struct hash has = state_digest(node->store);
    const struct hash anew = state_digest(copy);
    store_memory_free(copy);
    return is_folded && hash_equal(&has, &anew);
}

bool upgrade_is_to_blame(const struct sim *sim, const struct cluster_node *node,
                         const struct cluster_node *other)
{
    const struct cluster_node *both[2] = {other, node}; /* the one that runs last */
    bool is_upgrade_wrong = false;
    bool is_other_wrong = false;
    for (unsigned i = 0; i < 2; i++) {
        const uint32_t index = both[i]->index;
        const bool is_upgraded = sim->was_old[index] && !sim->is_old[index];
        const bool is_wrong = !is_as_anew(sim, both[i]);
        is_upgrade_wrong |= is_wrong && is_upgraded;
        is_other_wrong |= is_wrong && !is_upgraded;
    }
    return is_upgrade_wrong && !is_other_wrong;
}
