/* pace.h - how often the provider's list of events is read.
 *
 * Layer: gateway (pure). Behind a mobile network no webhook arrives, so reading must do alone; but
 * reads are counted (docs.stripe.com/rate-limits: some hundred for each payment). A customer who
 * pays does so within a minute or never: the younger the newest open payment, the more often.
 */
#ifndef TRESTLE_GATEWAY_SETTLE_PACE_H
#define TRESTLE_GATEWAY_SETTLE_PACE_H

#include <stdint.h>

enum {
    PACE_FASTEST_MS = 2000,
    PACE_CALM_MS = 15 * 1000,         /* where webhooks arrive: should one be lost */
    PACE_SLOWEST_MS = 60 * 1000,      /* while something is open */
    PACE_IDLE_MS = 10 * 60 * 1000,    /* nothing is: refunds from elsewhere, disputes */
    PACE_TRUSTED_MS = 10 * 60 * 1000, /* a webhook that came since says that they arrive */
    PACE_SHARE = 10,                  /* of its age */
};

struct pace {
    uint64_t open_ms; /* since the newest open payment began; UINT64_MAX = none is open */
    uint64_t hook_ms; /* since a webhook came; UINT64_MAX = none yet */
};

/* ms from one reading to the next. */
uint64_t pace_wait(const struct pace *pace);

#endif
