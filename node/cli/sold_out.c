#include "node/cli/sold_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/domain/menu_events.h"
#include "sync/domain/stock_walk.h"

/* One item while its times are looked for. */
struct finding {
    const struct journal *journal;
    const struct roster *roster;
    struct history *history;
    int64_t from_ms, to_ms;
    struct sold_out *found;
    struct sold_out_spell open; /* the spell that goes on; at_ms 0 = none does */
};

/* --- spells --- */

static void spell_keep(struct finding *finding)
{
    const struct sold_out_spell *spell = &finding->open;
    struct sold_out *found = finding->found;
    if (spell->at_ms >= finding->to_ms ||
        (spell->until_ms != 0 && spell->until_ms <= finding->from_ms)) {
        return;
    }
    if (found->count == SOLD_OUT_MAX) {
        found->is_cut_short = true;
        return;
    }
    found->spells[found->count++] = *spell;
}

/* At @t it is sold out, or there again: what was so before begins nothing. */
static void spell_note(struct finding *finding, uint64_t t, bool is_out, uint64_t by)
{
    struct sold_out_spell *spell = &finding->open;
    const int64_t at_ms = finding->journal->epoch_ms + (int64_t)t;
    if (is_out && spell->at_ms == 0) {
        spell->at_ms = at_ms;
        spell->by = by;
    } else if (!is_out && spell->at_ms != 0) {
        spell->until_ms = at_ms > spell->at_ms ? at_ms : spell->at_ms + 1;
        spell_keep(finding);
        spell->at_ms = 0;
        spell->until_ms = 0;
    }
}

static void spell_end(struct finding *finding)
{
    if (finding->open.at_ms != 0) {
        spell_keep(finding);
    }
    finding->open.at_ms = 0;
    finding->open.until_ms = 0;
}

/* --- as people said --- */

/* What happened before @at comes before it: few people say it often. */
static void sort_by_time(const struct history *history, uint32_t *events, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const uint32_t moving = events[i];
        uint32_t at = i;
        while (at > 0 && history_compare_time(history, events[at - 1], moving) > 0) {
            events[at] = events[at - 1];
            at--;
        }
        events[at] = moving;
    }
}

static int said_find(struct finding *finding)
{
    const struct history *history = finding->history;
    struct menu_available said;
    uint32_t count = 0;
    uint32_t *events = calloc(history->count + 1, sizeof *events);
    if (events == NULL) {
        return ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->events[i].type == EVENT_MENU_AVAILABLE) {
            events[count++] = i;
        }
    }
    sort_by_time(history, events, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct history_event *event = &history->events[events[i]];
        if (menu_available_decode(event->body, &said) == 0) {
            spell_note(finding, event->t, !said.is_available, event->by);
        }
    }
    spell_end(finding);
    free(events);
    return 0;
}

/* --- as units ran out --- */

/* What an event did to the units that there are. */
struct change {
    struct operation id;
    uint64_t t;
    int64_t units;
    bool is_undo;
    struct operation take; /* of an undo */
};

/* The walk over an item's stock; the fold comes first, so that a visit finds the rest. */
struct counting {
    struct stock_fold fold;
    struct stock stock; /* scratch of the walk */
    uint32_t count, capacity;
    struct change *changes;
};

static int change_append(struct counting *counting, const struct change *change)
{
    if (counting->count == counting->capacity) {
        const uint32_t capacity = 2 * counting->capacity + 256;
        struct change *changes = realloc(counting->changes, capacity * sizeof *changes);
        if (changes == NULL) {
            return ERR_NO_MEMORY;
        }
        counting->changes = changes;
        counting->capacity = capacity;
    }
    counting->changes[counting->count++] = *change;
    return 0;
}

/* False when it changes nothing. */
static bool change_of(const struct event *event, struct change *change)
{
    struct stock_add add;
    struct stock_take take;
    struct stock_undo undo;
    if (event->type == EVENT_STOCK_ADD && stock_add_decode(event->body, &add) == 0) {
        change->units = add.units;
        return true;
    }
    if (event->type == EVENT_STOCK_TAKE && stock_take_decode(event->body, &take) == 0) {
        change->units = -(int64_t)take.units;
        return true;
    }
    if (event->type == EVENT_STOCK_UNDO && stock_undo_decode(event->body, &undo) == 0) {
        change->units = (int64_t)undo.units;
        change->is_undo = true;
        change->take = undo.take;
        return true;
    }
    return false;
}

static int visit(struct stock_fold *fold, const struct operation *place, const struct event *event)
{
    struct counting *counting = (struct counting *)(void *)fold;
    struct change change = {.id = event->is_reemitted ? event->was : *place, .t = event->t};
    bool is_counting = false;
    if (!change_of(event, &change)) {
        return 0;
    }
    const int err = stock_is_counting(fold, place, event, &is_counting);
    return err == 0 && is_counting ? change_append(counting, &change) : err;
}

static int compare_id(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    return operation_compare(&a->id, &b->id);
}

static int compare_time(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    return a->t != b->t ? (a->t < b->t ? -1 : 1) : operation_compare(&a->id, &b->id);
}

/* The place of what @change undoes; the count when it is not there. */
static uint32_t take_of(const struct counting *counting, const struct change *change)
{
    const struct change sought = {.id = change->take};
    const struct change *take = bsearch(&sought, counting->changes, counting->count,
                                        sizeof counting->changes[0], compare_id);
    return take == NULL ? counting->count : (uint32_t)(take - counting->changes);
}

/* All the undos of a take together give back what it took, and no more. */
static int undos_limit(struct counting *counting)
{
    int64_t *left = calloc(counting->count + 1, sizeof *left); /* of each take; the last: none */
    if (left == NULL) {
        return ERR_NO_MEMORY;
    }
    qsort(counting->changes, counting->count, sizeof counting->changes[0], compare_id);
    for (uint32_t i = 0; i < counting->count; i++) {
        left[i] = counting->changes[i].is_undo ? 0 : -counting->changes[i].units;
    }
    for (uint32_t i = 0; i < counting->count; i++) {
        struct change *change = &counting->changes[i];
        int64_t *rest = change->is_undo ? &left[take_of(counting, change)] : NULL;
        if (rest != NULL) {
            change->units = change->units < *rest ? change->units : *rest;
            *rest -= change->units;
        }
    }
    free(left);
    return 0;
}

/* An item of which there were never any is not sold out: it was not counted yet. */
static void changes_note(struct finding *finding, struct counting *counting)
{
    int64_t units = 0;
    bool was_there = false;
    qsort(counting->changes, counting->count, sizeof counting->changes[0], compare_time);
    for (uint32_t i = 0; i < counting->count; i++) {
        units += counting->changes[i].units;
        was_there |= units > 0;
        if (was_there) {
            spell_note(finding, counting->changes[i].t, units <= 0, 0);
        }
    }
    spell_end(finding);
}

static int counted_find(struct finding *finding)
{
    const struct entity_id entity = entity_id_derive(KIND_STOCK, finding->open.item);
    struct counting *counting = calloc(1, sizeof *counting);
    if (counting == NULL) {
        return ERR_NO_MEMORY;
    }
    counting->fold = (struct stock_fold){.txn = finding->journal->txn,
                                         .roster = finding->roster,
                                         .entity = &entity,
                                         .stock = &counting->stock};
    int err = stock_each_event(&counting->fold, visit);
    const bool is_any = counting->count > 0;
    if (err == 0 && is_any) {
        err = undos_limit(counting);
    }
    if (err == 0 && is_any) {
        finding->open.is_counted = true;
        changes_note(finding, counting);
    }
    free(counting->changes);
    free(counting);
    return err;
}

/* --- all items --- */

static int item_find(struct finding *finding, const struct entity_id *id)
{
    struct menu_item item;
    int err = history_load(finding->history, finding->journal->txn, finding->roster, KIND_MENU, id);
    if (err != 0) {
        return err;
    }
    menu_derive(finding->history, &item);
    finding->open = (struct sold_out_spell){.item = item.number};
    (void)snprintf(finding->open.name, sizeof finding->open.name, "%.*s", (int)item.name.size,
                   (const char *)item.name.data);
    err = said_find(finding);
    /* Of an item that is not counted now, too: it may have been when it ran out. */
    return err == 0 ? counted_find(finding) : err;
}

static int items_find(struct finding *finding)
{
    struct store_cursor cursor;
    struct bytes key, row;
    const uint8_t prefix = KIND_MENU;
    int err = store_cursor_open(finding->journal->txn, TABLE_STATE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(&prefix, 1), &key, &row);
    while (err == 0 && key.data[0] == prefix) {
        enum kind kind;
        struct entity_id id;
        err = key_state_parse(key, &kind, &id);
        if (err == 0) {
            err = item_find(finding, &id);
        }
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int spell_compare(const void *left, const void *right)
{
    const struct sold_out_spell *a = left, *b = right;
    if (a->at_ms != b->at_ms) {
        return a->at_ms < b->at_ms ? -1 : 1;
    }
    return a->item != b->item ? (a->item < b->item ? -1 : 1) : (int)a->is_counted - b->is_counted;
}

int sold_out_find(const struct journal *journal, const struct roster *roster,
                  struct history *history, int64_t from_ms, int64_t to_ms,
                  struct sold_out *ret_sold_out)
{
    struct finding finding = {.journal = journal,
                              .roster = roster,
                              .history = history,
                              .from_ms = from_ms,
                              .to_ms = to_ms,
                              .found = ret_sold_out};
    memset(ret_sold_out, 0, sizeof *ret_sold_out);
    const int err = items_find(&finding);
    if (err == 0) {
        qsort(ret_sold_out->spells, ret_sold_out->count, sizeof ret_sold_out->spells[0],
              spell_compare);
    }
    return err;
}
