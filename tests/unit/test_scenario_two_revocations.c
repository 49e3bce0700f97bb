/* A stolen tablet's twin sells where the manager hears it and the owner does not. Both revoke the
 * tablet, each by the branch of its journal that they know. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { OWNER, MANAGER, KITCHEN, TABLET, THIEF, SETTLE_MS = 20000 };
enum { BEFORE = 1, HONEST, STOLEN, LATER };

static void revoke_tablet(struct story *story, uint32_t node)
{
    struct command command;
    shop_command(&command, COMMAND_DEVICE_REVOKE);
    command.device = story->cluster->nodes[TABLET].device;
    story_ask(story, node, &command);
}

/* Tablet and thief sell, heard by the owner and the kitchen, or by the manager: @longer sells
 * twice, so that its revocation names the later event. */
static void sell_apart(struct story *story, uint32_t longer)
{
    static const uint32_t apart[CLUSTER_NODES_MAX] = {[MANAGER] = 1, [THIEF] = 1};
    struct cluster *cluster = story->cluster;
    struct cluster_copy copy = cluster_copy_disk(cluster, TABLET);
    assert_int_equal(cluster_clone(cluster, TABLET, &copy, "thief"), THIEF);
    cluster_copy_free(&copy);
    for (uint32_t i = 0; i < THIEF; i++) {
        cluster_dial(cluster, THIEF, i);
    }
    cluster_partition(cluster, apart);
    story_place(story, TABLET, HONEST, 1);
    story_place(story, THIEF, STOLEN, 1);
    story_place(story, longer, LATER, 1);
    cluster_run(cluster, SETTLE_MS);
}

#define BOARD(name)                                                                                \
    "[   40] " name " board: D-1 placed, 1 lines, 7.00\n"                                          \
    "[   40] " name " board: nothing\n"                                                            \
    "[   40] " name " board: nothing\n"                                                            \
    "[   40] " name " board: nothing\n"
#define BOARDS BOARD("owner   ") BOARD("manager ") BOARD("kitchen ")
#define SECOND "D-2 of tablet, 2 events, 1 lines, 7.00"
#define THIRD  "D-3 of tablet, 2 events, 1 lines, 7.00"

/* Two thefts, in which the one revocation names the earlier event, and then the other. What each
 * holds of the tablet waits to be decided on. */
TEST(scenario, two_admins_who_revoke_a_tablet_by_different_branches_let_neither_count)
{
    static const char *const expected[] = {
        [TABLET] = BOARDS "[   40] owner    voided: " THIRD "; " SECOND "\n"
                          "[   40] manager  voided: " SECOND "\n",
        [THIEF] = BOARDS "[   40] owner    voided: " SECOND "\n"
                         "[   40] manager  voided: " SECOND "; " THIRD "\n"};
    for (uint32_t longer = TABLET; longer <= THIEF; longer++) {
        struct story *story = story_new(11);
        struct cluster *cluster = story->cluster;
        story_device(story, "owner", ROLE_OWNER, "A");
        story_device(story, "manager", ROLE_MANAGER, "B");
        story_device(story, "kitchen", ROLE_KITCHEN, "C");
        story_device(story, "tablet", ROLE_COUNTER, "D");
        story_begin(story);
        story_place(story, TABLET, BEFORE, 1);
        assert_true(cluster_converge(cluster, SETTLE_MS));
        sell_apart(story, longer);
        revoke_tablet(story, OWNER);
        revoke_tablet(story, MANAGER);
        cluster_heal(cluster);
        cluster_run(cluster, SETTLE_MS);
        story->size = 0; /* only what is left in the end */
        for (uint32_t node = OWNER; node <= KITCHEN; node++) {
            assert_true(story_is_alike(story, OWNER, node));
            for (uint32_t order = BEFORE; order <= LATER; order++) {
                story_board(story, node, order);
            }
        }
        story_voided(story, OWNER);
        story_voided(story, MANAGER);
        assert_string_equal(story->text, expected[longer]);
        story_free(story);
    }
}
