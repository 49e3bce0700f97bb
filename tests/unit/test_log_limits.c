/* test_log_limits.c - where what counts of a log ends, on a disk that spoilt the very event there:
 * the device starts, and tells of that log what is there before until it is mended.
 */
#include "sync/replica/replica_state.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/roster/statement.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, C, B /* no admin */, PEERS, LAST = 3, HELD = 5, REST_MS = 2100 };

static struct stage stage;

static struct hash hash_of(uint64_t seq)
{
    struct hash hash;
    struct bytes event;
    check(event_get(stage.world, stage.peers[B].head.log, seq, &hash, &event) == 0);
    return hash;
}

/* A revokes B's log behind its event LAST. */
static void revoke(void)
{
    const struct log_cut cut = {.log = stage.peers[B].head.log, .seq = LAST, .hash = hash_of(LAST)};
    uint8_t data[128];
    struct bytes body;
    check(log_cut_encode(&cut, data, sizeof data, &body) == 0);
    const uint64_t seq =
        journal_state(stage.world, &stage.journal, &stage.peers[A], EVENT_LOG_REVOKE, body);
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
}

static void meet_all(struct stage *at)
{
    stage_greet(at, A);
    stage_greet(at, C);
    stage_tell(at, C, stage_claim(at, B, HELD));
}

/* B's log has HELD events here. */
static void begin(void)
{
    stage_start(&stage, PEERS, 0);
    meet_all(&stage);
    while (stage.peers[B].head.seq < HELD) {
        const uint64_t seq = stage_write(&stage, B, 10);
        stage_turn(&stage, C, frame_event(&stage, B, seq, true));
    }
    assert_int_equal(stage_head_of(&stage, B), HELD);
}

static void reopen(void)
{
    stage_begin(&stage);
    stage_abort(&stage);
}

enum damage { LOST, SPOILT, DAMAGES };

static void spoil(uint64_t seq, enum damage how)
{
    const struct key key = key_event(stage.peers[B].head.log, seq);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(how == LOST ? store_del(txn, TABLE_LOG, key_bytes(&key)) == 0
                      : store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of_text("spoilt")) == 0);
    check(store_memory_commit(txn) == 0);
}

/* Whether it tells of B's log up to @seq, under the hash that it has there. */
static bool tells(uint64_t seq)
{
    struct replica_log_info info = {.log = 0};
    for (uint32_t i = 0; info.log != stage.peers[B].head.log; i++) {
        check(replica_log_at(stage.replica, i, &info));
    }
    const struct hash hash = hash_of(seq);
    return info.seq == seq && memcmp(info.hash, hash.bytes, HASH_BYTES) == 0;
}

static int try_scrub(struct stage *at)
{
    const struct input input = {
        .kind = INPUT_SCRUB,
        .now = {.wall_ms = at->config.epoch_ms + (int64_t)at->now_ms, .mono_ms = at->now_ms},
        .records_max = UINT32_MAX};
    return replica_step(at->replica, at->txn, &input, at->effects);
}

static void scrub(void)
{
    stage_begin(&stage);
    check(try_scrub(&stage) == 0);
    stage_end(&stage);
}

TEST(log_limits, a_device_starts_whatever_the_disk_did_where_a_log_ends)
{
    for (enum damage how = LOST; how < DAMAGES; how++) {
        begin();
        revoke();
        assert_true(tells(LAST));
        spoil(LAST, how);
        spoil(LAST - 1, how);
        reopen();
        assert_true(tells(LAST - 2));
        stage_stop(&stage);
    }
}

TEST(log_limits, a_revocation_is_heard_of_whatever_the_disk_did_where_it_ends_the_log)
{
    for (enum damage how = LOST; how < DAMAGES; how++) {
        begin();
        spoil(LAST, how);
        revoke();
        assert_true(tells(LAST - 1));
        stage_stop(&stage);
    }
}

/* The lost event and the next, of which the hash stands here: so both are known to be ours. */
static struct bytes frame_lost(struct stage *at)
{
    static uint8_t data[MESSAGE_BYTES_MAX];
    static struct run run;
    const uint64_t log = at->peers[B].head.log;
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, data, sizeof data);
    message_write_events_begin(&writer, log, LAST, 2);
    for (uint64_t seq = LAST; seq <= LAST + 1; seq++) {
        check(run_read(at->world, log, seq, 1, &run) == 0);
        write_bin(&writer, run.events[0].bytes.data, run.events[0].bytes.size);
    }
    message_write_events_end(&writer, &run.signature, false);
    check(writer_finish(&writer, &frame) == 0);
    return frame;
}

static int try_mended(struct stage *at)
{
    return stage_try(at, C, frame_lost(at));
}

static bool is_asked(struct stage *at)
{
    const struct message *sent = stage_sent(at, C, MESSAGE_REPAIR, 0);
    return sent != NULL && sent->repair.first_seq == LAST;
}

/* It is found, and C asked for it, perhaps after a rest. */
static void meet_and_ask(struct stage *at)
{
    meet_all(at);
    for (uint32_t i = 0; i < 3 && !is_asked(at); i++) {
        at->now_ms += REST_MS;
        scrub();
    }
    check(is_asked(at));
}

TEST(log_limits, what_was_mended_there_is_told_again_or_the_disk_is_told_of)
{
    begin();
    revoke();
    spoil(LAST, SPOILT);
    stage_sick(&stage, meet_and_ask, try_mended);
    assert_true(tells(LAST));
    stage_stop(&stage);
}

static void flip_hash(uint64_t seq)
{
    const struct key key = key_event(stage.peers[B].head.log, seq);
    uint8_t data[HASH_BYTES + EVENT_BYTES_MAX];
    struct bytes row;
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_get(txn, TABLE_LOG, key_bytes(&key), &row) == 0);
    memcpy(data, row.data, row.size);
    data[0] ^= 1;
    check(store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of(data, row.size)) == 0);
    check(store_memory_commit(txn) == 0);
}

TEST(log_limits, a_hash_that_was_mended_there_is_told_or_the_disk_is_told_of)
{
    begin();
    revoke();
    flip_hash(LAST);
    reopen();
    assert_false(tells(LAST));
    stage_sick(&stage, NULL, try_scrub);
    assert_true(tells(LAST));
    stage_stop(&stage);
}
