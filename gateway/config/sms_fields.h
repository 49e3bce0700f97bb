/* sms_fields.h - how a provider of SMS calls the three fields of its form.
 *
 * Layer: gateway (pure).
 */
#ifndef TRESTLE_GATEWAY_CONFIG_SMS_FIELDS_H
#define TRESTLE_GATEWAY_CONFIG_SMS_FIELDS_H

#include "sync/base/err.h"

enum { SMS_FIELD_BYTES_MAX = 32 };

struct sms_fields {
    char from[SMS_FIELD_BYTES_MAX + 1], to[SMS_FIELD_BYTES_MAX + 1], body[SMS_FIELD_BYTES_MAX + 1];
};

/* "From,To,Body": letters, digits, "-" and "_". ERR_MALFORMED. */
MUST_CHECK int sms_fields_parse(const char *text, struct sms_fields *ret_fields);

#endif
