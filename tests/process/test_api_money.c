/* test_api_money.c - what the API tells of money has the shape that it declares; orders that do not
 * get on are told of in time, by the node's own count.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "node/api/state.h"
#include "node/json/json_guest.h"
#include "node/json/json_money.h"
#include "node/print/receipt_name.h"
#include "sync/domain/receipt.h"
#include "tests/lib/stall.h"

static struct state shown;

static void assert_shape(const struct schema *schema, struct json_value *value)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    assert_non_null(value);
    if (json_check(schema, value, where) != 0) {
        fail_msg("%s: %s", schema->name, where);
    }
    json_free(value);
}

static void write_body(struct stall *stall, uint32_t type, struct writer *writer)
{
    struct bytes body;
    assert_int_equal(writer_finish(writer, &body), 0);
    (void)mesh_write(stall->mesh, G, type, stall->t++, body);
}

static void tell_provider(struct stall *stall)
{
    uint8_t data[1024], id[WISH_ID_BYTES] = {7};
    struct writer writer;
    const struct pay_intent intent = {.id = bytes_of_text("pi_1"),
                                      .state = INTENT_SUCCEEDED,
                                      .amount_minor = 1000,
                                      .received_minor = 1000,
                                      .currency = bytes_of_text("eur")};
    struct refund_wish wish = {.id = bytes_of(id, sizeof id),
                               .units_count = 3,
                               .amount_minor = 900,
                               .reason = bytes_of_text("cold")};
    wish.units[0] = (struct wish_unit){1, 1};
    wish.units[1] = (struct wish_unit){1, 2};
    wish.units[2] = (struct wish_unit){2, 1};
    const struct pay_refund refund = {.id = bytes_of_text("re_1"),
                                      .intent = intent.id,
                                      .amount_minor = 900,
                                      .status = REFUND_FAILED,
                                      .wish = wish.id};
    const struct pay_dispute dispute = {
        .id = bytes_of_text("dp_1"), .intent = intent.id, .amount_minor = 1000};
    const struct receipt receipt = {
        .number = 3, .total_minor = 1, .lane = bytes_of_text("A"), .incarnation = 2};
    writer_init(&writer, data, sizeof data);
    pay_intent_encode(&intent, &writer);
    write_body(stall, EVENT_PAY_INTENT, &writer);
    writer_init(&writer, data, sizeof data);
    refund_wish_encode(&wish, &writer);
    write_body(stall, EVENT_REFUND_AUTO, &writer);
    writer_init(&writer, data, sizeof data);
    pay_refund_encode(&refund, &writer);
    write_body(stall, EVENT_PAY_REFUND, &writer);
    writer_init(&writer, data, sizeof data);
    pay_dispute_encode(&dispute, &writer);
    write_body(stall, EVENT_PAY_DISPUTE, &writer);
    writer_init(&writer, data, sizeof data);
    receipt_encode(&receipt, &writer);
    write_body(stall, EVENT_RECEIPT, &writer);
}

/* An order of which everything that can be told of money is told. */
static struct stall rich_order(void)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 42);
    (void)do_add(&stall, C, 1, 2, 350);
    (void)do_add(&stall, C, 2, 1, 300);
    (void)do_pay(&stall, C, 1, 100);
    stall_sync(&stall);
    tell_provider(&stall);
    stall_sync(&stall);
    shown.order = *stall_look(&stall, C);
    return stall;
}

TEST(money, an_order_with_everything_the_provider_told_has_its_shape)
{
    struct stall stall = rich_order();
    assert_int_equal(shown.order.ledger.problems, LEDGER_DISPUTED | LEDGER_REFUND_FAILED);
    assert_shape(&schema_order, state_json_order(&shown));
    stall_free(&stall);
}

TEST(money, a_receipt_is_named_by_lane_incarnation_and_number_and_has_its_shape)
{
    char name[RECEIPT_NAME_BYTES_MAX];
    struct stall stall = rich_order();
    receipt_name_print(&shown.order.receipts[0], name);
    assert_string_equal(name, "A-2-3");
    assert_shape(&schema_receipt, json_receipt(&shown.order, 1000));
    shown.order.receipts_count = 0;
    assert_null(json_receipt(&shown.order, 1000));
    stall_free(&stall);
}

static const struct report_extent whole = {.is_complete = true};

TEST(money, a_report_names_the_devices_that_are_not_all_in_it_and_has_its_shape)
{
    static struct report report;
    static struct gate_live live;
    struct stall stall = rich_order();
    struct text printed = {0};
    report_reset(&report);
    report_add(&report, &shown.order);
    live.peers_count = 4;
    live.peers[0] = (struct gate_peer){.link = GATE_LINKED, .name = "grill"};
    live.peers[1] = (struct gate_peer){.link = GATE_LOST, .name = "till 2"};
    live.peers[2] = (struct gate_peer){.link = GATE_LINKED, .ahead = 4, .name = "bar"};
    live.peers[3] = (struct gate_peer){.link = GATE_LOST, .is_retired = true, .name = "old till"};
    json_print(json_report(&report, 1, &whole, &live), &printed);
    text_append(&printed, "", 1);
    assert_null(strstr(printed.data, "grill"));
    assert_null(strstr(printed.data, "old till"));
    assert_non_null(strstr(printed.data, "{\"name\":\"till 2\",\"linked\":false,\"events\":0}"));
    assert_non_null(strstr(printed.data, "{\"name\":\"bar\",\"linked\":true,\"events\":4}"));
    text_close(&printed);
    assert_shape(&schema_report, json_report(&report, 1, &whole, &live));
    stall_free(&stall);
}

/* --- when a hold ends --- */

/* What the gateway was told of the order's hold, as the counter knows it now. */
static void tell_hold(struct stall *stall, enum intent_state state, int64_t ends_s)
{
    uint8_t data[256];
    struct writer writer;
    const struct pay_intent intent = {.id = bytes_of_text("pi_1"),
                                      .state = state,
                                      .amount_minor = 700,
                                      .capturable_minor = state == INTENT_HELD ? 700 : 0,
                                      .currency = bytes_of_text("eur"),
                                      .ends_s = ends_s};
    writer_init(&writer, data, sizeof data);
    pay_intent_encode(&intent, &writer);
    write_body(stall, EVENT_PAY_INTENT, &writer);
    stall_sync(stall);
    shown.order = *stall_look(stall, C);
}

static bool says(struct json_value *value, const char *part)
{
    struct text printed = {0};
    json_print(value, &printed);
    text_append(&printed, "", 1);
    const bool is_said = strstr(printed.data, part) != NULL;
    text_close(&printed);
    return is_said;
}

static bool report_says(const char *part)
{
    static struct report report;
    static struct gate_live live;
    report_reset(&report);
    report_add(&report, &shown.order);
    return says(json_report(&report, 1, &whole, &live), part);
}

TEST(money, a_hold_is_told_with_its_end_at_any_device_and_one_that_lapsed_by_name)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 42);
    (void)do_add(&stall, C, 1, 2, 350);
    stall_sync(&stall);
    tell_hold(&stall, INTENT_HELD, 0);
    assert_false(says(state_json_order(&shown), "\"ends_at\""));
    assert_false(says(json_purchase(&shown, 0), "\"reserved_until\""));
    assert_false(report_says("\"held_until\""));
    tell_hold(&stall, INTENT_HELD, 1800000000);
    assert_true(says(state_json_order(&shown), "\"ends_at\":1800000000000"));
    assert_true(says(json_purchase(&shown, 0), "\"reserved_until\":1800000000000"));
    assert_true(report_says("\"held_until\":1800000000000"));
    assert_shape(&schema_order, state_json_order(&shown));
    tell_hold(&stall, INTENT_CANCELED, 1800000001);
    assert_false(says(state_json_order(&shown), "\"ends_at\""));
    assert_true(says(state_json_order(&shown), "\"lapsed_at\":1800000001000"));
    assert_true(says(json_purchase(&shown, 0), "\"lapsed_at\":1800000001000"));
    assert_shape(&schema_order, state_json_order(&shown));
    assert_shape(&schema_purchase, json_purchase(&shown, 0));
    stall_free(&stall);
}

/* --- orders that do not get on --- */

static struct stuck stuck;
static struct order waiting;

static void look_at(uint64_t now_s, enum tick awaited)
{
    stuck_begin(&stuck, 20, now_s);
    if (awaited != TICK_HERE) {
        stuck_note(&stuck, &waiting, awaited);
    }
    stuck_end(&stuck);
}

static void one_waits(void)
{
    memset(&stuck, 0, sizeof stuck);
    waiting = (struct order){.id = {{1}}, .changed = {.log = 1, .seq = 1}};
}

TEST(stuck, an_order_is_stuck_once_its_next_tick_took_too_long_and_no_more_when_it_came)
{
    one_waits();
    look_at(100, TICK_COPIES);
    look_at(119, TICK_COPIES);
    assert_int_equal(stuck_count(&stuck), 0);
    look_at(120, TICK_COPIES);
    assert_int_equal(stuck_count(&stuck), 1);
    assert_int_equal(stuck_find(&stuck, &waiting.id), TICK_COPIES);
    look_at(121, TICK_SEEN); /* it got on, and waits anew */
    assert_int_equal(stuck_count(&stuck), 0);
    look_at(141, TICK_SEEN);
    assert_int_equal(stuck_find(&stuck, &waiting.id), TICK_SEEN);
    look_at(142, TICK_HERE); /* accepted: nothing is awaited */
    assert_int_equal(stuck.count, 0);
}

TEST(stuck, lines_added_count_anew_and_a_pop_up_that_wants_none_has_none)
{
    one_waits();
    look_at(0, TICK_SEEN);
    waiting.changed.seq = 2;
    look_at(19, TICK_SEEN);
    look_at(25, TICK_SEEN);
    assert_int_equal(stuck_count(&stuck), 0);
    look_at(39, TICK_SEEN);
    assert_int_equal(stuck_count(&stuck), 1);
    stuck_begin(&stuck, 0, 500);
    assert_int_equal(stuck_count(&stuck), 0);
}

TEST(stuck, more_orders_than_it_watches_are_not_watched_and_do_no_harm)
{
    one_waits();
    stuck_begin(&stuck, 20, 0);
    for (uint32_t i = 0; i < STUCK_ORDERS_MAX + 10; i++) {
        put_be32(waiting.id.bytes, i);
        stuck_note(&stuck, &waiting, TICK_SEEN);
    }
    stuck_end(&stuck);
    assert_int_equal(stuck.count, STUCK_ORDERS_MAX);
}
