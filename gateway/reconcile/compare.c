#include "gateway/reconcile/compare.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

/* --- finding --- */

static int item_order(const void *a, const void *b)
{
    const struct money_item *left = a, *right = b;
    return left->kind != right->kind ? (left->kind < right->kind ? -1 : 1)
                                     : strcmp(left->id, right->id);
}

static int order_order(const void *a, const void *b)
{
    const struct money_order *left = a, *right = b;
    return memcmp(left->id.bytes, right->id.bytes, ENTITY_ID_BYTES);
}

static const struct money_item *item_find(const struct money_item *items, size_t count,
                                          enum stripe_fact_kind kind, const char *id)
{
    struct money_item wanted = {.kind = kind};
    memcpy(wanted.id, id, strlen(id));
    return count == 0 ? NULL : bsearch(&wanted, items, count, sizeof *items, item_order);
}

static struct money_order *order_find(const struct compare_input *input, const struct entity_id *id)
{
    const struct money_order wanted = {.id = *id};
    return input->orders_count == 0 ? NULL
                                    : bsearch(&wanted, input->orders, input->orders_count,
                                              sizeof *input->orders, order_order);
}

static const struct money_item *in_ledger(const struct compare_input *input,
                                          enum stripe_fact_kind kind, const char *id)
{
    return item_find(input->ledger, input->ledger_count, kind, id);
}

static const struct money_item *at_provider(const struct compare_input *input,
                                            enum stripe_fact_kind kind, const char *id)
{
    return item_find(input->provider, input->provider_count, kind, id);
}

static void sort_all(const struct compare_input *input)
{
    if (input->ledger_count > 0) {
        qsort(input->ledger, input->ledger_count, sizeof *input->ledger, item_order);
    }
    if (input->provider_count > 0) {
        qsort(input->provider, input->provider_count, sizeof *input->provider, item_order);
    }
    if (input->orders_count > 0) {
        qsort(input->orders, input->orders_count, sizeof *input->orders, order_order);
    }
}

/* --- words and amounts --- */

/* Bounded: both sides' decoders refuse other states. */
static const char *state_text(const struct money_item *item)
{
    static const char *const intents[INTENT_STATE_COUNT] = {[INTENT_CREATED] = "not paid",
                                                            [INTENT_PROCESSING] = "being paid",
                                                            [INTENT_HELD] = "held",
                                                            [INTENT_CANCELED] = "cancelled",
                                                            [INTENT_SUCCEEDED] = "taken"};
    static const char *const refunds[REFUND_STATUS_COUNT] = {[REFUND_PENDING] = "pending",
                                                             [REFUND_REQUIRES_ACTION] =
                                                                 "waiting for the customer",
                                                             [REFUND_SUCCEEDED] = "given back",
                                                             [REFUND_CANCELED] = "cancelled",
                                                             [REFUND_FAILED] = "failed"};
    static const char *const disputes[DISPUTE_STATUS_COUNT] = {
        [DISPUTE_OPEN] = "open", [DISPUTE_WON] = "won", [DISPUTE_LOST] = "lost"};
    static const struct {
        const char *const *texts;
        int count;
    } words[] = {[STRIPE_INTENT] = {intents, INTENT_STATE_COUNT},
                 [STRIPE_REFUND] = {refunds, REFUND_STATUS_COUNT},
                 [STRIPE_DISPUTE] = {disputes, DISPUTE_STATUS_COUNT}};
    if (item == NULL) {
        return "";
    }
    check(item->state >= 0 && item->state < words[item->kind].count);
    return words[item->kind].texts[item->state];
}

/* What it is about, as it stands. */
static int64_t amount_of(const struct money_item *item)
{
    if (item == NULL) {
        return 0;
    }
    const bool is_intent = item->kind == STRIPE_INTENT;
    return is_intent && item->state == INTENT_SUCCEEDED ? item->received_minor
           : is_intent && item->state == INTENT_HELD    ? item->held_minor
                                                        : item->amount_minor;
}

static bool is_given_back(const struct money_item *refund)
{
    return refund->state == REFUND_PENDING || refund->state == REFUND_REQUIRES_ACTION ||
           refund->state == REFUND_SUCCEEDED;
}

static void sum_add(struct compare_sums *sums, const struct money_item *item)
{
    if (item->kind == STRIPE_DISPUTE) {
        sums->disputed_minor += item->state != DISPUTE_WON ? item->amount_minor : 0;
    } else if (item->kind == STRIPE_REFUND) {
        sums->given_back_minor += is_given_back(item) ? item->amount_minor : 0;
    } else {
        sums->taken_minor += item->state == INTENT_SUCCEEDED ? item->received_minor : 0;
        sums->held_minor += item->state == INTENT_HELD ? item->held_minor : 0;
    }
}

/* --- telling --- */

static struct difference *difference_new(struct compare_result *result, enum difference_kind kind)
{
    struct difference *difference =
        result->count < DIFFERENCES_MAX ? &result->kept[result->count] : &result->beyond;
    result->count++;
    *difference = (struct difference){.kind = kind, .there = "", .here = ""};
    return difference;
}

static void difference_name(struct difference *difference, const struct money_order *order)
{
    if (order != NULL) {
        difference->has_order = true;
        difference->order = order->id;
        memcpy(difference->number, order->number, sizeof difference->number);
    }
}

/* Of an object that @there, @here or both of them are. */
static void tell(const struct compare_input *input, struct compare_result *result,
                 enum difference_kind kind, const struct money_item *there,
                 const struct money_item *here)
{
    const struct money_item *item = here != NULL ? here : there;
    struct difference *difference = difference_new(result, kind);
    memcpy(difference->object, item->id, sizeof difference->object);
    memcpy(difference->payment, item->intent, sizeof difference->payment);
    difference->provider_minor = amount_of(there);
    difference->ledger_minor = amount_of(here);
    difference->there = state_text(there);
    difference->here = state_text(here);
    if (item->has_order) {
        difference->has_order = true;
        difference->order = item->order;
        difference_name(difference, order_find(input, &item->order));
    }
}

static void tell_order(struct compare_result *result, enum difference_kind kind,
                       const struct money_order *order, int64_t minor)
{
    struct difference *difference = difference_new(result, kind);
    difference_name(difference, order);
    difference->ledger_minor = minor;
}

/* --- of which day --- */

/* An order that is not here is of any. */
static bool is_of_day(const struct compare_input *input, const struct money_item *item)
{
    const struct money_order *order =
        item != NULL && item->has_order ? order_find(input, &item->order) : NULL;
    return input->day == 0 || order == NULL || order->day == input->day;
}

/* --- what the provider has --- */

/* Nothing was or can be moved by it. */
static bool is_idle(const struct money_item *item)
{
    return (item->kind == STRIPE_INTENT && item->state == INTENT_CANCELED) ||
           (item->kind == STRIPE_REFUND && !is_given_back(item));
}

static bool is_of_another_popup(const struct compare_input *input, const struct money_item *item)
{
    return item->has_order && memcmp(item->popup.bytes, input->popup.bytes, POPUP_ID_BYTES) != 0;
}

static void payment_alone(const struct compare_input *input, struct compare_result *result,
                          const struct money_item *there)
{
    if (is_of_another_popup(input, there) || (!there->has_order && input->is_shared)) {
        result->others++;
        return;
    }
    result->payments++;
    sum_add(&result->provider, there);
    if (is_idle(there)) {
        return;
    }
    const bool is_here = there->has_order && order_find(input, &there->order) != NULL;
    tell(input, result,
         !there->has_order ? DIFFERENCE_PAYMENT_UNMARKED
         : is_here         ? DIFFERENCE_PAYMENT_NOT_IN_LEDGER
                           : DIFFERENCE_PAYMENT_WITHOUT_ORDER,
         there, NULL);
}

static void payment_both(const struct compare_input *input, struct compare_result *result,
                         const struct money_item *there, const struct money_item *here)
{
    const bool is_its = there->has_order && entity_id_equal(&there->order, &here->order);
    const struct {
        bool is_so;
        enum difference_kind kind;
    } rows[] = {{!is_its, DIFFERENCE_PAYMENT_OF_ANOTHER},
                {strcmp(there->currency, here->currency) != 0, DIFFERENCE_PAYMENT_CURRENCY},
                {there->state != here->state, DIFFERENCE_PAYMENT_STATE},
                {amount_of(there) != amount_of(here), DIFFERENCE_PAYMENT_AMOUNT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].is_so) {
            tell(input, result, rows[i].kind, there, here);
            return; /* the first says why the rest is not alike either */
        }
    }
}

/* Whose payment the refund or dispute is of: the ledger's, else as the provider's metadata has it.
 * NULL: it is not ours, as far as anybody can tell. */
static const struct money_item *payment_of(const struct compare_input *input,
                                           const struct money_item *item)
{
    const struct money_item *here = in_ledger(input, STRIPE_INTENT, item->intent);
    const struct money_item *there = at_provider(input, STRIPE_INTENT, item->intent);
    if (here != NULL) {
        return here;
    }
    const bool is_ours = there != NULL && !is_of_another_popup(input, there) &&
                         (there->has_order || !input->is_shared);
    return is_ours ? there : NULL;
}

static void part_alone(const struct compare_input *input, struct compare_result *result,
                       const struct money_item *there)
{
    const struct money_item *payment = payment_of(input, there);
    if (payment == NULL) {
        result->others++;
        return;
    }
    struct money_item named = *there;
    named.has_order = payment->has_order;
    named.order = payment->order;
    sum_add(&result->provider, there);
    if (there->kind == STRIPE_DISPUTE) {
        tell(input, result, DIFFERENCE_DISPUTE_NOT_IN_LEDGER, &named, NULL);
    } else if (!is_idle(there)) {
        tell(input, result,
             there->has_wish ? DIFFERENCE_REFUND_NOT_IN_LEDGER : DIFFERENCE_REFUND_BY_HAND, &named,
             NULL);
    }
}

static void refund_both(const struct compare_input *input, struct compare_result *result,
                        const struct money_item *there, const struct money_item *here)
{
    if (there->amount_minor != here->amount_minor) {
        tell(input, result, DIFFERENCE_REFUND_AMOUNT, there, here);
    } else if (there->state != here->state) {
        tell(input, result, DIFFERENCE_REFUND_STATE, there, here);
    } else if (!there->has_wish && !is_idle(there)) {
        tell(input, result, DIFFERENCE_REFUND_BY_HAND, there, here);
    }
}

static void dispute_both(const struct compare_input *input, struct compare_result *result,
                         const struct money_item *there, const struct money_item *here)
{
    if (there->amount_minor != here->amount_minor) {
        tell(input, result, DIFFERENCE_DISPUTE_AMOUNT, there, here);
    } else if (there->state != here->state) {
        tell(input, result, DIFFERENCE_DISPUTE_STATE, there, here);
    } else if (there->state == DISPUTE_OPEN) {
        tell(input, result, DIFFERENCE_DISPUTE_OPEN, there, here);
    }
}

static const struct {
    void (*both)(const struct compare_input *input, struct compare_result *result,
                 const struct money_item *there, const struct money_item *here);
    void (*alone)(const struct compare_input *input, struct compare_result *result,
                  const struct money_item *there);
    enum difference_kind missing;
} rules[] = {
    [STRIPE_INTENT] = {payment_both, payment_alone, DIFFERENCE_PAYMENT_NOT_AT_PROVIDER},
    [STRIPE_REFUND] = {refund_both, part_alone, DIFFERENCE_REFUND_NOT_AT_PROVIDER},
    [STRIPE_DISPUTE] = {dispute_both, part_alone, DIFFERENCE_DISPUTE_NOT_AT_PROVIDER},
};

static void count_item(struct compare_result *result, enum stripe_fact_kind kind)
{
    result->payments += kind == STRIPE_INTENT;
    result->refunds += kind == STRIPE_REFUND;
    result->disputes += kind == STRIPE_DISPUTE;
}

/* Once for each order that has something to compare. */
static void order_count(const struct compare_input *input, struct compare_result *result,
                        const struct money_item *here)
{
    struct money_order *order = order_find(input, &here->order);
    check(order != NULL); /* books.c adds it before its items */
    if (!order->is_compared) {
        order->is_compared = true;
        result->owed_minor += order->owed_minor;
        result->tip_minor += order->tip_minor;
    }
}

static void compare_one(const struct compare_input *input, struct compare_result *result,
                        const struct money_item *there)
{
    const struct money_item *here = in_ledger(input, there->kind, there->id);
    if (here == NULL) {
        rules[there->kind].alone(input, result, there);
        return;
    }
    count_item(result, there->kind);
    order_count(input, result, here);
    sum_add(&result->provider, there);
    sum_add(&result->ledger, here);
    rules[there->kind].both(input, result, there, here);
}

/* Whose order it is: the ledger knows, else its payment's metadata says so. */
static const struct money_item *named_by(const struct compare_input *input,
                                         const struct money_item *there)
{
    const struct money_item *here = in_ledger(input, there->kind, there->id);
    return here != NULL ? here : there->kind == STRIPE_INTENT ? there : payment_of(input, there);
}

static void compare_provider(const struct compare_input *input, struct compare_result *result)
{
    for (size_t i = 0; i < input->provider_count; i++) {
        const struct money_item *there = &input->provider[i];
        if (is_of_day(input, named_by(input, there))) {
            compare_one(input, result, there);
        }
    }
}

/* --- what the ledger alone has --- */

/* Whether the provider had to list it. A refund or dispute is younger than its payment: when that
 * is listed, so must it be. */
static bool should_be_listed(const struct compare_input *input, const struct money_item *here)
{
    return here->kind == STRIPE_INTENT ? here->since_s >= input->since_s
                                       : at_provider(input, STRIPE_INTENT, here->intent) != NULL;
}

static bool is_missing(const struct compare_input *input, const struct money_item *here)
{
    return should_be_listed(input, here) && at_provider(input, here->kind, here->id) == NULL;
}

static void compare_ledger(const struct compare_input *input, struct compare_result *result)
{
    for (size_t i = 0; i < input->ledger_count; i++) {
        const struct money_item *here = &input->ledger[i];
        if (is_of_day(input, here) && is_missing(input, here)) {
            order_count(input, result, here);
            sum_add(&result->ledger, here);
            tell(input, result, rules[here->kind].missing, NULL, here);
        }
    }
}

const struct money_item *compare_unlisted(const struct compare_input *input, size_t index)
{
    if (index == 0) {
        sort_all(input);
    }
    for (size_t i = 0; i < input->ledger_count; i++) {
        const struct money_item *here = &input->ledger[i];
        if (here->kind == STRIPE_INTENT && is_of_day(input, here) && is_missing(input, here) &&
            index-- == 0) {
            return here;
        }
    }
    return NULL;
}

/* --- orders by themselves --- */

static void compare_order(struct compare_result *result, const struct money_order *order)
{
    const int64_t due = order->due_minor - order->open_minor - order->failed_minor;
    const struct {
        bool is_so;
        enum difference_kind kind;
        int64_t minor;
    } rows[] = {
        {order->open_minor > 0, DIFFERENCE_ORDER_REFUND_WAITS, order->open_minor},
        {order->failed_minor > 0, DIFFERENCE_ORDER_REFUND_FAILED, order->failed_minor},
        {order->is_over && order->held_minor > 0, DIFFERENCE_ORDER_HOLD_LEFT, order->held_minor},
        {order->is_over && order->form_minor > 0, DIFFERENCE_ORDER_FORM_LEFT, order->form_minor},
        {order->is_over && due > 0, DIFFERENCE_ORDER_OWES_BACK, due},
        {order->is_over && order->due_minor < 0 && order->held_minor == 0,
         DIFFERENCE_ORDER_TO_COLLECT, -order->due_minor}};
    if (order->is_partial) {
        tell_order(result, DIFFERENCE_ORDER_PARTIAL, order, 0);
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].is_so) {
            tell_order(result, rows[i].kind, order, rows[i].minor);
        }
    }
}

void compare_sides(const struct compare_input *input, struct compare_result *ret_result)
{
    memset(ret_result, 0, sizeof *ret_result);
    sort_all(input);
    for (size_t i = 0; i < input->orders_count; i++) {
        input->orders[i].is_compared = false;
    }
    compare_provider(input, ret_result);
    compare_ledger(input, ret_result);
    for (size_t i = 0; i < input->orders_count; i++) {
        if (input->day == 0 || input->orders[i].day == input->day) {
            compare_order(ret_result, &input->orders[i]);
        }
    }
}
