/* day_report.h - the orders of a trading day, added up from the store.
 *
 * Layer: node. Reads within the caller's transaction.
 */
#ifndef TRESTLE_NODE_API_DAY_REPORT_H
#define TRESTLE_NODE_API_DAY_REPORT_H

#include "node/api/json_money.h"
#include "node/api/state.h"
#include "sync/domain/report.h"

enum { DAY_REPORT_ORDERS_MAX = 20000 }; /* in one report: some 20 us each */

/* Uses the state's scratch. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int day_report(struct state *state, struct store_txn *txn, uint64_t day,
                          struct report *ret_report, struct report_extent *ret_extent);

#endif
