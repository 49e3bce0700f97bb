/* The folding of a turn: the rows are a function of the events, not of the turns they came in. */
#include "sync/domain/turn.h"

#include <string.h>

#include "tests/lib/rebuild.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

enum { UNKNOWN_EVEN = 5000, UNKNOWN_ODD = 5001 };

static struct stage stage;

/* The rows of peer 0's events @first..@last on one entity, that many to a turn. */
static struct hash state_after(uint64_t last, uint64_t a_turn)
{
    struct hash digest;
    for (uint64_t seq = 2; seq <= last;) {
        stage_begin(&stage);
        for (uint64_t i = 0; i < a_turn && seq <= last; i++, seq++) {
            stage_say(&stage, 0, frame_event(&stage, 0, seq, true));
        }
        stage_end(&stage);
    }
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(replica_state_digest(txn, &digest), 0);
    store_memory_abort(txn);
    return digest;
}

/* What is stored is what an audit and a rebuild give. */
static void sound_check(const struct hash *digest)
{
    uint64_t entities;
    uint64_t wrong;
    struct hash rebuilt;
    stage_begin(&stage);
    assert_int_equal(replica_audit(stage.replica, stage.txn, &entities, &wrong), 0);
    assert_int_equal(wrong, 0);
    rebuild_all(stage.replica, stage.txn);
    assert_int_equal(replica_state_digest(stage.txn, &rebuilt), 0);
    assert_true(hash_equal(digest, &rebuilt));
    stage_end(&stage);
}

/* Write @types on one entity and compare: all in one turn, one by one, two by two. */
static void types_compare(const uint32_t *types, uint32_t count)
{
    struct hash digests[3];
    for (uint32_t way = 0; way < 3; way++) {
        const struct entity_id entity = {.bytes = {7, 7, 7}};
        static const uint64_t a_turn[] = {100, 1, 2};
        stage_start(&stage, 1, 0);
        stage_meet(&stage, 0, 0, NULL, 0);
        uint64_t last = 1;
        for (uint32_t i = 0; i < count; i++) {
            last = journal_write(stage.world, &stage.journal, &stage.peers[0],
                                 (enum event_type)types[i], &entity, bytes_of("\x91\xc3", 2));
        }
        digests[way] = state_after(last, a_turn[way]);
        sound_check(&digests[way]);
        stage_stop(&stage);
        assert_true(hash_equal(&digests[0], &digests[way]));
    }
}

TEST(turn, an_entity_has_a_row_for_each_kind_that_was_written_under_its_id)
{
    static const uint32_t types[] = {EVENT_REINSTATE, EVENT_MENU_AVAILABLE, EVENT_REINSTATE,
                                     EVENT_MENU_AVAILABLE};
    types_compare(types, 4);
    types_compare(types + 1, 3);
}

TEST(turn, an_event_of_an_unknown_type_reaches_the_rows_that_were_there_before)
{
    static const uint32_t types[] = {EVENT_MENU_AVAILABLE, UNKNOWN_EVEN, EVENT_MENU_AVAILABLE};
    types_compare(types, 2);
    types_compare(types, 3);
    types_compare(types + 1, 2);
    types_compare(types + 1, 1);
}

TEST(turn, an_unknown_type_that_may_be_ignored_changes_nothing_about_that)
{
    static const uint32_t types[] = {EVENT_MENU_AVAILABLE, UNKNOWN_ODD, EVENT_MENU_AVAILABLE};
    types_compare(types, 3);
    types_compare(types + 1, 2);
}

TEST(turn, other_kinds_under_the_rosters_id_do_no_harm)
{
    stage_start(&stage, 1, 0);
    stage_meet(&stage, 0, 0, NULL, 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[0], EVENT_MENU_AVAILABLE,
                        bytes_of("\x91\xc3", 2));
    uint64_t last = journal_state(stage.world, &stage.journal, &stage.peers[0],
                                  (enum event_type)UNKNOWN_EVEN, bytes_of("\x91\xc3", 2));
    struct hash digest = state_after(last, 1);
    sound_check(&digest);
    stage_stop(&stage);
}

TEST(turn, a_full_one_says_so_and_an_emptied_one_takes_again)
{
    static struct turn turn;
    static const uint8_t body[8];
    turn_reset(&turn);
    uint32_t taken = 0;
    for (; turn_has_room(&turn, sizeof body); taken++) {
        struct entity_id entity = {.bytes = {1}};
        struct operation id = {.log = 1, .seq = taken + 1};
        put_be32(entity.bytes + 8, taken * 7919);
        turn_add(&turn, &id, UNKNOWN_ODD, &entity, bytes_of(body, sizeof body));
        assert_true(turn_is_dirty(&turn, &entity));
    }
    assert_int_equal(taken, TURN_EVENTS_MAX);
    struct entity_id more = {.bytes = {2}};
    assert_false(turn_mark(&turn, KIND_ORDER, &more));
    turn_reset(&turn);
    assert_false(turn_is_dirty(&turn, &more));
    assert_true(turn_mark(&turn, KIND_ORDER, &more));
    assert_true(turn_is_dirty(&turn, &more));
}

TEST(turn, what_is_set_aside_is_not_folded_and_needs_attention_until_it_may_be_again)
{
    static const struct entity_id entity = {.bytes = {7, 7, 7}};
    struct history *history = history_new();
    struct hash folded;
    struct hash again;
    stage_start(&stage, 1, 0);
    stage_meet(&stage, 0, 0, NULL, 0);
    for (int i = 0; i < 2; i++) {
        (void)journal_write(stage.world, &stage.journal, &stage.peers[0], EVENT_LINE_VOID, &entity,
                            bytes_of("\x91\xc3", 2));
    }
    folded = state_after(3, 100);
    stage_stop(&stage);

    stage_start(&stage, 1, 0);
    stage_meet(&stage, 0, 0, NULL, 0);
    for (int i = 0; i < 2; i++) {
        (void)journal_write(stage.world, &stage.journal, &stage.peers[0], EVENT_LINE_VOID, &entity,
                            bytes_of("\x91\xc3", 2));
    }
    stage.config.aside = &entity;
    stage.config.aside_count = 1;
    stage_begin(&stage);
    stage_abort(&stage); /* opens the replica again */
    stage_meet(&stage, 0, 0, NULL, 0);
    (void)state_after(3, 100);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(history_get(history, txn, KIND_ORDER, &entity), 0);
    assert_true(history->is_opaque);
    assert_int_equal(history->count, 0);
    store_memory_abort(txn);
    stage.config.aside_count = 0;
    stage_begin(&stage);
    stage_abort(&stage);
    stage_begin(&stage);
    rebuild_all(stage.replica, stage.txn);
    assert_int_equal(replica_state_digest(stage.txn, &again), 0);
    assert_true(hash_equal(&folded, &again));
    stage_end(&stage);
    stage_stop(&stage);
    history_free(history);
}

/* A replica that keeps @row beside its store, and two events on @entity in its peer's journal. */
static void start_beside(struct breadcrumb_row *row, const struct entity_id *entity)
{
    stage_start(&stage, 1, 0);
    stage.config.breadcrumb = row;
    stage_begin(&stage);
    stage_abort(&stage); /* opens the replica again */
    stage_meet(&stage, 0, 0, NULL, 0);
    for (int i = 0; i < 2; i++) {
        (void)journal_write(stage.world, &stage.journal, &stage.peers[0], EVENT_LINE_VOID, entity,
                            bytes_of("\x91\xc3", 2));
    }
}

TEST(turn, what_a_killed_program_was_folding_has_no_deaths_once_it_is_folded_well)
{
    static const struct entity_id entity = {.bytes = {7, 7, 7}}, other = {.bytes = {8, 8, 8}};
    const struct entity_id *const died_of[] = {&entity, &other};
    for (uint8_t i = 0; i < 2; i++) {
        struct breadcrumb_row row = {.last = {KIND_ORDER}, .deaths = 1};
        memcpy(row.last + 1, died_of[i]->bytes, ENTITY_ID_BYTES);
        start_beside(&row, &entity);
        (void)state_after(3, 100);
        assert_int_equal(row.now[0], KIND_NONE);
        assert_memory_equal(row.now + 1, entity.bytes, ENTITY_ID_BYTES);
        assert_int_equal(row.deaths, i); /* of another entity nothing is known */
        stage_stop(&stage);
    }
}
