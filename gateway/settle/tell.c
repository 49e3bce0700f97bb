#include "gateway/settle/tell.h"

#include <string.h>

#include "sync/domain/wish.h"

/* The device itself: its certificate is judged, no person's role. */
static void begin(struct api_command *command, enum command_kind kind,
                  const struct entity_id *order)
{
    command->command.kind = kind;
    command->command.principal = (struct principal){.role = ROLE_GATEWAY, .is_device = true};
    command->command.order = *order;
}

static int keep_all(struct api_command *command, struct bytes *const *bytes, size_t count)
{
    int err = 0;
    for (size_t i = 0; i < count && err == 0; i++) {
        err = api_command_keep(command, *bytes[i], bytes[i]);
    }
    return err;
}

/* --- facts --- */

static int tell_intent(struct api_command *command, const struct pay_intent *intent)
{
    struct wanted_fact *fact = &command->command.fact;
    *fact = (struct wanted_fact){.id = intent->id,
                                 .currency = intent->currency,
                                 .state = (uint32_t)intent->state,
                                 .capturable_minor = intent->capturable_minor,
                                 .received_minor = intent->received_minor,
                                 .ends_s = intent->ends_s};
    command->command.amount_minor = intent->amount_minor;
    struct bytes *const kept[] = {&fact->id, &fact->currency};
    return keep_all(command, kept, sizeof kept / sizeof kept[0]);
}

static int tell_refunded(struct api_command *command, const struct pay_refund *refund)
{
    struct wanted_fact *fact = &command->command.fact;
    *fact = (struct wanted_fact){.id = refund->id,
                                 .intent = refund->intent,
                                 .wish = refund->wish,
                                 .state = (uint32_t)refund->status};
    command->command.amount_minor = refund->amount_minor;
    struct bytes *const kept[] = {&fact->id, &fact->intent, &fact->wish};
    return keep_all(command, kept, sizeof kept / sizeof kept[0]);
}

static int tell_dispute(struct api_command *command, const struct pay_dispute *dispute)
{
    struct wanted_fact *fact = &command->command.fact;
    *fact = (struct wanted_fact){
        .id = dispute->id, .intent = dispute->intent, .state = (uint32_t)dispute->status};
    command->command.amount_minor = dispute->amount_minor;
    struct bytes *const kept[] = {&fact->id, &fact->intent};
    return keep_all(command, kept, sizeof kept / sizeof kept[0]);
}

int tell_fact(struct api_command *command, const struct stripe_fact *fact,
              const struct entity_id *order)
{
    static const enum command_kind kinds[] = {[STRIPE_INTENT] = COMMAND_PAY_INTENT,
                                              [STRIPE_REFUND] = COMMAND_PAY_REFUND,
                                              [STRIPE_DISPUTE] = COMMAND_PAY_DISPUTE};
    begin(command, kinds[fact->kind], order);
    switch (fact->kind) {
    case STRIPE_INTENT:
        return tell_intent(command, &fact->intent);
    case STRIPE_REFUND:
        return tell_refunded(command, &fact->refund);
    case STRIPE_DISPUTE:
        return tell_dispute(command, &fact->dispute);
    }
    return ERR_INTERNAL;
}

/* --- rules --- */

int tell_lapse(struct api_command *command, const struct order *order)
{
    struct command *asked = &command->command;
    begin(command, COMMAND_LAPSE, &order->id);
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (plan_line_is_undecided(&order->lines[i])) {
            asked->ids[asked->ids_count++] = order->lines[i].id;
        }
    }
    asked->reason = bytes_of_text("timeout");
    return 0;
}

/* What may make less be owed, the likeliest first; 0 = it does not. */
static unsigned rank_of(uint32_t type)
{
    static const enum event_type types[] = {EVENT_CANCEL,    EVENT_REFUSE,   EVENT_LAPSE,
                                            EVENT_LINE_VOID, EVENT_LINE_SET, EVENT_DISCOUNT,
                                            EVENT_TIP_SET,   EVENT_PAY,      EVENT_PAY_INTENT};
    const unsigned count = sizeof types / sizeof *types;
    for (unsigned i = 0; i < count; i++) {
        if (type == (uint32_t)types[i]) {
            return count - i;
        }
    }
    return 0;
}

static bool is_wished(const struct order *order, const struct operation *cause)
{
    const struct wish_id id = wish_id_of_cause(&order->id, cause);
    return ledger_find_wish(&order->ledger, bytes_of(id.bytes, sizeof id.bytes)) != NULL;
}

/* The lowest operation of the likeliest kind that has no wish yet: the same wherever the same is
 * known. */
static const struct history_event *cause_of(const struct history *history,
                                            const struct order *order)
{
    const struct history_event *cause = NULL;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct history_event *event = &history->events[i];
        const unsigned rank = rank_of(event->type);
        const unsigned best = cause != NULL ? rank_of(cause->type) : 1;
        const bool is_better =
            rank > best || (rank == best && cause == NULL) ||
            (cause != NULL && rank == best && operation_compare(&event->id, &cause->id) < 0);
        if (is_better && !is_wished(order, &event->id)) {
            cause = event;
        }
    }
    return cause;
}

int tell_refund(struct api_command *command, const struct history *history,
                const struct order *order)
{
    const struct history_event *cause = cause_of(history, order);
    if (cause == NULL) {
        return ERR_NOT_FOUND;
    }
    begin(command, COMMAND_REFUND_AUTO, &order->id);
    command->command.cause = cause->id;
    command->command.reason = bytes_of_text("not owed any more");
    return 0;
}
