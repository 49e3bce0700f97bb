/* Receipts: given when they are asked for, the same again as long as the order is the same. */
#include "sync/domain/receipt.h"
#include "sync/domain/till_task.h"

/* Not before it is paid: what is held for us is not ours yet. */
bool till_receipt_is_due(const struct order *order)
{
    return order->due_minor >= 0 && order->phase != PHASE_DRAFT;
}

int till_receipt_give(struct task *task, struct order_receipt *ret_receipt)
{
    const struct order *order = task->order;
    const struct till *till = task->till;
    const struct order_receipt *current = receipt_current(order);
    if (current != NULL) {
        *ret_receipt = *current;
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
    *ret_receipt = (struct order_receipt){
        .number = receipt.number, .lane = receipt.lane, .incarnation = receipt.incarnation};
    return 0;
}

int till_receipt(struct task *task)
{
    struct order_receipt receipt;
    return till_receipt_is_due(task->order) ? till_receipt_give(task, &receipt) : ERR_STATE;
}
