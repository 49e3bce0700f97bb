/* held.h - every event of an entity that this device holds, whether it counts or not: for what must
 * reach those too that a revocation or a fork voided.
 *
 * Layer: sync/domain (pure). What devices hold differs, so this is a look at the local store, never
 * part of a fold.
 */
#ifndef TRESTLE_SYNC_DOMAIN_HELD_H
#define TRESTLE_SYNC_DOMAIN_HELD_H

#include "sync/base/store.h"
#include "sync/log/event.h"

/* Call @on_event with each event of @entity in the store, its own log's and what salvages carry;
 * @event is borrowed until it returns, and an error of it ends the walk. Left out is what the disk
 * spoilt. ERR_IO, and what @on_event says. */
MUST_CHECK int held_each(struct store_txn *txn, const struct entity_id *entity,
                         int (*on_event)(void *context, const struct event *event), void *context);

#endif
