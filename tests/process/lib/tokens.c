#include "tests/process/lib/tokens.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/access/table_code.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "sync/base/check.h"

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING, DAY_S = 24 * 3600 };

struct token token_now(const struct identity *identity, enum role role, uint64_t staff)
{
    struct token token = {.audience = role == ROLE_CUSTOMER ? AUDIENCE_CUSTOMER : AUDIENCE_STAFF,
                          .popup = identity->popup,
                          .issuer = identity->device,
                          .subject = staff,
                          .role = role,
                          .issued_s = clock_wall_ms() / 1000};
    token.expires_s = token.issued_s + TOKEN_STAFF_S;
    entropy_bytes(token.number, sizeof token.number);
    return token;
}

/* The claims of @text under another header, and what that calls a signature. */
static void swap_algorithm(const struct identity *identity, const char *head, bool is_signed,
                           char text[TOKEN_TEXT_MAX])
{
    char claims[TOKEN_TEXT_MAX];
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    const char *from = strchr(text, '.') + 1;
    (void)snprintf(claims, sizeof claims, "%.*s", (int)(strchr(from, '.') - from), from);
    (void)sodium_bin2base64(text, TOKEN_TEXT_MAX, (const uint8_t *)head, strlen(head), VARIANT);
    (void)strcat(strcat(text, "."), claims);
    const struct public_key key = signing_public(&identity->device_secret);
    (void)crypto_auth_hmacsha256(mac, (const uint8_t *)text, strlen(text), key.bytes);
    (void)strcat(text, ".");
    const size_t size = strlen(text);
    if (is_signed) {
        (void)sodium_bin2base64(text + size, TOKEN_TEXT_MAX - size, mac, sizeof mac, VARIANT);
    }
}

static enum role other_role(enum role role)
{
    return role == ROLE_COUNTER ? ROLE_OWNER : ROLE_COUNTER;
}

void token_tricked(const struct identity *identity, const struct token *good,
                   enum token_trick trick, char ret_text[TOKEN_TEXT_MAX])
{
    struct token token = *good;
    struct secret_key secret = identity->device_secret;
    const int64_t shift_s = trick == TRICK_EXPIRED         ? -DAY_S
                            : trick == TRICK_FROM_TOMORROW ? DAY_S
                                                           : 0;
    token.issued_s += shift_s;
    token.expires_s += shift_s;
    token.popup.bytes[0] ^= trick == TRICK_OTHER_POPUP;
    if (trick == TRICK_FORGED || trick == TRICK_STRANGE_ISSUER) {
        entropy_signing_key(&secret);
    }
    if (trick == TRICK_STRANGE_ISSUER) {
        const struct public_key key = signing_public(&secret);
        token.issuer = id64_of_key(&key);
    }
    if (trick == TRICK_OTHER_ROLE) {
        token.role = other_role(token.role);
    }
    token_mint(&token, &secret, ret_text);
    if (trick == TRICK_TABLE) {
        const struct table_code code = {.issuer = token.issuer, .table = 4, .generation = 1};
        table_code_mint(&code, &identity->popup, &secret, ret_text);
    }
    if (trick == TRICK_NONE_ALGORITHM) {
        swap_algorithm(identity, "{\"alg\":\"none\",\"typ\":\"JWT\"}", false, ret_text);
    }
    if (trick == TRICK_OTHER_ALGORITHM) {
        swap_algorithm(identity, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", true, ret_text);
    }
}
