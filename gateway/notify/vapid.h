/* vapid.h - who sends: the key pair that a push service knows this gateway by (RFC 8292).
 *
 * Layer: gateway (pure: the time comes in).
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_VAPID_H
#define TRESTLE_GATEWAY_NOTIFY_VAPID_H

#include "gateway/notify/base64url.h"
#include "gateway/notify/p256.h"

enum {
    VAPID_KEY_TEXT_BYTES = BASE64URL_TEXT_BYTES(P256_POINT_BYTES),
    VAPID_ORIGIN_BYTES_MAX = 300,
    VAPID_CONTACT_BYTES_MAX = 255,
    VAPID_HEADER_BYTES_MAX = 1280,
    VAPID_LIFE_S = 12 * 3600, /* a token's; 24 hours at most (section 2) */
};

/* The owner wipes it. */
struct vapid_key {
    struct p256_secret secret;
    struct p256_point point;
    char text[VAPID_KEY_TEXT_BYTES]; /* the point, as pages and headers name it */
};

/* ERR_MALFORMED: it is no secret of the curve. */
MUST_CHECK int vapid_key_of(const struct p256_secret *secret, struct vapid_key *ret_key);

/* The header "Authorization: vapid t=..., k=..." for the push service at @origin
 * ("https://host"). @contact: "mailto:..." or "https:...", whom its operator may ask; both without
 * quotes and backslashes (terms.c, endpoint.h), and no longer than above. */
void vapid_header(const struct vapid_key *key, const char *origin, const char *contact,
                  int64_t now_s, char ret_header[VAPID_HEADER_BYTES_MAX]);

#endif
