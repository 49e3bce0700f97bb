/* A request that got no answer is sent again, to another device. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { FRONT, BACK, KITCHEN, SETTLE_MS = 5000 };

TEST(scenario, retried_at_another_counter_is_one_order_with_two_numbers)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 1};
    struct story *story = story_new(2);
    story_device(story, "front", ROLE_MANAGER, "A");
    story_device(story, "back", ROLE_COUNTER, "B");
    story_device(story, "kitchen", ROLE_KITCHEN, "C");
    story_begin(story);
    cluster_partition(story->cluster, apart);
    story_place(story, FRONT, 7, 3);
    story_tell(story, "the guest walks to the other counter");
    story_place(story, BACK, 7, 3);
    story_place(story, BACK, 7, 3);
    story_board(story, FRONT, 7);
    story_board(story, BACK, 7);
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, FRONT, 7);
    story_board(story, BACK, 7);
    story_board(story, KITCHEN, 7);
    assert_string_equal(story->text, "[    0]          the network falls apart\n"
                                     "[    0] front    order.place: number 1, 4 events\n"
                                     "[    0]          the guest walks to the other counter\n"
                                     "[    0] back     order.place: number 1, 4 events\n"
                                     "[    0] back     order.place: number 1, 4 events\n"
                                     "[    0] front    board: A-1 placed, 3 lines, 15.50\n"
                                     "[    0] back     board: B-1 placed, 3 lines, 15.50\n"
                                     "[    0]          the network is whole again\n"
                                     "[    1] front    board: A-1 B-1 placed, 3 lines, 15.50\n"
                                     "[    1] back     board: A-1 B-1 placed, 3 lines, 15.50\n"
                                     "[    1] kitchen  board: A-1 B-1 placed, 3 lines, 15.50\n");
    story_free(story);
}

/* Found by seed 268: the order stands under the first day's number, so the index alone did not tell
 * that the second device had given one out on the next day. */
TEST(scenario, a_number_given_to_an_order_of_another_day_is_not_given_again)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    struct story *story = story_new(3);
    story_device(story, "front", ROLE_MANAGER, "A");
    story_device(story, "back", ROLE_COUNTER, "B");
    story_begin(story);
    cluster_partition(story->cluster, apart);
    story_place(story, FRONT, 7, 1);
    story_open_day(story, BACK, 2);
    story_place(story, BACK, 7, 1);
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, BACK, 7);
    cluster_crash(story->cluster, BACK);
    cluster_restart(story->cluster, BACK, 1000);
    cluster_run(story->cluster, 2000);
    story_place(story, BACK, 8, 1);
    assert_string_equal(story->text, "[    0]          the network falls apart\n"
                                     "[    0] front    order.place: number 1, 2 events\n"
                                     "[    0] back     day.open: ok\n"
                                     "[    0] back     order.place: number 1, 2 events\n"
                                     "[    0]          the network is whole again\n"
                                     "[    1] back     board: A-1 B-1 placed, 1 lines, 7.00\n"
                                     "[    1] back     power lost\n"
                                     "[    2] back     power back\n"
                                     "[    3] back     order.place: number 2, 2 events\n");
    story_free(story);
}
