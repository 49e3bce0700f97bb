/* stock_walk.h - part of stock_fold.h: the events of an item's stock, and which of them count.
 *
 * Layer: sync/domain (pure). What stands in a log counts as the roster says; what a fork voided of
 * a log counts where somebody carries it on (sync/roster/salvaged.h), as that log's own: it spends
 * the rights that the log had.
 */
#ifndef TRESTLE_SYNC_DOMAIN_STOCK_WALK_H
#define TRESTLE_SYNC_DOMAIN_STOCK_WALK_H

#include "sync/domain/stock_fold.h"

/* Whether the sums take in the event at @place, which is being visited. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int stock_is_counting(struct stock_fold *fold, const struct operation *place,
                                 const struct event *event, bool *ret_is);

/* Each event of the entity once: those in logs in order of their place, then those carried on.
 * ERR_IO, ERR_MALFORMED, or what @visit says. */
MUST_CHECK int stock_each_event(struct stock_fold *fold,
                                int (*visit)(struct stock_fold *fold, const struct operation *place,
                                             const struct event *event));

#endif
