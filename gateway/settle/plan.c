#include "gateway/settle/plan.h"

#include <string.h>

#include "sync/base/check.h"

const char *provider_call_text(enum provider_call_kind kind)
{
    static const char *const texts[PROVIDER_CALL_COUNT] = {
#define X(name, number, text) [number] = (text),
        PROVIDER_CALLS(X)
#undef X
    };
    return texts[kind];
}

static struct bytes kept(struct bytes bytes, uint8_t *to)
{
    if (bytes.size > 0) {
        memcpy(to, bytes.data, bytes.size);
    }
    return bytes_of(to, bytes.size);
}

void provider_call_keep(struct provider_call *call, uint8_t bytes[PROVIDER_CALL_BYTES_MAX])
{
    check(call->intent.size <= PROVIDER_ID_BYTES_MAX && call->wish.size <= HASH_BYTES);
    call->intent = kept(call->intent, bytes);
    call->wish = kept(call->wish, bytes + call->intent.size);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void add(struct plan *plan, const struct provider_call *call)
{
    plan->calls[plan->calls_count++] = *call;
}

/* --- the order --- */

bool plan_line_is_undecided(const struct order_line *line)
{
    return line->is_active && !line->is_accepted && line->progress == LINE_WAITING &&
           line->handed == 0;
}

bool plan_is_undecided(const struct order *order)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (plan_line_is_undecided(&order->lines[i])) {
            return true;
        }
    }
    return false;
}

bool plan_intent_is_payable(const struct ledger_intent *intent)
{
    return intent->state == INTENT_CREATED || intent->state == INTENT_PROCESSING;
}

bool plan_is_payable(const struct order *order)
{
    for (uint32_t i = 0; i < order->ledger.intents_count; i++) {
        if (plan_intent_is_payable(&order->ledger.intents[i])) {
            return true;
        }
    }
    return false;
}

/* What was handed over of it is still owed, and nothing else. */
static bool is_gone(const struct order *order)
{
    return order->is_cancelled || order->phase == PHASE_REFUSED || order->phase == PHASE_CANCELLED;
}

bool plan_is_unpaid(const struct order *order)
{
    return order->has_owner && order->phase == PHASE_DRAFT && order->paid_minor == 0 &&
           order->ledger.held_minor == 0;
}

static bool is_too_late(const struct order *order, const struct plan_terms *terms,
                        const struct plan_waits *waits)
{
    return plan_is_unpaid(order) && terms->unpaid_ms > 0 && waits->unpaid_ms >= terms->unpaid_ms;
}

static bool has_expired(const struct order *order, const struct plan_terms *terms,
                        const struct plan_waits *waits)
{
    return order->phase == PHASE_DRAFT && terms->draft_ms > 0 && waits->draft_ms >= terms->draft_ms;
}

/* Nobody will pay for it any more. */
static bool is_over(const struct order *order, const struct plan_terms *terms,
                    const struct plan_waits *waits)
{
    return is_gone(order) || has_expired(order, terms, waits) || is_too_late(order, terms, waits);
}

/* What is still to be collected. */
static int64_t missing_of(const struct order *order)
{
    return order->due_minor < 0 ? -order->due_minor : 0;
}

/* --- holds: by id, so that two gateways take the same --- */

/* What is held for an order whose lines are decided: captured as far as it is owed. */
static void plan_decided_hold(const struct ledger_intent *intent, const struct plan_terms *terms,
                              int64_t *missing_minor, struct plan *plan)
{
    const int64_t take = smaller(*missing_minor, intent->capturable_minor);
    if (take > 0 && take >= terms->smallest_minor) {
        add(plan, &(struct provider_call){
                      .kind = CALL_CAPTURE, .intent = intent->id, .amount_minor = take});
        *missing_minor -= take;
        return;
    }
    plan->notices |= take > 0 ? PLAN_TOO_SMALL : 0;
    add(plan, &(struct provider_call){.kind = CALL_CANCEL, .intent = intent->id});
}

/* While the kitchen decides, a hold stays that may be needed, unless the order came to nothing. */
static void plan_undecided_hold(const struct ledger_intent *intent, bool is_over_now,
                                int64_t *missing_minor, struct plan *plan)
{
    if (is_over_now || *missing_minor == 0) {
        add(plan, &(struct provider_call){.kind = CALL_CANCEL, .intent = intent->id});
        return;
    }
    *missing_minor -= smaller(*missing_minor, intent->capturable_minor);
}

/* --- intents that nobody paid yet --- */

/* @missing_minor: beyond what is held. A customer may pay it at any moment, so it must ask for just
 * what is owed or be gone. */
static void plan_open(const struct ledger_intent *intent, bool is_over_now, int64_t missing_minor,
                      struct plan *plan)
{
    const bool is_right = intent->amount_minor == missing_minor;
    if (plan_intent_is_payable(intent) && (is_over_now || !is_right)) {
        add(plan, &(struct provider_call){.kind = CALL_CANCEL, .intent = intent->id});
    }
}

static void plan_intents(const struct order *order, const struct plan_terms *terms,
                         const struct plan_waits *waits, struct plan *plan)
{
    const struct ledger *ledger = &order->ledger;
    const bool is_undecided = plan_is_undecided(order) && !is_gone(order);
    const bool is_over_now = is_over(order, terms, waits);
    int64_t missing_minor = missing_of(order);
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        const struct ledger_intent *intent = &ledger->intents[i];
        if (intent->state == INTENT_HELD && is_undecided) {
            plan_undecided_hold(intent, is_over_now, &missing_minor, plan);
        } else if (intent->state == INTENT_HELD) {
            plan_decided_hold(intent, terms, &missing_minor, plan);
        }
    }
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        const struct ledger_intent *intent = &ledger->intents[i];
        plan_open(intent, is_over_now, missing_minor, plan);
    }
}

/* --- refunds --- */

static bool is_disputed(const struct ledger *ledger, const struct ledger_intent *intent)
{
    for (uint32_t i = 0; i < ledger->disputes_count; i++) {
        const struct ledger_dispute *dispute = &ledger->disputes[i];
        if (dispute->status != DISPUTE_WON && bytes_equal(dispute->intent, intent->id)) {
            return true;
        }
    }
    return false;
}

/* A wish is met from the captured intents by id; @left_minor: of each, what no earlier wish took.
 */
static void plan_wish(const struct ledger *ledger, const struct ledger_wish *wish,
                      int64_t open_minor, int64_t *left_minor, struct plan *plan)
{
    for (uint32_t i = 0; i < ledger->intents_count && open_minor > 0; i++) {
        const struct ledger_intent *intent = &ledger->intents[i];
        const int64_t back = smaller(open_minor, left_minor[i]);
        if (back <= 0) {
            continue;
        }
        if (is_disputed(ledger, intent)) {
            plan->notices |= PLAN_DISPUTED;
            continue;
        }
        add(plan,
            &(struct provider_call){
                .kind = CALL_REFUND, .intent = intent->id, .wish = wish->id, .amount_minor = back});
        left_minor[i] -= back;
        open_minor -= back;
    }
}

/* Two gateways may name one surplus by two causes. So what only a rule wished is given back as far
 * as it is due, whatever else is wished. */
static void plan_refunds(const struct order *order, struct plan *plan)
{
    const struct ledger *ledger = &order->ledger;
    int64_t due_minor = order->due_minor > 0 ? order->due_minor : 0;
    int64_t left_minor[ORDER_INTENTS_MAX];
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        left_minor[i] = ledger->intents[i].received_minor - ledger->intents[i].refunded_minor;
    }
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        const struct ledger_wish *wish = &ledger->wishes[i];
        if (wish->state != WISH_OPEN) {
            continue;
        }
        const int64_t open_minor =
            wish->is_a_persons ? wish->open_minor : smaller(wish->open_minor, due_minor);
        due_minor -= wish->is_a_persons ? 0 : open_minor;
        plan_wish(ledger, wish, open_minor, left_minor, plan);
    }
}

/* More was taken than is owed, and no wish says so yet. Of cash nothing can be sent back. What a
 * rule wished and the provider could not give is not wished again under another cause: a person
 * decides. */
static bool is_wish_due(const struct order *order)
{
    int64_t due_minor = order->due_minor;
    int64_t left_minor = order->ledger.received_minor - order->ledger.refunded_minor;
    for (uint32_t i = 0; i < order->ledger.wishes_count; i++) {
        const struct ledger_wish *wish = &order->ledger.wishes[i];
        const bool is_given_up = wish->state == WISH_FAILED && !wish->is_a_persons;
        due_minor -= is_given_up ? wish->amount_minor - wish->given_minor : wish->open_minor;
        left_minor -= wish->open_minor;
    }
    return due_minor > 0 && left_minor > 0 && order->ledger.wishes_count < ORDER_WISHES_MAX;
}

/* --- comparing --- */

bool provider_call_is(const struct provider_call *a, const struct provider_call *b)
{
    return a->kind == b->kind && bytes_equal(a->intent, b->intent) &&
           bytes_equal(a->wish, b->wish) &&
           (a->kind == CALL_REFUND || a->amount_minor == b->amount_minor);
}

const struct provider_call *plan_find(const struct plan *plan, const struct provider_call *call)
{
    for (uint32_t i = 0; i < plan->calls_count; i++) {
        if (provider_call_is(&plan->calls[i], call)) {
            return &plan->calls[i];
        }
    }
    return NULL;
}

static uint64_t left_ms(uint64_t limit_ms, uint64_t waited_ms)
{
    return limit_ms == 0 || waited_ms >= limit_ms ? UINT64_MAX : limit_ms - waited_ms;
}

static bool has_hold(const struct ledger *ledger)
{
    return ledger->held_minor > 0;
}

static uint64_t earlier(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

static void plan_time(const struct order *order, const struct plan_terms *terms,
                      const struct plan_waits *waits, struct plan *plan)
{
    const bool waits_for_kitchen =
        has_hold(&order->ledger) && !is_over(order, terms, waits) && plan_is_undecided(order);
    if (waits_for_kitchen) {
        plan->is_lapse_due = terms->decide_ms > 0 && waits->undecided_ms >= terms->decide_ms;
        plan->again_ms = left_ms(terms->decide_ms, waits->undecided_ms);
    }
    if (order->phase == PHASE_DRAFT) {
        plan->again_ms = earlier(plan->again_ms, left_ms(terms->draft_ms, waits->draft_ms));
    }
    if (plan_is_unpaid(order)) { /* first nobody must be able to pay it any more */
        plan->is_lapse_due = is_too_late(order, terms, waits) && !plan_is_payable(order);
        plan->again_ms = earlier(plan->again_ms, left_ms(terms->unpaid_ms, waits->unpaid_ms));
    }
}

void plan_make(const struct order *order, const struct plan_terms *terms,
               const struct plan_waits *waits, struct plan *ret_plan)
{
    memset(ret_plan, 0, sizeof *ret_plan);
    ret_plan->again_ms = UINT64_MAX;
    plan_time(order, terms, waits, ret_plan);
    if ((order->flags & (FLAG_OPAQUE | FLAG_PENDING | FLAG_OVERFLOW | FLAG_CUT_SHORT)) != 0) {
        return; /* not all of it is understood here: no money moves on a part of the facts */
    }
    plan_intents(order, terms, waits, ret_plan);
    plan_refunds(order, ret_plan);
    ret_plan->is_wish_due = is_wish_due(order);
}
