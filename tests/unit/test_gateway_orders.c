/* test_gateway_orders.c - what a gateway's key is good for on orders: what it writes on a
 * customer's counts, what it writes on the stall's does not, whatever comes first.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/voided.h"
#include "sync/log/gateway.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/forked_order.h"
#include "tests/lib/order_text.h"
#include "tests/lib/stall_order.h"
#include "tests/lib/test.h"

enum { TYPE_OF_THE_FUTURE = 30000, BODY_MAX = 2048, THIEVES = 17 };

/* With what certificates said that are older than the rule. */
static uint64_t gateways(void)
{
    return role_device_capabilities(ROLE_GATEWAY) | capability_bit(CAP_CANCEL) |
           capability_bit(CAP_PRINT);
}

/* A stall where @gateway is one, before or after the others' logs. */
static struct stall stall_with(enum person gateway)
{
    struct stall stall = stall_new();
    mesh_roster(stall.mesh)->logs[gateway].capabilities = gateways();
    return stall;
}

static const enum person places[] = {C, G};

/* Who works at the counter where @gateway is the gateway. */
static enum person counter_beside(enum person gateway)
{
    return gateway == C ? G : C;
}

static struct operation open_by(struct stall *stall, enum person at, bool has_owner)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    struct bytes body;
    const struct order_open open = {.day = 1,
                                    .lane = bytes_of_text(has_owner ? "W" : "A"),
                                    .number = 1,
                                    .channel = bytes_of_text(has_owner ? "phone" : "counter"),
                                    .mode = bytes_of_text("eat-in"),
                                    .name = bytes_of_text("Ada"),
                                    .has_owner = has_owner,
                                    .owner = {{7}}};
    writer_init(&writer, data, sizeof data);
    order_open_encode(&open, &writer);
    check(writer_finish(&writer, &body) == 0);
    return mesh_write(stall->mesh, at, EVENT_ORDER_OPEN, stall->t++, body);
}

static char texts[2][ORDER_TEXT_MAX];

static const char *text_at(struct stall *stall, enum person at, char *to)
{
    stall_sync(stall);
    order_text(stall_look(stall, at), to, ORDER_TEXT_MAX);
    return to;
}

/* All as a sample of @type says it; true when that changed the order as M sees it. */
static bool changes(struct stall *stall, enum person at, const struct body_sample *sample)
{
    uint8_t data[BODY_MAX];
    (void)text_at(stall, M, texts[0]);
    (void)mesh_write(stall->mesh, at, sample->type, stall->t++,
                     body_sample_bytes(sample, data, sizeof data));
    return strcmp(texts[0], text_at(stall, M, texts[1])) != 0;
}

static bool is_of_order(const struct body_sample *sample)
{
    return event_info_find(sample->type)->kind == KIND_ORDER;
}

/* --- the stall's orders --- */

TEST(gateway_orders, on_an_order_of_the_stall_it_writes_payment_facts_and_nothing_else)
{
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        struct stall stall = stall_with(places[p]);
        uint32_t facts_seen = 0;
        (void)open_by(&stall, counter_beside(places[p]), false);
        (void)do_add(&stall, counter_beside(places[p]), 1, 2, 500);
        (void)do_add(&stall, counter_beside(places[p]), 2, 1, 300);
        (void)do_accept_line(&stall, K, 2);
        for (size_t i = 0; i < body_samples_count; i++) {
            const struct body_sample *sample = &body_samples[i];
            if (is_of_order(sample) && changes(&stall, places[p], sample)) {
                assert_int_equal(gateway_reach(sample->type, KIND_ORDER), REACH_ANYTHING);
                facts_seen++;
            }
        }
        assert_true(facts_seen >= 3); /* an intent, a refund, a dispute */
        stall_free(&stall);
    }
}

TEST(gateway_orders, what_a_counter_may_write_there_is_seen_when_a_counter_writes_it)
{
    uint32_t seen = 0;
    for (size_t i = 0; i < body_samples_count; i++) {
        struct stall stall = stall_with(G);
        (void)open_by(&stall, C, false);
        (void)do_add(&stall, C, 1, 2, 500);
        (void)do_add(&stall, C, 2, 1, 300);
        seen += is_of_order(&body_samples[i]) && changes(&stall, C, &body_samples[i]);
        stall_free(&stall);
    }
    assert_true(seen > 12); /* else the test above would show nothing */
}

TEST(gateway_orders, it_makes_no_order_of_the_stall_unreadable)
{
    struct stall stall = stall_with(C);
    static const struct body_sample newer = {(enum event_type)TYPE_OF_THE_FUTURE, "newer", "90"};
    (void)open_by(&stall, D, false);
    (void)do_add(&stall, D, 1, 2, 500);
    assert_false(changes(&stall, C, &newer));
    assert_true(changes(&stall, D, &newer));
    assert_true((stall_look(&stall, M)->flags & FLAG_OPAQUE) != 0);
    stall_free(&stall);
}

/* Seventeen logs before the counter's, each with more than an order has room for of one. */
TEST(gateway_orders, what_does_not_count_takes_no_room)
{
    struct stall stall = {
        .mesh = mesh_new(THIEVES + 1, KIND_ORDER), .t = 1, .order = malloc(sizeof *stall.order)};
    const enum person counter = (enum person)THIEVES;
    assert_non_null(stall.order);
    (void)open_by(&stall, counter, false);
    (void)do_add(&stall, counter, 1, 2, 500);
    order_text(stall_look(&stall, counter), texts[0], ORDER_TEXT_MAX);
    for (uint32_t i = 0; i < THIEVES; i++) {
        mesh_roster(stall.mesh)->logs[i].capabilities = gateways();
        (void)open_by(&stall, (enum person)i, true);
        (void)do_add(&stall, (enum person)i, 1, 1, 1);
    }
    for (uint32_t i = 0; i < ENTITY_EVENTS_PER_LOG_MAX; i++) {
        (void)do_add(&stall, C, 2 + i, 1, 1);
    }
    assert_string_equal(text_at(&stall, counter, texts[1]), texts[0]);
    stall_free(&stall);
}

/* --- customers' orders --- */

TEST(gateway_orders, on_a_customers_order_it_adds_tips_lapses_and_says_who_is_called_and_no_more)
{
    static const enum event_type counting[] = {EVENT_LINE_ADD, EVENT_TIP_SET, EVENT_LAPSE,
                                               EVENT_CONTACT};
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        struct stall stall = stall_with(places[p]);
        uint32_t counted = 0;
        (void)open_by(&stall, places[p], true);
        for (size_t i = 0; i < body_samples_count; i++) {
            const struct body_sample *sample = &body_samples[i];
            bool may = gateway_reach(sample->type, KIND_ORDER) == REACH_ANYTHING;
            for (size_t t = 0; t < sizeof counting / sizeof *counting; t++) {
                may |= sample->type == counting[t];
            }
            if (!is_of_order(sample) || sample->type == EVENT_ORDER_OPEN) {
                continue;
            }
            if (changes(&stall, places[p], sample)) {
                assert_true(may);
                counted++;
            }
        }
        assert_true(counted >= 3);
        stall_free(&stall);
    }
}

TEST(gateway_orders, it_takes_back_no_cancel_and_cancels_nothing)
{
    struct stall stall = stall_with(G);
    (void)open_by(&stall, G, true);
    (void)do_add(&stall, G, 1, 1, 500);
    stall_sync(&stall);
    (void)do_cancel(&stall, G);
    stall_sync(&stall);
    assert_false(stall_look(&stall, M)->is_cancelled);
    (void)do_cancel(&stall, C);
    stall_sync(&stall);
    (void)do_reinstate(&stall, G);
    stall_sync(&stall);
    assert_true(stall_look(&stall, M)->is_cancelled);
    stall_free(&stall);
}

TEST(gateway_orders, it_opens_orders_of_customers_alone)
{
    struct stall stall = stall_with(G);
    (void)open_by(&stall, G, false);
    (void)do_add(&stall, G, 1, 1, 500);
    stall_sync(&stall);
    assert_int_equal(mesh_history(stall.mesh, M)->count, 0);
    (void)open_by(&stall, G, true);
    stall_sync(&stall);
    assert_int_equal(mesh_history(stall.mesh, M)->count, 2); /* and so the line counts */
    assert_true(stall_look(&stall, M)->has_owner);
    stall_free(&stall);
}

/* --- what comes first --- */

TEST(gateway_orders, an_opening_that_comes_late_makes_what_was_here_count)
{
    struct stall stall = stall_with(G);
    (void)open_by(&stall, C, true); /* on the counter's own page for customers */
    mesh_fill(stall.mesh, G);
    (void)do_add(&stall, G, 1, 1, 500);
    while (mesh_deliver(stall.mesh, G, M, 1)) {
    }
    assert_int_equal(stall_look(&stall, M)->lines_count, 0);
    mesh_fill(stall.mesh, M);
    assert_int_equal(stall_look(&stall, M)->lines_count, 1);
    stall_free(&stall);
}

/* The thief's log comes before the counter's, so that his opening would be the one that stands. */
TEST(gateway_orders, the_stalls_opening_makes_void_what_a_thief_opened_as_a_customers)
{
    struct stall stall = stall_with(C);
    (void)open_by(&stall, C, true);
    (void)do_add(&stall, C, 9, 1, 1);
    (void)open_by(&stall, D, false);
    (void)do_add(&stall, D, 1, 1, 500);
    while (mesh_deliver(stall.mesh, C, M, 1)) {
    }
    assert_true(stall_look(&stall, M)->has_owner);
    mesh_fill(stall.mesh, M);
    const struct order *order = stall_look(&stall, M);
    assert_false(order->has_owner);
    assert_int_equal(order->numbers_count, 1);
    assert_int_equal(order->lines_count, 1);
    assert_int_equal(order->lines[0].id, 1);
    stall_free(&stall);
}

/* Of two devices of the stall, who both opened it, one as a customer's, and two gateways. */
static void everybody_writes(struct stall *stall, bool is_stalls)
{
    (void)open_by(stall, C, true);
    (void)do_add(stall, C, 1, 1, 500);
    (void)open_by(stall, K, !is_stalls);
    (void)do_add(stall, K, 2, 1, 300);
    (void)open_by(stall, G, true);
    mesh_fill(stall->mesh, G);
    (void)do_add(stall, G, 3, 1, 100);
    (void)do_cancel(stall, G);
    mesh_fill(stall->mesh, L);
    (void)do_accept_line(stall, L, 3);
    (void)do_void(stall, C, 2);
}

TEST(gateway_orders, are_the_same_in_whatever_order_things_arrive)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct stall stall = stall_with(G);
        struct prng prng = {.state = seed};
        mesh_roster(stall.mesh)->logs[C].capabilities = gateways();
        everybody_writes(&stall, seed % 2 == 0);
        for (uint32_t at = 0; at < PEOPLE; at++) {
            mesh_fill_shuffled(stall.mesh, at, &prng);
        }
        for (uint32_t at = 1; at < PEOPLE; at++) {
            const struct bytes row = mesh_row(stall.mesh, at);
            assert_true(bytes_equal(row, mesh_row(stall.mesh, 0)));
        }
        assert_int_equal(stall_look(&stall, M)->lines_count, seed % 2 == 0 ? 1 : 3);
        stall_free(&stall);
    }
}

/* --- whose key it was --- */

TEST(gateway_orders, what_a_later_version_of_it_says_of_a_dish_is_void)
{
    static const uint8_t nothing[] = {0x90}; /* an empty array */
    const struct bytes body = bytes_of(nothing, sizeof nothing);
    struct mesh *mesh = mesh_new(2, KIND_MENU);
    mesh_roster(mesh)->logs[1].capabilities = gateways();
    (void)mesh_write(mesh, 1, TYPE_OF_THE_FUTURE, 1, body);
    (void)mesh_write(mesh, 0, TYPE_OF_THE_FUTURE, 2, body);
    mesh_sync(mesh);
    mesh_refold(mesh);
    assert_int_equal(mesh_history(mesh, 0)->count, 1);
    mesh_free(mesh);
}

TEST(gateway_orders, what_it_wrote_before_it_became_a_gateway_stays)
{
    struct stall stall = stall_new();
    struct roster *roster = mesh_roster(stall.mesh);
    (void)open_by(&stall, C, false);
    stall_sync(&stall);
    const struct operation before = do_add(&stall, D, 1, 1, 500);
    (void)do_add(&stall, D, 2, 1, 500);
    stall_sync(&stall);
    assert_int_equal(stall_look(&stall, M)->lines_count, 2);
    roster->changes[roster->changes_count++] = (struct roster_change){
        .log = mesh_log(D), .from_seq = before.seq + 1, .capabilities = gateways()};
    mesh_refold(stall.mesh);
    assert_int_equal(stall_look(&stall, M)->lines_count, 1);
    stall_free(&stall);
}

static struct event sampled(enum event_type type, const char *name, uint8_t *data)
{
    struct event event = forked_event(type);
    for (size_t i = 0; i < body_samples_count; i++) {
        if (strcmp(body_samples[i].name, name) == 0) {
            event.body = body_sample_bytes(&body_samples[i], data, BODY_MAX);
        }
    }
    check(event.body.size > 0);
    return event;
}

/* The gateway's log is revoked from its second event on: what people are asked about. */
static const struct voided *voided_of_a_gateway(bool is_customers)
{
    static struct voided voided;
    uint8_t open_data[BODY_MAX], line_data[BODY_MAX];
    const struct event open =
        sampled(EVENT_ORDER_OPEN, is_customers ? "order_open_owned" : "order_open", open_data);
    const struct event line = sampled(EVENT_LINE_ADD, "line_add", line_data);
    (void)forked_say(FORKED_KITCHEN, &open);
    const struct operation added = forked_say(FORKED_COUNTER, &line);
    (void)forked_fold();
    for (uint32_t i = 0; i < forked.roster.logs_count; i++) {
        struct roster_log *log = &forked.roster.logs[i];
        log->revoked_seq = log->id == added.log ? 1 : UINT64_MAX;
        log->unrevoked_to = log->revoked_seq;
    }
    const struct entity_id order = forked_entity(1);
    assert_int_equal(history_load(forked.history, forked.txn, &forked.roster, KIND_ORDER, &order),
                     0);
    assert_int_equal(voided_load(forked.txn, &forked.roster, forked.history, &voided), 0);
    return &voided;
}

TEST(gateway_orders, what_a_revoked_one_wrote_on_the_stalls_is_offered_to_nobody)
{
    for (unsigned is_customers = 0; is_customers < 2; is_customers++) {
        forked_begin_at_gateway(2);
        assert_int_equal(voided_of_a_gateway(is_customers)->count, is_customers);
        forked_end();
    }
}

TEST(gateway_orders, a_device_that_is_a_gateway_and_stands_at_the_stall_writes_as_one_of_the_stall)
{
    assert_true(capabilities_are_gateways(role_device_capabilities(ROLE_GATEWAY)));
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const bool is_one = capabilities_are_gateways(role_device_capabilities((enum role)role));
        assert_int_equal(is_one, role == ROLE_GATEWAY);
    }
}
