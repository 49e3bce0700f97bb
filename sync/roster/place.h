/* place.h - where a device can be dialled, as it states itself: the body of device.place.
 *
 * Layer: sync/roster (pure). A hint and no more: whoever dials pins the device's key, so that a
 * wrong one costs a dial. Bytes: docs/protocol.md, "Log and roster".
 */
#ifndef TRESTLE_SYNC_ROSTER_PLACE_H
#define TRESTLE_SYNC_ROSTER_PLACE_H

#include <stdbool.h>

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum {
    PLACE_ENDPOINTS_MAX = 4,
    PLACE_ENDPOINT_BYTES_MAX = 127,
};

/* The body of device.place: [[text endpoint, ...], ...]. None: it cannot be dialled. */
struct device_place {
    uint32_t count;
    char endpoints[PLACE_ENDPOINTS_MAX][PLACE_ENDPOINT_BYTES_MAX + 1]; /* terminated */
};

/* "tcp://host:port", where host is a name, an IPv4 address or an IPv6 address in brackets, and port
 * one that can be dialled. At most PLACE_ENDPOINT_BYTES_MAX. */
bool endpoint_is_dialable(struct bytes endpoint);

bool device_place_equal(const struct device_place *a, const struct device_place *b);

/* ERR_TOO_LARGE. */
MUST_CHECK int device_place_encode(const struct device_place *place, void *buffer, size_t capacity,
                                   struct bytes *ret_body);
/* What cannot be dialled is passed over: newer software may know other ways. ERR_MALFORMED,
 * ERR_TOO_MANY, ERR_TOO_LARGE. */
MUST_CHECK int device_place_decode(struct bytes body, struct device_place *ret_place);

#endif
