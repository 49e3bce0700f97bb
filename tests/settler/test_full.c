/* test_full.c - every table of the settler is full at times; what found no room goes later. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/log/tables.h"
#include "tests/settler/stories.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* Calls that never end, but for so many. */
static void flights_fill(uint32_t but)
{
    for (uint32_t i = but; i < FLIGHTS_MAX; i++) {
        struct flight *flight = &scene->settler->flights[i];
        assert_int_equal(flight->kind, FLIGHT_NONE);
        flight->kind = FLIGHT_SECRET;
        flight->is_sent = true;
        flight->name = UINT64_MAX - i;
    }
}

static void flights_free(void)
{
    for (uint32_t i = 0; i < FLIGHTS_MAX; i++) {
        if (scene->settler->flights[i].name > UINT32_MAX) {
            flight_close(&scene->settler->flights[i]);
        }
    }
}

TEST(settler_full, attempts_wait_while_too_many_calls_are_under_way)
{
    story_begin();
    const uint32_t order = story_held(1);
    flights_fill(FLIGHTS_SPARE);
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
    assert_int_equal(provider_books(&scene->provider).captured, 0);
    flights_free();
    story_wait();
    assert_int_equal(provider_books(&scene->provider).captured, 700);
    scene_end();
}

TEST(settler_full, lists_and_customers_wait_while_all_calls_are_under_way)
{
    story_begin();
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    const uint64_t calls = scene->provider.calls;
    scene_run(100);
    flights_fill(0);
    provider_hold(&scene->provider, 0);
    assert_int_equal(scene_pay_once(order), ERR_BUSY);
    assert_int_equal(scene->provider.calls, calls);
    flights_free();
    story_wait();
    assert_int_equal(scene_look(order)->ledger.held_minor, 700);
    scene_end();
}

TEST(settler_full, a_list_whose_next_page_cannot_be_asked_for_is_read_again)
{
    story_begin();
    scene->provider.page_max = 1;
    scene_run(MINUTE_MS);
    (void)provider_intent_add(&scene->provider, 900, "", "");
    (void)provider_intent_add(&scene->provider, 900, "", "");
    scene->settler->events.next_ms = 0;
    settler_turn(scene->settler); /* its first page is on its way */
    for (uint32_t i = 0; i < FLIGHTS_MAX; i++) {
        struct flight *flight = &scene->settler->flights[i];
        if (flight->kind == FLIGHT_NONE) {
            *flight =
                (struct flight){.kind = FLIGHT_SECRET, .is_sent = true, .name = UINT64_MAX - i};
        }
    }
    scene_run(100); /* one is left, which lists leave to customers */
    assert_true(scene->settler->events.failures > 0);
    flights_free();
    scene_run(HOUR_MS);
    assert_int_equal(scene->settler->events.failures, 0);
    scene_end();
}

TEST(settler_full, whose_a_dispute_is_is_asked_when_there_is_room)
{
    story_begin();
    scene_run(MINUTE_MS);
    const uint32_t stranger = provider_intent_add(&scene->provider, 900, "", "");
    (void)provider_dispute_add(&scene->provider, stranger);
    flights_fill(0);
    scene->has_hooks = true;
    scene_run(1000);
    assert_int_equal(scene_rows('I'), 0);
    flights_free();
    story_wait();
    assert_int_equal(scene_rows('I'), 1);
    scene_end();
}

TEST(settler_full, answers_wait_while_all_errands_are_busy)
{
    story_begin();
    const uint32_t order = story_held(1);
    for (uint32_t i = 0; i < ERRANDS_MAX; i++) {
        struct errand *errand = &scene->settler->errands[i];
        assert_int_equal(errand->flight.kind, FLIGHT_NONE);
        errand->flight.kind = FLIGHT_HOOK;
        errand->flight.event = UINT64_MAX - i;
        errand->is_asking = true;
    }
    scene_do(COMMAND_ACCEPT, order);
    settler_turn(scene->settler);
    scene_sleep(1000);
    settler_turn(scene->settler);
    assert_int_equal(scene_look(order)->paid_minor, 0);
    for (uint32_t i = 0; i < ERRANDS_MAX; i++) {
        errand_close(&scene->settler->errands[i]);
    }
    story_wait();
    assert_int_equal(scene_look(order)->paid_minor, 700);
    scene_end();
}

TEST(settler_full, webhooks_wait_for_their_turn)
{
    story_begin();
    scene_run(MINUTE_MS);
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    scene->host.is_stalled = true;
    scene->has_hooks = true;
    for (uint32_t i = 0; i < 2 * ERRANDS_MAX; i++) {
        provider_process(&scene->provider, 0);
    }
    provider_hold(&scene->provider, 0);
    scene_run(MINUTE_MS);
    scene->host.is_stalled = false;
    story_wait();
    assert_int_equal(scene_look(order)->ledger.held_minor, 700);
    assert_int_equal(scene_rows('W'), 0);
    scene_end();
}

TEST(settler_full, one_that_pauses_longest_makes_room_for_no_other)
{
    story_begin();
    const uint32_t order = story_held(1);
    for (uint32_t i = 0; i < PAUSES_MAX; i++) {
        scene->settler->pauses[i].until_ms = scene->now_ms + (uint64_t)HOUR_MS - i % 7;
    }
    provider_trouble(&scene->provider, "/capture", TROUBLE_LATER, 3);
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
    assert_int_equal(provider_books(&scene->provider).captured, 700);
    scene_end();
}

TEST(settler_full, pauses_are_each_attempts_own)
{
    story_begin();
    const uint32_t order = story_held(1);
    scene_do_line(COMMAND_LINES_ADD, order, 2);
    assert_true(scene_pay(order));
    provider_hold(&scene->provider, 1);
    const uint32_t other = story_held(1);
    provider_trouble(&scene->provider, "/capture", TROUBLE_LATER, 9);
    scene_do(COMMAND_ACCEPT, order);
    scene_do(COMMAND_ACCEPT, other);
    scene_run(10 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).captured, 1100 + 700);
    scene_end();
}

/* --- orders that wait --- */

static void waits_fill(void)
{
    struct waits *waits = &scene->settler->waits;
    memset(waits, 0, sizeof *waits);
    for (waits->count = 0; waits->count < WAITS_MAX; waits->count++) {
        struct wait *wait = &waits->waits[waits->count];
        put_be32(wait->order.bytes, waits->count + 1);
        wait->is_draft = true;
        wait->draft_ms = scene->now_ms;
        wait->again_ms = UINT64_MAX;
    }
}

TEST(settler_full, orders_that_nobody_remembers_are_all_looked_at_again)
{
    story_begin();
    scene_run(MINUTE_MS);
    waits_fill();
    const uint32_t first = scene_place(1), second = scene_place(2);
    scene_run(1000);
    assert_true(scene->settler->rescan_ms > 0);
    memset(&scene->settler->waits, 0, sizeof scene->settler->waits);
    assert_true(scene_pay(first) && scene_pay(second));
    scene_run(5 * MINUTE_MS);
    assert_int_equal(scene->settler->rescan_ms, 0);
    scene_run(HOUR_MS); /* nobody paid */
    assert_int_equal(provider_books(&scene->provider).open, 0);
    scene_end();
}

TEST(settler_full, a_rule_that_nobody_remembers_is_tried_again)
{
    story_begin();
    const uint32_t order = story_captured(1);
    waits_fill();
    scene->host.refusal = ERR_BUSY;
    scene->host.refusals = 3;
    scene_do(COMMAND_CANCEL, order);
    scene_run(10 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).refunded, 700);
    scene_end();
}

TEST(settler_full, an_order_with_more_calls_than_is_sane_gets_no_more)
{
    story_begin();
    const uint32_t order = story_held(1);
    for (uint32_t i = 0; i < OUTBOX_ORDER_MAX; i++) {
        char intent[16];
        (void)snprintf(intent, sizeof intent, "pi_x%u", (unsigned)i);
        const struct provider_call call = {
            .kind = CALL_CAPTURE, .intent = bytes_of_text(intent), .amount_minor = 1};
        struct attempt attempt = attempt_of(&scene->orders[order], &call);
        attempt.state = ATTEMPT_STUCK;
        struct store_txn *txn = store_memory_begin(scene->own, true);
        assert_int_equal(outbox_put(txn, &attempt), 0);
        assert_int_equal(store_memory_commit(txn), 0);
    }
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
    assert_int_equal(provider_books(&scene->provider).captured, 0);
    scene_end();
}

TEST(settler_full, more_changes_than_one_reading_takes_are_all_looked_at)
{
    story_begin();
    for (uint32_t i = 0; i < 300; i++) {
        struct entity_id id = {{7}};
        put_be32(id.bytes + 4, i);
        const struct key key = key_change(1000 + i);
        const struct key state = key_state(i % 2 == 0 ? KIND_ORDER : KIND_MENU, &id);
        host_put(&scene->host, TABLE_CHANGE, key_bytes(&key), key_bytes(&state));
    }
    scene_restart();
    scene_run(1000);
    assert_int_equal(scene->settler->cursor.change, 1299);
    assert_true(scene->settler->is_scanned);
    scene_end();
}

/* --- those who ask --- */

TEST(settler_full, so_many_may_ask_at_once)
{
    static char large[SETTLER_ASKED_BYTES_MAX + 1];
    story_begin();
    const uint32_t order = scene_place(1);
    uint64_t request = 0;
    assert_int_equal(settler_receive(scene->settler, bytes_of_text("evt_1"),
                                     bytes_of(large, sizeof large), &request),
                     ERR_BUSY);
    for (uint32_t i = 0; i < SETTLER_ASKS_MAX; i++) {
        assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), 0);
    }
    assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), ERR_BUSY);
    settler_turn(scene->settler);
    uint32_t busy = 0;
    struct annex_answer answer;
    while (settler_answered(scene->settler, &answer)) {
        busy += answer.err == ERR_BUSY;
        text_close(&answer.body);
    }
    assert_int_equal(busy, SETTLER_ASKS_MAX - PAYMENTS_MAX);
    assert_int_equal(
        settler_receive(scene->settler, bytes_of_text("evt_1"), bytes_of(large, 9), &request), 0);
    scene_end(); /* somebody still waits for an answer */
}

TEST(settler_full, so_many_orphans_are_timed_at_once)
{
    story_begin();
    scene_run(MINUTE_MS);
    for (uint32_t i = 0; i < ORPHANS_MAX + 40; i++) {
        char intent[24];
        (void)snprintf(intent, sizeof intent, "pi_orphan_%03u", (unsigned)i);
        const struct orphan orphan = {.intent = bytes_of_text(intent),
                                      .order = {{9}},
                                      .state = INTENT_CREATED,
                                      .amount_minor = 100};
        struct store_txn *txn = store_memory_begin(scene->own, true);
        assert_int_equal(notes_orphan_put(txn, &orphan), 0);
        assert_int_equal(store_memory_commit(txn), 0);
    }
    scene_run(1000);
    assert_int_equal(scene->settler->orphans.count, ORPHANS_MAX);
    scene_end();
}

/* --- drafts of one order --- */

static void creates_put(uint32_t order, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t draft[HASH_BYTES] = {1};
        put_be32(draft + 1, i);
        const struct provider_call call = {
            .kind = CALL_CREATE, .wish = bytes_of(draft, sizeof draft), .amount_minor = 100};
        struct attempt attempt = attempt_of(&scene->orders[order], &call);
        attempt.state = ATTEMPT_VOID;
        struct store_txn *txn = store_memory_begin(scene->own, true);
        assert_int_equal(outbox_put(txn, &attempt), 0);
        assert_int_equal(store_memory_commit(txn), 0);
    }
}

TEST(settler_full, drafts_that_nobody_paid_freeze_no_money_of_their_order)
{
    story_begin();
    const uint32_t order = story_held(1);
    creates_put(order, 2 * OUTBOX_ORDER_MAX);
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
    assert_int_equal(provider_books(&scene->provider).captured, 700);
    scene_end();
}

TEST(settler_full, of_drafts_that_nobody_paid_only_some_are_kept)
{
    story_begin();
    const uint32_t order = scene_place(1);
    scene_run(1000);
    creates_put(order, 2 * OUTBOX_CREATES_MAX);
    assert_true(scene_pay(order));
    assert_true(scene_rows('A') <= OUTBOX_CREATES_MAX);
    scene_end();
}

TEST(settler_full, a_draft_that_nobody_can_pay_keeps_no_calls)
{
    story_begin();
    provider_trouble(&scene->provider, "POST /v1/payment_intents", TROUBLE_REFUSED, 1);
    const uint32_t order = scene_place(1);
    assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE);
    assert_int_equal(scene_rows('A'), 1);
    scene_do_line(COMMAND_LINES_ADD, order, 2);
    scene_run(1000);
    assert_int_equal(scene_rows('A'), 0);
    scene_end();
}

/* --- customers who never pay --- */

TEST(settler_full, a_customers_order_that_nobody_pays_ends_in_time)
{
    story_begin();
    const uint32_t order = scene_place_customers(2), staffs = scene_place(1);
    scene_run((uint64_t)29 * MINUTE_MS);
    assert_int_equal(scene_look(order)->phase, PHASE_DRAFT);
    scene_run((uint64_t)2 * MINUTE_MS);
    assert_int_equal(scene_look(order)->phase, PHASE_REFUSED);
    assert_int_equal(scene_look(staffs)->phase, PHASE_DRAFT); /* somebody took it */
    scene_end();
}

TEST(settler_full, before_it_ends_nobody_can_pay_it_any_more)
{
    story_begin();
    const uint32_t order = scene_place_customers(1);
    scene_run((uint64_t)25 * MINUTE_MS);
    assert_true(scene_pay(order));
    scene_run((uint64_t)7 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).open, 0);
    assert_int_equal(scene_look(order)->phase, PHASE_REFUSED);
    scene_end();
}

TEST(settler_full, a_customers_order_that_was_paid_or_may_wait_does_not_end_so)
{
    story_begin();
    const uint32_t order = scene_place_customers(1);
    assert_true(scene_pay(order));
    provider_hold(&scene->provider, 0);
    story_wait();
    scene_do(COMMAND_ACCEPT, order);
    scene->terms.unpaid_minutes = scene->terms.pay_minutes = 0;
    const uint32_t patient = scene_place_customers(1);
    scene_run(HOUR_MS);
    assert_int_equal(scene_look(order)->phase, PHASE_ACCEPTED);
    assert_int_equal(scene_look(patient)->phase, PHASE_DRAFT);
    assert_int_equal(provider_books(&scene->provider).captured, 700);
    scene_end();
}

/* --- what pages are told --- */

TEST(settler_full, a_page_is_told_how_long_a_hold_may_wait)
{
    story_begin();
    const uint64_t decide_ms = (uint64_t)8 * MINUTE_MS;
    const uint32_t held = story_held(1), begun = scene_place(1);
    assert_true(scene_pay(begun));
    const uint64_t left_ms = settler_hold_ends_in_ms(scene->settler, &scene->orders[held]);
    assert_true(left_ms > 0 && left_ms < decide_ms);
    assert_true(settler_hold_ends_in_ms(scene->settler, &scene->orders[begun]) == decide_ms);
    assert_true(waits_undecided_ms(&scene->settler->waits, &scene->orders[held], 0) == 0);
    const struct entity_id unheard = {{9}}; /* its time begins with the next turn */
    assert_true(settler_hold_ends_in_ms(scene->settler, &unheard) == decide_ms);
    scene_sleep(2 * decide_ms);
    assert_true(settler_hold_ends_in_ms(scene->settler, &scene->orders[held]) == 0);
    scene->terms.decide_minutes = 0;
    assert_true(settler_hold_ends_in_ms(scene->settler, &scene->orders[held]) == UINT64_MAX);
    scene_end();
}

TEST(settler_full, a_page_is_told_how_long_what_is_not_paid_yet_is_kept)
{
    story_begin();
    scene->terms.unpaid_minutes = 8;
    const uint64_t kept_ms = (uint64_t)8 * MINUTE_MS;
    const uint32_t drawn = scene_place_customers(1), counters = scene_place(1);
    const struct entity_id *order = &scene->orders[drawn];
    const struct entity_id unheard = {{9}}; /* its time begins with the next turn */
    assert_true(settler_unpaid_ends_in_ms(scene->settler, &unheard) == kept_ms);
    scene_run((uint64_t)3 * MINUTE_MS);
    const uint64_t left_ms = settler_unpaid_ends_in_ms(scene->settler, order);
    assert_true(left_ms > 0 && left_ms <= kept_ms - (uint64_t)3 * MINUTE_MS);
    assert_true(waits_unpaid_ms(&scene->settler->waits, &scene->orders[counters], 0) == UINT64_MAX);
    scene_run(left_ms - 1000);
    assert_int_equal(scene_look(drawn)->phase, PHASE_DRAFT);
    scene_run(2000);
    assert_int_equal(scene_look(drawn)->phase, PHASE_REFUSED);
    scene_end();
}

TEST(settler_full, who_is_not_counted_is_promised_no_time)
{
    story_begin();
    scene->terms.unpaid_minutes = 8;
    const uint32_t held = story_held(1);
    const struct entity_id unheard = {{9}};
    waits_fill();
    scene->settler->waits.waits[0].order = scene->orders[held];
    waits_show(scene->settler);
    assert_true(settler_hold_ends_in_ms(scene->settler, &unheard) == UINT64_MAX);
    assert_true(settler_unpaid_ends_in_ms(scene->settler, &unheard) == UINT64_MAX);
    assert_true(settler_hold_ends_in_ms(scene->settler, &scene->orders[held]) != UINT64_MAX);
    scene_end();
}

TEST(settler_full, who_asks_before_the_orders_were_looked_at_gets_a_form_a_little_later)
{
    story_begin();
    const uint32_t order = scene_place(1);
    scene->host.read_fault = 1;
    assert_int_equal(scene_pay_once(order), 0);
    scene_end();
}
