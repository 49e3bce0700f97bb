/* money_laws.h - what must hold of any result of money.h, worked out in another way than the code
 * under test.
 *
 * A law answers NULL, or the sentence that was broken; callers print it with their seed. Products
 * are compared in 128 bits made of 32-bit limbs, so the laws divide nothing and need no compiler
 * extension.
 */
#ifndef TESTS_LIB_MONEY_LAWS_H
#define TESTS_LIB_MONEY_LAWS_H

#include <stddef.h>
#include <stdint.h>

#include "sync/base/limits.h"
#include "sync/base/money.h"

struct wide {
    uint64_t high;
    uint64_t low;
};

static inline struct wide wide_mul(uint64_t a, uint64_t b)
{
    uint64_t a_low = a & UINT32_MAX;
    uint64_t b_low = b & UINT32_MAX;
    uint64_t low = a_low * b_low;
    uint64_t middle = (a >> 32) * b_low + (low >> 32);
    uint64_t cross = a_low * (b >> 32) + (middle & UINT32_MAX);
    return (struct wide){.high = (a >> 32) * (b >> 32) + (middle >> 32) + (cross >> 32),
                         .low = cross << 32 | (low & UINT32_MAX)};
}

/* a x b < c x d */
static inline bool product_is_less(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    struct wide left = wide_mul(a, b);
    struct wide right = wide_mul(c, d);
    return left.high != right.high ? left.high < right.high : left.low < right.low;
}

static inline uint64_t size_of(int64_t amount)
{
    return amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
}

/* @result is @amount x @numerator / @denominator, half away from zero: for the magnitudes
 * (2 result - 1) x denominator <= 2 amount x numerator < (2 result + 1) x denominator. */
static inline const char *law_half_up(int64_t amount, int64_t numerator, int64_t denominator,
                                      int64_t result)
{
    uint64_t twice = 2 * size_of(amount);
    uint64_t rounded = 2 * size_of(result);
    if (result != 0 && (result < 0) != (amount < 0)) {
        return "a quotient has the sign of its amount";
    }
    if (rounded > 0 &&
        product_is_less(twice, (uint64_t)numerator, rounded - 1, (uint64_t)denominator)) {
        return "a quotient is rounded up only from a half";
    }
    if (!product_is_less(twice, (uint64_t)numerator, rounded + 1, (uint64_t)denominator)) {
        return "a half is rounded up";
    }
    return NULL;
}

static inline const char *law_share(int64_t total, int64_t weight, uint64_t weights, int64_t share)
{
    uint64_t size = size_of(share);
    if (share != 0 && (share < 0) != (total < 0)) {
        return "a share has the sign of the total";
    }
    if (weight == 0 && share != 0) {
        return "no weight, no share";
    }
    if (size > 0 && !product_is_less(size - 1, weights, size_of(total), (uint64_t)weight)) {
        return "a share is less than one above proportional";
    }
    if (weights > 0 && !product_is_less(size_of(total), (uint64_t)weight, size + 1, weights)) {
        return "a share is less than one below proportional";
    }
    return NULL;
}

static inline const char *law_share_order(const int64_t *weights, const int64_t *shares, size_t i,
                                          size_t j)
{
    if (weights[i] > weights[j] && size_of(shares[i]) < size_of(shares[j])) {
        return "who weighs more gets no less";
    }
    if (weights[i] == weights[j] && i < j && size_of(shares[i]) < size_of(shares[j])) {
        return "of equals the first is served first";
    }
    return NULL;
}

/* All that money_split() promises of @shares. */
static inline const char *law_split(int64_t total, const int64_t *weights, size_t count,
                                    const int64_t *shares)
{
    uint64_t weights_sum = 0;
    int64_t shares_sum = 0;
    for (size_t i = 0; i < count; i++) {
        weights_sum += (uint64_t)weights[i];
        shares_sum += shares[i];
    }
    const char *broken = shares_sum == total ? NULL : "shares add up to the total";
    for (size_t i = 0; i < count && !broken; i++) {
        broken = law_share(total, weights[i], weights_sum, shares[i]);
        for (size_t j = 0; j < count && !broken; j++) {
            broken = law_share_order(weights, shares, i, j);
        }
    }
    return broken;
}

#endif
