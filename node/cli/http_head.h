/* http_head.h - the head of a node's HTTP reply: status line and header lines, as they arrive.
 *
 * Layer: node (pure). What listens on the socket may be anything.
 */
#ifndef TRESTLE_NODE_CLI_HTTP_HEAD_H
#define TRESTLE_NODE_CLI_HTTP_HEAD_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum { HTTP_HEAD_BYTES_MAX = 8 * 1024 };

struct http_head {
    size_t size; /* the body begins here */
    int status;  /* 100 to 599 */
    bool has_length;
    size_t length; /* of the body, as announced */
};

/* Read the head at the beginning of what was @received so far. ERR_GAP: its end is not there yet.
 * ERR_TOO_LARGE: it has none within HTTP_HEAD_BYTES_MAX. ERR_MALFORMED: not HTTP/1, a status that
 * is none, a Content-Length that is no number of up to 15 digits or stands there twice. */
MUST_CHECK int http_head_read(struct bytes received, struct http_head *ret_head);

#endif
