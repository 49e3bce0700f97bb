/* test_facts.c - facts of which the provider does not say whose they are, or that nobody here
 * knows: disputes, refunds, intents that cannot be read. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/settler/stories.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* --- whose a fact is --- */

static void meta_of(const uint8_t *data, size_t size, char *to)
{
    for (size_t i = 0; i < size; i++) {
        (void)snprintf(to + 2 * i, 3, "%02x", data[i]);
    }
}

/* An intent of our pop-up, or of another, for an order that is not here. */
static uint32_t orphan_add(bool is_ours)
{
    char popup[2 * POPUP_ID_BYTES + 1], order[2 * ENTITY_ID_BYTES + 1];
    const struct popup_id other = {{1}};
    const struct entity_id unknown = {{9}};
    meta_of(is_ours ? scene->host.journal.popup.bytes : other.bytes, POPUP_ID_BYTES, popup);
    meta_of(unknown.bytes, ENTITY_ID_BYTES, order);
    return provider_intent_add(&scene->provider, 500, popup, order);
}

TEST(settler_facts, disputes_and_refunds_of_intents_that_nobody_knows_are_looked_up)
{
    for (uint32_t ours = 0; ours < 2; ours++) {
        story_begin();
        const uint32_t intent = orphan_add(ours > 0);
        (void)provider_dispute_add(&scene->provider, intent);
        provider_refund_add(&scene->provider, intent, 0);
        scene_run(HOUR_MS);
        assert_true(scene_rows('I') > 0);
        scene_end();
    }
}

TEST(settler_facts, an_intent_that_cannot_be_looked_up_is_nobodys_or_is_looked_up_again)
{
    static const enum trouble_kind kinds[] = {TROUBLE_REFUSED, TROUBLE_BEFORE, TROUBLE_ALIEN};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        story_begin();
        const uint32_t intent = orphan_add(true);
        story_trouble("GET /v1/payment_intents/pi_1", kinds[i], 1);
        (void)provider_dispute_add(&scene->provider, intent);
        scene_run(HOUR_MS);
        assert_int_equal(scene_rows('I'), 1);
        scene_end();
    }
}

TEST(settler_facts, a_look_up_that_the_core_does_not_take_is_made_again)
{
    story_begin();
    const uint32_t intent = orphan_add(true);
    story_wait();
    scene->host.refusal = ERR_BUSY;
    (void)provider_dispute_add(&scene->provider, intent);
    scene->host.refusals = 2;
    scene_run(HOUR_MS);
    assert_int_equal(scene_rows('I'), 1);
    scene_end();
}

/* Whose the dispute is was asked when what stands before it on the page is refused, twice. */
TEST(settler_facts, a_page_that_failed_in_part_is_told_again_whole)
{
    story_begin();
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    const uint32_t stranger = provider_intent_add(&scene->provider, 900, "", "");
    (void)provider_dispute_add(&scene->provider, stranger);
    scene->host.refusal = ERR_BUSY;
    scene->host.refusals = 2;
    provider_process(&scene->provider, 0);
    provider_hold(&scene->provider, 0);
    story_wait();
    assert_int_equal(scene_look(order)->ledger.held_minor, 700);
    assert_int_equal(scene->host.refusals, 0);
    story_end_captured(0);
}

TEST(settler_facts, the_list_of_intents_is_read_soon_but_not_twice_at_once)
{
    story_begin();
    scene_run(MINUTE_MS);
    struct list *list = &scene->settler->intents;
    const uint64_t nexts[] = {UINT64_MAX, scene->now_ms + 1};
    for (size_t i = 0; i < sizeof nexts / sizeof *nexts; i++) {
        list->next_ms = nexts[i];
        lists_look_soon(scene->settler);
        assert_true(list->next_ms == nexts[i]);
    }
    list->next_ms = scene->now_ms + HOUR_MS;
    lists_look_soon(scene->settler);
    assert_true(list->next_ms < scene->now_ms + MINUTE_MS);
    story_end_captured(0);
}

/* --- refunds that the order does not know --- */

TEST(settler_facts, a_refund_that_the_core_does_not_write_is_not_made_again)
{
    story_begin();
    const uint32_t order = story_captured(1);
    scene->host.refusal = ERR_TOO_MANY;
    scene->host.refusals = UINT32_MAX;
    scene_wish(order, 1, 100);
    story_wait();
    scene_do_line(COMMAND_LINES_ADD, order, 2); /* it is planned anew */
    scene_run(HOUR_MS);
    scene_restart();
    scene_run(HOUR_MS);
    assert_int_equal(scene->provider.refunds_count, 1);
    story_end_captured(700);
}

TEST(settler_facts, a_refund_that_cannot_be_read_is_not_made_again)
{
    story_begin();
    const uint32_t order = story_captured(1);
    story_trouble("POST /v1/refunds", TROUBLE_AFTER, 1);
    story_trouble("GET /v1/refunds", TROUBLE_LATER, 0);
    scene_wish(order, 1, 100);
    while (scene->provider.refunds_count == 0) {
        scene_run(1);
    }
    (void)snprintf(scene->provider.refunds[0].status, 16, "on its way");
    scene_run(HOUR_MS);
    assert_int_equal(scene->provider.refunds_count, 1);
    (void)snprintf(scene->provider.refunds[0].status, 16, "succeeded");
    scene_restart();
    scene_run(HOUR_MS);
    assert_int_equal(scene->provider.refunds_count, 1);
    assert_int_equal(scene_look(order)->refunded_minor, 100);
    story_end_captured(700);
}

TEST(settler_facts, a_refund_that_may_be_on_a_further_page_is_a_persons_to_look_for)
{
    story_begin();
    const uint32_t order = story_captured(1);
    provider_refund_add(&scene->provider, 0, 10);
    provider_refund_add(&scene->provider, 0, 20);
    scene_run(HOUR_MS);
    scene->provider.page_max = 1;
    scene_wish(order, 1, 100);
    scene_run(HOUR_MS);
    assert_int_equal(scene->provider.refunds_count, 2);
    story_end_captured(700);
}

TEST(settler_facts, a_refund_that_failed_before_it_was_known_stops_no_other)
{
    static const char *const statuses[] = {"failed", "canceled"};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        story_begin();
        const uint32_t order = story_captured(1);
        provider_refund_add(&scene->provider, 0, 10);
        (void)snprintf(scene->provider.refunds[0].status, 16, "%s", statuses[i]);
        scene->host.refusal = ERR_TOO_MANY;
        scene->host.refusals = UINT32_MAX;
        scene_run((uint64_t)11 * MINUTE_MS);
        scene_wish(order, 1, 100);
        story_wait();
        assert_int_equal(scene->provider.refunds_count, 2);
        scene_end();
    }
}

/* --- refunds that are looked for, and that failed --- */

static bool is_looking(void)
{
    bool is = false;
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        is |= scene->settler->flights[i].kind == FLIGHT_LOOK;
    }
    return is;
}

/* All of it is wished back, and the refund is looked for; while the answer is on its way somebody
 * gives back a part by hand, and that is heard first. */
TEST(settler_facts, a_refund_that_is_looked_for_asks_for_what_is_due_when_the_answer_is_there)
{
    story_begin();
    const uint32_t order = story_captured(2);
    scene->has_hooks = true;
    scene_do(COMMAND_CANCEL, order);
    for (unsigned ms = 0; ms < HOUR_MS && !is_looking(); ms++) {
        scene_run(1);
    }
    assert_true(is_looking());
    provider_refund_add(&scene->provider, 0, 100);
    story_wait();
    assert_int_equal(scene->provider.refunds_count, 2);
    assert_int_equal(scene->provider.refunds[1].amount, 1000);
    for (uint32_t i = 0; i < scene->provider.keys_count; i++) {
        assert_int_equal(scene->provider.keys[i].status, 200); /* nothing was asked in vain */
    }
    story_end_captured(1100);
}

TEST(settler_facts, a_refund_that_failed_and_has_its_wish_is_a_persons_to_see)
{
    story_begin();
    const uint32_t order = story_captured(1);
    scene_do(COMMAND_CANCEL, order);
    story_wait();
    provider_refund_set(&scene->provider, 0, "failed");
    scene_run(HOUR_MS);
    assert_int_equal(provider_books(&scene->provider).refunded, 0);
    assert_int_equal(scene_look(order)->refunded_minor, 0);
    story_end_captured(700);
}

/* --- intents that cannot be read --- */

/* A dispute of an order's payment, after the note of whose it is was lost. */
static void dispute_of_an_unknown(void)
{
    struct store_txn *txn = store_memory_begin(scene->own, true);
    assert_int_equal(store_del(txn, TABLE_LOCAL, bytes_of_text("Ipi_1")), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    (void)provider_dispute_add(&scene->provider, 0);
}

TEST(settler_facts, a_dispute_whose_payment_cannot_be_read_is_told_when_it_can)
{
    for (uint32_t hooks = 0; hooks < 2; hooks++) {
        story_begin();
        const uint32_t order = story_captured(1);
        story_trouble("GET /v1/payment_intents/pi_1", TROUBLE_ALIEN, 3);
        scene->provider.page_max = 1;
        dispute_of_an_unknown();
        scene->hooked = scene->provider.events_count - 1;
        scene->has_hooks = hooks > 0;
        scene_run((uint64_t)6 * HOUR_MS);
        assert_int_equal(scene_look(order)->ledger.disputes_count, 1);
        assert_int_equal(scene_rows('W'), 0);
        story_end_captured(700);
    }
}

TEST(settler_facts, what_never_can_be_read_holds_up_nothing_else_and_is_given_up_after_a_day)
{
    story_begin();
    const uint32_t first = story_captured(1);
    story_trouble("GET /v1/payment_intents/pi_1", TROUBLE_ALIEN, UINT32_MAX);
    dispute_of_an_unknown();
    provider_dispute_set(&scene->provider, 0, "won");
    const uint32_t order = story_held(1);
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
    assert_int_equal(scene_look(order)->paid_minor, 700);
    assert_true(scene->settler->events.short_ms > 0);
    scene_run((uint64_t)26 * HOUR_MS);
    const uint64_t calls = scene->provider.calls;
    scene_run(HOUR_MS);
    assert_true(scene->provider.calls - calls < 20); /* its lists alone */
    assert_int_equal(scene_look(first)->ledger.disputes_count, 0);
    story_end_captured(1400);
}
