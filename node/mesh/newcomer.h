/* newcomer.h - the newcomer's side of joining: knock with an invitation, be welcomed.
 *
 * Layer: node. Blocks; a command's own thread.
 */
#ifndef TRESTLE_NODE_MESH_NEWCOMER_H
#define TRESTLE_NODE_MESH_NEWCOMER_H

#include "node/mesh/pairing.h"

/* Say @hello (its keys are those of the secrets) to the inviter, and wait for the welcome.
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

/* What a person at the newcomer says of the digits: are they those on the other screen? */
typedef bool newcomer_ask(void *context, const char *digits);

/* The same without an invitation: knock at @endpoint, let @ask compare, and wait until people there
 * have decided, too. What was agreed on goes to @ret_invitation. Errors as newcomer_join(), and
 * ERR_STATE: @ask said no. */
MUST_CHECK int newcomer_pair(const char *endpoint, struct enrol_hello *hello,
                             const struct secret_key *device_secret,
                             const struct transport_secret *transport_secret, newcomer_ask *ask,
                             void *context, unsigned timeout_ms, struct invitation *ret_invitation,
                             struct welcome *ret_welcome);

#endif
