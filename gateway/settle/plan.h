/* plan.h - what the provider should be asked to do for one order now: money follows the food.
 *
 * Layer: gateway (pure: no clock, no socket, no store). The plan is a function of the order's fold
 * and of how long it has waited, made anew after every change and at start, never in reaction to
 * one event. So a gateway that was killed, one that takes over, and two at once plan the same, and
 * as keys derive from what is planned (attempt.h), the provider does it once.
 *
 * An intent is a payment at the provider. Held, its amount is promised by the customer's bank.
 *
 *   intent    order                                         plan
 *   open      over, expired, or paid otherwise              cancel: a page left open could pay it
 *   open      owes another amount                           cancel: the page asks for a new one
 *   held      over, expired, or paid otherwise              cancel: the hold is released
 *   held      a line waits for the kitchen                  wait; in time the order lapses
 *   none      a customer's, and nobody pays                 in time it lapses
 *   held      every line is accepted, refused or voided     capture what is owed, once
 *   captured  a wish for a refund is open                   refund, unless disputed
 *   captured  more was taken than is owed                   wish it back, because of what changed;
 *                                                           never more than is due is given back so
 *
 * docs/adr/0021-the-gateway-plans.md has the reasons.
 */
#ifndef TRESTLE_GATEWAY_SETTLE_PLAN_H
#define TRESTLE_GATEWAY_SETTLE_PLAN_H

#include "sync/domain/order.h"

/* X(name, number, text). Numbers are on disk, texts are in the provider's idempotency keys. */
#define PROVIDER_CALLS(X)                                                                          \
    X(CALL_CREATE, 0, "create") /* an intent; a customer asks for it, no plan does */              \
    X(CALL_CAPTURE, 1, "capture")                                                                  \
    X(CALL_CANCEL, 2, "cancel")                                                                    \
    X(CALL_REFUND, 3, "refund")

enum provider_call_kind {
#define X(name, number, text) name = (number),
    PROVIDER_CALLS(X)
#undef X
        PROVIDER_CALL_COUNT
};
const char *provider_call_text(enum provider_call_kind kind);

/* Ids are borrowed from the order. */
struct provider_call {
    enum provider_call_kind kind;
    struct bytes intent;  /* empty: CALL_CREATE */
    struct bytes wish;    /* CALL_REFUND: WISH_ID_BYTES; CALL_CREATE: the hash of the draft */
    int64_t amount_minor; /* 0: CALL_CANCEL */
};

enum {
    PLAN_CALLS_MAX = ORDER_INTENTS_MAX * (1 + ORDER_WISHES_MAX) /* a wish may be over all intents */
};

/* What a person is told of an order's money; the rest is in its flags. */
enum plan_notice {
    PLAN_DISPUTED = 1 << 0,  /* a refund waits for the end of a dispute */
    PLAN_TOO_SMALL = 1 << 1, /* less is owed than the provider takes: collect it, the hold goes */
};

struct plan_terms {
    int64_t smallest_minor; /* of a capture, by the provider */
    uint64_t decide_ms;     /* the kitchen's time to decide; 0 = for ever */
    uint64_t draft_ms;      /* a draft's time to be paid by card; 0 = for ever */
    uint64_t unpaid_ms;     /* a customer's draft's, until it ends; 0 = for ever */
};

/* How long it has been so, by a clock that only grows. */
struct plan_waits {
    uint64_t undecided_ms; /* held, and a line waits for the kitchen */
    uint64_t draft_ms;     /* a draft, and it could be paid, or a part of it is held */
    uint64_t unpaid_ms;    /* a customer's draft, of which nobody paid anything */
};

struct plan {
    uint32_t calls_count;
    struct provider_call calls[PLAN_CALLS_MAX];
    bool is_lapse_due; /* write that nobody answered, or paid, in time */
    bool is_wish_due;  /* write an automatic wish: its amount and cause are the order's */
    uint64_t again_ms; /* plan anew after this even if nothing changes; UINT64_MAX = no need */
    uint32_t notices;  /* enum plan_notice */
};

/* What it asks for as @call; of a refund, whatever the amount. NULL: nothing. */
const struct provider_call *plan_find(const struct plan *plan, const struct provider_call *call);

enum { PROVIDER_CALL_BYTES_MAX = PROVIDER_ID_BYTES_MAX + HASH_BYTES /* what it borrows */ };

/* What @call borrowed is in @bytes from now on. */
void provider_call_keep(struct provider_call *call, uint8_t bytes[PROVIDER_CALL_BYTES_MAX]);

/* Whether both are one request under one key. */
bool provider_call_is(const struct provider_call *a, const struct provider_call *b);

void plan_make(const struct order *order, const struct plan_terms *terms,
               const struct plan_waits *waits, struct plan *ret_plan);

/* Whether the kitchen has yet to decide about it. */
bool plan_line_is_undecided(const struct order_line *line);

/* Whether the kitchen has yet to decide about a line of it. */
bool plan_is_undecided(const struct order *order);

/* Whether it is a customer's who has yet to pay: it will end by itself. */
bool plan_is_unpaid(const struct order *order);

/* Whether somebody can pay it: nobody did yet, and the provider did not end it. */
bool plan_intent_is_payable(const struct ledger_intent *intent);

/* Whether the order has such an intent. */
bool plan_is_payable(const struct order *order);

#endif
