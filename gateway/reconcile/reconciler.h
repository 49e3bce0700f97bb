/* reconciler.h - a reconciliation: reads the provider's lists and the orders, compares them, and
 * keeps what came of it until the next one.
 *
 * Layer: gateway. It has a thread while it works: long lists take a while, and neither the web
 * server nor the settler waits. It changes nothing, here or at the provider.
 */
#ifndef TRESTLE_GATEWAY_RECONCILE_RECONCILER_H
#define TRESTLE_GATEWAY_RECONCILE_RECONCILER_H

#include "gateway/config/credentials.h"
#include "node/api/gate.h"
#include "node/api/text.h"

enum { RECONCILE_DAYS_MAX = 180, RECONCILE_DAYS = 8 /* a hold lasts seven */ };

struct reconciler;

/* Borrowed for its life. */
struct reconciler_config {
    const struct gate *gate; /* a door of its own */
    struct popup_id popup;
    const struct credentials *credentials;
    const struct terms *terms;
};

struct reconcile_wish {
    unsigned days;  /* back from now, 1..RECONCILE_DAYS_MAX */
    bool is_shared; /* the provider's account serves others, too */
};

/* ERR_NO_MEMORY. */
MUST_CHECK int reconciler_new(const struct reconciler_config *config,
                              struct reconciler **ret_reconciler);
/* Breaks off what is under way. Accepts NULL. */
void reconciler_free(struct reconciler *reconciler);

/* Begin, unless one is under way: then that goes on. ERR_NO_MEMORY. */
MUST_CHECK int reconciler_begin(struct reconciler *reconciler, const struct reconcile_wish *wish);

/* How it stands as JSON, schema Reconciliation of gateway/routes.c, appended to @body. Any thread.
 */
void reconciler_print(struct reconciler *reconciler, struct text *body);

#endif
