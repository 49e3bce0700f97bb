/* test_order.c - what an order's events come to when people do not know of each other: the table of
 * docs/merge-rules.md row by row, the rules behind it, and that no order of arrival changes a word.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/order_text.h"
#include "tests/lib/stall.h"

static void assert_brief(struct stall *stall, const char *expected)
{
    char brief[512];
    order_brief(stall_look(stall, C), brief, sizeof brief);
    assert_string_equal(brief, expected);
}

static const struct order_line *line_at(const struct order *order, uint32_t id)
{
    uint32_t at = 0;
    while (at < order->lines_count && order->lines[at].id != id) {
        at++;
    }
    assert_in_range(at, 0, ORDER_LINES_MAX - 1);
    assert_true(at < order->lines_count);
    return &order->lines[at];
}

static const struct order_line *see_line(struct stall *stall, uint32_t id)
{
    return line_at(stall_look(stall, C), id);
}

static void assert_text(struct bytes text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

/* --- the table: two lines, 5.00 and 3.00, paid unless said otherwise --- */

enum base { UNPAID, PAID, ACCEPTED, COOKING, READY, CANC };

/* What K did in the base: for recalls. */
static struct operation done_first;

static struct stall stall_at(enum base base)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 42);
    (void)do_add(&stall, C, 1, 1, 500);
    (void)do_add(&stall, C, 2, 1, 300);
    stall_sync(&stall);
    if (base != UNPAID) {
        (void)do_pay(&stall, G, 1, 800);
    }
    if (base >= ACCEPTED && base <= READY) {
        (void)do_accept(&stall, K, 2);
    }
    if (base == COOKING || base == READY) {
        (void)do_start(&stall, K, 1);
    }
    if (base == READY) {
        (void)do_start(&stall, K, 2);
        done_first = do_done(&stall, K, 1);
        (void)do_done(&stall, K, 2);
    }
    if (base == CANC) {
        (void)do_cancel(&stall, C);
    }
    stall_sync(&stall);
    return stall;
}

/* X(name, what is done). */
#define DEEDS(X)                                                                                   \
    X(accept_K, do_accept(s, K, 2))                                                                \
    X(accept_L, do_accept(s, L, 2))                                                                \
    X(refuse1_L, do_refuse(s, L, 1, "sold out"))                                                   \
    X(start1_K, do_start(s, K, 1))                                                                 \
    X(start1_L, do_start(s, L, 1))                                                                 \
    X(done1_K, do_done(s, K, 1))                                                                   \
    X(recall1_K, do_recall(s, K, &done_first))                                                     \
    X(cancel_C, do_cancel(s, C))                                                                   \
    X(reinstate_M, do_reinstate(s, M))                                                             \
    X(edit1_C, do_set(s, C, 1, 1))                                                                 \
    X(edit1_D, do_set(s, D, 1, 2))                                                                 \
    X(void1_C, do_void(s, C, 1))                                                                   \
    X(handed_P, do_hand_both(s, P))                                                                \
    X(handed_Q, do_hand_both(s, Q))                                                                \
    X(pay_G, do_pay(s, G, 1, 800))                                                                 \
    X(cash_C, do_pay(s, C, 9, 800))                                                                \
    X(refund_G, do_refund(s, G, 5, 800))

#define X(name, deed)                                                                              \
    static void name(struct stall *s)                                                              \
    {                                                                                              \
        (void)(deed);                                                                              \
    }
DEEDS(X)
#undef X

/* Both at once, the first a moment earlier by the clocks. */
static struct stall meet(enum base base, void (*first)(struct stall *),
                         void (*second)(struct stall *))
{
    struct stall stall = stall_at(base);
    first(&stall);
    second(&stall);
    stall_sync(&stall);
    return stall;
}

static void assert_meeting(enum base base, void (*first)(struct stall *),
                           void (*second)(struct stall *), const char *brief, int64_t due)
{
    struct stall stall = meet(base, first, second);
    assert_brief(&stall, brief);
    assert_int_equal(stall.order->due_minor, due);
    stall_free(&stall);
}

/* X(base, one, the other, phase and flags, due). No clock decides any of them. */
#define MEETINGS(X)                                                                                \
    X(PAID, accept_K, accept_L, "ACCEPTED claim_conflict", 0)                                      \
    X(PAID, accept_K, cancel_C, "CANCELLED refund_due", 800)                                       \
    X(PAID, accept_K, refuse1_L, "ACCEPTED claim_conflict refund_due", 500)                        \
    X(PAID, accept_K, edit1_C, "ACCEPTED unpaid needs_accept", -500)                               \
    X(PAID, edit1_C, edit1_D, "PLACED unpaid", -1500)                                              \
    X(PAID, edit1_C, start1_K, "COOKING late_edit", 0)                                             \
    X(PAID, cancel_C, edit1_D, "CANCELLED refund_due", 800)                                        \
    X(PAID, refuse1_L, start1_K, "COOKING refused_but_started", 0)                                 \
    X(PAID, refuse1_L, edit1_C, "PLACED refund_due", 500)                                          \
    X(ACCEPTED, start1_K, start1_L, "COOKING double_made", 0)                                      \
    X(ACCEPTED, start1_K, cancel_C, "CANCELLED waste refund_due", 800)                             \
    X(ACCEPTED, start1_K, edit1_C, "COOKING late_edit", 0)                                         \
    X(ACCEPTED, start1_K, void1_C, "ACCEPTED waste refund_due", 500)                               \
    X(COOKING, done1_K, cancel_C, "CANCELLED waste refund_due", 800)                               \
    X(COOKING, done1_K, edit1_C, "COOKING late_edit", 0)                                           \
    X(COOKING, done1_K, void1_C, "ACCEPTED waste refund_due", 500)                                 \
    X(COOKING, cancel_C, start1_L, "CANCELLED double_made waste refund_due", 800)                  \
    X(READY, handed_P, cancel_C, "COMPLETED handed_and_cancelled", 0)                              \
    X(READY, handed_P, refund_G, "COMPLETED refunded_and_handed", -800)                            \
    X(READY, handed_P, handed_Q, "COMPLETED double_handover", 0)                                   \
    X(READY, handed_P, recall1_K, "COMPLETED", 0)                                                  \
    X(READY, handed_P, void1_C, "COMPLETED handed_and_cancelled refund_due", 500)                  \
    X(READY, cancel_C, recall1_K, "CANCELLED waste refund_due", 800)                               \
    X(READY, refund_G, cancel_C, "CANCELLED waste", 0)                                             \
    X(READY, handed_P, edit1_C, "COMPLETED late_edit", 0)                                          \
    X(UNPAID, pay_G, cancel_C, "CANCELLED refund_due", 800)                                        \
    X(UNPAID, pay_G, cash_C, "PLACED refund_due", 800)                                             \
    X(UNPAID, pay_G, handed_P, "COMPLETED", 0)                                                     \
    X(UNPAID, pay_G, accept_K, "ACCEPTED", 0)                                                      \
    X(UNPAID, handed_P, cancel_C, "COMPLETED handed_and_cancelled handed_unpaid", -800)            \
    X(CANC, reinstate_M, cancel_C, "CANCELLED refund_due", 800)                                    \
    X(CANC, reinstate_M, refund_G, "PLACED unpaid", -800)                                          \
    X(CANC, reinstate_M, accept_K, "ACCEPTED", 0)

#define X(base, one, other, brief, due)                                                            \
    TEST(when_##base, one##_meets_##other)                                                         \
    {                                                                                              \
        assert_meeting(base, one, other, brief, due);                                              \
        assert_meeting(base, other, one, brief, due);                                              \
    }
MEETINGS(X)
#undef X

/* --- claims --- */

TEST(order, of_two_claims_the_earlier_holds_unless_the_other_has_begun)
{
    struct stall stall = meet(PAID, accept_K, accept_L);
    assert_true(stall_look(&stall, C)->claimed_by == mesh_log(K));
    (void)do_start(&stall, L, 1);
    stall_sync(&stall);
    assert_true(stall_look(&stall, C)->claimed_by == mesh_log(L));
    stall_free(&stall);
    stall = meet(PAID, accept_L, accept_K);
    assert_true(stall_look(&stall, C)->claimed_by == mesh_log(L));
    stall_free(&stall);
}

TEST(order, who_accepts_after_seeing_an_accept_takes_over)
{
    struct stall stall = stall_at(ACCEPTED);
    (void)do_accept(&stall, L, 2);
    stall_sync(&stall);
    assert_brief(&stall, "ACCEPTED");
    assert_true(stall.order->claimed_by == mesh_log(L));
    stall_free(&stall);
}

TEST(order, two_kitchens_may_share_an_order)
{
    struct stall stall = stall_at(PAID);
    (void)do_accept_line(&stall, K, 1);
    (void)do_accept_line(&stall, L, 2);
    stall_sync(&stall);
    assert_brief(&stall, "ACCEPTED");
    assert_true(see_line(&stall, 1)->is_accepted && see_line(&stall, 2)->is_accepted);
    stall_free(&stall);
}

TEST(order, a_recalled_accept_is_gone)
{
    struct stall stall = stall_at(PAID);
    const struct operation accepted = do_accept(&stall, K, 2);
    stall_sync(&stall);
    (void)do_recall(&stall, K, &accepted);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED");
    assert_int_equal(stall.order->claimed_by, 0);
    assert_false(see_line(&stall, 1)->is_accepted);
    stall_free(&stall);
}

TEST(order, a_line_added_after_it_was_accepted_needs_another_accept)
{
    struct stall stall = stall_at(ACCEPTED);
    (void)do_add(&stall, C, 0x80000007, 1, 100);
    stall_sync(&stall);
    assert_brief(&stall, "ACCEPTED unpaid needs_accept");
    assert_true(see_line(&stall, 0x80000007)->is_added_late);
    assert_false(see_line(&stall, 1)->is_added_late);
    (void)do_accept_line(&stall, K, 0x80000007);
    stall_sync(&stall);
    assert_brief(&stall, "ACCEPTED unpaid");
    stall_free(&stall);
}

/* --- edits --- */

TEST(order, changes_of_a_quantity_add_up)
{
    struct stall stall = meet(PAID, edit1_C, edit1_D);
    assert_int_equal(see_line(&stall, 1)->quantity, 4);
    assert_int_equal(see_line(&stall, 1)->revision, 3);
    (void)do_set(&stall, C, 1, -9);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->quantity, 0);
    assert_false(see_line(&stall, 1)->is_active);
    stall_free(&stall);
}

static struct stall late_edit(struct operation *ret_edit)
{
    struct stall stall = stall_at(COOKING);
    *ret_edit = do_set(&stall, C, 1, 2);
    stall_sync(&stall);
    assert_brief(&stall, "COOKING late_edit");
    assert_int_equal(see_line(&stall, 1)->quantity, 1);
    assert_int_equal(see_line(&stall, 1)->quantity_wished, 3);
    return stall;
}

TEST(order, a_late_edit_counts_once_the_kitchen_agrees)
{
    struct operation edit;
    struct stall stall = late_edit(&edit);
    (void)do_amend(&stall, K, &edit, true);
    stall_sync(&stall);
    assert_brief(&stall, "COOKING unpaid");
    assert_int_equal(see_line(&stall, 1)->quantity, 3);
    stall_free(&stall);
}

TEST(order, a_late_edit_is_dropped_when_the_kitchen_says_no)
{
    struct operation edit;
    struct stall stall = late_edit(&edit);
    (void)do_amend(&stall, K, &edit, false);
    stall_sync(&stall);
    assert_brief(&stall, "COOKING");
    assert_int_equal(see_line(&stall, 1)->quantity, 1);
    assert_int_equal(see_line(&stall, 1)->quantity_wished, 1);
    stall_free(&stall);
}

TEST(order, a_yes_and_a_no_at_once_are_no_answer_and_the_next_one_is)
{
    struct operation edit;
    struct stall stall = late_edit(&edit);
    (void)do_amend(&stall, K, &edit, true);
    (void)do_amend(&stall, L, &edit, false);
    stall_sync(&stall);
    assert_brief(&stall, "COOKING late_edit");
    (void)do_amend(&stall, K, &edit, true);
    stall_sync(&stall);
    assert_brief(&stall, "COOKING unpaid");
    stall_free(&stall);
}

TEST(order, a_late_edit_is_in_time_after_all_when_the_start_is_recalled)
{
    struct stall stall = stall_at(PAID);
    const struct operation started = do_start(&stall, K, 1);
    (void)do_set(&stall, C, 1, 1);
    stall_sync(&stall);
    assert_brief(&stall, "COOKING late_edit");
    (void)do_recall(&stall, K, &started);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED unpaid");
    assert_int_equal(see_line(&stall, 1)->quantity, 2);
    stall_free(&stall);
}

TEST(order, two_notes_at_once_are_both_shown_until_somebody_settles_it)
{
    struct stall stall = stall_at(PAID);
    (void)do_note(&stall, C, 1, "no onions");
    (void)do_note(&stall, D, 1, "more onions");
    stall_sync(&stall);
    assert_brief(&stall, "PLACED edit_conflict");
    assert_text(see_line(&stall, 1)->note, "more onions");
    assert_text(see_line(&stall, 1)->note_other, "no onions");
    (void)do_note(&stall, C, 1, "no onions");
    stall_sync(&stall);
    assert_brief(&stall, "PLACED");
    assert_text(see_line(&stall, 1)->note, "no onions");
    stall_free(&stall);
}

TEST(order, the_same_note_twice_is_no_conflict)
{
    struct stall stall = stall_at(PAID);
    (void)do_note(&stall, C, 1, "no onions");
    (void)do_note(&stall, D, 1, "no onions");
    stall_sync(&stall);
    assert_brief(&stall, "PLACED");
    stall_free(&stall);
}

TEST(order, of_two_options_at_once_the_cheaper_is_charged_whatever_the_clocks_say)
{
    for (int swap = 0; swap < 2; swap++) {
        struct stall stall = stall_at(PAID);
        if (swap != 0) {
            (void)do_option(&stall, D, 1, "large", 150);
        }
        (void)do_option(&stall, C, 1, "medium", 50);
        if (swap == 0) {
            (void)do_option(&stall, D, 1, "large", 150);
        }
        stall_sync(&stall);
        assert_brief(&stall, "PLACED edit_conflict unpaid");
        assert_int_equal(stall.order->total_minor, 850);
        assert_text(see_line(&stall, 1)->options[0].name, "medium");
        assert_int_equal(see_line(&stall, 1)->options_other_count, 1);
        assert_text(see_line(&stall, 1)->options_other[0].name, "large");
        stall_free(&stall);
    }
}

/* --- undoing --- */

TEST(order, a_recall_undoes_what_it_names_and_nothing_else)
{
    struct stall stall = stall_at(READY);
    (void)do_recall(&stall, K, &done_first);
    stall_sync(&stall);
    assert_brief(&stall, "COOKING");
    assert_int_equal(see_line(&stall, 1)->progress, LINE_STARTED);
    assert_int_equal(see_line(&stall, 2)->progress, LINE_DONE);
    stall_free(&stall);
}

TEST(order, lines_stand_in_the_order_in_which_they_were_seen_whatever_the_clocks_say)
{
    enum { FIRST = 1, SECOND = INT32_MIN + 9, THIRD = INT32_MIN + 5 };
    struct stall stall = stall_at(UNPAID);
    stall.t += 1000000;
    (void)do_add(&stall, D, (uint32_t)SECOND, 1, 100);
    stall_sync(&stall);
    stall.t -= 1000000;
    (void)do_add(&stall, C, (uint32_t)THIRD, 1, 100);
    stall_sync(&stall);
    const struct order *order = stall_look(&stall, C);
    assert_int_equal(order->lines_count, 4);
    assert_int_equal(order->lines[0].id, FIRST);
    assert_int_equal(order->lines[2].id, (uint32_t)SECOND);
    assert_int_equal(order->lines[3].id, (uint32_t)THIRD);
    stall_free(&stall);
}

TEST(order, of_two_reports_of_one_payment_that_say_as_much_no_clock_chooses)
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
    assert_in_range(order->payments[0].t, by_first - 10, by_first);
    stall_free(&stall);
}

TEST(order, an_edit_that_was_handed_over_stands_whatever_comes_to_light_later)
{
    struct stall stall = stall_at(PAID);
    (void)do_set(&stall, C, 1, 1);
    (void)do_hand(&stall, C, 1, 2);
    (void)do_start(&stall, K, 1);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->quantity, 2);
    assert_int_equal(see_line(&stall, 1)->handed, 2);
    assert_int_equal(stall.order->flags & FLAG_LATE_EDIT, 0);
    stall_free(&stall);
}

TEST(order, an_edit_that_was_late_when_it_was_handed_over_waits_on)
{
    struct stall stall = stall_at(PAID);
    (void)do_set(&stall, C, 1, 1);
    (void)do_start(&stall, K, 1);
    stall_sync(&stall);
    (void)do_hand(&stall, P, 1, 1);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->quantity, 1);
    assert_int_equal(see_line(&stall, 1)->quantity_wished, 2);
    stall_free(&stall);
}

TEST(order, an_edit_whose_hand_over_was_taken_back_is_late_again)
{
    struct stall stall = stall_at(PAID);
    (void)do_set(&stall, C, 1, 1);
    const struct operation handed = do_hand(&stall, C, 1, 2);
    (void)do_start(&stall, K, 1);
    stall_sync(&stall);
    (void)do_unhand(&stall, P, &handed);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->quantity, 1);
    stall_free(&stall);
}

TEST(order, of_hand_overs_without_end_the_first_settle_what_they_knew)
{
    enum { FIRST = 32 }; /* that are looked at */
    struct stall stall = stall_at(PAID);
    for (uint32_t i = 0; i < FIRST; i++) {
        (void)do_hand(&stall, C, 1, 1);
    }
    (void)do_set(&stall, D, 1, 1);
    (void)do_hand(&stall, D, 1, 2);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->quantity, 1);
    assert_int_equal(see_line(&stall, 1)->quantity_wished, 2);
    stall_free(&stall);
}

TEST(order, a_recall_cannot_undo_a_cancel_or_a_hand_over)
{
    struct stall stall = stall_at(READY);
    const struct operation handed = do_hand(&stall, P, 1, 1);
    const struct operation cancelled = do_cancel(&stall, C);
    stall_sync(&stall);
    (void)do_recall(&stall, K, &handed);
    (void)do_recall(&stall, K, &cancelled);
    (void)do_unhand(&stall, P, &cancelled);
    (void)do_unhand(&stall, P, &done_first);
    stall_sync(&stall);
    assert_true(stall_look(&stall, C)->is_cancelled);
    assert_int_equal(see_line(&stall, 1)->handed, 1);
    assert_int_equal(see_line(&stall, 1)->progress, LINE_DONE);
    stall_free(&stall);
}

TEST(order, a_hand_over_that_was_a_mistake_is_taken_back)
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

TEST(order, a_reinstatement_undoes_only_the_cancels_it_had_seen)
{
    struct stall stall = stall_at(CANC);
    (void)do_reinstate(&stall, M);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED");
    (void)do_cancel(&stall, C);
    stall_sync(&stall);
    assert_brief(&stall, "CANCELLED refund_due");
    assert_text(stall.order->reason, "left");
    stall_free(&stall);
}

/* --- refusals, voids --- */

TEST(order, a_refused_line_is_not_owed_and_an_order_without_lines_is_over)
{
    struct stall stall = stall_at(PAID);
    (void)do_refuse(&stall, K, 1, "sold out");
    stall_sync(&stall);
    assert_brief(&stall, "PLACED refund_due");
    assert_int_equal(stall.order->owed_minor, 300);
    (void)do_refuse(&stall, K, 2, "closed");
    stall_sync(&stall);
    assert_brief(&stall, "REFUSED refund_due");
    assert_int_equal(stall.order->due_minor, 800);
    assert_text(stall.order->reason, "closed");
    stall_free(&stall);
}

TEST(order, an_order_whose_lines_were_all_voided_is_cancelled)
{
    struct stall stall = stall_at(PAID);
    (void)do_void(&stall, C, 1);
    (void)do_void(&stall, C, 2);
    stall_sync(&stall);
    assert_brief(&stall, "CANCELLED refund_due");
    assert_false(stall.order->is_cancelled);
    stall_free(&stall);
}

TEST(order, a_recalled_refusal_brings_the_line_back)
{
    struct stall stall = stall_at(PAID);
    const struct operation refused = do_refuse(&stall, K, 1, "sold out");
    stall_sync(&stall);
    (void)do_recall(&stall, K, &refused);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED");
    stall_free(&stall);
}

/* --- handing over --- */

TEST(order, it_is_completed_when_nothing_is_left_to_hand_over)
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

TEST(order, handing_over_implies_that_it_was_made)
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

TEST(order, units_are_counted_across_hand_overs_and_never_beyond_the_quantity)
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

TEST(order, of_a_cancelled_order_what_was_eaten_is_owed)
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

/* --- retried at another device --- */

TEST(order, retried_elsewhere_it_is_one_order_with_two_numbers)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, D, "B", 7);
    (void)do_add(&stall, D, 1, 2, 250);
    (void)do_open(&stall, C, "A", 12);
    (void)do_add(&stall, C, 1, 2, 250);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED unpaid two_numbers");
    assert_int_equal(stall.order->lines_count, 1);
    assert_int_equal(stall.order->total_minor, 500);
    assert_text(stall.order->numbers[0].lane, "A");
    assert_int_equal(stall.order->numbers[1].number, 7);
    const uint64_t lower = mesh_log(C) < mesh_log(D) ? mesh_log(C) : mesh_log(D);
    assert_true(stall.order->opened_log == lower); /* the clocks say D */
    stall_free(&stall);
}

TEST(order, one_line_id_with_two_contents_is_pointed_out)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 12);
    stall_sync(&stall);
    (void)do_add(&stall, D, 1, 2, 250);
    (void)do_add(&stall, C, 1, 2, 200);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED unpaid line_conflict");
    assert_int_equal(stall.order->lines_count, 1);
    /* The smaller operation stands; D's clock says that it was first. */
    assert_int_equal(stall.order->total_minor, mesh_log(C) < mesh_log(D) ? 400 : 500);
    stall_free(&stall);
}

/* --- money --- */

TEST(order, a_payment_counts_once_per_id_at_its_largest)
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

TEST(order, pay_first_is_a_draft_until_it_is_paid)
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

TEST(order, a_discount_follows_the_quantity_its_writer_saw)
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

TEST(order, a_discount_made_while_an_edit_waits_is_shared_by_what_counted_then)
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

TEST(order, two_discounts_at_once_both_count_but_never_below_nothing)
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

TEST(order, amounts_too_large_to_add_up_are_flagged)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 999, MONEY_MAX);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED overflow");
    assert_int_equal(stall.order->total_minor, 0);
    stall_free(&stall);
}

/* --- seen --- */

TEST(order, it_is_seen_while_a_board_has_drawn_its_newest_change)
{
    struct stall stall = stall_at(PAID);
    assert_false(stall_look(&stall, C)->is_seen);
    (void)do_seen(&stall, K);
    stall_sync(&stall);
    assert_true(stall_look(&stall, C)->is_seen);
    (void)do_accept(&stall, K, 2);
    stall_sync(&stall);
    assert_true(stall_look(&stall, C)->is_seen);
    const struct operation edit = do_set(&stall, C, 1, 1);
    stall_sync(&stall);
    assert_false(stall_look(&stall, C)->is_seen);
    assert_true(operation_equal(&stall.order->changed, &edit));
    (void)do_seen(&stall, L);
    stall_sync(&stall);
    assert_true(stall_look(&stall, C)->is_seen);
    stall_free(&stall);
}

/* --- times --- */

TEST(order, times_are_told_when_the_steps_are_taken)
{
    struct stall stall = stall_at(READY);
    const struct order *order = stall_look(&stall, C);
    assert_true(order->opened_t < order->accepted_t && order->accepted_t < order->ready_t);
    assert_int_equal(order->handed_t, 0);
    stall_free(&stall);
    stall = stall_at(COOKING);
    assert_int_equal(stall_look(&stall, C)->ready_t, 0);
    stall_free(&stall);
}

/* --- what makes no sense is void --- */

TEST(order, a_body_that_makes_no_sense_changes_nothing)
{
    static const uint8_t senseless[] = {0x92, 0x01, 0xa1, 'x'};
    struct stall stall = stall_at(PAID);
    for (uint32_t type = EVENT_ORDER_OPEN; type <= EVENT_REFUND; type++) {
        const struct event_info *info = event_info_find(type);
        if (info != NULL && type != EVENT_REINSTATE) {
            (void)mesh_write(stall.mesh, C, type, 1, bytes_of(senseless, sizeof senseless));
        }
    }
    (void)do_void(&stall, C, 77); /* no such line */
    (void)do_start(&stall, C, 77);
    (void)do_hand(&stall, C, 77, 1);
    (void)do_set(&stall, C, 77, 1);
    stall_sync(&stall);
    assert_brief(&stall, "PLACED");
    stall_free(&stall);
}

TEST(order, of_too_many_lines_the_lowest_ids_stay)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    for (uint32_t line = ORDER_LINES_MAX + 2; line > 0; line--) {
        (void)do_add(&stall, C, line, 1, 100);
    }
    assert_brief(&stall, "PLACED unpaid cut_short");
    assert_int_equal(stall.order->lines_count, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < ORDER_LINES_MAX; i++) {
        assert_int_equal(stall.order->lines[i].id, i + 1);
    }
    stall_free(&stall);
}

TEST(order, while_a_part_is_on_its_way_it_says_so)
{
    struct stall stall = stall_at(UNPAID);
    (void)do_set(&stall, C, 1, 1);
    mesh_fill(stall.mesh, K);
    (void)do_accept(&stall, K, 2);
    (void)mesh_deliver(stall.mesh, K, M, 9);
    order_derive(mesh_history(stall.mesh, M), stall.order);
    assert_true((stall.order->flags & FLAG_PENDING) != 0);
    assert_int_equal(stall.order->claimed_by, 0);
    stall_free(&stall);
}

/* --- convergence --- */

static void do_something(struct stall *stall, struct prng *prng, struct operation *past)
{
    const enum person at = (enum person)prng_below(prng, PEOPLE - 1);
    const uint32_t line = (uint32_t)prng_between(prng, 1, 3);
    const struct operation *what = &past[prng_below(prng, 8)];
    const int32_t delta = (int32_t)prng_between(prng, -2, 3);
    struct operation done = {0};
    stall->t = (uint64_t)prng_between(prng, 1, 200); /* clocks of all kinds */
    /* clang-format off */
    switch (prng_below(prng, 20)) {
    case 0: done = do_open(stall, at, at % 2 ? "A" : "B", line); break;
    case 1: done = do_add(stall, at, line, line, 100 * line + at % 2); break;
    case 2: case 3: done = do_set(stall, at, line, delta); break;
    case 4: done = do_note(stall, at, line, at % 2 ? "hot" : "cold"); break;
    case 5: done = do_option(stall, at, line, at % 2 ? "large" : "small", delta); break;
    case 6: done = do_void(stall, at, line); break;
    case 7: done = do_accept(stall, at, line); break;
    case 8: done = do_refuse(stall, at, line, "none left"); break;
    case 9: case 10: done = do_start(stall, at, line); break;
    case 11: done = do_done(stall, at, line); break;
    case 12: done = do_recall(stall, at, what); break;
    case 13: done = do_hand(stall, at, line, line); break;
    case 14: done = do_unhand(stall, at, what); break;
    case 15: done = do_cancel(stall, at); break;
    case 16: done = do_reinstate(stall, at); break;
    case 17: done = do_amend(stall, at, what, prng_one_in(prng, 2)); break;
    case 18: done = do_discount(stall, at, line, 50); break;
    default: done = do_pay(stall, at, (uint8_t)line, 100 * line + at); break;
    }
    /* clang-format on */
    past[prng_below(prng, 8)] = done;
}

/* The manager writes and hears nothing until the end, and then everything in an order of chance. */
TEST(order, any_order_of_arrival_gives_the_same_view)
{
    static char first[ORDER_TEXT_MAX];
    static char other[ORDER_TEXT_MAX];
    uint32_t flags = 0;
    uint32_t phases = 0;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct prng prng = {seed};
        struct stall stall = stall_new();
        struct operation past[8];
        const struct operation opened = do_open(&stall, C, "A", 1);
        for (uint32_t i = 0; i < 8; i++) {
            past[i] = opened;
        }
        (void)do_add(&stall, C, 1, 2, 500);
        (void)do_add(&stall, C, 2, 1, 300);
        stall_sync(&stall);
        for (uint32_t step = 0; step < 30; step++) {
            do_something(&stall, &prng, past);
            (void)mesh_deliver(stall.mesh, (uint32_t)prng_below(&prng, PEOPLE),
                               (uint32_t)prng_below(&prng, PEOPLE - 1), 4);
        }
        for (uint32_t person = 0; person < PEOPLE; person++) {
            mesh_fill_shuffled(stall.mesh, person, &prng);
            order_text(stall_look(&stall, (enum person)person), person == 0 ? first : other,
                       ORDER_TEXT_MAX);
            if (person > 0) {
                assert_string_equal(first, other);
            }
        }
        flags |= stall.order->flags;
        phases |= 1u << stall.order->phase;
        stall_free(&stall);
    }
    /* The stories were not all dull: nearly every flag was raised, nearly every phase reached. */
    const uint32_t expected =
        FLAG_CLAIM_CONFLICT | FLAG_DOUBLE_MADE | FLAG_LATE_EDIT | FLAG_HANDED_AND_CANCELLED |
        FLAG_HANDED_UNPAID | FLAG_DOUBLE_HANDOVER | FLAG_REFUSED_BUT_STARTED | FLAG_WASTE |
        FLAG_REFUND_DUE | FLAG_UNPAID | FLAG_TWO_NUMBERS | FLAG_LINE_CONFLICT | FLAG_NEEDS_ACCEPT;
    assert_int_equal(flags & expected, expected);
    assert_true((phases & (1u << PHASE_COMPLETED)) != 0 && (phases & (1u << PHASE_CANCELLED)) != 0);
    assert_true((phases & (1u << PHASE_COOKING)) != 0);
}
