#include "node/json/json_build.h"

#include <stdio.h>

#include <jansson.h>

#include "sync/base/check.h"

enum { HEX_BYTES_MAX = 64 };

static json_t *theirs(struct json_value *value)
{
    return (json_t *)(void *)value;
}

static struct json_value *ours(json_t *value)
{
    check(value != NULL);
    return (struct json_value *)(void *)value;
}

struct json_value *json_new_object(void)
{
    return ours(json_object());
}

struct json_value *json_new_array(void)
{
    return ours(json_array());
}

struct json_value *json_new_text(struct bytes text)
{
    json_t *value = json_stringn(text.size > 0 ? (const char *)text.data : "", text.size);
    return ours(value != NULL ? value : json_string(""));
}

size_t json_count(const struct json_value *array)
{
    return json_array_size((const json_t *)(const void *)array);
}

void json_put(struct json_value *object, const char *name, struct json_value *value)
{
    check(json_object_set_new(theirs(object), name, theirs(value)) == 0);
}

void json_put_int(struct json_value *object, const char *name, int64_t number)
{
    json_put(object, name, ours(json_integer(number)));
}

void json_put_count(struct json_value *object, const char *name, uint64_t number)
{
    json_put_int(object, name, number <= INT64_MAX ? (int64_t)number : INT64_MAX);
}

void json_put_bool(struct json_value *object, const char *name, bool truth)
{
    json_put(object, name, ours(json_boolean(truth)));
}

void json_put_string(struct json_value *object, const char *name, const char *terminated)
{
    json_put_text(object, name, bytes_of_text(terminated));
}

void json_put_text(struct json_value *object, const char *name, struct bytes text)
{
    json_put(object, name, json_new_text(text));
}

void json_put_hex(struct json_value *object, const char *name, struct bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * HEX_BYTES_MAX + 1];
    check(bytes.size <= HEX_BYTES_MAX);
    for (size_t i = 0; i < bytes.size; i++) {
        hex[2 * i] = digits[bytes.data[i] >> 4];
        hex[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    hex[2 * bytes.size] = '\0';
    json_put_string(object, name, hex);
}

void json_put_id64(struct json_value *object, const char *name, uint64_t id)
{
    char hex[17];
    (void)snprintf(hex, sizeof hex, "%016llx", (unsigned long long)id);
    json_put_string(object, name, hex);
}

void json_put_entity(struct json_value *object, const char *name, const struct entity_id *id)
{
    json_put_hex(object, name, bytes_of(id->bytes, sizeof id->bytes));
}

void json_put_word(struct json_value *object, const struct schema *schema, const char *name,
                   size_t at)
{
    const struct schema_field *field = schema_field_find(schema, name);
    check(at < field->words->count);
    json_put_string(object, name, field->words->words[at]);
}

void json_put_words(struct json_value *object, const struct schema *schema, const char *name,
                    uint64_t bits)
{
    const struct schema_field *field = schema_field_find(schema, name);
    struct json_value *words = json_new_array();
    for (size_t i = 0; i < field->words->count; i++) {
        if ((bits >> i & 1) != 0) {
            json_append_string(words, field->words->words[i]);
        }
    }
    json_put(object, name, words);
}

void json_append(struct json_value *array, struct json_value *value)
{
    check(json_array_append_new(theirs(array), theirs(value)) == 0);
}

void json_append_string(struct json_value *array, const char *terminated)
{
    json_append(array, ours(json_string(terminated)));
}

void json_append_int(struct json_value *array, int64_t number)
{
    json_append(array, ours(json_integer(number)));
}
