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

/* 0: its moment has come. UINT64_MAX: nobody told it. */
static uint64_t bank_ends_in_ms(const struct uplink *uplink, const struct order *order)
{
    const int64_t left_s = order->ledger.hold_ends_s - settler_now_s(uplink->settler);
    if (order->ledger.hold_ends_s == 0) {
        return UINT64_MAX;
    }
    return left_s > 0 ? (uint64_t)left_s * 1000 : 0;
}

/* By the pop-up's rule, or by the bank where that comes first; its moment alone, and that it has
 * come, the order tells. */
static uint64_t ends_in_ms(uint64_t rule_ms, uint64_t bank_ms)
{
    if (rule_ms == UINT64_MAX || bank_ms == 0) {
        return UINT64_MAX;
    }
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
    const uint64_t rule_ms = settler_hold_ends_in_ms(uplink->settler, &order->id);
    const uint64_t bank_ms = bank_ends_in_ms(uplink, order);
    ret_hold->ends_in_ms = ends_in_ms(rule_ms, bank_ms);
    kitchen_hold_print(look(uplink, live), rule_ms, bank_ms, ret_hold->said);
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
