/* A request from its first line to its answer, and the handshake of a WebSocket. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "node/web/web_state.h"

enum { RETRY_MS = 1000 }; /* where there was no room for a body */

/* The request is over, or given up. */
void web_exchange_end(struct web *web, struct connection *connection)
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
    web_body_end(web, exchange);
    text_close(&exchange->header);
    free(exchange);
}

static int exchange_begin(struct web *web, struct connection *connection)
{
    web_exchange_end(web, connection);
    connection->exchange = calloc(1, sizeof *connection->exchange);
    return connection->exchange == NULL ? ERR_NO_MEMORY : 0;
}

/* --- reading a request --- */

static int answer_and_close(struct connection *connection)
{
    connection->is_closing = true;
    return web_answer_begin(connection);
}

/* What else may come on this connection is not to be trusted. */
static int refuse(struct connection *connection, int err, const char *where)
{
    api_problem(&connection->exchange->response.reply, err, where);
    return answer_and_close(connection);
}

static int answer_whole(struct web *web, struct connection *connection)
{
    struct site_request request = web_request_of(connection);
    site_answer(&web->site, &request, &connection->exchange->response);
    web_body_end(web, connection->exchange);
    return web_answer_begin(connection);
}

static int await_body(struct web *web, struct connection *connection)
{
    connection->deadline_ms = clock_mono_ms() + web->request_ms;
    return 0;
}

/* The problem is known, and @size bytes are still to come that nobody wants. */
static int refuse_body(struct web *web, struct connection *connection, size_t size)
{
    if (size == 0) {
        return web_answer_begin(connection);
    }
    return web_body_skip(connection->exchange, size) ? await_body(web, connection)
                                                     : answer_and_close(connection);
}

static int refuse_for_now(struct web *web, struct connection *connection, size_t size)
{
    struct api_reply *reply = &connection->exchange->response.reply;
    api_problem(reply, ERR_BUSY, "too much is being sent");
    reply->retry_ms = RETRY_MS;
    return refuse_body(web, connection, size);
}

/* Who asks and what for is known by line and headers alone: so only a body that somebody may send
 * is taken in. */
static int judge(struct web *web, struct connection *connection, size_t size)
{
    const struct site_request request = web_request_of(connection);
    struct site_response *response = &connection->exchange->response;
    if (site_check(&web->site, &request, response) != 0) {
        return answer_and_close(connection);
    }
    bool is_write = strcmp(request.method, "POST") == 0 || strcmp(request.method, "PATCH") == 0;
    if (size > 0 && !is_write) {
        return refuse(connection, ERR_MALFORMED, "a body where none belongs");
    }
    if (site_admit(&web->site, &request, response) != 0) {
        return refuse_body(web, connection, size);
    }
    if (size == 0) {
        return answer_whole(web, connection);
    }
    return web_body_begin(web, connection, size) == 0 ? await_body(web, connection)
                                                      : refuse_for_now(web, connection, size);
}

int web_http_on_request(struct web *web, struct connection *connection)
{
    size_t size = 0;
    if (exchange_begin(web, connection) != 0) {
        return -1;
    }
    int err = web_request_read(web, connection);
    if (err != 0) {
        return refuse(connection, err, err == ERR_BUSY ? "too many connections" : "a header");
    }
    const struct api_want want =
        api_want(web->site.api, connection->exchange->method, connection->exchange->path);
    if (want.header != NULL && !web_request_read_named(connection, want.header)) {
        return refuse(connection, ERR_TOO_LARGE, want.header);
    }
    err = web_request_body_size(connection, want.body_bytes_max, &size);
    return err != 0 ? refuse(connection, err, "the body's length") : judge(web, connection, size);
}

int web_http_on_body(struct connection *connection, const void *in, size_t size)
{
    if (connection->is_busy) { /* refused already: what still comes is dropped */
        return 0;
    }
    return web_body_take(connection->exchange, in, size);
}

int web_http_on_body_whole(struct web *web, struct connection *connection)
{
    if (connection->is_busy) {
        return 0;
    }
    return connection->exchange->skips_body ? web_answer_begin(connection)
                                            : answer_whole(web, connection);
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
    struct site_request request = web_request_of(connection);
    request.view = view;
    int err = site_check_socket(&web->site, &request, response);
    if (err != 0) {
        return err;
    }
    const bool is_guests = route_view_find(view)->is_guests;
    err = is_guests ? web_guest_new(web, connection)
                    : open_stream(connection, &response->reply.caller, view);
    if (err != 0) {
        api_problem(&response->reply, err, is_guests ? "as many phones as there may be" : "");
    }
    return err;
}

int web_http_on_upgrade(struct web *web, struct connection *connection, const char *to)
{
    if (to == NULL || strcmp(to, "websocket") != 0) {
        return -1;
    }
    size_t size = 0;
    if (exchange_begin(web, connection) != 0) {
        return -1;
    }
    if (web_request_read(web, connection) != 0 ||
        web_request_body_size(connection, 0, &size) != 0 || size > 0) {
        return -1;
    }
    if (check_upgrade(web, connection) != 0) {
        return web_answer_refuse_upgrade(web, connection);
    }
    web_exchange_end(web, connection);
    return 0;
}
