/* test_run.c - runs of a log: written, signed, sent, and refused where anything of them is wrong.
 */
#include <string.h>

#include "tests/lib/log_scene.h"
#include "tests/lib/test.h"

TEST(run, a_written_log_verifies)
{
    struct log_scene *scene = log_scene_new();
    struct log_report report;
    log_scene_write(scene, 3, 10);
    log_scene_write(scene, 1, 10);
    assert_int_equal(log_scene_verify(scene, scene->store, &report), 0);
    assert_int_equal(report.events, 5);
    assert_int_equal(report.signatures, 3);
    assert_null(report.problem);
    log_scene_free(scene);
}

TEST(run, a_pulled_log_is_the_same_log)
{
    struct log_scene *scene = log_scene_new();
    struct log_report report;
    struct log_head head = log_scene_head(scene);
    for (uint32_t i = 1; i < 40; i++) {
        log_scene_write(scene, i, 50);
    }
    assert_true(log_scene_pull(scene, &head, RUN_BYTES_MAX) > 1);
    assert_memory_equal(&head.hash, &scene->device.head.hash, sizeof head.hash);
    assert_true(head.bytes == scene->device.head.bytes);
    assert_true(log_scene_is_same(scene, TABLE_LOG));
    assert_true(log_scene_is_same(scene, TABLE_ENTITY));
    assert_true(log_scene_is_same(scene, TABLE_HEAD));
    assert_true(store_memory_count(scene->peer, TABLE_SIG) <
                store_memory_count(scene->store, TABLE_SIG));
    assert_int_equal(log_scene_verify(scene, scene->peer, &report), 0);
    log_scene_free(scene);
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
        struct log_scene *scene = log_scene_new();
        struct log_head next;
        journal_device_init(&scene->device, &scene->journal, number, ROLE_COUNTER, NULL);
        struct store_txn *txn = store_memory_begin(scene->store, true);
        journal_open(txn, &scene->journal, &scene->device);
        assert_int_equal(store_memory_commit(txn), 0);
        log_scene_write(scene, 20, 5);
        const struct log_head head = log_scene_head(scene);
        txn = store_memory_begin(scene->store, false);
        assert_int_equal(run_read(txn, head.log, 1, RUN_BYTES_MAX, &scene->run), 0);
        assert_int_equal(run_verify(&scene->run, &scene->journal.popup, &head, &next), 0);
        assert_int_equal(run_store(to, &scene->run, &next), 0);
        store_memory_abort(txn);
        log_scene_free(scene);
    }
    assert_true(appended > 0 && appended < 4 * 21);
    to->ops = lenient;
    store_memory_abort(to);
    store_memory_free(peer);
}

TEST(run, reading_stops_at_a_signature_within_the_bytes_and_gives_at_least_one_run)
{
    struct log_scene *scene = log_scene_new();
    struct store_txn *txn;
    const uint64_t log = scene->device.head.log;
    log_scene_write(scene, 10, 100); /* 2..11 */
    log_scene_write(scene, 10, 100); /* 12..21 */
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
    log_scene_free(scene);
}

TEST(run, of_the_most_and_of_the_largest_events_can_be_sent)
{
    struct log_scene *scene = log_scene_new();
    struct log_head head = log_scene_head(scene);
    log_scene_write(scene, RUN_EVENTS_MAX, 0);
    log_scene_write(scene, 2, 15000);
    log_scene_write(scene, 3, 15000);
    log_scene_write(scene, 1, 1);
    assert_true(log_scene_pull(scene, &head, RUN_BYTES_MAX) >= 3);
    assert_true(head.seq == scene->device.head.seq);
    assert_true(log_scene_is_same(scene, TABLE_LOG));
    log_scene_free(scene);
}

TEST(run, that_is_full_must_be_signed_first)
{
    struct log_scene *scene = log_scene_new();
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
    log_scene_free(scene);
}

TEST(run, that_is_full_of_bytes_must_be_signed_first)
{
    enum { BODY_BYTES = 15000 };
    struct log_scene *scene = log_scene_new();
    static uint8_t body[4 + BODY_BYTES] = {0x91, 0xc5, BODY_BYTES >> 8, BODY_BYTES & 0xff};
    uint8_t buffer[EVENT_BYTES_MAX];
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    const struct bytes event =
        journal_event(buffer, EVENT_LINE_ADD, &entity, bytes_of(body, sizeof body));
    struct store_txn *txn = store_memory_begin(scene->store, true);
    struct log_head *head = &scene->device.head;
    for (size_t size = event.size; size <= RUN_BYTES_MAX; size += event.size) {
        assert_int_equal(log_append(txn, head, event), 0);
    }
    assert_int_equal(log_append(txn, head, event), ERR_LIMIT);
    assert_int_equal(log_sign(txn, head, &scene->journal.popup, &scene->device.log_secret), 0);
    assert_int_equal(log_append(txn, head, event), 0);
    store_memory_abort(txn);
    log_scene_free(scene);
}

/* It is larger than a run otherwise is, and so alone in its own. */
TEST(run, that_carries_the_largest_salvage_is_full)
{
    enum { BODY_BYTES = RUN_BYTES_MAX };
    struct log_scene *scene = log_scene_new();
    static uint8_t body[4 + BODY_BYTES] = {0x91, 0xc5, BODY_BYTES >> 8, BODY_BYTES & 0xff};
    static uint8_t buffer[EVENT_SALVAGE_BYTES_MAX];
    struct event event = {.type = EVENT_SALVAGE,
                          .entity = entity_id_derive(KIND_ROSTER, 0),
                          .body = bytes_of(body, sizeof body)};
    struct bytes large, small;
    struct store_txn *txn = store_memory_begin(scene->store, true);
    assert_int_equal(store_put(txn, TABLE_META, bytes_of_text("popup"),
                               bytes_of(scene->journal.popup.bytes, POPUP_ID_BYTES)),
                     0);
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &large), 0);
    assert_int_equal(log_append(txn, &scene->device.head, large), 0);
    event.type = EVENT_LINE_ADD;
    event.body = bytes_of("\x90", 1);
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &small), 0);
    assert_int_equal(log_append(txn, &scene->device.head, small), ERR_LIMIT);
    store_memory_abort(txn);
    log_scene_free(scene);
}

TEST(run, signing_without_new_events_writes_nothing)
{
    struct log_scene *scene = log_scene_new();
    const uint64_t puts = store_memory_calls(scene->store, MEMORY_PUT);
    log_scene_write(scene, 0, 0);
    assert_true(store_memory_calls(scene->store, MEMORY_PUT) == puts);
    log_scene_free(scene);
}

TEST(run, begins_a_log_with_log_open)
{
    struct log_scene *scene = log_scene_new();
    uint8_t buffer[EVENT_BYTES_MAX];
    static const uint8_t empty_array[] = {0x90};
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    const struct bytes event =
        journal_event(buffer, EVENT_LINE_ADD, &entity, bytes_of(empty_array, 1));
    struct store_txn *txn = store_memory_begin(scene->peer, true);
    struct log_head head = log_scene_head(scene);
    struct log_head next;
    assert_int_equal(log_append(txn, &head, event), ERR_MALFORMED);
    scene->run = (struct run){.log = head.log, .first_seq = 1, .count = 1};
    scene->run.events[0].bytes = event;
    assert_int_equal(run_verify(&scene->run, &scene->journal.popup, &head, &next), ERR_MALFORMED);
    store_memory_abort(txn);
    log_scene_free(scene);
}

/* The whole log as one run in memory of its own: 1 + 4 events. */
struct copied_run {
    uint8_t data[8192];
    size_t size;
};

static void read_copy(struct log_scene *scene, struct copied_run *copy)
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

static int verify_run(struct log_scene *scene, const struct log_head *head)
{
    struct log_head next;
    return run_verify(&scene->run, &scene->journal.popup, head, &next);
}

TEST(run, with_any_bit_changed_is_refused)
{
    static struct copied_run copy;
    struct log_scene *scene = log_scene_new();
    const struct log_head head = log_scene_head(scene);
    log_scene_write(scene, 4, 5);
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
    log_scene_free(scene);
}

TEST(run, with_an_event_dropped_doubled_or_moved_is_refused)
{
    static struct copied_run copy;
    struct log_scene *scene = log_scene_new();
    const struct log_head head = log_scene_head(scene);
    log_scene_write(scene, 2, 5);
    log_scene_write(scene, 2, 6);
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
    log_scene_free(scene);
}

TEST(run, beyond_our_head_is_a_gap)
{
    struct log_scene *scene = log_scene_new();
    const struct log_head head = log_scene_head(scene);
    log_scene_write(scene, 2, 5);
    struct store_txn *txn = store_memory_begin(scene->store, false);
    assert_int_equal(run_read(txn, head.log, 2, RUN_BYTES_MAX, &scene->run), 0);
    assert_int_equal(verify_run(scene, &head), ERR_GAP);
    store_memory_abort(txn);
    log_scene_free(scene);
}

TEST(run, that_overlaps_what_we_have_continues_it)
{
    struct log_scene *scene = log_scene_new();
    struct log_head head = log_scene_head(scene);
    struct log_head next;
    log_scene_pull(scene, &head, RUN_BYTES_MAX);
    log_scene_write(scene, 3, 5);
    struct store_txn *txn = store_memory_begin(scene->store, false);
    assert_int_equal(run_read(txn, head.log, 1, RUN_BYTES_MAX, &scene->run), 0);
    assert_int_equal(run_verify(&scene->run, &scene->journal.popup, &head, &next), 0);
    assert_int_equal(scene->run.first_seq, 2);
    assert_int_equal(scene->run.count, 3);
    assert_true(next.seq == 4 && next.bytes == scene->device.head.bytes);
    assert_int_equal(run_verify(&scene->run, &scene->journal.popup, &next, &next), ERR_EXISTS);
    store_memory_abort(txn);
    log_scene_free(scene);
}

TEST(run, out_of_its_limits_is_refused)
{
    static uint8_t zeros[RUN_BYTES_MAX];
    struct log_scene *scene = log_scene_new();
    struct log_head head = log_scene_head(scene);
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
    log_scene_free(scene);
}

TEST(run, of_another_branch_verifies_only_from_where_it_forked)
{
    struct log_scene *scene = log_scene_new();
    struct log_head ours = log_scene_head(scene);
    struct log_head at;
    log_scene_write(scene, 2, 5); /* 2, 3 */
    log_scene_pull(scene, &ours, RUN_BYTES_MAX);
    const struct journal_device before = scene->device;
    log_scene_write(scene, 1, 6); /* 4 of the one branch, which we pull */
    log_scene_pull(scene, &ours, RUN_BYTES_MAX);
    store_memory_free(scene->store);
    scene->store = store_memory_new(); /* a restored copy of the disk writes on */
    scene->device.head = before.head;
    log_scene_write(scene, 2, 7); /* 4, 5 of the other */
    struct store_txn *txn = store_memory_begin(scene->store, false);
    struct store_txn *own = store_memory_begin(scene->peer, false);
    assert_int_equal(run_read(txn, ours.log, 4, RUN_BYTES_MAX, &scene->run), 0);
    assert_int_equal(log_head_at(own, &scene->journal.popup, &ours, 3, &at), 0);
    assert_int_equal(verify_run(scene, &at), 0);
    assert_int_equal(verify_run(scene, &ours), ERR_BAD_SIGNATURE);
    assert_int_equal(log_head_at(own, &scene->journal.popup, &ours, 0, &at), 0);
    const struct log_head empty = log_scene_head(scene);
    assert_memory_equal(&at.hash, &empty.hash, sizeof at.hash);
    store_memory_abort(own);
    store_memory_abort(txn);
    log_scene_free(scene);
}
