/* newcomer.h - the newcomer's side of joining: knock with an invitation, be welcomed.
 *
 * Layer: node. Blocks; a command's own thread.
 */
#ifndef TRESTLE_NODE_MESH_NEWCOMER_H
#define TRESTLE_NODE_MESH_NEWCOMER_H

#include "node/mesh/pairing.h"

/* Say @hello (its keys are those of the secrets) to the inviter, and wait for the welcome. An
 * inviter with so much to do that the handshake takes too long is called again.
 *
 *   ERR_BUSY        nobody answered in @timeout_ms: the invitation was used, is over, or the
 *                   inviting node does not run or cannot be reached
 *   ERR_FORBIDDEN   the inviter does not accept it
 *   ERR_MALFORMED   the endpoint, or an answer that is not understood
 *   ERR_MISMATCH    the answer is about another pop-up
 *   ERR_NO_MEMORY */
MUST_CHECK int newcomer_join(const struct invitation *invitation, struct enrol_hello *hello,
                             const struct secret_key *device_secret,
                             const struct transport_secret *transport_secret, unsigned timeout_ms,
                             struct welcome *ret_welcome);

/* Somebody without an invitation: which door it knocks at, by which keys, and who compares. */
struct newcomer {
    const char *endpoint;
    const struct secret_key *device_secret;
    const struct transport_secret *transport_secret;
    /* What a person says of the digits: are they those on the other screen? */
    bool (*ask)(void *context, const char *digits);
    /* Asked again and again: false ends it. NULL = nobody wants to. */
    bool (*goes_on)(void *context);
    void *context;
};

/* The same without an invitation: knock, let @newcomer's person compare, and wait until people
 * there have decided, too. What was agreed on goes to @ret_invitation. Errors as newcomer_join(),
 * and ERR_STATE: the person said no, or it was ended. */
MUST_CHECK int newcomer_pair(const struct newcomer *newcomer, struct enrol_hello *hello,
                             unsigned timeout_ms, struct invitation *ret_invitation,
                             struct welcome *ret_welcome);

#endif
