/* difference.h - what does not match between orders, the ledger and the provider, in words, with
 * what to do next.
 *
 * Layer: gateway (pure). One table: a code for programs, a sentence for a person, and his next
 * step.
 */
#ifndef TRESTLE_GATEWAY_RECONCILE_DIFFERENCE_H
#define TRESTLE_GATEWAY_RECONCILE_DIFFERENCE_H

#include "node/json/text.h"
#include "sync/base/id.h"
#include "sync/base/limits.h"

enum { DIFFERENCES_MAX = 500 /* that are kept by name */, ORDER_NUMBER_TEXT_MAX = 16 };

/* X(name, code, what it is, what to do). In the sentence: {order}, {provider} and {ledger} for the
 * amounts, {there} and {here} for the states. */
#define DIFFERENCES(X)                                                                             \
    X(PAYMENT_WITHOUT_ORDER, "payment_without_order",                                              \
      "{provider} ({there}) at the provider, for an order that is not here",                       \
      "link every device and run this again; a hold that stays alone is cancelled after six "      \
      "hours, what was taken give back at the provider")                                           \
    X(PAYMENT_UNMARKED, "payment_unmarked",                                                        \
      "{provider} ({there}) at the provider, and no order asked for it",                           \
      "look at the provider's dashboard who made it; if others use the account, too, say so "      \
      "(--shared)")                                                                                \
    X(PAYMENT_NOT_IN_LEDGER, "payment_not_in_ledger",                                              \
      "{order}: {provider} ({there}) at the provider that its ledger does not have",               \
      "the gateway hears of it within half an hour: run this again then; if it stays, look at "    \
      "the gateway's log")                                                                         \
    X(PAYMENT_OF_ANOTHER, "payment_of_another",                                                    \
      "{order}: the ledger has a payment of {ledger} that the provider has for another order",     \
      "somebody changed its metadata: compare both orders with the provider's dashboard")          \
    X(PAYMENT_NOT_AT_PROVIDER, "payment_not_at_provider",                                          \
      "{order}: the ledger has a payment of {ledger} ({here}) that the provider does not know",    \
      "look whether the secret key is of the account that was used; else whom the money went to")  \
    X(PAYMENT_STATE, "payment_state",                                                              \
      "{order}: the payment is {there} at the provider and {here} in the ledger",                  \
      "the gateway hears of it within ten minutes: run this again then; if it stays, look at the " \
      "gateway's log")                                                                             \
    X(PAYMENT_AMOUNT, "payment_amount",                                                            \
      "{order}: the provider has {provider} ({there}), the ledger {ledger}",                       \
      "compare with the provider's dashboard, and settle the difference with the customer")        \
    X(PAYMENT_CURRENCY, "payment_currency",                                                        \
      "{order}: the payment of {ledger} is in another currency at the provider",                   \
      "compare with the provider's dashboard; the pop-up's currency may have been changed")        \
    X(REFUND_BY_HAND, "refund_by_hand",                                                            \
      "{order}: {provider} was given back by hand at the provider ({there}); nobody here asked",   \
      "find out who did it and why; the order counts it as given back")                            \
    X(REFUND_NOT_IN_LEDGER, "refund_not_in_ledger",                                                \
      "{order}: {provider} was given back at the provider ({there}), the ledger does not know",    \
      "the gateway hears of it within ten minutes: run this again then; if it stays, look at the " \
      "gateway's log")                                                                             \
    X(REFUND_NOT_AT_PROVIDER, "refund_not_at_provider",                                            \
      "{order}: the ledger says {ledger} was given back ({here}), the provider does not know",     \
      "look at the provider's dashboard, and give it back there if the customer lacks it")         \
    X(REFUND_STATE, "refund_state",                                                                \
      "{order}: the refund of {provider} is {there} at the provider and {here} in the ledger",     \
      "the gateway hears of it within ten minutes: run this again then; a failed one a person "    \
      "pays out")                                                                                  \
    X(REFUND_AMOUNT, "refund_amount",                                                              \
      "{order}: the provider gave {provider} back, the ledger says {ledger}",                      \
      "compare with the provider's dashboard, and settle the difference with the customer")        \
    X(DISPUTE_NOT_IN_LEDGER, "dispute_not_in_ledger",                                              \
      "{order}: the bank disputes {provider} ({there}), the ledger does not know",                 \
      "the gateway hears of it within ten minutes: run this again then")                           \
    X(DISPUTE_NOT_AT_PROVIDER, "dispute_not_at_provider",                                          \
      "{order}: the ledger has a dispute over {ledger} ({here}) that the provider does not know",  \
      "look whether the secret key is of the account that was used")                               \
    X(DISPUTE_STATE, "dispute_state",                                                              \
      "{order}: the dispute over {provider} is {there} at the provider and {here} in the ledger",  \
      "the gateway hears of it within ten minutes: run this again then")                           \
    X(DISPUTE_AMOUNT, "dispute_amount",                                                            \
      "{order}: the bank disputes {provider}, the ledger says {ledger}",                           \
      "compare with the provider's dashboard")                                                     \
    X(DISPUTE_OPEN, "dispute_open", "{order}: the customer's bank disputes {provider}",            \
      "answer it in the provider's dashboard before its last day, with the order's receipt")       \
    X(ORDER_HOLD_LEFT, "order_hold_left",                                                          \
      "{order} is over, and {ledger} is still held at the customer's bank",                        \
      "the gateway takes or releases it by itself: run this again; if it stays, look at its log")  \
    X(ORDER_FORM_LEFT, "order_form_left",                                                          \
      "{order} is over, and a page left open could still pay {ledger} for it",                     \
      "the gateway cancels it by itself: run this again; if it stays, look at its log")            \
    X(ORDER_OWES_BACK, "order_owes_back", "{order}: {ledger} more was taken than is owed",         \
      "give it back: the order's screen says how")                                                 \
    X(ORDER_TO_COLLECT, "order_to_collect", "{order}: {ledger} is still to be collected",          \
      "collect it, or cancel what was not handed over")                                            \
    X(ORDER_REFUND_WAITS, "order_refund_waits",                                                    \
      "{order}: {ledger} was asked to be given back, and is not yet",                              \
      "the gateway asks again by itself; a dispute must end first")                                \
    X(ORDER_REFUND_FAILED, "order_refund_failed",                                                  \
      "{order}: {ledger} could not be given back to the card",                                     \
      "give it back in another way, and write it down as cash")                                    \
    X(ORDER_PARTIAL, "order_partial", "{order}: not all of it is understood here",                 \
      "run this on a device with all of its events and the newest software")

enum difference_kind {
#define X(name, code, text, next) DIFFERENCE_##name,
    DIFFERENCES(X)
#undef X
        DIFFERENCE_KIND_COUNT
};

struct difference {
    enum difference_kind kind;
    bool has_order;
    struct entity_id order;
    char number[ORDER_NUMBER_TEXT_MAX];      /* "A42"; "" = none */
    char object[PROVIDER_ID_BYTES_MAX + 1];  /* the provider's id; "" = the order itself */
    char payment[PROVIDER_ID_BYTES_MAX + 1]; /* whose refund or dispute it is; "" as above */
    int64_t provider_minor, ledger_minor;
    const char *there, *here; /* states in words, static; "" = none */
};

/* How amounts are written. */
struct money_style {
    char currency[CURRENCY_BYTES_MAX + 1]; /* "EUR" */
    unsigned digits;
};

const char *difference_code(enum difference_kind kind);
const char *difference_next(enum difference_kind kind);

/* The sentence, appended to @to. */
void difference_print(const struct difference *difference, const struct money_style *style,
                      struct text *to);

/* "10.90 EUR", appended. */
void money_style_print(const struct money_style *style, int64_t minor, struct text *to);

#endif
