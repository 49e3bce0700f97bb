#include "gateway/uplink/teller.h"

#include "gateway/settle/plan.h"
#include "node/os/logger.h"

_Static_assert((int)KITCHEN_SENTENCE_BYTES_MAX <= (int)TOLD_BYTES_MAX, "a sentence fits");

/* Each change once. */
static void change_say(struct uplink *uplink, enum kitchen kitchen)
{
    static const struct {
        enum log_level level;
        const char *text;
    } rows[] = {
        [KITCHEN_HEARD] = {LEVEL_NOTICE, "the kitchen is heard from: customers can order"},
        [KITCHEN_SILENT] = {LEVEL_WARNING,
                            "the kitchen is not heard from: card orders are held, not charged"},
        [KITCHEN_PAUSED] = {LEVEL_WARNING,
                            "the kitchen is not heard from for too long: customers cannot order "
                            "here until it is"},
    };
    if (uplink->kitchen != kitchen) {
        logger_say(rows[kitchen].level, "settle", "%s", rows[kitchen].text);
        uplink->kitchen = kitchen;
    }
}

static enum kitchen look(struct uplink *uplink, const struct gate_live *live)
{
    const uint64_t pause_ms = (uint64_t)uplink->terms->pause_minutes * 60 * 1000;
    const enum kitchen kitchen = kitchen_now(live, pause_ms);
    change_say(uplink, kitchen);
    return kitchen;
}

static const char *pauses(void *context, const struct gate_live *live)
{
    return look(context, live) == KITCHEN_PAUSED ? kitchen_paused_sentence : NULL;
}

/* By the pop-up's rule, or by the bank where that comes first. */
static uint64_t hold_ends_in_ms(const struct uplink *uplink, const struct order *order)
{
    const uint64_t rule_ms = settler_hold_ends_in_ms(uplink->settler, &order->id);
    const int64_t bank_s = order->ledger.hold_ends_s - settler_now_s(uplink->settler);
    if (rule_ms == UINT64_MAX || order->ledger.hold_ends_s == 0) {
        return rule_ms;
    }
    const uint64_t bank_ms = bank_s > 0 ? (uint64_t)bank_s * 1000 : 0;
    return bank_ms < rule_ms ? bank_ms : rule_ms;
}

static bool holds(void *context, const struct gate_live *live, const struct order *order,
                  struct told_hold *ret_hold)
{
    struct uplink *uplink = context;
    if (uplink->settler == NULL || order->ledger.held_minor == 0 || order->phase != PHASE_PLACED ||
        !plan_is_undecided(order)) {
        return false;
    }
    ret_hold->ends_in_ms = hold_ends_in_ms(uplink, order);
    kitchen_hold_print(look(uplink, live), ret_hold->ends_in_ms, ret_hold->said);
    return true;
}

static uint64_t keeps_ms(void *context, const struct order *order)
{
    const struct uplink *uplink = context;
    return uplink->settler != NULL && plan_is_unpaid(order)
               ? settler_unpaid_ends_in_ms(uplink->settler, &order->id)
               : UINT64_MAX;
}

struct teller uplink_teller(struct uplink *uplink)
{
    return (struct teller){
        .context = uplink, .pauses = pauses, .holds = holds, .keeps_ms = keeps_ms};
}
