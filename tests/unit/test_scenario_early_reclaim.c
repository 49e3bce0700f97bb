/* A tablet is taken for dead and its rights to sell are reclaimed, but it goes on selling. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { MANAGER, TABLET, KITCHEN, ITEM = 1, SETTLE_MS = 5000, UNITS = 10 };

static void policy_set(struct story *story)
{
    struct command command;
    shop_command(&command, COMMAND_MENU_SET);
    command.item = ITEM;
    command.fields_count = 1;
    command.fields[0] = (struct wanted_field){.field = MENU_STOCK, .number = STOCK_STRICT};
    story_ask(story, MANAGER, &command);
    shop_command(&command, COMMAND_STOCK_ADD);
    command.item = ITEM;
    command.stock_units = UNITS;
    story_ask(story, MANAGER, &command);
}

static void tablet_begin(struct story *story)
{
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "tablet", ROLE_COUNTER, "B");
    story_device(story, "kitchen", ROLE_KITCHEN, "C");
    story_begin(story);
    policy_set(story);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_place(story, TABLET, 1, 1);
    cluster_run(story->cluster, 300);
    story_place(story, TABLET, 1, 1);
    cluster_run(story->cluster, 600);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
}

static void tablet_retire(struct story *story)
{
    struct command command;
    shop_command(&command, COMMAND_DEVICE_RETIRE);
    command.device = story->cluster->nodes[TABLET].device;
    story_ask(story, MANAGER, &command);
}

TEST(scenario, a_dead_tablets_portions_are_sold_by_the_manager)
{
    struct story *story = story_new(1);
    tablet_begin(story);
    cluster_crash(story->cluster, TABLET);
    const struct stock_summary before = story_stock_at(story, MANAGER, ITEM);
    assert_true(before.here < before.all);
    tablet_retire(story);
    cluster_run(story->cluster, 100);
    story_stock(story, MANAGER, ITEM);
    for (uint32_t i = 0; i < 4; i++) {
        story_place(story, MANAGER, 10 + i, 1);
    }
    story_place(story, MANAGER, 14, 1);
    story_stock(story, MANAGER, ITEM);
    assert_string_equal(story->text, "[    0] manager  menu.set: ok\n"
                                     "[    0] manager  stock.add: ok\n"
                                     "[    0] tablet   order.place: unavailable\n"
                                     "[    0] tablet   order.place: number 1, 3 events\n"
                                     "[    1] tablet   power lost\n"
                                     "[    1] manager  device.retire: ok\n"
                                     "[    1] manager  stock: 8 here, 8 in all, 0 oversold\n"
                                     "[    1] manager  order.place: number 1, 3 events\n"
                                     "[    1] manager  order.place: number 2, 3 events\n"
                                     "[    1] manager  order.place: number 3, 3 events\n"
                                     "[    1] manager  order.place: number 4, 3 events\n"
                                     "[    1] manager  order.place: unavailable\n"
                                     "[    1] manager  stock: 0 here, 0 in all, 0 oversold\n");
    story_free(story);
}

TEST(scenario, a_tablet_that_was_not_dead_goes_on_selling_and_all_see_what_is_oversold)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 0};
    struct story *story = story_new(2);
    tablet_begin(story);
    cluster_partition(story->cluster, apart);
    tablet_retire(story);
    for (uint32_t i = 0; i < 4; i++) {
        story_place(story, MANAGER, 10 + i, 1);
    }
    story_stock(story, MANAGER, ITEM);
    story_place(story, TABLET, 20, 1);
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_stock(story, MANAGER, ITEM);
    story_stock(story, KITCHEN, ITEM);
    story_place(story, TABLET, 21, 1);
    assert_string_equal(story->text, "[    0] manager  menu.set: ok\n"
                                     "[    0] manager  stock.add: ok\n"
                                     "[    0] tablet   order.place: unavailable\n"
                                     "[    0] tablet   order.place: number 1, 3 events\n"
                                     "[    1]          the network falls apart\n"
                                     "[    1] manager  device.retire: ok\n"
                                     "[    1] manager  order.place: number 1, 3 events\n"
                                     "[    1] manager  order.place: number 2, 3 events\n"
                                     "[    1] manager  order.place: number 3, 3 events\n"
                                     "[    1] manager  order.place: number 4, 3 events\n"
                                     "[    1] manager  stock: 0 here, 0 in all, 0 oversold\n"
                                     "[    1] tablet   order.place: number 2, 3 events\n"
                                     "[    1]          the network is whole again\n"
                                     "[    2] manager  stock: 0 here, 0 in all, 2 oversold\n"
                                     "[    2] kitchen  stock: 0 here, 0 in all, 2 oversold\n"
                                     "[    2] tablet   order.place: unavailable\n");
    story_free(story);
}

/* It was cut off with a kitchen, which knew of nothing and cooked. */
TEST(scenario, what_was_cooked_for_a_tablet_taken_for_dead_stays_and_what_it_forces_is_flagged)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 1};
    const struct shop_key key = shop_key_make(1, 22);
    struct story *story = story_new(3);
    struct command forced;
    tablet_begin(story);
    cluster_partition(story->cluster, apart);
    tablet_retire(story);
    story_place(story, TABLET, 20, 1);
    cluster_run(story->cluster, SETTLE_MS);
    story_do(story, KITCHEN, COMMAND_ACCEPT, 20);
    story_do(story, KITCHEN, COMMAND_DONE, 20);
    for (uint32_t i = 0; i < 4; i++) {
        story_place(story, MANAGER, 10 + i, 1);
    }
    story->size = 0;
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, MANAGER, 20);
    story_voided(story, MANAGER);
    story_stock(story, MANAGER, ITEM);
    shop_order(&forced, &key, 1);
    story_ask(story, TABLET, &forced);
    forced.is_forced = true;
    story_ask(story, TABLET, &forced);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, MANAGER, 22);
    story_stock(story, MANAGER, ITEM);
    story_stock(story, KITCHEN, ITEM);
    assert_true(story_is_alike(story, MANAGER, KITCHEN));
    assert_string_equal(story->text, "[    6]          the network is whole again\n"
                                     "[    6] manager  board: B-2 ready, 1 lines, 7.00\n"
                                     "[    6] manager  voided: none\n"
                                     "[    6] manager  stock: 0 here, 0 in all, 2 oversold\n"
                                     "[    6] tablet   order.place: unavailable\n"
                                     "[    6] tablet   order.place: number 3, 3 events\n"
                                     "[    6] manager  board: B-3 placed, 1 lines, 7.00\n"
                                     "[    6] manager  stock: 0 here, 0 in all, 4 oversold\n"
                                     "[    6] kitchen  stock: 0 here, 0 in all, 4 oversold\n");
    story_free(story);
}
