/* test_wish.c - what is wished back: its id and its amount, how far it is carried out, and two who
 * wish the same.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/wish.h"
#include "tests/lib/ledger_facts.h"
#include "tests/lib/stall.h"

/* --- the wish --- */

TEST(wish, the_units_of_a_line_are_worth_the_line)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 3, 333);
    (void)do_discount(&stall, C, 1, 100);
    const struct order *order = stall_look(&stall, C);
    const struct wish_unit units[] = {{1, 1}, {1, 2}, {1, 3}, {1, 4}};
    int64_t amount, sum = 0;
    const int64_t shares[] = {300, 300, 299};
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(wish_units_amount(order, &units[i], 1, &amount), 0);
        assert_int_equal(amount, shares[i]);
        sum += amount;
    }
    assert_int_equal(sum, order->lines[0].payable_minor);
    assert_int_equal(wish_units_amount(order, units, 4, &amount), ERR_NOT_FOUND);
    struct order gone = *order;
    gone.lines[0].is_active = false;
    assert_int_equal(wish_units_amount(&gone, units, 1, &amount), ERR_STATE);
    stall_free(&stall);
}

TEST(wish, its_id_says_what_it_is_about)
{
    const struct entity_id order = {{1}}, other = {{2}};
    const struct wish_unit units[] = {{1, 1}, {1, 2}};
    const struct wish_id ids[] = {
        wish_id_of_units(&order, units, 1), wish_id_of_units(&order, units, 2),
        wish_id_of_units(&other, units, 1), wish_id_of_slot(&order, 1),
        wish_id_of_slot(&order, 2),
    };
    const struct wish_id again = wish_id_of_units(&order, units, 1);
    assert_memory_equal(&again, &ids[0], sizeof again);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_true(memcmp(&ids[i], &ids[j], sizeof ids[i]) != 0);
        }
    }
}

/* --- in the ledger --- */

TEST(ledger, a_refund_that_failed_after_it_succeeded_gave_nothing_back_and_fails_its_wish)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800),
                           wish_made(EVENT_REFUND_WISH, 1, 1, 300),
                           refund_told("re_1", "pi_1", 300, REFUND_SUCCEEDED, wish_name(1)),
                           refund_told("re_1", "pi_1", 300, REFUND_FAILED, wish_name(1))};
    const struct ledger wished = ledger_of(facts, 2);
    assert_int_equal(wished.wishes[0].state, WISH_OPEN);
    assert_int_equal(wished.wishes[0].open_minor, 300);
    const struct ledger done = ledger_of(facts, 3);
    assert_int_equal(done.wishes[0].state, WISH_REFUNDED);
    assert_int_equal(done.wishes[0].open_minor, 0);
    assert_int_equal(done.refunded_minor, 300);
    const struct ledger failed = ledger_of(facts, 4);
    assert_int_equal(failed.wishes[0].state, WISH_FAILED);
    assert_int_equal(failed.wishes[0].open_minor, 0); /* nobody tries again by himself */
    assert_int_equal(failed.refunded_minor, 0);
    assert_int_equal(failed.problems, LEDGER_REFUND_FAILED);
}

TEST(ledger, a_wish_that_one_payment_does_not_suffice_for_goes_on_with_the_next)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_SUCCEEDED, 600, 0, 600),
                           intent_told("pi_2", INTENT_SUCCEEDED, 600, 0, 600),
                           wish_made(EVENT_REFUND_WISH, 1, 0, 1000),
                           refund_told("re_1", "pi_1", 600, REFUND_SUCCEEDED, wish_name(1)),
                           refund_told("re_2", "pi_2", 400, REFUND_PENDING, wish_name(1)),
                           refund_told("re_2", "pi_2", 400, REFUND_SUCCEEDED, wish_name(1)),
                           refund_told("re_2", "pi_2", 400, REFUND_FAILED, wish_name(1))};
    const struct ledger half = ledger_of(facts, 4);
    assert_int_equal(half.wishes[0].state, WISH_OPEN);
    assert_int_equal(half.wishes[0].open_minor, 400);
    assert_int_equal(half.wishes[0].given_minor, 600);
    assert_int_equal(half.problems, 0);
    const struct ledger asked = ledger_of(facts, 5);
    assert_int_equal(asked.wishes[0].state, WISH_PENDING);
    assert_int_equal(asked.problems, 0); /* two refunds for one wish, each of its own payment */
    const struct ledger done = ledger_of(facts, 6);
    assert_int_equal(done.wishes[0].state, WISH_REFUNDED);
    assert_int_equal(done.wishes[0].open_minor, 0);
    const struct ledger failed = ledger_of(facts, 7);
    assert_int_equal(failed.wishes[0].state, WISH_FAILED); /* the rest is a person's affair */
    assert_int_equal(failed.wishes[0].open_minor, 0);
    assert_int_equal(failed.refunded_minor, 600);
}

TEST(ledger, a_refund_that_left_something_was_all_that_its_wish_wanted)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_SUCCEEDED, 600, 0, 600),
                           intent_told("pi_2", INTENT_SUCCEEDED, 600, 0, 600),
                           wish_made(EVENT_REFUND_AUTO, 1, 0, 1000),
                           refund_told("re_1", "pi_1", 500, REFUND_SUCCEEDED, wish_name(1))};
    const struct ledger less = ledger_of(facts, 4); /* by then less was due */
    assert_int_equal(less.wishes[0].state, WISH_REFUNDED);
    assert_int_equal(less.wishes[0].open_minor, 0);
    facts[0] = intent_told("pi_9", INTENT_SUCCEEDED, 600, 0, 600);
    const struct ledger unknown = ledger_of(facts, 4); /* its payment is not told yet */
    assert_int_equal(unknown.wishes[0].state, WISH_REFUNDED);
}

TEST(ledger, a_wish_that_took_all_there_was_is_met)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_SUCCEEDED, 600, 0, 600),
                           wish_made(EVENT_REFUND_WISH, 1, 0, 1000),
                           refund_told("re_1", "pi_1", 600, REFUND_SUCCEEDED, wish_name(1))};
    const struct ledger ledger = ledger_of(facts, 3);
    assert_int_equal(ledger.wishes[0].state, WISH_REFUNDED);
}

TEST(ledger, a_wish_that_was_refunded_twice_is_at_odds)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_SUCCEEDED, 900, 0, 900),
                           wish_made(EVENT_REFUND_WISH, 1, 0, 300),
                           refund_told("re_1", "pi_1", 300, REFUND_SUCCEEDED, wish_name(1)),
                           refund_told("re_2", "pi_1", 300, REFUND_SUCCEEDED, wish_name(1))};
    const struct ledger ledger = ledger_of(facts, 4);
    assert_int_equal(ledger.problems & LEDGER_WISH_AT_ODDS, LEDGER_WISH_AT_ODDS);
}

TEST(ledger, two_who_wish_the_same_make_one_wish_of_the_lower_amount)
{
    struct fact facts[] = {
        intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800), wish_made(EVENT_REFUND_AUTO, 1, 0, 300),
        wish_made(EVENT_REFUND_WISH, 1, 0, 300), wish_made(EVENT_REFUND_WISH, 1, 0, 200)};
    const struct ledger same = ledger_of(facts, 3);
    assert_int_equal(same.wishes_count, 1);
    assert_int_equal(same.wishes[0].open_minor, 300);
    assert_int_equal(same.problems, 0);
    const struct ledger rival = ledger_of(facts, 4);
    assert_int_equal(rival.wishes_count, 1);
    assert_int_equal(rival.wishes[0].open_minor, 200);
    assert_int_equal(rival.problems, LEDGER_WISH_AT_ODDS);
}

TEST(ledger, of_two_wishes_for_one_unit_only_one_is_carried_out)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800),
                           wish_made(EVENT_REFUND_WISH, 1, 1, 300),
                           wish_made(EVENT_REFUND_WISH, 2, 1, 350),
                           refund_told("re_1", "pi_1", 350, REFUND_PENDING, wish_name(2))};
    const struct ledger before = ledger_of(facts, 3);
    assert_int_equal(before.wishes[0].state, WISH_OPEN);
    assert_int_equal(before.wishes[1].state, WISH_OVERLAPS);
    assert_int_equal(before.wishes[1].open_minor, 0);
    const struct ledger after = ledger_of(facts, 4); /* the other was on its way already */
    assert_int_equal(after.wishes[0].state, WISH_OVERLAPS);
    assert_int_equal(after.wishes[1].state, WISH_PENDING);
}

TEST(ledger, wishes_together_never_ask_for_more_than_was_captured)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800),
                           wish_made(EVENT_REFUND_WISH, 1, 0, 500),
                           wish_made(EVENT_REFUND_WISH, 2, 0, 500)};
    const struct ledger ledger = ledger_of(facts, 3);
    assert_int_equal(ledger.wishes[0].open_minor + ledger.wishes[1].open_minor, 800);
    assert_int_equal(ledger.problems, LEDGER_OVER_REFUNDED);
}
