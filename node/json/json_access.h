/* json_access.h - the bodies of signing in, read and made.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_JSON_ACCESS_H
#define TRESTLE_NODE_API_JSON_ACCESS_H

#include "node/access/access.h"
#include "node/json/json.h"

/* Of a SignIn that passed its schema. */
uint64_t json_staff(const struct json_value *body);

/* Of a SignIn or a StaffPin. ERR_MALFORMED: other than digits, or too few. */
MUST_CHECK int json_pin(const struct json_value *body, struct pin *ret_pin);
bool json_has_no_pin(const struct json_value *body);

struct json_value *json_signed_in(const char *token, const struct caller *caller);
struct json_value *json_ticket(const char *ticket);

#endif
