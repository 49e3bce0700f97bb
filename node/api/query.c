#include "node/api/query.h"

#include <stdlib.h>
#include <string.h>

/* The part after the one at @at; the terminator after the last. */
static const char *query_next(const char *at)
{
    at += strcspn(at, "&");
    return *at == '&' ? at + 1 : at;
}

/* The value after "name=", NULL when it is not there. */
static const char *query_value(const char *query, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = query; *at != '\0'; at = query_next(at)) {
        if (strncmp(at, name, size) == 0 && at[size] == '=') {
            return at + size + 1;
        }
    }
    return NULL;
}

static bool value_is_number(const char *value)
{
    size_t count = strspn(value, "0123456789");
    return count > 0 && count <= QUERY_DIGITS_MAX && (value[count] == '\0' || value[count] == '&');
}

bool query_is_known(const char *query, const char *const *names, size_t names_max)
{
    size_t parts = 0;
    size_t known = 0;
    for (const char *at = query; *at != '\0'; at = query_next(at)) {
        parts++;
    }
    for (size_t i = 0; i < names_max && names[i] != NULL; i++) {
        const char *value = query_value(query, names[i]);
        known += value != NULL && value_is_number(value);
    }
    return known == parts;
}

uint64_t query_number(const char *query, const char *name, uint64_t otherwise)
{
    const char *value = query_value(query, name);
    return value == NULL ? otherwise : strtoull(value, NULL, 10);
}
