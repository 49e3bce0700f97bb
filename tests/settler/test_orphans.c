/* test_orphans.c - payments that name an order which is not here. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/settler/stories.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static void begin(void)
{
    if (scene == NULL) {
        (void)scene_new();
    }
    scene_begin(NULL);
}

static void end_captured(int64_t captured)
{
    assert_int_equal(provider_books(&scene->provider).captured, captured);
    assert_true(provider_is_sane(&scene->provider));
    scene_end();
}

static void orphan_put(const char *intent, enum intent_state state)
{
    const struct orphan orphan = {
        .intent = bytes_of_text(intent), .order = {{9}}, .state = state, .amount_minor = 100};
    struct store_txn *txn = store_memory_begin(scene->own, true);
    assert_int_equal(notes_orphan_put(txn, &orphan), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

TEST(settler_orphans, an_orphan_waits_while_a_device_is_missing)
{
    begin();
    scene_run(MINUTE_MS);
    (void)provider_intent_add(&scene->provider, 900, "", "");
    orphan_put("pi_1", INTENT_CREATED);
    scene->host.live.peers_count = 2;
    scene->host.live.peers[0].link = GATE_LINKED;
    scene->host.live.peers[1].link = GATE_LOST;
    scene_run(HOUR_MS);
    assert_int_equal(provider_books(&scene->provider).open, 1);
    scene->host.live.peers[1].is_retired = true;
    scene_run(HOUR_MS);
    assert_int_equal(provider_books(&scene->provider).open, 0);
    end_captured(0);
}

TEST(settler_orphans, an_orphan_whose_cancelling_was_spoilt_waits_for_a_person)
{
    begin();
    scene_run(MINUTE_MS);
    (void)provider_intent_add(&scene->provider, 900, "", "");
    orphan_put("pi_1", INTENT_CREATED);
    provider_trouble(&scene->provider, "/cancel", TROUBLE_BEFORE, UINT32_MAX);
    scene_run(HOUR_MS);
    scene_spoil('A', NULL, 0);
    scene_run(HOUR_MS);
    assert_int_equal(provider_books(&scene->provider).open, 1);
    end_captured(0);
}

TEST(settler_orphans, many_orphans_are_cancelled_a_few_a_turn)
{
    begin();
    scene_run(MINUTE_MS);
    for (uint32_t i = 0; i < 20; i++) {
        (void)provider_intent_add(&scene->provider, 900, "", "");
        orphan_put(scene->provider.intents[i].id, INTENT_CREATED);
    }
    scene_run(HOUR_MS);
    assert_int_equal(provider_books(&scene->provider).open, 0);
    end_captured(0);
}

/* A cancelling that was refused is looked into: it was paid, or it still can be. */
TEST(settler_orphans, an_orphan_that_was_captured_elsewhere_is_let_be)
{
    for (uint32_t aliens = 0; aliens < 2; aliens++) {
        begin();
        scene_run(MINUTE_MS);
        (void)provider_intent_add(&scene->provider, 900, "", "");
        orphan_put("pi_1", INTENT_CREATED);
        provider_trouble(&scene->provider, "GET /v1/payment_intents/pi_1", TROUBLE_ALIEN, aliens);
        (void)snprintf(scene->provider.intents[0].status, 16, "succeeded");
        scene_run(HOUR_MS);
        assert_int_equal(provider_books(&scene->provider).open, 0);
        end_captured(0);
    }
}

TEST(settler_orphans, a_refund_of_an_intent_that_is_an_orphan_too_is_left_to_a_person)
{
    begin();
    const uint32_t order = story_captured(1);
    scene->provider.page_max = 0;
    provider_refund_add(&scene->provider, 0, 50);
    scene_run(HOUR_MS);
    orphan_put("pi_1", INTENT_CANCELED);
    scene_wish(order, 1, 100);
    story_wait();
    assert_true(provider_books(&scene->provider).refunded <= 150);
    end_captured(700);
}

TEST(settler_orphans, what_a_spoilt_orphan_says_is_the_orders_to_say)
{
    begin();
    const uint32_t order = story_held(1);
    provider_trouble(&scene->provider, "/capture", TROUBLE_DECLINED, 1);
    scene->host.refusal = ERR_STATE; /* what is told changes nothing here */
    scene->host.refusals = UINT32_MAX;
    scene_put("Opi_1", 5, "???", 3);
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
    assert_int_equal(scene_rows('O'), 1);
    end_captured(700);
}
