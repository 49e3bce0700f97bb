/* teller.h - what a program that is more than a node tells customers beside what the journal says.
 *
 * Layer: node. The node knows nothing of why.
 */
#ifndef TRESTLE_NODE_API_TELLER_H
#define TRESTLE_NODE_API_TELLER_H

#include "node/api/gate.h"
#include "sync/domain/order.h"

enum { TOLD_BYTES_MAX = 200 };

/* Of an order for which money is reserved. */
struct told_hold {
    char said[TOLD_BYTES_MAX]; /* where it stands, for its customer */
    uint64_t ends_in_ms;       /* until the reservation ends by itself; UINT64_MAX = not known,
                                * or the bank ends it, and the order knows when */
};

/* Called on the web thread, with @context. */
struct teller {
    void *context;
    /* Why customers cannot order here just now, a static sentence; NULL = they can. */
    const char *(*pauses)(void *context, const struct gate_live *live);
    /* False: there is no reservation that waits for the kitchen. */
    bool (*holds)(void *context, const struct gate_live *live, const struct order *order,
                  struct told_hold *ret_hold);
    /* Until @order ends by itself, as its customer has not paid, and what it keeps is sold again;
     * UINT64_MAX = it does not. */
    uint64_t (*keeps_ms)(void *context, const struct order *order);
};

#endif
