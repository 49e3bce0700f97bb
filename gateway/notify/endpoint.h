/* endpoint.h - where a message goes, as a stranger told it: a push service's URL, a telephone's
 * number.
 *
 * Layer: gateway (pure). A URL from outside that this machine will call is a way into its network:
 * only https, a name of the public DNS and its usual port pass here, and https.h refuses addresses
 * that are not public when the name is resolved.
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_ENDPOINT_H
#define TRESTLE_GATEWAY_NOTIFY_ENDPOINT_H

#include "gateway/notify/vapid.h"
#include "gateway/notify/webpush.h"

enum {
    ENDPOINT_URL_BYTES_MAX = 1024,
    ENDPOINT_HOST_BYTES_MAX = 253,
    ENDPOINT_SITE_BYTES = 2 * 63 + 2, /* two labels, the dot, the end */
    PHONE_DIGITS_MIN = 7,
    PHONE_DIGITS_MAX = 15, /* E.164 */
    PHONE_TEXT_BYTES = 1 + PHONE_DIGITS_MAX + 1,
};

/* A browser that wants to hear. */
struct push_target {
    char endpoint[ENDPOINT_URL_BYTES_MAX + 1];
    struct webpush_keys keys;
};

/* @practice: "http://127.0.0.1:PORT", a push service of this machine for practice, whose URLs pass
 * too; "" = none. ERR_TOO_LARGE, ERR_MALFORMED. */
MUST_CHECK int endpoint_check(const char *url, const char *practice);

/* "https://host" of one that passed. */
void endpoint_origin(const char *url, char ret_origin[VAPID_ORIGIN_BYTES_MAX + 1]);

/* The last two labels of its host: what one owner has many names below. */
void endpoint_site(const char *url, char ret_site[ENDPOINT_SITE_BYTES]);

/* All three as the browser gives them. ERR_TOO_LARGE, ERR_MALFORMED. */
MUST_CHECK int push_target_parse(const char *endpoint, const char *p256dh, const char *auth,
                                 const char *practice, struct push_target *ret_target);

/* "+" and PHONE_DIGITS_MIN to PHONE_DIGITS_MAX digits, the first not 0. ERR_MALFORMED. */
MUST_CHECK int phone_parse(const char *text, char ret_phone[PHONE_TEXT_BYTES]);

#endif
