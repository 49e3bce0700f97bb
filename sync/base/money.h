/* money.h - checked arithmetic on amounts of money.
 *
 * Layer: sync/base (pure). No floats, no allocation, no state.
 * Units: minor units of the pop-up's one currency (cents, Rappen) in an int64_t, at most MONEY_MAX
 * from zero. Laws:  every result lies within MONEY_MAX; the parts of a split add up to the whole,
 * exactly; f(-x) == -f(x), so a refund mirrors its sale (tests/unit/test_money.c). The reasons are
 * in docs/arithmetic.md.
 *
 * A bad argument is answered with an error and never with check(): these run inside folds over
 * replicated events, and one hostile event must not stop every kitchen that folds it.
 */
#ifndef TRESTLE_SYNC_BASE_MONEY_H
#define TRESTLE_SYNC_BASE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/base/err.h"

enum { MONEY_SPLIT_MAX = 64 }; /* parts in one split: the lines of the largest order */

/* The sum, the difference; 0 or ERR_OVERFLOW when an argument or the result is not valid money. */
MUST_CHECK int money_add(int64_t a, int64_t b, int64_t *ret_sum);
MUST_CHECK int money_sub(int64_t a, int64_t b, int64_t *ret_difference);

/* @amount times @count, which may be negative; 0 or ERR_OVERFLOW. */
MUST_CHECK int money_mul(int64_t amount, int64_t count, int64_t *ret_product);

/* @amount x @numerator / @denominator, rounded half up, which for a negative amount means half away
 * from zero: 2.5 becomes 3 and -2.5 becomes -3. The product may need up to 126 bits; it is never
 * cut.
 *
 * Returns 0, or:
 *   ERR_MALFORMED   @numerator < 0 or @denominator < 1
 *   ERR_OVERFLOW    @amount or the result is not valid money
 */
MUST_CHECK int money_mul_div_half_up(int64_t amount, int64_t numerator, int64_t denominator,
                                     int64_t *ret_amount);

/* Share @total out by @count @weights with largest remainders: everyone gets the whole part of
 * their proportional share, and the minor units left over go one each to the largest fractions,
 * equal ones in order.
 *
 * The shares sum to @total, each has its sign and is less than one unit from proportional. A weight
 * of zero gets zero. A total of zero gives zeros whatever the weights. @ret_shares has room for
 * @count and does not overlap @weights. Cost: O(count^2).
 *
 * Returns 0, or:
 *   ERR_TOO_MANY    @count > MONEY_SPLIT_MAX
 *   ERR_MALFORMED   a weight is negative; or all are zero and @total is not (there is nobody to
 * give it to) ERR_OVERFLOW    @total or a weight is not valid money
 */
MUST_CHECK int money_split(int64_t total, const int64_t *weights, size_t count,
                           int64_t *ret_shares);

/* What the first @taken of @count equal parts of @total add up to, where money_split() with equal
 * weights decides the parts: the first |total| mod count of them carry one minor unit more. Total:
 * @taken beyond @count counts as @count, and a @count of zero gives zero. */
int64_t money_first_parts(int64_t total, uint32_t count, uint32_t taken);

/* Part @index (from 0) of @count equal parts of @total; zero when there is no such part. */
int64_t money_part(int64_t total, uint32_t count, uint32_t index);

#endif
