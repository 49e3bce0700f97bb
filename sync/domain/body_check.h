/* body_check.h - whether the body of a domain event makes sense, whatever its type.
 *
 * Layer: sync/domain (pure). What the till checks before an event is signed, with the decoders that
 * every fold uses: nobody signs what all others will call void.
 */
#ifndef TRESTLE_SYNC_DOMAIN_BODY_CHECK_H
#define TRESTLE_SYNC_DOMAIN_BODY_CHECK_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

/* 0; ERR_MALFORMED, ERR_TOO_LARGE or ERR_TOO_MANY as the type's decoder says; ERR_NOT_FOUND for a
 * type that is no order, payment, menu, pop-up or record event. */
MUST_CHECK int body_check(uint32_t type, struct bytes body);

#endif
