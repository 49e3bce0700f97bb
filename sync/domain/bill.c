#include "sync/domain/bill.h"

#include "sync/base/check.h"
#include "sync/base/money.h"

enum { BP_ONE = 10000 }; /* basis points in 100 % */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* --- one line --- */

static int line_check(const struct bill_line *line)
{
    if (line->quantity > ORDER_QUANTITY_MAX) {
        return ERR_TOO_MANY;
    }
    if (line->tax_bp > BILL_RATE_BP_MAX || line->discount_minor < 0) {
        return ERR_MALFORMED;
    }
    return 0;
}

/* Total and discount: what they are does not depend on the mode. */
static int line_price(const struct bill_line *line, struct bill_amounts *ret_amounts)
{
    int64_t total;
    int err = line_check(line);
    if (!err) {
        err = money_mul(line->unit_price_minor, line->quantity, &total);
    }
    if (err) {
        return err;
    }
    *ret_amounts = (struct bill_amounts){
        .total_minor = total,
        .discount_minor = smaller(line->discount_minor, total > 0 ? total : 0),
    };
    return 0;
}

static int inclusive_tax(struct bill_amounts *amounts, uint32_t tax_bp)
{
    amounts->payable_minor = amounts->total_minor - amounts->discount_minor;
    int err = money_mul_div_half_up(amounts->payable_minor, tax_bp, BP_ONE + (int64_t)tax_bp,
                                    &amounts->tax_minor);
    amounts->net_minor = amounts->payable_minor - amounts->tax_minor;
    return err;
}

static int exclusive_tax(struct bill_amounts *amounts, uint32_t tax_bp)
{
    amounts->net_minor = amounts->total_minor - amounts->discount_minor;
    /* At most all of an amount that is money itself. */
    check(money_mul_div_half_up(amounts->net_minor, tax_bp, BP_ONE, &amounts->tax_minor) == 0);
    return money_add(amounts->net_minor, amounts->tax_minor, &amounts->payable_minor);
}

static int line_compute(enum bill_mode mode, const struct bill_line *line,
                        struct bill_amounts *ret_amounts)
{
    int err = line_price(line, ret_amounts);
    if (err) {
        return err;
    }
    switch (mode) {
    case BILL_INCLUSIVE:
        return inclusive_tax(ret_amounts, line->tax_bp);
    case BILL_EXCLUSIVE:
        return exclusive_tax(ret_amounts, line->tax_bp);
    }
    return ERR_MALFORMED;
}

/* --- sums --- */

static int amounts_add(struct bill_amounts *sum, const struct bill_amounts *line)
{
    if (money_add(sum->total_minor, line->total_minor, &sum->total_minor) ||
        money_add(sum->discount_minor, line->discount_minor, &sum->discount_minor) ||
        money_add(sum->net_minor, line->net_minor, &sum->net_minor) ||
        money_add(sum->tax_minor, line->tax_minor, &sum->tax_minor) ||
        money_add(sum->payable_minor, line->payable_minor, &sum->payable_minor)) {
        return ERR_OVERFLOW;
    }
    return 0;
}

/* The bill's row for @tax_bp, made where it belongs when there is none. There is room: no more
 * rates than lines. */
static struct bill_rate *rate_of(struct bill *bill, uint32_t tax_bp)
{
    size_t at = 0;
    while (at < bill->rate_count && bill->rates[at].tax_bp < tax_bp) {
        at++;
    }
    if (at < bill->rate_count && bill->rates[at].tax_bp == tax_bp) {
        return &bill->rates[at];
    }
    for (size_t i = bill->rate_count++; i > at; i--) {
        bill->rates[i] = bill->rates[i - 1];
    }
    bill->rates[at] = (struct bill_rate){.tax_bp = tax_bp};
    return &bill->rates[at];
}

static int bill_append(struct bill *bill, enum bill_mode mode, const struct bill_line *line)
{
    struct bill_amounts *amounts = &bill->lines[bill->line_count];
    int err = line_compute(mode, line, amounts);
    if (err) {
        return err;
    }
    bill->line_count++;
    err = amounts_add(&rate_of(bill, line->tax_bp)->sum, amounts);
    return err ? err : amounts_add(&bill->sum, amounts);
}

int bill_compute(enum bill_mode mode, const struct bill_line *lines, size_t count,
                 struct bill *ret_bill)
{
    struct bill bill = {0};
    if (count > ORDER_LINES_MAX) {
        return ERR_TOO_MANY;
    }
    if (mode != BILL_INCLUSIVE && mode != BILL_EXCLUSIVE) {
        return ERR_MALFORMED; /* also of an empty bill */
    }
    for (size_t i = 0; i < count; i++) {
        int err = bill_append(&bill, mode, &lines[i]);
        if (err) {
            return err;
        }
    }
    *ret_bill = bill;
    return 0;
}

/* --- discounts --- */

/* What is left of a line to take a discount from; 0 for a line that takes no share. */
static int discount_weight(const struct bill_line *line, int64_t *ret_weight)
{
    struct bill_amounts amounts;
    int err = line_price(line, &amounts);
    if (err) {
        return err;
    }
    int64_t left = amounts.total_minor - amounts.discount_minor;
    *ret_weight = line->takes_share && left > 0 ? left : 0;
    return 0;
}

static int discount_weights(const struct bill_line *lines, size_t count, int64_t *ret_weights,
                            int64_t *ret_sum)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        int err = discount_weight(&lines[i], &ret_weights[i]);
        if (!err) {
            err = money_add(sum, ret_weights[i], &sum);
        }
        if (err) {
            return err;
        }
    }
    *ret_sum = sum;
    return 0;
}

/* At most @sum, which keeps every share within its line. */
static int discount_amount(struct bill_discount discount, int64_t sum, int64_t *ret_amount)
{
    if (discount.value < 0) {
        return ERR_MALFORMED;
    }
    switch (discount.kind) {
    case BILL_DISCOUNT_PERCENT:
        if (discount.value > BILL_RATE_BP_MAX) {
            return ERR_MALFORMED;
        }
        return money_mul_div_half_up(sum, discount.value, BP_ONE, ret_amount);
    case BILL_DISCOUNT_FIXED:
        *ret_amount = smaller(discount.value, sum);
        return 0;
    }
    return ERR_MALFORMED;
}

int bill_discount_shares(const struct bill_line *lines, size_t count, struct bill_discount discount,
                         int64_t *ret_shares)
{
    int64_t weights[ORDER_LINES_MAX];
    int64_t sum;
    int64_t amount;
    if (count > ORDER_LINES_MAX) {
        return ERR_TOO_MANY;
    }
    int err = discount_weights(lines, count, weights, &sum);
    if (!err) {
        err = discount_amount(discount, sum, &amount);
    }
    return err ? err : money_split(amount, weights, count, ret_shares);
}

int bill_share_scaled(int64_t share_minor, uint32_t quantity_then, uint32_t quantity_now,
                      int64_t *ret_share_minor)
{
    if (quantity_then > ORDER_QUANTITY_MAX || quantity_now > ORDER_QUANTITY_MAX) {
        return ERR_TOO_MANY;
    }
    if (share_minor < 0 || (share_minor > 0 && quantity_then == 0)) {
        return ERR_MALFORMED;
    }
    uint32_t then = quantity_then > 0 ? quantity_then : 1;
    int64_t repeated;
    int err = money_mul(share_minor, quantity_now / then, &repeated);
    return err ? err
               : money_add(repeated, money_first_parts(share_minor, then, quantity_now % then),
                           ret_share_minor);
}

/* --- cash --- */

int bill_cash_rounding(int64_t amount_minor, int64_t step_minor, int64_t *ret_rounding_minor)
{
    int64_t steps;
    int64_t rounded;
    int err = money_mul_div_half_up(amount_minor, 1, step_minor, &steps);
    if (!err) {
        err = money_mul(steps, step_minor, &rounded);
    }
    return err ? err : money_sub(rounded, amount_minor, ret_rounding_minor);
}

int bill_change(int64_t due_minor, int64_t tendered_minor, int64_t *ret_change_minor)
{
    return money_sub(tendered_minor, due_minor, ret_change_minor);
}
