/* test_attempt.c - calls to the provider: what an answer means, when a call is sent again and under
 * which key. */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/settle/attempt.h"

static const int64_t NOON_MS = INT64_C(1800000000000);

static struct bytes text(const char *string)
{
    return bytes_of_text(string);
}

static struct attempt attempt_at(enum provider_call_kind kind, int64_t amount_minor)
{
    static const struct entity_id order = {.bytes = {1, 2, 3}};
    return attempt_of(&order, &(struct provider_call){.kind = kind,
                                                      .intent = bytes_of_text("pi_1"),
                                                      .amount_minor = amount_minor});
}

static struct provider_answer error_of(uint32_t status, const char *type, const char *code)
{
    return (struct provider_answer){
        .status = status, .is_an_error = true, .type = text(type), .code = text(code)};
}

TEST(attempt, what_an_answer_means)
{
    const struct {
        struct provider_answer answer;
        enum attempt_outcome outcome;
    } cases[] = {
        {{.status = 200, .is_the_object = true}, OUTCOME_DONE},
        {{.status = 200}, OUTCOME_UNKNOWN}, /* a captive portal's page */
        {{.status = 0}, OUTCOME_UNKNOWN},
        {{.status = 302}, OUTCOME_UNKNOWN},
        {{.status = 404}, OUTCOME_UNKNOWN}, /* not in the provider's words: a proxy's */
        {{.status = 502}, OUTCOME_BROKEN},
        {error_of(400, "invalid_request_error", "payment_intent_unexpected_state"),
         OUTCOME_REFUSED},
        {error_of(400, "invalid_request_error", "charge_already_captured"), OUTCOME_REFUSED},
        {error_of(404, "invalid_request_error", "resource_missing"), OUTCOME_REFUSED},
        {error_of(400, "idempotency_error", ""), OUTCOME_MISUSED},
        {error_of(409, "idempotency_error", "idempotency_key_in_use"), OUTCOME_LATER},
        {error_of(429, "rate_limit_error", ""), OUTCOME_LATER},
        {error_of(429, "invalid_request_error", "lock_timeout"), OUTCOME_LATER},
        {error_of(400, "invalid_request_error", "lock_timeout"), OUTCOME_LATER},
        {error_of(402, "card_error", "card_declined"), OUTCOME_DECLINED},
        {error_of(401, "invalid_request_error", ""), OUTCOME_SHUT},
        {error_of(403, "invalid_request_error", ""), OUTCOME_SHUT},
        {error_of(500, "api_error", ""), OUTCOME_BROKEN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(attempt_outcome_text(attempt_outcome_of(&cases[i].answer)),
                            attempt_outcome_text(cases[i].outcome));
    }
    struct provider_answer told = error_of(500, "api_error", "");
    told.should_retry = true;
    assert_int_equal(attempt_outcome_of(&told), OUTCOME_LATER);
}

TEST(attempt, what_may_have_been_done_is_sent_again_under_its_key)
{
    struct attempt attempt = attempt_at(CALL_CAPTURE, 1100);
    char first[ATTEMPT_KEY_TEXT_MAX], again[ATTEMPT_KEY_TEXT_MAX];
    attempt_key(&attempt, first);
    for (int i = 0; i < 100; i++) {
        assert_true(attempt_begin(&attempt, NOON_MS + i));
        assert_true(attempt_end(&attempt, i % 2 == 0 ? OUTCOME_UNKNOWN : OUTCOME_LATER) > 0);
        assert_int_equal(attempt.state, ATTEMPT_SEND);
        attempt_key(&attempt, again);
        assert_string_equal(first, again);
    }
}

TEST(attempt, waits_grow_to_a_minute_and_are_spread)
{
    struct attempt attempt = attempt_at(CALL_CAPTURE, 1100);
    const uint64_t waits[] = {500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        assert_true(attempt_begin(&attempt, NOON_MS));
        assert_int_equal(attempt_end(&attempt, OUTCOME_UNKNOWN), waits[i]);
    }
    assert_int_equal(attempt_jitter(60000, 0), 30000);
    assert_int_equal(attempt_jitter(60000, UINT32_MAX), 60000);
    assert_int_equal(attempt_jitter(0, UINT32_MAX), 0);
}

TEST(attempt, a_key_that_the_provider_may_have_forgotten_is_not_used_again_without_a_look)
{
    struct attempt attempt = attempt_at(CALL_CAPTURE, 400);
    assert_true(attempt_begin(&attempt, NOON_MS));
    (void)attempt_end(&attempt, OUTCOME_UNKNOWN);
    assert_true(attempt_begin(&attempt, NOON_MS + ATTEMPT_KEY_MS - 1));
    (void)attempt_end(&attempt, OUTCOME_UNKNOWN);
    assert_false(attempt_begin(&attempt, NOON_MS + ATTEMPT_KEY_MS));
    assert_int_equal(attempt.state, ATTEMPT_LOOK);
    attempt_looked(&attempt, false, NOON_MS);
    assert_int_equal(attempt.state, ATTEMPT_VOID);
}

TEST(attempt, a_clock_that_went_back_makes_it_look_too)
{
    struct attempt attempt = attempt_at(CALL_CAPTURE, 400);
    assert_true(attempt_begin(&attempt, NOON_MS));
    (void)attempt_end(&attempt, OUTCOME_UNKNOWN);
    assert_false(attempt_begin(&attempt, NOON_MS - ATTEMPT_STEP_MS - 1));
    assert_int_equal(attempt.state, ATTEMPT_LOOK);
}

TEST(attempt, a_clock_that_steps_back_with_the_provider_s_seconds_keeps_the_key)
{
    struct attempt attempt = attempt_at(CALL_REFUND, 400);
    char first[ATTEMPT_KEY_TEXT_MAX], again[ATTEMPT_KEY_TEXT_MAX];
    attempt_looked(&attempt, true, NOON_MS);
    assert_true(attempt_begin(&attempt, NOON_MS));
    attempt_key(&attempt, first);
    (void)attempt_end(&attempt, OUTCOME_UNKNOWN);
    attempt_looked(&attempt, true, NOON_MS - 999);
    assert_true(attempt_begin(&attempt, NOON_MS - 999));
    attempt_key(&attempt, again);
    assert_string_equal(first, again);
}

TEST(attempt, a_refund_is_looked_for_before_each_try_and_goes_out_under_the_same_key)
{
    struct attempt attempt = attempt_at(CALL_REFUND, 400);
    char first[ATTEMPT_KEY_TEXT_MAX], again[ATTEMPT_KEY_TEXT_MAX];
    const enum attempt_outcome outcomes[] = {OUTCOME_UNKNOWN, OUTCOME_BROKEN, OUTCOME_UNKNOWN};
    attempt_key(&attempt, first);
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        assert_int_equal(attempt.state, ATTEMPT_LOOK);
        attempt_looked(&attempt, true, NOON_MS);
        assert_true(attempt_begin(&attempt, NOON_MS));
        assert_true(attempt_end(&attempt, outcomes[i]) > 0);
        attempt_key(&attempt, again);
        assert_string_equal(first, again);
    }
    attempt_looked(&attempt, true, NOON_MS);
    (void)attempt_begin(&attempt, NOON_MS);
    (void)attempt_end(&attempt, OUTCOME_LATER); /* not executed: no need to look */
    assert_int_equal(attempt.state, ATTEMPT_SEND);
}

TEST(attempt, a_key_that_is_old_is_replaced_when_the_look_found_nothing)
{
    struct attempt attempt = attempt_at(CALL_REFUND, 400);
    attempt_looked(&attempt, true, NOON_MS);
    assert_true(attempt_begin(&attempt, NOON_MS));
    (void)attempt_end(&attempt, OUTCOME_UNKNOWN);
    attempt_looked(&attempt, true, NOON_MS + ATTEMPT_KEY_MS);
    assert_int_equal(attempt.keys, 1);
    assert_int_equal(attempt.state, ATTEMPT_SEND);
    assert_true(attempt_begin(&attempt, NOON_MS + ATTEMPT_KEY_MS));
}

TEST(attempt, an_amount_follows_the_plan_until_it_was_sent)
{
    struct attempt attempt = attempt_at(CALL_REFUND, 400);
    attempt_ask(&attempt, 300);
    assert_int_equal(attempt.call.amount_minor, 300);
    attempt_looked(&attempt, true, NOON_MS);
    assert_true(attempt_begin(&attempt, NOON_MS));
    attempt_ask(&attempt, 200);
    assert_int_equal(attempt.call.amount_minor, 300);
}

TEST(attempt, after_four_server_errors_it_looks_and_goes_on_under_a_new_key)
{
    struct attempt attempt = attempt_at(CALL_CAPTURE, 1100);
    char first[ATTEMPT_KEY_TEXT_MAX], second[ATTEMPT_KEY_TEXT_MAX];
    attempt_key(&attempt, first);
    for (int i = 0; i < ATTEMPT_SAME_KEY_MAX; i++) {
        assert_int_equal(attempt.state, ATTEMPT_SEND);
        assert_true(attempt_begin(&attempt, NOON_MS));
        (void)attempt_end(&attempt, OUTCOME_BROKEN);
    }
    assert_int_equal(attempt.state, ATTEMPT_LOOK);
    assert_true(attempt_end(&attempt, OUTCOME_UNKNOWN) > 0); /* the reading fails as well */
    assert_int_equal(attempt.state, ATTEMPT_LOOK);
    attempt_looked(&attempt, true, NOON_MS);
    assert_int_equal(attempt.state, ATTEMPT_SEND);
    attempt_key(&attempt, second);
    assert_string_not_equal(first, second);
    assert_true(attempt_begin(&attempt, NOON_MS + ATTEMPT_KEY_MS)); /* the new key's own age */
}

TEST(attempt, what_is_refused_again_and_again_stops_and_a_person_looks)
{
    struct attempt attempt = attempt_at(CALL_CAPTURE, 1100);
    uint32_t sent = 0;
    while (attempt.state == ATTEMPT_SEND) {
        assert_true(attempt_begin(&attempt, NOON_MS));
        sent++;
        (void)attempt_end(&attempt, OUTCOME_REFUSED);
        attempt_looked(&attempt, true, NOON_MS);
    }
    assert_int_equal(attempt.state, ATTEMPT_STUCK);
    assert_int_equal(sent, ATTEMPT_KEYS_MAX);
}

TEST(attempt, who_asks_anew_gets_a_key_but_after_so_many_in_a_row_waits)
{
    enum { FIRST_MS = 1000 * 1000 };
    static const struct {
        uint32_t keys, tries;
        int64_t later_ms;
        int err;
        uint32_t again;
    } rows[] = {
        {0, 0, 0, 0, 0}, /* never sent */
        {0, 4, 0, 0, 1},
        {ATTEMPT_KEYS_MAX - 2, 1, 0, 0, ATTEMPT_KEYS_MAX - 1},
        {ATTEMPT_KEYS_MAX - 1, 1, 0, ERR_LIMIT, ATTEMPT_KEYS_MAX},
        {ATTEMPT_KEYS_MAX - 1, 1, ATTEMPT_REST_MS - 1, ERR_LIMIT, ATTEMPT_KEYS_MAX},
        {ATTEMPT_KEYS_MAX - 1, 1, ATTEMPT_REST_MS, 0, ATTEMPT_KEYS_MAX},
        {ATTEMPT_KEYS_MAX - 1, 1, -ATTEMPT_STEP_MS, ERR_LIMIT, ATTEMPT_KEYS_MAX},
        {ATTEMPT_KEYS_MAX - 1, 1, -ATTEMPT_STEP_MS - 1, 0, ATTEMPT_KEYS_MAX}, /* another clock */
        {ATTEMPT_KEYS_MAX, 1, 0, 0, ATTEMPT_KEYS_MAX + 1},
        {2 * ATTEMPT_KEYS_MAX - 1, 1, 0, ERR_LIMIT, 2 * ATTEMPT_KEYS_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct attempt attempt = {
            .keys = rows[i].keys, .tries = rows[i].tries, .first_ms = FIRST_MS};
        uint32_t again = 0;
        const int err = attempt_again(&attempt, FIRST_MS + rows[i].later_ms, &again);
        if (err != rows[i].err || again != rows[i].again) {
            fail_msg("row %zu: %d, key %u", i, err, again);
        }
    }
}

TEST(attempt, a_key_that_stands_for_something_else_is_never_replaced_by_another)
{
    struct attempt attempt = attempt_at(CALL_REFUND, 400);
    attempt_looked(&attempt, true, NOON_MS);
    assert_true(attempt_begin(&attempt, NOON_MS));
    (void)attempt_end(&attempt, OUTCOME_MISUSED);
    assert_int_equal(attempt.state, ATTEMPT_LOOK);
    attempt_looked(&attempt, true, NOON_MS);
    assert_int_equal(attempt.state, ATTEMPT_STUCK);
}

TEST(attempt, an_object_that_the_provider_does_not_know_is_a_persons_affair)
{
    struct attempt attempt = attempt_at(CALL_CAPTURE, 1100);
    assert_true(attempt_begin(&attempt, NOON_MS));
    (void)attempt_end(&attempt, OUTCOME_REFUSED);
    assert_int_equal(attempt_end(&attempt, OUTCOME_REFUSED), 0);
    assert_int_equal(attempt.state, ATTEMPT_STUCK);
}

TEST(attempt, keys_differ_by_call_object_and_amount_but_a_refunds_not_by_its_amount)
{
    char a[ATTEMPT_KEY_TEXT_MAX], b[ATTEMPT_KEY_TEXT_MAX];
    struct attempt one = attempt_at(CALL_CAPTURE, 1100);
    struct attempt other = attempt_at(CALL_CAPTURE, 1099);
    attempt_key(&one, a);
    attempt_key(&other, b);
    assert_string_not_equal(a, b);
    other = attempt_at(CALL_CANCEL, 1100);
    attempt_key(&other, b);
    assert_string_not_equal(a, b);
    other = one;
    other.call.intent = text("pi_2");
    attempt_key(&other, b);
    assert_string_not_equal(a, b);
    other = one;
    other.order.bytes[0] ^= 1;
    attempt_key(&other, b);
    assert_string_not_equal(a, b);
    one = attempt_at(CALL_REFUND, 400);
    other = attempt_at(CALL_REFUND, 300);
    attempt_key(&one, a);
    attempt_key(&other, b);
    assert_string_equal(a, b);
    other.call.wish = text("0123456789abcdef");
    attempt_key(&other, b);
    assert_string_not_equal(a, b);
    assert_true(strlen(b) <= 255);
}

TEST(attempt, a_refund_that_was_looked_for_long_ago_is_looked_for_again)
{
    struct attempt attempt = attempt_at(CALL_REFUND, 400);
    attempt_looked(&attempt, true, NOON_MS);
    assert_false(attempt_begin(&attempt, NOON_MS + ATTEMPT_LOOK_MS));
    assert_int_equal(attempt.state, ATTEMPT_LOOK);
    attempt_looked(&attempt, true, NOON_MS + ATTEMPT_LOOK_MS);
    assert_false(attempt_begin(&attempt, NOON_MS - 1)); /* the clock went back */
    attempt_looked(&attempt, true, NOON_MS);
    assert_true(attempt_begin(&attempt, NOON_MS + ATTEMPT_LOOK_MS - 1));
    struct attempt capture = attempt_at(CALL_CAPTURE, 400);
    assert_true(attempt_begin(&capture, NOON_MS));
}

TEST(attempt, what_is_revived_goes_on_under_keys_of_its_own_but_a_refund_keeps_its_key)
{
    static const enum provider_call_kind kinds[] = {CALL_CANCEL, CALL_REFUND};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct attempt attempt = attempt_at(kinds[i], 400);
        attempt.state = ATTEMPT_STUCK;
        attempt.keys = ATTEMPT_KEYS_MAX - 1;
        attempt.tries = 1;
        attempt.first_ms = NOON_MS;
        attempt.last = OUTCOME_REFUSED;
        attempt_revive(&attempt);
        assert_int_equal(attempt.state, ATTEMPT_LOOK);
        attempt_looked(&attempt, true, NOON_MS);
        const bool is_cancel = kinds[i] == CALL_CANCEL;
        assert_int_equal(attempt.state, is_cancel ? ATTEMPT_SEND : ATTEMPT_STUCK);
        assert_int_equal(attempt.keys, is_cancel ? ATTEMPT_KEYS_MAX : ATTEMPT_KEYS_MAX - 1);
        for (uint32_t keys = 0; is_cancel && keys < ATTEMPT_KEYS_MAX; keys++) {
            assert_true(attempt_begin(&attempt, NOON_MS));
            (void)attempt_end(&attempt, OUTCOME_REFUSED);
            attempt_looked(&attempt, true, NOON_MS);
        }
        assert_int_equal(attempt.state, ATTEMPT_STUCK);
    }
}

TEST(attempt, a_new_key_that_was_not_used_yet_is_not_replaced_when_it_is_asked_for_again)
{
    struct attempt attempt = attempt_at(CALL_REFUND, 500);
    attempt.last = OUTCOME_REFUSED;
    attempt.first_ms = NOON_MS;
    attempt_renew(&attempt);
    assert_int_equal(attempt.keys, 1);
    attempt_renew(&attempt);
    assert_int_equal(attempt.keys, 1);
}

TEST(attempt, what_was_never_sent_keeps_its_key_when_it_is_revived)
{
    struct attempt attempt = attempt_at(CALL_CANCEL, 0);
    attempt.state = ATTEMPT_STUCK;
    attempt_revive(&attempt);
    assert_int_equal(attempt.keys, 0);
}
