/* webhook.h - whether a webhook comes from Stripe: the signature over its raw bytes.
 *
 * Layer: gateway. Source: docs.stripe.com/webhooks/signature. The header is
 * "t=<seconds>,v1=<64 hex>[,v1=...][,v0=...]"; v1 is HMAC-SHA256 over "<t>.<body>" with the whole
 * secret as it is shown (whsec_...). While a secret is rolled there are two v1, and two secrets may
 * be configured. Anything but t and v1 is passed over.
 */
#ifndef TRESTLE_GATEWAY_STRIPE_WEBHOOK_H
#define TRESTLE_GATEWAY_STRIPE_WEBHOOK_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum {
    WEBHOOK_SECRETS_MAX = 2,
    WEBHOOK_HEADER_BYTES_MAX = 4096,
    WEBHOOK_SIGNATURES_MAX = 16, /* in one header; more are not looked at */
    WEBHOOK_TOLERANCE_S = 300,   /* either way, by Stripe's clock */
    WEBHOOK_BODY_BYTES_MAX = 512 * 1024,
};

/* Borrowed; an empty one never fits. */
struct webhook_secrets {
    struct bytes secrets[WEBHOOK_SECRETS_MAX];
};

/* @now_s: seconds since 1970 by Stripe's clock, which the Date header of its answers tells. 0;
 * ERR_MALFORMED: the header is not of that form; ERR_BAD_SIGNATURE; ERR_MISMATCH: rightly signed,
 * but too old or from the future: perhaps recorded, perhaps our clock is wrong. Time does not tell
 * how much of a signature was right. */
MUST_CHECK int webhook_check(struct bytes header, struct bytes body,
                             const struct webhook_secrets *secrets, int64_t now_s);

#endif
