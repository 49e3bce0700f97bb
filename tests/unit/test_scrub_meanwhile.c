/* What happens to spoilt rows before the scrub has come to them: what is asked of them, and what is
 * made of and sent of them. */
#include <string.h>

#include "sync/replica/replica_state.h"
#include "tests/lib/scrub_stall.h"
#include "tests/lib/test.h"

/* The place of the row of @order in TABLE_STATE. */
struct row_search {
    const struct entity_id *order;
    uint64_t at, found;
};

static void search_row(void *context, struct bytes key, struct bytes value)
{
    struct row_search *search = context;
    (void)value;
    if (key.data[0] == KIND_ORDER &&
        memcmp(key.data + 1, search->order->bytes, sizeof search->order->bytes) == 0) {
        search->found = search->at;
    }
    search->at++;
}

static uint64_t state_row_of(const struct cluster *cluster, const struct entity_id *order)
{
    struct row_search search = {.order = order, .found = UINT64_MAX};
    store_memory_each(cluster->nodes[KITCHEN].store, TABLE_STATE, search_row, &search);
    assert_true(search.found != UINT64_MAX);
    return search.found;
}

TEST(scrub_meanwhile,
     what_is_asked_of_a_spoilt_row_is_refused_as_such_and_done_once_it_is_made_anew)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    const struct entity_id order = scrub_order_of(&commands[0]);
    cluster->knobs.scrub_records = 0;
    spoil_flip(cluster->nodes[KITCHEN].store, TABLE_STATE, state_row_of(cluster, &order), 0);
    assert_int_equal(scrub_cancel(cluster, &order, 50), ERR_SPOILT);
    cluster->knobs.scrub_records = 1; /* one record: it does not have to come by by itself */
    assert_int_equal(scrub_cancel(cluster, &order, 51), ERR_SPOILT);
    assert_int_equal(scrub_alarms[ALARM_STATE_DAMAGE], 1);
    assert_int_equal(scrub_cancel(cluster, &order, 52), 0);
    cluster_free(cluster);
}

/* The index begins with the orders that boards show; one that is spoilt comes behind them. */
TEST(scrub_meanwhile, a_row_that_is_lacking_in_the_index_undoes_no_turn_and_is_made_right)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    const struct entity_id order = scrub_order_of(&commands[0]);
    cluster->knobs.scrub_records = 0;
    for (uint32_t i = 0; i < ORDERS; i++) {
        spoil_flip(cluster->nodes[KITCHEN].store, TABLE_INDEX, 0, 20);
    }
    assert_int_equal(scrub_cancel(cluster, &order, 50), 0);
    cluster->knobs.scrub_records = 1; /* one record: it does not have to come by by itself */
    assert_true(scrub_heals(cluster));
    assert_true(scrub_has_table_of_counter(cluster, TABLE_INDEX));
    assert_int_equal(scrub_alarms[ALARM_STATE_DAMAGE], 1);
    cluster_free(cluster);
}

/* Step until the kitchen's rows are made right as far as @phase, and nothing of it is under way. */
static void remake_until(struct cluster *cluster, enum remake_phase phase)
{
    const struct cluster_node *node = &cluster->nodes[KITCHEN];
    while (node->replica->remake.phase != phase || node->txn != NULL) {
        assert_true(cluster_step(cluster, cluster->now_ms + 1000));
    }
}

TEST(scrub_meanwhile, a_row_that_goes_wrong_behind_what_is_made_right_is_made_right_after_it)
{
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    const struct cluster_node *node = &cluster->nodes[KITCHEN];
    const struct entity_id order = scrub_order_of(&commands[0]);
    cluster->knobs.scrub_records = 0;
    spoil_flip(node->store, TABLE_STATE, state_row_of(cluster, &order), 0);
    assert_int_equal(scrub_cancel(cluster, &order, 50), ERR_SPOILT);
    cluster->knobs.scrub_records = 1; /* it does not come by by itself in time */
    node->replica->remake.work_max = 1;
    remake_until(cluster, REMAKE_STATES);
    spoil_flip(node->store, TABLE_STATE, state_row_of(cluster, &order), 0);
    assert_int_equal(scrub_cancel(cluster, &order, 51), ERR_SPOILT);
    remake_until(cluster, REMAKE_NONE);
    assert_int_equal(scrub_alarms[ALARM_STATE_DAMAGE], 1);
    node->replica->remake.work_max = UINT32_MAX;
    cluster_run(cluster, 1000);
    assert_int_equal(scrub_alarms[ALARM_STATE_DAMAGE], 2);
    assert_int_equal(scrub_cancel(cluster, &order, 52), 0);
    cluster_free(cluster);
}

/* --- hashes --- */

static struct log_head head_of(struct cluster *cluster, uint32_t node, uint64_t log)
{
    struct log_head head;
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, false);
    assert_int_equal(log_head_get(txn, log, &head), 0);
    store_memory_abort(txn);
    return head;
}

/* A bit of the row of event @seq of @log, in byte @at: its hash comes first. */
static void row_spoil(struct cluster *cluster, uint32_t node, uint64_t log, uint64_t seq, size_t at)
{
    uint8_t data[EVENT_BYTES_MAX + HASH_BYTES];
    struct bytes row;
    const struct key key = key_event(log, seq);
    struct store_txn *txn = store_memory_begin(cluster->nodes[node].store, true);
    assert_int_equal(store_get(txn, TABLE_LOG, key_bytes(&key), &row), 0);
    assert_true(row.size <= sizeof data && at < row.size);
    memcpy(data, row.data, row.size);
    data[at] ^= 1;
    assert_int_equal(store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of(data, row.size)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

/* The kitchen says how far it has the counter's journal, just where the counter's disk spoilt what
 * it would compare. */
TEST(scrub_meanwhile, a_spoilt_hash_is_not_taken_for_another_branch_of_the_journal)
{
    static const uint32_t apart[NODES] = {0, 1, 2};
    static const uint32_t together[NODES] = {0, 0, 2};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    const uint64_t log = cluster->nodes[COUNTER].log;
    cluster->knobs.scrub_records = 0;
    cluster_partition(cluster, apart);
    keys[0] = shop_key_make(3000, 1);
    shop_order(&commands[0], &keys[0], 2);
    cluster_command(cluster, COUNTER, &commands[0], 9);
    cluster_run(cluster, 2000);
    const struct log_head held = head_of(cluster, KITCHEN, log);
    assert_true(held.seq < head_of(cluster, COUNTER, log).seq);
    row_spoil(cluster, COUNTER, log, held.seq, 3);
    cluster_partition(cluster, together);
    cluster_run(cluster, 3000);
    assert_int_equal(scrub_alarms[ALARM_FORK], 0);
    cluster_heal(cluster);
    cluster->knobs.scrub_records = 256;
    assert_true(scrub_heals(cluster));
    cluster_free(cluster);
}

TEST(scrub_meanwhile, what_is_spoilt_is_not_sent_before_the_scrub_has_come_to_it_either)
{
    static const uint32_t apart[NODES] = {0, 1, 0};
    static const uint32_t together[NODES] = {0, 0, 2};
    struct command commands[ORDERS];
    struct shop_key keys[ORDERS];
    struct cluster *cluster = scrub_stall_new(commands, keys);
    const uint64_t log = cluster->nodes[COUNTER].log;
    cluster->knobs.scrub_records = 0;
    cluster_partition(cluster, apart);
    keys[0] = shop_key_make(3000, 1);
    shop_order(&commands[0], &keys[0], 2);
    cluster_command(cluster, COUNTER, &commands[0], 9);
    cluster_run(cluster, 2000);
    row_spoil(cluster, COUNTER, log, head_of(cluster, COUNTER, log).seq, HASH_BYTES + 12);
    cluster_partition(cluster, together);
    cluster_run(cluster, 3000);
    assert_int_equal(scrub_alarms[ALARM_BAD_EVENTS], 0);
    cluster_heal(cluster);
    cluster->knobs.scrub_records = 256;
    assert_true(scrub_heals(cluster));
    cluster_free(cluster);
}
