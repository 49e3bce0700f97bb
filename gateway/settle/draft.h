/* draft.h - what a customer is about to pay: the amount, and a hash of exactly these lines.
 *
 * Layer: gateway (pure). The hash follows from replicated facts alone, so that two gateways ask the
 * provider for one intent. It also counts the intents that the order has already: when one of them
 * was cancelled, the same lines are another draft, and not the cancelled one again.
 *
 *   BLAKE2b-256("trestle/draft/1" || order || be64 amount || be32 intents || currency, 8 bytes ||
 *               for each active line: be32 id || be32 quantity || be32 revision || be64 payable)
 */
#ifndef TRESTLE_GATEWAY_SETTLE_DRAFT_H
#define TRESTLE_GATEWAY_SETTLE_DRAFT_H

#include "sync/domain/order.h"

enum { DRAFT_BRIEF_BYTES_MAX = 480 /* the provider keeps 500 characters */ };

struct draft {
    int64_t amount_minor;
    uint8_t hash[HASH_BYTES];
    size_t brief_size;
    char brief[DRAFT_BRIEF_BYTES_MAX]; /* "2x Pho; 1x Tea": found at the provider when all else of
                                          the order is lost */
};

/* @currency: lower case, at most CURRENCY_BYTES_MAX. ERR_STATE: there is nothing to pay, or not all
 * of the order is understood here. */
MUST_CHECK int draft_make(const struct order *order, struct bytes currency,
                          struct draft *ret_draft);

/* The open intent that asks for just that; NULL = none. */
const struct ledger_intent *draft_intent(const struct order *order, const struct draft *draft);

/* The least that the provider captures in @currency, in minor units; 0 = not known. */
int64_t draft_smallest(struct bytes currency);

#endif
