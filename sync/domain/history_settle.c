/* The last step of history_load(): what each event has seen, branch by branch. */
#include <string.h>

#include "sync/domain/history_load.h"

/* By seq, those of branches that hold re-emitted items; the others are in order already. */
static void sort_sequence(struct load *load, uint32_t from)
{
    for (uint32_t i = from + 1; i < load->order_count; i++) {
        const uint16_t moving = load->order[i];
        uint32_t at = i;
        while (at > from && load->items[load->order[at - 1]].id.seq > load->items[moving].id.seq) {
            load->order[at] = load->order[at - 1];
            at--;
        }
        load->order[at] = moving;
    }
}

/* A branch of a log itself holds its items in order of place, re-emitted ones as waypoints; a
 * re-emitted branch holds its items by their original seq, a salvaged stretch its own. */
static bool is_in_sequence(const struct history_branch *about, uint32_t branch,
                           const struct history_item *item)
{
    if (history_branch_is_own(about)) {
        return item->place.log == about->log && !item->is_salvaged;
    }
    return item->branch == branch && !item->is_dropped;
}

static void make_sequence(struct load *load, uint32_t branch)
{
    const struct history_branch *about = &load->history->branches[branch];
    const uint32_t from = load->order_count;
    for (uint32_t i = 0; i < load->count; i++) {
        if (is_in_sequence(about, branch, &load->items[i])) {
            load->order[load->order_count++] = (uint16_t)i;
        }
    }
    if (about->via != 0) {
        sort_sequence(load, from);
    }
    load->sequences[branch] = (struct sequence){.next = from, .end = load->order_count};
}

static void join(uint64_t to[ENTITY_LOGS_MAX], const uint64_t from[ENTITY_LOGS_MAX])
{
    for (uint32_t b = 0; b < ENTITY_LOGS_MAX; b++) {
        to[b] = from[b] > to[b] ? from[b] : to[b];
    }
}

static bool is_ready(const struct load *load, const struct history_item *item)
{
    for (uint32_t p = 0; p < item->parents_count; p++) {
        const int32_t at = item->parents_at[p];
        if (at != NOTHING && !load_is_firm(&load->items[at])) {
            return false;
        }
    }
    return !item->is_stuck;
}

/* Let @item, the next of its branch, have seen the branch's past and its parents'. */
static void settle_item(struct load *load, struct history_item *item)
{
    uint64_t *seen = load->history->branches[item->branch].seen;
    for (uint32_t p = 0; p < item->parents_count; p++) {
        if (item->parents_at[p] != NOTHING) {
            join(seen, load->items[item->parents_at[p]].saw);
        }
    }
    seen[item->branch] = item->id.seq;
    memcpy(item->saw, seen, sizeof item->saw);
    item->is_settled = true;
}

/* Go over a place where the log re-emitted something: from here on it has seen that. */
static bool pass_waypoint(struct load *load, uint32_t branch, uint32_t index)
{
    const int32_t at = load_stand_in(load, (int32_t)index);
    if (at == NOTHING) {
        return true;
    }
    if (!load_is_firm(&load->items[at])) {
        return false;
    }
    join(load->history->branches[branch].seen, load->items[at].saw);
    return true;
}

/* What @log itself wrote before @seq is seen: the last that is causal has seen the others. */
static void see_original(const struct load *load, struct history_branch *about, uint64_t seq)
{
    const struct operation end = {.log = about->log, .seq = seq};
    for (uint32_t i = load_bound(load, &end); i > 0; i--) {
        const struct history_item *earlier = &load->items[i - 1];
        if (earlier->place.log != about->log) {
            return;
        }
        if (earlier->is_causal && !earlier->is_reemitted && !earlier->is_salvaged) {
            join(about->seen, earlier->saw);
            return;
        }
    }
}

/* Before the first re-emitted or salvaged event of a log comes what the log itself wrote before
 * that: all of it must be settled, and is seen. */
static bool pass_original(struct load *load, uint32_t branch, const struct history_item *item)
{
    struct history_branch *about = &load->history->branches[branch];
    const struct history_branch own = {.log = about->log};
    const int32_t original = load_branch_find(load->history, &own);
    if (original == NOTHING) {
        return true;
    }
    const struct sequence *sequence = &load->sequences[original];
    if (sequence->next < sequence->end &&
        load->items[load->order[sequence->next]].place.seq < item->id.seq) {
        return false;
    }
    see_original(load, about, item->id.seq);
    return true;
}

/* A salvaged event has seen the stretches before its own, the nearest of which has seen the others.
 */
static bool pass_stretches(struct load *load, uint32_t branch, const struct history_item *item)
{
    for (int32_t at = item->chain_parent; at != NOTHING; at = load->items[at].chain_parent) {
        const struct history_item *earlier = &load->items[at];
        if (earlier->is_dropped || earlier->is_reemitted || !earlier->is_causal) {
            continue;
        }
        if (!earlier->is_settled) {
            return false;
        }
        join(load->history->branches[branch].seen, earlier->saw);
        return true;
    }
    return pass_original(load, branch, item);
}

/* Whether what is before a re-emitted or salvaged @item on its own log's chain is settled. */
static bool pass_past(struct load *load, uint32_t branch, const struct history_item *item)
{
    if (item->is_reemitted) {
        return pass_original(load, branch, item);
    }
    return !item->is_salvaged || pass_stretches(load, branch, item);
}

/* Settle the next item of @branch; false when it has to wait. */
static bool settle_next(struct load *load, uint32_t branch)
{
    const uint32_t index = load->order[load->sequences[branch].next];
    struct history_item *item = &load->items[index];
    if (history_branch_is_own(&load->history->branches[branch]) && item->is_reemitted) {
        return pass_waypoint(load, branch, index);
    }
    if (!item->is_causal) {
        return true;
    }
    if (!is_ready(load, item) || !pass_past(load, branch, item)) {
        return false;
    }
    settle_item(load, item);
    return true;
}

void load_settle(struct load *load)
{
    const uint32_t count = load->history->branches_count;
    for (uint32_t b = 0; b < count; b++) {
        make_sequence(load, b);
    }
    bool has_moved = true;
    while (has_moved) {
        has_moved = false;
        for (uint32_t b = 0; b < count; b++) {
            struct sequence *sequence = &load->sequences[b];
            while (sequence->next < sequence->end && settle_next(load, b)) {
                sequence->next++;
                has_moved = true;
            }
        }
    }
}
