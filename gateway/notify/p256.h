/* p256.h - the curve of Web Push: NIST P-256, as points and secrets travel there.
 *
 * Layer: gateway; mbedtls stays inside p256.c. Points are uncompressed (0x04, X, Y), secrets and
 * the halves of a signature are 32 bytes, big-endian.
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_P256_H
#define TRESTLE_GATEWAY_NOTIFY_P256_H

#include "sync/base/crypto.h"

enum { P256_POINT_BYTES = 65, P256_SECRET_BYTES = 32, P256_SIGNATURE_BYTES = 64 };

/* The owner wipes it. */
struct p256_secret {
    uint8_t bytes[P256_SECRET_BYTES];
};

struct p256_point {
    uint8_t bytes[P256_POINT_BYTES];
};

/* A fresh secret from the system's randomness. */
void p256_secret_make(struct p256_secret *to);

/* The public half. ERR_MALFORMED: @secret is 0 or not below the order of the curve. */
MUST_CHECK int p256_public(const struct p256_secret *secret, struct p256_point *ret_point);

/* ERR_MALFORMED: it is no point of the curve. */
MUST_CHECK int p256_check(const struct p256_point *point);

/* ECDH: the X of secret * point, to be wiped. ERR_MALFORMED as above. */
MUST_CHECK int p256_shared(const struct p256_secret *secret, const struct p256_point *point,
                           uint8_t ret_shared[P256_SECRET_BYTES]);

/* ES256 of @message (RFC 7518 section 3.4: R, S), by RFC 6979: the same each time. ERR_MALFORMED:
 * as p256_public(). */
MUST_CHECK int p256_sign(const struct p256_secret *secret, struct bytes message,
                         uint8_t ret_signature[P256_SIGNATURE_BYTES]);

#endif
