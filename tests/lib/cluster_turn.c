/* cluster_turn.c - the turns of the nodes: as the host takes them, at a store that fails. */
#include "tests/lib/cluster_internal.h"

#include <stdlib.h>

#include "sync/base/check.h"

enum {
    REBUILD_ENTITIES = 64, /* a part */
    REOPEN_MS = 50,        /* after an abort the store is tried again that much later */
};

void cluster_turn_want(struct cluster *cluster, struct cluster_node *node, uint64_t at_ms)
{
    if (at_ms < node->turn_at_ms) {
        node->turn_at_ms = at_ms;
        cluster_schedule(cluster, at_ms, HAPPENING_TURN, node->index, node->life);
    }
}

/* --- faults of the store: only turns meet them, not who looks on --- */

static void paths_arm(struct cluster *cluster, struct cluster_node *node)
{
    if (cluster_chance(cluster, cluster->knobs.path_odds)) {
        store_memory_fail_paths(node->store, true);
    }
    node->fault_paths = store_memory_paths_failed(node->store);
}

static void paths_disarm(struct cluster *cluster, struct cluster_node *node)
{
    store_memory_fail_paths(node->store, false);
    cluster->faults[FAULT_IO] += store_memory_paths_failed(node->store) - node->fault_paths;
}

static void fault_arm(struct cluster_node *node, bool is_commit)
{
    const struct cluster_store_fault *fault = &node->fault;
    if (fault->nth > 0 && (fault->call == MEMORY_COMMIT) == is_commit) {
        node->fault_calls = store_memory_calls(node->store, fault->call);
        store_memory_fail(node->store, fault->call, fault->nth, fault->err);
    }
}

static void fault_disarm(struct cluster_node *node, bool is_commit)
{
    struct cluster_store_fault *fault = &node->fault;
    if (fault->nth > 0 && (fault->call == MEMORY_COMMIT) == is_commit) {
        const uint64_t calls = store_memory_calls(node->store, fault->call) - node->fault_calls;
        fault->nth = calls >= fault->nth ? 0 : fault->nth - (unsigned)calls;
        store_memory_fail(node->store, fault->call, 0, 0);
    }
}

static int txn_commit(struct cluster_node *node, struct store_txn *txn)
{
    fault_arm(node, true);
    const int err = store_memory_commit(txn);
    fault_disarm(node, true);
    return err;
}

/* --- a turn --- */

/* What one turn takes: as much as there is, within the bounds; what must be alone is alone. */
static void turn_take(struct cluster *cluster, struct cluster_node *node)
{
    size_t bytes = 0;
    unsigned commands = 0;
    struct cluster_input **last = &node->taken;
    const bool is_alone =
        node->inbox_first != NULL && (node->inbox_first->is_alone || node->inbox_first->is_copy);
    node->is_copy_turn = is_alone && node->inbox_first->is_copy;
    if (is_alone) {
        (void)cluster_inbox_take(cluster, node, &last);
        return;
    }
    while (node->inbox_first != NULL && !node->inbox_first->is_alone &&
           !node->inbox_first->is_copy && bytes < TURN_REMOTE_BYTES_MAX &&
           commands < EFFECT_ANSWERS_MAX) {
        commands += node->inbox_first->input.kind == INPUT_COMMAND ? 1 : 0;
        bytes += cluster_inbox_take(cluster, node, &last);
    }
}

/* As the real host does: a fresh key, also for the next start. */
static int log_renew(struct cluster *cluster, struct cluster_node *node, struct store_txn *txn,
                     struct moment now)
{
    node->is_log_needed = false;
    cluster_draw_log_key(cluster, node);
    node->config.incarnation++;
    const int err = replica_renew_log(node->replica, txn, &node->log_secret,
                                      node->config.incarnation, now, node->effects);
    node->log = replica_log(node->replica);
    return err;
}

void cluster_renew_log(struct cluster *cluster, uint32_t node)
{
    cluster->nodes[node].is_log_needed = true;
    cluster_turn_want(cluster, &cluster->nodes[node], cluster->now_ms);
}

/* UINT32_MAX, all, stays that. */
static uint32_t records_scrubbed(const struct cluster *cluster, const struct cluster_node *node)
{
    const uint32_t more = cluster->knobs.scrub_records;
    return node->scrub_records <= UINT32_MAX - more ? node->scrub_records + more : UINT32_MAX;
}

static int turn_steps(struct cluster *cluster, struct cluster_node *node, struct store_txn *txn)
{
    int err = 0;
    const struct moment now = cluster_moment(cluster, node);
    fault_arm(node, false);
    paths_arm(cluster, node);
    if (node->is_log_needed) {
        err = log_renew(cluster, node, txn, now);
    }
    for (struct cluster_input *taken = node->taken; taken != NULL && err == 0;
         taken = taken->next) {
        taken->input.now = now;
        if (cluster->hooks.on_input != NULL) {
            cluster->hooks.on_input(cluster->hooks.context, node, &taken->input);
        }
        cluster->steps++;
        err = replica_step(node->replica, txn, &taken->input, node->effects);
    }
    const uint32_t scrubbed = records_scrubbed(cluster, node);
    uint64_t entities;
    const bool is_wanted = scrubbed > 0 || replica_is_remaking(node->replica, &entities);
    if (err == 0 && is_wanted && !node->is_copy_turn) {
        const struct input scrub = {.kind = INPUT_SCRUB, .now = now, .records_max = scrubbed};
        err = replica_step(node->replica, txn, &scrub, node->effects);
    }
    err = err != 0 ? err : replica_seal(node->replica, txn, now, node->effects);
    paths_disarm(cluster, node);
    fault_disarm(node, false);
    return err;
}

/* A command that cannot be carried out even alone is answered so. */
static void refuse(struct cluster *cluster, struct cluster_node *node, uint64_t request, int err)
{
    const struct effect_answer answer = {.request = request, .err = err};
    if (cluster->hooks.on_answer != NULL) {
        cluster->hooks.on_answer(cluster->hooks.context, node, &answer);
    }
}

/* The commands of an aborted turn come first again, each alone. */
static void commands_replay(struct cluster *cluster, struct cluster_node *node, int err)
{
    struct cluster_input *taken = node->taken;
    struct cluster_input *rest = node->inbox_first;
    node->inbox_first = node->inbox_last = node->taken = NULL;
    while (taken != NULL || rest != NULL) {
        struct cluster_input **from = taken != NULL ? &taken : &rest;
        const bool is_replayed = from == &taken;
        struct cluster_input *input = *from;
        *from = input->next;
        input->next = NULL;
        if (is_replayed && (input->input.kind != INPUT_COMMAND || input->is_alone)) {
            if (input->input.kind == INPUT_COMMAND) {
                refuse(cluster, node, input->input.request, err);
            }
            free(input);
            continue;
        }
        cluster->faults[FAULT_REPLAY] += is_replayed ? 1 : 0;
        input->is_alone = input->is_alone || is_replayed;
        cluster_inbox_append(node, input);
    }
}

/* The turn came to nothing: links are gone, commands are replayed. */
static void turn_abort(struct cluster *cluster, struct cluster_node *node, int err)
{
    cluster_trace(cluster, node, true, "turn aborted: %s", err_code(err));
    replica_abort(node->replica);
    node->is_open = false;
    cluster_net_drop(cluster, node);
    cluster_inbox_forget(node, LINKS_MAX);
    commands_replay(cluster, node, err);
    node->wake_at_ms = UINT64_MAX;
    cluster_turn_want(cluster, node, cluster->now_ms + REOPEN_MS);
}

static void answers_release(struct cluster *cluster, struct cluster_node *node)
{
    const struct effects *effects = node->effects;
    for (uint32_t i = 0; i < effects->alarms_count; i++) {
        cluster_trace(cluster, node, true, "alarm: %s", alarm_text(effects->alarms[i].kind));
        if (cluster->hooks.on_alarm != NULL) {
            cluster->hooks.on_alarm(cluster->hooks.context, node, &effects->alarms[i]);
        }
    }
    for (uint32_t i = 0; i < effects->answers_count; i++) {
        cluster_trace(cluster, node, false, "answers request %llu: %s, %u events, seq %llu",
                      (unsigned long long)effects->answers[i].request,
                      err_code(effects->answers[i].err), effects->answers[i].answer.events,
                      (unsigned long long)effects->answers[i].answer.seq);
        if (cluster->hooks.on_answer != NULL) {
            cluster->hooks.on_answer(cluster->hooks.context, node, &effects->answers[i]);
        }
    }
}

/* The turn is durable: let its effects out. */
static void turn_release(struct cluster *cluster, struct cluster_node *node)
{
    cluster_inputs_free(&node->taken);
    node->turns++;
    cluster->turns++;
    if (cluster->hooks.on_turn != NULL) {
        cluster->hooks.on_turn(cluster->hooks.context, node);
    }
    answers_release(cluster, node);
    cluster_net_send(cluster, node, node->effects);
    cluster_blobs_release(cluster, node, node->effects);
    if (node->is_copy_turn && cluster->hooks.on_copy != NULL) {
        cluster->hooks.on_copy(cluster->hooks.context, node, true);
    }
    node->is_copy_turn = false;
    node->is_log_needed = node->effects->is_new_log_needed;
    const uint64_t wake = node->effects->wake_mono_ms;
    node->wake_at_ms = wake == UINT64_MAX ? UINT64_MAX : cluster_when_mono(node, wake);
    if (node->inbox_first != NULL || node->is_log_needed) {
        cluster_turn_want(cluster, node, cluster->now_ms + node->slow_ms);
    } else if (node->wake_at_ms != UINT64_MAX) {
        /* A wish to be woken at once still lets a moment pass: time stands still in here. */
        const uint64_t soonest = cluster->now_ms + 1;
        cluster_turn_want(cluster, node, node->wake_at_ms > soonest ? node->wake_at_ms : soonest);
    }
}

static bool is_fatal(int err)
{
    return err != 0 && err != ERR_IO && err != ERR_FULL;
}

/* As the real host does, in one go. */
static int store_rebuild(struct cluster_node *node, struct store_txn *txn, struct moment now)
{
    uint64_t entities = 0;
    bool is_done = false;
    int err = 0;
    while (err == 0 && !is_done) {
        err = replica_rebuild_part(node->replica, txn, REBUILD_ENTITIES, &entities, &is_done);
    }
    effects_reset(node->effects);
    return err != 0 ? err : replica_open(node->replica, txn, &node->config, now, node->effects);
}

static void software_enter(struct cluster *cluster, struct cluster_node *node)
{
    if (cluster->hooks.on_enter != NULL) {
        cluster->hooks.on_enter(cluster->hooks.context, node);
    }
}

static void node_open_start(struct cluster *cluster, struct cluster_node *node)
{
    software_enter(cluster, node);
    effects_reset(node->effects);
    struct store_txn *txn = store_memory_begin(node->store, true);
    const struct moment now = cluster_moment(cluster, node);
    fault_arm(node, false);
    paths_arm(cluster, node);
    int err = replica_open(node->replica, txn, &node->config, now, node->effects);
    if (err == ERR_VERSION) {
        err = store_rebuild(node, txn, now);
    }
    if (err == 0) {
        err = replica_seal(node->replica, txn, now, node->effects);
    }
    paths_disarm(cluster, node);
    fault_disarm(node, false);
    check(!is_fatal(err));
    if (err == 0) {
        err = txn_commit(node, txn);
    } else {
        store_memory_abort(txn);
    }
    if (err != 0) {
        turn_abort(cluster, node, err);
        return;
    }
    node->is_open = true;
    node->log = replica_log(node->replica);
    turn_release(cluster, node);
    cluster_net_dial_all(cluster, node->index);
}

bool cluster_node_open(struct cluster *cluster, struct cluster_node *node)
{
    node_open_start(cluster, node);
    return node->is_open;
}

/* Everything up to the commit; when there is something to commit, that takes its time. */
static void turn_start(struct cluster *cluster, struct cluster_node *node)
{
    software_enter(cluster, node);
    turn_take(cluster, node);
    if (node->is_copy_turn && cluster->hooks.on_copy != NULL) {
        cluster->hooks.on_copy(cluster->hooks.context, node, false);
    }
    effects_reset(node->effects);
    struct store_txn *txn = store_memory_begin(node->store, true);
    const int err = turn_steps(cluster, node, txn);
    check(!is_fatal(err));
    if (err != 0) {
        store_memory_abort(txn);
        turn_abort(cluster, node, err);
    } else if (!node->effects->is_written) {
        store_memory_abort(txn);
        turn_release(cluster, node);
    } else {
        node->txn = txn;
        cluster_schedule(cluster,
                         cluster->now_ms + cluster_between(cluster, cluster->knobs.sync_min_ms,
                                                           cluster->knobs.sync_max_ms),
                         HAPPENING_SYNCED, node->index, node->life);
    }
}

/* By numbers of its own: what is drawn after a commit is not another for it. */
static bool is_kept_if_it_fails(const struct cluster *cluster, const struct cluster_node *node)
{
    struct prng prng = {.state = cluster->seed ^ (cluster->turns << 8) ^ node->index};
    return prng_one_in(&prng, 2);
}

/* What the disk holds now is unknown: only a restart tells, and nobody is told anything before. */
static void commit_failed(struct cluster *cluster, struct cluster_node *node, bool is_kept)
{
    cluster->faults[FAULT_COMMIT_TORN] += is_kept ? 1 : 0;
    cluster_trace(cluster, node, true, "its commit failed");
    cluster_crash(cluster, node->index);
    store_memory_crash(node->store);
    cluster_trace(cluster, node, false, "all of that is %s", is_kept ? "on the disk" : "lost");
    cluster_restart(cluster, node->index, 200);
}

void cluster_turn_synced(struct cluster *cluster, struct cluster_node *node)
{
    struct store_txn *txn = node->txn;
    software_enter(cluster, node);
    node->txn = NULL;
    const bool is_kept = is_kept_if_it_fails(cluster, node);
    store_memory_tear(node->store, is_kept);
    const int err = txn_commit(node, txn);
    store_memory_tear(node->store, false);
    if (err == 0) {
        turn_release(cluster, node);
    } else if (err == ERR_FULL) {
        turn_abort(cluster, node, err);
    } else {
        commit_failed(cluster, node, is_kept);
    }
}

/* What it does with what it hears is not ours to know. */
static void liar_turn(struct cluster *cluster, struct cluster_node *node)
{
    while (node->inbox_first != NULL) {
        struct cluster_input *input = NULL;
        struct cluster_input **last = &input;
        (void)cluster_inbox_take(cluster, node, &last);
        cluster->hooks.on_lie(cluster->hooks.context, node, &input->input);
        free(input);
    }
    cluster->hooks.on_lie(cluster->hooks.context, node, NULL);
    cluster_turn_want(cluster, node, cluster->now_ms + LIAR_MS);
}

void cluster_turn_due(struct cluster *cluster, struct cluster_node *node)
{
    if (node->turn_at_ms > cluster->now_ms || node->txn != NULL) {
        return; /* an earlier wish that was overtaken */
    }
    node->turn_at_ms = UINT64_MAX;
    if (node->is_liar) {
        liar_turn(cluster, node);
    } else if (!node->is_open) {
        (void)cluster_node_open(cluster, node);
    } else {
        turn_start(cluster, node);
    }
}
