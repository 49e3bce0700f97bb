/* What one replica asks of peers whose frames are made by hand, and what it tells them: who has
 * what, from whom it is fetched.
 */
#include "sync/domain/turn.h"
#include "sync/mesh/mesh.h"

#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { A, B, C }; /* peers; each on the link of its number */

static struct stage stage;

/* --- push --- */

TEST(mesh, a_run_is_pushed_at_once_to_a_peer_that_has_all_before_it)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    stage_write_own(&stage);
    const struct message *sent = stage_sent(&stage, A, MESSAGE_EVENTS, 0);
    assert_non_null(sent);
    assert_true(sent->events.is_live);
    assert_int_equal(sent->events.first_seq, 2);
    assert_null(stage_sent(&stage, A, MESSAGE_EVENTS, 1));
    stage_stop(&stage);
}

TEST(mesh, what_was_written_between_the_two_hellos_is_pushed_when_the_second_comes)
{
    stage_start(&stage, 1, 0);
    struct head_claim own = stage_claim_own(&stage);
    stage_begin(&stage);
    stage_up(&stage, A, stage.peers[A].id, true);
    stage_end(&stage);
    stage_write_own(&stage);
    stage_turn(&stage, A, frame_hello(&stage, stage.peers[A].id, 1, 0, &own, 1));
    const struct message *sent = stage_sent(&stage, A, MESSAGE_EVENTS, 0);
    assert_non_null(sent);
    assert_int_equal(sent->events.first_seq, 2);
    stage_stop(&stage);
}

TEST(mesh, a_peer_that_lacks_what_it_was_told_of_has_to_ask)
{
    stage_start(&stage, 1, 0);
    struct head_claim own = stage_claim_own(&stage);
    stage_write_own(&stage);
    stage_meet(&stage, A, A, &own, 1);
    assert_null(stage_sent(&stage, A, MESSAGE_EVENTS, 0));
    struct want_entry want = {.log = own.log, .have = 1, .is_restart = true};
    stage_turn(&stage, A, frame_want(&want, 1, LINK_CREDIT_BYTES));
    const struct message *sent = stage_sent(&stage, A, MESSAGE_EVENTS, 0);
    assert_non_null(sent);
    assert_false(sent->events.is_live);
    stage_write_own(&stage); /* it has all now: pushed again */
    assert_true(stage_sent(&stage, A, MESSAGE_EVENTS, 0)->events.is_live);
    stage_stop(&stage);
}

/* --- holes --- */

TEST(mesh, a_push_after_a_hole_asks_for_what_is_missing_at_once)
{
    stage_start(&stage, 1, 0);
    stage_greet(&stage, A);
    (void)stage_write(&stage, A, 10);
    (void)stage_write(&stage, A, 10);
    stage_turn(&stage, A, frame_event(&stage, A, 3, true));
    struct want_entry want = stage_want(&stage, A, A);
    assert_int_equal(want.have, 1);
    assert_true(want.is_restart);
    stage_stop(&stage);
}

TEST(mesh, a_hole_in_what_was_asked_for_is_asked_again_once_not_for_each_frame)
{
    stage_start(&stage, 1, 0);
    stage_greet(&stage, A);
    for (int i = 0; i < 5; i++) {
        (void)stage_write(&stage, A, 10);
    }
    stage_tell(&stage, A, stage_claim(&stage, A, 6));
    assert_true(stage_is_asked(&stage, A, A));
    stage_turn(&stage, A, frame_event(&stage, A, 2, false));
    stage_turn(&stage, A, frame_event(&stage, A, 4, false));
    assert_int_equal(stage_want(&stage, A, A).have, 2);
    stage_turn(&stage, A, frame_event(&stage, A, 5, false));
    assert_false(stage_is_asked(&stage, A, A));
    stage_turn(&stage, A, frame_event(&stage, A, 6, false));
    assert_false(stage_is_asked(&stage, A, A));
    stage_stop(&stage);
}

TEST(mesh, frames_of_another_peer_do_not_disturb_a_pull)
{
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, B);
    for (int i = 0; i < 5; i++) {
        (void)stage_write(&stage, C, 10);
    }
    stage_tell(&stage, A, stage_claim(&stage, C, 6));
    assert_true(stage_is_asked(&stage, A, C));
    for (int i = 0; i < 5; i++) {
        stage_turn(&stage, B, frame_event(&stage, C, 6, false));
        assert_false(stage_is_asked(&stage, A, C));
        assert_false(stage_is_asked(&stage, B, C));
    }
    stage_stop(&stage);
}

/* --- sources --- */

TEST(mesh, when_a_source_stalls_another_is_asked)
{
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, B);
    (void)stage_write(&stage, C, 10);
    stage_tell(&stage, A, stage_claim(&stage, C, 2));
    stage_tell(&stage, B, stage_claim(&stage, C, 2));
    stage_pass(&stage, PULL_TIMEOUT_MS - 1);
    assert_false(stage_is_asked(&stage, B, C));
    assert_true(stage.effects->wake_mono_ms <= stage.now_ms + 1);
    stage_pass(&stage, 1);
    assert_true(stage_is_asked(&stage, B, C));
    assert_false(stage_is_asked(&stage, A, C));
    stage_stop(&stage);
}

TEST(mesh, when_the_link_of_a_source_breaks_half_way_another_is_asked_in_that_turn)
{
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, B);
    for (int i = 0; i < 3; i++) {
        (void)stage_write(&stage, C, 10);
    }
    stage_tell(&stage, A, stage_claim(&stage, C, 4));
    stage_tell(&stage, B, stage_claim(&stage, C, 4));
    stage_turn(&stage, A, frame_event(&stage, C, 2, false));
    assert_false(stage_is_asked(&stage, B, C));
    stage_begin(&stage);
    stage_down(&stage, A);
    stage_end(&stage);
    struct want_entry want = stage_want(&stage, B, C);
    assert_int_equal(want.have, 2);
    assert_true(want.is_restart);
    stage_stop(&stage);
}

TEST(mesh, old_events_do_not_keep_a_dead_pull_alive)
{
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, B);
    (void)stage_write(&stage, C, 10);
    stage_tell(&stage, A, stage_claim(&stage, C, 2));
    stage_tell(&stage, B, stage_claim(&stage, C, 2));
    stage.now_ms += PULL_TIMEOUT_MS - 100;
    stage_turn(&stage, A, frame_event(&stage, C, 1, false));
    stage_pass(&stage, 100);
    assert_true(stage_is_asked(&stage, B, C));
    stage_stop(&stage);
}

TEST(mesh, who_claims_what_it_does_not_send_is_asked_last)
{
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, B);
    stage_tell(&stage, A, stage_claim(&stage, C, 1000000000)); /* a lie */
    assert_true(stage_is_asked(&stage, A, C));
    stage_pass(&stage, PULL_TIMEOUT_MS);
    assert_true(stage_is_asked(&stage, A, C)); /* there is nobody else */
    (void)stage_write(&stage, C, 10);
    stage_tell(&stage, B, stage_claim(&stage, C, 2));
    assert_true(stage_is_asked(&stage, B, C)); /* at once */
    stage_turn(&stage, B, frame_event(&stage, C, 2, false));
    assert_int_equal(stage_head_of(&stage, C), 2);
    stage_stop(&stage);
}

TEST(mesh, the_only_source_is_asked_less_and_less_often)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    stage_tell(&stage, A, stage_claim(&stage, B, 1000000000));
    uint32_t asked = 0;
    for (int i = 0; i < 160; i++) { /* 16 s */
        stage.now_ms += 100;
        stage_turn(&stage, A, frame_status(NULL, 0, NULL, 0));
        asked += stage_is_asked(&stage, A, B) ? 1 : 0;
    }
    assert_in_range(asked, 4, 6);
    stage_stop(&stage);
}

TEST(mesh, a_source_that_got_more_since_it_was_asked_is_asked_on_at_once)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    for (int i = 0; i < 3; i++) {
        (void)stage_write(&stage, B, 10);
    }
    stage_tell(&stage, A, stage_claim(&stage, B, 2));
    struct head_claim more = stage_claim(&stage, B, 4);
    stage_begin(&stage);
    stage_say(&stage, A, frame_event(&stage, B, 2, false));
    stage_say(&stage, A, frame_status(NULL, 0, &more, 1));
    stage_end(&stage);
    struct want_entry want = stage_want(&stage, A, B);
    assert_int_equal(want.have, 2);
    assert_false(want.is_restart); /* should it send still, it just goes on */
    stage_stop(&stage);
}

TEST(mesh, what_a_third_party_tells_waits_for_the_push_of_the_logs_own_device)
{
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, C);
    (void)stage_write(&stage, C, 10);
    (void)stage_write(&stage, C, 10);
    stage_tell(&stage, A, stage_claim(&stage, C, 2));
    assert_false(stage_is_asked(&stage, A, C));
    assert_true(stage.effects->wake_mono_ms <= stage.now_ms + PULL_GRACE_MS);
    /* Statuses that tell of more do not put it off for ever. */
    stage.now_ms += PULL_GRACE_MS;
    stage_tell(&stage, A, stage_claim(&stage, C, 3));
    assert_true(stage_is_asked(&stage, A, C));
    stage_stop(&stage);
}

TEST(mesh, two_runs_of_a_log_that_come_in_one_turn_are_both_passed_on)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    struct head_claim heads[] = {stage_claim_own(&stage), stage_claim(&stage, A, 1),
                                 stage_claim(&stage, B, 1)};
    stage_meet(&stage, B, B, heads, 3);
    (void)stage_write(&stage, A, 10);
    (void)stage_write(&stage, A, 10);
    stage_begin(&stage);
    stage_say(&stage, A, frame_event(&stage, A, 2, true));
    stage_say(&stage, A, frame_event(&stage, A, 3, true));
    stage_end(&stage);
    const struct message *sent = stage_sent(&stage, B, MESSAGE_EVENTS, 0);
    assert_non_null(sent);
    assert_int_equal(sent->events.first_seq, 2);
    assert_int_equal(sent->events.count, 2);
    stage_stop(&stage);
}

TEST(mesh, pushes_that_flow_extend_the_grace)
{
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, C);
    (void)stage_write(&stage, C, 10);
    (void)stage_write(&stage, C, 10);
    stage_tell(&stage, A, stage_claim(&stage, C, 3));
    stage.now_ms += PULL_GRACE_MS - 1;
    stage_turn(&stage, C, frame_event(&stage, C, 2, true));
    stage_pass(&stage, 1);
    assert_false(stage_is_asked(&stage, A, C));
    stage_turn(&stage, C, frame_event(&stage, C, 3, true));
    assert_int_equal(stage_head_of(&stage, C), 3);
    assert_false(stage_is_asked(&stage, A, C));
    stage_stop(&stage);
}

TEST(mesh, what_the_logs_own_device_tells_itself_is_asked_for_at_once)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    (void)stage_write(&stage, A, 10);
    stage_tell(&stage, A, stage_claim(&stage, A, 2));
    assert_true(stage_is_asked(&stage, A, A));
    stage_stop(&stage);
}

/* --- logs that are unknown here --- */

TEST(mesh, a_log_that_is_unknown_is_asked_of_one_peer_at_a_time)
{
    struct head_claim made_up = {.log = 4711, .seq = 9};
    stage_start(&stage, 2, 0);
    stage_meet(&stage, A, A, &made_up, 1);
    assert_int_equal(stage_sent(&stage, A, MESSAGE_WANT, 0)->wants_count, 1);
    stage_meet(&stage, B, B, &made_up, 1);
    assert_null(stage_sent(&stage, B, MESSAGE_WANT, 0));
    stage_pass(&stage, PULL_TIMEOUT_MS);
    assert_null(stage_sent(&stage, A, MESSAGE_WANT, 0));
    assert_int_equal(stage_sent(&stage, B, MESSAGE_WANT, 0)->wants_count, 1);
    assert_true(stage.effects->wake_mono_ms > stage.now_ms);
    stage_stop(&stage);
}

TEST(mesh, made_up_logs_cost_one_question_now_and_then)
{
    struct head_claim heads[LOGS_MAX];
    for (uint32_t i = 0; i < LOGS_MAX; i++) {
        heads[i] = (struct head_claim){.log = 1000 + i, .seq = SEQ_MAX};
    }
    stage_start(&stage, 1, 0);
    stage_meet(&stage, A, A, heads, LOGS_MAX);
    uint32_t asked = 0;
    for (int i = 0; i < 50; i++) { /* 5 s */
        stage.now_ms += 100;
        stage_turn(&stage, A, frame_status(NULL, 0, heads, LOGS_MAX));
        asked += stage_sent(&stage, A, MESSAGE_WANT, 0) != NULL ? 1 : 0;
        assert_true(stage.effects->wake_mono_ms > stage.now_ms);
    }
    assert_in_range(asked, 1, 11);
    struct replica_peer peer;
    assert_true(replica_peer_at(stage.replica, 0, &peer));
    stage_stop(&stage);
}

/* --- status --- */

TEST(mesh, a_digest_that_does_not_fit_asks_for_all_heads)
{
    stage_start(&stage, 1, 0);
    stage_greet(&stage, A);
    stage_turn(&stage, A, frame_status(NULL, 0, NULL, 0));
    stage_pass(&stage, STATUS_INTERVAL_MS);
    const struct message *status = stage_sent(&stage, A, MESSAGE_STATUS, 0);
    assert_non_null(status);
    assert_int_equal(status->status.flags & STATUS_TELL_ALL, STATUS_TELL_ALL);
    stage_stop(&stage);
}

TEST(mesh, a_lost_status_is_made_good_by_telling_all)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    (void)stage_write(&stage, B, 10);
    /* A's status with B's new head was lost; all that comes is one that asks and one that tells. */
    stage.now_ms += STATUS_INTERVAL_MS;
    struct head_claim all[] = {stage_claim(&stage, B, 2)};
    stage_turn(&stage, A, frame_status(NULL, 0, all, 1));
    assert_true(stage_is_asked(&stage, A, B));
    stage_stop(&stage);
}

TEST(mesh, telling_all_is_prompt_but_no_flood)
{
    stage_start(&stage, 1, 0);
    stage_greet(&stage, A);
    stage.now_ms += STATUS_BULK_MS;
    stage_turn(&stage, A, frame_status(NULL, STATUS_TELL_ALL, NULL, 0));
    const struct message *status = stage_sent(&stage, A, MESSAGE_STATUS, 0);
    assert_non_null(status);
    assert_int_equal(status->heads_count, 2);
    uint32_t answers = 0;
    for (int i = 0; i < 100; i++) { /* 1 s */
        stage.now_ms += 10;
        stage_turn(&stage, A, frame_status(NULL, STATUS_TELL_ALL, NULL, 0));
        answers += stage_sent(&stage, A, MESSAGE_STATUS, 0) != NULL ? 1 : 0;
    }
    assert_in_range(answers, 4, 6);
    stage_stop(&stage);
}

TEST(mesh, live_events_are_acknowledged_in_the_same_turn_to_who_sent_them_and_whose_they_are)
{
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, B);
    stage_greet(&stage, C);
    (void)stage_write(&stage, A, 10);
    stage_turn(&stage, B, frame_event(&stage, A, 2, true));
    assert_int_equal(stage_sent(&stage, A, MESSAGE_STATUS, 0)->heads[0].seq, 2);
    assert_int_equal(stage_sent(&stage, B, MESSAGE_STATUS, 0)->heads_count, 1);
    assert_null(stage_sent(&stage, C, MESSAGE_STATUS, 0));
    stage_stop(&stage);
}
