/* test_stripe_reply.c - what Stripe's objects say, wherever they come from, and what is none. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "gateway/stripe/reply.h"

#define META                                                                                       \
    "\"metadata\":{\"trestle_popup\":\"ab000000000000000000000000000001\","                        \
    "\"trestle_order\":\"0f00000000000000000000f0\"}"
#define INTENT                                                                                     \
    "{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"requires_capture\","              \
    "\"amount\":1100,\"amount_capturable\":1100,\"amount_received\":0,\"currency\":\"eur\","       \
    "\"capture_method\":\"manual\",\"client_secret\":\"pi_1_secret_x\"," META "}"
#define REFUND                                                                                     \
    "{\"object\":\"refund\",\"id\":\"re_1\",\"payment_intent\":\"pi_1\",\"amount\":400,"           \
    "\"status\":\"pending\",\"metadata\":{\"trestle_wish\":"                                       \
    "\"30313233343536373839616263646566\"}}"
#define DISPUTE                                                                                    \
    "{\"object\":\"dispute\",\"id\":\"dp_1\",\"payment_intent\":{\"id\":\"pi_1\"},"                \
    "\"amount\":1100,\"status\":\"under_review\",\"is_charge_refundable\":false}"

static struct stripe_reply *parse(const char *text)
{
    struct stripe_reply *reply = NULL;
    assert_int_equal(stripe_reply_parse(bytes_of_text(text), &reply), 0);
    return reply;
}

/* Of an object that is a fact: whether it names an order. */
static bool names_order(const char *text)
{
    struct stripe_fact fact;
    bool is_one = false;
    struct stripe_reply *reply = parse(text);
    assert_true(stripe_reply_object(reply, 0, &fact, &is_one));
    assert_true(is_one);
    stripe_reply_free(reply);
    return fact.has_order;
}

static void assert_bytes(struct bytes bytes, const char *text)
{
    assert_true(bytes_equal(bytes, bytes_of_text(text)));
}

static bool is_fact(const char *text)
{
    struct stripe_fact fact;
    bool is_one = false;
    struct stripe_reply *reply = parse(text);
    assert_true(stripe_reply_object(reply, 0, &fact, &is_one));
    stripe_reply_free(reply);
    return is_one;
}

TEST(stripe_reply, an_intent_is_a_fact_of_the_order_that_its_metadata_names)
{
    struct stripe_fact fact;
    bool is_one = false;
    struct stripe_reply *reply = parse(INTENT);
    assert_true(stripe_reply_object(reply, 0, &fact, &is_one));
    assert_true(is_one);
    assert_int_equal(fact.kind, STRIPE_INTENT);
    assert_bytes(fact.intent.id, "pi_1");
    assert_int_equal(fact.intent.state, INTENT_HELD);
    assert_int_equal(fact.intent.amount_minor, 1100);
    assert_int_equal(fact.intent.capturable_minor, 1100);
    assert_int_equal(fact.intent.received_minor, 0);
    assert_bytes(fact.intent.currency, "eur");
    assert_true(fact.is_manual);
    assert_bytes(fact.client_secret, "pi_1_secret_x");
    assert_true(fact.has_order);
    assert_int_equal(fact.popup.bytes[0], 0xab);
    assert_int_equal(fact.order.bytes[11], 0xf0);
    assert_int_equal(fact.event.size, 0);
    assert_false(stripe_reply_object(reply, 1, &fact, &is_one));
    stripe_reply_free(reply);
}

/* Only what is no bytes of the reply. */
static struct stripe_fact intent_in(const char *status, const char *rest)
{
    char text[512];
    struct stripe_fact fact;
    bool is_one = false;
    (void)snprintf(text, sizeof text,
                   "{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"%s\","
                   "\"amount\":1,\"currency\":\"eur\",%s}",
                   status, rest);
    struct stripe_reply *reply = parse(text);
    assert_true(stripe_reply_object(reply, 0, &fact, &is_one));
    assert_true(is_one);
    stripe_reply_free(reply);
    return fact;
}

static int64_t end_in(const char *status, const char *rest)
{
    return intent_in(status, rest).intent.ends_s;
}

#define CHARGE(time)                                                                               \
    "\"latest_charge\":{\"id\":\"ch_1\",\"payment_method_details\":{\"card\":{"                    \
    "\"capture_before\":" time "}}}"
#define ENDED(reason) "\"canceled_at\":1800000000,\"cancellation_reason\":\"" reason "\""

#define DECLINED "\"last_payment_error\":{\"code\":\"card_declined\"}"
#define NO_ERROR "\"last_payment_error\":null"

TEST(stripe_reply, the_last_try_to_pay_is_told_apart)
{
    static const struct {
        const char *status, *rest, *name;
    } rows[] = {
        {"requires_payment_method", NO_ERROR, "none"},
        {"requires_payment_method", DECLINED, "failed"},
        {"requires_action", NO_ERROR, "asked"},
        {"processing", NO_ERROR, "undecided"},
        {"requires_capture", NO_ERROR, "none"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct stripe_fact fact = intent_in(rows[i].status, rows[i].rest);
        assert_string_equal(stripe_attempt_names[fact.attempt], rows[i].name);
    }
}

TEST(stripe_reply, a_hold_ends_when_its_charge_says_where_that_is_in_it)
{
    assert_int_equal(end_in("requires_capture", CHARGE("1800000000")), 1800000000);
    assert_int_equal(end_in("requires_capture", "\"latest_charge\":\"ch_1\""), 0);
    assert_int_equal(end_in("requires_capture", "\"latest_charge\":{\"id\":\"ch_1\"}"), 0);
    assert_int_equal(end_in("requires_capture", CHARGE("\"soon\"")), 0);
    assert_int_equal(end_in("requires_capture", CHARGE("-5")), 0);
    assert_int_equal(end_in("requires_capture", CHARGE("9000000000000000000")), 0);
    assert_int_equal(end_in("succeeded", CHARGE("1800000000")), 0);
}

TEST(stripe_reply, what_is_cancelled_ended_by_itself_only_where_nobody_asked_for_it)
{
    assert_int_equal(end_in("canceled", ENDED("automatic")), 1800000000);
    assert_int_equal(end_in("canceled", ENDED("expired")), 1800000000);
    assert_int_equal(end_in("canceled", ENDED("abandoned") "," CHARGE("1700000000")), 0);
    assert_int_equal(end_in("canceled", "\"cancellation_reason\":\"automatic\""), 0);
    assert_int_equal(end_in("requires_capture", ENDED("automatic")), 0);
}

TEST(stripe_reply, an_intent_says_when_it_was_made_and_for_which_draft)
{
    struct stripe_fact fact;
    bool is_a_fact = false;
    uint8_t expected[HASH_BYTES];
    struct stripe_reply *reply =
        parse("{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"canceled\",\"amount\":1,"
              "\"currency\":\"eur\",\"created\":1800000000,\"metadata\":{\"trestle_draft\":"
              "\"abababababababababababababababababababababababababababababababab\"}}");
    memset(expected, 0xab, sizeof expected);
    assert_bytes(stripe_reply_id(reply), "pi_1");
    assert_true(stripe_reply_object(reply, 0, &fact, &is_a_fact) && is_a_fact);
    assert_int_equal(fact.created_s, 1800000000);
    assert_memory_equal(fact.draft, expected, sizeof expected);
    stripe_reply_free(reply);
    reply = parse("{\"object\":\"event\"}");
    assert_int_equal(stripe_reply_id(reply).size, 0);
    stripe_reply_free(reply);
}

TEST(stripe_reply, a_list_of_events_tells_what_each_is_about)
{
    const char *const ids[] = {"evt_3", "evt_2", "evt_1"};
    struct stripe_fact fact;
    struct bytes after;
    bool is_one = false;
    struct stripe_reply *reply = parse(
        "{\"object\":\"list\",\"has_more\":true,\"data\":["
        "{\"object\":\"event\",\"id\":\"evt_3\",\"data\":{\"object\":" REFUND "}},"
        "{\"object\":\"event\",\"id\":\"evt_2\",\"data\":{\"object\":" DISPUTE "}},"
        "{\"object\":\"event\",\"id\":\"evt_1\",\"data\":{\"object\":{\"object\":\"charge\"}}}]}");
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(stripe_reply_object(reply, i, &fact, &is_one));
        assert_bytes(fact.event, ids[i]);
        assert_int_equal(is_one, i < 2);
    }
    assert_false(stripe_reply_object(reply, 3, &fact, &is_one));
    assert_true(stripe_reply_has_more(reply, &after));
    assert_bytes(after, "evt_1");
    assert_true(stripe_reply_object(reply, 0, &fact, &is_one));
    assert_bytes(fact.refund.intent, "pi_1");
    assert_bytes(fact.refund.wish, "0123456789abcdef");
    assert_int_equal(fact.refund.status, REFUND_PENDING);
    assert_true(stripe_reply_object(reply, 1, &fact, &is_one));
    assert_bytes(fact.dispute.intent, "pi_1");
    assert_int_equal(fact.dispute.status, DISPUTE_OPEN);
    stripe_reply_free(reply);
}

TEST(stripe_reply, an_error_tells_what_became_of_its_intent)
{
    struct stripe_fact fact;
    bool is_one = false;
    struct stripe_reply *reply =
        parse("{\"error\":{\"type\":\"card_error\",\"code\":\"card_declined\","
              "\"message\":\"Your card was declined.\",\"payment_intent\":" INTENT "}}");
    const struct provider_answer answer = stripe_reply_answer(reply, 402, false, "payment_intent");
    assert_int_equal(attempt_outcome_of(&answer), OUTCOME_DECLINED);
    assert_true(stripe_reply_object(reply, 0, &fact, &is_one));
    assert_true(is_one);
    stripe_reply_free(reply);
}

TEST(stripe_reply, an_answer_is_the_object_that_was_asked_for_or_unknown)
{
    struct stripe_reply *reply = parse(INTENT);
    struct provider_answer answer = stripe_reply_answer(reply, 200, false, "payment_intent");
    assert_int_equal(attempt_outcome_of(&answer), OUTCOME_DONE);
    answer = stripe_reply_answer(reply, 200, false, "refund");
    assert_int_equal(attempt_outcome_of(&answer), OUTCOME_UNKNOWN);
    answer = stripe_reply_answer(NULL, 200, false, "payment_intent");
    assert_int_equal(attempt_outcome_of(&answer), OUTCOME_UNKNOWN);
    stripe_reply_free(reply);
}

TEST(stripe_reply, what_is_no_whole_object_is_no_reply)
{
    const char *const texts[] = {"", "<html>", "[]", "\"x\"", "{", INTENT "x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct stripe_reply *reply = NULL;
        assert_int_equal(stripe_reply_parse(bytes_of_text(texts[i]), &reply), ERR_MALFORMED);
    }
}

TEST(stripe_reply, an_object_with_a_state_or_an_amount_that_is_not_known_is_no_fact)
{
#define WITH(status, amount)                                                                       \
    "{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"" status                          \
    "\",\"currency\":\"eur\",\"amount\":" amount "}"
    assert_true(is_fact(WITH("succeeded", "100")));
    assert_true(is_fact(WITH("requires_payment_method", "0")));
    assert_false(is_fact(WITH("requires_miracle", "100")));
    assert_false(is_fact(WITH("succeeded", "-1")));
    assert_false(is_fact(WITH("succeeded", "1.5")));
    assert_false(is_fact(WITH("succeeded", "\"100\"")));
    assert_false(is_fact(WITH("succeeded", "1000000000001")));
    assert_false(is_fact("{\"object\":\"payment_intent\",\"status\":\"succeeded\",\"amount\":1,"
                         "\"currency\":\"eur\"}"));
    assert_false(is_fact("{\"object\":\"refund\",\"id\":\"re_1\",\"status\":\"succeeded\"}"));
    assert_false(is_fact("{\"object\":\"refund\",\"id\":\"re\\u007f\",\"payment_intent\":\"pi_1\","
                         "\"amount\":1,\"status\":\"succeeded\"}"));
    assert_false(is_fact("{\"object\":\"dispute\",\"id\":\"dp_1\",\"status\":\"odd\","
                         "\"payment_intent\":\"pi_1\"}"));
    assert_false(is_fact("{\"object\":7}"));
    assert_false(is_fact("{}"));
}

#define LONG64 "0123456789012345678901234567890123456789012345678901234567890123"

TEST(stripe_reply, an_object_of_which_a_part_is_odd_is_no_fact)
{
    static const char *const odd[] = {
        WITH("succeeded", "1,\"amount_capturable\":-1"),
        WITH("succeeded", "1,\"amount_received\":true"),
        "{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"succeeded\",\"amount\":1}",
        "{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"succeeded\",\"amount\":1,"
        "\"currency\":\"much too long\"}",
        "{\"object\":\"payment_intent\",\"id\":\"" LONG64 LONG64 LONG64 LONG64 LONG64
        "\",\"status\":\"succeeded\",\"amount\":1,\"currency\":\"eur\"}",
        "{\"object\":\"refund\",\"id\":\"re_1\",\"payment_intent\":\"pi_1\",\"amount\":1,"
        "\"status\":\"odd\"}",
        "{\"object\":\"refund\",\"id\":\"re_1\",\"payment_intent\":\"pi_1\",\"amount\":-1,"
        "\"status\":\"failed\"}",
        "{\"object\":\"refund\",\"payment_intent\":\"pi_1\",\"amount\":1,\"status\":\"failed\"}",
        "{\"object\":\"dispute\",\"id\":\"dp_1\",\"payment_intent\":\"pi_1\",\"amount\":-1,"
        "\"status\":\"won\"}",
        "{\"object\":\"dispute\",\"payment_intent\":\"pi_1\",\"amount\":1,\"status\":\"won\"}",
        "{\"object\":\"dispute\",\"id\":\"dp_1\",\"amount\":1,\"status\":\"won\"}",
        "{\"object\":\"event\",\"id\":\"evt\\u0001\",\"data\":{\"object\":" INTENT "}}",
        "{\"object\":\"event\",\"id\":\"evt_1\"}",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        assert_false(is_fact(odd[i]));
    }
    assert_true(is_fact(WITH("succeeded", "1,\"amount_received\":null")));
    assert_true(is_fact("{\"object\":\"dispute\",\"id\":\"dp_1\",\"payment_intent\":\"pi_1\","
                        "\"amount\":1,\"status\":\"won\",\"is_charge_refundable\":true}"));
}

TEST(stripe_reply, metadata_that_is_no_hexadecimal_names_no_order)
{
    static const char popup[] = "ab000000000000000000000000000001";
    static const char order[] = "0f00000000000000000000f0";
    static const struct {
        const char *popup, *order;
    } odd[] = {{"ab00000000000000000000000000000g", order},
               {"g000000000000000000000000000000a", order},
               {"AB000000000000000000000000000001", order},
               {"ab00000000000000000000000000000/", order},
               {"", order},
               {popup, ""},
               {popup, "0f00000000000000000000f"},
               {popup, "0f00000000000000000000fx"}};
    char text[512];
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        (void)snprintf(text, sizeof text,
                       "{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"succeeded\","
                       "\"currency\":\"eur\",\"amount\":5,\"metadata\":{\"trestle_popup\":\"%s\","
                       "\"trestle_order\":\"%s\"}}",
                       odd[i].popup, odd[i].order);
        assert_false(names_order(text));
    }
}

TEST(stripe_reply, an_empty_list_has_nothing_after_it_whatever_it_says)
{
    struct stripe_fact fact;
    struct bytes after;
    bool is_one = true;
    struct stripe_reply *reply = parse("{\"object\":\"list\",\"has_more\":true,\"data\":[]}");
    assert_false(stripe_reply_object(reply, 0, &fact, &is_one));
    assert_false(stripe_reply_has_more(reply, &after));
    stripe_reply_free(reply);
    reply = parse("{\"object\":\"list\",\"has_more\":false,\"data\":[" INTENT "]}");
    assert_false(stripe_reply_has_more(reply, &after));
    stripe_reply_free(reply);
    reply = parse("{\"object\":\"list\",\"data\":[" INTENT "]}"); /* it does not say */
    assert_false(stripe_reply_has_more(reply, &after));
    stripe_reply_free(reply);
    reply = parse("{\"error\":\"no object\"}");
    assert_false(stripe_reply_answer(reply, 500, false, "refund").is_an_error);
    stripe_reply_free(reply);
}

/* What other software wrote into the same account must not hide ours. */
TEST(stripe_reply, an_odd_object_spoils_no_page)
{
    char page[4096];
    char deep[200] = "";
    struct stripe_fact fact;
    struct bytes after;
    bool is_one = false;
    for (int i = 0; i < 40; i++) {
        (void)strcat(deep, i < 20 ? "[" : "]");
    }
    (void)snprintf(page, sizeof page,
                   "{\"object\":\"list\",\"has_more\":true,\"data\":[" INTENT
                   ",{\"object\":\"invoice\",\"id\":\"in_\\u0000\",\"note\":\"a\",\"note\":\"b\","
                   "\"deep\":%s}]}",
                   deep);
    struct stripe_reply *reply = parse(page);
    assert_true(stripe_reply_object(reply, 0, &fact, &is_one));
    assert_true(is_one);
    assert_true(stripe_reply_object(reply, 1, &fact, &is_one));
    assert_false(is_one);
    assert_true(stripe_reply_has_more(reply, &after));
    assert_bytes(after, "pi_1"); /* the last that is an id */
    stripe_reply_free(reply);
    reply = parse("{\"object\":\"list\",\"has_more\":true,\"data\":[{\"id\":7}]}");
    assert_true(stripe_reply_has_more(reply, &after));
    assert_int_equal(after.size, 0);
    stripe_reply_free(reply);
}

TEST(stripe_reply, a_reply_has_its_limit)
{
    struct stripe_reply *reply = NULL;
    static char text[REPLY_BYTES_MAX + 2];
    memset(text, ' ', sizeof text - 1);
    text[0] = '{';
    text[sizeof text - 2] = '}';
    assert_int_not_equal(stripe_reply_parse(bytes_of(text, sizeof text - 1), &reply), 0);
    assert_null(reply);
}

TEST(stripe_reply, a_payment_of_somebody_else_names_no_order)
{
    struct stripe_fact fact;
    bool is_one = false;
    struct stripe_reply *reply =
        parse("{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"succeeded\","
              "\"currency\":\"eur\",\"amount\":5,\"metadata\":{\"trestle_order\":\"0f\"}}");
    assert_true(stripe_reply_object(reply, 0, &fact, &is_one));
    assert_true(is_one);
    assert_false(fact.has_order);
    stripe_reply_free(reply);
}
