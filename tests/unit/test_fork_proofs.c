/* test_fork_proofs.c - what becomes of the proof of a fork while something else happens: the disk
 * fails in the turn, or spoils the event between a question and its answer; another fork is stated
 * in the same turn; nothing stands as a proof any more.
 */
#include "sync/replica/replica_state.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/roster/statement.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, B, C, D, PEERS, FORK_BYTES_MAX = 1024, FORK_SEQ = 2, ROUNDS_MAX = 4 };

static struct stage stage;

/* --- another second event of a peer's log --- */

/* Two such, as a proof. */
static struct bytes proof_of(uint32_t peer, uint64_t seq)
{
    static uint8_t buffers[2][FORK_BYTES_MAX];
    static uint32_t made;
    uint8_t *buffer = buffers[made++ % 2];
    const struct journal_device *writer = &stage.peers[peer];
    const struct hash events[2] = {{{1}}, {{2}}};
    struct log_fork fork = {.log = writer->head.log, .seq = seq, .log_key = writer->head.key};
    struct hash before;
    struct bytes event, body;
    check(event_get(stage.world, fork.log, seq - 1, &before, &event) == 0);
    for (uint32_t i = 0; i < 2; i++) {
        const struct hash hash = chain_next(&before, &events[i]);
        fork.proofs[i] = (struct fork_proof){
            .first_seq = seq, .before = before, .count = 1, .event_hashes = &events[i]};
        head_sign(&fork.proofs[i].signature, &stage.journal.popup, fork.log, seq, &hash,
                  &writer->log_secret);
    }
    check(log_fork_encode(&fork, buffer, FORK_BYTES_MAX, &body) == 0);
    return body;
}

static const struct roster_log *log_of(uint32_t peer)
{
    return roster_log_find(replica_roster(stage.replica), stage.peers[peer].head.log);
}

static bool is_stated(uint32_t peer)
{
    return log_of(peer)->fork_seq == FORK_SEQ;
}

static uint64_t state_unheard(uint32_t peer, enum event_type type, struct bytes body)
{
    return journal_state(stage.world, &stage.journal, &stage.peers[peer], type, body);
}

static void state(uint32_t peer, enum event_type type, struct bytes body)
{
    const uint64_t seq = state_unheard(peer, type, body);
    stage_turn(&stage, peer, frame_event(&stage, peer, seq, true));
}

/* --- a peer that has it --- */

static const struct fork_question *asked(void)
{
    const struct message *sent = stage_sent(&stage, A, MESSAGE_FORKQ, 0);
    return sent != NULL ? &sent->fork_question : NULL;
}

/* What A says to @question. */
static struct bytes frame_other(const struct fork_question *question)
{
    static struct hash event_hash;
    const struct journal_device *writer = &stage.peers[B];
    const struct head_claim first = stage_claim(&stage, B, 1);
    struct fork_answer said = {.log = question->log, .seq = question->seq, .is_held = true};
    struct bytes event;
    memcpy(said.hash, first.hash, sizeof said.hash);
    if (question->seq == 1) {
        return frame_fork_answer(&said, NULL);
    }
    check(event_get(stage.world, first.log, 1, &said.before, &event) == 0);
    event_hash = chain_event_hash(bytes_of("another", 7));
    const struct hash hash = chain_next(&said.before, &event_hash);
    memcpy(said.hash, hash.bytes, sizeof said.hash);
    said.has_proof = question->wants_proof;
    said.count = question->wants_proof ? 1 : 0;
    head_sign(&said.signature, &stage.journal.popup, first.log, FORK_SEQ, &hash,
              &writer->log_secret);
    return frame_fork_answer(&said, &event_hash);
}

static struct fork_question last; /* that A was asked */

/* A claims another second event of B's log than stands here, and answers up to a question that
 * wants the proof, or to the first one. */
static void until_asked(struct stage *at, bool wants_proof)
{
    stage_greet(at, A);
    struct head_claim claim = stage_claim(at, B, FORK_SEQ);
    claim.hash[0] ^= 1;
    stage_tell(at, A, claim);
    last = *asked();
    for (uint32_t i = 0; i < ROUNDS_MAX && wants_proof && !last.wants_proof; i++) {
        stage_turn(at, A, frame_other(&last));
        last = *asked();
    }
    check(last.wants_proof == wants_proof);
}

static void until_asked_for_hash(struct stage *at)
{
    until_asked(at, false);
}

static void until_asked_for_proof(struct stage *at)
{
    until_asked(at, true);
}

/* B's log has two events here. */
static void begin(void)
{
    stage_start(&stage, PEERS, 0);
    stage_greet(&stage, C);
    const uint64_t seq = stage_write(&stage, B, 10);
    stage_turn(&stage, C, frame_event(&stage, B, seq, true));
    assert_int_equal(stage_head_of(&stage, B), FORK_SEQ);
}

static int try_answer(struct stage *at)
{
    return stage_try(at, A, frame_other(&last));
}

TEST(fork_proofs, a_hash_is_compared_or_the_disk_is_told_of)
{
    begin();
    stage_sick(&stage, until_asked_for_hash, try_answer);
    assert_non_null(asked());
    stage_stop(&stage);
}

TEST(fork_proofs, a_fork_is_stated_or_the_disk_is_told_of)
{
    begin();
    stage_sick(&stage, until_asked_for_proof, try_answer);
    assert_true(is_stated(B));
    stage_stop(&stage);
}

/* --- the disk spoils the event meanwhile --- */

static void spoil_event(uint64_t log, uint64_t seq)
{
    const struct key key = key_event(log, seq);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of_text("spoilt")) == 0);
    check(store_memory_commit(txn) == 0);
}

TEST(fork_proofs, of_an_event_that_was_spoilt_since_it_was_asked_for_nothing_is_proven)
{
    for (int wants_proof = 0; wants_proof < 2; wants_proof++) {
        begin();
        until_asked(&stage, wants_proof != 0);
        spoil_event(stage.peers[B].head.log, FORK_SEQ);
        stage_turn(&stage, A, frame_other(&last));
        assert_null(asked());
        assert_false(is_stated(B));
        stage_stop(&stage);
    }
}

/* --- two in one turn --- */

/* C's log ended before its second event, which says that D's forked. */
TEST(fork_proofs, a_fork_that_is_proven_in_a_turn_with_another_is_asked_for_again_and_stated)
{
    begin();
    stage_greet(&stage, D);
    until_asked_for_proof(&stage);
    state(A, EVENT_LOG_FORK, proof_of(C, FORK_SEQ));
    const uint64_t seq = state_unheard(C, EVENT_LOG_FORK, proof_of(D, FORK_SEQ));
    stage_begin(&stage);
    stage_say(&stage, C, frame_event(&stage, C, seq, true));
    stage_say(&stage, A, frame_other(&last));
    stage_end(&stage);
    assert_true(is_stated(D));
    assert_false(is_stated(B));
    for (uint32_t i = 0; i < ROUNDS_MAX && asked() != NULL; i++) {
        last = *asked();
        stage_turn(&stage, A, frame_other(&last));
    }
    assert_true(is_stated(B));
    stage_stop(&stage);
}

/* --- stated again --- */

/* As when what stated it is void. */
static int want_restated(struct stage *at)
{
    struct roster *roster = &at->replica->roster;
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        if (roster->logs[i].id == at->peers[B].head.log) {
            roster->logs[i].is_fork_shared = false;
        }
    }
    at->replica->is_fork_check_due = true;
    return 0;
}

static uint64_t said(void)
{
    return replica_log_seq(stage.replica);
}

TEST(fork_proofs, what_nobody_gets_is_stated_again_or_the_disk_is_told_of)
{
    begin();
    state(C, EVENT_LOG_FORK, proof_of(B, FORK_SEQ));
    const uint64_t before = said();
    assert_true(log_of(B)->is_fork_shared);
    stage_sick(&stage, NULL, want_restated);
    assert_int_equal(said(), before + 1);
    stage_stop(&stage);
}

/* Of all that stands there is none of this fork: others', one of a later event, one that is wrong
 * in one bit. */
TEST(fork_proofs, what_nothing_proves_any_more_is_not_stated_again)
{
    uint8_t wrong[FORK_BYTES_MAX];
    begin();
    stage_greet(&stage, A);
    const struct bytes right = proof_of(B, FORK_SEQ);
    memcpy(wrong, right.data, right.size);
    wrong[right.size - 1] ^= 1;
    state(C, EVENT_LOG_FORK, bytes_of(wrong, right.size));
    state(C, EVENT_LOG_FORK, proof_of(D, FORK_SEQ));
    state(A, EVENT_LOG_FORK, proof_of(B, FORK_SEQ + 1));
    assert_int_equal(log_of(B)->fork_seq, FORK_SEQ + 1);
    const uint64_t before = said();
    stage_begin(&stage);
    struct roster *roster = &stage.replica->roster;
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        if (roster->logs[i].id == stage.peers[B].head.log) {
            roster->logs[i].fork_seq = FORK_SEQ;
        }
    }
    assert_int_equal(want_restated(&stage), 0);
    stage_end(&stage);
    assert_int_equal(said(), before);
    stage_stop(&stage);
}
