/* Proofs that a log was written on two branches: what proves it, and what it voids. */
#include "tests/lib/scene_says.h"
#include "tests/lib/test.h"

static int fork_verify(const struct roster_scene *scene, const struct log_fork *fork)
{
    uint8_t buffer[1024];
    struct log_point point;
    return log_fork_verify(scene_fork_body(fork, buffer, sizeof buffer), &scene->journal.popup,
                           &point);
}

TEST(roster_forks, a_proven_fork_voids_both_branches_whoever_shows_it)
{
    struct roster_scene *scene = roster_scene_new();
    struct scene_fork forked;
    uint8_t buffer[1024];
    scene_fork_make(scene, &forked);
    scene_state(scene, SCENE_KITCHEN, EVENT_LOG_FORK,
                scene_fork_body(&forked.fork, buffer, sizeof buffer));
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_FORKED);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_VALID);
    assert_false(roster_device_find(&scene->roster, scene->devices[SCENE_COUNTER].id)->is_revoked);
    roster_scene_free(scene);
}

TEST(roster_forks, a_fork_is_where_the_runs_part_and_nowhere_else)
{
    struct roster_scene *scene = roster_scene_new();
    struct scene_fork forked;
    scene_fork_make(scene, &forked);
    assert_int_equal(fork_verify(scene, &forked.fork), 0);
    for (uint64_t seq = 1; seq < 8; seq++) {
        forked.fork.seq = seq;
        assert_int_equal(fork_verify(scene, &forked.fork), seq == 3 ? 0 : ERR_MISMATCH);
    }
    forked.fork.seq = 3;
    forked.fork.proofs[1] = forked.fork.proofs[0];
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_MISMATCH);
    roster_scene_free(scene);
}

TEST(roster_forks, a_fork_of_another_key_or_with_a_forged_run_proves_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    struct scene_fork forked;
    struct secret_key secret;
    scene_fork_make(scene, &forked);
    const struct log_fork good = forked.fork;
    forked.hashes[1][2].bytes[0] ^= 1;
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_BAD_SIGNATURE);
    forked.hashes[1][2].bytes[0] ^= 1;
    forked.fork.proofs[0].signature.bytes[3] ^= 1;
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_BAD_SIGNATURE);
    forked.fork = good;
    forked.fork.log++;
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_MISMATCH);
    forked.fork = good;
    keys_of_number(99, &forked.fork.log_key, &secret);
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_MISMATCH);
    roster_scene_free(scene);
}
