/* What one replica says to peers whose frames are made by hand: honest, unlucky and hostile ones.
 */
#include "sync/domain/turn.h"
#include "sync/mesh/mesh.h"

#include <string.h>

#include "tests/lib/spoil.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { A, B, C }; /* peers; each on the link of its number */

static struct stage stage;

/* Peer @peer tells of one head. */
static void tell(uint32_t peer, struct head_claim claim)
{
    stage_turn(&stage, peer, frame_status(NULL, 0, &claim, 1));
}

static void meet(uint32_t peer)
{
    struct head_claim heads[] = {stage_claim_own(&stage), stage_claim(&stage, peer, 1)};
    stage_meet(&stage, peer, peer, heads, 2);
}

/* What @link is asked for of @peer's log; its `log` is 0 when nothing. */
static struct want_entry want_of(uint32_t link, uint32_t peer)
{
    const struct message *want;
    for (uint32_t nth = 0; (want = stage_sent(&stage, link, MESSAGE_WANT, nth)) != NULL; nth++)
        for (uint32_t i = 0; i < want->wants_count; i++)
            if (want->wants[i].log == stage.peers[peer].head.log)
                return want->wants[i];
    return (struct want_entry){0};
}

static bool is_asked(uint32_t link, uint32_t peer)
{
    return want_of(link, peer).log != 0;
}

static uint64_t head_of(uint32_t peer)
{
    struct replica_log_info info;
    for (uint32_t i = 0; replica_log_at(stage.replica, i, &info); i++)
        if (info.log == stage.peers[peer].head.log)
            return info.seq;
    return 0;
}

/* ---- push ---- */

TEST(mesh, a_run_is_pushed_at_once_to_a_peer_that_has_all_before_it)
{
    stage_start(&stage, 2, 0);
    meet(A);
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

/* ---- holes ---- */

TEST(mesh, a_push_after_a_hole_asks_for_what_is_missing_at_once)
{
    stage_start(&stage, 1, 0);
    meet(A);
    (void)stage_write(&stage, A, 10);
    (void)stage_write(&stage, A, 10);
    stage_turn(&stage, A, frame_event(&stage, A, 3, true));
    struct want_entry want = want_of(A, A);
    assert_int_equal(want.have, 1);
    assert_true(want.is_restart);
    stage_stop(&stage);
}

TEST(mesh, a_hole_in_what_was_asked_for_is_asked_again_once_not_for_each_frame)
{
    stage_start(&stage, 1, 0);
    meet(A);
    for (int i = 0; i < 5; i++)
        (void)stage_write(&stage, A, 10);
    tell(A, stage_claim(&stage, A, 6));
    assert_true(is_asked(A, A));
    stage_turn(&stage, A, frame_event(&stage, A, 2, false));
    stage_turn(&stage, A, frame_event(&stage, A, 4, false));
    assert_int_equal(want_of(A, A).have, 2);
    stage_turn(&stage, A, frame_event(&stage, A, 5, false));
    assert_false(is_asked(A, A));
    stage_turn(&stage, A, frame_event(&stage, A, 6, false));
    assert_false(is_asked(A, A));
    stage_stop(&stage);
}

TEST(mesh, frames_of_another_peer_do_not_disturb_a_pull)
{
    stage_start(&stage, 3, 0);
    meet(A);
    meet(B);
    for (int i = 0; i < 5; i++)
        (void)stage_write(&stage, C, 10);
    tell(A, stage_claim(&stage, C, 6));
    assert_true(is_asked(A, C));
    for (int i = 0; i < 5; i++) {
        stage_turn(&stage, B, frame_event(&stage, C, 6, false));
        assert_false(is_asked(A, C));
        assert_false(is_asked(B, C));
    }
    stage_stop(&stage);
}

/* ---- sources ---- */

TEST(mesh, when_a_source_stalls_another_is_asked)
{
    stage_start(&stage, 3, 0);
    meet(A);
    meet(B);
    (void)stage_write(&stage, C, 10);
    tell(A, stage_claim(&stage, C, 2));
    tell(B, stage_claim(&stage, C, 2));
    stage_pass(&stage, PULL_TIMEOUT_MS - 1);
    assert_false(is_asked(B, C));
    assert_true(stage.effects->wake_mono_ms <= stage.now_ms + 1);
    stage_pass(&stage, 1);
    assert_true(is_asked(B, C));
    assert_false(is_asked(A, C));
    stage_stop(&stage);
}

TEST(mesh, old_events_do_not_keep_a_dead_pull_alive)
{
    stage_start(&stage, 3, 0);
    meet(A);
    meet(B);
    (void)stage_write(&stage, C, 10);
    tell(A, stage_claim(&stage, C, 2));
    tell(B, stage_claim(&stage, C, 2));
    stage.now_ms += PULL_TIMEOUT_MS - 100;
    stage_turn(&stage, A, frame_event(&stage, C, 1, false));
    stage_pass(&stage, 100);
    assert_true(is_asked(B, C));
    stage_stop(&stage);
}

TEST(mesh, who_claims_what_it_does_not_send_is_asked_last)
{
    stage_start(&stage, 3, 0);
    meet(A);
    meet(B);
    tell(A, stage_claim(&stage, C, 1000000000)); /* a lie */
    assert_true(is_asked(A, C));
    stage_pass(&stage, PULL_TIMEOUT_MS);
    assert_true(is_asked(A, C)); /* there is nobody else */
    (void)stage_write(&stage, C, 10);
    tell(B, stage_claim(&stage, C, 2));
    assert_true(is_asked(B, C)); /* at once */
    stage_turn(&stage, B, frame_event(&stage, C, 2, false));
    assert_int_equal(head_of(C), 2);
    stage_stop(&stage);
}

TEST(mesh, the_only_source_is_asked_less_and_less_often)
{
    stage_start(&stage, 2, 0);
    meet(A);
    tell(A, stage_claim(&stage, B, 1000000000));
    uint32_t asked = 0;
    for (int i = 0; i < 160; i++) { /* 16 s */
        stage.now_ms += 100;
        stage_turn(&stage, A, frame_status(NULL, 0, NULL, 0));
        asked += is_asked(A, B) ? 1 : 0;
    }
    assert_in_range(asked, 4, 6);
    stage_stop(&stage);
}

TEST(mesh, a_source_that_got_more_since_it_was_asked_is_asked_on_at_once)
{
    stage_start(&stage, 2, 0);
    meet(A);
    for (int i = 0; i < 3; i++)
        (void)stage_write(&stage, B, 10);
    tell(A, stage_claim(&stage, B, 2));
    struct head_claim more = stage_claim(&stage, B, 4);
    stage_begin(&stage);
    stage_say(&stage, A, frame_event(&stage, B, 2, false));
    stage_say(&stage, A, frame_status(NULL, 0, &more, 1));
    stage_end(&stage);
    struct want_entry want = want_of(A, B);
    assert_int_equal(want.have, 2);
    assert_false(want.is_restart); /* should it send still, it just goes on */
    stage_stop(&stage);
}

TEST(mesh, what_a_third_party_tells_waits_for_the_push_of_the_logs_own_device)
{
    stage_start(&stage, 3, 0);
    meet(A);
    meet(C);
    (void)stage_write(&stage, C, 10);
    (void)stage_write(&stage, C, 10);
    tell(A, stage_claim(&stage, C, 2));
    assert_false(is_asked(A, C));
    assert_true(stage.effects->wake_mono_ms <= stage.now_ms + PULL_GRACE_MS);
    /* Statuses that tell of more do not put it off for ever. */
    stage.now_ms += PULL_GRACE_MS;
    tell(A, stage_claim(&stage, C, 3));
    assert_true(is_asked(A, C));
    stage_stop(&stage);
}

TEST(mesh, two_runs_of_a_log_that_come_in_one_turn_are_both_passed_on)
{
    stage_start(&stage, 2, 0);
    meet(A);
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
    meet(A);
    meet(C);
    (void)stage_write(&stage, C, 10);
    (void)stage_write(&stage, C, 10);
    tell(A, stage_claim(&stage, C, 3));
    stage.now_ms += PULL_GRACE_MS - 1;
    stage_turn(&stage, C, frame_event(&stage, C, 2, true));
    stage_pass(&stage, 1);
    assert_false(is_asked(A, C));
    stage_turn(&stage, C, frame_event(&stage, C, 3, true));
    assert_int_equal(head_of(C), 3);
    assert_false(is_asked(A, C));
    stage_stop(&stage);
}

TEST(mesh, what_the_logs_own_device_tells_itself_is_asked_for_at_once)
{
    stage_start(&stage, 2, 0);
    meet(A);
    (void)stage_write(&stage, A, 10);
    tell(A, stage_claim(&stage, A, 2));
    assert_true(is_asked(A, A));
    stage_stop(&stage);
}

/* ---- logs that are unknown here ---- */

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
    for (uint32_t i = 0; i < LOGS_MAX; i++)
        heads[i] = (struct head_claim){.log = 1000 + i, .seq = SEQ_MAX};
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

/* ---- status ---- */

TEST(mesh, a_digest_that_does_not_fit_asks_for_all_heads)
{
    stage_start(&stage, 1, 0);
    meet(A);
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
    meet(A);
    (void)stage_write(&stage, B, 10);
    /* A's status with B's new head was lost; all that comes is one that asks and one that tells. */
    stage.now_ms += STATUS_INTERVAL_MS;
    struct head_claim all[] = {stage_claim(&stage, B, 2)};
    stage_turn(&stage, A, frame_status(NULL, 0, all, 1));
    assert_true(is_asked(A, B));
    stage_stop(&stage);
}

TEST(mesh, telling_all_is_prompt_but_no_flood)
{
    stage_start(&stage, 1, 0);
    meet(A);
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
    meet(A);
    meet(B);
    meet(C);
    (void)stage_write(&stage, A, 10);
    stage_turn(&stage, B, frame_event(&stage, A, 2, true));
    assert_int_equal(stage_sent(&stage, A, MESSAGE_STATUS, 0)->heads[0].seq, 2);
    assert_int_equal(stage_sent(&stage, B, MESSAGE_STATUS, 0)->heads_count, 1);
    assert_null(stage_sent(&stage, C, MESSAGE_STATUS, 0));
    stage_stop(&stage);
}

/* ---- forwarding ---- */

/* @link's peer tells that it is linked to @a and @b, and to the replica. */
static void tell_neighbours(uint32_t link, uint64_t a, uint64_t b)
{
    const uint64_t devices[] = {a, b, stage.own.id};
    stage_turn(&stage, link, frame_neighbours(devices, 3));
}

/* A peer that is linked to nobody but the replica. */
static void tell_alone(uint32_t link)
{
    stage_turn(&stage, link, frame_neighbours(&stage.own.id, 1));
}

/* B passes on what A wrote; whether C gets it from the replica. */
static bool is_forwarded_to_c(bool is_live)
{
    (void)stage_write(&stage, A, 10);
    stage_turn(&stage, B, frame_event(&stage, A, 2, is_live));
    assert_int_equal(head_of(A), 2);
    const struct message *sent = stage_sent(&stage, C, MESSAGE_EVENTS, 0);
    return sent != NULL && sent->events.is_live && sent->events.first_seq == 2;
}

static void line_start(void)
{
    stage_start(&stage, 4, 0);
    meet(B);
    meet(C);
    tell_alone(B);
    tell_alone(C);
}

TEST(mesh, what_was_pushed_goes_on_to_a_peer_that_its_sender_does_not_reach)
{
    line_start();
    assert_true(is_forwarded_to_c(true));
    stage_stop(&stage);
}

TEST(mesh, what_was_pulled_is_not_forwarded)
{
    line_start();
    assert_false(is_forwarded_to_c(false));
    stage_stop(&stage);
}

TEST(mesh, nothing_is_forwarded_to_a_peer_that_the_sender_reaches)
{
    line_start();
    tell_neighbours(B, stage.peers[C].id, stage.peers[A].id);
    assert_false(is_forwarded_to_c(true));
    stage_stop(&stage);
}

TEST(mesh, nothing_is_forwarded_to_a_peer_that_the_writer_reaches)
{
    line_start();
    tell_neighbours(C, stage.peers[A].id, stage.own.id);
    assert_false(is_forwarded_to_c(true));
    stage_stop(&stage);
}

TEST(mesh, of_two_that_could_forward_the_one_with_the_lower_id_does)
{
    line_start();
    uint64_t lower = stage.own.id - 1;
    uint64_t higher = stage.own.id + 1;
    tell_neighbours(B, higher, higher);
    tell_neighbours(C, higher, higher);
    assert_true(is_forwarded_to_c(true));
    stage_stop(&stage);
    line_start();
    tell_neighbours(B, lower, lower);
    tell_neighbours(C, lower, lower);
    assert_false(is_forwarded_to_c(true));
    stage_stop(&stage);
}

TEST(mesh, a_peer_that_lacks_a_little_for_long_is_given_it_unasked)
{
    line_start();
    assert_false(is_forwarded_to_c(false));
    stage.now_ms += LAG_MS;
    const struct head_claim heads[] = {stage_claim_own(&stage), stage_claim(&stage, A, 1),
                                       stage_claim(&stage, B, 1), stage_claim(&stage, C, 1),
                                       stage_claim(&stage, 3, 1)};
    struct head_claim sorted[5];
    memcpy(sorted, heads, sizeof heads);
    for (uint32_t i = 0; i < 5; i++)
        for (uint32_t j = i + 1; j < 5; j++)
            if (sorted[j].log < sorted[i].log) {
                struct head_claim swapped = sorted[i];
                sorted[i] = sorted[j];
                sorted[j] = swapped;
            }
    const struct claim_digest digest = claims_digest(sorted, 5);
    stage_turn(&stage, C, frame_status(digest.bytes, 0, sorted, 5));
    const struct message *sent = stage_sent(&stage, C, MESSAGE_EVENTS, 0);
    assert_non_null(sent);
    assert_false(sent->events.is_live);
    assert_int_equal(sent->events.first_seq, 2);
    stage_stop(&stage);
}

TEST(mesh, silence_ends_a_session)
{
    enum bye_reason reason;
    stage_start(&stage, 1, 0);
    meet(A);
    stage_pass(&stage, SILENCE_STATUSES * STATUS_INTERVAL_MS - 1);
    assert_false(stage_is_closed(&stage, A, &reason));
    stage_pass(&stage, 1);
    assert_true(stage_is_closed(&stage, A, &reason));
    assert_int_equal(reason, BYE_SILENCE);
    stage_stop(&stage);
}

TEST(mesh, a_peer_with_many_links_speaks_less_often_and_is_not_taken_for_dead)
{
    enum bye_reason reason;
    stage_start(&stage, 9, 0); /* ten on the roster: a peer may have nine links */
    meet(A);
    stage_pass(&stage, 2 * SILENCE_STATUSES * STATUS_INTERVAL_MS - 1);
    assert_false(stage_is_closed(&stage, A, &reason));
    stage_pass(&stage, 1);
    assert_true(stage_is_closed(&stage, A, &reason));
    stage_stop(&stage);
}

TEST(mesh, another_branch_is_alarmed_once_in_a_session)
{
    stage_start(&stage, 2, 0);
    meet(A);
    struct head_claim claim = stage_claim(&stage, B, 1);
    claim.hash[0] ^= 1;
    tell(A, claim);
    assert_true(stage_is_alarmed(&stage, ALARM_FORK));
    tell(A, claim);
    assert_false(stage_is_alarmed(&stage, ALARM_FORK));
    stage_stop(&stage);
}

/* ---- sessions ---- */

static void duplicates_meet(uint64_t device, uint8_t boot, bool is_first_ours)
{
    stage_begin(&stage);
    stage_up(&stage, 0, device, is_first_ours);
    stage_up(&stage, 1, device, !is_first_ours);
    stage_say(&stage, 0, frame_hello(&stage, device, boot, 0, NULL, 0));
    stage_say(&stage, 1, frame_hello(&stage, device, boot, 0, NULL, 0));
    stage_end(&stage);
}

TEST(mesh, of_two_links_the_one_that_the_lower_device_dialled_survives)
{
    enum bye_reason reason;
    for (uint32_t order = 0; order < 2; order++) {
        stage_start(&stage, 1, 0);
        bool is_own_lower = stage.own.id < stage.peers[A].id;
        duplicates_meet(stage.peers[A].id, 1, order == 0);
        uint32_t ours = order == 0 ? 0 : 1;
        assert_true(stage_is_closed(&stage, is_own_lower ? 1 - ours : ours, &reason));
        assert_int_equal(reason, BYE_DUPLICATE);
        assert_false(stage_is_closed(&stage, is_own_lower ? ours : 1 - ours, &reason));
        stage_stop(&stage);
    }
}

TEST(mesh, between_clones_the_lower_boot_id_takes_the_place_of_the_lower_device)
{
    enum bye_reason reason;
    static const uint8_t boots[] = {1, 200}; /* the replica's is 100 */
    for (uint32_t i = 0; i < 2; i++) {
        stage_start(&stage, 1, 0);
        bool is_own_lower = boots[i] > 100;
        duplicates_meet(stage.own.id, boots[i], true);
        assert_true(stage_is_closed(&stage, is_own_lower ? 1 : 0, &reason));
        assert_false(stage_is_closed(&stage, is_own_lower ? 0 : 1, &reason));
        stage_stop(&stage);
    }
}

TEST(mesh, sessions_that_come_and_break_the_protocol_in_one_turn_are_closed_each)
{
    enum bye_reason reason;
    stage_start(&stage, 1, 0);
    stage_begin(&stage);
    for (uint32_t i = 0; i < 4 * EFFECT_CLOSES_MAX; i++) {
        stage_up(&stage, i % 2, stage.peers[A].id, false);
        stage_say(&stage, i % 2, bytes_of_text("nonsense"));
        stage_down(&stage, i % 2);
    }
    stage_up(&stage, 0, stage.peers[A].id, false);
    stage_end(&stage);
    assert_false(stage_is_closed(&stage, 0, &reason)); /* the others' ends are not this one's */
    assert_non_null(stage_sent(&stage, 0, MESSAGE_HELLO, 0));
    assert_null(stage_sent(&stage, 0, MESSAGE_HELLO, 1));
    assert_null(stage_sent(&stage, 1, MESSAGE_HELLO, 0));
    stage_stop(&stage);
}

TEST(mesh, a_second_hello_is_passed_over)
{
    stage_start(&stage, 1, 0);
    meet(A);
    stage_begin(&stage);
    for (int i = 0; i < 1000; i++)
        stage_say(&stage, A, frame_hello(&stage, stage.peers[A].id, 9, 0, NULL, 0));
    stage_end(&stage);
    assert_int_equal(stage.effects->sends_count, 0);
    stage_stop(&stage);
}

TEST(mesh, a_clock_that_cannot_be_is_a_breach_of_the_protocol)
{
    enum bye_reason reason;
    static const int64_t clocks[] = {INT64_MIN, INT64_MAX, -(INT64_C(1) << 53), INT64_C(1) << 53};
    for (uint32_t i = 0; i < 4; i++) {
        stage_start(&stage, 1, 0);
        stage_begin(&stage);
        stage_up(&stage, A, stage.peers[A].id, true);
        stage_say(&stage, A, frame_hello(&stage, stage.peers[A].id, 1, clocks[i], NULL, 0));
        stage_end(&stage);
        assert_true(stage_is_closed(&stage, A, &reason));
        assert_int_equal(reason, BYE_PROTOCOL);
        stage_stop(&stage);
    }
}

/* ---- serving ---- */

/* The bytes of EVENTS that the last turn sends to @link. */
static size_t served(uint32_t link)
{
    size_t size = 0;
    struct message message;
    for (uint32_t i = 0; i < stage.effects->sends_count; i++) {
        const struct effect_send *send = &stage.effects->sends[i];
        if (send->link == link && message_decode(send->frame, &message) == 0 &&
            message.kind == MESSAGE_EVENTS)
            size += send->frame.size;
    }
    return size;
}

/* The replica gets a log of about @kib KiB of @peer. */
static void fill(uint32_t peer, uint32_t kib)
{
    stage_begin(&stage);
    for (uint32_t i = 0; i < kib / 8; i++) {
        uint64_t seq = stage_write(&stage, peer, 8000);
        stage_say(&stage, peer, frame_event(&stage, peer, seq, true));
    }
    stage_end(&stage);
}

TEST(mesh, a_peer_gets_one_window_however_much_credit_it_gives)
{
    stage_start(&stage, 2, 0);
    meet(A);
    meet(B);
    fill(B, 1024);
    struct want_entry want = {.log = stage.peers[B].head.log, .is_restart = true};
    stage_begin(&stage);
    for (int i = 0; i < 100; i++)
        stage_say(&stage, A, frame_want(&want, 1, LINK_OUTBOX_BYTES_MAX));
    stage_end(&stage);
    assert_in_range(served(A), LINK_CREDIT_BYTES / 2, LINK_CREDIT_BYTES + MESSAGE_BYTES_MAX);
    assert_true(stage.effects->wake_mono_ms > stage.now_ms); /* nothing is owed any more */
    stage_stop(&stage);
}

/* Whether a window brings anything of a small log beside a long one. */
static bool is_small_served(uint32_t small, uint32_t large)
{
    bool is_there = false;
    const struct message *sent;
    stage_start(&stage, 3, 0);
    meet(A);
    meet(B);
    meet(C);
    fill(large, 512);
    fill(small, 8);
    struct want_entry wants[] = {{.log = stage.peers[large].head.log, .is_restart = true},
                                 {.log = stage.peers[small].head.log, .is_restart = true}};
    stage_turn(&stage, A, frame_want(wants, 2, 128 * 1024));
    for (uint32_t nth = 0; (sent = stage_sent(&stage, A, MESSAGE_EVENTS, nth)) != NULL; nth++)
        is_there |= sent->events.log == stage.peers[small].head.log;
    stage_stop(&stage);
    return is_there;
}

TEST(mesh, the_logs_that_a_peer_asked_for_take_turns)
{
    assert_true(is_small_served(B, C));
    assert_true(is_small_served(C, B));
}

TEST(mesh, a_greedy_peer_does_not_starve_the_others)
{
    stage_start(&stage, 5, 0);
    for (uint32_t peer = 0; peer < 5; peer++)
        meet(peer);
    fill(B, 1024);
    struct want_entry want = {.log = stage.peers[B].head.log, .is_restart = true};
    uint32_t turns_served[5] = {0};
    for (int turn = 0; turn < 200; turn++) {
        stage_begin(&stage);
        for (uint32_t peer = 0; peer < 5; peer++)
            stage_say(&stage, peer, frame_want(&want, 1, LINK_CREDIT_BYTES));
        stage_end(&stage);
        for (uint32_t peer = 0; peer < 5; peer++)
            turns_served[peer] += served(peer) > 0 ? 1 : 0;
        assert_in_range(stage.effects->size, 0, SERVE_BYTES_PER_TURN + 2 * MESSAGE_BYTES_MAX);
    }
    for (uint32_t peer = 0; peer < 5; peer++)
        assert_true(turns_served[peer] > 0);
    stage_stop(&stage);
}

/* ---- bounds on what comes in ---- */

static int day_open(uint64_t day)
{
    static struct command command;
    memset(&command, 0, sizeof command);
    command.kind = COMMAND_DAY_OPEN;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.day = day;
    stage_begin(&stage);
    stage_command(&stage, &command);
    stage_end(&stage);
    return stage.effects->answers[0].err;
}

TEST(mesh, beyond_its_allowance_a_log_is_not_fetched_until_another_day_begins)
{
    stage_start(&stage, 2, 20000);
    assert_int_equal(day_open(1), 0);
    meet(A);
    for (int i = 0; i < 3; i++)
        (void)stage_write(&stage, A, 8000);
    stage_turn(&stage, A, frame_event(&stage, A, 2, true));
    assert_false(stage_is_alarmed(&stage, ALARM_ALLOWANCE));
    stage_turn(&stage, A, frame_event(&stage, A, 3, true));
    stage_turn(&stage, A, frame_event(&stage, A, 4, true));
    assert_true(stage_is_alarmed(&stage, ALARM_ALLOWANCE));
    assert_int_equal(head_of(A), 4);
    uint64_t next = stage_write(&stage, A, 8000);
    stage_turn(&stage, A, frame_event(&stage, A, next, true));
    assert_int_equal(head_of(A), 4);
    assert_false(stage_is_alarmed(&stage, ALARM_ALLOWANCE)); /* once */
    tell(A, stage_claim(&stage, A, next));
    assert_false(is_asked(A, A));
    assert_int_equal(day_open(2), 0);
    assert_true(is_asked(A, A));
    stage_turn(&stage, A, frame_event(&stage, A, next, false));
    assert_int_equal(head_of(A), next);
    stage_stop(&stage);
}

TEST(mesh, one_device_cannot_use_up_the_logs_of_all)
{
    stage_start(&stage, 1, 0);
    meet(A);
    struct journal_device *device = &stage.peers[A];
    bool is_alarmed = false;
    for (uint32_t i = 1; i < 2 * DEVICE_LOGS_MAX; i++) {
        struct public_key key;
        keys_of_number(5000 + i, &key, &device->log_secret);
        log_head_init(&device->head, &stage.journal.popup, &key, device->id, 1 + i);
        journal_open(stage.world, &stage.journal, device);
        stage_turn(&stage, A, frame_event(&stage, A, 1, true));
        is_alarmed |= stage_is_alarmed(&stage, ALARM_LOGS_FULL);
    }
    assert_true(is_alarmed);
    struct replica_log_info info;
    uint32_t logs = 0;
    while (replica_log_at(stage.replica, logs, &info))
        logs++;
    assert_int_equal(logs, 1 + DEVICE_LOGS_MAX);
    enum bye_reason reason;
    assert_false(stage_is_closed(&stage, A, &reason));
    stage_stop(&stage);
}

TEST(mesh, events_that_do_not_verify_are_alarmed_once_and_that_log_is_not_heard_from_there)
{
    stage_start(&stage, 2, 0);
    meet(A);
    meet(B);
    (void)stage_write(&stage, B, 10);
    struct bytes good = frame_event(&stage, B, 2, true);
    uint8_t data[1024];
    memcpy(data, good.data, good.size);
    data[good.size - 10] ^= 1; /* in the signature */
    stage_turn(&stage, A, bytes_of(data, good.size));
    assert_true(stage_is_alarmed(&stage, ALARM_BAD_EVENTS));
    stage_turn(&stage, A, bytes_of(data, good.size));
    assert_false(stage_is_alarmed(&stage, ALARM_BAD_EVENTS));
    stage_turn(&stage, B, good);
    assert_int_equal(head_of(B), 2);
    stage_stop(&stage);
}

/* ---- revocation and amnesia ---- */

TEST(mesh, a_revoked_device_is_cut_off_at_once_and_its_log_not_fetched_any_further)
{
    uint8_t data[256];
    struct bytes body;
    enum bye_reason reason;
    stage_start(&stage, 3, 0);
    meet(A);
    meet(B);
    meet(C);
    struct log_cut cut = {.log = stage.peers[C].head.log, .seq = 1};
    cut.hash = stage.peers[C].head.hash;
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[A], EVENT_LOG_REVOKE, body);
    (void)stage_write(&stage, C, 10);
    stage_turn(&stage, A, frame_event(&stage, A, 2, true));
    assert_true(stage_is_closed(&stage, C, &reason));
    assert_int_equal(reason, BYE_REVOKED);
    tell(B, stage_claim(&stage, C, 2));
    assert_false(is_asked(B, C));
    stage_turn(&stage, B, frame_event(&stage, C, 2, false));
    assert_int_equal(head_of(C), 1);
    stage_begin(&stage);
    stage_up(&stage, C, stage.peers[C].id, true);
    stage_say(&stage, C, frame_hello(&stage, stage.peers[C].id, 77, 0, NULL, 0));
    stage_end(&stage);
    assert_true(stage_is_closed(&stage, C, &reason));
    assert_int_equal(reason, BYE_REVOKED);
    stage_stop(&stage);
}

TEST(mesh, a_device_that_forgot_writes_nothing_more_until_it_has_a_new_log)
{
    struct journal_device next;
    stage_start(&stage, 1, 0);
    meet(A);
    uint64_t lost = replica_log(stage.replica);
    stage_turn(&stage, A, frame_own_event(&stage));
    assert_true(stage_is_alarmed(&stage, ALARM_AMNESIA));
    assert_true(stage.effects->is_new_log_needed);
    /* Whatever happens before there is one: it is asked for, and nothing is written. */
    stage_pass(&stage, 10);
    assert_true(stage.effects->is_new_log_needed);
    stage_begin(&stage);
    stage_abort(&stage);
    assert_true(stage.effects->is_new_log_needed);
    assert_int_equal(day_open(1), ERR_BUSY);
    meet(A);
    journal_device_init(&next, &stage.journal, 50, ROLE_OWNER, NULL); /* for its log key */
    stage_begin(&stage);
    assert_int_equal(replica_renew_log(stage.replica, stage.txn, &next.log_secret, 2,
                                       (struct moment){.mono_ms = stage.now_ms}, stage.effects),
                     0);
    stage_end(&stage);
    assert_false(stage.effects->is_new_log_needed);
    assert_true(replica_log(stage.replica) != lost);
    const struct message *sent = stage_sent(&stage, A, MESSAGE_EVENTS, 0);
    assert_non_null(sent); /* the new log is pushed at once */
    assert_int_equal(sent->events.log, replica_log(stage.replica));
    assert_int_equal(day_open(1), 0);
    stage_stop(&stage);
}

/* One of two versions of the own log's second event, as a proof. */
static struct fork_proof own_branch(struct hash *event_hash, uint8_t version)
{
    const struct log_head *head = &stage.own.head; /* empty: before event 1 */
    struct fork_proof proof = {.first_seq = 2, .count = 1, .event_hashes = event_hash};
    struct replica_log_info info;
    for (uint32_t i = 0; replica_log_at(stage.replica, i, &info); i++)
        if (info.log == head->log)
            memcpy(proof.before.bytes, info.hash, HASH_BYTES);
    *event_hash = chain_event_hash(bytes_of(&version, 1));
    struct hash hash = chain_next(&proof.before, event_hash);
    head_sign(&proof.signature, &stage.journal.popup, head->log, 2, &hash, &stage.own.log_secret);
    return proof;
}

TEST(mesh, a_device_whose_log_was_proven_to_be_forked_asks_for_a_new_one)
{
    uint8_t data[1024];
    struct hash hashes[2];
    struct bytes body;
    stage_start(&stage, 1, 0);
    meet(A);
    struct log_fork fork = {.log = stage.own.head.log, .seq = 2, .log_key = stage.own.head.key};
    fork.proofs[0] = own_branch(&hashes[0], 1);
    fork.proofs[1] = own_branch(&hashes[1], 2);
    assert_int_equal(log_fork_encode(&fork, data, sizeof data, &body), 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[A], EVENT_LOG_FORK, body);
    stage_turn(&stage, A, frame_event(&stage, A, 2, true));
    assert_true(stage.effects->is_new_log_needed);
    assert_int_equal(day_open(1), ERR_BUSY);
    stage_stop(&stage);
}

TEST(mesh, the_log_of_a_revoked_admin_is_fetched_on_as_it_may_say_who_revokes_whom)
{
    uint8_t data[256];
    struct bytes body;
    stage_start(&stage, 3, 0);
    meet(A);
    meet(C);
    struct log_cut cut = {.log = stage.peers[B].head.log, .seq = 1};
    cut.hash = stage.peers[B].head.hash;
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[A], EVENT_LOG_REVOKE, body);
    (void)stage_write(&stage, B, 10);
    stage_turn(&stage, A, frame_event(&stage, A, 2, true));
    tell(C, stage_claim(&stage, B, 2));
    assert_true(is_asked(C, B));
    stage_turn(&stage, C, frame_event(&stage, B, 2, false));
    assert_int_equal(head_of(B), 2);
    stage_stop(&stage);
}

/* The replica's disk makes event @seq of @peer's log unreadable. */
static void spoil_event(uint32_t peer, uint64_t seq)
{
    const struct key wanted = key_event(stage.peers[peer].head.log, seq);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    static const uint8_t first[1] = {0};
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint64_t row = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_LOG, &cursor), 0);
    assert_int_equal(store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value), 0);
    for (; !bytes_equal(key, key_bytes(&wanted)); row++)
        assert_int_equal(store_cursor_next(&cursor, &key, &value), 0);
    store_cursor_close(&cursor);
    store_memory_abort(txn);
    spoil_flip(stage.store, TABLE_LOG, row, (uint64_t)8 * HASH_BYTES);
}

TEST(mesh, a_device_is_revoked_also_where_the_disk_spoilt_what_it_wrote)
{
    uint8_t data[256];
    struct bytes body;
    stage_start(&stage, 3, 0);
    meet(A);
    meet(C);
    struct log_cut cut = {.log = stage.peers[C].head.log, .seq = 1};
    cut.hash = stage.peers[C].head.hash;
    for (uint64_t seq = 2; seq <= 4; seq++) {
        (void)stage_write(&stage, C, 10);
        stage_turn(&stage, C, frame_event(&stage, C, seq, true));
    }
    assert_int_equal(head_of(C), 4);
    spoil_event(C, 3);
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[A], EVENT_LOG_REVOKE, body);
    stage_turn(&stage, A, frame_event(&stage, A, 2, true));
    assert_int_equal(roster_log_find(replica_roster(stage.replica), cut.log)->revoked_seq, 1);
    assert_int_equal(day_open(1), 0);
    stage_stop(&stage);
}

TEST(mesh, a_claim_of_a_thousand_million_events_of_the_own_log_has_no_effect)
{
    stage_start(&stage, 2, 0);
    stage_write_own(&stage);
    struct head_claim claim = stage_claim_own(&stage);
    claim.seq = 1000000000;
    stage_meet(&stage, A, A, &claim, 1);
    for (int i = 0; i < 20; i++) {
        stage_pass(&stage, 100);
        assert_false(stage.effects->is_new_log_needed);
        assert_false(stage_is_alarmed(&stage, ALARM_AMNESIA));
    }
    assert_int_equal(day_open(1), 0);
    stage_stop(&stage);
}

TEST(mesh, what_is_not_another_branch_of_a_log_proves_no_fork)
{
    stage_start(&stage, 2, 0);
    meet(A);
    struct head_claim claim = stage_claim(&stage, B, 1);
    claim.hash[0] ^= 1; /* a lie: A has the same */
    tell(A, claim);
    const struct message *sent = stage_sent(&stage, A, MESSAGE_FORKQ, 0);
    assert_non_null(sent);
    assert_int_equal(sent->fork_question.seq, 1);
    struct fork_answer answer = {.log = claim.log, .seq = 1, .is_held = true};
    memcpy(answer.hash, claim.hash, sizeof answer.hash);
    stage_turn(&stage, A, frame_fork_answer(&answer, NULL)); /* and goes on lying */
    assert_non_null(sent = stage_sent(&stage, A, MESSAGE_FORKQ, 0));
    assert_true(sent->fork_question.wants_proof);
    struct hash made_up = {{1}};
    answer.has_proof = true;
    answer.count = 1;
    stage_turn(&stage, A, frame_fork_answer(&answer, &made_up));
    assert_int_equal(roster_log_find(replica_roster(stage.replica), claim.log)->fork_seq,
                     UINT64_MAX);
    assert_int_equal(day_open(1), 0);
    stage_stop(&stage);
}

/* Events of @peer fill the turn's memory but for less than a small event. */
static void turn_fill(uint32_t peer)
{
    static const size_t sizes[] = {15000, 100};
    size_t used = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct hash hash;
        struct bytes event = {0};
        while (used + event.size <= TURN_BYTES_MAX) {
            const uint64_t seq = head_of(peer) + 1;
            if (stage.peers[peer].head.seq < seq)
                (void)stage_write(&stage, peer, sizes[i]);
            assert_int_equal(event_get(stage.world, stage.peers[peer].head.log, seq, &hash, &event),
                             0);
            if (used + event.size > TURN_BYTES_MAX)
                break;
            stage_say(&stage, peer, frame_event(&stage, peer, seq, true));
            used += event.size;
        }
    }
}

/* Another second event of B's log than the one here, as A's answer to @sent. */
static struct bytes other_branch_frame(const struct fork_question *asked, struct hash *event_hash)
{
    const struct journal_device *writer = &stage.peers[B];
    const struct head_claim first = stage_claim(&stage, B, 1);
    struct fork_answer answer = {.log = asked->log, .seq = asked->seq, .is_held = true};
    struct bytes event;
    memcpy(answer.hash, first.hash, sizeof answer.hash);
    if (asked->seq == 1)
        return frame_fork_answer(&answer, NULL);
    assert_int_equal(event_get(stage.world, first.log, 1, &answer.before, &event), 0);
    *event_hash = chain_event_hash(bytes_of("another", 7));
    const struct hash hash = chain_next(&answer.before, event_hash);
    memcpy(answer.hash, hash.bytes, sizeof answer.hash);
    answer.has_proof = asked->wants_proof;
    answer.count = asked->wants_proof ? 1 : 0;
    head_sign(&answer.signature, &stage.journal.popup, first.log, 2, &hash, &writer->log_secret);
    return frame_fork_answer(&answer, event_hash);
}

TEST(mesh, a_fork_is_stated_also_in_a_turn_that_peers_have_filled)
{
    struct hash event_hash = {{0}};
    struct fork_question asked = {.seq = 2};
    stage_start(&stage, 3, 0);
    meet(A);
    meet(C);
    (void)stage_write(&stage, B, 10);
    stage_turn(&stage, C, frame_event(&stage, B, 2, true));
    struct head_claim claim = stage_claim(&stage, B, 2);
    asked.log = claim.log;
    claim.hash[0] ^= 1;
    tell(A, claim);
    for (uint32_t i = 0; i < 3 && !asked.wants_proof; i++) {
        const struct message *sent = stage_sent(&stage, A, MESSAGE_FORKQ, 0);
        assert_non_null(sent);
        asked = sent->fork_question;
        if (!asked.wants_proof)
            stage_turn(&stage, A, other_branch_frame(&asked, &event_hash));
    }
    assert_true(asked.wants_proof);
    stage_begin(&stage);
    turn_fill(C);
    stage_say(&stage, A, other_branch_frame(&asked, &event_hash));
    stage_end(&stage);
    assert_int_equal(roster_log_find(replica_roster(stage.replica), claim.log)->fork_seq, 2);
    stage_stop(&stage);
}
