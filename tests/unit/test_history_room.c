/* test_history_room.c - how much one device may say of what lasts: for seasons, and no more.
 */
#include "tests/lib/test.h"

#include "sync/base/check.h"
#include "sync/domain/day.h"
#include "sync/domain/menu.h"
#include "sync/domain/menu_events.h"
#include "tests/lib/history_mesh.h"

enum { BODY_MAX = 128 };

static struct bytes available(bool is_so)
{
    static const uint8_t no[] = {0x91, 0xc2}, yes[] = {0x91, 0xc3};
    return is_so ? bytes_of(yes, sizeof yes) : bytes_of(no, sizeof no);
}

/* @node says @count times more, by turns, whether the item is to be had; nobody hears of it yet. */
static void say(struct mesh *mesh, uint32_t node, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct event event = {.type = EVENT_MENU_AVAILABLE, .body = available(i % 2 == 0)};
        (void)mesh_emit(mesh, node, &event);
    }
}

static uint32_t counted(struct mesh *mesh, uint32_t node, uint32_t of)
{
    const struct history *history = mesh_history(mesh, node);
    for (uint32_t b = 0; b < history->branches_count; b++) {
        if (history->branches[b].log == mesh_log(of)) {
            return history->branches[b].count;
        }
    }
    return 0;
}

static bool has_room(struct mesh *mesh, uint32_t node, uint32_t of)
{
    const struct history_room more = {.events = 1, .bytes = 1};
    return history_has_room(mesh_history(mesh, node), mesh_log(of), &more);
}

/* --- shares --- */

TEST(history_room, of_what_ends_each_log_has_its_256_whatever_others_wrote)
{
    struct history_room taken = {0};
    for (uint32_t place = 0; place < ENTITY_LOGS_MAX; place++) {
        const struct history_room room = history_room_at(KIND_ORDER, place, &taken);
        assert_int_equal(room.events, ENTITY_EVENTS_PER_LOG_MAX);
        assert_int_equal(room.bytes, HISTORY_LOG_BYTES_MAX);
        taken.events += room.events;
        taken.bytes += room.bytes;
    }
    assert_int_equal(history_room_salvaged(KIND_ORDER, &taken).events, 0);
    assert_int_equal(history_room_salvaged(KIND_ORDER, &taken).bytes, 0);
}

TEST(history_room, of_what_lasts_greedy_logs_leave_the_others_256)
{
    struct history_room taken = {0};
    for (uint32_t place = 0; place < ENTITY_LOGS_MAX; place++) {
        const struct history_room room = history_room_at(KIND_MENU, place, &taken);
        assert_true(room.events >= ENTITY_EVENTS_PER_LOG_MAX);
        assert_true(room.bytes >= HISTORY_LOG_BYTES_MAX);
        assert_true(place >= 3 || room.events == LASTING_EVENTS_PER_LOG_MAX);
        assert_true(place >= 3 || room.bytes == LASTING_LOG_BYTES_MAX);
        assert_true(place < 4 || room.events == ENTITY_EVENTS_PER_LOG_MAX);
        taken.events += room.events;
        taken.bytes += room.bytes;
    }
    assert_int_equal(taken.events, LASTING_EVENTS_MAX);
    assert_int_equal(taken.bytes, HISTORY_BODY_BYTES_MAX);
    assert_int_equal(history_room_salvaged(KIND_MENU, &taken).events, 0);
}

TEST(history_room, what_others_carry_of_what_lasts_is_no_more_than_of_an_order)
{
    const struct history_room taken = {.events = LASTING_EVENTS_PER_LOG_MAX};
    assert_int_equal(history_room_salvaged(KIND_MENU, &taken).events, ENTITY_EVENTS_MAX);
    assert_int_equal(history_room_salvaged(KIND_MENU, &taken).bytes, HISTORY_BODY_BYTES_MAX);
}

/* A row that the disk spoilt may say anything of what was taken. */
TEST(history_room, where_more_was_taken_than_there_is_nothing_is_left)
{
    const struct history_room taken = {UINT32_C(1) << 30, UINT32_C(1) << 30};
    const struct history_room room = history_room_at(KIND_MENU, 3, &taken);
    assert_int_equal(room.events, 0);
    assert_int_equal(room.bytes, 0);
}

/* --- items --- */

TEST(history_room, an_item_is_sold_out_and_back_16384_times_and_its_row_stays_small)
{
    struct mesh *mesh = mesh_new(2, KIND_MENU);
    say(mesh, 0, LASTING_EVENTS_PER_LOG_MAX - 1);
    mesh_fill(mesh, 0);
    assert_true(has_room(mesh, 0, 0));
    say(mesh, 0, 1);
    mesh_fill(mesh, 0);
    assert_false(has_room(mesh, 0, 0));
    assert_int_equal(counted(mesh, 0, 0), LASTING_EVENTS_PER_LOG_MAX);
    assert_false(mesh_history(mesh, 0)->is_cut_short);
    assert_true(mesh_row(mesh, 0).size < 256);
    say(mesh, 0, 3);
    mesh_fill(mesh, 0);
    assert_true(mesh_history(mesh, 0)->is_cut_short);
    assert_int_equal(counted(mesh, 0, 0), LASTING_EVENTS_PER_LOG_MAX);
    say(mesh, 1, 1);
    mesh_sync(mesh);
    assert_int_equal(counted(mesh, 0, 1), 1);
    assert_true(bytes_equal(mesh_row(mesh, 0), mesh_row(mesh, 1)));
    mesh_free(mesh);
}

TEST(history_room, of_an_order_256_kib_of_a_log_count)
{
    enum { SIZE = 8192, HEAD = 4, TIMES = HISTORY_LOG_BYTES_MAX / SIZE };
    static const uint8_t zeros[SIZE];
    static uint8_t data[SIZE];
    struct writer writer;
    struct event event = {.type = EVENT_PAY};
    struct mesh *mesh = mesh_new(1, KIND_ORDER);
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 1);
    write_bin(&writer, zeros, SIZE - HEAD);
    check(writer_finish(&writer, &event.body) == 0);
    for (uint32_t i = 0; i <= TIMES; i++) {
        assert_int_equal(counted(mesh, 0, 0), i);
        (void)mesh_emit(mesh, 0, &event);
        mesh_fill(mesh, 0);
    }
    assert_int_equal(counted(mesh, 0, 0), TIMES);
    assert_true(mesh_history(mesh, 0)->is_cut_short);
    mesh_free(mesh);
}

/* Who is revoked from an early event on uncovers what he said before, whatever was pruned. */
TEST(history_room, what_a_revocation_voids_uncovers_the_value_before_it)
{
    struct mesh *mesh = mesh_new(1, KIND_MENU);
    say(mesh, 0, 2000);
    mesh_fill(mesh, 0);
    assert_int_equal(mesh_history(mesh, 0)->events[0].body.data[1], 0xc2);
    mesh_roster(mesh)->logs[0].revoked_seq = 1000;
    mesh_roster(mesh)->logs[0].unrevoked_to = 1000; /* of seqs that begin at 2 */
    mesh_refold(mesh);
    assert_int_equal(mesh_history(mesh, 0)->count, 1);
    assert_int_equal(mesh_history(mesh, 0)->events[0].id.seq, 1000);
    assert_int_equal(counted(mesh, 0, 0), 999);
    mesh_free(mesh);
}

/* Four journals of a thief, of lower ids than all others, each of more events than count. */
TEST(history_room, whoever_fills_an_item_leaves_room_for_others_in_any_order_of_arrival)
{
    enum { THIEVES = 4, HONEST = 4, NODES = 5 };
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    for (uint32_t thief = 0; thief < THIEVES; thief++) {
        say(mesh, thief, LASTING_EVENTS_PER_LOG_MAX + 1);
    }
    say(mesh, HONEST, ENTITY_EVENTS_PER_LOG_MAX + 1);
    for (uint32_t i = 0; i < NODES; i++) {
        (void)mesh_deliver(mesh, i, 0, UINT32_MAX);
        (void)mesh_deliver(mesh, NODES - 1 - i, 1, UINT32_MAX);
    }
    assert_true(mesh_history(mesh, 0)->is_cut_short);
    assert_int_equal(counted(mesh, 0, 2), LASTING_EVENTS_PER_LOG_MAX);
    assert_int_equal(counted(mesh, 0, 3), LASTING_EVENTS_MAX - 3 * LASTING_EVENTS_PER_LOG_MAX -
                                              12 * ENTITY_EVENTS_PER_LOG_MAX);
    assert_int_equal(counted(mesh, 0, HONEST), ENTITY_EVENTS_PER_LOG_MAX);
    assert_true(mesh_row(mesh, 0).size < 2048);
    assert_true(bytes_equal(mesh_row(mesh, 0), mesh_row(mesh, 1)));
    mesh_free(mesh);
}

/* A device may have room of its own, and yet push out what a higher one wrote. */
TEST(history_room, nobody_writes_what_would_void_anothers_words)
{
    struct mesh *mesh = mesh_new(6, KIND_MENU);
    for (uint32_t node = 1; node <= 4; node++) {
        say(mesh, node, node < 4 ? LASTING_EVENTS_PER_LOG_MAX : 12544);
    }
    mesh_fill(mesh, 5);
    assert_false(mesh_history(mesh, 5)->is_cut_short);
    assert_true(has_room(mesh, 5, 0));
    say(mesh, 5, 1);
    mesh_fill(mesh, 5);
    assert_true(has_room(mesh, 5, 5));
    assert_int_equal(counted(mesh, 5, 4), 12544);
    say(mesh, 0, 1024);
    mesh_fill(mesh, 5);
    assert_false(mesh_history(mesh, 5)->is_cut_short);
    assert_false(has_room(mesh, 5, 0));
    say(mesh, 0, 1);
    mesh_fill(mesh, 5);
    assert_true(mesh_history(mesh, 5)->is_cut_short);
    assert_int_equal(counted(mesh, 5, 4), 12543);
    mesh_free(mesh);
}

TEST(history_room, late_in_a_log_nothing_is_re_emitted_on_what_lasts)
{
    const struct operation lost = {.log = 99, .seq = 4, .hash = {7}};
    const struct event again = {
        .type = EVENT_MENU_AVAILABLE, .body = available(true), .is_reemitted = true, .was = lost};
    struct mesh *mesh = mesh_new(2, KIND_MENU);
    say(mesh, 0, ENTITY_EVENTS_PER_LOG_MAX);
    (void)mesh_emit(mesh, 0, &again);
    say(mesh, 0, 1);
    mesh_fill(mesh, 0);
    assert_true(history_find(mesh_history(mesh, 0), &lost) < 0);
    assert_int_equal(counted(mesh, 0, 0), ENTITY_EVENTS_PER_LOG_MAX + 1);
    (void)mesh_emit(mesh, 1, &again); /* early in another's */
    mesh_fill(mesh, 1);
    assert_true(history_find(mesh_history(mesh, 1), &lost) >= 0);
    mesh_free(mesh);
}

/* --- the day --- */

static void write_day(struct mesh *mesh, uint32_t type, uint64_t n)
{
    static struct day_close close = {.frontier = {.count = 1, .entries = {{.log = 1, .seq = 1}}}};
    uint8_t data[BODY_MAX];
    struct writer writer;
    struct event event = {.type = type};
    const struct day_open open = {.n = n};
    close.n = n;
    writer_init(&writer, data, sizeof data);
    if (type == EVENT_DAY_OPEN) {
        day_open_encode(&open, &writer);
    } else {
        day_close_encode(&close, &writer);
    }
    check(writer_finish(&writer, &event.body) == 0);
    (void)mesh_emit(mesh, 0, &event);
}

TEST(history_room, one_device_opens_and_closes_2000_days_and_the_next_counts)
{
    static struct day day;
    struct popup popup;
    struct mesh *mesh = mesh_new(2, KIND_POPUP);
    for (uint64_t n = 1; n <= 2000; n++) {
        write_day(mesh, EVENT_DAY_OPEN, n);
        write_day(mesh, EVENT_DAY_CLOSE, n);
    }
    mesh_fill(mesh, 1);
    write_day(mesh, EVENT_DAY_OPEN, 2001);
    mesh_fill(mesh, 1);
    mesh_fill(mesh, 0);
    popup_derive(mesh_history(mesh, 1), &popup);
    day_derive(mesh_history(mesh, 1), 2000, &day);
    assert_int_equal(popup.day, 2001);
    assert_true(day.is_closed);
    assert_true(has_room(mesh, 1, 0));
    assert_true(bytes_equal(mesh_row(mesh, 0), mesh_row(mesh, 1)));
    mesh_free(mesh);
}
