/* Rows that nothing leads to, and what a store says that it is: the scrub goes back from each row
 * to what it is made of. */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/entity.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/shop.h"
#include "tests/lib/spoil.h"

enum { COUNTER, KITCHEN, NODES, SETTLE_MS = 20000, HEAL_MS = 4000, SCRUB_RECORDS = 256 };

static uint32_t alarms[ALARM_COUNT];

static void count_alarm(void *context, struct cluster_node *node, const struct effect_alarm *alarm)
{
    (void)context;
    (void)node;
    alarms[alarm->kind]++;
}

/* --- a pop-up with a row of every kind --- */

static struct command commands[64];
static struct shop_key keys[64];
static uint64_t requests;

static struct command *command_new(enum command_kind kind)
{
    struct command *command = &commands[++requests];
    keys[requests] = shop_key_make(1000, requests);
    shop_command(command, kind);
    shop_keyed(command, &keys[requests]);
    return command;
}

static void give(struct cluster *cluster, uint32_t node, const struct command *command)
{
    cluster_command(cluster, node, command, requests);
    cluster_run(cluster, 200);
}

static struct entity_id order_new(struct cluster *cluster, uint32_t node)
{
    struct command *command = command_new(COMMAND_ORDER_PLACE);
    uint8_t session[8];
    shop_order(command, &keys[requests], 1);
    give(cluster, node, command);
    put_be64(session, command->principal.session);
    return entity_id_mint(get_be32(command->key.data), bytes_of(session, sizeof session),
                          command->key);
}

static void order_cancel(struct cluster *cluster, const struct entity_id *order)
{
    struct command *command = command_new(COMMAND_CANCEL);
    command->order = *order;
    command->reason = bytes_of_text("left");
    give(cluster, COUNTER, command);
}

/* Item 1 is counted, sold and taken back. */
static void sell_counted(struct cluster *cluster)
{
    struct command *count = command_new(COMMAND_MENU_SET);
    count->item = 1;
    count->fields_count = 1;
    count->fields[0] = (struct wanted_field){.field = MENU_STOCK, .number = STOCK_STRICT};
    give(cluster, COUNTER, count);
    struct command *add = command_new(COMMAND_STOCK_ADD);
    add->item = 1;
    add->stock_units = 20;
    give(cluster, COUNTER, add);
    (void)order_new(cluster, COUNTER);
    const struct entity_id order = order_new(cluster, COUNTER);
    order_cancel(cluster, &order);
}

/* A copy of the counter's disk goes on selling, and what both sold is carried on. */
static void sell_twice(struct cluster *cluster)
{
    struct cluster_copy copy = cluster_copy_disk(cluster, COUNTER);
    const uint32_t clone = cluster_clone(cluster, COUNTER, &copy, "clone");
    cluster_copy_free(&copy);
    (void)order_new(cluster, COUNTER);
    (void)order_new(cluster, clone);
    cluster_dial(cluster, clone, COUNTER);
    cluster_dial(cluster, clone, KITCHEN);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_run(cluster, 8000);
    assert_true(cluster_converge(cluster, SETTLE_MS));
}

static struct cluster *shop_new(void)
{
    struct cluster_setup setup = {
        .seed = 5,
        .nodes = NODES,
        .devices = {{"counter", ROLE_MANAGER, "A"}, {"kitchen", ROLE_KITCHEN, "B"}},
        .knobs = cluster_knobs_calm(),
        .hooks = {.on_alarm = count_alarm}};
    struct cluster *cluster = cluster_new();
    requests = 0;
    cluster_start(cluster, &setup);
    shop_open(cluster);
    (void)order_new(cluster, COUNTER);
    sell_counted(cluster);
    sell_twice(cluster);
    memset(alarms, 0, sizeof alarms);
    return cluster;
}

static struct store_memory *store_of(struct cluster *cluster)
{
    return cluster->nodes[KITCHEN].store;
}

/* --- rows --- */

/* The power goes at the kitchen before its rows are touched, and comes back. @work_max: so much is
 * made right in a turn; 0 = as usual. */
static void check_each_extra(enum store_table table, uint64_t bits_step, uint32_t work_max)
{
    struct cluster *cluster = shop_new();
    if (work_max > 0) {
        cluster->nodes[KITCHEN].replica->remake.work_max = work_max;
    }
    const struct hash before = store_memory_digest(store_of(cluster), table);
    const size_t rows = store_memory_count(store_of(cluster), table);
    uint32_t planted = 0;
    cluster->knobs.scrub_records = SCRUB_RECORDS;
    for (uint64_t row = 0; row < rows; row++) {
        cluster_crash(cluster, KITCHEN);
        planted += spoil_double(store_of(cluster), table, row, row * bits_step) ? 1 : 0;
        cluster_restart(cluster, KITCHEN, 50);
        bool is_healed = false;
        for (uint32_t ms = 0; ms < HEAL_MS && !is_healed; ms += 100) {
            cluster_run(cluster, 100);
            const struct hash now = store_memory_digest(store_of(cluster), table);
            is_healed = hash_equal(&now, &before) && cluster->nodes[KITCHEN].is_running;
        }
        if (!is_healed) {
            fail_msg("a copy of row %u of table %d stays", (unsigned)row, (int)table);
        }
    }
    assert_true(planted > 0 && alarms[ALARM_STATE_DAMAGE] >= (work_max > 0 ? 1 : planted));
    cluster_free(cluster);
}

TEST(scrub_back, a_row_of_the_index_that_nothing_leads_to_goes)
{
    check_each_extra(TABLE_INDEX, 13, 0);
}

TEST(scrub_back, a_folded_row_of_an_entity_without_events_goes)
{
    check_each_extra(TABLE_STATE, 5, 0);
}

TEST(scrub_back, a_row_that_no_salvage_has_made_goes)
{
    check_each_extra(TABLE_SALVAGE, 11, 0);
}

TEST(scrub_back, where_there_is_much_to_look_through_it_is_made_right_over_many_turns)
{
    check_each_extra(TABLE_INDEX, 13, 9);
    check_each_extra(TABLE_STATE, 5, 9);
    check_each_extra(TABLE_SALVAGE, 11, 9);
}

/* The kitchen's store is spoilt at many places, and made right a little a turn; the power goes
 * again and again meanwhile. */
TEST(scrub_back, what_is_made_right_goes_on_after_a_crash_where_it_was)
{
    struct cluster *cluster = shop_new();
    struct store_memory *store = store_of(cluster);
    const struct hash states = store_memory_digest(store, TABLE_STATE);
    const struct hash index = store_memory_digest(store, TABLE_INDEX);
    const size_t rows = store_memory_count(store, TABLE_STATE);
    uint64_t entities = 0, crashes = 0, looks = 0;
    bool is_healed = false;
    cluster->knobs.scrub_records = SCRUB_RECORDS;
    cluster_crash(cluster, KITCHEN);
    for (uint64_t row = 0; row < rows; row += 2) {
        spoil_flip(store, TABLE_STATE, row, row * 17);
    }
    cluster_restart(cluster, KITCHEN, 50);
    for (uint32_t ms = 0; ms < 8 * HEAL_MS && !is_healed; ms += 20) {
        struct cluster_node *node = &cluster->nodes[KITCHEN];
        node->replica->remake.work_max = 1;
        cluster_run(cluster, 20);
        const bool is_at_it = node->is_open && replica_is_remaking(node->replica, &entities);
        looks += is_at_it;
        if (is_at_it && looks % 2 == 0) { /* it got some way since the last time */
            crashes++;
            cluster_crash(cluster, KITCHEN);
            cluster_restart(cluster, KITCHEN, 50);
        }
        const struct hash states_now = store_memory_digest(store_of(cluster), TABLE_STATE);
        const struct hash index_now = store_memory_digest(store_of(cluster), TABLE_INDEX);
        is_healed = hash_equal(&states_now, &states) && hash_equal(&index_now, &index);
    }
    assert_true(is_healed && crashes > 2);
    cluster_free(cluster);
}

static void note_kind(void *context, struct bytes key, struct bytes value)
{
    uint32_t *kinds = context;
    (void)value;
    *kinds |= UINT32_C(1) << key.data[0];
}

TEST(scrub_back, nothing_is_wrong_where_the_disk_spoilt_nothing)
{
    static const enum index_kind there[] = {INDEX_ACTIVE, INDEX_SETTLED, INDEX_NUMBER,
                                            INDEX_MENU,   INDEX_TAKE,    INDEX_UNDO};
    struct cluster *cluster = shop_new();
    uint32_t kinds = 0;
    store_memory_each(store_of(cluster), TABLE_INDEX, note_kind, &kinds);
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) {
        assert_true((kinds >> there[i] & 1) != 0);
    }
    assert_true(store_memory_count(store_of(cluster), TABLE_SALVAGE) > 4);
    cluster->knobs.scrub_records = UINT32_MAX;
    cluster_run(cluster, 2000);
    for (uint32_t i = 0; i < ALARM_COUNT; i++) {
        assert_int_equal(alarms[i], 0);
    }
    cluster_free(cluster);
}

/* --- what the store is --- */

/* Row @row of what the kitchen's store says of itself; by name, "incarnation" is the third. */
enum {
    META_EPOCH,
    META_FOLD,
    META_FORMAT,
    META_INCARNATION,
    META_POPUP,
    META_ROOT,
    META_SUM,
    METAS
};

static bool is_meta(struct cluster *cluster, const struct hash *before)
{
    const struct hash now = store_memory_digest(store_of(cluster), TABLE_META);
    return hash_equal(&now, before);
}

TEST(scrub_back, what_a_store_says_that_it_is_is_written_again_when_it_starts)
{
    struct cluster *cluster = shop_new();
    const struct hash before = store_memory_digest(store_of(cluster), TABLE_META);
    assert_int_equal(store_memory_count(store_of(cluster), TABLE_META), METAS);
    for (uint64_t i = 0; i < 4 * METAS; i++) {
        if (i % METAS ==
            META_INCARNATION) { /* screens read all again: nothing else is made of it */
            continue;
        }
        cluster_crash(cluster, KITCHEN);
        spoil_flip(store_of(cluster), TABLE_META, i % METAS, i * 29);
        cluster_restart(cluster, KITCHEN, 50);
        cluster_run(cluster, 500);
        assert_true(is_meta(cluster, &before));
    }
    assert_true(alarms[ALARM_DAMAGE_HEALED] > 0);
    cluster_free(cluster);
}

TEST(scrub_back, what_a_store_says_that_it_is_is_written_again_while_it_runs)
{
    struct cluster *cluster = shop_new();
    const struct hash before = store_memory_digest(store_of(cluster), TABLE_META);
    cluster->knobs.scrub_records = UINT32_MAX;
    for (uint64_t i = 0; i < 2 * METAS; i++) {
        if (i % METAS == META_INCARNATION) {
            continue;
        }
        while (cluster->nodes[KITCHEN].txn != NULL) {
            cluster_run(cluster, 1);
        }
        spoil_flip(store_of(cluster), TABLE_META, i % METAS, i * 31);
        cluster_run(cluster, 3000); /* it hears from the others */
        assert_true(is_meta(cluster, &before));
    }
    assert_int_equal(alarms[ALARM_DAMAGE_HEALED], 2 * (METAS - 1));
    assert_int_equal(alarms[ALARM_STATE_DAMAGE], 0);
    cluster_free(cluster);
}

TEST(scrub_back, a_store_of_before_there_was_a_sum_gets_one)
{
    struct cluster *cluster = shop_new();
    const struct hash before = store_memory_digest(store_of(cluster), TABLE_META);
    cluster_crash(cluster, KITCHEN);
    spoil_lose(store_of(cluster), TABLE_META, META_SUM);
    cluster_restart(cluster, KITCHEN, 50);
    cluster_run(cluster, 500);
    assert_true(is_meta(cluster, &before));
    assert_int_equal(alarms[ALARM_DAMAGE_HEALED], 0);
    cluster_free(cluster);
}

/* What an open of the kitchen's store comes to. */
static int open_again(struct cluster *cluster, const struct replica_config *config)
{
    struct store_memory *store = store_memory_clone(store_of(cluster));
    struct replica *replica = replica_new();
    struct effects *effects = cluster->nodes[COUNTER].effects;
    struct store_txn *txn = store_memory_begin(store, true);
    assert_non_null(replica);
    effects_reset(effects);
    const int err = replica_open(replica, txn, config, (struct moment){0}, effects);
    store_memory_abort(txn);
    replica_free(replica);
    store_memory_free(store);
    return err;
}

TEST(scrub_back, a_store_that_is_another_one_is_not_taken_for_a_spoilt_one)
{
    struct cluster *cluster = shop_new();
    struct replica_config config = cluster->nodes[KITCHEN].config;
    cluster_crash(cluster, KITCHEN);
    assert_int_equal(open_again(cluster, &config), 0);
    config.epoch_ms++;
    assert_int_equal(open_again(cluster, &config), ERR_MISMATCH);
    config.epoch_ms--;
    spoil_flip(store_of(cluster), TABLE_META, META_FORMAT, 29);
    assert_int_equal(open_again(cluster, &config), 0);
    spoil_flip(store_of(cluster), TABLE_META, META_SUM, 3); /* as newer software has them */
    assert_int_equal(open_again(cluster, &config), ERR_MISMATCH);
    cluster_free(cluster);
}
