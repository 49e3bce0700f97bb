/* test_till_conflict.c - options that two devices chose apart, and how the till settles them. */
#include "tests/lib/test.h"

#include "sync/base/check.h"
#include "tests/lib/shop.h"
#include "tests/lib/sick.h"

enum { MANAGER, COUNTER, NODES, SETTLE_MS = 8000, LINE = 2 /* the dish that has options */ };

static struct cluster *cluster;
static struct effect_answer answered;
static bool is_answered;

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

static int ask(uint32_t at, const struct command *command)
{
    is_answered = false;
    cluster_command(cluster, at, command, 9);
    while (!is_answered) {
        check(cluster_step(cluster, cluster->now_ms + SETTLE_MS));
    }
    return answered.err;
}

static struct entity_id place(void)
{
    struct command command;
    const struct shop_key key = shop_key_make(60, 1);
    shop_order(&command, &key, LINE);
    assert_int_equal(ask(MANAGER, &command), 0);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    return answered.answer.entity;
}

/* How many events it took to have the dish with @choice. */
static uint32_t choose(uint32_t at, const struct entity_id *order, uint64_t number, uint8_t choice)
{
    struct command command;
    const struct shop_key key = shop_key_make(70, number);
    shop_command(&command, COMMAND_LINE_SET);
    shop_keyed(&command, &key);
    command.order = *order;
    command.ids_count = 1;
    command.ids[0] = LINE;
    command.has_options = true;
    command.lines[0].options_count = 1;
    command.lines[0].options[0] = (struct wanted_option){0, choice};
    assert_int_equal(ask(at, &command), 0);
    return answered.answer.events;
}

/* The dish as @at has it. */
static struct order_line line_at(uint32_t at, const struct entity_id *id)
{
    static struct order order;
    struct history *history = history_new();
    struct store_txn *txn = store_memory_begin(cluster->nodes[at].store, false);
    assert_int_equal(history_get(history, txn, KIND_ORDER, id), 0);
    order_derive(history, &order);
    const struct order_line line = order.lines[LINE - 1];
    store_memory_abort(txn);
    history_free(history);
    return line;
}

TEST(till_conflict, options_that_were_chosen_apart_are_settled_by_choosing_one_again)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    start();
    const struct entity_id order = place();
    cluster_partition(cluster, apart);
    assert_int_equal(choose(MANAGER, &order, 1, 0), 1);
    assert_int_equal(choose(COUNTER, &order, 2, 1), 1);
    cluster_heal(cluster);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    const struct order_line line = line_at(MANAGER, &order);
    assert_true(line.has_conflict);
    const uint8_t shown = line.options[0].price_minor != 0 ? 1 : 0;
    assert_int_equal(choose(MANAGER, &order, 3, shown), 1);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    for (uint32_t at = 0; at < NODES; at++) {
        assert_false(line_at(at, &order).has_conflict);
        assert_int_equal(line_at(at, &order).options[0].price_minor, line.options[0].price_minor);
    }
    assert_int_equal(choose(MANAGER, &order, 4, shown), 0); /* nothing is left to settle */
    cluster_free(cluster);
}
