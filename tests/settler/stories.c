#include "tests/settler/stories.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/test.h"

enum {
    WAIT_MS = 90 * 1000,
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS,
    LAPSE_MS = 20 * MINUTE_MS,
    EXPIRE_MS = 40 * MINUTE_MS,
    HEX_MAX = 2 * ENTITY_ID_BYTES + 1,
};

void story_begin(void)
{
    if (scene == NULL) {
        (void)scene_new();
    }
    scene_begin(NULL);
}

void story_end_captured(int64_t captured)
{
    assert_int_equal(provider_books(&scene->provider).captured, captured);
    assert_true(provider_is_sane(&scene->provider));
    scene_end();
}

void story_trouble(const char *part, enum trouble_kind kind, uint32_t times)
{
    provider_trouble(&scene->provider, part, kind, times);
}

void story_wait(void)
{
    scene_run(WAIT_MS);
}

/* Nothing is open: the provider's events are read now and then. */
static void wait_long(void)
{
    scene_run(LAPSE_MS);
}

static uint32_t paying(uint32_t lines)
{
    const uint32_t order = scene_place(lines);
    check(scene_pay(order));
    return order;
}

uint32_t story_held(uint32_t lines)
{
    const uint32_t order = paying(lines);
    provider_hold(&scene->provider, scene->provider.intents_count - 1);
    story_wait();
    return order;
}

uint32_t story_captured(uint32_t lines)
{
    const uint32_t order = story_held(lines);
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
    return order;
}

/* --- what goes well --- */

static void captured(void)
{
    (void)story_captured(2);
}

static void captured_by_hooks(void)
{
    scene->has_hooks = true;
    (void)story_captured(2);
}

static void slowly(void)
{
    const uint32_t order = paying(1);
    provider_process(&scene->provider, 0);
    story_wait();
    provider_hold(&scene->provider, 0);
    story_wait();
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
}

static void captured_in_part(void)
{
    const uint32_t order = story_held(2);
    scene_do_line(COMMAND_ACCEPT, order, 1);
    scene_do_line(COMMAND_REFUSE, order, 2);
    story_wait();
}

static void handed_over(void)
{
    const uint32_t order = story_captured(1);
    scene_do(COMMAND_DONE, order);
    scene_do(COMMAND_HAND_OVER, order);
    story_wait();
}

static void cancelled_while_held(void)
{
    const uint32_t order = story_held(2);
    scene_do(COMMAND_CANCEL, order);
    story_wait();
}

static void cancelled_unpaid(void)
{
    const uint32_t order = paying(2);
    scene_do(COMMAND_CANCEL, order);
    story_wait();
}

static void nobody_pays(void)
{
    (void)paying(2);
    scene_run(EXPIRE_MS);
}

static void lapsed(void)
{
    (void)story_held(2);
    scene_run(LAPSE_MS);
}

/* --- money goes back --- */

static void refunded_in_part(void)
{
    const uint32_t order = story_captured(2);
    scene_wish(order, 1, 100);
    story_wait();
    scene_wish(order, 2, 50);
    story_wait();
}

static void refunded_by_line(void)
{
    const uint32_t order = story_captured(2);
    scene_do_line(COMMAND_REFUND_WISH, order, 2);
    story_wait();
}

static void cancelled_after_capture(void)
{
    const uint32_t order = story_captured(2);
    scene_do(COMMAND_CANCEL, order);
    story_wait();
}

static void refund_failed(void)
{
    const uint32_t order = story_captured(2);
    scene_wish(order, 1, 100);
    story_wait();
    provider_refund_set(&scene->provider, 0, "failed");
    wait_long();
}

static void refunded_by_hand(void)
{
    (void)story_captured(2);
    provider_refund_add(&scene->provider, 0, 100);
    wait_long();
}

static void disputed(void)
{
    const uint32_t order = story_captured(2);
    const uint32_t dispute = provider_dispute_add(&scene->provider, 0);
    wait_long();
    scene_wish(order, 1, 100);
    story_wait();
    provider_dispute_set(&scene->provider, dispute, "won");
    wait_long();
}

/* --- a tip, of 11.00 and of what is left of them --- */

static uint32_t tipped(int64_t amount, uint32_t bp)
{
    const uint32_t order = scene_place(2);
    scene_tip(order, amount, bp);
    check(scene_pay(order));
    provider_hold(&scene->provider, scene->provider.intents_count - 1);
    story_wait();
    return order;
}

static void accept_one_of_two(uint32_t order)
{
    scene_do_line(COMMAND_ACCEPT, order, 1);
    scene_do_line(COMMAND_REFUSE, order, 2);
    story_wait();
}

static void tip_is_a_share(void)
{
    accept_one_of_two(tipped(0, 1000));
}

static void tip_is_an_amount(void)
{
    accept_one_of_two(tipped(150, 0));
}

static void tipped_and_refused(void)
{
    scene_do(COMMAND_REFUSE, tipped(150, 0));
    story_wait();
}

static void tipped_and_refused_late(void)
{
    const uint32_t order = tipped(0, 1000);
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
    scene_do_line(COMMAND_REFUSE, order, 2);
    story_wait();
}

/* --- more than one intent --- */

static void another_amount(void)
{
    const uint32_t order = paying(1);
    scene_do_line(COMMAND_LINES_ADD, order, 2);
    story_wait();
    check(scene_pay(order));
    provider_hold(&scene->provider, 1);
    story_wait();
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
}

static void two_intents(void)
{
    const uint32_t order = story_held(1);
    scene_do_line(COMMAND_LINES_ADD, order, 2);
    check(scene_pay(order));
    provider_hold(&scene->provider, 1);
    story_wait();
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
    scene_do(COMMAND_CANCEL, order);
    story_wait();
}

static void two_orders(void)
{
    const uint32_t first = paying(1), second = paying(2);
    provider_hold(&scene->provider, 0);
    provider_hold(&scene->provider, 1);
    story_wait();
    scene_do(COMMAND_ACCEPT, first);
    scene_do(COMMAND_CANCEL, second);
    story_wait();
}

static void asked_twice(void)
{
    const uint32_t order = paying(1);
    check(scene_pay(order)); /* another page of the same customer */
    provider_hold(&scene->provider, 0);
    story_wait();
    scene_do(COMMAND_ACCEPT, order);
    story_wait();
}

static void hold_lost(void)
{
    (void)story_held(1);
    provider_lose(&scene->provider, 0);
    story_wait();
}

/* --- a bad line, a bad provider --- */

static void answers_lost(void)
{
    story_trouble("GET /v1/events", TROUBLE_BEFORE, 2);
    story_trouble("POST /v1/payment_intents", TROUBLE_AFTER, 1);
    story_trouble("/capture", TROUBLE_AFTER, 2);
    story_trouble("POST /v1/refunds", TROUBLE_AFTER, 1);
    const uint32_t order = story_captured(2);
    scene_wish(order, 1, 100);
    story_wait();
}

static void hung_capture(void)
{
    story_trouble("/capture", TROUBLE_HUNG, 1);
    (void)story_captured(2);
    story_wait();
}

static void declined_capture(void)
{
    story_trouble("/capture", TROUBLE_DECLINED, 1);
    (void)story_captured(1);
}

/* A person must look; starting again does not help. */
static void misused_refund(void)
{
    story_trouble("POST /v1/refunds", TROUBLE_MISUSED, 9);
    const uint32_t order = story_captured(1);
    scene_wish(order, 1, 100);
    story_wait();
    scene_restart();
    story_wait();
}

/* Another account's key was in use for a while: it is looked for again by whoever has the right
 * one. */
static void not_there_for_a_while(void)
{
    story_trouble("/capture", TROUBLE_DECLINED, 1);
    story_trouble("GET /v1/payment_intents/pi_1", TROUBLE_REFUSED, 1);
    (void)story_captured(1);
    scene_restart();
    story_wait();
}

static void broken_provider(void)
{
    story_trouble("POST", TROUBLE_BROKEN, 6);
    story_trouble("GET", TROUBLE_LATER, 2);
    (void)story_captured(2);
    scene_run(HOUR_MS);
}

static void wrong_key(void)
{
    const uint32_t order = story_held(1);
    story_trouble("v1", TROUBLE_SHUT, 4);
    scene_do(COMMAND_ACCEPT, order);
    scene_run(LAPSE_MS);
}

static void captive_portal(void)
{
    story_trouble("v1", TROUBLE_PORTAL, 6);
    (void)story_captured(1);
    scene_run(HOUR_MS);
}

static void charged_at_once(void)
{
    story_trouble("POST /v1/payment_intents", TROUBLE_CHARGED, 1);
    const uint32_t order = scene_place(1);
    (void)scene_pay_once(order);
    scene_run(EXPIRE_MS);
}

/* The line is bad, then the machine stands still for a day: the provider has forgotten the keys. */
static void key_forgotten(void)
{
    const uint32_t order = story_held(1);
    story_trouble("/capture", TROUBLE_AFTER, 1);
    story_trouble("v1", TROUBLE_BEFORE, UINT32_MAX);
    scene_do(COMMAND_ACCEPT, order);
    scene_run(HOUR_MS);
    scene_sleep((uint64_t)24 * HOUR_MS);
    scene->provider.is_forgetful = true;
    scene->provider.troubles[1].times = 0;
    scene_run(HOUR_MS);
}

static void small_pages(void)
{
    scene->provider.page_max = 1;
    const uint32_t order = story_captured(2);
    for (uint32_t i = 0; i < 3; i++) {
        provider_noise(&scene->provider);
    }
    scene_wish(order, 1, 100);
    scene_run(LAPSE_MS);
}

static void spoilt_hook(void)
{
    scene->host.is_stalled = true;
    (void)scene_place(1);
    check(scene_hook("evt_0", "{\"id\":\"evt_0\",\"object\":\"event\"}") != ERR_MALFORMED);
    if (scene_rows('W') > 0) {
        scene_spoil('W', NULL, 0);
    }
    scene_restart();
    scene->host.is_stalled = false;
    (void)story_captured(1);
}

/* --- nobody's money --- */

static void hex_of(const uint8_t *data, size_t size, char *to)
{
    for (size_t i = 0; i < size; i++) {
        (void)snprintf(to + 2 * i, 3, "%02x", data[i]);
    }
}

static uint32_t orphan_add(int64_t amount)
{
    char popup[2 * POPUP_ID_BYTES + 1], order[HEX_MAX];
    const struct entity_id unknown = {{9, (uint8_t)scene->provider.intents_count}};
    hex_of(scene->host.journal.popup.bytes, POPUP_ID_BYTES, popup);
    hex_of(unknown.bytes, ENTITY_ID_BYTES, order);
    return provider_intent_add(&scene->provider, amount, popup, order);
}

static void orphans(void)
{
    (void)orphan_add(500);
    provider_hold(&scene->provider, orphan_add(700));
    provider_hold(&scene->provider, orphan_add(800));
    story_wait();
    provider_lose(&scene->provider, 2);
    scene_run((uint64_t)13 * HOUR_MS);
}

/* An intent, a refund and a dispute of other software's. */
static void strangers(void)
{
    (void)story_captured(1);
    const uint32_t stranger = provider_intent_add(&scene->provider, 900, "", "");
    provider_refund_add(&scene->provider, stranger, 0);
    (void)provider_dispute_add(&scene->provider, stranger);
    story_trouble("pi_2", TROUBLE_BEFORE, 1);
    scene_run(LAPSE_MS);
}

const struct story stories[] = {
    {"captured", captured, {.captured = 1100}},
    {"captured, told by webhooks", captured_by_hooks, {.captured = 1100}},
    {"paid by a slow bank", slowly, {.captured = 700}},
    {"captured in part", captured_in_part, {.captured = 700}},
    {"handed over", handed_over, {.captured = 700}},
    {"cancelled while it is held", cancelled_while_held, {0}},
    {"cancelled unpaid", cancelled_unpaid, {0}},
    {"nobody pays", nobody_pays, {0}},
    {"nobody answers", lapsed, {0}},
    {"refunded in part", refunded_in_part, {.captured = 1100, .refunded = 150}},
    {"refunded by line", refunded_by_line, {.captured = 1100, .refunded = 400}},
    {"cancelled after the capture", cancelled_after_capture, {.captured = 1100, .refunded = 1100}},
    {"a refund fails", refund_failed, {.captured = 1100}},
    {"refunded by hand", refunded_by_hand, {.captured = 1100, .refunded = 100}},
    {"disputed", disputed, {.captured = 1100, .refunded = 100}},
    {"a tip that is a share", tip_is_a_share, {.captured = 770}},
    {"a tip that is an amount", tip_is_an_amount, {.captured = 850}},
    {"tipped, and all is refused", tipped_and_refused, {0}},
    {"tipped, and a part is refused late",
     tipped_and_refused_late,
     {.captured = 1210, .refunded = 440}},
    {"another amount", another_amount, {.captured = 1100}},
    {"two intents", two_intents, {.captured = 1100, .refunded = 1100}},
    {"two orders", two_orders, {.captured = 700}},
    {"asked twice", asked_twice, {.captured = 700}},
    {"the bank lets go", hold_lost, {0}},
    {"answers are lost", answers_lost, {.captured = 1100, .refunded = 100}},
    {"a capture hangs", hung_capture, {.captured = 1100}},
    {"a capture is declined", declined_capture, {.captured = 700}},
    {"a refund's key is another's", misused_refund, {.captured = 700}},
    {"an intent is not there for a while", not_there_for_a_while, {.captured = 700}},
    {"a broken provider", broken_provider, {.captured = 1100}},
    {"a wrong key", wrong_key, {.captured = 700}},
    {"a captive portal", captive_portal, {.captured = 700}},
    {"an intent that charges at once", charged_at_once, {0}},
    {"the key is forgotten", key_forgotten, {.captured = 700}},
    {"small pages", small_pages, {.captured = 1100, .refunded = 100}},
    {"a spoilt webhook", spoilt_hook, {.captured = 700}},
    {"orphans", orphans, {0}},
    {"strangers", strangers, {.captured = 700, .open = 1}},
};
const uint32_t stories_count = sizeof stories / sizeof *stories;
