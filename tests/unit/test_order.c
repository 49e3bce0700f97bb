/* test_order.c - what an order's events come to when people do not know of each other: the table of
 * docs/merge-rules.md row by row, the rules behind it, and that no order of arrival changes a word.
 * Edits, money and handing over: test_order_edits.c, test_order_money.c, test_order_handed.c.
 */
#include "tests/lib/stall_order.h"
#include "tests/lib/stall_seen.h"
#include "tests/lib/test.h"

/* --- the table: two lines, 5.00 and 3.00, paid unless said otherwise --- */

/* X(name, what is done). */
#define DEEDS(X)                                                                                   \
    X(accept_K, do_accept(s, K, 2))                                                                \
    X(accept_L, do_accept(s, L, 2))                                                                \
    X(refuse1_L, do_refuse(s, L, 1, "sold out"))                                                   \
    X(start1_K, do_start(s, K, 1))                                                                 \
    X(start1_L, do_start(s, L, 1))                                                                 \
    X(done1_K, do_done(s, K, 1))                                                                   \
    X(recall1_K, do_recall(s, K, &s->done))                                                        \
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

/* --- undoing --- */

TEST(order, a_recall_undoes_what_it_names_and_nothing_else)
{
    struct stall stall = stall_at(READY);
    (void)do_recall(&stall, K, &stall.done);
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
    struct operation done;
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
