/* The web server over a gate that leads nowhere: there is no store, no core and nobody to sign in,
 * so all that is answered is how this device comes into a pop-up. */
#include "node/cli/join_page.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/cli/joiner.h"
#include "node/cli/versions.h"
#include "node/config/identity.h"
#include "node/os/notify.h"
#include "node/os/signals.h"
#include "node/web/web.h"

enum { LOOK_MS = 1000 }; /* for keys that somebody else put there, and for the watchdog */

static int read_begin(void *context, struct store_txn **ret_txn)
{
    (void)context;
    (void)ret_txn;
    return ERR_BUSY;
}

static void read_end(void *context, struct store_txn *txn)
{
    (void)context;
    (void)txn;
}

static void live(void *context, struct gate_live *ret_live)
{
    (void)context;
    *ret_live = (struct gate_live){.role = ROLE_NONE};
}

static void wake(void *context)
{
    (void)context;
}

static void web_says(void *context, const char *line)
{
    (void)context;
    logger_say(LEVEL_INFO, "web", "%s", line);
}

/* On the joiner's thread. */
static void on_done(void *context)
{
    const int *done_fd = context;
    const uint64_t once = 1;
    (void)!write(*done_fd, &once, sizeof once); /* else it is seen at the next look */
}

static int tell_web_failure(const struct settings *settings, int err)
{
    if (err == ERR_FORBIDDEN || err == ERR_EXISTS) {
        tell("http = %s:%d %s", settings->http_address, settings->http_port,
             err == ERR_EXISTS ? "is taken; choose another"
                               : "is not this machine's alone; use 127.0.0.1");
        return err == ERR_EXISTS ? EXIT_UNAVAILABLE : EXIT_SETTINGS;
    }
    return tell_failure("the web server", err);
}

static void say_ready(const struct args *args, const struct place *place, const struct web *web)
{
    char url[128];
    const char *address = place->settings.http_address;
    const bool is_v6 = strchr(address, ':') != NULL;
    (void)snprintf(url, sizeof url, "http://%s%s%s:%d/join", is_v6 ? "[" : "", address,
                   is_v6 ? "]" : "", web_port(web));
    logger_say(LEVEL_NOTICE, "join", "%s is not part of a pop-up yet: %s takes it into one",
               place->state, url);
    if (args_has(args, "json")) {
        (void)printf("{\"join\":\"%s\"}\n", url);
        (void)fflush(stdout);
    }
    (void)!notify_send("READY=1\nSTATUS=waits for a pop-up at /join"); /* nobody may be listening */
}

/* True: somebody wants the program to end. */
static bool wait_for_keys(const struct place *place, int signal_fd, int done_fd)
{
    struct pollfd fds[] = {{.fd = signal_fd, .events = POLLIN}, {.fd = done_fd, .events = POLLIN}};
    while (!identity_exists(place->state)) {
        (void)poll(fds, sizeof fds / sizeof fds[0], LOOK_MS);
        (void)!notify_send("WATCHDOG=1");
        const int number = signals_take(signal_fd);
        if (number == SIGTERM || number == SIGINT) {
            return true;
        }
    }
    return false;
}

static int serve(const struct args *args, const struct place *place, const char *folder,
                 const struct gate *gate, struct web **ret_web)
{
    const struct settings *settings = &place->settings;
    const char *origins[ORIGINS_MAX];
    for (uint32_t i = 0; i < settings->origins_count; i++) {
        origins[i] = settings->origins[i];
    }
    const struct web_config config = {.address = settings->http_address,
                                      .port = settings->http_port,
                                      .folder = folder,
                                      .version = program_version(),
                                      .origins = origins,
                                      .origins_count = settings->origins_count,
                                      .proxies = &settings->proxies,
                                      .on_log = web_says};
    const int err = web_start(&config, gate, ret_web);
    if (err != 0) {
        return tell_web_failure(settings, err);
    }
    say_ready(args, place, *ret_web);
    return EXIT_DONE;
}

/* A socket that is bound and does not listen: others of this program may listen there, and the
 * kernel gives the port to no connection. */
static int keep(const struct sockaddr *address, socklen_t size, struct settings *settings)
{
    in_port_t port;
    struct sockaddr_storage bound;
    socklen_t bound_size = sizeof bound;
    const int yes = 1;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(fd, address, size) == 0 &&
        getsockname(fd, (struct sockaddr *)&bound, &bound_size) == 0) {
        /* Of both families the port lies at the same place. */
        memcpy(&port, (const char *)&bound + offsetof(struct sockaddr_in, sin_port), sizeof port);
        settings->http_port = ntohs(port);
        return fd;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return -1;
}

int join_page_keep_port(struct settings *settings)
{
    const bool is_named = strcmp(settings->http_address, "localhost") == 0;
    const char *address = is_named ? "127.0.0.1" : settings->http_address;
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)settings->http_port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = v4.sin_port};
    if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
        return keep((const struct sockaddr *)&v6, sizeof v6, settings);
    }
    return inet_pton(AF_INET, address, &v4.sin_addr) == 1
               ? keep((const struct sockaddr *)&v4, sizeof v4, settings)
               : -1;
}

int join_page_serve(const struct args *args, const struct place *place, const char *folder,
                    int signal_fd, bool *ret_is_over)
{
    struct joiner *joiner = NULL;
    struct web *web = NULL;
    int done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct gate gate = {.queue = command_queue_new(0, wake, NULL),
                        .read_begin = read_begin,
                        .read_end = read_end,
                        .live = live};
    const struct joiner_config config = {.args = args,
                                         .place = place,
                                         .may_open = place_may_open(args, place),
                                         .on_done = on_done,
                                         .context = &done_fd};
    int status = EXIT_DONE;
    if (done_fd < 0 || gate.queue == NULL || joiner_open(&config, &joiner) != 0) {
        status = tell_failure("joining", ERR_NO_MEMORY);
    }
    if (status == EXIT_DONE) {
        gate.joining = joiner_host(joiner);
        status = serve(args, place, folder, &gate, &web);
    }
    if (status == EXIT_DONE) {
        *ret_is_over = wait_for_keys(place, signal_fd, done_fd);
    }
    web_stop(web);
    joiner_close(joiner);
    command_queue_free(gate.queue);
    if (done_fd >= 0) {
        (void)close(done_fd);
    }
    return status;
}
