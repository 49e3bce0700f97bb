/* cart.h - what customers put together before they order, alone or with others at a table.
 *
 * Layer: sync/domain (pure). Local to the device where it was begun and never logged: strangers do
 * not write the journal. A cart is a session's; who shares the session shares the cart. Durable,
 * in TABLE_LOCAL, where screens read it:
 *
 *   key    "cart" || be64 session
 *   value  [1, uint version, uint round, uint created, uint next line, [uint64 edit, ...],
 *           [line, ...], [uint round, bin12 order] or []]
 *   line   [uint id, text who, uint item, uint quantity, [[uint group, uint choice], ...], text
 * note]
 *
 *   key    "table" || be64 number
 *   value  [1, uint generation, uint64 session or 0]
 *
 * An edit says what changes, not what is: two phones do not undo each other. The last edits are
 * remembered, so that one that is sent again is not done again. A round ends with its order, whose
 * key is made of session and round: whoever orders, and however often, it is one order.
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
    uint64_t version; /* of each change; 0 = there is none */
    uint32_t round;   /* orders that were made of it */
    uint32_t created; /* seconds since the epoch, by this node's clock */
    uint32_t line_next;
    uint32_t edits_count;
    uint64_t edits[CART_EDITS_MAX]; /* the newest last */
    uint32_t lines_count;
    struct cart_line lines[CART_LINES_MAX];
    bool has_placed; /* the newest order of it: */
    uint32_t placed_round;
    struct entity_id placed;
};

struct key cart_key(uint64_t session);
void cart_encode(const struct cart *cart, struct writer *writer);
/* What reader_finish() says; @ret_cart is of no use then. */
MUST_CHECK int cart_decode(struct bytes row, struct cart *ret_cart);
/* The one in the store; zeroed when there is none. ERR_SPOILT, ERR_IO. */
MUST_CHECK int cart_get(struct store_txn *txn, uint64_t session, struct cart *ret_cart);

/* What names an edit for as long as it is remembered. */
uint64_t cart_edit_of(struct bytes key);
bool cart_has_edit(const struct cart *cart, uint64_t edit);

/* A new line. ERR_TOO_MANY. */
MUST_CHECK int cart_add(struct cart *cart, uint64_t edit, struct bytes who,
                        const struct wanted_line *wanted);
/* More or fewer of line @id, and its note if there is one; none of it left: it goes. ERR_NOT_FOUND,
 * ERR_TOO_MANY. */
MUST_CHECK int cart_change(struct cart *cart, uint64_t edit, uint32_t id, int32_t delta,
                           const struct bytes *note);
/* Its lines are @order now. */
void cart_end_round(struct cart *cart, const struct entity_id *order);

/* The key of the order of @round; CART_KEY_BYTES. */
enum { CART_KEY_BYTES = 4 + 16 };
void cart_order_key(uint64_t session, uint32_t created, uint32_t round,
                    uint8_t ret_key[CART_KEY_BYTES]);

/* --- tables --- */

struct table {
    uint64_t generation; /* of the codes that open it */
    uint64_t session;    /* who sit there; 0 = nobody yet */
};

struct key table_key(uint64_t number);
void table_encode(const struct table *table, struct writer *writer);
/* Zeroed when there is none. ERR_SPOILT, ERR_IO. */
MUST_CHECK int table_get(struct store_txn *txn, uint64_t number, struct table *ret_table);

/* --- which carts there are --- */

enum {
    CARTS_MAX = 512,
    CART_IDLE_MS = 30 * 60 * 1000,      /* one that nobody touched makes room for another */
    TABLE_IDLE_MS = 2 * 60 * 60 * 1000, /* who comes to a table after that are others */
};

struct cart_slot {
    uint64_t session;
    uint64_t used_mono_ms; /* or since the start of the process */
};

/* Zeroed = none. */
struct carts {
    uint32_t count;
    struct cart_slot slots[CARTS_MAX];
};

/* Touched at @now_mono_ms. @ret_dropped: another that made room, or 0. ERR_BUSY. */
MUST_CHECK int carts_use(struct carts *carts, uint64_t session, uint64_t now_mono_ms,
                         uint64_t *ret_dropped);
/* Whether it was touched within @ms. */
bool carts_is_fresh(const struct carts *carts, uint64_t session, uint64_t now_mono_ms, uint64_t ms);

#endif
