/* stock_events.h - the bodies of stock events as plain structs, and their bytes.
 *
 * Layer: sync/domain (pure). Bytes: docs/protocol.md, "Stock". Nothing is borrowed. As
 * order_events.h: encoders trust their caller, decoders check every range and give 0,
 * ERR_MALFORMED, ERR_TOO_LARGE or ERR_TOO_MANY.
 *
 * Every event names the item, although its entity is derived from it: a journal can be read without
 * turning hashes back, and a body under another item's id is void.
 */
#ifndef TRESTLE_SYNC_DOMAIN_STOCK_EVENTS_H
#define TRESTLE_SYNC_DOMAIN_STOCK_EVENTS_H

#include "sync/base/id.h"

enum { STOCK_UNITS_MAX = 1000000 };

/* New units, or units that are gone. Units > 0: @issuer is the writer's log, and @holder may sell
 * them; units < 0: @holder is the writer's log, and @issuer whose units it gives up. */
struct stock_add {
    uint64_t item;
    int64_t units; /* not 0, at most STOCK_UNITS_MAX either way */
    uint64_t holder;
    uint64_t issuer;
};

/* The writer hands over rights. */
struct stock_give {
    uint64_t item;
    uint64_t units; /* 1..STOCK_UNITS_MAX */
    uint64_t to;    /* a log */
    uint64_t issuer;
};

/* The writer sold. */
struct stock_take {
    uint64_t item;
    uint64_t units; /* 1..STOCK_UNITS_MAX */
    struct entity_id order;
    uint32_t line;
    bool is_forced; /* without a right, by a person's decision */
    uint64_t issuer;
    bool is_change; /* for a change of the line; otherwise for the line as it was added, which may
                       have happened at two devices and is one sale */
};

/* The sale did not happen: the log that took has its rights back, whoever writes this. All the
 * undos of a take together give back at most its units. */
struct stock_undo {
    uint64_t item;
    struct operation take;
    struct entity_id order; /* the take's */
    uint64_t units;         /* 1..STOCK_UNITS_MAX */
};

/* Somebody looked at the shelf. */
struct stock_count {
    uint64_t item;
    uint64_t units; /* at most STOCK_UNITS_MAX */
};

void stock_add_encode(const struct stock_add *add, struct writer *writer);
void stock_give_encode(const struct stock_give *give, struct writer *writer);
void stock_take_encode(const struct stock_take *take, struct writer *writer);
void stock_undo_encode(const struct stock_undo *undo, struct writer *writer);
void stock_count_encode(const struct stock_count *count, struct writer *writer);

MUST_CHECK int stock_add_decode(struct bytes body, struct stock_add *ret_add);
MUST_CHECK int stock_give_decode(struct bytes body, struct stock_give *ret_give);
MUST_CHECK int stock_take_decode(struct bytes body, struct stock_take *ret_take);
MUST_CHECK int stock_undo_decode(struct bytes body, struct stock_undo *ret_undo);
MUST_CHECK int stock_count_decode(struct bytes body, struct stock_count *ret_count);

#endif
