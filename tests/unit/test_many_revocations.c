/* Many revocations at once, by admins who do not hear each other and do not know the same: whoever
 * hears of all of them comes to the same. */
#include <string.h>

#include "sync/replica/replica_state.h"
#include "tests/lib/shop.h"
#include "tests/lib/test.h"

enum { SETTLE_MS = 20000, VISIT_MS = 3000, COMMANDS_MAX = 64 };

static struct command commands[COMMANDS_MAX];
static struct shop_key keys[COMMANDS_MAX];
static uint64_t requests;
static uint32_t refused;

static void note_answer(void *context, struct cluster_node *node,
                        const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    refused += answer->err != 0 ? 1 : 0;
}

static struct cluster *pop_up_new(struct cluster_setup *setup)
{
    struct cluster *cluster = cluster_new();
    requests = refused = 0;
    setup->knobs = cluster_knobs_calm();
    setup->hooks = (struct cluster_hooks){.on_answer = note_answer};
    cluster_start(cluster, setup);
    shop_open(cluster);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    return cluster;
}

static void sell(struct cluster *cluster, uint32_t node)
{
    struct command *command = &commands[requests];
    keys[requests] = shop_key_make(1000, requests + 1);
    shop_order(command, &keys[requests], 1);
    cluster_command(cluster, node, command, ++requests);
    cluster_run(cluster, 50);
}

static void revoke(struct cluster *cluster, uint32_t admin, uint32_t node)
{
    struct command *command = &commands[requests];
    shop_command(command, COMMAND_DEVICE_REVOKE);
    keys[requests] = shop_key_make(1000, requests + 1);
    shop_keyed(command, &keys[requests]);
    command->device = cluster->nodes[node].device;
    cluster_command(cluster, admin, command, ++requests);
    cluster_run(cluster, 50);
}

static const struct roster_log *log_of(const struct cluster *cluster, uint32_t at, uint32_t node)
{
    return roster_log_find(replica_roster(cluster->nodes[at].replica), cluster->nodes[node].log);
}

static uint64_t head_of(const struct cluster *cluster, uint32_t at, uint32_t node)
{
    const struct vector *vector = &cluster->nodes[at].replica->vector;
    return vector->heads[vector_find(vector, cluster->nodes[node].log)].seq;
}

static struct hash state_of(const struct cluster *cluster, uint32_t node)
{
    struct hash digest;
    uint64_t entities = 0;
    uint64_t wrong = 1;
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    assert_int_equal(replica_audit(cluster->nodes[node].replica, txn, &entities, &wrong), 0);
    assert_true(entities > 0 && wrong == 0);
    store_memory_abort(txn);
    return digest;
}

/* Devices 0 .. @count - 1 show the same, and it is what their journals fold to; also after a
 * restart. */
static void check_alike(struct cluster *cluster, uint32_t count)
{
    cluster_crash(cluster, count - 1);
    cluster_restart(cluster, count - 1, 100);
    cluster_run(cluster, VISIT_MS);
    const struct hash first = state_of(cluster, 0);
    for (uint32_t node = 1; node < count; node++) {
        const struct hash other = state_of(cluster, node);
        assert_true(hash_equal(&first, &other));
    }
}

/* Orders of @node's that @at lists for somebody to decide on. */
static uint32_t voided_of(const struct cluster *cluster, uint32_t at, uint32_t node)
{
    struct voided_order order;
    uint32_t count = 0;
    for (uint32_t i = 0; replica_voided_at(cluster->nodes[at].replica, i, &order); i++) {
        count += order.device == cluster->nodes[node].device ? 1 : 0;
    }
    return count;
}

/* --- two admins, six tablets --- */

enum { OWNER, MANAGER, KITCHEN, PICKUP, TABLETS, TABLETS_END = TABLETS + 6 };

static const uint32_t halves[CLUSTER_NODES_MAX] = {
    [MANAGER] = 1, [PICKUP] = 1, [TABLETS + 3] = 1, [TABLETS + 4] = 1, [TABLETS + 5] = 1};

/* Each admin has heard the last sale of the tablets in his half, and revokes all six. */
static void revoke_apart(struct cluster *cluster)
{
    cluster_partition(cluster, halves);
    for (uint32_t tablet = TABLETS; tablet < TABLETS_END; tablet++) {
        sell(cluster, tablet);
    }
    cluster_run(cluster, VISIT_MS);
    for (uint32_t tablet = TABLETS; tablet < TABLETS_END; tablet++) {
        cluster_crash(cluster, tablet);
    }
    for (uint32_t tablet = TABLETS; tablet < TABLETS_END; tablet++) {
        revoke(cluster, OWNER, tablet);
        revoke(cluster, MANAGER, tablet);
    }
    cluster_run(cluster, VISIT_MS);
}

TEST(many_revocations,
     two_admins_who_revoke_six_tablets_by_what_each_knows_come_to_the_lower_events)
{
    struct cluster_setup setup = {.seed = 23,
                                  .nodes = TABLETS_END,
                                  .devices = {{"owner", ROLE_OWNER, "A"},
                                              {"manager", ROLE_MANAGER, "B"},
                                              {"kitchen", ROLE_KITCHEN, "C"},
                                              {"pickup", ROLE_PICKUP, "D"},
                                              {"tablet 1", ROLE_COUNTER, "E"},
                                              {"tablet 2", ROLE_COUNTER, "F"},
                                              {"tablet 3", ROLE_COUNTER, "G"},
                                              {"tablet 4", ROLE_COUNTER, "H"},
                                              {"tablet 5", ROLE_COUNTER, "J"},
                                              {"tablet 6", ROLE_COUNTER, "K"}}};
    struct cluster *cluster = pop_up_new(&setup);
    uint64_t common[TABLETS_END];
    for (uint32_t tablet = TABLETS; tablet < TABLETS_END; tablet++) {
        sell(cluster, tablet);
    }
    assert_true(cluster_converge(cluster, SETTLE_MS));
    for (uint32_t tablet = TABLETS; tablet < TABLETS_END; tablet++) {
        common[tablet] = head_of(cluster, OWNER, tablet);
    }
    revoke_apart(cluster);
    assert_int_equal(refused, 0);
    cluster_heal(cluster);
    cluster_run(cluster, SETTLE_MS); /* what does not count is not passed on */
    for (uint32_t tablet = TABLETS; tablet < TABLETS_END; tablet++) {
        for (uint32_t node = OWNER; node < TABLETS; node++) {
            const struct roster_log *log = log_of(cluster, node, tablet);
            assert_int_equal(log->revocations_count, 2);
            assert_true(log->revoked_seq == common[tablet]);
            assert_true(log->unrevoked_to == common[tablet]);
        }
        const uint32_t who = halves[tablet] != 0 ? MANAGER : OWNER; /* heard the last sale */
        assert_int_equal(voided_of(cluster, who, tablet), 1);
    }
    check_alike(cluster, TABLETS);
    cluster_free(cluster);
}

/* --- twelve revocations of one log --- */

enum { ADMINS = 12, TABLET = ADMINS };

/* The tablet goes from one admin to the next and sells at each; none hears of the others. */
static void visit_all(struct cluster *cluster)
{
    uint32_t alone[CLUSTER_NODES_MAX] = {0};
    for (uint32_t admin = 0; admin < ADMINS; admin++) {
        alone[admin] = admin;
    }
    for (uint32_t admin = 0; admin < ADMINS; admin++) {
        alone[TABLET] = admin;
        cluster_partition(cluster, alone);
        cluster_run(cluster, VISIT_MS);
        sell(cluster, TABLET);
        cluster_run(cluster, VISIT_MS);
    }
    cluster_crash(cluster, TABLET);
}

TEST(many_revocations, of_one_log_that_twelve_admins_revoke_by_twelve_events_event_1_counts)
{
    struct cluster_setup setup = {.seed = 29, .nodes = ADMINS + 1};
    for (uint32_t admin = 0; admin < ADMINS; admin++) {
        static const char lanes[ADMINS][2] = {"A", "B", "C", "D", "E", "F",
                                              "G", "H", "J", "K", "L", "M"};
        setup.devices[admin].name = "admin";
        setup.devices[admin].role = ROLE_OWNER;
        setup.devices[admin].lane = lanes[admin];
    }
    setup.devices[TABLET].name = "tablet";
    setup.devices[TABLET].role = ROLE_COUNTER;
    setup.devices[TABLET].lane = "T";
    struct cluster *cluster = pop_up_new(&setup);
    visit_all(cluster);
    for (uint32_t admin = 1; admin < ADMINS; admin++) {
        assert_true(head_of(cluster, admin, TABLET) > head_of(cluster, admin - 1, TABLET));
    }
    for (uint32_t admin = 0; admin < ADMINS; admin++) {
        revoke(cluster, ADMINS - 1 - admin, TABLET);
    }
    assert_int_equal(refused, 0);
    cluster_heal(cluster);
    cluster_run(cluster, SETTLE_MS);
    for (uint32_t admin = 0; admin < ADMINS; admin++) {
        const struct roster *roster = replica_roster(cluster->nodes[admin].replica);
        const struct roster_log *log = log_of(cluster, admin, TABLET);
        assert_int_equal(log->revocations_count, ROSTER_REVOCATIONS_MAX);
        assert_true(log->is_revoked_crowded && log->unrevoked_to == 1);
        assert_int_equal(roster_judge(roster, log->id, 2, EVENT_LINE_ADD, 0), VERDICT_REVOKED);
    }
    assert_int_equal(voided_of(cluster, ADMINS - 1, TABLET), ADMINS);
    check_alike(cluster, ADMINS);
    cluster_free(cluster);
}
