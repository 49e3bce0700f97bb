/* test_entity.c - under which keys an order or an item is found again. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "sync/domain/drawer.h"
#include "sync/domain/menu_events.h"
#include "tests/lib/stall.h"

/* The @which-th key of a kind; empty when there is none. */
static struct bytes key_of(const struct index_keys *keys, enum index_kind kind, uint32_t which)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        if (keys->keys[i].data[0] == kind && which-- == 0) {
            return key_bytes(&keys->keys[i]);
        }
    }
    return bytes_of(NULL, 0);
}

static struct index_keys index_at(struct stall *stall)
{
    struct index_keys keys;
    entity_index(mesh_history(stall->mesh, C), stall->order, &keys);
    return keys;
}

static struct stall placed(void)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "AB", 42);
    (void)do_add(&stall, C, 1, 1, 500);
    stall_sync(&stall);
    return stall;
}

TEST(entity, an_active_order_is_found_by_day_phase_and_number)
{
    struct stall stall = placed();
    const struct index_keys keys = index_at(&stall);
    const struct entity_id id = mesh_entity(stall.mesh);
    uint8_t active[22] = {INDEX_ACTIVE, 0, 0, 0, 0, 0, 0, 0, 1, PHASE_PLACED};
    uint8_t number[28] = {INDEX_NUMBER, 0, 0, 0, 0, 0, 0, 0, 1, 'A', 'B', 0, 0, 0, 0, 42};
    memcpy(active + 10, id.bytes, ENTITY_ID_BYTES);
    memcpy(number + 16, id.bytes, ENTITY_ID_BYTES);
    assert_int_equal(keys.count, 2); /* unpaid is no reason to call a person */
    assert_true(bytes_equal(key_of(&keys, INDEX_ACTIVE, 0), bytes_of(active, sizeof active)));
    assert_true(bytes_equal(key_of(&keys, INDEX_NUMBER, 0), bytes_of(number, sizeof number)));
    stall_free(&stall);
}

TEST(entity, both_numbers_of_a_retried_order_find_it)
{
    struct stall stall = placed();
    (void)do_open(&stall, D, "C", 3);
    stall_sync(&stall);
    const struct index_keys keys = index_at(&stall);
    assert_true(key_of(&keys, INDEX_NUMBER, 0).size > 0);
    assert_true(key_of(&keys, INDEX_NUMBER, 1).size > 0);
    stall_free(&stall);
}

TEST(entity, a_number_is_found_under_the_day_on_which_it_was_called)
{
    struct stall stall = placed();
    (void)do_open_on(&stall, D, 2, "C", 3);
    stall_sync(&stall);
    const struct index_keys keys = index_at(&stall);
    /* Lower lane first: AB42 of day 1, then C3 of day 2. */
    assert_int_equal(get_be64(key_of(&keys, INDEX_NUMBER, 0).data + 1), 1);
    assert_int_equal(get_be64(key_of(&keys, INDEX_NUMBER, 1).data + 1), 2);
    stall_free(&stall);
}

TEST(entity, a_settled_order_leaves_the_boards_and_a_flagged_one_is_listed)
{
    struct stall stall = placed();
    (void)do_pay(&stall, C, 1, 500);
    (void)do_cancel(&stall, C);
    stall_sync(&stall);
    struct index_keys keys = index_at(&stall);
    assert_int_equal(key_of(&keys, INDEX_ACTIVE, 0).size, 0);
    assert_true(key_of(&keys, INDEX_SETTLED, 0).size > 0);
    assert_true(key_of(&keys, INDEX_FLAGGED, 0).size > 0);
    (void)do_refund(&stall, C, 2, 500);
    stall_sync(&stall);
    keys = index_at(&stall);
    assert_int_equal(key_of(&keys, INDEX_FLAGGED, 0).size, 0);
    stall_free(&stall);
}

TEST(entity, an_order_that_nobody_opened_is_on_no_board)
{
    struct stall stall = stall_new();
    (void)do_add(&stall, C, 1, 1, 500);
    assert_int_equal(index_at(&stall).count, 0);
    stall_free(&stall);
}

TEST(entity, all_events_of_an_order_are_kept)
{
    struct stall stall = placed();
    (void)do_set(&stall, C, 1, 1);
    (void)do_set(&stall, C, 1, -1);
    assert_int_equal(mesh_history(stall.mesh, C)->count, 4);
    stall_free(&stall);
}

TEST(entity, an_item_is_found_by_its_number)
{
    struct mesh *mesh = mesh_new(1, KIND_MENU);
    struct order *order = malloc(sizeof *order);
    struct index_keys keys;
    uint8_t data[64];
    uint8_t expected[21] = {INDEX_MENU, 0, 0, 0, 0, 0, 0, 0, 7};
    struct writer writer;
    struct bytes body;
    const struct field_values values = {.count = 1,
                                        .values = {{.field = MENU_NUMBER, .number = 7}}};
    const struct entity_id id = mesh_entity(mesh);
    writer_init(&writer, data, sizeof data);
    menu_set_encode(&values, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    (void)mesh_write(mesh, 0, EVENT_MENU_SET, 1, body);
    entity_index(mesh_history(mesh, 0), order, &keys);
    memcpy(expected + 9, id.bytes, ENTITY_ID_BYTES);
    assert_int_equal(keys.count, 1);
    assert_true(bytes_equal(key_bytes(&keys.keys[0]), bytes_of(expected, sizeof expected)));
    free(order);
    mesh_free(mesh);
}

/* How many keys there are of an entity of @kind on which node 0 wrote @body alone. */
static uint32_t keys_of_one(enum kind kind, uint32_t type, struct bytes body)
{
    struct mesh *mesh = mesh_new(1, kind);
    struct order *order = malloc(sizeof *order);
    struct index_keys keys;
    (void)mesh_write(mesh, 0, type, 1, body);
    assert_int_equal(mesh_history(mesh, 0)->count, 1);
    entity_index(mesh_history(mesh, 0), order, &keys);
    free(order);
    mesh_free(mesh);
    return keys.count;
}

TEST(entity, what_is_not_known_yet_is_on_no_list)
{
    const uint32_t newer = 1001; /* newer software's, ignorable */
    const struct drawer_move move = {.id = {{7}}, .amount_minor = 5, .reason = bytes_of_text("x")};
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    assert_int_equal(keys_of_one(KIND_STALL, newer, bytes_of("\x90", 1)), 0);
    assert_int_equal(keys_of_one(KIND_MENU, newer, bytes_of("\x90", 1)), 0);
    assert_int_equal(keys_of_one(KIND_SHEET, newer, bytes_of("\x90", 1)), 0);
    writer_init(&writer, data, sizeof data);
    drawer_move_encode(&move, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    assert_int_equal(keys_of_one(KIND_DRAWER, EVENT_DRAWER_MOVE, body), 0);
}

TEST(entity, an_order_without_a_lane_is_found_by_its_number_alone)
{
    struct stall stall = stall_new();
    const uint8_t number[] = {INDEX_NUMBER, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 42};
    (void)do_open(&stall, C, "", 42);
    (void)stall_look(&stall, C);
    const struct index_keys keys = index_at(&stall);
    const struct bytes key = key_of(&keys, INDEX_NUMBER, 0);
    assert_int_equal(key.size, sizeof number + ENTITY_ID_BYTES);
    assert_memory_equal(key.data, number, sizeof number);
    stall_free(&stall);
}

/* --- whose a row is --- */

TEST(entity, a_row_tells_which_kind_it_finds)
{
    static const struct {
        uint8_t index, second;
        enum kind kind;
    } rows[] = {
        {INDEX_ACTIVE, 0, KIND_ORDER},
        {INDEX_FLAGGED, 0, KIND_ORDER},
        {INDEX_MENU, 0, KIND_MENU},
        {INDEX_TAKE, 0, KIND_STOCK},
        {INDEX_DRAWER, 1, KIND_DRAWER},
        {INDEX_RECORD, KIND_TAX, KIND_TAX},
        {INDEX_RECORD, KIND_SHEET, KIND_SHEET},
        {INDEX_RECORD, KIND_ORDER, KIND_NONE},
        {INDEX_RECORD, KIND_NONE, KIND_NONE},
        {INDEX_RECORD, KIND_LAST + 1, KIND_NONE},
        {INDEX_RECORD, 0xff, KIND_NONE},
        {0, 0, KIND_NONE},
        {INDEX_DRAWER + 1, 0, KIND_NONE},
        {0xff, 0, KIND_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t key[2 + ENTITY_ID_BYTES] = {rows[i].index, rows[i].second};
        enum kind kind = KIND_NONE;
        assert_int_equal(index_kind(bytes_of(key, sizeof key), &kind), rows[i].kind != KIND_NONE);
        assert_int_equal(kind, rows[i].kind);
    }
}

TEST(entity, a_row_that_is_too_short_for_an_entity_finds_none)
{
    uint8_t key[1 + ENTITY_ID_BYTES] = {INDEX_MENU};
    enum kind kind;
    for (size_t size = 0; size <= sizeof key; size++) {
        assert_false(index_kind(bytes_of(key, size), &kind));
    }
}
