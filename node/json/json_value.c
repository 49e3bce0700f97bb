#include "node/json/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"

/* Deeper than any schema of ours; jansson's own bound (2,048) would cost stack. */
enum { DEPTH_MAX = 16 };

static json_t *value_of(struct json_value *value)
{
    return (json_t *)(void *)value;
}

/* Whether brackets nest no deeper than DEPTH_MAX, outside of strings. */
static bool depth_is_bounded(struct bytes text)
{
    size_t depth = 0;
    bool is_string = false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (is_string && c == '\\') {
            i++;
        } else if (c == '"') {
            is_string = !is_string;
        } else if (!is_string && (c == '[' || c == '{') && ++depth > DEPTH_MAX) {
            return false;
        } else if (!is_string && (c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return true;
}

int json_parse(struct bytes text, struct json_value **ret_value, char *ret_where)
{
    json_error_t error = {.line = -1};
    if (!depth_is_bounded(text)) {
        (void)snprintf(ret_where, JSON_WHERE_BYTES_MAX, "nested too deeply");
        return ERR_MALFORMED;
    }
    json_t *value = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        /* jansson's own text quotes the input; only the place is safe to repeat. */
        (void)snprintf(ret_where, JSON_WHERE_BYTES_MAX, "not JSON at line %d, column %d",
                       error.line, error.column);
        return ERR_MALFORMED;
    }
    *ret_value = (struct json_value *)(void *)value;
    return 0;
}

void json_free(struct json_value *value)
{
    json_decref(value_of(value));
}

static int text_append_chunk(const char *data, size_t size, void *to)
{
    text_append(to, data, size);
    return 0;
}

static void dump(struct json_value *value, struct text *to, size_t flags)
{
    check(json_dump_callback(value_of(value), text_append_chunk, to, flags) == 0);
}

static void print(struct json_value *value, struct text *to, size_t flags)
{
    dump(value, to, flags);
    json_decref(value_of(value));
}

void json_print(struct json_value *value, struct text *to)
{
    print(value, to, JSON_COMPACT);
}

void json_print_pretty(struct json_value *value, struct text *to)
{
    print(value, to, JSON_INDENT(1));
    text_append_text(to, "\n");
}

void json_print_canonical(struct json_value *value, struct text *to)
{
    dump(value, to, JSON_COMPACT | JSON_SORT_KEYS);
}

int json_parse_as(const struct schema *schema, struct bytes text, struct json_value **ret_value,
                  char *ret_where)
{
    struct json_value *value = NULL;
    int err = json_parse(text, &value, ret_where);
    if (err != 0) {
        return err;
    }
    err = json_check(schema, value, ret_where);
    if (err != 0) {
        json_free(value);
    } else {
        *ret_value = value;
    }
    return err;
}
