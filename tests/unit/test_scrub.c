/* A disk flips bits in what a device has stored; the device finds that and is healed by others. */
#include "sync/log/damage.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/shop.h"
#include "tests/lib/spoil.h"
#include "tests/lib/test.h"

enum { COUNTER, KITCHEN, PICKUP, NODES, ORDERS = 4, SETTLE_MS = 20000, HEAL_MS = 12000 };

static uint32_t alarms[ALARM_COUNT];

static void count_alarm(void *context, struct cluster_node *node, const struct effect_alarm *alarm)
{
    (void)context;
    (void)node;
    alarms[alarm->kind]++;
}

/* Three devices with @ORDERS orders, all of which all have. */
static struct cluster *stall_new(struct command *commands, struct shop_key *keys)
{
    struct cluster_setup setup = {.seed = 11,
                                  .nodes = NODES,
                                  .devices = {{"counter", ROLE_MANAGER, "A"},
                                              {"kitchen", ROLE_KITCHEN, "B"},
                                              {"pickup", ROLE_PICKUP, "C"}},
                                  .knobs = cluster_knobs_calm(),
                                  .hooks = {.on_alarm = count_alarm}};
    struct cluster *cluster = cluster_new();
    memset(alarms, 0, sizeof alarms);
    cluster_start(cluster, &setup);
    shop_open(cluster);
    for (uint32_t i = 0; i < ORDERS; i++) {
        keys[i] = shop_key_make(1000, i + 1);
        shop_order(&commands[i], &keys[i], 2);
        cluster_command(cluster, COUNTER, &commands[i], i + 1);
        cluster_run(cluster, 100);
    }
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster->knobs.scrub_records = 256;
    return cluster;
}

static struct hash digest_of(struct cluster *cluster, uint32_t node)
{
    struct hash digest = {{0}};
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    store_memory_abort(txn);
    return digest;
}

/* The whole journal of @node verifies, and nothing is listed as spoilt. */
static bool is_sound(struct cluster *cluster, uint32_t node)
{
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    struct store_cursor cursor;
    struct log_head head;
    struct log_report report;
    uint64_t log;
    uint64_t seq;
    bool is = damage_next(txn, 0, 0, &log, &seq) == ERR_NOT_FOUND;
    assert_int_equal(store_cursor_open(txn, TABLE_HEAD, &cursor), 0);
    while (is && log_head_next(&cursor, &head) == 0)
        is = log_verify(txn, &cluster->popup, &head, &report) == 0;
    store_cursor_close(&cursor);
    store_memory_abort(txn);
    return is;
}

/* Time passes until the kitchen is as the counter is. */
static bool heals(struct cluster *cluster)
{
    for (uint32_t ms = 0; ms < HEAL_MS; ms += 200) {
        cluster_run(cluster, 200);
        const struct hash counter = digest_of(cluster, COUNTER);
        const struct hash kitchen = digest_of(cluster, KITCHEN);
        if (is_sound(cluster, KITCHEN) && hash_equal(&counter, &kitchen))
            return true;
    }
    return false;
}

/* The power goes at the kitchen, its disk is spoilt, and the power comes back. */
static void spoil_at_rest(struct cluster *cluster,
                          void (*spoil)(struct store_memory *store, enum store_table table,
                                        uint64_t row, uint64_t bit),
                          enum store_table table, uint64_t row, uint64_t bit)
{
    cluster_crash(cluster, KITCHEN);
    spoil(cluster->nodes[KITCHEN].store, table, row, bit);
    cluster_restart(cluster, KITCHEN, 100);
}

static void check_each(enum store_table table, uint64_t bit_step)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, table);
    for (uint64_t row = 0; row < rows; row++) {
        spoil_at_rest(cluster, spoil_flip, table, row, row * bit_step);
        if (!heals(cluster))
            fail_msg("row %u of table %d stays spoilt", (unsigned)row, (int)table);
    }
    cluster_free(cluster);
}

TEST(scrub, a_flipped_bit_in_any_event_or_its_hash_is_found_and_healed)
{
    check_each(TABLE_LOG, 61); /* hashes and events in turn */
    assert_true(alarms[ALARM_DAMAGE] > 0);
    assert_int_equal(alarms[ALARM_DAMAGE_STAYS], 0);
}

TEST(scrub, a_flipped_bit_in_any_signature_is_healed)
{
    check_each(TABLE_SIG, 37);
}

TEST(scrub, a_flipped_bit_in_any_row_of_the_entity_index_is_healed)
{
    check_each(TABLE_ENTITY, 7);
}

TEST(scrub, a_flipped_bit_in_any_folded_row_makes_state_and_index_anew)
{
    check_each(TABLE_STATE, 97);
    assert_true(alarms[ALARM_STATE_DAMAGE] > 0);
    check_each(TABLE_INDEX, 11);
}

TEST(scrub, two_devices_are_enough_also_for_the_roster)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    cluster_crash(cluster, PICKUP);
    const size_t rows = store_memory_count(cluster->nodes[KITCHEN].store, TABLE_LOG);
    for (uint64_t row = 0; row < rows; row++) {
        spoil_at_rest(cluster, spoil_flip, TABLE_LOG, row, 8 * HASH_BYTES + row * 5);
        if (!heals(cluster))
            fail_msg("event %u stays spoilt", (unsigned)row);
    }
    cluster_free(cluster);
}

TEST(scrub, an_event_that_vanished_is_fetched_again)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    cluster_crash(cluster, KITCHEN);
    spoil_lose(cluster->nodes[KITCHEN].store, TABLE_LOG, 7);
    cluster_restart(cluster, KITCHEN, 100);
    assert_true(heals(cluster));
    cluster_free(cluster);
}

TEST(scrub, what_nobody_else_has_is_told_and_healed_when_somebody_comes_who_has_it)
{
    static const uint32_t without_counter[NODES] = {0, 1, 1};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = stall_new(commands, keys);
    cluster_partition(cluster, without_counter);
    for (uint32_t node = KITCHEN; node <= PICKUP; node++) {
        cluster_crash(cluster, node);
        spoil_flip(cluster->nodes[node].store, TABLE_LOG, 5, 8 * HASH_BYTES + 90);
        cluster_restart(cluster, node, 100);
    }
    cluster_run(cluster, 8000);
    assert_false(is_sound(cluster, KITCHEN));
    assert_true(alarms[ALARM_DAMAGE_STAYS] > 0);
    assert_int_equal(alarms[ALARM_DAMAGE_HEALED], 0);
    cluster_heal(cluster);
    assert_true(heals(cluster));
    assert_true(alarms[ALARM_DAMAGE_HEALED] > 0);
    cluster_free(cluster);
}
