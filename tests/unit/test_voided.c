/* test_voided.c - what a revocation voided of an order and people may decide on: what would count
 * but for it, once, up to a limit; and at a disk that fails or spoilt some of it.
 */
#include "sync/domain/voided.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/order_events.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/forked_order.h"
#include "tests/lib/sick.h"
#include "tests/lib/test.h"

enum { UNKNOWN_TYPE = 1002, BODY_BYTES = 512, OPENED = 1 /* seq of log.open */ };

static struct voided voided;
static uint8_t body_data[BODY_BYTES];

/* The counter and the kitchen each wrote one event of the order. */
static void start(void)
{
    forked_begin_here();
}

/* All that @device wrote after its log.open is void. */
static void revoke(uint32_t device)
{
    for (uint32_t i = 0; i < forked.roster.logs_count; i++) {
        struct roster_log *log = &forked.roster.logs[i];
        if (log->id == forked.devices[device].head.log) {
            log->revoked_seq = log->unrevoked_to = OPENED;
        }
    }
}

static int load(struct store_txn *txn)
{
    return voided_load(txn, &forked.roster, forked.history, &voided);
}

/* With those revoked; how many events wait. */
static uint32_t load_revoked(bool is_counter, bool is_kitchen)
{
    (void)forked_fold();
    if (is_counter) {
        revoke(FORKED_COUNTER);
    }
    if (is_kitchen) {
        revoke(FORKED_KITCHEN);
    }
    assert_int_equal(load(forked.txn), 0);
    return voided.count;
}

static struct operation say_body(uint32_t device, uint32_t type, struct bytes body)
{
    struct event event = forked_event(type);
    event.body = body;
    return forked_say(device, &event);
}

static struct operation say(uint32_t device, enum event_type type)
{
    return say_body(device, (uint32_t)type, body_sample_of(type, body_data, sizeof body_data));
}

TEST(voided, what_a_log_wrote_that_nobody_revoked_waits_for_nobody)
{
    static const struct roster nobody;
    const struct entity_id order = forked_entity(1);
    bool is_any = true;
    start();
    (void)say(FORKED_COUNTER, EVENT_LINE_ADD);
    assert_int_equal(load_revoked(false, false), 0);
    assert_int_equal(voided_any(forked.txn, &nobody, &order, &is_any), 0);
    assert_false(is_any);
    revoke(FORKED_COUNTER);
    assert_int_equal(voided_any(forked.txn, &forked.roster, &order, &is_any), 0);
    assert_true(is_any);
    forked_end();
}

TEST(voided, what_would_count_but_for_the_revocation_waits)
{
    static const uint8_t nothing[] = {0x90};
    start();
    const uint32_t before = load_revoked(true, true);
    (void)say(FORKED_COUNTER, EVENT_LINE_ADD);
    assert_int_equal(load_revoked(true, true), before + 1);
    (void)say_body(FORKED_COUNTER, EVENT_LINE_ADD, bytes_of(nothing, sizeof nothing)); /* no line */
    (void)say_body(FORKED_COUNTER, UNKNOWN_TYPE, bytes_of(nothing, sizeof nothing));
    (void)say_body(FORKED_COUNTER, EVENT_MENU_AVAILABLE, bytes_of("\x91\xc3", 2));
    (void)say_body(FORKED_COUNTER, EVENT_ORDER_DROP, bytes_of(nothing, sizeof nothing));
    (void)say(FORKED_KITCHEN, EVENT_REFUND); /* which a kitchen may not */
    assert_int_equal(load_revoked(true, true), before + 1);
    forked_end();
}

TEST(voided, each_names_what_its_log_said_before_that_others_wait_for)
{
    start();
    const struct operation added = say(FORKED_COUNTER, EVENT_LINE_ADD);
    (void)say(FORKED_COUNTER, EVENT_PAY); /* for which nothing waits */
    const struct operation again = say(FORKED_COUNTER, EVENT_LINE_ADD);
    (void)say(FORKED_KITCHEN, EVENT_ACCEPT);
    (void)load_revoked(true, true);
    bool is_found = false;
    for (uint32_t i = 0; i < voided.count; i++) {
        if (operation_equal(&voided.events[i].id, &again)) {
            is_found = true;
            assert_true(operation_equal(&voided.events[i].before, &added));
        }
    }
    assert_true(is_found);
    forked_end();
}

/* A manager adopted it, and his device is revoked as well. */
TEST(voided, what_two_revoked_logs_tell_waits_once)
{
    start();
    const struct operation added = say(FORKED_COUNTER, EVENT_LINE_ADD);
    const uint32_t before = load_revoked(true, true);
    for (int is_both = 0; is_both < 2; is_both++) {
        struct event event = forked_event(EVENT_LINE_ADD);
        event.body = body_sample_of(EVENT_LINE_ADD, body_data, sizeof body_data);
        event.is_reemitted = true;
        event.was = added;
        (void)forked_say(FORKED_COUNTER, &event);
        assert_int_equal(load_revoked(true, true), before);
    }
    forked_end();
}

static void say_opening(uint32_t device, const char *name)
{
    for (size_t i = 0; i < body_samples_count; i++) {
        if (strcmp(body_samples[i].name, name) == 0) {
            (void)say_body(device, EVENT_ORDER_OPEN,
                           body_sample_bytes(&body_samples[i], body_data, sizeof body_data));
        }
    }
}

TEST(voided, a_gateways_waits_on_a_customers_order_alone)
{
    for (int is_customers = 0; is_customers < 2; is_customers++) {
        forked_begin_at_gateway(2);
        say_opening(FORKED_OWNER, is_customers != 0 ? "order_open_owned" : "order_open");
        say_opening(FORKED_COUNTER, "order_open"); /* which a gateway may not */
        (void)say(FORKED_COUNTER, EVENT_LINE_ADD);
        assert_int_equal(load_revoked(true, false), is_customers);
        forked_end();
    }
}

TEST(voided, of_one_order_so_many_wait_and_the_others_are_not_looked_at)
{
    start();
    for (uint32_t i = 0; i <= VOIDED_EVENTS_MAX; i++) {
        (void)say(FORKED_COUNTER, EVENT_LINE_ADD);
    }
    assert_int_equal(load_revoked(true, false), VOIDED_EVENTS_MAX);
    forked_end();
}

TEST(voided, who_drops_what_a_log_wrote_drops_nothing_of_another)
{
    struct order_drop drop = {.reason = bytes_of_text("nobody paid")};
    struct writer writer;
    struct bytes body;
    uint8_t data[128];
    uint32_t dropped = 0;
    start();
    (void)say(FORKED_COUNTER, EVENT_LINE_ADD);
    drop.newest = say(FORKED_COUNTER, EVENT_LINE_ADD);
    (void)say(FORKED_COUNTER, EVENT_LINE_ADD);
    (void)say(FORKED_KITCHEN, EVENT_ACCEPT);
    writer_init(&writer, data, sizeof data);
    order_drop_encode(&drop, &writer);
    check(writer_finish(&writer, &body) == 0);
    (void)say_body(FORKED_OWNER, EVENT_ORDER_DROP, body);
    (void)say_body(FORKED_OWNER, EVENT_ORDER_DROP, bytes_of("\x90", 1)); /* says nothing */
    (void)load_revoked(true, true);
    for (uint32_t i = 0; i < voided.count; i++) {
        const struct voided_event *event = &voided.events[i];
        const bool is_meant =
            event->place.log == drop.newest.log && event->place.seq <= drop.newest.seq;
        assert_int_equal(event->is_dropped, is_meant);
        dropped += event->is_dropped ? 1 : 0;
    }
    assert_true(dropped >= 2);
    forked_end();
}

/* --- the disk --- */

TEST(voided, what_the_disk_spoilt_waits_until_it_is_mended)
{
    start();
    const struct operation added = say(FORKED_COUNTER, EVENT_LINE_ADD);
    const struct key key = key_event(added.log, added.seq);
    const uint32_t before = load_revoked(true, true);
    assert_int_equal(store_put(forked.txn, TABLE_LOG, key_bytes(&key), bytes_of("x", 1)), 0);
    assert_int_equal(load(forked.txn), 0);
    assert_int_equal(voided.count, before - 1);
    forked_end();
}

TEST(voided, a_row_whose_key_is_none_is_told)
{
    const struct entity_id order = forked_entity(1);
    uint8_t key[ENTITY_ID_BYTES + 1] = {0};
    start();
    (void)load_revoked(true, true);
    memcpy(key, order.bytes, ENTITY_ID_BYTES);
    assert_int_equal(
        store_put(forked.txn, TABLE_ENTITY, bytes_of(key, sizeof key), bytes_of(NULL, 0)), 0);
    assert_int_equal(load(forked.txn), ERR_MALFORMED);
    forked_end();
}

TEST(voided, a_disk_that_fails_is_told_each_time)
{
    start();
    (void)say(FORKED_COUNTER, EVENT_LINE_ADD);
    (void)load_revoked(true, true);
    assert_int_equal(store_memory_commit(forked.txn), 0);
    sick_work(forked.store, load);
    forked.txn = store_memory_begin(forked.store, true);
    forked_end();
}
