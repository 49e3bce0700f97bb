/* form.h - application/x-www-form-urlencoded, as Stripe reads it: names with brackets as they are,
 * of values all but letters, digits and "-._~" as %XX.
 *
 * Layer: gateway. Source: docs.stripe.com/api; RFC 3986, 2.3.
 */
#ifndef TRESTLE_GATEWAY_STRIPE_FORM_H
#define TRESTLE_GATEWAY_STRIPE_FORM_H

#include "node/json/text.h"

/* "name=value", after "&" unless it is the first. @name is one of ours. */
void form_add(struct text *form, const char *name, struct bytes value);
void form_add_text(struct text *form, const char *name, const char *value);
void form_add_number(struct text *form, const char *name, int64_t value);
/* In hexadecimal. */
void form_add_hex(struct text *form, const char *name, struct bytes value);

/* A value by itself: a part of a path. */
void form_escape(struct text *to, struct bytes value);

#endif
