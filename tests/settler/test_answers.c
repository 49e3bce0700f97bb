/* test_answers.c - the provider says what nobody expects: other intents than were asked for, none,
 * nonsense, and no. */
#include "tests/lib/test.h"

#include "tests/settler/stories.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

TEST(settler_answers, an_intent_that_is_not_what_was_asked_for_is_cancelled_and_shown_to_nobody)
{
    static const enum trouble_kind kinds[] = {TROUBLE_CHARGED, TROUBLE_AMOUNT, TROUBLE_CURRENCY,
                                              TROUBLE_SECRET};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        story_begin();
        story_trouble("POST /v1/payment_intents", kinds[i], 1);
        story_trouble("/cancel", TROUBLE_DECLINED, 1); /* it is looked at, and cancelled again */
        const uint32_t order = scene_place(1);
        assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE);
        scene_run(HOUR_MS);
        assert_int_equal(provider_books(&scene->provider).open, 0);
        story_end_captured(0);
    }
}

TEST(settler_answers, who_is_refused_an_intent_is_told_and_may_try_again_some_times_a_minute)
{
    static const enum trouble_kind kinds[] = {TROUBLE_REFUSED, TROUBLE_DECLINED, TROUBLE_MISUSED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        story_begin();
        story_trouble("POST /v1/payment_intents", kinds[i], 9);
        const uint32_t order = scene_place(1);
        for (uint32_t keys = 0; keys <= ATTEMPT_KEYS_MAX; keys++) {
            assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE);
        }
        const uint32_t left = scene->provider.troubles[0].times;
        assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE);
        assert_int_equal(scene->provider.troubles[0].times, left); /* nobody was asked */
        scene->provider.troubles[0].times = 0;
        scene_run(MINUTE_MS);
        assert_int_equal(scene_pay_once(order), 0);
        assert_int_equal(scene->provider.intents_count, 1);
        story_end_captured(0);
    }
}

TEST(settler_answers, who_waits_for_a_form_is_told_in_seconds_that_none_comes_and_gets_it_later)
{
    enum { PATIENCE_MS = 7 * 1000 };
    story_begin();
    scene->line.refusals = UINT32_MAX; /* nothing leaves */
    const uint32_t order = scene_place(1);
    uint64_t request = 0;
    assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), 0);
    scene_run(PATIENCE_MS);
    assert_int_equal(scene->answers_count, 1);
    assert_int_equal(scene->answers[0].err, ERR_BUSY);
    scene->line.refusals = 0;
    assert_true(scene_pay(order));
    story_end_captured(0);
}

TEST(settler_answers, who_asks_again_when_the_line_is_back_waits_for_no_pause_that_grew_without_it)
{
    enum { TRIES = 8, SECOND_MS = 1000 }; /* in vain, and the pause grew to half a minute */
    story_begin();
    story_trouble("POST /v1/payment_intents", TROUBLE_BEFORE, TRIES);
    const uint32_t order = scene_place(1);
    assert_int_equal(scene_pay_once(order), ERR_BUSY);
    while (scene->provider.troubles[0].times > 0 || scene->line.count > 0) {
        scene_run(SECOND_MS);
    }
    assert_int_equal(scene_pay_once(order), 0);
    assert_int_equal(scene->provider.intents_count, 1);
    story_end_captured(0);
}

TEST(settler_answers, who_asks_again_at_once_waits_for_the_short_pause_that_is)
{
    story_begin();
    story_trouble("POST /v1/payment_intents", TROUBLE_BEFORE, 1);
    const uint32_t order = scene_place(1);
    uint64_t first = 0;
    assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &first), 0);
    while (scene->provider.troubles[0].times > 0 || scene->line.count > 0) {
        scene_run(1);
    }
    assert_int_equal(scene_pay_once(order), 0);
    assert_int_equal(scene->provider.intents_count, 1);
    story_end_captured(0);
}

TEST(settler_answers, an_intent_without_sense_is_shown_to_nobody)
{
    story_begin();
    story_trouble("POST /v1/payment_intents", TROUBLE_ALIEN, 1);
    const uint32_t order = scene_place(1);
    assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE);
    story_end_captured(0);
}

TEST(settler_answers, a_form_that_cannot_be_read_again_is_told_as_a_bad_line)
{
    static const enum trouble_kind kinds[] = {TROUBLE_BEFORE, TROUBLE_ALIEN};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        story_begin();
        const uint32_t order = scene_place(1);
        assert_true(scene_pay(order));
        story_trouble("GET /v1/payment_intents/pi_1", kinds[i], 1);
        assert_int_equal(scene_pay_once(order), ERR_BUSY);
        assert_int_equal(scene_pay_once(order), 0);
        story_end_captured(0);
    }
}

TEST(settler_answers, who_asks_for_a_form_while_another_page_pays_gets_none)
{
    story_begin();
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
    story_end_captured(0);
}

/* Of an order that is over nothing else is to be done; of the other one something may be. */
TEST(settler_answers, what_was_refused_before_the_dispute_was_known_is_given_back_when_it_is_won)
{
    for (uint32_t is_over = 0; is_over < 2; is_over++) {
        story_begin();
        const uint32_t order = story_captured(2);
        scene->has_hooks = false;
        const uint32_t dispute = provider_dispute_add(&scene->provider, 0);
        const uint32_t keys_count = scene->provider.keys_count;
        if (is_over) {
            scene_do(COMMAND_CANCEL, order);
        } else {
            scene_do_line(COMMAND_REFUSE, order, 2);
        }
        scene_run(MINUTE_MS);
        assert_int_equal(scene->provider.keys_count - keys_count, ATTEMPT_KEYS_MAX);
        scene_run(HOUR_MS);
        assert_int_equal(scene_look(order)->ledger.disputes_count, 1);
        provider_dispute_set(&scene->provider, dispute, "won");
        scene_run(HOUR_MS);
        assert_int_equal(scene_look(order)->due_minor, 0);
        story_end_captured(1100);
    }
}

TEST(settler_answers, events_that_are_none_are_told_as_what_they_are_about)
{
    story_begin();
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    provider_hold(&scene->provider, 0);
    story_trouble("GET /v1/events", TROUBLE_ENDLESS, 1);
    story_trouble("GET /v1/events", TROUBLE_BARE, 1);
    story_wait();
    assert_int_equal(scene_look(order)->ledger.held_minor, 700);
    story_end_captured(0);
}

TEST(settler_answers, answers_without_a_date_move_no_clock)
{
    story_begin();
    scene->provider.is_timeless = true;
    story_wait();
    assert_false(scene->settler->is_dated);
    assert_int_equal(scene_rows('P'), 0);
    story_end_captured(0);
}

TEST(settler_answers, a_payment_whose_draft_changed_before_it_was_sent_is_not_sent)
{
    static const enum command_kind kinds[] = {COMMAND_LINES_ADD, COMMAND_CANCEL};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        story_begin();
        story_trouble("GET", TROUBLE_BEFORE, 4); /* nobody knows what time it is */
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
        story_end_captured(0);
    }
}

TEST(settler_answers, a_payment_that_was_sent_a_day_ago_is_begun_anew)
{
    story_begin();
    story_trouble("POST /v1/payment_intents", TROUBLE_BEFORE, 1);
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
    story_end_captured(0);
}

/* --- what the provider would not cancel --- */

/* An order that was cancelled while a bank worked on its payment: the provider does not cancel. */
static uint32_t cancelled_while_processing(void)
{
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    provider_process(&scene->provider, 0);
    story_wait();
    story_trouble("/cancel", TROUBLE_DECLINED, ATTEMPT_KEYS_MAX);
    scene_do(COMMAND_CANCEL, order);
    story_wait();
    assert_int_equal(scene->provider.troubles[0].times, 0);
    return order;
}

TEST(settler_answers, a_hold_that_comes_after_its_cancelling_was_refused_is_released)
{
    story_begin();
    (void)cancelled_while_processing();
    scene->hooked = scene->provider.events_count;
    scene->has_hooks = true;
    provider_hold(&scene->provider, 0);
    scene_run((uint64_t)2 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).held, 0);
    story_end_captured(0);
}

TEST(settler_answers, what_was_not_cancelled_and_changes_no_more_is_tried_again_in_time)
{
    story_begin();
    (void)cancelled_while_processing();
    scene_run((uint64_t)20 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).open, 0);
    story_end_captured(0);
}
