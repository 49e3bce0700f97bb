/* cart.h - what customers put together before they order, alone or with others at a table.
 *
 * Layer: sync/domain (pure). Local to the device where it was begun and never logged: strangers do
 * not write the journal. A cart is a session's; who shares the session shares the cart. Durable,
 * in TABLE_LOCAL, where screens read it:
 *
 *   key    "cart" || be64 session
 *   value  [3, uint version, uint round, uint begun, uint touched, uint next line,
 *           [uint64 edit, ...], [line, ...], [uint round, bin12 order] or [], uint table or 0]
 *   line   [uint id, text who, uint item, uint quantity, [[uint group, uint choice], ...],
 *           text note]
 *
 *   key    "table" || be64 number
 *   value  [2, uint64 session or 0, uint generation, uint day, uint cleared]
 *
 * A row that cannot be read counts as none: what it said is nowhere else, and nobody's money.
 *
 * An edit says what changes, not what is: two phones do not undo each other. The last edits are
 * remembered, so that one that is sent again is not done again. A round ends with its order, whose
 * key is made of the cart and the round: whoever orders, and however often, it is one order.
 */
#ifndef TRESTLE_SYNC_DOMAIN_CART_H
#define TRESTLE_SYNC_DOMAIN_CART_H

#include "sync/base/store.h"
#include "sync/domain/till.h"
#include "sync/log/tables.h"

struct cart_line {
    uint32_t id;      /* never used again in this cart */
    struct bytes who; /* put it there: a name, or empty */
    struct wanted_line wanted;
};

/* Texts are borrowed from the row. Zeroed = none yet. */
struct cart {
    uint64_t version;   /* of each change; 0 = there is none */
    uint32_t round;     /* orders that were made of it */
    uint64_t begun_t;   /* ms since the epoch, by this node's clock: no other of the session did */
    uint64_t touched_t; /* of the last change; says after a restart how old it is */
    uint32_t line_next;
    uint32_t edits_count;
    uint64_t edits[CART_EDITS_MAX]; /* the newest last */
    uint32_t lines_count;
    struct cart_line lines[CART_LINES_MAX];
    bool has_placed; /* the newest order of it: */
    uint32_t placed_round;
    struct entity_id placed;
    uint32_t table; /* where it was begun; 0 = at none */
};

struct key cart_key(uint64_t session);
void cart_encode(const struct cart *cart, struct writer *writer);
/* What reader_finish() says; @ret_cart is of no use then. */
MUST_CHECK int cart_decode(struct bytes row, struct cart *ret_cart);
/* The one in the store; zeroed when there is none. ERR_IO. */
MUST_CHECK int cart_get(struct store_txn *txn, uint64_t session, struct cart *ret_cart);

/* What names an edit for as long as it is remembered. */
uint64_t cart_edit_of(struct bytes key);
bool cart_has_edit(const struct cart *cart, uint64_t edit);

/* A line of an order has one note for both, "who: note", of so many bytes. */
size_t cart_note_size(struct bytes who, struct bytes note);

/* A new line. ERR_TOO_MANY; ERR_TOO_LARGE: no note has room for whose it is and what it says. */
MUST_CHECK int cart_add(struct cart *cart, uint64_t edit, struct bytes who,
                        const struct wanted_line *wanted);
/* More or fewer of line @id, and its note if there is one; none of it left: it goes. ERR_NOT_FOUND,
 * ERR_TOO_MANY, ERR_TOO_LARGE. */
MUST_CHECK int cart_change(struct cart *cart, uint64_t edit, uint32_t id, int32_t delta,
                           const struct bytes *note);
/* Its lines are @order now. */
void cart_end_round(struct cart *cart, const struct entity_id *order);

/* The key of the order of @round of a cart that began at @begun_t. No time stands in it: where the
 * order stands in the queue, the till says. */
enum { CART_KEY_BYTES = 16 };
void cart_order_key(uint64_t session, uint64_t begun_t, uint32_t round,
                    uint8_t ret_key[CART_KEY_BYTES]);

/* --- tables --- */

/* Which codes open it is the journal's: sheet.h. */
struct table {
    uint64_t session;    /* who sit there; 0 = nobody yet */
    uint32_t generation; /* of the codes by which they came */
    uint64_t day;        /* the trading day when they came, ... */
    uint32_t cleared;    /* ... and how often it had been on that */
};

struct key table_key(uint64_t number);
void table_encode(const struct table *table, struct writer *writer);
/* What reader_finish() says; @ret_table is of no use then. */
MUST_CHECK int table_decode(struct bytes row, struct table *ret_table);
/* Zeroed when there is none. ERR_IO. */
MUST_CHECK int table_get(struct store_txn *txn, uint64_t number, struct table *ret_table);

/* --- which carts there are --- */

enum {
    CARTS_MAX = 512,
    CARTS_ORIGIN_MAX = CARTS_MAX / 4,   /* that were begun from one place */
    CART_IDLE_MS = 30 * 60 * 1000,      /* one that nobody touched makes room for another */
    CART_LIFE_MS = 24 * 60 * 60 * 1000, /* and is gone: as long as a customer's token */
    TABLE_IDLE_MS = 2 * 60 * 60 * 1000, /* who comes to a table after that are others */
};

struct cart_slot {
    uint64_t session, origin; /* of the principal who began it; origin 0 = not known */
    int64_t used_mono_ms;     /* of the last change; negative = before that clock began */
};

/* Zeroed = none. */
struct carts {
    uint32_t count;
    struct cart_slot slots[CARTS_MAX];
};

/* Whether @session, which comes from @origin, may have one. ERR_LIMIT: too many from there are in
 * use; ERR_BUSY: too many of all. */
MUST_CHECK int carts_room(const struct carts *carts, uint64_t session, uint64_t origin,
                          uint64_t now_mono_ms);
/* It was changed; there is room. The session whose cart made room and is to be dropped, or 0. */
uint64_t carts_use(struct carts *carts, uint64_t session, uint64_t origin, uint64_t now_mono_ms);
/* The store has it, as a process before left it. The session of one for which there is no room, or
 * 0: whichever was touched before all others. */
uint64_t carts_restore(struct carts *carts, uint64_t session, int64_t used_mono_ms);
/* One that nobody touched for CART_LIFE_MS. */
bool carts_ended(const struct carts *carts, uint64_t now_mono_ms, uint64_t *ret_session);
void carts_drop(struct carts *carts, uint64_t session);
/* Whether it was touched within @ms. */
bool carts_is_fresh(const struct carts *carts, uint64_t session, uint64_t now_mono_ms, uint64_t ms);

#endif
