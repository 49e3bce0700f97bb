#include "node/mesh/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zmq.h>

#include "node/mesh/transport.h"

/* In the library since 4.2, in its header only with the draft interfaces. Without it a server whose
 * authenticator is missing lets everybody in. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

/* CURVE adds a header and an authenticator to what we send; the bound is checked on the sum. */
enum {
    CURVE_BYTES = 64,
    HIGH_WATER_FRAMES = 64,
    UNACKNOWLEDGED_MS = 1500, /* a connection whose other end acknowledges nothing is dead */
    IDLE_S = 2,               /* one on which nothing is sent is asked */
    HANDSHAKE_MS = 3000,      /* five ways across, and one frame lost, at 300 ms each */
    CONNECT_MS = 1600,        /* there and back, and the first asking lost */
    BACKLOG = 64,
    ENDS = ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED
};

void *context_new(void)
{
    return zmq_ctx_new();
}

void context_free(void *context)
{
    while (context != NULL && zmq_ctx_term(context) != 0 && errno == EINTR) {
    }
}

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

void *authenticator_new(void *context)
{
    void *socket = zmq_socket(context, ZMQ_REP);
    if (socket == NULL) {
        return NULL;
    }
    if (!set_int(socket, ZMQ_LINGER, 0) || zmq_bind(socket, "inproc://zeromq.zap.01") != 0) {
        (void)zmq_close(socket);
        return NULL;
    }
    return socket;
}

/* What ROUTER and DEALER share. Before bind or connect: later settings do not reach a connection.
 *
 * ZMTP's own heartbeats are not used. Together with a bound on what waits to be read they end the
 * process by an assertion: a connection is lost while its input is stopped, and the next ping is
 * written to it (libzmq issues 3937, 4364 and 4841; open in 4.3.4). The transport's beats and the
 * kernel do the same.
 */
static bool set_common(void *socket, const struct transport_secret *secret, size_t frame_bytes_max)
{
    static const struct {
        int option, value;
    } rows[] = {{ZMQ_LINGER, 0},
                {ZMQ_SNDHWM, HIGH_WATER_FRAMES},
                {ZMQ_RCVHWM, HIGH_WATER_FRAMES},
                {ZMQ_TCP_MAXRT, UNACKNOWLEDGED_MS},
                {ZMQ_TCP_KEEPALIVE, 1},
                {ZMQ_TCP_KEEPALIVE_IDLE, IDLE_S},
                {ZMQ_TCP_KEEPALIVE_INTVL, 1},
                {ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!set_int(socket, rows[i].option, rows[i].value)) {
            return false;
        }
    }
    int64_t bytes_max = (int64_t)frame_bytes_max + CURVE_BYTES;
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &bytes_max, sizeof bytes_max) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret->bytes, sizeof secret->bytes) == 0;
}

static int err_of_bind(int number)
{
    static const struct {
        int number, err;
    } rows[] = {{EADDRINUSE, ERR_EXISTS},         {EINVAL, ERR_MALFORMED},
                {EPROTONOSUPPORT, ERR_MALFORMED}, {ENODEV, ERR_MALFORMED},
                {EADDRNOTAVAIL, ERR_MALFORMED},   {EACCES, ERR_FORBIDDEN}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].number == number) {
            return rows[i].err;
        }
    }
    return ERR_IO;
}

int router_open(void *context, const char *listen, const char *domain,
                const struct transport_secret *secret, size_t frame_bytes_max, char *ret_endpoint,
                void **ret_router)
{
    void *socket = zmq_socket(context, ZMQ_ROUTER);
    if (socket == NULL) {
        return ERR_NO_MEMORY;
    }
    size_t size = ENDPOINT_BYTES_MAX;
    bool is_v6 = strchr(listen, '[') != NULL; /* else the endpoint would read ::ffff:127.0.0.1 */
    bool is_set = set_common(socket, secret, frame_bytes_max) &&
                  set_int(socket, ZMQ_CURVE_SERVER, 1) && set_int(socket, ZMQ_IPV6, is_v6) &&
                  zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0 &&
                  set_int(socket, ZMQ_ZAP_ENFORCE_DOMAIN, 1) &&
                  set_int(socket, ZMQ_ROUTER_MANDATORY, 1) && set_int(socket, ZMQ_BACKLOG, BACKLOG);
    int err = is_set ? 0 : ERR_IO;
    if (err == 0 && zmq_bind(socket, listen) != 0) {
        err = err_of_bind(errno);
    }
    if (err == 0 && zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, ret_endpoint, &size) != 0) {
        err = ERR_IO;
    }
    if (err != 0) {
        (void)zmq_close(socket);
        return err;
    }
    *ret_router = socket;
    return 0;
}

void *dealer_new(void *context, const struct public_key *server,
                 const struct transport_secret *secret)
{
    void *socket = zmq_socket(context, ZMQ_DEALER);
    if (socket == NULL) {
        return NULL;
    }
    struct public_key own = transport_public(secret);
    /* Reconnecting is ours: a new session is a new socket. */
    bool is_set =
        set_common(socket, secret, MESSAGE_BYTES_MAX) && set_int(socket, ZMQ_IPV6, 1) &&
        set_int(socket, ZMQ_IMMEDIATE, 1) && set_int(socket, ZMQ_CONNECT_TIMEOUT, CONNECT_MS) &&
        set_int(socket, ZMQ_RECONNECT_IVL, -1) &&
        zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own.bytes, sizeof own.bytes) == 0 &&
        zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server->bytes, sizeof server->bytes) == 0;
    if (is_set) {
        return socket;
    }
    (void)zmq_close(socket);
    return NULL;
}

/* With IMMEDIATE a disconnect drops the pipe and what waits in it (libzmq, session_base.cpp). */
int dealer_keep_unread(void *dealer)
{
    return set_int(dealer, ZMQ_IMMEDIATE, 0) ? 0 : ERR_IO;
}

int dealer_connect(void *dealer, const char *endpoint)
{
    return zmq_connect(dealer, endpoint) == 0 ? 0 : ERR_MALFORMED;
}

static void *monitor_open(void *context, void *socket, uint64_t serial, int events)
{
    char name[64];
    (void)snprintf(name, sizeof name, "inproc://monitor-%llu", (unsigned long long)serial);
    if (zmq_socket_monitor(socket, name, events) != 0) {
        return NULL;
    }
    void *monitor = zmq_socket(context, ZMQ_PAIR);
    if (monitor != NULL && set_int(monitor, ZMQ_LINGER, 0) && zmq_connect(monitor, name) == 0) {
        return monitor;
    }
    (void)zmq_socket_monitor(socket, NULL, 0);
    if (monitor != NULL) {
        (void)zmq_close(monitor);
    }
    return NULL;
}

void *dealer_monitor_new(void *context, void *dealer, uint64_t serial)
{
    return monitor_open(context, dealer, serial,
                        ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                            ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                            ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ENDS);
}

/* Of handshakes nothing is told here: telling that a frame was spoilt loses the errno by which the
 * library would have closed the connection (4.3.4, curve_mechanism_base.cpp), and it is kept, deaf,
 * with its descriptor, for ever. A dealer is closed by whoever hears of it. */
void *router_monitor_new(void *context, void *router, uint64_t serial)
{
    return monitor_open(context, router, serial, ENDS);
}

static enum socket_news news_of_event(uint16_t event)
{
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        return NEWS_LINKED;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        return NEWS_REFUSED;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        return NEWS_UNFINISHED;
    default:
        return NEWS_LOST;
    }
}

enum socket_news monitor_next(void *monitor, int *ret_fd)
{
    uint8_t frame[16];
    int size = zmq_recv(monitor, frame, sizeof frame, ZMQ_DONTWAIT);
    if (size < 6) {
        return NEWS_NONE;
    }
    char endpoint[ENDPOINT_BYTES_MAX];
    (void)zmq_recv(monitor, endpoint, sizeof endpoint, ZMQ_DONTWAIT);
    uint16_t event = 0;
    int32_t value = 0;
    memcpy(&event, frame, sizeof event);
    memcpy(&value, frame + sizeof event, sizeof value);
    *ret_fd = value;
    return news_of_event(event);
}

void socket_close(void *socket, void *monitor, int linger_ms)
{
    if (monitor != NULL) {
        (void)zmq_socket_monitor(socket, NULL, 0); /* no news after this, so nobody waits to tell */
        (void)zmq_close(monitor);
    }
    if (socket != NULL) {
        (void)set_int(socket, ZMQ_LINGER, linger_ms);
        (void)zmq_close(socket);
    }
}

static int err_of_send(int sent)
{
    if (sent >= 0) {
        return 0;
    }
    return errno == EAGAIN || errno == EINTR ? ERR_BUSY : ERR_NOT_FOUND;
}

int dealer_send(void *dealer, struct bytes frame)
{
    return err_of_send(zmq_send(dealer, frame.data, frame.size, ZMQ_DONTWAIT));
}

int dealer_receive(void *dealer, unsigned timeout_ms, void *buffer, size_t capacity,
                   size_t *ret_size)
{
    zmq_pollitem_t item = {.socket = dealer, .events = ZMQ_POLLIN};
    if (zmq_poll(&item, 1, (long)timeout_ms) <= 0) {
        return ERR_BUSY;
    }
    int size = zmq_recv(dealer, buffer, capacity, ZMQ_DONTWAIT);
    if (size < 0) {
        return ERR_BUSY;
    }
    if ((size_t)size > capacity) {
        return ERR_TOO_LARGE;
    }
    *ret_size = (size_t)size;
    return 0;
}

int router_send(void *router, struct bytes routing, struct bytes frame)
{
    int err = err_of_send(zmq_send(router, routing.data, routing.size, ZMQ_DONTWAIT | ZMQ_SNDMORE));
    return err != 0 ? err : err_of_send(zmq_send(router, frame.data, frame.size, ZMQ_DONTWAIT));
}

/* --- the authenticator's exchange, RFC 27/ZAP ---
 *
 * request   version, request id, domain, address, routing id, mechanism, credentials...
 * reply     version, request id, status code, status text, user id, metadata
 */

enum { ZAP_FRAMES_MAX = 8, ZAP_FRAME_BYTES_MAX = 256 };

struct zap_request {
    size_t count;
    struct {
        uint8_t data[ZAP_FRAME_BYTES_MAX];
        size_t size;
    } frames[ZAP_FRAMES_MAX];
};

/* False when there is none. A request that does not fit has count 0. */
static bool zap_receive(void *socket, struct zap_request *request)
{
    request->count = 0;
    bool is_odd = false;
    int more = 1;
    for (size_t i = 0; more; i++) {
        size_t at = i < ZAP_FRAMES_MAX ? i : ZAP_FRAMES_MAX - 1;
        int size = zmq_recv(socket, request->frames[at].data, ZAP_FRAME_BYTES_MAX, ZMQ_DONTWAIT);
        if (size < 0) {
            return false;
        }
        is_odd = is_odd || size > ZAP_FRAME_BYTES_MAX || i >= ZAP_FRAMES_MAX;
        request->frames[at].size = size > ZAP_FRAME_BYTES_MAX ? 0 : (size_t)size;
        request->count = at + 1;
        size_t more_size = sizeof more;
        if (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &more_size) != 0) {
            return false;
        }
    }
    if (is_odd) {
        request->count = 0;
    }
    return true;
}

static bool frame_is(const struct zap_request *request, size_t at, const char *text)
{
    return bytes_equal(bytes_of(request->frames[at].data, request->frames[at].size),
                       bytes_of_text(text));
}

static bool knock_read(const struct zap_request *request, struct knock *knock)
{
    *knock = (struct knock){.has_key = false};
    if (request->count < 6 || request->frames[1].size > sizeof knock->request_id ||
        request->frames[2].size >= sizeof knock->domain || !frame_is(request, 0, "1.0")) {
        return false;
    }
    knock->request_id_size = request->frames[1].size;
    memcpy(knock->request_id, request->frames[1].data, knock->request_id_size);
    memcpy(knock->domain, request->frames[2].data, request->frames[2].size);
    knock->has_key = request->count == 7 && frame_is(request, 5, "CURVE") &&
                     request->frames[6].size == PUBLIC_KEY_BYTES;
    if (knock->has_key) {
        memcpy(knock->key.bytes, request->frames[6].data, PUBLIC_KEY_BYTES);
    }
    return true;
}

int authenticator_next(void *authenticator, struct knock *ret_knock)
{
    struct zap_request request;
    if (!zap_receive(authenticator, &request)) {
        return ERR_BUSY;
    }
    if (knock_read(&request, ret_knock)) {
        return 0;
    }
    authenticator_answer(authenticator, ret_knock, NULL);
    return ERR_MALFORMED;
}

void authenticator_answer(void *authenticator, const struct knock *knock, const char *user_id)
{
    const char *rest[] = {user_id == NULL ? "400" : "200", user_id == NULL ? "stranger" : "OK",
                          user_id == NULL ? "" : user_id, ""};
    (void)zmq_send(authenticator, "1.0", 3, ZMQ_SNDMORE);
    (void)zmq_send(authenticator, knock->request_id, knock->request_id_size, ZMQ_SNDMORE);
    for (size_t i = 0; i < 4; i++) {
        (void)zmq_send(authenticator, rest[i], strlen(rest[i]), i < 3 ? ZMQ_SNDMORE : 0);
    }
}
