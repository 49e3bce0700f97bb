/* http.h - one request over the running node's control socket.
 *
 * Layer: node. Blocking; a command's own thread.
 */
#ifndef TRESTLE_NODE_CLI_HTTP_H
#define TRESTLE_NODE_CLI_HTTP_H

#include "node/json/text.h"
#include "sync/base/err.h"

struct http_request {
    const char *method, *path; /* with its query */
    const char *key;           /* Idempotency-Key; NULL = none */
    struct bytes body;         /* JSON; empty = none */
};

/* Send @request through the socket @name in @folder and read the whole reply: its status and its
 * body, appended to @body. ERR_NOT_FOUND: nobody listens there. ERR_BUSY: no reply in 10 s.
 * ERR_MALFORMED, ERR_TOO_LARGE, ERR_IO. */
MUST_CHECK int http_ask(const char *folder, const char *name, const struct http_request *request,
                        int *ret_status, struct text *body);

#endif
