/* Closing a day says what was held, and stops nothing. */
#include "sync/domain/day.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/menu.h"
#include "sync/replica/replica.h"
#include "tests/lib/shop.h"
#include "tests/lib/sick.h"
#include "tests/lib/test.h"

enum { MANAGER, COUNTER, NODES, SETTLE_MS = 8000 };

static struct cluster *cluster;
static struct effect_answer answered;
static bool is_answered;
static struct day day;

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    answered = *answer;
    is_answered = true;
}

static void start(void)
{
    struct cluster_setup setup = {
        .seed = 11,
        .nodes = NODES,
        .devices = {{"manager", ROLE_MANAGER, "A"}, {"counter", ROLE_COUNTER, "B"}},
        .knobs = cluster_knobs_calm(),
        .hooks = {.on_answer = on_answer, .on_input = sick_till_on_input}};
    cluster = cluster_new();
    cluster_start(cluster, &setup);
    shop_open(cluster);
    check(cluster_converge(cluster, SETTLE_MS));
}

static void stop(void)
{
    cluster_free(cluster);
}

static int ask(uint32_t at, const struct command *command)
{
    is_answered = false;
    cluster_command(cluster, at, command, 9);
    while (!is_answered) {
        check(cluster_step(cluster, cluster->now_ms + SETTLE_MS));
    }
    return answered.err;
}

static int close_day(uint32_t at)
{
    struct command command;
    shop_command(&command, COMMAND_DAY_CLOSE);
    return ask(at, &command);
}

/* The operation of the new order. */
static void place(uint32_t at, uint32_t number, uint64_t *ret_log, uint64_t *ret_seq)
{
    struct command command;
    const struct shop_key key = shop_key_make(60 + number, number);
    shop_order(&command, &key, 1);
    assert_int_equal(ask(at, &command), 0);
    *ret_log = answered.answer.log;
    *ret_seq = answered.answer.seq;
}

static const struct day *day_at(uint32_t at)
{
    struct history *history = history_new();
    struct store_txn *txn = store_memory_begin(cluster->nodes[at].store, false);
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    assert_int_equal(history_get(history, txn, KIND_POPUP, &id), 0);
    day_derive(history, 1, &day);
    store_memory_abort(txn);
    history_free(history);
    return &day;
}

TEST(day, is_closed_by_a_fact_that_all_hear_of)
{
    start();
    assert_false(day_at(MANAGER)->is_closed);
    assert_int_equal(close_day(MANAGER), 0);
    assert_int_equal(answered.answer.day, 1);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    assert_true(day_at(COUNTER)->is_closed);
    assert_int_equal(day.closes_count, 1);
    assert_int_equal(day.frontier.count, NODES);
    stop();
}

TEST(day, closed_again_with_nothing_new_is_the_same_fact)
{
    start();
    assert_int_equal(close_day(MANAGER), 0);
    assert_int_equal(close_day(MANAGER), 0);
    assert_int_equal(answered.answer.events, 0);
    assert_int_equal(day_at(MANAGER)->closes_count, 1);
    stop();
}

TEST(day, two_closes_apart_come_to_the_further_frontier_of_each_log)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    uint64_t logs[2];
    uint64_t seqs[2];
    start();
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_partition(cluster, apart);
    place(MANAGER, 1, &logs[0], &seqs[0]);
    place(COUNTER, 2, &logs[1], &seqs[1]);
    assert_int_equal(close_day(MANAGER), 0);
    assert_int_equal(close_day(COUNTER), 0);
    assert_true(day_is_late(day_at(MANAGER), logs[1], seqs[1]));
    cluster_heal(cluster);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    for (uint32_t at = 0; at < NODES; at++) {
        assert_int_equal(day_at(at)->closes_count, 2);
        assert_false(day_is_late(&day, logs[0], seqs[0]));
        assert_false(day_is_late(&day, logs[1], seqs[1]));
    }
    stop();
}

TEST(day, an_order_that_arrives_after_the_close_is_late)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    uint64_t log;
    uint64_t seq;
    start();
    cluster_partition(cluster, apart);
    place(COUNTER, 1, &log, &seq);
    assert_int_equal(close_day(MANAGER), 0);
    cluster_heal(cluster);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    assert_true(day_is_late(day_at(COUNTER), log, seq));
    assert_true(day_is_late(day_at(MANAGER), log, seq));
    stop();
}

TEST(day, the_root_is_the_state_that_the_heads_come_to)
{
    struct day_close close;
    struct hash digest;
    start();
    assert_true(cluster_converge(cluster, SETTLE_MS));
    struct store_txn *txn = store_memory_begin(cluster->nodes[COUNTER].store, false);
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    store_memory_abort(txn);
    assert_int_equal(close_day(MANAGER), 0);
    struct history *history = history_new();
    txn = store_memory_begin(cluster->nodes[MANAGER].store, false);
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    assert_int_equal(history_get(history, txn, KIND_POPUP, &id), 0);
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->events[i].type == EVENT_DAY_CLOSE) {
            assert_int_equal(day_close_decode(history->events[i].body, &close), 0);
            assert_true(hash_equal(&close.root, &digest));
        }
    }
    store_memory_abort(txn);
    history_free(history);
    stop();
}

TEST(day, a_day_that_was_not_opened_cannot_be_closed)
{
    struct command command;
    start();
    shop_command(&command, COMMAND_DAY_CLOSE);
    command.day = 2;
    assert_int_equal(ask(MANAGER, &command), ERR_STATE);
    stop();
}
