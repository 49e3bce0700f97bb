/* token.h - who somebody is, in a text that any device of the pop-up can check without asking: a
 * JSON Web Token with one algorithm and nothing to choose.
 *
 * Layer: node. Any device signs with its own key and all know its public half from the roster.
 * The header is compared as a whole, so there is no other algorithm, no key that the token brings
 * along, and nowhere to look one up. Source: RFC 7519, RFC 8037 (EdDSA), RFC 8725 (what goes
 * wrong).
 *
 *   {"alg":"EdDSA","typ":"JWT"} . {"iss":<device>,"aud":"staff","pop":<pop-up>,"sub":"12",
 *   "role":"counter","iat":1800000000,"exp":1800000900,"jti":<32 hex>} . Ed25519 of both
 *
 * Its age is judged by the wall clock of whoever checks, set to the issuer's where the two have
 * compared their clocks.
 */
#ifndef TRESTLE_NODE_ACCESS_TOKEN_H
#define TRESTLE_NODE_ACCESS_TOKEN_H

#include "sync/base/crypto.h"
#include "sync/base/id.h"
#include "sync/log/capability.h"

enum {
    TOKEN_TEXT_MAX = 640,
    TOKEN_NUMBER_BYTES = 16,
    TOKEN_LEEWAY_S = 60, /* that the issuer's clock may be ahead */
    TOKEN_STAFF_S = 12 * 3600,
    TOKEN_CUSTOMER_S = 24 * 3600,
    TOKEN_LIFE_MAX_S = 7 * 24 * 3600
};

/* X(name, number, text). For whom a token is; one for another audience opens nothing. */
#define TOKEN_AUDIENCES(X)                                                                         \
    X(AUDIENCE_STAFF, 0, "staff")                                                                  \
    X(AUDIENCE_CUSTOMER, 1, "customer")

enum token_audience {
#define X(name, number, text) name = (number),
    TOKEN_AUDIENCES(X)
#undef X
        AUDIENCE_COUNT
};

struct token {
    enum token_audience audience;
    struct popup_id popup;
    uint64_t issuer;  /* device */
    uint64_t subject; /* staff number; 0 of a customer, who is the number */
    enum role role;
    int64_t issued_s, expires_s;        /* since 1970 */
    uint8_t number[TOKEN_NUMBER_BYTES]; /* random: a customer's session; what a revocation names */
};

/* NUL-ended. @token: sensible, its life at most TOKEN_LIFE_MAX_S. */
void token_mint(const struct token *token, const struct secret_key *device_secret,
                char ret_text[TOKEN_TEXT_MAX]);

/* Of the device that minted it. */
struct token_issuer {
    struct public_key key;
    int64_t clock_ahead_s; /* its wall clock minus ours, as far as that is known; else 0 */
};

/* False: device @id is unknown or out of the pop-up. */
typedef bool token_issuer_find(const void *context, uint64_t id, struct token_issuer *ret_issuer);

/* What a checker expects. */
struct token_terms {
    struct popup_id popup;
    uint32_t audiences; /* token_audience_bit() of each that will do */
    int64_t now_s;
    token_issuer_find *issuer_find;
    const void *context;
};

static inline uint32_t token_audience_bit(enum token_audience audience)
{
    return UINT32_C(1) << (unsigned)audience;
}

/* 0; ERR_MALFORMED: no token of this form; ERR_BAD_SIGNATURE: also of an unknown device;
 * ERR_FORBIDDEN: another pop-up's or audience's; ERR_MISMATCH: expired, or from the future. */
MUST_CHECK int token_check(struct bytes text, const struct token_terms *terms,
                           struct token *ret_token);

#endif
