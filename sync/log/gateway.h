/* gateway.h - what a gateway's key is good for: the customers' orders and what the payment provider
 * told, nothing else.
 *
 * Layer: sync/log (pure). A gateway stands on the internet, with strangers at its door, so its key
 * is the likeliest to be stolen. Its capabilities (capability.h) say which routes it answers and
 * which families of events it has to do with; the list here says which events of those it writes,
 * and on what. A type that is not on it is void from a gateway, also when its certificate is older
 * than this rule.
 */
#ifndef TRESTLE_SYNC_LOG_GATEWAY_H
#define TRESTLE_SYNC_LOG_GATEWAY_H

#include "sync/log/event.h"

/* How far events of a type reach when a gateway wrote them. */
enum gateway_reach {
    REACH_NOTHING,          /* void */
    REACH_CUSTOMERS_ORDERS, /* they count on what a customer ordered: sync/domain/whose.h */
    REACH_ANYTHING,
};

/* Whether a device with @capabilities is a gateway and no more: it looks after guests, and does not
 * cook. Who holds both (an owner's device that runs the gateway's program) stands at the stall. */
bool capabilities_are_gateways(uint64_t capabilities);

/* Of events of @type on an entity of @kind. One of a type that this software does not know reaches
 * what a gateway writes on anyway: it must not make a menu unreadable. */
enum gateway_reach gateway_reach(uint32_t type, enum kind kind);

/* Whether a device with @capabilities may write events of the type of @info; on whose orders is
 * another matter. */
bool device_may_write(uint64_t capabilities, const struct event_info *info);

#endif
