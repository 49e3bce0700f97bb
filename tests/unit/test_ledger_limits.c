/* test_ledger_limits.c - a ledger beyond its limits, facts that contradict each other, and what is
 * known already: docs/merge-rules.md, "What the provider told".
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/domain/ledger.h"
#include "sync/domain/order.h"

static struct ledger ledger;

static struct bytes text(const char *string)
{
    return bytes_of_text(string);
}

/* --- limits --- */

enum { IDS_MAX = 64 };
static char ids[IDS_MAX][8];

static struct bytes id_at(uint32_t number)
{
    (void)snprintf(ids[number], sizeof ids[number], "id_%03u", number % 1000);
    return text(ids[number]);
}

static void add_intent(uint32_t number)
{
    const struct pay_intent intent = {
        .id = id_at(number), .amount_minor = 1, .received_minor = 1, .currency = text("eur")};
    ledger_add_intent(&ledger, &intent);
}

static void add_refund(uint32_t number)
{
    const struct pay_refund refund = {.id = id_at(number), .intent = text("pi"), .amount_minor = 1};
    ledger_add_refund(&ledger, &refund);
}

static void add_dispute(uint32_t number)
{
    const struct pay_dispute dispute = {
        .id = id_at(number), .intent = text("pi"), .amount_minor = 1};
    ledger_add_dispute(&ledger, &dispute);
}

static void add_wish(uint32_t number)
{
    static uint8_t bodies[IDS_MAX][96], wish_ids[IDS_MAX][WISH_ID_BYTES];
    struct refund_wish wish = {.amount_minor = 1, .reason = text("")};
    struct writer writer;
    struct bytes body;
    memset(wish_ids[number], (int)number, WISH_ID_BYTES);
    wish.id = bytes_of(wish_ids[number], WISH_ID_BYTES);
    writer_init(&writer, bodies[number], sizeof bodies[number]);
    refund_wish_encode(&wish, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    ledger_add_wish(&ledger, &wish, body, true);
}

/* Of too many the lowest ids stay, whatever comes first, and the ledger says so. */
TEST(ledger_limits, of_too_many_objects_every_replica_keeps_the_same)
{
    static const struct {
        void (*add)(uint32_t number);
        uint32_t max;
        const uint32_t *count;
    } kinds[] = {
        {add_intent, ORDER_INTENTS_MAX, &ledger.intents_count},
        {add_refund, ORDER_PROVIDER_REFUNDS_MAX, &ledger.refunds_count},
        {add_dispute, ORDER_DISPUTES_MAX, &ledger.disputes_count},
        {add_wish, ORDER_WISHES_MAX, &ledger.wishes_count},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        ledger_reset(&ledger);
        for (uint32_t number = 1; number <= kinds[i].max; number++) {
            kinds[i].add(number);
        }
        assert_int_equal(ledger.problems & LEDGER_CUT_SHORT, 0);
        kinds[i].add(kinds[i].max + 1); /* above all that are here */
        assert_int_equal(ledger.problems & LEDGER_CUT_SHORT, LEDGER_CUT_SHORT);
        assert_int_equal(*kinds[i].count, kinds[i].max);
        kinds[i].add(0); /* below all: the highest makes way */
        assert_int_equal(*kinds[i].count, kinds[i].max);
    }
    assert_int_equal(ledger.wishes[0].id.data[0], 0);
    assert_int_equal(ledger.wishes[ORDER_WISHES_MAX - 1].id.data[0], ORDER_WISHES_MAX - 1);
}

/* --- contradictions --- */

TEST(ledger_limits, an_intent_of_two_currencies_and_a_dispute_of_two_intents_are_at_odds)
{
    const struct pay_intent eur = {.id = text("pi"), .currency = text("eur")};
    const struct pay_intent usd = {.id = text("pi"), .currency = text("usd")};
    const struct pay_dispute one = {.id = text("dp"), .intent = text("pi_1"), .amount_minor = 5};
    const struct pay_dispute two = {.id = text("dp"), .intent = text("pi_2"), .amount_minor = 5};
    ledger_reset(&ledger);
    ledger_add_intent(&ledger, &eur);
    ledger_settle(&ledger);
    assert_int_equal(ledger.problems, 0);
    ledger_add_intent(&ledger, &usd);
    ledger_settle(&ledger);
    assert_int_equal(ledger.problems, LEDGER_AT_ODDS);
    ledger_reset(&ledger);
    ledger_add_dispute(&ledger, &one);
    ledger_settle(&ledger);
    assert_int_equal(ledger.problems, LEDGER_DISPUTED);
    ledger_add_dispute(&ledger, &two);
    ledger_settle(&ledger);
    assert_int_equal(ledger.problems, LEDGER_DISPUTED | LEDGER_AT_ODDS);
}

/* --- what is known already --- */

TEST(ledger_limits, an_intent_is_known_when_nothing_of_it_is_new)
{
    const struct pay_intent told = {text("pi"), INTENT_SUCCEEDED, 100, 20, 80, text("eur"), 0};
    struct pay_intent other = told;
    ledger_reset(&ledger);
    assert_false(ledger_knows_intent(&ledger, &told));
    ledger_add_intent(&ledger, &told);
    assert_true(ledger_knows_intent(&ledger, &told));
    other.currency = text("");
    assert_true(ledger_knows_intent(&ledger, &other));
#define NEWS(member, value)                                                                        \
    other = told;                                                                                  \
    other.member = value;                                                                          \
    assert_false(ledger_knows_intent(&ledger, &other))
    NEWS(id, text("pi_2"));
    NEWS(state, INTENT_CANCELED);
    NEWS(amount_minor, 101);
    NEWS(capturable_minor, 21);
    NEWS(received_minor, 81);
    NEWS(currency, text("usd"));
#undef NEWS
}

TEST(ledger_limits, a_refund_is_known_when_nothing_of_it_is_new)
{
    const struct pay_refund told = {text("re"), text("pi"), 50, REFUND_SUCCEEDED,
                                    text("0123456789abcdef")};
    struct pay_refund other = told;
    ledger_reset(&ledger);
    ledger_add_refund(&ledger, &told);
    assert_true(ledger_knows_refund(&ledger, &told));
    other.wish = text("");
    assert_true(ledger_knows_refund(&ledger, &other));
#define NEWS(member, value)                                                                        \
    other = told;                                                                                  \
    other.member = value;                                                                          \
    assert_false(ledger_knows_refund(&ledger, &other))
    NEWS(id, text("re_2"));
    NEWS(status, REFUND_FAILED);
    NEWS(amount_minor, 51);
    NEWS(intent, text("pi_2"));
    NEWS(wish, text("fedcba9876543210"));
#undef NEWS
}

TEST(ledger_limits, a_dispute_is_known_when_nothing_of_it_is_new)
{
    const struct pay_dispute told = {text("dp"), text("pi"), 50, DISPUTE_OPEN};
    struct pay_dispute other = told;
    ledger_reset(&ledger);
    ledger_add_dispute(&ledger, &told);
    assert_true(ledger_knows_dispute(&ledger, &told));
#define NEWS(member, value)                                                                        \
    other = told;                                                                                  \
    other.member = value;                                                                          \
    assert_false(ledger_knows_dispute(&ledger, &other))
    NEWS(id, text("dp_2"));
    NEWS(status, DISPUTE_LOST);
    NEWS(amount_minor, 51);
    NEWS(intent, text("pi_2"));
#undef NEWS
}

/* --- names and bytes --- */

TEST(ledger_limits, a_state_that_has_no_name_is_called_unknown)
{
    assert_string_equal(wish_state_text(WISH_FAILED), "failed");
    assert_string_equal(wish_state_text(WISH_STATE_COUNT), "unknown");
    assert_string_equal(intent_state_text(INTENT_STATE_COUNT), "unknown");
    assert_string_equal(refund_status_text(REFUND_STATUS_COUNT), "unknown");
    assert_string_equal(dispute_status_text(DISPUTE_STATUS_COUNT), "unknown");
    assert_string_equal(order_phase_text((enum order_phase)99), "unknown");
}

TEST(ledger_limits, a_refund_names_a_whole_wish_or_none)
{
    struct pay_refund refund = {.id = text("re"), .intent = text("pi"), .amount_minor = 1};
    static const struct {
        const char *wish;
        int err;
    } cases[] = {{"", 0}, {"0123456789abcdef", 0}, {"0123456789abcde", ERR_MALFORMED}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pay_refund read;
        uint8_t data[96];
        struct writer writer;
        struct bytes body;
        refund.wish = text(cases[i].wish);
        writer_init(&writer, data, sizeof data);
        pay_refund_encode(&refund, &writer);
        assert_int_equal(writer_finish(&writer, &body), 0);
        assert_int_equal(pay_refund_decode(body, &read), cases[i].err);
    }
}
