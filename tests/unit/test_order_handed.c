/* test_order_handed.c - handing over, unit by unit, and taking it back: docs/merge-rules.md.
 */
#include "tests/lib/stall_order.h"
#include "tests/lib/stall_seen.h"
#include "tests/lib/test.h"

TEST(order_handed, it_is_completed_when_nothing_is_left_to_hand_over)
{
    struct stall stall = stall_at(READY);
    (void)do_hand(&stall, P, 1, 1);
    stall_sync(&stall);
    assert_brief(&stall, "READY");
    (void)do_void(&stall, C, 2);
    stall_sync(&stall);
    assert_brief(&stall, "COMPLETED waste refund_due");
    stall_free(&stall);
}

TEST(order_handed, handing_over_implies_that_it_was_made)
{
    struct stall stall = stall_at(PAID);
    (void)do_hand(&stall, P, 1, 1);
    stall_sync(&stall);
    assert_brief(&stall, "COOKING");
    assert_int_equal(see_line(&stall, 1)->progress, LINE_DONE);
    (void)do_refuse(&stall, K, 1, "sold out");
    stall_sync(&stall);
    assert_brief(&stall, "COOKING refused_but_started");
    stall_free(&stall);
}

TEST(order_handed, units_are_counted_across_hand_overs_and_never_beyond_the_quantity)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 3, 100);
    (void)do_pay(&stall, C, 1, 300);
    stall_sync(&stall);
    (void)do_hand(&stall, P, 1, 1);
    (void)do_hand(&stall, Q, 1, 1);
    stall_sync(&stall);
    assert_brief(&stall, "READY");
    assert_int_equal(see_line(&stall, 1)->handed, 2);
    (void)do_hand(&stall, P, 1, 1);
    (void)do_hand(&stall, Q, 1, 1);
    stall_sync(&stall);
    assert_brief(&stall, "COMPLETED double_handover");
    assert_int_equal(see_line(&stall, 1)->handed, 3);
    stall_free(&stall);
}

TEST(order_handed, of_a_cancelled_order_what_was_eaten_is_owed)
{
    struct stall stall = stall_at(READY);
    (void)do_hand(&stall, P, 1, 1);
    (void)do_cancel(&stall, C);
    stall_sync(&stall);
    assert_brief(&stall, "COMPLETED handed_and_cancelled waste refund_due");
    assert_int_equal(stall.order->owed_minor, 500);
    assert_int_equal(stall.order->total_minor, 800);
    assert_int_equal(stall.order->due_minor, 300);
    stall_free(&stall);
}

/* --- taken back --- */

TEST(order_handed, a_recall_cannot_undo_a_cancel_or_a_hand_over)
{
    struct stall stall = stall_at(READY);
    const struct operation handed = do_hand(&stall, P, 1, 1);
    const struct operation cancelled = do_cancel(&stall, C);
    stall_sync(&stall);
    (void)do_recall(&stall, K, &handed);
    (void)do_recall(&stall, K, &cancelled);
    (void)do_unhand(&stall, P, &cancelled);
    (void)do_unhand(&stall, P, &stall.done);
    stall_sync(&stall);
    assert_true(stall_look(&stall, C)->is_cancelled);
    assert_int_equal(see_line(&stall, 1)->handed, 1);
    assert_int_equal(see_line(&stall, 1)->progress, LINE_DONE);
    stall_free(&stall);
}

TEST(order_handed, a_hand_over_that_was_a_mistake_is_taken_back)
{
    struct stall stall = stall_at(READY);
    const struct operation handed = do_hand_both(&stall, P);
    stall_sync(&stall);
    assert_brief(&stall, "COMPLETED");
    (void)do_unhand(&stall, P, &handed);
    stall_sync(&stall);
    assert_brief(&stall, "READY");
    assert_int_equal(stall.order->handed_t, 0);
    stall_free(&stall);
}

/* --- nobody came --- */

TEST(order_handed, what_nobody_came_for_ends_the_order_and_moves_no_money)
{
    struct stall stall = stall_at(READY);
    (void)do_hand(&stall, P, 1, 1);
    const struct operation left = do_leave(&stall, P, 2, 1);
    stall_sync(&stall);
    assert_brief(&stall, "COMPLETED waste");
    assert_int_equal(stall.order->owed_minor, 800);
    assert_int_equal(stall.order->due_minor, 0);
    assert_int_equal(see_line(&stall, 1)->uncollected, 0);
    assert_int_equal(see_line(&stall, 2)->uncollected, 1);
    (void)do_unhand(&stall, P, &left);
    stall_sync(&stall);
    assert_brief(&stall, "READY");
    assert_int_equal(see_line(&stall, 2)->uncollected, 0);
    stall_free(&stall);
}

TEST(order_handed, who_has_it_came_whatever_somebody_said_who_had_not_heard)
{
    struct stall stall = stall_at(READY);
    (void)do_leave(&stall, P, 1, 1);
    (void)do_hand_both(&stall, Q);
    stall_sync(&stall);
    assert_brief(&stall, "COMPLETED double_handover");
    assert_int_equal(see_line(&stall, 1)->handed, 1);
    assert_int_equal(see_line(&stall, 1)->uncollected, 0);
    stall_free(&stall);
}

TEST(order_handed, what_nobody_paid_and_nobody_collected_is_still_asked_for)
{
    struct stall stall = stall_at(UNPAID);
    (void)do_leave(&stall, P, 1, 1);
    (void)do_leave(&stall, P, 2, 1);
    stall_sync(&stall);
    assert_brief(&stall, "COMPLETED handed_unpaid waste");
    assert_int_equal(stall.order->due_minor, -800);
    stall_free(&stall);
}
