#include "node/cli/reply.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

/* Both are jansson's values under other names. */
static json_t *json_of(const struct reply_node *node)
{
    /* jansson's readers take their values without const. */
    const union {
        const struct reply_node *node;
        json_t *value;
    } either = {.node = node};
    return either.value;
}

static const struct reply_node *node_of(const json_t *value)
{
    return (const struct reply_node *)(const void *)value;
}

struct reply *reply_new(const struct text *body)
{
    json_error_t error;
    if (body->size == 0) {
        return NULL;
    }
    return (struct reply *)(void *)json_loadb(body->data, body->size, JSON_REJECT_DUPLICATES,
                                              &error);
}

void reply_free(struct reply *reply)
{
    json_decref((json_t *)(void *)reply);
}

const struct reply_node *reply_root(const struct reply *reply)
{
    return (const struct reply_node *)(const void *)reply;
}

const struct reply_node *reply_find(const struct reply_node *node, const char *name)
{
    return node_of(json_object_get(json_of(node), name));
}

size_t reply_count(const struct reply_node *list)
{
    return json_array_size(json_of(list));
}

const struct reply_node *reply_at(const struct reply_node *list, size_t at)
{
    return node_of(json_array_get(json_of(list), at));
}

const char *reply_as_text(const struct reply_node *node)
{
    const char *text = json_string_value(json_of(node));
    return text == NULL ? "" : text;
}

const char *reply_text(const struct reply_node *node, const char *name)
{
    return reply_as_text(reply_find(node, name));
}

int64_t reply_number(const struct reply_node *node, const char *name)
{
    return json_integer_value(json_of(reply_find(node, name)));
}

bool reply_truth(const struct reply_node *node, const char *name)
{
    return json_is_true(json_of(reply_find(node, name)));
}

void reply_append_fields(struct text *to, const struct reply_node *node, const char *const *names)
{
    const char *before = "{";
    for (size_t i = 0; names[i] != NULL; i++) {
        json_t *value = json_object_get(json_of(node), names[i]);
        char *written = value == NULL ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        if (written != NULL) {
            text_append_text(to, before);
            text_append_json(to, names[i]);
            text_append_text(to, ":");
            text_append_text(to, written);
            before = ",";
        }
        free(written);
    }
    text_append_text(to, before[0] == '{' ? "{}" : "}");
}

void text_append_json(struct text *to, const char *text)
{
    text_append_text(to, "\"");
    for (; *text != '\0'; text++) {
        char escaped[8];
        unsigned char at = (unsigned char)*text;
        if (at == '"' || at == '\\') {
            (void)snprintf(escaped, sizeof escaped, "\\%c", at);
        } else if (at < 0x20) {
            (void)snprintf(escaped, sizeof escaped, "\\u%04x", at);
        } else {
            (void)snprintf(escaped, sizeof escaped, "%c", at);
        }
        text_append_text(to, escaped);
    }
    text_append_text(to, "\"");
}
