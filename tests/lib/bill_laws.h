/* bill_laws.h - what must hold of every bill, for the property tests and the fuzzer alike.
 *
 * A law answers NULL, or the sentence that was broken. Each takes any input whatever; input that
 * bill.h refuses breaks no law.
 */
#ifndef TESTS_LIB_BILL_LAWS_H
#define TESTS_LIB_BILL_LAWS_H

#include <string.h>

#include "sync/domain/bill.h"
#include "tests/lib/money_laws.h"

static inline void amounts_sum(struct bill_amounts *sum, const struct bill_amounts *one)
{
    sum->total_minor += one->total_minor;
    sum->discount_minor += one->discount_minor;
    sum->net_minor += one->net_minor;
    sum->tax_minor += one->tax_minor;
    sum->payable_minor += one->payable_minor;
}

static inline bool amounts_equal(const struct bill_amounts *a, const struct bill_amounts *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* five int64_t, no padding */
}

/* Of a line and of every sum. */
static inline const char *law_amounts(enum bill_mode mode, const struct bill_amounts *a)
{
    int64_t reduced = a->total_minor - a->discount_minor;
    if (a->payable_minor != a->net_minor + a->tax_minor) {
        return "payable is net and tax";
    }
    if (reduced != (mode == BILL_INCLUSIVE ? a->payable_minor : a->net_minor)) {
        return "the discount is all that lies between the total and what is charged";
    }
    return NULL;
}

static inline const char *law_line(enum bill_mode mode, const struct bill_line *line,
                                   const struct bill_amounts *a)
{
    int64_t taxed = a->total_minor - a->discount_minor;
    int64_t base = mode == BILL_INCLUSIVE ? 10000 + (int64_t)line->tax_bp : 10000;
    if (a->total_minor != line->unit_price_minor * (int64_t)line->quantity) {
        return "a line's total is quantity times price";
    }
    if (a->discount_minor < 0 || a->discount_minor > line->discount_minor) {
        return "a discount is applied as given or cut";
    }
    if (a->discount_minor != line->discount_minor && taxed > 0) {
        return "a discount is cut only where its line ends";
    }
    if (a->discount_minor > 0 && taxed < 0) {
        return "a discount never exceeds its line";
    }
    const char *broken = law_half_up(taxed, line->tax_bp, base, a->tax_minor);
    return broken ? broken : law_amounts(mode, a);
}

/* The amounts of a line over its units. */
static inline const char *law_units(const struct bill_amounts *line, uint32_t quantity)
{
    const int64_t first = money_part(line->payable_minor, quantity, 0);
    const int64_t first_tax = money_part(line->tax_minor, quantity, 0);
    int64_t payable_sum = 0, tax_sum = 0, before = first;
    for (uint32_t i = 0; i < quantity; i++) {
        const int64_t payable = money_part(line->payable_minor, quantity, i);
        const int64_t tax = money_part(line->tax_minor, quantity, i);
        payable_sum += payable;
        tax_sum += tax;
        if (size_of(tax) > size_of(payable)) {
            return "no unit has more tax than price";
        }
        if (size_of(payable) > size_of(before)) {
            return "the first units carry the odd minor units";
        }
        if (size_of(first) - size_of(payable) > 1 || size_of(first_tax) - size_of(tax) > 1) {
            return "units differ by one at most";
        }
        before = payable;
    }
    return payable_sum == line->payable_minor && tax_sum == line->tax_minor
               ? NULL
               : "units add up to their line";
}

static inline const char *law_rate(enum bill_mode mode, const struct bill_line *lines,
                                   const struct bill *bill, size_t rate)
{
    struct bill_amounts sum = {0};
    size_t found = 0;
    for (size_t i = 0; i < bill->line_count; i++) {
        if (lines[i].tax_bp == bill->rates[rate].tax_bp) {
            amounts_sum(&sum, &bill->lines[i]);
            found++;
        }
    }
    if (found == 0 || (rate > 0 && bill->rates[rate].tax_bp <= bill->rates[rate - 1].tax_bp)) {
        return "rates are those of the lines, lowest first";
    }
    if (!amounts_equal(&sum, &bill->rates[rate].sum)) {
        return "a rate is the sum of its lines";
    }
    return law_amounts(mode, &sum);
}

static inline const char *law_sums(enum bill_mode mode, const struct bill_line *lines,
                                   const struct bill *bill)
{
    struct bill_amounts of_lines = {0};
    struct bill_amounts of_rates = {0};
    for (size_t i = 0; i < bill->line_count; i++) {
        amounts_sum(&of_lines, &bill->lines[i]);
    }
    for (size_t i = 0; i < bill->rate_count; i++) {
        const char *broken = law_rate(mode, lines, bill, i);
        if (broken) {
            return broken;
        }
        amounts_sum(&of_rates, &bill->rates[i].sum);
    }
    if (!amounts_equal(&of_lines, &bill->sum) || !amounts_equal(&of_rates, &bill->sum)) {
        return "the bill is the sum of its lines, and of its rates";
    }
    return NULL;
}

/* bill_compute(), and money_part() of its lines. */
static inline const char *law_bill(enum bill_mode mode, const struct bill_line *lines, size_t count)
{
    struct bill bill;
    if (bill_compute(mode, lines, count, &bill)) {
        return NULL;
    }
    if (bill.line_count != count) {
        return "a bill has all its lines";
    }
    for (size_t i = 0; i < count; i++) {
        const char *broken = law_line(mode, &lines[i], &bill.lines[i]);
        broken = broken ? broken : law_units(&bill.lines[i], lines[i].quantity);
        if (broken) {
            return broken;
        }
    }
    return law_sums(mode, lines, &bill);
}

/* What a discount can still be taken from. */
static inline int64_t discount_room(const struct bill_line *line)
{
    int64_t left = line->unit_price_minor * (int64_t)line->quantity - line->discount_minor;
    return line->takes_share && left > 0 ? left : 0;
}

static inline const char *law_discount_amount(struct bill_discount discount, int64_t rooms,
                                              int64_t given)
{
    if (discount.kind == BILL_DISCOUNT_PERCENT) {
        return law_half_up(rooms, discount.value, 10000, given);
    }
    return given == (discount.value < rooms ? discount.value : rooms)
               ? NULL
               : "a fixed discount is given up to the sum";
}

/* bill_discount_shares(). On success the shares are added to the discounts of @lines. */
static inline const char *law_discount(struct bill_line *lines, size_t count,
                                       struct bill_discount discount)
{
    int64_t rooms[ORDER_LINES_MAX];
    int64_t shares[ORDER_LINES_MAX];
    int64_t rooms_sum = 0;
    int64_t given = 0;
    if (bill_discount_shares(lines, count, discount, shares)) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        rooms[i] = discount_room(&lines[i]);
        rooms_sum += rooms[i];
        given += shares[i];
        if (shares[i] < 0 || shares[i] > rooms[i]) {
            return "a share is never more than its line";
        }
        lines[i].discount_minor += shares[i];
    }
    const char *broken = law_discount_amount(discount, rooms_sum, given);
    return broken ? broken : law_split(given, rooms, count, shares);
}

/* bill_share_scaled(), from @then to @now units; @then above zero. */
static inline const char *law_scaled(int64_t share, uint32_t then, uint32_t now)
{
    int64_t scaled;
    int64_t by_units = 0;
    if (bill_share_scaled(share, then, now, &scaled)) {
        return NULL;
    }
    for (uint32_t i = 0; i < now; i++) {
        by_units += money_part(share, then, i % then);
    }
    if (scaled != by_units) {
        return "every unit keeps its share, further units repeat it";
    }
    if (now == then && scaled != share) {
        return "an unchanged quantity keeps the share";
    }
    return now >= then || scaled <= share ? NULL : "fewer units, no larger share";
}

#endif
