#include "sync/domain/history.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/history_load.h"
#include "sync/roster/salvage_memo.h"

struct history *history_new(void)
{
    struct history *history = calloc(1, sizeof *history);
    if (history == NULL) {
        return NULL;
    }
    history->events = malloc(HISTORY_EVENTS_MAX * sizeof *history->events);
    history->saw = malloc(HISTORY_EVENTS_MAX * sizeof *history->saw);
    history->items = history_items_new();
    history->order = history_order_new();
    history->memo = salvage_memo_new();
    history->body_data = malloc(HISTORY_BODY_BYTES_MAX);
    if (history->events == NULL || history->saw == NULL || history->items == NULL ||
        history->order == NULL || history->memo == NULL || history->body_data == NULL) {
        history_free(history);
        return NULL;
    }
    return history;
}

void history_free(struct history *history)
{
    if (history == NULL) {
        return;
    }
    free(history->events);
    free(history->saw);
    free(history->items);
    free(history->order);
    free(history->memo);
    free(history->body_data);
    free(history);
}

void history_reset(struct history *history, enum kind kind, const struct entity_id *entity)
{
    history->kind = kind;
    history->entity = *entity;
    history->branches_count = 0;
    history->count = 0;
    history->pending_count = 0;
    history->is_opaque = false;
    history->is_cut_short = false;
    history->is_outdated = false;
    history->body_size = 0;
}

/* --- finding --- */

bool history_branch_is_own(const struct history_branch *branch)
{
    static const uint8_t none[OPERATION_HASH_BYTES] = {0};
    return branch->via == 0 && memcmp(branch->segment, none, sizeof none) == 0;
}

/* The branch of @log, where all branches are what logs say themselves: history_can_append(). */
static int32_t branch_find(const struct history *history, uint64_t log)
{
    for (uint32_t b = 0; b < history->branches_count; b++) {
        if (history->branches[b].log == log) {
            return (int32_t)b;
        }
    }
    return -1;
}

/* Index of the first event that is not before (@branch, @seq). */
static uint32_t event_bound(const struct history *history, uint32_t branch, uint64_t seq)
{
    uint32_t low = 0;
    uint32_t high = history->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct history_event *event = &history->events[middle];
        if (event->branch < branch || (event->branch == branch && event->id.seq < seq)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int32_t history_find(const struct history *history, const struct operation *id)
{
    for (uint32_t b = 0; b < history->branches_count; b++) {
        if (history->branches[b].log != id->log) {
            continue;
        }
        const uint32_t at = event_bound(history, b, id->seq);
        if (at < history->count && operation_equal(&history->events[at].id, id)) {
            return (int32_t)at;
        }
    }
    return -1;
}

bool history_saw(const struct history *history, uint32_t b, uint32_t a)
{
    const struct history_event *event = &history->events[a];
    return a != b && history->saw[b][event->branch] >= event->id.seq;
}

int history_compare_time(const struct history *history, uint32_t a, uint32_t b)
{
    const struct history_event *first = &history->events[a];
    const struct history_event *second = &history->events[b];
    if (first->t != second->t) {
        return first->t < second->t ? -1 : 1;
    }
    return operation_compare(&first->id, &second->id);
}

static uint64_t seen_sum(const struct history *history, uint32_t at)
{
    uint64_t sum = 0;
    for (uint32_t b = 0; b < history->branches_count; b++) {
        sum += history->saw[at][b];
    }
    return sum;
}

int history_compare_seen(const struct history *history, uint32_t a, uint32_t b)
{
    const uint64_t first = seen_sum(history, a);
    const uint64_t second = seen_sum(history, b);
    if (first != second) {
        return first < second ? -1 : 1;
    }
    return operation_compare(&history->events[a].id, &history->events[b].id);
}

/* --- heads --- */

/* By branch, the newest causal event, if no event of another branch has seen it; otherwise -1. */
static void heads_find(const struct history *history, int32_t heads[ENTITY_LOGS_MAX])
{
    uint64_t seen[ENTITY_LOGS_MAX] = {0}; /* by events of other branches */
    for (uint32_t b = 0; b < history->branches_count; b++) {
        heads[b] = -1;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        if (!history->events[i].is_causal) {
            continue;
        }
        const uint32_t own = history->events[i].branch;
        heads[own] = (int32_t)i;
        for (uint32_t b = 0; b < history->branches_count; b++) {
            if (b != own && history->saw[i][b] > seen[b]) {
                seen[b] = history->saw[i][b];
            }
        }
    }
    for (uint32_t b = 0; b < history->branches_count; b++) {
        if (heads[b] >= 0 && seen[b] >= history->events[heads[b]].id.seq) {
            heads[b] = -1;
        }
    }
}

int history_parents(const struct history *history, uint64_t own_log, struct operation *ret_parents,
                    uint32_t *ret_count)
{
    int32_t heads[ENTITY_LOGS_MAX];
    uint32_t count = 0;
    heads_find(history, heads);
    for (uint32_t b = 0; b < history->branches_count && count < PARENTS_MAX; b++) {
        const struct history_branch *branch = &history->branches[b];
        const bool is_implied = branch->via != 0
                                    ? branch->via == own_log
                                    : branch->log == own_log && history_branch_is_own(branch);
        if (heads[b] >= 0 && !is_implied) {
            ret_parents[count++] = history->events[heads[b]].id;
        }
    }
    *ret_count = count;
    return 0;
}

/* --- the fast path --- */

static bool has_parents(const struct history *history, const struct event *event)
{
    for (uint32_t i = 0; i < event->parents_count; i++) {
        if (history_find(history, &event->parents[i]) < 0) {
            return false;
        }
    }
    return true;
}

/* Where an event that was re-emitted or salvaged stands depends on all events of its log. */
static bool has_reemitted(const struct history *history)
{
    for (uint32_t b = 0; b < history->branches_count; b++) {
        if (!history_branch_is_own(&history->branches[b])) {
            return true;
        }
    }
    return false;
}

bool history_can_append(const struct history *history, const struct operation *id,
                        const struct event *event)
{
    const struct event_info *info = event_info_find(event->type);
    if (info == NULL || info->kind != history->kind || event->is_reemitted ||
        has_reemitted(history) || history->pending_count > 0 || history->is_opaque ||
        history->is_cut_short) {
        return false;
    }
    const int32_t branch = branch_find(history, id->log);
    if (branch >= 0 && id->seq <= history->branches[branch].newest) {
        return false;
    }
    const struct history_room more = {.events = 1, .bytes = (uint32_t)event->body.size};
    return history_has_room(history, id->log, &more) &&
           (!info->is_causal || has_parents(history, event));
}

/* Make room for an element at @at of a vector over @count branches. */
static void vector_widen(uint64_t vector[ENTITY_LOGS_MAX], uint32_t at, uint32_t count)
{
    memmove(&vector[at + 1], &vector[at], (count - at) * sizeof vector[0]);
    vector[at] = 0;
}

/* The place of @log's own branch, made where it does not exist: all vectors get an element more. */
static uint32_t branch_of_log(struct history *history, uint64_t log)
{
    const int32_t found = branch_find(history, log);
    if (found >= 0) {
        return (uint32_t)found;
    }
    const uint32_t count = history->branches_count;
    uint32_t at = 0;
    while (at < count && history->branches[at].log < log) {
        at++;
    }
    memmove(&history->branches[at + 1], &history->branches[at],
            (count - at) * sizeof history->branches[0]);
    history->branches[at] = (struct history_branch){.log = log};
    history->branches_count++;
    for (uint32_t b = 0; b <= count; b++) {
        vector_widen(history->branches[b].seen, at, count);
    }
    for (uint32_t i = 0; i < history->count; i++) {
        history->events[i].branch += history->events[i].branch >= at;
        vector_widen(history->saw[i], at, count);
    }
    return at;
}

static void vector_join(uint64_t to[ENTITY_LOGS_MAX], const uint64_t from[ENTITY_LOGS_MAX],
                        uint32_t count)
{
    for (uint32_t b = 0; b < count; b++) {
        to[b] = from[b] > to[b] ? from[b] : to[b];
    }
}

/* What an event that is its branch's next sees: the branch's past and its parents'. */
static void see_parents(struct history *history, struct history_branch *branch,
                        const struct event *event)
{
    for (uint32_t i = 0; i < event->parents_count; i++) {
        const int32_t parent = history_find(history, &event->parents[i]);
        check(parent >= 0); /* history_can_append() */
        vector_join(branch->seen, history->saw[parent], history->branches_count);
    }
}

static struct bytes body_keep(struct history *history, struct bytes body)
{
    uint8_t *to = history->body_data + history->body_size;
    memcpy(to, body.data, body.size);
    history->body_size += body.size;
    return bytes_of(to, body.size);
}

int history_append(struct history *history, const struct operation *id, const struct event *event)
{
    if (!history_can_append(history, id, event)) {
        return ERR_STATE;
    }
    const bool is_causal = event_info_find(event->type)->is_causal;
    const uint32_t at_branch = branch_of_log(history, id->log);
    struct history_branch *branch = &history->branches[at_branch];
    if (is_causal) {
        see_parents(history, branch, event);
        branch->seen[at_branch] = id->seq;
    }
    const uint32_t at = event_bound(history, at_branch, id->seq);
    const uint32_t after = history->count - at;
    memmove(&history->events[at + 1], &history->events[at], after * sizeof history->events[0]);
    memmove(history->saw[at + 1], history->saw[at], after * sizeof history->saw[0]);
    history->count++;
    history->events[at] = (struct history_event){
        .id = *id,
        .branch = at_branch,
        .type = event->type,
        .t = event->t,
        .by = event->by,
        .body = body_keep(history, event->body),
        .is_causal = is_causal,
    };
    memset(history->saw[at], 0, sizeof history->saw[0]);
    if (is_causal) {
        memcpy(history->saw[at], branch->seen, sizeof branch->seen);
    }
    branch->count++;
    branch->bytes += (uint32_t)event->body.size;
    branch->newest = id->seq;
    return 0;
}

void history_prune(struct history *history, const bool *keep)
{
    int32_t heads[ENTITY_LOGS_MAX];
    uint32_t kept = 0;
    heads_find(history, heads);
    for (uint32_t i = 0; i < history->count; i++) {
        if (!keep[i] && heads[history->events[i].branch] != (int32_t)i) {
            continue;
        }
        if (kept != i) {
            history->events[kept] = history->events[i];
            memcpy(history->saw[kept], history->saw[i], sizeof history->saw[0]);
        }
        kept++;
    }
    history->count = kept;
}
