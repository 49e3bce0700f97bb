/* What an admin stated of the roster stands on a branch that a fork voids. */
#include "tests/lib/test.h"

#include "tests/lib/story.h"

enum { MANAGER, COUNTER, TABLET, DEVICES, SETTLE_MS = 20000, CARRY_MS = 8000, STAFF = 7 };

/* A manager, a counter and a tablet, and a copy of the manager's disk. */
static struct story *stall_new(uint64_t seed, struct cluster_copy *ret_copy)
{
    struct story *story = story_new(seed);
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "counter", ROLE_COUNTER, "B");
    story_device(story, "tablet", ROLE_COUNTER, "C");
    story_begin(story);
    story_place(story, TABLET, 1, 1);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    *ret_copy = cluster_copy_disk(story->cluster, MANAGER);
    return story;
}

static void revoke_tablet(struct story *story, uint32_t node)
{
    struct command command;
    shop_command(&command, COMMAND_DEVICE_REVOKE);
    command.device = story->cluster->nodes[TABLET].device;
    story_ask(story, node, &command);
}

static void dismiss(struct story *story, uint32_t node)
{
    struct command command;
    shop_command(&command, COMMAND_STAFF_ROLE);
    command.staff = STAFF;
    command.role = ROLE_NONE;
    story_ask(story, node, &command);
}

static const struct roster *roster_at(const struct story *story, uint32_t node)
{
    return replica_roster(story->cluster->nodes[node].replica);
}

static bool has_revoked_tablet(const struct story *story, uint32_t node)
{
    const struct roster_device *tablet =
        roster_device_find(roster_at(story, node), story->cluster->nodes[TABLET].device);
    return tablet != NULL && tablet->is_revoked;
}

static bool has_fork(const struct story *story, uint32_t node, uint64_t log)
{
    const struct roster_log *found = roster_log_find(roster_at(story, node), log);
    return found != NULL && found->fork_seq != UINT64_MAX;
}

/* The copy of the manager's disk comes to life and sells: both branches are voided. */
static void copy_wakes(struct story *story, struct cluster_copy *copy)
{
    struct cluster *cluster = story->cluster;
    const uint64_t log = cluster->nodes[MANAGER].log;
    const uint32_t clone = cluster_clone(cluster, MANAGER, copy, "clone");
    cluster_copy_free(copy);
    story_place(story, clone, 2, 1);
    cluster_dial(cluster, clone, MANAGER);
    cluster_dial(cluster, clone, COUNTER);
    cluster_run(cluster, CARRY_MS);
    assert_true(has_fork(story, MANAGER, log));
    assert_true(has_fork(story, COUNTER, log));
    assert_true(has_fork(story, clone, log));
}

TEST(scenario, a_revocation_on_a_voided_branch_is_stated_again_and_lets_no_thief_back_in)
{
    struct cluster_copy copy;
    struct story *story = stall_new(31, &copy);
    revoke_tablet(story, MANAGER);
    cluster_run(story->cluster, 1000);
    assert_true(has_revoked_tablet(story, COUNTER));
    copy_wakes(story, &copy);
    for (uint32_t node = 0; node < story->cluster->count; node++) {
        if (node != TABLET) {
            assert_true(has_revoked_tablet(story, node));
        }
    }
    /* Once, whatever becomes of the roster afterwards. */
    const uint32_t revocations = story_events(story, COUNTER, EVENT_LOG_REVOKE);
    dismiss(story, MANAGER);
    cluster_crash(story->cluster, MANAGER);
    cluster_restart(story->cluster, MANAGER, 100);
    cluster_run(story->cluster, CARRY_MS);
    assert_int_equal(story_events(story, COUNTER, EVENT_LOG_REVOKE), revocations);
    assert_true(has_revoked_tablet(story, COUNTER));
    story_free(story);
}

TEST(scenario, a_dismissal_on_a_voided_branch_is_stated_again)
{
    struct cluster_copy copy;
    struct story *story = stall_new(32, &copy);
    dismiss(story, MANAGER);
    cluster_run(story->cluster, 1000);
    copy_wakes(story, &copy);
    for (uint32_t node = 0; node < story->cluster->count; node++) {
        const struct roster_person *person = roster_person_find(roster_at(story, node), STAFF);
        assert_non_null(person);
        assert_int_equal(person->role, ROLE_NONE);
    }
    story_free(story);
}

TEST(scenario, what_a_device_without_the_right_states_on_a_voided_branch_is_not_stated_again)
{
    struct cluster_copy copy;
    struct story *story = stall_new(33, &copy);
    cluster_copy_free(&copy);
    copy = cluster_copy_disk(story->cluster, COUNTER);
    revoke_tablet(story, COUNTER);
    story_place(story, COUNTER, 3, 1);
    const uint32_t clone = cluster_clone(story->cluster, COUNTER, &copy, "clone");
    cluster_copy_free(&copy);
    story_place(story, clone, 2, 1);
    cluster_dial(story->cluster, clone, MANAGER);
    cluster_run(story->cluster, CARRY_MS);
    assert_false(has_revoked_tablet(story, MANAGER));
    assert_int_equal(story_events(story, MANAGER, EVENT_LOG_REVOKE), 0);
    story_free(story);
}
