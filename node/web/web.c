#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include "node/api/annex.h"
#include "node/web/web.h"

#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "node/web/web_state.h"
#include "sync/base/check.h"

enum {
    HEADER_BYTES_MAX = 4096, /* of one request, together */
    TICK_US = 1000 * 1000,
    SAY_MS = 1000,  /* at most one line of log in that time: strangers decide how often */
    HEADERS_S = 10, /* for the headers of a request, and for a kept connection to say something */
    STALL_MS = 5000,
    REQUEST_MS = 10000,
    RECEIVE_BYTES = 512, /* of a WebSocket at a time: lws keeps so much for each */
    SEND_BYTES =
        128 * 1024,     /* handed to the kernel at a time; of what it leaves lws keeps a copy */
    FILES_OTHER = 1024, /* of the process, beside connections */
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

/* --- talking --- */

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

/* --- connections --- */

static enum entrance door_of(const struct web *web, struct lws *wsi)
{
    const void *vhost = lws_get_vhost(wsi);
    if (vhost == web->https_vhost) {
        return ENTRANCE_SECURE;
    }
    if (vhost == web->guests_vhost) {
        return ENTRANCE_PLAIN;
    }
    return vhost == web->vhost ? ENTRANCE_LOOPBACK : ENTRANCE_CONTROL;
}

/* Requests of customers come and go beside those of the staff. */
static unsigned connections_room(const struct web *web)
{
    return web->connections_max + web->guests_max / 2;
}

/* Strangers leave room for the screens of this machine. */
static unsigned strangers_room(const struct web *web)
{
    return connections_room(web) - (web->connections_max + 3) / 4;
}

static unsigned neighbours_in(const struct connection *list, const struct connection *connection,
                              uint64_t network)
{
    unsigned count = 0;
    for (const struct connection *at = list; at != NULL; at = at->next) {
        count += at != connection && at->is_stranger && at->network == network;
    }
    return count;
}

/* One network leaves half of it to others. */
static bool has_room(const struct web *web, const struct connection *connection, uint64_t network)
{
    if (!connection->is_stranger && web->strangers_count >= strangers_room(web)) {
        return false;
    }
    return network == 0 || neighbours_in(web->connections, connection, network) +
                                   neighbours_in(web->screens, connection, network) <
                               (strangers_room(web) + 1) / 2;
}

bool web_admit_stranger(struct web *web, struct connection *connection, uint64_t network)
{
    if (connection->is_stranger && connection->network == network) {
        return true;
    }
    if (!has_room(web, connection, network)) {
        return false;
    }
    web->strangers_count += !connection->is_stranger;
    connection->is_stranger = true;
    connection->network = network;
    return true;
}

/* Who is behind a proxy of ours its requests tell. */
static uint64_t network_of(const struct web *web, struct lws *wsi)
{
    char peer[PEER_TEXT_BYTES_MAX] = "", text[PEER_TEXT_BYTES_MAX];
    (void)lws_get_peer_simple(wsi, peer, sizeof peer);
    if (peer_text(peer, text) && proxies_have(&web->proxies, text)) {
        return 0;
    }
    return peer_network(bytes_of_text(peer));
}

static void list_add(struct connection **list, struct connection *connection)
{
    connection->list = list;
    connection->before = NULL;
    connection->next = *list;
    if (connection->next != NULL) {
        connection->next->before = connection;
    }
    *list = connection;
}

static void list_remove(struct connection *connection)
{
    if (connection->before != NULL) {
        connection->before->next = connection->next;
    } else {
        *connection->list = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->before = connection->before;
    }
}

static struct connection *connection_open(struct web *web, struct lws *wsi)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        return NULL;
    }
    connection->wsi = wsi;
    connection->door = door_of(web, wsi);
    if (!door_is_own(connection->door) &&
        !web_admit_stranger(web, connection, network_of(web, wsi))) {
        web_say(web, "too many connections of strangers: one was refused");
        free(connection);
        return NULL;
    }
    connection->entrance = connection->door;
    list_add(&web->connections, connection);
    web->connections_count++;
    lws_set_opaque_user_data(wsi, connection);
    return connection;
}

/* It is not one of those that are counted together any more. */
static void uncount(struct web *web, const struct connection *connection)
{
    if (connection->list == &web->guests) {
        web->guests_count--;
        return;
    }
    web->connections_count--;
    web->strangers_count -= connection->is_stranger;
}

void web_connection_upgraded(struct web *web, struct connection *connection)
{
    const bool is_guest = connection->guest != NULL;
    if (is_guest) {
        uncount(web, connection);
        web->guests_count++;
    }
    list_remove(connection);
    list_add(is_guest ? &web->guests : &web->screens, connection);
}

static void connection_close(struct web *web, struct connection *connection)
{
    uncount(web, connection);
    list_remove(connection);
    web_exchange_end(connection);
    text_close(&connection->message);
    web_guest_free(web, connection->guest);
    free(connection->stream);
    free(connection);
}

/* --- each second --- */

/* Bytes that the other side has acknowledged; 0 where that cannot be known (the control socket). */
static uint64_t acked_bytes(struct lws *wsi)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (getsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
        return 0;
    }
    return info.tcpi_bytes_acked;
}

/* Whether a reader has taken nothing for too long. A slow one that takes something is let be. */
bool web_is_stalled(struct web *web, struct connection *connection, uint64_t now_ms)
{
    uint64_t acked = acked_bytes(connection->wsi);
    if (connection->stalled_ms == 0 || acked != connection->acked_bytes) {
        connection->stalled_ms = now_ms;
        connection->acked_bytes = acked;
        return false;
    }
    return now_ms - connection->stalled_ms >= web->reader_stall_ms;
}

void web_cut(struct web *web, struct connection *connection, const char *why)
{
    web_say(web, why);
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

static void sweep_request(struct web *web, struct connection *connection, uint64_t now_ms)
{
    const bool is_answering =
        connection->is_busy && !connection->exchange->response.reply.is_pending;
    const bool is_late = connection->deadline_ms != 0 && now_ms > connection->deadline_ms;
    if (is_late || (is_answering && web_is_stalled(web, connection, now_ms))) {
        web_cut(web, connection, "a request took too long and was cut");
    }
}

static void sweep_screen(struct web *web, struct connection *connection, uint64_t now_ms)
{
    lws_callback_on_writable(connection->wsi);
    if (web_is_stalled(web, connection, now_ms)) {
        web_cut(web, connection, "a screen took nothing for too long and was disconnected");
    } else if (!api_may_watch(web->site.api, &connection->stream->caller)) {
        web_cut(web, connection,
                "somebody's rights ended or changed and their screen was disconnected");
    }
}

static void count_screens(const struct web *web)
{
    struct gate_screens screens = {.is_told = true};
    if (web->gate->screens == NULL) {
        return;
    }
    for (const struct connection *at = web->screens; at != NULL; at = at->next) {
        screens.counts[at->stream->view]++;
    }
    web->gate->screens(web->gate->context, &screens);
}

static void refresh_lives(struct web *web)
{
    if (web->lives != NULL) {
        lives_refresh(web->lives);
    }
}

static void on_wave(struct lws_sorted_usec_list *wave)
{
    struct server *server = (struct server *)(void *)((char *)wave - offsetof(struct server, wave));
    if (web_guest_wave(&server->web)) {
        web_wave_later(&server->web);
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
    struct web *web = &server->web;
    uint64_t now_ms = clock_mono_ms();
    streams_refresh(web->streams, true, clock_wall_ms());
    for (struct connection *at = web->connections; at != NULL; at = at->next) {
        sweep_request(web, at, now_ms);
    }
    for (struct connection *at = web->screens; at != NULL; at = at->next) {
        sweep_screen(web, at, now_ms);
    }
    refresh_lives(web);
    for (struct connection *at = web->guests; at != NULL; at = at->next) {
        web_guest_sweep(web, at, now_ms);
    }
    count_screens(web);
    lws_sul_schedule(web->context, 0, &server_of(web)->tick, on_tick, TICK_US);
}

/* --- when the core has news --- */

/* Who waits for @request of the core, of the annex, or of who looks at PINs. */
static struct connection *find_pending(struct web *web, uint64_t request, bool is_annexed,
                                       bool is_signing_in)
{
    for (struct connection *at = web->connections; at != NULL; at = at->next) {
        if (!at->is_busy) {
            continue;
        }
        const struct api_reply *reply = &at->exchange->response.reply;
        if (reply->is_pending && reply->is_annexed == is_annexed &&
            reply->is_signing_in == is_signing_in && reply->request == request) {
            return at;
        }
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
            api_conclude_annex(web->site.api, &answer, &connection->exchange->response.reply);
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
        if (connection == NULL) {
            continue;
        }
        api_conclude_sign_in(web->site.api, &answer, &connection->exchange->response.reply);
        web_http_answered(connection);
    }
}

static void access_has_news(void *context)
{
    web_notify(context);
}

/* Others share them, whether or not he who changed one is still there. */
static void tell_carts(struct web *web, const struct answer *answer)
{
    for (size_t i = 0; i < sizeof answer->carts_changed / sizeof answer->carts_changed[0]; i++) {
        if (web->lives != NULL && answer->carts_changed[i] != 0) {
            lives_touch_cart(web->lives, answer->carts_changed[i]);
        }
    }
}

static void on_news(struct web *web)
{
    struct effect_answer answer;
    while (command_queue_answered(web->gate->queue, &answer)) {
        struct connection *connection = find_pending(web, answer.request, false, false);
        tell_carts(web, &answer.answer);
        if (connection == NULL) { /* it was closed meanwhile; the order stands */
            continue;
        }
        api_conclude(web->site.api, &answer, &connection->exchange->response.reply);
        web_http_answered(connection);
    }
    on_annex(web);
    on_access(web);
    streams_refresh(web->streams, false, clock_wall_ms());
    for (struct connection *at = web->screens; at != NULL; at = at->next) {
        lws_callback_on_writable(at->wsi);
    }
    refresh_lives(web);
}

/* --- the certificate --- */

/* Whether handshakes use the key that is in the files: lws says of an update no more than that it
 * tried. */
static bool is_served(const struct web *web)
{
    union {
        union lws_tls_cert_info_results info;
        char room[sizeof(union lws_tls_cert_info_results) + TLS_PUBLIC_KEY_BYTES_MAX];
    } served;
    uint8_t wanted[TLS_PUBLIC_KEY_BYTES_MAX];
    size_t size = 0;
    memset(&served, 0, sizeof served);
    return tls_public_key(web->tls.certificate, wanted, sizeof wanted, &size) == 0 &&
           lws_tls_vhost_cert_info(web->https_vhost, LWS_TLS_CERT_INFO_OPAQUE_PUBLIC_KEY,
                                   &served.info, TLS_PUBLIC_KEY_BYTES_MAX) == 0 &&
           (size_t)served.info.ns.len == size && memcmp(served.info.ns.name, wanted, size) == 0;
}

/* Handshakes from now on use what is in the files; those that were have their own. */
static void read_certificate(struct web *web)
{
    char problem[TLS_PROBLEM_BYTES_MAX] = "the certificate was read again";
    if (!atomic_exchange(&web->wants_certificate, false) || web->https_vhost == NULL) {
        return;
    }
    if (tls_check(&web->tls, problem) == 0) {
        (void)lws_tls_cert_updated(web->context, web->tls.certificate, web->tls.key, NULL, 0, NULL,
                                   0);
        if (!is_served(web)) {
            (void)snprintf(problem, sizeof problem,
                           "the new certificate was not taken, the old one stays: start again");
        }
    }
    if (web->on_log != NULL) {
        web->on_log(web->log_context, problem);
    }
}

/* --- lws --- */

static int on_accept(struct web *web, int fd)
{
    int size = SEND_BUFFER_BYTES;
    if (web->connections_count >= connections_room(web)) {
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
        return web_http_on_writeable(web, connection);
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
    if (web == NULL || web->context == NULL) {
        return 0;
    }
    return on_event(web, wsi, lws_get_opaque_user_data(wsi), reason, in, size);
}

static void *run(void *argument)
{
    struct web *web = argument;
    while (!atomic_load(&web->is_stopping) && lws_service(web->context, 0) >= 0) {
        continue;
    }
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

/* How many files may be open while lws begins: it has a place for each that may ever be, and finds
 * none of them fast where it is told another number. What there was before if that cannot be. */
static struct rlimit limit_files(const struct web *web)
{
    struct rlimit before = {0};
    const rlim_t wanted = FILES_OTHER + connections_room(web) + web->guests_max;
    if (getrlimit(RLIMIT_NOFILE, &before) != 0) {
        return before;
    }
    const struct rlimit now = {.rlim_cur = wanted < before.rlim_max ? wanted : before.rlim_max,
                               .rlim_max = before.rlim_max};
    (void)setrlimit(RLIMIT_NOFILE, &now);
    if (before.rlim_cur < now.rlim_cur) {
        before.rlim_cur = now.rlim_cur;
    }
    return before;
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
        .max_http_header_pool = (unsigned short)connections_room(web),
        .retry_and_idle_policy = &liveness,
    };
    lws_set_log_level(0, on_library_log);
    const struct rlimit files = limit_files(web);
    struct lws_context *context = lws_create_context(&info);
    if (files.rlim_cur != 0) {
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    if (context == NULL) {
        return ERR_NO_MEMORY;
    }
    web->context = context;
    return 0;
}

static void set_address(struct lws_context_creation_info *info, const char *address, int port)
{
    static const char *const all[] = {"0.0.0.0", "::"};
    const bool is_v6 = strchr(address, ':') != NULL;
    info->port = port;
    info->iface = strcmp(address, "localhost") == 0 ? "127.0.0.1" : address;
    if (strcmp(address, all[0]) == 0 || strcmp(address, all[1]) == 0) {
        info->iface = NULL;
    }
    info->options |=
        is_v6 ? LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY | LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE
              : LWS_SERVER_OPTION_DISABLE_IPV6;
}

static int listen_address(struct web *web, const struct web_config *config)
{
    struct lws_context_creation_info info = vhost_info(web);
    if (config->address == NULL) {
        return 0;
    }
    if (!web_address_is_loopback(config->address)) {
        return ERR_FORBIDDEN;
    }
    info.vhost_name = "screens";
    set_address(&info, config->address, config->port);
    web->vhost = lws_create_vhost(web->context, &info);
    if (web->vhost == NULL) {
        return ERR_EXISTS;
    }
    web->port = lws_get_vhost_listen_port(web->vhost);
    web->site.guard.port = web->port;
    return 0;
}

static int listen_https(struct web *web, const struct web_config *config)
{
    struct lws_context_creation_info info = vhost_info(web);
    if (config->https_address == NULL) {
        return 0;
    }
    info.vhost_name = "https";
    info.ssl_cert_filepath = web->tls.certificate;
    info.ssl_private_key_filepath = web->tls.key;
    info.ssl_options_set = tls_options();
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT; /* without it lws speaks in clear */
    set_address(&info, config->https_address, config->https_port);
    web->https_vhost = lws_create_vhost(web->context, &info);
    if (web->https_vhost == NULL) {
        return ERR_EXISTS;
    }
    web->https_port = lws_get_vhost_listen_port(web->https_vhost);
    web->site.guard.https_port = web->https_port;
    return 0;
}

static int listen_guests(struct web *web, const struct web_config *config)
{
    struct lws_context_creation_info info = vhost_info(web);
    if (config->guests_address == NULL) {
        return 0;
    }
    info.vhost_name = "guests";
    set_address(&info, config->guests_address, config->guests_port);
    web->guests_vhost = lws_create_vhost(web->context, &info);
    if (web->guests_vhost == NULL) {
        return ERR_EXISTS;
    }
    web->guests_port = lws_get_vhost_listen_port(web->guests_vhost);
    return 0;
}

/* Whether somebody answers at the control socket's path; a socket that nobody answers is a leftover
 * of a process that died, and is removed. */
static int clear_control(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return ERR_IO;
    }
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    bool is_alive =
        connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0;
    (void)close(fd);
    if (!is_alive) {
        (void)unlink(path);
    }
    return is_alive ? ERR_EXISTS : 0;
}

static int listen_control(struct web *web, const struct web_config *config)
{
    struct lws_context_creation_info info = vhost_info(web);
    if (config->control == NULL) {
        return 0;
    }
    if (strlen(config->control) >= sizeof web->control) {
        return ERR_TOO_LARGE;
    }
    int err = clear_control(config->control);
    if (err != 0) {
        return err;
    }
    info.vhost_name = "control";
    info.iface = config->control;
    info.options |= LWS_SERVER_OPTION_UNIX_SOCK;
    if (lws_create_vhost(web->context, &info) == NULL) {
        return ERR_IO;
    }
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

/* Screens that were built without it have none. */
static int prepare_page(struct web *web, const struct annex *annex)
{
    const struct web_file *file = web_files_find(web->site.files, "/order.html");
    return file == NULL ? 0 : page_new(file, annex == NULL ? NULL : annex->card, &web->site.page);
}

static int prepare(struct web *web, const struct web_config *config, const struct gate *gate)
{
    int err = copy_origins(web, config);
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

static int begin(struct web *web, const struct web_config *config)
{
    int err = context_open(web);
    if (err == 0) {
        err = listen_address(web, config);
    }
    if (err == 0) {
        err = listen_https(web, config);
    }
    if (err == 0) {
        err = listen_guests(web, config);
    }
    if (err == 0) {
        err = listen_control(web, config);
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

bool web_address_is_loopback(const char *address)
{
    return guard_address_is_loopback(address);
}

int web_start(const struct web_config *config, const struct gate *gate, struct web **ret_web)
{
    if (config->address != NULL && !web_address_is_loopback(config->address)) {
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
