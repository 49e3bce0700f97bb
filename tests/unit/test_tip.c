/* test_tip.c - what a guest gives on top: how much of it is left when less is owed, and what
 * becomes of it when people do not know of each other.
 */
#include "tests/lib/stall_order.h"
#include "tests/lib/stall_seen.h"
#include "tests/lib/test.h"

#include "sync/domain/tip.h"

/* --- the amount --- */

TEST(tip, it_is_an_amount_or_a_share_and_never_more_than_what_is_owed)
{
    static const struct {
        int64_t amount, owed;
        uint32_t bp;
        int err;
        int64_t tip;
        uint32_t most;
    } cases[] = {
        {150, 1300, 0, 0, 150, TIP_BP_MAX},
        {0, 1300, 0, 0, 0, TIP_BP_MAX},
        {0, 1300, 1000, 0, 130, 1000},
        {0, 1345, 1000, 0, 135, 1000}, /* half up */
        {0, 1300, TIP_BP_MAX, 0, 1300, TIP_BP_MAX},
        {1300, 1300, 0, 0, 1300, TIP_BP_MAX},
        {1301, 1300, 0, ERR_TOO_LARGE, 0, 0},
        {1, 0, 0, ERR_TOO_LARGE, 0, 0},
        {1, -200, 0, ERR_TOO_LARGE, 0, 0}, /* deposits that came back */
        {0, -200, 1000, 0, 0, 1000},
        {0, INT64_MAX, 1000, 0, 0, 1000}, /* no order comes to that much */
        {-1, 1300, 0, ERR_MALFORMED, 0, 0},
        {0, 1300, TIP_BP_MAX + 1, ERR_MALFORMED, 0, 0},
        {100, 1300, 1000, ERR_MALFORMED, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tip tip = {0};
        assert_int_equal(tip_of(cases[i].amount, cases[i].bp, cases[i].owed, &tip), cases[i].err);
        assert_int_equal(tip.amount_minor, cases[i].tip);
        assert_int_equal(tip.most_bp, cases[i].most);
    }
}

TEST(tip, the_shares_that_customers_are_offered_are_whole_percentages_that_grow)
{
    static const struct {
        const char *text;
        bool is_sound;
    } cases[] = {
        {"", true},      {"10", true},     {"5 10 15", true}, {"1 2 3 4 5 100", true},
        {"0", false},    {"05", false},    {"101", false},    {"10 5", false},
        {"5 5", false},  {"5  10", false}, {" 5", false},     {"5 ", false},
        {"5,10", false}, {"5%", false},    {"1000", false},   {"1 2 3 4 5 6 7", false},
        {"-5", false},   {"ten", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(tip_shares_are_sound(bytes_of_text(cases[i].text)), cases[i].is_sound);
    }
}

/* --- of an order --- */

static void assert_tip(struct stall *stall, int64_t tip, int64_t due)
{
    stall_sync(stall);
    for (enum person at = C; at < PEOPLE; at++) {
        assert_int_equal(stall_look(stall, at)->tip_minor, tip);
        assert_int_equal(stall_look(stall, at)->due_minor, due);
    }
}

TEST(tip, it_is_to_be_paid_and_is_neither_sales_nor_taxed)
{
    struct stall stall = stall_at(UNPAID);
    const int64_t owed = stall_look(&stall, C)->owed_minor, tax = stall.order->owed_tax_minor;
    (void)do_tip(&stall, C, 80, TIP_BP_MAX);
    assert_tip(&stall, 80, -880);
    assert_int_equal(stall.order->owed_minor, owed);
    assert_int_equal(stall.order->total_minor, owed);
    assert_int_equal(stall.order->owed_tax_minor, tax);
    (void)do_pay(&stall, C, 1, 880);
    assert_tip(&stall, 80, 0);
    assert_brief(&stall, "PLACED");
    stall_free(&stall);
}

TEST(tip, a_later_one_replaces_those_that_its_writer_had_seen)
{
    struct stall stall = stall_at(UNPAID);
    (void)do_tip(&stall, C, 80, TIP_BP_MAX);
    (void)do_tip(&stall, C, 100, TIP_BP_MAX);
    assert_tip(&stall, 100, -900);
    (void)do_tip(&stall, D, 0, TIP_BP_MAX);
    assert_tip(&stall, 0, -800);
    stall_free(&stall);
}

TEST(tip, of_several_that_knew_nothing_of_each_other_the_one_that_leaves_least_counts)
{
    struct stall stall = stall_at(UNPAID);
    (void)do_tip(&stall, C, 100, TIP_BP_MAX);
    (void)do_tip(&stall, D, 60, TIP_BP_MAX);
    (void)do_tip(&stall, G, 80, 1000);
    assert_tip(&stall, 60, -860);
    (void)do_tip(&stall, C, 100, TIP_BP_MAX); /* who says it again has seen all */
    assert_tip(&stall, 100, -900);
    stall_free(&stall);
}

TEST(tip, one_that_was_replaced_counts_no_more_beside_one_that_nobody_had_seen)
{
    struct stall stall = stall_at(UNPAID);
    (void)do_tip(&stall, C, 10, TIP_BP_MAX);
    (void)do_tip(&stall, C, 300, TIP_BP_MAX);
    (void)do_tip(&stall, D, 200, TIP_BP_MAX); /* saw neither */
    assert_tip(&stall, 200, -1000);
    stall_free(&stall);
}

TEST(tip, a_share_shrinks_with_what_is_refused_and_an_amount_stays)
{
    struct stall stall = stall_at(PAID);
    (void)do_tip(&stall, C, 80, 1000);
    (void)do_pay(&stall, C, 9, 80);
    assert_tip(&stall, 80, 0);
    (void)do_refuse(&stall, K, 2, "sold out"); /* 3.00 of 8.00 */
    assert_tip(&stall, 50, 330);
    (void)do_tip(&stall, C, 80, TIP_BP_MAX);
    assert_tip(&stall, 80, 300);
    stall_free(&stall);
}

TEST(tip, it_never_grows_by_itself)
{
    struct stall stall = stall_at(UNPAID);
    (void)do_tip(&stall, C, 80, 1000);
    (void)do_add(&stall, C, 0x80000001, 1, 1000);
    assert_tip(&stall, 80, -1880);
    stall_free(&stall);
}

TEST(tip, an_amount_is_never_more_than_what_is_left_of_the_order)
{
    struct stall stall = stall_at(UNPAID);
    (void)do_tip(&stall, C, 700, TIP_BP_MAX);
    (void)do_refuse(&stall, K, 1, "sold out");
    assert_tip(&stall, 300, -600);
    stall_free(&stall);
}

TEST(tip, of_an_order_that_came_to_nothing_all_of_it_is_given_back)
{
    struct stall stall = stall_at(PAID);
    (void)do_tip(&stall, C, 80, TIP_BP_MAX);
    (void)do_pay(&stall, C, 9, 80);
    assert_tip(&stall, 80, 0);
    (void)do_cancel(&stall, C);
    assert_tip(&stall, 0, 880);
    (void)do_reinstate(&stall, C);
    assert_tip(&stall, 80, 0);
    (void)do_refuse(&stall, K, 1, "fire");
    (void)do_refuse(&stall, K, 2, "fire");
    assert_tip(&stall, 0, 880);
    stall_free(&stall);
}

TEST(tip, a_refund_gives_none_of_it_back)
{
    struct stall stall = stall_at(PAID);
    (void)do_tip(&stall, C, 80, 1000);
    (void)do_pay(&stall, C, 9, 80);
    stall_sync(&stall);
    (void)do_refund(&stall, M, 7, 500);
    assert_tip(&stall, 80, -500);
    stall_free(&stall);
}

TEST(tip, what_is_not_paid_of_it_holds_no_food_back)
{
    struct stall stall = stall_new();
    (void)do_open_pay_first(&stall, C);
    (void)do_add(&stall, C, 1, 1, 500);
    stall_sync(&stall);
    (void)do_pay(&stall, C, 1, 500);
    (void)do_tip(&stall, C, 50, TIP_BP_MAX);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED unpaid");
    stall_free(&stall);
}
