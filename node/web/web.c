/* OpenSSL's headers, which lws shows, have a type of that name. */
#define ERR_STATE ERR_STATE_of_openssl
#include <libwebsockets.h>
#undef ERR_STATE

#include "node/api/annex.h"
#include "node/web/web.h"

#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "node/web/web_state.h"
#include "sync/base/check.h"

enum {
    HEADER_BYTES_MAX = 4096,       /* of one request, together */
    SEND_BUFFER_BYTES = 64 * 1024, /* in the kernel, per connection: what a dead reader can hold */
    TICK_US = 1000 * 1000,
    SAY_MS = 1000,  /* at most one line of log in that time: strangers decide how often */
    HEADERS_S = 10, /* for the headers of a request, and for a kept connection to say something */
    STALL_MS = 5000,
    REQUEST_MS = 10000,
};

/* The web and what lws keeps in it. */
struct server {
    struct web web; /* first: the two are cast into each other */
    struct lws_protocols protocols[2];
    struct lws_sorted_usec_list tick;
};

static struct server *server_of(struct web *web)
{
    return (struct server *)(void *)web;
}

/* --- talking --- */

void web_say(struct web *web, const char *what)
{
    char line[160];
    uint64_t now_ms = clock_mono_ms();
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

/* --- connections --- */

static enum entrance door_of(const struct web *web, struct lws *wsi)
{
    const void *vhost = lws_get_vhost(wsi);
    if (vhost == web->https_vhost)
        return ENTRANCE_SECURE;
    return vhost == web->vhost ? ENTRANCE_LOOPBACK : ENTRANCE_CONTROL;
}

/* Strangers leave room for the screens of this machine. */
static bool has_room(const struct web *web, enum entrance door)
{
    return door != ENTRANCE_SECURE || web->strangers_count < web->connections_max / 4 * 3;
}

static struct connection *connection_open(struct web *web, struct lws *wsi)
{
    if (!has_room(web, door_of(web, wsi)))
        return NULL;
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    connection->wsi = wsi;
    connection->door = door_of(web, wsi);
    web->strangers_count += connection->door == ENTRANCE_SECURE;
    connection->entrance = connection->door;
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
    web->strangers_count -= connection->door == ENTRANCE_SECURE;
    text_close(&connection->body);
    text_close(&connection->message);
    text_close(&connection->header);
    site_response_close(&connection->response);
    free(connection);
}

/* --- each second --- */

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

static void cut(struct web *web, struct connection *connection, const char *why)
{
    web_say(web, why);
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
        cut(web, connection,
            connection->is_socket ? "a screen took nothing for too long and was disconnected"
                                  : "a request took too long and was cut");
    else if (connection->is_socket && !api_may_watch(web->site.api, &connection->stream.caller))
        cut(web, connection,
            "somebody's rights ended or changed and their screen was disconnected");
}

static void count_screens(const struct web *web)
{
    struct gate_screens screens = {.is_told = true};
    if (web->gate->screens == NULL)
        return;
    for (const struct connection *at = web->connections; at != NULL; at = at->next)
        if (at->is_socket)
            screens.counts[at->stream.view]++;
    web->gate->screens(web->gate->context, &screens);
}

static void on_tick(struct lws_sorted_usec_list *tick)
{
    /* The tick lies in the server, which is aligned for it. */
    struct server *server = (struct server *)(void *)((char *)tick - offsetof(struct server, tick));
    struct web *web = &server->web;
    uint64_t now_ms = clock_mono_ms();
    streams_refresh(web->streams, true, clock_wall_ms());
    for (struct connection *at = web->connections; at != NULL; at = at->next)
        sweep(web, at, now_ms);
    count_screens(web);
    lws_sul_schedule(web->context, 0, &server_of(web)->tick, on_tick, TICK_US);
}

/* --- when the core has news --- */

/* Who waits for @request of the core, of the annex, or of who looks at PINs. */
static struct connection *find_pending(struct web *web, uint64_t request, bool is_annexed,
                                       bool is_signing_in)
{
    for (struct connection *at = web->connections; at != NULL; at = at->next) {
        const struct api_reply *reply = &at->response.reply;
        if (at->is_busy && reply->is_pending && reply->is_annexed == is_annexed &&
            reply->is_signing_in == is_signing_in && reply->request == request)
            return at;
    }
    return NULL;
}

static void on_annex(struct web *web)
{
    const struct annex *annex = web->site.api->annex;
    struct annex_answer answer = {.request = 0};
    while (annex != NULL && annex->answered(annex->context, &answer)) {
        struct connection *connection = find_pending(web, answer.request, true, false);
        if (connection != NULL) {
            api_conclude_annex(web->site.api, &answer, &connection->response.reply);
            web_http_answered(connection);
        }
        text_close(&answer.body);
    }
}

static void on_access(struct web *web)
{
    struct pin_answer answer;
    while (access_answered(web->gate->access, &answer)) {
        struct connection *connection = find_pending(web, answer.request, false, true);
        if (connection == NULL)
            continue;
        api_conclude_sign_in(web->site.api, &answer, &connection->response.reply);
        web_http_answered(connection);
    }
}

static void access_has_news(void *context)
{
    web_notify(context);
}

static void on_news(struct web *web)
{
    struct effect_answer answer;
    while (command_queue_answered(web->gate->queue, &answer)) {
        struct connection *connection = find_pending(web, answer.request, false, false);
        if (connection == NULL) /* it was closed meanwhile; the order stands */
            continue;
        api_conclude(web->site.api, &answer, &connection->response.reply);
        web_http_answered(connection);
    }
    on_annex(web);
    on_access(web);
    streams_refresh(web->streams, false, clock_wall_ms());
    for (struct connection *at = web->connections; at != NULL; at = at->next)
        if (at->is_socket)
            lws_callback_on_writable(at->wsi);
}

/* --- the certificate --- */

/* Handshakes from now on use what is in the files; those that were have their own. */
static void read_certificate(struct web *web)
{
    char problem[TLS_PROBLEM_BYTES_MAX] = "the certificate was read again";
    if (!atomic_exchange(&web->wants_certificate, false) || web->https_vhost == NULL)
        return;
    if (tls_check(&web->tls, problem) == 0)
        (void)lws_tls_cert_updated(web->context, web->tls.certificate, web->tls.key, NULL, 0, NULL,
                                   0);
    if (web->on_log != NULL)
        web->on_log(web->log_context, problem);
}

/* --- lws --- */

static int on_accept(struct web *web, int fd)
{
    int size = SEND_BUFFER_BYTES;
    if (web->connections_count >= web->connections_max) {
        web_say(web, "too many connections: one was refused");
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
        read_certificate(web);
        on_news(web);
        return 0;
    default:
        break;
    }
    if (connection == NULL)
        return 0;
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
        return web_http_on_request(web, connection);
    case LWS_CALLBACK_HTTP_BODY:
        return web_http_on_body(connection, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return web_http_on_body_whole(web, connection);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return web_http_on_writeable(web, connection);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return web_http_on_upgrade(web, connection, in);
    case LWS_CALLBACK_ESTABLISHED:
        return web_socket_on_established(connection);
    case LWS_CALLBACK_RECEIVE:
        return web_socket_on_receive(web, connection, in, size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return web_socket_on_writeable(web, connection);
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

/* --- life --- */

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
        .protocols = server_of(web)->protocols,
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
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_VALIDATE_UTF8 |
                   (web->tls.certificate != NULL ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0),
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

static void set_address(struct lws_context_creation_info *info, const char *address, int port)
{
    static const char *const all[] = {"0.0.0.0", "::"};
    const bool is_v6 = strchr(address, ':') != NULL;
    info->port = port;
    info->iface = strcmp(address, "localhost") == 0 ? "127.0.0.1" : address;
    if (strcmp(address, all[0]) == 0 || strcmp(address, all[1]) == 0)
        info->iface = NULL;
    info->options |=
        is_v6 ? LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY | LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE
              : LWS_SERVER_OPTION_DISABLE_IPV6;
}

static int listen_address(struct web *web, const struct web_config *config)
{
    struct lws_context_creation_info info = vhost_info(web);
    if (config->address == NULL)
        return 0;
    if (!web_address_is_loopback(config->address))
        return ERR_FORBIDDEN;
    info.vhost_name = "screens";
    set_address(&info, config->address, config->port);
    web->vhost = lws_create_vhost(web->context, &info);
    if (web->vhost == NULL)
        return ERR_EXISTS;
    web->port = lws_get_vhost_listen_port(web->vhost);
    web->site.guard.port = web->port;
    return 0;
}

static int listen_https(struct web *web, const struct web_config *config)
{
    struct lws_context_creation_info info = vhost_info(web);
    if (config->https_address == NULL)
        return 0;
    info.vhost_name = "https";
    info.ssl_cert_filepath = web->tls.certificate;
    info.ssl_private_key_filepath = web->tls.key;
    info.ssl_options_set = tls_options();
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT; /* without it lws speaks in clear */
    set_address(&info, config->https_address, config->https_port);
    web->https_vhost = lws_create_vhost(web->context, &info);
    if (web->https_vhost == NULL)
        return ERR_EXISTS;
    web->https_port = lws_get_vhost_listen_port(web->https_vhost);
    web->site.guard.https_port = web->https_port;
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
    web->tls = config->tls;
    web->on_log = config->on_log;
    web->log_context = config->log_context;
    web->connections_max = or_default(config->connections_max, WEB_CONNECTIONS_MAX);
    web->reader_stall_ms = or_default(config->reader_stall_ms, STALL_MS);
    web->request_ms = or_default(config->request_ms, REQUEST_MS);
    if (config->proxies != NULL)
        web->proxies = *config->proxies;
    server_of(web)->protocols[0] = (struct lws_protocols){.name = "trestle", .callback = on_lws};
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
    if (web->site.api != NULL && config->annex != NULL)
        api_add(web->site.api, config->annex);
    web->streams = web->site.api == NULL ? NULL : streams_new(web->site.api);
    return web->streams == NULL ? ERR_NO_MEMORY : 0;
}

static int begin(struct web *web, const struct web_config *config)
{
    int err = context_open(web);
    if (err == 0)
        err = listen_address(web, config);
    if (err == 0)
        err = listen_https(web, config);
    if (err == 0)
        err = listen_control(web, config);
    if (err != 0)
        return err;
    lws_sul_schedule(web->context, 0, &server_of(web)->tick, on_tick, TICK_US);
    if (pthread_create(&web->thread, NULL, run, web) != 0)
        return ERR_NO_MEMORY;
    web->has_thread = true;
    access_on_answer(web->gate->access, access_has_news, web);
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
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return ERR_NO_MEMORY;
    struct web *web = &server->web;
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

int web_https_port(const struct web *web)
{
    return web->https_port;
}

void web_reload(struct web *web)
{
    atomic_store(&web->wants_certificate, true);
    lws_cancel_service(web->context);
}

void web_stop(struct web *web)
{
    if (web == NULL)
        return;
    atomic_store(&web->is_stopping, true);
    if (web->has_thread) {
        lws_cancel_service(web->context);
        check(pthread_join(web->thread, NULL) == 0);
        access_on_answer(web->gate->access, NULL, NULL);
    }
    if (web->context != NULL)
        lws_context_destroy(web->context);
    if (web->control[0] != '\0')
        (void)unlink(web->control);
    streams_free(web->streams);
    api_free(web->site.api);
    web_files_free(web->site.files);
    text_close(&web->frame);
    free(server_of(web));
}

void web_notify(struct web *web)
{
    lws_cancel_service(web->context);
}
