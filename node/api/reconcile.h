/* reconcile.h - orders, ledger and card provider side by side, asked for at any device of the
 * stall.
 *
 * Layer: node. A gateway has the provider's key and compares; its annex answers there. Any other
 * device asks the gateways that it is linked to and shows what one told:
 * node/core/core_reconcile.c. Who may look is decided here, by this device's own sign-in, so no PIN
 * or token of staff ever leaves it for the device that strangers reach.
 */
#ifndef TRESTLE_NODE_API_RECONCILE_H
#define TRESTLE_NODE_API_RECONCILE_H

#include "node/json/text.h"
#include "sync/base/bytes.h"

enum {
    RECONCILE_DAYS_MAX = 180,
    RECONCILE_DAYS = 8,              /* a hold lasts seven */
    RECONCILE_TOLD_BYTES_MAX = 14000 /* of what one device tells another */
};

struct reconcile_wish {
    unsigned days;  /* back from now, 1..RECONCILE_DAYS_MAX */
    bool is_shared; /* the provider's account serves others, too */
    uint64_t day;   /* the orders of that trading day alone; 0 = all */
};

/* How a reconciliation stands, besides what is said of it. */
struct reconcile_standing {
    struct reconcile_wish wish; /* that it is of; days 0 = it answers every wish */
    bool is_under_way;
    bool is_good; /* it did not fail */
};

/* Who compares: the gateway's own program. Functions for any thread, with @context. */
struct reconcile_host {
    void *context;
    /* Begin, unless one of the same wish is under way: then that goes on. NULL = nobody compares
     * here. ERR_BUSY: one of another wish is under way; ERR_UNAVAILABLE: there are no card
     * payments; ERR_NO_MEMORY. */
    int (*begin)(void *context, const struct reconcile_wish *wish);
    /* Another number whenever print() has something else to say; 0 = there was none yet. */
    uint64_t (*version)(void *context);
    /* How it stands as JSON, schema Reconciliation, appended to @body: with as many differences as
     * fit in @bytes_max. */
    void (*print)(void *context, size_t bytes_max, struct text *body,
                  struct reconcile_standing *ret_standing);
};

/* Whether what was found for @found is the answer to @wanted. */
bool reconcile_answers(const struct reconcile_wish *found, const struct reconcile_wish *wanted);

/* What came of asking the gateways. */
enum reconcile_news {
    RECONCILE_UNASKED, /* by nobody, or long ago */
    RECONCILE_ASKED,   /* no answer yet */
    RECONCILE_TOLD     /* device and body */
};

struct state;
struct api_request;
struct api_reply;

/* POST and GET /api/reconciliation. @host: of this device; its begin NULL = ask the gateways. */
void api_reconcile(const struct state *state, const struct reconcile_host *host,
                   const struct api_request *request, struct api_reply *reply);

#endif
