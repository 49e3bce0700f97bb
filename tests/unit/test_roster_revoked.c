/* Logs that are revoked or retired: where they end, which chain it is that counts, and of several
 * revocations which. */
#include "tests/lib/scene_says.h"
#include "tests/lib/test.h"

TEST(roster_revoked, revoking_voids_what_comes_after_and_refuses_the_device)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_COUNTER, 9);
    scene_revoke(scene, SCENE_MANAGER, SCENE_COUNTER, 5);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 5, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 6, EVENT_LINE_ADD), VERDICT_REVOKED);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_VALID);
    assert_true(roster_device_find(&scene->roster, scene->devices[SCENE_COUNTER].id)->is_revoked);
    assert_false(roster_device_find(&scene->roster, scene->devices[SCENE_KITCHEN].id)->is_revoked);
    roster_scene_free(scene);
}

TEST(roster_revoked, of_two_revocations_the_earlier_event_counts)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_COUNTER, 9);
    scene_revoke(scene, SCENE_MANAGER, SCENE_COUNTER, 7);
    scene_revoke(scene, SCENE_OWNER, SCENE_COUNTER, 3);
    scene_revoke(scene, SCENE_OWNER, SCENE_COUNTER, 5);
    roster_scene_load(scene);
    assert_int_equal(
        roster_log_find(&scene->roster, scene_log_of(scene, SCENE_COUNTER))->revoked_seq, 3);
    roster_scene_free(scene);
}

TEST(roster_revoked, two_revocations_at_one_event_that_name_different_chains_leave_event_1)
{
    static const int writers[2][2] = {{SCENE_OWNER, SCENE_MANAGER}, {SCENE_MANAGER, SCENE_OWNER}};
    for (int i = 0; i < 2; i++) {
        struct roster_scene *scene = roster_scene_new();
        scene_write_orders(scene, SCENE_COUNTER, 9);
        struct log_cut cut = scene_cut_at(scene, SCENE_COUNTER, 5);
        scene_state_cut(scene, writers[i][0], EVENT_LOG_REVOKE, &cut);
        cut.hash.bytes[0] ^= 1;
        scene_state_cut(scene, writers[i][1], EVENT_LOG_REVOKE, &cut);
        roster_scene_load(scene);
        assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_REVOKED);
        assert_int_equal(scene_judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_VALID);
        roster_scene_free(scene);
    }
}

TEST(roster_revoked, a_revocation_that_names_another_branch_voids_this_one)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_COUNTER, 9);
    struct log_cut cut = scene_cut_at(scene, SCENE_COUNTER, 5);
    cut.hash.bytes[31] ^= 1;
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &cut);
    roster_scene_load(scene);
    assert_int_equal(
        roster_log_find(&scene->roster, scene_log_of(scene, SCENE_COUNTER))->unrevoked_to, 1);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

/* Whichever comes first: what the one let stand, the other had ended. */
TEST(roster_revoked, an_earlier_revocation_does_not_bring_back_what_a_later_one_voided)
{
    for (int i = 0; i < 2; i++) {
        struct roster_scene *scene = roster_scene_new();
        scene_write_orders(scene, SCENE_COUNTER, 9);
        struct log_cut other = scene_cut_at(scene, SCENE_COUNTER, 7);
        other.hash.bytes[0] ^= 1;
        const struct log_cut own = scene_cut_at(scene, SCENE_COUNTER, 5);
        scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, i == 0 ? &own : &other);
        scene_state_cut(scene, SCENE_MANAGER, EVENT_LOG_REVOKE, i == 0 ? &other : &own);
        roster_scene_load(scene);
        assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_REVOKED);
        assert_int_equal(scene_judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_VALID);
        roster_scene_free(scene);
    }
}

/* Of the chains that are named, what stands here shows those that it is. */
TEST(roster_revoked, who_holds_a_named_chain_carries_all_of_it_and_nothing_of_others)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_COUNTER, 9);
    scene_write_orders(scene, SCENE_KITCHEN, 9);
    struct log_cut other = scene_cut_at(scene, SCENE_COUNTER, 7);
    const struct log_cut own[] = {scene_cut_at(scene, SCENE_COUNTER, 5),
                                  scene_cut_at(scene, SCENE_COUNTER, 6)};
    other.hash.bytes[0] ^= 1;
    roster_scene_load(scene);
    const struct roster_log *counter =
        roster_log_find(&scene->roster, scene_log_of(scene, SCENE_COUNTER));
    assert_true(roster_salvage_limit(counter) == UINT64_MAX);
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &other);
    roster_scene_load(scene);
    assert_int_equal(roster_salvage_limit(counter), 0);
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &own[1]);
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &own[0]);
    roster_scene_load(scene);
    assert_int_equal(roster_salvage_limit(counter), 6);
    assert_int_equal(roster_voided_from(counter), 2);
    const struct log_cut whole = {.log = scene->devices[SCENE_KITCHEN].id, .seq = 1};
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &whole);
    roster_scene_load(scene);
    assert_int_equal(
        roster_salvage_limit(roster_log_find(&scene->roster, scene_log_of(scene, SCENE_KITCHEN))),
        0);
    roster_scene_free(scene);
}

/* Else who holds less could not tell whether the later one means the same chain. */
TEST(roster_revoked,
     of_a_log_that_was_revoked_twice_peers_bring_each_other_all_up_to_the_later_event)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_COUNTER, 5);
    const struct log_cut near = scene_cut_at(scene, SCENE_COUNTER, 4);
    struct log_cut far = scene_cut_at(scene, SCENE_COUNTER, 5);
    far.seq = 8;
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &near);
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &far);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 4, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 5, EVENT_LINE_ADD), VERDICT_REVOKED);
    assert_int_equal(roster_limit(&scene->roster, near.log), 8);
    assert_true(roster_awaits(&scene->roster, near.log, 8, 9));
    scene_write_orders(scene, SCENE_COUNTER, 9);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

TEST(roster_revoked, two_chains_named_for_an_event_that_nobody_holds_leave_event_1)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_COUNTER, 5);
    struct log_cut cut = scene_cut_at(scene, SCENE_COUNTER, 5);
    cut.seq = 8;
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &cut);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_VALID);
    cut.hash.bytes[0] ^= 1;
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &cut);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

TEST(roster_revoked, a_revocation_ahead_of_our_head_is_weighed_again_when_the_event_comes)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_COUNTER, 2);
    scene_revoke(scene, SCENE_OWNER, SCENE_COUNTER, 6);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_VALID);
    assert_false(roster_awaits(&scene->roster, scene_log_of(scene, SCENE_COUNTER), 4, 5));
    assert_true(roster_awaits(&scene->roster, scene_log_of(scene, SCENE_COUNTER), 4, 8));
    assert_false(roster_awaits(&scene->roster, scene_log_of(scene, SCENE_KITCHEN), 4, 8));
    scene_write_orders(scene, SCENE_COUNTER, 5);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

TEST(roster_revoked, a_revocation_by_who_is_no_admin_is_void)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_COUNTER, 9);
    scene_revoke(scene, SCENE_KITCHEN, SCENE_COUNTER, 5);
    scene_revoke(scene, SCENE_COUNTER, SCENE_KITCHEN, 1);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 9, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_KITCHEN, 9, EVENT_LINE_ADD), VERDICT_VALID);
    roster_scene_free(scene);
}

/* --- retired --- */

TEST(roster_revoked, retiring_voids_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_COUNTER, 9);
    struct log_cut cut = scene_cut_at(scene, SCENE_COUNTER, 5);
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_RETIRE, &cut);
    roster_scene_load(scene);
    assert_int_equal(
        roster_log_find(&scene->roster, scene_log_of(scene, SCENE_COUNTER))->retired_seq, 5);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 9, EVENT_LINE_ADD), VERDICT_VALID);
    assert_false(roster_device_find(&scene->roster, scene->devices[SCENE_COUNTER].id)->is_revoked);
    roster_scene_free(scene);
}

TEST(roster_revoked, a_device_that_wrote_nothing_is_retired_by_its_own_id)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device silent;
    journal_device_init(&silent, &scene->journal, 7, ROLE_PICKUP, &scene->devices[SCENE_OWNER]);
    scene_state_chain(scene, SCENE_OWNER, EVENT_DEVICE_ADD, silent.chain);
    const struct log_cut nobody = {.log = silent.id ^ 1, .seq = 1};
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_RETIRE, &nobody);
    roster_scene_load(scene);
    assert_false(roster_device_find(&scene->roster, silent.id)->is_retired);
    const struct log_cut whole = {.log = silent.id, .seq = 1};
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_RETIRE, &whole);
    roster_scene_load(scene);
    assert_true(roster_device_find(&scene->roster, silent.id)->is_retired);
    assert_false(roster_device_find(&scene->roster, silent.id)->is_revoked);
    roster_scene_free(scene);
}
