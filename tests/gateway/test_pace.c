/* test_pace.c - how often the provider is read, and since when orders wait. */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/settle/pace.h"
#include "gateway/settle/waits.h"

static uint64_t wait_of(uint64_t open_ms, uint64_t hook_ms)
{
    const struct pace pace = {.open_ms = open_ms, .hook_ms = hook_ms};
    return pace_wait(&pace);
}

TEST(pace, the_younger_the_open_payment_the_sooner)
{
    assert_int_equal(wait_of(0, UINT64_MAX), PACE_FASTEST_MS);
    assert_int_equal(wait_of(100000, UINT64_MAX), 10000);
    assert_int_equal(wait_of(UINT64_C(86400000), UINT64_MAX), PACE_SLOWEST_MS);
    assert_int_equal(wait_of(UINT64_MAX, UINT64_MAX), PACE_IDLE_MS);
}

TEST(pace, where_webhooks_arrive_reading_is_rare)
{
    assert_int_equal(wait_of(0, 1000), PACE_CALM_MS);
    assert_int_equal(wait_of(UINT64_C(86400000), 1000), PACE_SLOWEST_MS);
    assert_int_equal(wait_of(0, PACE_TRUSTED_MS + 1), PACE_FASTEST_MS);
}

TEST(pace, a_payment_of_a_quarter_of_an_hour_is_not_read_a_hundred_times)
{
    uint32_t reads = 0;
    for (uint64_t at_ms = 0; at_ms < 15 * 60 * 1000; reads++) {
        at_ms += wait_of(at_ms, UINT64_MAX);
    }
    assert_true(reads < 100);
}

/* --- waits --- */

static struct waits waits;

static struct order *held_order(void)
{
    static struct order order;
    memset(&waits, 0, sizeof waits);
    memset(&order, 0, sizeof order);
    order.phase = PHASE_PLACED;
    order.lines_count = 1;
    order.lines[0] = (struct order_line){.id = 1, .quantity = 1, .is_active = true};
    order.ledger.held_minor = 700;
    return &order;
}

TEST(waits, the_kitchens_time_runs_while_something_is_held_and_not_decided)
{
    struct order *order = held_order();
    assert_int_equal(waits_look(&waits, order, 1000).undecided_ms, 0);
    assert_int_equal(waits_look(&waits, order, 5000).undecided_ms, 4000);
    order->lines[0].is_accepted = true;
    assert_int_equal(waits_look(&waits, order, 6000).undecided_ms, 0);
    assert_int_equal(waits_count(&waits), 0);
    assert_true(waits_plan(&waits, &order->id, 6000, UINT64_MAX));
    assert_int_equal(waits.count, 0);
    order->lines[0].is_accepted = false;
    assert_int_equal(waits_look(&waits, order, 7000).undecided_ms, 0);
}

TEST(waits, a_draft_waits_from_when_it_could_be_paid)
{
    struct order *order = held_order();
    order->phase = PHASE_DRAFT;
    order->ledger.held_minor = 0;
    (void)waits_look(&waits, order, 1000);
    assert_int_equal(waits.count, 0);
    order->ledger.intents_count = 1;
    order->ledger.intents[0].state = INTENT_CREATED;
    (void)waits_look(&waits, order, 2000);
    assert_int_equal(waits_look(&waits, order, 2500).draft_ms, 500);
    order->ledger.intents[0].state = INTENT_CANCELED;
    order->ledger.held_minor = 300; /* of another: it expires as well */
    assert_int_equal(waits_look(&waits, order, 3000).draft_ms, 1000);
    assert_int_equal(waits_count(&waits), 1);
}

TEST(waits, an_order_that_waits_for_nobody_is_planned_again_when_the_core_did_not_take_a_wish)
{
    struct order *order = held_order();
    struct entity_id due;
    order->ledger.held_minor = 0;
    (void)waits_look(&waits, order, 1000);
    assert_true(waits_plan(&waits, &order->id, 1000, 500));
    assert_int_equal(waits_count(&waits), 0);
    assert_true(waits_soon(&waits, &order->id, 1200));
    assert_true(waits_soon(&waits, &order->id, 1400));
    assert_true(waits_due(&waits, 1200, &due) && entity_id_equal(&due, &order->id));
    (void)waits_look(&waits, order, 1200);
    assert_true(waits_plan(&waits, &order->id, 1200, UINT64_MAX));
    assert_int_equal(waits.count, 0);
    assert_true(waits_plan(&waits, &order->id, 1200, UINT64_MAX));
}

TEST(waits, who_is_due_is_due_once)
{
    struct order *order = held_order();
    struct entity_id due;
    (void)waits_look(&waits, order, 1000);
    assert_true(waits_plan(&waits, &order->id, 1000, 500));
    assert_int_equal(waits_next(&waits), 1500);
    assert_false(waits_due(&waits, 1499, &due));
    assert_true(waits_due(&waits, 1500, &due));
    assert_true(entity_id_equal(&due, &order->id));
    assert_false(waits_due(&waits, 1500, &due));
    assert_true(waits_plan(&waits, &order->id, 1500, UINT64_MAX));
    assert_true(waits_next(&waits) == UINT64_MAX);
}

TEST(waits, who_waits_for_people_is_remembered_without_a_time_too)
{
    struct order *order = held_order();
    (void)waits_look(&waits, order, 1000);
    assert_true(waits_plan(&waits, &order->id, 1000, UINT64_MAX));
    assert_int_equal(waits_count(&waits), 1);
    order->phase = PHASE_DRAFT;
    order->lines[0].is_accepted = true;
    (void)waits_look(&waits, order, 1000);
    assert_true(waits_plan(&waits, &order->id, 1000, UINT64_MAX));
    assert_int_equal(waits_count(&waits), 1);
}

TEST(waits, more_than_there_is_room_for_are_told)
{
    struct order *order = held_order();
    for (uint32_t i = 0; i <= WAITS_MAX; i++) {
        put_be32(order->id.bytes, i);
        (void)waits_look(&waits, order, 1000);
    }
    assert_int_equal(waits.count, WAITS_MAX);
    assert_int_equal(waits_look(&waits, order, 9000).undecided_ms, 0);
    assert_false(waits_plan(&waits, &order->id, 9000, 500));
    assert_false(waits_soon(&waits, &order->id, 9500));
    assert_true(waits_plan(&waits, &order->id, 9000, UINT64_MAX));
}
