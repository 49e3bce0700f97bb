/* bill.h - what an order costs: discounts, tax, cash.
 *
 * Layer: sync/domain (pure). Memory: the caller's; nothing here allocates. Units: minor units and
 * basis points. Laws:  for a line and for every sum, payable == net + tax, and total - discount is
 * the payable (inclusive) or the net (exclusive); sums and rates are sums of lines, never rounded
 * again; the units of a line (money_part()) add up to the line; a discount never exceeds its line
 * (tests/lib/bill_laws.h, held by tests/unit/test_bill.c and tests/fuzz/fuzz_bill.c). The rules and
 * their reasons: docs/arithmetic.md. Caps:  ORDER_LINES_MAX lines, ORDER_QUANTITY_MAX units in a
 * line, BILL_RATE_BP_MAX.
 *
 * Not here: tips (their own entry, never taxed by a bill), payments, refunds, and which lines of an
 * order count.
 */
#ifndef TRESTLE_SYNC_DOMAIN_BILL_H
#define TRESTLE_SYNC_DOMAIN_BILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/base/err.h"
#include "sync/base/limits.h"

enum { BILL_RATE_BP_MAX = 10000 }; /* 100 %: of tax, and of discount */

/* Whether the pop-up's prices contain their tax. */
enum bill_mode {
    BILL_INCLUSIVE = 0,
    BILL_EXCLUSIVE = 1,
};

/* One line of an order as the bill needs it. */
struct bill_line {
    uint32_t quantity; /* 0..ORDER_QUANTITY_MAX */
    uint32_t tax_bp; /* of the item in the order's mode, eat in or take away; 0..BILL_RATE_BP_MAX */
    int64_t unit_price_minor; /* options included; negative where a deposit comes back */
    int64_t discount_minor;   /* this line's shares of all discounts, added up; never negative */
    bool takes_share;         /* of a discount; false for deposits */
};

/* The amounts of a line, of a rate, of a whole bill. */
struct bill_amounts {
    int64_t total_minor;    /* quantity x unit price, before the discount; as priced, so without tax
                               when exclusive */
    int64_t discount_minor; /* as applied: never more than the line */
    int64_t net_minor;      /* without tax */
    int64_t tax_minor;
    int64_t payable_minor; /* with tax: what the customer owes */
};

struct bill_rate {
    uint32_t tax_bp;
    struct bill_amounts sum; /* of the lines with this rate */
};

struct bill {
    size_t line_count;
    size_t rate_count;
    struct bill_amounts lines[ORDER_LINES_MAX]; /* as given */
    struct bill_rate
        rates[ORDER_LINES_MAX]; /* by rate, lowest first; a rate that no line has is absent */
    struct bill_amounts sum;
};

/* Compute the bill of @count @lines. Tax is rounded half up once per line, half away from zero
 * where a line is negative. A discount share that exceeds its line counts only as far as the line
 * goes: two tills may each give 60 % while they cannot hear each other, and nobody is paid for
 * eating.
 *
 * Returns 0, or:
 *   ERR_TOO_MANY    more than ORDER_LINES_MAX lines or ORDER_QUANTITY_MAX units in one
 *   ERR_MALFORMED   a negative discount, a tax rate above BILL_RATE_BP_MAX, an unknown mode
 *   ERR_OVERFLOW    an amount leaves MONEY_MAX
 */
MUST_CHECK int bill_compute(enum bill_mode mode, const struct bill_line *lines, size_t count,
                            struct bill *ret_bill);

enum bill_discount_kind {
    BILL_DISCOUNT_PERCENT = 0,
    BILL_DISCOUNT_FIXED = 1,
};

struct bill_discount {
    enum bill_discount_kind kind;
    int64_t value; /* basis points, 0..BILL_RATE_BP_MAX; or minor units, at least 0 */
};

/* Divide a discount over @lines, once, by the node that makes the discount event; the event carries
 * the shares and nobody computes them again.
 *
 * A line weighs what is left of it: quantity x unit price less its earlier discount_minor, so a
 * second discount is worked out on the reduced prices. Lines that take no share and lines with
 * nothing left get 0. A percentage is taken half up from the sum of the weights; a fixed amount is
 * cut to that sum, so the shares may add up to less than asked. Largest remainder, ties by line
 * order. @ret_shares has room for @count.
 *
 * Returns 0, or as bill_compute(); ERR_MALFORMED also for a value outside its range.
 */
MUST_CHECK int bill_discount_shares(const struct bill_line *lines, size_t count,
                                    struct bill_discount discount, int64_t *ret_shares);

/* What is left of the @share that a discount event gave to a line of @quantity_then, now that the
 * line has
 * @quantity_now units. Every unit keeps the share it got in the event's split; units beyond those
 * repeat it from the first. Depends on the event and the present quantity alone, not on the changes
 * between.
 *
 * Returns 0, or:
 *   ERR_TOO_MANY    a quantity above ORDER_QUANTITY_MAX
 *   ERR_MALFORMED   a negative share, or a share of a line without units
 *   ERR_OVERFLOW    an amount leaves MONEY_MAX
 */
MUST_CHECK int bill_share_scaled(int64_t share_minor, uint32_t quantity_then, uint32_t quantity_now,
                                 int64_t *ret_share_minor);

/* The entry that rounds @amount_minor for cash to a multiple of @step_minor (5 Rappen; 1 changes
 * nothing), half away from zero: amount + entry is what changes hands. Between minus and plus half
 * a step. 0, ERR_MALFORMED (step below 1), ERR_OVERFLOW. */
MUST_CHECK int bill_cash_rounding(int64_t amount_minor, int64_t step_minor,
                                  int64_t *ret_rounding_minor);

/* What to give back when @due_minor (rounding included) is paid with @tendered_minor; negative: so
 * much is missing. 0 or ERR_OVERFLOW. */
MUST_CHECK int bill_change(int64_t due_minor, int64_t tendered_minor, int64_t *ret_change_minor);

#endif
