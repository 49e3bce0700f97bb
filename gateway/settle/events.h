/* events.h - the provider's events: those that came and are not yet told, and those that were.
 *
 * Layer: gateway (pure: over sync/base/store.h). The same event comes as often as the provider
 * likes, and by two ways; what it says is joined, so a second time changes nothing, and the ids
 * only spare the work. Rows in TABLE_LOCAL of the gateway's own store:
 *
 *   'W' || be64 number   the event's bytes, in the order they came
 *   'N'                  be64: the highest number that was ever given, lest one is given twice
 *   'S' || event         be64: seconds, by the provider's clock, when it came;
 *                        of one that waits to be told || be64 number
 */
#ifndef TRESTLE_GATEWAY_SETTLE_EVENTS_H
#define TRESTLE_GATEWAY_SETTLE_EVENTS_H

#include "sync/base/store.h"

enum { EVENT_KEPT_S = 31 * 86400 /* the provider forgets its events after 30 days */ };

/* Keep one that came; *@ret_is_new false: it came before, nothing is written. ERR_FULL, ERR_IO. */
MUST_CHECK int events_receive(struct store_txn *txn, struct bytes id, struct bytes body,
                              int64_t now_s, bool *ret_is_new);

/* The first with a number above @after that is not told yet; borrowed. ERR_NOT_FOUND, ERR_IO. */
MUST_CHECK int events_next(struct store_txn *txn, uint64_t after, uint64_t *ret_number,
                           struct bytes *ret_body);

/* It is told, or the disk spoilt it. Its id stays one that waits, so that it is taken once more
 * when it comes or is listed: events_see() ends that. 0 also when it is not there. ERR_FULL,
 * ERR_IO. */
MUST_CHECK int events_told(struct store_txn *txn, uint64_t number);

/* Whether it was told, and need not be again. ERR_IO. */
MUST_CHECK int events_is_seen(struct store_txn *txn, struct bytes id, bool *ret_is_seen);
/* It was told. ERR_FULL, ERR_IO. */
MUST_CHECK int events_see(struct store_txn *txn, struct bytes id, int64_t now_s);

/* Forget up to @count that came before @before_s; *@ret_count: how many. ERR_FULL, ERR_IO. */
MUST_CHECK int events_forget(struct store_txn *txn, int64_t before_s, uint32_t count,
                             uint32_t *ret_count);

#endif
