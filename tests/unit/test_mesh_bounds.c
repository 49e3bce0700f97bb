/* What one replica takes of hostile, forgetful and revoked devices, and where it stops.
 */
#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "sync/domain/turn.h"
#include "sync/mesh/mesh.h"

#include <string.h>

#include "tests/lib/spoil.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { A, B, C }; /* peers; each on the link of its number */

static struct stage stage;

/* --- bounds on what comes in --- */

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

TEST(mesh_bounds, beyond_its_allowance_a_device_is_not_fetched_until_another_day_begins)
{
    stage_start(&stage, 2, 20000);
    assert_int_equal(day_open(1), 0);
    stage_greet(&stage, A);
    for (int i = 0; i < 3; i++) {
        (void)stage_write(&stage, A, 8000);
    }
    stage_turn(&stage, A, frame_event(&stage, A, 2, true));
    assert_false(stage_is_alarmed(&stage, ALARM_ALLOWANCE));
    stage_turn(&stage, A, frame_event(&stage, A, 3, true));
    stage_turn(&stage, A, frame_event(&stage, A, 4, true));
    assert_true(stage_is_alarmed(&stage, ALARM_ALLOWANCE));
    assert_int_equal(stage_head_of(&stage, A), 4);
    uint64_t next = stage_write(&stage, A, 8000);
    stage_turn(&stage, A, frame_event(&stage, A, next, true));
    assert_int_equal(stage_head_of(&stage, A), 4);
    assert_false(stage_is_alarmed(&stage, ALARM_ALLOWANCE)); /* once */
    stage_tell(&stage, A, stage_claim(&stage, A, next));
    assert_false(stage_is_asked(&stage, A, A));
    assert_int_equal(day_open(2), 0);
    assert_true(stage_is_asked(&stage, A, A));
    stage_turn(&stage, A, frame_event(&stage, A, next, false));
    assert_int_equal(stage_head_of(&stage, A), next);
    stage_stop(&stage);
}

/* Its next journal, as if it had been restored. */
static void begin_log(struct journal_device *device, uint32_t incarnation)
{
    struct public_key key;
    keys_of_number(5000 + incarnation, &key, &device->log_secret);
    log_head_init(&device->head, &stage.journal.popup, &key, device->id, incarnation);
    journal_open(stage.world, &stage.journal, device);
}

static uint32_t logs_count(void)
{
    struct replica_log_info info;
    uint32_t logs = 0;
    while (replica_log_at(stage.replica, logs, &info)) {
        logs++;
    }
    return logs;
}

TEST(mesh_bounds, all_logs_of_a_device_share_its_allowance)
{
    stage_start(&stage, 2, 20000);
    assert_int_equal(day_open(1), 0);
    stage_greet(&stage, A);
    bool is_alarmed = false;
    for (uint32_t incarnation = 2; incarnation <= 4; incarnation++) {
        begin_log(&stage.peers[A], incarnation);
        stage_turn(&stage, A, frame_event(&stage, A, 1, true));
        (void)stage_write(&stage, A, 8000);
        stage_turn(&stage, A, frame_event(&stage, A, 2, true));
        is_alarmed |= stage_is_alarmed(&stage, ALARM_ALLOWANCE);
    }
    assert_true(is_alarmed);
    const uint32_t logs = logs_count();
    begin_log(&stage.peers[A], 5);
    stage_turn(&stage, A, frame_event(&stage, A, 1, true));
    assert_int_equal(logs_count(), logs);
    assert_false(stage_is_alarmed(&stage, ALARM_LOGS_FULL)); /* it has been told */
    (void)stage_write(&stage, B, 8000);                      /* another device has its own */
    stage_greet(&stage, B);
    stage_turn(&stage, B, frame_event(&stage, B, 2, true));
    assert_int_equal(stage_head_of(&stage, B), 2);
    assert_int_equal(day_open(2), 0); /* what was refused is asked for again */
    stage_turn(&stage, A, frame_event(&stage, A, 1, true));
    assert_int_equal(logs_count(), logs + 1);
    stage_stop(&stage);
}

TEST(mesh_bounds, small_events_count_with_what_the_store_keeps_of_each)
{
    enum { EVENTS = 80 };
    stage_start(&stage, 1, 20000);
    assert_int_equal(day_open(1), 0);
    stage_greet(&stage, A);
    for (uint64_t seq = 2; seq <= EVENTS; seq++) {
        assert_int_equal(stage_write(&stage, A, 10), seq);
        stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    }
    assert_true(stage_head_of(&stage, A) <= 20000 / EVENT_STORED_BYTES);
    assert_true(stage_head_of(&stage, A) > EVENTS / 3);
    stage_stop(&stage);
}

static void forge_day(uint32_t peer, uint64_t n)
{
    uint8_t data[16];
    struct writer writer;
    struct bytes body;
    const struct entity_id popup = entity_id_derive(KIND_POPUP, 0);
    const struct day_open open = {.n = n};
    writer_init(&writer, data, sizeof data);
    day_open_encode(&open, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[peer],
                                       EVENT_DAY_OPEN, &popup, body);
    stage_turn(&stage, peer, frame_event(&stage, peer, seq, true));
    assert_int_equal(stage_head_of(&stage, peer), seq);
}

/* @peer writes on and on; how many events of it are taken. */
static uint64_t taken_of(uint32_t peer)
{
    for (uint32_t i = 0; i < 12; i++) {
        const uint64_t seq = stage_write(&stage, peer, 8000);
        stage_turn(&stage, peer, frame_event(&stage, peer, seq, true));
    }
    return stage_head_of(&stage, peer);
}

TEST(mesh_bounds, a_day_that_a_thief_says_has_come_gives_no_device_more_room)
{
    stage_start(&stage, 3, 20000);
    assert_int_equal(day_open(1), 0);
    stage_greet(&stage, C); /* a counter, which may open days */
    forge_day(C, ORDER_DAY_MAX);
    forge_day(C, TRADING_DAYS_MAX);
    forge_day(C, 3);
    assert_int_equal(taken_of(C), 4 + 3);
    assert_int_equal(day_open(2), 0); /* days go on */
    stage_stop(&stage);
}

TEST(mesh_bounds, however_many_days_are_opened_a_device_may_use_an_eighth_of_the_store)
{
    stage_start(&stage, 3, 20000);
    stage.config.store_bytes = 8 * 40000;
    stage_begin(&stage);
    stage_abort(&stage);
    assert_int_equal(day_open(1), 0);
    stage_greet(&stage, C);
    for (uint64_t n = 2; n <= 20; n++) { /* one after the other, which counts */
        forge_day(C, n);
    }
    const uint64_t before = stage_head_of(&stage, C);
    assert_int_equal(taken_of(C), before + 4); /* 8.4 KB each, and 8 KB for the days */
    assert_int_equal(day_open(21), 0);
    stage_stop(&stage);
}

TEST(mesh_bounds, one_device_cannot_use_up_the_logs_of_all)
{
    stage_start(&stage, 1, 0);
    stage_greet(&stage, A);
    bool is_alarmed = false;
    for (uint32_t i = 1; i < 2 * DEVICE_LOGS_MAX; i++) {
        begin_log(&stage.peers[A], 1 + i);
        stage_turn(&stage, A, frame_event(&stage, A, 1, true));
        is_alarmed |= stage_is_alarmed(&stage, ALARM_LOGS_FULL);
    }
    assert_true(is_alarmed);
    assert_int_equal(logs_count(), 1 + DEVICE_LOGS_MAX);
    enum bye_reason reason;
    assert_false(stage_is_closed(&stage, A, &reason));
    stage_stop(&stage);
}

TEST(mesh_bounds, events_that_do_not_verify_are_alarmed_once_and_that_log_is_not_heard_from_there)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, B);
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
    assert_int_equal(stage_head_of(&stage, B), 2);
    stage_stop(&stage);
}

/* --- revocation and amnesia --- */

TEST(mesh_bounds, a_revoked_device_is_cut_off_at_once_and_its_log_not_fetched_any_further)
{
    uint8_t data[256];
    struct bytes body;
    enum bye_reason reason;
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, B);
    stage_greet(&stage, C);
    struct log_cut cut = {.log = stage.peers[C].head.log, .seq = 1};
    cut.hash = stage.peers[C].head.hash;
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[A], EVENT_LOG_REVOKE, body);
    (void)stage_write(&stage, C, 10);
    stage_turn(&stage, A, frame_event(&stage, A, 2, true));
    assert_true(stage_is_closed(&stage, C, &reason));
    assert_int_equal(reason, BYE_REVOKED);
    stage_tell(&stage, B, stage_claim(&stage, C, 2));
    assert_false(stage_is_asked(&stage, B, C));
    stage_turn(&stage, B, frame_event(&stage, C, 2, false));
    assert_int_equal(stage_head_of(&stage, C), 1);
    stage_begin(&stage);
    stage_up(&stage, C, stage.peers[C].id, true);
    stage_say(&stage, C, frame_hello(&stage, stage.peers[C].id, 77, 0, NULL, 0));
    stage_end(&stage);
    assert_true(stage_is_closed(&stage, C, &reason));
    assert_int_equal(reason, BYE_REVOKED);
    stage_stop(&stage);
}

TEST(mesh_bounds, a_device_that_forgot_writes_nothing_more_until_it_has_a_new_log)
{
    struct journal_device next;
    stage_start(&stage, 1, 0);
    stage_greet(&stage, A);
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
    stage_greet(&stage, A);
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
    for (uint32_t i = 0; replica_log_at(stage.replica, i, &info); i++) {
        if (info.log == head->log) {
            memcpy(proof.before.bytes, info.hash, HASH_BYTES);
        }
    }
    *event_hash = chain_event_hash(bytes_of(&version, 1));
    struct hash hash = chain_next(&proof.before, event_hash);
    head_sign(&proof.signature, &stage.journal.popup, head->log, 2, &hash, &stage.own.log_secret);
    return proof;
}

TEST(mesh_bounds, a_device_whose_log_was_proven_to_be_forked_asks_for_a_new_one)
{
    uint8_t data[1024];
    struct hash hashes[2];
    struct bytes body;
    stage_start(&stage, 1, 0);
    stage_greet(&stage, A);
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

TEST(mesh_bounds, the_log_of_a_revoked_admin_is_fetched_on_as_it_may_say_who_revokes_whom)
{
    uint8_t data[256];
    struct bytes body;
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, C);
    struct log_cut cut = {.log = stage.peers[B].head.log, .seq = 1};
    cut.hash = stage.peers[B].head.hash;
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[A], EVENT_LOG_REVOKE, body);
    (void)stage_write(&stage, B, 10);
    stage_turn(&stage, A, frame_event(&stage, A, 2, true));
    stage_tell(&stage, C, stage_claim(&stage, B, 2));
    assert_true(stage_is_asked(&stage, C, B));
    stage_turn(&stage, C, frame_event(&stage, B, 2, false));
    assert_int_equal(stage_head_of(&stage, B), 2);
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
    for (; !bytes_equal(key, key_bytes(&wanted)); row++) {
        assert_int_equal(store_cursor_next(&cursor, &key, &value), 0);
    }
    store_cursor_close(&cursor);
    store_memory_abort(txn);
    spoil_flip(stage.store, TABLE_LOG, row, (uint64_t)8 * HASH_BYTES);
}

TEST(mesh_bounds, a_device_is_revoked_also_where_the_disk_spoilt_what_it_wrote)
{
    uint8_t data[256];
    struct bytes body;
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, C);
    struct log_cut cut = {.log = stage.peers[C].head.log, .seq = 1};
    cut.hash = stage.peers[C].head.hash;
    for (uint64_t seq = 2; seq <= 4; seq++) {
        (void)stage_write(&stage, C, 10);
        stage_turn(&stage, C, frame_event(&stage, C, seq, true));
    }
    assert_int_equal(stage_head_of(&stage, C), 4);
    spoil_event(C, 3);
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[A], EVENT_LOG_REVOKE, body);
    stage_turn(&stage, A, frame_event(&stage, A, 2, true));
    assert_int_equal(roster_log_find(replica_roster(stage.replica), cut.log)->revoked_seq, 1);
    assert_int_equal(day_open(1), 0);
    stage_stop(&stage);
}

TEST(mesh_bounds, a_claim_of_a_thousand_million_events_of_the_own_log_has_no_effect)
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

TEST(mesh_bounds, what_is_not_another_branch_of_a_log_proves_no_fork)
{
    stage_start(&stage, 2, 0);
    stage_greet(&stage, A);
    struct head_claim claim = stage_claim(&stage, B, 1);
    claim.hash[0] ^= 1; /* a lie: A has the same */
    stage_tell(&stage, A, claim);
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
            const uint64_t seq = stage_head_of(&stage, peer) + 1;
            if (stage.peers[peer].head.seq < seq) {
                (void)stage_write(&stage, peer, sizes[i]);
            }
            assert_int_equal(event_get(stage.world, stage.peers[peer].head.log, seq, &hash, &event),
                             0);
            if (used + event.size > TURN_BYTES_MAX) {
                break;
            }
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
    if (asked->seq == 1) {
        return frame_fork_answer(&answer, NULL);
    }
    assert_int_equal(event_get(stage.world, first.log, 1, &answer.before, &event), 0);
    *event_hash = chain_event_hash(bytes_of("another", 7));
    const struct hash hash = chain_next(&answer.before, event_hash);
    memcpy(answer.hash, hash.bytes, sizeof answer.hash);
    answer.has_proof = asked->wants_proof;
    answer.count = asked->wants_proof ? 1 : 0;
    head_sign(&answer.signature, &stage.journal.popup, first.log, 2, &hash, &writer->log_secret);
    return frame_fork_answer(&answer, event_hash);
}

TEST(mesh_bounds, a_fork_is_stated_also_in_a_turn_that_peers_have_filled)
{
    struct hash event_hash = {{0}};
    struct fork_question asked = {.seq = 2};
    stage_start(&stage, 3, 0);
    stage_greet(&stage, A);
    stage_greet(&stage, C);
    (void)stage_write(&stage, B, 10);
    stage_turn(&stage, C, frame_event(&stage, B, 2, true));
    struct head_claim claim = stage_claim(&stage, B, 2);
    asked.log = claim.log;
    claim.hash[0] ^= 1;
    stage_tell(&stage, A, claim);
    for (uint32_t i = 0; i < 3 && !asked.wants_proof; i++) {
        const struct message *sent = stage_sent(&stage, A, MESSAGE_FORKQ, 0);
        assert_non_null(sent);
        asked = sent->fork_question;
        if (!asked.wants_proof) {
            stage_turn(&stage, A, other_branch_frame(&asked, &event_hash));
        }
    }
    assert_true(asked.wants_proof);
    stage_begin(&stage);
    turn_fill(C);
    stage_say(&stage, A, other_branch_frame(&asked, &event_hash));
    stage_end(&stage);
    assert_int_equal(roster_log_find(replica_roster(stage.replica), claim.log)->fork_seq, 2);
    stage_stop(&stage);
}
