/* Devices are cloned and restored from old copies while the mesh is torn apart: whatever happens,
 * all come to the same, and no order is lost that a living device held. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "sync/domain/order.h"
#include "tests/lib/cluster.h"
#include "tests/lib/shop.h"
#include "tests/lib/sick.h"

enum {
    SEEDS = 30,
    SEEDS_SICK = 6, /* read again at disks that fail */
    AUDIT_STRIDE = 11,
    STEPS = 40,
    NODES = 3,
    CLONES_UP_TO = 5,
    ORDERS_MAX = STEPS,
    SETTLE_MS = 60000,
    CARRY_MS = 10000, /* longer than anybody waits before it carries on what others wrote */
};

struct world {
    struct cluster *cluster;
    struct prng prng;
    uint64_t seed; /* for the debugger */
    struct command *commands;
    struct shop_key keys[ORDERS_MAX];
    struct entity_id orders[ORDERS_MAX];
    uint32_t orders_count;
    struct cluster_copy copy; /* of copy_of; store NULL = none */
    uint32_t copy_of;
    uint64_t faults;
};

static struct world world;

/* What is on a device's boards does not vanish from it, at no moment: a fork voids it and it is
 * carried on in one and the same turn. Unless its disk is replaced. */
static struct {
    struct history *history;
    struct order *order;
    uint64_t changes[CLONES_UP_TO]; /* looked at so far */
    bool is_shown[CLONES_UP_TO][ORDERS_MAX];
    uint64_t looks, carries;
} boards;

/* The order into boards.order; false when nobody here knows its number. */
static bool order_read(const struct cluster_node *node, uint32_t order)
{
    struct store_txn *txn = store_memory_begin(node->store, false);
    const int err = history_get(boards.history, txn, KIND_ORDER, &world.orders[order]);
    store_memory_abort(txn);
    assert_true(err == 0 || err == ERR_NOT_FOUND);
    if (err == 0) {
        order_derive(boards.history, boards.order);
    }
    return err == 0 && boards.order->numbers_count > 0;
}

static void look_at_boards(void *context, struct cluster_node *node)
{
    (void)context;
    assert_true(replica_is_carrying(node->replica) || !node->effects->is_new_log_needed);
    boards.carries += replica_is_carrying(node->replica);
    if (replica_change_number(node->replica) == boards.changes[node->index] ||
        node->effects->is_new_log_needed) { /* with no log to write to it can carry nothing */
        return;
    }
    boards.changes[node->index] = replica_change_number(node->replica);
    for (uint32_t i = 0; i < world.orders_count; i++) {
        const bool has_it = order_read(node, i);
        const bool is_shown = has_it && boards.order->phase <= PHASE_READY;
        assert_true(has_it || !boards.is_shown[node->index][i]);
        boards.is_shown[node->index][i] = is_shown;
        boards.looks += is_shown;
    }
}

static void boards_forget(uint32_t node)
{
    memset(boards.is_shown[node], 0, sizeof boards.is_shown[node]);
    boards.changes[node] = 0;
}

static uint32_t any_node(void)
{
    return (uint32_t)prng_below(&world.prng, world.cluster->count);
}

static struct entity_id order_of(const struct command *command, const struct shop_key *key)
{
    uint8_t session[8];
    put_be64(session, command->principal.session);
    return entity_id_mint(get_be32(key->bytes), bytes_of(session, sizeof session),
                          bytes_of(key->bytes, sizeof key->bytes));
}

static void place_order(void)
{
    const uint32_t at = world.orders_count++;
    struct command *command = &world.commands[at];
    world.keys[at] = shop_key_make(1 + at, at);
    shop_order(command, &world.keys[at], 1 + at % 2);
    world.orders[at] = order_of(command, &world.keys[at]);
    cluster_command(world.cluster, any_node(), command, at);
}

/* Somebody cancels an order that he has perhaps. */
static void cancel_order(void)
{
    static struct command cancels[STEPS];
    static uint32_t next;
    struct command *command = &cancels[next++ % STEPS];
    if (world.orders_count == 0) {
        return;
    }
    shop_command(command, COMMAND_CANCEL);
    command->reason = bytes_of_text("changed his mind");
    command->order = world.orders[prng_below(&world.prng, world.orders_count)];
    cluster_command(world.cluster, any_node(), command, ORDERS_MAX);
}

static void tear(void)
{
    uint32_t groups[CLUSTER_NODES_MAX];
    for (uint32_t i = 0; i < CLUSTER_NODES_MAX; i++) {
        groups[i] = (uint32_t)prng_below(&world.prng, 2);
    }
    cluster_partition(world.cluster, groups);
}

static void copy_disk(void)
{
    cluster_copy_free(&world.copy);
    world.copy_of = any_node();
    world.copy = cluster_copy_disk(world.cluster, world.copy_of);
}

static void clone(void)
{
    struct cluster *cluster = world.cluster;
    if (cluster->count == CLONES_UP_TO) {
        return;
    }
    copy_disk();
    const uint32_t index = cluster_clone(cluster, world.copy_of, &world.copy, "clone");
    for (uint32_t i = 0; i < index; i++) {
        cluster_dial(cluster, index, i);
    }
    world.faults++;
}

static void roll_back(void)
{
    if (world.copy.store == NULL || !world.cluster->nodes[world.copy_of].is_running) {
        return;
    }
    boards_forget(world.copy_of);
    cluster_roll_back(world.cluster, world.copy_of, &world.copy, 50);
    world.faults++;
}

static void step(void)
{
    const uint64_t dice = prng_below(&world.prng, 100);
    if (dice < 45) {
        place_order();
    } else if (dice < 52) {
        cancel_order();
    } else if (dice < 75) {
        cluster_run(world.cluster, prng_below(&world.prng, 2000));
    } else if (dice < 82) {
        tear();
    } else if (dice < 87) {
        cluster_heal(world.cluster);
    } else if (dice < 91) {
        copy_disk();
    } else if (dice < 95) {
        roll_back();
    } else {
        clone();
    }
}

static bool holds(uint32_t node, uint32_t order)
{
    const struct key key = key_state(KIND_ORDER, &world.orders[order]);
    struct store_txn *txn = store_memory_begin(world.cluster->nodes[node].store, false);
    struct bytes row;
    const int err = store_get(txn, TABLE_STATE, key_bytes(&key), &row);
    store_memory_abort(txn);
    return err == 0;
}

static bool is_held_by_any(uint32_t order)
{
    for (uint32_t i = 0; i < world.cluster->count; i++) {
        if (holds(i, order)) {
            return true;
        }
    }
    return false;
}

static void assert_alike(uint32_t node, const struct hash *first)
{
    struct cluster_node *about = &world.cluster->nodes[node];
    struct store_txn *txn = store_memory_begin(about->store, false);
    struct hash digest;
    uint64_t entities;
    uint64_t wrong;
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    assert_int_equal(replica_audit(about->replica, txn, &entities, &wrong), 0);
    store_memory_abort(txn);
    assert_int_equal(wrong, 0);
    assert_true(first == NULL || hash_equal(first, &digest));
}

static void assert_converged(void)
{
    struct store_txn *txn = store_memory_begin(world.cluster->nodes[0].store, false);
    struct hash first;
    assert_int_equal(replica_state_digest(txn, &first), 0);
    store_memory_abort(txn);
    for (uint32_t i = 0; i < world.cluster->count; i++) {
        assert_alike(i, &first);
        assert_false(replica_is_carrying(world.cluster->nodes[i].replica)); /* nor for ever */
    }
}

static void run_world(uint64_t seed)
{
    bool was_held[ORDERS_MAX];
    const struct cluster_setup setup = {.seed = seed,
                                        .nodes = NODES,
                                        .devices = {{"admin", ROLE_MANAGER, "M"},
                                                    {"counter", ROLE_COUNTER, "A"},
                                                    {"kitchen", ROLE_KITCHEN, "B"}},
                                        .knobs = cluster_knobs_calm(),
                                        .hooks = {.on_turn = look_at_boards}};
    for (uint32_t node = 0; node < CLONES_UP_TO; node++) {
        boards_forget(node);
    }
    world.prng.state = seed;
    world.orders_count = 0;
    cluster_start(world.cluster, &setup);
    shop_open(world.cluster);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
    for (int i = 0; i < STEPS; i++) {
        step();
    }
    cluster_run(world.cluster, 200);
    for (uint32_t i = 0; i < world.orders_count; i++) {
        was_held[i] = is_held_by_any(i);
    }
    cluster_heal(world.cluster);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
    cluster_run(world.cluster, CARRY_MS);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
    assert_converged();
    if (seed <= SEEDS_SICK) {
        sick_audit(&world.cluster->nodes[0], AUDIT_STRIDE);
    }
    for (uint32_t i = 0; i < world.orders_count; i++) {
        for (uint32_t node = 0; was_held[i] && node < world.cluster->count; node++) {
            assert_true(holds(node, i));
        }
    }
    cluster_copy_free(&world.copy);
}

TEST(forks, clones_and_restored_devices_lose_nothing_and_all_devices_agree)
{
    world.cluster = cluster_new();
    world.commands = calloc(ORDERS_MAX, sizeof *world.commands);
    boards.history = history_new();
    boards.order = calloc(1, sizeof *boards.order);
    assert_non_null(world.commands);
    assert_true(boards.history != NULL && boards.order != NULL);
    const char *more = getenv("TRESTLE_FORK_SEEDS");
    const uint64_t seeds = more != NULL ? strtoull(more, NULL, 10) : SEEDS;
    for (world.seed = 1; world.seed <= seeds; world.seed++) {
        run_world(world.seed);
    }
    assert_true(world.faults > seeds);
    assert_true(boards.looks > seeds);
    assert_true(boards.carries > seeds);
    history_free(boards.history);
    free(boards.order);
    free(world.commands);
    cluster_free(world.cluster);
}
