/* deduction.h - what somebody took off an order after it was sold: voids, cancels, discounts,
 * refunds, each with whose word it was.
 *
 * Layer: sync/domain (pure). Laws (tests/unit/test_deduction.c): of an order the voids come to its
 * void lines, the discounts to owed_discount_minor, the refunds to refunded_minor; a cancel is what
 * the lines of a cancelled order would have come to.
 */
#ifndef TRESTLE_SYNC_DOMAIN_DEDUCTION_H
#define TRESTLE_SYNC_DOMAIN_DEDUCTION_H

#include "sync/domain/order.h"

/* X(name, number, text) */
#define DEDUCTION_KINDS(X)                                                                         \
    X(DEDUCTION_VOID, 0, "void")         /* a line: quantity x price, before discounts */          \
    X(DEDUCTION_CANCEL, 1, "cancel")     /* the whole order */                                     \
    X(DEDUCTION_DISCOUNT, 2, "discount") /* as far as the order owes that much less */             \
    X(DEDUCTION_REFUND, 3, "refund")     /* by hand, or the provider's */

enum deduction_kind {
#define X(name, number, text) name = (number),
    DEDUCTION_KINDS(X)
#undef X
        DEDUCTION_KIND_COUNT
};

/* X(name, number, text) */
#define DEDUCTION_SOURCES(X)                                                                       \
    X(DEDUCTION_BY_PERSON, 0, "person")     /* who was signed in */                                \
    X(DEDUCTION_BY_NOBODY, 1, "nobody")     /* at a screen, or a guest's; nobody was signed in */  \
    X(DEDUCTION_BY_RULE, 2, "rule")         /* refunded by itself, as the kitchen refused it */    \
    X(DEDUCTION_BY_PROVIDER, 3, "provider") /* refunded there: nobody here asked for it */

enum deduction_source {
#define X(name, number, text) name = (number),
    DEDUCTION_SOURCES(X)
#undef X
        DEDUCTION_SOURCE_COUNT
};

enum {
    DEDUCTIONS_MAX =
        ORDER_LINES_MAX + 1 + ORDER_DISCOUNTS_MAX + ORDER_PAYMENTS_MAX + ORDER_PROVIDER_REFUNDS_MAX
};

struct deduction {
    enum deduction_kind kind;
    enum deduction_source source;
    struct hand hand;    /* of a rule and of the provider: empty */
    uint32_t line;       /* of a void: its id; else 0 */
    uint32_t units;      /* of a void: how many; of a cancel 1: the order; else 0 */
    int64_t minor;       /* >= 0, but of a void deposit that would have come back */
    struct bytes method; /* of a refund */
};

/* Borrows from what @order borrows from. Gives how many. */
uint32_t deductions_of(const struct order *order, struct deduction ret_deductions[DEDUCTIONS_MAX]);

const char *deduction_kind_text(enum deduction_kind kind);
const char *deduction_source_text(enum deduction_source source);

#endif
