/* fuzz_token.c - what strangers call a token, and what a device that went bad signs as one.
 *
 * The input is tried as a whole token, and as the claims of one that is well signed. What passes is
 * minted again to the same text: there is one spelling. A signature is a hash here
 * (hashed_signatures.h).
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/access/token.h"
#include "sync/base/check.h"

enum { DEVICE = 0x0123, NOW_S = 1800000000, VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

static struct secret_key secret;
static struct public_key key;

static bool issuer_find(const void *context, uint64_t id, struct token_issuer *ret_issuer)
{
    (void)context;
    *ret_issuer = (struct token_issuer){.key = key};
    return id == DEVICE;
}

static void try_text(struct bytes text)
{
    char again[TOKEN_TEXT_MAX];
    struct token token;
    const struct token_terms terms = {.popup = {.bytes = {0xab, [15] = 0x01}},
                                      .audiences = UINT32_MAX,
                                      .now_s = NOW_S,
                                      .issuer_find = issuer_find};
    if (token_check(text, &terms, &token) != 0) {
        return;
    }
    check(token.issuer == DEVICE && token.role > ROLE_NONE && token.role < ROLE_COUNT);
    token_mint(&token, &secret, again);
    check(token_check(bytes_of_text(again), &terms, &token) == 0);
}

/* The token of claims @data, well signed. */
static void try_claims(const uint8_t *data, size_t size)
{
    char text[TOKEN_TEXT_MAX] = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.";
    struct signature signature;
    size_t at = strlen(text);
    if (sodium_base64_encoded_len(size, VARIANT) + at + 90 > sizeof text) {
        return;
    }
    (void)sodium_bin2base64(text + at, sizeof text - at, data, size, VARIANT);
    at = strlen(text);
    sign_bytes(&signature, bytes_of(text, at), &secret);
    text[at++] = '.';
    (void)sodium_bin2base64(text + at, sizeof text - at, signature.bytes, sizeof signature.bytes,
                            VARIANT);
    try_text(bytes_of_text(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {1};
    static bool has_keys;
    if (!has_keys) {
        check(sodium_init() >= 0);
        check(crypto_sign_seed_keypair(key.bytes, secret.bytes, seed) == 0);
        has_keys = true;
    }
    try_text(bytes_of(data, size));
    try_claims(data, size);
    return 0;
}
