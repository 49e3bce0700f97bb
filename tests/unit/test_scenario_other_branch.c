/* A kitchen holds another branch of the counter's journal than the counter: what it acknowledges is
 * not what the counter wrote. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { KITCHEN, COUNTER, SETTLE_MS = 5000 };

/* How far the counter knows @log to be on two devices. */
static uint64_t mark_of(const struct cluster *cluster, uint64_t log)
{
    struct replica_log_info info;
    for (uint32_t i = 0; replica_log_at(cluster->nodes[COUNTER].replica, i, &info); i++) {
        if (info.log == log) {
            return info.mark;
        }
    }
    return 0;
}

static uint64_t head_seq(const struct cluster *cluster)
{
    return replica_log_seq(cluster->nodes[COUNTER].replica);
}

TEST(scenario, a_kitchen_that_acknowledges_another_branch_gives_no_tick)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 0};
    const uint32_t healed[CLUSTER_NODES_MAX] = {0, 0, 1};
    struct story *story = story_new(5);
    struct cluster *cluster = story->cluster;
    story_device(story, "kitchen", ROLE_MANAGER, "B");
    story_device(story, "counter", ROLE_COUNTER, "A");
    story_begin(story);
    story_place(story, COUNTER, 1, 1);
    cluster_run(cluster, SETTLE_MS);
    const uint64_t log = cluster->nodes[COUNTER].log;
    const uint64_t fork_seq = head_seq(cluster);
    assert_int_equal(mark_of(cluster, log), fork_seq);
    struct cluster_copy copy = cluster_copy_disk(cluster, COUNTER);
    const uint32_t clone = cluster_clone(cluster, COUNTER, &copy, "clone");
    cluster_copy_free(&copy);
    cluster_partition(cluster, apart);
    cluster_dial(cluster, clone, KITCHEN);
    /* More than the clone: what the kitchen has of the log lies below its head. */
    story_place(story, COUNTER, 2, 2);
    story_place(story, clone, 3, 1);
    cluster_run(cluster, SETTLE_MS);
    story_board(story, KITCHEN, 2);
    story_board(story, KITCHEN, 3);
    cluster_partition(cluster, healed);
    const size_t told = story->size;
    const uint64_t until_ms = cluster->now_ms + SETTLE_MS;
    while (cluster_step(cluster, until_ms)) {
        assert_int_equal(mark_of(cluster, log), fork_seq);
    }
    cluster_run(cluster, SETTLE_MS);
    story->size = told; /* who is told what of a fork, and when, is the mesh's affair */
    story_board(story, KITCHEN, 2);
    story_board(story, COUNTER, 3);
    assert_int_not_equal(cluster->nodes[COUNTER].log, log);
    assert_int_equal(mark_of(cluster, cluster->nodes[COUNTER].log), head_seq(cluster));
    assert_string_equal(story->text, "[    0] counter  order.place: number 1, 2 events\n"
                                     "[    5] clone    starts as a clone\n"
                                     "[    5]          the network falls apart\n"
                                     "[    5] counter  order.place: number 2, 3 events\n"
                                     "[    5] clone    order.place: number 2, 2 events\n"
                                     "[   10] kitchen  board: nothing\n"
                                     "[   10] kitchen  board: A-2 placed, 1 lines, 7.00\n"
                                     "[   10]          the network falls apart\n"
                                     "[   20] kitchen  board: A-2 placed, 2 lines, 11.00\n"
                                     "[   20] counter  board: A-2 placed, 1 lines, 7.00\n");
    story_free(story);
}
