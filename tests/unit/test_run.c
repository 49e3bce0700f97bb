#include "sync/log/run.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/check_trap.h"
#include "tests/lib/journal.h"
#include "tests/lib/prng.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

/* A device with its log in a store of its own, and an empty store of a peer. */
struct scene {
    struct journal journal;
    struct journal_device device;
    struct store_memory *store;
    struct store_memory *peer;
    struct run run;
};

static struct scene *scene_new(void)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    journal_init(&scene->journal);
    journal_device_init(&scene->device, &scene->journal, 3, ROLE_COUNTER, NULL);
    scene->store = store_memory_new();
    scene->peer = store_memory_new();
    struct store_txn *txn = store_memory_begin(scene->store, true);
    journal_open(txn, &scene->journal, &scene->device);
    assert_int_equal(store_memory_commit(txn), 0);
    return scene;
}

static void scene_free(struct scene *scene)
{
    store_memory_free(scene->store);
    store_memory_free(scene->peer);
    free(scene);
}

static struct log_head head_empty(const struct scene *scene)
{
    struct log_head head;
    log_head_init(&head, &scene->journal.popup, &scene->device.head.key, scene->device.id, 1);
    return head;
}

/* One run of @count events, each of a body of @size bytes. */
static void write_run(struct scene *scene, uint32_t count, size_t size)
{
    static uint8_t zeros[EVENT_BYTES_MAX];
    uint8_t body_data[EVENT_BYTES_MAX];
    uint8_t buffer[EVENT_BYTES_MAX];
    struct writer body;
    const struct entity_id entity = entity_id_derive(KIND_ORDER, scene->device.head.seq);
    struct store_txn *txn = store_memory_begin(scene->store, true);
    writer_init(&body, body_data, sizeof body_data);
    write_array(&body, 1);
    write_bin(&body, zeros, size);
    for (uint32_t i = 0; i < count; i++) {
        const struct bytes event =
            journal_event(buffer, EVENT_LINE_ADD, &entity, bytes_of(body_data, body.size));
        assert_int_equal(log_append(txn, &scene->device.head, event), 0);
    }
    assert_int_equal(
        log_sign(txn, &scene->device.head, &scene->journal.popup, &scene->device.log_secret), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

/* Pull from the store into the peer as two nodes would; the number of messages. */
static uint32_t pull(struct scene *scene, struct log_head *head, size_t bytes_max)
{
    uint32_t messages = 0;
    for (;;) {
        struct store_txn *from = store_memory_begin(scene->store, false);
        struct store_txn *to = store_memory_begin(scene->peer, true);
        int err = run_read(from, head->log, head->seq + 1, bytes_max, &scene->run);
        struct log_head next;
        if (err == 0) {
            err = run_verify(&scene->run, &scene->journal.popup, head, &next);
            assert_int_equal(err, 0);
            assert_int_equal(run_store(to, &scene->run, &next), 0);
            *head = next;
            messages++;
        }
        assert_int_equal(store_memory_commit(to), 0);
        store_memory_abort(from);
        if (err != 0) {
            assert_int_equal(err, ERR_NOT_FOUND);
            return messages;
        }
    }
}

static bool same_table(const struct scene *scene, enum store_table table)
{
    const struct hash a = store_memory_digest(scene->store, table);
    const struct hash b = store_memory_digest(scene->peer, table);
    return hash_equal(&a, &b);
}

static int verify_store(const struct scene *scene, struct store_memory *store,
                        struct log_report *ret_report)
{
    struct log_head head;
    struct store_txn *txn = store_memory_begin(store, false);
    int err = log_head_get(txn, scene->device.head.log, &head);
    if (err == 0) {
        err = log_verify(txn, &scene->journal.popup, &head, ret_report);
    }
    store_memory_abort(txn);
    return err;
}

TEST(run, a_written_log_verifies)
{
    struct scene *scene = scene_new();
    struct log_report report;
    write_run(scene, 3, 10);
    write_run(scene, 1, 10);
    assert_int_equal(verify_store(scene, scene->store, &report), 0);
    assert_int_equal(report.events, 5);
    assert_int_equal(report.signatures, 3);
    assert_null(report.problem);
    scene_free(scene);
}

TEST(run, a_pulled_log_is_the_same_log)
{
    struct scene *scene = scene_new();
    struct log_report report;
    struct log_head head = head_empty(scene);
    for (uint32_t i = 1; i < 40; i++) {
        write_run(scene, i, 50);
    }
    assert_true(pull(scene, &head, RUN_BYTES_MAX) > 1);
    assert_memory_equal(&head.hash, &scene->device.head.hash, sizeof head.hash);
    assert_true(head.bytes == scene->device.head.bytes);
    assert_true(same_table(scene, TABLE_LOG));
    assert_true(same_table(scene, TABLE_ENTITY));
    assert_true(same_table(scene, TABLE_HEAD));
    assert_true(store_memory_count(scene->peer, TABLE_SIG) <
                store_memory_count(scene->store, TABLE_SIG));
    assert_int_equal(verify_store(scene, scene->peer, &report), 0);
    scene_free(scene);
}

/* A store that holds its caller to the promise of store_append(). */
static const struct store_ops *lenient;
static unsigned appended;

static int put_strict(struct store_txn *txn, enum store_table table, struct bytes key,
                      struct bytes value, bool append)
{
    if (append) {
        struct store_cursor cursor;
        struct bytes found;
        struct bytes ignored;
        assert_int_equal(store_cursor_open(txn, table, &cursor), 0);
        assert_int_equal(store_cursor_seek(&cursor, key, &found, &ignored), ERR_NOT_FOUND);
        store_cursor_close(&cursor);
        appended++;
    }
    return lenient->put(txn, table, key, value, append);
}

TEST(run, storing_appends_only_to_the_table_s_end)
{
    struct store_memory *peer = store_memory_new();
    struct store_txn *to = store_memory_begin(peer, true);
    struct store_ops strict = *to->ops;
    lenient = to->ops;
    strict.put = put_strict;
    to->ops = &strict;
    appended = 0;
    for (uint32_t number = 3; number < 7; number++) { /* logs of higher and of lower id */
        struct scene *scene = scene_new();
        struct log_head next;
        journal_device_init(&scene->device, &scene->journal, number, ROLE_COUNTER, NULL);
        struct store_txn *txn = store_memory_begin(scene->store, true);
        journal_open(txn, &scene->journal, &scene->device);
        assert_int_equal(store_memory_commit(txn), 0);
        write_run(scene, 20, 5);
        const struct log_head head = head_empty(scene);
        txn = store_memory_begin(scene->store, false);
        assert_int_equal(run_read(txn, head.log, 1, RUN_BYTES_MAX, &scene->run), 0);
        assert_int_equal(run_verify(&scene->run, &scene->journal.popup, &head, &next), 0);
        assert_int_equal(run_store(to, &scene->run, &next), 0);
        store_memory_abort(txn);
        scene_free(scene);
    }
    assert_true(appended > 0 && appended < 4 * 21);
    to->ops = lenient;
    store_memory_abort(to);
    store_memory_free(peer);
}

TEST(run, reading_stops_at_a_signature_within_the_bytes_and_gives_at_least_one_run)
{
    struct scene *scene = scene_new();
    struct store_txn *txn;
    const uint64_t log = scene->device.head.log;
    write_run(scene, 10, 100); /* 2..11 */
    write_run(scene, 10, 100); /* 12..21 */
    txn = store_memory_begin(scene->store, false);
    assert_int_equal(run_read(txn, log, 2, 0, &scene->run), 0);
    assert_int_equal(run_last_seq(&scene->run), 11);
    assert_int_equal(run_read(txn, log, 2, 2000, &scene->run), 0);
    assert_int_equal(run_last_seq(&scene->run), 11);
    assert_int_equal(run_read(txn, log, 5, 1000000, &scene->run), 0);
    assert_int_equal(scene->run.first_seq, 5);
    assert_int_equal(run_last_seq(&scene->run), 21);
    assert_int_equal(run_read(txn, log, 22, 1000000, &scene->run), ERR_NOT_FOUND);
    assert_int_equal(run_read(txn, log + 1, 1, 1000000, &scene->run), ERR_NOT_FOUND);
    store_memory_abort(txn);
    scene_free(scene);
}

TEST(run, of_the_most_and_of_the_largest_events_can_be_sent)
{
    struct scene *scene = scene_new();
    struct log_head head = head_empty(scene);
    write_run(scene, RUN_EVENTS_MAX, 0);
    write_run(scene, 2, 15000);
    write_run(scene, 3, 15000);
    write_run(scene, 1, 1);
    assert_true(pull(scene, &head, RUN_BYTES_MAX) >= 3);
    assert_true(head.seq == scene->device.head.seq);
    assert_true(same_table(scene, TABLE_LOG));
    scene_free(scene);
}

TEST(run, that_is_full_must_be_signed_first)
{
    struct scene *scene = scene_new();
    uint8_t buffer[EVENT_BYTES_MAX];
    static const uint8_t empty_array[] = {0x90};
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    const struct bytes event =
        journal_event(buffer, EVENT_LINE_ADD, &entity, bytes_of(empty_array, 1));
    struct store_txn *txn = store_memory_begin(scene->store, true);
    struct log_head *head = &scene->device.head;
    for (int i = 0; i < RUN_EVENTS_MAX; i++) {
        assert_int_equal(log_append(txn, head, event), 0);
    }
    assert_int_equal(log_append(txn, head, event), ERR_LIMIT);
    assert_int_equal(log_sign(txn, head, &scene->journal.popup, &scene->device.log_secret), 0);
    assert_int_equal(log_append(txn, head, event), 0);
    store_memory_abort(txn);
    scene_free(scene);
}

TEST(run, signing_without_new_events_writes_nothing)
{
    struct scene *scene = scene_new();
    const uint64_t puts = store_memory_calls(scene->store, MEMORY_PUT);
    write_run(scene, 0, 0);
    assert_true(store_memory_calls(scene->store, MEMORY_PUT) == puts);
    scene_free(scene);
}

TEST(run, begins_a_log_with_log_open)
{
    struct scene *scene = scene_new();
    uint8_t buffer[EVENT_BYTES_MAX];
    static const uint8_t empty_array[] = {0x90};
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    const struct bytes event =
        journal_event(buffer, EVENT_LINE_ADD, &entity, bytes_of(empty_array, 1));
    struct store_txn *txn = store_memory_begin(scene->peer, true);
    struct log_head head = head_empty(scene);
    struct log_head next;
    assert_int_equal(log_append(txn, &head, event), ERR_MALFORMED);
    scene->run = (struct run){.log = head.log, .first_seq = 1, .count = 1};
    scene->run.events[0].bytes = event;
    assert_int_equal(run_verify(&scene->run, &scene->journal.popup, &head, &next), ERR_MALFORMED);
    store_memory_abort(txn);
    scene_free(scene);
}

/* The whole log as one run in memory of its own: 1 + 4 events. */
struct copied_run {
    uint8_t data[8192];
    size_t size;
};

static void read_copy(struct scene *scene, struct copied_run *copy)
{
    struct store_txn *txn = store_memory_begin(scene->store, false);
    assert_int_equal(run_read(txn, scene->device.head.log, 1, RUN_BYTES_MAX, &scene->run), 0);
    copy->size = 0;
    for (uint32_t i = 0; i < scene->run.count; i++) {
        struct bytes *bytes = &scene->run.events[i].bytes;
        memcpy(copy->data + copy->size, bytes->data, bytes->size);
        *bytes = bytes_of(copy->data + copy->size, bytes->size);
        copy->size += bytes->size;
    }
    store_memory_abort(txn);
}

static int verify_run(struct scene *scene, const struct log_head *head)
{
    struct log_head next;
    return run_verify(&scene->run, &scene->journal.popup, head, &next);
}

TEST(run, with_any_bit_changed_is_refused)
{
    static struct copied_run copy;
    struct scene *scene = scene_new();
    const struct log_head head = head_empty(scene);
    write_run(scene, 4, 5);
    read_copy(scene, &copy);
    assert_int_equal(verify_run(scene, &head), 0);
    for (size_t bit = 0; bit < copy.size * 8; bit++) {
        copy.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(verify_run(scene, &head), 0);
        copy.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < SIGNATURE_BYTES * 8; bit++) {
        scene->run.signature.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(verify_run(scene, &head), ERR_BAD_SIGNATURE);
        scene->run.signature.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    scene_free(scene);
}

TEST(run, with_an_event_dropped_doubled_or_moved_is_refused)
{
    static struct copied_run copy;
    struct scene *scene = scene_new();
    const struct log_head head = head_empty(scene);
    write_run(scene, 2, 5);
    write_run(scene, 2, 6);
    read_copy(scene, &copy);
    const struct run whole = scene->run;
    scene->run.count--;
    assert_int_equal(verify_run(scene, &head), ERR_BAD_SIGNATURE);
    scene->run = whole;
    scene->run.events[2].bytes = whole.events[1].bytes;
    scene->run.events[3].bytes = whole.events[1].bytes;
    assert_int_equal(verify_run(scene, &head), ERR_BAD_SIGNATURE);
    scene->run = whole;
    scene->run.events[2].bytes = whole.events[3].bytes;
    scene->run.events[3].bytes = whole.events[2].bytes;
    assert_int_equal(verify_run(scene, &head), ERR_BAD_SIGNATURE);
    scene_free(scene);
}

TEST(run, beyond_our_head_is_a_gap)
{
    struct scene *scene = scene_new();
    const struct log_head head = head_empty(scene);
    write_run(scene, 2, 5);
    struct store_txn *txn = store_memory_begin(scene->store, false);
    assert_int_equal(run_read(txn, head.log, 2, RUN_BYTES_MAX, &scene->run), 0);
    assert_int_equal(verify_run(scene, &head), ERR_GAP);
    store_memory_abort(txn);
    scene_free(scene);
}

TEST(run, that_overlaps_what_we_have_continues_it)
{
    struct scene *scene = scene_new();
    struct log_head head = head_empty(scene);
    struct log_head next;
    pull(scene, &head, RUN_BYTES_MAX);
    write_run(scene, 3, 5);
    struct store_txn *txn = store_memory_begin(scene->store, false);
    assert_int_equal(run_read(txn, head.log, 1, RUN_BYTES_MAX, &scene->run), 0);
    assert_int_equal(run_verify(&scene->run, &scene->journal.popup, &head, &next), 0);
    assert_int_equal(scene->run.first_seq, 2);
    assert_int_equal(scene->run.count, 3);
    assert_true(next.seq == 4 && next.bytes == scene->device.head.bytes);
    assert_int_equal(run_verify(&scene->run, &scene->journal.popup, &next, &next), ERR_EXISTS);
    store_memory_abort(txn);
    scene_free(scene);
}

TEST(run, out_of_its_limits_is_refused)
{
    static uint8_t zeros[RUN_BYTES_MAX];
    struct scene *scene = scene_new();
    struct log_head head = head_empty(scene);
    scene->run = (struct run){.log = head.log, .first_seq = 1, .count = 0};
    assert_int_equal(verify_run(scene, &head), ERR_MALFORMED);
    scene->run.count = RUN_EVENTS_MAX + 1;
    assert_int_equal(verify_run(scene, &head), ERR_TOO_MANY);
    scene->run.count = 4;
    for (int i = 0; i < 4; i++) {
        scene->run.events[i].bytes = bytes_of(zeros, RUN_BYTES_MAX / 4 + 1);
    }
    assert_int_equal(verify_run(scene, &head), ERR_TOO_LARGE);
    scene->run.first_seq = 0;
    assert_int_equal(verify_run(scene, &head), ERR_MALFORMED);
    scene->run.first_seq = UINT64_MAX;
    assert_int_equal(verify_run(scene, &head), ERR_MALFORMED);
    scene->run.first_seq = 1;
    scene->run.log++;
    scene->run.events[0].bytes.size = 1;
    assert_int_equal(verify_run(scene, &head), ERR_MISMATCH);
    scene_free(scene);
}

TEST(run, of_another_branch_verifies_only_from_where_it_forked)
{
    struct scene *scene = scene_new();
    struct log_head ours = head_empty(scene);
    struct log_head at;
    write_run(scene, 2, 5); /* 2, 3 */
    pull(scene, &ours, RUN_BYTES_MAX);
    const struct journal_device before = scene->device;
    write_run(scene, 1, 6); /* 4 of the one branch, which we pull */
    pull(scene, &ours, RUN_BYTES_MAX);
    store_memory_free(scene->store);
    scene->store = store_memory_new(); /* a restored copy of the disk writes on */
    scene->device.head = before.head;
    write_run(scene, 2, 7); /* 4, 5 of the other */
    struct store_txn *txn = store_memory_begin(scene->store, false);
    struct store_txn *own = store_memory_begin(scene->peer, false);
    assert_int_equal(run_read(txn, ours.log, 4, RUN_BYTES_MAX, &scene->run), 0);
    assert_int_equal(log_head_at(own, &scene->journal.popup, &ours, 3, &at), 0);
    assert_int_equal(verify_run(scene, &at), 0);
    assert_int_equal(verify_run(scene, &ours), ERR_BAD_SIGNATURE);
    assert_int_equal(log_head_at(own, &scene->journal.popup, &ours, 0, &at), 0);
    const struct log_head empty = head_empty(scene);
    assert_memory_equal(&at.hash, &empty.hash, sizeof at.hash);
    store_memory_abort(own);
    store_memory_abort(txn);
    scene_free(scene);
}

TEST(run, storing_stops_at_the_first_failure_of_the_disk)
{
    struct scene *scene = scene_new();
    struct log_head head = head_empty(scene);
    struct log_head next;
    write_run(scene, 20, 5);
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
    assert_true(same_table(scene, TABLE_LOG));
    scene_free(scene);
}

TEST(run, appending_that_fails_leaves_the_head_as_it_was)
{
    struct scene *scene = scene_new();
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
    scene_free(scene);
}

TEST(run, heads_come_in_order_of_their_logs)
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

TEST(run, an_unsigned_head_is_never_written)
{
    struct scene *scene = scene_new();
    struct store_txn *txn = store_memory_begin(scene->store, true);
    scene->device.head.seq++;
    expect_failed_check(log_head_put(txn, &scene->device.head));
    store_memory_abort(txn);
    scene_free(scene);
}

/* What `trestle verify` must see: one row of the store damaged or gone. */
enum damage { DAMAGE_DELETE, DAMAGE_FLIP, DAMAGE_MOVE };

static int verify_damaged(struct scene *scene, enum store_table table, struct key key,
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
    const int err = verify_store(scene, store, ret_report);
    store_memory_free(store);
    return err;
}

TEST(run, verification_finds_every_damaged_row)
{
    struct scene *scene = scene_new();
    struct log_report report;
    const uint64_t log = scene->device.head.log;
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    write_run(scene, 3, 10);
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
    scene_free(scene);
}

TEST(run, verification_finds_another_pop_up_s_log)
{
    struct scene *scene = scene_new();
    struct log_report report;
    scene->journal.popup.bytes[0] ^= 1;
    assert_int_equal(verify_store(scene, scene->store, &report), ERR_BAD_CHAIN);
    assert_string_equal(report.problem, "the event is not the one that was chained here");
    scene_free(scene);
}

TEST(run, a_damaged_store_is_not_read_out)
{
    struct scene *scene = scene_new();
    write_run(scene, 3, 10);
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
    scene_free(scene);
}
