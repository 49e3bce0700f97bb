/* socket.h - ZeroMQ sockets with our settings, and the authenticator's exchange.
 *
 * Layer: node, for node/mesh alone. A socket is a pointer that only ZeroMQ looks into.
 */
#ifndef TRESTLE_NODE_MESH_SOCKET_H
#define TRESTLE_NODE_MESH_SOCKET_H

#include "node/os/entropy.h"
#include "sync/base/bytes.h"

enum {
    USER_ID_BYTES_MAX = 65,
    FLUSH_MS = 200, /* what a socket may take to send its last frames */
};

/* What a monitor said, reduced to what matters. UNFINISHED: somebody was there, and the handshake
 * ended or took too long without a word of refusal. */
enum socket_news { NEWS_NONE, NEWS_LINKED, NEWS_REFUSED, NEWS_UNFINISHED, NEWS_LOST };

/* NULL when there is no memory. The context's one I/O thread starts with the first socket. */
void *context_new(void);
void context_free(void *context);

/* The authenticator's end; bind before any ROUTER. NULL: no memory, or bound already. */
void *authenticator_new(void *context);

/* A bound CURVE server in ZAP domain @domain that hears frames of at most @frame_bytes_max, with
 * its real endpoint in @ret_endpoint (ENDPOINT_BYTES_MAX bytes). ERR_EXISTS, ERR_MALFORMED,
 * ERR_FORBIDDEN, ERR_NO_MEMORY, ERR_IO. */
MUST_CHECK int router_open(void *context, const char *listen, const char *domain,
                           const struct transport_secret *secret, size_t frame_bytes_max,
                           char *ret_endpoint, void **ret_router);

/* A CURVE client that talks to nobody but the owner of @server. NULL on failure. Connect it when
 * its monitor listens. */
void *dealer_new(void *context, const struct public_key *server,
                 const struct transport_secret *secret);
/* Before dealer_connect(): what has arrived stays readable when the other side hangs up; by default
 * a lost connection takes it along. ERR_IO. */
MUST_CHECK int dealer_keep_unread(void *dealer);
MUST_CHECK int dealer_connect(void *dealer, const char *endpoint); /* ERR_MALFORMED */

/* News about a dealer, and that a connection of a router has ended. NULL on failure. */
void *dealer_monitor_new(void *context, void *dealer, uint64_t serial);
void *router_monitor_new(void *context, void *router, uint64_t serial);

/* The next news; NEWS_NONE when there is none. @ret_fd: the connection it is about. */
enum socket_news monitor_next(void *monitor, int *ret_fd);

/* Close a socket and its monitor (NULL = none), giving frames already sent @linger_ms to leave.
 * Accepts NULL. They end together: the library's thread waits for ever to tell a monitor that is
 * gone. */
void socket_close(void *socket, void *monitor, int linger_ms);

/* Send without waiting. 0, ERR_BUSY (its queue is full), ERR_NOT_FOUND (nobody there). */
MUST_CHECK int dealer_send(void *dealer, struct bytes frame);
/* Wait up to @timeout_ms for one frame. ERR_BUSY: none came. ERR_TOO_LARGE. */
MUST_CHECK int dealer_receive(void *dealer, unsigned timeout_ms, void *buffer, size_t capacity,
                              size_t *ret_size);
MUST_CHECK int router_send(void *router, struct bytes routing, struct bytes frame);

/* One request to the authenticator: who knocks where. */
struct knock {
    char domain[16];
    bool has_key;
    struct public_key key;
    uint8_t request_id[64];
    size_t request_id_size;
};

/* ERR_BUSY: nobody knocks. ERR_MALFORMED: it was answered with a refusal. */
MUST_CHECK int authenticator_next(void *authenticator, struct knock *ret_knock);

/* @user_id NULL: refused. */
void authenticator_answer(void *authenticator, const struct knock *knock, const char *user_id);

#endif
