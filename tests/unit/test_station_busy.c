/* test_station_busy.c - a cook says that a station is busy: what is taken of it, until when it
 * holds, and what two cooks say who do not know of each other.
 */
#include "tests/lib/test.h"

#include "sync/base/check.h"
#include "sync/domain/busy.h"
#include "sync/domain/entity.h"
#include "sync/domain/record.h"
#include "tests/lib/diner.h"
#include "tests/lib/history_mesh.h"

enum { NODES = 3, GRILL = 3, NOWHERE = 9, MINUTE_MS = 60 * 1000 };

/* --- one device --- */

static void open_with_grill(void)
{
    diner_open();
    struct command command = diner_command(COMMAND_RECORD_SET);
    command.record = KIND_STATION;
    command.item = GRILL;
    command.is_new = true;
    diner_add_field(&command, RECORD_NAME, "grill", 0);
    check(diner_events_of(&command) == 1);
}

static int say(enum role role, uint64_t station, uint32_t minutes, uint64_t until_ms)
{
    struct command command = diner_command(COMMAND_STATION_BUSY);
    command.principal.role = role;
    command.record = KIND_STATION;
    command.item = station;
    command.busy_minutes = minutes;
    command.busy_until_ms = until_ms;
    return diner_run(&command);
}

static uint32_t said_at(uint64_t now_t)
{
    const struct entity_id id = entity_id_derive(KIND_STATION, GRILL);
    struct record record;
    struct store_txn *txn = store_memory_begin(diner.store, false);
    check(history_get(diner.history, txn, KIND_STATION, &id) == 0);
    store_memory_abort(txn);
    record_derive(diner.history, &record);
    assert_false(record.has_conflict);
    return busy_said(&record, now_t);
}

static uint64_t in(uint64_t minutes)
{
    return diner.t + minutes * MINUTE_MS;
}

TEST(station_busy, is_said_by_a_cook_until_it_ends_by_itself_or_is_taken_back)
{
    open_with_grill();
    assert_int_equal(said_at(diner.t), 0);
    assert_int_equal(say(ROLE_KITCHEN, GRILL, 20, in(30)), 0);
    assert_int_equal(diner.result.events_count, 1);
    assert_int_equal(diner_event_type(0), EVENT_STATION_BUSY);
    assert_int_equal(said_at(in(29)), 20);
    assert_int_equal(said_at(in(31)), 0);
    assert_int_equal(say(ROLE_KITCHEN, GRILL, BUSY_CLOSED, in(10)), 0);
    assert_int_equal(said_at(in(9)), BUSY_CLOSED);
    assert_int_equal(say(ROLE_KITCHEN, GRILL, 0, in(10)), 0);
    assert_int_equal(said_at(in(9)), 0);
    diner_close();
}

TEST(station_busy, what_is_so_already_or_over_is_not_written)
{
    open_with_grill();
    const uint64_t until_ms = in(30);
    assert_int_equal(say(ROLE_KITCHEN, GRILL, 0, 0), 0);
    assert_int_equal(diner.result.events_count, 0);
    assert_int_equal(say(ROLE_KITCHEN, GRILL, 10, until_ms), 0);
    assert_int_equal(say(ROLE_KITCHEN, GRILL, 10, until_ms), 0);
    assert_int_equal(diner.result.events_count, 0);
    assert_int_equal(say(ROLE_KITCHEN, GRILL, 10, until_ms + 1), 0);
    assert_int_equal(diner.result.events_count, 1);
    assert_int_equal(say(ROLE_KITCHEN, GRILL, 10, diner.t), 0);
    assert_int_equal(diner.result.events_count, 0);
    diner_close();
}

TEST(station_busy, whoever_takes_dishes_off_says_it_of_a_station_there_is_and_for_two_hours_at_most)
{
    static const struct {
        enum role role;
        uint64_t station;
        uint32_t minutes;
        uint64_t for_minutes;
        int err;
    } cases[] = {
        {ROLE_KITCHEN, GRILL, BUSY_MINUTES_MAX, 120, 0},
        {ROLE_COUNTER, GRILL, 10, 30, 0},
        {ROLE_MANAGER, GRILL, 10, 30, 0},
        {ROLE_PICKUP, GRILL, 10, 30, ERR_FORBIDDEN},
        {ROLE_CUSTOMER, GRILL, 10, 30, ERR_FORBIDDEN},
        {ROLE_KITCHEN, NOWHERE, 10, 30, ERR_NOT_FOUND},
        {ROLE_KITCHEN, 0, 10, 30, ERR_MALFORMED},
        {ROLE_KITCHEN, GRILL, BUSY_MINUTES_MAX + 1, 30, ERR_MALFORMED},
        {ROLE_KITCHEN, GRILL, 10, 121, ERR_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_with_grill();
        const uint64_t until_ms = in(cases[i].for_minutes);
        assert_int_equal(say(cases[i].role, cases[i].station, cases[i].minutes, until_ms),
                         cases[i].err);
        diner_close();
    }
}

/* --- several --- */

static void write_at(struct mesh *mesh, uint32_t node, uint32_t minutes, uint64_t until_ms)
{
    const struct station_busy busy = {.minutes = minutes, .until_ms = until_ms};
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    station_busy_encode(&busy, &writer);
    check(writer_finish(&writer, &body) == 0);
    (void)mesh_write(mesh, node, EVENT_STATION_BUSY, 1, body);
}

static struct record station_at(struct mesh *mesh, uint32_t node)
{
    struct record record;
    record_derive(mesh_history(mesh, node), &record);
    return record;
}

static void assert_said(struct mesh *mesh, uint32_t minutes, uint64_t until_ms)
{
    mesh_sync(mesh);
    for (uint32_t node = 0; node < NODES; node++) {
        const struct record station = station_at(mesh, node);
        assert_int_equal(record_number(&station, STATION_BUSY), minutes);
        assert_int_equal(record_number(&station, STATION_BUSY_UNTIL), until_ms);
        assert_false(station.has_conflict);
    }
}

TEST(station_busy, of_two_cooks_who_disagree_the_slower_and_the_longer_counts_and_nothing_is_marked)
{
    struct mesh *mesh = mesh_new(NODES, KIND_STATION);
    write_at(mesh, 0, 10, 7000);
    write_at(mesh, 1, BUSY_CLOSED, 5000);
    assert_said(mesh, BUSY_CLOSED, 7000);
    write_at(mesh, 2, 20, 6000); /* who has seen both decides */
    assert_said(mesh, 20, 6000);
    write_at(mesh, 0, 0, 0);
    write_at(mesh, 1, 10, 8000);
    assert_said(mesh, 10, 8000);
    write_at(mesh, 0, 0, 0);
    assert_said(mesh, 0, 0);
    mesh_free(mesh);
}

TEST(station_busy, an_end_that_a_wrong_clock_said_is_not_believed)
{
    static const uint64_t now_t = 1000000, max_ms = UINT64_C(2) * BUSY_SAID_MS_MAX;
    struct mesh *mesh = mesh_new(NODES, KIND_STATION);
    write_at(mesh, 0, 10, now_t + max_ms);
    const struct record station = station_at(mesh, 0);
    assert_int_equal(busy_said(&station, now_t), 10);
    assert_int_equal(busy_said(&station, now_t - 1), 0);
    assert_int_equal(busy_said(&station, now_t + max_ms), 0);
    mesh_free(mesh);
}

TEST(station_busy, more_minutes_are_a_longer_wait_and_closed_is_full)
{
    assert_int_equal(busy_judge_said(0), BUSY_NOT);
    assert_int_equal(busy_judge_said(1), BUSY_SLOW);
    assert_int_equal(busy_judge_said(BUSY_MINUTES_MAX), BUSY_SLOW);
    assert_int_equal(busy_judge_said(BUSY_CLOSED), BUSY_FULL);
}
