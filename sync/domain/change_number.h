/* change_number.h - every folded row that differs from the stored one gets the next change number
 * (TABLE_CHANGE, TABLE_MARK): a screen's cursor is the newest number that it has been shown.
 *
 * Layer: sync/domain (pure).
 */
#ifndef TRESTLE_SYNC_DOMAIN_CHANGE_NUMBER_H
#define TRESTLE_SYNC_DOMAIN_CHANGE_NUMBER_H

#include "sync/base/id.h"
#include "sync/base/store.h"
#include "sync/log/tables.h"

/* Read the newest change number of a store; 0 when nothing ever changed. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int change_number_get(struct store_txn *txn, uint64_t *ret_number);

/* The number of the last change of an entity's row. ERR_NOT_FOUND: it has none. ERR_IO. */
MUST_CHECK int change_number_of(struct store_txn *txn, enum kind kind,
                                const struct entity_id *entity, uint64_t *ret_number);

/* The row under @state changed, and has @number from now on, which is the newest. ERR_IO, ERR_FULL.
 */
MUST_CHECK int change_number_give(struct store_txn *txn, const struct key *state, uint64_t number);

#endif
