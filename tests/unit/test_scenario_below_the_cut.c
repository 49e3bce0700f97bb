/* A stolen tablet is revoked. The thief has an old copy of its disk, and signs a second branch of
 * its journal from below the point that the revocation names. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { MANAGER, KITCHEN, PICKUP, TABLET, THIEF, SETTLE_MS = 20000 };
enum { BEFORE = 1, SOLD, STOLEN, LATER };

static uint64_t seq_of(const struct story *story, uint32_t node)
{
    return replica_log_seq(story->cluster->nodes[node].replica);
}

static void revoke_tablet(struct story *story)
{
    struct command command;
    shop_command(&command, COMMAND_DEVICE_REVOKE);
    command.device = story->cluster->nodes[TABLET].device;
    story_ask(story, MANAGER, &command);
}

/* All know what the tablet sold; the thief's copy does not. */
static struct story *theft_begin(void)
{
    struct story *story = story_new(21);
    struct cluster *cluster = story->cluster;
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "kitchen", ROLE_KITCHEN, "B");
    story_device(story, "pickup", ROLE_PICKUP, "C");
    story_device(story, "tablet", ROLE_COUNTER, "D");
    story_begin(story);
    story_place(story, TABLET, BEFORE, 2);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    struct cluster_copy copy = cluster_copy_disk(cluster, TABLET);
    story_place(story, TABLET, SOLD, 2);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    assert_int_equal(cluster_clone(cluster, TABLET, &copy, "thief"), THIEF);
    cluster_copy_free(&copy);
    cluster_crash(cluster, TABLET);
    return story;
}

TEST(scenario, a_revoked_thief_who_signs_a_second_branch_below_his_cut_gains_nothing)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {[PICKUP] = 1, [THIEF] = 1};
    struct story *story = theft_begin();
    struct cluster *cluster = story->cluster;
    const uint64_t cut = seq_of(story, TABLET);
    cluster_partition(cluster, apart);
    revoke_tablet(story);
    story_place(story, THIEF, STOLEN, 1);
    assert_true(seq_of(story, THIEF) <= cut); /* below what the revocation lets count */
    cluster_dial(cluster, THIEF, PICKUP);
    size_t told = story->size;
    cluster_run(cluster, SETTLE_MS);
    story->size = told; /* who is told what of a fork, and when, is the mesh's affair */
    story_place(story, THIEF, LATER, 1);
    cluster_run(cluster, SETTLE_MS);
    for (uint32_t order = BEFORE; order <= LATER; order++) {
        story_board(story, PICKUP, order); /* which cannot know better */
    }
    cluster_heal(cluster);
    told = story->size;
    cluster_run(cluster, SETTLE_MS);
    story->size = told;
    for (uint32_t node = MANAGER; node <= PICKUP; node++) {
        for (uint32_t order = BEFORE; order <= LATER; order++) {
            story_board(story, node, order);
        }
    }
    story_links(story, PICKUP);
    story_links(story, THIEF);
    assert_true(story_is_alike(story, MANAGER, KITCHEN));
    assert_true(story_is_alike(story, MANAGER, PICKUP));
    assert_string_equal(story->text,
                        "[    0] tablet   order.place: number 1, 3 events\n"
                        "[    0] tablet   order.place: number 2, 3 events\n"
                        "[    0] thief    starts as a clone\n"
                        "[    0] tablet   power lost\n"
                        "[    0]          the network falls apart\n"
                        "[    0] manager  device.revoke: ok\n"
                        "[    0] thief    order.place: number 2, 2 events\n"
                        "[   20] thief    order.place: number 103, 2 events\n"
                        "[   40] pickup   board: D-1 placed, 2 lines, 11.00\n"
                        "[   40] pickup   board: D-2 placed, 2 lines, 11.00\n"
                        "[   40] pickup   board: D-2 placed, 1 lines, 7.00\n"
                        "[   40] pickup   board: D-103 placed, 1 lines, 7.00\n"
                        "[   40]          the network is whole again\n"
                        "[   60] manager  board: D-1 placed, 2 lines, 11.00\n"
                        "[   60] manager  board: D-2 placed, 2 lines, 11.00\n"
                        "[   60] manager  board: nothing\n"
                        "[   60] manager  board: nothing\n"
                        "[   60] kitchen  board: D-1 placed, 2 lines, 11.00\n"
                        "[   60] kitchen  board: D-2 placed, 2 lines, 11.00\n"
                        "[   60] kitchen  board: nothing\n"
                        "[   60] kitchen  board: nothing\n"
                        "[   60] pickup   board: D-1 placed, 2 lines, 11.00\n"
                        "[   60] pickup   board: D-2 placed, 2 lines, 11.00\n"
                        "[   60] pickup   board: nothing\n"
                        "[   60] pickup   board: nothing\n"
                        "[   60] pickup   linked with manager kitchen; tablet is revoked\n"
                        "[   60] thief    linked with nobody\n");
    story_free(story);
}
