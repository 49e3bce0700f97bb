/* A tablet goes on under a new journal, which names where the old one ended; nothing is sold by the
 * rights of that until somebody says that it ended there. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { MANAGER, TABLET, ITEM = 1, UNITS = 20, SETTLE_MS = 20000 };

static void converge(struct story *story)
{
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
}

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
    converge(story);
}

/* Up to where the manager has its journals. */
static void retire_tablet(struct story *story)
{
    struct command command;
    shop_command(&command, COMMAND_DEVICE_RETIRE);
    command.device = story->cluster->nodes[TABLET].device;
    story_ask(story, MANAGER, &command);
}

TEST(scenario, the_journal_that_goes_on_after_one_that_ended_sells_by_the_rights_of_that)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    struct story *story = story_new(10);
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "tablet", ROLE_COUNTER, "B");
    story_begin(story);
    stock_begin(story);
    story_place(story, TABLET, 1, 1); /* asks for rights */
    cluster_run(story->cluster, 300);
    story_place(story, TABLET, 1, 1);
    cluster_run(story->cluster, SETTLE_MS);
    cluster_partition(story->cluster, apart);
    story_stock(story, TABLET, ITEM);
    cluster_renew_log(story->cluster, TABLET);
    story_tell(story, "tablet goes on under a new journal");
    cluster_run(story->cluster, 300);
    story_stock(story, TABLET, ITEM);
    story_place(story, TABLET, 2, 1);
    retire_tablet(story);
    story_stock(story, MANAGER, ITEM);
    cluster_heal(story->cluster);
    cluster_run(story->cluster, SETTLE_MS);
    cluster_partition(story->cluster, apart);
    story_stock(story, TABLET, ITEM);
    story_stock(story, MANAGER, ITEM);
    story_place(story, TABLET, 2, 1);
    story_place(story, TABLET, 3, 1);
    story_place(story, MANAGER, 4, 1);
    cluster_heal(story->cluster);
    converge(story);
    story_stock(story, MANAGER, ITEM);
    story_stock(story, TABLET, ITEM);
    assert_true(story_is_alike(story, MANAGER, TABLET));
    assert_string_equal(story->text, "[    0] manager  menu.set: ok\n"
                                     "[    0] manager  stock.add: ok\n"
                                     "[    0] tablet   order.place: unavailable\n"
                                     "[    0] tablet   order.place: number 1, 3 events\n"
                                     "[   20]          the network falls apart\n"
                                     "[   20] tablet   stock: 2 here, 18 in all, 0 oversold\n"
                                     "[   20]          tablet goes on under a new journal\n"
                                     "[   21] tablet   stock: 0 here, 18 in all, 0 oversold\n"
                                     "[   21] tablet   order.place: unavailable\n"
                                     "[   21] manager  device.retire: ok\n"
                                     "[   21] manager  stock: 18 here, 18 in all, 0 oversold\n"
                                     "[   21]          the network is whole again\n"
                                     "[   41]          the network falls apart\n"
                                     "[   41] tablet   stock: 2 here, 16 in all, 0 oversold\n"
                                     "[   41] manager  stock: 16 here, 16 in all, 0 oversold\n"
                                     "[   41] tablet   order.place: number 102, 3 events\n"
                                     "[   41] tablet   order.place: unavailable\n"
                                     "[   41] manager  order.place: number 1, 3 events\n"
                                     "[   41]          the network is whole again\n"
                                     "[   41] manager  stock: 14 here, 14 in all, 0 oversold\n"
                                     "[   41] tablet   stock: 0 here, 14 in all, 0 oversold\n");
    story_free(story);
}
