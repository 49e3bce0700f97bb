/* An order's receipts, as its history has them: by log and number. */
#include "sync/domain/order_fold.h"
#include "sync/domain/receipt.h"

void order_fill_receipts(const struct fold *fold, struct order *order)
{
    struct receipt receipt;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        const struct history_event *event = &fold->history->events[i];
        if (!fold_has(fold, i, EVENT_RECEIPT) || receipt_decode(event->body, &receipt) != 0) {
            continue;
        }
        if (order->receipts_count == ORDER_RECEIPTS_MAX) {
            order->flags |= FLAG_CUT_SHORT;
            return;
        }
        order->receipts[order->receipts_count++] = (struct order_receipt){
            .id = event->id,
            .t = event->t,
            .number = receipt.number,
            .total_minor = receipt.total_minor,
            .tax_minor = receipt.tax_minor,
            .kind = receipt.kind,
            .lane = receipt.lane,
            .incarnation = receipt.incarnation,
        };
    }
}
