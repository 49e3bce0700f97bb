/* test_stripe_wire.c - the two halves of tests/golden/stripe: what we send, which the practice
 * Stripe takes (tests/stripe/conformance/gateway.mjs), and what it answers, which we read.
 * TRESTLE_UPDATE=1 writes the requests anew; the answers are then recorded by `./run test stripe`
 * under the same. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/stripe/reply.h"
#include "gateway/stripe/request.h"

#define GOLDEN TEST_SOURCE_DIR "/tests/golden/stripe/"

enum { GOLDEN_BYTES_MAX = 128 * 1024, START_S = 1800000000, PAID_MINOR = 1100, TAKEN_MINOR = 700 };

static const struct popup_id popup = {.bytes = {0xab, [15] = 0x01}};
static const struct entity_id order = {.bytes = {0x0f, [11] = 0xf0}};

/* --- what we send: an order paid, accepted in part and refunded, and another one left --- */

static void line_add(struct text *to, struct stripe_request request)
{
    text_append_text(to, request.is_post ? "POST " : "GET ");
    text_append(to, request.path.data, request.path.size);
    if (request.is_post) {
        text_append_text(to, " ");
        text_append_text(to, request.key);
        text_append_text(to, " ");
        text_append(to, request.body.data, request.body.size);
    }
    text_append_text(to, "\n");
    stripe_request_close(&request);
}

static struct attempt attempt_for(enum provider_call_kind kind, const char *intent,
                                  const char *wish, int64_t amount_minor)
{
    return attempt_of(&order, &(struct provider_call){.kind = kind,
                                                      .intent = bytes_of_text(intent),
                                                      .wish = bytes_of_text(wish),
                                                      .amount_minor = amount_minor});
}

static void call_add(struct text *to, struct attempt attempt)
{
    const struct stripe_terms terms = {
        .popup = popup, .currency = bytes_of_text("eur"), .brief = bytes_of_text("2x Tea")};
    line_add(to, stripe_request_of(&attempt, &terms));
}

static void look_add(struct text *to, struct attempt attempt)
{
    line_add(to, stripe_look_of(&attempt));
}

static struct text requests_made(void)
{
    struct text to = {.data = NULL};
    call_add(&to, attempt_for(CALL_CREATE, "", "first draft", PAID_MINOR));
    look_add(&to, attempt_for(CALL_CAPTURE, "pi_1", "", TAKEN_MINOR));
    line_add(&to, stripe_hold_of(bytes_of_text("pi_1")));
    call_add(&to, attempt_for(CALL_CAPTURE, "pi_1", "", TAKEN_MINOR));
    call_add(&to, attempt_for(CALL_REFUND, "pi_1", "0123456789abcdef", 400));
    look_add(&to, attempt_for(CALL_REFUND, "pi_1", "0123456789abcdef", 400));
    call_add(&to, attempt_for(CALL_CREATE, "", "second draft", PAID_MINOR));
    call_add(&to, attempt_for(CALL_CANCEL, "pi_2", "", 0));
    line_add(&to, stripe_list_intents(START_S, bytes_of_text(""), 100));
    line_add(&to, stripe_list_intents(START_S, bytes_of_text("pi_2"), 100));
    line_add(&to, stripe_list_events(START_S, bytes_of_text(""), 100));
    line_add(&to, stripe_list_intents(0, bytes_of_text(""), 1)); /* a reconciliation's, too */
    line_add(&to, stripe_list_refunds(START_S, bytes_of_text(""), 100));
    line_add(&to, stripe_list_disputes(START_S, bytes_of_text(""), 100));
    line_add(&to, stripe_intent_of(bytes_of_text("pi_2")));
    return to;
}

/* NUL-ended. */
static char *golden_read(const char *path)
{
    static char bytes[GOLDEN_BYTES_MAX];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
    (void)fclose(file);
    return bytes;
}

TEST(stripe_wire, what_is_sent_is_what_the_practice_stripe_was_shown_to_take)
{
    struct text made = requests_made();
    if (getenv("TRESTLE_UPDATE") != NULL) {
        FILE *file = fopen(GOLDEN "requests.txt", "w");
        assert_non_null(file);
        assert_int_equal(fwrite(made.data, 1, made.size, file), made.size);
        assert_int_equal(fclose(file), 0);
    }
    text_append(&made, "", 1);
    assert_string_equal(made.data, golden_read(GOLDEN "requests.txt"));
    text_close(&made);
}

/* --- what is answered --- */

/* The facts of an answer, oldest first: a list is newest first. */
struct told {
    uint32_t objects, facts;
    enum intent_state intent; /* of the newest object that is one */
    int64_t held_minor, taken_minor, refunded_minor;
    bool has_order;
};

static void fact_told(const struct stripe_fact *fact, struct told *told)
{
    told->facts++;
    told->has_order = fact->has_order;
    if (fact->kind == STRIPE_INTENT) {
        assert_true(fact->is_manual);
        told->intent = fact->intent.state;
        told->held_minor = fact->intent.capturable_minor;
        told->taken_minor = fact->intent.received_minor;
    } else {
        assert_int_equal(fact->refund.status, REFUND_SUCCEEDED);
        assert_int_equal(fact->refund.wish.size, WISH_ID_BYTES);
        told->refunded_minor = fact->refund.amount_minor;
    }
}

static struct told told_by(const char *json, const char *object)
{
    struct told told = {.objects = 0};
    struct stripe_reply *reply = NULL;
    struct stripe_fact fact;
    bool is_fact = false;
    assert_int_equal(stripe_reply_parse(bytes_of_text(json), &reply), 0);
    const struct provider_answer answer = stripe_reply_answer(reply, 200, false, object);
    assert_int_equal(attempt_outcome_of(&answer), OUTCOME_DONE);
    while (stripe_reply_object(reply, told.objects, &fact, &is_fact)) {
        if (is_fact) {
            fact_told(&fact, &told);
        }
        told.objects++;
    }
    stripe_reply_free(reply);
    return told;
}

static const struct {
    const char *object;
    struct told told;
} answers[] = {
    {"payment_intent", {1, 1, INTENT_CREATED, 0, 0, 0, true}},
    {"payment_intent", {1, 1, INTENT_HELD, PAID_MINOR, 0, 0, true}},
    {"payment_intent", {1, 1, INTENT_HELD, PAID_MINOR, 0, 0, true}},
    {"payment_intent", {1, 1, INTENT_SUCCEEDED, 0, TAKEN_MINOR, 0, true}},
    {"refund", {1, 1, INTENT_CREATED, 0, 0, 400, true}},
    {"list", {1, 1, INTENT_CREATED, 0, 0, 400, true}},
    {"payment_intent", {1, 1, INTENT_CREATED, 0, 0, 0, true}},
    {"payment_intent", {1, 1, INTENT_CANCELED, 0, 0, 0, true}},
    {"list", {2, 2, INTENT_SUCCEEDED, 0, TAKEN_MINOR, 0, true}},
    {"list", {1, 1, INTENT_SUCCEEDED, 0, TAKEN_MINOR, 0, true}},
    /* Charges are told of too, and are no facts. */
    {"list", {6, 6, INTENT_CREATED, 0, 0, 400, true}},
    {"list", {1, 1, INTENT_CANCELED, 0, 0, 0, true}},
    {"list", {1, 1, INTENT_CREATED, 0, 0, 400, true}},
    {"list", {0, 0, INTENT_CREATED, 0, 0, 0, false}},
    {"payment_intent", {1, 1, INTENT_CANCELED, 0, 0, 0, true}},
};

TEST(stripe_wire, what_the_practice_stripe_answers_is_read)
{
    char *line = golden_read(GOLDEN "answers.txt");
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        const struct told told = told_by(line, answers[i].object), *due = &answers[i].told;
        assert_int_equal(told.objects, due->objects);
        assert_int_equal(told.facts, due->facts);
        assert_int_equal(told.intent, due->intent);
        assert_int_equal(told.held_minor, due->held_minor);
        assert_int_equal(told.taken_minor, due->taken_minor);
        assert_int_equal(told.refunded_minor, due->refunded_minor);
        assert_int_equal(told.has_order, due->has_order);
        line = end + 1;
    }
    assert_int_equal(*line, '\0');
}
