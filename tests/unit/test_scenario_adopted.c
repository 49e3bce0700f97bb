/* A tablet is stolen and revoked at what the manager had of it. What it sold after that is void,
 * and waits where it is held until somebody decides. */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/blob.h"
#include "sync/domain/menu.h"
#include "tests/lib/story.h"

enum { MANAGER, DEPUTY, OWNER, KITCHEN, TABLET, SETTLE_MS = 5000 };

static struct command decide(enum command_kind kind, uint32_t order_key)
{
    struct command command;
    shop_command(&command, kind);
    command.order = story_order_id(order_key);
    return command;
}

/* Three orders that all have, two more that the manager does not have when he revokes. */
static struct story *stolen(void)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 1, 1, 1};
    struct story *story = story_new(1);
    struct command revoke;
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "deputy", ROLE_MANAGER, "B");
    story_device(story, "owner", ROLE_OWNER, "E");
    story_device(story, "kitchen", ROLE_KITCHEN, "D");
    story_device(story, "tablet", ROLE_COUNTER, "C");
    story_begin(story);
    for (uint32_t key = 1001; key <= 1003; key++) {
        story_place(story, TABLET, key, 1);
    }
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    cluster_partition(story->cluster, apart);
    story_place(story, TABLET, 1004, 2);
    story_place(story, TABLET, 1005, 1);
    story_do(story, TABLET, COMMAND_START, 1004);
    cluster_run(story->cluster, SETTLE_MS);
    shop_command(&revoke, COMMAND_DEVICE_REVOKE);
    revoke.device = story->cluster->nodes[TABLET].device;
    story_ask(story, MANAGER, &revoke);
    story_do(story, KITCHEN, COMMAND_DONE, 1004);
    cluster_heal(story->cluster);
    cluster_run(story->cluster, SETTLE_MS);
    story->size = 0;
    return story;
}

static void assert_all_alike(const struct story *story)
{
    for (uint32_t node = DEPUTY; node <= KITCHEN; node++) {
        assert_true(story_is_alike(story, MANAGER, node));
    }
}

TEST(scenario, voided_orders_are_listed_where_they_are_held_until_somebody_decides)
{
    struct story *story = stolen();
    const struct command drop = decide(COMMAND_ORDER_DROP, 1005);
    const struct command adopt = decide(COMMAND_ORDER_ADOPT, 1004);
    story_voided(story, KITCHEN);
    story_voided(story, MANAGER);
    story_board(story, KITCHEN, 1004);
    assert_all_alike(story);
    story_ask(story, MANAGER, &adopt);
    story_ask(story, DEPUTY, &adopt);
    story_ask(story, DEPUTY, &drop);
    cluster_run(story->cluster, SETTLE_MS);
    story_board(story, MANAGER, 1004);
    story_board(story, MANAGER, 1005);
    story_voided(story, KITCHEN);
    story_voided(story, DEPUTY);
    assert_all_alike(story);
    story_ask(story, OWNER, &adopt);
    story_ask(story, OWNER, &drop);
    cluster_run(story->cluster, SETTLE_MS);
    story_board(story, KITCHEN, 1004);
    assert_all_alike(story);
    assert_string_equal(story->text, "[   10] kitchen  voided: C-4 of tablet, 5 events, 2 lines, "
                                     "11.00; C-5 of tablet, 2 events, "
                                     "1 lines, 7.00\n"
                                     "[   10] manager  voided: none\n"
                                     "[   10] kitchen  board:  draft, 0 lines, 0.00\n"
                                     "[   10] manager  order.adopt: not_found\n"
                                     "[   10] deputy   order.adopt: ok\n"
                                     "[   10] deputy   order.drop: ok\n"
                                     "[   15] manager  board: C-4 ready, 2 lines, 11.00\n"
                                     "[   15] manager  board:  draft, 0 lines, 0.00\n"
                                     "[   15] kitchen  voided: none\n"
                                     "[   15] deputy   voided: none\n"
                                     "[   15] owner    order.adopt: ok\n"
                                     "[   15] owner    order.drop: ok\n"
                                     "[   20] kitchen  board: C-4 ready, 2 lines, 11.00\n");
    story_free(story);
}

TEST(scenario, a_voided_order_is_listed_with_what_people_know_it_by)
{
    struct story *story = stolen();
    struct voided_order row;
    const struct replica *kitchen = story->cluster->nodes[KITCHEN].replica;
    assert_true(replica_voided_at(kitchen, 0, &row));
    assert_int_equal(row.number, 4);
    assert_true(row.opened_t > 0);
    assert_int_equal(row.shown_count, row.lines);
    assert_int_equal(row.lines, 2);
    assert_int_equal(row.shown[0].quantity, 2);
    assert_string_equal(row.shown[0].name, "Soup");
    assert_int_equal(row.shown[1].quantity, 1);
    assert_string_equal(row.shown[1].name, "Wrap");
    story_free(story);
}

/* Neither had heard of the other: the events count once, whoever's they are. */
TEST(scenario, two_managers_who_adopt_one_order_at_once_adopt_it_once)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 2, 0, 0};
    struct story *story = stolen();
    const struct command adopt = decide(COMMAND_ORDER_ADOPT, 1004);
    struct command cancel = decide(COMMAND_CANCEL, 1004);
    cancel.reason = bytes_of_text("nobody came");
    cluster_partition(story->cluster, apart);
    story_ask(story, DEPUTY, &adopt);
    story_ask(story, OWNER, &adopt);
    story_ask(story, OWNER, &cancel);
    cluster_heal(story->cluster);
    cluster_run(story->cluster, SETTLE_MS);
    story_board(story, KITCHEN, 1004);
    story_voided(story, KITCHEN);
    assert_all_alike(story);
    assert_string_equal(story->text,
                        "[   10]          the network falls apart\n"
                        "[   10] deputy   order.adopt: ok\n"
                        "[   10] owner    order.adopt: ok\n"
                        "[   10] owner    cancel: ok\n"
                        "[   10]          the network is whole again\n"
                        "[   15] kitchen  board: C-4 cancelled, 2 lines, 11.00\n"
                        "[   15] kitchen  voided: C-5 of tablet, 2 events, 1 lines, 7.00\n");
    story_free(story);
}

/* A manager overrules a drop by adopting; a drop after an adoption changes nothing. */
TEST(scenario, what_was_dropped_may_still_be_adopted)
{
    struct story *story = stolen();
    const struct command drop = decide(COMMAND_ORDER_DROP, 1005);
    const struct command adopt = decide(COMMAND_ORDER_ADOPT, 1005);
    story_ask(story, DEPUTY, &drop);
    cluster_run(story->cluster, SETTLE_MS);
    story_ask(story, OWNER, &adopt);
    cluster_run(story->cluster, SETTLE_MS);
    story_board(story, MANAGER, 1005);
    assert_all_alike(story);
    assert_string_equal(story->text, "[   10] deputy   order.drop: ok\n"
                                     "[   15] owner    order.adopt: ok\n"
                                     "[   20] manager  board: C-5 placed, 1 lines, 7.00\n");
    story_free(story);
}

TEST(scenario, who_may_not_adopt_adopts_nothing)
{
    struct story *story = stolen();
    struct command adopt = decide(COMMAND_ORDER_ADOPT, 1004);
    adopt.principal.role = ROLE_COUNTER;
    story_ask(story, DEPUTY, &adopt);
    adopt.principal.role = ROLE_OWNER;
    story_ask(story, KITCHEN, &adopt);
    story_voided(story, KITCHEN);
    assert_string_equal(story->text,
                        "[   10] deputy   order.adopt: forbidden\n"
                        "[   10] kitchen  order.adopt: forbidden\n"
                        "[   10] kitchen  voided: C-4 of tablet, 5 events, 2 lines, 11.00; C-5 of "
                        "tablet, 2 events, 1 lines, 7.00\n");
    story_free(story);
}

/* --- what was sold --- */

static void set_stock(struct story *story, enum stock_policy policy, int64_t units)
{
    struct command command;
    shop_command(&command, COMMAND_MENU_SET);
    command.item = 1;
    command.fields_count = 1;
    command.fields[0] = (struct wanted_field){.field = MENU_STOCK, .number = policy};
    story_ask(story, MANAGER, &command);
    shop_command(&command, COMMAND_STOCK_ADD);
    command.item = 1;
    command.stock_units = units;
    story_ask(story, MANAGER, &command);
}

static void edit(struct story *story, enum command_kind kind, uint32_t line, int32_t delta)
{
    struct command command = decide(kind, 1006);
    command.reason = bytes_of_text("mistake");
    command.ids_count = 1;
    command.ids[0] = line;
    command.quantity_delta = delta;
    story_ask(story, TABLET, &command);
}

static int64_t unsold(const struct story *story)
{
    const struct stock_summary summary = story_stock_at(story, DEPUTY, 1);
    return summary.all - summary.oversold;
}

/* Two of item 1 and one of item 2, then three of item 1 alone: that is what was eaten. Ten of item
 * 1 were there. */
static struct story *stolen_with_stock(void)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 1, 1, 1};
    struct story *story = story_new(1);
    struct command revoke;
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "deputy", ROLE_MANAGER, "B");
    story_device(story, "owner", ROLE_OWNER, "E");
    story_device(story, "kitchen", ROLE_KITCHEN, "D");
    story_device(story, "tablet", ROLE_COUNTER, "C");
    story_begin(story);
    set_stock(story, STOCK_WARN, 10);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    cluster_partition(story->cluster, apart);
    story_place(story, TABLET, 1006, 2);
    edit(story, COMMAND_LINE_SET, 1, 1);
    edit(story, COMMAND_LINE_SET, 2, 1);
    edit(story, COMMAND_LINES_VOID, 2, 0);
    cluster_run(story->cluster, SETTLE_MS);
    shop_command(&revoke, COMMAND_DEVICE_REVOKE);
    revoke.device = story->cluster->nodes[TABLET].device;
    story_ask(story, MANAGER, &revoke);
    cluster_heal(story->cluster);
    cluster_run(story->cluster, SETTLE_MS);
    assert_int_equal(unsold(story), 10);
    return story;
}

TEST(scenario, an_adopted_order_takes_what_it_came_to_from_the_stock)
{
    struct story *story = stolen_with_stock();
    const struct command adopt = decide(COMMAND_ORDER_ADOPT, 1006);
    story_ask(story, DEPUTY, &adopt);
    cluster_run(story->cluster, SETTLE_MS);
    assert_int_equal(unsold(story), 7);
    assert_all_alike(story);
    story_free(story);
}

TEST(scenario, an_order_that_two_managers_adopt_at_once_is_taken_from_the_stock_once)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 2, 0, 0};
    struct story *story = stolen_with_stock();
    const struct command adopt = decide(COMMAND_ORDER_ADOPT, 1006);
    cluster_partition(story->cluster, apart);
    story_ask(story, DEPUTY, &adopt);
    story_ask(story, OWNER, &adopt);
    cluster_heal(story->cluster);
    cluster_run(story->cluster, SETTLE_MS);
    assert_int_equal(unsold(story), 7);
    assert_all_alike(story);
    story_free(story);
}

/* --- names --- */

/* An order of @key at the tablet whose name lies in a file there. */
static struct hash place_named(struct story *story, uint32_t key, const char *salted)
{
    static struct shop_key keys[2];
    struct shop_key *bytes = &keys[key % 2];
    struct command command;
    *bytes = shop_key_make(1, key);
    shop_order(&command, bytes, 1);
    command.blob = cluster_put_blob(&story->cluster->nodes[TABLET], bytes_of_text(salted));
    command.blob_size = (uint32_t)strlen(salted);
    command.media = bytes_of_text("text/plain");
    story_ask(story, TABLET, &command);
    return command.blob;
}

/* As stolen(), with names: the manager revokes the tablet without having heard of either order. */
static struct story *stolen_named(struct hash ret_names[2])
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 1, 1, 1};
    struct story *story = story_new(1);
    struct command revoke;
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "deputy", ROLE_MANAGER, "B");
    story_device(story, "owner", ROLE_OWNER, "E");
    story_device(story, "kitchen", ROLE_KITCHEN, "D");
    story_device(story, "tablet", ROLE_COUNTER, "C");
    story_begin(story);
    cluster_partition(story->cluster, apart);
    ret_names[0] = place_named(story, 1004, "0123456789abcdefAda");
    ret_names[1] = place_named(story, 1005, "fedcba9876543210Grace");
    cluster_run(story->cluster, SETTLE_MS);
    shop_command(&revoke, COMMAND_DEVICE_REVOKE);
    revoke.device = story->cluster->nodes[TABLET].device;
    story_ask(story, MANAGER, &revoke);
    cluster_heal(story->cluster);
    cluster_run(story->cluster, SETTLE_MS);
    story->size = 0;
    return story;
}

static enum blob_state blob_at(const struct story *story, uint32_t node, const struct hash *hash)
{
    enum blob_state state = BLOB_NONE;
    struct store_txn *txn = store_memory_begin(story->cluster->nodes[node].store, false);
    assert_int_equal(blob_state_get(txn, hash, &state), 0);
    store_memory_abort(txn);
    return state;
}

TEST(scenario, the_name_of_an_adopted_order_comes_to_all_devices)
{
    struct hash names[2];
    struct story *story = stolen_named(names);
    const struct command adopt = decide(COMMAND_ORDER_ADOPT, 1004);
    assert_int_equal(blob_at(story, DEPUTY, &names[0]), BLOB_HERE);
    assert_int_equal(blob_at(story, MANAGER, &names[0]), BLOB_NONE);
    story_ask(story, DEPUTY, &adopt);
    cluster_run(story->cluster, SETTLE_MS);
    assert_int_equal(blob_at(story, MANAGER, &names[0]), BLOB_HERE);
    assert_int_equal(blob_at(story, MANAGER, &names[1]), BLOB_NONE); /* nobody adopted that one */
    assert_all_alike(story);
    story_free(story);
}

/* Who adopts tells of it also where the bytes are on another device. */
TEST(scenario, an_adopted_name_comes_from_whoever_holds_it)
{
    struct hash names[2];
    struct story *story = stolen_named(names);
    const struct command adopt = decide(COMMAND_ORDER_ADOPT, 1004);
    cluster_lose_blob(story->cluster, &story->cluster->nodes[DEPUTY], &names[0]);
    story_ask(story, DEPUTY, &adopt);
    cluster_run(story->cluster, 4 * SETTLE_MS);
    assert_int_equal(blob_at(story, MANAGER, &names[0]), BLOB_HERE);
    assert_int_equal(blob_at(story, DEPUTY, &names[0]), BLOB_HERE);
    story_free(story);
}

/* How often @node heard of it. */
static uint32_t tellings_at(const struct story *story, uint32_t node, const struct hash *hash)
{
    const struct entity_id id = blob_entity(hash);
    struct store_txn *txn = store_memory_begin(story->cluster->nodes[node].store, false);
    assert_int_equal(history_get(story->history, txn, KIND_BLOB, &id), 0);
    store_memory_abort(txn);
    return story->history->count;
}

TEST(scenario, a_name_that_was_told_of_anew_is_not_told_of_again)
{
    struct hash names[2];
    struct story *story = stolen_named(names);
    const struct command adopt = decide(COMMAND_ORDER_ADOPT, 1004);
    story_ask(story, DEPUTY, &adopt);
    story_ask(story, DEPUTY, &adopt);
    cluster_run(story->cluster, SETTLE_MS);
    story_ask(story, OWNER, &adopt);
    cluster_run(story->cluster, SETTLE_MS);
    assert_int_equal(tellings_at(story, MANAGER, &names[0]), 1);
    story_free(story);
}

TEST(scenario, a_named_order_of_which_nothing_counts_is_erased_and_no_adoption_brings_its_name_back)
{
    struct hash names[2];
    struct story *story = stolen_named(names);
    struct command erase = decide(COMMAND_ORDER_ERASE, 1004);
    const struct command adopt = decide(COMMAND_ORDER_ADOPT, 1004);
    erase.reason = bytes_of_text("asked for");
    story_ask(story, MANAGER, &erase); /* holds nothing of it */
    story_ask(story, DEPUTY, &erase);
    cluster_run(story->cluster, SETTLE_MS);
    for (uint32_t node = DEPUTY; node <= KITCHEN; node++) {
        assert_int_equal(blob_at(story, node, &names[0]), BLOB_ERASED);
        assert_false(cluster_has_blob(&story->cluster->nodes[node], &names[0]));
    }
    assert_int_equal(blob_at(story, DEPUTY, &names[1]), BLOB_HERE);
    story_ask(story, DEPUTY, &adopt);
    cluster_run(story->cluster, SETTLE_MS);
    assert_false(cluster_has_blob(&story->cluster->nodes[MANAGER], &names[0]));
    assert_string_equal(story->text, "[   10] manager  order.erase: not_found\n"
                                     "[   10] deputy   order.erase: ok\n"
                                     "[   15] deputy   order.adopt: ok\n");
    story_free(story);
}
