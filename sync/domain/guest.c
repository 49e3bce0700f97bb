#include "sync/domain/guest.h"

#include "sync/base/check.h"

bool guests_have_room(const struct guests *guests, uint64_t session, uint64_t origin)
{
    uint32_t own = 0, neighbours = 0;
    for (uint32_t i = 0; i < guests->count; i++) {
        own += guests->orders[i].session == session;
        neighbours += origin != 0 && guests->orders[i].origin == origin;
    }
    return guests->count < GUEST_ORDERS_MAX && own < GUEST_SESSION_ORDERS_MAX &&
           neighbours < GUEST_ORIGIN_ORDERS_MAX;
}

void guests_add(struct guests *guests, uint64_t session, uint64_t origin,
                const struct entity_id *order)
{
    check(guests->count < GUEST_ORDERS_MAX);
    guests->orders[guests->count++] =
        (struct guest_order){.session = session, .origin = origin, .order = *order};
}

void guests_drop(struct guests *guests, uint32_t at)
{
    check(at < guests->count);
    guests->orders[at] = guests->orders[--guests->count];
}

bool guest_order_is_open(const struct order *order)
{
    const bool is_waiting = order->phase == PHASE_DRAFT || order->phase == PHASE_PLACED;
    const bool is_free = order->owed_minor == 0 && order->paid_minor == 0;
    const bool is_owed = order->due_minor + order->ledger.held_minor < 0;
    return is_waiting && (is_owed || is_free);
}
