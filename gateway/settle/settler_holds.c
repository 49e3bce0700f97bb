/* Holds are read for the moment at which the bank lets go, and when it has come. */
#include <string.h>

#include "gateway/settle/holds.h"
#include "gateway/settle/settler_state.h"

enum {
    ASK_AGAIN_MS = 1000,            /* too many calls are under way */
    READ_AGAIN_MS = 60 * 1000,      /* the provider did not answer */
    SHUT_AGAIN_MS = 15 * 60 * 1000, /* our key may not read charges */
    LOOK_MS = 60 * 60 * 1000,       /* what time it is may be known better by then */
};

/* What the plan ends or takes now need not be read. */
static bool is_planned(const struct plan *plan, struct bytes intent)
{
    for (uint32_t i = 0; i < plan->calls_count; i++) {
        if (bytes_equal(plan->calls[i].intent, intent)) {
            return true;
        }
    }
    return false;
}

/* False: not now. */
static bool hold_ask(struct settler *settler, struct bytes intent)
{
    const struct provider_call call = {.intent = intent};
    if (intent_is_being_read(settler, FLIGHT_HOLD, intent)) {
        return true;
    }
    struct flight *flight = flight_new(settler, FLIGHT_HOLD, FLIGHTS_SPARE);
    if (flight == NULL) {
        return false;
    }
    kept_call_set(&flight->of, &settler->order->id, &call);
    flight->request = stripe_hold_of(flight->of.call.intent);
    return true;
}

/* *@again_ms: the order is to be looked at again then at the latest. */
static int hold_look(struct settler *settler, const struct ledger_intent *intent,
                     uint64_t *again_ms)
{
    int64_t read_s = 0;
    const int err = notes_hold_get(settler->txn, intent->id, &read_s);
    if (err != 0) {
        return err;
    }
    const int64_t wait_s = hold_read_in_s(intent->ends_s, read_s, settler_now_s(settler));
    const bool is_due = wait_s == 0;
    const bool is_near = wait_s < LOOK_MS / 1000;
    const uint64_t wait_ms = is_near ? (uint64_t)wait_s * 1000 : (uint64_t)LOOK_MS;
    if (is_due && !hold_ask(settler, intent->id)) {
        *again_ms = *again_ms < ASK_AGAIN_MS ? *again_ms : (uint64_t)ASK_AGAIN_MS;
    } else if (!is_due && wait_s != HOLD_NEVER) {
        *again_ms = *again_ms < wait_ms ? *again_ms : wait_ms;
    }
    return 0;
}

int holds_look(struct settler *settler, uint64_t *again_ms)
{
    const struct ledger *ledger = &settler->order->ledger;
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        const struct ledger_intent *intent = &ledger->intents[i];
        const bool is_waiting =
            intent->state == INTENT_HELD && !is_planned(settler->plan, intent->id);
        const int err = is_waiting ? hold_look(settler, intent, again_ms) : 0;
        if (err != 0) {
            return err;
        }
    }
    return 0;
}

/* Its facts are told: the order says when it ends, or that it did. */
int hold_conclude(struct settler *settler, const struct errand *errand)
{
    const struct kept_call *of = &errand->flight.of;
    const bool is_answered = errand->outcome == OUTCOME_DONE || errand->outcome == OUTCOME_REFUSED;
    if (!is_answered || errand->is_failed) {
        order_again(settler, &of->order,
                    errand->outcome == OUTCOME_SHUT ? SHUT_AGAIN_MS : READ_AGAIN_MS);
        return 0;
    }
    settler->is_dirty = true;
    order_again(settler, &of->order, 0);
    return notes_hold_put(settler->txn, of->call.intent, settler_now_s(settler));
}
