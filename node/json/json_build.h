/* json_build.h - JSON values put together without jansson in sight.
 *
 * Layer: node. What is put into an object or appended to an array belongs to it. When there is no
 * memory the process stops, as in json.h.
 */
#ifndef TRESTLE_NODE_API_JSON_BUILD_H
#define TRESTLE_NODE_API_JSON_BUILD_H

#include "node/json/json.h"
#include "sync/base/id.h"

struct json_value *json_new_object(void);
struct json_value *json_new_array(void);
struct json_value *json_new_text(struct bytes text);

/* Of an array. */
size_t json_count(const struct json_value *array);

void json_put(struct json_value *object, const char *name, struct json_value *value);
void json_put_int(struct json_value *object, const char *name, int64_t number);
/* Beyond INT64_MAX: that. */
void json_put_count(struct json_value *object, const char *name, uint64_t number);
void json_put_bool(struct json_value *object, const char *name, bool truth);
void json_put_string(struct json_value *object, const char *name, const char *terminated);
/* Bytes that are not clean UTF-8 (a damaged row) become "". */
void json_put_text(struct json_value *object, const char *name, struct bytes text);
/* As lower-case hex digits. */
void json_put_hex(struct json_value *object, const char *name, struct bytes bytes);

/* 16 digits. */
void json_put_id64(struct json_value *object, const char *name, uint64_t id);
void json_put_entity(struct json_value *object, const char *name, const struct entity_id *id);

/* Of the field @name of @schema, which is an enumeration: the word at @at; and the list of those
 * whose bits are set. */
void json_put_word(struct json_value *object, const struct schema *schema, const char *name,
                   size_t at);
void json_put_words(struct json_value *object, const struct schema *schema, const char *name,
                    uint64_t bits);

void json_append(struct json_value *array, struct json_value *value);
void json_append_string(struct json_value *array, const char *terminated);
void json_append_int(struct json_value *array, int64_t number);

#endif
