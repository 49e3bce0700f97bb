/* routes.h - what the gateway adds to a node's API.
 *
 * Layer: gateway. Rows as those of node/api/routes.c, handed to the settler and to the messenger.
 */
#ifndef TRESTLE_GATEWAY_ROUTES_H
#define TRESTLE_GATEWAY_ROUTES_H

#include "gateway/config/apple_file.h"
#include "gateway/notify/messenger.h"
#include "gateway/reconcile/reconciler.h"
#include "gateway/settle/settler.h"
#include "gateway/uplink/teller.h"

/* Borrowed for as long as the annex serves. */
struct gateway_desk {
    struct settler *settler;               /* NULL: there are no card payments */
    struct reconciler *reconciler;         /* there when it is */
    const struct annex_card *card;         /* NULL: likewise */
    struct messenger *messenger;           /* NULL: nobody is told of anything */
    const struct annex_messages *messages; /* NULL: likewise */
    const struct credentials *credentials;
    struct apple_file *apple_file; /* NULL: there is none */
    const struct terms *terms;
    struct uplink uplink;
    uint64_t events_kept, events_refused, events_busy; /* of the provider; the web thread's */
};

extern const struct route_table gateway_route_table;

/* For the core, which is asked by other devices. */
struct reconcile_host gateway_reconcile_host(struct gateway_desk *desk);

/* What the gateway adds to a node's routes and pages; @desk outlives it. */
struct annex gateway_annex(struct gateway_desk *desk);

#endif
