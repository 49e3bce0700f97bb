/* A place in the queue, and what is told of it. */
#include "node/api/line_up.h"

#include <string.h>

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
    assert_true(line_up_find(&line_up, &order, 5000, &place));
    assert_int_equal(place.ahead, 1);
}

TEST(line_up, the_range_is_of_the_wait_that_began_then_less_what_has_passed)
{
    struct line_place place;
    begin();
    assert_true(line_up_find(&line_up, &order, 5000, &place)); /* two were ahead */
    assert_true(place.has_range);
    assert_int_equal(place.low_ms, 22000);
    assert_int_equal(place.high_ms, 26000);
    assert_true(line_up_find(&line_up, &order, 5000 + 20000, &place));
    assert_int_equal(place.low_ms, 2000);
    assert_int_equal(place.high_ms, 6000);
    assert_true(line_up_find(&line_up, &order, 5000 + 23000, &place));
    assert_int_equal(place.low_ms, 0);
    assert_int_equal(place.high_ms, 3000);
}

TEST(line_up, who_waits_longer_than_others_did_is_told_nothing_wrong)
{
    struct line_place place;
    begin();
    assert_true(line_up_find(&line_up, &order, 5000 + 26000, &place));
    assert_false(place.has_range);
    line_up.has_model = false;
    assert_true(line_up_find(&line_up, &order, 5000, &place));
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
    assert_true(line_up_find(&line_up, &order, 5000, &place));
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
        assert_false(line_up_find(&line_up, &order, 5000, &place));
    }
}
