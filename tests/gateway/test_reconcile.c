/* test_reconcile.c - orders, ledger and provider side by side: each kind of difference is found and
 * said, and what matches is not.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/reconcile/books.h"
#include "gateway/reconcile/compare.h"

enum { ITEMS_MAX = 8, SINCE_S = 1000 };

/* A pop-up with one order, A1, over and paid: pi_1, taken, of 10.90; and the provider agrees. */
struct books_by_hand {
    struct money_order orders[ITEMS_MAX];
    struct money_item ledger[ITEMS_MAX], provider[ITEMS_MAX];
    struct compare_input input;
};

static struct books_by_hand hand;
static struct compare_result result;
static const struct popup_id popup = {{7}};
static const struct entity_id a1 = {{1}}, a2 = {{2}};
static const struct money_style euro = {.currency = "EUR", .digits = 2};

static struct money_item item(enum stripe_fact_kind kind, const char *id, const char *intent,
                              int state, int64_t amount_minor)
{
    struct money_item made = {.kind = kind,
                              .state = state,
                              .amount_minor = amount_minor,
                              .has_order = true,
                              .popup = popup,
                              .order = a1,
                              .since_s = SINCE_S};
    const bool is_intent = kind == STRIPE_INTENT;
    (void)snprintf(made.id, sizeof made.id, "%s", id);
    (void)snprintf(made.intent, sizeof made.intent, "%s", intent);
    (void)snprintf(made.currency, sizeof made.currency, "%s", is_intent ? "eur" : "");
    made.held_minor = is_intent && state == INTENT_HELD ? amount_minor : 0;
    made.received_minor = is_intent && state == INTENT_SUCCEEDED ? amount_minor : 0;
    return made;
}

static struct money_item *here(enum stripe_fact_kind kind, const char *id, int state,
                               int64_t amount_minor)
{
    struct money_item *to = &hand.ledger[hand.input.ledger_count++];
    *to = item(kind, id, kind == STRIPE_INTENT ? id : "pi_1", state, amount_minor);
    return to;
}

static struct money_item *there(enum stripe_fact_kind kind, const char *id, int state,
                                int64_t amount_minor)
{
    struct money_item *to = &hand.provider[hand.input.provider_count++];
    *to = item(kind, id, kind == STRIPE_INTENT ? id : "pi_1", state, amount_minor);
    to->has_order = kind == STRIPE_INTENT; /* of the others the payment's metadata says it */
    return to;
}

static struct money_order *order(const struct entity_id *id, const char *number)
{
    struct money_order *to = &hand.input.orders[hand.input.orders_count++];
    *to = (struct money_order){.id = *id, .is_over = true};
    (void)snprintf(to->number, sizeof to->number, "%s", number);
    return to;
}

static void nothing(void)
{
    memset(&hand, 0, sizeof hand);
    hand.input = (struct compare_input){.popup = popup,
                                        .since_s = SINCE_S,
                                        .orders = hand.orders,
                                        .ledger = hand.ledger,
                                        .provider = hand.provider};
}

static void paid(void)
{
    nothing();
    order(&a1, "A1");
    here(STRIPE_INTENT, "pi_1", INTENT_SUCCEEDED, 1090);
    there(STRIPE_INTENT, "pi_1", INTENT_SUCCEEDED, 1090);
}

/* "code: sentence" of each, a line each. */
static const char *found(void)
{
    static char lines[4096];
    size_t size = 0;
    compare_sides(&hand.input, &result);
    lines[0] = '\0';
    for (size_t i = 0; i < result.count; i++) {
        struct text said = {.data = NULL};
        difference_print(&result.kept[i], &euro, &said);
        size += (size_t)snprintf(lines + size, sizeof lines - size, "%s: %.*s\n",
                                 difference_code(result.kept[i].kind), (int)said.size, said.data);
        assert_true(strlen(difference_next(result.kept[i].kind)) > 0);
        text_close(&said);
    }
    return lines;
}

TEST(reconcile, what_is_the_same_on_all_sides_is_no_difference)
{
    paid();
    here(STRIPE_REFUND, "re_1", REFUND_SUCCEEDED, 300)->has_wish = true;
    there(STRIPE_REFUND, "re_1", REFUND_SUCCEEDED, 300)->has_wish = true;
    here(STRIPE_DISPUTE, "dp_1", DISPUTE_LOST, 790);
    there(STRIPE_DISPUTE, "dp_1", DISPUTE_LOST, 790);
    assert_string_equal(found(), "");
    assert_int_equal(result.payments, 1);
    assert_int_equal(result.refunds, 1);
    assert_int_equal(result.disputes, 1);
    assert_int_equal(result.provider.taken_minor, 1090);
    assert_int_equal(result.provider.given_back_minor, 300);
    assert_int_equal(result.provider.disputed_minor, 790);
    assert_memory_equal(&result.provider, &result.ledger, sizeof result.ledger);
}

TEST(reconcile, with_nothing_on_any_side_nothing_is_found)
{
    nothing();
    assert_string_equal(found(), "");
}

TEST(reconcile, a_payment_whose_order_is_nowhere_is_found)
{
    paid();
    there(STRIPE_INTENT, "pi_2", INTENT_HELD, 500)->order = a2;
    assert_string_equal(found(), "payment_without_order: 5.00 EUR (held) at the provider, for an "
                                 "order that is not here\n");
    assert_int_equal(result.provider.held_minor, 500);
}

TEST(reconcile, a_payment_where_there_is_no_order_at_all_is_found)
{
    nothing();
    there(STRIPE_INTENT, "pi_1", INTENT_PROCESSING, 500);
    assert_string_equal(found(),
                        "payment_without_order: 5.00 EUR (being paid) at the provider, for "
                        "an order that is not here\n");
    assert_int_equal(result.provider.taken_minor + result.provider.held_minor, 0);
}

TEST(reconcile, a_payment_that_no_order_asked_for_is_found_unless_the_account_is_shared)
{
    paid();
    there(STRIPE_INTENT, "pi_2", INTENT_SUCCEEDED, 500)->has_order = false;
    assert_string_equal(found(), "payment_unmarked: 5.00 EUR (taken) at the provider, and no order "
                                 "asked for it\n");
    hand.input.is_shared = true;
    assert_string_equal(found(), "");
    assert_int_equal(result.others, 1);
    assert_int_equal(result.provider.taken_minor, 1090);
}

TEST(reconcile, another_pop_ups_payments_are_counted_and_no_difference)
{
    paid();
    there(STRIPE_INTENT, "pi_2", INTENT_SUCCEEDED, 500)->popup = (struct popup_id){{8}};
    struct money_item *refund = there(STRIPE_REFUND, "re_2", REFUND_SUCCEEDED, 500);
    (void)snprintf(refund->intent, sizeof refund->intent, "pi_2");
    assert_string_equal(found(), "");
    assert_int_equal(result.others, 2);
}

TEST(reconcile, a_payment_that_its_orders_ledger_lacks_is_found)
{
    paid();
    there(STRIPE_INTENT, "pi_2", INTENT_SUCCEEDED, 500);
    assert_string_equal(found(),
                        "payment_not_in_ledger: order A1: 5.00 EUR (taken) at the provider "
                        "that its ledger does not have\n");
}

TEST(reconcile, what_was_given_back_of_it_is_its_orders_too)
{
    paid();
    there(STRIPE_INTENT, "pi_2", INTENT_SUCCEEDED, 500);
    struct money_item *refund = there(STRIPE_REFUND, "re_2", REFUND_REQUIRES_ACTION, 200);
    (void)snprintf(refund->intent, sizeof refund->intent, "pi_2");
    assert_non_null(strstr(found(), "refund_by_hand: order A1: 2.00 EUR was given back by hand at "
                                    "the provider (waiting for the customer)"));
    assert_int_equal(result.provider.given_back_minor, 200);
    hand.input.is_shared = true; /* its metadata says that it is ours */
    assert_non_null(strstr(found(), "refund_by_hand: order A1"));
}

TEST(reconcile, what_was_given_back_of_an_unmarked_payment_goes_with_it)
{
    paid();
    there(STRIPE_INTENT, "pi_2", INTENT_SUCCEEDED, 500)->has_order = false;
    struct money_item *refund = there(STRIPE_REFUND, "re_2", REFUND_SUCCEEDED, 500);
    (void)snprintf(refund->intent, sizeof refund->intent, "pi_2");
    assert_non_null(strstr(found(), "refund_by_hand: order without a number: 5.00 EUR"));
    hand.input.is_shared = true;
    assert_string_equal(found(), "");
    assert_int_equal(result.others, 2);
}

TEST(reconcile, a_cancelled_payment_that_nobody_knows_moved_nothing)
{
    paid();
    there(STRIPE_INTENT, "pi_2", INTENT_CANCELED, 500)->order = a2;
    there(STRIPE_INTENT, "pi_3", INTENT_CANCELED, 500)->has_order = false;
    assert_string_equal(found(), "");
}

TEST(reconcile, a_payment_that_the_provider_has_for_another_order_is_found)
{
    paid();
    hand.provider[0].order = a2;
    assert_string_equal(found(), "payment_of_another: order A1: the ledger has a payment of 10.90 "
                                 "EUR that the provider has for another order\n");
}

TEST(reconcile, a_payment_of_the_ledger_that_names_no_order_at_the_provider_is_found)
{
    paid();
    hand.provider[0].has_order = false;
    assert_non_null(strstr(found(), "payment_of_another: order A1"));
}

TEST(reconcile, a_payment_that_the_provider_does_not_know_is_found)
{
    paid();
    hand.input.provider_count = 0;
    assert_string_equal(found(), "payment_not_at_provider: order A1: the ledger has a payment of "
                                 "10.90 EUR (taken) that the provider does not know\n");
}

TEST(reconcile, what_is_older_than_the_list_is_no_difference)
{
    paid();
    hand.input.provider_count = 0;
    hand.ledger[0].since_s = SINCE_S - 1;
    here(STRIPE_REFUND, "re_1", REFUND_SUCCEEDED, 300);
    assert_string_equal(found(), "");
}

TEST(reconcile, what_was_not_listed_and_should_have_been_is_asked_for)
{
    paid();
    assert_null(compare_unlisted(&hand.input, 0));
    here(STRIPE_INTENT, "pi_2", INTENT_SUCCEEDED, 500);
    here(STRIPE_INTENT, "pi_3", INTENT_SUCCEEDED, 500)->since_s = SINCE_S - 1;
    here(STRIPE_INTENT, "pi_4", INTENT_SUCCEEDED, 500);
    here(STRIPE_REFUND, "re_1", REFUND_PENDING, 100); /* asked for with its payment */
    assert_string_equal(compare_unlisted(&hand.input, 0)->id, "pi_2");
    assert_string_equal(compare_unlisted(&hand.input, 1)->id, "pi_4");
    assert_null(compare_unlisted(&hand.input, 2));
}

/* A2 is of the second day, with a payment and a refund of its own; A1 of the first. */
static void two_days(void)
{
    paid();
    hand.orders[0].day = 1;
    hand.orders[0].owed_minor = 1090;
    struct money_order *second = order(&a2, "A2");
    second->day = 2;
    second->owed_minor = 400;
    here(STRIPE_INTENT, "pi_2", INTENT_SUCCEEDED, 500)->order = a2;
    there(STRIPE_INTENT, "pi_2", INTENT_SUCCEEDED, 500)->order = a2;
    struct money_item *ours = here(STRIPE_REFUND, "re_2", REFUND_SUCCEEDED, 100);
    struct money_item *theirs = there(STRIPE_REFUND, "re_2", REFUND_SUCCEEDED, 100);
    ours->order = a2;
    ours->has_wish = theirs->has_wish = true;
    (void)snprintf(ours->intent, sizeof ours->intent, "pi_2");
    (void)snprintf(theirs->intent, sizeof theirs->intent, "pi_2");
}

TEST(reconcile, of_one_day_only_its_own_orders_are_compared_and_added_up)
{
    two_days();
    assert_string_equal(found(), "");
    assert_int_equal(result.owed_minor, 1490);
    assert_int_equal(result.provider.taken_minor, 1590);
    hand.input.day = 2;
    assert_string_equal(found(), "");
    assert_int_equal(result.payments, 1);
    assert_int_equal(result.refunds, 1);
    assert_int_equal(result.owed_minor, 400);
    assert_int_equal(result.ledger.taken_minor - result.ledger.given_back_minor, 400);
    hand.input.day = 1;
    assert_string_equal(found(), "");
    assert_int_equal(result.refunds, 0);
    assert_int_equal(result.owed_minor, 1090);
}

TEST(reconcile, what_does_not_match_is_said_of_its_day_and_not_of_another)
{
    two_days();
    hand.input.day = 1;
    hand.orders[1].due_minor = 7; /* of the second day, all of it */
    assert_string_equal(found(), "");
    hand.input.day = 2;
    assert_string_equal(found(),
                        "order_owes_back: order A2: 0.07 EUR more was taken than is owed\n");
    hand.input.ledger_count = 2; /* the ledger lacks the refund: its payment says whose it is */
    hand.input.day = 1;
    assert_string_equal(found(), "");
    hand.input.day = 2;
    assert_non_null(strstr(found(), "refund_not_in_ledger: order A2"));
    hand.input.provider_count = 1; /* and the provider the payment */
    assert_non_null(strstr(found(), "payment_not_at_provider: order A2"));
    assert_non_null(compare_unlisted(&hand.input, 0));
    hand.input.day = 1;
    assert_string_equal(found(), "");
    assert_null(compare_unlisted(&hand.input, 0));
}

TEST(reconcile, a_payment_of_no_known_order_is_said_whatever_the_day)
{
    two_days();
    hand.input.day = 1;
    there(STRIPE_INTENT, "pi_3", INTENT_SUCCEEDED, 500)->has_order = false;
    assert_non_null(strstr(found(), "payment_unmarked"));
}

TEST(reconcile, a_payment_in_another_state_is_found)
{
    paid();
    hand.ledger[0] = item(STRIPE_INTENT, "pi_1", "pi_1", INTENT_HELD, 1090);
    assert_string_equal(found(),
                        "payment_state: order A1: the payment is taken at the provider and "
                        "held in the ledger\n");
}

TEST(reconcile, an_amount_that_is_off_by_one_is_found)
{
    paid();
    hand.provider[0].received_minor++;
    assert_string_equal(found(),
                        "payment_amount: order A1: the provider has 10.91 EUR (taken), the "
                        "ledger 10.90 EUR\n");
}

TEST(reconcile, a_hold_of_another_amount_is_found)
{
    paid();
    hand.ledger[0] = item(STRIPE_INTENT, "pi_1", "pi_1", INTENT_HELD, 1090);
    hand.provider[0] = item(STRIPE_INTENT, "pi_1", "pi_1", INTENT_HELD, 1089);
    hand.orders[0].is_over = false;
    assert_string_equal(found(), "payment_amount: order A1: the provider has 10.89 EUR (held), the "
                                 "ledger 10.90 EUR\n");
}

TEST(reconcile, another_currency_is_found)
{
    paid();
    (void)snprintf(hand.provider[0].currency, sizeof hand.provider[0].currency, "usd");
    assert_non_null(strstr(found(), "payment_currency: order A1"));
}

TEST(reconcile, a_refund_made_by_hand_is_found_whether_the_ledger_knows_it_or_not)
{
    static const char said[] = "refund_by_hand: order A1: 3.00 EUR was given back by hand at the "
                               "provider (given back); nobody here asked\n";
    paid();
    there(STRIPE_REFUND, "re_1", REFUND_SUCCEEDED, 300);
    assert_string_equal(found(), said);
    here(STRIPE_REFUND, "re_1", REFUND_SUCCEEDED, 300);
    assert_string_equal(found(), said);
}

TEST(reconcile, a_refund_by_hand_that_failed_moved_nothing)
{
    paid();
    there(STRIPE_REFUND, "re_1", REFUND_FAILED, 300);
    assert_string_equal(found(), "");
    here(STRIPE_REFUND, "re_1", REFUND_FAILED, 300); /* the ledger heard of it, too */
    assert_string_equal(found(), "");
}

TEST(reconcile, a_refund_that_only_one_side_knows_is_found)
{
    paid();
    there(STRIPE_REFUND, "re_1", REFUND_SUCCEEDED, 300)->has_wish = true;
    here(STRIPE_REFUND, "re_2", REFUND_PENDING, 200)->has_wish = true;
    assert_string_equal(
        found(), "refund_not_in_ledger: order A1: 3.00 EUR was given back at the provider (given "
                 "back), the ledger does not know\n"
                 "refund_not_at_provider: order A1: the ledger says 2.00 EUR was given back "
                 "(pending), the provider does not know\n");
}

TEST(reconcile, a_refund_that_is_not_alike_is_found)
{
    paid();
    here(STRIPE_REFUND, "re_1", REFUND_SUCCEEDED, 300)->has_wish = true;
    there(STRIPE_REFUND, "re_1", REFUND_SUCCEEDED, 301)->has_wish = true;
    here(STRIPE_REFUND, "re_2", REFUND_SUCCEEDED, 200)->has_wish = true;
    there(STRIPE_REFUND, "re_2", REFUND_FAILED, 200)->has_wish = true;
    assert_string_equal(found(), "refund_amount: order A1: the provider gave 3.01 EUR back, the "
                                 "ledger says 3.00 EUR\n"
                                 "refund_state: order A1: the refund of 2.00 EUR is failed at the "
                                 "provider and given back in the ledger\n");
}

TEST(reconcile, a_dispute_that_only_one_side_knows_is_found)
{
    paid();
    there(STRIPE_DISPUTE, "dp_1", DISPUTE_OPEN, 1090);
    here(STRIPE_DISPUTE, "dp_2", DISPUTE_LOST, 200);
    assert_string_equal(found(), "dispute_not_in_ledger: order A1: the bank disputes 10.90 EUR "
                                 "(open), the ledger does not know\n"
                                 "dispute_not_at_provider: order A1: the ledger has a dispute over "
                                 "2.00 EUR (lost) that the provider does not know\n");
}

TEST(reconcile, a_dispute_that_is_open_or_not_alike_is_found)
{
    paid();
    here(STRIPE_DISPUTE, "dp_1", DISPUTE_OPEN, 100);
    there(STRIPE_DISPUTE, "dp_1", DISPUTE_OPEN, 100);
    here(STRIPE_DISPUTE, "dp_2", DISPUTE_OPEN, 200);
    there(STRIPE_DISPUTE, "dp_2", DISPUTE_WON, 200);
    here(STRIPE_DISPUTE, "dp_3", DISPUTE_LOST, 300);
    there(STRIPE_DISPUTE, "dp_3", DISPUTE_LOST, 299);
    assert_string_equal(found(), "dispute_open: order A1: the customer's bank disputes 1.00 EUR\n"
                                 "dispute_state: order A1: the dispute over 2.00 EUR is won at the "
                                 "provider and open in the ledger\n"
                                 "dispute_amount: order A1: the bank disputes 2.99 EUR, the ledger "
                                 "says 3.00 EUR\n");
}

TEST(reconcile, a_refund_of_a_payment_of_nobody_is_nobodys)
{
    paid();
    struct money_item *refund = there(STRIPE_REFUND, "re_1", REFUND_SUCCEEDED, 300);
    (void)snprintf(refund->intent, sizeof refund->intent, "pi_9");
    assert_string_equal(found(), "");
    assert_int_equal(result.others, 1);
}

TEST(reconcile, an_order_that_is_over_and_not_settled_is_found)
{
    paid();
    hand.orders[0].held_minor = 400;
    hand.orders[0].form_minor = 300;
    hand.orders[0].due_minor = 200;
    order(&a2, "A2")->due_minor = -100;
    assert_string_equal(found(),
                        "order_hold_left: order A1 is over, and 4.00 EUR is still held at the "
                        "customer's bank\n"
                        "order_form_left: order A1 is over, and a page left open could still pay "
                        "3.00 EUR for it\n"
                        "order_owes_back: order A1: 2.00 EUR more was taken than is owed\n"
                        "order_to_collect: order A2: 1.00 EUR is still to be collected\n");
    hand.orders[0].is_over = hand.orders[1].is_over = false;
    assert_string_equal(found(), "");
}

TEST(reconcile, what_is_held_for_an_order_is_not_to_be_collected_as_well)
{
    paid();
    hand.orders[0].held_minor = 1090;
    hand.orders[0].due_minor = -1090;
    assert_string_equal(found(), "order_hold_left: order A1 is over, and 10.90 EUR is still held "
                                 "at the customer's bank\n");
}

TEST(reconcile, a_refund_that_was_asked_for_and_is_not_made_is_found_once)
{
    paid();
    hand.orders[0].due_minor = 500;
    hand.orders[0].open_minor = 300;
    hand.orders[0].failed_minor = 200;
    assert_string_equal(found(), "order_refund_waits: order A1: 3.00 EUR was asked to be given "
                                 "back, and is not yet\n"
                                 "order_refund_failed: order A1: 2.00 EUR could not be given back "
                                 "to the card\n");
}

TEST(reconcile, of_an_order_that_is_not_all_here_nothing_else_is_said)
{
    paid();
    hand.orders[0].is_partial = true;
    hand.orders[0].due_minor = 500;
    assert_string_equal(found(), "order_partial: order A1: not all of it is understood here\n");
}

TEST(reconcile, an_order_without_a_number_is_said_so)
{
    paid();
    hand.orders[0].number[0] = '\0';
    hand.orders[0].due_minor = 5;
    assert_non_null(strstr(found(), "order without a number: 0.05 EUR more"));
}

TEST(reconcile, more_than_are_kept_are_counted_all_the_same)
{
    enum { COUNT = DIFFERENCES_MAX + 2 };
    struct money_order *orders = calloc(COUNT, sizeof *orders);
    assert_non_null(orders);
    nothing();
    hand.input.orders = orders;
    for (uint32_t i = 0; i < COUNT; i++) {
        struct money_order *to = order(&a1, "A1");
        to->id.bytes[1] = (uint8_t)(i >> 8);
        to->id.bytes[2] = (uint8_t)i;
        to->due_minor = 1 + i;
    }
    compare_sides(&hand.input, &result);
    assert_int_equal(result.count, COUNT);
    assert_int_equal(result.kept[DIFFERENCES_MAX - 1].ledger_minor, DIFFERENCES_MAX);
    assert_int_equal(result.beyond.ledger_minor, COUNT);
    free(orders);
}

TEST(reconcile, amounts_are_written_in_the_pop_ups_currency)
{
    static const struct {
        struct money_style style;
        int64_t minor;
        const char *text;
    } rows[] = {{{"EUR", 2}, -5, "-0.05 EUR"},
                {{"JPY", 0}, 1200, "1200 JPY"},
                {{"KWD", 3}, 1001, "1.001 KWD"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text text = {.data = NULL};
        money_style_print(&rows[i].style, rows[i].minor, &text);
        text_append(&text, "", 1);
        assert_string_equal(text.data, rows[i].text);
        text_close(&text);
    }
}

/* --- orders --- */

static void put_intent(struct order *order, const char *id, enum intent_state state)
{
    order->ledger.intents[order->ledger.intents_count++] =
        (struct ledger_intent){.id = bytes_of_text(id),
                               .state = state,
                               .amount_minor = 1090,
                               .capturable_minor = 1090,
                               .received_minor = state == INTENT_SUCCEEDED ? 1090 : 0,
                               .currency = bytes_of_text("eur")};
}

TEST(reconcile, an_order_that_has_nothing_to_do_with_the_provider_is_in_no_list)
{
    struct books books = {.orders = NULL};
    struct order *order = calloc(1, sizeof *order);
    assert_non_null(order);
    assert_int_equal(books_add(&books, order, 0), 0);
    assert_int_equal(books.orders_count, 0);
    books_close(&books);
    free(order);
}

TEST(reconcile, an_orders_ledger_becomes_the_pop_ups_side)
{
    struct books books = {.orders = NULL};
    struct order *order = calloc(1, sizeof *order);
    assert_non_null(order);
    order->id = a1;
    order->phase = PHASE_COMPLETED;
    order->opened_t = 7200 * 1000;
    order->numbers_count = 1;
    order->numbers[0] = (struct order_number){.lane = bytes_of_text("B"), .number = 7};
    put_intent(order, "pi_1", INTENT_CREATED);
    put_intent(order, "pi_2", INTENT_SUCCEEDED);
    order->ledger.refunds_count = 1;
    order->ledger.refunds[0] = (struct ledger_refund){.id = bytes_of_text("re_1"),
                                                      .intent = bytes_of_text("pi_2"),
                                                      .status = REFUND_PENDING,
                                                      .amount_minor = 90};
    order->ledger.wishes_count = 1;
    order->ledger.wishes[0] =
        (struct ledger_wish){.state = WISH_OPEN, .amount_minor = 90, .open_minor = 40};
    assert_int_equal(books_add(&books, order, 1000000), 0);
    assert_int_equal(books.orders_count, 1);
    assert_string_equal(books.orders[0].number, "B7");
    assert_true(books.orders[0].is_over);
    assert_int_equal(books.orders[0].form_minor, 1090);
    assert_int_equal(books.orders[0].open_minor, 40);
    assert_int_equal(books.items.count, 3);
    assert_int_equal(books.items.items[0].since_s, 1000 + 7200 - 3600);
    assert_string_equal(books.items.items[2].intent, "pi_2");
    assert_false(books.items.items[2].has_wish);
    books_close(&books);
    free(order);
}

TEST(reconcile, what_is_held_and_disputed_and_in_no_known_currency_is_in_the_pop_ups_side)
{
    struct books books = {.orders = NULL};
    struct order *order = calloc(1, sizeof *order);
    assert_non_null(order);
    put_intent(order, "pi_1", INTENT_HELD);
    put_intent(order, "pi_2", INTENT_SUCCEEDED);
    order->ledger.intents[1].currency = bytes_of_text(""); /* whoever told of it left it out */
    order->ledger.disputes_count = 1;
    order->ledger.disputes[0] = (struct ledger_dispute){.id = bytes_of_text("dp_1"),
                                                        .intent = bytes_of_text("pi_2"),
                                                        .status = DISPUTE_LOST,
                                                        .amount_minor = 300};
    assert_int_equal(books_add(&books, order, 0), 0);
    assert_int_equal(books.items.count, 3);
    assert_int_equal(books.items.items[0].held_minor, 1090);
    assert_string_equal(books.items.items[0].currency, "eur");
    assert_int_equal(books.items.items[1].held_minor, 0);
    assert_string_equal(books.items.items[1].currency, "");
    assert_int_equal(books.items.items[2].kind, STRIPE_DISPUTE);
    assert_int_equal(books.items.items[2].state, DISPUTE_LOST);
    assert_string_equal(books.items.items[2].intent, "pi_2");
    books_close(&books);
    free(order);
}

TEST(reconcile, what_goes_back_and_could_not_and_what_is_over_are_told_of_an_order)
{
    static const enum order_phase over[] = {PHASE_COMPLETED, PHASE_REFUSED, PHASE_CANCELLED};
    struct order *order = calloc(1, sizeof *order);
    assert_non_null(order);
    order->ledger.wishes_count = 1;
    order->ledger.wishes[0] =
        (struct ledger_wish){.state = WISH_FAILED, .amount_minor = 90, .given_minor = 50};
    for (size_t i = 0; i < sizeof over / sizeof *over; i++) {
        struct books books = {.orders = NULL};
        order->phase = over[i];
        assert_int_equal(books_add(&books, order, 0), 0);
        assert_true(books.orders[0].is_over);
        assert_int_equal(books.orders[0].failed_minor, 40);
        assert_string_equal(books.orders[0].number, "");
        books_close(&books);
    }
    free(order);
}

/* A list that is cut would match where the rest does not. */
TEST(reconcile, what_does_not_fit_into_the_lists_is_an_error_and_no_shorter_list)
{
    struct order *order = calloc(1, sizeof *order);
    assert_non_null(order);
    for (int kind = 0; kind < 3; kind++) {
        struct books books = {.items = {.count = MONEY_ITEMS_MAX, .capacity = MONEY_ITEMS_MAX}};
        order->ledger.intents_count = kind == 0 ? 2 : 0;
        order->ledger.refunds_count = kind == 1 ? 2 : 0;
        order->ledger.disputes_count = kind == 2 ? 2 : 0;
        assert_int_equal(books_add(&books, order, 0), ERR_TOO_MANY);
        books_close(&books);
    }
    struct books books = {.orders_count = MONEY_ORDERS_MAX, .orders_capacity = MONEY_ORDERS_MAX};
    assert_int_equal(books_add(&books, order, 0), ERR_TOO_MANY);
    assert_int_equal(books.items.count, 0);
    books_close(&books);
    free(order);
}
