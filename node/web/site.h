/* site.h - one HTTP request answered: who may ask, screens, API. Knows nothing of sockets.
 *
 * Layer: node. Used by the web thread alone.
 */
#ifndef TRESTLE_NODE_WEB_SITE_H
#define TRESTLE_NODE_WEB_SITE_H

#include "node/api/api.h"
#include "node/web/files.h"
#include "node/web/guard.h"
#include "node/web/page.h"

struct site {
    struct guard guard;
    struct web_files *files;
    struct page *page; /* where customers order; NULL = the screens have none */
    struct api *api;
};

/* All borrowed; texts are terminated. */
struct site_request {
    enum entrance entrance;
    bool is_guest_door; /* it came in where customers do, over plain http */
    const char *client; /* its address; "" = this machine */
    const char *method, *path, *query;
    const char *host;          /* "" = none was sent */
    const char *origin;        /* "" = none was sent */
    const char *none_match;    /* If-None-Match; "" = none */
    const char *authorization; /* "" = none */
    const char *ticket;        /* of a handshake, among its subprotocols; "" = none */
    bool takes_gzip;
    const char *view; /* of a handshake, where "" = none was named; else NULL */
    struct bytes key, header, body;
};

struct site_response {
    struct api_reply reply;         /* its status counts always; its body when there is no file */
    const struct web_file *file;    /* a screen's file; lives as long as the site */
    const char *policy;             /* Content-Security-Policy; NULL = the one of all screens */
    char etag[FILE_ETAG_BYTES_MAX]; /* "" = none */
    bool is_gzip;                   /* what is sent is compressed: file->gzip, or the body */
    bool is_bare;                   /* no body follows: HEAD, or 304 */
};

/* Whether the request may be heard at all: 0, or the problem is in @ret_response. Reads no body. */
MUST_CHECK int site_check(const struct site *site, const struct site_request *request,
                          struct site_response *ret_response);

/* The same for the handshake of /ws, and whether its view is there for who asks: api_watch(). */
MUST_CHECK int site_check_socket(const struct site *site, const struct site_request *request,
                                 struct site_response *ret_response);

/* After site_check(): whether what is asked for is there, and for who asks, by line and headers: 0,
 * or the problem is in @response. Reads no body. */
MUST_CHECK int site_admit(struct site *site, const struct site_request *request,
                          struct site_response *response);

/* Answer a request that both let through, now with its body; may leave it pending. */
void site_answer(struct site *site, const struct site_request *request,
                 struct site_response *response);

void site_response_close(struct site_response *response);

/* What to send. */
struct bytes site_body(const struct site_response *response);
const char *site_type(const struct site_response *response);
const char *site_caching(const struct site_response *response);

#endif
