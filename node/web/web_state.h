/* web_state.h - what the files of the web server share: web.c (its life, the loop, who is
 * connected), web_http.c (requests and answers), web_socket.c (WebSockets).
 *
 * Layer: node. An object of lws is a pointer that only lws looks into. The on_ functions are called
 * by web.c with what lws calls back with, and answer as lws wants it: 0 to go on, -1 to hang up.
 */
#ifndef TRESTLE_NODE_WEB_WEB_STATE_H
#define TRESTLE_NODE_WEB_WEB_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/un.h>

#include "node/api/stream.h"
#include "node/web/site.h"
#include "node/web/web.h"

enum {
    TEXT_HEADER_BYTES_MAX = 300, /* of one header that we look at */
    AUTHORIZATION_BYTES_MAX = TOKEN_TEXT_MAX + 32,
    VERSION_BYTES_MAX = 80,
};

/* One socket. Most of it is for HTTP or for the WebSocket, never for both at once. */
struct connection {
    struct connection *next, *before;
    void *wsi;                        /* only lws looks into it */
    enum entrance door;               /* where it came in */
    enum entrance entrance;           /* of the request: that, unless somebody passed it on */
    char client[PEER_TEXT_BYTES_MAX]; /* whose request it is; "" = this machine's */
    bool is_socket;                   /* upgraded to WebSocket */
    /* A request. */
    bool is_busy;         /* heard, not yet answered whole */
    bool is_closing;      /* after the answer */
    bool has_headers;     /* of the answer were sent */
    uint64_t deadline_ms; /* for its body; 0 = none */
    char method[8];
    char path[API_PATH_BYTES_MAX];
    char query[API_PATH_BYTES_MAX];
    char host[TEXT_HEADER_BYTES_MAX], origin[TEXT_HEADER_BYTES_MAX];
    char authorization[AUTHORIZATION_BYTES_MAX];
    char ticket[TICKET_TEXT_BYTES + 1];
    char key[TEXT_HEADER_BYTES_MAX], none_match[TEXT_HEADER_BYTES_MAX];
    bool takes_gzip;
    size_t body_bytes_max;
    struct text header; /* that the route names */
    struct text body;
    struct site_response response;
    size_t sent;
    /* A WebSocket. */
    struct stream stream;
    struct text message;  /* the parts of a fragmented one */
    uint64_t stalled_ms;  /* since when the socket takes nothing; 0 = it does */
    uint64_t acked_bytes; /* at that time */
};

struct web {
    struct site site;
    struct streams *streams;
    const struct gate *gate;
    void *context;
    void *vhost; /* NULL without an address */
    int port;
    void *https_vhost; /* NULL without an address of its own */
    int https_port;
    struct tls_files tls;
    unsigned strangers_count; /* connections over TLS */
    atomic_bool wants_certificate;
    struct connection *connections;
    unsigned connections_count, connections_max;
    unsigned reader_stall_ms, request_ms;
    char control[sizeof((struct sockaddr_un *)NULL)->sun_path];
    void (*on_log)(void *context, const char *line);
    void *log_context;
    uint64_t said_ms; /* when on_log was called last */
    unsigned unsaid;  /* lines swallowed since */
    char version[VERSION_BYTES_MAX];
    struct proxies proxies;
    char origins[GUARD_ORIGINS_MAX][GUARD_TEXT_BYTES_MAX];
    struct text frame; /* LWS_PRE bytes, then what is written */
    atomic_bool is_stopping;
    pthread_t thread;
    bool has_thread;
};

/* web.c: a line of log; at most one a second. */
void web_say(struct web *web, const char *what);

/* web_http.c */
int web_http_on_request(struct web *web, struct connection *connection);
int web_http_on_body(struct connection *connection, const void *in, size_t size);
int web_http_on_body_whole(struct web *web, struct connection *connection);
int web_http_on_writeable(struct web *web, struct connection *connection);
/* Whether a handshake may go on: 0 = yes; 1 = it was answered; -1 = hang up. */
int web_http_on_upgrade(struct web *web, struct connection *connection, const char *to);
/* The answer that was waited for is there. */
void web_http_answered(struct connection *connection);

/* web_socket.c */
int web_socket_on_established(struct connection *connection);
int web_socket_on_receive(struct web *web, struct connection *connection, const void *in,
                          size_t size);
int web_socket_on_writeable(struct web *web, struct connection *connection);

#endif
