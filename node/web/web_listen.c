/* The addresses that the server listens at, and lws' context under them. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/web/web_state.h"

enum {
    HEADER_BYTES_MAX = 4096, /* of one request, together */
    HEADERS_S = 10, /* for the headers of a request, and for a kept connection to say something */
    FILES_OTHER = 1024, /* of the process, beside connections */
};

/* Ping what was silent for so long, hang up some time later. Who is gone does not take the beats
 * that everybody is sent, which the kernel notices sooner; pings find who is gone behind a proxy.
 * With thousands of phones they cost more than all else, as each answer comes by itself and lws
 * keeps its timers in one sorted list. */
static const lws_retry_bo_t liveness = {.secs_since_valid_ping = 40, .secs_since_valid_hangup = 60};

static void on_library_log(int level, const char *line)
{
    (void)level;
    (void)line; /* what matters is answered to whoever asked; lws has no context to log with */
}

static struct lws_context_creation_info vhost_info(struct web *web)
{
    return (struct lws_context_creation_info){
        .protocols = web_protocols(web),
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
    const rlim_t wanted = FILES_OTHER + web_connections_room(web) + web->guests_max;
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

int web_context_open(struct web *web)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_VALIDATE_UTF8 |
                   (web->tls.certificate != NULL ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0),
        /* gid and uid stay 0, nobody else to become: with -1 lws gives the control's socket to its
         * owner once more, which a service's filter of system calls takes for an attack. */
        .user = web,
        .max_http_header_data = HEADER_BYTES_MAX,
        .max_http_header_pool = (unsigned short)web_connections_room(web),
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

int web_listen(struct web *web, const struct web_config *config)
{
    static int (*const listeners[])(struct web * web, const struct web_config *config) = {
        listen_address, listen_https, listen_guests, listen_control};
    int err = 0;
    for (size_t i = 0; err == 0 && i < sizeof listeners / sizeof listeners[0]; i++) {
        err = listeners[i](web, config);
    }
    return err;
}
