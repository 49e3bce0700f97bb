/* replica_stock.h - what a replica remembers of its sales, so that rights move to where the demand
 * is.
 *
 * Layer: sync (pure); private to replica*.c. Only hints, in memory: a restart forgets them and
 * nothing is lost. Who lacks rights asks (ASK) the ready peer that holds most as far as is known;
 * who is asked gives from its own, keeping what it sells itself, by a logged stock.give, and asks
 * on for the rest (replica_ask.c).
 */
#ifndef TRESTLE_SYNC_REPLICA_STOCK_H
#define TRESTLE_SYNC_REPLICA_STOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/base/limits.h"

enum {
    DESK_ITEMS_MAX = 64,
    DESK_PERIOD_MS = 4000, /* demand is what was sold in the present one and the one before */
    DESK_LOOK_MS = 250,    /* between looks at what is lacking */
    DESK_WANT_MS = 6000,   /* a sale that failed is wanted for so long */
    ASK_INTERVAL_MS = 50,  /* between asks for one item: no link is answered sooner */
    GIVE_INTERVAL_MS = 50, /* between answers to one link */
    DESK_WISHES_MAX = 64,  /* of others, the last ones that came */
    ASKS_PASSED_MAX =
        32, /* in DESK_LOOK_MS: at most 128 a second over each link, hostile ones too */
};

struct desk_item {
    uint64_t item;
    uint64_t sold, sold_before; /* units, in this period and the one before */
    uint64_t wanted;            /* rights, for the last sale that failed or was forced */
    uint64_t wanted_ms;
    uint64_t asked_ms;
    int32_t asked_link; /* the last; LINK_NONE = nobody, or all */
};

/* What names the wish of an ask, of whatever link. */
struct desk_wish {
    uint64_t log, number;
};

struct desk {
    uint32_t count;
    struct desk_item items[DESK_ITEMS_MAX];
    uint64_t period_ms; /* when the present one began */
    uint64_t looked_ms;
    bool is_wanting; /* look at once */
    uint64_t asks;   /* the number of the last own ask */
    uint64_t gave_ms[LINKS_MAX];
    struct desk_wish wishes[DESK_WISHES_MAX];
    uint32_t wishes_next; /* to be forgotten for another */
    uint64_t passed_ms;   /* when the present count of wishes passed on began */
    uint32_t passed;
};

#endif
