/* header.h - headers of a request that say more than a text.
 *
 * Layer: node (pure).
 */
#ifndef TRESTLE_NODE_WEB_HEADER_H
#define TRESTLE_NODE_WEB_HEADER_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

/* Content-Length: the size of a body, in bytes. ERR_MALFORMED: no number, or digits that are not
 * all; ERR_TOO_LARGE: more than @size_max. */
MUST_CHECK int header_length(const char *digits, size_t size_max, size_t *ret_size);

/* Sec-WebSocket-Protocol: the ticket among the subprotocols into @to (@capacity bytes), where lws
 * answers with the one of them that is its own; "" = none. ERR_TOO_LARGE: it does not fit. */
MUST_CHECK int header_ticket(const char *listed, char *to, size_t capacity);

#endif
