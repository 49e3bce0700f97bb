#include "node/access/token.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/json/json.h"
#include "sync/base/check.h"

/* base64url of {"alg":"EdDSA","typ":"JWT"}, and the dot. */
static const char head[] = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.";

enum {
    HEAD_SIZE = sizeof head - 1,
    CLAIMS_BYTES_MAX = 360,
    CLAIMS_COUNT = 8,
    SIGNATURE_TEXT = 86, /* base64url of 64 bytes */
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING
};

static const char *audience_text(enum token_audience audience)
{
    static const char *const texts[AUDIENCE_COUNT] = {
#define X(name, number, text) [number] = (text),
        TOKEN_AUDIENCES(X)
#undef X
    };
    return texts[audience];
}

/* --- minting --- */

static void hex(char *text, size_t capacity, const uint8_t *data, size_t size)
{
    check(sodium_bin2hex(text, capacity, data, size) != NULL);
}

static size_t claims_print(const struct token *token, char to[CLAIMS_BYTES_MAX])
{
    char popup[2 * POPUP_ID_BYTES + 1], number[2 * TOKEN_NUMBER_BYTES + 1];
    hex(popup, sizeof popup, token->popup.bytes, sizeof token->popup.bytes);
    hex(number, sizeof number, token->number, sizeof token->number);
    const int size = snprintf(to, CLAIMS_BYTES_MAX,
                              "{\"iss\":\"%016llx\",\"aud\":\"%s\",\"pop\":\"%s\",\"sub\":\"%llu\","
                              "\"role\":\"%s\",\"iat\":%lld,\"exp\":%lld,\"jti\":\"%s\"}",
                              (unsigned long long)token->issuer, audience_text(token->audience),
                              popup, (unsigned long long)token->subject, role_text(token->role),
                              (long long)token->issued_s, (long long)token->expires_s, number);
    check(size > 0 && size < CLAIMS_BYTES_MAX);
    return (size_t)size;
}

void token_mint(const struct token *token, const struct secret_key *device_secret,
                char ret_text[TOKEN_TEXT_MAX])
{
    char claims[CLAIMS_BYTES_MAX];
    struct signature signature;
    const size_t claims_size = claims_print(token, claims);
    memcpy(ret_text, head, HEAD_SIZE);
    check(sodium_base64_encoded_len(claims_size, VARIANT) <= TOKEN_TEXT_MAX - HEAD_SIZE);
    (void)sodium_bin2base64(ret_text + HEAD_SIZE, TOKEN_TEXT_MAX - HEAD_SIZE,
                            (const uint8_t *)claims, claims_size, VARIANT);
    size_t size = strlen(ret_text);
    sign_bytes(&signature, bytes_of(ret_text, size), device_secret);
    check(size + 1 + SIGNATURE_TEXT < TOKEN_TEXT_MAX);
    ret_text[size++] = '.';
    (void)sodium_bin2base64(ret_text + size, TOKEN_TEXT_MAX - size, signature.bytes,
                            sizeof signature.bytes, VARIANT);
}

/* --- reading --- */

static bool text_claim(const json_t *claims, const char *name, struct bytes *ret_text)
{
    const json_t *value = json_object_get(claims, name);
    if (!json_is_string(value)) {
        return false;
    }
    *ret_text = bytes_of(json_string_value(value), json_string_length(value));
    return true;
}

static bool hex_claim(const json_t *claims, const char *name, uint8_t *to, size_t size)
{
    struct bytes text;
    return text_claim(claims, name, &text) && text.size == 2 * size &&
           sodium_hex2bin(to, size, (const char *)text.data, text.size, NULL, NULL, NULL) == 0;
}

/* Decimal digits, no zero in front. */
static bool number_claim(const json_t *claims, const char *name, uint64_t *ret_number)
{
    struct bytes text;
    uint64_t number = 0;
    if (!text_claim(claims, name, &text) || text.size == 0 || text.size > 18 ||
        (text.size > 1 && text.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        number = 10 * number + (uint64_t)(text.data[i] - '0');
    }
    *ret_number = number;
    return true;
}

static bool time_claim(const json_t *claims, const char *name, int64_t *ret_seconds)
{
    const json_t *value = json_object_get(claims, name);
    *ret_seconds = json_integer_value(value);
    return json_is_integer(value) && *ret_seconds >= 0 && *ret_seconds < INT64_MAX / 2;
}

static bool role_claim(const json_t *claims, enum role *ret_role)
{
    struct bytes text;
    char name[32];
    if (!text_claim(claims, "role", &text) || text.size >= sizeof name) {
        return false;
    }
    memcpy(name, text.data, text.size);
    name[text.size] = '\0';
    *ret_role = role_of_text(name); /* no string of our JSON has a zero byte */
    return *ret_role != ROLE_NONE;
}

static bool audience_claim(const json_t *claims, enum token_audience *ret_audience)
{
    struct bytes text;
    if (!text_claim(claims, "aud", &text)) {
        return false;
    }
    for (unsigned i = 0; i < AUDIENCE_COUNT; i++) {
        if (bytes_equal(text, bytes_of_text(audience_text((enum token_audience)i)))) {
            *ret_audience = (enum token_audience)i;
            return true;
        }
    }
    return false;
}

/* All claims and no other. */
static bool claims_read(const json_t *claims, struct token *ret_token)
{
    uint8_t issuer[8];
    const bool is_whole =
        json_object_size(claims) == CLAIMS_COUNT && /* 0 of what is no object */
        hex_claim(claims, "iss", issuer, sizeof issuer) &&
        audience_claim(claims, &ret_token->audience) &&
        hex_claim(claims, "pop", ret_token->popup.bytes, sizeof ret_token->popup.bytes) &&
        number_claim(claims, "sub", &ret_token->subject) && role_claim(claims, &ret_token->role) &&
        time_claim(claims, "iat", &ret_token->issued_s) &&
        time_claim(claims, "exp", &ret_token->expires_s) &&
        hex_claim(claims, "jti", ret_token->number, sizeof ret_token->number);
    ret_token->issuer = is_whole ? get_be64(issuer) : 0;
    return is_whole;
}

static bool claims_parse(struct bytes text, struct token *ret_token)
{
    char json[CLAIMS_BYTES_MAX];
    char where[JSON_WHERE_BYTES_MAX];
    size_t size = 0;
    struct json_value *value = NULL;
    memset(ret_token, 0, sizeof *ret_token);
    if (sodium_base642bin((uint8_t *)json, sizeof json, (const char *)text.data, text.size, NULL,
                          &size, NULL, VARIANT) != 0 ||
        json_parse(bytes_of(json, size), &value, where) != 0) {
        return false;
    }
    const bool is_whole = claims_read((const json_t *)(const void *)value, ret_token);
    json_free(value);
    return is_whole;
}

/* The three parts. @ret_signed: the first two with their dot. */
static int parts_read(struct bytes text, struct bytes *ret_claims, struct bytes *ret_signed,
                      struct signature *ret_signature)
{
    if (text.size <= HEAD_SIZE + 1 + SIGNATURE_TEXT || text.size >= TOKEN_TEXT_MAX ||
        memcmp(text.data, head, HEAD_SIZE) != 0) {
        return ERR_MALFORMED;
    }
    const size_t dot = text.size - SIGNATURE_TEXT - 1;
    if (text.data[dot] != '.' ||
        sodium_base642bin(ret_signature->bytes, sizeof ret_signature->bytes,
                          (const char *)text.data + dot + 1, SIGNATURE_TEXT, NULL, NULL, NULL,
                          VARIANT) != 0) {
        return ERR_MALFORMED;
    }
    *ret_signed = bytes_of(text.data, dot);
    *ret_claims = bytes_of(text.data + HEAD_SIZE, dot - HEAD_SIZE);
    return 0;
}

/* --- checking --- */

static int token_judge(const struct token *token, const struct token_terms *terms, int64_t now_s)
{
    if (memcmp(token->popup.bytes, terms->popup.bytes, sizeof token->popup.bytes) != 0 ||
        (terms->audiences & token_audience_bit(token->audience)) == 0) {
        return ERR_FORBIDDEN;
    }
    const int64_t life_s = token->expires_s - token->issued_s;
    if (life_s > TOKEN_LIFE_MAX_S || now_s >= token->expires_s ||
        now_s < token->issued_s - TOKEN_LEEWAY_S) {
        return ERR_MISMATCH;
    }
    return 0;
}

int token_check(struct bytes text, const struct token_terms *terms, struct token *ret_token)
{
    struct bytes claims, message;
    struct signature signature;
    int err = parts_read(text, &claims, &message, &signature);
    if (err != 0) {
        return err;
    }
    if (!claims_parse(claims, ret_token)) {
        return ERR_MALFORMED;
    }
    struct token_issuer issuer;
    if (!terms->issuer_find(terms->context, ret_token->issuer, &issuer) ||
        verify_bytes(&signature, message, &issuer.key) != 0) {
        return ERR_BAD_SIGNATURE;
    }
    return token_judge(ret_token, terms, terms->now_s + issuer.clock_ahead_s);
}
