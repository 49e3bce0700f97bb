/* Paying, refunding, discounts. Amounts are worked out once, here, and carried by the event. */
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

/* --- discounts --- */

static int read_discount(const struct command *command, struct bill_discount *ret_discount)
{
    const bool is_percentage = command->discount_bp > 0;
    if (is_percentage == (command->amount_minor != 0) || command->amount_minor < 0 ||
        command->discount_bp > BILL_RATE_BP_MAX) {
        return ERR_MALFORMED;
    }
    *ret_discount = (struct bill_discount){
        .kind = is_percentage ? BILL_DISCOUNT_PERCENT : BILL_DISCOUNT_FIXED,
        .value = is_percentage ? (int64_t)command->discount_bp : command->amount_minor,
    };
    return 0;
}

/* What the discount is shared by: deposits (less than nothing) take no share. */
static int bill_lines_of(const struct task *task, const struct selection *selection,
                         struct bill_line *lines)
{
    int err = 0;
    for (uint32_t i = 0; i < selection->count && err == 0; i++) {
        const struct order_line *line = task_line(task, selection, i);
        int64_t price = line->unit_price_minor;
        for (uint32_t k = 0; k < line->options_count && err == 0; k++) {
            err = money_add(price, line->options[k].price_minor, &price);
        }
        lines[i] = (struct bill_line){
            .quantity = line->is_active ? (uint32_t)line->quantity : 0,
            .tax_bp = line->tax_bp,
            .unit_price_minor = price,
            .discount_minor = line->discount_minor,
            .takes_share = price > 0,
        };
    }
    return err;
}

static void emit_shares(struct task *task, const struct selection *selection, const int64_t *shares)
{
    struct order_discount discount = {.reason = task->command->reason};
    for (uint32_t i = 0; i < selection->count; i++) {
        if (shares[i] > 0) {
            const uint32_t at = discount.lines_count++;
            discount.lines[at].line = task_line(task, selection, i)->id;
            discount.lines[at].amount_minor = shares[i];
        }
    }
    if (discount.lines_count > 0) {
        order_discount_encode(&discount, task_body(task));
        task_emit(task, EVENT_DISCOUNT);
    }
}

int till_discount(struct task *task)
{
    struct selection selection;
    struct bill_discount wanted;
    struct bill_line lines[ORDER_LINES_MAX];
    int64_t shares[ORDER_LINES_MAX];
    int err = read_discount(task->command, &wanted);
    if (err == 0) {
        err = task_select(task, &selection);
    }
    if (err == 0) {
        err = bill_lines_of(task, &selection, lines);
    }
    if (err == 0) {
        err = bill_discount_shares(lines, selection.count, wanted, shares);
    }
    if (err == 0) {
        emit_shares(task, &selection, shares);
        err = task->result->events_count > 0 ? 0 : ERR_STATE; /* nothing is left to take off */
    }
    return err;
}
