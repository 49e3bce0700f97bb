/* https.h - calls to servers on the internet: one thread, many calls at once, so that a slow one
 * holds up no other; a bounded queue to it and a queue back.
 *
 * Layer: gateway; libcurl stays inside https.c. HTTP/1.1 over TLS with the certificate and host
 * name verified; no redirect is followed; plain http only to a loopback address (tests, a proxy on
 * this machine). A body that does not come whole, and no answer, are both status 0: what the server
 * did is not known.
 */
#ifndef TRESTLE_GATEWAY_HTTPS_HTTPS_H
#define TRESTLE_GATEWAY_HTTPS_HTTPS_H

#include "node/json/text.h"
#include "sync/base/err.h"

enum {
    HTTPS_CALLS_MAX = 16,  /* waiting, under way, or not taken yet */
    HTTPS_HEADERS_MAX = 8, /* of one call */
    HTTPS_CONNECT_MS = 10000,
    HTTPS_TOTAL_MS = 80000, /* Stripe's library gives up after this long as well */
    HTTPS_BODY_BYTES_MAX = 4 * 1024 * 1024,
    HTTPS_REQUEST_ID_MAX = 64,
};

struct https;

struct https_config {
    /* "https://api.stripe.com", no path; copied. NULL: each call's path is a whole URL, which a
     * stranger may have told: only https, to addresses that are public when they are dialled
     * (public_address.h), and through no proxy, which would look for itself. */
    const char *base_url;
    const char *practice;  /* with those: "http://127.0.0.1:PORT" of this machine, which may be
                              called too; NULL or "" = none; copied */
    const char *ca_file;   /* of the certificates that are trusted; NULL = the system's; copied */
    uint32_t total_ms;     /* of one call; 0 = HTTPS_TOTAL_MS */
    size_t body_bytes_max; /* of an answer; 0 = HTTPS_BODY_BYTES_MAX */
    bool is_once; /* each call has a connection of its own: on one that was kept libcurl sends
                     again by itself what the server may have taken */
    void (*wake)(void *context); /* on the thread: there is an answer to take */
    void *context;
};

/* All copied. */
struct https_call {
    uint64_t name; /* the caller's, in the answer */
    bool is_post;
    struct bytes path, body;
    uint32_t headers_count;
    const char *headers[HTTPS_HEADERS_MAX]; /* "Name: value" */
};

struct https_answer {
    uint64_t name;
    uint32_t status;        /* 0: none came, or not all of it */
    bool is_unsent;         /* none came, and nothing of the call ever left */
    bool is_private;        /* ... as each address that it led to is not a public one */
    bool should_retry;      /* Stripe-Should-Retry: true */
    uint32_t retry_after_s; /* Retry-After; 0 = it said none */
    int64_t date_s;         /* the server's Date, seconds since 1970; 0 = it said none */
    char request_id[HTTPS_REQUEST_ID_MAX]; /* Request-Id, for the log; "" if none */
    char trouble[96]; /* why there is no answer, for a person; never anything that was sent */
    struct text body; /* the taker's, to be closed */
};

/* ERR_MALFORMED: not such a URL; ERR_NO_MEMORY. Once per process before other threads use libcurl.
 */
MUST_CHECK int https_start(const struct https_config *config, struct https **ret_https);

/* Ends the thread; calls under way are dropped: what they did is not known. Accepts NULL. */
void https_stop(struct https *https);

/* ERR_FULL: HTTPS_CALLS_MAX are under way; ERR_TOO_MANY headers; ERR_NO_MEMORY. */
MUST_CHECK int https_push(struct https *https, const struct https_call *call);

/* The oldest answer; false when there is none. */
bool https_take(struct https *https, struct https_answer *ret_answer);

#endif
