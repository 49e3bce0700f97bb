/* body.h - the outer array of an event's body: known fields first, unknown ones ignored.
 *
 * Layer: sync/domain (pure).
 */
#ifndef TRESTLE_SYNC_DOMAIN_BODY_H
#define TRESTLE_SYNC_DOMAIN_BODY_H

#include "sync/base/reader.h"

/* Enter @body, which has at least @fields fields; gives how many unknown ones follow these. */
uint32_t body_begin(struct reader *reader, struct bytes body, uint32_t fields);

/* Skip the @unknown fields and end; what reader_finish() says. */
MUST_CHECK int body_end(struct reader *reader, uint32_t unknown);

#endif
