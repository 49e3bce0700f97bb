#include "node/core/core.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"
#include "node/os/signals.h"

enum {
    IDLE_MS = 500,   /* a turn at least that often: it is how one sees that we live */
    CRASHES_MAX = 2, /* in a row on one entity: then it is set aside */
    FDS_MAX = 2 + 1 + CONTROL_CLIENTS_MAX,
};

/* --- the loop --- */

static uint32_t time_to_wait(const struct core *core, uint32_t wait_ms)
{
    uint64_t now_ms = clock_mono_ms();
    uint64_t wake_ms = core->is_open ? core->wake_ms : core->retry_ms;
    const uint64_t due_ms = core_patience_due_ms(core);
    uint64_t until_ms = wake_ms > now_ms ? wake_ms - now_ms : 0;
    if (wake_ms == 0 || until_ms > wait_ms) {
        until_ms = wait_ms;
    }
    if (due_ms < now_ms + until_ms) {
        until_ms = due_ms > now_ms ? due_ms - now_ms : 0;
    }
    return core->replays_count > 0 ? 0 : (uint32_t)until_ms;
}

static int core_wait(struct core *core, uint32_t wait_ms)
{
    int fds[FDS_MAX];
    uint32_t ready = 0;
    size_t count = 0;
    fds[count++] = core->wake_fd;
    if (core->signal_fd >= 0) {
        fds[count++] = core->signal_fd;
    }
    count += control_fds(&core->control, fds + count);
    int err = transport_wait(core->transport, fds, count, time_to_wait(core, wait_ms), &ready);
    uint64_t drained = 0;
    if (err == 0 && (ready & 1) != 0) {
        (void)!read(core->wake_fd, &drained, sizeof drained);
    }
    return err;
}

static void core_tell(struct core *core)
{
    core_care_turn(core);
    core_publish(core, core->is_news);
    if (core->is_news && core->on_news != NULL) {
        core->on_news(core->news_context);
    }
    core->is_news = core->is_links_changed = false;
}

int core_turn(struct core *core, uint32_t wait_ms)
{
    int err = core_wait(core, wait_ms);
    if (err != 0) {
        return err;
    }
    core_serve_control(core);
    core_serve_invite(core);
    core_beacon_serve(core);
    core_enrol_expire(core);
    if (core->is_open) {
        err = core_turn_inputs(core);
    } else {
        err = core_turn_closed(core);
    }
    if (err == 0 && core->is_open && core->effects->is_new_log_needed) {
        err = core_renew_log(core);
    }
    core_errands_send(core);
    core_invite_tell(core);
    core_tell(core);
    return err;
}

static void core_reload(const struct core *core)
{
    if (core->on_reload != NULL) {
        core->on_reload(core->reload_context);
    }
}

static bool is_told_to_stop(struct core *core, int signal_fd)
{
    int number = signals_take(signal_fd);
    if (number == SIGHUP) {
        core_reload(core);
    }
    return number == SIGTERM || number == SIGINT;
}

int core_run(struct core *core, int signal_fd)
{
    core->signal_fd = signal_fd;
    int err = 0;
    while (err == 0 && !is_told_to_stop(core, signal_fd)) {
        err = core_turn(core, IDLE_MS);
    }
    core_say_goodbye(core, BYE_STOPPING);
    return err;
}

/* --- the whole --- */

void core_wake(void *context)
{
    const struct core *core = context;
    const uint64_t one = 1;
    (void)!write(core->wake_fd, &one, sizeof one);
}

static int open_log_key(struct core *core)
{
    if (core->care.is_store_new) {
        return log_key_renew(core->state, &core->log_key);
    }
    int err = log_key_load(core->state, &core->log_key);
    return err == ERR_NOT_FOUND ? log_key_renew(core->state, &core->log_key) : err;
}

static int open_transport(struct core *core)
{
    const char *listen = core->settings->listen;
    bool is_silent = core->is_alone || strcmp(listen, "none") == 0;
    struct transport_config config = {.secret = &core->identity->transport_secret,
                                      .listen = is_silent ? NULL : listen,
                                      .seed = entropy_u64()};
    return transport_open(&config, &core->transport);
}

static int open_memory(struct core *core)
{
    core->replica = replica_new();
    core->effects = calloc(1, sizeof *core->effects);
    core->book = calloc(1, sizeof *core->book);
    core->welcome = calloc(1, sizeof *core->welcome);
    core->welcome_frame = malloc(WELCOME_BYTES_MAX);
    core->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    bool is_whole = core->replica != NULL && core->effects != NULL && core->book != NULL &&
                    core->welcome != NULL && core->welcome_frame != NULL;
    return is_whole && core->wake_fd >= 0 ? 0 : ERR_NO_MEMORY;
}

/* What the last run died of, if it died folding. It can work without knowing: never an error. */
static int open_breadcrumb(struct core *core)
{
    struct entity_id entity = {{0}};
    unsigned crashes = 0;
    int err = breadcrumb_open(&core->breadcrumb, core->state, &crashes, &entity);
    if (err != 0) {
        logger_say(LEVEL_WARNING, "core", "no breadcrumb: %s", err_text(err));
    }
    if (err == 0 && crashes > 0) {
        logger_say(LEVEL_ERROR, "core", "it died folding entity %016llx%08x, %u times in a row",
                   (unsigned long long)get_be64(entity.bytes), get_be32(entity.bytes + 8), crashes);
    }
    err = aside_load(core->state, &core->aside);
    if (err == 0 && crashes >= CRASHES_MAX) {
        err = aside_add(core->state, &core->aside, &entity);
    }
    if (err != 0) {
        logger_say(LEVEL_ERROR, "core", "what it dies of is not set aside: %s", err_text(err));
    }
    if (core->aside.count > 0) {
        logger_say(LEVEL_ERROR, "core",
                   "%u orders or records are shown as they were, as this version dies of what came "
                   "after: look at them on another device, and report it",
                   core->aside.count);
    }
    return 0;
}

static int configure_replica(struct core *core)
{
    struct store_lmdb_usage usage;
    const struct identity *identity = core->identity;
    const int err = store_lmdb_usage(core->usage_reader, &usage);
    if (err != 0) {
        return err;
    }
    core->replica_config = (struct replica_config){
        .popup = identity->popup,
        .root = identity->root,
        .epoch_ms = identity->epoch_ms,
        .chain = bytes_of(identity->chain, identity->chain_size),
        .root_secret = identity->has_root ? &identity->root_secret : NULL,
        .device_secret = &identity->device_secret,
        .log_secret = &core->log_key.secret,
        .incarnation = core->log_key.incarnation,
        .store_bytes = usage.map_bytes,
        .quote_ms = (uint64_t)core->settings->quote_s * 1000,
        .seed = entropy_u64(),
        .breadcrumb = core->breadcrumb.map,
        .aside = core->aside.entities,
        .aside_count = core->aside.count,
    };
    entropy_bytes(core->replica_config.boot, sizeof core->replica_config.boot);
    return 0;
}

static int open_access(struct core *core)
{
    const struct access_config config = {.state = core->state,
                                         .identity = core->identity,
                                         .is_screen_locked = core->settings->is_screen_locked};
    return access_open(&config, &core->access);
}

static int open_book(struct core *core)
{
    return book_load(core->state, core->book);
}

static int open_control(struct core *core)
{
    return control_open(&core->control, core->state);
}

static int open_web_door(struct core *core)
{
    return core_door_open(core, DOOR_WEB);
}

/* Each may use what those before it opened. The fence comes before the network: a copy of this
 * device is to say nothing. */
static int (*const openings[])(struct core *core) = {
    open_memory,    core_store_open, open_log_key,    core_fence_open,    open_book,
    open_transport, open_control,    open_breadcrumb, configure_replica,  core_blobs_open,
    open_access,    open_web_door,   core_print_open, core_replica_begin,
};

static int open_all(struct core *core)
{
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        const int err = openings[i](core);
        if (err != 0) {
            return err;
        }
    }
    core_beacon_open(core);
    core_care_open(core);
    return 0;
}

int core_open(const struct core_config *config, struct core **ret_core)
{
    struct core *core = calloc(1, sizeof *core);
    if (core == NULL) {
        return ERR_NO_MEMORY;
    }
    core->state = config->state;
    core->settings = config->settings;
    core->identity = config->identity;
    core->is_alone = config->is_alone;
    core->wake_fd = core->signal_fd = core->control.listener = -1;
    core->started_ms = clock_mono_ms();
    (void)pthread_mutex_init(&core->lock, NULL);
    int err = open_all(core);
    if (err != 0) {
        core_store_refused(core, err);
        core_close(core);
        return err;
    }
    core_publish(core, true);
    *ret_core = core;
    return 0;
}

void core_close(struct core *core)
{
    if (core == NULL) {
        return;
    }
    core_fence_stop(core);
    core_care_close(core);
    control_close(&core->control, core->state);
    beacon_close(core->beacon);
    core_print_close(core);
    core_reconcile_close(core);
    core_errands_close(core);
    transport_close(core->transport);
    replica_free(core->replica);
    breadcrumb_close(&core->breadcrumb);
    access_close(core->access);
    blobs_close(core->blobs);
    for (unsigned at = 0; at < COMMAND_DOORS_MAX; at++) {
        core_door_close(&core->doors[at]);
    }
    store_lmdb_reader_close(core->usage_reader);
    store_lmdb_close(core->store);
    if (core->wake_fd >= 0) {
        (void)close(core->wake_fd);
    }
    free(core->effects);
    free(core->book);
    free(core->welcome);
    free(core->welcome_frame);
    (void)pthread_mutex_destroy(&core->lock);
    entropy_wipe(core, sizeof *core);
    free(core);
}

void core_on_reload(struct core *core, void (*on_reload)(void *context), void *context)
{
    core->on_reload = on_reload;
    core->reload_context = context;
}

void core_on_news(struct core *core, void (*on_news)(void *context), void *context)
{
    core->on_news = on_news;
    core->news_context = context;
}

const char *core_endpoint(const struct core *core)
{
    return transport_endpoint(core->transport);
}
