/* annex.h - what a program that is more than a node adds to the API: routes of its own, and who
 * answers them.
 *
 * Layer: node. The routes are rows as those of routes.c, with SHAPE_ANNEX, and pass the same
 * checks; their requests are then handed over, and answered at once or later.
 */
#ifndef TRESTLE_NODE_API_ANNEX_H
#define TRESTLE_NODE_API_ANNEX_H

#include "node/api/api.h"
#include "node/api/reconcile.h"

/* Borrowed during the call. */
struct annex_request {
    const struct route *route;
    const struct route_match *match;
    const struct caller *caller; /* who asks; he has the route's right */
    struct bytes header;         /* the one that the route names; empty = none was sent */
    struct bytes body;           /* checked against the route's schema, unless it takes bytes */
};

struct annex_answer {
    uint64_t request;
    int err;           /* ERR_*: a problem, with @where; 0: ... */
    struct text body;  /* ... this; closed by the taker */
    const char *where; /* static, or NULL */
};

/* Where customers pay by card: what their page needs to do it. Texts outlive the annex; hosts are
 * sources of a Content-Security-Policy. */
struct annex_card {
    const char *script; /* URL of the provider's script */
    const char *script_hosts, *frame_hosts, *connect_hosts;
    bool is_practice; /* no real money moves */
};

/* Where customers who went away are told of their order. */
struct annex_messages {
    const char *push_key; /* base64url of a point of P-256; NULL = not by Web Push */
    bool has_sms;
};

/* All functions are called on the web thread only, with @context. */
struct annex {
    void *context;
    struct teller teller;                  /* all zero: it tells customers nothing */
    const struct annex_card *card;         /* NULL = nobody pays by card here */
    const struct annex_messages *messages; /* NULL = nobody is told of anything from here */
    struct reconcile_host reconcile;       /* all zero: nobody compares here */
    const struct route *routes;
    size_t routes_count;
    /* Fill @ret_reply, or leave it pending with a request of the annex's own naming. */
    void (*handle)(void *context, const struct annex_request *request, struct api_reply *ret_reply);
    /* Append its figures to what GET /metrics says; NULL = it has none. */
    void (*metrics)(void *context, struct text *to);
    /* The next answer to what was left pending; false when there is none. */
    bool (*answered)(void *context, struct annex_answer *ret_answer);
};

#endif
