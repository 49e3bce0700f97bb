/* tokens.h - tokens as a device of a stall mints them, and as they should open nothing.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_TOKENS_H
#define TRESTLE_TESTS_PROCESS_LIB_TOKENS_H

#include "node/access/token.h"
#include "node/config/identity.h"

/* A good one, of now, by the device whose identity that is. @staff: 0 for a customer. */
struct token token_now(const struct identity *identity, enum role role, uint64_t staff);

/* X(name). What is done to a good one. */
#define TOKEN_TRICKS(X)                                                                            \
    X(TRICK_EXPIRED)                                                                               \
    X(TRICK_FROM_TOMORROW)                                                                         \
    X(TRICK_FORGED)         /* by a key that the pop-up does not know */                           \
    X(TRICK_STRANGE_ISSUER) /* well signed, by a device that is in no roster */                    \
    X(TRICK_OTHER_POPUP)                                                                           \
    X(TRICK_OTHER_ROLE)      /* than the person has */                                             \
    X(TRICK_NONE_ALGORITHM)  /* {"alg":"none"}, without a signature */                             \
    X(TRICK_OTHER_ALGORITHM) /* {"alg":"HS256"}, keyed with the public key */                      \
    X(TRICK_TABLE)           /* for another audience */

enum token_trick {
#define X(name) name,
    TOKEN_TRICKS(X)
#undef X
        TRICK_COUNT
};

void token_tricked(const struct identity *identity, const struct token *good,
                   enum token_trick trick, char ret_text[TOKEN_TEXT_MAX]);

#endif
