/* Requests read and answers written. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "node/web/web_state.h"

enum { SEND_CHUNK_BYTES = 32 * 1024, NAMED_HEADER_BYTES_MAX = 2048 };

/* The request is over, or given up. */
void web_exchange_end(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;
    connection->exchange = NULL;
    connection->is_busy = false;
    connection->has_headers = false;
    connection->deadline_ms = 0;
    if (exchange == NULL) {
        return;
    }
    site_response_close(&exchange->response);
    entropy_wipe(exchange->body.data, exchange->body.size); /* it may have been a PIN */
    text_close(&exchange->body);
    text_close(&exchange->header);
    free(exchange);
}

static int exchange_begin(struct connection *connection)
{
    web_exchange_end(connection);
    connection->exchange = calloc(1, sizeof *connection->exchange);
    return connection->exchange == NULL ? ERR_NO_MEMORY : 0;
}

/* --- writing an answer --- */

static const char screens_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const struct {
    const char *name, *value;
} security_headers[] = {
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
    const struct site_response *response = &connection->exchange->response;
    add_header(to, "content-type:", site_type(response));
    add_header(to, "cache-control:", site_caching(response));
    if (response->etag[0] != '\0') {
        add_header(to, "etag:", response->etag);
    }
    if (response->file != NULL || response->policy != NULL) {
        add_header(to, "vary:", "accept-encoding");
    }
    if (response->is_gzip) {
        add_header(to, "content-encoding:", "gzip");
    }
    if (response->reply.retry_ms != 0) {
        char seconds[24];
        unsigned long long wait_s = response->reply.retry_ms / 1000 + 1;
        (void)snprintf(seconds, sizeof seconds, "%llu", wait_s);
        add_header(to, "retry-after:", seconds);
    }
    if (response->reply.allow[0] != '\0') {
        add_header(to, "allow:", response->reply.allow);
    }
    if (response->reply.status == 401) {
        add_header(to, "www-authenticate:", "Bearer");
    }
    if (connection->is_closing) {
        add_header(to, "connection:", "close");
    }
    if (response->reply.status != 304) {
        to->failed |= lws_add_http_header_content_length(
            to->wsi, (lws_filepos_t)site_body(response).size, &to->at, to->end);
    }
}

/* RFC 9110, 6.6.1. Phones have clocks of their own, and a customer's key is to be of our time. */
static void add_date(struct header_buffer *to)
{
    char text[40];
    struct tm parts;
    const time_t now = (time_t)(clock_wall_ms() / 1000);
    if (gmtime_r(&now, &parts) != NULL &&
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0) {
        add_header(to, "date:", text);
    }
}

static int write_headers(struct connection *connection)
{
    unsigned char buffer[LWS_PRE + 4096];
    const char *policy = connection->exchange->response.policy;
    struct header_buffer to = {
        .wsi = connection->wsi, .at = buffer + LWS_PRE, .end = buffer + sizeof buffer};
    to.failed |= lws_add_http_header_status(
        to.wsi, (unsigned)connection->exchange->response.reply.status, &to.at, to.end);
    add_header(&to, "content-security-policy:", policy != NULL ? policy : screens_policy);
    for (size_t i = 0; i < sizeof security_headers / sizeof security_headers[0]; i++) {
        add_header(&to, security_headers[i].name, security_headers[i].value);
    }
    if (connection->door == ENTRANCE_SECURE && guard_is_name(connection->exchange->host)) {
        add_header(&to, "strict-transport-security:", "max-age=31536000");
    }
    add_date(&to);
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
    struct bytes body = site_body(&connection->exchange->response);
    size_t size = body.size - connection->exchange->sent;
    bool is_last = size <= SEND_CHUNK_BYTES;
    struct bytes chunk =
        bytes_of(body.data + connection->exchange->sent, is_last ? size : SEND_CHUNK_BYTES);
    connection->exchange->sent += chunk.size;
    return write_bytes(web, connection->wsi, chunk,
                       is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
}

static bool answer_is_sent(const struct connection *connection)
{
    return connection->has_headers &&
           (connection->exchange->response.is_bare ||
            connection->exchange->sent >= site_body(&connection->exchange->response).size);
}

static int answer_finish(struct connection *connection)
{
    bool is_closing = connection->is_closing;
    web_exchange_end(connection);
    return is_closing || lws_http_transaction_completed(connection->wsi) != 0 ? -1 : 0;
}

int web_http_on_writeable(struct web *web, struct connection *connection)
{
    if (!connection->is_busy || connection->exchange->response.reply.is_pending) {
        return 0;
    }
    connection->stalled_ms = 0;
    if (!connection->has_headers && write_headers(connection) != 0) {
        return -1;
    }
    if (!answer_is_sent(connection) && write_chunk(web, connection) != 0) {
        return -1;
    }
    if (answer_is_sent(connection)) {
        return answer_finish(connection);
    }
    lws_callback_on_writable(connection->wsi);
    return 0;
}

static int answer_begin(struct connection *connection)
{
    connection->deadline_ms = 0;
    connection->is_busy = true;
    if (connection->exchange->response.reply.is_pending) {
        /* What it says meanwhile stays in the kernel: lws would look at it without end. */
        (void)lws_rx_flow_control(connection->wsi, 0);
    } else {
        lws_callback_on_writable(connection->wsi);
    }
    return 0;
}

/* --- reading a request --- */

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

/* The header @name into what the request brings; none is fine. */
static bool copy_named(struct connection *connection, const char *name)
{
    char value[NAMED_HEADER_BYTES_MAX];
    struct lws *wsi = connection->wsi;
    int name_size = (int)strlen(name);
    if (lws_hdr_custom_length(wsi, name, name_size) <= 0) {
        return true;
    }
    int size = lws_hdr_custom_copy(wsi, value, sizeof value, name, name_size);
    if (size > 0) {
        text_append(&connection->exchange->header, value, (size_t)size);
    }
    return size >= 0;
}

/* Among the subprotocols: lws answers with the one of them that is its own. */
static bool copy_ticket(struct lws *wsi, char *to, size_t capacity)
{
    static const char prefix[] = "ticket.";
    char listed[TEXT_HEADER_BYTES_MAX];
    to[0] = '\0';
    if (!copy_header(wsi, WSI_TOKEN_PROTOCOL, listed, sizeof listed)) {
        return false;
    }
    const char *at = strstr(listed, prefix);
    if (at == NULL) {
        return true;
    }
    at += sizeof prefix - 1;
    const int size = snprintf(to, capacity, "%.*s", (int)strcspn(at, ", "), at);
    return size >= 0 && (size_t)size < capacity;
}

/* The parts of the query, joined again: lws has split and decoded them. */
static bool copy_query(struct lws *wsi, char *to, size_t capacity)
{
    size_t size = 0;
    to[0] = '\0';
    for (int part = 0;; part++) {
        char piece[API_PATH_BYTES_MAX];
        int got = lws_hdr_copy_fragment(wsi, piece, sizeof piece, WSI_TOKEN_HTTP_URI_ARGS, part);
        if (got < 0) { /* none, or one that does not fit */
            return lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, part) <= 0;
        }
        if (size + (size_t)got + 2 > capacity || memchr(piece, '&', (size_t)got) != NULL) {
            return false;
        }
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
        if (lws_hdr_total_length(connection->wsi, methods[i].token) <= 0) {
            continue;
        }
        (void)snprintf(connection->exchange->method, sizeof connection->exchange->method, "%s",
                       methods[i].name);
        return copy_header(connection->wsi, methods[i].token, connection->exchange->path,
                           sizeof connection->exchange->path);
    }
    return false;
}

/* Whether somebody passed it on: it is then nobody's here, whatever the address that it comes from.
 * A proxy that says nothing of itself is not noticed: docs/operating.md. */
static bool is_forwarded(struct lws *wsi)
{
    static const enum lws_token_indexes tokens[] = {WSI_TOKEN_X_FORWARDED_FOR, WSI_TOKEN_HTTP_VIA,
                                                    WSI_TOKEN_HTTP_X_REAL_IP};
    static const char *const names[] = {"forwarded:", "x-forwarded-host:", "x-forwarded-proto:"};
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        if (lws_hdr_fragment_length(wsi, tokens[i], 0) > 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (lws_hdr_custom_length(wsi, names[i], (int)strlen(names[i])) >= 0) {
            return true;
        }
    }
    return false;
}

/* A proxy that is not ours is one client, whoever comes through it: it has no bound of its own. */
static uint64_t network_passed_on(const struct connection *connection, const char *peer)
{
    char own[PEER_TEXT_BYTES_MAX];
    const bool is_told = !peer_text(peer, own) || strcmp(own, connection->client) != 0;
    return is_told ? peer_network(bytes_of_text(connection->client)) : 0;
}

/* Who asks, and whether there is a place for him. 0; ERR_TOO_LARGE: a header; ERR_BUSY. */
static int copy_client(struct web *web, struct connection *connection)
{
    char list[TEXT_HEADER_BYTES_MAX], peer[PEER_TEXT_BYTES_MAX] = "";
    struct lws *wsi = connection->wsi;
    const bool is_passed_on = is_forwarded(wsi);
    connection->entrance = is_passed_on ? ENTRANCE_PLAIN : connection->door;
    connection->client[0] = '\0';
    if (!is_passed_on && door_is_own(connection->door)) {
        return 0;
    }
    if (!copy_header(wsi, WSI_TOKEN_X_FORWARDED_FOR, list, sizeof list)) {
        return ERR_TOO_LARGE;
    }
    (void)lws_get_peer_simple(wsi, peer, sizeof peer);
    forwarded_client(&web->proxies, peer, list, connection->client);
    const bool has_room =
        !is_passed_on || web_admit_stranger(web, connection, network_passed_on(connection, peer));
    return has_room ? 0 : ERR_BUSY;
}

static int copy_request(struct web *web, struct connection *connection)
{
    char encodings[TEXT_HEADER_BYTES_MAX];
    struct lws *wsi = connection->wsi;
    bool is_whole =
        copy_line(connection) &&
        copy_query(wsi, connection->exchange->query, sizeof connection->exchange->query) &&
        copy_header(wsi, WSI_TOKEN_HOST, connection->exchange->host,
                    sizeof connection->exchange->host) &&
        copy_header(wsi, WSI_TOKEN_ORIGIN, connection->exchange->origin,
                    sizeof connection->exchange->origin) &&
        copy_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, connection->exchange->none_match,
                    sizeof connection->exchange->none_match) &&
        copy_key(wsi, connection->exchange->key, sizeof connection->exchange->key) &&
        copy_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, connection->exchange->authorization,
                    sizeof connection->exchange->authorization) &&
        copy_ticket(wsi, connection->exchange->ticket, sizeof connection->exchange->ticket);
    connection->exchange->takes_gzip =
        copy_header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, encodings, sizeof encodings) &&
        strstr(encodings, "gzip") != NULL;
    return is_whole ? copy_client(web, connection) : ERR_TOO_LARGE;
}

static struct site_request request_of(const struct connection *connection)
{
    return (struct site_request){
        .entrance = connection->entrance,
        .is_guest_door = connection->door == ENTRANCE_PLAIN,
        .client = connection->client,
        .method = connection->exchange->method,
        .path = connection->exchange->path,
        .query = connection->exchange->query,
        .host = connection->exchange->host,
        .origin = connection->exchange->origin,
        .authorization = connection->exchange->authorization,
        .ticket = connection->exchange->ticket,
        .none_match = connection->exchange->none_match,
        .takes_gzip = connection->exchange->takes_gzip,
        .key = bytes_of_text(connection->exchange->key),
        .header = bytes_of(connection->exchange->header.data, connection->exchange->header.size),
        .body = bytes_of(connection->exchange->body.data, connection->exchange->body.size),
    };
}

/* The length that was announced; ERR_MALFORMED when it cannot be told, ERR_TOO_LARGE. */
static int body_size(struct lws *wsi, size_t size_max, size_t *ret_size)
{
    char digits[24];
    *ret_size = 0;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0) {
        return ERR_MALFORMED;
    }
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0) {
        return 0;
    }
    if (!copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, digits, sizeof digits) ||
        digits[strspn(digits, "0123456789")] != '\0') {
        return ERR_MALFORMED;
    }
    unsigned long long size = strtoull(digits, NULL, 10);
    if (size > size_max) {
        return ERR_TOO_LARGE;
    }
    *ret_size = (size_t)size;
    return 0;
}

/* Answer and close: what else may come on this connection is not to be trusted. */
static int refuse(struct connection *connection, int err, const char *where)
{
    api_problem(&connection->exchange->response.reply, err, where);
    connection->is_closing = true;
    return answer_begin(connection);
}

static int answer_whole(struct web *web, struct connection *connection)
{
    struct site_request request = request_of(connection);
    site_answer(&web->site, &request, &connection->exchange->response);
    return answer_begin(connection);
}

int web_http_on_request(struct web *web, struct connection *connection)
{
    size_t size = 0;
    if (exchange_begin(connection) != 0) {
        return -1;
    }
    int err = copy_request(web, connection);
    if (err != 0) {
        return refuse(connection, err, err == ERR_BUSY ? "too many connections" : "a header");
    }
    const struct api_want want =
        api_want(web->site.api, connection->exchange->method, connection->exchange->path);
    connection->exchange->body_bytes_max = want.body_bytes_max;
    if (want.header != NULL && !copy_named(connection, want.header)) {
        return refuse(connection, ERR_TOO_LARGE, want.header);
    }
    err = body_size(connection->wsi, connection->exchange->body_bytes_max, &size);
    if (err != 0) {
        return refuse(connection, err, "the body's length");
    }
    struct site_request request = request_of(connection);
    if (site_check(&web->site, &request, &connection->exchange->response) != 0) {
        connection->is_closing = true;
        return answer_begin(connection);
    }
    bool is_write = strcmp(request.method, "POST") == 0 || strcmp(request.method, "PATCH") == 0;
    if (size > 0 && !is_write) {
        return refuse(connection, ERR_MALFORMED, "a body where none belongs");
    }
    if (size == 0) {
        return answer_whole(web, connection);
    }
    connection->deadline_ms = clock_mono_ms() + web->request_ms;
    return 0;
}

int web_http_on_body(struct connection *connection, const void *in, size_t size)
{
    if (connection->is_busy) { /* refused already: what still comes is dropped */
        return 0;
    }
    if (size > connection->exchange->body_bytes_max - connection->exchange->body.size) {
        return -1;
    }
    text_append(&connection->exchange->body, in, size);
    return 0;
}

int web_http_on_body_whole(struct web *web, struct connection *connection)
{
    return connection->is_busy ? 0 : answer_whole(web, connection);
}

void web_http_answered(struct connection *connection)
{
    (void)lws_rx_flow_control(connection->wsi, 1);
    lws_callback_on_writable(connection->wsi);
}

/* --- the handshake of a WebSocket --- */

/* The value after "name=" in the query, in @buffer; "" when it is not there. */
static const char *copy_argument(struct lws *wsi, const char *name, char *buffer, size_t capacity)
{
    const char *value = lws_get_urlarg_by_name(wsi, name, buffer, (int)capacity);
    return value == NULL ? "" : value;
}

static int refuse_upgrade(struct web *web, struct connection *connection)
{
    connection->is_closing = true;
    if (write_headers(connection) != 0) {
        return -1;
    }
    if (!answer_is_sent(connection) && write_chunk(web, connection) != 0) {
        return -1;
    }
    web_exchange_end(connection);
    return 1;
}

static int open_stream(struct connection *connection, const struct caller *caller, const char *view)
{
    char cursor[2 * CURSOR_BYTES_MAX];
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        return ERR_NO_MEMORY;
    }
    int err = stream_open(stream, caller, view,
                          copy_argument(connection->wsi, "cursor=", cursor, sizeof cursor));
    if (err == 0) {
        connection->stream = stream;
    } else {
        free(stream);
    }
    return err;
}

static int check_upgrade(struct web *web, struct connection *connection)
{
    char buffer[32];
    const char *view = copy_argument(connection->wsi, "view=", buffer, sizeof buffer);
    struct site_response *response = &connection->exchange->response;
    struct site_request request = request_of(connection);
    request.is_customer = strcmp(view, "customer") == 0;
    int err = site_check_socket(&web->site, &request, response);
    if (err != 0) {
        return err;
    }
    err = request.is_customer ? web_guest_new(web, connection)
                              : open_stream(connection, &response->reply.caller, view);
    if (err != 0) {
        api_problem(&response->reply, err,
                    request.is_customer ? "as many phones as there may be"
                                        : "view: counter, kitchen, pickup or customer");
    }
    return err;
}

int web_http_on_upgrade(struct web *web, struct connection *connection, const char *to)
{
    if (to == NULL || strcmp(to, "websocket") != 0) {
        return -1;
    }
    size_t size = 0;
    if (exchange_begin(connection) != 0) {
        return -1;
    }
    if (copy_request(web, connection) != 0 || body_size(connection->wsi, 0, &size) != 0 ||
        size > 0) {
        return -1;
    }
    if (check_upgrade(web, connection) != 0) {
        return refuse_upgrade(web, connection);
    }
    web_exchange_end(connection);
    return 0;
}
