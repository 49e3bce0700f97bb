/* Wishes for a refund, and what a gateway tells of the payment provider. A fact that is known
 * already, or that came with an event of the provider that was dealt with, writes nothing. */
#include "sync/domain/till_task.h"

#include "sync/domain/wish.h"

/* --- the provider's facts --- */

static bool is_event_seen(const struct task *task, struct bytes id)
{
    const struct history *history = task->till->history;
    struct pay_seen seen;
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->events[i].type == EVENT_PAY_SEEN &&
            pay_seen_decode(history->events[i].body, &seen) == 0 && bytes_equal(seen.id, id)) {
            return true;
        }
    }
    return false;
}

/* Emit what was written to the task's body, unless it is known, and that its cause was dealt with.
 */
static void emit_seen(struct task *task)
{
    const struct pay_seen seen = {.id = task->command->fact.event};
    if (seen.id.size > 0) {
        pay_seen_encode(&seen, task_body(task));
        task_emit(task, EVENT_PAY_SEEN);
    }
}

static bool is_repeated(const struct task *task)
{
    const struct bytes event = task->command->fact.event;
    return event.size > 0 && is_event_seen(task, event);
}

int till_pay_intent(struct task *task)
{
    const struct wanted_fact *fact = &task->command->fact;
    const struct pay_intent intent = {
        .id = fact->id,
        .state = (enum intent_state)fact->state,
        .amount_minor = task->command->amount_minor,
        .capturable_minor = fact->capturable_minor,
        .received_minor = fact->received_minor,
        .currency = fact->currency,
        .ends_s = fact->ends_s,
    };
    if (is_repeated(task)) {
        return 0;
    }
    if (!ledger_knows_intent(&task->order->ledger, &intent)) {
        pay_intent_encode(&intent, task_body(task));
        task_emit(task, EVENT_PAY_INTENT);
    }
    emit_seen(task);
    return 0;
}

int till_pay_refund(struct task *task)
{
    const struct wanted_fact *fact = &task->command->fact;
    const struct pay_refund refund = {
        .id = fact->id,
        .intent = fact->intent,
        .amount_minor = task->command->amount_minor,
        .status = (enum refund_status)fact->state,
        .wish = fact->wish,
    };
    if (is_repeated(task)) {
        return 0;
    }
    if (!ledger_knows_refund(&task->order->ledger, &refund)) {
        pay_refund_encode(&refund, task_body(task));
        task_emit(task, EVENT_PAY_REFUND);
    }
    emit_seen(task);
    return 0;
}

int till_pay_dispute(struct task *task)
{
    const struct wanted_fact *fact = &task->command->fact;
    const struct pay_dispute dispute = {
        .id = fact->id,
        .intent = fact->intent,
        .amount_minor = task->command->amount_minor,
        .status = (enum dispute_status)fact->state,
    };
    if (is_repeated(task)) {
        return 0;
    }
    if (!ledger_knows_dispute(&task->order->ledger, &dispute)) {
        pay_dispute_encode(&dispute, task_body(task));
        task_emit(task, EVENT_PAY_DISPUTE);
    }
    emit_seen(task);
    return 0;
}

/* --- wishes --- */

/* What the provider has of this order, and nobody has wished back yet. */
static int64_t left_to_wish(const struct ledger *ledger)
{
    int64_t left = ledger->received_minor - ledger->refunded_minor;
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        left -= ledger->wishes[i].open_minor;
    }
    return left;
}

/* Whether a wish that has not failed names one of these units. */
static bool is_wished(const struct ledger *ledger, const struct refund_wish *wish)
{
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        const bool is_void =
            ledger->wishes[i].state == WISH_FAILED && ledger->wishes[i].given_minor == 0;
        if (!is_void && ledger_wishes_overlap(&ledger->wishes[i], wish)) {
            return true;
        }
    }
    return false;
}

static int emit_wish(struct task *task, const struct refund_wish *wish, enum event_type type)
{
    const struct ledger *ledger = &task->order->ledger;
    if (ledger_find_wish(ledger, wish->id) != NULL) {
        return 0; /* wished already, by whomever */
    }
    if (wish->amount_minor <= 0 || wish->amount_minor > left_to_wish(ledger) ||
        ledger->wishes_count == ORDER_WISHES_MAX || is_wished(ledger, wish)) {
        return ERR_STATE;
    }
    refund_wish_encode(wish, task_body(task));
    task_emit(task, type);
    return 0;
}

/* Every unit of the lines in command->ids, and those named one by one. */
static int collect_units(const struct task *task, struct refund_wish *wish)
{
    const struct command *command = task->command;
    struct selection selection = {0};
    int err = command->ids_count > 0 ? task_select(task, &selection) : 0;
    for (uint32_t i = 0; i < selection.count && err == 0; i++) {
        const struct order_line *line = task_line(task, &selection, i);
        for (uint32_t unit = 1; unit <= (uint32_t)line->quantity && err == 0; unit++) {
            err = wish->units_count < WISH_UNITS_MAX ? 0 : ERR_TOO_MANY;
            if (err == 0) {
                wish->units[wish->units_count++] = (struct wish_unit){line->id, unit};
            }
        }
    }
    for (uint32_t i = 0; i < command->units_count && err == 0; i++) {
        err = wish->units_count < WISH_UNITS_MAX ? 0 : ERR_TOO_MANY;
        if (err == 0) {
            wish->units[wish->units_count++] = command->wish_units[i];
        }
    }
    if (err == 0 && !wish_units_sort(wish->units, wish->units_count)) {
        err = ERR_MALFORMED;
    }
    return err;
}

/* Exactly one of: units, at what they were charged; an amount for a slot. */
int till_refund_wish(struct task *task)
{
    const struct command *command = task->command;
    struct refund_wish wish = {.amount_minor = command->amount_minor, .reason = command->reason};
    struct wish_id id;
    int err = collect_units(task, &wish);
    if (err != 0) {
        return err;
    }
    const bool is_of_units =
        wish.units_count > 0 && command->slot == 0 && command->amount_minor == 0;
    const bool is_goodwill =
        wish.units_count == 0 && command->slot > 0 && command->amount_minor > 0;
    if (command->reason.size == 0 || is_of_units == is_goodwill) {
        return ERR_MALFORMED;
    }
    if (is_of_units) {
        err = wish_units_amount(task->order, wish.units, wish.units_count, &wish.amount_minor);
        id = wish_id_of_units(&command->order, wish.units, wish.units_count);
    } else {
        id = wish_id_of_slot(&command->order, command->slot);
    }
    wish.id = bytes_of(id.bytes, sizeof id.bytes);
    return err != 0 ? err : emit_wish(task, &wish, EVENT_REFUND_WISH);
}

/* What is due back because of command->cause, but no more than was paid through the provider: the
 * rest lies in a cash drawer. */
int till_refund_auto(struct task *task)
{
    const struct command *command = task->command;
    const struct history *history = task->till->history;
    const struct wish_id id = wish_id_of_cause(&command->order, &command->cause);
    const int64_t left = left_to_wish(&task->order->ledger);
    const int64_t due = task->order->due_minor;
    const struct refund_wish wish = {
        .id = bytes_of(id.bytes, sizeof id.bytes),
        .amount_minor = due < left ? due : left,
        .reason = command->reason,
    };
    if (history_find(history, &command->cause) < 0) {
        return ERR_NOT_FOUND;
    }
    return emit_wish(task, &wish, EVENT_REFUND_AUTO);
}
