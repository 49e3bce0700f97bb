/* Lists, newest first, and the fields of forms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/settler/provider_state.h"

/* The value of "name=" in a form, as it is; "" when there is none. */
void provider_field(const char *form, const char *name, char *to, size_t size)
{
    char mark[64];
    const int mark_size = snprintf(mark, sizeof mark, "%s=", name);
    to[0] = '\0';
    for (const char *at = form; at != NULL; at = strchr(at, '&')) {
        at += *at == '&' || *at == '?';
        if (strncmp(at, mark, (size_t)mark_size) == 0) {
            const char *value = at + mark_size;
            const size_t length = strcspn(value, "&");
            check(length < size);
            memcpy(to, value, length);
            to[length] = '\0';
            return;
        }
    }
}

int64_t provider_number(const char *form, const char *name)
{
    char value[32];
    provider_field(form, name, value, sizeof value);
    return strtoll(value, NULL, 10);
}

/* --- lists --- */

static uint32_t list_count(const struct provider *provider, enum list_kind kind)
{
    return kind == LIST_EVENTS    ? provider->events_count
           : kind == LIST_INTENTS ? provider->intents_count
                                  : provider->refunds_count;
}

static const char *list_id(const struct provider *provider, enum list_kind kind, uint32_t at)
{
    return kind == LIST_EVENTS    ? provider->events[at].id
           : kind == LIST_INTENTS ? provider->intents[at].id
                                  : provider->refunds[at].id;
}

static bool list_has(const struct provider *provider, enum list_kind kind, uint32_t at,
                     const char *path)
{
    char id[32];
    const int64_t since_s = provider_number(strchr(path, '?'), "created[gte]");
    switch (kind) {
    case LIST_EVENTS:
        return provider->events[at].created_s >= since_s;
    case LIST_INTENTS:
        return provider->intents[at].created_s >= since_s;
    case LIST_REFUNDS:
        provider_field(strchr(path, '?'), "payment_intent", id, sizeof id);
        return strcmp(provider->intents[provider->refunds[at].intent].id, id) == 0;
    }
    return false;
}

static void list_print(struct text *to, const struct provider *provider, enum list_kind kind,
                       uint32_t at)
{
    switch (kind) {
    case LIST_EVENTS:
        text_append_text(to, provider->events[at].body);
        break;
    case LIST_INTENTS:
        provider_print_intent(to, &provider->intents[at]);
        break;
    case LIST_REFUNDS:
        provider_print_refund(to, provider, &provider->refunds[at]);
        break;
    }
}

/* Newest first. */
uint32_t provider_list(const struct provider *provider, enum list_kind kind, const char *path,
                       struct text *to)
{
    char after[32];
    uint32_t limit = (uint32_t)provider_number(strchr(path, '?'), "limit"), given = 0;
    provider_field(strchr(path, '?'), "starting_after", after, sizeof after);
    bool is_begun = after[0] == '\0', has_more = false;
    limit = provider->page_max != 0 && provider->page_max < limit ? provider->page_max : limit;
    provider_say(to, "{\"object\":\"list\",\"data\":[");
    for (uint32_t i = list_count(provider, kind); i > 0; i--) {
        if (is_begun && list_has(provider, kind, i - 1, path)) {
            has_more = has_more || given == limit;
            if (given < limit) {
                provider_say(to, "%s", given++ > 0 ? "," : "");
                list_print(to, provider, kind, i - 1);
            }
        }
        is_begun = is_begun || strcmp(list_id(provider, kind, i - 1), after) == 0;
    }
    provider_say(to, "],\"has_more\":%s}", has_more ? "true" : "false");
    return 200;
}
