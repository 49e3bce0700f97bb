/* doctor.h - what `trestle-gateway doctor` looks at beside what a node's looks at.
 *
 * Layer: gateway. It looks only: nothing is made, paid or changed at the provider. No finding holds
 * a key, a secret or a part of one.
 */
#ifndef TRESTLE_GATEWAY_CLI_DOCTOR_H
#define TRESTLE_GATEWAY_CLI_DOCTOR_H

#include "gateway/config/credentials.h"
#include "node/cli/doctor.h"

/* All of it: what follows, in this order. */
void gateway_doctor(const struct place *place, struct diagnoses *all);

/* The keys as they were loaded: whose money, and whether they may do more than they need. */
void doctor_keys(const struct credentials *credentials, const struct terms *terms,
                 struct diagnoses *all);

/* Who comes in: the screen, the proxy, the webhook's secret. */
void doctor_door(const struct credentials *credentials, const struct terms *terms,
                 const struct settings *settings, struct diagnoses *all);

/* Messages to customers: what is offered, and what is missing for it. */
void doctor_messages(const struct terms *terms, const char *state, struct diagnoses *all);

/* The certificate and key of https. */
void doctor_tls(const struct settings *settings, struct diagnoses *all);

/* This machine's clock, in seconds since 1970, beside the provider's. */
void doctor_provider_clock(int64_t own_s, int64_t provider_s, struct diagnoses *all);

/* The provider: whether it answers, what the key may read, whether both keys are one account's.
 * False: it does not answer. */
bool doctor_provider(const struct credentials *credentials, const struct terms *terms,
                     struct diagnoses *all);

/* Where webhooks arrive: at our own public address, and what the provider has of it. */
void doctor_webhook(const struct credentials *credentials, const struct terms *terms,
                    const struct place *place, struct diagnoses *all);

#endif
