/* routes.h - what the gateway adds to a node's API.
 *
 * Layer: gateway. Rows as those of node/api/routes.c, handed to the settler.
 */
#ifndef TRESTLE_GATEWAY_ROUTES_H
#define TRESTLE_GATEWAY_ROUTES_H

#include "gateway/reconcile/reconciler.h"
#include "gateway/settle/settler.h"
#include "gateway/uplink/teller.h"

/* Borrowed for as long as the annex serves. */
struct gateway_desk {
    struct settler *settler;       /* NULL: there are no card payments */
    struct reconciler *reconciler; /* there when it is */
    const struct annex_card *card; /* NULL: likewise */
    const struct credentials *credentials;
    struct uplink uplink;
};

extern const struct route_table gateway_route_table;

struct annex gateway_annex(struct gateway_desk *desk);

#endif
