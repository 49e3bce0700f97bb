/* guest.h - orders that customers placed here and nobody answers for yet: not paid, not held by a
 * bank, not taken by a kitchen. There may be 250 of them, three of one session, and 60 of those who
 * come from one place, as whoever has one session may have many.
 *
 * Layer: sync/domain (pure). Local and in memory: after a restart everybody begins anew.
 */
#ifndef TRESTLE_SYNC_DOMAIN_GUEST_H
#define TRESTLE_SYNC_DOMAIN_GUEST_H

#include "sync/domain/order.h"

enum {
    GUEST_ORDERS_MAX = 250, /* half of what a board shows: strangers push nobody else's off it */
    GUEST_ORIGIN_ORDERS_MAX = 60,
    GUEST_SESSION_ORDERS_MAX = 3,
    GUEST_SECONDS_OFF_MAX = 15 * 60, /* a customer's key may be so far from the node's own time */
};

struct guest_order {
    uint64_t session, origin; /* of the principal; origin 0 = not known */
    struct entity_id order;
};

/* Zeroed = none. */
struct guests {
    uint32_t count, next; /* to be looked at again */
    struct guest_order orders[GUEST_ORDERS_MAX];
};

/* Whether @session, which comes from @origin, may place one more. */
bool guests_have_room(const struct guests *guests, uint64_t session, uint64_t origin);

/* There is room. */
void guests_add(struct guests *guests, uint64_t session, uint64_t origin,
                const struct entity_id *order);

void guests_drop(struct guests *guests, uint32_t at);

/* Whether nobody answers for @order yet. What costs nothing is paid by nobody: until the kitchen
 * takes it, it counts too. */
bool guest_order_is_open(const struct order *order);

#endif
