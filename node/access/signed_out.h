/* signed_out.h - tokens of people who have signed out at this device, until they end by themselves.
 *
 * Layer: node. In the state folder as `signed-out` (0600): a restart opens nothing again. Of more
 * than there is room for, those that end first are forgotten. Customers have room of their own: a
 * token of theirs is anybody's for the asking, so a thief could sign out so many of them that what
 * he stole is forgotten.
 */
#ifndef TRESTLE_NODE_ACCESS_SIGNED_OUT_H
#define TRESTLE_NODE_ACCESS_SIGNED_OUT_H

#include "node/access/token.h"

enum { SIGNED_OUT_MAX = 256, SIGNED_OUT_CUSTOMERS_MAX = 64 /* of these */ };

struct signed_out;

/* ERR_MALFORMED, ERR_NO_MEMORY, and what file_read() says. */
MUST_CHECK int signed_out_open(const char *state, struct signed_out **ret_list);
/* Accepts NULL. */
void signed_out_close(struct signed_out *list);

bool signed_out_has(const struct signed_out *list, const struct token *token);

/* Durably. What file_write() says. */
MUST_CHECK int signed_out_add(struct signed_out *list, const struct token *token);

#endif
