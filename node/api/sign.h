/* sign.h - signing in and out through the API, and what of it the tables cannot say; signing what
 * customers are told.
 *
 * Layer: node. Used by api.c alone.
 */
#ifndef TRESTLE_NODE_API_SIGN_H
#define TRESTLE_NODE_API_SIGN_H

#include "node/api/api.h"
#include "node/api/queue.h"

/* The same whoever it was and whatever was wrong: trying tells nothing. */
#define SIGN_IN_WRONG                                                                              \
    "the number or the PIN is not right, the person has no role, or this device has not heard of " \
    "it yet"
#define SIGN_IN_LOCKED "too many wrong PINs: wait"

/* Hand @body to who looks at PINs; @reply is pending then. ERR_MALFORMED; ERR_FORBIDDEN: others may
 * read along there; ERR_UNAVAILABLE: this host knows its own screen alone; ERR_BUSY, ERR_IO. */
MUST_CHECK int sign_in_begin(struct state *state, const struct access_request *access,
                             const struct json_value *body, struct api_reply *reply,
                             char *ret_where);

/* The token of who was right. ERR_UNAUTHENTICATED, ERR_LIMIT, and what pin_book_try() says. */
MUST_CHECK int sign_in_end(const struct state *state, const struct pin_answer *answer,
                           struct json_value **ret_value);

/* What file_write() says. */
MUST_CHECK int sign_out(const struct state *state, const struct caller *caller,
                        struct json_value **ret_value);

/* ERR_UNAVAILABLE. */
MUST_CHECK int sign_customer(const struct state *state, struct json_value **ret_value);
MUST_CHECK int sign_ticket(const struct state *state, const struct caller *caller,
                           struct json_value **ret_value);

/* Put into @quote, which json_quote() made: whose it is, and the signature of all that it says
 * then. ERR_UNAVAILABLE: this host knows its own screen alone. */
MUST_CHECK int sign_quote(const struct state *state, struct json_value *quote);

/* Seal the PIN in @body for each device, into a file that @command names; none for an empty one.
 * ERR_MALFORMED, ERR_UNAVAILABLE, and what blobs_put() says. */
MUST_CHECK int sign_keep_pin(const struct state *state, struct bytes body,
                             struct api_command *command, char *ret_where);

/* What a key must come with again: as api_body_hash(), and of a PIN nothing that could be tried. */
struct hash sign_body_hash(const struct state *state, const struct route *route,
                           const struct api_request *request);

#endif
