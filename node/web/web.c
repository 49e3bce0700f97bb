/* OpenSSL's headers, which lws shows, have a type of that name. */
#define ERR_STATE ERR_STATE_of_openssl
#include <libwebsockets.h>
#undef ERR_STATE

#include "node/web/web.h"

#include <linux/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "node/api/stream.h"
#include "node/web/site.h"
#include "sync/base/check.h"

enum {
    HEADER_BYTES_MAX = 4096,     /* of one request, together */
    TEXT_HEADER_BYTES_MAX = 300, /* of one header that we look at */
    SEND_CHUNK_BYTES = 32 * 1024,
    SEND_BUFFER_BYTES = 64 * 1024, /* in the kernel, per connection: what a dead reader can hold */
    BOARD_MESSAGE_BYTES_MAX = 64 * 1024,
    TICK_US = 1000 * 1000,
    SAY_MS = 1000, /* at most one line of log in that time: strangers decide how often */
    VERSION_BYTES_MAX = 80,
    HEADERS_S = 10, /* for the headers of a request, and for a kept connection to say something */
    STALL_MS = 5000,
    REQUEST_MS = 10000,
};

/* One socket. Most of it is for HTTP or for the WebSocket, never for both at once. */
struct connection {
    struct connection *next, *before;
    struct lws *wsi;
    bool is_control;
    bool is_socket; /* upgraded to WebSocket */
    /* A request. */
    bool is_busy;         /* heard, not yet answered whole */
    bool is_closing;      /* after the answer */
    bool has_headers;     /* of the answer were sent */
    uint64_t deadline_ms; /* for its body; 0 = none */
    char method[8];
    char path[API_PATH_BYTES_MAX];
    char query[API_PATH_BYTES_MAX];
    char host[TEXT_HEADER_BYTES_MAX], origin[TEXT_HEADER_BYTES_MAX];
    char key[TEXT_HEADER_BYTES_MAX], none_match[TEXT_HEADER_BYTES_MAX];
    bool takes_gzip;
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
    struct lws_context *context;
    struct lws_vhost *vhost; /* NULL without an address */
    int port;
    struct lws_protocols protocols[2];
    struct lws_sorted_usec_list tick;
    struct connection *connections;
    unsigned connections_count, connections_max;
    unsigned reader_stall_ms, request_ms;
    char control[sizeof((struct sockaddr_un *)NULL)->sun_path];
    void (*on_log)(void *context, const char *line);
    void *log_context;
    uint64_t said_ms; /* when on_log was called last */
    unsigned unsaid;  /* lines swallowed since */
    char version[VERSION_BYTES_MAX];
    char origins[GUARD_ORIGINS_MAX][GUARD_TEXT_BYTES_MAX];
    struct text frame; /* LWS_PRE bytes, then what is written */
    atomic_bool is_stopping;
    pthread_t thread;
    bool has_thread;
};

/* ---- clocks ---- */

static uint64_t clock_ms(clockid_t clock)
{
    struct timespec now;
    check(clock_gettime(clock, &now) == 0);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t mono_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

static int64_t wall_ms(void)
{
    return (int64_t)clock_ms(CLOCK_REALTIME);
}

/* ---- talking ---- */

static void say(struct web *web, const char *what)
{
    char line[160];
    uint64_t now_ms = mono_ms();
    if (web->on_log == NULL)
        return;
    if (web->said_ms != 0 && now_ms - web->said_ms < SAY_MS) {
        web->unsaid++;
        return;
    }
    (void)snprintf(line, sizeof line, "%s (and %u lines like it)", what, web->unsaid);
    web->on_log(web->log_context, web->unsaid > 0 ? line : what);
    web->said_ms = now_ms;
    web->unsaid = 0;
}

/* ---- connections ---- */

static struct connection *connection_open(struct web *web, struct lws *wsi)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    connection->wsi = wsi;
    connection->is_control = lws_get_vhost(wsi) != web->vhost;
    connection->next = web->connections;
    if (connection->next != NULL)
        connection->next->before = connection;
    web->connections = connection;
    web->connections_count++;
    lws_set_opaque_user_data(wsi, connection);
    return connection;
}

static void connection_close(struct web *web, struct connection *connection)
{
    if (connection->before != NULL)
        connection->before->next = connection->next;
    else
        web->connections = connection->next;
    if (connection->next != NULL)
        connection->next->before = connection->before;
    web->connections_count--;
    text_close(&connection->body);
    text_close(&connection->message);
    site_response_close(&connection->response);
    free(connection);
}

/* Ready for the next request on this connection. What was kept is small; a large body is not. */
static void connection_reset(struct connection *connection)
{
    site_response_close(&connection->response);
    text_close(&connection->body);
    connection->is_busy = false;
    connection->has_headers = false;
    connection->deadline_ms = 0;
    connection->sent = 0;
}

/* ---- writing an answer ---- */

static const struct {
    const char *name, *value;
} security_headers[] = {
    {"content-security-policy:",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; "
     "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"x-content-type-options:", "nosniff"},
    {"referrer-policy:", "no-referrer"},
    {"cross-origin-opener-policy:", "same-origin"},
    {"cross-origin-resource-policy:", "same-origin"},
    {"x-frame-options:", "DENY"},
};

struct header_buffer {
    struct lws *wsi;
    unsigned char *at, *end;
    int failed;
};

static void add_header(struct header_buffer *to, const char *name, const char *value)
{
    to->failed |= lws_add_http_header_by_name(to->wsi, (const unsigned char *)name,
                                              (const unsigned char *)value, (int)strlen(value),
                                              &to->at, to->end);
}

static void add_body_headers(struct header_buffer *to, const struct connection *connection)
{
    const struct site_response *response = &connection->response;
    add_header(to, "content-type:", site_type(response));
    add_header(to, "cache-control:", site_caching(response));
    if (response->file != NULL) {
        add_header(to, "etag:", response->file->etag);
        add_header(to, "vary:", "accept-encoding");
    }
    if (response->is_gzip)
        add_header(to, "content-encoding:", "gzip");
    if (connection->is_closing)
        add_header(to, "connection:", "close");
    if (response->reply.status != 304)
        to->failed |= lws_add_http_header_content_length(
            to->wsi, (lws_filepos_t)site_body(response).size, &to->at, to->end);
}

static int write_headers(struct connection *connection)
{
    unsigned char buffer[LWS_PRE + 2048];
    struct header_buffer to = {
        .wsi = connection->wsi, .at = buffer + LWS_PRE, .end = buffer + sizeof buffer};
    to.failed |= lws_add_http_header_status(to.wsi, (unsigned)connection->response.reply.status,
                                            &to.at, to.end);
    for (size_t i = 0; i < sizeof security_headers / sizeof security_headers[0]; i++)
        add_header(&to, security_headers[i].name, security_headers[i].value);
    add_body_headers(&to, connection);
    connection->has_headers = true;
    return to.failed != 0 ||
           lws_finalize_write_http_header(to.wsi, buffer + LWS_PRE, &to.at, to.end) != 0;
}

/* lws may write in the LWS_PRE bytes before what it sends: never into somebody's body. */
static int write_bytes(struct web *web, struct lws *wsi, struct bytes bytes,
                       enum lws_write_protocol how)
{
    static const char room[LWS_PRE];
    text_clear(&web->frame);
    text_append(&web->frame, room, sizeof room);
    text_append(&web->frame, bytes.data, bytes.size);
    int written = lws_write(wsi, (unsigned char *)web->frame.data + LWS_PRE, bytes.size, how);
    return written < (int)bytes.size;
}

static int write_chunk(struct web *web, struct connection *connection)
{
    struct bytes body = site_body(&connection->response);
    size_t size = body.size - connection->sent;
    bool is_last = size <= SEND_CHUNK_BYTES;
    struct bytes chunk = bytes_of(body.data + connection->sent, is_last ? size : SEND_CHUNK_BYTES);
    connection->sent += chunk.size;
    return write_bytes(web, connection->wsi, chunk,
                       is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
}

static bool answer_is_sent(const struct connection *connection)
{
    return connection->has_headers && (connection->response.is_bare ||
                                       connection->sent >= site_body(&connection->response).size);
}

static int answer_finish(struct connection *connection)
{
    bool is_closing = connection->is_closing;
    connection_reset(connection);
    return is_closing || lws_http_transaction_completed(connection->wsi) != 0 ? -1 : 0;
}

static int on_writeable(struct web *web, struct connection *connection)
{
    if (!connection->is_busy || connection->response.reply.is_pending)
        return 0;
    connection->stalled_ms = 0;
    if (!connection->has_headers && write_headers(connection) != 0)
        return -1;
    if (!answer_is_sent(connection) && write_chunk(web, connection) != 0)
        return -1;
    if (answer_is_sent(connection))
        return answer_finish(connection);
    lws_callback_on_writable(connection->wsi);
    return 0;
}

static int answer_begin(struct connection *connection)
{
    connection->deadline_ms = 0;
    connection->is_busy = true;
    if (connection->response.reply.is_pending)
        /* What it says meanwhile stays in the kernel: lws would look at it without end. */
        (void)lws_rx_flow_control(connection->wsi, 0);
    else
        lws_callback_on_writable(connection->wsi);
    return 0;
}

/* ---- reading a request ---- */

static bool copy_header(struct lws *wsi, enum lws_token_indexes token, char *to, size_t capacity)
{
    to[0] = '\0';
    int size = lws_hdr_total_length(wsi, token);
    return size <= 0 || lws_hdr_copy(wsi, to, (int)capacity, token) >= 0;
}

static bool copy_key(struct lws *wsi, char *to, size_t capacity)
{
    static const char name[] = "idempotency-key:";
    to[0] = '\0';
    return lws_hdr_custom_length(wsi, name, sizeof name - 1) <= 0 ||
           lws_hdr_custom_copy(wsi, to, (int)capacity, name, sizeof name - 1) >= 0;
}

/* The parts of the query, joined again: lws has split and decoded them. */
static bool copy_query(struct lws *wsi, char *to, size_t capacity)
{
    size_t size = 0;
    to[0] = '\0';
    for (int part = 0;; part++) {
        char piece[API_PATH_BYTES_MAX];
        int got = lws_hdr_copy_fragment(wsi, piece, sizeof piece, WSI_TOKEN_HTTP_URI_ARGS, part);
        if (got < 0)
            return part == 0 || got == -1;
        if (size + (size_t)got + 2 > capacity || memchr(piece, '&', (size_t)got) != NULL)
            return false;
        size += (size_t)snprintf(to + size, capacity - size, "%s%s", part > 0 ? "&" : "", piece);
    }
}

static const struct {
    enum lws_token_indexes token;
    const char *name;
} methods[] = {
    {WSI_TOKEN_GET_URI, "GET"},         {WSI_TOKEN_HEAD_URI, "HEAD"},
    {WSI_TOKEN_POST_URI, "POST"},       {WSI_TOKEN_PATCH_URI, "PATCH"},
    {WSI_TOKEN_PUT_URI, "PUT"},         {WSI_TOKEN_DELETE_URI, "DELETE"},
    {WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
};

static bool copy_line(struct connection *connection)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (lws_hdr_total_length(connection->wsi, methods[i].token) <= 0)
            continue;
        (void)snprintf(connection->method, sizeof connection->method, "%s", methods[i].name);
        return copy_header(connection->wsi, methods[i].token, connection->path,
                           sizeof connection->path);
    }
    return false;
}

static bool copy_request(struct connection *connection)
{
    char encodings[TEXT_HEADER_BYTES_MAX];
    struct lws *wsi = connection->wsi;
    bool is_whole =
        copy_line(connection) && copy_query(wsi, connection->query, sizeof connection->query) &&
        copy_header(wsi, WSI_TOKEN_HOST, connection->host, sizeof connection->host) &&
        copy_header(wsi, WSI_TOKEN_ORIGIN, connection->origin, sizeof connection->origin) &&
        copy_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, connection->none_match,
                    sizeof connection->none_match) &&
        copy_key(wsi, connection->key, sizeof connection->key);
    connection->takes_gzip =
        copy_header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, encodings, sizeof encodings) &&
        strstr(encodings, "gzip") != NULL;
    return is_whole;
}

static struct site_request request_of(const struct connection *connection)
{
    return (struct site_request){
        .is_control = connection->is_control,
        .method = connection->method,
        .path = connection->path,
        .query = connection->query,
        .host = connection->host,
        .origin = connection->origin,
        .none_match = connection->none_match,
        .takes_gzip = connection->takes_gzip,
        .key = bytes_of_text(connection->key),
        .body = bytes_of(connection->body.data, connection->body.size),
    };
}

/* The length that was announced; ERR_MALFORMED when it cannot be told, ERR_TOO_LARGE. */
static int body_size(struct lws *wsi, size_t *ret_size)
{
    char digits[24];
    *ret_size = 0;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        return ERR_MALFORMED;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0)
        return 0;
    if (!copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, digits, sizeof digits) ||
        digits[strspn(digits, "0123456789")] != '\0')
        return ERR_MALFORMED;
    unsigned long long size = strtoull(digits, NULL, 10);
    if (size > API_BODY_BYTES_MAX)
        return ERR_TOO_LARGE;
    *ret_size = (size_t)size;
    return 0;
}

/* Answer and close: what else may come on this connection is not to be trusted. */
static int refuse(struct connection *connection, int err, const char *where)
{
    api_problem(&connection->response.reply, err, where);
    connection->is_closing = true;
    return answer_begin(connection);
}

static int answer_whole(struct web *web, struct connection *connection)
{
    struct site_request request = request_of(connection);
    site_answer(&web->site, &request, &connection->response);
    return answer_begin(connection);
}

static int on_request(struct web *web, struct connection *connection)
{
    size_t size = 0;
    connection_reset(connection);
    if (!copy_request(connection))
        return refuse(connection, ERR_TOO_LARGE, "a header");
    int err = body_size(connection->wsi, &size);
    if (err != 0)
        return refuse(connection, err, "the body's length");
    struct site_request request = request_of(connection);
    if (site_check(&web->site, &request, &connection->response) != 0) {
        connection->is_closing = true;
        return answer_begin(connection);
    }
    bool is_write = strcmp(request.method, "POST") == 0 || strcmp(request.method, "PATCH") == 0;
    if (size > 0 && !is_write)
        return refuse(connection, ERR_MALFORMED, "a body where none belongs");
    if (size == 0)
        return answer_whole(web, connection);
    connection->deadline_ms = mono_ms() + web->request_ms;
    return 0;
}

static int on_body(struct connection *connection, const void *in, size_t size)
{
    if (connection->is_busy) /* refused already: what still comes is dropped */
        return 0;
    if (size > API_BODY_BYTES_MAX - connection->body.size)
        return -1;
    text_append(&connection->body, in, size);
    return 0;
}

static int on_body_whole(struct web *web, struct connection *connection)
{
    return connection->is_busy ? 0 : answer_whole(web, connection);
}

/* ---- WebSocket ---- */

/* The value after "name=" in the query, in @buffer; "" when it is not there. */
static const char *copy_argument(struct lws *wsi, const char *name, char *buffer, size_t capacity)
{
    const char *value = lws_get_urlarg_by_name(wsi, name, buffer, (int)capacity);
    return value == NULL ? "" : value;
}

/* Whether a handshake may go on: 0 = yes; 1 = it was answered; -1 = hang up. */
static int on_upgrade(struct web *web, struct connection *connection, const char *to)
{
    if (to == NULL || strcmp(to, "websocket") != 0)
        return -1;
    size_t size = 0;
    connection_reset(connection);
    if (!copy_request(connection) || body_size(connection->wsi, &size) != 0 || size > 0)
        return -1;
    struct site_request request = request_of(connection);
    int err = site_check_socket(&web->site, &request, &connection->response);
    if (err == 0) {
        char view[32];
        char cursor[2 * CURSOR_BYTES_MAX];
        err = stream_open(&connection->stream,
                          copy_argument(connection->wsi, "view=", view, sizeof view),
                          copy_argument(connection->wsi, "cursor=", cursor, sizeof cursor));
        if (err == 0)
            return 0;
        api_problem(&connection->response.reply, err, "view: counter, kitchen or pickup");
    }
    connection->is_closing = true;
    if (write_headers(connection) != 0)
        return -1;
    if (!answer_is_sent(connection) && write_chunk(web, connection) != 0)
        return -1;
    connection_reset(connection);
    return 1;
}

static int on_established(struct connection *connection)
{
    connection->is_socket = true;
    lws_callback_on_writable(connection->wsi);
    return 0;
}

static int hang_up(struct connection *connection, enum lws_close_status status, const char *reason)
{
    char text[64];
    size_t size = (size_t)snprintf(text, sizeof text, "%s", reason);
    check(size < sizeof text);
    lws_close_reason(connection->wsi, status, (unsigned char *)text, size);
    return -1;
}

/* A whole message from a board. */
static int on_message(struct web *web, struct connection *connection)
{
    struct bytes frame = bytes_of(connection->message.data, connection->message.size);
    int err = api_seen(web->site.api, frame);
    text_close(&connection->message);
    if (err == ERR_MALFORMED || err == ERR_TOO_LARGE)
        return hang_up(connection, LWS_CLOSE_STATUS_POLICY_VIOLATION, "not a frame of ours");
    return 0; /* busy or forbidden: the board will say it again, or should not have */
}

static int on_receive(struct web *web, struct connection *connection, const void *in, size_t size)
{
    if (lws_frame_is_binary(connection->wsi))
        return hang_up(connection, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "texts only");
    if (size > BOARD_MESSAGE_BYTES_MAX - connection->message.size)
        return hang_up(connection, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "64 KiB at most");
    text_append(&connection->message, in, size);
    bool is_whole = lws_is_final_fragment(connection->wsi) &&
                    lws_remaining_packet_payload(connection->wsi) == 0;
    return is_whole ? on_message(web, connection) : 0;
}

static int stream_frame(struct web *web, struct connection *connection)
{
    static const char room[LWS_PRE];
    struct store_txn *txn = NULL;
    int err = web->gate->read_begin(web->gate->context, &txn);
    if (err != 0)
        return err;
    text_clear(&web->frame);
    text_append(&web->frame, room, sizeof room);
    err = stream_next(web->streams, &connection->stream, txn, wall_ms(), &web->frame);
    web->gate->read_end(web->gate->context, txn);
    return err;
}

static int on_socket_writeable(struct web *web, struct connection *connection)
{
    connection->stalled_ms = 0;
    if (stream_frame(web, connection) != 0) {
        say(web, "the store cannot be read: a screen was disconnected");
        return hang_up(connection, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION,
                       "the store cannot be read");
    }
    size_t size = web->frame.size - LWS_PRE;
    if (size == 0)
        return 0;
    int written = lws_write(connection->wsi, (unsigned char *)web->frame.data + LWS_PRE, size,
                            LWS_WRITE_TEXT);
    lws_callback_on_writable(connection->wsi);
    return written < (int)size ? -1 : 0;
}

/* ---- each second ---- */

/* Bytes that the other side has acknowledged; 0 where that cannot be known (the control socket). */
static uint64_t acked_bytes(struct lws *wsi)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (getsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return 0;
    return info.tcpi_bytes_acked;
}

/* Whether a reader has taken nothing for too long. A slow one that takes something is let be. */
static bool is_stalled(struct web *web, struct connection *connection, uint64_t now_ms)
{
    uint64_t acked = acked_bytes(connection->wsi);
    if (connection->stalled_ms == 0 || acked != connection->acked_bytes) {
        connection->stalled_ms = now_ms;
        connection->acked_bytes = acked;
        return false;
    }
    return now_ms - connection->stalled_ms >= web->reader_stall_ms;
}

static void cut(struct web *web, struct connection *connection)
{
    say(web, connection->is_socket ? "a screen took nothing for too long and was disconnected"
                                   : "a request took too long and was cut");
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

static void sweep(struct web *web, struct connection *connection, uint64_t now_ms)
{
    bool is_answering = connection->is_busy && !connection->response.reply.is_pending;
    bool is_late = connection->deadline_ms != 0 && now_ms > connection->deadline_ms;
    if ((connection->is_socket || is_answering) && is_stalled(web, connection, now_ms))
        is_late = true;
    if (connection->is_socket)
        lws_callback_on_writable(connection->wsi);
    if (is_late)
        cut(web, connection);
}

static void on_tick(struct lws_sorted_usec_list *tick)
{
    /* The tick lies in the web, which is aligned for it. */
    struct web *web = (struct web *)(void *)((char *)tick - offsetof(struct web, tick));
    uint64_t now_ms = mono_ms();
    streams_refresh(web->streams, true, wall_ms());
    for (struct connection *at = web->connections; at != NULL; at = at->next)
        sweep(web, at, now_ms);
    lws_sul_schedule(web->context, 0, &web->tick, on_tick, TICK_US);
}

/* ---- when the core has news ---- */

static struct connection *find_pending(struct web *web, uint64_t request)
{
    for (struct connection *at = web->connections; at != NULL; at = at->next)
        if (at->is_busy && at->response.reply.is_pending && at->response.reply.request == request)
            return at;
    return NULL;
}

static void on_news(struct web *web)
{
    struct effect_answer answer;
    while (command_queue_answered(web->gate->queue, &answer)) {
        struct connection *connection = find_pending(web, answer.request);
        if (connection == NULL) /* it was closed meanwhile; the order stands */
            continue;
        api_conclude(web->site.api, &answer, &connection->response.reply);
        (void)lws_rx_flow_control(connection->wsi, 1);
        lws_callback_on_writable(connection->wsi);
    }
    streams_refresh(web->streams, false, wall_ms());
    for (struct connection *at = web->connections; at != NULL; at = at->next)
        if (at->is_socket)
            lws_callback_on_writable(at->wsi);
}

/* ---- lws ---- */

static int on_accept(struct web *web, int fd)
{
    int size = SEND_BUFFER_BYTES;
    if (web->connections_count >= web->connections_max) {
        say(web, "too many connections: one was refused");
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return 0;
}

static int on_event(struct web *web, struct lws *wsi, struct connection *connection,
                    enum lws_callback_reasons reason, void *in, size_t size)
{
    switch ((int)reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return on_accept(web, (int)(intptr_t)in);
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        return connection_open(web, wsi) == NULL ? -1 : 0;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        on_news(web);
        return 0;
    default:
        break;
    }
    if (connection == NULL)
        return 0;
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
        return on_request(web, connection);
    case LWS_CALLBACK_HTTP_BODY:
        return on_body(connection, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return on_body_whole(web, connection);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return on_writeable(web, connection);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return on_upgrade(web, connection, in);
    case LWS_CALLBACK_ESTABLISHED:
        return on_established(connection);
    case LWS_CALLBACK_RECEIVE:
        return on_receive(web, connection, in, size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return on_socket_writeable(web, connection);
    case LWS_CALLBACK_WSI_DESTROY:
        lws_set_opaque_user_data(wsi, NULL);
        connection_close(web, connection);
        return 0;
    default:
        return 0;
    }
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t size)
{
    (void)user;
    struct lws_context *context = lws_get_context(wsi);
    struct web *web = context == NULL ? NULL : lws_context_user(context);
    if (web == NULL || web->context == NULL)
        return 0;
    return on_event(web, wsi, lws_get_opaque_user_data(wsi), reason, in, size);
}

static void *run(void *argument)
{
    struct web *web = argument;
    while (!atomic_load(&web->is_stopping) && lws_service(web->context, 0) >= 0)
        continue;
    return NULL;
}

/* ---- life ---- */

/* Ping what was silent for 10 s, hang up after 20. */
static const lws_retry_bo_t liveness = {.secs_since_valid_ping = 10, .secs_since_valid_hangup = 20};

static void on_library_log(int level, const char *line)
{
    (void)level;
    (void)line; /* what matters is answered to whoever asked; lws has no context to log with */
}

static struct lws_context_creation_info vhost_info(struct web *web)
{
    return (struct lws_context_creation_info){
        .protocols = web->protocols,
        .alpn = "http/1.1", /* ws over h2 is not safe in 4.1 */
        .server_string = "trestle",
        .keepalive_timeout = HEADERS_S,
        .timeout_secs = HEADERS_S,
        .timeout_secs_ah_idle = HEADERS_S,
        .retry_and_idle_policy = &liveness,
        .options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
    };
}

static int context_open(struct web *web)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_VALIDATE_UTF8,
        .user = web,
        .gid = -1,
        .uid = -1,
        .max_http_header_data = HEADER_BYTES_MAX,
        .max_http_header_pool = (unsigned short)web->connections_max,
        .fd_limit_per_thread = web->connections_max + 16, /* listeners, the wake-up pipe */
        .retry_and_idle_policy = &liveness,
    };
    lws_set_log_level(0, on_library_log);
    struct lws_context *context = lws_create_context(&info);
    if (context == NULL)
        return ERR_NO_MEMORY;
    web->context = context;
    return 0;
}

static int listen_address(struct web *web, const struct web_config *config)
{
    struct lws_context_creation_info info = vhost_info(web);
    if (config->address == NULL)
        return 0;
    if (!web_address_is_loopback(config->address))
        return ERR_FORBIDDEN;
    bool is_v6 = strchr(config->address, ':') != NULL;
    info.vhost_name = "screens";
    info.iface = strcmp(config->address, "localhost") == 0 ? "127.0.0.1" : config->address;
    info.port = config->port;
    info.options |= is_v6
                        ? LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY | LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE
                        : LWS_SERVER_OPTION_DISABLE_IPV6;
    web->vhost = lws_create_vhost(web->context, &info);
    if (web->vhost == NULL)
        return ERR_EXISTS;
    web->port = lws_get_vhost_listen_port(web->vhost);
    web->site.guard.port = web->port;
    return 0;
}

/* Whether somebody answers at the control socket's path; a socket that nobody answers is a leftover
 * of a process that died, and is removed. */
static int clear_control(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_IO;
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    bool is_alive =
        connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0;
    (void)close(fd);
    if (!is_alive)
        (void)unlink(path);
    return is_alive ? ERR_EXISTS : 0;
}

static int listen_control(struct web *web, const struct web_config *config)
{
    struct lws_context_creation_info info = vhost_info(web);
    if (config->control == NULL)
        return 0;
    if (strlen(config->control) >= sizeof web->control)
        return ERR_TOO_LARGE;
    int err = clear_control(config->control);
    if (err != 0)
        return err;
    info.vhost_name = "control";
    info.iface = config->control;
    info.options |= LWS_SERVER_OPTION_UNIX_SOCK;
    if (lws_create_vhost(web->context, &info) == NULL)
        return ERR_IO;
    (void)snprintf(web->control, sizeof web->control, "%s", config->control);
    return chmod(web->control, 0660) == 0 ? 0 : ERR_IO;
}

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value != 0 ? value : otherwise;
}

static void configure(struct web *web, const struct web_config *config, const struct gate *gate)
{
    web->gate = gate;
    web->on_log = config->on_log;
    web->log_context = config->log_context;
    web->connections_max = or_default(config->connections_max, WEB_CONNECTIONS_MAX);
    web->reader_stall_ms = or_default(config->reader_stall_ms, STALL_MS);
    web->request_ms = or_default(config->request_ms, REQUEST_MS);
    web->protocols[0] = (struct lws_protocols){.name = "trestle", .callback = on_lws};
    (void)snprintf(web->version, sizeof web->version, "%s",
                   config->version == NULL ? "" : config->version);
}

static int copy_origins(struct web *web, const struct web_config *config)
{
    struct guard *guard = &web->site.guard;
    if (config->origins_count > GUARD_ORIGINS_MAX)
        return ERR_TOO_MANY;
    for (uint32_t i = 0; i < config->origins_count; i++) {
        if (strlen(config->origins[i]) >= GUARD_TEXT_BYTES_MAX)
            return ERR_TOO_LARGE;
        (void)snprintf(web->origins[i], GUARD_TEXT_BYTES_MAX, "%s", config->origins[i]);
        guard->origins[i] = web->origins[i];
    }
    guard->origins_count = config->origins_count;
    return 0;
}

static int prepare(struct web *web, const struct web_config *config, const struct gate *gate)
{
    int err = copy_origins(web, config);
    if (err == 0)
        err = web_files_load(config->folder == NULL ? "" : config->folder, &web->site.files);
    if (err != 0)
        return err;
    web->site.api = api_new(gate, web->version);
    web->streams = web->site.api == NULL ? NULL : streams_new(web->site.api);
    return web->streams == NULL ? ERR_NO_MEMORY : 0;
}

static int begin(struct web *web, const struct web_config *config)
{
    int err = context_open(web);
    if (err == 0)
        err = listen_address(web, config);
    if (err == 0)
        err = listen_control(web, config);
    if (err != 0)
        return err;
    lws_sul_schedule(web->context, 0, &web->tick, on_tick, TICK_US);
    if (pthread_create(&web->thread, NULL, run, web) != 0)
        return ERR_NO_MEMORY;
    web->has_thread = true;
    return 0;
}

bool web_address_is_loopback(const char *address)
{
    return guard_address_is_loopback(address);
}

int web_start(const struct web_config *config, const struct gate *gate, struct web **ret_web)
{
    if (config->address != NULL && !web_address_is_loopback(config->address))
        return ERR_FORBIDDEN;
    struct web *web = calloc(1, sizeof *web);
    if (web == NULL)
        return ERR_NO_MEMORY;
    configure(web, config, gate);
    int err = prepare(web, config, gate);
    if (err == 0)
        err = begin(web, config);
    if (err != 0) {
        web_stop(web);
        return err;
    }
    *ret_web = web;
    return 0;
}

int web_port(const struct web *web)
{
    return web->port;
}

void web_stop(struct web *web)
{
    if (web == NULL)
        return;
    atomic_store(&web->is_stopping, true);
    if (web->has_thread) {
        lws_cancel_service(web->context);
        check(pthread_join(web->thread, NULL) == 0);
    }
    if (web->context != NULL)
        lws_context_destroy(web->context);
    if (web->control[0] != '\0')
        (void)unlink(web->control);
    streams_free(web->streams);
    api_free(web->site.api);
    web_files_free(web->site.files);
    text_close(&web->frame);
    free(web);
}

void web_notify(struct web *web)
{
    lws_cancel_service(web->context);
}
