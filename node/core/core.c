#include "node/core/core.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"
#include "node/os/signals.h"
#include "sync/base/check.h"

enum {
    TURN_BULK_BYTES = 1024 * 1024, /* about TURN_BULK_EVENTS_MAX events: LMDB's sweet spot */
    IDLE_MS = 500,                 /* a turn at least that often: it is how one sees that we live */
    RETRY_MS = 1000,
    REFOLD_ENTITIES = 2000, /* in a transaction: under a second on a small board */
    FAILURES_MAX = 8,
    CRASHES_MAX = 2, /* in a row on one entity: then it is set aside */
    FDS_MAX = 2 + 1 + CONTROL_CLIENTS_MAX,
};

/* --- release: the turn is durable --- */

/* Trying again at once will not help. */
static bool is_refusal(enum bye_reason reason)
{
    return reason == BYE_VERSION || reason == BYE_POPUP || reason == BYE_UNKNOWN ||
           reason == BYE_REVOKED;
}

static void release_sends(struct core *core)
{
    const struct effects *effects = core->effects;
    for (uint32_t i = 0; i < effects->sends_count; i++) {
        /* An outbox that overflows is empty now; the peer asks again for what it lacks. */
        if (transport_send(core->transport, effects->sends[i].link, effects->sends[i].frame) != 0)
            logger_say(LEVEL_INFO, "mesh", "a slow device lost what was queued for it");
    }
    for (uint32_t i = 0; i < effects->closes_count; i++) {
        const struct effect_close *close_ = &effects->closes[i];
        logger_say(LEVEL_INFO, "mesh", "link %u closed: %s", close_->link,
                   bye_reason_text(close_->reason));
        transport_drop(core->transport, close_->link, is_refusal(close_->reason));
        core->is_links_changed = true;
    }
}

/* To the queue that the command came from. */
static void answer_door(struct core *core, const struct effect_answer *answer)
{
    const struct core_door *door = &core->doors[command_request_door(answer->request)];
    command_queue_answer(door->queue, answer->request, answer);
}

static void release_answers(struct core *core)
{
    for (uint32_t i = 0; i < core->effects->answers_count; i++) {
        const struct effect_answer *answer = &core->effects->answers[i];
        if (answer->request == REQUEST_ENROL)
            core_enrol_answered(core, answer);
        else if (answer->request >= REQUEST_PRINT)
            core_print_answered(core, answer);
        else if (answer->request == REQUEST_PLACE)
            core->is_place_told = true;
        else
            answer_door(core, answer);
    }
}

static void release_alarms(const struct effects *effects)
{
    for (uint32_t i = 0; i < effects->alarms_count; i++) {
        const struct effect_alarm *alarm = &effects->alarms[i];
        logger_say(LEVEL_WARNING, "core", "%s (device %016llx, journal %016llx, event %llu)",
                   alarm_text(alarm->kind), (unsigned long long)alarm->device,
                   (unsigned long long)alarm->log, (unsigned long long)alarm->seq);
    }
}

static void release(struct core *core)
{
    const struct effects *effects = core->effects;
    release_sends(core);
    release_answers(core);
    release_alarms(effects);
    if (effects->is_roster_changed)
        core_update_links(core);
    core->wake_ms = effects->wake_mono_ms;
    core_blobs_release(core);
    core_print_release(core);
    core->is_links_changed = core->is_links_changed || effects->is_roster_changed;
    core->is_news = core->is_news || effects->is_changed || effects->is_ephemeral_changed ||
                    effects->is_marks_moved || effects->answers_count > 0 || core->is_links_changed;
}

/* Seal and commit what was stepped in @txn, and release it. After an error nothing of it happened;
 * the transaction has ended either way. @ret_is_commit: it was the commit that failed. */
static int turn_end(struct core *core, struct store_txn *txn, bool *ret_is_commit)
{
    *ret_is_commit = false;
    int err = replica_seal(core->replica, txn, clock_now(), core->effects);
    if (err != 0 || !core->effects->is_written) {
        store_lmdb_abort(txn);
    } else {
        err = core_fence_move(core);
        if (err != 0)
            store_lmdb_abort(txn);
        else
            err = store_lmdb_commit(txn);
        *ret_is_commit = err != 0;
    }
    if (err == 0)
        release(core);
    return err;
}

/* --- opening the replica, at the start and after each aborted turn --- */

/* The store was folded by other software: fold it anew, in transactions that a crash may fall
 * between. */
static int replica_refold(struct core *core)
{
    uint64_t entities = 0;
    bool is_done = false;
    int err = 0;
    logger_say(LEVEL_NOTICE, "core", "this version reads the journal anew; that takes a while");
    while (err == 0 && !is_done) {
        struct store_txn *txn = NULL;
        err = store_lmdb_begin(core->store, &txn);
        if (err != 0)
            return err;
        err = replica_rebuild_part(core->replica, txn, REFOLD_ENTITIES, &entities, &is_done);
        if (err != 0) {
            store_lmdb_abort(txn);
            return err;
        }
        err = store_lmdb_commit(txn);
        logger_say(LEVEL_NOTICE, "core", "%llu orders, items and records are read%s",
                   (unsigned long long)entities, is_done ? ": done" : "");
    }
    return err;
}

static int replica_begin_once(struct core *core)
{
    struct store_txn *txn = NULL;
    bool is_commit = false;
    effects_reset(core->effects);
    int err = store_lmdb_begin(core->store, &txn);
    if (err != 0)
        return err;
    err = replica_open(core->replica, txn, &core->replica_config, clock_now(), core->effects);
    if (err != 0) {
        store_lmdb_abort(txn);
        return err;
    }
    err = turn_end(core, txn, &is_commit);
    core->is_open = err == 0;
    return err;
}

static int replica_begin(struct core *core)
{
    int err = replica_begin_once(core);
    if (err != ERR_VERSION)
        return err;
    err = replica_refold(core);
    return err != 0 ? err : replica_begin_once(core);
}

/* ERR_IO: for good. A store that only is full is tried again. */
static int replica_retry(struct core *core)
{
    int err = replica_begin(core);
    if (err == 0)
        return 0;
    logger_say(LEVEL_ERROR, "core", "the store does not take anything now: %s", err_text(err));
    core->retry_ms = clock_mono_ms() + RETRY_MS;
    return err == ERR_IO ? ERR_IO : 0;
}

/* So that peers need not wait for silence to tell them. */
static void say_goodbye(struct core *core, enum bye_reason reason)
{
    uint8_t frame[16];
    struct writer writer;
    struct bytes bytes;
    writer_init(&writer, frame, sizeof frame);
    message_write_bye(&writer, reason);
    check(writer_finish(&writer, &bytes) == 0);
    for (uint32_t i = 0; i < LINKS_MAX; i++)
        (void)!transport_send(core->transport, i, bytes);
}

static void replica_forget(struct core *core)
{
    replica_abort(core->replica);
    say_goodbye(core, BYE_ABORTED);
    transport_reset(core->transport);
    core->is_open = false;
    core->enrolling.is_pending = false;
    core_print_forget(core);
    core->is_links_changed = true;
}

/* --- a turn's commands --- */

static void answer_taken(struct core *core, int err)
{
    struct effect_answer answer = {.err = err};
    for (uint32_t i = 0; i < core->taken_count; i++) {
        answer.request = core->taken[i]->request;
        answer_door(core, &answer);
    }
    core->is_news = core->is_news || core->taken_count > 0;
    core->taken_count = 0;
}

static void take_door(struct core *core, const struct core_door *door)
{
    const struct api_command *command = NULL;
    while (core->taken_count < API_COMMANDS_MAX &&
           (command = command_queue_take(door->queue)) != NULL)
        core->taken[core->taken_count++] = command;
}

/* Those of an aborted turn first, one a turn. */
static void take_commands(struct core *core)
{
    if (core->replays_count > 0) {
        core->taken[core->taken_count++] = core->replays[0];
        core->replays_count--;
        for (uint32_t i = 0; i < core->replays_count; i++)
            core->replays[i] = core->replays[i + 1];
        return;
    }
    for (unsigned at = 0; at < COMMAND_DOORS_MAX; at++) {
        if (core->doors[at].reader != NULL)
            take_door(core, &core->doors[at]);
    }
}

static int step_command(struct core *core, struct store_txn *txn, const struct command *command,
                        uint64_t request)
{
    struct input input = {
        .kind = INPUT_COMMAND, .now = clock_now(), .command = command, .request = request};
    return replica_step(core->replica, txn, &input, core->effects);
}

/* Those taken from @first on. */
static int step_commands(struct core *core, struct store_txn *txn, uint32_t first)
{
    int err = 0;
    for (uint32_t i = first; i < core->taken_count && err == 0; i++)
        err = step_command(core, txn, &core->taken[i]->command, core->taken[i]->request);
    return err;
}

/* --- a turn's frames --- */

static int step_enrol(struct core *core, struct store_txn *txn, const struct transport_event *event)
{
    if (core->enrolling.is_pending)
        return 0; /* in this very turn: one command is one answer, however many frames come */
    core_enrol_event(core, event);
    if (!core->enrolling.is_pending)
        return 0;
    return step_command(core, txn, &core->enrolling.command, REQUEST_ENROL);
}

static int step_event(struct core *core, struct store_txn *txn, const struct transport_event *event)
{
    static const enum input_kind kinds[] = {[TRANSPORT_UP] = INPUT_LINK_UP,
                                            [TRANSPORT_DOWN] = INPUT_LINK_DOWN,
                                            [TRANSPORT_MESSAGE] = INPUT_MESSAGE};
    if (event->kind == TRANSPORT_ENROL)
        return step_enrol(core, txn, event);
    if (event->kind != TRANSPORT_MESSAGE) {
        logger_say(LEVEL_INFO, "mesh", "link %u %s: device %016llx", event->link,
                   event->kind == TRANSPORT_UP ? "up" : "down", (unsigned long long)event->device);
        core->is_links_changed = true;
    }
    struct input input = {.kind = kinds[event->kind],
                          .now = clock_now(),
                          .link = event->link,
                          .device = event->device,
                          .is_dialer = event->is_dialer,
                          .message = event->frame};
    return replica_step(core->replica, txn, &input, core->effects);
}

/* People go before peers: beyond the small budget, commands that came meanwhile end the turn. */
static int step_events(struct core *core, struct store_txn *txn, bool *ret_is_idle)
{
    struct transport_event event;
    size_t bytes = 0;
    int err = 0;
    while (err == 0 && bytes < TURN_BULK_BYTES) {
        if (bytes >= TURN_REMOTE_BYTES_MAX) {
            uint32_t before = core->taken_count;
            take_commands(core);
            if (core->taken_count > before)
                return step_commands(core, txn, before);
        }
        if (!transport_next(core->transport, &event))
            break;
        err = step_event(core, txn, &event);
        bytes += event.frame.size;
    }
    *ret_is_idle = bytes < TURN_REMOTE_BYTES_MAX;
    return err;
}

/* --- a turn --- */

/* 0 to go on. A disk that fails in a commit may hold anything, and LMDB begins nothing any more
 * after that: stop, and let a fresh start look. @is_commit: the store's own edges failed, not a
 * step.
 * @is_replay: the turn held one command and nothing else, so that it is to blame. */
static int turn_failed(struct core *core, int err, bool is_commit, bool is_replay)
{
    logger_say(LEVEL_ERROR, "core", "a turn was undone: %s", err_text(err));
    if (is_commit && err != ERR_FULL)
        return ERR_IO;
    core_care_failed(core, err);
    replica_forget(core);
    if (is_replay) {
        answer_taken(core, err == ERR_FULL ? ERR_FULL : ERR_INTERNAL);
    } else {
        for (uint32_t i = 0; i < core->taken_count; i++)
            core->replays[core->replays_count++] = core->taken[i];
        core->failures += core->taken_count == 0 && err != ERR_FULL;
        core->taken_count = 0;
    }
    if (core->failures >= FAILURES_MAX) {
        core_store_condemn(core, "what it holds cannot be worked with");
        return ERR_IO;
    }
    return replica_retry(core);
}

static int turn_inputs(struct core *core)
{
    struct store_txn *txn = NULL;
    bool is_commit = false, is_idle = true, is_replay = core->replays_count > 0;
    effects_reset(core->effects);
    replica_limit_store(core->replica, core->care.is_low);
    int err = store_lmdb_begin(core->store, &txn);
    if (err != 0)
        return turn_failed(core, err, true, false);
    take_commands(core);
    err = is_replay ? 0 : core_blobs_step(core, txn);
    if (err == 0 && !is_replay)
        err = core_print_step(core, txn);
    if (err == 0 && !is_replay)
        err = core_tell_place(core, txn);
    if (err == 0 && !is_replay)
        err = core_tell_screens(core);
    if (err == 0)
        err = step_commands(core, txn, 0);
    if (err == 0 && !is_replay)
        err = step_events(core, txn, &is_idle);
    if (err == 0 && !is_replay)
        err = core_care_scrub(core, txn, is_idle && core->taken_count == 0);
    if (err != 0)
        store_lmdb_abort(txn);
    else
        err = turn_end(core, txn, &is_commit);
    if (err != 0)
        return turn_failed(core, err, is_commit, is_replay);
    core->taken_count = 0;
    core->failures = 0;
    if (!core->effects->is_store_broken)
        return 0;
    core_store_condemn(core, "what is written is not found again");
    return ERR_IO;
}

/* Peers hold more of our journal than we do: go on under a new key. The key is on the disk before
 * an event is signed with it. */
static int log_renew(struct core *core)
{
    struct store_txn *txn = NULL;
    bool is_commit = false;
    int err = log_key_renew(core->state, &core->log_key);
    if (err != 0) {
        logger_say(LEVEL_ERROR, "core", "no new journal key: %s", err_text(err));
        return 0; /* asked for again */
    }
    core->replica_config.incarnation = core->log_key.incarnation;
    effects_reset(core->effects);
    err = store_lmdb_begin(core->store, &txn);
    if (err == 0) {
        err = replica_renew_log(core->replica, txn, &core->log_key.secret,
                                core->log_key.incarnation, clock_now(), core->effects);
        if (err != 0)
            store_lmdb_abort(txn);
        else
            err = turn_end(core, txn, &is_commit);
    }
    logger_say(LEVEL_WARNING, "core", "this device goes on under journal %016llx",
               (unsigned long long)replica_log(core->replica));
    return err == 0 ? 0 : turn_failed(core, err, is_commit, false);
}

/* Nothing can be written: say so to whoever asks, and try to open again now and then. */
static int turn_closed(struct core *core)
{
    struct transport_event event;
    do {
        take_commands(core);
        answer_taken(core, ERR_FULL);
    } while (core->replays_count > 0);
    while (transport_next(core->transport, &event)) {
    }
    transport_reset(core->transport);
    return clock_mono_ms() >= core->retry_ms ? replica_retry(core) : 0;
}

static uint32_t time_to_wait(const struct core *core, uint32_t wait_ms)
{
    uint64_t now_ms = clock_mono_ms();
    uint64_t wake_ms = core->is_open ? core->wake_ms : core->retry_ms;
    uint64_t until_ms = wake_ms > now_ms ? wake_ms - now_ms : 0;
    if (wake_ms == 0 || until_ms > wait_ms)
        until_ms = wait_ms;
    return core->replays_count > 0 ? 0 : (uint32_t)until_ms;
}

static int core_wait(struct core *core, uint32_t wait_ms)
{
    int fds[FDS_MAX];
    uint32_t ready = 0;
    size_t count = 0;
    fds[count++] = core->wake_fd;
    if (core->signal_fd >= 0)
        fds[count++] = core->signal_fd;
    count += control_fds(&core->control, fds + count);
    int err = transport_wait(core->transport, fds, count, time_to_wait(core, wait_ms), &ready);
    uint64_t drained = 0;
    if (err == 0 && (ready & 1) != 0)
        (void)!read(core->wake_fd, &drained, sizeof drained);
    return err;
}

static void core_tell(struct core *core)
{
    core_care_turn(core);
    core_publish(core, core->is_news);
    if (core->is_news && core->on_news != NULL)
        core->on_news(core->news_context);
    core->is_news = core->is_links_changed = false;
}

int core_turn(struct core *core, uint32_t wait_ms)
{
    int err = core_wait(core, wait_ms);
    if (err != 0)
        return err;
    core_serve_control(core);
    core_beacon_serve(core);
    core_enrol_expire(core);
    if (core->is_open)
        err = turn_inputs(core);
    else
        err = turn_closed(core);
    if (err == 0 && core->is_open && core->effects->is_new_log_needed)
        err = log_renew(core);
    core_tell(core);
    return err;
}

static void core_reload(const struct core *core)
{
    if (core->on_reload != NULL)
        core->on_reload(core->reload_context);
}

static bool is_told_to_stop(struct core *core, int signal_fd)
{
    int number = signals_take(signal_fd);
    if (number == SIGHUP)
        core_reload(core);
    return number == SIGTERM || number == SIGINT;
}

int core_run(struct core *core, int signal_fd)
{
    core->signal_fd = signal_fd;
    int err = 0;
    while (err == 0 && !is_told_to_stop(core, signal_fd))
        err = core_turn(core, IDLE_MS);
    say_goodbye(core, BYE_STOPPING);
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
    if (core->care.is_store_new)
        return log_key_renew(core->state, &core->log_key);
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

/* What the last run died of, if it died folding. It can work without knowing. */
static void open_breadcrumb(struct core *core)
{
    struct entity_id entity = {{0}};
    unsigned crashes = 0;
    int err = breadcrumb_open(&core->breadcrumb, core->state, &crashes, &entity);
    if (err != 0)
        logger_say(LEVEL_WARNING, "core", "no breadcrumb: %s", err_text(err));
    if (err == 0 && crashes > 0)
        logger_say(LEVEL_ERROR, "core", "it died folding entity %016llx%08x, %u times in a row",
                   (unsigned long long)get_be64(entity.bytes), get_be32(entity.bytes + 8), crashes);
    err = aside_load(core->state, &core->aside);
    if (err == 0 && crashes >= CRASHES_MAX)
        err = aside_add(core->state, &core->aside, &entity);
    if (err != 0)
        logger_say(LEVEL_ERROR, "core", "what it dies of is not set aside: %s", err_text(err));
    if (core->aside.count > 0)
        logger_say(LEVEL_ERROR, "core",
                   "%u orders or records are shown as they were, as this version dies of what came "
                   "after: look at them on another device, and report it",
                   core->aside.count);
}

static void configure_replica(struct core *core)
{
    const struct identity *identity = core->identity;
    core->replica_config = (struct replica_config){
        .popup = identity->popup,
        .root = identity->root,
        .epoch_ms = identity->epoch_ms,
        .chain = bytes_of(identity->chain, identity->chain_size),
        .root_secret = identity->has_root ? &identity->root_secret : NULL,
        .device_secret = &identity->device_secret,
        .log_secret = &core->log_key.secret,
        .incarnation = core->log_key.incarnation,
        .quote_ms = (uint64_t)core->settings->quote_s * 1000,
        .seed = entropy_u64(),
        .breadcrumb = core->breadcrumb.map,
        .aside = core->aside.entities,
        .aside_count = core->aside.count,
    };
    entropy_bytes(core->replica_config.boot, sizeof core->replica_config.boot);
}

static int open_access(struct core *core)
{
    const struct access_config config = {.state = core->state,
                                         .identity = core->identity,
                                         .is_screen_locked = core->settings->is_screen_locked};
    return access_open(&config, &core->access);
}

static int open_all(struct core *core)
{
    int err = open_memory(core);
    if (err == 0)
        err = core_store_open(core);
    if (err == 0)
        err = open_log_key(core);
    if (err == 0)
        err = core_fence_open(core);
    if (err == 0)
        err = book_load(core->state, core->book);
    if (err == 0)
        err = open_transport(core);
    if (err == 0)
        err = control_open(&core->control, core->state);
    if (err != 0)
        return err;
    open_breadcrumb(core);
    configure_replica(core);
    err = core_blobs_open(core);
    if (err == 0)
        err = open_access(core);
    if (err == 0)
        err = core_door_open(core, DOOR_WEB);
    if (err == 0)
        err = core_print_open(core);
    if (err == 0)
        err = replica_begin(core);
    if (err == 0)
        core_beacon_open(core);
    if (err == 0)
        core_care_open(core);
    return err;
}

int core_open(const struct core_config *config, struct core **ret_core)
{
    struct core *core = calloc(1, sizeof *core);
    if (core == NULL)
        return ERR_NO_MEMORY;
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
    if (core == NULL)
        return;
    core_fence_stop(core);
    core_care_close(core);
    control_close(&core->control, core->state);
    beacon_close(core->beacon);
    core_print_close(core);
    transport_close(core->transport);
    replica_free(core->replica);
    breadcrumb_close(&core->breadcrumb);
    access_close(core->access);
    blobs_close(core->blobs);
    for (unsigned at = 0; at < COMMAND_DOORS_MAX; at++)
        core_door_close(&core->doors[at]);
    store_lmdb_reader_close(core->usage_reader);
    store_lmdb_close(core->store);
    if (core->wake_fd >= 0)
        (void)close(core->wake_fd);
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
