/* test_fork_probe.c - what one device asks a peer that claims another history of some log, and what
 * it answers to who asks.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/mesh/mesh.h"
#include "tests/lib/spoil.h"
#include "tests/lib/stage.h"

enum { A, B, C, PEERS, TIMEOUT_MS = 3100 };

static struct stage stage;

/* A, whom it is linked with, claims another event @seq of B's log than it has. */
static struct head_claim suspect(uint64_t seq)
{
    stage_start(&stage, PEERS, 0);
    struct head_claim own = stage_claim_own(&stage);
    stage_meet(&stage, A, A, &own, 1);
    stage_meet(&stage, C, C, &own, 1);
    while (stage.peers[B].head.seq < seq) {
        const uint64_t written = stage_write(&stage, B, 10);
        stage_turn(&stage, C, frame_event(&stage, B, written, true));
    }
    struct head_claim claim = stage_claim(&stage, B, seq);
    claim.hash[0] ^= 1;
    stage_turn(&stage, A, frame_status(NULL, 0, &claim, 1));
    return claim;
}

static const struct fork_question *asked(void)
{
    const struct message *sent = stage_sent(&stage, A, MESSAGE_FORKQ, 0);
    return sent != NULL ? &sent->fork_question : NULL;
}

static void answer(uint32_t link, const struct fork_answer *said)
{
    stage_turn(&stage, link, frame_fork_answer(said, NULL));
}

static bool is_forked(void)
{
    const struct roster_log *log =
        roster_log_find(replica_roster(stage.replica), stage.peers[B].head.log);
    return log->fork_seq != UINT64_MAX;
}

/* It still waits: when the right answer comes it asks on. */
static bool is_waiting(const struct fork_answer *right)
{
    answer(A, right);
    return asked() != NULL;
}

TEST(fork_probe, an_answer_to_what_was_not_asked_is_passed_over)
{
    enum { OTHER_LOG, OTHER_SEQ, OTHER_LINK, CASES };
    for (int i = 0; i < CASES; i++) {
        const struct head_claim claim = suspect(1);
        assert_non_null(asked());
        struct fork_answer right = {.log = claim.log, .seq = 1, .is_held = true};
        memcpy(right.hash, claim.hash, sizeof right.hash);
        struct fork_answer wrong = right;
        wrong.log = i == OTHER_LOG ? stage.peers[C].head.log : claim.log;
        wrong.seq = i == OTHER_SEQ ? 2 : 1;
        answer(i == OTHER_LINK ? C : A, &wrong);
        assert_null(asked());
        assert_true(is_waiting(&right));
        answer(A, &right); /* twice: it waits for the proof by now */
        assert_false(is_forked());
        stage_stop(&stage);
    }
}

TEST(fork_probe, who_has_not_the_event_or_no_proof_of_it_is_asked_no_more)
{
    for (int has_event = 0; has_event < 2; has_event++) {
        const struct head_claim claim = suspect(1);
        struct fork_answer said = {.log = claim.log, .seq = 1, .is_held = has_event != 0};
        memcpy(said.hash, claim.hash, sizeof said.hash);
        answer(A, &said);
        assert_int_equal(asked() != NULL, has_event);
        answer(A, &said); /* now as the proof, which it is not */
        assert_null(asked());
        stage_pass(&stage, TIMEOUT_MS);
        assert_null(asked());
        assert_false(is_forked());
        stage_stop(&stage);
    }
}

/* Of a claim at event 5 the middle is asked first; it says that all was the same. */
TEST(fork_probe, who_contradicts_himself_is_asked_no_more)
{
    const struct head_claim claim = suspect(5);
    const struct fork_question *question;
    for (uint32_t i = 0; i < 8 && (question = asked()) != NULL; i++) {
        struct fork_answer said = {.log = claim.log, .seq = question->seq, .is_held = true};
        const struct head_claim same = stage_claim(&stage, B, said.seq);
        memcpy(said.hash, same.hash, sizeof said.hash);
        answer(A, &said);
    }
    assert_null(asked());
    assert_false(is_forked());
    stage_stop(&stage);
}

TEST(fork_probe, who_does_not_answer_is_asked_again_later_and_who_is_gone_is_not)
{
    for (int is_gone = 0; is_gone < 2; is_gone++) {
        const struct head_claim claim = suspect(1);
        assert_non_null(asked());
        if (is_gone) {
            stage_begin(&stage);
            stage_down(&stage, A);
            stage_end(&stage);
        }
        stage_pass(&stage, TIMEOUT_MS);
        stage_begin(&stage);
        if (!is_gone) {
            stage_say(&stage, A, frame_status(NULL, 0, &claim, 1));
        }
        stage_end(&stage);
        assert_int_equal(asked() != NULL, !is_gone);
        stage_stop(&stage);
    }
}

/* The turn sends all that fits; what is asked waits. */
TEST(fork_probe, nothing_is_asked_or_answered_where_no_frame_fits)
{
    stage_start(&stage, PEERS, 0);
    struct head_claim own = stage_claim_own(&stage);
    stage_meet(&stage, A, A, &own, 1);
    struct head_claim claim = stage_claim(&stage, B, 1);
    claim.hash[0] ^= 1;
    const struct fork_question question = {.log = claim.log, .seq = 1};
    uint8_t data[64];
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, data, sizeof data);
    message_write_fork_question(&writer, &question);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    stage_begin(&stage);
    stage.effects->sends_count = EFFECT_SENDS_MAX;
    stage_say(&stage, A, frame_status(NULL, 0, &claim, 1));
    stage_say(&stage, A, frame);
    stage_end(&stage);
    assert_true(stage.effects->sends_dropped >= 2);
    stage.effects->sends_count = 0;
    stage_turn(&stage, A, frame);
    assert_non_null(stage_sent(&stage, A, MESSAGE_FORKP, 0));
    stage_stop(&stage);
}

/* --- answering --- */

/* What A is told of event @seq of @log. */
static struct fork_answer told(uint64_t log, uint64_t seq, bool wants_proof)
{
    const struct fork_question question = {.log = log, .seq = seq, .wants_proof = wants_proof};
    uint8_t data[64];
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, data, sizeof data);
    message_write_fork_question(&writer, &question);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    stage_turn(&stage, A, frame);
    const struct message *sent = stage_sent(&stage, A, MESSAGE_FORKP, 0);
    assert_non_null(sent);
    return sent->fork_answer;
}

TEST(fork_probe, who_asks_is_told_what_is_held_and_with_what_proof)
{
    (void)suspect(3);
    const uint64_t log = stage.peers[B].head.log;
    const struct head_claim second = stage_claim(&stage, B, 2);
    const struct fork_answer plain = told(log, 2, false), proven = told(log, 2, true);
    assert_true(plain.is_held && !plain.has_proof);
    assert_memory_equal(plain.hash, second.hash, sizeof plain.hash);
    assert_true(proven.is_held && proven.has_proof && proven.count > 0);
    assert_false(told(log, 4, false).is_held);
    assert_false(told(12345, 1, true).is_held);
    stage_stop(&stage);
}

/* Neither is it made up nor does the turn come to nothing. */
TEST(fork_probe, of_what_the_disk_spoilt_who_asks_is_told_that_it_is_not_held)
{
    static const uint8_t junk[] = {1, 2, 3};
    (void)suspect(3);
    const uint64_t log = stage.peers[B].head.log;
    const struct key key = key_event(log, 2);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of(junk, sizeof junk)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    assert_false(told(log, 2, true).is_held);
    assert_true(told(log, 3, false).is_held);
    assert_false(told(log, 3, true).has_proof); /* of what comes before nothing is known */
    stage_stop(&stage);
}
