/* test_salvage_rows.c - the table of what salvages carry, on a disk that spoils any of it: what is
 * not of a salvage is found out, and what was lost is missed. */
#include "sync/log/salvage_rows.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

enum { FIRST = 2, LAST = 4, ROWS = 7, BYTES_MAX = 80, CHAINED_OVER = 1 };

struct row {
    uint8_t key[BYTES_MAX], value[BYTES_MAX];
    size_t key_size, value_size;
};

/* The owner carries events FIRST..LAST of the counter, of which the one at CHAINED_OVER is not
 * carried itself. */
struct scene {
    struct journal journal;
    struct journal_device owner, counter;
    struct store_memory *store;
    struct store_txn *txn;
    struct run run;
    uint8_t body_data[EVENT_BYTES_MAX];
    struct bytes body;
    uint64_t carrier_seq;
    struct row rows[ROWS];
    uint32_t rows_count;
};

static void put_popup(struct scene *scene, size_t size)
{
    assert_int_equal(store_put(scene->txn, TABLE_META, bytes_of_text("popup"),
                               bytes_of(scene->journal.popup.bytes, size)),
                     0);
}

/* The counter's events, which stand in a store that is gone by then, as a salvage's body. */
static void body_make(struct scene *scene)
{
    static const enum event_type types[] = {EVENT_LINE_ADD, EVENT_LOG_FORK, EVENT_LINE_ADD};
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    struct log_head before;
    journal_open(txn, &scene->journal, &scene->counter);
    while (scene->counter.head.seq < LAST) {
        const struct entity_id entity = entity_id_derive(KIND_ORDER, scene->counter.head.seq);
        (void)journal_write(txn, &scene->journal, &scene->counter,
                            types[scene->counter.head.seq + 1 - FIRST], &entity,
                            bytes_of("\x90", 1));
    }
    assert_int_equal(
        log_head_at(txn, &scene->journal.popup, &scene->counter.head, FIRST - 1, &before), 0);
    assert_int_equal(
        run_read_to(txn, scene->counter.head.log, FIRST, LAST, RUN_BYTES_MAX, &scene->run), 0);
    assert_int_equal(salvage_encode(&scene->run, &scene->counter.head.key, &before.hash,
                                    scene->body_data, sizeof scene->body_data, &scene->body),
                     0);
    store_memory_abort(txn);
    store_memory_free(store);
}

static void rows_read(struct scene *scene)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    assert_int_equal(store_cursor_open(scene->txn, TABLE_SALVAGE, &cursor), 0);
    while (store_cursor_next(&cursor, &key, &value) == 0) {
        struct row *row = &scene->rows[scene->rows_count++];
        assert_true(scene->rows_count <= ROWS && key.size < BYTES_MAX && value.size < BYTES_MAX);
        memcpy(row->key, key.data, key.size);
        memcpy(row->value, value.data, value.size);
        row->key_size = key.size;
        row->value_size = value.size;
    }
    store_cursor_close(&cursor);
    assert_int_equal(scene->rows_count, ROWS);
}

static struct scene *scene_new(void)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    journal_init(&scene->journal);
    journal_device_init(&scene->owner, &scene->journal, 1, ROLE_OWNER, NULL);
    journal_device_init(&scene->counter, &scene->journal, 2, ROLE_COUNTER, NULL);
    body_make(scene);
    scene->store = store_memory_new();
    scene->txn = store_memory_begin(scene->store, true);
    put_popup(scene, POPUP_ID_BYTES);
    journal_open(scene->txn, &scene->journal, &scene->owner);
    scene->carrier_seq =
        journal_state(scene->txn, &scene->journal, &scene->owner, EVENT_SALVAGE, scene->body);
    rows_read(scene);
    return scene;
}

static void scene_free(struct scene *scene)
{
    store_memory_abort(scene->txn);
    store_memory_free(scene->store);
    free(scene);
}

static struct bytes key_of(const struct row *row)
{
    return bytes_of(row->key, row->key_size);
}

static struct bytes value_of(const struct row *row)
{
    return bytes_of(row->value, row->value_size);
}

static void put_row(struct scene *scene, const struct row *row)
{
    assert_int_equal(store_put(scene->txn, TABLE_SALVAGE, key_of(row), value_of(row)), 0);
}

static bool is_right(struct scene *scene, const struct row *row)
{
    bool is = false;
    assert_int_equal(salvage_row_is_right(scene->txn, key_of(row), value_of(row), &is), 0);
    return is;
}

/* Whether @row, which stands in the table beside or in place of @good, is found right. */
static bool is_right_there(struct scene *scene, const struct row *good, const struct row *row)
{
    put_row(scene, row);
    const bool is = is_right(scene, row);
    assert_int_equal(store_del(scene->txn, TABLE_SALVAGE, key_of(row)), 0);
    put_row(scene, good);
    return is;
}

static struct row *row_of_kind(struct scene *scene, uint8_t kind)
{
    struct row *row = scene->rows;
    while (row->key[0] != kind) {
        row++;
        assert_true(row < scene->rows + ROWS);
    }
    return row;
}

TEST(salvage_rows, of_a_salvage_are_right_and_with_any_bit_of_a_key_changed_are_not)
{
    struct scene *scene = scene_new();
    for (uint32_t at = 0; at < ROWS; at++) {
        const struct row *good = &scene->rows[at];
        assert_true(is_right(scene, good));
        for (size_t bit = 0; bit < 8 * good->key_size; bit++) {
            struct row row = *good;
            row.key[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(is_right_there(scene, good, &row));
        }
    }
    scene_free(scene);
}

/* What the event says of itself, at the end of the row, is looked at from the journal's side. */
TEST(salvage_rows, are_wrong_with_any_bit_changed_of_what_they_say_of_the_run)
{
    struct scene *scene = scene_new();
    for (uint32_t at = 0; at < ROWS; at++) {
        const struct row *good = &scene->rows[at];
        if (good->key[0] != SALVAGE_ROW_BY_ENTITY && good->key[0] != SALVAGE_ROW_BY_IDENTITY) {
            continue;
        }
        const size_t of_run = SALVAGE_IDENTITY_VALUE_BYTES - 4 - ENTITY_ID_BYTES;
        const size_t size = good->value_size < of_run ? good->value_size : of_run;
        for (size_t bit = 0; bit < 8 * size; bit++) {
            struct row row = *good;
            row.value[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(is_right_there(scene, good, &row));
        }
    }
    scene_free(scene);
}

TEST(salvage_rows, are_wrong_when_their_key_or_value_is_cut_or_longer)
{
    struct scene *scene = scene_new();
    for (uint32_t at = 0; at < ROWS; at++) {
        const struct row *good = &scene->rows[at];
        struct row row = *good;
        row.key_size--;
        assert_false(is_right_there(scene, good, &row));
        row.key_size += 2;
        assert_false(is_right_there(scene, good, &row));
        if (good->key[0] <= SALVAGE_ROW_BY_IDENTITY) {
            row = *good;
            row.value_size++;
            assert_false(is_right_there(scene, good, &row));
        }
    }
    scene_free(scene);
}

TEST(salvage_rows, by_entity_are_wrong_when_those_by_identity_are)
{
    struct scene *scene = scene_new();
    for (uint32_t at = 0; at < ROWS; at++) {
        struct row twin = scene->rows[at];
        if (twin.key[0] == SALVAGE_ROW_BY_IDENTITY) {
            twin.value_size--;
            put_row(scene, &twin);
        }
    }
    assert_false(is_right(scene, row_of_kind(scene, SALVAGE_ROW_BY_ENTITY)));
    scene_free(scene);
}

/* It is chained over, so nothing is known of whom it is about. */
TEST(salvage_rows, by_entity_of_an_event_that_is_not_carried_are_wrong)
{
    struct scene *scene = scene_new();
    struct row row = {.key = {SALVAGE_ROW_BY_ENTITY},
                      .key_size = SALVAGE_ENTITY_KEY_BYTES,
                      .value = {0, CHAINED_OVER},
                      .value_size = 2};
    struct salvaged_row over = {.type = EVENT_LINE_ADD};
    for (uint32_t at = 0; at < ROWS && over.type != EVENT_NONE; at++) {
        if (scene->rows[at].key[0] == SALVAGE_ROW_BY_IDENTITY) {
            assert_int_equal(
                salvage_row_parse(key_of(&scene->rows[at]), value_of(&scene->rows[at]), &over), 0);
        }
    }
    assert_int_equal(over.position, CHAINED_OVER);
    uint8_t *at = salvage_put_identity(row.key + 1 + ENTITY_ID_BYTES, &over.id);
    salvage_put_place(at, over.carrier.log, over.carrier.seq);
    assert_false(is_right(scene, &row));
    scene_free(scene);
}

/* The event in the carrier's place becomes @bytes. */
static void put_carrier(struct scene *scene, struct bytes bytes)
{
    uint8_t row[HASH_BYTES + EVENT_BYTES_MAX] = {0};
    const struct key key = key_event(scene->owner.head.log, scene->carrier_seq);
    memcpy(row + HASH_BYTES, bytes.data, bytes.size);
    assert_int_equal(
        store_put(scene->txn, TABLE_LOG, key_bytes(&key), bytes_of(row, HASH_BYTES + bytes.size)),
        0);
}

TEST(salvage_rows, are_wrong_when_their_carrier_carries_nothing)
{
    static const struct {
        enum event_type type;
        const char *body;
    } cases[] = {{EVENT_SALVAGE, "\x90"}, {EVENT_LINE_ADD, NULL}, {EVENT_NONE, NULL}};
    struct scene *scene = scene_new();
    uint8_t buffer[EVENT_BYTES_MAX];
    const struct entity_id entity = entity_id_derive(KIND_ROSTER, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct bytes body =
            cases[i].body != NULL ? bytes_of_text(cases[i].body) : scene->body;
        const struct bytes event = journal_event(buffer, cases[i].type, &entity, body);
        struct bytes found;
        struct salvaged_row row = {.carrier = {scene->owner.head.log, scene->carrier_seq}};
        put_carrier(scene, cases[i].type != EVENT_NONE ? event : bytes_of_text("junk"));
        assert_false(is_right(scene, row_of_kind(scene, SALVAGE_ROW_BY_IDENTITY)));
        assert_true(is_right(scene, row_of_kind(scene, SALVAGE_ROW_BY_CARRIER)) ==
                    (cases[i].type == EVENT_LINE_ADD));
        assert_int_equal(salvaged_event(scene->txn, &row, &found),
                         cases[i].type == EVENT_LINE_ADD ? 0 : ERR_MALFORMED);
    }
    scene_free(scene);
}

static void check_fails(struct scene *scene, const struct row *row, enum store_memory_call call)
{
    int err = ERR_IO;
    unsigned nth = 0;
    while (err == ERR_IO) {
        bool is = false;
        scene->txn = store_memory_begin(scene->store, false);
        store_memory_fail(scene->store, call, ++nth, ERR_IO);
        err = salvage_row_is_right(scene->txn, key_of(row), value_of(row), &is);
        assert_true(err == ERR_IO || is);
        store_memory_fail(scene->store, call, 0, 0);
        store_memory_abort(scene->txn);
    }
    assert_int_equal(err, 0);
}

TEST(salvage_rows, of_a_disk_that_fails_are_not_taken_for_wrong)
{
    struct scene *scene = scene_new();
    assert_int_equal(store_memory_commit(scene->txn), 0);
    for (uint32_t at = 0; at < ROWS; at++) {
        check_fails(scene, &scene->rows[at], MEMORY_GET);
        check_fails(scene, &scene->rows[at], MEMORY_OPEN);
    }
    scene->txn = store_memory_begin(scene->store, true);
    scene_free(scene);
}

/* --- from the journal's side --- */

static struct bytes carrier_of(struct scene *scene)
{
    struct hash hash;
    struct bytes bytes;
    assert_int_equal(
        event_get(scene->txn, scene->owner.head.log, scene->carrier_seq, &hash, &bytes), 0);
    return bytes;
}

TEST(salvage_rows, of_what_is_no_salvage_there_are_none)
{
    struct scene *scene = scene_new();
    uint8_t buffer[EVENT_BYTES_MAX];
    const struct entity_id entity = entity_id_derive(KIND_ROSTER, 0);
    const struct bytes void_ones[] = {
        bytes_of_text("junk"), journal_event(buffer, EVENT_SALVAGE, &entity, bytes_of("\x90", 1))};
    for (size_t i = 0; i < 2; i++) {
        bool is = false;
        const struct row *carrier = row_of_kind(scene, SALVAGE_ROW_BY_CARRIER);
        assert_int_equal(store_del(scene->txn, TABLE_SALVAGE, key_of(carrier)), 0);
        assert_int_equal(
            salvage_index(scene->txn, scene->owner.head.log, scene->carrier_seq, void_ones[i]), 0);
        assert_int_equal(store_del(scene->txn, TABLE_SALVAGE, key_of(carrier)), ERR_NOT_FOUND);
        put_row(scene, carrier);
        assert_int_equal(salvage_is_indexed(scene->txn, scene->owner.head.log, scene->carrier_seq,
                                            void_ones[i], &is),
                         0);
        assert_true(is);
    }
    scene_free(scene);
}

TEST(salvage_rows, cannot_be_judged_by_a_store_that_forgot_whose_it_is)
{
    struct scene *scene = scene_new();
    const uint64_t log = scene->owner.head.log;
    bool is = false;
    put_popup(scene, POPUP_ID_BYTES - 1);
    assert_int_equal(salvage_index(scene->txn, log, scene->carrier_seq, carrier_of(scene)), ERR_IO);
    assert_int_equal(
        salvage_is_indexed(scene->txn, log, scene->carrier_seq, carrier_of(scene), &is), ERR_IO);
    scene_free(scene);
}

TEST(salvage_rows, in_a_store_of_no_pop_up_are_of_nothing)
{
    struct scene *scene = scene_new();
    const struct row *carrier = row_of_kind(scene, SALVAGE_ROW_BY_CARRIER);
    assert_int_equal(store_del(scene->txn, TABLE_META, bytes_of_text("popup")), 0);
    assert_false(is_right(scene, carrier));
    scene_free(scene);
}

TEST(salvage_rows, whose_sum_is_cut_or_which_are_cut_themselves_do_not_add_up)
{
    struct scene *scene = scene_new();
    const uint64_t log = scene->counter.head.log;
    static const uint8_t kinds[] = {SALVAGE_ROW_SIZE, SALVAGE_ROW_BY_IDENTITY};
    bool is = false;
    for (size_t i = 0; i < sizeof kinds; i++) {
        const struct row *good = row_of_kind(scene, kinds[i]);
        struct row row = *good;
        assert_int_equal(salvage_size_is_right(scene->txn, log, &is), 0);
        assert_true(is);
        row.value_size--;
        put_row(scene, &row);
        assert_int_equal(salvage_size_is_right(scene->txn, log, &is), 0);
        assert_false(is);
        put_row(scene, good);
    }
    scene_free(scene);
}

TEST(salvage_rows, by_entity_that_are_longer_than_any_are_damage)
{
    struct scene *scene = scene_new();
    const struct entity_id none = {{0}};
    struct entity_id found;
    struct row row = *row_of_kind(scene, SALVAGE_ROW_BY_ENTITY);
    assert_int_equal(salvage_entity_after(scene->txn, &none, &found), 0);
    assert_memory_equal(found.bytes, row.key + 1, ENTITY_ID_BYTES);
    assert_int_equal(store_del(scene->txn, TABLE_SALVAGE, key_of(&row)), 0);
    row.key_size++;
    put_row(scene, &row);
    assert_int_equal(salvage_entity_after(scene->txn, &none, &found), ERR_MALFORMED);
    scene_free(scene);
}

/* --- the body --- */

TEST(salvage_rows, of_an_event_that_is_only_chained_over_give_no_event)
{
    struct scene *scene = scene_new();
    struct bytes event;
    for (uint32_t position = 0; position <= LAST + 1 - FIRST; position++) {
        const struct salvaged_row row = {.carrier = {scene->owner.head.log, scene->carrier_seq},
                                         .position = position};
        const bool is_carried = position != CHAINED_OVER && position <= LAST - FIRST;
        assert_int_equal(salvaged_event(scene->txn, &row, &event), is_carried ? 0 : ERR_MALFORMED);
    }
    scene_free(scene);
}

TEST(salvage_rows, are_made_of_no_body_that_lacks_what_newer_software_would_say)
{
    struct scene *scene = scene_new();
    uint8_t body[EVENT_BYTES_MAX];
    struct salvage salvage;
    memcpy(body, scene->body.data, scene->body.size);
    body[0] = 0x98; /* two fields more */
    body[scene->body.size] = body[scene->body.size + 1] = 1;
    assert_int_equal(salvage_decode(bytes_of(body, scene->body.size + 2), &salvage), 0);
    assert_int_equal(salvage_decode(bytes_of(body, scene->body.size), &salvage), ERR_MALFORMED);
    scene_free(scene);
}

TEST(salvage_rows, end_with_an_element_that_is_none)
{
    struct reader reader;
    struct salvaged element;
    reader_init(&reader, bytes_of_text("\xc1\xc1"));
    assert_false(salvage_next(&reader, &element));
    assert_false(salvage_next(&reader, &element));
    assert_int_not_equal(reader.err, 0);
}
