/* test_stripe_request.c - what is sent to Stripe, byte for byte. */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/stripe/form.h"
#include "gateway/stripe/request.h"

static const struct popup_id popup = {.bytes = {0xab, [15] = 0x01}};
static const struct entity_id order = {.bytes = {0x0f, [11] = 0xf0}};

static struct stripe_request request_of(const struct provider_call *call)
{
    const struct attempt attempt = attempt_of(&order, call);
    const struct stripe_terms terms = {
        .popup = popup, .currency = bytes_of_text("eur"), .brief = bytes_of_text("2x Tea")};
    return stripe_request_of(&attempt, &terms);
}

static void assert_text(const struct text *text, const char *expected)
{
    char copy[1024];
    assert_true(text->size < sizeof copy);
    if (text->size > 0) {
        memcpy(copy, text->data, text->size);
    }
    copy[text->size] = '\0';
    assert_string_equal(copy, expected);
}

static void assert_request(struct stripe_request request, bool is_post, const char *path,
                           const char *body)
{
    assert_int_equal(request.is_post, is_post);
    assert_text(&request.path, path);
    assert_text(&request.body, body);
    stripe_request_close(&request);
}

TEST(stripe_request, an_intent_is_made_to_be_captured_by_hand)
{
    assert_request(request_of(&(struct provider_call){
                       .kind = CALL_CREATE, .wish = bytes_of_text("hash"), .amount_minor = 1100}),
                   true, "/v1/payment_intents",
                   "amount=1100&currency=eur&capture_method=manual"
                   "&automatic_payment_methods[enabled]=true"
                   "&metadata[trestle_popup]=ab000000000000000000000000000001"
                   "&metadata[trestle_order]=0f00000000000000000000f0"
                   "&metadata[trestle_draft]=68617368&metadata[trestle_lines]=2x%20Tea");
}

TEST(stripe_request, captures_cancels_and_refunds)
{
    const struct bytes intent = bytes_of_text("pi_1");
    assert_request(request_of(&(struct provider_call){
                       .kind = CALL_CAPTURE, .intent = intent, .amount_minor = 700}),
                   true, "/v1/payment_intents/pi_1/capture", "amount_to_capture=700");
    assert_request(request_of(&(struct provider_call){.kind = CALL_CANCEL, .intent = intent}), true,
                   "/v1/payment_intents/pi_1/cancel", "cancellation_reason=abandoned");
    assert_request(request_of(&(struct provider_call){.kind = CALL_REFUND,
                                                      .intent = intent,
                                                      .wish = bytes_of_text("0123456789abcdef"),
                                                      .amount_minor = 400}),
                   true, "/v1/refunds",
                   "payment_intent=pi_1&amount=400&reason=requested_by_customer"
                   "&metadata[trestle_popup]=ab000000000000000000000000000001"
                   "&metadata[trestle_order]=0f00000000000000000000f0"
                   "&metadata[trestle_wish]=30313233343536373839616263646566");
}

TEST(stripe_request, a_hold_is_read_with_its_charge_which_says_when_it_ends)
{
    assert_request(stripe_hold_of(bytes_of_text("pi_1")), false,
                   "/v1/payment_intents/pi_1?expand[]=latest_charge", "");
}

TEST(stripe_request, what_must_be_looked_up_is_read)
{
    struct attempt attempt = attempt_of(
        &order, &(struct provider_call){.kind = CALL_CAPTURE, .intent = bytes_of_text("pi_1")});
    assert_request(stripe_look_of(&attempt), false, "/v1/payment_intents/pi_1", "");
    attempt.call.kind = CALL_REFUND;
    assert_request(stripe_look_of(&attempt), false, "/v1/refunds?payment_intent=pi_1&limit=100",
                   "");
}

TEST(stripe_request, lists_are_read_page_by_page)
{
    assert_request(stripe_list_intents(5, bytes_of_text("pi_9"), 25), false,
                   "/v1/payment_intents?created[gte]=5&limit=25&starting_after=pi_9", "");
    struct stripe_request events = stripe_list_events(1700000000, bytes_of_text(""), 100);
    text_append(&events.path, "", 1);
    assert_non_null(strstr(events.path.data, "/v1/events?created[gte]=1700000000&limit=100&types"));
    stripe_request_close(&events);
}

/* Other software's events of the same account are none of ours, and may be odd. */
TEST(stripe_request, only_events_that_tell_of_payments_are_listed)
{
    struct stripe_request events = stripe_list_events(1, bytes_of_text(""), 100);
    size_t count = 0;
    text_append(&events.path, "", 1);
    for (const char *at = events.path.data; (at = strstr(at, "&types[]=")) != NULL; at++) {
        count++;
    }
    assert_true(count > 0 && count <= 20);
    assert_non_null(strstr(events.path.data, "&types[]=payment_intent.canceled&"));
    assert_non_null(strstr(events.path.data, "&types[]=refund.failed&"));
    assert_non_null(strstr(events.path.data, "&types[]=charge.dispute.funds_reinstated"));
    stripe_request_close(&events);
}

TEST(stripe_request, an_id_with_other_letters_stays_one_part_of_the_path)
{
    assert_request(request_of(&(struct provider_call){.kind = CALL_CAPTURE,
                                                      .intent = bytes_of_text("../x?y&z\xc3\xa9"),
                                                      .amount_minor = 1}),
                   true, "/v1/payment_intents/..%2Fx%3Fy%26z%C3%A9/capture", "amount_to_capture=1");
}

TEST(form, values_are_escaped_to_the_last_byte)
{
    struct text form = {.data = NULL};
    form_add(&form, "a", bytes_of("\0 +%=&~", 7));
    form_add_number(&form, "b[c]", INT64_MIN);
    assert_text(&form, "a=%00%20%2B%25%3D%26~&b[c]=-9223372036854775808");
    text_close(&form);
}
