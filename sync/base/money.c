#include "sync/base/money.h"

#include "sync/base/limits.h"

_Static_assert((int)ORDER_LINES_MAX <= (int)MONEY_SPLIT_MAX,
               "a discount is shared by all lines of an order");

static bool is_valid(int64_t amount)
{
    return amount >= -MONEY_MAX && amount <= MONEY_MAX;
}

/* --- signs: computed on magnitudes, so that f(-x) == -f(x) holds by construction --- */

static uint64_t magnitude(int64_t amount)
{
    return amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
}

static int64_t with_sign_of(int64_t model, uint64_t size)
{
    return model < 0 ? -(int64_t)size : (int64_t)size;
}

/* --- checked basics --- */

int money_add(int64_t a, int64_t b, int64_t *ret_sum)
{
    if (!is_valid(a) || !is_valid(b) || !is_valid(a + b)) {
        return ERR_OVERFLOW;
    }
    *ret_sum = a + b;
    return 0;
}

int money_sub(int64_t a, int64_t b, int64_t *ret_difference)
{
    if (!is_valid(a) || !is_valid(b) || !is_valid(a - b)) {
        return ERR_OVERFLOW;
    }
    *ret_difference = a - b;
    return 0;
}

int money_mul(int64_t amount, int64_t count, int64_t *ret_product)
{
    int64_t product;
    if (!is_valid(amount) || __builtin_mul_overflow(amount, count, &product) ||
        !is_valid(product)) {
        return ERR_OVERFLOW;
    }
    *ret_product = product;
    return 0;
}

/* --- multiply, then divide --- */

struct quotient {
    uint64_t whole;
    uint64_t rest; /* below the divisor */
};

/* a x b / divisor one bit of b at a time, for products beyond 64 bits. __int128 would be shorter,
 * but 32-bit ARM boards lack it, and the same bytes must come out everywhere. Nothing here can
 * wrap: the divisor is below 2^63, so twice a rest fits, and we stop as soon as the quotient, which
 * only grows, leaves the range of money. */
static int mul_div_wide(uint64_t a, uint64_t b, uint64_t divisor, struct quotient *ret_quotient)
{
    struct quotient q = {0, 0};
    for (unsigned bit = 64; bit-- > 0;) {
        uint64_t bit_is_set = b >> bit & 1;
        q.whole = 2 * q.whole + (2 * q.rest >= divisor) + bit_is_set * (a / divisor);
        q.rest = 2 * q.rest % divisor + bit_is_set * (a % divisor);
        q.whole += q.rest >= divisor;
        q.rest %= divisor;
        if (q.whole > (uint64_t)MONEY_MAX) {
            return ERR_OVERFLOW;
        }
    }
    *ret_quotient = q;
    return 0;
}

/* @a at most MONEY_MAX, @b and @divisor below 2^63, @divisor above zero. 0, or ERR_OVERFLOW above
 * MONEY_MAX. */
static int mul_div(uint64_t a, uint64_t b, uint64_t divisor, struct quotient *ret_quotient)
{
    uint64_t product;
    if (__builtin_mul_overflow(a, b, &product)) {
        return mul_div_wide(a, b, divisor, ret_quotient);
    }
    if (product / divisor > (uint64_t)MONEY_MAX) {
        return ERR_OVERFLOW;
    }
    *ret_quotient = (struct quotient){.whole = product / divisor, .rest = product % divisor};
    return 0;
}

int money_mul_div_half_up(int64_t amount, int64_t numerator, int64_t denominator,
                          int64_t *ret_amount)
{
    if (numerator < 0 || denominator < 1) {
        return ERR_MALFORMED;
    }
    if (!is_valid(amount)) {
        return ERR_OVERFLOW;
    }
    uint64_t divisor = (uint64_t)denominator;
    struct quotient q;
    int err = mul_div(magnitude(amount), (uint64_t)numerator, divisor, &q);
    if (err) {
        return err;
    }
    uint64_t rounded = q.whole + (q.rest >= divisor - q.rest);
    if (rounded > (uint64_t)MONEY_MAX) {
        return ERR_OVERFLOW;
    }
    *ret_amount = with_sign_of(amount, rounded);
    return 0;
}

/* --- splitting --- */

static int weights_sum(const int64_t *weights, size_t count, uint64_t *ret_sum)
{
    uint64_t sum = 0; /* MONEY_SPLIT_MAX x MONEY_MAX stays far below 2^63 */
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < 0) {
            return ERR_MALFORMED;
        }
        if (!is_valid(weights[i])) {
            return ERR_OVERFLOW;
        }
        sum += (uint64_t)weights[i];
    }
    *ret_sum = sum;
    return 0;
}

/* How many parts are served before @part: those with a larger rest, and equal ones that come first.
 */
static size_t parts_before(const struct quotient *parts, size_t count, size_t part)
{
    size_t before = 0;
    for (size_t i = 0; i < count; i++) {
        before +=
            parts[i].rest > parts[part].rest || (parts[i].rest == parts[part].rest && i < part);
    }
    return before;
}

/* @sum above zero. The rests add up to left x sum and each is below sum, so more than `left` of
 * them are not zero: whoever divides evenly, a weight of zero above all, never gets one of the
 * units left over. */
static int split_by_sum(int64_t total, const int64_t *weights, size_t count, uint64_t sum,
                        int64_t *ret_shares)
{
    struct quotient parts[MONEY_SPLIT_MAX];
    uint64_t left = magnitude(total);
    for (size_t i = 0; i < count; i++) {
        int err = mul_div(magnitude(total), (uint64_t)weights[i], sum, &parts[i]);
        if (err) {
            return err;
        }
        left -= parts[i].whole;
    }
    for (size_t i = 0; i < count; i++) {
        ret_shares[i] =
            with_sign_of(total, parts[i].whole + (parts_before(parts, count, i) < left));
    }
    return 0;
}

int money_split(int64_t total, const int64_t *weights, size_t count, int64_t *ret_shares)
{
    uint64_t sum;
    if (count > MONEY_SPLIT_MAX) {
        return ERR_TOO_MANY;
    }
    int err = weights_sum(weights, count, &sum);
    if (err) {
        return err;
    }
    if (!is_valid(total)) {
        return ERR_OVERFLOW;
    }
    if (sum == 0 && total != 0) {
        return ERR_MALFORMED;
    }
    return split_by_sum(total, weights, count, sum > 0 ? sum : 1, ret_shares);
}

int64_t money_first_parts(int64_t total, uint32_t count, uint32_t taken)
{
    if (taken >= count) {
        return count > 0 ? total : 0;
    }
    uint64_t larger = magnitude(total) % count; /* so many parts carry one unit more */
    uint64_t extra = larger < taken ? larger : taken;
    return with_sign_of(total, magnitude(total) / count * taken + extra);
}

int64_t money_part(int64_t total, uint32_t count, uint32_t index)
{
    if (index >= count) {
        return 0;
    }
    return money_first_parts(total, count, index + 1) - money_first_parts(total, count, index);
}
