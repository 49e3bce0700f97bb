/* A tablet's journal forks, both branches sell of the same rights, and meanwhile the issuer, who
 * took the tablet for dead, has reclaimed and sold them. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { MANAGER, TABLET, KITCHEN, CLONE, ITEM = 1, SETTLE_MS = 20000, CARRY_MS = 8000, UNITS = 10 };

static void stock_begin(struct story *story)
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
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
}

/* The tablet sells one, and has rights to more. */
static struct story *rights_begin(uint64_t seed)
{
    struct story *story = story_new(seed);
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "tablet", ROLE_COUNTER, "B");
    story_device(story, "kitchen", ROLE_KITCHEN, "C");
    story_begin(story);
    stock_begin(story);
    story_place(story, TABLET, 1, 1); /* asks for rights */
    cluster_run(story->cluster, 300);
    story_place(story, TABLET, 1, 1);
    cluster_run(story->cluster, 600);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    return story;
}

static void tablet_retire(struct story *story)
{
    struct command command;
    shop_command(&command, COMMAND_DEVICE_RETIRE);
    command.device = story->cluster->nodes[TABLET].device;
    story_ask(story, MANAGER, &command);
}

/* Until it has no right left. */
static void sell_out(struct story *story, uint32_t node, uint32_t key)
{
    while (story_stock_at(story, node, ITEM).here > 0) {
        story_place(story, node, key++, 1);
    }
}

/* Of ten units, two are sold to each order: fourteen in all. */
TEST(scenario, what_both_branches_of_a_forked_log_and_a_hasty_issuer_sold_is_shown_as_oversold)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {[TABLET] = 1, [CLONE] = 2};
    struct story *story = rights_begin(4);
    struct cluster *cluster = story->cluster;
    struct cluster_copy copy = cluster_copy_disk(cluster, TABLET);
    assert_int_equal(cluster_clone(cluster, TABLET, &copy, "clone"), CLONE);
    cluster_copy_free(&copy);
    cluster_partition(cluster, apart);
    story_stock(story, TABLET, ITEM);
    story_stock(story, CLONE, ITEM);
    story_place(story, TABLET, 20, 1);
    story_place(story, CLONE, 30, 1);
    story_place(story, CLONE, 31, 1);
    tablet_retire(story);
    story_stock(story, MANAGER, ITEM);
    cluster_dial(cluster, CLONE, MANAGER);
    cluster_dial(cluster, CLONE, KITCHEN);
    sell_out(story, MANAGER, 10);
    story_stock(story, MANAGER, ITEM);
    cluster_heal(cluster);
    const size_t told = story->size;
    cluster_run(cluster, CARRY_MS);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    story->size = told; /* who is told what of a fork, and when, is the mesh's affair */
    for (uint32_t node = MANAGER; node <= CLONE; node++) {
        story_stock(story, node, ITEM);
    }
    story_board(story, MANAGER, 20);
    story_board(story, MANAGER, 30);
    story_place(story, TABLET, 40, 1);
    story_place(story, CLONE, 41, 1);
    assert_true(story_is_alike(story, MANAGER, KITCHEN));
    assert_true(story_is_alike(story, MANAGER, TABLET));
    assert_string_equal(story->text, "[    0] manager  menu.set: ok\n"
                                     "[    0] manager  stock.add: ok\n"
                                     "[    0] tablet   order.place: unavailable\n"
                                     "[    0] tablet   order.place: number 1, 3 events\n"
                                     "[    1] clone    starts as a clone\n"
                                     "[    1]          the network falls apart\n"
                                     "[    1] tablet   stock: 2 here, 8 in all, 0 oversold\n"
                                     "[    1] clone    stock: 2 here, 8 in all, 0 oversold\n"
                                     "[    1] tablet   order.place: number 2, 3 events\n"
                                     "[    1] clone    order.place: number 2, 3 events\n"
                                     "[    1] clone    order.place: unavailable\n"
                                     "[    1] manager  device.retire: ok\n"
                                     "[    1] manager  stock: 8 here, 8 in all, 0 oversold\n"
                                     "[    1] manager  order.place: number 1, 3 events\n"
                                     "[    1] manager  order.place: number 2, 3 events\n"
                                     "[    1] manager  order.place: number 3, 3 events\n"
                                     "[    1] manager  order.place: number 4, 3 events\n"
                                     "[    1] manager  stock: 0 here, 0 in all, 0 oversold\n"
                                     "[    1]          the network is whole again\n"
                                     "[    9] manager  stock: 0 here, 0 in all, 4 oversold\n"
                                     "[    9] tablet   stock: 0 here, 0 in all, 4 oversold\n"
                                     "[    9] kitchen  stock: 0 here, 0 in all, 4 oversold\n"
                                     "[    9] clone    stock: 0 here, 0 in all, 4 oversold\n"
                                     "[    9] manager  board: B-2 placed, 1 lines, 7.00\n"
                                     "[    9] manager  board: B-2 placed, 1 lines, 7.00\n"
                                     "[    9] tablet   order.place: unavailable\n"
                                     "[    9] clone    order.place: unavailable\n");
    story_free(story);
}
