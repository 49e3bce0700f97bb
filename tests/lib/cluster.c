/* cluster.c - virtual time: what happens when, whose clock shows what, and when all are alike. */
#include "tests/lib/cluster_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

enum {
    ODDS_WHOLE = 10000,
    RATE_TRUE = 10000,
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

uint64_t cluster_when_mono(const struct cluster_node *node, uint64_t mono_ms)
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

/* --- time --- */

static void happen(struct cluster *cluster, const struct cluster_event *event)
{
    struct cluster_node *node = &cluster->nodes[event->index % CLUSTER_NODES_MAX];
    switch ((enum happening)event->kind) {
    case HAPPENING_TURN:
        if (node->is_running && node->life == event->token) {
            cluster_turn_due(cluster, node);
        }
        break;
    case HAPPENING_SYNCED:
        if (node->txn != NULL && node->life == event->token) {
            cluster_turn_synced(cluster, node);
        }
        break;
    case HAPPENING_BOOT:
        cluster_boot_due(cluster, node);
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
