/* A request from its first line to its answer, and the handshake of a WebSocket. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "node/web/web_state.h"

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

/* --- reading a request --- */

/* Answer and close: what else may come on this connection is not to be trusted. */
static int refuse(struct connection *connection, int err, const char *where)
{
    api_problem(&connection->exchange->response.reply, err, where);
    connection->is_closing = true;
    return web_answer_begin(connection);
}

static int answer_whole(struct web *web, struct connection *connection)
{
    struct site_request request = web_request_of(connection);
    site_answer(&web->site, &request, &connection->exchange->response);
    return web_answer_begin(connection);
}

int web_http_on_request(struct web *web, struct connection *connection)
{
    size_t size = 0;
    if (exchange_begin(connection) != 0) {
        return -1;
    }
    int err = web_request_read(web, connection);
    if (err != 0) {
        return refuse(connection, err, err == ERR_BUSY ? "too many connections" : "a header");
    }
    const struct api_want want =
        api_want(web->site.api, connection->exchange->method, connection->exchange->path);
    connection->exchange->body_bytes_max = want.body_bytes_max;
    if (want.header != NULL && !web_request_read_named(connection, want.header)) {
        return refuse(connection, ERR_TOO_LARGE, want.header);
    }
    err = web_request_body_size(connection, connection->exchange->body_bytes_max, &size);
    if (err != 0) {
        return refuse(connection, err, "the body's length");
    }
    struct site_request request = web_request_of(connection);
    if (site_check(&web->site, &request, &connection->exchange->response) != 0) {
        connection->is_closing = true;
        return web_answer_begin(connection);
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
                                        : "view: counter, kitchen, pickup, office or customer");
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
    if (web_request_read(web, connection) != 0 ||
        web_request_body_size(connection, 0, &size) != 0 || size > 0) {
        return -1;
    }
    if (check_upgrade(web, connection) != 0) {
        return web_answer_refuse_upgrade(web, connection);
    }
    web_exchange_end(connection);
    return 0;
}
