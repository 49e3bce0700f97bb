/* test_order_edits.c - several edits of one line that did not know of each other, and answers of
 * the kitchen that did: docs/merge-rules.md, "Field by field".
 */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/stall.h"

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

static void assert_text(struct bytes text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
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

/* --- options --- */

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

/* --- what was handed over --- */

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
