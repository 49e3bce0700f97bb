/* test_carrying.c - what a device carries on of a log that forked, within what it may, at a disk
 * that fails, lost or spoilt some of it.
 */
#include "sync/replica/replica_state.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/entity.h"
#include "sync/log/salvage_rows.h"
#include "sync/roster/salvaged.h"
#include "sync/roster/statement.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum {
    A,
    B,
    C,
    D,
    PEERS,
    FORK_SEQ = 3,
    OLD_KEY = 900,
    DELAY_MS = 6000, /* after that what others wrote is carried */
    RUN_EVENTS = 4,  /* events of LARGE bytes; a fifth begins another run */
    LARGE = 12000,
    FORK_BYTES_MAX = 1024
};

static struct stage stage;

/* --- a log that forks --- */

static struct entity_id order_at(uint64_t seq)
{
    return entity_id_derive(KIND_ORDER, seq);
}

static struct bytes line_body(uint8_t data[EVENT_BYTES_MAX], size_t size)
{
    static const uint8_t zeros[EVENT_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, EVENT_BYTES_MAX);
    write_array(&writer, 1);
    write_bin(&writer, zeros, size);
    check(writer_finish(&writer, &body) == 0);
    return body;
}

/* B says the next thing of an order of its own. */
static void write_line(size_t size)
{
    uint8_t data[EVENT_BYTES_MAX];
    const struct entity_id order = order_at(stage.peers[B].head.seq + 1);
    const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[B], EVENT_LINE_ADD,
                                       &order, line_body(data, size));
    stage_turn(&stage, C, frame_event(&stage, B, seq, true));
}

/* That the log of @writer has two events @seq behind @before. */
static struct bytes proof_of(const struct journal_device *writer, uint64_t seq,
                             const struct hash *before)
{
    static uint8_t buffer[FORK_BYTES_MAX];
    const struct hash events[2] = {{{1}}, {{2}}};
    struct log_fork fork = {.log = writer->head.log, .seq = seq, .log_key = writer->head.key};
    struct bytes body;
    for (uint32_t i = 0; i < 2; i++) {
        const struct hash hash = chain_next(before, &events[i]);
        fork.proofs[i] = (struct fork_proof){
            .first_seq = seq, .before = *before, .count = 1, .event_hashes = &events[i]};
        head_sign(&fork.proofs[i].signature, &stage.journal.popup, fork.log, seq, &hash,
                  &writer->log_secret);
    }
    check(log_fork_encode(&fork, buffer, sizeof buffer, &body) == 0);
    return body;
}

static struct hash hash_of(uint32_t peer, uint64_t seq)
{
    struct hash hash;
    struct bytes event;
    check(event_get(stage.world, stage.peers[peer].head.log, seq, &hash, &event) == 0);
    return hash;
}

static uint64_t state_unheard(enum event_type type, struct bytes body)
{
    return journal_state(stage.world, &stage.journal, &stage.peers[A], type, body);
}

static uint64_t fork_unheard(void)
{
    const struct hash before = hash_of(B, FORK_SEQ - 1);
    return state_unheard(EVENT_LOG_FORK, proof_of(&stage.peers[B], FORK_SEQ, &before));
}

static void fork_it(void)
{
    stage_turn(&stage, A, frame_event(&stage, A, fork_unheard(), true));
}

/* B's log has that many events from the fork on, each in a run of its own. */
static void begin_with(uint32_t voided, size_t size, uint64_t allowance)
{
    stage_start(&stage, PEERS, allowance);
    stage_greet(&stage, A);
    stage_greet(&stage, C);
    while (stage.peers[B].head.seq + 1 < FORK_SEQ) {
        write_line(1);
    }
    for (uint32_t i = 0; i < voided; i++) {
        write_line(size);
    }
    check(stage_head_of(&stage, B) == FORK_SEQ - 1 + voided);
}

static void begin(uint32_t voided)
{
    begin_with(voided, 1, 0);
}

/* Whether somebody whose word counts carries event @seq of @peer's log. */
static bool is_carried_of(uint32_t peer, uint64_t seq)
{
    struct operation id = {.log = stage.peers[peer].head.log, .seq = seq};
    const struct hash hash = hash_of(peer, seq);
    memcpy(id.hash, hash.bytes, sizeof id.hash);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    bool is = false;
    check(salvaged_is_carried(txn, replica_roster(stage.replica), &id, &is) == 0);
    store_memory_abort(txn);
    return is;
}

static bool is_carried(uint64_t seq)
{
    return is_carried_of(B, seq);
}

/* --- within what it may --- */

TEST(carrying, no_more_is_carried_of_one_log_than_its_share_of_an_allowance)
{
    enum { SHARE = 60000, SHARES = 4 };
    begin_with(RUN_EVENTS + 1, LARGE, SHARES * SHARE);
    fork_it();
    stage_pass(&stage, DELAY_MS);
    assert_true(is_carried(FORK_SEQ + RUN_EVENTS - 1));
    assert_false(is_carried(FORK_SEQ + RUN_EVENTS));
    assert_true(stage_is_alarmed(&stage, ALARM_ALLOWANCE));
    stage_stop(&stage);
}

TEST(carrying, of_a_log_that_is_revoked_too_what_lies_beyond_the_named_event_is_not_carried)
{
    enum { NAMED = FORK_SEQ + RUN_EVENTS - 1 };
    uint8_t data[128];
    struct bytes body;
    begin_with(RUN_EVENTS + 1, LARGE, 0);
    const struct log_cut cut = {
        .log = stage.peers[B].head.log, .seq = NAMED, .hash = hash_of(B, NAMED)};
    check(log_cut_encode(&cut, data, sizeof data, &body) == 0);
    stage_turn(&stage, A, frame_event(&stage, A, state_unheard(EVENT_LOG_REVOKE, body), true));
    fork_it();
    stage_pass(&stage, DELAY_MS);
    assert_true(is_carried(NAMED));
    assert_false(is_carried(NAMED + 1));
    stage_stop(&stage);
}

TEST(carrying, what_claims_to_be_carried_in_a_voided_part_and_is_nothing_is_passed_over)
{
    begin(0);
    const uint64_t seq = journal_state(stage.world, &stage.journal, &stage.peers[B], EVENT_SALVAGE,
                                       bytes_of("\x90", 1));
    stage_turn(&stage, C, frame_event(&stage, B, seq, true));
    write_line(1);
    fork_it();
    stage_pass(&stage, DELAY_MS);
    assert_true(is_carried(FORK_SEQ + 1));
    stage_stop(&stage);
}

/* --- a disk that fails --- */

static void put_row(enum store_table table, struct bytes key, struct bytes row)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, table, key, row) == 0);
    check(store_memory_commit(txn) == 0);
}

/* As of an order that boards show. */
static void put_on_board(const struct entity_id *order)
{
    struct key key = {.size = 1 + 8 + 1 + ENTITY_ID_BYTES, .data = {INDEX_ACTIVE}};
    memcpy(key.data + 10, order->bytes, ENTITY_ID_BYTES);
    put_row(TABLE_INDEX, key_bytes(&key), bytes_of(NULL, 0));
}

static uint64_t heard; /* of A's log */

static void meet(struct stage *at)
{
    stage_greet(at, A);
}

static int try_heard(struct stage *at)
{
    return stage_try(at, A, frame_event(at, A, heard, true));
}

TEST(carrying, a_fork_is_heard_of_or_the_disk_is_told_of)
{
    const struct entity_id order = order_at(FORK_SEQ);
    begin(2);
    put_on_board(&order);
    heard = fork_unheard();
    stage_sick(&stage, meet, try_heard);
    stage_pass(&stage, DELAY_MS);
    assert_true(is_carried(FORK_SEQ) && is_carried(FORK_SEQ + 1));
    stage_stop(&stage);
}

static void wait_for_it(struct stage *at)
{
    at->now_ms += DELAY_MS;
}

static int try_nothing(struct stage *at)
{
    (void)at;
    return 0;
}

TEST(carrying, what_a_fork_voids_is_carried_or_the_disk_is_told_of)
{
    begin(2);
    fork_it();
    stage_sick(&stage, wait_for_it, try_nothing);
    assert_true(is_carried(FORK_SEQ) && is_carried(FORK_SEQ + 1));
    stage_stop(&stage);
}

/* --- what others carry --- */

/* Event 2 of @peer's log as somebody carries it; A has stated that the log forks there. */
static struct bytes carried_body(uint32_t peer)
{
    static uint8_t data[EVENT_BYTES_MAX];
    static struct run run;
    const struct journal_device *writer = &stage.peers[peer];
    const struct entity_id order = order_at(200 + peer);
    const struct hash first = hash_of(peer, 1);
    struct bytes body;
    stage_turn(
        &stage, A,
        frame_event(&stage, A, state_unheard(EVENT_LOG_FORK, proof_of(writer, 2, &first)), true));
    (void)journal_write(stage.world, &stage.journal, &stage.peers[peer], EVENT_LINE_ADD, &order,
                        bytes_of("\x91\x01", 2));
    check(run_read(stage.world, writer->head.log, 2, RUN_BYTES_MAX, &run) == 0);
    check(salvage_encode(&run, &writer->head.key, &first, data, sizeof data, &body) == 0);
    return body;
}

/* B's next event carries that. */
static uint64_t carry(uint32_t peer)
{
    return journal_state(stage.world, &stage.journal, &stage.peers[B], EVENT_SALVAGE,
                         carried_body(peer));
}

/* B's events @seq and the next under one signature. */
static struct bytes frame_two(struct stage *at, uint64_t seq)
{
    static uint8_t data[MESSAGE_BYTES_MAX];
    static struct run run;
    const uint64_t log = at->peers[B].head.log;
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, data, sizeof data);
    message_write_events_begin(&writer, log, seq, 2);
    for (uint64_t of = seq; of <= seq + 1; of++) {
        check(run_read(at->world, log, of, 1, &run) == 0);
        write_bin(&writer, run.events[0].bytes.data, run.events[0].bytes.size);
    }
    message_write_events_end(&writer, &run.signature, true);
    check(writer_finish(&writer, &frame) == 0);
    return frame;
}

static int try_two(struct stage *at)
{
    return stage_try(at, A, frame_two(at, FORK_SEQ));
}

TEST(carrying, what_another_carries_of_two_logs_is_taken_or_the_disk_is_told_of)
{
    begin(0);
    (void)carry(D);
    (void)carry(C);
    stage_sick(&stage, meet, try_two);
    assert_true(is_carried_of(D, 2) && is_carried_of(C, 2));
    stage_stop(&stage);
}

TEST(carrying, what_was_carried_in_a_voided_part_is_carried_again_or_the_disk_is_told_of)
{
    begin(0);
    stage_turn(&stage, C, frame_event(&stage, B, carry(D), true));
    write_line(1);
    assert_true(is_carried_of(D, 2));
    heard = fork_unheard();
    stage_sick(&stage, meet, try_heard); /* at once: it may be on boards */
    assert_true(is_carried_of(D, 2));
    stage_stop(&stage);
}

/* --- a disk that lost or spoilt it --- */

static void lose_row(enum store_table table, struct bytes key)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_del(txn, table, key) == 0);
    check(store_memory_commit(txn) == 0);
}

TEST(carrying, what_the_disk_lost_or_spoilt_meanwhile_ends_it_and_no_turn)
{
    for (int is_lost = 0; is_lost < 2; is_lost++) {
        for (uint64_t seq = FORK_SEQ - 1; seq <= FORK_SEQ; seq++) {
            begin(1);
            fork_it();
            const struct key key = key_event(stage.peers[B].head.log, seq);
            if (is_lost) {
                lose_row(TABLE_LOG, key_bytes(&key));
            } else {
                put_row(TABLE_LOG, key_bytes(&key), bytes_of_text("spoilt"));
            }
            stage_pass(&stage, DELAY_MS);
            assert_false(is_carried(FORK_SEQ));
            stage_stop(&stage);
        }
    }
}

static void reopen(void)
{
    stage_begin(&stage);
    stage_abort(&stage);
}

/* What a turn in which the disk is looked at a little comes to; undone when it fails. */
static int try_scrub(void)
{
    const struct moment now = {.wall_ms = stage.config.epoch_ms + (int64_t)stage.now_ms,
                               .mono_ms = stage.now_ms};
    const struct input input = {.kind = INPUT_SCRUB, .now = now, .records_max = 1};
    stage_begin(&stage);
    int err = replica_step(stage.replica, stage.txn, &input, stage.effects);
    if (err == 0) {
        err = replica_seal(stage.replica, stage.txn, now, stage.effects);
    }
    if (err == 0) {
        check(store_memory_commit(stage.txn) == 0);
    } else {
        stage_abort(&stage);
    }
    return err;
}

static struct key salvage_key;

static void note_key(void *context, struct bytes key, struct bytes value)
{
    (void)context;
    (void)value;
    if (key.data[0] == SALVAGE_ROW_BY_IDENTITY) {
        memcpy(salvage_key.data, key.data, key.size);
        salvage_key.size = (uint8_t)key.size;
    }
}

/* All of them are made anew; else each turn came to nothing, and the store was moved aside. */
TEST(carrying, a_spoilt_row_of_what_is_carried_undoes_one_turn)
{
    begin(1);
    fork_it();
    stage_pass(&stage, DELAY_MS);
    assert_true(is_carried(FORK_SEQ));
    store_memory_each(stage.store, TABLE_SALVAGE, note_key, NULL);
    put_row(TABLE_SALVAGE, key_bytes(&salvage_key), bytes_of_text("spoilt"));
    reopen();
    stage.now_ms += DELAY_MS;
    assert_int_equal(try_scrub(), ERR_IO);
    stage.now_ms += DELAY_MS;
    assert_int_equal(try_scrub(), 0);
    assert_true(is_carried(FORK_SEQ));
    stage_stop(&stage);
}

/* --- where boards look --- */

TEST(carrying, what_boards_show_is_carried_in_the_turn_that_voids_it_behind_a_row_that_is_none)
{
    static const uint8_t none[] = {INDEX_ACTIVE, 0};
    const struct entity_id order = order_at(FORK_SEQ);
    begin(1);
    put_on_board(&order);
    put_row(TABLE_INDEX, bytes_of(none, sizeof none), bytes_of(NULL, 0));
    fork_it();
    assert_true(is_carried(FORK_SEQ));
    stage_stop(&stage);
}

/* It is on a board, and the forked log has said nothing of it. */
TEST(carrying, a_spoilt_row_of_another_order_undoes_no_turn_that_hears_of_a_fork)
{
    const struct entity_id other = order_at(100);
    struct key key = key_entity_event(&other, 1, 1);
    begin(1);
    put_on_board(&other);
    put_row(TABLE_ENTITY, key_bytes(&key), bytes_of(NULL, 0));
    key.data[key.size++] = 0;
    put_row(TABLE_ENTITY, key_bytes(&key), bytes_of(NULL, 0));
    fork_it();
    stage_pass(&stage, DELAY_MS);
    assert_true(is_carried(FORK_SEQ));
    stage_stop(&stage);
}

/* --- who states it --- */

static const struct fork_question *asked(void)
{
    const struct message *sent = stage_sent(&stage, A, MESSAGE_FORKQ, 0);
    return sent != NULL ? &sent->fork_question : NULL;
}

/* Another event FORK_SEQ of B's log than stands here, as A's answer to @question. */
static struct bytes frame_other(const struct fork_question *question)
{
    static struct hash event_hash;
    struct fork_answer said = {.log = question->log, .seq = question->seq, .is_held = true};
    struct hash hash = hash_of(B, question->seq);
    if (question->seq == FORK_SEQ) {
        said.before = hash_of(B, FORK_SEQ - 1);
        event_hash = chain_event_hash(bytes_of("another", 7));
        hash = chain_next(&said.before, &event_hash);
        said.has_proof = question->wants_proof;
        said.count = question->wants_proof ? 1 : 0;
        head_sign(&said.signature, &stage.journal.popup, said.log, FORK_SEQ, &hash,
                  &stage.peers[B].log_secret);
    }
    memcpy(said.hash, hash.bytes, sizeof said.hash);
    return frame_fork_answer(&said, &event_hash);
}

TEST(carrying, who_states_a_fork_carries_in_that_turn_what_it_voids)
{
    begin(1);
    struct head_claim claim = stage_claim(&stage, B, FORK_SEQ);
    claim.hash[0] ^= 1;
    stage_tell(&stage, A, claim);
    const struct fork_question *question = asked();
    for (uint32_t i = 0; i < 4 && question != NULL; i++) {
        const struct fork_question answered = *question; /* of the turn that now ends */
        stage_turn(&stage, A, frame_other(&answered));
        question = asked();
    }
    assert_true(is_carried(FORK_SEQ));
    stage_stop(&stage);
}

/* --- the own earlier log --- */

static struct journal_device old; /* the same device, with the log before */

static struct hash old_open(struct store_txn *txn)
{
    struct public_key key;
    journal_device_init(&old, &stage.journal, 1, ROLE_OWNER, NULL);
    keys_of_number(OLD_KEY, &key, &old.log_secret);
    log_head_init(&old.head, &stage.journal.popup, &key, old.id, 1);
    journal_open(txn, &stage.journal, &old);
    return old.head.hash;
}

static void old_write(struct store_txn *txn, uint32_t events)
{
    for (uint32_t i = 0; i < events; i++) {
        uint8_t data[EVENT_BYTES_MAX];
        const struct entity_id order = order_at(100 + i);
        (void)journal_write(txn, &stage.journal, &old, EVENT_LINE_ADD, &order,
                            line_body(data, LARGE));
    }
}

TEST(carrying, a_device_is_at_it_while_more_of_its_earlier_log_is_left_than_a_turn_takes)
{
    enum { RUNS = 5 }; /* a turn takes four */
    begin(0);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    const struct hash first = old_open(txn);
    old_write(txn, RUNS * RUN_EVENTS);
    check(store_memory_commit(txn) == 0);
    reopen();
    assert_false(replica_is_carrying(stage.replica));
    stage_greet(&stage, A);
    const uint64_t seq = state_unheard(EVENT_LOG_FORK, proof_of(&old, 2, &first));
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    assert_true(replica_is_carrying(stage.replica));
    stage_pass(&stage, 1);
    assert_false(replica_is_carrying(stage.replica));
    stage_stop(&stage);
}
