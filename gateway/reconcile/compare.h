/* compare.h - orders, the ledger and the provider side by side: what does not match.
 *
 * Layer: gateway (pure: lists in, differences out; no clock, no socket, no store). The provider's
 * list is complete from @since_s on, by its own clock; what is older may be missing from it, and is
 * then no difference. The ledger's is complete. So:
 *
 *   of the provider alone   a payment that no order has, a refund that the ledger does not know
 *   of the ledger alone     what the provider should have listed and does not have
 *   of both, not alike      state, amount, currency, whose it is
 *   an order by itself      it is over and money is still held, due or wished back
 */
#ifndef TRESTLE_GATEWAY_RECONCILE_COMPARE_H
#define TRESTLE_GATEWAY_RECONCILE_COMPARE_H

#include "gateway/reconcile/difference.h"
#include "gateway/stripe/reply.h"
#include "sync/domain/order.h"

/* A payment, a refund or a dispute, as one side has it. */
struct money_item {
    enum stripe_fact_kind kind;
    char id[PROVIDER_ID_BYTES_MAX + 1];
    char intent[PROVIDER_ID_BYTES_MAX + 1]; /* a refund's, a dispute's; a payment's own id */
    int state;                              /* enum intent_state, refund_status, dispute_status */
    int64_t amount_minor;
    int64_t held_minor, received_minor; /* a payment's */
    char currency[CURRENCY_BYTES_MAX + 1];
    bool has_wish;  /* a refund: somebody here asked for it */
    bool has_order; /* the provider's: its metadata names one; the ledger's: always */
    struct popup_id popup;
    struct entity_id order;
    int64_t since_s; /* the provider's: made then; the ledger's: no earlier than that */
};

/* What is looked at of an order that has anything to do with the provider. */
struct money_order {
    struct entity_id id;
    char number[ORDER_NUMBER_TEXT_MAX];
    uint64_t day;
    bool is_compared; /* compare_sides() found something of it to compare */
    bool is_over;     /* nothing will be sold, cooked or handed over any more */
    bool is_partial;  /* not all of it is understood here: nothing is said of its sums */
    int64_t held_minor, due_minor;
    int64_t owed_minor;   /* what it comes to, less what was paid otherwise or forgiven */
    int64_t tip_minor;    /* of that */
    int64_t open_minor;   /* of wishes for a refund: not given back yet */
    int64_t failed_minor; /* that could not be given back */
    int64_t form_minor;   /* that a page left open could still pay */
};

/* Sorted by compare_sides() as it needs them. */
struct compare_input {
    struct popup_id popup;
    int64_t since_s;
    bool is_shared; /* the account serves others, too: what names no pop-up is theirs */
    uint64_t day;   /* only orders of that day, and what is of no known order; 0 = all */
    size_t orders_count, ledger_count, provider_count;
    struct money_order *orders;
    struct money_item *ledger, *provider;
};

/* Of what was compared. */
struct compare_sums {
    int64_t taken_minor, given_back_minor, held_minor, disputed_minor;
};

struct compare_result {
    size_t count; /* of all differences; kept are: */
    struct difference kept[DIFFERENCES_MAX];
    struct difference beyond;           /* the last of the others */
    size_t payments, refunds, disputes; /* that the provider listed and are ours */
    size_t others;                      /* that it listed and are not */
    struct compare_sums ledger, provider;
    int64_t owed_minor; /* of the orders that these are of */
    int64_t tip_minor;  /* of that: no sales */
};

/* All sides against each other, for the day of @input (0 = all). Its lists are sorted and its
 * orders marked on the way. */
void compare_sides(const struct compare_input *input, struct compare_result *ret_result);

/* Whether the ledger has a payment that the provider should have listed and did not: it is to be
 * asked for by its id before compare_sides() says that it is not there. @provider and @ledger of
 * @input are sorted by it. NULL beyond the last of @index. */
const struct money_item *compare_unlisted(const struct compare_input *input, size_t index);

#endif
