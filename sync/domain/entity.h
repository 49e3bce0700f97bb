/* entity.h - the kinds of entity in one table: how each is pruned and found again.
 *
 * Layer: sync/domain (pure). Sealing a turn folds each dirty entity once: load or append, prune,
 * store the row, replace its index keys.
 */
#ifndef TRESTLE_SYNC_DOMAIN_ENTITY_H
#define TRESTLE_SYNC_DOMAIN_ENTITY_H

#include "sync/domain/order.h"

enum { ENTITY_INDEX_KEYS_MAX = 8 };

/* The first byte of an index key. Values are on disk.
 *   INDEX_ACTIVE  be64 day, phase1, entity12     orders that boards show (draft to ready)
 *   INDEX_SETTLED be64 day, entity12             the others
 *   INDEX_NUMBER  be64 day, lane, 0, be32 number, entity12
 *   INDEX_MENU    be64 item number, entity12
 *   INDEX_FLAGGED be64 day, entity12             orders with a flag that a person must settle
 *   INDEX_RECORD  kind1, be64 number, entity12   stalls, taxes ...; of a review the number is the
 *                                                beginning of its order's id; tables' sheets by
 *                                                the table's number
 *   INDEX_DRAWER  open1, be64 day, entity12      cash sessions, DRAWER_ROW_OPEN first
 *   INDEX_TAKE, INDEX_UNDO                       of stock, sync/domain/stock_fold.h */
enum index_kind {
    INDEX_ACTIVE = 1,
    INDEX_SETTLED = 2,
    INDEX_NUMBER = 3,
    INDEX_MENU = 4,
    INDEX_FLAGGED = 5,
    INDEX_RECORD = 6,
    INDEX_TAKE = 7,
    INDEX_UNDO = 8,
    INDEX_DRAWER = 9
};

enum { DRAWER_ROW_OPEN = 1, DRAWER_ROW_COUNTED = 2 };

/* Flags that stay until a person decides something: who has not paid is expected to, a second
 * number and waste are only told, and what is pending arrives by itself. */
enum {
    ORDER_FLAGS_TO_SETTLE = FLAG_CLAIM_CONFLICT | FLAG_DOUBLE_MADE | FLAG_LATE_EDIT |
                            FLAG_EDIT_CONFLICT | FLAG_HANDED_AND_CANCELLED | FLAG_HANDED_UNPAID |
                            FLAG_REFUNDED_AND_HANDED | FLAG_DOUBLE_HANDOVER |
                            FLAG_REFUSED_BUT_STARTED | FLAG_REFUND_DUE | FLAG_LINE_CONFLICT |
                            FLAG_NEEDS_ACCEPT | FLAG_OPAQUE | FLAG_CUT_SHORT | FLAG_OVERFLOW |
                            FLAG_HOLD_LOST | FLAG_PROVIDER_AT_ODDS | FLAG_REFUND_FAILED |
                            FLAG_OVER_REFUNDED | FLAG_DISPUTED | FLAG_WISH_AT_ODDS
};

struct index_keys {
    uint32_t count;
    struct key keys[ENTITY_INDEX_KEYS_MAX];
};

/* The index keys of a folded entity. @order is scratch. */
void entity_index(const struct history *history, struct order *order, struct index_keys *ret_keys);

/* Whether the state of this kind is sums with a fold of their own (stock_fold.h); otherwise it is a
 * history. */
bool entity_is_tally(enum kind kind);

/* The entity of a row of the index, which ends in it. */
struct entity_id index_entity(struct bytes key);

/* The kind of entity that a row of the index leads to, whatever the disk made of it; false when it
 * leads to none. Of rows of stock too, which do not end in the entity. */
bool index_kind(struct bytes key, enum kind *ret_kind);

/* Drop what no later event can make matter. */
void entity_prune(struct history *history);

#endif
