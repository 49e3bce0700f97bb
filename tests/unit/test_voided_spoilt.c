/* test_voided_spoilt.c - what a revocation voided is listed by what a disk has left of it: rows
 * that are none end the turn as a disk that fails, those that are lost hide only what they are of.
 */
#include "sync/replica/replica_state.h"

#include <stdlib.h>

#include "sync/base/check.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { OWNER, BYSTANDER, THIEF, OTHER, PEERS };
enum { UNKNOWN = 5000 /* a type of newer software */, SCANNED_MAX = 16384, RUN = 512 };

static struct stage stage;
static uint64_t revocation; /* the owner's event that revokes the thief */

static void meet(struct stage *at)
{
    for (uint32_t peer = 0; peer < PEERS; peer++) {
        stage_greet(at, peer);
    }
}

static void start(void)
{
    stage_start(&stage, PEERS, 0);
    meet(&stage);
}

static struct bytes newest(uint32_t peer)
{
    return frame_event(&stage, peer, stage.peers[peer].head.seq, true);
}

/* The device writes that of an order, and it comes. */
static void write_of(uint32_t peer, uint64_t order, enum event_type type)
{
    uint8_t data[512];
    const struct entity_id id = entity_id_derive(KIND_ORDER, order);
    const struct bytes body = type == (enum event_type)UNKNOWN
                                  ? bytes_of("\x90", 1)
                                  : body_sample_of(type, data, sizeof data);
    (void)journal_write(stage.world, &stage.journal, &stage.peers[peer], type, &id, body);
    stage_turn(&stage, BYSTANDER, newest(peer));
}

/* Of @peer's log its opening counts, says the owner in his next event. */
static void revoke(uint32_t peer)
{
    uint8_t data[128];
    struct log_head cut;
    struct bytes body;
    assert_int_equal(
        log_head_at(stage.world, &stage.journal.popup, &stage.peers[peer].head, 1, &cut), 0);
    const struct log_cut named = {.log = cut.log, .seq = 1, .hash = cut.hash};
    assert_int_equal(log_cut_encode(&named, data, sizeof data, &body), 0);
    revocation =
        journal_state(stage.world, &stage.journal, &stage.peers[OWNER], EVENT_LOG_REVOKE, body);
}

static int hear_revocation(struct stage *at)
{
    return stage_try(at, BYSTANDER, frame_event(at, OWNER, revocation, true));
}

static uint32_t listed(void)
{
    struct voided_order order;
    uint32_t count = 0;
    while (replica_voided_at(stage.replica, count, &order)) {
        count++;
    }
    return count;
}

/* @key stands in the table, or does not any more. */
static void put(enum store_table table, const struct key *key, struct bytes value)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, table, key_bytes(key), value) == 0);
    check(store_memory_commit(txn) == 0);
}

static void del(enum store_table table, const struct key *key)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_del(txn, table, key_bytes(key)) == 0);
    check(store_memory_commit(txn) == 0);
}

/* What a turn comes to in which @frame is heard; it is undone. */
static int err_of(struct bytes frame)
{
    stage_begin(&stage);
    int err = stage_try(&stage, BYSTANDER, frame);
    if (err == 0) {
        const struct moment now = {.mono_ms = stage.now_ms};
        err = replica_seal(stage.replica, stage.txn, now, stage.effects);
    }
    store_memory_abort(stage.txn);
    replica_abort(stage.replica);
    return err;
}

/* The disk was mended, and the replica is opened again. */
static void restart(void)
{
    stage_begin(&stage);
    stage_abort(&stage);
    meet(&stage);
}

/* A key with that many bytes fewer than it should have. */
static struct key shorter(struct key key, size_t bytes)
{
    key.size -= bytes;
    return key;
}

TEST(voided_spoilt, at_any_call_that_fails_the_turn_that_lists_is_undone)
{
    start();
    write_of(THIEF, 1, EVENT_ORDER_OPEN);
    write_of(THIEF, 2, EVENT_ORDER_OPEN);
    revoke(THIEF);
    stage_sick(&stage, meet, hear_revocation);
    assert_int_equal(listed(), 2);
    stage_stop(&stage);
}

TEST(voided_spoilt, an_order_of_which_no_row_says_that_it_is_the_thief_s_is_not_listed)
{
    start();
    write_of(THIEF, 1, EVENT_ORDER_OPEN);
    write_of(THIEF, 2, EVENT_ORDER_OPEN);
    const struct entity_id lost = entity_id_derive(KIND_ORDER, 2);
    const struct key row = key_entity_event(&lost, stage.peers[THIEF].head.log, 3);
    del(TABLE_ENTITY, &row);
    revoke(THIEF);
    stage_turn(&stage, BYSTANDER, newest(OWNER));
    assert_int_equal(listed(), 1);
    stage_stop(&stage);
}

TEST(voided_spoilt, what_newer_software_says_is_no_order)
{
    start();
    write_of(THIEF, 1, EVENT_ORDER_OPEN);
    write_of(THIEF, 2, (enum event_type)UNKNOWN);
    revoke(THIEF);
    stage_turn(&stage, BYSTANDER, newest(OWNER));
    assert_int_equal(listed(), 1);
    stage_stop(&stage);
}

/* Also when there are more logs to look through. */
TEST(voided_spoilt, a_row_of_the_journal_that_is_none_is_a_disk_that_fails)
{
    start();
    write_of(THIEF, 1, EVENT_ORDER_OPEN);
    write_of(OTHER, 2, EVENT_ORDER_OPEN);
    for (uint32_t peer = THIEF; peer <= OTHER; peer++) {
        revoke(peer);
        stage_turn(&stage, BYSTANDER, newest(OWNER));
    }
    assert_int_equal(listed(), 2);
    for (uint32_t peer = THIEF; peer <= OTHER; peer++) {
        const struct key row = shorter(key_event(stage.peers[peer].head.log, 3 << 8), 1);
        put(TABLE_LOG, &row, bytes_of(NULL, 0));
        stage.replica->voided.is_due = true;
        assert_int_equal(err_of(newest(OWNER)), ERR_IO);
        del(TABLE_LOG, &row);
        restart();
    }
    assert_int_equal(listed(), 2);
    stage_stop(&stage);
}

/* Whether an event of the order comes, or the whole list is made. */
TEST(voided_spoilt, a_row_of_an_order_that_is_none_is_a_disk_that_fails)
{
    const struct entity_id order = entity_id_derive(KIND_ORDER, 1);
    const struct key row = shorter(key_entity_event(&order, 0, 1), 1);
    start();
    write_of(THIEF, 1, EVENT_ORDER_OPEN);
    revoke(THIEF);
    stage_turn(&stage, BYSTANDER, newest(OWNER));
    uint8_t data[512];
    (void)journal_write(stage.world, &stage.journal, &stage.peers[OTHER], EVENT_LINE_ADD, &order,
                        body_sample_of(EVENT_LINE_ADD, data, sizeof data));
    put(TABLE_ENTITY, &row, bytes_of(NULL, 0));
    assert_int_equal(err_of(newest(OTHER)), ERR_IO);
    del(TABLE_ENTITY, &row);
    restart();
    put(TABLE_ENTITY, &row, bytes_of(NULL, 0));
    stage.replica->voided.is_due = true;
    assert_int_equal(err_of(newest(OWNER)), ERR_IO);
    del(TABLE_ENTITY, &row);
    restart();
    stage_turn(&stage, BYSTANDER, newest(OTHER));
    assert_int_equal(listed(), 1);
    stage_stop(&stage);
}

/* The thief has written that much to one item of the menu, and then an order. */
static void write_much(struct store_txn *txn, struct log_head *head, uint32_t count)
{
    const struct secret_key *secret = &stage.peers[THIEF].log_secret;
    const struct entity_id item = entity_id_derive(KIND_MENU, 7);
    const struct entity_id order = entity_id_derive(KIND_ORDER, 1);
    uint8_t data[512];
    uint8_t buffer[EVENT_BYTES_MAX];
    for (uint32_t i = 1; i <= count; i++) {
        const bool is_last = i == count;
        const enum event_type type = is_last ? EVENT_ORDER_OPEN : EVENT_MENU_AVAILABLE;
        const struct bytes body =
            is_last ? body_sample_of(type, data, sizeof data) : bytes_of("\x91\xc3", 2);
        const struct bytes event = journal_event(buffer, type, is_last ? &order : &item, body);
        assert_int_equal(log_append(txn, head, event), 0);
        if (i % RUN == 0 || is_last) {
            assert_int_equal(log_sign(txn, head, &stage.journal.popup, secret), 0);
        }
    }
}

/* One look goes through so many events of all that is voided. */
TEST(voided_spoilt, what_lies_behind_more_than_one_look_goes_through_is_not_listed)
{
    for (uint32_t more = 0; more < 2; more++) {
        stage_start(&stage, PEERS, 0);
        struct log_head head = stage.peers[THIEF].head;
        struct store_txn *txn = store_memory_begin(stage.store, true);
        write_much(txn, &head, SCANNED_MAX + more);
        check(store_memory_commit(txn) == 0);
        stage_begin(&stage);
        stage_abort(&stage);
        stage_greet(&stage, BYSTANDER);
        revoke(THIEF);
        stage_turn(&stage, BYSTANDER, newest(OWNER));
        for (uint32_t i = 0; i < 40; i++) {
            stage_pass(&stage, 1000);
        }
        assert_int_equal(listed(), 1 - more);
        assert_true(stage.replica->voided.is_cut_short == (more == 1));
        stage_stop(&stage);
    }
}
