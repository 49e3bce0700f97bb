/* opaque.h - events of types that this software does not know: kept, relayed, and listed here until
 * it does.
 *
 * Layer: sync/domain (pure). A row of TABLE_LOCAL each: "opq" be32 type be64 log be40 seq -> empty.
 */
#ifndef TRESTLE_SYNC_DOMAIN_OPAQUE_H
#define TRESTLE_SYNC_DOMAIN_OPAQUE_H

#include "sync/log/run.h"

/* List those of @run, whose types are filled in. ERR_FULL, ERR_IO. */
MUST_CHECK int opaque_note(struct store_txn *txn, const struct run *run);

/* Take off the list what is known by now. ERR_FULL, ERR_IO. */
MUST_CHECK int opaque_settle(struct store_txn *txn);

/* How many there are, and how many of them may not be ignored. ERR_IO. */
MUST_CHECK int opaque_count(struct store_txn *txn, uint64_t *ret_count, uint64_t *ret_critical);

#endif
