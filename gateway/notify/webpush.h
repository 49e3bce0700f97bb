/* webpush.h - a message that only one browser can read: RFC 8291 over RFC 8188 (aes128gcm), one
 * record.
 *
 * Layer: gateway (pure: what is random comes in).
 *
 *   body = salt16 || be32 record size || 65 || point of an ephemeral key || AES-128-GCM(text || 2)
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_WEBPUSH_H
#define TRESTLE_GATEWAY_NOTIFY_WEBPUSH_H

#include "gateway/notify/p256.h"

enum {
    WEBPUSH_AUTH_BYTES = 16,
    WEBPUSH_SALT_BYTES = 16,
    WEBPUSH_TEXT_BYTES_MAX = 1024, /* push services take 4096 bytes of body at least (RFC 8030) */
    WEBPUSH_HEAD_BYTES = WEBPUSH_SALT_BYTES + 4 + 1 + P256_POINT_BYTES,
    WEBPUSH_TAG_BYTES = 16,
    WEBPUSH_BODY_BYTES_MAX = WEBPUSH_HEAD_BYTES + WEBPUSH_TEXT_BYTES_MAX + 1 + WEBPUSH_TAG_BYTES,
};

/* Whom it is for: the keys that his browser told his page. */
struct webpush_keys {
    struct p256_point p256dh;
    uint8_t auth[WEBPUSH_AUTH_BYTES];
};

/* New for each message; the owner wipes it. */
struct webpush_chance {
    uint8_t salt[WEBPUSH_SALT_BYTES];
    struct p256_secret ephemeral;
};

/* @ret_body is borrowed from @buffer. ERR_TOO_LARGE; ERR_MALFORMED: p256dh is no point. */
MUST_CHECK int webpush_seal(const struct webpush_keys *keys, const struct webpush_chance *chance,
                            struct bytes text, uint8_t buffer[WEBPUSH_BODY_BYTES_MAX],
                            struct bytes *ret_body);

#endif
