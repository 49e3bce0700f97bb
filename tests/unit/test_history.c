/* test_history.c - the laws of histories: the same set of events gives the same row by any way, and
 * what had seen what is told rightly; pending, voided, re-emitted and too many events.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/history_mesh.h"

enum { SEEDS = 60, STEPS = 40, NODES = 5, SICK_ONE_IN = 20 };

static const uint8_t empty_body[] = {0x90};

static struct bytes nothing(void)
{
    return bytes_of(empty_body, sizeof empty_body);
}

static struct operation write_at(struct mesh *mesh, uint32_t node, uint32_t type)
{
    return mesh_write(mesh, node, type, 1000, nothing());
}

/* An event in nobody's hands yet, with the parents given. */
static struct operation emit(struct mesh *mesh, uint32_t node, uint32_t type,
                             const struct operation *parent, const struct operation *was)
{
    struct event event = {.type = type, .t = 1000, .body = nothing()};
    if (parent != NULL) {
        event.parents[event.parents_count++] = *parent;
    }
    if (was != NULL) {
        event.is_reemitted = true;
        event.was = *was;
    }
    return mesh_emit(mesh, node, &event);
}

static bool saw(const struct history *history, const struct operation *b, const struct operation *a)
{
    const int32_t later = history_find(history, b);
    const int32_t earlier = history_find(history, a);
    assert_true(later >= 0 && earlier >= 0);
    return history_saw(history, (uint32_t)later, (uint32_t)earlier);
}

static void assert_rows_equal(struct mesh *mesh, uint32_t a, uint32_t b)
{
    const struct bytes first = mesh_row(mesh, a);
    const struct bytes second = mesh_row(mesh, b);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
}

/* --- convergence --- */

static const uint32_t types[] = {EVENT_ORDER_OPEN, EVENT_LINE_ADD, EVENT_LINE_SET,
                                 EVENT_ACCEPT,     EVENT_START,    EVENT_PAY,
                                 EVENT_SEEN,       EVENT_CANCEL,   1001 /* unknown, ignorable */};

static void write_random(struct mesh *mesh, struct prng *prng)
{
    const uint32_t node = (uint32_t)prng_below(prng, NODES - 1);
    const uint32_t type = types[prng_below(prng, sizeof types / sizeof types[0])];
    const uint8_t body[] = {0x91, (uint8_t)prng_below(prng, 128)};
    (void)mesh_write(mesh, node, type, prng_below(prng, 5000), bytes_of(body, sizeof body));
}

/* The last node writes nothing and hears everything at the end, in an order of its own. */
TEST(history, any_order_of_arrival_gives_the_same_row)
{
    uint64_t appends = 0;
    uint64_t loads = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct prng prng = {seed};
        struct mesh *mesh = mesh_new(NODES, KIND_ORDER);
        if (seed % SICK_ONE_IN == 0) {
            mesh_sicken(mesh);
        }
        for (uint32_t step = 0; step < STEPS; step++) {
            write_random(mesh, &prng);
            if (prng_one_in(&prng, 2)) {
                (void)mesh_deliver(mesh, (uint32_t)prng_below(&prng, NODES - 1),
                                   (uint32_t)prng_below(&prng, NODES - 1), 3);
            }
        }
        for (uint32_t node = 0; node < NODES; node++) {
            mesh_fill_shuffled(mesh, node, &prng);
            assert_rows_equal(mesh, 0, node);
        }
        assert_int_equal(mesh_history(mesh, 0)->pending_count, 0);
        assert_int_equal(mesh_history(mesh, 0)->count, STEPS);
        appends += mesh_appends(mesh);
        loads += mesh_loads(mesh);
        mesh_free(mesh);
    }
    assert_true(appends > 1000 && loads > 100); /* both ways were taken */
}

TEST(history, what_was_seen_is_what_the_parents_say)
{
    struct mesh *mesh = mesh_new(3, KIND_ORDER);
    const struct operation opened = write_at(mesh, 0, EVENT_ORDER_OPEN);
    mesh_fill(mesh, 1);
    const struct operation accepted = write_at(mesh, 1, EVENT_ACCEPT);
    const struct operation cancelled = write_at(mesh, 0, EVENT_CANCEL);
    mesh_sync(mesh);
    const struct operation last = write_at(mesh, 2, EVENT_REINSTATE);
    mesh_sync(mesh);
    const struct history *history = mesh_history(mesh, 1);
    assert_true(saw(history, &accepted, &opened));
    assert_true(saw(history, &cancelled, &opened));
    assert_false(saw(history, &cancelled, &accepted));
    assert_false(saw(history, &accepted, &cancelled));
    assert_false(saw(history, &opened, &opened));
    assert_true(saw(history, &last, &accepted) && saw(history, &last, &cancelled));
    assert_true(saw(history, &last, &opened));
    mesh_free(mesh);
}

TEST(history, parents_are_the_heads_of_other_logs_and_facts_that_commute_are_none)
{
    struct mesh *mesh = mesh_new(3, KIND_ORDER);
    struct operation parents[PARENTS_MAX];
    uint32_t count;
    (void)write_at(mesh, 0, EVENT_ORDER_OPEN);
    mesh_sync(mesh);
    const struct operation a = write_at(mesh, 0, EVENT_LINE_ADD);
    const struct operation b = write_at(mesh, 1, EVENT_ACCEPT);
    (void)write_at(mesh, 2, EVENT_PAY);
    mesh_sync(mesh);
    const struct history *history = mesh_history(mesh, 0);
    assert_int_equal(history_parents(history, mesh_log(2), parents, &count), 0);
    assert_int_equal(count, 2);
    assert_true(operation_equal(&parents[0], &a) && operation_equal(&parents[1], &b));
    assert_int_equal(history_parents(history, mesh_log(0), parents, &count), 0);
    assert_int_equal(count, 1);
    assert_true(operation_equal(&parents[0], &b));
    mesh_free(mesh);
}

/* --- pending and void --- */

TEST(history, an_event_waits_for_its_parent_and_so_does_what_builds_on_it)
{
    struct mesh *mesh = mesh_new(3, KIND_ORDER);
    const struct operation opened = write_at(mesh, 0, EVENT_ORDER_OPEN);
    mesh_fill(mesh, 1);
    const struct operation added = write_at(mesh, 1, EVENT_LINE_ADD);
    const struct operation paid = write_at(mesh, 1, EVENT_PAY);
    (void)write_at(mesh, 1, EVENT_ACCEPT);
    (void)mesh_deliver(mesh, 1, 2, 3);
    const struct history *history = mesh_history(mesh, 2);
    assert_int_equal(history->pending_count, 2);
    assert_int_equal(history->count, 1); /* the payment needs nobody */
    assert_true(history_find(history, &paid) >= 0);
    mesh_fill(mesh, 2);
    history = mesh_history(mesh, 2);
    assert_int_equal(history->pending_count, 0);
    assert_int_equal(history->count, 4);
    assert_true(saw(history, &added, &opened));
    mesh_free(mesh);
}

TEST(history, a_voided_event_is_left_out_and_a_voided_parent_is_satisfied)
{
    struct mesh *mesh = mesh_new(3, KIND_ORDER);
    const struct operation opened = write_at(mesh, 0, EVENT_ORDER_OPEN);
    const struct operation forked = write_at(mesh, 0, EVENT_LINE_ADD);
    mesh_fill(mesh, 1);
    const struct operation accepted = write_at(mesh, 1, EVENT_ACCEPT);
    (void)mesh_deliver(mesh, 1, 2, 1);
    assert_int_equal(mesh_history(mesh, 2)->pending_count, 1);
    mesh_roster(mesh)->logs[0].fork_seq = forked.seq;
    mesh_refold(mesh);
    assert_int_equal(mesh_history(mesh, 2)->pending_count, 0); /* although it never arrived */
    mesh_sync(mesh);
    const struct history *history = mesh_history(mesh, 2);
    assert_true(history_find(history, &forked) < 0);
    assert_true(history_find(history, &accepted) >= 0 && history_find(history, &opened) >= 0);
    assert_rows_equal(mesh, 0, 2);
    mesh_free(mesh);
}

TEST(history, what_a_device_may_not_write_is_void_until_it_may)
{
    struct mesh *mesh = mesh_new(2, KIND_ORDER);
    mesh_roster(mesh)->logs[1].capabilities = capability_bit(CAP_COOK);
    const struct operation opened = write_at(mesh, 0, EVENT_ORDER_OPEN);
    mesh_sync(mesh);
    const struct operation cancelled = write_at(mesh, 1, EVENT_CANCEL);
    const struct operation accepted = write_at(mesh, 1, EVENT_ACCEPT);
    mesh_sync(mesh);
    assert_true(history_find(mesh_history(mesh, 0), &cancelled) < 0);
    assert_true(saw(mesh_history(mesh, 0), &accepted, &opened));
    mesh_roster(mesh)->logs[1].capabilities = UINT64_MAX;
    mesh_refold(mesh);
    assert_true(saw(mesh_history(mesh, 0), &accepted, &cancelled));
    mesh_free(mesh);
}

TEST(history, another_kinds_event_is_void_and_a_newer_softwares_is_shown_as_such)
{
    struct mesh *mesh = mesh_new(2, KIND_ORDER);
    const struct operation other = write_at(mesh, 0, EVENT_MENU_SET);
    assert_int_equal(mesh_history(mesh, 0)->count, 0);
    assert_true(history_find(mesh_history(mesh, 0), &other) < 0);
    const struct operation odd = write_at(mesh, 0, 1001);
    assert_false(mesh_history(mesh, 0)->is_opaque);
    assert_true(history_find(mesh_history(mesh, 0), &odd) >= 0);
    (void)write_at(mesh, 0, 1002);
    assert_true(mesh_history(mesh, 0)->is_opaque);
    mesh_free(mesh);
}

/* --- re-emitted events --- */

/* Log 0 was cloned: one branch of it is what everybody has, and void from @forked on; what the
 * other wrote there, @lost, its writer re-emits in log 2. */
struct cloned {
    struct mesh *mesh;
    struct operation opened, forked, lost, saved;
};

static struct cloned cloned_new(void)
{
    struct cloned c = {.mesh = mesh_new(4, KIND_ORDER)};
    c.opened = write_at(c.mesh, 0, EVENT_ORDER_OPEN);
    c.forked = write_at(c.mesh, 0, EVENT_CANCEL);
    c.lost = c.forked;
    c.lost.hash[0] ^= 0xff;
    mesh_sync(c.mesh);
    mesh_roster(c.mesh)->logs[0].fork_seq = c.forked.seq;
    mesh_refold(c.mesh);
    c.saved = emit(c.mesh, 2, EVENT_LINE_ADD, NULL, &c.lost);
    return c;
}

TEST(history, a_re_emitted_event_keeps_its_identity_and_its_past)
{
    struct cloned c = cloned_new();
    const struct operation after = emit(c.mesh, 2, EVENT_ACCEPT, NULL, NULL);
    mesh_sync(c.mesh);
    const struct history *history = mesh_history(c.mesh, 1);
    assert_true(history_find(history, &c.saved) < 0); /* not under the name of its new place */
    assert_true(saw(history, &c.lost, &c.opened));    /* its log's own earlier event */
    assert_true(saw(history, &after, &c.lost));       /* its new log's next event has seen it */
    assert_rows_equal(c.mesh, 0, 3);
    mesh_free(c.mesh);
}

/* Both branches come back, each by another log: 3-B is behind 2-A by its number only. */
TEST(history, a_branch_of_a_cloned_log_has_not_seen_the_other)
{
    struct cloned c = cloned_new();
    struct operation other = c.lost;
    other.seq++;
    other.hash[0] ^= 0x55;
    (void)emit(c.mesh, 3, EVENT_REINSTATE, NULL, &other);
    mesh_sync(c.mesh);
    const struct history *history = mesh_history(c.mesh, 1);
    assert_true(saw(history, &other, &c.opened) && saw(history, &c.lost, &c.opened));
    assert_false(saw(history, &other, &c.lost));
    assert_int_equal(history->branches_count, 5); /* logs 0, 2, 3, and 0 via each of these */
    assert_true(history->branches[1].via == mesh_log(2));
    mesh_free(c.mesh);
}

TEST(history, what_was_re_emitted_twice_counts_once)
{
    struct cloned c = cloned_new();
    const struct operation first = write_at(c.mesh, 3, EVENT_PAY);
    (void)emit(c.mesh, 3, EVENT_LINE_ADD, NULL, &c.lost);
    const struct operation after = emit(c.mesh, 3, EVENT_ACCEPT, NULL, NULL);
    mesh_sync(c.mesh);
    const struct history *history = mesh_history(c.mesh, 0);
    assert_int_equal(history->count, 4); /* opened, lost, first, after */
    assert_true(saw(history, &after, &c.lost));
    assert_true(history_find(history, &first) >= 0);
    assert_rows_equal(c.mesh, 0, 1);
    mesh_free(c.mesh);
}

TEST(history, a_re_emitted_event_is_dropped_where_the_original_counts)
{
    struct mesh *mesh = mesh_new(3, KIND_ORDER);
    const struct operation added = write_at(mesh, 0, EVENT_LINE_ADD);
    (void)emit(mesh, 1, EVENT_LINE_ADD, NULL, &added);
    const struct operation after = emit(mesh, 1, EVENT_ACCEPT, NULL, NULL);
    (void)mesh_deliver(mesh, 1, 2, 2);
    const struct history *history = mesh_history(mesh, 2);
    assert_int_equal(history->count, 2); /* it stands for the original meanwhile */
    assert_true(saw(history, &after, &added));
    mesh_sync(mesh);
    history = mesh_history(mesh, 2);
    assert_int_equal(history->count, 2);
    assert_true(history->branches[history->events[history_find(history, &added)].branch].via == 0);
    assert_true(saw(history, &after, &added));
    assert_rows_equal(mesh, 0, 2);
    mesh_free(mesh);
}

TEST(history, who_had_seen_a_lost_event_has_still_seen_it_once_it_is_re_emitted)
{
    struct cloned c = cloned_new();
    const struct operation knew = emit(c.mesh, 3, EVENT_ACCEPT, &c.lost, NULL);
    (void)mesh_deliver(c.mesh, 3, 1, 1);
    assert_true(history_find(mesh_history(c.mesh, 1), &knew) >= 0); /* its parent is voided */
    mesh_sync(c.mesh);
    assert_true(saw(mesh_history(c.mesh, 1), &knew, &c.lost));
    assert_rows_equal(c.mesh, 1, 2);
    mesh_free(c.mesh);
}

TEST(history, re_emitted_events_converge_too)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct prng prng = {seed};
        struct cloned c = cloned_new();
        struct operation lost = c.lost;
        if (seed % SICK_ONE_IN == 0) {
            mesh_sicken(c.mesh);
        }
        for (uint32_t step = 0; step < 20; step++) {
            lost.seq = c.lost.seq + prng_below(&prng, 3);
            if (prng_one_in(&prng, 3)) {
                (void)emit(c.mesh, (uint32_t)prng_between(&prng, 2, 3), EVENT_LINE_SET, NULL,
                           &lost);
            } else {
                (void)emit(c.mesh, (uint32_t)prng_between(&prng, 1, 3), EVENT_ACCEPT,
                           prng_one_in(&prng, 3) ? &lost : NULL, NULL);
            }
            (void)mesh_deliver(c.mesh, (uint32_t)prng_below(&prng, 4),
                               (uint32_t)prng_below(&prng, 4), 2);
        }
        for (uint32_t node = 0; node < 4; node++) {
            mesh_fill_shuffled(c.mesh, node, &prng);
            assert_rows_equal(c.mesh, 0, node);
        }
        mesh_free(c.mesh);
    }
}

/* --- limits --- */

static bool has_room(struct mesh *mesh, uint32_t node, uint32_t bytes)
{
    const struct history_room more = {.events = 1, .bytes = bytes};
    return history_has_room(mesh_history(mesh, node), mesh_log(0), &more);
}

TEST(history, what_a_log_writes_beyond_its_share_is_void)
{
    struct mesh *mesh = mesh_new(2, KIND_ORDER);
    for (uint32_t i = 0; i < ENTITY_EVENTS_PER_LOG_MAX; i++) {
        assert_true(has_room(mesh, 0, 1));
        (void)write_at(mesh, 0, EVENT_PAY);
    }
    assert_false(has_room(mesh, 0, 1));
    const struct operation beyond = write_at(mesh, 0, EVENT_PAY);
    mesh_fill(mesh, 1);
    assert_true(mesh_history(mesh, 0)->is_cut_short);
    assert_true(history_find(mesh_history(mesh, 0), &beyond) < 0);
    const struct operation other = write_at(mesh, 1, EVENT_PAY);
    mesh_sync(mesh);
    assert_true(history_find(mesh_history(mesh, 0), &other) >= 0);
    assert_int_equal(mesh_history(mesh, 0)->count, ENTITY_EVENTS_PER_LOG_MAX + 1);
    assert_rows_equal(mesh, 0, 1);
    mesh_free(mesh);
}

TEST(history, of_too_many_logs_the_lowest_count)
{
    enum { ALL = ENTITY_LOGS_MAX + 2 };
    struct mesh *mesh = mesh_new(ALL, KIND_ORDER);
    for (uint32_t i = ALL; i-- > 0;) {
        const struct event event = {.type = EVENT_CANCEL, .body = nothing()};
        (void)mesh_emit(mesh, i, &event);
        (void)mesh_deliver(mesh, i, 0, 1);
    }
    mesh_fill(mesh, 1);
    const struct history *history = mesh_history(mesh, 0);
    assert_true(history->is_cut_short);
    assert_int_equal(history->count, ENTITY_LOGS_MAX);
    assert_true(history->branches[ENTITY_LOGS_MAX - 1].log == mesh_log(ENTITY_LOGS_MAX - 1));
    assert_rows_equal(mesh, 0, 1);
    mesh_free(mesh);
}

TEST(history, more_heads_than_an_event_can_name_are_gathered_by_two)
{
    enum { ALL = PARENTS_MAX + 3 };
    struct mesh *mesh = mesh_new(ALL, KIND_ORDER);
    struct operation parents[PARENTS_MAX];
    uint32_t count;
    for (uint32_t i = 0; i < ALL; i++) {
        (void)write_at(mesh, i, EVENT_CANCEL);
    }
    mesh_fill(mesh, 0);
    (void)write_at(mesh, 0, EVENT_CANCEL);
    assert_int_equal(history_parents(mesh_history(mesh, 0), mesh_log(0), parents, &count), 0);
    assert_int_equal(count, ALL - 1 - PARENTS_MAX);
    (void)write_at(mesh, 0, EVENT_CANCEL);
    assert_int_equal(history_parents(mesh_history(mesh, 0), mesh_log(0), parents, &count), 0);
    assert_int_equal(count, 0);
    mesh_free(mesh);
}

/* --- the row --- */

static struct mesh *mesh_with_row(void)
{
    struct mesh *mesh = mesh_new(3, KIND_ORDER);
    struct prng prng = {7};
    for (uint32_t step = 0; step < 12; step++) {
        const uint32_t node = (uint32_t)prng_below(&prng, 3);
        (void)write_at(mesh, node, types[prng_below(&prng, 8)]);
        mesh_sync(mesh);
    }
    return mesh;
}

TEST(history, a_row_that_was_cut_is_refused)
{
    struct mesh *mesh = mesh_with_row();
    struct history *history = history_new();
    const struct entity_id entity = mesh_entity(mesh);
    const struct bytes row = mesh_row(mesh, 0);
    for (size_t size = 0; size < row.size; size++) {
        uint8_t *cut = malloc(size + 1); /* of its exact size, for the address sanitizer */
        assert_non_null(cut);
        memcpy(cut, row.data, size);
        assert_int_equal(history_decode(history, KIND_ORDER, &entity, bytes_of(cut, size)),
                         ERR_MALFORMED);
        assert_int_equal(history->count, 0);
        free(cut);
    }
    history_free(history);
    mesh_free(mesh);
}

/* A row in the right form has one spelling; whatever else a flipped bit makes of it is refused. */
TEST(history, a_row_with_a_flipped_bit_is_refused_or_says_something_else)
{
    struct mesh *mesh = mesh_with_row();
    struct history *history = history_new();
    const struct entity_id entity = mesh_entity(mesh);
    const struct bytes row = mesh_row(mesh, 0);
    uint8_t *damaged = malloc(row.size);
    uint8_t *again = malloc(row.size);
    struct bytes encoded;
    uint32_t refused = 0;
    assert_true(damaged != NULL && again != NULL);
    for (size_t bit = 0; bit < 8 * row.size; bit++) {
        memcpy(damaged, row.data, row.size);
        damaged[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (history_decode(history, KIND_ORDER, &entity, bytes_of(damaged, row.size)) != 0) {
            refused++;
            continue;
        }
        assert_int_equal(history_encode(history, again, row.size, &encoded), 0);
        assert_int_equal(encoded.size, row.size);
        assert_memory_equal(encoded.data, damaged, row.size);
    }
    assert_true(refused > row.size);
    free(damaged);
    free(again);
    history_free(history);
    mesh_free(mesh);
}

TEST(history, a_row_that_does_not_fit_is_not_written)
{
    struct mesh *mesh = mesh_with_row();
    uint8_t small[64];
    struct bytes row;
    assert_int_equal(history_encode(mesh_history(mesh, 0), small, sizeof small, &row),
                     ERR_TOO_LARGE);
    mesh_free(mesh);
}
