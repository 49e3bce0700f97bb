/* sim.c - one seed from the first key to the last check. */
#include "tests/sim/sim_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

enum {
    ODDS_WHOLE = 10000,
    VERIFY_ONE_IN = 500,  /* turns */
    LOOK_MS = 250,        /* while something is waited for */
    TICKS_MAX_MS = 12000, /* after converging: a status of each to each, and what these bring */
    CLIENTS_LARGE = 32,   /* of 64 devices, at a time */
    SHIFTED_ONE_IN = 16,  /* seeds */
};

const char *oracle_name(enum oracle oracle)
{
    static const char *const names[ORACLE_COUNT] = {
#define X(name, text, what) text,
        ORACLES(X)
#undef X
    };
    return names[oracle];
}

const char *oracle_text(enum oracle oracle)
{
    static const char *const texts[ORACLE_COUNT] = {
#define X(name, text, what) what,
        ORACLES(X)
#undef X
    };
    return texts[oracle];
}

void sim_fail(struct sim *sim, enum oracle oracle, const struct cluster_node *node,
              const char *format, ...)
{
    if (sim->is_failed || (sim->options.blind >> oracle & 1) != 0) {
        return;
    }
    sim->is_failed = true;
    sim->failed_oracle = oracle;
    int size = snprintf(sim->failure, sizeof sim->failure,
                        "%s (%s) at %.3f s, turn %llu, %s: ", oracle_name(oracle),
                        oracle_text(oracle), (double)sim->cluster->now_ms / 1000,
                        (unsigned long long)sim->cluster->turns, node == NULL ? "all" : node->name);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sim->failure + size, sizeof sim->failure - (size_t)size, format, arguments);
    va_end(arguments);
    cluster_trace(sim->cluster, node, true, "FAILED %s", sim->failure);
}

uint64_t sim_below(struct sim *sim, uint64_t limit)
{
    return prng_below(&sim->prng, limit);
}

uint64_t sim_oracle_below(struct sim *sim, uint64_t limit)
{
    return prng_below(&sim->oracle_prng, limit);
}

bool sim_chance(struct sim *sim, uint32_t odds)
{
    return odds > 0 && sim_below(sim, ODDS_WHOLE) < odds;
}

bool sim_has_clones(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        if (sim->is_twofold[i] && !liar_is(sim, &sim->cluster->nodes[i])) {
            return true;
        }
    }
    return false;
}

struct watch *sim_watch(struct sim *sim, const struct cluster_node *node)
{
    return &sim->watches[node->index];
}

const char *sim_failure(const struct sim *sim)
{
    return sim->failure;
}

enum oracle sim_failed_oracle(const struct sim *sim)
{
    return sim->failed_oracle;
}

struct hash sim_trace_hash(const struct sim *sim)
{
    return sim->trace_hash;
}

/* --- what the cluster tells --- */

static void on_input(void *context, struct cluster_node *node, const struct input *input)
{
    trace_input(context, node, input);
    time_input(context, node, input);
    rounds_input(context, node, input);
}

/* Something was committed since the last look. */
static void rows_look(struct sim *sim, struct cluster_node *node)
{
    journal_turn(sim, node);
    flips_turn(sim, node);
    if (flips_is_spoilt(sim, node)) {
        state_forget(sim, node);
        return;
    }
    if (!sim->is_failed && sim->fork_found.log != 0) {
        forks_turn(sim, node);
    }
    if (!sim->is_failed) {
        cuts_turn(sim, node);
    }
    if (!sim->is_failed) {
        state_turn(sim, node);
    }
}

/* A turn that commits nothing leaves all rows as they were: then only what is kept in memory, and
 * the links, are looked at. */
static void on_turn(void *context, struct cluster_node *node)
{
    struct sim *sim = context;
    struct watch *watch = sim_watch(sim, node);
    const uint64_t commits = store_memory_calls(node->store, MEMORY_COMMIT);
    trace_turn(sim, node);
    watch->day_before = watch->day;
    if (watch->commits != commits || flips_is_spoilt(sim, node)) {
        watch->commits = commits;
        rows_look(sim, node);
    }
    if (flips_is_spoilt(sim, node)) {
        return;
    }
    if (!sim->is_failed) {
        told_ticks(sim, node);
        links_turn(sim, node);
    }
    if (!sim->is_failed && prng_one_in(&sim->oracle_prng, VERIFY_ONE_IN)) {
        journal_verify(sim, node);
        trade_stock(sim);
    }
}

static void on_enter(void *context, struct cluster_node *node)
{
    versions_enter(context, node);
}

static void on_copy(void *context, struct cluster_node *node, bool is_after)
{
    state_copy(context, node, is_after);
}

static void on_send(void *context, struct cluster_node *node, uint32_t link, struct bytes frame)
{
    told_send(context, node, link, frame);
}

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    clients_answered(context, node, answer);
}

/* The liar or its journal, also in the hands of those that it was shown to; nobody else. */
static bool is_about_liar(const struct sim *sim, const struct effect_alarm *alarm)
{
    if (!sim->liar.is_lying) {
        return false;
    }
    return (alarm->device == sim->liar.device || alarm->log == sim->liar.log) &&
           (alarm->kind == ALARM_FORK || alarm->kind == ALARM_BAD_EVENTS ||
            alarm->kind == ALARM_PROTOCOL || alarm->kind == ALARM_ALLOWANCE);
}

static void on_alarm(void *context, struct cluster_node *node, const struct effect_alarm *alarm)
{
    const struct sim *sim = context;
    const bool is_of_disk = sim->flips.node == node->index && sim->odds.flip > 0 &&
                            alarm->kind >= ALARM_DAMAGE && alarm->kind <= ALARM_STATE_DAMAGE;
    if (is_of_disk || is_about_liar(sim, alarm)) {
        return;
    }
    if ((sim->is_copying || (sim->is_forking && !sim->liar.is_on)) &&
        (alarm->kind == ALARM_FORK || alarm->kind == ALARM_AMNESIA ||
         alarm->kind == ALARM_BAD_EVENTS)) {
        return;
    }
    if (sim->is_forging && alarm->kind == ALARM_BAD_EVENTS) {
        return;
    }
    sim_fail(context, ORACLE_ALARMS, node, "%s", alarm_text(alarm->kind));
}

static void on_lie(void *context, struct cluster_node *node, const struct input *input)
{
    liar_hear(context, node, input);
}

static void on_crash(void *context, struct cluster_node *node)
{
    state_forget(context, node);
}

static void on_trace(void *context, bool is_story, const char *line)
{
    (void)context;
    (void)is_story;
    puts(line);
}

/* --- phases --- */

static struct cluster_hooks hooks_of(struct sim *sim)
{
    return (struct cluster_hooks){.context = sim,
                                  .on_enter = on_enter,
                                  .on_input = on_input,
                                  .on_turn = on_turn,
                                  .on_copy = on_copy,
                                  .on_send = on_send,
                                  .on_answer = on_answer,
                                  .on_alarm = on_alarm,
                                  .on_crash = on_crash,
                                  .forge = forgery_make,
                                  .on_lie = on_lie,
                                  .on_trace = sim->options.is_traced ? on_trace : NULL};
}

static void phase_safety(struct sim *sim)
{
    struct cluster *cluster = sim->cluster;
    const uint64_t most = sim->is_large ? SIM_TURNS_LARGE : SIM_TURNS;
    const uint64_t turns = sim->options.turns > 0 ? sim->options.turns : most;
    while (cluster->turns < turns && !sim->is_failed) {
        const uint64_t until_ms = cluster->now_ms + sim_below(sim, sim->gap_max_ms);
        while (!sim->is_failed && cluster_step(cluster, until_ms)) {
        }
        for (unsigned i = 0; i < (sim->is_large ? CLIENTS_LARGE : 1u); i++) {
            clients_act(sim);
        }
        faults_act(sim);
    }
}

void sim_calm_down(struct sim *sim)
{
    const uint64_t until_ms = sim->cluster->now_ms + SIM_CALM_MAX_MS;
    uint64_t since_ms = sim->cluster->now_ms;
    while (sim->cluster->now_ms < until_ms && sim->cluster->now_ms < since_ms + SIM_CALM_MS &&
           !sim->is_failed) {
        const uint64_t events = sim->stats->events;
        cluster_run(sim->cluster, LOOK_MS);
        since_ms = sim->stats->events > events ? sim->cluster->now_ms : since_ms;
    }
}

/* Everybody has what everybody has; what was forked is carried on by somebody first. */
static bool settle(struct sim *sim)
{
    if (sim->is_forking) {
        sim_calm_down(sim);
    }
    return cluster_converge(sim->cluster, SIM_CONVERGE_MS);
}

/* Devices go on handing each other rights to sell: the newest of that may lack its tick. */
static bool is_all_ticked(const struct sim *sim)
{
    struct replica_log_info info;
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        const bool is_honest = !liar_is(sim, &sim->cluster->nodes[i]);
        for (uint32_t at = 0;
             is_honest && replica_log_at(sim->cluster->nodes[i].replica, at, &info); at++) {
            if (info.mark != info.seq && !liar_wrote(sim, info.log)) {
                return false;
            }
        }
    }
    return true;
}

/* Until all is ticked, and what devices wrote meanwhile of their own accord is everywhere. */
static void ticks_wait(struct sim *sim)
{
    const uint64_t until_ms = sim->cluster->now_ms + TICKS_MAX_MS;
    while (sim->cluster->now_ms < until_ms && !sim->is_failed && !is_all_ticked(sim)) {
        cluster_run(sim->cluster, LOOK_MS);
    }
    if (!sim->is_failed && !cluster_converge(sim->cluster, SIM_CONVERGE_MS)) {
        sim_fail(sim, ORACLE_LIVENESS, NULL, "what was written in peace does not get through");
    }
}

/* Forks take longer than that: who carries them on waits. */
static void healing_end(struct sim *sim, uint64_t took_ms)
{
    sim->is_healing = false;
    sim->stats->oracles[ORACLE_LIVENESS]++;
    if (sim->is_forking) {
        return;
    }
    rounds_end(sim);
    sim->stats->converged[took_ms / SIM_CONVERGE_BUCKET_MS]++;
    if (sim->stats->converge_ms_max < took_ms) {
        sim->stats->converge_ms_max = took_ms;
    }
}

static void phase_liveness(struct sim *sim)
{
    copies_lose(sim);
    faults_end(sim);
    const uint64_t from_ms = sim->cluster->now_ms;
    forks_note_kept(sim);
    sim->is_healing = true;
    rounds_begin(sim);
    const bool is_converged = settle(sim);
    const uint64_t took_ms = sim->cluster->now_ms - from_ms;
    healing_end(sim, took_ms);
    flips_settle(sim);
    if (!is_converged) {
        sim_fail(sim, ORACLE_LIVENESS, NULL, "not converged %llu ms after the heal",
                 (unsigned long long)took_ms);
    }
    ticks_wait(sim);
}

/* --- at the end --- */

/* The branch of which the @at-th node answered, when some device held the answer at the heal. */
static const struct truth_log *answer_truth(const struct sim *sim, const struct request *request,
                                            uint32_t at)
{
    if (!request->has_answer[at]) {
        return NULL;
    }
    const struct truth_log *truth = &sim->truth[request->truths[at]];
    const bool is_kept = truth->kept >= request->answers[at].seq && request->answers[at].events > 0;
    return is_kept || !sim->is_forking ? truth : NULL;
}

static void answers_check(struct sim *sim, struct cluster_node *node)
{
    for (uint32_t i = 0; i < sim->requests_count && !sim->is_failed; i++) {
        const struct request *request = &sim->requests[i];
        for (uint32_t at = 0; at < sim->cluster->count; at++) {
            const struct truth_log *truth = answer_truth(sim, request, at);
            if (truth == NULL || sim->is_twofold[sim->watches[at].first]) {
                continue; /* P9 */
            }
            sim->stats->oracles[ORACLE_ANSWERS]++;
            if (!truth_is_held(sim, node, truth, request->answers[at].seq)) {
                sim_fail(sim, ORACLE_ANSWERS, node, "request %u was answered and is lost", i);
            }
        }
    }
}

/* Whether a liar who may open the stall's orders opened this customer's as one of those: what the
 * gateway wrote on it waits until he is revoked (ADR 38). */
static bool is_taken_over(const struct sim *sim, uint32_t at)
{
    return sim->liar.is_on && sim->cluster->nodes[at].role == ROLE_GATEWAY &&
           whose_order(sim->history) == WHOSE_STALLS;
}

/* Every order that was answered is shown, with the number that the person was told. */
static void numbers_check(struct sim *sim, struct cluster_node *node, const struct request *request)
{
    struct store_txn *txn = store_memory_begin(node->store, false);
    for (uint32_t at = 0; at < sim->cluster->count; at++) {
        if (answer_truth(sim, request, at) == NULL) {
            continue;
        }
        bool is_shown = false;
        if (history_get(sim->history, txn, KIND_ORDER, &request->answers[at].entity) == 0) {
            order_derive(sim->history, sim->order);
            for (uint32_t i = 0; i < sim->order->numbers_count; i++) {
                is_shown = is_shown || sim->order->numbers[i].number == request->answers[at].number;
            }
            /* Retried at more devices than an order shows numbers of. */
            is_shown = is_shown || sim->order->numbers_count == ORDER_NUMBERS_MAX ||
                       is_taken_over(sim, at);
        }
        sim->stats->oracles[ORACLE_ANSWERS]++;
        if (!is_shown) {
            sim_fail(sim, ORACLE_ANSWERS, node, "an answered order is not shown with its number %u",
                     request->answers[at].number);
        }
    }
    store_memory_abort(txn);
}

/* Clones share a device's name: an acknowledgement may go to the wrong one of them. */
static bool is_of_twofold(const struct sim *sim, uint64_t device)
{
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        if (sim->cluster->nodes[i].device == device && sim->is_twofold[sim->watches[i].first]) {
            return true;
        }
    }
    return false;
}

static void ticks_check(struct sim *sim, struct cluster_node *node)
{
    struct replica_log_info info;
    for (uint32_t at = 0; replica_log_at(node->replica, at, &info); at++) {
        sim->stats->oracles[ORACLE_TICKS]++;
        if (info.mark != info.seq && !is_of_twofold(sim, info.device)) {
            sim_fail(sim, ORACLE_TICKS, node, "all have event %llu and the tick stands at %llu",
                     (unsigned long long)info.seq, (unsigned long long)info.mark);
        }
    }
}

static void check_end(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->cluster->count && !sim->is_failed; i++) {
        struct cluster_node *node = &sim->cluster->nodes[i];
        if (liar_is(sim, node)) {
            continue;
        }
        state_compare(sim, node);
        state_audit(sim, node);
        state_agree(sim, node);
        answers_check(sim, node);
        forks_check(sim, node);
        ticks_check(sim, node);
        report_check(sim, node);
        erased_check(sim, node);
        for (uint32_t at = 0; at < sim->requests_count && !sim->is_failed; at++) {
            if (sim->requests[at].command.kind == COMMAND_ORDER_PLACE) {
                numbers_check(sim, node, &sim->requests[at]);
            }
        }
    }
    if (!sim->is_failed) {
        trade_stock(sim);
    }
    if (!sim->is_failed) { /* all hold the same by now: one at random */
        struct cluster_node *node =
            &sim->cluster->nodes[sim_oracle_below(sim, sim->cluster->count)];
        node = liar_is(sim, node) ? &sim->cluster->nodes[0] : node;
        journal_verify(sim, node);
        verifier_check(sim, node);
    }
}

/* --- a run --- */

static void sim_reset(struct sim *sim, uint64_t seed, struct sim_stats *stats)
{
    sim->stats = stats;
    sim->seed = seed;
    sim->prng.state = seed;
    sim->oracle_prng.state = ~seed;
    sim->requests_count = sim->orders_count = 0;
    sim->days = 1;
    sim->history->count = 0; /* what clients looked at last: nothing of another seed */
    memset(sim->order, 0, sizeof *sim->order);
    sim->is_failed = sim->is_healing = false;
    sim->failure[0] = '\0';
    memset(&sim->trace_hash, 0, sizeof sim->trace_hash);
    journal_reset(sim);
    liar_reset(sim);
    versions_reset(sim);
    sim->flips = (struct flips){.is_spoilt = false};
}

static void stats_add(struct sim *sim)
{
    for (unsigned i = 0; i < FAULT_COUNT; i++) {
        sim->stats->faults[i] += sim->cluster->faults[i];
    }
    sim->stats->turns += sim->cluster->turns;
    sim->stats->frames += sim->cluster->frames;
    sim->stats->seeds++;
    sim->stats->failures += sim->is_failed ? 1 : 0;
}

static void run(struct sim *sim, uint64_t seed, struct sim_stats *stats)
{
    sim_reset(sim, seed, stats);
    const struct cluster_hooks hooks = hooks_of(sim);
    start_popup(sim, &hooks);
    faults_draw(sim);
    copies_begin(sim);
    if (!sim->is_failed) {
        phase_safety(sim);
    }
    if (!sim->is_failed) {
        phase_liveness(sim);
    }
    if (!sim->is_failed && !sim->liar.is_lying) { /* else it is not calm */
        calm_check(sim);
        ticks_wait(sim);
        links_rest(sim);
    }
    if (!sim->is_failed) {
        check_end(sim);
    }
    if (!sim->is_failed && !sim->liar.is_lying) {
        shelf_check(sim);
    }
    if (!sim->is_failed && !sim->liar.is_lying) {
        alone_check(sim);
    }
    sim->stats->oracles[ORACLE_ALARMS]++;
    if (!sim->is_failed) {
        sim->decided = time_decided(sim, &sim->cluster->nodes[0]);
    }
    if (!sim->is_failed && !sim->is_shifted) {
        theft_act(sim);
    }
    if (!sim->is_failed && sim->is_robbed) {
        adoption_act(sim);
    }
    if (!sim->is_failed && !sim->is_shifted) {
        missed_check(sim);
    }
    stats_add(sim);
}

/* The seed's run once more, with other clocks. */
static void run_shifted(struct sim *sim, uint64_t seed, struct sim_stats *stats)
{
    struct sim_stats unused = {.seeds = 0};
    const struct hash decided = sim->decided;
    const struct hash trace_hash = sim->trace_hash;
    sim->is_shifted = true; /* and what is by courtesy stays so */
    run(sim, seed, &unused);
    sim->is_shifted = false;
    sim->trace_hash = trace_hash;
    stats->oracles[ORACLE_TIME] += sim->is_by_courtesy ? 0 : 1;
    stats->contested += sim->is_by_courtesy ? 1 : 0;
    if (!sim->is_failed && !sim->is_by_courtesy && !hash_equal(&decided, &sim->decided)) {
        sim_fail(sim, ORACLE_TIME, NULL, "another clock, and something else was decided");
    }
    stats->failures += sim->is_failed ? 1 : 0;
}

bool sim_run(struct sim *sim, uint64_t seed, struct sim_stats *stats)
{
    sim->is_by_courtesy = false;
    run(sim, seed, stats);
    /* What failed in the first run does not fail again in the second; what becomes of a forged
     * frame or a flipped row depends on each of its bytes, of times too. */
    const bool is_repeatable =
        !sim->options.is_each_path_failing && !sim->is_forging && sim->odds.flip == 0;
    if (!sim->is_failed && is_repeatable && !sim->is_large && seed % SHIFTED_ONE_IN == 0) {
        run_shifted(sim, seed, stats);
    }
    return !sim->is_failed;
}

struct sim *sim_new(const struct sim_options *options)
{
    struct sim *sim = calloc(1, sizeof *sim);
    check(sim != NULL);
    sim->options = *options;
    sim->cluster = cluster_new();
    sim->requests = calloc(SIM_REQUESTS_MAX + SIM_REQUESTS_CALM, sizeof *sim->requests);
    sim->sights = progress_new();
    sim->history = history_new();
    sim->accepted = history_new();
    sim->order = calloc(1, sizeof *sim->order);
    sim->message = calloc(1, sizeof *sim->message);
    sim->row = malloc(HISTORY_ROW_BYTES_MAX);
    check(sim->requests != NULL && sim->history != NULL && sim->accepted != NULL &&
          sim->order != NULL && sim->message != NULL && sim->row != NULL);
    return sim;
}

void sim_free(struct sim *sim)
{
    sim->cluster->hooks = (struct cluster_hooks){0};
    cluster_free(sim->cluster);
    cluster_copy_free(&sim->copy);
    cluster_copy_free(&sim->backup);
    liar_free(sim);
    for (uint32_t i = 0; i < SIM_TRUTHS_MAX; i++) {
        free(sim->truth[i].events);
    }
    free(sim->requests);
    progress_free(sim->sights);
    history_free(sim->history);
    history_free(sim->accepted);
    free(sim->order);
    free(sim->message);
    free(sim->row);
    free(sim);
}
