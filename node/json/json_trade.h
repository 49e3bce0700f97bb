/* json_trade.h - how trade went, told.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_JSON_TRADE_H
#define TRESTLE_NODE_API_JSON_TRADE_H

#include "node/api/gate.h"
#include "node/figures/trade.h"
#include "node/json/json_money.h"

/* @trade is finished; @day is the last of its days. */
struct json_value *json_trade(const struct trade *trade, uint64_t day,
                              const struct report_extent *extent, const struct gate_live *live);

#endif
