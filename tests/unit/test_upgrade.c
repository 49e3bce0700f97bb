/* Software learns new events: what it did not understand it kept, and folds it anew. */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/opaque.h"
#include "sync/domain/order_events.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/shop.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { TYPE_UNKNOWN = 30000, TYPE_UNKNOWN_ODD = 30001, PEER = 0 };

static struct stage stage;

/* The peer writes an event of @type about the entity @number; the replica hears of it. */
static struct entity_id hear_body(uint32_t type, uint64_t number, struct bytes body)
{
    const struct entity_id id = entity_id_derive(KIND_ORDER, number);
    const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[PEER],
                                       (enum event_type)type, &id, body);
    const struct head_claim claim = stage_claim(&stage, PEER, seq);
    stage_meet(&stage, 0, PEER, &claim, 1);
    stage_turn(&stage, 0, frame_event(&stage, PEER, seq, false));
    return id;
}

static struct entity_id hear(uint32_t type, uint64_t number)
{
    static const uint8_t body[] = {0x91, 0x07};
    return hear_body(type, number, bytes_of(body, sizeof body));
}

static uint64_t opaque_here(uint64_t *ret_critical)
{
    uint64_t count = 0;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(opaque_count(txn, &count, ret_critical), 0);
    store_memory_abort(txn);
    return count;
}

TEST(upgrade, events_that_need_newer_software_are_listed)
{
    uint64_t critical = 0;
    stage_start(&stage, 1, 0);
    assert_int_equal(opaque_here(&critical), 0);
    (void)hear(TYPE_UNKNOWN, 1);
    assert_int_equal(opaque_here(&critical), 1);
    assert_int_equal(critical, 1);
    stage_stop(&stage);
}

TEST(upgrade, an_odd_one_may_be_ignored_and_is_listed_all_the_same)
{
    uint64_t critical = 1;
    stage_start(&stage, 1, 0);
    (void)hear(TYPE_UNKNOWN_ODD, 1);
    assert_int_equal(opaque_here(&critical), 1);
    assert_int_equal(critical, 0);
    stage_stop(&stage);
}

/* --- the store of another fold version --- */

static void set_fold(uint32_t version)
{
    uint8_t fold[4];
    put_be32(fold, version);
    assert_int_equal(
        store_put(stage.txn, TABLE_META, bytes_of_text("fold"), bytes_of(fold, sizeof fold)), 0);
}

static int open_again(void)
{
    const struct moment now = {.wall_ms = stage.config.epoch_ms, .mono_ms = stage.now_ms};
    effects_reset(stage.effects);
    return replica_open(stage.replica, stage.txn, &stage.config, now, stage.effects);
}

static struct hash digest_of(struct store_txn *txn)
{
    struct hash digest;
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    return digest;
}

/* As software would have left the store that understood nothing of its first row. */
static void forget_row(void)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint8_t copy[KEY_BYTES_MAX];
    assert_int_equal(store_cursor_open(stage.txn, TABLE_STATE, &cursor), 0);
    assert_int_equal(store_cursor_next(&cursor, &key, &value), 0);
    const size_t size = key.size;
    memcpy(copy, key.data, size);
    store_cursor_close(&cursor);
    assert_int_equal(store_del(stage.txn, TABLE_STATE, bytes_of(copy, size)), 0);
}

TEST(upgrade, a_store_of_another_version_is_folded_anew_part_by_part)
{
    uint64_t entities = 0;
    bool is_done = false;
    unsigned parts = 0;
    stage_start(&stage, 1, 0);
    stage_write_own(&stage);
    stage_begin(&stage);
    const struct hash before = digest_of(stage.txn);
    forget_row();
    set_fold(FOLD_VERSION + 1);
    assert_int_equal(open_again(), ERR_VERSION);
    while (!is_done) {
        assert_int_equal(replica_rebuild_part(stage.replica, stage.txn, 1, &entities, &is_done), 0);
        assert_int_equal(open_again(), is_done ? 0 : ERR_VERSION); /* as after a crash */
        parts++;
    }
    assert_int_equal(parts, entities + 1);
    const struct hash after = digest_of(stage.txn);
    assert_true(hash_equal(&before, &after));
    stage_end(&stage);
    stage_stop(&stage);
}

static uint32_t fold_here(void)
{
    struct bytes fold;
    assert_int_equal(store_get(stage.txn, TABLE_META, bytes_of_text("fold"), &fold), 0);
    assert_int_equal(fold.size, 4);
    return get_be32(fold.data);
}

/* The old version looks at "fold" alone, and would take what is left of its rows for all. */
TEST(upgrade, a_rebuild_that_is_broken_off_leaves_a_store_that_is_no_version_s)
{
    uint64_t entities = 0;
    bool is_done = false;
    stage_start(&stage, 1, 0);
    stage_write_own(&stage);
    stage_begin(&stage);
    set_fold(FOLD_VERSION - 1);
    assert_int_equal(open_again(), ERR_VERSION);
    assert_int_equal(fold_here(), FOLD_VERSION - 1);
    while (!is_done) {
        assert_int_equal(replica_rebuild_part(stage.replica, stage.txn, 1, &entities, &is_done), 0);
        assert_int_equal(fold_here(), is_done ? FOLD_VERSION : FOLD_NONE);
    }
    assert_true(entities > 1);
    assert_int_equal(open_again(), 0);
    stage_end(&stage);
    stage_stop(&stage);
}

TEST(upgrade, a_rebuild_that_another_version_began_is_begun_anew)
{
    uint64_t entities = 0;
    bool is_done = false;
    uint8_t row[4 + ENTITY_ID_BYTES + 8];
    stage_start(&stage, 1, 0);
    stage_write_own(&stage);
    stage_begin(&stage);
    const struct hash before = digest_of(stage.txn);
    memset(row, 0xff, sizeof row); /* all was folded, it says, by version 2^32 - 1 */
    assert_int_equal(
        store_put(stage.txn, TABLE_META, bytes_of_text("refold"), bytes_of(row, sizeof row)), 0);
    set_fold(FOLD_VERSION + 1);
    assert_int_equal(open_again(), ERR_VERSION);
    assert_int_equal(replica_rebuild_part(stage.replica, stage.txn, 100, &entities, &is_done), 0);
    assert_true(is_done);
    assert_int_equal(open_again(), 0);
    const struct hash after = digest_of(stage.txn);
    assert_true(hash_equal(&before, &after));
    stage_end(&stage);
    stage_stop(&stage);
}

TEST(upgrade, what_is_known_by_now_is_taken_off_the_list)
{
    uint64_t entities = 0;
    uint64_t critical = 0;
    bool is_done = false;
    struct run *run = calloc(1, sizeof *run);
    stage_start(&stage, 1, 0);
    (void)hear(TYPE_UNKNOWN, 1);
    stage_begin(&stage);
    /* As software without discounts would have listed one. */
    *run = (struct run){.log = 1, .first_seq = 9, .count = 1};
    run->events[0].type = TYPE_UNKNOWN + 2;
    assert_int_equal(opaque_note(stage.txn, run), 0);
    struct key key = {.size = 3 + 4 + 8 + 5};
    memcpy(key.data, "opq", 3);
    put_be32(key.data + 3, EVENT_DISCOUNT);
    assert_int_equal(store_put(stage.txn, TABLE_LOCAL, key_bytes(&key), bytes_of(NULL, 0)), 0);
    set_fold(FOLD_VERSION + 1);
    assert_int_equal(open_again(), ERR_VERSION);
    assert_int_equal(replica_rebuild_part(stage.replica, stage.txn, 100, &entities, &is_done), 0);
    assert_int_equal(open_again(), 0);
    uint64_t count = 0;
    assert_int_equal(opaque_count(stage.txn, &count, &critical), 0);
    assert_int_equal(count, 2);
    stage_end(&stage);
    stage_stop(&stage);
    free(run);
}

/* --- mixed versions: the peer knows types that the replica here does not --- */

static uint8_t sample_data[EVENT_BYTES_MAX];

/* The peer writes the event of @type that the samples have, about the order @number. */
static struct entity_id hear_sample(enum event_type type, uint64_t number)
{
    return hear_body(type, number, body_sample_of(type, sample_data, sizeof sample_data));
}

static int void_lines(const struct entity_id *order)
{
    const struct command command = {.kind = COMMAND_LINES_VOID,
                                    .principal = {.session = 1, .role = ROLE_OWNER},
                                    .order = *order,
                                    .lines_count = 1};
    return stage_run(&stage, &command)->err;
}

/* Its vector names the peer's newest event, by the hash that the peer has. */
static void assert_same_vector(void)
{
    struct log_head here;
    struct store_txn *txn = store_memory_begin(stage.store, false);
    const struct log_head *there = &stage.peers[PEER].head;
    assert_int_equal(log_head_get(txn, there->log, &here), 0);
    assert_int_equal(here.seq, there->seq);
    assert_true(hash_equal(&here.hash, &there->hash));
    store_memory_abort(txn);
}

static struct history *history_of(struct store_txn *txn, const struct entity_id *id)
{
    struct history *history = history_new();
    assert_non_null(history);
    assert_int_equal(history_get(history, txn, KIND_ORDER, id), 0);
    return history;
}

static bool is_opaque_here(const struct entity_id *id)
{
    struct store_txn *txn = store_memory_begin(stage.store, false);
    struct history *history = history_of(txn, id);
    const bool is_opaque = history->is_opaque;
    history_free(history);
    store_memory_abort(txn);
    return is_opaque;
}

TEST(upgrade, the_older_of_two_takes_what_the_newer_writes_and_changes_nothing_it_cannot_read)
{
    stage_start(&stage, 1, 0);
    const struct entity_id even = hear_sample(EVENT_ORDER_OPEN, 1);
    const struct entity_id odd = hear_sample(EVENT_ORDER_OPEN, 2);
    (void)hear(TYPE_UNKNOWN_ODD, 2);
    assert_same_vector();
    assert_false(is_opaque_here(&odd));
    assert_int_not_equal(void_lines(&odd), ERR_VERSION);
    assert_int_not_equal(void_lines(&even), ERR_VERSION);
    (void)hear(TYPE_UNKNOWN, 1);
    assert_same_vector();
    assert_true(is_opaque_here(&even));
    const uint64_t before = stage_claim_own(&stage).seq;
    assert_int_equal(void_lines(&even), ERR_VERSION);
    assert_int_equal(stage_claim_own(&stage).seq, before);
    stage_stop(&stage);
}

/* As software without the newest type of that order would have left its row. */
static void make_older(const struct entity_id *id)
{
    static uint8_t data[HISTORY_ROW_BYTES_MAX];
    struct bytes row;
    struct history *history = history_of(stage.txn, id);
    const struct key key = key_state(KIND_ORDER, id);
    assert_false(history->is_opaque);
    history->is_opaque = true;
    assert_int_equal(history_encode(history, data, sizeof data, &row), 0);
    assert_int_equal(store_put(stage.txn, TABLE_STATE, key_bytes(&key), row), 0);
    history_free(history);
}

TEST(upgrade, the_older_has_the_bytes_of_the_newer_once_it_is_upgraded)
{
    uint64_t entities = 0;
    bool is_done = false;
    stage_start(&stage, 1, 0);
    const struct entity_id id = hear_sample(EVENT_ORDER_OPEN, 1);
    (void)hear_sample(EVENT_LINE_ADD, 1);
    (void)hear(TYPE_UNKNOWN_ODD, 1);
    stage_begin(&stage);
    const struct hash newer = digest_of(stage.txn);
    make_older(&id);
    const struct hash older = digest_of(stage.txn);
    assert_false(hash_equal(&newer, &older));
    set_fold(FOLD_VERSION + 1);
    assert_int_equal(open_again(), ERR_VERSION);
    assert_int_equal(replica_rebuild_part(stage.replica, stage.txn, 100, &entities, &is_done), 0);
    assert_true(is_done);
    assert_int_equal(open_again(), 0);
    const struct hash upgraded = digest_of(stage.txn);
    assert_true(hash_equal(&newer, &upgraded));
    stage_end(&stage);
    assert_same_vector();
    stage_stop(&stage);
}
