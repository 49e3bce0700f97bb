/* versions.c - old and new software in one pop-up (P16).
 *
 * In some runs some devices do not know some types of events yet: the linker puts the function here
 * in the place of event_info_find(), which all of sync asks what it knows. They keep such events
 * and pass them on. Sooner or later, when all is healed at the latest, they are upgraded: their
 * store was folded by another version then, and is folded anew.
 */
#include <string.h>

#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

enum { OUTAGE_MS = 100, OTHER_FOLD = FOLD_VERSION + 1 };

/* Even and odd ones, of orders, the roster and entities of their own. */
static const struct {
    uint32_t type;
    enum command_kind command; /* that writes it */
} newer[] = {
    {EVENT_DEVICE_PLACE, COMMAND_DEVICE_PLACE}, {EVENT_CONTACT, COMMAND_CONTACT},
    {EVENT_CONTACT, COMMAND_ORDER_ERASE},       {EVENT_REVIEW_SET, COMMAND_REVIEW},
    {EVENT_REVIEW_HIDE, COMMAND_REVIEW_HIDE},   {EVENT_DRAWER_OPEN, COMMAND_DRAWER_OPEN},
    {EVENT_DRAWER_MOVE, COMMAND_DRAWER_MOVE},   {EVENT_DRAWER_COUNT, COMMAND_DRAWER_COUNT},
};

enum { NEWER = sizeof newer / sizeof *newer };

/* Whether what runs just now is old software. */
static bool is_old_running;

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
const struct event_info *__real_event_info_find(uint32_t type);
const struct event_info *__wrap_event_info_find(uint32_t type);
/* NOLINTEND(bugprone-reserved-identifier) */

const struct event_info *__wrap_event_info_find(uint32_t type)
{
    for (unsigned i = 0; i < NEWER && is_old_running; i++) {
        if (newer[i].type == type) {
            return NULL;
        }
    }
    return __real_event_info_find(type);
}

void versions_enter(const struct sim *sim, const struct cluster_node *node)
{
    is_old_running = sim->is_old[node->index];
}

void versions_reset(struct sim *sim)
{
    memset(sim->is_old, 0, sizeof sim->is_old);
    memset(sim->was_old, 0, sizeof sim->was_old);
    is_old_running = false;
}

void versions_draw(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        sim->is_old[i] = sim->was_old[i] = prng_one_in(&sim->prng, 2);
        sim->cluster->faults[FAULT_OLD] += sim->is_old[i] ? 1 : 0;
    }
}

bool versions_know(const struct sim *sim, const struct cluster_node *node, enum command_kind kind)
{
    for (unsigned i = 0; i < NEWER && sim->is_old[node->index]; i++) {
        if (newer[i].command == kind) {
            return false;
        }
    }
    return true;
}

/* --- upgrades --- */

static void fold_mark(struct store_memory *store)
{
    uint8_t fold[4];
    put_be32(fold, OTHER_FOLD);
    struct store_txn *txn = store_memory_begin(store, true);
    int err = store_put(txn, TABLE_META, bytes_of_text("fold"), bytes_of(fold, sizeof fold));
    check(err == 0);
    err = store_memory_commit(txn);
    check(err == 0);
}

void versions_clone(struct sim *sim, uint32_t of, uint32_t clone)
{
    sim->is_old[clone] = sim->is_old[of];
    sim->was_old[clone] = sim->was_old[of];
}

void versions_restored(struct sim *sim, struct cluster_node *node, bool is_old)
{
    sim->was_old[node->index] |= is_old;
    if (is_old && !sim->is_old[node->index]) {
        fold_mark(node->store);
    }
}

void versions_age(struct sim *sim, struct prng *prng)
{
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        struct cluster_node *node = &sim->cluster->nodes[i];
        if (!node->is_open || !prng_one_in(prng, 2)) {
            continue;
        }
        cluster_crash(sim->cluster, i);
        sim->is_old[i] = sim->was_old[i] = true;
        versions_enter(sim, node);
        fold_mark(node->store);
        sim->cluster->faults[FAULT_OLD]++;
        cluster_trace(sim->cluster, node, true, "gets older software");
        cluster_restart(sim->cluster, i, OUTAGE_MS);
    }
}

static void upgrade(struct sim *sim, uint32_t index)
{
    struct cluster_node *node = &sim->cluster->nodes[index];
    if (!sim->is_old[index]) {
        return;
    }
    cluster_crash(sim->cluster, index);
    sim->is_old[index] = false;
    versions_enter(sim, node);
    fold_mark(node->store);
    sim->cluster->faults[FAULT_UPGRADE]++;
    cluster_trace(sim->cluster, node, true, "is upgraded");
    cluster_restart(sim->cluster, index, OUTAGE_MS);
}

void fault_upgrade(struct sim *sim)
{
    upgrade(sim, sim_node_draw(sim));
}

void versions_end(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        upgrade(sim, i);
    }
}
