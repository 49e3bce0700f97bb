/* remaking.h - whether rows of a store are being made right, for who reads it beside the replica
 * that does so (replica_remake.c), or without one.
 *
 * Layer: sync (pure). In one transaction with what is read: as long as it is so, what rows say and
 * sum up to may be as it was before.
 */
#ifndef TRESTLE_SYNC_REMAKING_H
#define TRESTLE_SYNC_REMAKING_H

#include "sync/base/store.h"

/* Of the row of TABLE_LOCAL that is there meanwhile. */
struct bytes remaking_key(void);

/* ERR_IO. */
MUST_CHECK int remaking_look(struct store_txn *txn, bool *ret_is);

#endif
