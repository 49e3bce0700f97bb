/* Holds are read for the moment at which the bank lets go, and when it has come. */
#include "gateway/settle/holds.h"
#include "gateway/settle/settler_state.h"

enum {
    ASK_AGAIN_MS = 1000,            /* too many calls are under way */
    READ_AGAIN_MS = 60 * 1000,      /* the provider did not answer */
    SHUT_AGAIN_MS = 15 * 60 * 1000, /* our key may not read charges */
    LOOK_MS = 60 * 60 * 1000,       /* what time it is may be known better by then */
    UNDATED_MS = 5000,              /* the provider has not told yet what time it is */
    HOLDS_SPARE = FLIGHTS_MAX / 2,  /* many holds may be due at once, and captures do not wait */
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

/* Milliseconds until it is to be looked at again; it is asked for when it is due. */
static uint64_t hold_wait(struct settler *settler, const struct ledger_intent *intent,
                          int64_t read_s)
{
    const uint64_t look_ms = settler->is_dated ? LOOK_MS : UNDATED_MS;
    const int64_t wait_s = hold_read_in_s(intent->ends_s, read_s, settler_now_s(settler));
    if (wait_s > 0) {
        const bool is_near = wait_s < (int64_t)look_ms / 1000;
        return wait_s == HOLD_NEVER ? UINT64_MAX : is_near ? (uint64_t)wait_s * 1000 : look_ms;
    }
    if (settler->shut_ms > settler->now_ms) {
        return settler->shut_ms - settler->now_ms;
    }
    return intent_ask(settler, FLIGHT_HOLD, HOLDS_SPARE, &settler->order->id, intent->id)
               ? UINT64_MAX
               : ASK_AGAIN_MS;
}

/* *@again_ms: the order is to be looked at again then at the latest. */
static int hold_look(struct settler *settler, const struct ledger_intent *intent,
                     uint64_t *again_ms)
{
    int64_t read_s = 0;
    const int err = notes_hold_get(settler->txn, intent->id, &read_s);
    if (err == 0) {
        const uint64_t wait_ms = hold_wait(settler, intent, read_s);
        *again_ms = wait_ms < *again_ms ? wait_ms : *again_ms;
    }
    return err;
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
        const bool is_barred =
            errand->outcome == OUTCOME_SHUT && settler->shut_ms <= settler->now_ms;
        order_again(settler, &of->order, is_barred ? SHUT_AGAIN_MS : READ_AGAIN_MS);
        return 0;
    }
    settler->is_dirty = true;
    order_again(settler, &of->order, 0);
    return notes_hold_put(settler->txn, of->call.intent, settler_now_s(settler));
}
