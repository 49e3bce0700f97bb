/* test_bill.c - the arithmetic of docs/arithmetic.md: the worked example to the cent, each rule by
 * itself, and the laws on random bills.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/money.h"
#include "sync/domain/bill.h"
#include "tests/lib/bill_laws.h"
#include "tests/lib/prng.h"

enum { ROUNDS = 20000 };

static struct bill_line line_of(uint32_t quantity, int64_t unit_price_minor, uint32_t tax_bp)
{
    return (struct bill_line){.quantity = quantity,
                              .tax_bp = tax_bp,
                              .unit_price_minor = unit_price_minor,
                              .takes_share = true};
}

static struct bill_discount percent(int64_t bp)
{
    return (struct bill_discount){.kind = BILL_DISCOUNT_PERCENT, .value = bp};
}

static struct bill_discount fixed(int64_t amount_minor)
{
    return (struct bill_discount){.kind = BILL_DISCOUNT_FIXED, .value = amount_minor};
}

static void assert_amounts(const struct bill_amounts *got, struct bill_amounts expected)
{
    assert_int_equal(got->total_minor, expected.total_minor);
    assert_int_equal(got->discount_minor, expected.discount_minor);
    assert_int_equal(got->net_minor, expected.net_minor);
    assert_int_equal(got->tax_minor, expected.tax_minor);
    assert_int_equal(got->payable_minor, expected.payable_minor);
}

/* 3 x 3.33 at 7 % and 5.00 at 19 %, prices with tax, minus 10 %. */
TEST(bill, the_worked_example_comes_out_to_the_cent)
{
    struct bill_line lines[] = {line_of(3, 333, 700), line_of(1, 500, 1900)};
    int64_t shares[2];
    struct bill bill;

    assert_int_equal(bill_discount_shares(lines, 2, percent(1000), shares), 0);
    assert_int_equal(shares[0], 100);
    assert_int_equal(shares[1], 50);

    lines[0].discount_minor = shares[0];
    lines[1].discount_minor = shares[1];
    assert_int_equal(bill_compute(BILL_INCLUSIVE, lines, 2, &bill), 0);
    assert_int_equal(bill.line_count, 2);
    assert_amounts(&bill.lines[0], (struct bill_amounts){999, 100, 840, 59, 899});
    assert_amounts(&bill.lines[1], (struct bill_amounts){500, 50, 378, 72, 450});
    assert_amounts(&bill.sum, (struct bill_amounts){1499, 150, 1218, 131, 1349});
    assert_int_equal(bill.rate_count, 2);
    assert_int_equal(bill.rates[0].tax_bp, 700);
    assert_int_equal(bill.rates[1].tax_bp, 1900);
    assert_amounts(&bill.rates[0].sum, bill.lines[0]);
    assert_amounts(&bill.rates[1].sum, bill.lines[1]);

    const int64_t payable[] = {300, 300, 299}, tax[] = {20, 20, 19};
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(money_part(bill.lines[0].payable_minor, 3, i), payable[i]);
        assert_int_equal(money_part(bill.lines[0].tax_minor, 3, i), tax[i]);
    }
}

/* The same bill after one unit of line 1 is voided, paid in cash with 5 as the smallest coin. */
TEST(bill, the_worked_example_goes_on_with_a_void_and_cash)
{
    struct bill_line line = line_of(2, 333, 700);
    struct bill bill;
    int64_t rounding = 0;
    int64_t change = 0;

    assert_int_equal(bill_share_scaled(100, 3, 2, &line.discount_minor), 0);
    assert_int_equal(line.discount_minor, 67);
    assert_int_equal(bill_compute(BILL_INCLUSIVE, &line, 1, &bill), 0);
    assert_amounts(&bill.sum, (struct bill_amounts){666, 67, 560, 39, 599});

    assert_int_equal(bill_cash_rounding(1349, 5, &rounding), 0);
    assert_int_equal(rounding, 1);
    assert_int_equal(bill_change(1349 + rounding, 2000, &change), 0);
    assert_int_equal(change, 650);
}

TEST(bill, exclusive_prices_get_their_tax_on_top)
{
    struct bill_line lines[] = {line_of(3, 333, 700), line_of(1, 500, 1900)};
    struct bill bill;
    lines[0].discount_minor = 100;
    lines[1].discount_minor = 50;
    assert_int_equal(bill_compute(BILL_EXCLUSIVE, lines, 2, &bill), 0);
    assert_amounts(&bill.lines[0], (struct bill_amounts){999, 100, 899, 63, 962}); /* 62.93 */
    assert_amounts(&bill.lines[1], (struct bill_amounts){500, 50, 450, 86, 536});  /* 85.50 */
    assert_amounts(&bill.sum, (struct bill_amounts){1499, 150, 1349, 149, 1498});
}

TEST(bill, a_rate_is_the_sum_of_its_lines_and_not_rounded_again)
{
    /* 19 % within 0.03 is 0.479 and rounds to nothing; on 0.09 at once it would be 0.01. */
    struct bill_line lines[] = {line_of(1, 3, 1900), line_of(1, 1, 0), line_of(1, 3, 1900),
                                line_of(1, 3, 1900)};
    struct bill bill;
    assert_int_equal(bill_compute(BILL_INCLUSIVE, lines, 4, &bill), 0);
    assert_int_equal(bill.rate_count, 2);
    assert_int_equal(bill.rates[0].tax_bp, 0);
    assert_amounts(&bill.rates[0].sum, (struct bill_amounts){1, 0, 1, 0, 1});
    assert_int_equal(bill.rates[1].tax_bp, 1900);
    assert_amounts(&bill.rates[1].sum, (struct bill_amounts){9, 0, 9, 0, 9});
}

TEST(bill, an_empty_bill_is_nothing)
{
    struct bill bill;
    int64_t share = 1;
    assert_int_equal(bill_compute(BILL_EXCLUSIVE, NULL, 0, &bill), 0);
    assert_int_equal(bill.line_count, 0);
    assert_int_equal(bill.rate_count, 0);
    assert_amounts(&bill.sum, (struct bill_amounts){0});
    assert_int_equal(bill_discount_shares(NULL, 0, percent(1000), &share), 0);
    assert_int_equal(bill_discount_shares(NULL, 0, fixed(500), &share), 0);
    assert_int_equal(share, 1);
}

TEST(bill, a_returned_deposit_mirrors_the_deposit)
{
    struct bill_line out = line_of(2, 125, 1900);
    struct bill_line back = line_of(2, -125, 1900);
    for (enum bill_mode mode = BILL_INCLUSIVE; mode <= BILL_EXCLUSIVE; mode++) {
        struct bill_line lines[] = {out, back};
        struct bill bill;
        assert_int_equal(bill_compute(mode, lines, 2, &bill), 0);
        assert_int_equal(bill.lines[0].tax_minor, -bill.lines[1].tax_minor);
        assert_amounts(&bill.sum, (struct bill_amounts){0});
    }
}

TEST(bill, what_a_discount_exceeds_its_line_by_is_lost)
{
    struct bill_line lines[] = {line_of(1, 500, 1900), line_of(0, 500, 1900), line_of(1, -25, 0)};
    struct bill bill;
    lines[0].discount_minor = 600; /* two tills gave 60 % each */
    lines[1].discount_minor = 100; /* the line was voided afterwards */
    lines[2].discount_minor = 1;
    assert_int_equal(bill_compute(BILL_INCLUSIVE, lines, 3, &bill), 0);
    assert_amounts(&bill.lines[0], (struct bill_amounts){500, 500, 0, 0, 0});
    assert_amounts(&bill.lines[1], (struct bill_amounts){0});
    assert_amounts(&bill.lines[2], (struct bill_amounts){-25, 0, -25, 0, -25});
}

TEST(bill, nonsense_is_refused_and_writes_nothing)
{
    struct {
        enum bill_mode mode;
        struct bill_line line;
        int err;
    } cases[] = {
        {BILL_INCLUSIVE, line_of(ORDER_QUANTITY_MAX, 1, 0), 0},
        {BILL_INCLUSIVE, line_of(ORDER_QUANTITY_MAX + 1, 1, 0), ERR_TOO_MANY},
        {BILL_INCLUSIVE, line_of(UINT32_MAX, 0, 0), ERR_TOO_MANY},
        {BILL_INCLUSIVE, line_of(1, 1, BILL_RATE_BP_MAX), 0},
        {BILL_INCLUSIVE, line_of(1, 1, BILL_RATE_BP_MAX + 1), ERR_MALFORMED},
        {BILL_INCLUSIVE, line_of(1, 1, UINT32_MAX), ERR_MALFORMED},
        {BILL_INCLUSIVE,
         {.quantity = 1, .unit_price_minor = 1, .discount_minor = -1},
         ERR_MALFORMED},
        {(enum bill_mode)2, line_of(1, 1, 0), ERR_MALFORMED},
        {BILL_INCLUSIVE, line_of(1, MONEY_MAX, 0), 0},
        {BILL_INCLUSIVE, line_of(1, MONEY_MAX + 1, 0), ERR_OVERFLOW},
        {BILL_INCLUSIVE, line_of(2, MONEY_MAX, 0), ERR_OVERFLOW},
        {BILL_INCLUSIVE, line_of(1, INT64_MIN, 0), ERR_OVERFLOW},
        {BILL_INCLUSIVE, line_of(999, INT64_MAX, 0), ERR_OVERFLOW},
        {BILL_INCLUSIVE, line_of(1, MONEY_MAX, 1900), 0},
        {BILL_EXCLUSIVE, line_of(1, MONEY_MAX, 1900), ERR_OVERFLOW}, /* with its tax */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bill bill;
        struct bill untouched;
        memset(&bill, 0x5a, sizeof bill);
        memset(&untouched, 0x5a, sizeof untouched);
        assert_int_equal(bill_compute(cases[i].mode, &cases[i].line, 1, &bill), cases[i].err);
        assert_int_equal(memcmp(&bill, &untouched, sizeof bill) == 0, cases[i].err != 0);
    }
}

TEST(bill, an_order_has_at_most_so_many_lines_and_its_sum_is_money)
{
    struct bill_line lines[ORDER_LINES_MAX + 1];
    int64_t shares[ORDER_LINES_MAX];
    struct bill bill;
    for (size_t i = 0; i <= ORDER_LINES_MAX; i++) {
        lines[i] =
            line_of(1, 100, (uint32_t)(ORDER_LINES_MAX - i)); /* a rate each, the highest first */
    }
    assert_int_equal(bill_compute(BILL_INCLUSIVE, lines, ORDER_LINES_MAX, &bill), 0);
    assert_int_equal(bill.rate_count, ORDER_LINES_MAX);
    assert_int_equal(bill.rates[0].tax_bp, 1);
    assert_int_equal(bill_compute(BILL_INCLUSIVE, lines, ORDER_LINES_MAX + 1, &bill), ERR_TOO_MANY);
    assert_int_equal(bill_discount_shares(lines, ORDER_LINES_MAX + 1, percent(1), shares),
                     ERR_TOO_MANY);
    lines[0].unit_price_minor = MONEY_MAX;
    assert_int_equal(bill_compute(BILL_INCLUSIVE, lines, 2, &bill), ERR_OVERFLOW);
    assert_int_equal(bill_discount_shares(lines, 2, percent(1), shares), ERR_OVERFLOW);
}

TEST(bill, no_sum_leaves_what_money_can_be)
{
    const struct bill_line up = line_of(1, MONEY_MAX, 0), down = line_of(1, -MONEY_MAX, 0);
    struct bill_line given = up; /* all of it taken off */
    given.discount_minor = MONEY_MAX;
    const struct bill_line of_discounts[] = {given, down, given};
    const struct bill_line of_nets[] = {given, down, down};
    const struct bill_line of_totals[] = {up, up};
    /* Without tax they are nothing in all, and no rate exceeds it by itself. */
    const int64_t half = MONEY_MAX / 2;
    const struct bill_line of_taxes[] = {line_of(1, half, 0),      line_of(1, half, 0),
                                         line_of(1, -half, 10000), line_of(1, -half, 9999),
                                         line_of(1, half, 1),      line_of(1, -half, 9998)};
    struct bill bill;
    assert_int_equal(bill_compute(BILL_INCLUSIVE, of_discounts, 3, &bill), ERR_OVERFLOW);
    assert_int_equal(bill_compute(BILL_INCLUSIVE, of_nets, 3, &bill), ERR_OVERFLOW);
    assert_int_equal(bill_compute(BILL_INCLUSIVE, of_totals, 2, &bill), ERR_OVERFLOW);
    assert_int_equal(bill_compute(BILL_INCLUSIVE, of_nets, 2, &bill), 0);
    assert_int_equal(bill_compute(BILL_EXCLUSIVE, of_taxes, 6, &bill), ERR_OVERFLOW);
    assert_int_equal(bill_compute(BILL_EXCLUSIVE, of_taxes, 5, &bill), 0);
}

TEST(bill, deposits_zero_lines_and_returns_take_no_share)
{
    struct bill_line lines[] = {line_of(1, 100, 0), line_of(4, 25, 0),  line_of(0, 900, 0),
                                line_of(2, 0, 0),   line_of(1, -50, 0), line_of(1, 100, 0)};
    int64_t shares[6];
    lines[1].takes_share = false;
    assert_int_equal(bill_discount_shares(lines, 6, percent(5050), shares), 0); /* 1.01 of 2.00 */
    assert_memory_equal(shares, ((int64_t[]){51, 0, 0, 0, 0, 50}), sizeof shares);
}

TEST(bill, a_fixed_discount_is_cut_to_what_is_there)
{
    struct bill_line lines[] = {line_of(1, 300, 0), line_of(1, 500, 0)};
    int64_t shares[2];
    assert_int_equal(bill_discount_shares(lines, 2, fixed(1000), shares), 0);
    assert_memory_equal(shares, ((int64_t[]){300, 500}), sizeof shares);
    assert_int_equal(bill_discount_shares(lines, 2, fixed(INT64_MAX), shares), 0);
    assert_memory_equal(shares, ((int64_t[]){300, 500}), sizeof shares);
    assert_int_equal(bill_discount_shares(lines, 2, fixed(100), shares), 0);
    assert_memory_equal(shares, ((int64_t[]){38, 62}), sizeof shares); /* 37.5 and 62.5: a tie */
}

TEST(bill, a_second_discount_is_worked_out_on_what_the_first_left)
{
    struct bill_line lines[] = {line_of(1, 1000, 0), line_of(1, 1000, 0)};
    int64_t shares[2];
    lines[0].discount_minor = 500;
    lines[1].discount_minor = 2000; /* more than the line */
    assert_int_equal(bill_discount_shares(lines, 2, percent(1000), shares), 0);
    assert_memory_equal(shares, ((int64_t[]){50, 0}), sizeof shares);
}

TEST(bill, a_discount_outside_its_range_is_refused_and_writes_nothing)
{
    struct bill_line line = line_of(1, 1000, 0);
    struct bill_line bad = line_of(1, 1000, BILL_RATE_BP_MAX + 1);
    int64_t share = 4711;
    assert_int_equal(bill_discount_shares(&line, 1, percent(-1), &share), ERR_MALFORMED);
    assert_int_equal(bill_discount_shares(&line, 1, percent(BILL_RATE_BP_MAX + 1), &share),
                     ERR_MALFORMED);
    assert_int_equal(bill_discount_shares(&line, 1, fixed(-1), &share), ERR_MALFORMED);
    assert_int_equal(
        bill_discount_shares(&line, 1, (struct bill_discount){.kind = (enum bill_discount_kind)2},
                             &share),
        ERR_MALFORMED);
    assert_int_equal(bill_discount_shares(&bad, 1, percent(1), &share), ERR_MALFORMED);
    assert_int_equal(share, 4711);
}

TEST(bill, a_share_follows_the_quantity_by_units)
{
    static const int64_t expected[] = {0, 34, 67, 100, 134, 167, 200, 234};
    for (uint32_t now = 0; now < 8; now++) {
        int64_t share = 0;
        assert_int_equal(bill_share_scaled(100, 3, now, &share), 0); /* 34, 33, 33 and again */
        assert_int_equal(share, expected[now]);
    }
}

TEST(bill, a_share_that_makes_no_sense_is_refused)
{
    struct {
        int64_t share;
        uint32_t then, now;
        int err;
    } cases[] = {
        {0, 0, 0, 0},
        {0, 0, 5, 0},
        {1, 0, 5, ERR_MALFORMED},
        {-1, 1, 1, ERR_MALFORMED},
        {1, ORDER_QUANTITY_MAX + 1, 1, ERR_TOO_MANY},
        {1, 1, ORDER_QUANTITY_MAX + 1, ERR_TOO_MANY},
        {MONEY_MAX, 1, 2, ERR_OVERFLOW},
        {MONEY_MAX, 2, 3, ERR_OVERFLOW},
        {INT64_MAX, 2, 1, ERR_OVERFLOW},
        {INT64_MAX, 3, 2, ERR_OVERFLOW},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t share = 4711;
        assert_int_equal(bill_share_scaled(cases[i].share, cases[i].then, cases[i].now, &share),
                         cases[i].err);
        assert_int_equal(share, cases[i].err ? 4711 : 0);
    }
}

TEST(bill, cash_is_rounded_to_the_step_as_an_entry_of_its_own)
{
    struct {
        int64_t amount, step, rounding;
    } cases[] = {
        {1347, 5, -2},  {1348, 5, 2},      {1349, 5, 1},  {1350, 5, 0}, {1351, 5, -1},
        {1352, 5, -2},  {1353, 5, 2},      {1349, 1, 0},  {2, 5, -2},   {25, 10, 5},
        {-25, 10, -5},  {-1348, 5, -2},    {-1347, 5, 2}, {0, 5, 0},    {50, 100, 50},
        {49, 100, -49}, {MONEY_MAX, 5, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t rounding = 4711;
        assert_int_equal(bill_cash_rounding(cases[i].amount, cases[i].step, &rounding), 0);
        assert_int_equal(rounding, cases[i].rounding);
    }
    int64_t rounding = 4711;
    assert_int_equal(bill_cash_rounding(100, 0, &rounding), ERR_MALFORMED);
    assert_int_equal(bill_cash_rounding(100, -5, &rounding), ERR_MALFORMED);
    assert_int_equal(bill_cash_rounding(MONEY_MAX + 1, 5, &rounding), ERR_OVERFLOW);
    assert_int_equal(bill_cash_rounding(MONEY_MAX, 7, &rounding), 0);
    assert_int_equal(bill_cash_rounding(MONEY_MAX, MONEY_MAX * 2, &rounding),
                     ERR_OVERFLOW); /* a half, up to a step */
}

TEST(bill, change_is_what_is_given_beyond_what_is_due)
{
    int64_t change = 0;
    assert_int_equal(bill_change(1350, 2000, &change), 0);
    assert_int_equal(change, 650);
    assert_int_equal(bill_change(1350, 1000, &change), 0); /* 3.50 missing */
    assert_int_equal(change, -350);
    assert_int_equal(bill_change(MONEY_MAX, -1, &change), ERR_OVERFLOW);
}

/* --- the laws on random bills --- */

static struct bill_line random_line(struct prng *prng, int64_t price_max)
{
    static const uint32_t rates[] = {0, 260, 700, 810, 1900, 2500, BILL_RATE_BP_MAX};
    uint32_t quantity_max = prng_one_in(prng, 16) ? ORDER_QUANTITY_MAX : 6;
    int64_t price = prng_between(prng, 0, price_max);
    return (struct bill_line){
        .quantity = (uint32_t)prng_between(prng, 0, quantity_max),
        .tax_bp = rates[prng_below(prng, sizeof rates / sizeof rates[0])],
        .unit_price_minor = prng_one_in(prng, 12) ? -price : price,
        .discount_minor = prng_one_in(prng, 8) ? prng_between(prng, 0, price_max) : 0,
        .takes_share = !prng_one_in(prng, 6),
    };
}

static struct bill_discount random_discount(struct prng *prng, int64_t price_max)
{
    return prng_one_in(prng, 2) ? percent(prng_between(prng, 0, BILL_RATE_BP_MAX))
                                : fixed(prng_between(prng, 0, 4 * price_max));
}

static void assert_law(const char *broken, uint64_t seed)
{
    if (broken) {
        fail_msg("seed %llu: %s", (unsigned long long)seed, broken);
    }
}

TEST(bill, any_bill_keeps_the_laws)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct prng prng = {seed};
        struct bill_line lines[ORDER_LINES_MAX];
        enum bill_mode mode = prng_one_in(&prng, 2) ? BILL_INCLUSIVE : BILL_EXCLUSIVE;
        size_t count = (size_t)prng_between(&prng, 0, prng_one_in(&prng, 16) ? ORDER_LINES_MAX : 6);
        int64_t price_max = MONEY_MAX >> prng_between(&prng, 8, 38); /* 0.03 to 39 million */
        for (size_t i = 0; i < count; i++) {
            lines[i] = random_line(&prng, price_max);
        }
        assert_law(law_bill(mode, lines, count), seed);
        assert_law(law_discount(lines, count, random_discount(&prng, price_max)), seed);
        assert_law(law_bill(mode, lines, count), seed);
        assert_law(law_discount(lines, count, random_discount(&prng, price_max)),
                   seed); /* on top of the first */
        assert_law(law_bill(mode, lines, count), seed);
    }
}

TEST(bill, any_share_keeps_the_laws_when_its_quantity_changes)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct prng prng = {seed};
        uint32_t then = (uint32_t)prng_between(&prng, 1, 20);
        uint32_t now = (uint32_t)prng_between(&prng, 0, 60);
        int64_t price = prng_between(&prng, 0, 100000);
        int64_t share = prng_between(&prng, 0, price * then);
        int64_t scaled = 0;
        int64_t next = 0;
        assert_law(law_scaled(share, then, now), seed);
        assert_int_equal(bill_share_scaled(share, then, now, &scaled), 0);
        assert_int_equal(bill_share_scaled(share, then, now + 1, &next), 0);
        assert_true(scaled <= price * now); /* never more than the line it has become */
        assert_true(next >= scaled);
    }
}

TEST(bill, any_cash_amount_is_rounded_by_half_a_step_at_most)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct prng prng = {seed};
        int64_t amount = prng_between(&prng, -1000000, 1000000);
        int64_t step = prng_between(&prng, 1, 200);
        int64_t rounding = 0;
        int64_t mirrored = 0;
        assert_int_equal(bill_cash_rounding(amount, step, &rounding), 0);
        assert_int_equal(bill_cash_rounding(-amount, step, &mirrored), 0);
        assert_int_equal((amount + rounding) % step, 0);
        assert_true(2 * size_of(rounding) <= (uint64_t)step);
        assert_true(rounding == -mirrored);
    }
}
