/* cluster.c - virtual time, and the turns of the nodes. */
#include "tests/lib/cluster_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

enum {
    ODDS_WHOLE = 10000,
    RATE_TRUE = 10000,
    LIAR_MS = 400,         /* from one thing that a liar does to the next */
    REBUILD_ENTITIES = 64, /* a part */
    REOPEN_MS = 50,        /* after an abort the store is tried again that much later */
};

void *cluster_allocate(size_t size)
{
    void *memory = calloc(1, size);
    check(memory != NULL);
    return memory;
}

const char *cluster_fault_text(enum cluster_fault fault)
{
    static const char *const texts[FAULT_COUNT] = {
#define X(name, text) text,
        CLUSTER_FAULTS(X)
#undef X
    };
    return texts[fault];
}

bool cluster_chance(struct cluster *cluster, uint32_t odds)
{
    return odds > 0 && prng_below(&cluster->prng, ODDS_WHOLE) < odds;
}

uint64_t cluster_between(struct cluster *cluster, uint64_t low, uint64_t high)
{
    return low + prng_below(&cluster->prng, high - low + 1);
}

/* --- what happens when: a heap by (time, serial) --- */

static bool event_is_before(const struct cluster_event *a, const struct cluster_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->serial < b->serial;
}

static void event_swap(struct cluster_event *a, struct cluster_event *b)
{
    const struct cluster_event kept = *a;
    *a = *b;
    *b = kept;
}

void cluster_schedule(struct cluster *cluster, uint64_t at_ms, enum happening kind, uint32_t index,
                      uint64_t token)
{
    if (cluster->events_count == cluster->events_capacity) {
        cluster->events_capacity = cluster->events_capacity * 2 + 256;
        cluster->events =
            realloc(cluster->events, cluster->events_capacity * sizeof *cluster->events);
        check(cluster->events != NULL);
    }
    size_t at = cluster->events_count++;
    cluster->events[at] =
        (struct cluster_event){.at_ms = at_ms < cluster->now_ms ? cluster->now_ms : at_ms,
                               .serial = ++cluster->serial,
                               .kind = kind,
                               .index = index,
                               .token = token};
    for (; at > 0 && event_is_before(&cluster->events[at], &cluster->events[(at - 1) / 2]);
         at = (at - 1) / 2) {
        event_swap(&cluster->events[at], &cluster->events[(at - 1) / 2]);
    }
}

static struct cluster_event event_take(struct cluster *cluster)
{
    const struct cluster_event first = cluster->events[0];
    cluster->events[0] = cluster->events[--cluster->events_count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < cluster->events_count;
             child++) {
            if (event_is_before(&cluster->events[child], &cluster->events[least])) {
                least = child;
            }
        }
        if (least == at) {
            return first;
        }
        event_swap(&cluster->events[at], &cluster->events[least]);
        at = least;
    }
}

/* --- the trace --- */

void cluster_trace(struct cluster *cluster, const struct cluster_node *node, bool is_story,
                   const char *format, ...)
{
    char line[CLUSTER_LINE_MAX];
    if (cluster->hooks.on_trace == NULL) {
        return;
    }
    int size = snprintf(line, sizeof line, "[%8.3f] %-8s ", (double)cluster->now_ms / 1000,
                        node == NULL ? "" : node->name);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + size, sizeof line - (size_t)size, format, arguments);
    va_end(arguments);
    cluster->hooks.on_trace(cluster->hooks.context, is_story, line);
}

/* --- clocks --- */

static uint64_t mono_of(const struct cluster_node *node, uint64_t now_ms)
{
    return node->mono_base_ms + (now_ms - node->boot_ms) * node->rate / RATE_TRUE;
}

/* The first moment at which the node's clock shows @mono_ms. */
static uint64_t when_mono(const struct cluster_node *node, uint64_t mono_ms)
{
    if (mono_ms <= node->mono_base_ms) {
        return node->boot_ms;
    }
    const uint64_t since = mono_ms - node->mono_base_ms;
    return node->boot_ms + (since * RATE_TRUE + node->rate - 1) / node->rate;
}

struct moment cluster_moment(const struct cluster *cluster, const struct cluster_node *node)
{
    return (struct moment){.wall_ms =
                               CLUSTER_EPOCH_MS + (int64_t)cluster->now_ms + node->wall_offset_ms,
                           .mono_ms = mono_of(node, cluster->now_ms)};
}

void cluster_jump_clock(struct cluster *cluster, uint32_t node, int64_t by_ms)
{
    cluster->nodes[node].wall_offset_ms += by_ms;
    cluster->faults[FAULT_CLOCK_JUMP]++;
    cluster_trace(cluster, &cluster->nodes[node], true, "clock jumps by %lld s",
                  (long long)by_ms / 1000);
}

void cluster_set_rate(struct cluster *cluster, uint32_t node, uint32_t rate)
{
    struct cluster_node *changed = &cluster->nodes[node];
    changed->mono_base_ms = mono_of(changed, cluster->now_ms);
    changed->boot_ms = cluster->now_ms;
    changed->rate = rate;
    cluster->faults[FAULT_CLOCK_RATE] += rate != RATE_TRUE ? 1 : 0;
    cluster_trace(cluster, changed, false, "clock runs at %u/10000", rate);
}

void cluster_set_slow(struct cluster *cluster, uint32_t node, uint32_t slow_ms)
{
    cluster->nodes[node].slow_ms = slow_ms;
    cluster->faults[FAULT_SLOW] += slow_ms > 0 ? 1 : 0;
    cluster_trace(cluster, &cluster->nodes[node], false, "takes %u ms before each turn", slow_ms);
}

/* --- the inbox --- */

static void turn_want(struct cluster *cluster, struct cluster_node *node, uint64_t at_ms)
{
    if (at_ms < node->turn_at_ms) {
        node->turn_at_ms = at_ms;
        cluster_schedule(cluster, at_ms, HAPPENING_TURN, node->index, node->life);
    }
}

static void inbox_append(struct cluster_node *node, struct cluster_input *input)
{
    if (node->inbox_last == NULL) {
        node->inbox_first = input;
    } else {
        node->inbox_last->next = input;
    }
    node->inbox_last = input;
}

struct cluster_input *cluster_deliver(struct cluster *cluster, struct cluster_node *node,
                                      enum input_kind kind, uint32_t link, struct bytes frame)
{
    struct cluster_input *input = cluster_allocate(sizeof *input + frame.size);
    input->input = (struct input){.kind = kind, .link = link};
    input->size = frame.size;
    if (frame.size > 0) {
        memcpy(input->data, frame.data, frame.size);
    }
    input->input.message = bytes_of(input->data, frame.size);
    inbox_append(node, input);
    if (node->is_running && node->txn == NULL) {
        turn_want(cluster, node, cluster->now_ms + node->slow_ms);
    }
    return input;
}

static void inputs_free(struct cluster_input **first)
{
    while (*first != NULL) {
        struct cluster_input *next = (*first)->next;
        free(*first);
        *first = next;
    }
}

static bool is_of_link(const struct cluster_input *input, uint32_t link)
{
    return input->input.kind != INPUT_COMMAND && (link == LINKS_MAX || input->input.link == link);
}

/* LINKS_MAX stands for all. */
void cluster_inbox_forget(struct cluster_node *node, uint32_t link)
{
    struct cluster_input *kept = node->inbox_first;
    node->inbox_first = node->inbox_last = NULL;
    while (kept != NULL) {
        struct cluster_input *next = kept->next;
        kept->next = NULL;
        if (is_of_link(kept, link)) {
            free(kept);
        } else {
            inbox_append(node, kept);
        }
        kept = next;
    }
}

void cluster_command(struct cluster *cluster, uint32_t node, const struct command *command,
                     uint64_t request)
{
    struct cluster_input *input =
        cluster_deliver(cluster, &cluster->nodes[node], INPUT_COMMAND, 0, bytes_of(NULL, 0));
    input->input.command = command;
    input->input.request = request;
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

static size_t inbox_take(struct cluster *cluster, struct cluster_node *node,
                         struct cluster_input ***last)
{
    struct cluster_input *input = node->inbox_first;
    if (input->input.kind == INPUT_LINK_UP) {
        cluster_net_told(cluster, node, input->input.link, input->serial);
    }
    node->inbox_first = input->next;
    if (node->inbox_first == NULL) {
        node->inbox_last = NULL;
    }
    input->next = NULL;
    **last = input;
    *last = &input->next;
    return input->size;
}

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
        (void)inbox_take(cluster, node, &last);
        return;
    }
    while (node->inbox_first != NULL && !node->inbox_first->is_alone &&
           !node->inbox_first->is_copy && bytes < TURN_REMOTE_BYTES_MAX &&
           commands < EFFECT_ANSWERS_MAX) {
        commands += node->inbox_first->input.kind == INPUT_COMMAND ? 1 : 0;
        bytes += inbox_take(cluster, node, &last);
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
        inbox_append(node, input);
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
    turn_want(cluster, node, cluster->now_ms + REOPEN_MS);
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
    inputs_free(&node->taken);
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
    node->wake_at_ms = wake == UINT64_MAX ? UINT64_MAX : when_mono(node, wake);
    if (node->inbox_first != NULL || node->is_log_needed) {
        turn_want(cluster, node, cluster->now_ms + node->slow_ms);
    } else if (node->wake_at_ms != UINT64_MAX) {
        /* A wish to be woken at once still lets a moment pass: time stands still in here. */
        const uint64_t soonest = cluster->now_ms + 1;
        turn_want(cluster, node, node->wake_at_ms > soonest ? node->wake_at_ms : soonest);
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

/* Open the replica in a turn of its own; false when that was aborted. */
static bool node_open(struct cluster *cluster, struct cluster_node *node)
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

static void turn_synced(struct cluster *cluster, struct cluster_node *node)
{
    struct store_txn *txn = node->txn;
    software_enter(cluster, node);
    node->txn = NULL;
    const int err = txn_commit(node, txn);
    if (err == 0) {
        turn_release(cluster, node);
        return;
    }
    turn_abort(cluster, node, err);
    if (err != ERR_FULL) { /* what the disk holds now is unknown: only a restart tells */
        cluster_crash(cluster, node->index);
        cluster_restart(cluster, node->index, 200);
    }
}

/* What it does with what it hears is not ours to know. */
static void liar_turn(struct cluster *cluster, struct cluster_node *node)
{
    while (node->inbox_first != NULL) {
        struct cluster_input *input = NULL;
        struct cluster_input **last = &input;
        (void)inbox_take(cluster, node, &last);
        cluster->hooks.on_lie(cluster->hooks.context, node, &input->input);
        free(input);
    }
    cluster->hooks.on_lie(cluster->hooks.context, node, NULL);
    turn_want(cluster, node, cluster->now_ms + LIAR_MS);
}

static void turn_due(struct cluster *cluster, struct cluster_node *node)
{
    if (node->turn_at_ms > cluster->now_ms || node->txn != NULL) {
        return; /* an earlier wish that was overtaken */
    }
    node->turn_at_ms = UINT64_MAX;
    if (node->is_liar) {
        liar_turn(cluster, node);
    } else if (!node->is_open) {
        (void)node_open(cluster, node);
    } else {
        turn_start(cluster, node);
    }
}

/* --- power --- */

void cluster_node_boot(struct cluster *cluster, struct cluster_node *node)
{
    for (size_t i = 0; i < sizeof node->config.boot; i++) {
        node->config.boot[i] = (uint8_t)prng_next(&cluster->prng);
    }
    node->config.seed = prng_next(&cluster->prng);
    node->life++;
    node->is_running = true;
    node->boot_ms = cluster->now_ms;
    node->mono_base_ms = 1 + prng_below(&cluster->prng, 100000);
    node->turn_at_ms = node->wake_at_ms = UINT64_MAX;
    node->newest_sent = 0;
    if (node->is_liar) {
        node->is_open = true;
        turn_want(cluster, node, cluster->now_ms + LIAR_MS);
        cluster_net_dial_all(cluster, node->index);
        return;
    }
    cluster_blobs_sweep(node);
    replica_restart(node->replica);
    if (!node_open(cluster, node)) {
        return;
    }
    if (node->inbox_first != NULL) {
        turn_want(cluster, node, cluster->now_ms + node->slow_ms);
    }
}

/* The unfinished commit reached the disk or did not. */
static void txn_lose(struct cluster *cluster, struct cluster_node *node)
{
    struct store_txn *txn = node->txn;
    node->txn = NULL;
    if (txn == NULL) {
        cluster->faults[FAULT_CRASH]++;
        return;
    }
    bool is_kept = false;
    if (prng_one_in(&cluster->prng, 2)) {
        is_kept = store_memory_commit(txn) == 0;
    } else {
        store_memory_abort(txn);
    }
    store_memory_crash(node->store);
    cluster->faults[is_kept ? FAULT_CRASH_SILENT : FAULT_CRASH_LOST]++;
    cluster_trace(cluster, node, false, "its last commit is %s", is_kept ? "on the disk" : "lost");
}

void cluster_crash(struct cluster *cluster, uint32_t index)
{
    struct cluster_node *node = &cluster->nodes[index];
    if (!node->is_running) {
        return;
    }
    cluster_trace(cluster, node, true, "power lost");
    txn_lose(cluster, node);
    node->is_running = node->is_open = false;
    node->life++;
    replica_abort(node->replica);
    inputs_free(&node->taken);
    inputs_free(&node->inbox_first);
    node->inbox_last = NULL;
    node->is_copy_turn = false;
    cluster_net_drop(cluster, node);
    if (cluster->hooks.on_crash != NULL) {
        cluster->hooks.on_crash(cluster->hooks.context, node);
    }
}

void cluster_turn_liar(struct cluster *cluster, uint32_t node)
{
    cluster_crash(cluster, node);
    cluster->nodes[node].is_liar = true;
    cluster->faults[FAULT_LIAR]++;
    cluster_trace(cluster, &cluster->nodes[node], true, "is in hostile hands");
    cluster_node_boot(cluster, &cluster->nodes[node]);
}

void cluster_restart(struct cluster *cluster, uint32_t node, uint64_t after_ms)
{
    cluster_schedule(cluster, cluster->now_ms + after_ms, HAPPENING_BOOT, node, 0);
}

static void boot_due(struct cluster *cluster, struct cluster_node *node)
{
    if (node->is_running) {
        return;
    }
    cluster->faults[FAULT_RESTART]++;
    cluster_trace(cluster, node, true, "power back");
    cluster_node_boot(cluster, node);
}

void cluster_fail_store(struct cluster *cluster, uint32_t index,
                        const struct cluster_store_fault *fault)
{
    struct cluster_node *node = &cluster->nodes[index];
    const enum cluster_fault kind = fault->err == ERR_FULL         ? FAULT_FULL
                                    : fault->call == MEMORY_COMMIT ? FAULT_COMMIT
                                                                   : FAULT_IO;
    node->fault = *fault;
    if (fault->nth > 0) {
        cluster->faults[kind]++;
        cluster_trace(cluster, node, false, "storage call %d will fail: %s", (int)fault->call,
                      err_code(fault->err));
    }
}

/* --- time --- */

static void happen(struct cluster *cluster, const struct cluster_event *event)
{
    struct cluster_node *node = &cluster->nodes[event->index % CLUSTER_NODES_MAX];
    switch ((enum happening)event->kind) {
    case HAPPENING_TURN:
        if (node->is_running && node->life == event->token) {
            turn_due(cluster, node);
        }
        break;
    case HAPPENING_SYNCED:
        if (node->txn != NULL && node->life == event->token) {
            turn_synced(cluster, node);
        }
        break;
    case HAPPENING_BOOT:
        boot_due(cluster, node);
        break;
    case HAPPENING_FRAME:
        cluster_net_frame(cluster, event->index, event->token);
        break;
    case HAPPENING_NOTICE:
        cluster_net_notice(cluster, event->index, event->token);
        break;
    case HAPPENING_DIAL:
        cluster_net_dial(cluster, event->index, event->token);
        break;
    }
}

bool cluster_step(struct cluster *cluster, uint64_t until_ms)
{
    if (cluster->events_count == 0 || cluster->events[0].at_ms > until_ms) {
        cluster->now_ms = until_ms;
        return false;
    }
    const struct cluster_event event = event_take(cluster);
    cluster->now_ms = event.at_ms;
    happen(cluster, &event);
    return true;
}

void cluster_run(struct cluster *cluster, uint64_t ms)
{
    const uint64_t until_ms = cluster->now_ms + ms;
    while (cluster_step(cluster, until_ms)) {
    }
}

static bool is_idle(const struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->count; i++) {
        const struct cluster_node *node = &cluster->nodes[i];
        const bool is_busy = node->txn != NULL || node->inbox_first != NULL;
        if (!node->is_liar && (!node->is_running || !node->is_open || is_busy)) {
            return false;
        }
    }
    return true;
}

/* Whether the same counts of each log. */
static bool is_alike(const struct replica *a, const struct replica *b)
{
    struct replica_log_info one;
    struct replica_log_info other;
    uint32_t at = 0;
    for (; replica_log_at(a, at, &one); at++) {
        if (!replica_log_at(b, at, &other) || one.log != other.log || one.seq != other.seq ||
            memcmp(one.hash, other.hash, sizeof one.hash) != 0) {
            return false;
        }
    }
    return !replica_log_at(b, at, &other);
}

bool cluster_is_converged(const struct cluster *cluster)
{
    const struct cluster_node *first = NULL;
    for (uint32_t i = 0; i < cluster->count; i++) {
        const struct cluster_node *node = &cluster->nodes[i];
        if (!node->is_running || node->is_liar) {
            continue;
        }
        if (!node->is_open || (first != NULL && !is_alike(first->replica, node->replica))) {
            return false;
        }
        first = first == NULL ? node : first;
    }
    return true;
}

bool cluster_converge(struct cluster *cluster, uint64_t ms)
{
    const uint64_t until_ms = cluster->now_ms + ms;
    while (!is_idle(cluster) || !cluster_is_converged(cluster)) {
        if (!cluster_step(cluster, until_ms)) {
            return false;
        }
    }
    return true;
}
