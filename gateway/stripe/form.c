#include "gateway/stripe/form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr("-._~", c) != NULL);
}

void form_escape(struct text *to, struct bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        char escaped[4];
        if (is_plain(value.data[i])) {
            text_append(to, &value.data[i], 1);
        } else {
            (void)snprintf(escaped, sizeof escaped, "%%%02X", value.data[i]);
            text_append(to, escaped, 3);
        }
    }
}

static void name_add(struct text *form, const char *name)
{
    if (form->size > 0) {
        text_append(form, "&", 1);
    }
    text_append_text(form, name);
    text_append(form, "=", 1);
}

void form_add(struct text *form, const char *name, struct bytes value)
{
    name_add(form, name);
    form_escape(form, value);
}

void form_add_text(struct text *form, const char *name, const char *value)
{
    form_add(form, name, bytes_of_text(value));
}

void form_add_number(struct text *form, const char *name, int64_t value)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRId64, value);
    form_add_text(form, name, digits);
}

void form_add_hex(struct text *form, const char *name, struct bytes value)
{
    name_add(form, name);
    for (size_t i = 0; i < value.size; i++) {
        char digits[3];
        (void)snprintf(digits, sizeof digits, "%02x", value.data[i]);
        text_append(form, digits, 2);
    }
}
