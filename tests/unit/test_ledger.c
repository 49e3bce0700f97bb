/* test_ledger.c - what the payment provider told and what is wished back: the laws of the join
 * (any order, any repetition, two gateways), refunds never above captures, and what the order that
 * it belongs to comes to.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/domain/ledger.h"
#include "sync/domain/wish.h"
#include "sync/log/capability.h"
#include "tests/lib/order_text.h"
#include "tests/lib/prng.h"
#include "tests/lib/stall.h"

enum { BODY_BYTES = 4096, LEDGER_TEXT_BYTES = 16 * 1024 };

static struct bytes text(const char *string)
{
    return bytes_of_text(string);
}

/* --- facts --- */

struct fact {
    uint32_t type;
    size_t size;
    uint8_t body[512];
};

static struct fact fact_of(uint32_t type, struct writer *writer, const uint8_t *data)
{
    struct bytes body;
    struct fact fact = {.type = type};
    assert_int_equal(writer_finish(writer, &body), 0);
    assert_true(body.size <= sizeof fact.body);
    memcpy(fact.body, data, body.size);
    fact.size = body.size;
    return fact;
}

static struct fact told_of(const struct pay_intent *intent)
{
    uint8_t data[BODY_BYTES];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    pay_intent_encode(intent, &writer);
    return fact_of(EVENT_PAY_INTENT, &writer, data);
}

static struct fact intent_told(const char *id, enum intent_state state, int64_t amount,
                               int64_t capturable, int64_t received)
{
    const struct pay_intent intent = {text(id), state,       amount, capturable,
                                      received, text("eur"), 0};
    return told_of(&intent);
}

/* Of 800: held until then, or canceled as it ended then. */
static struct fact end_told(const char *id, enum intent_state state, int64_t ends_s)
{
    const struct pay_intent intent = {.id = text(id),
                                      .state = state,
                                      .amount_minor = 800,
                                      .capturable_minor = state == INTENT_HELD ? 800 : 0,
                                      .currency = text("eur"),
                                      .ends_s = ends_s};
    return told_of(&intent);
}

static struct fact refund_told(const char *id, const char *intent, int64_t amount,
                               enum refund_status status, struct bytes wish)
{
    uint8_t data[BODY_BYTES];
    struct writer writer;
    const struct pay_refund refund = {text(id), text(intent), amount, status, wish};
    writer_init(&writer, data, sizeof data);
    pay_refund_encode(&refund, &writer);
    return fact_of(EVENT_PAY_REFUND, &writer, data);
}

static struct fact dispute_told(const char *id, int64_t amount, enum dispute_status status)
{
    uint8_t data[BODY_BYTES];
    struct writer writer;
    const struct pay_dispute dispute = {text(id), text("pi_1"), amount, status};
    writer_init(&writer, data, sizeof data);
    pay_dispute_encode(&dispute, &writer);
    return fact_of(EVENT_PAY_DISPUTE, &writer, data);
}

/* A wish whose id is sixteen times @id, for unit @unit of line 1 (0: for no unit). */
static struct fact wish_made(uint32_t type, uint8_t id, uint32_t unit, int64_t amount)
{
    uint8_t data[BODY_BYTES];
    uint8_t bytes[WISH_ID_BYTES];
    struct writer writer;
    memset(bytes, id, sizeof bytes);
    struct refund_wish wish = {.id = bytes_of(bytes, sizeof bytes),
                               .units_count = unit > 0,
                               .amount_minor = amount,
                               .reason = text("cold")};
    wish.units[0] = (struct wish_unit){1, unit};
    writer_init(&writer, data, sizeof data);
    refund_wish_encode(&wish, &writer);
    return fact_of(type, &writer, data);
}

static struct bytes wish_name(uint8_t id)
{
    static uint8_t names[256][WISH_ID_BYTES];
    memset(names[id], id, WISH_ID_BYTES);
    return bytes_of(names[id], WISH_ID_BYTES);
}

static void tell(struct ledger *ledger, const struct fact *fact)
{
    const struct bytes body = bytes_of(fact->body, fact->size);
    struct pay_intent intent;
    struct pay_refund refund;
    struct pay_dispute dispute;
    struct refund_wish wish;
    if (fact->type == EVENT_PAY_INTENT && pay_intent_decode(body, &intent) == 0) {
        ledger_add_intent(ledger, &intent);
    } else if (fact->type == EVENT_PAY_REFUND && pay_refund_decode(body, &refund) == 0) {
        ledger_add_refund(ledger, &refund);
    } else if (fact->type == EVENT_PAY_DISPUTE && pay_dispute_decode(body, &dispute) == 0) {
        ledger_add_dispute(ledger, &dispute);
    } else if (refund_wish_decode(body, &wish) == 0) {
        ledger_add_wish(ledger, &wish, body, fact->type == EVENT_REFUND_WISH);
    }
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
            tell(&ledger, &facts[i]);
        }
        ledger_settle(&ledger);
        print(&ledger, expected);
        assert_refunds_within_captures(&ledger);
        for (int times = 0; times < 4; times++) {
            shuffle(&prng, order, 2 * count);
            ledger_reset(&ledger);
            for (uint32_t i = 0; i < 2 * count; i++) {
                tell(&ledger, &facts[order[i]]);
            }
            ledger_settle(&ledger);
            print(&ledger, got);
            assert_string_equal(got, expected);
        }
    }
}

static struct ledger ledger_of(const struct fact *facts, size_t count)
{
    struct ledger ledger;
    ledger_reset(&ledger);
    for (size_t i = 0; i < count; i++) {
        tell(&ledger, &facts[i]);
    }
    ledger_settle(&ledger);
    return ledger;
}

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

/* --- the order --- */

static void write_fact(struct stall *stall, enum person at, struct fact fact)
{
    stall->last =
        mesh_write(stall->mesh, at, fact.type, stall->t++, bytes_of(fact.body, fact.size));
}

static void assert_brief(struct stall *stall, const char *expected, int64_t due)
{
    char brief[512];
    stall_sync(stall);
    order_brief(stall_look(stall, C), brief, sizeof brief);
    assert_string_equal(brief, expected);
    assert_int_equal(stall->order->due_minor, due);
}

/* Two lines, 5.00 and 3.00, to be paid first. */
static struct stall guest_order(void)
{
    struct stall stall = stall_new();
    (void)do_open_pay_first(&stall, G);
    (void)do_add(&stall, G, 1, 2, 250);
    (void)do_add(&stall, G, 2, 1, 300);
    stall_sync(&stall);
    return stall;
}

TEST(order, a_hold_places_it_and_only_a_capture_pays_it)
{
    struct stall stall = guest_order();
    assert_brief(&stall, "DRAFT unpaid", -800);
    write_fact(&stall, G, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    assert_brief(&stall, "PLACED", -800);
    assert_int_equal(stall.order->paid_minor, 0);
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    assert_brief(&stall, "PLACED", 0);
    assert_int_equal(stall.order->paid_minor, 800);
    stall_free(&stall);
}

TEST(order, a_hold_that_is_lost_takes_it_visibly_back)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    write_fact(&stall, G, intent_told("pi_1", INTENT_CANCELED, 800, 0, 0));
    assert_brief(&stall, "DRAFT unpaid hold_lost", -800);
    (void)do_pay(&stall, C, 1, 800);
    assert_brief(&stall, "PLACED", 0);
    stall_free(&stall);
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
    uint8_t body[BODY_BYTES];
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

TEST(order, accepted_when_its_hold_is_lost_it_goes_on_and_is_collected_at_the_counter)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    stall_sync(&stall);
    (void)do_accept(&stall, K, 2);
    write_fact(&stall, G, intent_told("pi_1", INTENT_CANCELED, 800, 0, 0));
    assert_brief(&stall, "ACCEPTED unpaid hold_lost", -800);
    stall_free(&stall);
}

TEST(order, two_gateways_that_tell_the_same_count_it_once)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    write_fact(&stall, M, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    write_fact(&stall, M, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    assert_brief(&stall, "PLACED", 0);
    assert_int_equal(stall.order->paid_minor, 800);
    stall_free(&stall);
}

TEST(order, refunded_by_two_gateways_for_one_cancel_it_is_refunded_once)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    stall_sync(&stall);
    (void)do_cancel(&stall, C);
    stall_sync(&stall);
    write_fact(&stall, G, wish_made(EVENT_REFUND_AUTO, 7, 0, 800));
    write_fact(&stall, M, wish_made(EVENT_REFUND_AUTO, 7, 0, 800));
    assert_brief(&stall, "CANCELLED refund_due", 800);
    assert_int_equal(stall.order->ledger.wishes_count, 1);
    write_fact(&stall, G, refund_told("re_1", "pi_1", 800, REFUND_SUCCEEDED, wish_name(7)));
    write_fact(&stall, M, refund_told("re_1", "pi_1", 800, REFUND_PENDING, wish_name(7)));
    assert_brief(&stall, "CANCELLED", 0);
    stall_free(&stall);
}

TEST(order, what_a_person_gives_back_is_not_asked_for_again)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    stall_sync(&stall);
    (void)do_accept(&stall, K, 2);
    write_fact(&stall, M, wish_made(EVENT_REFUND_WISH, 3, 1, 250));
    assert_brief(&stall, "ACCEPTED", 0);
    write_fact(&stall, G, refund_told("re_1", "pi_1", 250, REFUND_SUCCEEDED, wish_name(3)));
    assert_brief(&stall, "ACCEPTED", 0);
    assert_int_equal(stall.order->refunded_minor, 250);
    assert_int_equal(stall.order->forgiven_minor, 250);
    stall_free(&stall);
}

TEST(order, all_given_back_while_somebody_hands_it_over_is_shown_to_both)
{
    struct stall stall = guest_order();
    write_fact(&stall, G, intent_told("pi_1", INTENT_SUCCEEDED, 800, 0, 800));
    stall_sync(&stall);
    (void)do_hand(&stall, P, 1, 2);
    (void)do_hand(&stall, P, 2, 1);
    write_fact(&stall, M, wish_made(EVENT_REFUND_WISH, 3, 0, 800));
    write_fact(&stall, M, refund_told("re_1", "pi_1", 800, REFUND_SUCCEEDED, wish_name(3)));
    assert_brief(&stall, "COMPLETED refunded_and_handed", 0);
    stall_free(&stall);
}

TEST(order, a_lapse_refuses_what_nobody_has_begun_and_gives_way_to_what_was)
{
    struct stall stall = guest_order();
    uint8_t data[64];
    struct writer writer;
    struct order_refuse lapse = {.lines = {2, {1, 2}}, .reason = text("timeout")};
    write_fact(&stall, G, intent_told("pi_1", INTENT_HELD, 800, 800, 0));
    stall_sync(&stall);
    (void)do_start(&stall, K, 1);
    writer_init(&writer, data, sizeof data);
    order_refuse_encode(&lapse, &writer);
    write_fact(&stall, G, fact_of(EVENT_LAPSE, &writer, data));
    assert_brief(&stall, "COOKING refused_but_started", -500);
    assert_true(stall.order->lines[1].is_refused);
    stall_free(&stall);
}

/* --- wishes --- */

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

/* --- who may write what --- */

TEST(gateway, writes_guests_orders_and_the_provider_s_facts_and_nothing_that_a_stall_does)
{
    const uint32_t writes[] = {EVENT_ORDER_OPEN,  EVENT_LINE_ADD,   EVENT_LINE_SET,
                               EVENT_LINE_VOID,   EVENT_CANCEL,     EVENT_LAPSE,
                               EVENT_REFUND_AUTO, EVENT_PAY_INTENT, EVENT_PAY_REFUND,
                               EVENT_PAY_DISPUTE, EVENT_PAY_SEEN};
    const uint32_t never[] = {EVENT_ACCEPT,   EVENT_REFUSE,      EVENT_START,    EVENT_DONE,
                              EVENT_RECALL,   EVENT_HANDED,      EVENT_UNHAND,   EVENT_AMEND,
                              EVENT_SEEN,     EVENT_DISCOUNT,    EVENT_PAY,      EVENT_REFUND,
                              EVENT_DAY_OPEN, EVENT_REFUND_WISH, EVENT_MENU_SET, EVENT_POPUP_SET};
    const uint64_t may = role_device_capabilities(ROLE_GATEWAY);
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        assert_true((may & capability_bit(event_info_find(writes[i])->capability)) != 0);
    }
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        assert_false((may & capability_bit(event_info_find(never[i])->capability)) != 0);
    }
}
