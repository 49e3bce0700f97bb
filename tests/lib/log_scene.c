#include "tests/lib/log_scene.h"

#include <stdlib.h>

#include "tests/lib/test.h"

struct log_scene *log_scene_new(void)
{
    struct log_scene *scene = calloc(1, sizeof *scene);
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

void log_scene_free(struct log_scene *scene)
{
    store_memory_free(scene->store);
    store_memory_free(scene->peer);
    free(scene);
}

struct log_head log_scene_head(const struct log_scene *scene)
{
    struct log_head head;
    log_head_init(&head, &scene->journal.popup, &scene->device.head.key, scene->device.id, 1);
    return head;
}

void log_scene_write(struct log_scene *scene, uint32_t count, size_t size)
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

uint32_t log_scene_pull(struct log_scene *scene, struct log_head *head, size_t bytes_max)
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

bool log_scene_is_same(const struct log_scene *scene, enum store_table table)
{
    const struct hash a = store_memory_digest(scene->store, table);
    const struct hash b = store_memory_digest(scene->peer, table);
    return hash_equal(&a, &b);
}

int log_scene_verify(const struct log_scene *scene, struct store_memory *store,
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
