/* waits.h - since when orders wait: for the kitchen, for a payment that was begun, for the core to
 * take what a rule of ours wants written.
 *
 * Layer: gateway (pure). By a clock that only grows, in memory alone: after a restart everybody
 * gets his time anew, which is longer and never shorter.
 */
#ifndef TRESTLE_GATEWAY_SETTLE_WAITS_H
#define TRESTLE_GATEWAY_SETTLE_WAITS_H

#include "gateway/settle/plan.h"

enum { WAITS_MAX = 1024 /* orders that wait at once; further ones are told by false */ };

struct wait {
    struct entity_id order;
    bool is_undecided, is_draft, is_unpaid; /* it waits so, since: (none: for again_ms alone) */
    uint64_t undecided_ms, draft_ms, unpaid_ms;
    uint64_t again_ms; /* plan anew then; UINT64_MAX = no need */
};

struct waits {
    uint32_t count;
    struct wait waits[WAITS_MAX];
};

/* The order is as @order now: how long it has been so. */
struct plan_waits waits_look(struct waits *waits, const struct order *order, uint64_t now_ms);

/* What came of the plan that was made after waits_look(): @again_ms from now, as plan.again_ms.
 * False: it should be planned again, and too many wait. */
MUST_CHECK bool waits_plan(struct waits *waits, const struct entity_id *order, uint64_t now_ms,
                           uint64_t again_ms);

/* Plan it again at @at_ms at the latest. False: too many wait. */
MUST_CHECK bool waits_soon(struct waits *waits, const struct entity_id *order, uint64_t at_ms);

/* How long it waits for the kitchen, or for its customer to pay; UINT64_MAX = it does not. */
uint64_t waits_undecided_ms(const struct waits *waits, const struct entity_id *order,
                            uint64_t now_ms);
uint64_t waits_unpaid_ms(const struct waits *waits, const struct entity_id *order, uint64_t now_ms);

/* Whether @order has a place, or there is one: without it its time does not begin. */
bool waits_has_room(const struct waits *waits, const struct entity_id *order);

/* How many wait for the kitchen, or for a payment that was begun. */
uint32_t waits_count(const struct waits *waits);

/* The first whose time has come; its time is forgotten. False when there is none. */
bool waits_due(struct waits *waits, uint64_t now_ms, struct entity_id *ret_order);

/* When the first is due; UINT64_MAX = none is. */
uint64_t waits_next(const struct waits *waits);

#endif
