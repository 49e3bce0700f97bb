/* To whom one replica passes on what it hears, which of its links live, and what each peer is
 * served.
 */
#include "sync/domain/turn.h"
#include "sync/mesh/mesh.h"

#include <string.h>

#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { A, B, C }; /* peers; each on the link of its number */

static struct stage stage;

/* --- forwarding --- */

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
    assert_int_equal(stage_head_of(&stage, A), 2);
    const struct message *sent = stage_sent(&stage, C, MESSAGE_EVENTS, 0);
    return sent != NULL && sent->events.is_live && sent->events.first_seq == 2;
}

static void line_start(void)
{
    stage_start(&stage, 4, 0);
    stage_greet(&stage, B);
    stage_greet(&stage, C);
    tell_alone(B);
    tell_alone(C);
}

TEST(mesh_links, what_was_pushed_goes_on_to_a_peer_that_its_sender_does_not_reach)
{
    line_start();
    assert_true(is_forwarded_to_c(true));
    stage_stop(&stage);
}

TEST(mesh_links, what_was_pulled_is_not_forwarded)
{
    line_start();
    assert_false(is_forwarded_to_c(false));
    stage_stop(&stage);
}

TEST(mesh_links, nothing_is_forwarded_to_a_peer_that_the_sender_reaches)
{
    line_start();
    tell_neighbours(B, stage.peers[C].id, stage.peers[A].id);
    assert_false(is_forwarded_to_c(true));
    stage_stop(&stage);
}

TEST(mesh_links, nothing_is_forwarded_to_a_peer_that_the_writer_reaches)
{
    line_start();
    tell_neighbours(C, stage.peers[A].id, stage.own.id);
    assert_false(is_forwarded_to_c(true));
    stage_stop(&stage);
}

TEST(mesh_links, of_two_that_could_forward_the_one_with_the_lower_id_does)
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

TEST(mesh_links, a_peer_that_lacks_a_little_for_long_is_given_it_unasked)
{
    line_start();
    assert_false(is_forwarded_to_c(false));
    stage.now_ms += LAG_MS;
    const struct head_claim heads[] = {stage_claim_own(&stage), stage_claim(&stage, A, 1),
                                       stage_claim(&stage, B, 1), stage_claim(&stage, C, 1),
                                       stage_claim(&stage, 3, 1)};
    struct head_claim sorted[5];
    memcpy(sorted, heads, sizeof heads);
    for (uint32_t i = 0; i < 5; i++) {
        for (uint32_t j = i + 1; j < 5; j++) {
            if (sorted[j].log < sorted[i].log) {
                struct head_claim swapped = sorted[i];
                sorted[i] = sorted[j];
                sorted[j] = swapped;
            }
        }
    }
    const struct claim_digest digest = claims_digest(sorted, 5);
    stage_turn(&stage, C, frame_status(digest.bytes, 0, sorted, 5));
    const struct message *sent = stage_sent(&stage, C, MESSAGE_EVENTS, 0);
    assert_non_null(sent);
    assert_false(sent->events.is_live);
    assert_int_equal(sent->events.first_seq, 2);
    stage_stop(&stage);
}

TEST(mesh_links, silence_ends_a_session)
{
    enum bye_reason reason;
    stage_start(&stage, 1, 0);
    stage_greet(&stage, A);
    stage_pass(&stage, SILENCE_STATUSES * STATUS_INTERVAL_MS - 1);
    assert_false(stage_is_closed(&stage, A, &reason));
    stage_pass(&stage, 1);
    assert_true(stage_is_closed(&stage, A, &reason));
    assert_int_equal(reason, BYE_SILENCE);
    stage_stop(&stage);
}

TEST(mesh_links, a_peer_with_many_links_speaks_less_often_and_is_not_taken_for_dead)
{
    enum bye_reason reason;
    stage_start(&stage, 9, 0); /* ten on the roster: a peer may have nine links */
    stage_greet(&stage, A);
    stage_pass(&stage, 2 * SILENCE_STATUSES * STATUS_INTERVAL_MS - 1);
    assert_false(stage_is_closed(&stage, A, &reason));
    stage_pass(&stage, 1);
    assert_true(stage_is_closed(&stage, A, &reason));
    stage_stop(&stage);
}

TEST(mesh_links, another_branch_is_alarmed_once_in_a_session)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    struct head_claim claim = stage_claim(&stage, B, 1);
    claim.hash[0] ^= 1;
    stage_tell(&stage, A, claim);
    assert_true(stage_is_alarmed(&stage, ALARM_FORK));
    stage_tell(&stage, A, claim);
    assert_false(stage_is_alarmed(&stage, ALARM_FORK));
    stage_stop(&stage);
}

/* --- sessions --- */

static void duplicates_meet(uint64_t device, uint8_t boot, bool is_first_ours)
{
    stage_begin(&stage);
    stage_up(&stage, 0, device, is_first_ours);
    stage_up(&stage, 1, device, !is_first_ours);
    stage_say(&stage, 0, frame_hello(&stage, device, boot, 0, NULL, 0));
    stage_say(&stage, 1, frame_hello(&stage, device, boot, 0, NULL, 0));
    stage_end(&stage);
}

TEST(mesh_links, of_two_links_the_one_that_the_lower_device_dialled_survives)
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

TEST(mesh_links, between_clones_the_lower_boot_id_takes_the_place_of_the_lower_device)
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

TEST(mesh_links, sessions_that_come_and_break_the_protocol_in_one_turn_are_closed_each)
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

TEST(mesh_links, a_second_hello_is_passed_over)
{
    stage_start(&stage, 1, 0);
    stage_greet(&stage, A);
    stage_begin(&stage);
    for (int i = 0; i < 1000; i++) {
        stage_say(&stage, A, frame_hello(&stage, stage.peers[A].id, 9, 0, NULL, 0));
    }
    stage_end(&stage);
    assert_int_equal(stage.effects->sends_count, 0);
    stage_stop(&stage);
}

TEST(mesh_links, a_clock_that_cannot_be_is_a_breach_of_the_protocol)
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

/* --- serving --- */

/* The bytes of EVENTS that the last turn sends to @link. */
static size_t served(uint32_t link)
{
    size_t size = 0;
    struct message message;
    for (uint32_t i = 0; i < stage.effects->sends_count; i++) {
        const struct effect_send *send = &stage.effects->sends[i];
        if (send->link == link && message_decode(send->frame, &message) == 0 &&
            message.kind == MESSAGE_EVENTS) {
            size += send->frame.size;
        }
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

TEST(mesh_links, a_peer_gets_one_window_however_much_credit_it_gives)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, B);
    fill(B, 1024);
    struct want_entry want = {.log = stage.peers[B].head.log, .is_restart = true};
    stage_begin(&stage);
    for (int i = 0; i < 100; i++) {
        stage_say(&stage, A, frame_want(&want, 1, LINK_OUTBOX_BYTES_MAX));
    }
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
    stage_greet(&stage, A);
    stage_greet(&stage, B);
    stage_greet(&stage, C);
    fill(large, 512);
    fill(small, 8);
    struct want_entry wants[] = {{.log = stage.peers[large].head.log, .is_restart = true},
                                 {.log = stage.peers[small].head.log, .is_restart = true}};
    stage_turn(&stage, A, frame_want(wants, 2, 128 * 1024));
    for (uint32_t nth = 0; (sent = stage_sent(&stage, A, MESSAGE_EVENTS, nth)) != NULL; nth++) {
        is_there |= sent->events.log == stage.peers[small].head.log;
    }
    stage_stop(&stage);
    return is_there;
}

TEST(mesh_links, the_logs_that_a_peer_asked_for_take_turns)
{
    assert_true(is_small_served(B, C));
    assert_true(is_small_served(C, B));
}

TEST(mesh_links, a_greedy_peer_does_not_starve_the_others)
{
    stage_start(&stage, 5, 0);
    for (uint32_t peer = 0; peer < 5; peer++) {
        stage_greet(&stage, peer);
    }
    fill(B, 1024);
    struct want_entry want = {.log = stage.peers[B].head.log, .is_restart = true};
    uint32_t turns_served[5] = {0};
    for (int turn = 0; turn < 200; turn++) {
        stage_begin(&stage);
        for (uint32_t peer = 0; peer < 5; peer++) {
            stage_say(&stage, peer, frame_want(&want, 1, LINK_CREDIT_BYTES));
        }
        stage_end(&stage);
        for (uint32_t peer = 0; peer < 5; peer++) {
            turns_served[peer] += served(peer) > 0 ? 1 : 0;
        }
        assert_in_range(stage.effects->size, 0, SERVE_BYTES_PER_TURN + 2 * MESSAGE_BYTES_MAX);
    }
    for (uint32_t peer = 0; peer < 5; peer++) {
        assert_true(turns_served[peer] > 0);
    }
    stage_stop(&stage);
}
