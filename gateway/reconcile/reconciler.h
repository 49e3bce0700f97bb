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
#include "node/api/reconcile.h"

struct reconciler;

/* Borrowed for its life. */
struct reconciler_config {
    const struct gate *gate; /* a door of its own */
    struct popup_id popup;
    const struct credentials *credentials;
    const struct terms *terms;
};

/* ERR_NO_MEMORY. */
MUST_CHECK int reconciler_new(const struct reconciler_config *config,
                              struct reconciler **ret_reconciler);
/* Breaks off what is under way. Accepts NULL. */
void reconciler_free(struct reconciler *reconciler);

/* Begin, unless one of the same wish is under way: then that goes on. Any thread. ERR_BUSY: one of
 * another wish is under way; ERR_NO_MEMORY: it failed, as is said from now on. */
MUST_CHECK int reconciler_begin(struct reconciler *reconciler, const struct reconcile_wish *wish);

/* See struct reconcile_host. Any thread. */
uint64_t reconciler_version(struct reconciler *reconciler);
void reconciler_print(struct reconciler *reconciler, size_t bytes_max, struct text *body,
                      struct reconcile_standing *ret_standing);

#endif
