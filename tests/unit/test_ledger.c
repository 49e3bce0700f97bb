/* test_ledger.c - what the payment provider told: the laws of the join (any order, any repetition,
 * two gateways), refunds never above captures, and when a hold ends. What is wished back is in
 * test_wish.c, the orders that it belongs to in test_order_card.c.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync/domain/ledger.h"
#include "tests/lib/ledger_facts.h"
#include "tests/lib/prng.h"

enum { LEDGER_TEXT_BYTES = 16 * 1024 };

static struct bytes text(const char *string)
{
    return bytes_of_text(string);
}

/* --- the ledger in words --- */

static size_t print_objects(const struct ledger *ledger, char *to, size_t left)
{
    size_t size = 0;
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        const struct ledger_intent *row = &ledger->intents[i];
        size += (size_t)snprintf(
            to + size, left - size,
            "%.*s %s %" PRIx32 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %.*s %d "
            "%" PRId64 " %" PRId64 "\n",
            (int)row->id.size, (const char *)row->id.data, intent_state_text(row->state),
            row->states, row->amount_minor, row->capturable_minor, row->received_minor,
            row->refunded_minor, (int)row->currency.size, (const char *)row->currency.data,
            row->is_at_odds, row->ends_s, row->lapsed_s);
    }
    for (uint32_t i = 0; i < ledger->refunds_count; i++) {
        const struct ledger_refund *row = &ledger->refunds[i];
        size +=
            (size_t)snprintf(to + size, left - size, "%.*s of %.*s %s %" PRId64 " %" PRId64 " %d\n",
                             (int)row->id.size, (const char *)row->id.data, (int)row->intent.size,
                             (const char *)row->intent.data, refund_status_text(row->status),
                             row->amount_minor, row->counted_minor, row->is_at_odds);
    }
    return size;
}

static void print(const struct ledger *ledger, char to[LEDGER_TEXT_BYTES])
{
    size_t size = print_objects(ledger, to, LEDGER_TEXT_BYTES);
    for (uint32_t i = 0; i < ledger->disputes_count; i++) {
        size += (size_t)snprintf(
            to + size, LEDGER_TEXT_BYTES - size, "%.*s %s %" PRId64 "\n",
            (int)ledger->disputes[i].id.size, (const char *)ledger->disputes[i].id.data,
            dispute_status_text(ledger->disputes[i].status), ledger->disputes[i].amount_minor);
    }
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        const struct ledger_wish *row = &ledger->wishes[i];
        size += (size_t)snprintf(to + size, LEDGER_TEXT_BYTES - size,
                                 "%02x %s %" PRId64 " %" PRId64 " %d %d\n", row->id.data[0],
                                 wish_state_text(row->state), row->amount_minor, row->open_minor,
                                 row->is_a_persons, row->has_rival);
    }
    (void)snprintf(to + size, LEDGER_TEXT_BYTES - size,
                   "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
                   " %" PRId64 " %" PRIx32,
                   ledger->received_minor, ledger->held_minor, ledger->refunded_minor,
                   ledger->forgivable_minor, ledger->disputed_minor, ledger->hold_ends_s,
                   ledger->lapsed_s, ledger->problems);
}

/* --- laws --- */

enum { FACTS_MAX = 64 };

/* Any fact, true or not, about few objects, so that facts meet; at times more objects than fit. */
static struct fact any_fact(struct prng *prng)
{
    char id[16], intent[16];
    const uint64_t objects = prng_one_in(prng, 8) ? 40 : 3;
    (void)snprintf(id, sizeof id, "x_%02d", (int)prng_below(prng, objects));
    (void)snprintf(intent, sizeof intent, "x_%02d", (int)prng_below(prng, 3));
    const int64_t amount = prng_between(prng, 0, 900);
    const uint8_t wish = (uint8_t)prng_below(prng, 3);
    switch (prng_below(prng, 6)) {
    case 5:
        return end_told(id, (enum intent_state)prng_below(prng, INTENT_STATE_COUNT),
                        prng_between(prng, 0, 3));
    case 0:
        return intent_told(id, (enum intent_state)prng_below(prng, INTENT_STATE_COUNT), amount,
                           prng_between(prng, 0, 900),
                           prng_one_in(prng, 2) ? prng_between(prng, 0, 900) : 0);
    case 1:
        return refund_told(id, intent, amount,
                           (enum refund_status)prng_below(prng, REFUND_STATUS_COUNT),
                           prng_one_in(prng, 2) ? wish_name(wish) : (struct bytes){0});
    case 2:
        return dispute_told(id, amount, (enum dispute_status)prng_below(prng, 3));
    default:
        return wish_made(prng_one_in(prng, 2) ? EVENT_REFUND_WISH : EVENT_REFUND_AUTO, wish,
                         (uint32_t)prng_below(prng, 3), 1 + amount);
    }
}

static void shuffle(struct prng *prng, uint32_t *order, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        const uint32_t with = (uint32_t)prng_below(prng, i);
        const uint32_t moving = order[i - 1];
        order[i - 1] = order[with];
        order[with] = moving;
    }
}

static void assert_refunds_within_captures(const struct ledger *ledger)
{
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        assert_true(ledger->intents[i].refunded_minor <= ledger->intents[i].received_minor);
    }
    int64_t open = 0;
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        assert_true(ledger->wishes[i].open_minor >= 0);
        open += ledger->wishes[i].open_minor;
    }
    assert_true(ledger->refunded_minor + open <= ledger->received_minor);
}

TEST(ledger, any_order_and_any_repetition_of_the_same_facts_give_the_same_ledger)
{
    static struct ledger ledger;
    static struct fact facts[FACTS_MAX];
    static char expected[LEDGER_TEXT_BYTES], got[LEDGER_TEXT_BYTES];
    struct prng prng = {.state = 15};
    for (int round = 0; round < 300; round++) {
        const uint32_t count = 1 + (uint32_t)prng_below(&prng, FACTS_MAX);
        uint32_t order[2 * FACTS_MAX];
        for (uint32_t i = 0; i < count; i++) {
            facts[i] = any_fact(&prng);
            order[i] = i;
            order[count + i] = (uint32_t)prng_below(&prng, count); /* told again */
        }
        ledger_reset(&ledger);
        for (uint32_t i = 0; i < count; i++) {
            ledger_tell(&ledger, &facts[i]);
        }
        ledger_settle(&ledger);
        print(&ledger, expected);
        assert_refunds_within_captures(&ledger);
        for (int times = 0; times < 4; times++) {
            shuffle(&prng, order, 2 * count);
            ledger_reset(&ledger);
            for (uint32_t i = 0; i < 2 * count; i++) {
                ledger_tell(&ledger, &facts[order[i]]);
            }
            ledger_settle(&ledger);
            print(&ledger, got);
            assert_string_equal(got, expected);
        }
    }
}

/* --- what is held, taken and given back --- */

TEST(ledger, what_a_bank_holds_is_held_until_it_is_captured_and_then_received_once)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_HELD, 800, 800, 0),
                           intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800),
                           intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800)};
    const struct ledger held = ledger_of(facts, 1);
    assert_int_equal(held.held_minor, 800);
    assert_int_equal(held.received_minor, 0);
    const struct ledger captured = ledger_of(facts, 3);
    assert_int_equal(captured.held_minor, 0);
    assert_int_equal(captured.received_minor, 800);
    assert_int_equal(captured.problems, 0);
}

TEST(ledger, told_both_succeeded_and_canceled_the_money_counts_as_taken_and_somebody_looks)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_CANCELED, 800, 0, 0),
                           intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800)};
    const struct ledger ledger = ledger_of(facts, 2);
    assert_int_equal(ledger.intents[0].state, INTENT_SUCCEEDED);
    assert_int_equal(ledger.received_minor, 800);
    assert_int_equal(ledger.problems, LEDGER_AT_ODDS);
}

TEST(ledger, a_hold_that_was_canceled_is_lost_and_one_that_never_was_is_not)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_CANCELED, 800, 0, 0),
                           intent_told("pi_1", INTENT_HELD, 800, 800, 0)};
    const struct ledger never = ledger_of(facts, 1);
    assert_int_equal(never.problems, 0);
    const struct ledger lost = ledger_of(facts, 2);
    assert_int_equal(lost.held_minor, 0);
    assert_int_equal(lost.problems, LEDGER_HOLD_LOST);
}

TEST(ledger, refunds_above_what_was_captured_count_as_far_as_it_goes_and_are_flagged)
{
    struct fact facts[] = {intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 500),
                           refund_told("re_1", "pi_1", 400, REFUND_SUCCEEDED, (struct bytes){0}),
                           refund_told("re_2", "pi_1", 400, REFUND_PENDING, (struct bytes){0})};
    const struct ledger ledger = ledger_of(facts, 3);
    assert_int_equal(ledger.refunded_minor, 500);
    assert_int_equal(ledger.refunds[1].counted_minor, 100);
    assert_int_equal(ledger.problems, LEDGER_OVER_REFUNDED);
}

/* --- when a hold ends --- */

TEST(ledger, says_when_the_first_of_its_holds_ends_as_far_as_that_was_told)
{
    const struct fact facts[] = {
        end_told("pi_1", INTENT_HELD, 0),   end_told("pi_2", INTENT_HELD, 900),
        end_told("pi_3", INTENT_HELD, 700), end_told("pi_3", INTENT_HELD, 0),
        end_told("pi_4", INTENT_HELD, 100), end_told("pi_4", INTENT_SUCCEEDED, 0)};
    const struct ledger unknown = ledger_of(facts, 1);
    assert_int_equal(unknown.hold_ends_s, 0);
    const struct ledger ledger = ledger_of(facts, 6);
    assert_int_equal(ledger.hold_ends_s, 700);
    assert_int_equal(ledger.intents[2].ends_s, 700);
    assert_int_equal(ledger.lapsed_s, 0);
}

TEST(ledger, tells_a_hold_that_ended_by_itself_from_one_that_was_cancelled)
{
    const struct fact lapsed[] = {end_told("pi_1", INTENT_HELD, 900),
                                  end_told("pi_1", INTENT_CANCELED, 901)};
    const struct fact cancelled[] = {end_told("pi_1", INTENT_HELD, 900),
                                     end_told("pi_1", INTENT_CANCELED, 0)};
    const struct ledger by_itself = ledger_of(lapsed, 2), by_us = ledger_of(cancelled, 2);
    assert_int_equal(by_itself.lapsed_s, 901);
    assert_int_equal(by_itself.hold_ends_s, 0);
    assert_int_equal(by_us.lapsed_s, 0);
    assert_true((by_us.problems & LEDGER_HOLD_LOST) != 0);
}

TEST(ledger, what_was_never_held_has_not_lapsed_whatever_ended_it)
{
    const struct fact facts[] = {end_told("pi_1", INTENT_CREATED, 0),
                                 end_told("pi_1", INTENT_CANCELED, 901)};
    const struct ledger ledger = ledger_of(facts, 2);
    assert_int_equal(ledger.lapsed_s, 0);
    assert_int_equal(ledger.problems & LEDGER_HOLD_LOST, 0);
}

TEST(ledger, an_end_that_is_known_need_not_be_told_again_and_one_that_is_not_must)
{
    const struct fact facts[] = {end_told("pi_1", INTENT_HELD, 900)};
    const struct ledger ledger = ledger_of(facts, 1);
    struct pay_intent told = {.id = text("pi_1"), .state = INTENT_HELD, .ends_s = 900};
    assert_true(ledger_knows_intent(&ledger, &told));
    told.ends_s = 0;
    assert_true(ledger_knows_intent(&ledger, &told));
    told.ends_s = 901;
    assert_false(ledger_knows_intent(&ledger, &told));
    const struct fact over[] = {end_told("pi_1", INTENT_CANCELED, 900)};
    const struct ledger lapsed = ledger_of(over, 1);
    told.state = INTENT_CANCELED;
    assert_false(ledger_knows_intent(&lapsed, &told));
    told.ends_s = 900;
    assert_true(ledger_knows_intent(&lapsed, &told));
}

TEST(ledger, an_end_that_makes_no_sense_is_as_one_that_was_not_told)
{
    static const uint8_t odd[][4] = {{0xa1, 'x'}, {0xff}, {0x90}, {0xc0}};
    static const size_t sizes[] = {2, 1, 1, 1};
    uint8_t body[FACT_BODY_BYTES_MAX];
    struct pay_intent intent;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        const struct fact told = end_told("pi_1", INTENT_HELD, 0);
        memcpy(body, told.body, told.size);
        body[0]++; /* one field more */
        memcpy(body + told.size, odd[i], sizes[i]);
        assert_int_equal(pay_intent_decode(bytes_of(body, told.size + sizes[i]), &intent), 0);
        assert_int_equal(intent.ends_s, 0);
        assert_int_equal(intent.capturable_minor, 800);
    }
    const struct fact whole = end_told("pi_1", INTENT_HELD, 1800000000);
    assert_int_equal(pay_intent_decode(bytes_of(whole.body, whole.size), &intent), 0);
    assert_int_equal(intent.ends_s, 1800000000);
    const struct fact late = end_told("pi_1", INTENT_HELD, PROVIDER_TIME_MAX + 1);
    assert_int_equal(pay_intent_decode(bytes_of(late.body, late.size), &intent), 0);
    assert_int_equal(intent.ends_s, 0);
}
