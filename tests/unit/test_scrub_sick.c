/* test_scrub_sick.c - the store is read again while the disk fails, or spoils what was looked at a
 * moment ago; and what a device does about its own log, which nobody else can sign.
 */
#include <string.h>

#include "sync/log/damage.h"
#include "sync/replica/replica_scrub.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, B, PEERS, EVENTS = 4, OWN_TURNS = 3, ALL = 4096, POSITION_RECORDS = 4096 };

static struct stage stage;
static const uint8_t junk[] = {1, 2, 3};
static uint32_t records_max;

/* Of A's log EVENTS are here, each with a signature; so are some turns of the own log. */
static void start(void)
{
    stage_start(&stage, PEERS, 0);
    stage_greet(&stage, A);
    while (stage_head_of(&stage, A) < EVENTS) {
        const uint64_t seq = stage_write(&stage, A, 10);
        stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    }
    for (uint32_t i = 0; i < OWN_TURNS; i++) {
        stage_write_own(&stage);
    }
    records_max = ALL;
}

static uint64_t log_of_a(void)
{
    return stage.peers[A].head.log;
}

static int try_scrub(struct stage *at)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = at->now_ms}, .records_max = records_max};
    return replica_step(at->replica, at->txn, &input, at->effects);
}

static void scrub(void)
{
    stage_begin(&stage);
    assert_int_equal(try_scrub(&stage), 0);
    stage_end(&stage);
}

static void scrub_up_to(enum scrub_part part)
{
    records_max = 1;
    while (stage.replica->scrub.at.part < part) {
        scrub();
    }
}

static void scrub_anew(uint32_t records)
{
    const struct input input = {.kind = INPUT_SCRUB,
                                .now = {.mono_ms = stage.now_ms},
                                .records_max = records,
                                .is_anew = true};
    stage_begin(&stage);
    stage_step(&stage, &input);
    stage_end(&stage);
}

/* --- rows --- */

static void put(enum store_table table, struct bytes key, struct bytes value)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(store_put(txn, table, key, value), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

/* The row into @row; its size, 0 when it is not there. */
static size_t get(enum store_table table, struct bytes key, uint8_t row[EVENT_BYTES_MAX])
{
    struct store_txn *txn = store_memory_begin(stage.store, false);
    struct bytes value = {0};
    const int err = store_get(txn, table, key, &value);
    assert_true(err == 0 || err == ERR_NOT_FOUND);
    if (value.size > 0) {
        memcpy(row, value.data, value.size);
    }
    store_memory_abort(txn);
    return value.size;
}

static void spoil(enum store_table table, uint64_t log, uint64_t seq)
{
    const struct key key = key_event(log, seq);
    put(table, key_bytes(&key), bytes_of(junk, sizeof junk));
}

static void flip_hash(uint64_t log, uint64_t seq)
{
    const struct key key = key_event(log, seq);
    uint8_t row[EVENT_BYTES_MAX];
    const size_t size = get(TABLE_LOG, key_bytes(&key), row);
    assert_true(size > HASH_BYTES);
    row[0] ^= 1;
    put(TABLE_LOG, key_bytes(&key), bytes_of(row, size));
}

static size_t signature_of(uint64_t seq, uint8_t row[EVENT_BYTES_MAX])
{
    const struct key key = key_event(replica_log(stage.replica), seq);
    return get(TABLE_SIG, key_bytes(&key), row);
}

/* --- the own log --- */

TEST(scrub_sick, a_signature_of_one_s_own_is_made_again_also_in_the_middle_of_the_log)
{
    start();
    const uint64_t last = replica_log_seq(stage.replica);
    for (uint64_t seq = last; seq >= last - 1; seq--) {
        uint8_t before[EVENT_BYTES_MAX], after[EVENT_BYTES_MAX];
        assert_int_equal(signature_of(seq, before), SIGNATURE_BYTES);
        spoil(TABLE_SIG, replica_log(stage.replica), seq);
        scrub_anew(ALL);
        assert_int_equal(signature_of(seq, after), SIGNATURE_BYTES);
        assert_memory_equal(after, before, SIGNATURE_BYTES);
    }
    stage_stop(&stage);
}

TEST(scrub_sick, an_event_of_one_s_own_that_is_lost_or_after_one_that_is_is_signed_by_nobody)
{
    start();
    const uint64_t seq = replica_log_seq(stage.replica) - 1;
    spoil(TABLE_LOG, replica_log(stage.replica), seq);
    spoil(TABLE_SIG, replica_log(stage.replica), seq);
    spoil(TABLE_SIG, replica_log(stage.replica), seq + 1);
    scrub_anew(ALL);
    uint8_t row[EVENT_BYTES_MAX];
    assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE));
    assert_int_equal(signature_of(seq, row), sizeof junk);
    assert_int_equal(signature_of(seq + 1, row), sizeof junk);
    stage_stop(&stage);
}

/* Who signed that would have signed two versions of his log. */
TEST(scrub_sick, another_event_in_the_place_of_one_s_own_last_one_is_not_signed)
{
    start();
    const uint64_t log = replica_log(stage.replica);
    const uint64_t last = replica_log_seq(stage.replica);
    const struct entity_id item = entity_id_derive(KIND_MENU, 9);
    const struct key key = key_event(log, last);
    uint8_t row[EVENT_BYTES_MAX], data[EVENT_BYTES_MAX], before[EVENT_BYTES_MAX];
    struct hash hash;
    struct bytes event;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(event_get(txn, log, last - 1, &hash, &event), 0);
    store_memory_abort(txn);
    event = journal_event(data, EVENT_MENU_AVAILABLE, &item, bytes_of("\x91\xc3", 2));
    const struct hash event_hash = chain_event_hash(event);
    const struct hash chained = chain_next(&hash, &event_hash);
    memcpy(row, chained.bytes, HASH_BYTES);
    memcpy(row + HASH_BYTES, event.data, event.size);
    put(TABLE_LOG, key_bytes(&key), bytes_of(row, HASH_BYTES + event.size));
    assert_int_equal(signature_of(last, before), SIGNATURE_BYTES);
    scrub_up_to(SCRUB_META);
    assert_int_equal(signature_of(last, row), SIGNATURE_BYTES);
    assert_memory_equal(row, before, SIGNATURE_BYTES);
    assert_true(stage.replica->scrub.has_damage);
    stage_stop(&stage);
}

TEST(scrub_sick, an_event_of_one_s_own_of_which_a_bit_flipped_is_signed_by_nobody)
{
    start();
    const uint64_t seq = replica_log_seq(stage.replica) - 1;
    const struct key key = key_event(replica_log(stage.replica), seq);
    uint8_t row[EVENT_BYTES_MAX], before[EVENT_BYTES_MAX];
    const size_t size = get(TABLE_LOG, key_bytes(&key), row);
    row[size - 1] ^= 1;
    put(TABLE_LOG, key_bytes(&key), bytes_of(row, size));
    assert_int_equal(signature_of(seq, before), SIGNATURE_BYTES);
    scrub_anew(ALL);
    assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE));
    assert_int_equal(signature_of(seq, row), SIGNATURE_BYTES);
    assert_memory_equal(row, before, SIGNATURE_BYTES);
    stage_stop(&stage);
}

/* --- rows that are made of the journal --- */

TEST(scrub_sick, an_entry_of_an_event_that_was_spoilt_after_it_was_looked_at_stays)
{
    start();
    const struct entity_id item = entity_id_derive(KIND_MENU, 100 + A);
    const struct key key = key_entity_event(&item, log_of_a(), 3);
    struct store_txn *txn;
    struct bytes value;
    scrub_up_to(SCRUB_ENTITIES);
    spoil(TABLE_LOG, log_of_a(), 3);
    scrub_up_to(SCRUB_SALVAGES);
    txn = store_memory_begin(stage.store, false);
    assert_int_equal(store_get(txn, TABLE_ENTITY, key_bytes(&key), &value), 0);
    store_memory_abort(txn);
    stage_stop(&stage);
}

TEST(scrub_sick, an_entry_of_no_event_is_deleted)
{
    start();
    put(TABLE_ENTITY, bytes_of(junk, sizeof junk), bytes_of_text("x"));
    scrub_anew(ALL);
    uint8_t row[EVENT_BYTES_MAX];
    assert_int_equal(get(TABLE_ENTITY, bytes_of(junk, sizeof junk), row), 0);
    assert_true(stage_is_alarmed(&stage, ALARM_STATE_DAMAGE));
    stage_stop(&stage);
}

TEST(scrub_sick, what_the_index_says_of_what_is_set_aside_is_right)
{
    const struct entity_id item = entity_id_derive(KIND_MENU, 77);
    uint8_t key[2 + ENTITY_ID_BYTES] = {INDEX_MENU};
    memcpy(key + 2, item.bytes, sizeof item.bytes);
    for (uint32_t aside_count = 0; aside_count <= 1; aside_count++) {
        start();
        stage.config.aside = &item;
        stage.config.aside_count = aside_count;
        stage_begin(&stage);
        stage_abort(&stage);
        struct store_txn *txn = store_memory_begin(stage.store, false);
        bool is_right = false;
        assert_int_equal(
            scrub_index_is_right(stage.replica, txn, bytes_of(key, sizeof key), &is_right), 0);
        assert_int_equal(is_right, aside_count);
        store_memory_abort(txn);
        stage_stop(&stage);
    }
}

/* A tree of pages that is out of order. */
TEST(scrub_sick, a_row_that_is_seen_in_passing_and_not_found_by_its_key_is_a_broken_store)
{
    uint32_t broken = 0;
    start();
    scrub_up_to(SCRUB_ENTITIES);
    for (unsigned nth = 1; nth <= 4; nth++) {
        stage_begin(&stage);
        store_memory_fail(stage.store, MEMORY_GET, nth, ERR_NOT_FOUND);
        if (try_scrub(&stage) == 0) {
            broken += stage.effects->is_store_broken;
        }
        (void)store_memory_mend(stage.store, MEMORY_GET);
        stage_abort(&stage);
        scrub_up_to(SCRUB_ENTITIES);
    }
    assert_true(broken > 0);
    stage.effects->is_store_broken = false; /* it was told */
    scrub_anew(ALL);
    assert_false(stage.effects->is_store_broken);
    stage_stop(&stage);
}

/* --- the list of what is spoilt --- */

TEST(scrub_sick, what_is_listed_of_a_log_that_nobody_knows_is_taken_off_the_list)
{
    bool is_new = false, is_listed = false;
    start();
    struct store_txn *txn = store_memory_begin(stage.store, true);
    assert_int_equal(damage_mark(txn, 12345, 2, &is_new), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    stage_begin(&stage);
    stage_abort(&stage);
    stage_pass(&stage, 100);
    txn = store_memory_begin(stage.store, false);
    assert_int_equal(damage_within(txn, 12345, 2, 2, &is_listed), 0);
    store_memory_abort(txn);
    assert_false(is_listed);
    stage_stop(&stage);
}

/* --- disks that fail --- */

TEST(scrub_sick, at_any_call_that_fails_the_turn_that_finds_and_mends_is_undone)
{
    start();
    const uint64_t own = replica_log(stage.replica);
    const uint64_t last = replica_log_seq(stage.replica);
    const struct entity_id item = entity_id_derive(KIND_MENU, 1);
    const struct key state = key_state(KIND_MENU, &item);
    flip_hash(log_of_a(), 2);
    spoil(TABLE_LOG, log_of_a(), EVENTS);
    spoil(TABLE_SIG, own, last);
    spoil(TABLE_SIG, own, last - 1);
    put(TABLE_STATE, key_bytes(&state), bytes_of(junk, sizeof junk));
    stage_sick(&stage, NULL, try_scrub);
    uint8_t row[EVENT_BYTES_MAX];
    assert_int_equal(signature_of(last, row), SIGNATURE_BYTES);
    stage_stop(&stage);
}

/* What of the journal is good again is folded before the rows are made right. */
TEST(scrub_sick, at_any_call_that_fails_the_turn_that_makes_rows_right_is_undone)
{
    start();
    const struct entity_id item = entity_id_derive(KIND_MENU, 1);
    const struct key state = key_state(KIND_MENU, &item);
    uint8_t row[EVENT_BYTES_MAX];
    scrub_anew(ALL);
    records_max = UINT32_MAX;
    flip_hash(log_of_a(), 2);
    put(TABLE_STATE, key_bytes(&state), bytes_of(junk, sizeof junk));
    stage_sick(&stage, NULL, try_scrub);
    for (uint32_t i = 0; i < 4; i++) {
        stage_pass(&stage, 100);
        scrub();
    }
    assert_true(get(TABLE_STATE, key_bytes(&state), row) > sizeof junk);
    stage_stop(&stage);
}

/* --- the position --- */

TEST(scrub_sick, asked_to_begin_anew_it_finds_what_it_has_passed)
{
    start();
    scrub_up_to(SCRUB_STATES);
    spoil(TABLE_LOG, log_of_a(), 2);
    records_max = 1;
    scrub();
    assert_false(stage.replica->scrub.has_damage);
    scrub_anew(ALL);
    assert_true(stage_is_alarmed(&stage, ALARM_DAMAGE));
    stage_stop(&stage);
}

/* Not with each turn, as each of them is written then; nor never, as a pass may take days. */
TEST(scrub_sick, the_position_is_kept_after_many_records)
{
    uint32_t records = 0;
    start();
    scrub_anew(ALL);
    do {
        scrub_anew(4);
        records += 4;
    } while (!stage.effects->is_written && records < 2 * POSITION_RECORDS);
    assert_int_equal(records, POSITION_RECORDS);
    stage_stop(&stage);
}
