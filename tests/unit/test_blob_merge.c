/* test_blob_merge.c - what two people say of one blob without knowing of each other: each row of
 * docs/merge-rules.md ("Blobs").
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/blob.h"
#include "tests/lib/history_mesh.h"

enum { NODES = 3, BODY_MAX = 256 };

static struct hash hash;
static struct mesh *mesh;

static void start(void)
{
    hash = blob_hash(bytes_of_text("a photo"));
    const struct entity_id entity = blob_entity(&hash);
    mesh = mesh_new_of(NODES, KIND_BLOB, &entity);
}

static void write_body(uint32_t node, uint32_t type, uint64_t t, const struct writer *writer)
{
    struct bytes body;
    assert_int_equal(writer_finish(writer, &body), 0);
    (void)mesh_write(mesh, node, type, t, body);
}

static void add(uint32_t node, uint64_t t, uint32_t size, const char *media, bool is_personal)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    const struct blob_add body = {
        .hash = hash, .size = size, .media = bytes_of_text(media), .is_personal = is_personal};
    writer_init(&writer, data, sizeof data);
    blob_add_encode(&body, &writer);
    write_body(node, EVENT_BLOB_ADD, t, &writer);
}

static void erase(uint32_t node)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    const struct blob_erase body = {.hash = hash, .reason = bytes_of_text("asked")};
    writer_init(&writer, data, sizeof data);
    blob_erase_encode(&body, &writer);
    write_body(node, EVENT_BLOB_ERASE, 1, &writer);
}

static struct blob blob_at(uint32_t node)
{
    struct blob blob;
    blob_derive(mesh_history(mesh, node), &blob);
    return blob;
}

TEST(blob_merge, one_erasure_is_enough_before_after_and_beside_whoever_adds_it)
{
    for (uint32_t way = 0; way < 3; way++) {
        start();
        if (way != 0) {
            erase(1);
        }
        if (way == 1) {
            mesh_sync(mesh); /* who adds it knows */
        }
        add(0, 9, 100, "image/png", false);
        if (way == 0) {
            mesh_sync(mesh);
            erase(1);
        }
        mesh_sync(mesh);
        add(2, 20, 100, "image/png", false);
        mesh_sync(mesh);
        for (uint32_t node = 0; node < NODES; node++) {
            assert_true(blob_at(node).is_erased);
        }
        mesh_free(mesh);
    }
}

TEST(blob_merge, size_and_kind_are_those_of_the_smaller_operation_whatever_the_clocks)
{
    for (uint64_t ahead = 0; ahead < 2; ahead++) {
        start();
        add(0, 5 + ahead, 100, "image/png", false);
        add(1, 6 - ahead, 200, "image/jpeg", false);
        mesh_sync(mesh);
        for (uint32_t node = 0; node < NODES; node++) {
            const struct blob blob = blob_at(node);
            assert_int_equal(blob.size, 100);
            assert_true(bytes_equal(blob.media, bytes_of_text("image/png")));
        }
        mesh_free(mesh);
    }
}

TEST(blob_merge, what_one_of_two_calls_personal_is)
{
    for (uint32_t who = 0; who < 2; who++) {
        start();
        add(0, 5, 100, "image/png", who == 0);
        add(1, 6, 100, "image/png", who == 1);
        mesh_sync(mesh);
        for (uint32_t node = 0; node < NODES; node++) {
            assert_true(blob_at(node).is_personal);
        }
        mesh_free(mesh);
    }
}

/* One that is carried by the wrong entity would tell of another blob here. */
TEST(blob_merge, what_names_another_hash_than_its_entitys_says_nothing)
{
    start();
    const struct hash own = hash;
    hash = blob_hash(bytes_of_text("another photo"));
    add(0, 1, 7, "image/png", true);
    erase(0);
    assert_false(blob_at(0).is_known);
    assert_false(blob_at(0).is_erased);
    assert_false(blob_at(0).is_personal);
    hash = own;
    add(0, 2, 9, "image/png", false);
    assert_int_equal(blob_at(0).size, 9);
    assert_false(blob_at(0).is_personal);
    mesh_free(mesh);
}
