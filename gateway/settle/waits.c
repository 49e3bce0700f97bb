#include "gateway/settle/waits.h"

static const struct wait *wait_of(const struct waits *waits, const struct entity_id *order)
{
    for (uint32_t i = 0; i < waits->count; i++) {
        if (entity_id_equal(&waits->waits[i].order, order)) {
            return &waits->waits[i];
        }
    }
    return NULL;
}

static struct wait *wait_find(struct waits *waits, const struct entity_id *order)
{
    const struct wait *wait = wait_of(waits, order);
    return wait != NULL ? &waits->waits[wait - waits->waits] : NULL;
}

/* A new one when there is none; NULL: too many wait. */
static struct wait *wait_get(struct waits *waits, const struct entity_id *order)
{
    struct wait *wait = wait_find(waits, order);
    if (wait == NULL && waits->count < WAITS_MAX) {
        wait = &waits->waits[waits->count++];
        *wait = (struct wait){.order = *order, .again_ms = UINT64_MAX};
    }
    return wait;
}

/* The time since @since_ms, which begins now if it had not begun. */
static uint64_t since(bool is_so, uint64_t now_ms, bool *was_so, uint64_t *since_ms)
{
    if (is_so && !*was_so) {
        *since_ms = now_ms;
    }
    *was_so = is_so;
    return is_so ? now_ms - *since_ms : 0;
}

struct plan_waits waits_look(struct waits *waits, const struct order *order, uint64_t now_ms)
{
    const bool is_undecided = order->ledger.held_minor > 0 && plan_is_undecided(order);
    const bool is_payable = plan_is_payable(order) || order->ledger.held_minor > 0;
    const bool is_draft = order->phase == PHASE_DRAFT && is_payable;
    const bool is_unpaid = plan_is_unpaid(order);
    struct wait *wait = is_undecided || is_draft || is_unpaid ? wait_get(waits, &order->id)
                                                              : wait_find(waits, &order->id);
    if (wait == NULL) {
        return (struct plan_waits){.draft_ms = 0};
    }
    return (struct plan_waits){
        .undecided_ms = since(is_undecided, now_ms, &wait->is_undecided, &wait->undecided_ms),
        .draft_ms = since(is_draft, now_ms, &wait->is_draft, &wait->draft_ms),
        .unpaid_ms = since(is_unpaid, now_ms, &wait->is_unpaid, &wait->unpaid_ms)};
}

bool waits_plan(struct waits *waits, const struct entity_id *order, uint64_t now_ms,
                uint64_t again_ms)
{
    const bool is_timed = again_ms != UINT64_MAX;
    struct wait *wait = is_timed ? wait_get(waits, order) : wait_find(waits, order);
    if (wait == NULL) {
        return !is_timed;
    }
    wait->again_ms = is_timed ? now_ms + again_ms : UINT64_MAX;
    if (!is_timed && !wait->is_undecided && !wait->is_draft && !wait->is_unpaid) {
        *wait = waits->waits[--waits->count];
    }
    return true;
}

bool waits_soon(struct waits *waits, const struct entity_id *order, uint64_t at_ms)
{
    struct wait *wait = wait_get(waits, order);
    if (wait != NULL) {
        wait->again_ms = at_ms < wait->again_ms ? at_ms : wait->again_ms;
    }
    return wait != NULL;
}

/* Another thread's clock may be read a moment before ours was. */
static uint64_t waited_ms(bool is_so, uint64_t since_ms, uint64_t now_ms)
{
    if (!is_so) {
        return UINT64_MAX;
    }
    return now_ms > since_ms ? now_ms - since_ms : 0;
}

uint64_t waits_undecided_ms(const struct waits *waits, const struct entity_id *order,
                            uint64_t now_ms)
{
    const struct wait *wait = wait_of(waits, order);
    return wait != NULL ? waited_ms(wait->is_undecided, wait->undecided_ms, now_ms) : UINT64_MAX;
}

uint64_t waits_unpaid_ms(const struct waits *waits, const struct entity_id *order, uint64_t now_ms)
{
    const struct wait *wait = wait_of(waits, order);
    return wait != NULL ? waited_ms(wait->is_unpaid, wait->unpaid_ms, now_ms) : UINT64_MAX;
}

bool waits_has_room(const struct waits *waits, const struct entity_id *order)
{
    return waits->count < WAITS_MAX || wait_of(waits, order) != NULL;
}

uint32_t waits_count(const struct waits *waits)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < waits->count; i++) {
        count += waits->waits[i].is_undecided || waits->waits[i].is_draft;
    }
    return count;
}

bool waits_due(struct waits *waits, uint64_t now_ms, struct entity_id *ret_order)
{
    for (uint32_t i = 0; i < waits->count; i++) {
        if (waits->waits[i].again_ms <= now_ms) {
            waits->waits[i].again_ms = UINT64_MAX;
            *ret_order = waits->waits[i].order;
            return true;
        }
    }
    return false;
}

uint64_t waits_next(const struct waits *waits)
{
    uint64_t next_ms = UINT64_MAX;
    for (uint32_t i = 0; i < waits->count; i++) {
        next_ms = waits->waits[i].again_ms < next_ms ? waits->waits[i].again_ms : next_ms;
    }
    return next_ms;
}
