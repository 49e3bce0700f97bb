/* web_state.h - what the files of the web server share: web.c (its life and the loop),
 * web_listen.c (addresses), web_certificate.c (of https), web_connection.c (who is connected),
 * web_sweep.c (each second), web_news.c (what the core answers), web_http.c (requests),
 * web_request.c (reading one), web_body.c (its body), web_answer.c (answering it), web_socket.c
 * (WebSockets), web_guest.c (those of customers).
 *
 * Layer: node. An object of lws is a pointer that only lws looks into. The on_ functions are called
 * by web.c with what lws calls back with, and answer as lws wants it: 0 to go on, -1 to hang up.
 */
#ifndef TRESTLE_NODE_WEB_WEB_STATE_H
#define TRESTLE_NODE_WEB_WEB_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/un.h>

#include "node/stream/live.h"
#include "node/stream/stream.h"
#include "node/web/site.h"
#include "node/web/web.h"

enum {
    TEXT_HEADER_BYTES_MAX = 300, /* of one header that we look at */
    AUTHORIZATION_BYTES_MAX = TOKEN_TEXT_MAX + 32,
    VERSION_BYTES_MAX = 80,
    SEND_BUFFER_BYTES = 64 * 1024,  /* in the kernel, per connection: what a dead reader can hold */
    GUEST_BUFFER_BYTES = 16 * 1024, /* of a customer's phone, each way */
};

/* A request, and its answer on the way out. */
struct exchange {
    char method[8];
    char path[API_PATH_BYTES_MAX];
    char query[API_PATH_BYTES_MAX];
    char host[TEXT_HEADER_BYTES_MAX], origin[TEXT_HEADER_BYTES_MAX];
    char authorization[AUTHORIZATION_BYTES_MAX];
    char ticket[TICKET_TEXT_BYTES + 1];
    char key[TEXT_HEADER_BYTES_MAX], none_match[TEXT_HEADER_BYTES_MAX];
    bool takes_gzip;
    struct text header; /* that the route names */
    struct text body;
    size_t stranger_bytes; /* of the room that strangers' bodies share: its own */
    bool skips_body;       /* the answer is there; what still comes of the body is dropped */
    struct site_response response;
    size_t sent;
};

/* A customer's phone on /ws. */
struct guest {
    struct live live; /* first: the two are cast into each other */
    struct connection *connection;
    struct guest *next, *before; /* of those that wait for a turn to be written to */
    bool is_queued;              /* it is one of them */
    bool is_awaited;             /* lws was asked to say when it takes something */
    uint64_t opened_ms;
    uint64_t checked_ms;         /* that its token stands */
    const struct guest_end *end; /* why it is being closed; NULL = it is not */
};

/* One socket. What it does not need at the moment it does not have: there may be thousands. */
struct connection {
    struct connection *next, *before; /* in ... */
    struct connection **list;         /* ... one of the web's */
    void *wsi;                        /* only lws looks into it */
    enum entrance door;               /* where it came in */
    enum entrance entrance;           /* of the request: that, unless somebody passed it on */
    char client[PEER_TEXT_BYTES_MAX]; /* whose request it is; "" = this machine's */
    bool is_stranger;                 /* over TLS, or somebody passed it on once */
    uint64_t network;                 /* of a stranger: peer_network(); 0 = nobody knows */
    bool is_busy;                     /* a request was heard, and is not yet answered whole */
    bool is_closing;                  /* after the answer */
    bool has_headers;                 /* of the answer were sent */
    uint64_t deadline_ms;             /* for its body; 0 = none */
    struct exchange *exchange;        /* NULL between requests */
    struct stream *stream;            /* of a WebSocket of the staff; else NULL */
    struct guest *guest;              /* of one of a customer; else NULL */
    struct text message;              /* of a WebSocket: the parts of a fragmented one */
    uint64_t stalled_ms;              /* since when the socket takes nothing; 0 = it does */
    uint64_t acked_bytes;             /* at that time */
};

/* It leads in from this machine alone. */
static inline bool door_is_own(enum entrance door)
{
    return door == ENTRANCE_LOOPBACK || door == ENTRANCE_CONTROL;
}

struct web {
    struct site site;
    struct streams *streams;
    const struct gate *gate;
    void *context;
    void *vhost; /* NULL without an address */
    int port;
    void *https_vhost; /* NULL without an address of its own */
    int https_port;
    void *guests_vhost; /* likewise */
    int guests_port;
    struct tls_files tls;
    unsigned strangers_count; /* connections that are, customers' WebSockets aside */
    atomic_bool wants_certificate;
    struct lives *lives;            /* NULL: no customers' phones */
    struct connection *connections; /* that speak HTTP */
    struct connection *screens;     /* WebSockets of the staff */
    struct connection *guests;      /* and of customers */
    unsigned connections_count;     /* of the first two; requests of customers are among them */
    unsigned connections_max;
    unsigned guests_count, guests_max;
    struct guest *wave, *wave_last; /* who wait to be written to, in the order of asking */
    size_t strangers_bytes;         /* of bodies on their way whose senders nobody vouches for */
    bool has_answers;               /* to requests came since some were written to */
    bool is_wave_late;              /* it has waited for these already */
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
/* Call web_guest_wave() soon, after whatever else has come in. */
void web_wave_later(struct web *web);
/* For lws alone. */
const void *web_protocols(struct web *web);

/* web_listen.c: what is listened on stays with the context. ERR_NO_MEMORY. */
MUST_CHECK int web_context_open(struct web *web);
/* ERR_FORBIDDEN: an address beyond loopback; ERR_EXISTS: somebody else listens there; ERR_IO;
 * ERR_TOO_LARGE: the control socket's path. */
MUST_CHECK int web_listen(struct web *web, const struct web_config *config);

/* web_certificate.c: when web_reload() was called, handshakes from now on use what is in the files;
 * those that were have their own. */
void web_certificate_read(struct web *web);

/* web_connection.c: how many there may be, WebSockets of customers aside. Their requests come and
 * go beside those of the staff. */
unsigned web_connections_room(const struct web *web);
/* A connection came in. NULL: no memory, or no room for one more stranger. */
struct connection *web_connection_open(struct web *web, void *wsi);
void web_connection_close(struct web *web, struct connection *connection);
/* From now on the connection is a stranger's, who comes from @network (0 = nobody knows). False:
 * strangers have too many, all or from there. */
bool web_admit_stranger(struct web *web, struct connection *connection, uint64_t network);
/* It is a WebSocket from now on: of a customer, or of the staff. */
void web_connection_upgraded(struct web *web, struct connection *connection);

/* web_sweep.c: each second. */
void web_sweep(struct web *web);
/* Whether who should read has taken nothing for too long. */
bool web_is_stalled(struct web *web, struct connection *connection, uint64_t now_ms);
void web_cut(struct web *web, struct connection *connection, const char *why);

/* web_news.c: something was answered, or the store changed. */
void web_on_news(struct web *web);
/* What phones wait for of other devices, and what these ask. */
void web_on_errands(struct web *web);
/* Customers' phones hear of what changed, where there are any. */
void web_lives_refresh(struct web *web);

/* web_http.c */
int web_http_on_request(struct web *web, struct connection *connection);
int web_http_on_body(struct connection *connection, const void *in, size_t size);
int web_http_on_body_whole(struct web *web, struct connection *connection);
/* Whether a handshake may go on: 0 = yes; 1 = it was answered; -1 = hang up. */
int web_http_on_upgrade(struct web *web, struct connection *connection, const char *to);
/* Its request is over, or given up. */
void web_exchange_end(struct web *web, struct connection *connection);
/* The answer that was waited for is there. */
void web_http_answered(struct connection *connection);

/* web_request.c: the line and the headers into connection->exchange. ERR_TOO_LARGE: a header;
 * ERR_BUSY: too many strangers. */
MUST_CHECK int web_request_read(struct web *web, struct connection *connection);
/* The header @name into what the request brings; none is fine. */
bool web_request_read_named(struct connection *connection, const char *name);
/* The length that was announced. ERR_MALFORMED when it cannot be told, ERR_TOO_LARGE. */
MUST_CHECK int web_request_body_size(const struct connection *connection, size_t size_max,
                                     size_t *ret_size);
/* What was read; it borrows from the exchange. */
struct site_request web_request_of(const struct connection *connection);

/* web_body.c: a place for a body of @size bytes, whose sender the reply names. ERR_BUSY: those whom
 * nobody vouches for send too much at once, or there is no memory. */
MUST_CHECK int web_body_begin(struct web *web, struct connection *connection, size_t size);
/* From now on its @size bytes are dropped. False: they are too many to listen to. */
bool web_body_skip(struct exchange *exchange, size_t size);
/* The next @size bytes. 0; -1: more than were announced. */
int web_body_take(struct exchange *exchange, const void *in, size_t size);
/* It is forgotten, and its place free. */
void web_body_end(struct web *web, struct exchange *exchange);

/* web_answer.c: what the exchange holds is sent as the other side takes it, or when there is an
 * answer at all. 0. */
int web_answer_begin(struct connection *connection);
int web_answer_on_writeable(struct web *web, struct connection *connection);
/* It is sent at once instead of a WebSocket. 1; -1 = hang up. */
int web_answer_refuse_upgrade(struct web *web, struct connection *connection);

/* web_socket.c */
int web_socket_on_established(struct web *web, struct connection *connection);
int web_socket_on_receive(struct web *web, struct connection *connection, const void *in,
                          size_t size);
int web_socket_on_writeable(struct web *web, struct connection *connection);
/* -1, with that status for the other side. */
int web_socket_hang_up(struct connection *connection, int status, const char *reason);

/* web_guest.c: customers' phones. */
/* ERR_BUSY: there are as many as there may be, or of that address. */
MUST_CHECK int web_guest_new(struct web *web, struct connection *connection);
int web_guest_on_message(struct web *web, struct connection *connection, struct bytes message);
/* It can be written to. False: it is to be closed instead, and why is known. */
bool web_guest_takes(struct connection *connection);
int web_guest_hang_up(struct connection *connection);
/* Each second. */
void web_guest_sweep(struct web *web, struct connection *connection, uint64_t now_ms);
/* It wants to be written to: for struct lives. */
void web_guest_is_due(void *context, struct live *live);
/* Ask some of those that wait; whether there are more. */
bool web_guest_wave(struct web *web);
/* Accepts NULL. */
void web_guest_free(struct web *web, struct guest *guest);

#endif
