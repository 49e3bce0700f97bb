/* A cashier is dismissed while the device that she stands at cannot be told. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { MANAGER, COUNTER, SETTLE_MS = 5000, TWO_MINUTES_MS = 120000, CASHIER = 7 };

static void give_role(struct story *story, enum role role)
{
    struct command command;
    shop_command(&command, COMMAND_STAFF_ROLE);
    command.staff = CASHIER;
    command.role = role;
    story_ask(story, MANAGER, &command);
}

TEST(scenario, dismissed_cashier_sells_on_where_nobody_could_tell_and_nowhere_else)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    struct story *story = story_new(1);
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "counter", ROLE_COUNTER, "B");
    story_begin(story);
    story->staff = CASHIER;
    story_place(story, COUNTER, 1000, 1); /* nobody has said who that is */
    give_role(story, ROLE_COUNTER);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_place(story, COUNTER, 1001, 1);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    cluster_partition(story->cluster, apart);
    give_role(story, ROLE_NONE);
    story_place(story, COUNTER, 1002, 1);
    cluster_run(story->cluster, TWO_MINUTES_MS);
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_board(story, MANAGER, 1001);
    story_flags(story, MANAGER, 1001);
    story_board(story, MANAGER, 1002);
    story_flags(story, MANAGER, 1002);
    story_flags(story, COUNTER, 1002);
    story_place(story, COUNTER, 1003, 1);
    story->staff = 0;
    story_place(story, COUNTER, 1003, 1);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    assert_true(story_is_alike(story, MANAGER, COUNTER));
    assert_string_equal(story->text, "[    0] counter  order.place: forbidden\n"
                                     "[    0] manager  staff.role: ok\n"
                                     "[    0] counter  order.place: number 1, 2 events\n"
                                     "[    0]          the network falls apart\n"
                                     "[    0] manager  staff.role: ok\n"
                                     "[    0] counter  order.place: number 2, 2 events\n"
                                     "[  120]          the network is whole again\n"
                                     "[  120] manager  board: B-1 placed, 1 lines, 7.00\n"
                                     "[  120] manager  flags: unpaid\n"
                                     "[  120] manager  board: B-2 placed, 1 lines, 7.00\n"
                                     "[  120] manager  flags: unpaid role_outdated\n"
                                     "[  120] counter  flags: unpaid role_outdated\n"
                                     "[  120] counter  order.place: forbidden\n"
                                     "[  120] counter  order.place: number 3, 2 events\n");
    story_free(story);
}
