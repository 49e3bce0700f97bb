/* test_day_fold.c - what a pop-up's history tells of a day's end: whose word counts, and how far.
 */
#include "sync/domain/day.h"

#include "tests/lib/history_mesh.h"
#include "tests/lib/test.h"

enum { BODY_BYTES = 15 * 1024, NODES = 2 };

static struct mesh *mesh;
static struct day day;

static struct day_close close_of(uint64_t n)
{
    struct day_close close = {.n = n};
    return close;
}

static void add(struct day_close *close, uint64_t log, uint64_t seq, uint8_t hash)
{
    close->frontier.entries[close->frontier.count++] =
        (struct frontier_entry){.log = log, .seq = seq, .hash = {{hash}}};
}

static struct bytes body_of(const struct day_close *close)
{
    static uint8_t data[BODY_BYTES];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    day_close_encode(close, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    return body;
}

static void write_close(uint32_t node, uint64_t t, const struct day_close *close)
{
    (void)mesh_write(mesh, node, EVENT_DAY_CLOSE, t, body_of(close));
}

/* Day 1 of a mesh of which node 1 says @a and node 0 then, not knowing of it, @b. */
static const struct day *day_of(const struct day_close *a, const struct day_close *b)
{
    mesh = mesh_new(NODES, KIND_POPUP);
    write_close(1, 5, a);
    write_close(0, 7, b);
    mesh_sync(mesh);
    day_derive(mesh_history(mesh, 0), 1, &day);
    mesh_free(mesh);
    return &day;
}

/* --- bytes --- */

TEST(day_fold, a_frontier_has_each_log_once_ascending_and_none_at_nothing)
{
    struct day_close read;
    struct day_close close = close_of(1);
    add(&close, 3, 1, 0);
    add(&close, 4, 1, 0);
    assert_int_equal(day_close_decode(body_of(&close), &read), 0);
    assert_int_equal(read.frontier.count, 2);
    close.frontier.entries[1].log = 3;
    assert_int_equal(day_close_decode(body_of(&close), &read), ERR_MALFORMED);
    close.frontier.entries[1].log = 2;
    assert_int_equal(day_close_decode(body_of(&close), &read), ERR_MALFORMED);
    close.frontier.entries[1] = (struct frontier_entry){.log = 4, .seq = 0};
    assert_int_equal(day_close_decode(body_of(&close), &read), ERR_MALFORMED);
    close.frontier.count = 0;
    assert_int_equal(day_close_decode(body_of(&close), &read), ERR_MALFORMED);
}

TEST(day_fold, no_day_has_the_number_nought)
{
    struct day_close read;
    struct day_close close = close_of(0);
    add(&close, 3, 1, 0);
    assert_int_equal(day_close_decode(body_of(&close), &read), ERR_MALFORMED);
}

TEST(day_fold, what_is_cut_short_is_refused_at_every_byte)
{
    struct day_close read;
    struct day_close close = close_of(1);
    add(&close, 3, 1, 0);
    add(&close, 4, 9, 0);
    const struct bytes whole = body_of(&close);
    for (size_t size = 0; size < whole.size; size++) {
        assert_int_not_equal(day_close_decode(bytes_of(whole.data, size), &read), 0);
    }
}

/* --- the fold --- */

TEST(day_fold, another_days_end_is_not_this_ones)
{
    struct day_close other = close_of(2);
    struct day_close own = close_of(1);
    add(&other, 3, 9, 0);
    add(&own, 3, 4, 0);
    assert_int_equal(day_of(&other, &own)->closes_count, 1);
    assert_int_equal(day.closed_t, 7);
    assert_int_equal(frontier_find(&day.frontier, 3)->seq, 4);
    assert_false(day_of(&other, &other)->is_closed);
}

TEST(day_fold, joined_frontiers_hold_every_log_of_both_at_the_further)
{
    struct day_close a = close_of(1);
    struct day_close b = close_of(1);
    add(&a, 3, 9, 0);
    add(&a, 7, 2, 0);
    add(&b, 3, 4, 0);
    add(&b, 5, 1, 0);
    add(&b, 7, 3, 0);
    (void)day_of(&a, &b);
    assert_int_equal(day.frontier.count, 3);
    assert_int_equal(frontier_find(&day.frontier, 3)->seq, 9);
    assert_int_equal(frontier_find(&day.frontier, 5)->seq, 1);
    assert_int_equal(frontier_find(&day.frontier, 7)->seq, 3);
    assert_null(frontier_find(&day.frontier, 2));
    assert_null(frontier_find(&day.frontier, 4));
    assert_null(frontier_find(&day.frontier, 8));
}

TEST(day_fold, of_a_log_that_forked_the_smaller_hash_stands_whoever_said_it)
{
    struct day_close low = close_of(1);
    struct day_close high = close_of(1);
    add(&low, 3, 9, 0x10);
    add(&high, 3, 9, 0x20);
    assert_int_equal(day_of(&low, &high)->frontier.entries[0].hash.bytes[0], 0x10);
    assert_int_equal(day_of(&high, &low)->frontier.entries[0].hash.bytes[0], 0x10);
    assert_int_equal(day.frontier.count, 1);
}

TEST(day_fold, what_a_log_wrote_beyond_the_frontier_is_late_and_so_is_a_log_that_nobody_knew)
{
    struct day_close close = close_of(1);
    add(&close, 3, 9, 0);
    (void)day_of(&close, &close);
    assert_false(day_is_late(&day, 3, 9));
    assert_true(day_is_late(&day, 3, 10));
    assert_true(day_is_late(&day, 4, 1));
    day.is_closed = false;
    assert_false(day_is_late(&day, 4, 1));
}

TEST(day_fold, of_more_logs_than_there_can_be_the_lowest_stay)
{
    struct day_close full = close_of(1);
    struct day_close more = close_of(1);
    for (uint64_t i = 0; i < LOGS_MAX; i++) {
        add(&full, 10 * (i + 1), 1, 0);
    }
    add(&more, 5, 1, 0);
    add(&more, UINT64_MAX, 1, 0);
    /* Node 0's comes first: the whole one is joined with the other, and the other with it. */
    (void)day_of(&more, &full);
    assert_int_equal(day.frontier.count, LOGS_MAX);
    assert_non_null(frontier_find(&day.frontier, 5));
    assert_null(frontier_find(&day.frontier, 10 * (uint64_t)LOGS_MAX));
    assert_null(frontier_find(&day.frontier, UINT64_MAX));
    (void)day_of(&full, &more);
    assert_int_equal(day.frontier.count, LOGS_MAX);
    assert_non_null(frontier_find(&day.frontier, 5));
    assert_null(frontier_find(&day.frontier, 10 * (uint64_t)LOGS_MAX));
    assert_null(frontier_find(&day.frontier, UINT64_MAX));
}
