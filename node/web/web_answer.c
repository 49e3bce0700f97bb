/* Answers written. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/os/clock.h"
#include "node/web/web_state.h"

enum { SEND_CHUNK_BYTES = 32 * 1024 };

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

static int answer_finish(struct web *web, struct connection *connection)
{
    bool is_closing = connection->is_closing;
    web_exchange_end(web, connection);
    return is_closing || lws_http_transaction_completed(connection->wsi) != 0 ? -1 : 0;
}

int web_answer_on_writeable(struct web *web, struct connection *connection)
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
        return answer_finish(web, connection);
    }
    lws_callback_on_writable(connection->wsi);
    return 0;
}

int web_answer_begin(struct connection *connection)
{
    connection->deadline_ms = 0;
    connection->is_busy = true;
    if (connection->exchange->response.reply.is_pending) {
        /* What it says meanwhile stays in the kernel: lws would look at it without end. Of a GET
         * it would also take the wait for a phone that does not go on. */
        (void)lws_rx_flow_control(connection->wsi, 0);
        lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
    } else {
        lws_callback_on_writable(connection->wsi);
    }
    return 0;
}

int web_answer_refuse_upgrade(struct web *web, struct connection *connection)
{
    connection->is_closing = true;
    if (write_headers(connection) != 0) {
        return -1;
    }
    if (!answer_is_sent(connection) && write_chunk(web, connection) != 0) {
        return -1;
    }
    web_exchange_end(web, connection);
    return 1;
}
