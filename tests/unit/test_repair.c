/* What the disk spoilt is asked of peers: of whom, how often, and which answers are taken. */
#include <string.h>

#include "sync/log/tables.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { A, B, PEERS }; /* each on the link of its number */

enum {
    EVENTS = 4,
    EVENTS_MANY = 100,
    ANSWER_MS = 2000,
    ASKED_MS = 2 * ANSWER_MS,
    REST_MS = 2000,
    REST_LAST_MS = 8000
};

static struct stage stage;

/* The replica has EVENTS events of each peer. */
static void stage_fill(void)
{
    stage_start(&stage, PEERS, 0);
    for (uint32_t peer = A; peer < PEERS; peer++) {
        stage_greet(&stage, peer);
        for (uint64_t seq = 2; seq <= EVENTS; seq++) {
            assert_int_equal(stage_write(&stage, peer, 20), seq);
            stage_turn(&stage, peer, frame_event(&stage, peer, seq, true));
        }
        assert_int_equal(stage_head_of(&stage, peer), EVENTS);
    }
}

static void lose_link(uint32_t link)
{
    stage_begin(&stage);
    stage_down(&stage, link);
    stage_end(&stage);
}

/* A bit flips in event @seq of @peer; the hash that stands beside it stays. */
static void spoil_event(uint32_t peer, uint64_t seq)
{
    uint8_t data[HASH_BYTES + EVENT_BYTES_MAX];
    const struct key key = key_event(stage.peers[peer].head.log, seq);
    struct bytes row;
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_get(txn, TABLE_LOG, key_bytes(&key), &row), 0);
    memcpy(data, row.data, row.size);
    data[row.size - 1] ^= 1;
    assert_int_equal(store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of(data, row.size)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

static void scrub(void)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = stage.now_ms}, .records_max = UINT32_MAX};
    stage_begin(&stage);
    stage_step(&stage, &input);
    stage_end(&stage);
}

/* Whether the last turn asks @link for event @seq of @peer. */
static bool is_asked(uint32_t link, uint32_t peer, uint64_t seq)
{
    const struct message *message = stage_sent(&stage, link, MESSAGE_REPAIR, 0);
    return message != NULL && message->repair.log == stage.peers[peer].head.log &&
           message->repair.first_seq == seq;
}

/* The peers say something now and then, or their links end. */
static void pass(uint64_t ms)
{
    for (uint64_t at = 0; at < ms; at += 100) {
        stage_tell(&stage, A, stage_claim(&stage, A, EVENTS));
        stage_pass(&stage, 100);
    }
}

TEST(repair, an_answer_that_comes_when_nobody_waits_for_it_any_more_is_taken)
{
    stage_fill();
    spoil_event(A, 3);
    lose_link(B);
    scrub();
    assert_true(is_asked(A, A, 3));
    pass(ANSWER_MS);
    assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE_STAYS));
    stage_turn(&stage, A, frame_event(&stage, A, 3, false));
    assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE_HEALED));
    stage_turn(&stage, A, frame_event(&stage, A, 3, false));
    assert_false(stage.effects->is_written); /* once */
    stage_stop(&stage);
}

TEST(repair, who_was_silent_is_asked_again_soon_and_then_less_and_less_often)
{
    stage_fill();
    spoil_event(A, 3);
    lose_link(B);
    scrub();
    pass(ANSWER_MS);
    for (uint64_t rest_ms = REST_MS; rest_ms <= REST_LAST_MS; rest_ms *= 2) {
        for (uint64_t ms = 0; ms < rest_ms; ms += 100) {
            assert_false(is_asked(A, A, 3));
            pass(100);
        }
        assert_true(is_asked(A, A, 3));
        pass(ANSWER_MS);
        assert_false(stage_is_alarmed(&stage, ALARM_DAMAGE_STAYS)); /* it was said */
    }
    stage_stop(&stage);
}

TEST(repair, a_peer_that_comes_to_have_it_is_asked_at_once)
{
    stage_fill();
    spoil_event(A, 3);
    lose_link(A);
    stage_tell(&stage, B, stage_claim(&stage, A, 2));
    scrub();
    assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE_STAYS));
    stage_pass(&stage, 100);
    assert_false(is_asked(B, A, 3));
    stage_tell(&stage, B, stage_claim(&stage, A, EVENTS));
    assert_true(is_asked(B, A, 3));
    stage_stop(&stage);
}

TEST(repair, what_nobody_has_does_not_keep_the_next_waiting)
{
    stage_fill();
    const bool is_a_first = stage.peers[A].head.log < stage.peers[B].head.log;
    const uint32_t gone = is_a_first ? A : B;
    const uint32_t here = is_a_first ? B : A;
    spoil_event(gone, 3);
    spoil_event(here, 3);
    lose_link(gone);
    scrub();
    assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE_STAYS));
    assert_true(is_asked(here, here, 3));
    stage_stop(&stage);
}

/* Peer A is hostile: now it has much, now little, and never answers. */
TEST(repair, a_peer_that_says_now_this_and_now_that_keeps_nobody_from_asking_the_others)
{
    bool is_b_asked = false;
    stage_fill();
    stage_tell(&stage, B, stage_claim(&stage, A, EVENTS));
    spoil_event(A, 3);
    scrub();
    assert_true(is_asked(A, A, 3));
    for (uint64_t ms = 0; ms < ASKED_MS && !is_b_asked; ms += 100) {
        stage_tell(&stage, A, stage_claim(&stage, A, 1));
        stage_tell(&stage, A, stage_claim(&stage, A, EVENTS));
        stage_pass(&stage, 100);
        is_b_asked = is_asked(B, A, 3);
    }
    assert_true(is_b_asked);
    stage_turn(&stage, B, frame_event(&stage, A, 3, false));
    assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE_HEALED));
    stage_stop(&stage);
}

/* It comes and goes before it is given up. */
TEST(repair, a_peer_that_comes_and_goes_keeps_nobody_from_asking_the_others)
{
    bool is_b_asked = false;
    stage_fill();
    stage_tell(&stage, B, stage_claim(&stage, A, EVENTS));
    spoil_event(A, 3);
    scrub();
    assert_true(is_asked(A, A, 3));
    for (uint64_t ms = 0; ms < ASKED_MS && !is_b_asked; ms += 500) {
        const struct head_claim claim = stage_claim(&stage, A, EVENTS);
        lose_link(A);
        is_b_asked = is_asked(B, A, 3);
        stage_meet(&stage, A, A, &claim, 1);
        is_b_asked = is_b_asked || is_asked(B, A, 3);
        stage_pass(&stage, 500);
    }
    assert_true(is_b_asked);
    stage_stop(&stage);
}

static uint32_t count_alarms(enum alarm_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < stage.effects->alarms_count; i++) {
        count += stage.effects->alarms[i].kind == kind;
    }
    return count;
}

TEST(repair, of_all_that_nobody_has_one_is_told_of_and_once_however_links_come_and_go)
{
    uint32_t turns = 1;
    stage_fill();
    for (uint64_t seq = EVENTS + 1; seq <= EVENTS_MANY; seq++) {
        assert_int_equal(stage_write(&stage, A, 20), seq);
        stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    }
    for (uint64_t seq = 2; seq <= EVENTS_MANY; seq++) {
        spoil_event(A, seq);
    }
    lose_link(A);
    scrub();
    assert_int_equal(count_alarms(ALARM_DAMAGE_STAYS), 1);
    for (; stage.effects->wake_mono_ms <= stage.now_ms; turns++) { /* until all had their turn */
        stage_pass(&stage, 0);
        assert_int_equal(count_alarms(ALARM_DAMAGE_STAYS), 0);
    }
    assert_in_range(turns, 2, EVENTS_MANY / 10);
    for (uint32_t i = 0; i < 4; i++) {
        lose_link(B);
        assert_int_equal(count_alarms(ALARM_DAMAGE_STAYS), 0);
        stage_greet(&stage, B);
        assert_int_equal(count_alarms(ALARM_DAMAGE_STAYS), 0);
        stage_pass(&stage, REST_MS);
        assert_int_equal(count_alarms(ALARM_DAMAGE_STAYS), 0);
    }
    stage_stop(&stage);
}
