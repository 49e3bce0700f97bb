/* api_read.h - what the routes that only read answer, one reader for each shape.
 *
 * Layer: node. The request was admitted: reply->route, match and caller are set.
 */
#ifndef TRESTLE_NODE_API_API_READ_H
#define TRESTLE_NODE_API_API_READ_H

#include "node/api/api.h"

/* The error of reading what a command wrote. ERR_BUSY: its journal turned out to be forked, perhaps
 * in that very turn, and what that voids is carried on in the next ones; a retry, by its key, finds
 * it. ERR_NOT_FOUND: it does not count, as when its device was revoked, and is not carried on. */
int api_written(struct api *api, int err);

/* The route's shape, or a problem, into @reply. @answer is of the command before; NULL = there was
 * none. */
void api_read(struct api *api, const struct api_request *request, const struct answer *answer,
              struct api_reply *reply);

/* The bytes of a blob, and the metrics' text. */
void api_read_bytes(struct api *api, struct api_reply *reply);
void api_read_metrics(struct api *api, struct api_reply *reply);

#endif
