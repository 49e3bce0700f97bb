/* quote.h - what a customer is about to order, at prices that stay as they are for a while.
 *
 * Layer: sync/domain (pure). Local to one device and never logged: strangers do not write the
 * journal. One per session: a new one replaces it, unless it would say the same. What it says lies
 * in TABLE_LOCAL, where screens read it:
 *
 *   key    "quote" || be64 session
 *   value  [2, bin12 id, uint until, text mode, bool prices include tax, int tip, uint tip share,
 *           [entry, ...]]                    as it was asked for: one of the two is 0
 *   entry  [uint state, uint left, line.add]
 *
 * `until` is by the monotonic clock, and which quotes stand is known in memory alone: none outlives
 * the process, whose holds end with it.
 */
#ifndef TRESTLE_SYNC_DOMAIN_QUOTE_H
#define TRESTLE_SYNC_DOMAIN_QUOTE_H

#include "sync/base/crypto.h"
#include "sync/base/store.h"
#include "sync/domain/bill.h"
#include "sync/domain/order_events.h"
#include "sync/log/tables.h"

enum {
    QUOTES_MAX = 512,
    QUOTES_ORIGIN_MAX = QUOTES_MAX / 4, /* of those who come from one place */
    QUOTE_VERSION = 2
};

/* X(name, number, text) */
#define QUOTE_STATES(X)                                                                            \
    X(QUOTE_OFFERED, 0, "offered")   /* not counted: nobody holds it */                            \
    X(QUOTE_HELD, 1, "held")         /* its units are kept for this customer */                    \
    X(QUOTE_SHORT, 2, "short")       /* there are fewer: not in the totals, and not ordered */     \
    X(QUOTE_SOLD_OUT, 3, "sold-out") /* not on the menu at this moment; as above */

enum quote_state {
#define X(name, number, text) name = (number),
    QUOTE_STATES(X)
#undef X
        QUOTE_STATE_COUNT
};

struct quote_entry {
    enum quote_state state;
    uint64_t left; /* of QUOTE_SHORT: so many can be had */
    struct line_add add;
};

/* Texts are borrowed from the row. */
struct quote {
    struct entity_id id;
    uint64_t until_mono_ms;
    struct bytes mode;
    bool prices_include_tax;
    int64_t tip_minor; /* as it was asked for: an amount, ... */
    uint32_t tip_bp;   /* ... or a share of the total */
    uint32_t entries_count;
    struct quote_entry entries[ORDER_LINES_MAX];
};

static inline bool quote_entry_counts(const struct quote_entry *entry)
{
    return entry->state == QUOTE_OFFERED || entry->state == QUOTE_HELD;
}

struct key quote_key(uint64_t session);

/* Of the request with @key. */
struct entity_id quote_id(uint64_t session, struct bytes key);

/* The row's head; @count entries follow. */
void quote_write_head(const struct quote *quote, uint32_t count, struct writer *writer);
void quote_write_entry(const struct quote_entry *entry, struct writer *writer);

/* What reader_finish() says; @ret_quote is of no use then. */
MUST_CHECK int quote_decode(struct bytes row, struct quote *ret_quote);

/* The one in the store. ERR_NOT_FOUND, ERR_SPOILT, ERR_IO. */
MUST_CHECK int quote_get(struct store_txn *txn, uint64_t session, struct quote *ret_quote);

/* One line as the bill needs it. ERR_OVERFLOW. */
MUST_CHECK int quote_bill_line(const struct line_add *add, struct bill_line *ret_line);

/* What the entries that count come to, by the order they stand in. What bill_compute() says. */
MUST_CHECK int quote_bill(const struct quote *quote, struct bill *ret_bill);

/* What is given on top of what @bill comes to. What tip_of() says. */
MUST_CHECK int quote_tip(const struct quote *quote, const struct bill *bill, int64_t *ret_tip);

/* --- which ones stand --- */

struct quote_slot {
    uint64_t session, origin; /* of the principal; origin 0 = not known */
    struct entity_id id;
    struct hash body_hash; /* of the request */
    uint64_t until_mono_ms;
    bool is_ordered; /* with @order: no other may be placed with it */
    struct entity_id order;
};

/* Zeroed = none. */
struct quotes {
    uint32_t count;
    struct quote_slot slots[QUOTES_MAX];
};

/* NULL when @session has none, or its time is over. */
const struct quote_slot *quotes_find(const struct quotes *quotes, uint64_t session,
                                     uint64_t now_mono_ms);

bool quotes_have(const struct quotes *quotes, uint64_t session);

/* Whether @session, which comes from @origin, may have one. ERR_LIMIT: too many from there;
 * ERR_TOO_MANY. */
MUST_CHECK int quotes_room(const struct quotes *quotes, uint64_t session, uint64_t origin);

/* Instead of the one that the session had. ERR_TOO_MANY. */
MUST_CHECK int quotes_set(struct quotes *quotes, const struct quote_slot *slot);

/* Of @session: it was ordered. Nothing when there is none. */
void quotes_order(struct quotes *quotes, uint64_t session, const struct entity_id *order);

void quotes_drop(struct quotes *quotes, uint64_t session);

/* One whose time is over; false when there is none. */
bool quotes_ended(const struct quotes *quotes, uint64_t now_mono_ms, uint64_t *ret_session);

#endif
