/* terms.h - what a person may set of card payments and of messages to customers.
 *
 * Layer: gateway. One table in terms.c: flags, TRESTLE_* variables and lines of trestle.conf, as
 * the node's own settings. Keys are never among them: credentials.h.
 */
#ifndef TRESTLE_GATEWAY_CONFIG_TERMS_H
#define TRESTLE_GATEWAY_CONFIG_TERMS_H

#include "node/config/settings.h"

struct terms {
    char stripe_url[SETTING_BYTES_MAX];    /* "https://api.stripe.com" */
    char stripe_script[SETTING_BYTES_MAX]; /* of the customer's page */
    char stripe_keys[PATH_BYTES_MAX]; /* folder; "" = systemd's credentials, or beside the state */
    uint32_t pause_minutes;  /* of a silent kitchen, until customers cannot order; 0 = never */
    uint32_t decide_minutes; /* the kitchen's; 0 = for ever */
    uint32_t pay_minutes;    /* a draft's, by card; 0 = for ever */
    uint32_t unpaid_minutes; /* a customer's order's, until it ends; 0 = for ever */
    char apple_pay_file[PATH_BYTES_MAX];   /* for Apple; "" = none is served */
    char push_contact[SETTING_BYTES_MAX];  /* whom a push service may ask; "" = no Web Push */
    char push_practice[SETTING_BYTES_MAX]; /* "http://127.0.0.1:PORT"; "" = none */
    char sms_url[SETTING_BYTES_MAX];       /* "" = no SMS */
    char sms_from[SETTING_BYTES_MAX];
    char sms_fields[SETTING_BYTES_MAX]; /* "From,To,Body" */
    bool is_sms_repeatable;             /* the provider knows an Idempotency-Key */
    uint32_t sms_per_day;               /* of one trading day */
    uint32_t late_minutes; /* what was accepted and is not ready by then is late; 0 = never */
};

/* Make them settings of this program, with their defaults. Once, before any is read. */
void terms_extend(struct terms *terms);

/* Those that were extended; what is set of them comes with place_find(). */
const struct terms *terms_of_program(void);

#endif
