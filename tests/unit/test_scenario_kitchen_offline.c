/* The kitchen is out of reach for two hours. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { COUNTER, KITCHEN, TWO_HOURS_MS = 2 * 3600 * 1000, SETTLE_MS = 5000 };

TEST(scenario, kitchen_offline_two_hours)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    struct story *story = story_new(1);
    story_device(story, "counter", ROLE_MANAGER, "A");
    story_device(story, "kitchen", ROLE_KITCHEN, "B");
    story_begin(story);
    cluster_partition(story->cluster, apart);
    story_place(story, COUNTER, 1042, 2);
    story_board(story, COUNTER, 1042);
    cluster_run(story->cluster, TWO_HOURS_MS);
    story_board(story, KITCHEN, 1042);
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, KITCHEN, 1042);
    story_do(story, KITCHEN, COMMAND_ACCEPT, 1042);
    story_do(story, KITCHEN, COMMAND_DONE, 1042);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, COUNTER, 1042);
    assert_string_equal(story->text, "[    0]          the network falls apart\n"
                                     "[    0] counter  order.place: number 1, 3 events\n"
                                     "[    0] counter  board: A-1 placed, 2 lines, 11.00\n"
                                     "[ 7200] kitchen  board: nothing\n"
                                     "[ 7200]          the network is whole again\n"
                                     "[ 7200] kitchen  board: A-1 placed, 2 lines, 11.00\n"
                                     "[ 7200] kitchen  accept: ok\n"
                                     "[ 7200] kitchen  done: ok\n"
                                     "[ 7200] counter  board: A-1 ready, 2 lines, 11.00\n");
    story_free(story);
}
