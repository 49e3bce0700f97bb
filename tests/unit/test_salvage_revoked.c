/* test_salvage_revoked.c - a forked log that is revoked too, once or often: what counts of what
 * others carry of it.
 */
#include "tests/lib/fork_scene.h"
#include "tests/lib/test.h"

/* Whichever is said first, and whatever a third says lower down. */
TEST(salvage_revoked, two_revocations_that_name_different_branches_let_neither_stand_ever_again)
{
    for (uint32_t first = 0; first < BRANCHES; first++) {
        for (uint64_t seq = BRANCH_LAST - 1; seq <= BRANCH_LAST; seq++) {
            struct fork_scene *scene = fork_scene_new();
            const uint32_t second = 1 - first;
            const struct log_cut cuts[] = {fork_scene_cut_at(scene, first, BRANCH_LAST),
                                           fork_scene_cut_at(scene, second, seq),
                                           fork_scene_cut_at(scene, second, FORK_SEQ)};
            fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
            fork_scene_carry(scene, KITCHEN, 1, FORK_SEQ, BRANCH_LAST);
            fork_scene_state(scene);
            fork_scene_revoke(scene, &cuts[0]);
            assert_true(fork_scene_counts(scene, first, BRANCH_LAST));
            assert_false(fork_scene_counts(scene, second, FORK_SEQ));
            for (uint32_t i = 1; i < 3; i++) {
                fork_scene_revoke(scene, &cuts[i]);
                assert_false(fork_scene_counts(scene, first, FORK_SEQ));
                assert_false(fork_scene_counts(scene, second, FORK_SEQ));
            }
            assert_int_equal(
                roster_judge(&scene->roster, cuts[0].log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                VERDICT_VALID);
            fork_scene_free(scene);
        }
    }
}

TEST(salvage_revoked, of_two_revocations_on_one_branch_the_lower_point_is_where_it_ends)
{
    for (uint64_t first = FORK_SEQ; first <= FORK_SEQ + 1; first++) {
        struct fork_scene *scene = fork_scene_new();
        const struct log_cut cuts[] = {fork_scene_cut_at(scene, 0, first),
                                       fork_scene_cut_at(scene, 0, 2 * FORK_SEQ + 1 - first)};
        fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
        fork_scene_state(scene);
        fork_scene_revoke(scene, &cuts[0]);
        fork_scene_revoke(scene, &cuts[1]);
        assert_true(fork_scene_counts(scene, 0, FORK_SEQ));
        assert_false(fork_scene_counts(scene, 0, FORK_SEQ + 1));
        fork_scene_free(scene);
    }
}

/* They part at the twig, and that is known once both of them are carried. */
TEST(salvage_revoked, what_two_revoked_branches_share_behind_the_fork_counts_when_both_are_carried)
{
    struct fork_scene *scene = fork_scene_new();
    const struct log_cut cuts[] = {fork_scene_cut_at(scene, 0, BRANCH_LAST),
                                   fork_scene_cut_at(scene, TWIG, BRANCH_LAST)};
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    fork_scene_carry(scene, KITCHEN, 1, FORK_SEQ, BRANCH_LAST);
    fork_scene_state(scene);
    fork_scene_revoke(scene, &cuts[0]);
    fork_scene_revoke(scene, &cuts[1]);
    assert_false(fork_scene_counts(scene, 0, FORK_SEQ));
    fork_scene_carry(scene, KITCHEN, TWIG, TWIG_SEQ, BRANCH_LAST);
    for (uint64_t seq = FORK_SEQ; seq <= BRANCH_LAST; seq++) {
        assert_true(fork_scene_counts(scene, 0, seq) == (seq < TWIG_SEQ));
        assert_true(fork_scene_counts(scene, TWIG, seq) == (seq < TWIG_SEQ));
        assert_false(fork_scene_counts(scene, 1, seq));
    }
    fork_scene_free(scene);
}

/* One admin knew less than where the branches part, the other held another branch. */
TEST(salvage_revoked, a_revocation_before_the_fork_counts_beside_one_of_another_branch_behind_it)
{
    struct fork_scene *scene = fork_scene_new();
    const struct log_cut before = fork_scene_cut_at(scene, 0, FORK_SEQ - 1);
    const struct log_cut behind = fork_scene_cut_at(scene, 1, BRANCH_LAST);
    fork_scene_write(scene, 0, BRANCH_LAST);
    fork_scene_revoke(scene, &before);
    fork_scene_revoke(scene, &behind);
    assert_int_equal(roster_judge(&scene->roster, before.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                     VERDICT_REVOKED); /* that it forked there is not known yet */
    fork_scene_state(scene);
    assert_int_equal(roster_judge(&scene->roster, before.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                     VERDICT_VALID);
    assert_int_equal(roster_judge(&scene->roster, before.log, FORK_SEQ, EVENT_LINE_ADD, 0),
                     VERDICT_REVOKED);
    fork_scene_free(scene);
}

/* Each states another event of one branch as the last. */
TEST(salvage_revoked, of_a_log_that_is_revoked_too_often_what_lies_before_the_fork_counts)
{
    struct fork_scene *scene = fork_scene_new();
    struct log_cut cut = fork_scene_cut_at(scene, 0, BRANCH_LAST);
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    fork_scene_state(scene);
    fork_scene_revoke(scene, &cut);
    for (uint8_t i = 1; i <= ROSTER_REVOCATIONS_MAX; i++) {
        cut.seq = BRANCH_LAST + i;
        fork_scene_revoke(scene, &cut);
        assert_true(roster_log_find(&scene->roster, cut.log)->is_revoked_crowded ==
                    (i == ROSTER_REVOCATIONS_MAX));
    }
    assert_true(scene->roster.is_cut_short);
    assert_false(fork_scene_counts(scene, 0, FORK_SEQ));
    assert_true(roster_salvage_limit(roster_log_find(&scene->roster, cut.log)) == 0);
    assert_int_equal(roster_judge(&scene->roster, cut.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                     VERDICT_VALID);
    fork_scene_free(scene);
}

/* Each device holds the branch that it heard first: what lies before the fork is on both. */
TEST(salvage_revoked, what_lies_before_a_proven_fork_outlives_a_revocation_whichever_branch_is_held)
{
    for (uint8_t held = 0; held < BRANCHES; held++) {
        struct fork_scene *scene = fork_scene_new();
        const struct log_cut cut = fork_scene_cut_at(scene, 0, BRANCH_LAST - 1);
        fork_scene_write(scene, held, BRANCH_LAST);
        fork_scene_revoke(scene, &cut);
        assert_int_equal(roster_judge(&scene->roster, cut.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                         held == 0 ? VERDICT_VALID
                                   : VERDICT_REVOKED); /* that it forked is not known yet */
        fork_scene_state(scene);
        assert_int_equal(roster_judge(&scene->roster, cut.log, FORK_SEQ - 1, EVENT_LINE_ADD, 0),
                         VERDICT_VALID);
        assert_int_equal(roster_judge(&scene->roster, cut.log, FORK_SEQ, EVENT_LINE_ADD, 0),
                         held == 0 ? VERDICT_FORKED : VERDICT_REVOKED);
        fork_scene_free(scene);
    }
}

TEST(salvage_revoked, what_a_carrier_wrote_beyond_its_own_revocation_carries_nothing)
{
    struct fork_scene *scene = fork_scene_new();
    fork_scene_state(scene);
    const struct log_cut cut = {.log = scene->devices[KITCHEN].head.log,
                                .seq = scene->devices[KITCHEN].head.seq,
                                .hash = scene->devices[KITCHEN].head.hash};
    fork_scene_carry(scene, KITCHEN, 0, FORK_SEQ, BRANCH_LAST);
    assert_true(fork_scene_counts(scene, 0, FORK_SEQ));
    fork_scene_revoke(scene, &cut);
    assert_false(fork_scene_counts(scene, 0, FORK_SEQ));
    fork_scene_carry(scene, OWNER, 0, FORK_SEQ, BRANCH_LAST);
    assert_true(fork_scene_counts(scene, 0, FORK_SEQ));
    fork_scene_free(scene);
}
