/* test_holds.c - when banks let go is read, told to the order, and seen when it has come. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "gateway/uplink/teller.h"
#include "tests/settler/stories.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static void begin(void)
{
    if (scene == NULL) {
        (void)scene_new();
    }
    scene_begin(NULL);
}

static const struct ledger *ledger_now(uint32_t order)
{
    return &scene_look(order)->ledger;
}

/* Nobody decides, and no rule of ours ends it before the bank does. */
static uint32_t held_for_long(void)
{
    scene->terms.decide_minutes = scene->terms.pay_minutes = 0;
    return story_held(1);
}

TEST(settler_holds, when_the_bank_lets_go_is_read_once_and_told_to_the_order)
{
    begin();
    const uint32_t order = held_for_long();
    const int64_t ends_s = scene->provider.intents[0].ends_s;
    assert_true(ends_s > 0);
    assert_true(ledger_now(order)->hold_ends_s == ends_s);
    assert_int_equal(scene_rows('H'), 1);
    scene_restart();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_BEFORE, 1);
    story_wait();
    assert_int_equal(scene->provider.troubles[0].times, 1); /* it was not read again */
    assert_true(ledger_now(order)->hold_ends_s == ends_s);
    scene_end();
}

TEST(settler_holds, a_hold_that_ended_while_the_gateway_was_off_has_lapsed_by_name_when_it_is_back)
{
    begin();
    const uint32_t order = held_for_long();
    const int64_t ends_s = scene->provider.intents[0].ends_s;
    scene_sleep((uint64_t)7 * 24 * HOUR_MS);
    scene->provider.intents[0].capturable = 0; /* the bank let go, and its event is lost */
    scene->provider.intents[0].lapsed_s = ends_s;
    (void)snprintf(scene->provider.intents[0].status, 32, "canceled");
    assert_true(ledger_now(order)->hold_ends_s == ends_s); /* nobody needs the gateway for that */
    provider_trouble(&scene->provider, "GET /v1/payment_intents?", TROUBLE_BEFORE, 9);
    scene_restart();
    scene_run(5000);
    assert_true(ledger_now(order)->lapsed_s == ends_s);
    assert_int_equal(ledger_now(order)->hold_ends_s, 0);
    assert_true((scene_look(order)->flags & FLAG_HOLD_LOST) != 0);
    scene_end();
}

TEST(settler_holds, a_clock_that_is_days_slow_at_the_start_delays_that_by_seconds)
{
    begin();
    const uint32_t order = held_for_long();
    const int64_t ends_s = scene->provider.intents[0].ends_s;
    scene_sleep((uint64_t)7 * 24 * HOUR_MS);
    scene->provider.intents[0].capturable = 0;
    scene->provider.intents[0].lapsed_s = ends_s;
    (void)snprintf(scene->provider.intents[0].status, 32, "canceled");
    provider_trouble(&scene->provider, "GET /v1/payment_intents?", TROUBLE_BEFORE, 9);
    scene->wall_off_ms = -(int64_t)5 * 24 * HOUR_MS;
    scene_restart();
    scene_run(10 * 1000);
    assert_true(ledger_now(order)->lapsed_s == ends_s);
    scene_end();
}

TEST(settler_holds, a_hold_that_ends_is_read_when_its_moment_has_come)
{
    begin();
    const uint32_t order = held_for_long();
    scene_run((uint64_t)7 * 24 * HOUR_MS - (uint64_t)3 * MINUTE_MS);
    scene->provider.events_count = 0; /* no event will tell of it */
    scene->provider.intents[0].lapsed_s = scene->provider.intents[0].ends_s;
    scene->provider.intents[0].capturable = 0;
    (void)snprintf(scene->provider.intents[0].status, 32, "canceled");
    assert_int_equal(ledger_now(order)->lapsed_s, 0);
    scene_run((uint64_t)2 * MINUTE_MS);
    assert_true(ledger_now(order)->lapsed_s == scene->provider.intents[0].ends_s);
    scene_end();
}

TEST(settler_holds, a_page_is_told_the_bank_s_end_where_that_comes_before_the_pop_up_s)
{
    static struct gate_live live;
    struct told_hold hold;
    begin();
    const uint32_t order = held_for_long();
    struct uplink uplink = {.settler = scene->settler, .terms = &scene->terms};
    const struct teller teller = uplink_teller(&uplink);
    assert_true(teller.holds(teller.context, &live, scene_look(order), &hold));
    assert_true(hold.ends_in_ms == UINT64_MAX); /* the bank's moment is told by itself */
    assert_non_null(strstr(hold.said, "your bank ends it in 6 days"));
    scene->terms.decide_minutes = 30 * 24 * 60;
    assert_true(teller.holds(teller.context, &live, scene_look(order), &hold));
    assert_true(hold.ends_in_ms > (uint64_t)6 * 24 * HOUR_MS);
    assert_true(hold.ends_in_ms <= (uint64_t)7 * 24 * HOUR_MS);
    scene->terms.decide_minutes = 8;
    assert_true(teller.holds(teller.context, &live, scene_look(order), &hold));
    assert_true(hold.ends_in_ms <= (uint64_t)8 * MINUTE_MS);
    scene_end();
}

TEST(settler_holds, what_we_cancel_ourselves_has_not_lapsed)
{
    begin();
    const uint32_t order = story_held(1);
    scene_do(COMMAND_CANCEL, order);
    story_wait();
    assert_int_equal(ledger_now(order)->lapsed_s, 0);
    assert_int_equal(provider_books(&scene->provider).held, 0);
    scene_end();
}

TEST(settler_holds, a_key_that_may_not_read_charges_stops_nothing_else)
{
    begin();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_BARRED, UINT32_MAX);
    const uint32_t order = held_for_long();
    assert_int_equal(ledger_now(order)->hold_ends_s, 0);
    assert_int_equal(UINT32_MAX - scene->provider.troubles[0].times, 1); /* nor asked for ever */
    scene_do(COMMAND_ACCEPT, order);
    scene_run(5000);
    assert_int_equal(provider_books(&scene->provider).captured, 700);
    scene_end();
}

TEST(settler_holds, a_key_that_is_revoked_is_found_so_by_the_reading_of_a_hold)
{
    begin();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_SHUT, 1);
    scene->terms.decide_minutes = scene->terms.pay_minutes = 0;
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    provider_hold(&scene->provider, 0);
    while (scene->provider.troubles[0].times > 0) {
        scene_run(1000);
    }
    scene_run(1000);
    const uint64_t calls = scene->provider.calls;
    scene_do(COMMAND_ACCEPT, order);
    scene_run((uint64_t)30 * 1000);
    assert_true(scene->provider.calls == calls); /* nothing is sent under it for a minute */
    scene_run(MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).captured, 700);
    scene_end();
}

TEST(settler_holds, while_a_key_is_not_taken_no_end_is_read)
{
    begin();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_SHUT, 3);
    scene->terms.decide_minutes = scene->terms.pay_minutes = 0;
    const uint32_t order = scene_place(2);
    assert_true(scene_pay(order));
    provider_hold(&scene->provider, 0);
    while (scene->provider.troubles[0].times > 2) {
        scene_run(1000);
    }
    scene_do_line(COMMAND_ACCEPT, order, 1); /* it is looked at again, and waits as all does */
    scene_run((uint64_t)30 * 1000);
    assert_int_equal(scene->provider.troubles[0].times, 2);
    scene_run((uint64_t)5 * MINUTE_MS);
    assert_true(ledger_now(order)->hold_ends_s == scene->provider.intents[0].ends_s);
    scene_end();
}

/* Another account's key was in use for a while, as in the story of an intent that is not there. */
TEST(settler_holds, a_hold_that_was_not_there_is_read_again_under_another_key)
{
    begin();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_REFUSED, 1);
    const uint32_t order = held_for_long();
    assert_int_equal(ledger_now(order)->hold_ends_s, 0);
    scene_restart();
    story_wait();
    assert_int_equal(ledger_now(order)->hold_ends_s, 0); /* whoever has the same sees no more */
    (void)snprintf(scene->credentials.secret_key, sizeof scene->credentials.secret_key,
                   "sk_test_right");
    scene_restart();
    scene_run(5000);
    assert_true(ledger_now(order)->hold_ends_s == scene->provider.intents[0].ends_s);
    scene_end();
}

/* --- what does not go at once goes later --- */

/* Held, and not for long: the first reading of its end was just tried. */
static uint32_t held_just_now(uint32_t lines)
{
    scene->terms.decide_minutes = scene->terms.pay_minutes = 0;
    const uint32_t order = scene_place(lines);
    assert_true(scene_pay(order));
    provider_hold(&scene->provider, 0);
    scene_run(5000);
    assert_true(ledger_now(order)->held_minor > 0);
    return order;
}

TEST(settler_holds, an_end_that_could_not_be_read_or_told_is_read_again_in_a_minute)
{
    begin();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_BEFORE, 1);
    const uint32_t order = held_just_now(1);
    assert_int_equal(ledger_now(order)->hold_ends_s, 0);
    scene->host.refusal = ERR_BUSY;
    scene->host.refusals = 1;
    scene_run(MINUTE_MS);
    assert_int_equal(scene->host.refusals, 0);
    assert_int_equal(ledger_now(order)->hold_ends_s, 0);
    scene_run(MINUTE_MS);
    assert_true(ledger_now(order)->hold_ends_s == scene->provider.intents[0].ends_s);
    scene_end();
}

TEST(settler_holds, an_end_that_is_being_read_is_not_asked_for_twice)
{
    begin();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_HUNG, 2);
    const uint32_t order = held_just_now(2);
    scene_do_line(COMMAND_ACCEPT, order, 1); /* the other line still waits for the kitchen */
    scene_run(5000);
    assert_int_equal(scene->provider.troubles[0].times, 1);
    scene_end();
}

/* Calls that never end take half of the places. */
static void places_take(void)
{
    for (uint32_t i = 0; i < FLIGHTS_MAX / 2; i++) {
        scene->settler->flights[i] =
            (struct flight){.kind = FLIGHT_SECRET, .is_sent = true, .name = UINT64_MAX - i};
    }
}

static void places_leave(void)
{
    for (uint32_t i = 0; i < FLIGHTS_MAX / 2; i++) {
        flight_close(&scene->settler->flights[i]);
    }
}

TEST(settler_holds, an_end_waits_while_half_of_all_calls_are_under_way)
{
    begin();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_BEFORE, 1);
    const uint32_t order = held_just_now(1);
    places_take();
    scene_run((uint64_t)2 * MINUTE_MS);
    assert_int_equal(ledger_now(order)->hold_ends_s, 0);
    places_leave();
    scene_run(5000);
    assert_true(ledger_now(order)->hold_ends_s > 0);
    scene_end();
}

TEST(settler_holds, a_capture_goes_where_the_reading_of_an_end_waits)
{
    begin();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_BEFORE, 1);
    const uint32_t order = held_just_now(1);
    places_take();
    scene_run((uint64_t)2 * MINUTE_MS);
    assert_int_equal(ledger_now(order)->hold_ends_s, 0);
    scene_do(COMMAND_ACCEPT, order);
    scene_run(5000);
    places_leave();
    assert_int_equal(provider_books(&scene->provider).captured, 700);
    scene_end();
}

TEST(settler_holds, a_page_is_told_no_end_that_is_past_and_none_that_nobody_heard)
{
    static struct gate_live live;
    struct told_hold hold;
    begin();
    provider_trouble(&scene->provider, "latest_charge", TROUBLE_BEFORE, 1);
    const uint32_t order = held_just_now(1);
    struct uplink uplink = {.settler = scene->settler, .terms = &scene->terms};
    const struct teller teller = uplink_teller(&uplink);
    scene->terms.decide_minutes = 30 * 24 * 60;
    assert_true(teller.holds(teller.context, &live, scene_look(order), &hold));
    assert_true(hold.ends_in_ms > (uint64_t)29 * 24 * HOUR_MS);
    story_wait();
    scene_sleep((uint64_t)8 * 24 * HOUR_MS);
    assert_true(teller.holds(teller.context, &live, scene_look(order), &hold));
    assert_true(hold.ends_in_ms == UINT64_MAX); /* it is past: nothing is left to count */
    assert_non_null(strstr(hold.said, "has ended"));
    scene_end();
}
