/* What a guest gives on top. Worked out once, here, and carried by the event. */
#include "sync/domain/till_tip.h"

/* A customer says it of an order of his own, until it is paid or a bank holds the money. */
static int check_customer(const struct task *task)
{
    const struct principal *principal = &task->command->principal;
    const struct order *order = task->order;
    if (principal->role != ROLE_CUSTOMER) {
        return 0;
    }
    if (!order_is_of(order, principal->session)) {
        return ERR_NOT_FOUND;
    }
    return order->paid_minor == 0 && order->ledger.held_minor == 0 ? 0 : ERR_STATE;
}

void till_tip_emit(struct task *task, const struct tip *tip)
{
    tip_encode(tip, task_body(task));
    task_emit(task, EVENT_TIP_SET);
}

/* What a bank holds is captured as it is: nobody has promised more. */
int till_tip(struct task *task)
{
    const struct command *command = task->command;
    const struct order *order = task->order;
    struct tip tip;
    int err = check_customer(task);
    if (err == 0) {
        err = tip_of(command->tip_minor, command->tip_bp, order->owed_minor, &tip);
    }
    if (err == 0 && order->ledger.held_minor > 0 && tip.amount_minor > order->tip_minor) {
        err = ERR_STATE;
    }
    const bool is_so = err == 0 && tip.amount_minor == order->tip_minor &&
                       (tip.amount_minor == 0 || tip.most_bp == order->tip.most_bp);
    if (err == 0 && !is_so) {
        till_tip_emit(task, &tip);
    }
    return err;
}

int till_tip_more(struct task *task)
{
    const struct order *order = task->order;
    struct tip tip;
    const int64_t more = task->command->tip_minor;
    const int err = tip_of(order->tip_minor + more, 0, order->owed_minor, &tip);
    if (err == 0 && more > 0) {
        till_tip_emit(task, &tip);
    }
    return err;
}
