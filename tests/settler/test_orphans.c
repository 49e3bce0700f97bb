/* test_orphans.c - payments that name an order which is not here. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/log/tables.h"
#include "tests/settler/stories.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

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
    story_begin();
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
    story_end_captured(0);
}

/* The row was spoilt by the disk, or is as version 2 of it was. */
TEST(settler_orphans, an_orphan_whose_cancelling_cannot_be_read_is_cancelled_all_the_same)
{
    static const uint8_t of_version_2[] = {0x9d, 0x02};
    for (uint32_t is_older = 0; is_older < 2; is_older++) {
        story_begin();
        scene_run(MINUTE_MS);
        (void)provider_intent_add(&scene->provider, 900, "", "");
        orphan_put("pi_1", INTENT_CREATED);
        provider_trouble(&scene->provider, "/cancel", TROUBLE_BEFORE, UINT32_MAX);
        scene_run(HOUR_MS);
        scene_spoil('A', is_older ? of_version_2 : NULL, sizeof of_version_2);
        scene->provider.troubles_count = 0;
        scene_run(HOUR_MS);
        assert_int_equal(provider_books(&scene->provider).open, 0);
        story_end_captured(0);
    }
}

TEST(settler_orphans, many_orphans_are_cancelled_a_few_a_turn)
{
    story_begin();
    scene_run(MINUTE_MS);
    for (uint32_t i = 0; i < 20; i++) {
        (void)provider_intent_add(&scene->provider, 900, "", "");
        orphan_put(scene->provider.intents[i].id, INTENT_CREATED);
    }
    scene_run(HOUR_MS);
    assert_int_equal(provider_books(&scene->provider).open, 0);
    story_end_captured(0);
}

/* A cancelling that was refused is looked into: it was paid, or it still can be. */
TEST(settler_orphans, an_orphan_that_was_captured_elsewhere_is_let_be)
{
    for (uint32_t aliens = 0; aliens < 2; aliens++) {
        story_begin();
        scene_run(MINUTE_MS);
        (void)provider_intent_add(&scene->provider, 900, "", "");
        orphan_put("pi_1", INTENT_CREATED);
        provider_trouble(&scene->provider, "GET /v1/payment_intents/pi_1", TROUBLE_ALIEN, aliens);
        (void)snprintf(scene->provider.intents[0].status, 16, "succeeded");
        scene_run(HOUR_MS);
        assert_int_equal(provider_books(&scene->provider).open, 0);
        story_end_captured(0);
    }
}

TEST(settler_orphans, a_refund_of_an_intent_that_is_an_orphan_too_is_left_to_a_person)
{
    story_begin();
    const uint32_t order = story_captured(1);
    scene->provider.page_max = 0;
    provider_refund_add(&scene->provider, 0, 50);
    scene_run(HOUR_MS);
    provider_trouble(&scene->provider, "GET /v1/refunds", TROUBLE_HUNG, 1);
    scene_wish(order, 1, 100);
    orphan_put("pi_1", INTENT_CANCELED); /* while it is looked for */
    scene_run(HOUR_MS);
    assert_int_equal(provider_books(&scene->provider).refunded, 50);
    story_end_captured(700);
}

TEST(settler_orphans, what_a_spoilt_orphan_says_is_the_orders_to_say)
{
    story_begin();
    const uint32_t order = story_held(1);
    provider_trouble(&scene->provider, "/capture", TROUBLE_DECLINED, 1);
    provider_trouble(&scene->provider, "GET /v1/payment_intents/pi_1", TROUBLE_HUNG, 1);
    scene->host.refusal = ERR_STATE; /* what is told changes nothing here */
    scene->host.refusals = UINT32_MAX;
    scene_put("Opi_1", 5, "???", 3);
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_rows('O'), 0);
    scene_run(1000);
    scene_put("Opi_1", 5, "???", 3); /* while it is looked up */
    scene_run((uint64_t)5 * MINUTE_MS);
    story_end_captured(700);
}

TEST(settler_orphans, what_was_asked_for_a_payment_of_nobody_is_forgotten_with_it)
{
    story_begin();
    scene_run(MINUTE_MS);
    (void)provider_intent_add(&scene->provider, 900, "", "");
    orphan_put("pi_1", INTENT_CREATED);
    scene_run((uint64_t)50 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).open, 0);
    assert_int_equal(scene_rows('A'), 0);
    story_end_captured(0);
}

/* How often the settler's store is read while a settled order changes so often. */
static uint64_t reads_of_changes(uint32_t changes)
{
    static uint64_t numbers = 1000000;
    const struct key row = key_state(KIND_ORDER, &scene->orders[0]);
    for (uint32_t i = 0; i < changes; i++) {
        const struct key change = key_change(++numbers);
        host_put(&scene->host, TABLE_CHANGE, key_bytes(&change), key_bytes(&row));
    }
    const uint64_t before = store_memory_calls(scene->own, MEMORY_OPEN);
    scene_run(10);
    return store_memory_calls(scene->own, MEMORY_OPEN) - before;
}

TEST(settler_orphans, orders_of_which_there_is_no_orphan_cost_no_more_where_there_are_many)
{
    enum { CHANGES = 100, ORPHANS = 50, WALKS = 10 };
    char intents[ORPHANS][16];
    story_begin();
    (void)scene_place(1);
    scene_run(MINUTE_MS);
    const uint64_t without = reads_of_changes(CHANGES);
    for (uint32_t i = 0; i < ORPHANS; i++) {
        (void)snprintf(intents[i], sizeof intents[i], "pi_9%u", i);
        orphan_put(intents[i], INTENT_CANCELED);
    }
    assert_true(reads_of_changes(CHANGES) <= without + (uint64_t)ORPHANS * WALKS);
    story_end_captured(0);
}

/* --- an order that comes late --- */

static struct {
    struct key key;
    size_t size;
    uint8_t row[8192];
} hidden;

/* As if it were on another device, which has not been heard yet. */
static void hide(uint32_t order)
{
    struct bytes value;
    hidden.key = key_state(KIND_ORDER, &scene->orders[order]);
    struct store_txn *txn = store_memory_begin(scene->host.store, true);
    assert_int_equal(store_get(txn, TABLE_STATE, key_bytes(&hidden.key), &value), 0);
    assert_true(value.size <= sizeof hidden.row);
    memcpy(hidden.row, value.data, value.size);
    hidden.size = value.size;
    assert_int_equal(store_del(txn, TABLE_STATE, key_bytes(&hidden.key)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

/* It came. @is_heard: and the settler is told that something changed. */
static void show(bool is_heard)
{
    static uint64_t changes = 100000;
    host_put(&scene->host, TABLE_STATE, key_bytes(&hidden.key), bytes_of(hidden.row, hidden.size));
    if (is_heard) {
        const struct key change = key_change(++changes);
        host_put(&scene->host, TABLE_CHANGE, key_bytes(&change), key_bytes(&hidden.key));
    }
}

static void hex_of(const uint8_t *data, size_t size, char *to)
{
    for (size_t i = 0; i < size; i++) {
        (void)snprintf(to + 2 * i, 3, "%02x", data[i]);
    }
}

/* An order that is not here, and its payment, which this gateway has heard of. */
static uint32_t unclaimed(void)
{
    char popup[2 * POPUP_ID_BYTES + 1], id[2 * ENTITY_ID_BYTES + 1];
    story_begin();
    const uint32_t order = scene_place(1);
    hex_of(scene->host.journal.popup.bytes, POPUP_ID_BYTES, popup);
    hex_of(scene->orders[order].bytes, ENTITY_ID_BYTES, id);
    hide(order);
    (void)provider_intent_add(&scene->provider, 700, popup, id);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows('O'), 1);
    return order;
}

static void expect_claimed(uint32_t order)
{
    assert_int_equal(provider_books(&scene->provider).open, 1);
    assert_int_equal(scene_look(order)->ledger.intents_count, 1);
    assert_int_equal(scene_rows('O'), 0);
    story_end_captured(0);
}

TEST(settler_orphans, when_its_order_comes_a_payment_is_told_to_it)
{
    const uint32_t order = unclaimed();
    orphan_put("pi_9", INTENT_CANCELED); /* of another */
    show(true);
    scene_run(1000);
    assert_int_equal(provider_books(&scene->provider).open, 1);
    assert_int_equal(scene_look(order)->ledger.intents_count, 1);
    assert_int_equal(scene_rows('O'), 1);
    story_end_captured(0);
}

TEST(settler_orphans, what_another_gateway_told_its_order_is_not_read_here)
{
    const uint32_t order = unclaimed();
    show(true);
    scene_run(1000);
    hide(order); /* it has the payment by now */
    orphan_put("pi_1", INTENT_CREATED);
    provider_trouble(&scene->provider, "GET /v1/payment_intents/pi_1", TROUBLE_SHUT, 1);
    show(true);
    scene_run(10);
    assert_int_equal(scene->provider.troubles[0].times, 1);
    expect_claimed(order);
}

TEST(settler_orphans, a_store_that_fails_while_its_order_comes_loses_no_payment)
{
    enum { PLACES = 12 };
    for (unsigned nth = 1; nth <= PLACES; nth++) {
        const uint32_t order = unclaimed();
        store_memory_fail(scene->own, MEMORY_OPEN, nth, ERR_IO);
        show(true);
        scene_run((uint64_t)2 * MINUTE_MS);
        expect_claimed(order);
    }
}

TEST(settler_orphans, two_payments_of_one_order_are_both_read_when_it_comes)
{
    const uint32_t order = unclaimed();
    const struct provider_intent *first = &scene->provider.intents[0];
    (void)provider_intent_add(&scene->provider, 700, first->popup, first->order);
    scene_run((uint64_t)11 * MINUTE_MS);
    assert_int_equal(scene_rows('O'), 2);
    show(true);
    scene_run(1000);
    assert_int_equal(scene_look(order)->ledger.intents_count, 2);
    assert_int_equal(scene_rows('O'), 0);
    story_end_captured(0);
}

TEST(settler_orphans, nothing_is_cancelled_whose_order_came_and_nobody_was_told_of_it)
{
    const uint32_t order = unclaimed();
    show(false);
    scene_run((uint64_t)20 * MINUTE_MS);
    assert_int_equal(scene_rows('A'), 0);
    expect_claimed(order);
}

TEST(settler_orphans, an_order_that_comes_while_its_payment_is_about_to_be_cancelled_keeps_it)
{
    const uint32_t order = unclaimed();
    provider_trouble(&scene->provider, "GET /v1/payment_intents/pi_1", TROUBLE_HUNG, 1);
    while (scene_rows('A') == 0) {
        scene_run(1000);
    }
    show(false);
    scene_run((uint64_t)3 * MINUTE_MS);
    expect_claimed(order);
}

TEST(settler_orphans, an_order_that_nobody_can_read_loses_no_payment)
{
    const uint32_t order = unclaimed();
    host_put(&scene->host, TABLE_STATE, key_bytes(&hidden.key), bytes_of_text("???"));
    scene_run((uint64_t)20 * MINUTE_MS);
    assert_int_equal(provider_books(&scene->provider).open, 1);
    show(false);
    scene_run(MINUTE_MS);
    expect_claimed(order);
}

TEST(settler_orphans, a_payment_that_cannot_be_read_when_its_order_comes_is_read_again)
{
    static const enum trouble_kind kinds[] = {TROUBLE_BEFORE, TROUBLE_LATER};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const uint32_t order = unclaimed();
        provider_trouble(&scene->provider, "GET /v1/payment_intents/pi_1", kinds[i], 1);
        show(true);
        scene_run((uint64_t)2 * MINUTE_MS);
        expect_claimed(order);
    }
}

TEST(settler_orphans, what_the_core_does_not_write_of_it_is_told_again)
{
    const uint32_t order = unclaimed();
    scene->host.refusal = ERR_BUSY;
    scene->host.refusals = 1;
    show(true);
    scene_run((uint64_t)2 * MINUTE_MS);
    expect_claimed(order);
}

TEST(settler_orphans, a_payment_that_another_account_has_waits_for_the_orders_next_change)
{
    const uint32_t order = unclaimed();
    provider_trouble(&scene->provider, "GET /v1/payment_intents/pi_1", TROUBLE_REFUSED, 1);
    show(true);
    scene_run((uint64_t)2 * MINUTE_MS);
    assert_int_equal(scene_rows('O'), 1);
    show(true);
    scene_run(1000);
    expect_claimed(order);
}

TEST(settler_orphans, it_is_read_once_however_often_its_order_changes_meanwhile)
{
    const uint32_t order = unclaimed();
    provider_trouble(&scene->provider, "GET /v1/payment_intents/pi_1", TROUBLE_HUNG, 1);
    const uint64_t calls = scene->provider.calls;
    show(true);
    scene_run(10);
    show(true);
    scene_run(10);
    assert_true(scene->provider.calls <= calls + 2); /* and a list at most */
    scene->host.is_stalled = true;                   /* it is being told */
    scene_run((uint64_t)3 * MINUTE_MS);
    const uint64_t read = scene->provider.calls;
    show(true);
    scene_run(10);
    assert_true(scene->provider.calls <= read + 1);
    scene->host.is_stalled = false;
    scene_run(MINUTE_MS);
    expect_claimed(order);
}

TEST(settler_orphans, it_is_read_when_there_is_room_for_a_call)
{
    const uint32_t order = unclaimed();
    for (uint32_t i = FLIGHTS_SPARE; i < FLIGHTS_MAX; i++) {
        struct flight *flight = &scene->settler->flights[i];
        assert_int_equal(flight->kind, FLIGHT_NONE);
        *flight = (struct flight){.kind = FLIGHT_SECRET, .is_sent = true, .name = UINT64_MAX - i};
    }
    show(true);
    scene_run(5000);
    assert_int_equal(scene_rows('O'), 1);
    for (uint32_t i = FLIGHTS_SPARE; i < FLIGHTS_MAX; i++) {
        flight_close(&scene->settler->flights[i]);
    }
    scene_run(5000);
    expect_claimed(order);
}
