/* Strict stock among real replicas: cut off, healed, retried, cancelled. */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/shop.h"
#include "tests/lib/sick.h"
#include "tests/lib/stock_check.h"

enum { FRONT, BACK, KITCHEN, NODES, ITEM = 1, SETTLE_MS = 5000, COMMANDS_MAX = 400 };

struct world {
    struct cluster *cluster;
    struct command commands[COMMANDS_MAX]; /* by request */
    struct shop_key keys[COMMANDS_MAX];
    int answers[COMMANDS_MAX];
    uint32_t count;
};

static struct world world;

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    if (answer->request >= 1000) {
        world.answers[answer->request - 1000] = answer->err;
    }
}

/* The answer to @command, given at @node. */
static int ask(uint32_t node, const struct command *command)
{
    const uint32_t at = world.count++;
    check(at < COMMANDS_MAX);
    world.commands[at] = *command;
    world.answers[at] = 1;
    cluster_command(world.cluster, node, &world.commands[at], 1000 + at);
    for (uint32_t i = 0; i < 200 && world.answers[at] == 1; i++) {
        cluster_run(world.cluster, 1);
    }
    check(world.answers[at] <= 0);
    return world.answers[at];
}

static void set_policy(enum stock_policy policy)
{
    struct command command;
    shop_command(&command, COMMAND_MENU_SET);
    command.item = ITEM;
    command.fields_count = 1;
    command.fields[0] = (struct wanted_field){.field = MENU_STOCK, .number = policy};
    assert_int_equal(ask(FRONT, &command), 0);
}

static int manage(uint32_t node, enum command_kind kind, int64_t units)
{
    struct command command;
    shop_command(&command, kind);
    command.item = ITEM;
    command.stock_units = units;
    return ask(node, &command);
}

static void make_order(struct command *command, uint32_t number, int32_t units)
{
    world.keys[number] = shop_key_make(1, number);
    shop_order(command, &world.keys[number], 1);
    command->lines[0].quantity = units;
}

static int sell(uint32_t node, uint32_t number, int32_t units)
{
    struct command command;
    make_order(&command, number, units);
    return ask(node, &command);
}

static int change(uint32_t node, enum command_kind kind, uint32_t number, int32_t delta)
{
    struct command command;
    uint8_t session[8];
    shop_command(&command, kind);
    put_be64(session, command.principal.session);
    command.order =
        entity_id_mint(1, bytes_of(session, sizeof session),
                       bytes_of(world.keys[number].bytes, sizeof world.keys[number].bytes));
    command.reason = bytes_of_text("changed their mind");
    if (kind == COMMAND_LINE_SET) {
        command.ids_count = 1;
        command.ids[0] = 1;
        command.quantity_delta = delta;
    }
    return ask(node, &command);
}

static void begin(uint64_t seed, int64_t units)
{
    struct cluster_setup setup = {
        .seed = seed,
        .nodes = NODES,
        .devices = {{"front", ROLE_MANAGER, "A"},
                    {"back", ROLE_COUNTER, "B"},
                    {"kitchen", ROLE_KITCHEN, "C"}},
        .knobs = cluster_knobs_calm(),
        .hooks = {.on_answer = on_answer, .on_input = sick_till_on_input}};
    if (world.cluster == NULL) {
        world.cluster = cluster_new();
    }
    world.count = 0;
    cluster_start(world.cluster, &setup);
    shop_open(world.cluster);
    set_policy(STOCK_STRICT);
    assert_int_equal(manage(FRONT, COMMAND_STOCK_ADD, units), 0);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
}

/* What was sold, when the logs of @ends were retired or revoked at these events. */
static struct stock_sums sums_of(const struct log_point *ends, uint32_t ends_count)
{
    const struct stock_ends ended = {.ends = ends, .count = ends_count};
    struct store_txn *txns[NODES];
    for (uint32_t i = 0; i < NODES; i++) {
        txns[i] = store_memory_begin(world.cluster->nodes[i].store, false);
    }
    const struct stock_sums found = stock_check_sums(txns, NODES, ITEM, &ended);
    for (uint32_t i = 0; i < NODES; i++) {
        store_memory_abort(txns[i]);
    }
    return found;
}

static struct stock_sums sums(void)
{
    return sums_of(NULL, 0);
}

static struct stock_summary at(uint32_t node)
{
    const struct cluster_node *where = &world.cluster->nodes[node];
    const struct entity_id entity = entity_id_derive(KIND_STOCK, ITEM);
    static struct stock stock;
    struct stock_summary summary;
    struct store_txn *txn = store_memory_begin(where->store, false);
    const struct stock_view view = {.roster = replica_roster(where->replica), .txn = txn};
    assert_int_equal(stock_get(&stock, txn, &entity), 0);
    assert_int_equal(stock_summarise(&stock, &view, where->log, &summary), 0);
    store_memory_abort(txn);
    return summary;
}

TEST(stock_cluster, a_device_without_rights_sells_after_it_asked)
{
    begin(1, 6);
    assert_int_equal(sell(BACK, 1, 2), ERR_UNAVAILABLE);
    cluster_run(world.cluster, 200);
    assert_int_equal(sell(BACK, 1, 2), 0);
    assert_int_equal(sell(FRONT, 2, 5), ERR_UNAVAILABLE);
    assert_int_equal(sums().taken, 2);
}

/* The commits take longer than the pause between two answers, so the second copy meets no other
 * bar than its number. */
TEST(stock_cluster, an_ask_that_comes_twice_is_given_to_once)
{
    begin(6, 10);
    struct cluster_knobs *knobs = &world.cluster->knobs;
    knobs->duplicate_odds = 10000;
    knobs->sync_min_ms = knobs->sync_max_ms = 80;
    assert_int_equal(sell(BACK, 1, 2), ERR_UNAVAILABLE);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
    assert_int_equal(at(BACK).here, 2);
    assert_int_equal(at(FRONT).here, 8);
}

TEST(stock_cluster, nothing_is_sold_twice_when_the_network_is_in_pieces_and_all_is_sold_after)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 1};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        uint64_t sold = 0;
        begin(seed, 12);
        (void)sell(BACK, 200, 1);
        cluster_run(world.cluster, 3000);
        cluster_partition(world.cluster, apart);
        for (uint32_t i = 1; i <= 10; i++) {
            sold += sell(FRONT, i, 1) == 0;
            sold += sell(BACK, 20 + i, 1) == 0;
            cluster_run(world.cluster, 300);
        }
        assert_true(sums().taken == sold && sold <= 12);
        cluster_heal(world.cluster);
        for (uint32_t i = 0; i < 40 && sold < 12; i++) {
            sold += sell(i % 2 == 0 ? BACK : FRONT, 40 + i, 1) == 0;
            cluster_run(world.cluster, 250);
        }
        assert_int_equal(sold, 12);
        assert_int_equal(sell(BACK, 90, 1), ERR_UNAVAILABLE);
        assert_int_equal(sell(FRONT, 91, 1), ERR_UNAVAILABLE);
        assert_true(cluster_converge(world.cluster, SETTLE_MS));
        const struct stock_sums found = sums();
        assert_int_equal(found.taken, 12);
        assert_int_equal(at(KITCHEN).all, 0);
        assert_int_equal(at(KITCHEN).oversold, 0);
    }
}

/* The manager ends a device that still sells, by @kind; the two are apart. All that there was and
 * what the device had is sold. Where its log ends for the manager. */
static struct log_point end_while_it_sells(enum command_kind kind)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 0};
    const struct cluster_node *back = &world.cluster->nodes[BACK];
    struct command command;
    begin(7, 6);
    assert_int_equal(sell(BACK, 1, 2), ERR_UNAVAILABLE);
    cluster_run(world.cluster, 300);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
    assert_int_equal(at(BACK).here, 2);
    cluster_partition(world.cluster, apart);
    const struct log_point end = {.log = back->log, .seq = replica_log_seq(back->replica)};
    shop_command(&command, kind);
    command.device = back->device;
    assert_int_equal(ask(FRONT, &command), 0);
    assert_int_equal(sell(FRONT, 2, 6), 0);
    assert_int_equal(sell(BACK, 3, 2), 0);
    return end;
}

TEST(stock_cluster, of_what_a_live_device_sells_after_its_end_no_more_is_excused_than_it_had)
{
    static const enum command_kind KINDS[] = {COMMAND_DEVICE_RETIRE, COMMAND_DEVICE_REVOKE};
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        struct log_point end = end_while_it_sells(KINDS[i]);
        struct stock_sums found = sums();
        assert_int_equal(found.taken, 8);
        assert_false(stock_check_holds(&found, 0));
        found = sums_of(&end, 1);
        assert_int_equal(found.late, 2);
        assert_int_equal(found.left, 2);
        assert_true(stock_check_holds(&found, 1));
        found.taken++;
        assert_false(stock_check_holds(&found, 1));
        found.late++;
        assert_false(stock_check_holds(&found, 1));
        end.seq = replica_log_seq(world.cluster->nodes[BACK].replica);
        found = sums_of(&end, 1);
        assert_false(stock_check_holds(&found, 1));
    }
}

TEST(stock_cluster, rights_follow_the_demand_before_they_run_out)
{
    begin(2, 40);
    assert_int_equal(sell(BACK, 1, 1), ERR_UNAVAILABLE);
    cluster_run(world.cluster, 300);
    for (uint32_t i = 1; i <= 15; i++) {
        assert_int_equal(sell(BACK, i, 1), 0);
        cluster_run(world.cluster, 600);
    }
    assert_true(at(BACK).here > 0);
}

TEST(stock_cluster, a_request_retried_at_another_device_takes_once)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 1};
    begin(3, 12);
    (void)sell(BACK, 1, 4);
    cluster_run(world.cluster, 300);
    cluster_partition(world.cluster, apart);
    assert_int_equal(sell(FRONT, 2, 2), 0);
    assert_int_equal(sell(BACK, 2, 2), 0);
    assert_int_equal(sums().taken, 4);
    cluster_heal(world.cluster);
    cluster_run(world.cluster, 3000);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
    assert_int_equal(sums().taken, 2);
    assert_int_equal(at(KITCHEN).all, 10);
}

TEST(stock_cluster, what_is_not_sold_after_all_is_there_again)
{
    begin(4, 10);
    assert_int_equal(sell(FRONT, 1, 4), 0);
    assert_int_equal(change(FRONT, COMMAND_LINE_SET, 1, -1), 0);
    assert_int_equal(sums().taken, 3);
    assert_int_equal(change(FRONT, COMMAND_LINE_SET, 1, 2), 0);
    assert_int_equal(sums().taken, 5);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
    assert_int_equal(change(BACK, COMMAND_CANCEL, 1, 0), 0);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
    assert_int_equal(sums().taken, 0);
    assert_int_equal(at(FRONT).here,
                     10); /* to the device that sold, not to the one that cancelled */
    assert_int_equal(change(FRONT, COMMAND_REINSTATE, 1, 0), 0);
    assert_int_equal(sums().taken, 5);
    assert_int_equal(change(FRONT, COMMAND_REFUSE, 1, 0), 0);
    assert_int_equal(sums().taken, 0);
    assert_int_equal(change(FRONT, COMMAND_RECALL, 1, 0), 0);
    assert_int_equal(sums().taken, 5);
}

TEST(stock_cluster, food_that_was_begun_is_spent)
{
    begin(5, 10);
    struct command start;
    assert_int_equal(sell(FRONT, 1, 4), 0);
    shop_command(&start, COMMAND_START);
    start.principal.role = ROLE_KITCHEN;
    uint8_t session[8];
    put_be64(session, start.principal.session);
    start.order = entity_id_mint(1, bytes_of(session, sizeof session),
                                 bytes_of(world.keys[1].bytes, sizeof world.keys[1].bytes));
    assert_int_equal(ask(FRONT, &start), 0);
    assert_int_equal(change(FRONT, COMMAND_CANCEL, 1, 0), 0);
    assert_int_equal(sums().taken, 4);
}

TEST(stock_cluster, staff_may_sell_a_portion_that_they_see_and_everybody_sees_that)
{
    begin(6, 1);
    struct command command;
    assert_int_equal(sell(FRONT, 1, 1), 0);
    make_order(&command, 2, 2);
    command.is_forced = true;
    assert_int_equal(ask(FRONT, &command), 0);
    assert_true(cluster_converge(world.cluster, SETTLE_MS));
    assert_int_equal(at(KITCHEN).oversold, 2);
    assert_int_equal(sums().forced, 2);
    assert_int_equal(manage(FRONT, COMMAND_STOCK_ADD, 2), 0);
    assert_int_equal(at(FRONT).oversold, 0);
    assert_int_equal(at(FRONT).here, 0);
}

TEST(stock_cluster, a_warned_item_is_sold_anyway_and_one_that_is_off_is_not_counted)
{
    begin(7, 1);
    set_policy(STOCK_WARN);
    assert_int_equal(sell(FRONT, 1, 3), 0);
    assert_int_equal(at(FRONT).oversold, 2);
    set_policy(STOCK_OFF);
    assert_int_equal(sell(FRONT, 2, 3), 0);
    assert_int_equal(at(FRONT).oversold, 2);
}

TEST(stock_cluster, two_lines_of_one_order_share_what_is_there)
{
    begin(8, 3);
    struct command command;
    make_order(&command, 1, 2);
    command.lines_count = 2;
    command.lines[1] = command.lines[0];
    assert_int_equal(ask(FRONT, &command), ERR_UNAVAILABLE);
    command.lines[1].quantity = 1;
    assert_int_equal(ask(FRONT, &command), 0);
    assert_int_equal(at(FRONT).here, 0);
}

TEST(stock_cluster, a_count_corrects_what_the_managers_device_can_answer_for)
{
    begin(9, 10);
    assert_int_equal(manage(FRONT, COMMAND_STOCK_COUNT, 7), 0);
    assert_int_equal(at(FRONT).all, 7);
    assert_int_equal(manage(FRONT, COMMAND_STOCK_COUNT, 9), 0);
    assert_int_equal(at(FRONT).all, 9);
    assert_int_equal(manage(FRONT, COMMAND_STOCK_ADD, -20), ERR_MISMATCH);
    assert_int_equal(manage(FRONT, COMMAND_STOCK_ADD, -9), 0);
    assert_int_equal(at(FRONT).all, 0);
}
