/* test_plan.c - money follows the food: what is asked of the provider for an order as it stands,
 * case by case.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/settle/plan.h"

enum { TEXT_BYTES = 2048 };

static const struct plan_terms terms = {
    .smallest_minor = 50, .decide_ms = 600000, .draft_ms = 900000, .unpaid_ms = 3600000};
static const struct plan_waits no_waits;

/* The plan in words: "capture pi_1 1100; again in 600000". */
static const char *plan_text(const struct order *order, const struct plan_waits *waits)
{
    static char text[TEXT_BYTES];
    static struct plan plan;
    size_t size = 0;
    plan_make(order, &terms, waits, &plan);
    text[0] = '\0';
    for (uint32_t i = 0; i < plan.calls_count; i++) {
        const struct provider_call *call = &plan.calls[i];
        size += (size_t)snprintf(text + size, sizeof text - size, "%s%s %.*s", size > 0 ? "; " : "",
                                 provider_call_text(call->kind), (int)call->intent.size,
                                 (const char *)call->intent.data);
        if (call->amount_minor > 0) {
            size +=
                (size_t)snprintf(text + size, sizeof text - size, " %" PRId64, call->amount_minor);
        }
    }
    const struct {
        bool is_so;
        const char *text;
    } rest[] = {{plan.is_lapse_due, "lapse"},
                {plan.is_wish_due, "wish"},
                {(plan.notices & PLAN_DISPUTED) != 0, "disputed"},
                {(plan.notices & PLAN_TOO_SMALL) != 0, "too small"}};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        if (rest[i].is_so) {
            size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", size > 0 ? "; " : "",
                                     rest[i].text);
        }
    }
    if (plan.again_ms != UINT64_MAX) {
        (void)snprintf(text + size, sizeof text - size, "%sagain in %" PRIu64, size > 0 ? "; " : "",
                       plan.again_ms);
    }
    return text;
}

/* --- orders by hand --- */

static struct order *order_of(uint32_t lines, int64_t owed_minor)
{
    static struct order order;
    memset(&order, 0, sizeof order);
    order.phase = PHASE_PLACED;
    order.lines_count = lines;
    for (uint32_t i = 0; i < lines; i++) {
        order.lines[i] = (struct order_line){.id = i + 1, .quantity = 1, .is_active = true};
    }
    order.owed_minor = owed_minor;
    order.due_minor = -owed_minor;
    return &order;
}

static void accept_all(struct order *order)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        order->lines[i].is_accepted = true;
    }
}

static struct ledger_intent *intent_add(struct order *order, const char *id,
                                        enum intent_state state, int64_t amount_minor)
{
    struct ledger *ledger = &order->ledger;
    struct ledger_intent *intent = &ledger->intents[ledger->intents_count++];
    const bool is_held = state == INTENT_HELD, is_taken = state == INTENT_SUCCEEDED;
    *intent = (struct ledger_intent){.id = bytes_of_text(id),
                                     .state = state,
                                     .amount_minor = amount_minor,
                                     .capturable_minor = is_held ? amount_minor : 0,
                                     .received_minor = is_taken ? amount_minor : 0};
    ledger->held_minor += intent->capturable_minor;
    ledger->received_minor += intent->received_minor;
    order->due_minor += intent->received_minor;
    return intent;
}

static void wish_add(struct order *order, int64_t amount_minor, enum wish_state state)
{
    struct ledger *ledger = &order->ledger;
    ledger->wishes[ledger->wishes_count++] =
        (struct ledger_wish){.id = bytes_of_text("0123456789abcdef"),
                             .state = state,
                             .amount_minor = amount_minor,
                             .open_minor = state == WISH_OPEN ? amount_minor : 0};
}

/* --- holds --- */

TEST(plan, nothing_is_captured_before_the_kitchen_decided_about_every_line)
{
    struct order *order = order_of(2, 1100);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    assert_string_equal(plan_text(order, &no_waits), "again in 600000");
    order->lines[0].is_accepted = true;
    assert_string_equal(plan_text(order, &no_waits), "again in 600000");
    order->lines[1].is_accepted = true;
    assert_string_equal(plan_text(order, &no_waits), "capture pi_1 1100");
}

TEST(plan, what_the_kitchen_refused_is_not_captured)
{
    struct order *order = order_of(2, 700);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    order->lines[0].is_accepted = true;
    order->lines[1].is_active = false;
    order->lines[1].is_refused = true;
    assert_string_equal(plan_text(order, &no_waits), "capture pi_1 700");
}

/* What is due has the tip in it, as far as one is left (tests/unit/test_tip.c). */
TEST(plan, a_tip_is_captured_with_what_the_kitchen_took)
{
    struct order *order = order_of(2, 1100);
    order->tip_minor = 110;
    order->due_minor -= 110;
    (void)intent_add(order, "pi_1", INTENT_HELD, 1210);
    order->due_minor = -1210;
    assert_string_equal(plan_text(order, &no_waits), "again in 600000");
    accept_all(order);
    assert_string_equal(plan_text(order, &no_waits), "capture pi_1 1210");
    order->lines[1].is_active = false;
    order->lines[1].is_refused = true;
    order->tip_minor = 60; /* a share shrank with it */
    order->due_minor = -660;
    assert_string_equal(plan_text(order, &no_waits), "capture pi_1 660");
}

TEST(plan, a_hold_of_an_order_that_is_over_is_released)
{
    struct order *order = order_of(1, 0);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    order->phase = PHASE_REFUSED;
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1");
    order->phase = PHASE_CANCELLED; /* every line was taken back */
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1");
    order->is_cancelled = true;
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1");
}

TEST(plan, what_two_rules_wished_is_given_back_once_and_what_a_person_wished_as_well)
{
    struct order *order = order_of(2, 700);
    intent_add(order, "pi_1", INTENT_SUCCEEDED, 1100);
    wish_add(order, 400, WISH_OPEN);
    wish_add(order, 400, WISH_OPEN);
    assert_string_equal(plan_text(order, &no_waits), "refund pi_1 400");
    order->ledger.wishes[1].is_a_persons = true;
    assert_string_equal(plan_text(order, &no_waits), "refund pi_1 400; refund pi_1 400");
}

TEST(plan, what_was_handed_over_of_a_cancelled_order_is_captured)
{
    struct order *order = order_of(2, 400);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    order->is_cancelled = true;
    order->lines[0].handed = 1;
    assert_string_equal(plan_text(order, &no_waits), "capture pi_1 400");
}

TEST(plan, a_hold_that_cash_made_needless_is_released_at_once)
{
    struct order *order = order_of(1, 1100);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    order->due_minor = 0; /* somebody paid at the counter */
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1; again in 600000");
}

TEST(plan, of_two_holds_for_one_order_the_lower_stays)
{
    struct order *order = order_of(1, 1100);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    intent_add(order, "pi_2", INTENT_HELD, 1100);
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_2; again in 600000");
    accept_all(order);
    assert_string_equal(plan_text(order, &no_waits), "capture pi_1 1100; cancel pi_2");
}

TEST(plan, two_small_holds_are_captured_as_far_as_each_goes)
{
    struct order *order = order_of(1, 1100);
    intent_add(order, "pi_1", INTENT_HELD, 700);
    intent_add(order, "pi_2", INTENT_HELD, 700);
    accept_all(order);
    assert_string_equal(plan_text(order, &no_waits), "capture pi_1 700; capture pi_2 400");
}

TEST(plan, less_than_the_provider_takes_is_left_to_the_counter)
{
    struct order *order = order_of(1, 49);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    accept_all(order);
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1; too small");
}

TEST(plan, what_is_cooking_counts_as_decided)
{
    struct order *order = order_of(1, 1100);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    order->lines[0].progress = LINE_STARTED;
    assert_string_equal(plan_text(order, &no_waits), "capture pi_1 1100");
}

TEST(plan, an_order_that_nobody_answers_lapses_in_time)
{
    struct order *order = order_of(1, 1100);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    assert_string_equal(plan_text(order, &(struct plan_waits){.undecided_ms = 599999}),
                        "again in 1");
    assert_string_equal(plan_text(order, &(struct plan_waits){.undecided_ms = 600000}), "lapse");
    accept_all(order);
    assert_string_equal(plan_text(order, &(struct plan_waits){.undecided_ms = 600000}),
                        "capture pi_1 1100");
}

TEST(plan, of_an_expired_draft_that_is_held_in_part_nothing_is_captured_unless_it_was_accepted)
{
    struct order *order = order_of(2, 1100);
    order->phase = PHASE_DRAFT;
    intent_add(order, "pi_1", INTENT_HELD, 700);
    assert_string_equal(plan_text(order, &(struct plan_waits){.draft_ms = 899999}), "again in 1");
    assert_string_equal(plan_text(order, &(struct plan_waits){.draft_ms = 900000}), "cancel pi_1");
    order->lines[0].is_accepted = true;
    assert_string_equal(plan_text(order, &(struct plan_waits){.draft_ms = 900000}), "cancel pi_1");
    accept_all(order);
    assert_string_equal(plan_text(order, &(struct plan_waits){.draft_ms = 900000}),
                        "capture pi_1 700");
}

/* --- before the hold --- */

TEST(plan, a_page_left_open_can_pay_neither_too_much_nor_for_nothing)
{
    struct order *order = order_of(1, 1100);
    order->phase = PHASE_DRAFT;
    intent_add(order, "pi_1", INTENT_CREATED, 1100);
    assert_string_equal(plan_text(order, &no_waits), "again in 900000");
    order->due_minor = -700;
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1; again in 900000");
    order->due_minor = 0;
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1; again in 900000");
    order->due_minor = -1100;
    order->is_cancelled = true;
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1; again in 900000");
    order->is_cancelled = false;
    assert_string_equal(plan_text(order, &(struct plan_waits){.draft_ms = 900000}), "cancel pi_1");
}

TEST(plan, what_is_held_already_is_not_asked_for_again)
{
    struct order *order = order_of(1, 1100);
    intent_add(order, "pi_1", INTENT_CREATED, 1100);
    intent_add(order, "pi_2", INTENT_HELD, 1100);
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1; again in 600000");
}

TEST(plan, a_payment_that_the_provider_still_works_on_is_called_back_when_it_is_not_right)
{
    struct order *order = order_of(1, 1100);
    intent_add(order, "pi_1", INTENT_PROCESSING, 1200);
    assert_string_equal(plan_text(order, &no_waits), "cancel pi_1");
}

/* --- customers who never pay --- */

TEST(plan, a_customers_order_that_nobody_paid_lapses_when_nobody_can_pay_it_any_more)
{
    static const struct plan_waits late = {.unpaid_ms = 3600000};
    struct order *order = order_of(1, 1100);
    order->phase = PHASE_DRAFT;
    order->has_owner = true;
    assert_string_equal(plan_text(order, &(struct plan_waits){.unpaid_ms = 3599999}), "again in 1");
    assert_string_equal(plan_text(order, &late), "lapse; again in 900000");
    struct ledger_intent *intent = intent_add(order, "pi_1", INTENT_CREATED, 1100);
    assert_string_equal(plan_text(order, &late), "cancel pi_1; again in 900000");
    intent->state = INTENT_CANCELED;
    assert_string_equal(plan_text(order, &late), "lapse; again in 900000");
    order->has_owner = false;
    assert_string_equal(plan_text(order, &late), "again in 900000");
}

TEST(plan, what_somebody_began_to_pay_or_took_on_does_not_lapse_so)
{
    static const struct plan_waits late = {.unpaid_ms = 3600000};
    struct order *order = order_of(2, 1100);
    order->phase = PHASE_DRAFT;
    order->has_owner = true;
    order->paid_minor = 100; /* at the counter */
    assert_string_equal(plan_text(order, &late), "again in 900000");
    order->paid_minor = 0;
    intent_add(order, "pi_1", INTENT_HELD, 700);
    assert_string_equal(plan_text(order, &late), "again in 600000");
    order->ledger.held_minor = 0;
    order->phase = PHASE_PLACED;
    assert_string_equal(plan_text(order, &late), "");
}

/* --- without limits --- */

TEST(plan, where_nobody_set_a_time_an_order_waits_as_long_as_it_takes)
{
    static const struct plan_terms patient = {.smallest_minor = 50};
    static const struct plan_waits long_waits = {.undecided_ms = UINT64_MAX,
                                                 .draft_ms = UINT64_MAX};
    static struct plan plan;
    struct order *order = order_of(1, 1100);
    intent_add(order, "pi_1", INTENT_HELD, 1100);
    plan_make(order, &patient, &long_waits, &plan);
    assert_false(plan.is_lapse_due);
    assert_true(plan.again_ms == UINT64_MAX && plan.calls_count == 0);
    order->phase = PHASE_DRAFT;
    plan_make(order, &patient, &long_waits, &plan);
    assert_true(plan.again_ms == UINT64_MAX && plan.calls_count == 0);
}

/* --- refunds --- */

TEST(plan, a_dispute_of_another_payment_stops_no_refund)
{
    struct order *order = order_of(1, 0);
    intent_add(order, "pi_1", INTENT_SUCCEEDED, 1100);
    wish_add(order, 400, WISH_OPEN);
    order->ledger.disputes[0] =
        (struct ledger_dispute){.intent = bytes_of_text("pi_2"), .status = DISPUTE_OPEN};
    order->ledger.disputes_count = 1;
    assert_string_equal(plan_text(order, &no_waits), "refund pi_1 400; wish");
}

TEST(plan, an_order_that_holds_no_more_wishes_is_left_to_people)
{
    struct order *order = order_of(1, 0);
    intent_add(order, "pi_1", INTENT_SUCCEEDED, 1100);
    for (uint32_t i = 0; i < ORDER_WISHES_MAX; i++) {
        wish_add(order, 1, WISH_FAILED);
    }
    assert_string_equal(plan_text(order, &no_waits), "");
}

TEST(plan, more_than_is_owed_is_wished_back_once)
{
    struct order *order = order_of(1, 700);
    intent_add(order, "pi_1", INTENT_SUCCEEDED, 1100);
    assert_string_equal(plan_text(order, &no_waits), "wish");
    wish_add(order, 400, WISH_OPEN);
    assert_string_equal(plan_text(order, &no_waits), "refund pi_1 400");
    order->ledger.wishes[0].state = WISH_PENDING;
    assert_string_equal(plan_text(order, &no_waits), "");
}

TEST(plan, cash_that_is_due_back_is_the_drawers)
{
    struct order *order = order_of(1, 700);
    order->due_minor = 400;
    assert_string_equal(plan_text(order, &no_waits), "");
}

TEST(plan, one_wish_is_met_from_several_payments)
{
    struct order *order = order_of(1, 0);
    intent_add(order, "pi_1", INTENT_SUCCEEDED, 600);
    intent_add(order, "pi_2", INTENT_SUCCEEDED, 600)->refunded_minor = 100;
    wish_add(order, 1000, WISH_OPEN);
    order->due_minor = 1000;
    assert_string_equal(plan_text(order, &no_waits), "refund pi_1 600; refund pi_2 400");
}

TEST(plan, a_failed_refund_is_not_tried_again)
{
    struct order *order = order_of(1, 0);
    intent_add(order, "pi_1", INTENT_SUCCEEDED, 600);
    order->due_minor = 0;
    wish_add(order, 600, WISH_FAILED);
    assert_string_equal(plan_text(order, &no_waits), "");
}

TEST(plan, what_a_rule_wished_and_could_not_be_given_is_not_wished_again)
{
    struct order *order = order_of(1, 700);
    intent_add(order, "pi_1", INTENT_SUCCEEDED, 1100);
    wish_add(order, 400, WISH_FAILED);
    struct ledger_wish *wish = &order->ledger.wishes[0];
    wish->is_a_persons = true;
    assert_string_equal(plan_text(order, &no_waits),
                        "wish"); /* a person's was for something else */
    wish->is_a_persons = false;
    assert_string_equal(plan_text(order, &no_waits), "");
    order->due_minor = 500;
    assert_string_equal(plan_text(order, &no_waits), "wish"); /* more is due since */
}

TEST(plan, nothing_is_refunded_of_what_a_bank_disputes)
{
    struct order *order = order_of(1, 0);
    intent_add(order, "pi_1", INTENT_SUCCEEDED, 600);
    wish_add(order, 600, WISH_OPEN);
    order->ledger.disputes[order->ledger.disputes_count++] = (struct ledger_dispute){
        .id = bytes_of_text("dp_1"), .intent = bytes_of_text("pi_1"), .status = DISPUTE_OPEN};
    assert_string_equal(plan_text(order, &no_waits), "disputed");
    order->ledger.disputes[0].status = DISPUTE_WON;
    assert_string_equal(plan_text(order, &no_waits), "refund pi_1 600");
}

TEST(plan, no_money_moves_on_a_part_of_the_facts)
{
    const uint32_t flags[] = {FLAG_OPAQUE, FLAG_PENDING, FLAG_OVERFLOW, FLAG_CUT_SHORT};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        struct order *order = order_of(1, 1100);
        intent_add(order, "pi_1", INTENT_HELD, 1100);
        accept_all(order);
        order->flags = flags[i];
        assert_string_equal(plan_text(order, &no_waits), "");
    }
}
