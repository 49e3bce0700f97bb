/* test_order_money.c - what an order costs and what was paid of it, when people do not know of each
 * other: payments, discounts, sums.
 */
#include "tests/lib/stall_order.h"
#include "tests/lib/stall_seen.h"
#include "tests/lib/test.h"

/* --- payments --- */

TEST(order_money, a_payment_counts_once_per_id_at_its_largest)
{
    struct stall stall = stall_at(UNPAID);
    (void)do_pay(&stall, G, 1, 700);
    (void)do_pay(&stall, C, 1, 800);
    (void)do_refund(&stall, G, 1, 100);
    (void)do_refund(&stall, C, 1, 100);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED unpaid");
    assert_int_equal(stall.order->payments_count, 2);
    assert_int_equal(stall.order->paid_minor, 800);
    assert_int_equal(stall.order->refunded_minor, 100);
    assert_int_equal(stall.order->due_minor, -100);
    stall_free(&stall);
}

TEST(order_money, of_two_reports_of_one_payment_that_say_as_much_no_clock_chooses)
{
    struct stall stall = stall_at(UNPAID);
    stall.t += 1000000;
    (void)do_pay(&stall, C, 1, 800);
    const uint64_t by_first = stall.t;
    stall.t -= 1000000;
    (void)do_pay(&stall, G, 1, 800);
    stall_sync(&stall);
    const struct order *order = stall_look(&stall, C);
    assert_int_equal(order->payments_count, 1);
    assert_true(mesh_log(C) < mesh_log(G));
    assert_in_range(order->payments[0].hand.t, by_first - 10, by_first);
    stall_free(&stall);
}

TEST(order_money, pay_first_is_a_draft_until_it_is_paid)
{
    struct stall stall = stall_new();
    (void)do_open_pay_first(&stall, C);
    (void)do_add(&stall, C, 1, 1, 500);
    stall_sync(&stall);
    assert_brief(&stall, "DRAFT unpaid");
    (void)do_pay(&stall, C, 1, 300);
    (void)do_pay(&stall, D, 2, 200);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED");
    (void)do_accept(&stall, K, 1);
    stall_sync(&stall);
    (void)do_add(&stall, C, 0x80000001, 1, 100);
    stall_sync(&stall);
    assert_brief(&stall, "ACCEPTED unpaid needs_accept"); /* it stays on the kitchen's board */
    stall_free(&stall);
}

/* --- discounts, sums --- */

TEST(order_money, a_discount_follows_the_quantity_its_writer_saw)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 3, 333);
    stall_sync(&stall);
    (void)do_discount(&stall, M, 1, 100);
    (void)do_set(&stall, C, 1, -1); /* M had not seen it: a share each of 34, 33, 33 */
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->quantity, 2);
    assert_int_equal(see_line(&stall, 1)->discount_minor, 67);
    assert_int_equal(stall_look(&stall, C)->total_minor, 599);
    (void)do_add(&stall, C, 0x80000001, 1, 100);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 0x80000001)->discount_minor, 0);
    stall_free(&stall);
}

TEST(order_money, a_discount_made_while_an_edit_waits_is_shared_by_what_counted_then)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 2, 500);
    (void)do_start(&stall, K, 1);
    stall_sync(&stall);
    (void)do_start(&stall, K, 1);
    stall_sync(&stall);
    const struct operation edit = do_set(&stall, C, 1, 1);
    stall_sync(&stall);
    (void)do_discount(&stall, M, 1, 100);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->discount_minor, 100);
    (void)do_amend(&stall, K, &edit, true);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->quantity, 3);
    assert_int_equal(see_line(&stall, 1)->discount_minor, 150);
    stall_free(&stall);
}

TEST(order_money, two_discounts_at_once_both_count_but_never_below_nothing)
{
    struct stall stall = stall_at(UNPAID);
    (void)do_discount(&stall, M, 1, 300);
    (void)do_discount(&stall, C, 1, 300);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->discount_minor, 500);
    assert_int_equal(see_line(&stall, 1)->payable_minor, 0);
    assert_int_equal(stall.order->total_minor, 300);
    stall_free(&stall);
}

TEST(order_money, amounts_too_large_to_add_up_are_flagged)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 999, MONEY_MAX);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED overflow");
    assert_int_equal(stall.order->total_minor, 0);
    stall_free(&stall);
}
