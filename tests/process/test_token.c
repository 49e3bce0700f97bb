/* test_token.c - who holds a token is who a device of the pop-up said, until then, for that; and
 * nothing that was ever done to such tokens elsewhere helps here. */
#include "tests/lib/test.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/access/token.h"
#include "node/os/entropy.h"

enum { NOW_S = 1800000000, DEVICE = 0x0123 };

static const struct popup_id popup = {.bytes = {0xab, [15] = 0x01}};
static struct secret_key secret;
static struct public_key key;

static int64_t clock_ahead_s;

static bool issuer_find(const void *context, uint64_t id, struct token_issuer *ret_issuer)
{
    (void)context;
    *ret_issuer = (struct token_issuer){.key = key, .clock_ahead_s = clock_ahead_s};
    return id == DEVICE;
}

static struct token token_of(enum token_audience audience)
{
    return (struct token){.audience = audience,
                          .popup = popup,
                          .issuer = DEVICE,
                          .subject = 12,
                          .role = ROLE_COUNTER,
                          .issued_s = NOW_S,
                          .expires_s = NOW_S + 900,
                          .number = {1, 2, 3}};
}

static struct token_terms terms_at(int64_t now_s)
{
    return (struct token_terms){.popup = popup,
                                .audiences = token_audience_bit(AUDIENCE_STAFF),
                                .now_s = now_s,
                                .issuer_find = issuer_find};
}

static int check_text(const char *text, int64_t now_s)
{
    struct token token;
    const struct token_terms terms = terms_at(now_s);
    return token_check(bytes_of_text(text), &terms, &token);
}

static int check_token(const struct token *token)
{
    char text[TOKEN_TEXT_MAX];
    token_mint(token, &secret, text);
    return check_text(text, NOW_S);
}

static void begin(void)
{
    assert_int_equal(entropy_start(), 0);
    entropy_signing_key(&secret);
    key = signing_public(&secret);
}

/* The token of that header and those claims, signed as it should be. */
static void forge(const char *head, const char *claims, char to[TOKEN_TEXT_MAX])
{
    const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    struct signature signature;
    (void)sodium_bin2base64(to, TOKEN_TEXT_MAX, (const uint8_t *)head, strlen(head), variant);
    (void)strcat(to, ".");
    size_t size = strlen(to);
    (void)sodium_bin2base64(to + size, TOKEN_TEXT_MAX - size, (const uint8_t *)claims,
                            strlen(claims), variant);
    sign_bytes(&signature, bytes_of_text(to), &secret);
    (void)strcat(to, ".");
    size = strlen(to);
    (void)sodium_bin2base64(to + size, TOKEN_TEXT_MAX - size, signature.bytes,
                            sizeof signature.bytes, variant);
}

#define HEAD "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}"
#define CLAIMS(more)                                                                               \
    "{\"iss\":\"0000000000000123\",\"aud\":\"staff\",\"pop\":\"ab000000000000000000000000000001"   \
    "\",\"sub\":\"12\",\"role\":\"counter\",\"iat\":1800000000,\"exp\":1800000900,"                \
    "\"jti\":\"01020300000000000000000000000000\"" more "}"

TEST(token, what_a_device_says_of_somebody_any_other_reads)
{
    char text[TOKEN_TEXT_MAX];
    struct token token;
    begin();
    const struct token minted = token_of(AUDIENCE_STAFF);
    const struct token_terms terms = terms_at(NOW_S);
    token_mint(&minted, &secret, text);
    assert_int_equal(token_check(bytes_of_text(text), &terms, &token), 0);
    assert_memory_equal(&token.popup, &popup, sizeof popup);
    assert_int_equal(token.issuer, DEVICE);
    assert_int_equal(token.subject, 12);
    assert_int_equal(token.role, ROLE_COUNTER);
    assert_int_equal(token.issued_s, NOW_S);
    assert_int_equal(token.expires_s, NOW_S + 900);
    assert_memory_equal(token.number, minted.number, sizeof token.number);
}

TEST(token, it_is_a_web_token_as_anybody_writes_it)
{
    char ours[TOKEN_TEXT_MAX], theirs[TOKEN_TEXT_MAX];
    begin();
    const struct token minted = token_of(AUDIENCE_STAFF);
    token_mint(&minted, &secret, ours);
    forge(HEAD, CLAIMS(""), theirs);
    assert_string_equal(ours, theirs);
}

TEST(token, it_lasts_from_its_first_to_its_last_second)
{
    char text[TOKEN_TEXT_MAX];
    begin();
    const struct token minted = token_of(AUDIENCE_STAFF);
    token_mint(&minted, &secret, text);
    assert_int_equal(check_text(text, NOW_S - TOKEN_LEEWAY_S), 0);
    assert_int_equal(check_text(text, NOW_S - TOKEN_LEEWAY_S - 1), ERR_MISMATCH);
    assert_int_equal(check_text(text, NOW_S + 899), 0);
    assert_int_equal(check_text(text, NOW_S + 900), ERR_MISMATCH);
}

TEST(token, its_age_is_told_by_the_clock_of_who_minted_it)
{
    char text[TOKEN_TEXT_MAX];
    begin();
    const struct token minted = token_of(AUDIENCE_STAFF);
    token_mint(&minted, &secret, text);
    clock_ahead_s = 3600; /* ours is an hour behind */
    assert_int_equal(check_text(text, NOW_S - 3600), 0);
    assert_int_equal(check_text(text, NOW_S), ERR_MISMATCH);
    clock_ahead_s = 0;
}

TEST(token, one_that_would_last_for_ever_is_none)
{
    begin();
    struct token minted = token_of(AUDIENCE_STAFF);
    minted.expires_s = minted.issued_s + TOKEN_LIFE_MAX_S + 1;
    assert_int_equal(check_token(&minted), ERR_MISMATCH);
}

TEST(token, another_audience_and_another_popup_open_nothing)
{
    begin();
    struct token minted = token_of(AUDIENCE_CUSTOMER);
    assert_int_equal(check_token(&minted), ERR_FORBIDDEN);
    minted = token_of(AUDIENCE_STAFF);
    minted.popup.bytes[0] ^= 1;
    assert_int_equal(check_token(&minted), ERR_FORBIDDEN);
}

TEST(token, a_device_that_is_not_known_says_nothing)
{
    begin();
    struct token minted = token_of(AUDIENCE_STAFF);
    minted.issuer = DEVICE + 1;
    assert_int_equal(check_token(&minted), ERR_BAD_SIGNATURE);
}

TEST(token, no_bit_of_it_may_change)
{
    char text[TOKEN_TEXT_MAX];
    begin();
    const struct token minted = token_of(AUDIENCE_STAFF);
    token_mint(&minted, &secret, text);
    const size_t size = strlen(text);
    for (size_t i = 0; i < size; i++) {
        const char was = text[i];
        text[i] = was == 'A' ? 'B' : 'A';
        assert_int_not_equal(check_text(text, NOW_S), 0);
        text[i] = was;
    }
    for (size_t cut = 0; cut < size; cut++) {
        struct token token;
        const struct token_terms terms = terms_at(NOW_S);
        assert_int_not_equal(token_check(bytes_of(text, cut), &terms, &token), 0);
    }
    (void)strcat(text, "A");
    assert_int_not_equal(check_text(text, NOW_S), 0);
}

TEST(token, another_header_is_no_header_however_it_is_signed)
{
    const char *const heads[] = {
        "{\"alg\":\"none\",\"typ\":\"JWT\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"\"}",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
        "{\"typ\":\"JWT\",\"alg\":\"EdDSA\"}",
        "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"../key\"}",
        "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"jwk\":{}}",
        "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"} ",
    };
    char text[TOKEN_TEXT_MAX];
    begin();
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        forge(heads[i], CLAIMS(""), text);
        assert_int_equal(check_text(text, NOW_S), ERR_MALFORMED);
    }
}

TEST(token, claims_are_all_there_once_and_no_others)
{
    const char *const claims[] = {
        CLAIMS(",\"admin\":true"),
        CLAIMS(",\"role\":\"owner\""),
        "{}",
        "[]",
        "{\"iss\":\"0000000000000123\"}",
        "",
    };
    char text[TOKEN_TEXT_MAX];
    begin();
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        forge(HEAD, claims[i], text);
        assert_int_equal(check_text(text, NOW_S), ERR_MALFORMED);
    }
}

/* CLAIMS with one of its parts replaced. */
static int check_replaced(const char *part, const char *by)
{
    char claims[400], text[TOKEN_TEXT_MAX];
    const char *at = strstr(CLAIMS(""), part);
    assert_non_null(at);
    const char *const all = CLAIMS("");
    at = strstr(all, part);
    (void)snprintf(claims, sizeof claims, "%.*s%s%s", (int)(at - all), all, by, at + strlen(part));
    forge(HEAD, claims, text);
    return check_text(text, NOW_S);
}

TEST(token, a_claim_of_another_form_is_none)
{
    begin();
    assert_int_equal(check_replaced("\"12\"", "\"12\""), 0);
    assert_int_equal(check_replaced("\"12\"", "12"), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"12\"", "\"012\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"12\"", "\"-1\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"12\"", "\"1a\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"12\"", "\"0\""), 0);
    assert_int_equal(check_replaced("\"12\"", "\"\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"12\"", "\"9999999999999999999\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"counter\"", "\"none\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"counter\"", "\"king\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"counter\"", "\"counter\\u0000\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"counter\"", "\"a-counter-with-a-very-long-name-indeed\""),
                     ERR_MALFORMED);
    assert_int_equal(check_replaced("\"counter\"", "5"), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"staff\"", "\"stuff\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"staff\"", "[\"staff\"]"), ERR_MALFORMED);
    assert_int_equal(check_replaced("1800000900", "\"1800000900\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("1800000900", "1e99"), ERR_MALFORMED);
    assert_int_equal(check_replaced("1800000000", "-5"), ERR_MALFORMED);
    assert_int_equal(check_replaced("1800000900", "-5"), ERR_MALFORMED);
    assert_int_equal(check_replaced("1800000900", "9000000000000000000"), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"0000000000000123\"", "\"123\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"0000000000000123\"", "\"000000000000012g\""), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"0000000000000123\"", "291"), ERR_MALFORMED);
    assert_int_equal(check_replaced("\"ab000000000000000000000000000001\"", "\"ab\""),
                     ERR_MALFORMED);
    assert_int_equal(check_replaced("\"01020300000000000000000000000000\"", "\"\""), ERR_MALFORMED);
}

TEST(token, what_is_not_written_in_its_letters_is_none)
{
    char text[TOKEN_TEXT_MAX + 1];
    begin();
    const struct token minted = token_of(AUDIENCE_STAFF);
    for (int at = 0; at < 2; at++) {
        token_mint(&minted, &secret, text);
        text[at == 0 ? strlen(text) - 1 : strcspn(text, ".") + 5] = '*';
        assert_int_equal(check_text(text, NOW_S), ERR_MALFORMED);
    }
    memset(text, 'A', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(check_text(text, NOW_S), ERR_MALFORMED);
}
