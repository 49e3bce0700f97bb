/* test_fork_overheard.c - a proof of a fork that stands beyond the end of what counts of a log: it
 * is not fetched, but heard where somebody gives it.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/roster/statement.h"
#include "tests/lib/stage.h"

enum { A, B, C, D, PEERS, FORK_BYTES_MAX = 1024, STRANGER_KEY = 900 };

static struct stage stage;

/* That the log of @head forks at its second event; h(1) is @first. */
static struct bytes proof_of(const struct log_head *head, const struct hash *first,
                             const struct secret_key *secret, uint8_t buffer[FORK_BYTES_MAX])
{
    const struct hash events[2] = {{{1}}, {{2}}};
    struct log_fork fork = {.log = head->log, .seq = 2, .log_key = head->key};
    struct bytes body;
    for (uint32_t i = 0; i < 2; i++) {
        const struct hash hash = chain_next(first, &events[i]);
        fork.proofs[i] = (struct fork_proof){
            .first_seq = 2, .before = *first, .count = 1, .event_hashes = &events[i]};
        head_sign(&fork.proofs[i].signature, &stage.journal.popup, fork.log, 2, &hash, secret);
    }
    assert_int_equal(log_fork_encode(&fork, buffer, FORK_BYTES_MAX, &body), 0);
    return body;
}

/* The proofs that the logs of all peers fork at their second event. */
static struct {
    uint8_t buffers[PEERS][FORK_BYTES_MAX];
    struct bytes bodies[PEERS];
} forks;

static void begin(void)
{
    stage_start(&stage, PEERS, 0);
    for (uint32_t i = 0; i < PEERS; i++) {
        const struct journal_device *peer = &stage.peers[i];
        assert_int_equal(peer->head.seq, 1);
        stage_greet(&stage, i);
        forks.bodies[i] =
            proof_of(&peer->head, &peer->head.hash, &peer->log_secret, forks.buffers[i]);
    }
}

/* @peer states @body, and tells the replica of it. */
static void state(uint32_t peer, struct bytes body)
{
    const uint64_t seq =
        journal_state(stage.world, &stage.journal, &stage.peers[peer], EVENT_LOG_FORK, body);
    stage_turn(&stage, peer, frame_event(&stage, peer, seq, false));
}

static const struct roster_log *log_of(uint32_t peer)
{
    return roster_log_find(replica_roster(stage.replica), stage.peers[peer].head.log);
}

static bool is_ended(uint32_t peer)
{
    return log_of(peer)->fork_seq == 2;
}

/* Whether the replica holds its second event. */
static bool is_stored(uint32_t peer)
{
    struct store_txn *txn = store_memory_begin(stage.store, false);
    struct hash hash;
    struct bytes event;
    const int err = event_get(txn, stage.peers[peer].head.log, 2, &hash, &event);
    store_memory_abort(txn);
    return err == 0;
}

/* Whether its fork is known, and stated where all get it. */
static bool is_told(uint32_t peer)
{
    return is_ended(peer) && log_of(peer)->is_fork_shared;
}

/* A's log holds that B's forked, and B's, where that ended it, that A's did. */
TEST(fork_overheard, of_two_forks_that_hide_each_other_both_are_told)
{
    begin();
    state(A, forks.bodies[B]);
    assert_true(is_told(B));
    assert_false(is_ended(A));
    state(B, forks.bodies[A]);
    assert_false(is_stored(B)); /* what states it is not taken in */
    assert_true(is_told(A));
    assert_true(is_told(B)); /* though where it stood is void now */
    stage_stop(&stage);
}

TEST(fork_overheard, of_forks_that_hide_each_other_in_a_ring_all_are_told)
{
    begin();
    state(A, forks.bodies[B]);
    state(B, forks.bodies[C]);
    assert_true(is_told(C));
    state(C, forks.bodies[A]);
    for (uint32_t i = A; i <= C; i++) {
        assert_true(is_told(i));
        assert_int_equal(is_stored(i), i == A);
    }
    stage_stop(&stage);
}

TEST(fork_overheard, what_is_known_is_not_stated_again_each_time_that_it_comes)
{
    begin();
    state(A, forks.bodies[B]);
    state(B, forks.bodies[C]);
    const uint64_t stated = replica_log_seq(stage.replica);
    for (uint32_t i = 0; i < 3; i++) {
        stage_turn(&stage, B, frame_event(&stage, B, 2, i % 2 == 0));
    }
    state(B, forks.bodies[C]);
    assert_int_equal(replica_log_seq(stage.replica), stated);
    stage_stop(&stage);
}

TEST(fork_overheard, a_proof_that_proves_nothing_is_not_believed)
{
    begin();
    state(A, forks.bodies[B]);
    const uint64_t stated = replica_log_seq(stage.replica);
    forks.buffers[C][forks.bodies[C].size - 1] ^= 1; /* of the second signature */
    state(B, forks.bodies[C]);
    assert_false(is_ended(C));
    /* Whoever gave that could go on so: nothing more of it is looked at, the right one neither. */
    forks.buffers[C][forks.bodies[C].size - 1] ^= 1;
    state(B, forks.bodies[C]);
    assert_false(is_ended(C));
    assert_int_equal(replica_log_seq(stage.replica), stated);
    stage_turn(&stage, A, frame_event(&stage, B, 3, false));
    assert_true(is_told(C)); /* of somebody else it is */
    stage_stop(&stage);
}

TEST(fork_overheard, a_body_that_is_none_is_passed_over)
{
    begin();
    state(A, forks.bodies[B]);
    state(B, bytes_of("\x90", 1));
    state(B, forks.bodies[C]);
    assert_true(is_told(C));
    stage_stop(&stage);
}

/* The frame is the peer's own, whatever it holds. */
TEST(fork_overheard, an_event_that_is_none_is_passed_over)
{
    static uint8_t data[2 * FORK_BYTES_MAX];
    struct signature signature = {{0}};
    struct writer writer;
    struct bytes frame, event;
    struct hash hash;
    begin();
    state(A, forks.bodies[B]);
    const uint64_t log = stage.peers[B].head.log;
    const uint64_t seq = journal_state(stage.world, &stage.journal, &stage.peers[B], EVENT_LOG_FORK,
                                       forks.bodies[C]);
    assert_int_equal(event_get(stage.world, log, seq, &hash, &event), 0);
    writer_init(&writer, data, sizeof data);
    message_write_events_begin(&writer, log, seq, 2);
    write_bin(&writer, (const uint8_t *)"junk", 4);
    write_bin(&writer, event.data, event.size);
    message_write_events_end(&writer, &signature, false);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    stage_turn(&stage, B, frame);
    assert_true(is_told(C));
    stage_stop(&stage);
}

/* Anybody can make such a log, and its fork. */
TEST(fork_overheard, the_fork_of_a_log_that_nobody_knows_is_not_told)
{
    uint8_t buffer[FORK_BYTES_MAX];
    struct public_key key;
    struct secret_key secret;
    struct log_head stranger;
    begin();
    state(A, forks.bodies[B]);
    keys_of_number(STRANGER_KEY, &key, &secret);
    log_head_init(&stranger, &stage.journal.popup, &key, stage.peers[C].id, 1);
    const uint64_t stated = replica_log_seq(stage.replica);
    state(B, proof_of(&stranger, &stranger.hash, &secret, buffer));
    assert_int_equal(replica_log_seq(stage.replica), stated);
    state(B, forks.bodies[C]);
    assert_true(is_told(C));
    stage_stop(&stage);
}

TEST(fork_overheard, of_two_in_one_turn_the_second_is_told_when_it_comes_again)
{
    begin();
    state(A, forks.bodies[B]);
    const struct bytes two[] = {forks.bodies[C], forks.bodies[D]};
    uint64_t seqs[2];
    stage_begin(&stage);
    for (uint32_t i = 0; i < 2; i++) {
        seqs[i] =
            journal_state(stage.world, &stage.journal, &stage.peers[B], EVENT_LOG_FORK, two[i]);
        stage_say(&stage, B, frame_event(&stage, B, seqs[i], false));
    }
    stage_end(&stage);
    assert_true(is_told(C));
    assert_false(is_ended(D));
    stage_turn(&stage, B, frame_event(&stage, B, seqs[1], false));
    assert_true(is_told(D));
    stage_stop(&stage);
}

TEST(fork_overheard, a_device_that_hears_so_of_a_fork_of_its_own_log_asks_for_a_new_one)
{
    uint8_t buffer[FORK_BYTES_MAX];
    struct hash first;
    struct bytes event;
    begin();
    state(A, forks.bodies[B]);
    assert_false(stage.effects->is_new_log_needed);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(event_get(txn, stage.own.head.log, 1, &first, &event), 0);
    store_memory_abort(txn);
    state(B, proof_of(&stage.own.head, &first, &stage.own.log_secret, buffer));
    assert_true(stage.effects->is_new_log_needed);
    state(B, forks.bodies[C]);
    assert_false(is_ended(C)); /* it has no log to tell that in */
    stage_stop(&stage);
}
