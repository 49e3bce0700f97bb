/* test_log_damage.c - logs on disks that fail, and in stores that are damaged. */
#include <string.h>

#include "tests/lib/check_trap.h"
#include "tests/lib/log_scene.h"
#include "tests/lib/test.h"

TEST(log_damage, storing_stops_at_the_first_failure_of_the_disk)
{
    struct log_scene *scene = log_scene_new();
    struct log_head head = log_scene_head(scene);
    struct log_head next;
    log_scene_write(scene, 20, 5);
    struct store_txn *from = store_memory_begin(scene->store, false);
    assert_int_equal(run_read(from, head.log, 1, RUN_BYTES_MAX, &scene->run), 0);
    assert_int_equal(run_verify(&scene->run, &scene->journal.popup, &head, &next), 0);
    const unsigned puts = 2 * 21 + 2;
    for (unsigned nth = 1; nth <= puts; nth++) {
        struct store_txn *to = store_memory_begin(scene->peer, true);
        store_memory_fail(scene->peer, MEMORY_PUT, nth, ERR_FULL);
        assert_int_equal(run_store(to, &scene->run, &next), ERR_FULL);
        store_memory_abort(to);
    }
    struct store_txn *to = store_memory_begin(scene->peer, true);
    assert_int_equal(run_store(to, &scene->run, &next), 0);
    assert_int_equal(store_memory_commit(to), 0);
    store_memory_abort(from);
    assert_true(log_scene_is_same(scene, TABLE_LOG));
    log_scene_free(scene);
}

TEST(log_damage, mending_stops_at_the_first_failure_of_the_disk)
{
    enum { EVENTS = 3 };
    struct log_scene *scene = log_scene_new();
    log_scene_write(scene, EVENTS, 5);
    struct store_txn *txn = store_memory_begin(scene->store, false);
    assert_int_equal(run_read(txn, scene->device.head.log, 2, RUN_BYTES_MAX, &scene->run), 0);
    for (uint32_t i = 0; i < EVENTS; i++) {
        scene->run.events[i].entity = entity_id_derive(KIND_ORDER, 1);
    }
    for (unsigned nth = 1; nth <= 2 * EVENTS + 1; nth++) {
        struct store_txn *to = store_memory_begin(scene->peer, true);
        store_memory_fail(scene->peer, MEMORY_PUT, nth, ERR_FULL);
        assert_int_equal(run_mend(to, &scene->run, EVENTS), ERR_FULL);
        store_memory_abort(to);
    }
    store_memory_abort(txn);
    log_scene_free(scene);
}

TEST(log_damage, appending_that_fails_leaves_the_head_as_it_was)
{
    struct log_scene *scene = log_scene_new();
    uint8_t buffer[EVENT_BYTES_MAX];
    static const uint8_t empty_array[] = {0x90};
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    const struct bytes event =
        journal_event(buffer, EVENT_LINE_ADD, &entity, bytes_of(empty_array, 1));
    const struct log_head before = scene->device.head;
    for (unsigned nth = 1; nth <= 4; nth++) {
        struct store_txn *txn = store_memory_begin(scene->store, true);
        store_memory_fail(scene->store, MEMORY_PUT, nth, ERR_IO);
        int err = log_append(txn, &scene->device.head, event);
        if (nth <= 2) {
            assert_int_equal(err, ERR_IO);
            assert_true(scene->device.head.seq == before.seq);
        } else {
            assert_int_equal(err, 0);
            err = log_sign(txn, &scene->device.head, &scene->journal.popup,
                           &scene->device.log_secret);
            assert_int_equal(err, ERR_IO);
            assert_true(scene->device.head.signed_seq == before.seq);
        }
        scene->device.head = before;
        store_memory_abort(txn);
    }
    log_scene_free(scene);
}

TEST(log_damage, heads_come_in_order_of_their_logs)
{
    struct journal journal;
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    struct store_cursor cursor;
    struct log_head head;
    uint64_t last = 0;
    journal_init(&journal);
    for (uint32_t i = 0; i < 10; i++) {
        struct journal_device device;
        journal_device_init(&device, &journal, i, ROLE_COUNTER, NULL);
        journal_open(txn, &journal, &device);
        assert_int_equal(log_head_get(txn, device.head.log, &head), 0);
        assert_true(head.seq == 1 && head.device == device.id && head.incarnation == 1);
        assert_memory_equal(&head.key, &device.head.key, sizeof head.key);
        assert_true(log_head_operation(&head).seq == 1);
    }
    assert_int_equal(store_cursor_open(txn, TABLE_HEAD, &cursor), 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(log_head_next(&cursor, &head), 0);
        assert_true(head.log > last);
        last = head.log;
    }
    assert_int_equal(log_head_next(&cursor, &head), ERR_NOT_FOUND);
    store_cursor_close(&cursor);
    store_memory_abort(txn);
    store_memory_free(store);
}

TEST(log_damage, an_unsigned_head_is_never_written)
{
    struct log_scene *scene = log_scene_new();
    struct store_txn *txn = store_memory_begin(scene->store, true);
    scene->device.head.seq++;
    expect_failed_check(log_head_put(txn, &scene->device.head));
    store_memory_abort(txn);
    log_scene_free(scene);
}

/* What `trestle verify` must see: one row of the store damaged or gone. */
enum damage { DAMAGE_DELETE, DAMAGE_FLIP, DAMAGE_MOVE };

static int verify_damaged(struct log_scene *scene, enum store_table table, struct key key,
                          enum damage damage, struct log_report *ret_report)
{
    struct store_memory *store = store_memory_clone(scene->store);
    struct store_txn *txn = store_memory_begin(store, true);
    uint8_t copy[4096];
    struct bytes value;
    assert_int_equal(store_get(txn, table, key_bytes(&key), &value), 0);
    assert_true(value.size <= sizeof copy);
    if (value.size > 0) {
        memcpy(copy, value.data, value.size);
        copy[value.size - 1] ^= damage == DAMAGE_FLIP ? 1 : 0;
    }
    const size_t size = value.size;
    assert_int_equal(store_del(txn, table, key_bytes(&key)), 0);
    if (damage == DAMAGE_MOVE) {
        key.data[key.size - 1] ^= 0x40;
    }
    if (damage != DAMAGE_DELETE) {
        assert_int_equal(store_put(txn, table, key_bytes(&key), bytes_of(copy, size)), 0);
    }
    assert_int_equal(store_memory_commit(txn), 0);
    const int err = log_scene_verify(scene, store, ret_report);
    store_memory_free(store);
    return err;
}

TEST(log_damage, verification_finds_every_damaged_row)
{
    struct log_scene *scene = log_scene_new();
    struct log_report report;
    const uint64_t log = scene->device.head.log;
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    log_scene_write(scene, 3, 10);
    for (uint64_t seq = 1; seq <= 4; seq++) {
        const struct key key = key_event(log, seq);
        assert_int_equal(verify_damaged(scene, TABLE_LOG, key, DAMAGE_DELETE, &report), ERR_GAP);
        assert_non_null(report.problem);
        assert_int_not_equal(verify_damaged(scene, TABLE_LOG, key, DAMAGE_FLIP, &report), 0);
        assert_int_not_equal(verify_damaged(scene, TABLE_LOG, key, DAMAGE_MOVE, &report), 0);
    }
    const struct key signature = key_event(log, 4);
    assert_int_equal(verify_damaged(scene, TABLE_SIG, signature, DAMAGE_DELETE, &report),
                     ERR_BAD_SIGNATURE);
    assert_int_equal(verify_damaged(scene, TABLE_SIG, signature, DAMAGE_FLIP, &report),
                     ERR_BAD_SIGNATURE);
    assert_true(report.seq == 4);
    assert_int_not_equal(verify_damaged(scene, TABLE_SIG, key_event(log, 1), DAMAGE_MOVE, &report),
                         0);
    assert_int_not_equal(verify_damaged(scene, TABLE_HEAD, key_head(log), DAMAGE_FLIP, &report), 0);
    assert_int_equal(verify_damaged(scene, TABLE_ENTITY, key_entity_event(&entity, log, 3),
                                    DAMAGE_DELETE, &report),
                     ERR_MALFORMED);
    assert_true(report.seq == 3);
    log_scene_free(scene);
}

TEST(log_damage, verification_finds_another_pop_up_s_log)
{
    struct log_scene *scene = log_scene_new();
    struct log_report report;
    scene->journal.popup.bytes[0] ^= 1;
    assert_int_equal(log_scene_verify(scene, scene->store, &report), ERR_BAD_CHAIN);
    assert_string_equal(report.problem, "the event is not the one that was chained here");
    log_scene_free(scene);
}

TEST(log_damage, a_damaged_store_is_not_read_out)
{
    struct log_scene *scene = log_scene_new();
    log_scene_write(scene, 3, 10);
    struct store_txn *txn = store_memory_begin(scene->store, true);
    const struct key signature = key_event(scene->device.head.log, 4);
    const struct key event = key_event(scene->device.head.log, 3);
    struct run *run = &scene->run;
    assert_int_equal(store_del(txn, TABLE_SIG, key_bytes(&signature)), 0);
    assert_int_equal(run_read(txn, scene->device.head.log, 2, RUN_BYTES_MAX, run), ERR_MALFORMED);
    assert_int_equal(store_del(txn, TABLE_LOG, key_bytes(&event)), 0);
    assert_int_equal(run_read(txn, scene->device.head.log, 2, RUN_BYTES_MAX, run), ERR_MALFORMED);
    assert_int_equal(run_read(txn, scene->device.head.log, 3, RUN_BYTES_MAX, run), ERR_MALFORMED);
    store_memory_abort(txn);
    log_scene_free(scene);
}

TEST(log_damage, of_more_events_than_one_signature_covers_is_not_read_out)
{
    struct log_scene *scene = log_scene_new();
    log_scene_write(scene, RUN_EVENTS_MAX, 1);
    log_scene_write(scene, 1, 1);
    struct store_txn *txn = store_memory_begin(scene->store, true);
    const struct key signature = key_event(scene->device.head.log, 1 + RUN_EVENTS_MAX);
    assert_int_equal(store_del(txn, TABLE_SIG, key_bytes(&signature)), 0);
    assert_int_equal(run_read(txn, scene->device.head.log, 2, RUN_BYTES_MAX, &scene->run),
                     ERR_MALFORMED);
    store_memory_abort(txn);
    log_scene_free(scene);
}

TEST(log_damage, a_head_under_a_key_that_names_no_log_is_damage)
{
    static const uint8_t key[] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
    struct log_scene *scene = log_scene_new();
    struct store_txn *txn = store_memory_begin(scene->store, true);
    struct store_cursor cursor;
    struct log_head head;
    assert_int_equal(store_put(txn, TABLE_HEAD, bytes_of(key, sizeof key), bytes_of("x", 1)), 0);
    assert_int_equal(store_cursor_open(txn, TABLE_HEAD, &cursor), 0);
    assert_int_equal(log_head_next(&cursor, &head), ERR_MALFORMED);
    store_cursor_close(&cursor);
    store_memory_abort(txn);
    log_scene_free(scene);
}
