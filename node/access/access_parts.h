/* access_parts.h - what the files of access share: access.c (its life, how often, PINs),
 * access_caller.c (who asks), access_token.c (tokens and tables' codes given out).
 *
 * Layer: node, for those files alone.
 */
#ifndef TRESTLE_NODE_ACCESS_ACCESS_PARTS_H
#define TRESTLE_NODE_ACCESS_ACCESS_PARTS_H

#include "node/access/access.h"
#include "node/access/signed_out.h"

struct access {
    const struct identity *identity;
    bool is_screen_locked;
    struct tickets tickets;
    struct rates rates;
    struct signed_out *signed_out;
    struct pin_desk *desk;
};

/* What is known of an issuer. */
struct issuers {
    const struct access *access;
    const struct gate_live *live;
};

/* access_caller.c: of token_terms, where what is signed outlasts that its signer is in the pop-up;
 * @context is struct issuers. */
bool access_signer_find(const void *context, uint64_t id, struct token_issuer *ret_issuer);

/* NULL: the roster does not know him. */
const struct roster_person *access_person_find(const struct gate_live *live, uint64_t staff);

/* Whom caller->token is of, with what the roster gives him now. ERR_UNAUTHENTICATED. */
MUST_CHECK int access_person(const struct gate_live *live, struct caller *caller);

/* Who that is nobody knows; what is his goes by the token's number. ERR_UNAUTHENTICATED: the token
 * is no customer's. */
MUST_CHECK int access_guest(struct caller *caller);

#endif
