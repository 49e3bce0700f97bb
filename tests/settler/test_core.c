/* test_core.c - the core does not write what the settler tells it, or has no room: it is told
 * again, and no money moves twice. */
#include "tests/lib/test.h"

#include "tests/settler/stories.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

TEST(settler_core, what_the_core_does_not_write_is_told_again)
{
    static const int errs[] = {ERR_BUSY, ERR_FORBIDDEN, ERR_IO};
    for (size_t i = 0; i < sizeof errs / sizeof *errs; i++) {
        for (uint32_t hooks = 0; hooks < 2; hooks++) {
            story_begin();
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
            story_end_captured(700);
        }
    }
}

TEST(settler_core, what_can_never_be_written_is_not_told_again)
{
    story_begin();
    const uint32_t order = scene_place(1);
    assert_true(scene_pay(order));
    scene->host.refusal = ERR_STATE;
    scene->host.refusals = UINT32_MAX;
    provider_hold(&scene->provider, 0);
    story_wait();
    scene->host.refusals = 0;
    story_wait();
    assert_int_equal(scene_look(order)->ledger.held_minor, 0);
    story_end_captured(0);
}

TEST(settler_core, a_rule_that_the_core_does_not_write_is_tried_again)
{
    static const int errs[] = {ERR_BUSY, ERR_FORBIDDEN, ERR_STATE};
    for (size_t i = 0; i < sizeof errs / sizeof *errs; i++) {
        story_begin();
        const uint32_t order = story_captured(1);
        scene->host.refusal = errs[i];
        scene->host.refusals = 1;
        scene_do(COMMAND_CANCEL, order);
        scene_run(HOUR_MS);
        scene_restart();
        story_wait();
        assert_int_equal(provider_books(&scene->provider).refunded, 700);
        story_end_captured(700);
    }
}

TEST(settler_core, commands_that_have_no_room_go_later)
{
    story_begin();
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
    story_end_captured(1100);
}

/* --- orders that change meanwhile --- */

TEST(settler_core, who_changes_his_order_while_a_form_is_on_its_way_gets_the_new_ones)
{
    story_begin();
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
    story_end_captured(0);
}

TEST(settler_core, two_customers_who_pay_at_once_get_each_his_own_form)
{
    story_begin();
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
    story_end_captured(0);
}

TEST(settler_core, a_surplus_that_no_change_explains_is_a_persons_to_see)
{
    story_begin();
    scene_run(1000);
    const struct entity_id unknown = {{9}};
    history_reset(scene->settler->history, KIND_ORDER, &unknown);
    scene->settler->order->id = unknown;
    assert_true(rule_tell(scene->settler, false)); /* there is nothing to be tried again */
    assert_null(command_queue_take(scene->host.gate.queue));
    story_end_captured(0);
}
