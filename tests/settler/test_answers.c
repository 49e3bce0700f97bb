/* test_answers.c - the provider says what nobody expects, and the core will not write it. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/settler/stories.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static void trouble_with(const char *part, enum trouble_kind kind, uint32_t times)
{
    provider_trouble(&scene->provider, part, kind, times);
}

static void begin(void)
{
    if (scene == NULL) {
        (void)scene_new();
    }
    scene_begin(NULL);
}

/* Everything was taken in the end, once. */
static void end_captured(int64_t captured)
{
    assert_int_equal(provider_books(&scene->provider).captured, captured);
    assert_true(provider_is_sane(&scene->provider));
    scene_end();
}

TEST(settler_answers, an_intent_that_is_not_what_was_asked_for_is_cancelled_and_shown_to_nobody)
{
    static const enum trouble_kind kinds[] = {TROUBLE_CHARGED, TROUBLE_AMOUNT, TROUBLE_CURRENCY,
                                              TROUBLE_SECRET};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        begin();
        trouble_with("POST /v1/payment_intents", kinds[i], 1);
        trouble_with("/cancel", TROUBLE_DECLINED, 1); /* it is looked at, and cancelled again */
        const uint32_t order = scene_place(1);
        assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE);
        scene_run(HOUR_MS);
        assert_int_equal(provider_books(&scene->provider).open, 0);
        end_captured(0);
    }
}

TEST(settler_answers, who_is_refused_an_intent_is_told_and_may_try_again_some_times)
{
    static const enum trouble_kind kinds[] = {TROUBLE_REFUSED, TROUBLE_DECLINED, TROUBLE_MISUSED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        begin();
        trouble_with("POST /v1/payment_intents", kinds[i], 9);
        const uint32_t order = scene_place(1);
        for (uint32_t keys = 0; keys <= ATTEMPT_KEYS_MAX; keys++) {
            assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE);
        }
        scene->provider.troubles[0].times = 0;
        assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE); /* a person must look */
        end_captured(0);
    }
}

TEST(settler_answers, an_intent_without_sense_is_shown_to_nobody)
{
    begin();
    trouble_with("POST /v1/payment_intents", TROUBLE_ALIEN, 1);
    const uint32_t order = scene_place(1);
    assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE);
    end_captured(0);
}

TEST(settler_answers, a_form_that_cannot_be_read_again_is_told_as_a_bad_line)
{
    static const enum trouble_kind kinds[] = {TROUBLE_BEFORE, TROUBLE_ALIEN};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        begin();
        const uint32_t order = scene_place(1);
        assert_true(scene_pay(order));
        trouble_with("GET /v1/payment_intents/pi_1", kinds[i], 1);
        assert_int_equal(scene_pay_once(order), ERR_BUSY);
        assert_int_equal(scene_pay_once(order), 0);
        end_captured(0);
    }
}

TEST(settler_answers, who_asks_for_a_form_while_another_page_pays_gets_none)
{
    begin();
    const uint32_t order = scene_place(1);
    uint64_t request = 0;
    assert_true(scene_pay(order));
    assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), 0);
    assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), 0);
    settler_turn(scene->settler); /* both read the intent */
    provider_hold(&scene->provider, 0);
    for (uint32_t i = 0; i < scene->line.count; i++) { /* it was paid before they were answered */
        text_close(&scene->line.answers[i].body);
    }
    scene->line.count = 0;
    for (uint32_t i = 0; i < FLIGHTS_MAX; i++) {
        scene->settler->flights[i].is_sent = false;
    }
    scene_run(MINUTE_MS);
    for (uint32_t i = 0; i < scene->answers_count; i++) {
        assert_int_not_equal(scene->answers[i].err, 0);
    }
    assert_int_equal(scene_look(order)->ledger.held_minor, 700);
    end_captured(0);
}

TEST(settler_answers, events_that_are_none_are_told_as_what_they_are_about)
{
    begin();
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    provider_hold(&scene->provider, 0);
    trouble_with("GET /v1/events", TROUBLE_ENDLESS, 1);
    trouble_with("GET /v1/events", TROUBLE_BARE, 1);
    story_wait();
    assert_int_equal(scene_look(order)->ledger.held_minor, 700);
    end_captured(0);
}

TEST(settler_answers, answers_without_a_date_move_no_clock)
{
    begin();
    scene->provider.is_timeless = true;
    story_wait();
    assert_false(scene->settler->is_dated);
    assert_int_equal(scene_rows('P'), 0);
    end_captured(0);
}

TEST(settler_answers, a_payment_whose_draft_changed_before_it_was_sent_is_not_sent)
{
    static const enum command_kind kinds[] = {COMMAND_LINES_ADD, COMMAND_CANCEL};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        begin();
        trouble_with("GET", TROUBLE_BEFORE, 4); /* nobody knows what time it is */
        const uint32_t order = scene_place(1);
        uint64_t request = 0;
        assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), 0);
        scene_run(1000);
        assert_int_equal(scene_rows('A'), 1);
        scene_do_line(kinds[i], order, kinds[i] == COMMAND_LINES_ADD ? 2 : 1);
        story_wait();
        for (uint32_t at = 0; at < scene->provider.intents_count; at++) {
            assert_int_equal(scene->provider.intents[at].amount, 1100);
        }
        end_captured(0);
    }
}

TEST(settler_answers, a_payment_that_was_sent_a_day_ago_is_begun_anew)
{
    begin();
    trouble_with("POST /v1/payment_intents", TROUBLE_BEFORE, 1);
    const uint32_t order = scene_place(1);
    uint64_t request = 0;
    scene_run(1000);
    assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), 0);
    scene_run(100);
    scene_sleep((uint64_t)24 * HOUR_MS);
    scene_run(MINUTE_MS);
    assert_int_equal(scene->provider.intents_count, 0);
    assert_true(scene_pay(order));
    assert_int_equal(scene->provider.intents_count, 1);
    end_captured(0);
}

/* --- the core --- */

TEST(settler_answers, what_the_core_does_not_write_is_told_again)
{
    static const int errs[] = {ERR_BUSY, ERR_FORBIDDEN, ERR_IO};
    for (size_t i = 0; i < sizeof errs / sizeof *errs; i++) {
        for (uint32_t hooks = 0; hooks < 2; hooks++) {
            begin();
            scene->has_hooks = hooks > 0;
            const uint32_t order = scene_place(1);
            assert_true(scene_pay(order));
            scene->host.refusal = errs[i];
            scene->host.refusals = 2;
            provider_hold(&scene->provider, 0);
            story_wait();
            scene->host.refusals = 2;
            scene_do(COMMAND_ACCEPT, order);
            story_wait();
            assert_int_equal(scene_look(order)->paid_minor, 700);
            end_captured(700);
        }
    }
}

TEST(settler_answers, what_can_never_be_written_is_not_told_again)
{
    begin();
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    scene->host.refusal = ERR_STATE;
    scene->host.refusals = UINT32_MAX;
    provider_hold(&scene->provider, 0);
    story_wait();
    scene->host.refusals = 0;
    story_wait();
    assert_int_equal(scene_look(order)->ledger.held_minor, 0);
    end_captured(0);
}

TEST(settler_answers, a_rule_that_the_core_does_not_write_is_tried_again)
{
    static const int errs[] = {ERR_BUSY, ERR_FORBIDDEN, ERR_STATE};
    for (size_t i = 0; i < sizeof errs / sizeof *errs; i++) {
        begin();
        const uint32_t order = story_captured(1);
        scene->host.refusal = errs[i];
        scene->host.refusals = 1;
        scene_do(COMMAND_CANCEL, order);
        scene_run(HOUR_MS);
        scene_restart();
        story_wait();
        assert_int_equal(provider_books(&scene->provider).refunded, 700);
        end_captured(700);
    }
}

TEST(settler_answers, commands_that_have_no_room_go_later)
{
    begin();
    struct api_command *held[API_COMMANDS_MAX];
    const uint32_t first = story_held(1), second = story_captured(2);
    const uint32_t third = scene_place(1);
    assert_true(scene_pay(third));
    for (uint32_t i = 0; i < API_COMMANDS_MAX; i++) {
        held[i] = command_queue_reserve(scene->host.gate.queue);
        assert_non_null(held[i]);
    }
    provider_hold(&scene->provider, 2);
    scene_do(COMMAND_CANCEL, second);
    scene_run((uint64_t)10 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).refunded, 0);
    for (uint32_t i = 0; i < API_COMMANDS_MAX; i++) {
        command_queue_drop(scene->host.gate.queue, held[i]);
    }
    scene_run((uint64_t)10 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).refunded, 1100); /* the cancelled one */
    assert_int_equal(provider_books(&scene->provider).held, 0);        /* nobody answered them */
    assert_int_equal(scene_look(first)->ledger.held_minor, 0);
    end_captured(1100);
}

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
TEST(settler_answers, a_refund_that_is_looked_for_asks_for_what_is_due_when_the_answer_is_there)
{
    begin();
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
    end_captured(1100);
}

TEST(settler_answers, a_refund_that_failed_and_has_its_wish_is_a_persons_to_see)
{
    begin();
    const uint32_t order = story_captured(1);
    scene_do(COMMAND_CANCEL, order);
    story_wait();
    provider_refund_set(&scene->provider, 0, "failed");
    scene_run(HOUR_MS);
    assert_int_equal(provider_books(&scene->provider).refunded, 0);
    assert_int_equal(scene_look(order)->refunded_minor, 0);
    end_captured(700);
}

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

TEST(settler_answers, disputes_and_refunds_of_intents_that_nobody_knows_are_looked_up)
{
    for (uint32_t ours = 0; ours < 2; ours++) {
        begin();
        const uint32_t intent = orphan_add(ours > 0);
        (void)provider_dispute_add(&scene->provider, intent);
        provider_refund_add(&scene->provider, intent, 0);
        scene_run(HOUR_MS);
        assert_true(scene_rows('I') > 0);
        scene_end();
    }
}

TEST(settler_answers, an_intent_that_cannot_be_looked_up_is_nobodys_or_is_looked_up_again)
{
    static const enum trouble_kind kinds[] = {TROUBLE_REFUSED, TROUBLE_BEFORE, TROUBLE_ALIEN};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        begin();
        const uint32_t intent = orphan_add(true);
        trouble_with("GET /v1/payment_intents/pi_1", kinds[i], 1);
        (void)provider_dispute_add(&scene->provider, intent);
        scene_run(HOUR_MS);
        assert_int_equal(scene_rows('I'), 1);
        scene_end();
    }
}

TEST(settler_answers, a_look_up_that_the_core_does_not_take_is_made_again)
{
    begin();
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
TEST(settler_answers, a_page_that_failed_in_part_is_told_again_whole)
{
    begin();
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
    end_captured(0);
}

TEST(settler_answers, who_changes_his_order_while_a_form_is_on_its_way_gets_the_new_ones)
{
    begin();
    scene_run(MINUTE_MS);
    const uint32_t order = scene_place(1);
    uint64_t request = 0;
    provider_trouble(&scene->provider, "POST /v1/payment_intents", TROUBLE_HUNG, 1);
    assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), 0);
    scene_run(1000);
    scene_do_line(COMMAND_LINES_ADD, order, 2);
    assert_int_equal(scene_pay_once(order), 0);
    scene_run(HOUR_MS);
    assert_int_equal(provider_books(&scene->provider).open, 0); /* nobody paid either */
    end_captured(0);
}

TEST(settler_answers, two_customers_who_pay_at_once_get_each_his_own_form)
{
    begin();
    scene_run(MINUTE_MS);
    const uint32_t orders[] = {scene_place(1), scene_place(2)};
    uint64_t request = 0;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        assert_int_equal(settler_pay(scene->settler, &scene->orders[orders[i]], &request), 0);
    }
    scene_run(1000);
    assert_int_equal(scene->answers_count, 2);
    assert_int_equal(scene->answers[0].err, 0);
    assert_int_equal(scene->answers[1].err, 0);
    assert_int_equal(provider_books(&scene->provider).open, 2);
    end_captured(0);
}

TEST(settler_answers, a_surplus_that_no_change_explains_is_a_persons_to_see)
{
    begin();
    scene_run(1000);
    const struct entity_id unknown = {{9}};
    history_reset(scene->settler->history, KIND_ORDER, &unknown);
    scene->settler->order->id = unknown;
    assert_true(rule_tell(scene->settler, false)); /* there is nothing to be tried again */
    assert_null(command_queue_take(scene->host.gate.queue));
    end_captured(0);
}

TEST(settler_answers, the_list_of_intents_is_read_soon_but_not_twice_at_once)
{
    begin();
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
    end_captured(0);
}

/* --- refunds that the order does not know --- */

TEST(settler_answers, a_refund_that_the_core_does_not_write_is_not_made_again)
{
    begin();
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
    end_captured(700);
}

TEST(settler_answers, a_refund_that_cannot_be_read_is_not_made_again)
{
    begin();
    const uint32_t order = story_captured(1);
    trouble_with("POST /v1/refunds", TROUBLE_AFTER, 1);
    trouble_with("GET /v1/refunds", TROUBLE_LATER, 0);
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
    end_captured(700);
}

TEST(settler_answers, a_refund_that_may_be_on_a_further_page_is_a_persons_to_look_for)
{
    begin();
    const uint32_t order = story_captured(1);
    provider_refund_add(&scene->provider, 0, 10);
    provider_refund_add(&scene->provider, 0, 20);
    scene_run(HOUR_MS);
    scene->provider.page_max = 1;
    scene_wish(order, 1, 100);
    scene_run(HOUR_MS);
    assert_int_equal(scene->provider.refunds_count, 2);
    end_captured(700);
}

TEST(settler_answers, a_refund_that_failed_before_it_was_known_stops_no_other)
{
    static const char *const statuses[] = {"failed", "canceled"};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        begin();
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

/* --- what the provider would not cancel --- */

/* An order that was cancelled while a bank worked on its payment: the provider does not cancel. */
static uint32_t cancelled_while_processing(void)
{
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    provider_process(&scene->provider, 0);
    story_wait();
    trouble_with("/cancel", TROUBLE_DECLINED, ATTEMPT_KEYS_MAX);
    scene_do(COMMAND_CANCEL, order);
    story_wait();
    assert_int_equal(scene->provider.troubles[0].times, 0);
    return order;
}

TEST(settler_answers, a_hold_that_comes_after_its_cancelling_was_refused_is_released)
{
    begin();
    (void)cancelled_while_processing();
    scene->hooked = scene->provider.events_count;
    scene->has_hooks = true;
    provider_hold(&scene->provider, 0);
    scene_run((uint64_t)2 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).held, 0);
    end_captured(0);
}

TEST(settler_answers, what_was_not_cancelled_and_changes_no_more_is_tried_again_in_time)
{
    begin();
    (void)cancelled_while_processing();
    scene_run((uint64_t)20 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).open, 0);
    end_captured(0);
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

TEST(settler_answers, a_dispute_whose_payment_cannot_be_read_is_told_when_it_can)
{
    for (uint32_t hooks = 0; hooks < 2; hooks++) {
        begin();
        const uint32_t order = story_captured(1);
        trouble_with("GET /v1/payment_intents/pi_1", TROUBLE_ALIEN, 3);
        scene->provider.page_max = 1;
        dispute_of_an_unknown();
        scene->hooked = scene->provider.events_count - 1;
        scene->has_hooks = hooks > 0;
        scene_run((uint64_t)6 * HOUR_MS);
        assert_int_equal(scene_look(order)->ledger.disputes_count, 1);
        assert_int_equal(scene_rows('W'), 0);
        end_captured(700);
    }
}

TEST(settler_answers, what_never_can_be_read_holds_up_nothing_else_and_is_given_up_after_a_day)
{
    begin();
    const uint32_t first = story_captured(1);
    trouble_with("GET /v1/payment_intents/pi_1", TROUBLE_ALIEN, UINT32_MAX);
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
    end_captured(1400);
}
