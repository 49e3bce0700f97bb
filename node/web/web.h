/* web.h - the node's HTTP and WebSocket server: one thread around libwebsockets.
 *
 * Layer: node. Serves docs/api.md (routes in node/api/routes.h), the built screens, and the control
 * socket. It reads the store through the gate and writes nothing; see node/api/gate.h for what the
 * core does.
 */
#ifndef TRESTLE_NODE_WEB_WEB_H
#define TRESTLE_NODE_WEB_WEB_H

#include "node/access/forwarded.h"
#include "node/api/gate.h"
#include "node/web/tls.h"

enum {
    WEB_CONNECTIONS_MAX = 256, /* open ones of the staff; further ones are closed at once */
    WEB_CUSTOMERS_MAX = 20000,
};

struct annex; /* node/api/annex.h */

/* Borrowed during web_start(). */
struct web_config {
    const char *address; /* loopback only: "127.0.0.1", "::1"; NULL = the control socket alone */
    int port;            /* 0 = any free one, see web_port() */
    const char *https_address;  /* of the TLS listener, any of this machine's; NULL = none */
    int https_port;             /* 0 = any free one, see web_https_port() */
    const char *guests_address; /* for customers over plain http, any of this machine's; NULL = none
                                 */
    int guests_port;            /* 0 = any free one */
    struct tls_files tls;       /* outlive the web; checked: tls_check() */
    const char *folder;         /* built screens (web/dist); NULL or missing = none are served */
    const char *control;        /* path of the unix socket; NULL = none */
    const char *version;        /* for Session and Status */
    /* Further origins ("http://localhost:5173") that may write and open /ws; their hosts count too;
     * at most GUARD_ORIGINS_MAX. */
    const char *const *origins;
    uint32_t origins_count;
    /* Whose word about a client's address is taken; NULL = nobody's. */
    const struct proxies *proxies;
    const struct annex *annex; /* outlives the web; NULL = none */
    unsigned reader_stall_ms;  /* a WebSocket reader that takes nothing is cut; 0 = 5,000 */
    unsigned request_ms;       /* a request must be complete within, and a phone say who it is; 0 =
                                * 10,000 */
    unsigned connections_max;  /* 0 = WEB_CONNECTIONS_MAX */
    /* Phones of customers on /ws, beside these; half as many of their requests at once. 0 = none;
     * at most WEB_CUSTOMERS_MAX. */
    unsigned customers_max;
    /* NULL, or called on the web thread with one line about what went wrong; at most one a second.
     */
    void (*on_log)(void *context, const char *line);
    void *log_context;
};

struct web;

/* Bind, load the screens and start the thread. @gate outlives the web. Errors:
 *   ERR_FORBIDDEN   an address beyond loopback: who reaches it is the device's own screen
 *   ERR_EXISTS      address, port or socket is taken
 *   ERR_TOO_LARGE, ERR_TOO_MANY   the folder of screens is too big to be ours; origins, customers,
 * the path of the control socket
 *   ERR_MALFORMED   the page for customers is none of ours
 *   ERR_NO_MEMORY, ERR_IO */
MUST_CHECK int web_start(const struct web_config *config, const struct gate *gate,
                         struct web **ret_web);

/* The port that it listens on; 0 without an address. */
int web_port(const struct web *web);
int web_https_port(const struct web *web);
int web_guests_port(const struct web *web);

/* From any thread: read certificate and key again. Connections that are open stay; what is wrong
 * with the files is logged, and the old ones stay. */
void web_reload(struct web *web);

/* Close every connection and join the thread. Commands still in flight may be answered afterwards;
 * nobody hears it. Accepts NULL. */
void web_stop(struct web *web);

/* From any thread, after a commit: look at answers, changes, marks and peers. */
void web_notify(struct web *web);

#endif
