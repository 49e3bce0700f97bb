/* test_heads_sick.c - where the logs end is made of the logs again, whatever a head says; and where
 * the disk fails meanwhile, the store is not opened, or the turn is undone.
 */
#include "sync/replica/replica_state.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, B, PEERS, EVENTS = 4 };

static struct stage stage;

/* Of A's log EVENTS are here, which has a signature for each. */
static void start(void)
{
    stage_start(&stage, PEERS, 0);
    stage_greet(&stage, A);
    while (stage_head_of(&stage, A) < EVENTS) {
        const uint64_t seq = stage_write(&stage, A, 10);
        stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    }
}

static uint64_t log_of_a(void)
{
    return stage.peers[A].head.log;
}

/* --- the disk spoils --- */

static struct log_head head_of_a(void)
{
    struct log_head head = {.log = 0};
    struct store_txn *txn = store_memory_begin(stage.store, false);
    check(log_head_get(txn, log_of_a(), &head) == 0);
    store_memory_abort(txn);
    return head;
}

static void put(enum store_table table, const struct key *key, struct bytes value)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, table, key_bytes(key), value) == 0);
    check(store_memory_commit(txn) == 0);
}

static void put_head(const struct log_head *head)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(log_head_put(txn, head) == 0);
    check(store_memory_commit(txn) == 0);
}

static const uint8_t junk[SIGNATURE_BYTES] = {1, 2, 3};

static void spoil_hash(void)
{
    struct log_head head = head_of_a();
    head.hash.bytes[0] ^= 1;
    put_head(&head);
}

static void spoil_signature(uint64_t seq)
{
    const struct key key = key_event(log_of_a(), seq);
    put(TABLE_SIG, &key, bytes_of(junk, sizeof junk));
}

/* Nothing says where the log ends, nor that its last event but one is whole. */
static void spoil_end(void)
{
    const struct key last = key_event(log_of_a(), EVENTS);
    spoil_hash();
    spoil_signature(EVENTS - 1);
    spoil_signature(EVENTS);
    put(TABLE_LOG, &last, bytes_of(junk, sizeof junk));
}

static void spoil_beginning(void)
{
    const struct key first = key_event(log_of_a(), 1);
    spoil_hash();
    put(TABLE_LOG, &first, bytes_of(junk, sizeof junk));
}

/* Rows of no log at all. */
static void spoil_strays(void)
{
    const struct key of_none = key_head(7);
    const struct key last = key_event(UINT64_MAX, 1);
    const struct key shorter = {.size = 3, .data = {1, 2, 3}};
    put(TABLE_HEAD, &of_none, bytes_of(junk, sizeof junk));
    put(TABLE_HEAD, &shorter, bytes_of(junk, sizeof junk));
    put(TABLE_LOG, &last, bytes_of(junk, sizeof junk));
}

/* --- an open --- */

static int open_replica(void)
{
    const struct moment now = {.mono_ms = stage.now_ms};
    replica_abort(stage.replica);
    return replica_open(stage.replica, stage.txn, &stage.config, now, stage.effects);
}

/* At each call that fails the store is not opened, and then it is. */
static void open_at_sick_disk(void)
{
    static const enum store_memory_call calls[] = {MEMORY_GET, MEMORY_OPEN, MEMORY_PUT, MEMORY_DEL};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        bool is_reached = true;
        for (unsigned nth = 1; is_reached; nth++) {
            stage_begin(&stage);
            store_memory_fail(stage.store, calls[i], nth, ERR_IO);
            const int err = open_replica();
            is_reached = store_memory_mend(stage.store, calls[i]);
            store_memory_abort(stage.txn);
            assert_int_equal(err, is_reached ? ERR_IO : 0);
        }
    }
    stage_begin(&stage);
    stage_abort(&stage);
}

static uint64_t heads_count(void)
{
    return store_memory_count(stage.store, TABLE_HEAD);
}

TEST(heads_sick, at_any_call_that_fails_no_store_is_opened_whose_heads_are_made_anew)
{
    static const struct {
        void (*spoil)(void);
        uint64_t seq; /* where A's log ends then */
    } cases[] = {{spoil_hash, EVENTS},
                 {spoil_end, EVENTS - 2},
                 {spoil_beginning, EVENTS},
                 {spoil_strays, EVENTS}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start();
        cases[i].spoil();
        open_at_sick_disk();
        assert_int_equal(stage_head_of(&stage, A), cases[i].seq);
        assert_int_equal(heads_count(), 1 + PEERS);
        assert_false(stage.replica->is_log_lost);
        stage_stop(&stage);
    }
}

/* --- while it runs --- */

static uint32_t records_max = 4; /* in a turn */

static int scrub(struct stage *at)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = at->now_ms}, .records_max = records_max};
    return replica_step(at->replica, at->txn, &input, at->effects);
}

static void scrub_some(void)
{
    for (uint32_t i = 0; i < 16; i++) {
        stage_begin(&stage);
        assert_int_equal(scrub(&stage), 0);
        stage_end(&stage);
    }
}

static void alter(struct log_head *head, uint32_t field)
{
    enum { SEQ, BYTES, DEVICE, INCARNATION, HASH };
    switch (field) {
    case SEQ:
        head->seq = head->signed_seq = head->seq - 1;
        break;
    case BYTES:
        head->bytes++;
        break;
    case DEVICE:
        head->device++;
        break;
    case INCARNATION:
        head->incarnation++;
        break;
    case HASH:
        head->hash.bytes[0] ^= 1;
        break;
    default:
        head->key.bytes[0] ^= 1;
        break;
    }
}

TEST(heads_sick, whatever_of_a_head_is_altered_while_the_device_runs_is_put_right)
{
    enum { FIELDS = 6 };
    start();
    const struct log_head right = head_of_a();
    for (uint32_t field = 0; field < FIELDS; field++) {
        struct log_head altered = right;
        alter(&altered, field);
        put_head(&altered);
        stage.now_ms += UINT64_C(7) * 3600 * 1000; /* the next pass begins */
        scrub_some();
        const struct log_head now = head_of_a();
        assert_true(now.seq == right.seq && now.bytes == right.bytes);
        assert_true(now.device == right.device && now.incarnation == right.incarnation);
        assert_true(hash_equal(&now.hash, &right.hash));
        assert_memory_equal(&now.key, &right.key, sizeof now.key);
    }
    stage_stop(&stage);
}

TEST(heads_sick, at_any_call_that_fails_the_turn_that_puts_it_right_is_undone)
{
    start();
    const struct log_head right = head_of_a();
    struct log_head altered = right;
    altered.bytes++;
    put_head(&altered);
    records_max = 64;
    stage_sick(&stage, NULL, scrub);
    records_max = 4;
    assert_true(head_of_a().bytes == right.bytes);
    stage_stop(&stage);
}

TEST(heads_sick, a_head_that_vanished_while_the_device_runs_is_written_again)
{
    start();
    const struct log_head right = head_of_a();
    const struct key key = key_head(right.log);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_del(txn, TABLE_HEAD, key_bytes(&key)) == 0);
    check(store_memory_commit(txn) == 0);
    scrub_some();
    assert_true(head_of_a().bytes == right.bytes);
    assert_int_equal(head_of_a().seq, right.seq);
    stage_stop(&stage);
}

/* Whenever that happens: it is looked at before the events, between two or after them. */
TEST(heads_sick, the_head_of_a_log_whose_beginning_is_spoilt_stays_as_it_is)
{
    enum { TURNS = 24 };
    for (uint32_t turns = 0; turns < TURNS; turns++) {
        start();
        const struct key first = key_event(log_of_a(), 1);
        const struct log_head before = head_of_a();
        records_max = 1;
        for (uint32_t i = 0; i < turns; i++) {
            stage_begin(&stage);
            assert_int_equal(scrub(&stage), 0);
            stage_end(&stage);
        }
        records_max = 4;
        put(TABLE_LOG, &first, bytes_of(junk, sizeof junk));
        scrub_some();
        const struct log_head after = head_of_a();
        assert_true(hash_equal(&after.hash, &before.hash));
        assert_int_equal(after.seq, before.seq);
        stage_stop(&stage);
    }
}
