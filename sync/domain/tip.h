/* tip.h - what a guest gives on top of an order: no revenue, and no tax is in it.
 *
 * Layer: sync/domain (pure).
 *
 *   tip.set  [int amount, uint most]
 *
 * Laws: a tip is worked out once, by the node that writes it, and never grows by itself. What is
 * left of it is at most its share of what is owed: as less is owed, a percentage shrinks with it,
 * an amount stays until it would be more than the order, and of an order that came to nothing
 * nothing is tipped (tests/unit/test_tip.c, docs/adr/0039-tips.md).
 */
#ifndef TRESTLE_SYNC_DOMAIN_TIP_H
#define TRESTLE_SYNC_DOMAIN_TIP_H

#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum {
    TIP_BP_MAX = 10000, /* the whole of what is owed */
    TIP_SHARES_MAX = 6,
    TIP_SHARES_BYTES_MAX = 32,
};

struct tip {
    int64_t amount_minor; /* 0..MONEY_MAX; 0 = none */
    uint32_t most_bp;     /* 1..TIP_BP_MAX: of what is owed, no more is taken than this share */
};

void tip_encode(const struct tip *tip, struct writer *writer);
/* As the decoders of order_events.h. */
MUST_CHECK int tip_decode(struct bytes body, struct tip *ret_tip);

/* The tip that a person wants on top of @owed_minor: @amount_minor, or @bp of what is owed, half
 * up, never both. ERR_MALFORMED; ERR_TOO_LARGE: more than what is owed. */
MUST_CHECK int tip_of(int64_t amount_minor, uint32_t bp, int64_t owed_minor, struct tip *ret_tip);

/* What is left of @tip when @owed_minor is owed; 0 when nothing is. */
int64_t tip_in_effect(const struct tip *tip, int64_t owed_minor);

/* Whether @text lists shares that customers may choose from: whole percentages from 1 to 100, at
 * most TIP_SHARES_MAX of them, each larger than the one before and after one space ("5 10 15").
 * None at all is sound: customers are not asked. */
bool tip_shares_are_sound(struct bytes text);

#endif
