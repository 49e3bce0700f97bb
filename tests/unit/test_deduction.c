/* test_deduction.c - what somebody took off an order: whose word it was, and that nothing of it is
 * lost or told twice, whatever people do.
 */
#include "sync/domain/deduction.h"
#include "sync/domain/report.h"
#include "tests/lib/ledger_facts.h"
#include "tests/lib/prng.h"
#include "tests/lib/stall_order.h"
#include "tests/lib/stall_seen.h"
#include "tests/lib/test.h"

static struct deduction rows[DEDUCTIONS_MAX];

static int64_t sum_of(const struct deduction *of, uint32_t count, enum deduction_kind kind)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += of[i].kind == kind ? of[i].minor : 0;
    }
    return sum;
}

static int64_t voided(const struct order *order)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        sum += line->is_void ? report_worth(line, (uint32_t)line->quantity) : 0;
    }
    return sum;
}

static void assert_adds_up(const struct order *order)
{
    const uint32_t count = deductions_of(order, rows);
    const bool is_cancelled = order->phase == PHASE_CANCELLED && order->is_cancelled;
    assert_int_equal(sum_of(rows, count, DEDUCTION_VOID), voided(order));
    assert_int_equal(sum_of(rows, count, DEDUCTION_CANCEL),
                     is_cancelled ? report_payable(order) : 0);
    assert_int_equal(sum_of(rows, count, DEDUCTION_DISCOUNT), order->owed_discount_minor);
    assert_int_equal(sum_of(rows, count, DEDUCTION_REFUND), order->refunded_minor);
}

TEST(deduction, each_is_told_with_whose_hand_it_was_and_when)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 2, 500);
    (void)do_add(&stall, C, 2, 1, 300);
    (void)do_pay(&stall, C, 1, 1300);
    stall_sync(&stall);
    (void)do_void(&stall, D, 2);
    const uint64_t voided_t = stall.t;
    stall_sync(&stall);
    (void)do_discount(&stall, M, 1, 100);
    (void)do_refund(&stall, M, 1, 400);
    stall_sync(&stall);
    assert_int_equal(deductions_of(stall_look(&stall, C), rows), 3);
    assert_int_equal(rows[0].kind, DEDUCTION_VOID);
    assert_int_equal(rows[0].hand.log, mesh_log(D));
    assert_in_range(rows[0].hand.t, voided_t - 1, voided_t);
    assert_int_equal(rows[0].line, 2);
    assert_int_equal(rows[0].units, 1);
    assert_int_equal(rows[0].minor, 300);
    assert_int_equal(rows[1].kind, DEDUCTION_DISCOUNT);
    assert_int_equal(rows[1].hand.log, mesh_log(M));
    assert_int_equal(rows[1].minor, 100);
    assert_int_equal(rows[2].kind, DEDUCTION_REFUND);
    assert_int_equal(rows[2].minor, 400);
    assert_int_equal(rows[2].source, DEDUCTION_BY_NOBODY); /* nobody was signed in there */
    stall_free(&stall);
}

TEST(deduction, a_line_is_worth_nothing_less_so_the_first_discount_stands_before_the_next)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 1, 500);
    stall_sync(&stall);
    (void)do_discount(&stall, C, 1, 400);
    (void)do_discount(&stall, M, 1, 300); /* neither knew of the other */
    stall_sync(&stall);
    const struct order *order = stall_look(&stall, K);
    assert_int_equal(order->owed_discount_minor, 500);
    assert_int_equal(deductions_of(order, rows), 2);
    assert_true(mesh_log(C) < mesh_log(M));
    assert_int_equal(rows[0].hand.log, mesh_log(C));
    assert_int_equal(rows[0].minor, 400);
    assert_int_equal(rows[1].minor, 100);
    stall_free(&stall);
}

TEST(deduction, a_cancel_is_what_the_order_would_have_come_to)
{
    struct stall stall = stall_at(UNPAID);
    const int64_t total = stall_look(&stall, C)->total_minor;
    (void)do_cancel(&stall, M);
    stall_sync(&stall);
    (void)do_cancel(&stall, C); /* it was so already: the one that stands first is told */
    stall_sync(&stall);
    assert_int_equal(deductions_of(stall_look(&stall, K), rows), 1);
    assert_int_equal(rows[0].kind, DEDUCTION_CANCEL);
    assert_int_equal(rows[0].units, 1);
    assert_int_equal(rows[0].minor, total);
    stall_free(&stall);
}

/* --- what the provider gave back --- */

static void tell(struct stall *stall, enum person at, struct fact fact)
{
    (void)mesh_write(stall->mesh, at, fact.type, stall->t++, bytes_of(fact.body, fact.size));
}

static void tell_refund(struct stall *stall, const char *id, int64_t amount, struct bytes wish)
{
    tell(stall, G, refund_told(id, "pi_1", amount, REFUND_SUCCEEDED, wish));
}

TEST(deduction, a_providers_refund_is_a_persons_a_rules_or_nobodys_wish_here)
{
    struct stall stall = stall_at(UNPAID);
    tell(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    tell(&stall, M, wish_made(EVENT_REFUND_WISH, 1, 0, 100));
    tell(&stall, G, wish_made(EVENT_REFUND_AUTO, 2, 0, 200));
    tell_refund(&stall, "re_1", 100, wish_name(1));
    tell_refund(&stall, "re_2", 200, wish_name(2));
    tell_refund(&stall, "re_3", 50, bytes_of(NULL, 0));
    tell_refund(&stall, "re_4", 60, wish_name(9)); /* a wish that nobody here knows */
    stall_sync(&stall);
    const struct order *order = stall_look(&stall, C);
    assert_int_equal(deductions_of(order, rows), 4);
    assert_int_equal(rows[0].source,
                     DEDUCTION_BY_NOBODY); /* a screen's where nobody was signed in */
    assert_int_equal(rows[0].hand.log, mesh_log(M));
    assert_int_equal(rows[0].minor, 100);
    assert_int_equal(rows[1].source, DEDUCTION_BY_RULE);
    assert_int_equal(rows[1].hand.log, 0);
    assert_int_equal(rows[1].minor, 200);
    assert_int_equal(rows[2].source, DEDUCTION_BY_PROVIDER);
    assert_int_equal(rows[3].source, DEDUCTION_BY_PROVIDER);
    assert_int_equal(rows[3].minor, 60);
    assert_adds_up(order);
    stall_free(&stall);
}

TEST(deduction, of_two_who_wished_the_same_otherwise_it_is_whose_words_stand)
{
    struct stall stall = stall_at(UNPAID);
    const enum person first = mesh_log(C) < mesh_log(M) ? C : M;
    const enum person second = first == C ? M : C;
    tell(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    tell(&stall, first, wish_made(EVENT_REFUND_WISH, 1, 0, 300));
    tell(&stall, second, wish_made(EVENT_REFUND_WISH, 1, 0, 200));
    tell_refund(&stall, "re_1", 200, wish_name(1));
    stall_sync(&stall);
    assert_int_equal(deductions_of(stall_look(&stall, K), rows), 1);
    assert_int_equal(rows[0].hand.log, mesh_log(second)); /* the lower amount stands */
    tell(&stall, G, wish_made(EVENT_REFUND_AUTO, 1, 0, 100));
    stall_sync(&stall);
    assert_int_equal(deductions_of(stall_look(&stall, K), rows), 1);
    assert_int_equal(rows[0].hand.log,
                     mesh_log(first)); /* a rule's words stand: the first person */
    assert_int_equal(rows[0].source, DEDUCTION_BY_NOBODY);
    stall_free(&stall);
}

/* --- the law --- */

static void happen(struct stall *stall, struct prng *prng)
{
    const enum person at = (enum person)prng_below(prng, PEOPLE);
    const uint32_t line = 1 + (uint32_t)prng_below(prng, 3);
    switch (prng_below(prng, 8)) {
    case 0:
    case 1:
        (void)do_discount(stall, at, line, prng_between(prng, 1, 500));
        break;
    case 2:
        (void)do_void(stall, at, line);
        break;
    case 3:
        (void)do_cancel(stall, at);
        break;
    case 4:
        (void)do_set(stall, at, line, (int32_t)prng_between(prng, -1, 2));
        break;
    case 5:
        (void)do_hand(stall, at, line, 1);
        break;
    case 6:
        (void)do_refund(stall, at, (uint8_t)prng_between(prng, 1, 4), prng_between(prng, 1, 300));
        break;
    default:
        stall_sync(stall);
        break;
    }
}

TEST(deduction, whatever_happens_they_come_to_what_the_order_says)
{
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct prng prng = {.state = seed};
        struct stall stall = stall_new();
        (void)do_open(&stall, C, "A", 1);
        for (uint32_t line = 1; line <= 3; line++) {
            (void)do_add(&stall, C, line, (uint32_t)prng_between(&prng, 1, 3),
                         prng_between(&prng, 1, 900));
        }
        stall_sync(&stall);
        for (int i = 0; i < 14; i++) {
            happen(&stall, &prng);
        }
        stall_sync(&stall);
        assert_adds_up(stall_look(&stall, K));
        stall_free(&stall);
    }
}
