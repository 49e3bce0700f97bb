/* The power goes while an order is being written. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { COUNTER, KITCHEN, SETTLE_MS = 5000 };

/* @seed decides whether the commit that was under way reached the disk. */
static struct story *story_of_a_crash(uint64_t seed)
{
    struct story *story = story_new(seed);
    story_device(story, "counter", ROLE_MANAGER, "A");
    story_device(story, "kitchen", ROLE_KITCHEN, "B");
    story_begin(story);
    story_place(story, COUNTER, 1, 2);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_place_and_crash(story, COUNTER, 2, 2);
    cluster_restart(story->cluster, COUNTER, 3000);
    cluster_run(story->cluster, 5000);
    story_board(story, COUNTER, 1);
    story_board(story, COUNTER, 2);
    story_board(story, KITCHEN, 2);
    story_tell(story, "the browser got no answer and asks again");
    story_place(story, COUNTER, 2, 2);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, KITCHEN, 2);
    return story;
}

TEST(scenario, a_crash_before_the_commit_loses_only_what_was_not_answered)
{
    struct story *story = story_of_a_crash(4);
    assert_string_equal(story->text, "[    0] counter  order.place: number 1, 3 events\n"
                                     "[    0] counter  power lost\n"
                                     "[    3] counter  power back\n"
                                     "[    5] counter  board: A-1 placed, 2 lines, 11.00\n"
                                     "[    5] counter  board: nothing\n"
                                     "[    5] kitchen  board: nothing\n"
                                     "[    5]          the browser got no answer and asks again\n"
                                     "[    5] counter  order.place: number 2, 3 events\n"
                                     "[    5] kitchen  board: A-2 placed, 2 lines, 11.00\n");
    story_free(story);
}

TEST(scenario, a_crash_after_the_commit_answers_the_retry_with_the_same_order)
{
    struct story *story = story_of_a_crash(5);
    assert_string_equal(story->text, "[    0] counter  order.place: number 1, 3 events\n"
                                     "[    0] counter  power lost\n"
                                     "[    3] counter  power back\n"
                                     "[    5] counter  board: A-1 placed, 2 lines, 11.00\n"
                                     "[    5] counter  board: A-2 placed, 2 lines, 11.00\n"
                                     "[    5] kitchen  board: A-2 placed, 2 lines, 11.00\n"
                                     "[    5]          the browser got no answer and asks again\n"
                                     "[    5] counter  order.place: number 2, 3 events\n"
                                     "[    5] kitchen  board: A-2 placed, 2 lines, 11.00\n");
    story_free(story);
}
