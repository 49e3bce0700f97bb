/* api_read.h - what the routes that only read answer, one reader for each shape.
 *
 * Layer: node. The request was admitted: reply->route, match and caller are set.
 */
#ifndef TRESTLE_NODE_API_API_READ_H
#define TRESTLE_NODE_API_API_READ_H

#include "node/api/api.h"
#include "sync/domain/till.h"

/* The error of reading what a command wrote. Not found: its journal turned out to be forked in that
 * very turn, and what that voids is carried over in the next ones. A retry, by its key, finds it.
 */
static inline int api_written(int err)
{
    return err == ERR_NOT_FOUND ? ERR_BUSY : err;
}

/* The route's shape, or a problem, into @reply. @answer is of the command before; NULL = there was
 * none. */
void api_read(struct api *api, const struct api_request *request, const struct answer *answer,
              struct api_reply *reply);

/* The bytes of a blob, and the metrics' text. */
void api_read_bytes(struct api *api, struct api_reply *reply);
void api_read_metrics(struct api *api, struct api_reply *reply);

#endif
