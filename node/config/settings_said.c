#include "node/config/settings_said.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"

void settings_said_from(struct settings_said *said, enum said_in in, const char *name,
                        unsigned line)
{
    const char *before = in == SAID_IN_FLAGS ? "--" : "";
    const int size = snprintf(said->where, PATH_BYTES_MAX, "%s%s", before, name);
    if (line > 0 && size > 0) {
        const size_t at = (size_t)size < PATH_BYTES_MAX ? (size_t)size : PATH_BYTES_MAX - 1;
        (void)snprintf(said->where + at, sizeof said->where - at, ":%u", line);
    }
    said->in = in;
}

/* Where it goes: lists add up, everything else has one place. */
static struct setting_said *row_for(struct settings_said *said, const struct setting_info *info)
{
    for (uint32_t i = 0; i < said->count && !info->is_list; i++) {
        if (said->rows[i].info == info) {
            return &said->rows[i];
        }
    }
    check(said->count < SAID_MAX);
    return &said->rows[said->count++];
}

void settings_said_note(struct settings_said *said, const struct setting_info *info,
                        const char *value)
{
    struct setting_said *row = row_for(said, info);
    row->info = info;
    row->in = said->in;
    (void)snprintf(row->where, sizeof row->where, "%s", said->where);
    (void)snprintf(row->value, sizeof row->value, "%s", value);
}

void settings_said_forget(struct settings_said *said, const char *name)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < said->count; i++) {
        if (strcmp(said->rows[i].info->name, name) != 0) {
            if (kept != i) {
                said->rows[kept] = said->rows[i];
            }
            kept++;
        }
    }
    said->count = kept;
}

const struct setting_said *settings_said_find(const struct settings_said *said, const char *name,
                                              uint32_t at)
{
    for (uint32_t i = 0; i < said->count; i++) {
        if (strcmp(said->rows[i].info->name, name) == 0 && at-- == 0) {
            return &said->rows[i];
        }
    }
    return NULL;
}

void setting_value_show(const char *value, char *ret_shown)
{
    static const char hidden[] = "***";
    const char *host = strstr(value, "://");
    host = host == NULL ? value : host + 3;
    const size_t authority = host == value ? 0 : strcspn(host, "/?#");
    const char *at = memchr(host, '@', authority);
    const char *rest = at == NULL ? host : at;
    const char *query = host == value ? NULL : strchr(rest, '?');
    const size_t rest_size = query == NULL ? strlen(rest) : (size_t)(query - rest) + 1;
    (void)snprintf(ret_shown, PATH_BYTES_MAX, "%.*s%s%.*s%s", (int)(host - value), value,
                   at == NULL ? "" : hidden, (int)rest_size, rest, query == NULL ? "" : hidden);
}
