/* replica_stock.h - what a replica remembers of its sales, so that rights move to where the demand
 * is.
 *
 * Layer: sync (pure); private to replica*.c. Only hints, in memory: a restart forgets them and
 * nothing is lost. Who lacks rights asks (ASK) the ready peer that holds most as far as is known;
 * who is asked gives from its own, keeping what it sells itself, by a logged stock.give.
 */
#ifndef TRESTLE_SYNC_REPLICA_STOCK_H
#define TRESTLE_SYNC_REPLICA_STOCK_H

#include "sync/mesh/mesh.h"

enum {
    DESK_ITEMS_MAX = 64,
    DESK_PERIOD_MS = 4000, /* demand is what was sold in the present one and the one before */
    DESK_LOOK_MS = 250,    /* between looks at what is lacking */
    DESK_WANT_MS = 6000,   /* a sale that failed is wanted for so long */
    GIVE_INTERVAL_MS = 50, /* between answers to one link */
};

struct desk_item {
    uint64_t item;
    uint64_t sold, sold_before; /* units, in this period and the one before */
    uint64_t wanted;            /* units, by the last sale that failed or was forced */
    uint64_t wanted_ms;
    int32_t asked_link; /* the last; LINK_NONE = nobody */
};

struct desk {
    uint32_t count;
    struct desk_item items[DESK_ITEMS_MAX];
    uint64_t period_ms; /* when the present one began */
    uint64_t looked_ms;
    bool is_wanting; /* look at once */
    uint64_t asks;   /* numbers given to own asks, of all links */
    uint64_t gave_ms[LINKS_MAX];
    uint64_t heard[LINKS_MAX]; /* the highest number of an ask that came in this session */
};

#endif
