#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include "node/api/annex.h"
#include "node/web/web.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "node/web/guard.h"
#include "node/web/web_state.h"
#include "sync/base/check.h"

enum {
    TICK_US = 1000 * 1000,
    SAY_MS = 1000, /* at most one line of log in that time: strangers decide how often */
    STALL_MS = 5000,
    UNTAKEN_MS = 20 * 1000, /* what the other side's kernel does not take by then ends it */
    REQUEST_MS = 10000,
    RECEIVE_BYTES = 512, /* of a WebSocket at a time: lws keeps so much for each */
    SEND_BYTES =
        128 * 1024, /* handed to the kernel at a time; of what it leaves lws keeps a copy */
};

/* The web and what lws keeps in it. */
struct server {
    struct web web; /* first: the two are cast into each other */
    struct lws_protocols protocols[2];
    struct lws_sorted_usec_list tick, wave;
};

static struct server *server_of(struct web *web)
{
    return (struct server *)(void *)web;
}

const void *web_protocols(struct web *web)
{
    return server_of(web)->protocols;
}

void web_say(struct web *web, const char *what)
{
    char line[160];
    uint64_t now_ms = clock_mono_ms();
    if (web->on_log == NULL) {
        return;
    }
    if (web->said_ms != 0 && now_ms - web->said_ms < SAY_MS) {
        web->unsaid++;
        return;
    }
    (void)snprintf(line, sizeof line, "%s (and %u lines like it)", what, web->unsaid);
    web->on_log(web->log_context, web->unsaid > 0 ? line : what);
    web->said_ms = now_ms;
    web->unsaid = 0;
}

/* --- timers of lws --- */

/* Sockets that lws may write to are written to in no order of ours, in one turn of its loop: so who
 * is to be told waits a turn where somebody is to be answered, and a single one. */
static bool answers_go_first(struct web *web)
{
    web->is_wave_late = web->has_answers && !web->is_wave_late;
    web->has_answers = false;
    return web->is_wave_late;
}

static void on_wave(struct lws_sorted_usec_list *wave)
{
    struct server *server = (struct server *)(void *)((char *)wave - offsetof(struct server, wave));
    struct web *web = &server->web;
    if (answers_go_first(web) || web_guest_wave(web)) {
        web_wave_later(web);
    }
}

/* In the loop's next turn: what came in meanwhile is answered before. */
void web_wave_later(struct web *web)
{
    lws_sul_schedule(web->context, 0, &server_of(web)->wave, on_wave, 1);
}

static void on_tick(struct lws_sorted_usec_list *tick)
{
    /* The tick lies in the server, which is aligned for it. */
    struct server *server = (struct server *)(void *)((char *)tick - offsetof(struct server, tick));
    web_sweep(&server->web);
    lws_sul_schedule(server->web.context, 0, &server->tick, on_tick, TICK_US);
}

/* --- what lws calls back with --- */

static int on_accept(struct web *web, int fd)
{
    const int size = SEND_BUFFER_BYTES;
    const unsigned patience_ms = UNTAKEN_MS;
    if (web->connections_count >= web_connections_room(web)) {
        web_say(web, "too many connections: one was refused");
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
    return 0;
}

static int on_event(struct web *web, struct lws *wsi, struct connection *connection,
                    enum lws_callback_reasons reason, void *in, size_t size)
{
    switch ((int)reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return on_accept(web, (int)(intptr_t)in);
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        return web_connection_open(web, wsi) == NULL ? -1 : 0;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        web_certificate_read(web);
        web_on_news(web);
        return 0;
    default:
        break;
    }
    if (connection == NULL) {
        return 0;
    }
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
        return web_http_on_request(web, connection);
    case LWS_CALLBACK_HTTP_BODY:
        return web_http_on_body(connection, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return web_http_on_body_whole(web, connection);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return web_answer_on_writeable(web, connection);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return web_http_on_upgrade(web, connection, in);
    case LWS_CALLBACK_ESTABLISHED:
        return web_socket_on_established(web, connection);
    case LWS_CALLBACK_RECEIVE:
        return web_socket_on_receive(web, connection, in, size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return web_socket_on_writeable(web, connection);
    case LWS_CALLBACK_WSI_DESTROY:
        lws_set_opaque_user_data(wsi, NULL);
        web_connection_close(web, connection);
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
    if (web == NULL || web->context == NULL) {
        return 0;
    }
    return on_event(web, wsi, lws_get_opaque_user_data(wsi), reason, in, size);
}

static void *run(void *argument)
{
    struct web *web = argument;
    while (!atomic_load(&web->is_stopping) && lws_service(web->context, 0) >= 0) {
    }
    return NULL;
}

/* --- life --- */

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value != 0 ? value : otherwise;
}

static void configure(struct web *web, const struct web_config *config, const struct gate *gate)
{
    web->gate = gate;
    web->tls = config->tls;
    web->on_log = config->on_log;
    web->log_context = config->log_context;
    web->connections_max = or_default(config->connections_max, WEB_CONNECTIONS_MAX);
    web->guests_max = config->customers_max;
    web->reader_stall_ms = or_default(config->reader_stall_ms, STALL_MS);
    web->request_ms = or_default(config->request_ms, REQUEST_MS);
    if (config->proxies != NULL) {
        web->proxies = *config->proxies;
    }
    server_of(web)->protocols[0] = (struct lws_protocols){.name = "trestle",
                                                          .callback = on_lws,
                                                          .rx_buffer_size = RECEIVE_BYTES,
                                                          .tx_packet_size = SEND_BYTES};
    (void)snprintf(web->version, sizeof web->version, "%s",
                   config->version == NULL ? "" : config->version);
}

static int copy_origins(struct web *web, const struct web_config *config)
{
    struct guard *guard = &web->site.guard;
    if (config->origins_count > GUARD_ORIGINS_MAX) {
        return ERR_TOO_MANY;
    }
    for (uint32_t i = 0; i < config->origins_count; i++) {
        if (strlen(config->origins[i]) >= GUARD_TEXT_BYTES_MAX) {
            return ERR_TOO_LARGE;
        }
        (void)snprintf(web->origins[i], GUARD_TEXT_BYTES_MAX, "%s", config->origins[i]);
        guard->origins[i] = web->origins[i];
    }
    guard->origins_count = config->origins_count;
    return 0;
}

/* Screens that were built without it have none, nor has a device that is in no pop-up. */
static int prepare_page(struct web *web, const struct annex *annex)
{
    const struct web_file *file = web_files_find(web->site.files, "/order.html");
    return file == NULL || api_is_newcomer(web->site.api)
               ? 0
               : page_new(file, annex == NULL ? NULL : annex->card, &web->site.page);
}

static int prepare(struct web *web, const struct web_config *config, const struct gate *gate)
{
    int err = config->customers_max > WEB_CUSTOMERS_MAX ? ERR_TOO_MANY : copy_origins(web, config);
    if (err == 0) {
        err = web_files_load(config->folder == NULL ? "" : config->folder, &web->site.files);
    }
    if (err != 0) {
        return err;
    }
    web->site.api = api_new(gate, web->version);
    if (web->site.api != NULL && config->annex != NULL) {
        api_add(web->site.api, config->annex);
    }
    web->streams = web->site.api == NULL ? NULL : streams_new(web->site.api);
    if (web->streams != NULL && web->guests_max > 0) {
        web->lives = lives_new(web->site.api, web_guest_is_due, web);
    }
    if (web->streams == NULL || (web->guests_max > 0 && web->lives == NULL)) {
        return ERR_NO_MEMORY;
    }
    return prepare_page(web, config->annex);
}

static void access_has_news(void *context)
{
    web_notify(context);
}

static int begin(struct web *web, const struct web_config *config)
{
    int err = web_context_open(web);
    if (err == 0) {
        err = web_listen(web, config);
    }
    if (err == 0 && web->guests_port != 0) {
        api_set_door(web->site.api, config->guests_address, web->guests_port);
    }
    if (err != 0) {
        return err;
    }
    lws_sul_schedule(web->context, 0, &server_of(web)->tick, on_tick, TICK_US);
    if (pthread_create(&web->thread, NULL, run, web) != 0) {
        return ERR_NO_MEMORY;
    }
    web->has_thread = true;
    access_on_answer(web->gate->access, access_has_news, web);
    return 0;
}

int web_start(const struct web_config *config, const struct gate *gate, struct web **ret_web)
{
    if (config->address != NULL && !guard_address_is_loopback(config->address)) {
        return ERR_FORBIDDEN;
    }
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return ERR_NO_MEMORY;
    }
    struct web *web = &server->web;
    configure(web, config, gate);
    int err = prepare(web, config, gate);
    if (err == 0) {
        err = begin(web, config);
    }
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

int web_https_port(const struct web *web)
{
    return web->https_port;
}

int web_guests_port(const struct web *web)
{
    return web->guests_port;
}

void web_reload(struct web *web)
{
    atomic_store(&web->wants_certificate, true);
    lws_cancel_service(web->context);
}

void web_stop(struct web *web)
{
    if (web == NULL) {
        return;
    }
    atomic_store(&web->is_stopping, true);
    if (web->has_thread) {
        lws_cancel_service(web->context);
        check(pthread_join(web->thread, NULL) == 0);
        access_on_answer(web->gate->access, NULL, NULL);
    }
    if (web->context != NULL) {
        lws_context_destroy(web->context);
    }
    if (web->control[0] != '\0') {
        (void)unlink(web->control);
    }
    lives_free(web->lives);
    streams_free(web->streams);
    api_free(web->site.api);
    page_free(web->site.page);
    web_files_free(web->site.files);
    text_close(&web->frame);
    free(server_of(web));
}

void web_notify(struct web *web)
{
    lws_cancel_service(web->context);
}
