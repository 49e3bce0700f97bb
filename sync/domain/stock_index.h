/* stock_index.h - the rows of stock in TABLE_INDEX, which stock_fold.h lays out: for the fold, and
 * whoever checks them.
 *
 * Layer: sync/domain (pure).
 */
#ifndef TRESTLE_SYNC_DOMAIN_STOCK_INDEX_H
#define TRESTLE_SYNC_DOMAIN_STOCK_INDEX_H

#include "sync/domain/stock_events.h"
#include "sync/domain/stock_fold.h"
#include "sync/log/tables.h"

/* What the take or undo @id notes. */
struct key stock_key_take(const struct operation *id, const struct stock_take *take);
struct key stock_key_undo(const struct operation *id, const struct stock_undo *undo);

/* The item of such a row, and the place of the event that noted it, without its hash. False: it is
 * no such row. */
bool stock_key_parse(struct bytes key, uint64_t *ret_item, struct operation *ret_place);

/* What the undos of @take ask for together, into take->undone; not more than its units. ERR_IO,
 * ERR_MALFORMED. */
MUST_CHECK int stock_units_undone(struct store_txn *txn, const struct entity_id *order,
                                  struct stock_taken *take);

/* The indexed take that @undo names, with what is undone of it; units 0 when it is not here.
 * ERR_IO, ERR_MALFORMED. */
MUST_CHECK int stock_take_find(struct store_txn *txn, const struct stock_undo *undo,
                               struct stock_taken *ret_taken);

#endif
