/* trestle run: the node. The core has this thread, the web server one of its own. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/cli/cli.h"
#include "node/cli/join_page.h"
#include "node/cli/program.h"
#include "node/cli/setup.h"
#include "node/cli/versions.h"
#include "node/core/core.h"
#include "node/os/clock.h"
#include "node/os/notify.h"
#include "node/os/signals.h"
#include "node/web/web.h"
#include "sync/base/check.h"

/* Phones that may be connected at once, where no setting says otherwise. */
enum { CUSTOMERS_OF_GATEWAY = 5000, CUSTOMERS_ON_SITE = 500 };

enum { STORE_WAIT_MS = 10000, STORE_LOOK_NS = 100 * 1000 * 1000 };

static void report_check(const char *file, int line, const char *expression)
{
    logger_say(LEVEL_ERROR, "core", "a mistake of ours: %s:%d: %s; stopping", file, line,
               expression);
}

static void web_says(void *context, const char *line)
{
    (void)context;
    logger_say(LEVEL_INFO, "web", "%s", line);
}

/* What the core's news go to: the screens, and what the program adds to the node. */
struct served {
    pthread_mutex_t lock; /* of web: others may wake it while it comes and goes */
    struct web *web;      /* NULL = not there */
    const struct program *program;
    void *context;
    struct annex annex;
};

static void served_set(struct served *served, struct web *web)
{
    check(pthread_mutex_lock(&served->lock) == 0);
    served->web = web;
    check(pthread_mutex_unlock(&served->lock) == 0);
}

static void wake_web(void *context)
{
    struct served *served = context;
    check(pthread_mutex_lock(&served->lock) == 0);
    if (served->web != NULL) {
        web_notify(served->web);
    }
    check(pthread_mutex_unlock(&served->lock) == 0);
}

static void core_has_news(void *context)
{
    const struct served *served = context;
    wake_web(context);
    if (served->program->changed != NULL) {
        served->program->changed(served->context);
    }
}

static int start_program(const struct place *place, const struct identity *identity,
                         struct core *core, struct served *served)
{
    const struct program_host host = {.state = place->state,
                                      .settings = &place->settings,
                                      .identity = identity,
                                      .core = core,
                                      .wake_web = wake_web,
                                      .wake_context = served};
    served->program = program_running();
    return served->program->start == NULL
               ? EXIT_DONE
               : served->program->start(&host, &served->context, &served->annex);
}

static void stop_program(const struct served *served)
{
    if (served->context != NULL) {
        served->program->stop(served->context);
    }
}

/* The built screens, from where the program lies: installed, or in a build folder of the source. */
static void web_folder(const struct settings *settings, char *to)
{
    static const char *const places[] = {"../share/trestle/web", "../../web/dist", "../web/dist"};
    char program[PATH_BYTES_MAX];
    (void)snprintf(to, PATH_BYTES_MAX, "%s", settings->web);
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (to[0] != '\0' || size <= 0) {
        return;
    }
    program[size] = '\0';
    char *slash = strrchr(program, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (path_join(to, program, places[i]) == 0 && path_exists(to)) {
            return;
        }
    }
    to[0] = '\0';
}

static struct tls_files tls_of(const struct settings *settings)
{
    const bool has_any = settings->https_address[0] != '\0';
    return (struct tls_files){.certificate = has_any ? settings->tls_certificate : NULL,
                              .key = has_any ? settings->tls_key : NULL};
}

/* Without an https address there is nothing to check. */
static int check_tls(const struct settings *settings)
{
    char problem[TLS_PROBLEM_BYTES_MAX];
    const struct tls_files files = {settings->tls_certificate, settings->tls_key};
    if (settings->https_address[0] == '\0') {
        return EXIT_DONE;
    }
    if (files.certificate[0] == '\0' || files.key[0] == '\0') {
        tell("https: name its files, tls-certificate = FILE and tls-key = FILE");
        return EXIT_SETTINGS;
    }
    if (tls_check(&files, problem) == 0) {
        return EXIT_DONE;
    }
    tell("https: %s", problem);
    return EXIT_SETTINGS;
}

/* Phones of customers: a gateway is for them. */
static unsigned customers_max(const struct settings *settings, enum role role)
{
    if (settings->has_customers) {
        return settings->customers;
    }
    return role == ROLE_GATEWAY ? CUSTOMERS_OF_GATEWAY : CUSTOMERS_ON_SITE;
}

static const char *text_or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static int tell_web_failure(const struct settings *settings, int err)
{
    if (err == ERR_FORBIDDEN) {
        tell("http = %s: whoever reaches that is taken for this device's own screen; use 127.0.0.1 "
             "here, and https for others",
             settings->http_address);
        return EXIT_SETTINGS;
    }
    if (err == ERR_EXISTS) {
        tell("http = %s:%d, https = %s:%d or guests = %s:%d is taken; choose another",
             settings->http_address, settings->http_port, settings->https_address,
             settings->https_port, settings->guests_address, settings->guests_port);
        return EXIT_UNAVAILABLE;
    }
    return tell_failure("the web server", err);
}

static int start_web(const struct place *place, const struct identity *identity, struct core *core,
                     int state_fd, const struct annex *annex, struct web **ret_web)
{
    char control[PATH_BYTES_MAX], folder[PATH_BYTES_MAX];
    const struct settings *settings = &place->settings;
    const char *origins[ORIGINS_MAX];
    for (uint32_t i = 0; i < settings->origins_count; i++) {
        origins[i] = settings->origins[i];
    }
    web_folder(settings, folder);
    /* Through the folder's descriptor: a socket's own path ends at 107 bytes. */
    (void)snprintf(control, sizeof control, "/proc/self/fd/%d/ctl.sock", state_fd);
    struct web_config config = {.address = text_or_null(settings->http_address),
                                .port = settings->http_port,
                                .https_address = text_or_null(settings->https_address),
                                .https_port = settings->https_port,
                                .guests_address = text_or_null(settings->guests_address),
                                .guests_port = settings->guests_port,
                                .tls = tls_of(settings),
                                .folder = text_or_null(folder),
                                .control = control,
                                .version = program_version(),
                                .origins = origins,
                                .origins_count = settings->origins_count,
                                .proxies = &settings->proxies,
                                .annex = annex->handle == NULL ? NULL : annex,
                                .customers_max =
                                    customers_max(settings, identity->certificate.role),
                                .on_log = web_says};
    const int err = web_start(&config, core_gate(core), ret_web);
    return err == 0 ? EXIT_DONE : tell_web_failure(settings, err);
}

static void say_ready(const struct args *args, const struct place *place,
                      const struct identity *identity, const struct core *core,
                      const struct web *web)
{
    char url[128] = "";
    const char *address = place->settings.http_address;
    bool is_v6 = strchr(address, ':') != NULL;
    if (address[0] != '\0') {
        (void)snprintf(url, sizeof url, "http://%s%s%s:%d", is_v6 ? "[" : "", address,
                       is_v6 ? "]" : "", web_port(web));
    }
    logger_say(LEVEL_NOTICE, "core", "%s '%s' runs: mesh at %s, screens at %s",
               role_text(identity->certificate.role), identity->certificate.name,
               core_endpoint(core)[0] == '\0' ? "(dialling only)" : core_endpoint(core),
               url[0] == '\0' ? "(none)" : url);
    if (web_https_port(web) != 0) {
        logger_say(LEVEL_NOTICE, "web", "https at %s, port %d", place->settings.https_address,
                   web_https_port(web));
    }
    if (web_guests_port(web) != 0) {
        logger_say(LEVEL_NOTICE, "web", "phones on this network order at %s, port %d",
                   place->settings.guests_address, web_guests_port(web));
    }
    if (!args_has(args, "json")) {
        return;
    }
    (void)printf("{\"device\":\"%016llx\",\"mesh\":\"%s\",\"http\":\"%s\"}\n",
                 (unsigned long long)identity->device, core_endpoint(core), url);
    (void)fflush(stdout);
}

static int tell_core_failure(const struct place *place, int err)
{
    static const struct {
        int err, status;
        const char *text;
    } rows[] = {
        {ERR_BUSY, EXIT_UNAVAILABLE, "another node runs on this state folder"},
        {ERR_EXISTS, EXIT_UNAVAILABLE, "another program listens there; choose another --listen"},
        {ERR_MISMATCH, EXIT_SETTINGS, "the store belongs to another pop-up"},
        {ERR_VERSION, EXIT_SETTINGS, "the store was written by another version of this program"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].err == err) {
            tell("%s (%s): %s", place->state, place->settings.listen, rows[i].text);
            return rows[i].status;
        }
    }
    return tell_state_failure(place->state, err);
}

/* What can change while it runs is what the log says; the rest is said to need a restart. */
struct reload {
    const struct args *args;
    struct place *place;
    const char *name;
    struct web *web;
    const struct served *served;
};

static void reload(void *context)
{
    struct reload *reload = context;
    struct place now;
    if (place_find(reload->args, &now) != EXIT_DONE) {
        logger_say(LEVEL_ERROR, "core", "the settings stay as they are");
        return;
    }
    struct settings *settings = &reload->place->settings;
    settings->log_format = now.settings.log_format;
    settings->log_level = now.settings.log_level;
    web_reload(reload->web);
    if (reload->served->program->reload != NULL) {
        reload->served->program->reload(reload->served->context);
    }
    logger_configure(settings->log_format, settings->log_level, reload->name);
    logger_say(
        LEVEL_NOTICE, "core",
        "log-level and log-format are read again, and the certificate; other settings change "
        "with a restart");
}

/* Where the page was just now, who set this device up may hold its store for a moment yet. */
static int open_core(const struct core_config *config, bool is_fresh, struct core **ret_core)
{
    const struct timespec pause = {.tv_nsec = STORE_LOOK_NS};
    const uint64_t until_ms = clock_mono_ms() + (is_fresh ? STORE_WAIT_MS : 0);
    int err = core_open(config, ret_core);
    while (err == ERR_BUSY && clock_mono_ms() < until_ms) {
        (void)nanosleep(&pause, NULL);
        err = core_open(config, ret_core);
    }
    return err;
}

static int serve(const struct args *args, struct place *place, const struct identity *identity,
                 int signal_fd, int state_fd, bool is_fresh)
{
    struct core_config config = {
        .state = place->state, .settings = &place->settings, .identity = identity};
    struct core *core = NULL;
    struct web *web = NULL;
    struct served served = {.lock = PTHREAD_MUTEX_INITIALIZER};
    int err = open_core(&config, is_fresh, &core);
    if (err != 0) {
        return tell_core_failure(place, err);
    }
    int status = start_program(place, identity, core, &served);
    if (status == EXIT_DONE) {
        status = start_web(place, identity, core, state_fd, &served.annex, &web);
    }
    if (status == EXIT_DONE) {
        served_set(&served, web);
        core_on_news(core, core_has_news, &served);
        core_has_news(&served); /* what came while it was not there */
        struct reload again = {.args = args,
                               .place = place,
                               .name = identity->certificate.name,
                               .web = web,
                               .served = &served};
        core_on_reload(core, reload, &again);
        say_ready(args, place, identity, core, web);
        (void)!notify_send("READY=1\nSTATUS=runs"); /* nobody may be listening */
        err = core_run(core, signal_fd);
        (void)!notify_send("STOPPING=1");
        logger_say(LEVEL_NOTICE, "core", "stopping");
        if (err != 0) {
            status = tell_state_failure(place->state, err);
        }
    }
    served_set(&served, NULL);
    web_stop(web);
    stop_program(&served);
    core_close(core);
    return status;
}

static int tell_keys_failure(const struct place *place, int err)
{
    if (err == ERR_NOT_FOUND) {
        return tell_not_set_up(place->state);
    }
    if (err == ERR_FORBIDDEN) {
        tell("%s/keys must be this user's alone: chmod 600", place->state);
        return EXIT_FORBIDDEN;
    }
    return tell_failure("keys", err);
}

/* What comes through a proxy on this machine comes from this machine. */
static int check_screen(const struct settings *settings)
{
    if (settings->proxies.count == 0 || settings->is_screen_locked) {
        return EXIT_DONE;
    }
    tell("trusted-proxy: an open screen needs no token, and what a proxy passes on may look like "
         "it: set screen = locked");
    return EXIT_SETTINGS;
}

static int check_settings(const struct settings *settings)
{
    const int status = check_screen(settings);
    return status != EXIT_DONE ? status : check_tls(settings);
}

/* A device that is in no pop-up yet waits for one at its page; then it goes by the settings as they
 * are by now, and its screens are where the page was. */
static int await_popup(const struct args *args, struct place *place, int signal_fd,
                       bool *ret_is_over)
{
    char folder[PATH_BYTES_MAX];
    logger_configure(place->settings.log_format, place->settings.log_level, "new");
    web_folder(&place->settings, folder);
    int status = join_page_serve(args, place, text_or_null(folder), signal_fd, ret_is_over);
    const int port = place->settings.http_port;
    if (status == EXIT_DONE && !*ret_is_over) {
        status = place_find(args, place);
        place->settings.http_port =
            place->settings.http_port == 0 ? port : place->settings.http_port;
    }
    if (status == EXIT_DONE && !*ret_is_over) {
        status = check_settings(&place->settings);
    }
    return status;
}

static int run_node(const struct args *args, struct place *place, const struct identity *identity,
                    int signal_fd, bool is_fresh)
{
    logger_configure(place->settings.log_format, place->settings.log_level,
                     identity->certificate.name);
    int state_fd = open(place->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (state_fd < 0) {
        return tell_failure(place->state, ERR_IO);
    }
    const int status = serve(args, place, identity, signal_fd, state_fd, is_fresh);
    (void)close(state_fd);
    return status;
}

static int run(const struct args *args, struct place *place, int signal_fd)
{
    struct identity identity;
    bool is_over = false, is_fresh = false;
    int status = EXIT_DONE, port_fd = -1;
    int err = identity_load(place->state, &identity);
    if (err == ERR_NOT_FOUND && place->settings.http_address[0] != '\0') {
        is_fresh = true;
        port_fd = join_page_keep_port(&place->settings);
        status = await_popup(args, place, signal_fd, &is_over);
        err = status == EXIT_DONE && !is_over ? identity_load(place->state, &identity) : 0;
    }
    if (err != 0) {
        status = tell_keys_failure(place, err);
    } else if (status == EXIT_DONE && !is_over) {
        status = run_node(args, place, &identity, signal_fd, is_fresh);
    }
    if (port_fd >= 0) {
        (void)close(port_fd);
    }
    entropy_wipe(&identity, sizeof identity);
    return status;
}

int command_run(const struct args *args)
{
    struct place place;
    int signal_fd = -1;
    int status = place_find(args, &place);
    if (status == EXIT_DONE) {
        status = check_settings(&place.settings);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    check_set_reporter(report_check);
    if (signals_open(&signal_fd) != 0) {
        return tell_failure(place.state, ERR_IO);
    }
    status = run(args, &place, signal_fd);
    signals_close(signal_fd);
    return status;
}
