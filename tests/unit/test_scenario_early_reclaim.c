/* A tablet is taken for dead and its rights to sell are reclaimed, but it goes on selling. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "sync/domain/stock.h"
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

static struct stock_summary stock_at(const struct story *story, uint32_t node)
{
    const struct cluster_node *where = &story->cluster->nodes[node];
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

static void stock_tell(struct story *story, uint32_t node)
{
    char line[120];
    const struct stock_summary summary = stock_at(story, node);
    (void)snprintf(line, sizeof line, "%s: %d here, %d in all, %d oversold",
                   story->cluster->nodes[node].name, (int)summary.here, (int)summary.all,
                   (int)summary.oversold);
    story_tell(story, line);
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
    const struct stock_summary before = stock_at(story, MANAGER);
    assert_true(before.here < before.all);
    tablet_retire(story);
    cluster_run(story->cluster, 100);
    stock_tell(story, MANAGER);
    for (uint32_t i = 0; i < 4; i++)
        story_place(story, MANAGER, 10 + i, 1);
    story_place(story, MANAGER, 14, 1);
    stock_tell(story, MANAGER);
    assert_string_equal(story->text, "[    0] manager  menu.set: ok\n"
                                     "[    0] manager  stock.add: ok\n"
                                     "[    0] tablet   order.place: unavailable\n"
                                     "[    0] tablet   order.place: number 1, 3 events\n"
                                     "[    1] tablet   power lost\n"
                                     "[    1] manager  device.retire: ok\n"
                                     "[    1]          manager: 8 here, 8 in all, 0 oversold\n"
                                     "[    1] manager  order.place: number 1, 3 events\n"
                                     "[    1] manager  order.place: number 2, 3 events\n"
                                     "[    1] manager  order.place: number 3, 3 events\n"
                                     "[    1] manager  order.place: number 4, 3 events\n"
                                     "[    1] manager  order.place: unavailable\n"
                                     "[    1]          manager: 0 here, 0 in all, 0 oversold\n");
    story_free(story);
}

TEST(scenario, a_tablet_that_was_not_dead_goes_on_selling_and_all_see_what_is_oversold)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 0};
    struct story *story = story_new(2);
    tablet_begin(story);
    cluster_partition(story->cluster, apart);
    tablet_retire(story);
    for (uint32_t i = 0; i < 4; i++)
        story_place(story, MANAGER, 10 + i, 1);
    stock_tell(story, MANAGER);
    story_place(story, TABLET, 20, 1);
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    stock_tell(story, MANAGER);
    stock_tell(story, KITCHEN);
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
                                     "[    1]          manager: 0 here, 0 in all, 0 oversold\n"
                                     "[    1] tablet   order.place: number 2, 3 events\n"
                                     "[    1]          the network is whole again\n"
                                     "[    2]          manager: 0 here, 0 in all, 2 oversold\n"
                                     "[    2]          kitchen: 0 here, 0 in all, 2 oversold\n"
                                     "[    2] tablet   order.place: unavailable\n");
    story_free(story);
}
