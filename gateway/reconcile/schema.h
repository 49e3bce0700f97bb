/* schema.h - the shapes in which a reconciliation is asked for and told.
 *
 * Layer: gateway.
 */
#ifndef TRESTLE_GATEWAY_RECONCILE_SCHEMA_H
#define TRESTLE_GATEWAY_RECONCILE_SCHEMA_H

#include "node/api/schema.h"

extern const struct schema reconcile_wanted_schema;
extern const struct schema reconciliation_schema;

#endif
