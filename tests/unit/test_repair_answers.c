/* test_repair_answers.c - what the disk spoilt is written again of what a peer says, and of what it
 * says only as much as is known to have stood there; also at a disk that fails.
 */
#include <string.h>

#include "sync/log/damage.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, B, PEERS }; /* each on the link of its number; A has no log but its own */

enum {
    EVENTS = 4,
    MANY = 300,
    STRETCH_MAX = 256,
    ANSWER_MS = 2000,
    UNKNOWN = 5000 /* a type of newer software */
};

static struct stage stage;
static const uint8_t junk[] = {1, 2, 3};

/* Both peers have the first EVENTS events of both logs, as the replica does. */
static void claim_all(void)
{
    for (uint32_t link = A; link < PEERS; link++) {
        for (uint32_t peer = A; peer < PEERS; peer++) {
            stage_tell(&stage, link, stage_claim(&stage, peer, stage.peers[peer].head.seq));
        }
    }
}

static void hear_all(uint32_t peer)
{
    for (uint64_t seq = stage_head_of(&stage, peer) + 1; seq <= stage.peers[peer].head.seq; seq++) {
        stage_turn(&stage, peer, frame_event(&stage, peer, seq, true));
    }
}

static void fill(uint64_t events)
{
    stage_start(&stage, PEERS, 0);
    for (uint32_t peer = A; peer < PEERS; peer++) {
        stage_greet(&stage, peer);
        while (stage.peers[peer].head.seq < events) {
            (void)stage_write(&stage, peer, 20);
        }
        hear_all(peer);
    }
    claim_all();
}

static uint64_t log_of(uint32_t peer)
{
    return stage.peers[peer].head.log;
}

/* --- what the disk does --- */

static void put(enum store_table table, uint64_t log, uint64_t seq, struct bytes value)
{
    const struct key key = key_event(log, seq);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_put(txn, table, key_bytes(&key), value), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

static void lose(enum store_table table, uint64_t log, uint64_t seq)
{
    const struct key key = key_event(log, seq);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_del(txn, table, key_bytes(&key)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

/* A bit flips in event @seq of A, from its row's begin (the hash is there) or its end. */
static void flip(uint64_t seq, bool is_hash)
{
    uint8_t data[HASH_BYTES + EVENT_BYTES_MAX];
    const struct key key = key_event(log_of(A), seq);
    struct bytes row;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(store_get(txn, TABLE_LOG, key_bytes(&key), &row), 0);
    memcpy(data, row.data, row.size);
    store_memory_abort(txn);
    data[is_hash ? 0 : row.size - 1] ^= 1;
    put(TABLE_LOG, log_of(A), seq, bytes_of(data, row.size));
}

static void flip_both(uint64_t seq)
{
    flip(seq, true);
    flip(seq, false);
}

static void scrub(void)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = stage.now_ms}, .records_max = UINT32_MAX};
    stage_begin(&stage);
    stage_step(&stage, &input);
    stage_end(&stage);
}

static bool is_spoilt(uint64_t seq)
{
    bool is = false;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(damage_within(txn, log_of(A), seq, seq, &is), 0);
    store_memory_abort(txn);
    return is;
}

/* What the last turn asks @link for; first_seq 0 = nothing. */
static struct repair_request asked(uint32_t link)
{
    const struct message *message = stage_sent(&stage, link, MESSAGE_REPAIR, 0);
    return message != NULL ? message->repair : (struct repair_request){0};
}

/* --- what peers say --- */

/* A's events from @first to @last as one run, which its signature at @last ends. */
static struct bytes frame_run(uint64_t first, uint64_t last)
{
    static uint8_t data[MESSAGE_BYTES_MAX];
    static struct run run;
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, data, sizeof data);
    message_write_events_begin(&writer, log_of(A), first, (uint32_t)(last - first + 1));
    for (uint64_t seq = first; seq <= last; seq++) {
        assert_int_equal(run_read(stage.world, log_of(A), seq, 1, &run), 0);
        write_bin(&writer, run.events[0].bytes.data, run.events[0].bytes.size);
    }
    message_write_events_end(&writer, &run.signature, false);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    return frame;
}

/* Another event @seq that A's log signed as well: it forked. */
static struct bytes frame_forked(uint64_t seq)
{
    static uint8_t data[MESSAGE_BYTES_MAX];
    const struct journal_device *peer = &stage.peers[A];
    const struct entity_id item = entity_id_derive(KIND_MENU, 9);
    uint8_t event_data[EVENT_BYTES_MAX];
    struct hash before;
    struct bytes bytes, frame;
    struct writer writer;
    struct signature signature;
    assert_int_equal(event_get(stage.world, log_of(A), seq - 1, &before, &bytes), 0);
    bytes = journal_event(event_data, EVENT_MENU_AVAILABLE, &item, bytes_of("\x91\xc3", 2));
    const struct hash event_hash = chain_event_hash(bytes);
    const struct hash hash = chain_next(&before, &event_hash);
    head_sign(&signature, &stage.journal.popup, log_of(A), seq, &hash, &peer->log_secret);
    writer_init(&writer, data, sizeof data);
    message_write_events_begin(&writer, log_of(A), seq, 1);
    write_bin(&writer, bytes.data, bytes.size);
    message_write_events_end(&writer, &signature, false);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    return frame;
}

static void answer(uint32_t link, uint64_t seq)
{
    stage_turn(&stage, link, frame_event(&stage, A, seq, false));
}

/* --- asking --- */

TEST(repair_answers, of_a_long_stretch_no_more_is_asked_for_than_an_answer_holds)
{
    fill(MANY);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    for (uint64_t seq = 2; seq < MANY; seq++) {
        bool is_new = false;
        assert_int_equal(damage_mark(txn, log_of(A), seq, &is_new), 0);
    }
    assert_int_equal(store_memory_commit(txn), 0);
    stage_begin(&stage);
    stage_abort(&stage);
    const struct head_claim claims[] = {stage_claim_own(&stage), stage_claim(&stage, A, MANY)};
    stage_meet(&stage, A, A, claims, 2);
    const struct repair_request request = stage.replica->scrub.request;
    assert_int_equal(request.first_seq, 2);
    assert_int_equal(request.last_seq, 2 + STRETCH_MAX);
    stage_stop(&stage);
}

TEST(repair_answers, what_fits_no_frame_is_asked_in_the_next_turn)
{
    fill(EVENTS);
    flip(3, false);
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = stage.now_ms}, .records_max = UINT32_MAX};
    stage_begin(&stage);
    stage.effects->sends_count = EFFECT_SENDS_MAX;
    stage_step(&stage, &input);
    stage_end(&stage);
    assert_true(is_spoilt(3));
    assert_true(stage.effects->sends_dropped > 0);
    stage.effects->sends_count = 0;
    stage_pass(&stage, 0);
    assert_true(asked(A).first_seq == 3 || asked(B).first_seq == 3);
    stage_stop(&stage);
}

TEST(repair_answers, news_cut_a_rest_short_but_again_only_when_that_is_a_while_ago)
{
    enum { TURN_MS = 100, TURNS_MAX = 400 };
    fill(EVENTS);
    flip(3, false);
    stage_begin(&stage);
    stage_down(&stage, A);
    stage_end(&stage);
    stage_tell(&stage, B, stage_claim(&stage, A, 2));
    scrub();
    for (uint32_t cut = 0; cut < 2; cut++) {
        const struct scrub *at = &stage.replica->scrub;
        uint32_t turns = 0;
        while (at->is_asked || at->rest_until_ms <= stage.now_ms ||
               (at->cut_ms != 0 && stage.now_ms <= at->cut_ms + ANSWER_MS)) {
            assert_true(turns++ < TURNS_MAX);
            stage_tell(&stage, B, stage_claim(&stage, B, EVENTS));
            stage_pass(&stage, TURN_MS);
        }
        stage_tell(&stage, B, stage_claim(&stage, A, 2));
        assert_int_equal(asked(B).first_seq, 0);
        stage_tell(&stage, B, stage_claim(&stage, A, EVENTS));
        assert_int_equal(asked(B).first_seq, 3);
        stage_turn(&stage, B, frame_forked(3)); /* of no use: it rests again */
        stage_tell(&stage, B, stage_claim(&stage, A, 2));
        stage_tell(&stage, B, stage_claim(&stage, A, EVENTS));
        assert_int_equal(asked(B).first_seq, 0);
    }
    stage_stop(&stage);
}

/* --- answers --- */

TEST(repair_answers, what_was_not_asked_for_is_no_answer)
{
    fill(EVENTS);
    flip(3, false);
    scrub();
    const uint32_t link = asked(A).first_seq != 0 ? A : B;
    assert_int_equal(asked(link).first_seq, 3);
    stage_turn(&stage, link, frame_event(&stage, B, 3, false)); /* of another log */
    stage_turn(&stage, link, frame_event(&stage, A, 4, false));
    stage_turn(&stage, link, frame_event(&stage, A, 3, true)); /* as if it were new */
    assert_true(is_spoilt(3));
    answer(link, 3);
    assert_false(is_spoilt(3));
    stage_stop(&stage);
}

/* Whose log was forked has two events of that number, both signed. */
TEST(repair_answers, an_event_of_another_branch_is_not_written)
{
    for (uint64_t seq = EVENTS - 1; seq <= EVENTS; seq++) {
        fill(EVENTS);
        flip(seq, false);
        scrub();
        const uint32_t link = asked(A).first_seq != 0 ? A : B;
        stage_turn(&stage, link, frame_forked(seq));
        assert_true(is_spoilt(seq));
        answer(1 - link, seq);
        answer(link, seq);
        assert_false(is_spoilt(seq));
        stage_stop(&stage);
    }
}

/* Its own hash is spoilt too, but where the log ends is known. */
TEST(repair_answers, the_last_event_is_known_by_the_log_s_end)
{
    fill(EVENTS);
    flip_both(EVENTS);
    scrub();
    const uint32_t link = asked(A).first_seq != 0 ? A : B;
    answer(link, EVENTS);
    assert_false(is_spoilt(EVENTS));
    stage_stop(&stage);
}

/* The rest is fetched as usual. */
TEST(repair_answers, of_a_run_beyond_the_log_s_end_no_more_is_written_than_was_there)
{
    fill(EVENTS);
    flip(3, false);
    scrub();
    const uint32_t link = asked(A).first_seq != 0 ? A : B;
    (void)stage_write(&stage, A, 20);
    stage_turn(&stage, link, frame_run(3, EVENTS + 1));
    assert_false(is_spoilt(3));
    assert_int_equal(stage_head_of(&stage, A), EVENTS);
    stage_stop(&stage);
}

/* Its signature is not in such a run: it is asked for again. */
TEST(repair_answers, the_last_event_of_a_log_without_a_signature_stays_listed)
{
    fill(EVENTS);
    lose(TABLE_SIG, log_of(A), EVENTS);
    scrub();
    const uint32_t link = asked(A).first_seq != 0 ? A : B;
    (void)stage_write(&stage, A, 20);
    stage_turn(&stage, link, frame_run(EVENTS, EVENTS + 1));
    assert_true(is_spoilt(EVENTS));
    assert_false(stage.effects->is_store_broken);
    stage_stop(&stage);
}

TEST(repair_answers, after_an_event_that_was_lost_meanwhile_no_answer_can_be_judged)
{
    fill(EVENTS);
    flip(3, false);
    scrub();
    const uint32_t link = asked(A).first_seq != 0 ? A : B;
    put(TABLE_LOG, log_of(A), 2, bytes_of(junk, sizeof junk));
    answer(link, 3);
    assert_true(is_spoilt(3));
    stage_stop(&stage);
}

TEST(repair_answers, who_answers_late_does_not_end_the_waiting_for_who_was_asked_then)
{
    fill(EVENTS);
    lose(TABLE_SIG, log_of(A), EVENTS);
    scrub();
    const uint32_t first = asked(A).first_seq != 0 ? A : B;
    (void)stage_write(&stage, A, 20);
    stage_pass(&stage, ANSWER_MS);
    assert_int_equal(asked(1 - first).first_seq, EVENTS);
    stage_turn(&stage, first, frame_run(EVENTS, EVENTS + 1)); /* it has no signature for it */
    assert_true(stage.replica->scrub.is_asked);
    assert_int_equal(stage.replica->scrub.link, 1 - first);
    answer(1 - first, EVENTS);
    assert_false(is_spoilt(EVENTS));
    stage_stop(&stage);
}

TEST(repair_answers, a_second_answer_writes_nothing)
{
    fill(EVENTS);
    flip(3, false);
    scrub();
    const uint32_t first = asked(A).first_seq != 0 ? A : B;
    stage_pass(&stage, ANSWER_MS);
    answer(first, 3);
    assert_false(is_spoilt(3));
    answer(1 - first, 3);
    assert_false(stage.effects->is_written);
    stage_stop(&stage);
}

/* --- what was made of the spoilt bytes --- */

/* The event was read as one about another item, and entered there. */
static void misplace(uint64_t seq, const struct entity_id *wrong)
{
    uint8_t row[HASH_BYTES + EVENT_BYTES_MAX] = {0};
    uint8_t data[EVENT_BYTES_MAX];
    const struct bytes event =
        journal_event(data, EVENT_MENU_AVAILABLE, wrong, bytes_of("\x91\xc3", 2));
    const struct key key = key_entity_event(wrong, log_of(A), seq);
    struct hash hash;
    struct bytes right;
    assert_int_equal(event_get(stage.world, log_of(A), seq, &hash, &right), 0);
    memcpy(row, hash.bytes, HASH_BYTES);
    memcpy(row + HASH_BYTES, event.data, event.size);
    put(TABLE_LOG, log_of(A), seq, bytes_of(row, HASH_BYTES + event.size));
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_put(txn, TABLE_ENTITY, key_bytes(&key), bytes_of("", 0)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

TEST(repair_answers, where_a_spoilt_event_was_entered_it_is_no_more_when_it_is_healed)
{
    const struct entity_id wrong = entity_id_derive(KIND_MENU, 321);
    fill(EVENTS);
    misplace(3, &wrong);
    const struct key key = key_entity_event(&wrong, log_of(A), 3);
    scrub();
    const uint32_t link = asked(A).first_seq != 0 ? A : B;
    answer(link, 3);
    assert_false(is_spoilt(3));
    struct store_txn *txn = store_memory_begin(stage.store, false);
    struct bytes value;
    assert_int_equal(store_get(txn, TABLE_ENTITY, key_bytes(&key), &value), ERR_NOT_FOUND);
    store_memory_abort(txn);
    stage_stop(&stage);
}

/* What a salvage carries may be of any entity: all is looked at. */
TEST(repair_answers, a_salvage_that_is_healed_has_all_rows_looked_at_and_what_nobody_knows_has_not)
{
    static const enum event_type types[] = {EVENT_SALVAGE, (enum event_type)UNKNOWN};
    const struct entity_id roster = entity_id_derive(KIND_ROSTER, 0);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        fill(EVENTS);
        const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[A], types[i],
                                           &roster, bytes_of("\x90", 1));
        (void)stage_write(&stage, A, 20);
        hear_all(A);
        claim_all();
        flip_both(seq - 1); /* so that it is one stretch */
        flip(seq, false);
        scrub();
        const uint32_t link = asked(A).first_seq != 0 ? A : B;
        stage_turn(&stage, link, frame_run(seq - 1, seq + 1));
        assert_false(is_spoilt(seq));
        assert_int_equal(stage.replica->scrub.is_wrong, types[i] == EVENT_SALVAGE);
        stage_stop(&stage);
    }
}

/* --- signatures --- */

/* Event 3 is fetched; event 4, which comes after it, has no signature of its own, and is spoilt. */
TEST(repair_answers, what_comes_after_what_was_healed_stays_listed_if_it_is_spoilt_too)
{
    fill(EVENTS + 1);
    flip_both(3);
    flip_both(EVENTS);
    lose(TABLE_SIG, log_of(A), EVENTS);
    scrub();
    const uint32_t link = asked(A).first_seq != 0 ? A : B;
    assert_int_equal(asked(link).first_seq, 3);
    stage_turn(&stage, link, frame_run(3, EVENTS + 1));
    assert_false(is_spoilt(3));
    stage_stop(&stage);
}

/* The disk lost all events from that one on, but not the signature. */
TEST(repair_answers, a_signature_of_what_was_lost_stays)
{
    const uint64_t last = EVENTS + 1;
    fill(last);
    const struct key key = key_event(log_of(A), EVENTS);
    struct bytes value;
    flip(3, false);
    put(TABLE_SIG, log_of(A), EVENTS, bytes_of(junk, sizeof junk));
    lose(TABLE_LOG, log_of(A), EVENTS);
    lose(TABLE_LOG, log_of(A), last);
    scrub();
    const uint32_t link = asked(A).first_seq != 0 ? A : B;
    answer(link, 3);
    assert_false(is_spoilt(3));
    assert_true(is_spoilt(EVENTS));
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(store_get(txn, TABLE_SIG, key_bytes(&key), &value), 0);
    store_memory_abort(txn);
    stage_stop(&stage);
}

/* Who answers has none at that event, and the one after it, which would do, is spoilt as well. */
TEST(repair_answers,
     a_signature_that_nothing_stands_in_for_stays_and_the_store_is_said_to_be_broken)
{
    fill(EVENTS + 1);
    const struct key key = key_event(log_of(A), 2);
    struct bytes value;
    flip_both(2);
    put(TABLE_SIG, log_of(A), 2, bytes_of(junk, sizeof junk));
    put(TABLE_SIG, log_of(A), 3, bytes_of(junk, sizeof junk));
    scrub();
    const uint32_t link = asked(A).first_seq != 0 ? A : B;
    assert_int_equal(asked(link).first_seq, 2);
    assert_false(stage.effects->is_store_broken);
    stage_turn(&stage, link, frame_run(2, EVENTS));
    assert_true(is_spoilt(2));
    assert_true(stage.effects->is_store_broken);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(store_get(txn, TABLE_SIG, key_bytes(&key), &value), 0);
    store_memory_abort(txn);
    stage_stop(&stage);
}

/* --- disks that fail --- */

static uint64_t healed_from, healed_to;

static void ask_before(struct stage *at)
{
    stage_greet(at, A);
    stage_tell(at, A, stage_claim(at, A, at->peers[A].head.seq));
    assert_true(stage.replica->scrub.is_asked);
}

static int try_answer(struct stage *at)
{
    return stage_try(at, A, frame_run(healed_from, healed_to));
}

TEST(repair_answers, at_any_call_that_fails_the_turn_that_heals_is_undone)
{
    const struct entity_id wrong = entity_id_derive(KIND_MENU, 321);
    fill(EVENTS + 1);
    misplace(3, &wrong);
    flip_both(2);
    put(TABLE_SIG, log_of(A), 3, bytes_of(junk, sizeof junk));
    scrub();
    healed_from = 2;
    healed_to = EVENTS;
    stage_sick(&stage, ask_before, try_answer);
    assert_false(is_spoilt(2));
    assert_false(is_spoilt(3));
    stage_stop(&stage);
}
