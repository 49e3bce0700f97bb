/* gzip.h - bytes made smaller for browsers (RFC 1952).
 *
 * Layer: node. The one place that knows zlib.
 */
#ifndef TRESTLE_NODE_WEB_GZIP_H
#define TRESTLE_NODE_WEB_GZIP_H

#include "node/json/text.h"
#include "sync/base/err.h"

/* Replace what @to holds by @plain (below 4 GiB), compressed as far as it goes. ERR_NO_MEMORY. */
MUST_CHECK int gzip_bytes(struct bytes plain, struct text *to);

#endif
