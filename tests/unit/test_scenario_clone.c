/* A device's disk is copied, and both go on selling. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { COUNTER, KITCHEN, SETTLE_MS = 20000 };

static uint64_t fork_seq_of(const struct cluster *cluster, uint32_t node, uint64_t log)
{
    const struct roster_log *found =
        roster_log_find(replica_roster(cluster->nodes[node].replica), log);
    return found != NULL ? found->fork_seq : UINT64_MAX;
}

TEST(scenario, a_clone_and_its_original_go_on_under_fresh_logs_and_all_devices_agree)
{
    struct story *story = story_new(7);
    struct cluster *cluster = story->cluster;
    story_device(story, "kitchen", ROLE_MANAGER, "B");
    story_device(story, "counter", ROLE_COUNTER, "A");
    story_begin(story);
    story_place(story, 1, 1, 2);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    const uint64_t log = cluster->nodes[1].log;
    struct cluster_copy copy = cluster_copy_disk(cluster, 1);
    const uint32_t clone = cluster_clone(cluster, 1, &copy, "clone");
    cluster_copy_free(&copy);
    story_place(story, 1, 2, 2);
    story_place(story, clone, 3, 1);
    cluster_dial(cluster, clone, 0);
    cluster_dial(cluster, clone, 1);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    for (uint32_t node = 0; node < 3; node++)
        assert_int_not_equal(fork_seq_of(cluster, node, log), UINT64_MAX);
    assert_int_not_equal(cluster->nodes[1].log, log);
    assert_int_not_equal(cluster->nodes[clone].log, log);
    assert_int_not_equal(cluster->nodes[clone].log, cluster->nodes[1].log);
    cluster_run(cluster, 8000); /* whoever holds voided events has had the time to carry them on */
    assert_true(cluster_converge(cluster, SETTLE_MS));
    for (uint32_t node = 0; node < 3; node++)
        for (uint32_t key = 1; key <= 3; key++)
            story_board(story, node, key);
    assert_string_equal(story->text,
                        "[    0] counter  order.place: number 1, 3 events\n"
                        "[    0] clone    starts as a clone\n"
                        "[    0] counter  order.place: number 2, 3 events\n"
                        "[    0] clone    order.place: number 2, 2 events\n"
                        "[    0] counter  alarm: two versions of one device's journal exist: it "
                        "was cloned or restored\n"
                        "[    0] clone    alarm: a device sent events that do not verify\n"
                        "[    0] counter  alarm: peers hold more of this device's journal than it "
                        "does: it goes on under a new one\n"
                        "[    0] clone    alarm: peers hold more of this device's journal than it "
                        "does: it goes on under a new one\n"
                        "[    8] kitchen  board: A-1 placed, 2 lines, 11.00\n"
                        "[    8] kitchen  board: A-2 placed, 2 lines, 11.00\n"
                        "[    8] kitchen  board: A-2 placed, 1 lines, 7.00\n"
                        "[    8] counter  board: A-1 placed, 2 lines, 11.00\n"
                        "[    8] counter  board: A-2 placed, 2 lines, 11.00\n"
                        "[    8] counter  board: A-2 placed, 1 lines, 7.00\n"
                        "[    8] clone    board: A-1 placed, 2 lines, 11.00\n"
                        "[    8] clone    board: A-2 placed, 2 lines, 11.00\n"
                        "[    8] clone    board: A-2 placed, 1 lines, 7.00\n");
    story_free(story);
}
