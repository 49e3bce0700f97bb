/* test_webhook.c - webhooks: what is signed with a configured secret, lately, is taken; nothing
 * else. The signature here is a published one, not of our own making. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "gateway/stripe/webhook.h"

#define SIGNED "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"

enum { SIGNED_S = 1700000000 };

static const char body_text[] = "{\"id\":\"evt_1\"}";

static struct webhook_secrets secrets_of(const char *first, const char *second)
{
    return (struct webhook_secrets){{bytes_of_text(first), bytes_of_text(second)}};
}

static int check_at(const char *header, const char *body, int64_t now_s)
{
    const struct webhook_secrets secrets = secrets_of("whsec_test", "");
    return webhook_check(bytes_of_text(header), bytes_of_text(body), &secrets, now_s);
}

static int check_header(const char *header)
{
    return check_at(header, body_text, SIGNED_S);
}

TEST(webhook, what_stripe_signed_is_taken)
{
    assert_int_equal(check_header("t=1700000000,v1=" SIGNED), 0);
    assert_int_equal(check_header("v1=" SIGNED ",t=1700000000"), 0);
}

TEST(webhook, while_a_secret_is_rolled_either_signature_and_either_secret_will_do)
{
    const char other[] = "0000000000000000000000000000000000000000000000000000000000000000";
    const struct webhook_secrets second = secrets_of("whsec_next", "whsec_test");
    char header[512];
    (void)snprintf(header, sizeof header, "t=1700000000,v1=%s,v1=%s,v0=%s", other, SIGNED, other);
    assert_int_equal(check_header(header), 0);
    assert_int_equal(
        webhook_check(bytes_of_text(header), bytes_of_text(body_text), &second, SIGNED_S), 0);
}

TEST(webhook, anything_that_is_not_exactly_what_was_signed_is_refused)
{
    const struct webhook_secrets none = secrets_of("", "");
    assert_int_equal(check_at("t=1700000000,v1=" SIGNED, "{\"id\":\"evt_2\"}", SIGNED_S),
                     ERR_BAD_SIGNATURE);
    assert_int_equal(check_at("t=1700000001,v1=" SIGNED, body_text, SIGNED_S), ERR_BAD_SIGNATURE);
    assert_int_equal(check_header("t=1700000000,v0=" SIGNED), ERR_BAD_SIGNATURE);
    assert_int_equal(check_header("t=1700000000"), ERR_BAD_SIGNATURE);
    assert_int_equal(check_header("t=1700000000,v1="), ERR_BAD_SIGNATURE);
    assert_int_equal(check_header("t=1700000000,v1=" SIGNED "00"), ERR_BAD_SIGNATURE);
    assert_int_equal(check_header("t=1700000000,v1=C89214" SIGNED), ERR_BAD_SIGNATURE);
    assert_int_equal(webhook_check(bytes_of_text("t=1700000000,v1=" SIGNED),
                                   bytes_of_text(body_text), &none, SIGNED_S),
                     ERR_BAD_SIGNATURE);
}

TEST(webhook, what_is_no_hexadecimal_fits_nothing)
{
    static const char odd[] = "gG/:`~";
    for (size_t i = 0; i + 1 < sizeof odd; i++) {
        for (size_t at = 0; at < 2; at++) { /* either digit of a byte */
            char header[256] = "t=1700000000,v1=" SIGNED;
            header[strlen("t=1700000000,v1=") + at] = odd[i];
            assert_int_equal(check_header(header), ERR_BAD_SIGNATURE);
        }
    }
}

TEST(webhook, of_too_many_signatures_the_first_are_looked_at)
{
    static const char other[] =
        ",v1=0000000000000000000000000000000000000000000000000000000000000000";
    char header[WEBHOOK_HEADER_BYTES_MAX] = "t=1700000000";
    for (uint32_t i = 0; i < WEBHOOK_SIGNATURES_MAX; i++) {
        strcat(header, other);
    }
    strcat(header, ",v1=" SIGNED);
    assert_int_equal(check_header(header), ERR_BAD_SIGNATURE);
}

TEST(webhook, a_prefix_of_a_signature_is_none)
{
    char header[256] = "t=1700000000,v1=" SIGNED;
    header[strlen(header) - 2] = '\0';
    assert_int_equal(check_header(header), ERR_BAD_SIGNATURE);
}

TEST(webhook, a_header_of_another_form_is_refused)
{
    const char *const headers[] = {
        "",
        "v1=" SIGNED,
        "t=,v1=" SIGNED,
        "t=-1,v1=" SIGNED,
        "t=1700000000x,v1=" SIGNED,
        "t=99999999999999999999,v1=" SIGNED,
        "t=1700000000,t=1700000000,v1=" SIGNED,
        "t=1700000000,t=1800000000,v1=" SIGNED,
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        assert_int_equal(check_header(headers[i]), ERR_MALFORMED);
    }
}

TEST(webhook, a_header_without_end_costs_no_more_than_its_limit)
{
    static char header[WEBHOOK_HEADER_BYTES_MAX + 2];
    memset(header, ',', sizeof header - 1);
    assert_int_equal(check_header(header), ERR_MALFORMED);
}

TEST(webhook, five_minutes_either_way_are_let_pass_and_no_more)
{
    const char header[] = "t=1700000000,v1=" SIGNED;
    assert_int_equal(check_at(header, body_text, SIGNED_S + WEBHOOK_TOLERANCE_S), 0);
    assert_int_equal(check_at(header, body_text, SIGNED_S - WEBHOOK_TOLERANCE_S), 0);
    assert_int_equal(check_at(header, body_text, SIGNED_S + WEBHOOK_TOLERANCE_S + 1), ERR_MISMATCH);
    assert_int_equal(check_at(header, body_text, SIGNED_S - WEBHOOK_TOLERANCE_S - 1), ERR_MISMATCH);
}
