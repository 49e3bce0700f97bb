#include "node/stream/live_menu.h"

#include <stdlib.h>

#include "sync/base/check.h"

void live_menu_begin(struct live_menu *menu, uint64_t change)
{
    menu->floor = change;
    menu->change = change;
    menu->count = 0;
    menu->has_whole = false;
}

void live_menu_close(struct live_menu *menu)
{
    text_close(&menu->whole);
    free(menu->whole_ends);
    *menu = (struct live_menu){.floor = 0};
}

/* --- what changed lately --- */

/* Where @id stands, or where it may: in place of the one that changed longest ago, if need be. */
static struct live_item *slot_of(struct live_menu *menu, const struct entity_id *id)
{
    struct live_item *oldest = &menu->items[0];
    for (uint32_t i = 0; i < menu->count; i++) {
        if (entity_id_equal(&menu->items[i].id, id)) {
            return &menu->items[i];
        }
        if (menu->items[i].change < oldest->change) {
            oldest = &menu->items[i];
        }
    }
    if (menu->count < LIVE_ITEMS_MAX) {
        return &menu->items[menu->count++];
    }
    menu->floor = oldest->change;
    return oldest;
}

void live_menu_note(struct live_menu *menu, const struct entity_id *id, uint64_t change)
{
    *slot_of(menu, id) = (struct live_item){.change = change, .id = *id};
    menu->change = change;
}

static uint32_t count_after(const struct live_menu *menu, uint64_t change)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < menu->count; i++) {
        count += menu->items[i].change > change;
    }
    return count;
}

bool live_menu_has(const struct live_menu *menu, uint64_t change)
{
    return change >= menu->floor &&
           (change >= menu->change || count_after(menu, change) <= LIVE_ITEMS_DELTA_MAX);
}

static int item_append(struct state *state, struct store_txn *txn, const struct entity_id *id,
                       size_t begin, struct text *to)
{
    int err = state_item(state, txn, id);
    if (err != 0) {
        return err;
    }
    if (to->size > begin) {
        text_append(to, ",", 1);
    }
    json_print(state_json_item(state), to);
    return 0;
}

int live_menu_delta(const struct live_menu *menu, struct state *state, struct store_txn *txn,
                    uint64_t change, struct text *to)
{
    const size_t begin = to->size;
    int err = 0;
    for (uint32_t i = 0; i < menu->count && err == 0; i++) {
        if (menu->items[i].change > change) {
            err = item_append(state, txn, &menu->items[i].id, begin, to);
        }
        if (err == ERR_NOT_FOUND) { /* a change whose state is gone again says nothing */
            err = 0;
        }
    }
    return err;
}

/* --- all of it --- */

static void end_add(struct live_menu *menu)
{
    if (menu->whole_count == menu->whole_capacity) {
        menu->whole_capacity = menu->whole_capacity * 2 + 64;
        menu->whole_ends =
            realloc(menu->whole_ends, menu->whole_capacity * sizeof *menu->whole_ends);
        check(menu->whole_ends != NULL);
    }
    menu->whole_ends[menu->whole_count++] = menu->whole.size;
}

static int whole_print(struct live_menu *menu, struct state *state, struct store_txn *txn)
{
    struct key key = {.size = 0};
    struct entity_id id;
    int err = 0;
    text_clear(&menu->whole);
    menu->whole_count = 0;
    menu->has_whole = false;
    while (err == 0) {
        err = board_next(txn, INDEX_MENU, &key, &id);
        if (err == 0) {
            err = board_led_to(state_item(state, txn, &id));
        }
        if (err == 0) {
            json_print(state_json_item(state), &menu->whole);
            end_add(menu);
        }
    }
    menu->has_whole = err == ERR_NOT_FOUND;
    menu->whole_change = menu->change;
    return menu->has_whole ? 0 : err;
}

int live_menu_whole(struct live_menu *menu, struct state *state, struct store_txn *txn,
                    size_t bytes_max, uint32_t *at, struct text *to, bool *ret_is_end)
{
    const size_t begin = to->size;
    int err =
        menu->has_whole && menu->whole_change == menu->change ? 0 : whole_print(menu, state, txn);
    if (err != 0) {
        return err;
    }
    while (*at < menu->whole_count && to->size - begin <= bytes_max) {
        const size_t from = *at > 0 ? menu->whole_ends[*at - 1] : 0;
        if (to->size > begin) {
            text_append(to, ",", 1);
        }
        text_append(to, menu->whole.data + from, menu->whole_ends[*at] - from);
        ++*at;
    }
    *ret_is_end = *at >= menu->whole_count;
    return 0;
}
