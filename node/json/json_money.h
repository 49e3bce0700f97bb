/* json_money.h - what is told of money: an order's ledger, its receipts, a day's report.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_JSON_MONEY_H
#define TRESTLE_NODE_API_JSON_MONEY_H

#include "node/api/gate.h"
#include "node/json/json.h"
#include "sync/domain/report.h"

/* @seconds since 1970, as ms; left out when it is 0. */
void json_put_bank_time(struct json_value *object, const char *name, int64_t seconds);

/* Put "provider" and "receipts" into an Order, where there is anything to tell. */
void json_put_money(struct json_value *object, const struct order *order);

/* "receipts" alone. */
void json_put_receipts(struct json_value *object, const struct order *order);

/* "tip": nothing while there is none. */
void json_put_tip(struct json_value *object, int64_t tip_minor);

/* What is owed, by rate of tax. */
struct json_value *json_rates(const struct order_rate *rates, uint32_t count);

/* The receipt that holds, else the newest. NULL when the order has none. */
struct json_value *json_receipt(const struct order *order, int64_t epoch_ms);

/* How far a report can be gone by. */
struct report_extent {
    bool is_complete; /* every order of the day was looked at */
    bool is_remaking; /* rows are being made right: it may be as it was before
                         (sync/replica/remaking.h) */
};

struct json_value *json_report(const struct report *report, uint64_t day,
                               const struct report_extent *extent, const struct gate_live *live);

#endif
