#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "node/json/json.h"
#include "sync/base/bytes.h"

/* Where we are: a JSON pointer, built on the way down. */
struct place {
    char pointer[JSON_WHERE_BYTES_MAX - 80]; /* leaves room for what is wrong */
    size_t size;
};

/* Adds "/name" and returns the size to go back to. The names are ours and short, the depth is that
 * of the schemas; an unknown name from outside may be cut. */
static size_t place_enter(struct place *place, const char *name)
{
    size_t before = place->size;
    int written = snprintf(place->pointer + before, sizeof place->pointer - before, "/%s", name);
    size_t room = sizeof place->pointer - before - 1;
    place->size = before + ((size_t)written < room ? (size_t)written : room);
    return before;
}

static void place_leave(struct place *place, size_t before)
{
    place->size = before;
    place->pointer[before] = '\0';
}

/* NULL, or what is wrong with a value that is not an array or object. */
static const char *check_text(const struct schema_field *field, const json_t *value)
{
    struct bytes text = bytes_of(json_string_value(value), json_string_length(value));
    if (json_typeof(value) != JSON_STRING) {
        return "is not a text";
    }
    if (!text_is_clean(text)) {
        return "has control characters";
    }
    if (text.size > (size_t)field->max) {
        return "is too long";
    }
    return text.size < (size_t)field->min ? "is too short" : NULL;
}

static const char *check_int(const struct schema_field *field, const json_t *value)
{
    if (json_typeof(value) != JSON_INTEGER) {
        return "is not a whole number";
    }
    if (json_integer_value(value) > field->max) {
        return "is too large";
    }
    return json_integer_value(value) < field->min ? "is too small" : NULL;
}

static const char *check_bool(const struct schema_field *field, const json_t *value)
{
    (void)field;
    const json_type type = json_typeof(value);
    return type == JSON_TRUE || type == JSON_FALSE ? NULL : "is neither true nor false";
}

static const char *check_hex(const struct schema_field *field, const json_t *value)
{
    if (json_typeof(value) != JSON_STRING || json_string_length(value) != (size_t)field->max ||
        strspn(json_string_value(value), "0123456789abcdef") != (size_t)field->max) {
        return "is not lower-case hex of the right length";
    }
    return NULL;
}

static const char *check_enum(const struct schema_field *field, const json_t *value)
{
    const char *word = json_string_value(value);
    for (size_t i = 0; word != NULL && i < field->words->count; i++) {
        if (strcmp(word, field->words->words[i]) == 0) { /* jansson lets no NUL through */
            return NULL;
        }
    }
    return "is not one of the words allowed";
}

static const char *(*const checks[])(const struct schema_field *, const json_t *) = {
    [SCHEMA_TEXT] = check_text, [SCHEMA_INT] = check_int,   [SCHEMA_BOOL] = check_bool,
    [SCHEMA_HEX] = check_hex,   [SCHEMA_ENUM] = check_enum, [SCHEMA_OBJECT] = NULL};

/* NOLINTBEGIN(misc-no-recursion): no deeper than our schemas are nested */
static const char *check_object(const struct schema *schema, json_t *value, struct place *place);

static const char *check_value(const struct schema_field *field, json_t *value, struct place *place)
{
    return field->type == SCHEMA_OBJECT ? check_object(field->object, value, place)
                                        : checks[field->type](field, value);
}

static const char *check_items(const struct schema_field *field, json_t *array, struct place *place)
{
    if (json_typeof(array) != JSON_ARRAY) {
        return "is not an array";
    }
    size_t count = json_array_size(array);
    if (count > field->items_max) {
        return "has too many elements";
    }
    if (count < field->items_min) {
        return "has too few elements";
    }
    for (size_t i = 0; i < count; i++) {
        char index[24];
        (void)snprintf(index, sizeof index, "%zu", i);
        size_t before = place_enter(place, index);
        const char *wrong = check_value(field, json_array_get(array, i), place);
        if (wrong != NULL) {
            return wrong;
        }
        place_leave(place, before);
    }
    return NULL;
}

static const char *check_field(const struct schema_field *field, json_t *object,
                               struct place *place)
{
    json_t *value = json_object_get(object, field->name);
    size_t before = place_enter(place, field->name);
    const char *wrong = NULL;
    if (value == NULL) {
        wrong = field->is_optional ? NULL : "is missing";
    } else {
        wrong =
            field->is_array ? check_items(field, value, place) : check_value(field, value, place);
    }
    if (wrong == NULL) {
        place_leave(place, before);
    }
    return wrong;
}

static const char *check_unknown(const struct schema *schema, json_t *object)
{
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        if (schema_field_find(schema, json_object_iter_key(at)) == NULL) {
            return "has an unknown field";
        }
    }
    return NULL;
}

static const char *check_object(const struct schema *schema, json_t *value, struct place *place)
{
    if (json_typeof(value) != JSON_OBJECT) {
        return "is not an object";
    }
    const char *wrong = check_unknown(schema, value);
    for (size_t i = 0; i < schema->count && wrong == NULL; i++) {
        wrong = check_field(&schema->fields[i], value, place);
    }
    return wrong;
}

/* NOLINTEND(misc-no-recursion) */

int json_check(const struct schema *schema, struct json_value *value, char *ret_where)
{
    struct place place = {.size = 0};
    const char *wrong = check_object(schema, (json_t *)(void *)value, &place);
    if (wrong == NULL) {
        return 0;
    }
    (void)snprintf(ret_where, JSON_WHERE_BYTES_MAX, "%s: %s", place.size == 0 ? "/" : place.pointer,
                   wrong);
    return ERR_MALFORMED;
}
