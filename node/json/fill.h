/* fill.h - an HTTP body, checked and turned into a command for the core.
 *
 * Layer: node. The body has passed its route's schema; here are the meanings that a schema cannot
 * say. Bytes are copied into the command's own storage.
 */
#ifndef TRESTLE_NODE_API_FILL_H
#define TRESTLE_NODE_API_FILL_H

#include "node/api/queue.h"
#include "node/api/routes.h"
#include "node/json/json.h"

/* Fill @command's kind and fields. 0, or with what is wrong in @ret_where (JSON_WHERE_BYTES_MAX):
 * ERR_MALFORMED, ERR_TOO_LARGE. */
MUST_CHECK int api_fill(const struct route *route, const struct route_match *match,
                        const struct json_value *body, struct api_command *command,
                        char *ret_where);

/* A board's frame on /ws into COMMAND_SEEN. ERR_MALFORMED. */
MUST_CHECK int api_fill_seen(struct bytes frame, struct api_command *command, char *ret_where);

/* An Idempotency-Key header: REQUEST_KEY_BYTES_MIN..MAX bytes in hex. ERR_MALFORMED. */
MUST_CHECK int api_fill_key(struct bytes header, struct api_command *command);

/* BLAKE2b of method, path and body: what a key must come with again. */
struct hash api_body_hash(const char *method, const char *path, struct bytes body);

#endif
