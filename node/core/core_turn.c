/* A turn: the commands of people and the frames of peers that wait, in one write transaction, and
 * what becomes of them when it has to be undone. */
#include "node/core/core_state.h"
#include "node/os/clock.h"

enum {
    TURN_BULK_BYTES = 1024 * 1024, /* some 4,096 events a commit: measured, LMDB's sweet spot */
    FAILURES_MAX = 8,
};

/* --- commands --- */

static void answer_taken(struct core *core, int err)
{
    struct effect_answer answer = {.err = err};
    for (uint32_t i = 0; i < core->taken_count; i++) {
        answer.request = core->taken[i]->request;
        core_door_answer(core, &answer);
    }
    core->is_news = core->is_news || core->taken_count > 0;
    core->taken_count = 0;
}

static void take_door(struct core *core, const struct core_door *door)
{
    const struct api_command *command = NULL;
    while (core->taken_count < API_COMMANDS_MAX &&
           (command = command_queue_take(door->queue)) != NULL) {
        core->taken[core->taken_count++] = command;
    }
}

/* Those of an aborted turn first, one a turn; then who waited. */
static void take_commands(struct core *core)
{
    if (core->replays_count > 0) {
        core->taken[core->taken_count++] = core->replays[0];
        core->replays_count--;
        for (uint32_t i = 0; i < core->replays_count; i++) {
            core->replays[i] = core->replays[i + 1];
        }
        return;
    }
    core_patience_take(core);
    for (unsigned at = 0; at < COMMAND_DOORS_MAX; at++) {
        if (core->doors[at].reader != NULL) {
            take_door(core, &core->doors[at]);
        }
    }
}

static int step_command(struct core *core, struct store_txn *txn, const struct command *command,
                        uint64_t request, bool is_patient)
{
    struct input input = {.kind = INPUT_COMMAND,
                          .now = clock_now(),
                          .command = command,
                          .request = request,
                          .is_patient = is_patient};
    return replica_step(core->replica, txn, &input, core->effects);
}

/* Whether the command that was stepped last waits instead of being answered. */
static bool is_kept(struct core *core, const struct api_command *command)
{
    struct effects *effects = core->effects;
    const struct effect_answer *answer = &effects->answers[effects->answers_count - 1];
    if (!answer->answer.is_asked_for) {
        return false;
    }
    effects->answers_count--;
    core_patience_keep(core, command);
    return true;
}

/* Those taken from @first on. */
static int step_commands(struct core *core, struct store_txn *txn, uint32_t first)
{
    uint32_t at = first;
    int err = 0;
    while (at < core->taken_count && err == 0) {
        const struct api_command *command = core->taken[at];
        err = step_command(core, txn, &command->command, command->request,
                           core_patience_has(core, command));
        if (err != 0 || !is_kept(core, command)) {
            at++;
            continue;
        }
        core->taken_count--;
        for (uint32_t i = at; i < core->taken_count; i++) {
            core->taken[i] = core->taken[i + 1];
        }
    }
    return err;
}

/* --- frames --- */

static int step_enrol(struct core *core, struct store_txn *txn, const struct transport_event *event)
{
    if (core->enrolling.is_pending) {
        return 0; /* in this very turn: one command is one answer, however many frames come */
    }
    core_enrol_event(core, event);
    if (!core->enrolling.is_pending) {
        return 0;
    }
    return step_command(core, txn, &core->enrolling.command, REQUEST_ENROL, false);
}

static int step_event(struct core *core, struct store_txn *txn, const struct transport_event *event)
{
    static const enum input_kind kinds[] = {[TRANSPORT_UP] = INPUT_LINK_UP,
                                            [TRANSPORT_DOWN] = INPUT_LINK_DOWN,
                                            [TRANSPORT_MESSAGE] = INPUT_MESSAGE};
    if (event->kind == TRANSPORT_ENROL) {
        return step_enrol(core, txn, event);
    }
    if (event->kind != TRANSPORT_MESSAGE) {
        logger_say(LEVEL_INFO, "mesh", "link %u %s: device %016llx", event->link,
                   event->kind == TRANSPORT_UP ? "up" : "down", (unsigned long long)event->device);
        core->is_links_changed = true;
    } else {
        core_errand_hear(core, event->link, event->frame);
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
            if (core->taken_count > before) {
                return step_commands(core, txn, before);
            }
        }
        if (!transport_next(core->transport, &event)) {
            break;
        }
        err = step_event(core, txn, &event);
        bytes += event.frame.size;
    }
    *ret_is_idle = bytes < TURN_REMOTE_BYTES_MAX;
    return err;
}

/* --- all of it --- */

/* 0 to go on. A disk that fails in a commit may hold anything, and LMDB begins nothing any more
 * after that: stop, and let a fresh start look. @is_commit: the store's own edges failed, not a
 * step.
 * @is_replay: the turn held one command and nothing else, so that it is to blame. */
static int turn_failed(struct core *core, int err, bool is_commit, bool is_replay)
{
    logger_say(LEVEL_ERROR, "core", "a turn was undone: %s", err_text(err));
    if (is_commit && err != ERR_FULL) {
        core->is_undone = true;
        return ERR_IO;
    }
    core_care_failed(core, err);
    core_replica_forget(core);
    if (is_replay) {
        answer_taken(core, err == ERR_FULL ? ERR_FULL : ERR_INTERNAL);
    } else {
        for (uint32_t i = 0; i < core->taken_count; i++) {
            core->replays[core->replays_count++] = core->taken[i];
        }
        core->failures += core->taken_count == 0 && err != ERR_FULL;
        core->taken_count = 0;
    }
    if (core->failures >= FAILURES_MAX) {
        core_store_condemn(core, "what it holds cannot be worked with");
        return ERR_IO;
    }
    return core_replica_retry(core);
}

/* What the device itself has to say. */
static int step_own(struct core *core, struct store_txn *txn)
{
    int err = core_blobs_step(core, txn);
    if (err == 0) {
        err = core_print_step(core, txn);
    }
    if (err == 0) {
        err = core_tell_place(core, txn);
    }
    if (err == 0) {
        err = core_tell_screens(core);
    }
    return err != 0 ? err : core_tell_health(core);
}

/* @is_replay: a command of a turn that was undone, and nothing else, so that it is to blame. */
static int step_all(struct core *core, struct store_txn *txn, bool is_replay)
{
    bool is_idle = true;
    if (is_replay) {
        return step_commands(core, txn, 0);
    }
    int err = step_own(core, txn);
    if (err == 0) {
        err = step_commands(core, txn, 0);
    }
    if (err == 0) {
        err = step_events(core, txn, &is_idle);
    }
    if (err == 0) {
        err = core_reconcile_step(core);
    }
    return err != 0 ? err : core_care_scrub(core, txn, is_idle && core->taken_count == 0);
}

int core_turn_inputs(struct core *core)
{
    struct store_txn *txn = NULL;
    bool is_commit = false, is_replay = core->replays_count > 0;
    effects_reset(core->effects);
    replica_limit_store(core->replica, core->care.is_low);
    int err = store_lmdb_begin(core->store, &txn);
    if (err != 0) {
        return turn_failed(core, err, true, false);
    }
    take_commands(core);
    err = step_all(core, txn, is_replay);
    core_patience_settle(core);
    if (err != 0) {
        store_lmdb_abort(txn);
    } else {
        err = core_turn_end(core, txn, &is_commit);
    }
    if (err != 0) {
        return turn_failed(core, err, is_commit, is_replay);
    }
    core->taken_count = 0;
    core->failures = 0;
    if (!core->effects->is_store_broken) {
        return 0;
    }
    core_store_condemn(core, "what is written is not found again");
    return ERR_IO;
}

/* In a turn of its own. */
static int renew_log(struct core *core, bool *ret_is_commit)
{
    struct store_txn *txn = NULL;
    effects_reset(core->effects);
    int err = store_lmdb_begin(core->store, &txn);
    if (err != 0) {
        return err;
    }
    err = replica_renew_log(core->replica, txn, &core->log_key.secret, core->log_key.incarnation,
                            clock_now(), core->effects);
    if (err == 0) {
        return core_turn_end(core, txn, ret_is_commit);
    }
    store_lmdb_abort(txn);
    return err;
}

int core_renew_log(struct core *core)
{
    bool is_commit = false;
    int err = log_key_renew(core->state, &core->log_key);
    if (err != 0) {
        logger_say(LEVEL_ERROR, "core", "no new journal key: %s", err_text(err));
        return 0; /* asked for again */
    }
    core->replica_config.incarnation = core->log_key.incarnation;
    err = renew_log(core, &is_commit);
    if (err != 0) {
        return turn_failed(core, err, is_commit, false);
    }
    logger_say(LEVEL_WARNING, "core", "this device goes on under journal %016llx",
               (unsigned long long)replica_log(core->replica));
    return 0;
}

int core_turn_closed(struct core *core)
{
    struct transport_event event;
    do {
        take_commands(core);
        answer_taken(core, ERR_FULL);
    } while (core->replays_count > 0);
    core_patience_settle(core);
    while (transport_next(core->transport, &event)) {
    }
    transport_reset(core->transport);
    return clock_mono_ms() >= core->retry_ms ? core_replica_retry(core) : 0;
}
