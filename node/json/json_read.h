/* json_read.h - JSON values looked into without jansson in sight; json_build.h puts them together.
 *
 * Layer: node. What is given is borrowed from the value. Every function takes NULL for "not there"
 * and then gives nothing: NULL, 0, false, no bytes; likewise for a value of another type.
 */
#ifndef TRESTLE_NODE_API_JSON_READ_H
#define TRESTLE_NODE_API_JSON_READ_H

#include "node/json/json.h"

/* A field of an object, an element of an array (see json_count() for how many); NULL: none. */
const struct json_value *json_get(const struct json_value *object, const char *name);
const struct json_value *json_at(const struct json_value *array, size_t at);
size_t json_fields_count(const struct json_value *object);

int64_t json_int(const struct json_value *value);
/* UTF-8; one more byte lies behind it, a zero. */
struct bytes json_text(const struct json_value *value);

int64_t json_get_int(const struct json_value *object, const char *name);
bool json_get_bool(const struct json_value *object, const char *name);
struct bytes json_get_text(const struct json_value *object, const char *name);

#endif
