/* A place in the queue, and what is told of it. */
#include "node/figures/line_up.h"

#include <string.h>

#include "node/figures/station_load.h"
#include "sync/domain/record.h"
#include "tests/lib/test.h"

static struct line_up line_up;
static struct order order;

static struct entity_id id_of(uint8_t seconds)
{
    return (struct entity_id){.bytes = {0, 0, 0, seconds}};
}

/* Who had two ahead waited 24 s lately, 22 to 26 s are told. Two wait, one of them for long; one
 * that came between became ready at 9,000. */
static void begin(void)
{
    memset(&line_up, 0, sizeof line_up);
    line_up.waiting_count = 2;
    line_up.waiting[0] = id_of(7);
    line_up.waiting[1] = id_of(1);
    line_up.ready_count = 1;
    line_up.ready_ids[0] = id_of(3);
    line_up.ready[0] = (struct wait_order){.opened_t = 3000, .ready_t = 9000};
    line_up.has_model = true;
    line_up.model.count = WAIT_ORDERS_MIN;
    for (uint32_t i = 0; i < WAIT_ORDERS_MIN; i++) {
        line_up.model.past[i] = (struct wait_past){.ahead = 2, .wait_ms = 24000};
    }
    order = (struct order){.id = id_of(5), .opened_t = 5000, .phase = PHASE_PLACED};
}

TEST(line_up, those_who_came_before_and_are_not_ready_are_ahead)
{
    struct line_place place;
    begin();
    assert_true(line_up_find(&line_up, &order, 0, 5000, &place));
    assert_int_equal(place.ahead, 1);
}

TEST(line_up, the_range_is_of_the_wait_that_began_then_less_what_has_passed)
{
    struct line_place place;
    begin();
    assert_true(line_up_find(&line_up, &order, 0, 5000, &place)); /* two were ahead */
    assert_true(place.has_range);
    assert_int_equal(place.low_ms, 22000);
    assert_int_equal(place.high_ms, 26000);
    assert_true(line_up_find(&line_up, &order, 0, 5000 + 20000, &place));
    assert_int_equal(place.low_ms, 2000);
    assert_int_equal(place.high_ms, 6000);
    assert_true(line_up_find(&line_up, &order, 0, 5000 + 23000, &place));
    assert_int_equal(place.low_ms, 0);
    assert_int_equal(place.high_ms, 3000);
}

TEST(line_up, who_waits_longer_than_others_did_is_told_nothing_wrong)
{
    struct line_place place;
    begin();
    assert_true(line_up_find(&line_up, &order, 0, 5000 + 26000, &place));
    assert_false(place.has_range);
    line_up.has_model = false;
    assert_true(line_up_find(&line_up, &order, 0, 5000, &place));
    assert_false(place.has_range);
    assert_int_equal(place.ahead, 1);
}

TEST(line_up, who_waits_as_others_did_for_very_different_times_is_told_no_range)
{
    struct line_place place;
    begin();
    for (uint32_t i = 0; i < WAIT_ORDERS_MIN; i += 2) {
        line_up.model.past[i].wait_ms = 12000;
    }
    assert_true(line_up_find(&line_up, &order, 0, 5000, &place));
    assert_false(place.has_range);
    assert_int_equal(place.ahead, 1);
}

TEST(line_up, who_does_not_wait_for_the_kitchen_has_no_place)
{
    static const enum order_phase phases[] = {PHASE_DRAFT, PHASE_READY, PHASE_COMPLETED,
                                              PHASE_CANCELLED, PHASE_REFUSED};
    struct line_place place;
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        begin();
        order.phase = phases[i];
        assert_false(line_up_find(&line_up, &order, 0, 5000, &place));
    }
}

/* --- what cooks say --- */

enum { MINUTE_MS = 60 * 1000 };

static struct station_load load;

static void cook_says(const char *station, uint32_t minutes)
{
    struct station_load_at *at = &load.stations[load.count++];
    *at = (struct station_load_at){
        .name_size = (uint32_t)strlen(station), .throttle = STATION_THROTTLE_NONE, .said = minutes};
    memcpy(at->name, station, at->name_size);
}

/* One of the grill that waits, and one of the bar that is done. */
static void begin_with_lines(void)
{
    begin();
    load.count = 0;
    order.lines_count = 2;
    order.lines[0] = (struct order_line){
        .id = 1, .quantity = 1, .is_active = true, .station = bytes_of_text("grill")};
    order.lines[1] = order.lines[0];
    order.lines[1].id = 2;
    order.lines[1].station = bytes_of_text("bar");
    order.lines[1].progress = LINE_DONE;
}

TEST(line_up, what_a_cook_says_of_a_station_counts_for_what_it_has_to_make_of_the_order)
{
    begin_with_lines();
    assert_int_equal(station_load_said_ms(&load, &order), 0);
    cook_says("fryer", 30);
    cook_says("bar", 20);
    assert_int_equal(station_load_said_ms(&load, &order), 0); /* its line is done */
    cook_says("grill", 10);
    assert_int_equal(station_load_said_ms(&load, &order), 10 * MINUTE_MS);
    order.lines[1].progress = LINE_STARTED;
    assert_int_equal(station_load_said_ms(&load, &order), 20 * MINUTE_MS); /* the longer */
    order.phase = PHASE_READY;
    assert_int_equal(station_load_said_ms(&load, &order), 0);
}

TEST(line_up, a_station_that_takes_nothing_from_phones_says_no_time)
{
    begin_with_lines();
    cook_says("grill", BUSY_CLOSED);
    assert_int_equal(station_load_said_ms(&load, &order), 0);
}

TEST(line_up, who_waits_is_told_so_much_later_also_when_the_usual_time_has_passed)
{
    struct line_place place;
    begin();
    assert_true(line_up_find(&line_up, &order, 10 * MINUTE_MS, 5000, &place));
    assert_true(place.has_range);
    assert_int_equal(place.low_ms, 10 * MINUTE_MS + 22000);
    assert_int_equal(place.high_ms, 10 * MINUTE_MS + 26000);
    assert_true(line_up_find(&line_up, &order, 10 * MINUTE_MS, 5000 + 30000, &place));
    assert_true(place.has_range);
    assert_int_equal(place.low_ms, 10 * MINUTE_MS - 8000);
    line_up.has_model = false; /* nobody knows what is usual */
    assert_true(line_up_find(&line_up, &order, 10 * MINUTE_MS, 5000, &place));
    assert_false(place.has_range);
}
