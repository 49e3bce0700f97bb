/* Paying, refunding. Amounts are worked out once, here, and carried by the event. */
#include "sync/domain/till_tip.h"

#include "sync/base/money.h"
#include "sync/domain/bill.h"

/* Which payments a person may record; the provider's own facts do not come from a till. */
static const struct {
    const char *method;
    bool is_cash; /* rounded to the cash step, gives change */
} methods[] = {
    {"cash", true},
    {"card-external", false},
};

static int find_method(struct bytes method, bool *ret_is_cash)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (bytes_equal(method, bytes_of_text(methods[i].method))) {
            *ret_is_cash = methods[i].is_cash;
            return 0;
        }
    }
    return ERR_MALFORMED;
}

/* --- paying --- */

/* Rounding of @pay and the change for what was tendered; 0 tendered is the exact sum. */
static int settle_cash(struct order_pay *pay, uint32_t cash_step_minor, int64_t *ret_change)
{
    int err = bill_cash_rounding(pay->amount_minor, cash_step_minor, &pay->rounding_minor);
    if (err != 0 || pay->tendered_minor == 0) {
        return err;
    }
    err = bill_change(pay->amount_minor + pay->rounding_minor, pay->tendered_minor, ret_change);
    return err == 0 && *ret_change < 0 ? ERR_MISMATCH : err;
}

/* A card gives no change. */
static int settle_exact(const struct order_pay *pay)
{
    const bool is_exact = pay->tendered_minor == 0 || pay->tendered_minor == pay->amount_minor;
    return is_exact ? 0 : ERR_MISMATCH;
}

int till_take_payment(struct task *task, const struct entity_id *id, int64_t amount_minor,
                      uint32_t cash_step_minor)
{
    const struct command *command = task->command;
    struct order_pay pay = {
        .id = *id,
        .method = command->method,
        .amount_minor = amount_minor,
        .tendered_minor = command->tendered_minor,
        .reference = command->reference,
    };
    bool is_cash;
    int64_t change = 0;
    int err = find_method(pay.method, &is_cash);
    if (err == 0 && pay.tendered_minor < 0) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        err = is_cash ? settle_cash(&pay, cash_step_minor, &change) : settle_exact(&pay);
    }
    if (err == 0) {
        order_pay_encode(&pay, task_body(task));
        task_emit(task, EVENT_PAY);
        task->result->change_minor = change;
    }
    return err;
}

static const struct order_payment *find_payment(const struct order *order,
                                                const struct entity_id *id)
{
    for (uint32_t i = 0; i < order->payments_count; i++) {
        if (entity_id_equal(&order->payments[i].id, id)) {
            return &order->payments[i];
        }
    }
    return NULL;
}

static bool is_list_full(const struct order *order)
{
    return order->payments_count >= ORDER_PAYMENTS_MAX;
}

/* Nothing said, nothing missing: it was paid already. More than is missing comes back as change
 * and never as an overpaid order. */
static int pay_missing(struct task *task, const struct entity_id *id)
{
    struct popup popup;
    const int64_t tip = task->command->tip_minor;
    const int64_t said = task->command->amount_minor;
    if (said < 0 || tip < 0 || tip > MONEY_MAX || (said != 0 && said < tip)) {
        return ERR_MALFORMED;
    }
    const int64_t missing = tip - task->order->due_minor;
    if (said == 0 && missing <= 0) {
        return 0;
    }
    if (said > missing || is_list_full(task->order)) {
        return ERR_STATE;
    }
    int err = task_load_popup(task, &popup);
    if (err == 0) {
        err = till_tip_more(task);
    }
    return err != 0
               ? err
               : till_take_payment(task, id, said != 0 ? said : missing, popup.cash_step_minor);
}

int till_pay(struct task *task)
{
    const int err = task_check_key(task);
    if (err != 0) {
        return err;
    }
    const struct entity_id id = task_payment_id(task, "trestle/pay/1");
    const struct order_payment *before = find_payment(task->order, &id);
    return before != NULL ? 0 : pay_missing(task, &id);
}

/* --- refunding --- */

static int refund_new(struct task *task, const struct entity_id *id)
{
    const struct order *order = task->order;
    const int64_t said = task->command->amount_minor;
    const struct order_refund refund = {
        .id = *id,
        .method = task->command->method,
        .amount_minor = said != 0 ? said : order->due_minor,
        .reference = task->command->reference,
        .reason = task->command->reason,
    };
    bool is_cash;
    const int err = find_method(refund.method, &is_cash);
    if (err != 0 || said < 0) {
        return ERR_MALFORMED;
    }
    if (said == 0 && order->due_minor <= 0) {
        return 0; /* nothing is to be given back any more */
    }
    if (refund.amount_minor > order->paid_minor - order->refunded_minor || is_list_full(order)) {
        return ERR_STATE;
    }
    order_refund_encode(&refund, task_body(task));
    task_emit(task, EVENT_REFUND);
    return 0;
}

int till_refund(struct task *task)
{
    const int err = task_check_key(task);
    if (err != 0) {
        return err;
    }
    const struct entity_id id = task_payment_id(task, "trestle/refund/1");
    return find_payment(task->order, &id) != NULL ? 0 : refund_new(task, &id);
}
