/* A device's disk is copied, and both go on selling. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { COUNTER, KITCHEN, SETTLE_MS = 20000 };

/* Only what boards show from here on: who is told what of a fork, and when, is the mesh's affair.
 */
static void boards_only(struct story *story)
{
    story->size = 0;
    story->text[0] = '\0';
}

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
    for (uint32_t node = 0; node < 3; node++) {
        assert_int_not_equal(fork_seq_of(cluster, node, log), UINT64_MAX);
    }
    assert_int_not_equal(cluster->nodes[1].log, log);
    assert_int_not_equal(cluster->nodes[clone].log, log);
    assert_int_not_equal(cluster->nodes[clone].log, cluster->nodes[1].log);
    cluster_run(cluster, 8000); /* whoever holds voided events has had the time to carry them on */
    assert_true(cluster_converge(cluster, SETTLE_MS));
    boards_only(story);
    for (uint32_t node = 0; node < 3; node++) {
        for (uint32_t key = 1; key <= 3; key++) {
            story_board(story, node, key);
        }
    }
    assert_string_equal(story->text, "[    8] kitchen  board: A-1 placed, 2 lines, 11.00\n"
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

TEST(scenario,
     a_restored_device_that_sold_nothing_since_takes_back_what_it_forgot_and_loses_nothing)
{
    struct story *story = story_new(8);
    struct cluster *cluster = story->cluster;
    story_device(story, "kitchen", ROLE_MANAGER, "B");
    story_device(story, "counter", ROLE_COUNTER, "A");
    story_begin(story);
    story_place(story, 1, 1, 2);
    const uint64_t log = cluster->nodes[1].log;
    struct cluster_copy copy = cluster_copy_disk(cluster, 1);
    story_place(story, 1, 2, 2);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_roll_back(cluster, 1, &copy, 100);
    cluster_copy_free(&copy);
    cluster_run(cluster, 3000);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    for (uint32_t node = 0; node < 2; node++) {
        assert_int_equal(fork_seq_of(cluster, node, log), UINT64_MAX); /* one branch goes on */
    }
    assert_int_not_equal(cluster->nodes[1].log, log);
    story_place(story, 1, 3, 1);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    boards_only(story);
    story_board(story, 0, 2);
    story_board(story, 1, 2);
    story_board(story, 0, 3);
    assert_string_equal(story->text, "[    3] kitchen  board: A-2 placed, 2 lines, 11.00\n"
                                     "[    3] counter  board: A-2 placed, 2 lines, 11.00\n"
                                     "[    3] kitchen  board: A-103 placed, 1 lines, 7.00\n");
    story_free(story);
}

static void cancel(struct story *story, uint32_t node)
{
    struct command command;
    shop_command(&command, COMMAND_CANCEL);
    command.order = story_order_id(1);
    command.reason = bytes_of_text("left");
    story_ask(story, node, &command);
}

/* The clone's edit and the original's are of one log, and yet neither has seen the other. */
TEST(scenario, what_a_clone_edits_is_concurrent_with_what_its_original_does)
{
    struct story *story = story_new(9);
    struct cluster *cluster = story->cluster;
    story_device(story, "kitchen", ROLE_MANAGER, "B");
    story_device(story, "counter", ROLE_COUNTER, "A");
    story_begin(story);
    story_place(story, 1, 1, 2);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    struct cluster_copy copy = cluster_copy_disk(cluster, 1);
    const uint32_t clone = cluster_clone(cluster, 1, &copy, "clone");
    cluster_copy_free(&copy);
    cancel(story, 1);
    cancel(story, clone);
    story_do(story, clone, COMMAND_REINSTATE, 1); /* of the clone's cancel only: it saw no other */
    story_board(story, clone, 1);
    cluster_dial(cluster, clone, 0);
    cluster_dial(cluster, clone, 1);
    cluster_run(cluster, 8000);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    boards_only(story);
    for (uint32_t node = 0; node < 3; node++) {
        story_board(story, node, 1);
    }
    assert_string_equal(story->text, "[    8] kitchen  board: A-1 cancelled, 2 lines, 11.00\n"
                                     "[    8] counter  board: A-1 cancelled, 2 lines, 11.00\n"
                                     "[    8] clone    board: A-1 cancelled, 2 lines, 11.00\n");
    story_free(story);
}
