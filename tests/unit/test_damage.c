/* test_damage.c - what a disk may do to one event and to what stands beside it, and what is said of
 * that. */
#include "sync/log/damage.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

enum { EVENTS = 4 };

/* A log of which each event is signed by itself. */
struct scene {
    struct journal journal;
    struct journal_device device;
    struct store_memory *store;
    struct store_txn *txn;
    struct run run;
};

static struct scene *scene_new(void)
{
    static const uint8_t body[] = {0x90};
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    journal_init(&scene->journal);
    journal_device_init(&scene->device, &scene->journal, 3, ROLE_COUNTER, NULL);
    scene->store = store_memory_new();
    scene->txn = store_memory_begin(scene->store, true);
    journal_open(scene->txn, &scene->journal, &scene->device);
    while (scene->device.head.seq < EVENTS) {
        const struct entity_id entity = entity_id_derive(KIND_ORDER, scene->device.head.seq);
        (void)journal_write(scene->txn, &scene->journal, &scene->device, EVENT_LINE_ADD, &entity,
                            bytes_of(body, sizeof body));
    }
    return scene;
}

static void scene_free(struct scene *scene)
{
    store_memory_abort(scene->txn);
    store_memory_free(scene->store);
    free(scene);
}

static void put(struct scene *scene, enum store_table table, uint64_t seq, struct bytes value)
{
    const struct key key = key_event(scene->device.head.log, seq);
    assert_int_equal(store_put(scene->txn, table, key_bytes(&key), value), 0);
}

static void lose(struct scene *scene, enum store_table table, uint64_t seq)
{
    const struct key key = key_event(scene->device.head.log, seq);
    assert_int_equal(store_del(scene->txn, table, key_bytes(&key)), 0);
}

static void spoil_hash(struct scene *scene, uint64_t seq)
{
    uint8_t row[HASH_BYTES + EVENT_BYTES_MAX];
    struct hash hash;
    struct bytes event;
    assert_int_equal(event_get(scene->txn, scene->device.head.log, seq, &hash, &event), 0);
    memcpy(row, hash.bytes, HASH_BYTES);
    memcpy(row + HASH_BYTES, event.data, event.size);
    row[0] ^= 1;
    put(scene, TABLE_LOG, seq, bytes_of(row, HASH_BYTES + event.size));
}

/* Whether event @seq is found good by one who has the log up to @head_seq, and was written to. */
static bool is_good_below(struct scene *scene, uint64_t head_seq, uint64_t seq,
                          bool *ret_is_written)
{
    struct log_head head = scene->device.head;
    bool is_good = false;
    if (head_seq < head.seq) {
        assert_int_equal(
            log_head_at(scene->txn, &scene->journal.popup, &scene->device.head, head_seq, &head),
            0);
    }
    assert_int_equal(
        damage_look(scene->txn, &scene->journal.popup, &head, seq, &is_good, ret_is_written), 0);
    return is_good;
}

static bool is_good(struct scene *scene, uint64_t seq)
{
    bool is_written = false;
    const bool is = is_good_below(scene, EVENTS, seq, &is_written);
    assert_false(is_written);
    return is;
}

TEST(damage, a_hash_to_which_both_neighbours_agree_is_written_again)
{
    struct scene *scene = scene_new();
    bool is_written = false;
    spoil_hash(scene, 2);
    assert_true(is_good_below(scene, EVENTS, 2, &is_written));
    assert_true(is_written);
    assert_true(is_good(scene, 2));
    scene_free(scene);
}

TEST(damage, a_hash_is_not_written_again_where_what_comes_after_it_is_lost)
{
    struct scene *scene = scene_new();
    spoil_hash(scene, 2);
    lose(scene, TABLE_LOG, 3);
    assert_false(is_good(scene, 2));
    scene_free(scene);
}

TEST(damage, a_hash_beyond_the_end_of_the_log_is_confirmed_by_nothing)
{
    struct scene *scene = scene_new();
    bool is_written = false;
    spoil_hash(scene, 3);
    assert_false(is_good_below(scene, 2, 3, &is_written));
    assert_false(is_written);
    scene_free(scene);
}

TEST(damage, a_row_that_is_no_event_is_not_good)
{
    static uint8_t data[HASH_BYTES + EVENT_SALVAGE_BYTES_MAX + 1];
    static const size_t sizes[] = {0, HASH_BYTES, HASH_BYTES + 1, sizeof data};
    struct scene *scene = scene_new();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        put(scene, TABLE_LOG, 3, bytes_of(data, sizes[i]));
        assert_false(is_good(scene, 3));
    }
    scene_free(scene);
}

TEST(damage, a_signature_that_is_cut_is_not_good)
{
    static const uint8_t cut[SIGNATURE_BYTES - 1];
    struct scene *scene = scene_new();
    assert_true(is_good(scene, 3));
    put(scene, TABLE_SIG, 3, bytes_of(cut, sizeof cut));
    assert_false(is_good(scene, 3));
    lose(scene, TABLE_SIG, 3); /* one that is lost is another matter: not each event has one */
    assert_true(is_good(scene, 3));
    lose(scene, TABLE_SIG, EVENTS);
    assert_false(is_good(scene, EVENTS));
    scene_free(scene);
}

static bool is_chained(struct scene *scene, uint64_t seq)
{
    bool is = false;
    assert_int_equal(
        damage_is_chained(scene->txn, &scene->journal.popup, &scene->device.head, seq, &is), 0);
    return is;
}

TEST(damage, an_event_is_chained_to_the_one_before_it_when_both_are_here)
{
    struct scene *scene = scene_new();
    for (uint64_t seq = 1; seq <= EVENTS; seq++) {
        assert_true(is_chained(scene, seq));
    }
    assert_false(is_chained(scene, EVENTS + 1));
    lose(scene, TABLE_LOG, 2);
    assert_false(is_chained(scene, 2));
    assert_false(is_chained(scene, 3));
    assert_true(is_chained(scene, 4));
    scene_free(scene);
}

TEST(damage, a_run_behind_an_event_that_is_lost_is_wrong_from_its_first_on)
{
    struct scene *scene = scene_new();
    uint64_t seq = 99;
    assert_int_equal(run_read(scene->txn, scene->device.head.log, 3, RUN_BYTES_MAX, &scene->run),
                     0);
    assert_int_equal(
        damage_of_run(scene->txn, &scene->journal.popup, &scene->device.head, &scene->run, &seq),
        0);
    assert_int_equal(seq, 0);
    lose(scene, TABLE_LOG, 2);
    assert_int_equal(
        damage_of_run(scene->txn, &scene->journal.popup, &scene->device.head, &scene->run, &seq),
        0);
    assert_int_equal(seq, 3);
    scene_free(scene);
}

/* --- the list --- */

TEST(damage, of_another_log_is_not_within_this_one)
{
    struct scene *scene = scene_new();
    bool is = false;
    assert_int_equal(damage_mark(scene->txn, 8, 5, &is), 0);
    assert_int_equal(damage_within(scene->txn, 7, 1, SEQ_MAX, &is), 0);
    assert_false(is);
    assert_int_equal(damage_within(scene->txn, 8, 1, 4, &is), 0);
    assert_false(is);
    assert_int_equal(damage_within(scene->txn, 8, 1, 5, &is), 0);
    assert_true(is);
    scene_free(scene);
}

TEST(damage, ends_where_other_things_are_noted)
{
    static const uint8_t longer[17] = "bad", other[16] = "baf";
    struct scene *scene = scene_new();
    uint64_t log = 0, seq = 0;
    assert_int_equal(
        store_put(scene->txn, TABLE_LOCAL, bytes_of(other, sizeof other), bytes_of("", 0)), 0);
    assert_int_equal(damage_next(scene->txn, 0, 0, &log, &seq), ERR_NOT_FOUND);
    assert_int_equal(
        store_put(scene->txn, TABLE_LOCAL, bytes_of(longer, sizeof longer), bytes_of("", 0)), 0);
    assert_int_equal(damage_next(scene->txn, 0, 0, &log, &seq), ERR_NOT_FOUND);
    scene_free(scene);
}

TEST(damage, is_cleared_once_and_a_disk_that_fails_in_it_is_told)
{
    struct scene *scene = scene_new();
    bool is_new = false;
    assert_int_equal(damage_mark(scene->txn, 8, 5, &is_new), 0);
    assert_true(is_new);
    assert_int_equal(damage_clear(scene->txn, 8, 5), 0);
    assert_int_equal(damage_clear(scene->txn, 8, 5), 0);
    store_memory_fail(scene->store, MEMORY_DEL, 1, ERR_IO);
    assert_int_equal(damage_clear(scene->txn, 8, 5), ERR_IO);
    scene_free(scene);
}
