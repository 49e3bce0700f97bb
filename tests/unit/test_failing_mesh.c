/* Devices sell, fork, are revoked and heal spoilt rows while the store fails once on each way that
 * the code has to it: every turn that fails is undone and done again, and in the end all hold the
 * same, with every order that was acknowledged. */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/shop.h"
#include "tests/lib/spoil.h"
#include "tests/lib/test.h"

enum {
    MANAGER,
    COUNTER,
    KITCHEN,
    PICKUP,
    NODES,
    ALWAYS = 10000, /* odds */
    ASKED_MAX = 64,
    ANSWER_MS = 30000,
    SETTLE_MS = 60000,
    ROUNDS = 6,
};

static struct cluster *cluster;
static struct command asked[ASKED_MAX];
static struct shop_key keys[ASKED_MAX];
static int answers[ASKED_MAX]; /* 1 = not answered yet */
static uint32_t asked_count;

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    if (answer->request < asked_count) {
        answers[answer->request] = answer->err;
    }
}

static void mesh_start(uint64_t seed)
{
    struct cluster_setup setup = {.seed = seed,
                                  .nodes = NODES,
                                  .devices = {{"manager", ROLE_MANAGER, "A"},
                                              {"counter", ROLE_COUNTER, "B"},
                                              {"kitchen", ROLE_KITCHEN, "C"},
                                              {"pickup", ROLE_PICKUP, "D"}},
                                  .knobs = cluster_knobs_calm(),
                                  .hooks = {.on_answer = on_answer}};
    asked_count = 0;
    cluster = cluster_new();
    cluster_start(cluster, &setup);
    shop_open(cluster);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster->knobs.path_odds = ALWAYS;
    cluster->knobs.scrub_records = 16;
}

/* @command again and again until the node has carried it out; its disk may fail meanwhile. */
static void insist(uint32_t node, const struct command *command)
{
    const uint64_t until_ms = cluster->now_ms + ANSWER_MS;
    const uint32_t request = asked_count++;
    assert_true(request < ASKED_MAX);
    asked[request] = *command;
    answers[request] = ERR_IO;
    while (answers[request] != 0 && cluster->now_ms < until_ms) {
        if (answers[request] != 1 && cluster->nodes[node].is_running) {
            answers[request] = 1;
            cluster_command(cluster, node, &asked[request], request);
        }
        cluster_run(cluster, 50);
        if (!cluster->nodes[node].is_running) {
            answers[request] = ERR_IO; /* it was lost with the power: ask again */
        }
    }
    assert_int_equal(answers[request], 0);
}

static void place(uint32_t node, uint32_t number)
{
    struct command command;
    struct shop_key *key = &keys[asked_count];
    *key = shop_key_make(1000, number);
    shop_order(&command, key, 2);
    insist(node, &command);
}

static struct hash digest_of(uint32_t node)
{
    struct hash digest = {{0}};
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    store_memory_abort(txn);
    return digest;
}

/* The disks are whole again. */
static void assert_all_agree(uint32_t nodes)
{
    cluster->knobs.path_odds = 0;
    cluster_run(cluster, SETTLE_MS / 2);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    const struct hash first = digest_of(0);
    for (uint32_t node = 1; node < nodes; node++) {
        const struct hash other = digest_of(node);
        assert_memory_equal(&first, &other, sizeof first);
    }
}

static size_t orders_at(uint32_t node)
{
    size_t count = 0;
    for (uint32_t i = 0; i < asked_count; i++) {
        const struct command *command = &asked[i];
        struct history *history = history_new();
        struct entity_id id;
        uint8_t session[8];
        assert_non_null(history);
        put_be64(session, command->principal.session);
        id = entity_id_mint(1000, bytes_of(session, sizeof session), command->key);
        struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
        count +=
            command->kind == COMMAND_ORDER_PLACE && history_get(history, txn, KIND_ORDER, &id) == 0
                ? 1
                : 0;
        store_memory_abort(txn);
        history_free(history);
    }
    return count;
}

TEST(failing_mesh, restored_and_cloned_devices_lose_no_order)
{
    mesh_start(1);
    uint32_t number = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        place(COUNTER, ++number);
        struct cluster_copy copy = cluster_copy_disk(cluster, COUNTER);
        place(COUNTER, ++number);
        assert_true(cluster_converge(cluster, SETTLE_MS)); /* else it goes with the disk */
        if (round == ROUNDS / 2) {
            const uint32_t clone = cluster_clone(cluster, COUNTER, &copy, "clone");
            cluster_dial(cluster, clone, MANAGER);
            cluster_dial(cluster, clone, KITCHEN);
            place(clone, ++number);
        } else {
            const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 0, 0};
            cluster_partition(cluster, apart);
            cluster_roll_back(cluster, COUNTER, &copy, 100);
            cluster_run(cluster, 500);
            place(COUNTER, ++number);
            cluster_heal(cluster);
        }
        cluster_copy_free(&copy);
        cluster_run(cluster, 12000);
    }
    assert_all_agree(NODES + 1);
    assert_int_equal(orders_at(MANAGER), number);
    cluster_free(cluster);
}

TEST(failing_mesh, a_revoked_device_and_what_it_sold_end_alike_everywhere)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 0, 1, 1};
    struct command command;
    mesh_start(2);
    for (uint32_t number = 1; number <= 3; number++) {
        place(COUNTER, number);
    }
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_partition(cluster, apart);
    shop_command(&command, COMMAND_DEVICE_REVOKE);
    command.device = cluster->nodes[PICKUP].device;
    insist(MANAGER, &command);
    shop_command(&command, COMMAND_DEVICE_ROLE);
    command.device = cluster->nodes[COUNTER].device;
    command.role = ROLE_MANAGER;
    insist(MANAGER, &command);
    for (uint32_t number = 4; number <= 6; number++) {
        place(PICKUP, number);
    }
    cluster_run(cluster, 5000);
    cluster_heal(cluster);
    cluster_run(cluster, 20000);
    cluster->knobs.path_odds = 0;
    cluster_run(cluster, SETTLE_MS / 2);
    const struct hash manager = digest_of(MANAGER);
    const struct hash kitchen = digest_of(KITCHEN);
    assert_memory_equal(&manager, &kitchen, sizeof manager);
    cluster_free(cluster);
}

TEST(failing_mesh, spoilt_rows_are_healed_all_the_same)
{
    mesh_start(3);
    for (uint32_t number = 1; number <= 4; number++) {
        place(COUNTER, number);
    }
    cluster_run(cluster, 5000);
    for (uint32_t round = 0; round < 4 * ROUNDS; round++) {
        static const enum store_table tables[] = {TABLE_LOG, TABLE_ENTITY, TABLE_STATE,
                                                  TABLE_SIG, TABLE_HEAD,   TABLE_LOG};
        const enum store_table table = tables[round % 6];
        cluster_crash(cluster, KITCHEN);
        spoil_flip(cluster->nodes[KITCHEN].store, table, 3 + 5 * round, 300 + 61 * round);
        cluster_restart(cluster, KITCHEN, 100);
        cluster_run(cluster, 4000);
    }
    assert_all_agree(NODES);
    cluster_free(cluster);
}
