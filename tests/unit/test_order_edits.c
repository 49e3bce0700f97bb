/* test_order_edits.c - edits of a line that did not know of each other, that come too late, and
 * that were handed over; and answers of the kitchen: docs/merge-rules.md, "Field by field".
 */
#include "tests/lib/stall_order.h"
#include "tests/lib/stall_seen.h"
#include "tests/lib/test.h"

/* Line 1, one at 5.00, known to all. */
static struct stall stall_with_line(void)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 1, 500);
    stall_sync(&stall);
    return stall;
}

static const struct order_line *look(struct stall *stall)
{
    stall_sync(stall);
    return &stall_look(stall, C)->lines[0];
}

/* --- quantities --- */

TEST(order_edits, changes_of_a_quantity_add_up)
{
    struct stall stall = stall_at(PAID);
    (void)do_set(&stall, C, 1, 1);
    (void)do_set(&stall, D, 1, 2);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->quantity, 4);
    assert_int_equal(see_line(&stall, 1)->revision, 3);
    (void)do_set(&stall, C, 1, -9);
    stall_sync(&stall);
    assert_int_equal(see_line(&stall, 1)->quantity, 0);
    assert_false(see_line(&stall, 1)->is_active);
    stall_free(&stall);
}

/* --- notes --- */

/* The clocks of C, D and M say when; the later is shown, then the next that says something else. */
TEST(order_edits, of_three_notes_at_once_the_latest_two_that_differ_are_shown)
{
    static const struct {
        const char *notes[3]; /* in order of the clocks */
        enum person by[3];
        const char *shown, *other;
    } cases[] = {
        {{"a", "b", "c"}, {C, D, M}, "c", "b"}, {{"a", "b", "c"}, {M, D, C}, "c", "b"},
        {{"a", "b", "c"}, {D, M, C}, "c", "b"}, {{"a", "b", "c"}, {D, C, M}, "c", "b"},
        {{"a", "b", "b"}, {C, D, M}, "b", "a"}, {{"a", "a", "b"}, {M, D, C}, "b", "a"},
        {{"b", "a", "b"}, {C, M, D}, "b", "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stall stall = stall_with_line();
        for (uint32_t n = 0; n < 3; n++) {
            (void)do_note(&stall, cases[i].by[n], 1, cases[i].notes[n]);
        }
        const struct order_line *line = look(&stall);
        assert_true(line->has_conflict);
        assert_text(line->note, cases[i].shown);
        assert_text(line->note_other, cases[i].other);
        stall_free(&stall);
    }
}

TEST(order_edits, two_notes_at_once_are_both_shown_until_somebody_settles_it)
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

TEST(order_edits, the_same_note_twice_is_no_conflict)
{
    struct stall stall = stall_at(PAID);
    (void)do_note(&stall, C, 1, "no onions");
    (void)do_note(&stall, D, 1, "no onions");
    stall_sync(&stall);
    assert_brief(&stall, "PLACED");
    stall_free(&stall);
}

/* --- options --- */

TEST(order_edits, of_two_options_at_once_the_cheaper_is_charged_whatever_the_clocks_say)
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

TEST(order_edits, the_same_options_twice_are_no_conflict)
{
    struct stall stall = stall_with_line();
    (void)do_option(&stall, C, 1, "large", 150);
    (void)do_option(&stall, D, 1, "large", 150);
    const struct order_line *line = look(&stall);
    assert_false(line->has_conflict);
    assert_int_equal(line->options_count, 1);
    stall_free(&stall);
}

TEST(order_edits, options_of_one_price_are_both_shown_the_later_first)
{
    struct stall stall = stall_with_line();
    (void)do_option(&stall, D, 1, "hot", 50);
    (void)do_option(&stall, C, 1, "mild", 50);
    const struct order_line *line = look(&stall);
    assert_true(line->has_conflict);
    assert_text(line->options[0].name, "mild");
    assert_text(line->options_other[0].name, "hot");
    stall_free(&stall);
}

TEST(order_edits, one_option_at_two_prices_is_a_conflict_and_costs_the_lower)
{
    struct stall stall = stall_with_line();
    (void)do_option(&stall, C, 1, "large", 150);
    (void)do_option(&stall, D, 1, "large", 100);
    const struct order_line *line = look(&stall);
    assert_true(line->has_conflict);
    assert_int_equal(line->options[0].price_minor, 100);
    stall_free(&stall);
}

TEST(order_edits, options_and_no_options_at_once_are_a_conflict)
{
    const struct line_set none = {.line = 1, .has_options = true};
    struct stall stall = stall_with_line();
    (void)do_option(&stall, C, 1, "large", 150);
    (void)do_set_full(&stall, D, &none);
    const struct order_line *line = look(&stall);
    assert_true(line->has_conflict);
    assert_int_equal(line->options_count, 0);
    assert_text(line->options_other[0].name, "large");
    stall_free(&stall);
}

/* --- edits that come too late --- */

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

TEST(order_edits, a_late_edit_counts_once_the_kitchen_agrees)
{
    struct operation edit;
    struct stall stall = late_edit(&edit);
    (void)do_amend(&stall, K, &edit, true);
    stall_sync(&stall);
    assert_brief(&stall, "COOKING unpaid");
    assert_int_equal(see_line(&stall, 1)->quantity, 3);
    stall_free(&stall);
}

TEST(order_edits, a_late_edit_is_dropped_when_the_kitchen_says_no)
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

TEST(order_edits, a_yes_and_a_no_at_once_are_no_answer_and_the_next_one_is)
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

TEST(order_edits, a_late_edit_is_in_time_after_all_when_the_start_is_recalled)
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

/* --- the kitchen's answer to a late edit --- */

/* The quantity after @answers to an edit from 1 to 3, each by somebody who saw the one before. */
static int32_t quantity_after(const enum person by[2], const bool is_yes[2])
{
    struct stall stall = stall_with_line();
    (void)do_start(&stall, K, 1);
    stall_sync(&stall);
    const struct operation edit = do_set(&stall, C, 1, 2);
    stall_sync(&stall);
    for (uint32_t i = 0; i < 2; i++) {
        (void)do_amend(&stall, by[i], &edit, is_yes[i]);
        stall_sync(&stall);
    }
    const int32_t quantity = look(&stall)->quantity;
    stall_free(&stall);
    return quantity;
}

TEST(order_edits, of_two_answers_the_one_that_saw_the_other_holds)
{
    static const enum person by[][2] = {{K, L}, {L, K}};
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(quantity_after(by[i], (const bool[]){true, false}), 1);
        assert_int_equal(quantity_after(by[i], (const bool[]){false, true}), 3);
    }
}

TEST(order_edits, two_who_say_the_same_at_once_agree)
{
    struct stall stall = stall_with_line();
    (void)do_start(&stall, K, 1);
    stall_sync(&stall);
    const struct operation edit = do_set(&stall, C, 1, 2);
    stall_sync(&stall);
    (void)do_amend(&stall, K, &edit, true);
    (void)do_amend(&stall, L, &edit, true);
    assert_int_equal(look(&stall)->quantity, 3);
    stall_free(&stall);
}

/* --- handed over --- */

TEST(order_edits, an_edit_that_was_handed_over_stands_whatever_comes_to_light_later)
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

TEST(order_edits, an_edit_that_was_late_when_it_was_handed_over_waits_on)
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

TEST(order_edits, an_edit_whose_hand_over_was_taken_back_is_late_again)
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

TEST(order_edits, of_hand_overs_without_end_the_first_settle_what_they_knew)
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

/* So many that each of them need not be gone through: later ones settle nothing. */
TEST(order_edits, hand_overs_without_number_leave_the_order_as_it_is)
{
    struct stall stall = stall_with_line();
    (void)do_set(&stall, C, 1, 49);
    stall_sync(&stall);
    for (uint32_t i = 0; i < 40; i++) {
        (void)do_hand(&stall, P, 1, 1);
    }
    const struct order_line *line = look(&stall);
    assert_int_equal(line->quantity, 50);
    assert_int_equal(line->handed, 40);
    stall_free(&stall);
}
