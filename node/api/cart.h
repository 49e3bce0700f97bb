/* cart.h - carts over HTTP: links and codes by which they are shared, what a browser says of one
 * made whole for the core.
 *
 * Layer: node. A link is a device, a session, and a proof that this device gave it: be64 device ||
 * be64 session || the first 16 bytes of a keyed hash of the session, in hex. Only that device knows
 * whether it is good: it is the home of the cart, which others ask (api_errand.h). A table's code
 * (node/access/table_code.h) is good at each of the pop-up.
 */
#ifndef TRESTLE_NODE_API_CART_H
#define TRESTLE_NODE_API_CART_H

#include "node/api/queue.h"
#include "node/api/state.h"

/* The rest of a command that was filled from a body: the lines of a cart that is ordered, and the
 * key that makes it one order; the table of a code.
 * ERR_NOT_FOUND: no code of this device's; ERR_TOO_LARGE, ERR_IO. */
MUST_CHECK int api_cart_fill(const struct state *state, struct api_command *command);

/* --- answers; the values are the caller's --- */

/* The cart of @session; an empty one when there is none. ERR_IO. */
MUST_CHECK int api_cart_read(struct store_txn *txn, uint64_t session,
                             struct json_value **ret_value);
/* A session of its own, or, by @body, that of a link. ERR_UNAVAILABLE; ERR_NOT_FOUND: no link of
 * this device's. */
MUST_CHECK int api_cart_open(const struct state *state, struct json_value **ret_value);
MUST_CHECK int api_cart_join(const struct state *state, struct bytes body,
                             struct json_value **ret_value);
/* Of COMMAND_TABLE_SIT's answer. */
MUST_CHECK int api_table_joined(const struct state *state, const struct answer *answer,
                                struct json_value **ret_value);
/* After COMMAND_TABLE_CODE. ERR_EXPIRED: it was revoked since; ERR_IO. */
MUST_CHECK int api_table_code(struct state *state, struct store_txn *txn, uint64_t number,
                              struct json_value **ret_value);

#endif
