/* Receipts: given when they are asked for, the same again as long as the order is the same. */
#include "sync/domain/receipt.h"
#include "sync/domain/till_task.h"

int till_receipt(struct task *task)
{
    const struct order *order = task->order;
    const struct till *till = task->till;
    if (order->due_minor < 0 || order->phase == PHASE_DRAFT) {
        return ERR_STATE; /* not paid: what is held for us is not ours yet */
    }
    if (receipt_current(order) != NULL) {
        return 0;
    }
    if (order->receipts_count == ORDER_RECEIPTS_MAX || till->receipt_next == 0) {
        return ERR_STATE;
    }
    const struct receipt receipt = {
        .number = till->receipt_next,
        .total_minor = order->owed_minor,
        .tax_minor = order->owed_tax_minor,
        .kind = order->receipts_count > 0 ? RECEIPT_CORRECTION : RECEIPT_SALE,
        .lane = till->lane,
        .incarnation = till->incarnation,
    };
    receipt_encode(&receipt, task_body(task));
    task_emit(task, EVENT_RECEIPT);
    task->result->is_receipt_used = true;
    return 0;
}
