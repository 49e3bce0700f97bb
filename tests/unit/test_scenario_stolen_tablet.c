/* A tablet is stolen. It is revoked while a part of the mesh cannot be told, and goes on signing
 * there. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { MANAGER, KITCHEN, TABLET, PICKUP, SETTLE_MS = 5000, TWO_MINUTES_MS = 120000 };

static struct command on_device(struct story *story, enum command_kind kind, uint32_t node)
{
    struct command command;
    shop_command(&command, kind);
    command.device = story->cluster->nodes[node].device;
    return command;
}

TEST(scenario, stolen_tablet_keeps_what_it_sold_and_gains_nothing)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 0, 1, 1};
    struct story *story = story_new(1);
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "kitchen", ROLE_KITCHEN, "B");
    story_device(story, "tablet", ROLE_COUNTER, "C");
    story_device(story, "pickup", ROLE_PICKUP, "D");
    story_begin(story);
    story_place(story, TABLET, 1001, 2);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    cluster_partition(story->cluster, apart);
    const struct command revoke = on_device(story, COMMAND_DEVICE_REVOKE, TABLET);
    story_ask(story, MANAGER, &revoke);
    story_place(story, TABLET, 1002, 1);
    story_do(story, TABLET, COMMAND_DONE, 1001);
    cluster_run(story->cluster, TWO_MINUTES_MS);
    story_board(story, PICKUP, 1002);
    story_board(story, PICKUP, 1001);
    cluster_heal(story->cluster);
    cluster_run(story->cluster, SETTLE_MS);
    story_board(story, PICKUP, 1002);
    story_board(story, PICKUP, 1001);
    story_board(story, MANAGER, 1002);
    story_board(story, KITCHEN, 1001);
    story_links(story, MANAGER);
    story_links(story, PICKUP);
    story_links(story, TABLET);
    assert_false(replica_is_carrying(story->cluster->nodes[TABLET].replica)); /* it is void */
    assert_true(story_is_alike(story, MANAGER, KITCHEN));
    assert_true(story_is_alike(story, MANAGER, PICKUP));
    assert_string_equal(story->text,
                        "[    0] tablet   order.place: number 1, 3 events\n"
                        "[    0]          the network falls apart\n"
                        "[    0] manager  device.revoke: ok\n"
                        "[    0] tablet   order.place: number 2, 2 events\n"
                        "[    0] tablet   done: ok\n"
                        "[  120] pickup   board: C-2 placed, 1 lines, 7.00\n"
                        "[  120] pickup   board: C-1 ready, 2 lines, 11.00\n"
                        "[  120]          the network is whole again\n"
                        "[  125] pickup   board: nothing\n"
                        "[  125] pickup   board: C-1 placed, 2 lines, 11.00\n"
                        "[  125] manager  board: nothing\n"
                        "[  125] kitchen  board: C-1 placed, 2 lines, 11.00\n"
                        "[  125] manager  linked with kitchen pickup; tablet is revoked\n"
                        "[  125] pickup   linked with manager kitchen; tablet is revoked\n"
                        "[  125] tablet   linked with nobody\n");
    story_free(story);
}
