#include "sync/domain/whose.h"

#include "sync/domain/order_events.h"

enum whose whose_opening(struct bytes body)
{
    struct order_open open;
    if (order_open_decode(body, &open) != 0) {
        return WHOSE_NOBODYS;
    }
    return open.has_owner ? WHOSE_CUSTOMERS : WHOSE_STALLS;
}

enum whose whose_order(const struct history *history)
{
    enum whose whose = WHOSE_NOBODYS;
    for (uint32_t i = 0; i < history->count && whose != WHOSE_STALLS; i++) {
        if (history->events[i].type == EVENT_ORDER_OPEN) {
            const enum whose says = whose_opening(history->events[i].body);
            whose = says > whose ? says : whose;
        }
    }
    return whose;
}

enum gateway_reach whose_reach(const struct roster *roster, uint64_t log, uint64_t seq,
                               uint32_t type, enum kind kind)
{
    const enum gateway_reach reach = gateway_reach(type, kind);
    const bool is_wide = reach == REACH_ANYTHING;
    return is_wide || !capabilities_are_gateways(roster_capabilities(roster, log, seq))
               ? REACH_ANYTHING
               : reach;
}

/* --- the fast path --- */

/* An opening can change what counts of what was here before. */
static enum history_way way_of_opening(const struct history *history, enum gateway_reach reach,
                                       struct bytes body)
{
    if (history->count > 0) {
        return WAY_LOAD;
    }
    const bool is_void = reach != REACH_ANYTHING && whose_opening(body) != WHOSE_CUSTOMERS;
    return is_void ? WAY_SKIP : WAY_APPEND;
}

/* The opening that makes it count may be on its way; where the stall's is here none does. */
static enum history_way way_of_gateways(const struct history *history)
{
    static const enum history_way ways[] = {
        [WHOSE_NOBODYS] = WAY_LOAD, [WHOSE_CUSTOMERS] = WAY_APPEND, [WHOSE_STALLS] = WAY_SKIP};
    return ways[whose_order(history)];
}

static enum history_way way_of_valid(const struct history *history, const struct roster *roster,
                                     const struct operation *id, const struct event *event)
{
    const enum gateway_reach reach =
        whose_reach(roster, id->log, id->seq, event->type, history->kind);
    if (event->type == EVENT_ORDER_OPEN) {
        return way_of_opening(history, reach, event->body);
    }
    return reach == REACH_CUSTOMERS_ORDERS ? way_of_gateways(history) : WAY_APPEND;
}

enum history_way history_way(const struct history *history, const struct roster *roster,
                             const struct operation *id, const struct event *event)
{
    const bool is_valid =
        roster_judge(roster, id->log, id->seq, event->type, event->by) == VERDICT_VALID;
    const enum history_way way = is_valid ? way_of_valid(history, roster, id, event) : WAY_SKIP;
    if (way == WAY_SKIP) { /* what waited for it waits no longer */
        return history->pending_count > 0 ? WAY_LOAD : WAY_SKIP;
    }
    return way == WAY_APPEND && history_can_append(history, id, event) ? WAY_APPEND : WAY_LOAD;
}
