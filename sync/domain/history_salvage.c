/* Part of history_load()'s first step: events that a fork voided and others carried on. */
#include <stdlib.h>
#include <string.h>

#include "sync/domain/history_load.h"
#include "sync/roster/salvaged.h"

static bool has_room(const struct load *load, size_t size)
{
    return load->count - load->own_count < load->room.events &&
           size <= load->room.bytes - (load->history->body_size - load->own_bytes);
}

/* Take in the event of @row, if it counts and is of the history's kind. */
static int salvaged_take(struct load *load, const struct salvaged_row *row)
{
    struct bytes bytes;
    struct event event;
    bool counts = false;
    int err = salvaged_event(load->txn, row, &bytes);
    if (err == ERR_IO) {
        return err;
    }
    if (err != 0 || event_decode(bytes, &event) != 0) { /* the disk spoilt it */
        load->history->is_opaque = true;
        return 0;
    }
    const struct event_info *info = event_info_find(event.type);
    if (info != NULL && info->kind != load->history->kind) {
        return 0;
    }
    err = salvaged_counts(load->history->memo, load->txn, load->roster, &row->id, event.type,
                          &counts);
    if (err != 0 || !counts || !load_admits(load, row->id.log, row->id.seq, &event)) {
        return err;
    }
    if (!has_room(load, event.body.size)) {
        load->history->is_cut_short = true;
        return 0;
    }
    load->history->is_opaque |= info == NULL && event_type_is_critical(event.type);
    load_add_item(load, &row->id, &event)->is_salvaged = true;
    return 0;
}

/* Several carriers of one event stand together: the first decides, whoever carries it, as what
 * counts depends on the event alone. */
static int salvaged_collect(struct load *load)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    int err = salvage_of_entity(&cursor, load->txn, &load->history->entity, &row);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    while (err == 0) {
        const struct salvaged_row taken = row;
        err = salvaged_take(load, &row);
        if (err == 0) {
            err = salvage_row_of_next_event(&cursor, &taken, &row);
        }
    }
    salvage_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int compare_places(const void *a, const void *b)
{
    const struct history_item *first = a;
    const struct history_item *second = b;
    return operation_compare(&first->place, &second->place);
}

/* The newest item before @index on its branch. */
static int find_chain_parent(struct load *load, uint32_t index)
{
    struct history_item *item = &load->items[index];
    struct salvage_walk walk;
    int err = salvage_walk_begin(&walk, load->history->memo, load->txn, load->roster, &item->place);
    for (uint32_t i = index; err == 0 && i-- > 0;) {
        const struct history_item *earlier = &load->items[i];
        bool is_before = false;
        if (!earlier->is_salvaged || earlier->place.log != item->place.log) {
            return 0;
        }
        if (earlier->place.seq == item->place.seq) {
            continue;
        }
        err = salvage_walk_has(&walk, &earlier->place, &is_before);
        if (is_before) {
            item->chain_parent = (int32_t)i;
            return err;
        }
    }
    return err;
}

/* An item that is the only one after its parent stands on the parent's stretch; any other begins
 * one, which has its hash for a name. */
static void name_segments(struct load *load)
{
    uint16_t children[HISTORY_EVENTS_MAX] = {0};
    for (uint32_t i = 0; i < load->count; i++) {
        if (load->items[i].chain_parent != NOTHING) {
            children[load->items[i].chain_parent]++;
        }
    }
    for (uint32_t i = 0; i < load->count; i++) {
        struct history_item *item = &load->items[i];
        if (!item->is_salvaged) {
            continue;
        }
        const int32_t parent = item->chain_parent;
        const bool goes_on = parent != NOTHING && children[parent] == 1;
        memcpy(item->segment, goes_on ? load->items[parent].segment : item->place.hash,
               sizeof item->segment);
    }
}

int load_salvaged(struct load *load)
{
    load->own_count = load->count;
    load->own_bytes = load->history->body_size;
    load->room = history_room_salvaged(
        load->history->kind, &(struct history_room){load->count, (uint32_t)load->own_bytes});
    int err = salvaged_collect(load);
    if (err != 0 || load->count == load->own_count) {
        return err;
    }
    qsort(load->items, load->count, sizeof *load->items, compare_places);
    for (uint32_t i = 0; i < load->count && err == 0; i++) {
        if (load->items[i].is_salvaged) {
            err = find_chain_parent(load, i);
        }
    }
    if (err == 0) {
        name_segments(load);
    }
    return err;
}
