#include "node/json/json_read.h"

#include <jansson.h>

static const json_t *value_of(const struct json_value *value)
{
    return (const json_t *)(const void *)value;
}

const struct json_value *json_get(const struct json_value *object, const char *name)
{
    return (const struct json_value *)(const void *)json_object_get(value_of(object), name);
}

const struct json_value *json_at(const struct json_value *array, size_t at)
{
    return (const struct json_value *)(const void *)json_array_get(value_of(array), at);
}

size_t json_fields_count(const struct json_value *object)
{
    return json_object_size(value_of(object));
}

int64_t json_int(const struct json_value *value)
{
    return json_integer_value(value_of(value));
}

struct bytes json_text(const struct json_value *value)
{
    const json_t *text = value_of(value);
    return text == NULL ? bytes_of(NULL, 0)
                        : bytes_of(json_string_value(text), json_string_length(text));
}

int64_t json_get_int(const struct json_value *object, const char *name)
{
    return json_int(json_get(object, name));
}

bool json_get_bool(const struct json_value *object, const char *name)
{
    return json_is_true(value_of(json_get(object, name)));
}

struct bytes json_get_text(const struct json_value *object, const char *name)
{
    return json_text(json_get(object, name));
}
