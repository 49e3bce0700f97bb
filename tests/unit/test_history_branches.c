/* test_history_branches.c - branches of logs that others re-emit or carry: who takes which place,
 * which make way when there are too many, what waits for what; and rows that a disk made up.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/writer.h"
#include "tests/lib/history_mesh.h"
#include "tests/lib/store_memory.h"

static const uint8_t empty_body[] = {0x90};

static struct operation emit(struct mesh *mesh, uint32_t node, uint32_t type,
                             const struct operation *parent, const struct operation *was)
{
    struct event event = {.type = type, .t = 1, .body = bytes_of(empty_body, sizeof empty_body)};
    if (parent != NULL) {
        event.parents[event.parents_count++] = *parent;
    }
    if (was != NULL) {
        event.is_reemitted = true;
        event.was = *was;
    }
    return mesh_emit(mesh, node, &event);
}

/* Event @seq of @node's log on a branch that is not here. */
static struct operation lost_at(uint32_t node, uint64_t seq, uint8_t branch)
{
    return (struct operation){.log = mesh_log(node), .seq = seq, .hash = {branch}};
}

static bool has(struct mesh *mesh, uint32_t node, const struct operation *id)
{
    return history_find(mesh_history(mesh, node), id) >= 0;
}

/* --- places --- */

TEST(history_branches, of_two_events_that_one_log_gives_one_place_the_first_counts)
{
    struct mesh *mesh = mesh_new(4, KIND_ORDER);
    const struct operation first = lost_at(0, 9, 1), second = lost_at(0, 9, 2);
    const struct operation elsewhere = lost_at(0, 8, 3);
    (void)emit(mesh, 2, EVENT_LINE_SET, NULL, &first);
    (void)emit(mesh, 2, EVENT_LINE_SET, NULL, &elsewhere);
    (void)emit(mesh, 2, EVENT_LINE_SET, NULL, &second);
    const struct operation after = emit(mesh, 2, EVENT_ACCEPT, NULL, NULL);
    mesh_fill(mesh, 1);
    assert_true(has(mesh, 1, &first) && has(mesh, 1, &elsewhere) && has(mesh, 1, &after));
    assert_false(has(mesh, 1, &second));
    (void)emit(mesh, 3, EVENT_LINE_SET, NULL, &second); /* another log may say so */
    mesh_fill(mesh, 1);
    assert_true(has(mesh, 1, &second));
    mesh_free(mesh);
}

/* The place of a re-emission is no event's identity. */
TEST(history_branches, what_stands_for_an_event_can_be_stood_in_for_by_its_place)
{
    struct mesh *mesh = mesh_new(4, KIND_ORDER);
    const struct operation lost = lost_at(0, 9, 1);
    const struct operation place = emit(mesh, 2, EVENT_LINE_SET, NULL, &lost);
    (void)emit(mesh, 3, EVENT_LINE_SET, NULL, &place);
    mesh_fill(mesh, 1);
    assert_true(has(mesh, 1, &lost));
    assert_true(has(mesh, 1, &place));
    mesh_free(mesh);
}

/* --- too many --- */

TEST(history_branches, where_every_log_has_written_nothing_is_re_emitted_any_more)
{
    struct mesh *mesh = mesh_new(ENTITY_LOGS_MAX + 1, KIND_ORDER);
    const struct operation lost = lost_at(3, 50, 1);
    for (uint32_t i = 0; i < ENTITY_LOGS_MAX; i++) {
        (void)emit(mesh, i, EVENT_CANCEL, NULL, NULL);
    }
    (void)emit(mesh, 0, EVENT_LINE_SET, NULL, &lost);
    const struct operation after = emit(mesh, 0, EVENT_ACCEPT, NULL, NULL);
    mesh_fill(mesh, ENTITY_LOGS_MAX);
    assert_true(mesh_history(mesh, ENTITY_LOGS_MAX)->is_cut_short);
    assert_false(has(mesh, ENTITY_LOGS_MAX, &lost));
    assert_true(has(mesh, ENTITY_LOGS_MAX, &after)); /* passes over it */
    mesh_free(mesh);
}

TEST(history_branches, of_too_many_re_emitted_branches_the_highest_makes_way)
{
    struct mesh *mesh = mesh_new(ENTITY_LOGS_MAX, KIND_ORDER);
    const uint32_t looks = ENTITY_LOGS_MAX - 1, last = ENTITY_LOGS_MAX - 2;
    const struct operation high = lost_at(last, 50, 1), low = lost_at(3, 50, 2);
    for (uint32_t i = 0; i <= last; i++) {
        (void)emit(mesh, i, EVENT_CANCEL, NULL, NULL);
    }
    (void)emit(mesh, 0, EVENT_LINE_SET, NULL, &high);
    mesh_fill(mesh, looks);
    assert_true(has(mesh, looks, &high));
    assert_false(mesh_history(mesh, looks)->is_cut_short);
    (void)emit(mesh, 0, EVENT_LINE_SET, NULL, &low);
    mesh_fill(mesh, looks);
    assert_true(mesh_history(mesh, looks)->is_cut_short);
    assert_true(has(mesh, looks, &low));
    assert_false(has(mesh, looks, &high));
    mesh_free(mesh);
}

/* --- what waits --- */

TEST(history_branches, a_re_emitted_event_waits_for_what_its_log_itself_wrote_before)
{
    struct mesh *mesh = mesh_new(5, KIND_ORDER);
    const struct operation parent = emit(mesh, 4, EVENT_ORDER_OPEN, NULL, NULL);
    const struct operation own = emit(mesh, 0, EVENT_LINE_ADD, &parent, NULL);
    const struct operation lost = lost_at(0, 9, 1);
    (void)emit(mesh, 2, EVENT_LINE_SET, NULL, &lost);
    (void)mesh_deliver(mesh, 0, 1, 1);
    (void)mesh_deliver(mesh, 2, 1, 1);
    assert_int_equal(mesh_history(mesh, 1)->pending_count, 2);
    assert_false(has(mesh, 1, &lost));
    mesh_fill(mesh, 1);
    assert_int_equal(mesh_history(mesh, 1)->pending_count, 0);
    assert_true(has(mesh, 1, &own) && has(mesh, 1, &lost));
    mesh_free(mesh);
}

TEST(history_branches, a_re_emitted_event_does_not_wait_for_what_its_log_wrote_later)
{
    struct mesh *mesh = mesh_new(5, KIND_ORDER);
    const struct operation parent = emit(mesh, 4, EVENT_ORDER_OPEN, NULL, NULL);
    const struct operation lost = lost_at(0, 3, 1);
    (void)emit(mesh, 0, EVENT_ORDER_OPEN, NULL, NULL);
    const struct operation waits = emit(mesh, 0, EVENT_LINE_ADD, &parent, NULL);
    (void)emit(mesh, 2, EVENT_LINE_SET, NULL, &lost);
    (void)mesh_deliver(mesh, 0, 1, 2);
    (void)mesh_deliver(mesh, 2, 1, 1);
    assert_true(has(mesh, 1, &lost));
    assert_false(has(mesh, 1, &waits));
    mesh_free(mesh);
}

TEST(history_branches, what_a_log_re_emitted_is_not_its_own_past)
{
    struct mesh *mesh = mesh_new(5, KIND_ORDER);
    const struct operation others = lost_at(4, 9, 1), lost = lost_at(0, 9, 2);
    const struct operation own = emit(mesh, 0, EVENT_ORDER_OPEN, NULL, NULL);
    (void)emit(mesh, 0, EVENT_LINE_SET, NULL, &others); /* at place 3 of log 0 */
    (void)emit(mesh, 2, EVENT_LINE_SET, NULL, &lost);
    mesh_fill(mesh, 1);
    const struct history *history = mesh_history(mesh, 1);
    const int32_t late = history_find(history, &lost), first = history_find(history, &own),
                  foreign = history_find(history, &others);
    assert_true(late >= 0 && first >= 0 && foreign >= 0);
    assert_true(history_saw(history, (uint32_t)late, (uint32_t)first));
    assert_false(history_saw(history, (uint32_t)late, (uint32_t)foreign));
    mesh_free(mesh);
}

/* Of log 1 nothing else is causal, and the one before it in the store is another's. */
TEST(history_branches, before_one_that_others_tell_facts_of_its_log_are_passed_over)
{
    for (uint32_t node = 0; node < 2; node++) {
        struct mesh *mesh = mesh_new(3, KIND_ORDER);
        const struct operation lost = lost_at(node, 9, 1);
        const struct operation other = emit(mesh, 1 - node, EVENT_LINE_ADD, NULL, NULL);
        (void)emit(mesh, node, EVENT_PAY, NULL, NULL);
        (void)emit(mesh, 2, EVENT_LINE_SET, NULL, &lost);
        mesh_fill(mesh, 1);
        const struct history *history = mesh_history(mesh, 1);
        const int32_t late = history_find(history, &lost), foreign = history_find(history, &other);
        assert_true(late >= 0 && foreign >= 0);
        assert_false(history_saw(history, (uint32_t)late, (uint32_t)foreign));
        mesh_free(mesh);
    }
}

TEST(history_branches, what_builds_on_one_that_has_no_branch_left_waits)
{
    struct mesh *mesh = mesh_new(ENTITY_LOGS_MAX, KIND_ORDER);
    const struct operation lost = {.log = 99, .seq = 4, .hash = {7}};
    for (uint32_t node = 0; node < ENTITY_LOGS_MAX; node++) {
        (void)emit(mesh, node, EVENT_LINE_ADD, NULL, NULL);
    }
    (void)emit(mesh, 0, EVENT_LINE_SET, NULL, &lost);
    const struct operation waiting = emit(mesh, 1, EVENT_LINE_SET, &lost, NULL);
    mesh_fill(mesh, 1);
    const struct history *history = mesh_history(mesh, 1);
    assert_true(history->is_cut_short);
    assert_true(history_find(history, &lost) < 0);
    assert_true(history_find(history, &waiting) < 0);
    assert_int_equal(history->pending_count, 1);
    mesh_free(mesh);
}

/* --- small things --- */

static bool has_room(struct mesh *mesh, uint32_t node, uint32_t bytes)
{
    const struct history_room more = {.events = 1, .bytes = bytes};
    return history_has_room(mesh_history(mesh, node), mesh_log(0), &more);
}

TEST(history_branches, a_log_of_which_only_others_tell_has_room_of_its_own)
{
    struct mesh *mesh = mesh_new(3, KIND_ORDER);
    const struct operation lost = lost_at(0, 9, 1);
    (void)emit(mesh, 2, EVENT_LINE_SET, NULL, &lost);
    mesh_fill(mesh, 1);
    assert_true(has_room(mesh, 1, HISTORY_LOG_BYTES_MAX));
    assert_false(has_room(mesh, 1, HISTORY_LOG_BYTES_MAX + 1));
    mesh_free(mesh);
}

TEST(history_branches, of_two_that_had_seen_as_much_the_smaller_operation_is_first)
{
    struct mesh *mesh = mesh_new(2, KIND_ORDER);
    (void)emit(mesh, 0, EVENT_LINE_ADD, NULL, NULL);
    (void)emit(mesh, 1, EVENT_LINE_ADD, NULL, NULL);
    mesh_sync(mesh);
    const struct history *history = mesh_history(mesh, 0);
    assert_true(history_compare_seen(history, 0, 1) < 0);
    assert_true(history_compare_seen(history, 1, 0) > 0);
    mesh_free(mesh);
    history_free(NULL); /* as free() */
}

TEST(history_branches, a_key_that_names_no_event_is_damage)
{
    static struct roster roster;
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 7);
    struct history *history = history_new();
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    struct key key = key_entity(&entity);
    assert_non_null(history);
    assert_int_equal(history_load(history, txn, &roster, KIND_ORDER, &entity), 0);
    key.data[key.size++] = 0;
    assert_int_equal(store_put(txn, TABLE_ENTITY, key_bytes(&key), bytes_of(NULL, 0)), 0);
    assert_int_equal(history_load(history, txn, &roster, KIND_ORDER, &entity), ERR_MALFORMED);
    store_memory_abort(txn);
    store_memory_free(store);
    history_free(history);
}

/* --- rows by hand --- */

enum { CARRIED_LOG = 5, ROOM = 2 * HISTORY_BODY_BYTES_MAX };

struct row_form {
    uint64_t via;
    uint8_t segment; /* each byte of its name; 0 as well as 1: written */
    bool has_segment;
    size_t body; /* bytes of each event's */
    uint32_t events;
};

static int read_row(const struct row_form *form, struct history *history)
{
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 7);
    uint8_t *data = malloc(ROOM), *body = calloc(1, form->body + 8);
    uint8_t segment[OPERATION_HASH_BYTES];
    const uint8_t hash[OPERATION_HASH_BYTES] = {1};
    struct writer writer;
    struct bytes row;
    assert_true(data != NULL && body != NULL);
    memset(segment, form->segment, sizeof segment);
    writer_init(&writer, data, ROOM);
    write_array(&writer, 5);
    write_uint(&writer, 1);
    write_uint(&writer, 0);
    write_uint(&writer, 0);
    write_array(&writer, 1);
    write_array(&writer, 7);
    write_id64(&writer, CARRIED_LOG);
    if (form->via != 0) {
        write_id64(&writer, form->via);
    } else {
        write_nil(&writer);
    }
    if (form->has_segment) {
        write_bin(&writer, segment, sizeof segment);
    } else {
        write_nil(&writer);
    }
    const bool is_own = form->via == 0 && !form->has_segment;
    write_uint(&writer, is_own ? form->events : 0);
    write_uint(&writer, 0);
    write_uint(&writer, is_own ? form->events : 0);
    write_array(&writer, 1);
    write_uint(&writer, form->events);
    write_array(&writer, form->events);
    for (uint32_t i = 1; i <= form->events; i++) {
        write_array(&writer, 8);
        write_uint(&writer, 0);
        write_uint(&writer, i);
        write_bin(&writer, hash, sizeof hash);
        write_uint(&writer, EVENT_CANCEL);
        write_uint(&writer, 1);
        write_uint(&writer, 0);
        write_array(&writer, 1);
        write_uint(&writer, i);
        write_array(&writer, 1);
        write_bin(&writer, body, form->body);
    }
    assert_int_equal(writer_finish(&writer, &row), 0);
    const int err = history_decode(history, KIND_ORDER, &entity, row);
    free(data);
    free(body);
    return err;
}

TEST(history_branches, a_row_names_a_branch_in_one_way)
{
    static const struct {
        struct row_form form;
        int err;
    } cases[] = {
        {{.events = 1}, 0},
        {{.via = 9, .events = 1}, 0},
        {{.has_segment = true, .segment = 1, .events = 1}, 0},
        {{.via = 9, .has_segment = true, .segment = 1, .events = 1}, ERR_MALFORMED},
        {{.has_segment = true, .segment = 0, .events = 1}, ERR_MALFORMED},
    };
    struct history *history = history_new();
    assert_non_null(history);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_row(&cases[i].form, history), cases[i].err);
    }
    history_free(history);
}

TEST(history_branches, a_row_with_more_bodies_than_can_be_is_refused)
{
    const struct row_form form = {.events = 2, .body = HISTORY_BODY_BYTES_MAX / 2 + 1};
    struct history *history = history_new();
    assert_non_null(history);
    assert_int_equal(read_row(&form, history), ERR_MALFORMED);
    assert_int_equal(history->count, 0);
    history_free(history);
}

/* What others carried of the own log is not what its next event has seen by itself. */
TEST(history_branches, a_stretch_of_the_own_log_that_others_carried_is_named_as_a_parent)
{
    const struct row_form form = {.has_segment = true, .segment = 1, .events = 1};
    struct operation parents[PARENTS_MAX];
    uint32_t count;
    struct history *history = history_new();
    assert_non_null(history);
    assert_int_equal(read_row(&form, history), 0);
    assert_int_equal(history_parents(history, CARRIED_LOG, parents, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(parents[0].log, CARRIED_LOG);
    history_free(history);
}
