/* test_money.c - amounts add, divide and split without losing or inventing a cent. */
#include "tests/lib/test.h"

#include "sync/base/limits.h"
#include "sync/base/money.h"
#include "tests/lib/money_laws.h"
#include "tests/lib/prng.h"

enum { ROUNDS = 20000 };

static const int64_t UNTOUCHED = 4711;

/* Small and huge about equally often, with the edges among them. */
static int64_t random_amount(struct prng *prng, int64_t limit)
{
    static const int64_t edges[] = {0, 1, 2, MONEY_MAX - 1, MONEY_MAX};
    int64_t reach = limit >> prng_below(prng, 40);
    int64_t edge = edges[prng_below(prng, sizeof edges / sizeof edges[0])];
    return prng_one_in(prng, 8) && edge <= limit ? edge : prng_between(prng, 0, reach);
}

static int64_t random_signed(struct prng *prng)
{
    int64_t amount = random_amount(prng, MONEY_MAX);
    return prng_one_in(prng, 2) ? amount : -amount;
}

static void assert_law(const char *broken, uint64_t seed)
{
    if (broken) {
        fail_msg("seed %llu: %s", (unsigned long long)seed, broken);
    }
}

TEST(money, sums_and_differences_stay_within_the_cap)
{
    struct {
        int64_t a, b;
        int err_add, err_sub;
    } cases[] = {
        {1, 2, 0, 0},
        {-1, 1, 0, 0},
        {MONEY_MAX, 0, 0, 0},
        {MONEY_MAX, 1, ERR_OVERFLOW, 0},
        {-MONEY_MAX, 1, 0, ERR_OVERFLOW},
        {MONEY_MAX + 1, -1, ERR_OVERFLOW, ERR_OVERFLOW},
        {INT64_MAX, INT64_MAX, ERR_OVERFLOW, ERR_OVERFLOW},
        {INT64_MIN, INT64_MIN, ERR_OVERFLOW, ERR_OVERFLOW},
        {0, INT64_MIN, ERR_OVERFLOW, ERR_OVERFLOW},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t sum = UNTOUCHED;
        int64_t difference = UNTOUCHED;
        assert_int_equal(money_add(cases[i].a, cases[i].b, &sum), cases[i].err_add);
        assert_int_equal(money_sub(cases[i].a, cases[i].b, &difference), cases[i].err_sub);
        assert_true(sum == (cases[i].err_add ? UNTOUCHED : cases[i].a + cases[i].b));
        assert_true(difference == (cases[i].err_sub ? UNTOUCHED : cases[i].a - cases[i].b));
    }
}

TEST(money, products_stay_within_the_cap)
{
    struct {
        int64_t amount, count;
        int err;
    } cases[] = {
        {333, 3, 0},
        {-333, 3, 0},
        {333, -3, 0},
        {MONEY_MAX, 1, 0},
        {MONEY_MAX, -1, 0},
        {MONEY_MAX / 2 + 1, 2, ERR_OVERFLOW},
        {MONEY_MAX, INT64_MAX, ERR_OVERFLOW},
        {MONEY_MAX + 1, 0, ERR_OVERFLOW},
        {INT64_MIN, -1, ERR_OVERFLOW},
        {1, INT64_MIN, ERR_OVERFLOW},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t product = UNTOUCHED;
        assert_int_equal(money_mul(cases[i].amount, cases[i].count, &product), cases[i].err);
        assert_true(product == (cases[i].err ? UNTOUCHED : cases[i].amount * cases[i].count));
    }
}

TEST(money, halves_are_rounded_away_from_zero)
{
    struct {
        int64_t amount, numerator, denominator, result;
    } cases[] = {
        {5, 1, 2, 3},
        {-5, 1, 2, -3},
        {4, 1, 3, 1},
        {5, 1, 3, 2},
        {-4, 1, 3, -1},
        {-5, 1, 3, -2},
        {0, 1, 1, 0},
        {1, 1, 2, 1},
        {-1, 1, 2, -1},
        {1, 0, 7, 0},
        {1499, 1000, 10000, 150},
        {899, 700, 10700, 59},
        {450, 1900, 11900, 72},
        {MONEY_MAX, INT64_MAX, INT64_MAX, MONEY_MAX},
        {-MONEY_MAX, INT64_MAX, INT64_MAX, -MONEY_MAX},
        {1, 1, INT64_MAX, 0},
        {1, INT64_MAX / 2 + 1, INT64_MAX, 1},
        {1, INT64_MAX / 2, INT64_MAX, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t result = UNTOUCHED;
        assert_int_equal(money_mul_div_half_up(cases[i].amount, cases[i].numerator,
                                               cases[i].denominator, &result),
                         0);
        assert_true(result == cases[i].result);
    }
}

TEST(money, a_quotient_that_makes_no_sense_is_refused)
{
    struct {
        int64_t amount, numerator, denominator;
        int err;
    } cases[] = {
        {1, 1, 0, ERR_MALFORMED},
        {1, 1, -1, ERR_MALFORMED},
        {1, -1, 1, ERR_MALFORMED},
        {1, INT64_MIN, 1, ERR_MALFORMED},
        {MONEY_MAX + 1, 1, 2, ERR_OVERFLOW},
        {INT64_MIN, 1, 2, ERR_OVERFLOW},
        {MONEY_MAX, 2, 1, ERR_OVERFLOW},
        {MONEY_MAX, INT64_MAX, 1, ERR_OVERFLOW},
        {MONEY_MAX, 10 * MONEY_MAX + 4, 10 * MONEY_MAX, 0}, /* the cap + 0.4 rounds back to it */
        {MONEY_MAX, 2 * MONEY_MAX + 1, 2 * MONEY_MAX, ERR_OVERFLOW}, /* the cap + 0.5 leaves it */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t result = UNTOUCHED;
        int err = money_mul_div_half_up(cases[i].amount, cases[i].numerator, cases[i].denominator,
                                        &result);
        assert_int_equal(err, cases[i].err);
        assert_true(result == (err ? UNTOUCHED : MONEY_MAX));
    }
}

TEST(money, any_quotient_is_exact_and_mirrors_its_negative)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct prng prng = {seed};
        int64_t amount = random_signed(&prng);
        int64_t numerator = prng_between(&prng, 0, INT64_MAX) >> prng_below(&prng, 63);
        int64_t denominator = (prng_between(&prng, 0, INT64_MAX) >> prng_below(&prng, 63)) | 1;
        int64_t result = 0;
        int64_t mirrored = 0;
        int err = money_mul_div_half_up(amount, numerator, denominator, &result);
        assert_int_equal(money_mul_div_half_up(-amount, numerator, denominator, &mirrored), err);
        assert_true(result == -mirrored);
        if (!err) {
            assert_law(law_half_up(amount, numerator, denominator, result), seed);
        } else { /* refused only when it is too large: (2 max + 1) x denominator <= 2 amount x
                    numerator */
            assert_int_equal(err, ERR_OVERFLOW);
            assert_false(product_is_less(2 * size_of(amount), (uint64_t)numerator,
                                         2 * (uint64_t)MONEY_MAX + 1, (uint64_t)denominator));
        }
    }
}

TEST(money, the_largest_fractions_get_what_is_left_over)
{
    struct {
        int64_t total, weights[4], shares[4];
    } cases[] = {
        {150, {999, 500, 0, 0}, {100, 50, 0, 0}},
        {100, {1, 1, 1, 0}, {34, 33, 33, 0}}, /* ties by order */
        {-100, {1, 1, 1, 0}, {-34, -33, -33, 0}},
        {2, {1, 1, 1, 1}, {1, 1, 0, 0}},
        {10, {1, 2, 4, 0}, {1, 3, 6, 0}}, /* 1.43, 2.86, 5.71 */
        {1, {0, 0, 5, 0}, {0, 0, 1, 0}},
        {7, {0, 1, 0, 1}, {0, 4, 0, 3}}, /* who weighs nothing is passed over */
        {0, {3, 0, 1, 0}, {0, 0, 0, 0}},
        {0, {0, 0, 0, 0}, {0, 0, 0, 0}},
        {MONEY_MAX, {MONEY_MAX, MONEY_MAX, 0, 0}, {MONEY_MAX / 2, MONEY_MAX / 2, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t shares[4];
        assert_int_equal(money_split(cases[i].total, cases[i].weights, 4, shares), 0);
        assert_memory_equal(shares, cases[i].shares, sizeof shares);
    }
}

TEST(money, a_split_that_makes_no_sense_is_refused_and_writes_nothing)
{
    int64_t shares[2] = {UNTOUCHED, UNTOUCHED};
    int64_t many[MONEY_SPLIT_MAX + 1] = {1};
    struct {
        int64_t total, weights[2];
        size_t count;
        int err;
    } cases[] = {
        {1, {0, 0}, 2, ERR_MALFORMED},
        {1, {0, 0}, 0, ERR_MALFORMED},
        {1, {2, -1}, 2, ERR_MALFORMED},
        {1, {1, INT64_MIN}, 2, ERR_MALFORMED},
        {MONEY_MAX + 1, {1, 1}, 2, ERR_OVERFLOW},
        {INT64_MIN, {1, 1}, 2, ERR_OVERFLOW},
        {1, {1, MONEY_MAX + 1}, 2, ERR_OVERFLOW},
        {0, {0, 0}, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(money_split(cases[i].total, cases[i].weights, cases[i].count, shares),
                         cases[i].err);
        assert_true(shares[0] == UNTOUCHED && shares[1] == UNTOUCHED);
    }
    assert_int_equal(money_split(1, many, MONEY_SPLIT_MAX + 1, shares), ERR_TOO_MANY);
}

TEST(money, any_split_is_exact_proportional_and_in_order)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct prng prng = {seed};
        int64_t weights[MONEY_SPLIT_MAX];
        int64_t shares[MONEY_SPLIT_MAX];
        int64_t total = random_signed(&prng);
        size_t count = (size_t)prng_between(&prng, 1, prng_one_in(&prng, 8) ? MONEY_SPLIT_MAX : 8);
        int64_t limit = MONEY_MAX >> prng_below(&prng, 40);
        for (size_t i = 0; i < count; i++) {
            weights[i] = prng_one_in(&prng, 4) ? 0 : random_amount(&prng, limit);
        }
        int err = money_split(total, weights, count, shares);
        if (!err) {
            assert_law(law_split(total, weights, count, shares), seed);
        } else { /* only when nobody weighs anything */
            assert_int_equal(err, ERR_MALFORMED);
            for (size_t i = 0; i < count; i++) {
                assert_true(weights[i] == 0);
            }
        }
    }
}

TEST(money, equal_parts_are_a_split_with_equal_weights)
{
    for (uint64_t seed = 1; seed <= ROUNDS / 10; seed++) {
        struct prng prng = {seed};
        int64_t weights[MONEY_SPLIT_MAX];
        int64_t shares[MONEY_SPLIT_MAX];
        int64_t total = random_signed(&prng);
        uint32_t count = (uint32_t)prng_between(&prng, 1, MONEY_SPLIT_MAX);
        int64_t sum = 0;
        for (uint32_t i = 0; i < count; i++) {
            weights[i] = 1;
        }
        assert_int_equal(money_split(total, weights, count, shares), 0);
        for (uint32_t i = 0; i < count; i++) {
            assert_true(money_first_parts(total, count, i) == sum);
            assert_true(money_part(total, count, i) == shares[i]);
            sum += shares[i];
        }
    }
}

TEST(money, parts_that_do_not_exist_are_nothing)
{
    assert_true(money_part(10, 3, 3) == 0);
    assert_true(money_part(10, 0, 0) == 0);
    assert_true(money_first_parts(10, 0, 5) == 0);
    assert_true(money_first_parts(10, 3, 0) == 0);
    assert_true(money_first_parts(10, 3, UINT32_MAX) == 10);
    assert_true(money_first_parts(-10, 3, 1) == -4);
    assert_true(money_part(10, UINT32_MAX, UINT32_MAX) == 0);
    assert_true(money_first_parts(INT64_MIN, 1, 1) == INT64_MIN);
}
