/* live_menu.h - the menu as all phones are told it: what changed lately, and the whole of it
 * printed once.
 *
 * Layer: node. Used by live.c alone.
 */
#ifndef TRESTLE_NODE_API_LIVE_MENU_H
#define TRESTLE_NODE_API_LIVE_MENU_H

#include "node/api/state.h"
#include "node/json/text.h"

enum {
    LIVE_ITEMS_MAX = 512,      /* whose last change is remembered */
    LIVE_ITEMS_DELTA_MAX = 16, /* beyond, the menu is told whole */
};

/* An item, and the newest change of it or of its stock. */
struct live_item {
    uint64_t change;
    struct entity_id id;
};

struct live_menu {
    uint64_t floor;  /* what changed up to here is not remembered */
    uint64_t change; /* the newest */
    uint32_t count;
    struct live_item items[LIVE_ITEMS_MAX];
    /* The whole menu, as of change number @whole_change: one object after the other. */
    bool has_whole;
    uint64_t whole_change;
    struct text whole;
    uint32_t whole_count, whole_capacity;
    size_t *whole_ends; /* of each object in @whole */
};

/* Remember nothing before @change. */
void live_menu_begin(struct live_menu *menu, uint64_t change);
void live_menu_close(struct live_menu *menu);

void live_menu_note(struct live_menu *menu, const struct entity_id *id, uint64_t change);

/* Whether what changed after @change is few enough to be told one by one. */
bool live_menu_has(const struct live_menu *menu, uint64_t change);

/* The objects of what changed after @change, with commas in between. ERR_IO, ERR_SPOILT. */
MUST_CHECK int live_menu_delta(const struct live_menu *menu, struct state *state,
                               struct store_txn *txn, uint64_t change, struct text *to);

/* The objects from the @at-th on, up to @bytes_max and one, with commas in between; @at moves on.
 * @ret_is_end: that was the last. ERR_IO, ERR_SPOILT. */
MUST_CHECK int live_menu_whole(struct live_menu *menu, struct state *state, struct store_txn *txn,
                               size_t bytes_max, uint32_t *at, struct text *to, bool *ret_is_end);

#endif
