/* history_load.h - the steps of history_load() and what they share.
 *
 * Layer: sync/domain (pure); only for history*.c. The full fold's input is made in four steps:
 *
 *   collect    the entity's events from the store, those that count, up to the limits, and the
 *              salvaged ones in their stretches; again without a gateway's, when the order turns
 *              out not to be a customer's
 *   identify   re-emitted ones take their original's identity, once, on branches of their own
 *   connect    each causal event to its parents here; one with a parent that is missing is stuck
 *   settle     by branch, in order: an event whose parents are settled is; it has seen what they
 *              have. What never settles is pending.
 *
 * A log that re-emits has seen what it re-emits: its event there is a waypoint for the log's own
 * later events, and stands itself on the branch of the original log.
 */
#ifndef TRESTLE_SYNC_DOMAIN_HISTORY_LOAD_H
#define TRESTLE_SYNC_DOMAIN_HISTORY_LOAD_H

#include "sync/domain/whose.h"

enum { NOTHING = -1 };

struct history_item {
    struct operation place; /* where it is in the store */
    struct operation id;    /* its identity; the same unless it is re-emitted */
    uint32_t branch;
    uint32_t type;
    uint64_t t;
    uint64_t by;
    struct bytes body;
    uint32_t parents_count;
    struct operation parents[PARENTS_MAX];
    int32_t parents_at[PARENTS_MAX]; /* indexes; NOTHING = it does not count, and so is satisfied */
    int32_t
        chain_parent; /* salvaged: the newest salvaged item before it on its branch, or NOTHING */
    uint8_t segment[OPERATION_HASH_BYTES]; /* of its branch; zeros unless salvaged */
    int32_t twin;                          /* of one that is dropped: the item that stands for it */
    bool is_causal;
    bool is_reemitted;
    bool is_salvaged;
    bool is_dropped;
    bool is_stuck; /* a parent is not here yet */
    bool is_settled;
    uint64_t saw[ENTITY_LOGS_MAX];
};

/* The items of one branch, as indexes into load.order. */
struct sequence {
    uint32_t next, end;
};

struct load {
    struct history *history;
    struct history_item *items; /* in order of place; that of a salvaged one is its identity */
    uint32_t count;
    bool is_barred;    /* what a gateway writes on customers' orders is left out */
    bool has_gateways; /* there is something that would be */
    enum whose whose;  /* of an order: whose it is, by the openings so far */
    struct store_txn *txn;
    const struct roster *roster;
    struct history_room taken; /* by the logs before the newest one */
    struct history_room room;  /* of the newest, later of what is salvaged */
    uint32_t own_count;        /* items that are not salvaged */
    size_t own_bytes;          /* of their bodies */
    /* Re-emitted ones that stand, by identity: there are few, and all that builds on something
     * asks for them. */
    uint32_t again_count;
    uint16_t again[2 * ENTITY_EVENTS_MAX]; /* as many of the logs, and salvaged ones */
    uint16_t *order;                       /* by branch; a re-emitted item is on two */
    uint32_t order_count;
    struct sequence sequences[ENTITY_LOGS_MAX];
};

/* HISTORY_EVENTS_MAX of them, and twice as many places in an order; released with free(). NULL when
 * there is no memory. */
struct history_item *history_items_new(void);
uint16_t *history_order_new(void);

/* history_collect.c. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int load_collect(struct load *load);

/* history_salvage.c: add the salvaged events and find their stretches. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int load_salvaged(struct load *load);

/* history_collect.c: whether @event, which its writer at (log, seq) may write, counts on this
 * entity; what it says of whose that is, is noted. */
bool load_admits(struct load *load, uint64_t log, uint64_t seq, const struct event *event);

/* history_collect.c: one more item at @place. */
struct history_item *load_add_item(struct load *load, const struct operation *place,
                                   const struct event *event);

/* history_connect.c. ERR_IO, ERR_MALFORMED. */
void load_identify(struct load *load);
MUST_CHECK int load_connect(struct load *load);

/* The first item whose place is not before @place; load->count when there is none. */
uint32_t load_bound(const struct load *load, const struct operation *place);

/* history_settle.c. */
void load_settle(struct load *load);

/* Index of the branch with the name of @name, or NOTHING. */
int32_t load_branch_find(const struct history *history, const struct history_branch *name);

/* The item that stands for @index: itself, or its twin; NOTHING when none does. */
int32_t load_stand_in(const struct load *load, int32_t index);

/* Whether what builds on it need not wait; an event that commutes has seen nothing. */
static inline bool load_is_firm(const struct history_item *item)
{
    return item->is_settled || !item->is_causal;
}

#endif
