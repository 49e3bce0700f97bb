/* The second and third step of history_load(): who is who, and who had seen whom. */
#include <string.h>

#include "sync/domain/history_load.h"

/* --- identify --- */

uint32_t load_bound(const struct load *load, const struct operation *place)
{
    uint32_t low = 0;
    uint32_t high = load->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (operation_compare(&load->items[middle].place, place) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The item at @id's place, or NOTHING. */
static int32_t item_at(const struct load *load, const struct operation *id)
{
    const uint32_t at = load_bound(load, id);
    return at < load->count && operation_equal(&load->items[at].place, id) ? (int32_t)at : NOTHING;
}

/* The place in load->again of the first whose identity is not before @id. */
static uint32_t again_bound(const struct load *load, const struct operation *id)
{
    uint32_t low = 0;
    uint32_t high = load->again_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (operation_compare(&load->items[load->again[middle]].id, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void again_add(struct load *load, uint32_t index)
{
    const uint32_t at = again_bound(load, &load->items[index].id);
    memmove(&load->again[at + 1], &load->again[at],
            (load->again_count - at) * sizeof load->again[0]);
    load->again[at] = (uint16_t)index;
    load->again_count++;
}

/* The re-emitted item that has identity @id and stands, or NOTHING. */
static int32_t item_reemitted(const struct load *load, const struct operation *id)
{
    const uint32_t at = again_bound(load, id);
    if (at == load->again_count) {
        return NOTHING;
    }
    const struct history_item *item = &load->items[load->again[at]];
    return operation_equal(&item->id, id) && !item->is_dropped ? load->again[at] : NOTHING;
}

/* Whether one that stands takes the place of @own on the same branch: only one can have it. */
static bool is_place_taken(const struct load *load, const struct history_item *own)
{
    const struct operation first = {.log = own->id.log, .seq = own->id.seq};
    for (uint32_t i = again_bound(load, &first); i < load->again_count; i++) {
        const struct history_item *item = &load->items[load->again[i]];
        if (item->id.log != own->id.log || item->id.seq != own->id.seq) {
            return false;
        }
        if (item->place.log == own->place.log) {
            return true;
        }
    }
    return false;
}

static void drop_if_twin(struct load *load, uint32_t index)
{
    struct history_item *item = &load->items[index];
    const int32_t original = item_at(load, &item->id);
    if (original != NOTHING && !load->items[original].is_reemitted) {
        item->twin = original;
    } else {
        item->twin = item_reemitted(load, &item->id);
    }
    item->is_dropped = item->twin != NOTHING || is_place_taken(load, item);
    if (!item->is_dropped) {
        again_add(load, index);
    }
}

static int branch_compare(const struct history_branch *a, const struct history_branch *b)
{
    if (a->log != b->log) {
        return a->log < b->log ? -1 : 1;
    }
    if (a->via != b->via) {
        return a->via < b->via ? -1 : 1;
    }
    return memcmp(a->segment, b->segment, sizeof a->segment);
}

/* The name of the branch that @item stands on. */
static struct history_branch branch_of_item(const struct history_item *item)
{
    struct history_branch name = {.log = item->id.log};
    if (item->is_reemitted) {
        name.via = item->place.log;
    } else {
        memcpy(name.segment, item->segment, sizeof name.segment);
    }
    return name;
}

/* Add a branch for what is re-emitted or salvaged; of too many, the lowest stay. */
static void add_branch(struct history *history, const struct history_branch *name)
{
    struct history_branch *branches = history->branches;
    uint32_t at = 0;
    while (at < history->branches_count && branch_compare(&branches[at], name) < 0) {
        at++;
    }
    if (at < history->branches_count && branch_compare(&branches[at], name) == 0) {
        return;
    }
    if (history->branches_count == ENTITY_LOGS_MAX) {
        uint32_t last =
            ENTITY_LOGS_MAX; /* the highest that is not a log's own makes way, or nothing does */
        while (last > at && history_branch_is_own(&branches[last - 1])) {
            last--;
        }
        history->is_cut_short = true;
        if (last == at) {
            return;
        }
        memmove(&branches[last - 1], &branches[last],
                (ENTITY_LOGS_MAX - last) * sizeof branches[0]);
        history->branches_count--;
    }
    memmove(&branches[at + 1], &branches[at], (history->branches_count - at) * sizeof branches[0]);
    branches[at] = *name;
    history->branches_count++;
}

int32_t load_branch_find(const struct history *history, const struct history_branch *name)
{
    for (uint32_t b = 0; b < history->branches_count; b++) {
        if (branch_compare(&history->branches[b], name) == 0) {
            return (int32_t)b;
        }
    }
    return NOTHING;
}

static void take_branch(struct load *load, struct history_item *item)
{
    const struct history_branch name = branch_of_item(item);
    const int32_t branch = load_branch_find(load->history, &name);
    item->is_dropped |= branch == NOTHING;
    item->branch = branch == NOTHING ? 0 : (uint32_t)branch;
}

void load_identify(struct load *load)
{
    for (uint32_t i = 0; i < load->count; i++) {
        struct history_item *item = &load->items[i];
        if (!item->is_reemitted && !item->is_salvaged) {
            continue;
        }
        if (item->is_reemitted) {
            drop_if_twin(load, i);
        }
        if (!item->is_dropped) {
            const struct history_branch name = branch_of_item(item);
            add_branch(load->history, &name);
        }
    }
    for (uint32_t i = 0; i < load->count; i++) {
        take_branch(load, &load->items[i]);
    }
}

/* --- connect --- */

int32_t load_stand_in(const struct load *load, int32_t index)
{
    const struct history_item *item = &load->items[index];
    return item->is_dropped ? item->twin : index;
}

static bool is_voided(const struct load *load, const struct operation *id)
{
    const enum verdict verdict = roster_judge(load->roster, id->log, id->seq, EVENT_LOG_CERT, 0);
    return verdict == VERDICT_FORKED || verdict == VERDICT_REVOKED;
}

/* A parent that is not among the items: fine when it is stored, but does not count, or is voided.
 */
static int is_missing(const struct load *load, const struct operation *id, bool *ret_missing)
{
    struct hash hash;
    struct bytes bytes;
    const int err = event_get(load->txn, id->log, id->seq, &hash, &bytes);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    const bool is_here = err == 0 && memcmp(hash.bytes, id->hash, OPERATION_HASH_BYTES) == 0;
    *ret_missing = !is_here && !is_voided(load, id);
    return 0;
}

static int connect_parent(struct load *load, struct history_item *item, uint32_t which)
{
    const struct operation *id = &item->parents[which];
    int32_t at = item_at(load, id);
    if (at == NOTHING) {
        at = item_reemitted(load, id);
    }
    item->parents_at[which] = at == NOTHING ? NOTHING : load_stand_in(load, at);
    if (at != NOTHING) {
        return 0;
    }
    bool missing = false;
    const int err = is_missing(load, id, &missing);
    item->is_stuck |= missing;
    return err;
}

int load_connect(struct load *load)
{
    int err = 0;
    for (uint32_t i = 0; i < load->count && err == 0; i++) {
        struct history_item *item = &load->items[i];
        for (uint32_t p = 0; p < item->parents_count && !item->is_dropped && err == 0; p++) {
            err = connect_parent(load, item, p);
        }
    }
    return err;
}
