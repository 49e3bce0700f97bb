/* credentials.h - the provider's keys, from files that nobody else may read.
 *
 * Layer: gateway. The folder is systemd's ($CREDENTIALS_DIRECTORY), the one of the settings, or
 * STATE/stripe. In it, one line each:
 *
 *   stripe-secret-key            sk_test_..., rk_live_...; without it there are no card payments
 *   stripe-publishable-key       pk_test_..., of the same account: it goes into pages
 *   stripe-webhook-secret        whsec_...; without it webhooks are refused, and events are polled
 *   stripe-webhook-secret-next   a second one, while it is rolled
 *
 * They are in no log, no error, no argument and nothing that replicates.
 */
#ifndef TRESTLE_GATEWAY_CONFIG_CREDENTIALS_H
#define TRESTLE_GATEWAY_CONFIG_CREDENTIALS_H

#include "gateway/config/secret_file.h"
#include "gateway/config/terms.h"
#include "gateway/stripe/webhook.h"

struct credentials {
    char secret_key[CREDENTIAL_BYTES_MAX + 1];
    char publishable_key[CREDENTIAL_BYTES_MAX + 1];
    char webhook_secrets[WEBHOOK_SECRETS_MAX][CREDENTIAL_BYTES_MAX + 1]; /* "" = none */
    bool is_live;                                                        /* real money */
};

/* Read and check. What is wrong, and what to do, goes to @ret_problem (PROBLEM_BYTES_MAX).
 *   ERR_NOT_FOUND   there is no secret key
 *   ERR_FORBIDDEN   others may read a file, or we may not
 *   ERR_MALFORMED   a key is none, test and live keys are mixed, or a live key would be sent
 *                   elsewhere than to the provider */
MUST_CHECK int credentials_load(const struct terms *terms, const char *state,
                                struct credentials *ret_credentials, char *ret_problem);

/* Whether the keys fit each other and @stripe_url; as above. */
MUST_CHECK int credentials_check(struct credentials *credentials, const char *stripe_url,
                                 char *ret_problem);

/* Whether the device's own screen may be as it is. ERR_FORBIDDEN: it is open, and strangers may
 * come to this machine, as a webhook's secret is there and its sender is not on this machine;
 * through a proxy they would pass for the screen. @ret_problem as above. */
MUST_CHECK int credentials_check_screen(const struct credentials *credentials,
                                        const char *stripe_url, bool is_screen_locked,
                                        char *ret_problem);

#endif
