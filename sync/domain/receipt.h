/* receipt.h - receipt numbers: dense in each log, so without a gap by construction.
 *
 * Layer: sync/domain (pure). A receipt is an event on its order. Its number counts the receipts of
 * its log from 1; the log itself has no holes, so neither have they. A device that lost its memory
 * goes on in a new log, which begins at 1: a receipt's name is lane, incarnation and number.
 *
 *   local row   "receipt" || be64 log -> be32, the last number given out; when it is missing the
 *               log is read
 */
#ifndef TRESTLE_SYNC_DOMAIN_RECEIPT_H
#define TRESTLE_SYNC_DOMAIN_RECEIPT_H

#include "sync/domain/order.h"

struct receipt {
    uint32_t number;     /* from 1 */
    int64_t total_minor; /* what was owed, tax included; within MONEY_MAX */
    int64_t tax_minor;
    enum receipt_kind kind;
    struct bytes lane;    /* LANE_BYTES_MAX */
    uint32_t incarnation; /* of the log */
};

void receipt_encode(const struct receipt *receipt, struct writer *writer);
/* As order_events.h. */
MUST_CHECK int receipt_decode(struct bytes body, struct receipt *ret_receipt);

/* The last number that @log gave out, 0 = none. Cost: a row, or once the whole log. ERR_IO. */
MUST_CHECK int receipt_last(struct store_txn *txn, uint64_t log, uint32_t *ret_number);

/* Remember @number as the last. ERR_FULL, ERR_IO. */
MUST_CHECK int receipt_keep(struct store_txn *txn, uint64_t log, uint32_t number);

/* Whether @receipt says what @order is now. */
bool receipt_is_current(const struct order *order, const struct order_receipt *receipt);

/* The receipt that says what the order is now; NULL when there is none. Of several, the one of the
 * lowest log and number. */
const struct order_receipt *receipt_current(const struct order *order);

#endif
