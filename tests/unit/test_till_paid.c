/* test_till_paid.c - money that is taken and given back at a till; receipts. */
#include "tests/lib/test.h"

#include "tests/lib/diner.h"

/* --- money --- */

static struct command pay_of(int64_t amount, int64_t tendered)
{
    struct command command = diner_command(COMMAND_PAY);
    command.method = bytes_of_text("cash");
    command.amount_minor = amount;
    command.tendered_minor = tendered;
    return command;
}

TEST(money, a_bill_is_paid_in_parts_and_never_twice)
{
    diner_open();
    diner_place_usual();
    struct command part = pay_of(650, 0);
    assert_int_equal(diner_events_of(&part), 1);
    assert_int_equal(diner_events_of(&part), 0); /* the same request again */
    struct command too_much = pay_of(1001, 0);
    assert_int_equal(diner_run(&too_much), ERR_STATE);
    struct command rest = pay_of(0, 5000);
    assert_int_equal(diner_events_of(&rest), 1);
    assert_int_equal(diner.result.change_minor, 4000);
    assert_int_equal(diner.order.due_minor, 0);
    struct command again = pay_of(0, 0);
    assert_int_equal(diner_events_of(&again), 0);
    again = pay_of(-100, 0);
    assert_int_equal(diner_run(&again), ERR_MALFORMED);
    diner_close();
}

TEST(money, no_more_is_refunded_than_was_paid)
{
    diner_open();
    diner_place_usual();
    struct command pay = pay_of(0, 0);
    assert_int_equal(diner_events_of(&pay), 1);
    struct command refund = diner_command(COMMAND_REFUND);
    refund.method = bytes_of_text("cash");
    refund.reason = bytes_of_text("cold");
    refund.amount_minor = 1651;
    assert_int_equal(diner_run(&refund), ERR_STATE);
    refund.amount_minor = 700;
    assert_int_equal(diner_events_of(&refund), 1);
    assert_int_equal(diner_events_of(&refund), 0);
    assert_int_equal(diner.order.refunded_minor, 700);
    refund.key = diner_next_key();
    refund.amount_minor = 951;
    assert_int_equal(diner_run(&refund), ERR_STATE);
    diner_close();
}

TEST(money, what_is_due_after_a_cancel_is_given_back_as_a_whole)
{
    diner_open();
    diner_place_usual();
    struct command pay = pay_of(0, 0);
    assert_int_equal(diner_events_of(&pay), 1);
    struct command cancel = diner_command(COMMAND_CANCEL);
    cancel.reason = bytes_of_text("left");
    assert_int_equal(diner_events_of(&cancel), 1);
    assert_int_equal(diner.order.due_minor, 1650);
    struct command refund = diner_command(COMMAND_REFUND);
    refund.method = bytes_of_text("cash");
    assert_int_equal(diner_events_of(&refund), 1);
    assert_int_equal(diner.order.due_minor, 0);
    refund.key = diner_next_key();
    assert_int_equal(diner_events_of(&refund), 0);
    diner_close();
}

TEST(money, a_percentage_is_shared_by_the_lines)
{
    struct order_discount discount;
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_DISCOUNT);
    command.discount_bp = 1000;
    command.reason = bytes_of_text("regular");
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(order_discount_decode(diner.result.events[0].body, &discount), 0);
    assert_int_equal(discount.lines[0].amount_minor, 140);
    assert_int_equal(discount.lines[1].amount_minor, 25);
    assert_int_equal(diner.order.total_minor, 1650 - 165);
    diner_close();
}

TEST(money, an_amount_off_is_cut_to_what_is_left)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_DISCOUNT);
    command.amount_minor = 99999;
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.order.total_minor, 0);
    command.key = diner_next_key();
    assert_int_equal(diner_run(&command), ERR_STATE);
    command.discount_bp = 100;
    assert_int_equal(diner_run(&command), ERR_MALFORMED); /* both at once */
    diner_close();
}

/* --- the provider, wishes, receipts --- */

enum { GATEWAY_LOG = 0x0e };

/* By the gateway itself. */
static struct command by_gateway(enum command_kind kind)
{
    struct command command = diner_command(kind);
    command.principal = (struct principal){.session = 9, .role = ROLE_GATEWAY, .is_device = true};
    return command;
}

static struct command told(enum intent_state state, int64_t received, const char *event)
{
    struct command command = by_gateway(COMMAND_PAY_INTENT);
    command.amount_minor = 1650;
    command.fact = (struct wanted_fact){.id = bytes_of_text("pi_1"),
                                        .event = bytes_of_text(event),
                                        .currency = bytes_of_text("eur"),
                                        .state = state,
                                        .capturable_minor = state == INTENT_HELD ? 1650 : 0,
                                        .received_minor = received};
    return command;
}

/* Two doners and an ayran, 16.50, captured by the provider. */
static void place_paid_online(void)
{
    diner_open();
    const struct command order = diner_order(diner_doners(2), diner_ayrans(1));
    assert_int_equal(diner_place(&order), 0);
    const struct command captured = told(INTENT_SUCCEEDED, 1650, "evt_1");
    assert_int_equal(diner_events_of(&captured), 2);
    assert_int_equal(diner.order.due_minor, 0);
}

TEST(provider, a_webhook_told_again_or_of_what_is_known_writes_nothing_new)
{
    diner_open();
    const struct command order = diner_order(diner_doners(2), diner_ayrans(1));
    assert_int_equal(diner_place(&order), 0);
    const struct command held = told(INTENT_HELD, 0, "evt_1");
    assert_int_equal(diner_events_of(&held), 2);
    assert_int_equal(diner_events_of(&held), 0);
    const struct command doubled = told(INTENT_HELD, 0, "evt_2"); /* one change, two events */
    assert_int_equal(diner_events_of(&doubled), 1);
    const struct command polled = told(INTENT_HELD, 0, "");
    assert_int_equal(diner_events_of(&polled), 0);
    assert_int_equal(diner.order.ledger.held_minor, 1650);
    diner_close();
}

TEST(provider, only_a_gateway_tells_what_it_told)
{
    diner_open();
    const struct command order = diner_order(diner_doners(2), diner_ayrans(1));
    assert_int_equal(diner_place(&order), 0);
    struct command command = told(INTENT_HELD, 0, "");
    command.principal = (struct principal){.session = 7, .role = ROLE_COUNTER};
    assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    command.principal.is_device = true;
    assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    command = by_gateway(COMMAND_ACCEPT);
    assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    command = by_gateway(COMMAND_REFUND_WISH);
    assert_int_equal(diner_run(&command), ERR_FORBIDDEN);
    diner_close();
}

static struct command wish_of_units(uint32_t line, uint32_t unit)
{
    struct command command = diner_command(COMMAND_REFUND_WISH);
    command.reason = bytes_of_text("cold");
    command.units_count = 1;
    command.wish_units[0] = (struct wish_unit){line, unit};
    return command;
}

TEST(wish, of_a_unit_is_for_its_share_and_wished_again_it_is_one)
{
    place_paid_online();
    struct command command = wish_of_units(1, 2);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.order.ledger.wishes[0].open_minor, 700);
    command = wish_of_units(1, 2);
    assert_int_equal(diner_events_of(&command), 0);
    diner_go_to(DINER_KITCHEN_LOG);
    command = wish_of_units(1, 2);
    assert_int_equal(diner_events_of(&command), 0);
    command = wish_of_units(1, 3);
    assert_int_equal(diner_run(&command), ERR_NOT_FOUND);
    command = wish_of_units(1, 1); /* the whole line: one unit of it is wished already */
    command.units_count = 0;
    command.ids_count = 1;
    command.ids[0] = 1;
    assert_int_equal(diner_run(&command), ERR_STATE);
    diner_close();
}

TEST(wish, of_goodwill_has_a_slot_and_never_exceeds_what_the_provider_has)
{
    place_paid_online();
    struct command command = diner_command(COMMAND_REFUND_WISH);
    command.reason = bytes_of_text("long wait");
    command.amount_minor = 1000;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.slot = 1;
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner_events_of(&command), 0);
    command.slot = 2;
    assert_int_equal(diner_run(&command), ERR_STATE);
    command.amount_minor = 650;
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.order.flags & FLAG_OVER_REFUNDED, 0);
    diner_close();
}

TEST(wish, of_a_rule_is_for_what_its_cause_made_due_and_once)
{
    place_paid_online();
    struct command cancel = diner_command(COMMAND_CANCEL);
    cancel.reason = bytes_of_text("sold out");
    assert_int_equal(diner_events_of(&cancel), 1);
    struct command command = by_gateway(COMMAND_REFUND_AUTO);
    command.reason = bytes_of_text("cancelled");
    command.cause = (struct operation){.log = diner.log, .seq = diner.seq + 1};
    assert_int_equal(diner_run(&command), ERR_NOT_FOUND);
    command.cause.seq = diner.seq;
    put_be64(command.cause.hash, diner.log << 32 | diner.seq);
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.order.ledger.wishes[0].open_minor, 1650);
    assert_int_equal(diner_events_of(&command), 0);
    diner_close();
}

TEST(lapse, by_the_gateway_refuses_what_nobody_answered)
{
    diner_open();
    const struct command order = diner_order(diner_doners(2), diner_ayrans(1));
    assert_int_equal(diner_place(&order), 0);
    struct command command = by_gateway(COMMAND_LAPSE);
    command.reason = bytes_of_text("timeout");
    assert_int_equal(diner_events_of(&command), 1);
    assert_int_equal(diner.result.events[0].type, EVENT_LAPSE);
    assert_int_equal(diner.order.phase, PHASE_REFUSED);
    struct command recall = diner_command(COMMAND_RECALL);
    recall.ids_count = 1;
    recall.ids[0] = 1;
    assert_int_equal(diner_run(&recall), 0); /* the kitchen makes it all the same */
    assert_true(diner.order.lines[0].is_active);
    assert_true(diner.order.lines[1].is_refused);
    diner_close();
}

TEST(receipt, is_given_once_and_again_only_when_the_order_changed)
{
    diner_open();
    const struct command order = diner_order(diner_doners(2), diner_ayrans(1));
    assert_int_equal(diner_place(&order), 0);
    const struct command receipt = diner_command(COMMAND_RECEIPT);
    assert_int_equal(diner_run(&receipt), ERR_STATE); /* nobody has paid */
    struct command pay = diner_command(COMMAND_PAY);
    pay.method = bytes_of_text("cash");
    assert_int_equal(diner_run(&pay), 0);
    assert_int_equal(diner_events_of(&receipt), 1);
    assert_int_equal(diner_events_of(&receipt), 0);
    assert_int_equal(diner.order.receipts[0].number, 1);
    assert_int_equal(diner.order.receipts[0].total_minor, 1650);
    struct command gone = diner_command(COMMAND_LINES_VOID);
    gone.reason = bytes_of_text("mistyped");
    gone.ids_count = 1;
    gone.ids[0] = 2;
    assert_int_equal(diner_run(&gone), 0);
    assert_int_equal(diner_events_of(&receipt), 1);
    assert_int_equal(diner.order.receipts[1].number, 2);
    assert_int_equal(diner.order.receipts[1].kind, RECEIPT_CORRECTION);
    diner_close();
}

TEST(receipt, is_given_by_no_device_that_has_no_number_for_it)
{
    diner_open();
    diner_place_usual();
    struct command pay = diner_command(COMMAND_PAY);
    pay.method = bytes_of_text("cash");
    assert_int_equal(diner_events_of(&pay), 1);
    diner.receipt_next = 0;
    const struct command receipt = diner_command(COMMAND_RECEIPT);
    assert_int_equal(diner_run(&receipt), ERR_STATE);
    diner.receipt_next = 1;
    assert_int_equal(diner_events_of(&receipt), 1);
    diner_close();
}
