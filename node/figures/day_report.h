/* day_report.h - the orders of trading days, added up from the store.
 *
 * Layer: node. Reads within the caller's transaction.
 */
#ifndef TRESTLE_NODE_API_DAY_REPORT_H
#define TRESTLE_NODE_API_DAY_REPORT_H

#include "node/api/state.h"
#include "node/figures/trade.h"
#include "node/json/json_money.h"
#include "sync/domain/report.h"

enum { DAY_REPORT_ORDERS_MAX = TRADE_ORDERS_MAX }; /* in one report */

/* Uses the state's scratch. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int day_report(struct state *state, struct store_txn *txn, uint64_t day,
                          struct report *ret_report, struct report_extent *ret_extent);

/* The same of the days from @first to @last, at most TRADE_DAYS_MAX of them; *ret_trade is the
 * caller's to free. Also ERR_NO_MEMORY. */
MUST_CHECK int days_trade(struct state *state, struct store_txn *txn, uint64_t first, uint64_t last,
                          struct trade **ret_trade, struct report_extent *ret_extent);

#endif
