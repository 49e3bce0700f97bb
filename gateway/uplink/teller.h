/* teller.h - what customers are told by the gateway: that their money is reserved and until when,
 * and why they cannot order just now.
 *
 * Layer: gateway.
 */
#ifndef TRESTLE_GATEWAY_UPLINK_TELLER_H
#define TRESTLE_GATEWAY_UPLINK_TELLER_H

#include "gateway/settle/settler.h"
#include "gateway/uplink/kitchen.h"
#include "node/stream/teller.h"

/* Borrowed for as long as the teller speaks. */
struct uplink {
    struct settler *settler; /* NULL: there are no card payments, and no holds */
    const struct terms *terms;
    enum kitchen kitchen; /* as it was told last, for the log */
};

/* What customers are told of the kitchen and of their holds; @uplink outlives it. */
struct teller uplink_teller(struct uplink *uplink);

#endif
