/* Calls: what they do, once under each key, and what goes wrong with them. */
#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/settler/provider_state.h"

enum { LATENCY_MS = 40, HUNG_MS = 80 * 1000, CALL_TEXT_MAX = PROVIDER_BODY_MAX };

/* --- requests --- */

struct asked {
    bool is_post;
    char path[CALL_TEXT_MAX], form[CALL_TEXT_MAX], key[160];
};

static uint32_t error_say(struct text *to, uint32_t status, const char *type,
                          const struct provider_intent *intent)
{
    provider_say(to, "{\"error\":{\"type\":\"%s\",\"code\":\"no\"", type);
    if (intent != NULL) {
        provider_say(to, ",\"payment_intent\":");
        provider_print_intent(to, intent);
    }
    provider_say(to, "}}");
    return status;
}

static struct provider_intent *intent_find(struct provider *provider, const char *id)
{
    for (uint32_t i = 0; i < provider->intents_count; i++) {
        const size_t size = strlen(provider->intents[i].id);
        if (strncmp(id, provider->intents[i].id, size) == 0 &&
            (id[size] == '\0' || id[size] == '/' || id[size] == '?')) {
            return &provider->intents[i];
        }
    }
    return NULL;
}

static uint32_t create(struct provider *provider, const struct asked *asked, struct text *to)
{
    struct provider_intent *intent =
        provider_intent_new(provider, provider_number(asked->form, "amount"));
    provider_field(asked->form, "metadata[trestle_popup]", intent->popup, sizeof intent->popup);
    provider_field(asked->form, "metadata[trestle_order]", intent->order, sizeof intent->order);
    provider_field(asked->form, "metadata[trestle_draft]", intent->draft, sizeof intent->draft);
    provider_tell_intent(provider, intent);
    provider_print_intent(to, intent);
    return 200;
}

static uint32_t capture(struct provider *provider, struct provider_intent *intent,
                        const struct asked *asked, struct text *to)
{
    const int64_t amount = provider_number(asked->form, "amount_to_capture");
    if (!provider_is_status(intent->status, "requires_capture") || amount > intent->capturable) {
        return error_say(to, 400, "invalid_request_error", intent);
    }
    intent->captures++;
    intent->received += amount;
    intent->capturable = 0;
    (void)snprintf(intent->status, sizeof intent->status, "succeeded");
    provider_tell_intent(provider, intent);
    provider_print_intent(to, intent);
    return 200;
}

static uint32_t cancel(struct provider *provider, struct provider_intent *intent, struct text *to)
{
    if (provider_is_status(intent->status, "succeeded") ||
        provider_is_status(intent->status, "canceled")) {
        return error_say(to, 400, "invalid_request_error", intent);
    }
    intent->capturable = 0;
    (void)snprintf(intent->status, sizeof intent->status, "canceled");
    provider_tell_intent(provider, intent);
    provider_print_intent(to, intent);
    return 200;
}

static bool is_disputed(const struct provider *provider, uint32_t intent)
{
    for (uint32_t i = 0; i < provider->disputes_count; i++) {
        const struct provider_dispute *dispute = &provider->disputes[i];
        if (dispute->intent == intent && !provider_is_status(dispute->status, "won")) {
            return true;
        }
    }
    return false;
}

static uint32_t refund(struct provider *provider, const struct asked *asked, struct text *to)
{
    char id[32];
    provider_field(asked->form, "payment_intent", id, sizeof id);
    const struct provider_intent *intent = intent_find(provider, id);
    check(intent != NULL);
    const uint32_t at = (uint32_t)(intent - provider->intents);
    const int64_t amount = provider_number(asked->form, "amount");
    if (amount > intent->received - provider_refunded(provider, at) || is_disputed(provider, at)) {
        return error_say(to, 400, "invalid_request_error", NULL);
    }
    struct provider_refund *made = provider_refund_new(provider, at, amount);
    provider_field(asked->form, "metadata[trestle_popup]", made->popup, sizeof made->popup);
    provider_field(asked->form, "metadata[trestle_order]", made->order, sizeof made->order);
    provider_field(asked->form, "metadata[trestle_wish]", made->wish, sizeof made->wish);
    provider_tell_refund(provider, made);
    provider_print_refund(to, provider, made);
    return 200;
}

/* --- routes --- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
    const size_t size = strlen(text), with_size = strlen(with);
    return size >= with_size && strcmp(text + size - with_size, with) == 0;
}

static uint32_t run(struct provider *provider, const struct asked *asked, struct text *to)
{
    const char *path = asked->path;
    const enum list_kind kind = begins(path, "/v1/events")    ? LIST_EVENTS
                                : begins(path, "/v1/refunds") ? LIST_REFUNDS
                                                              : LIST_INTENTS;
    const bool is_hold = ends(path, "?expand[]=latest_charge");
    if (strchr(path, '?') != NULL && !is_hold) {
        return provider_list(provider, kind, path, to);
    }
    if (asked->is_post && strcmp(path, "/v1/payment_intents") == 0) {
        return create(provider, asked, to);
    }
    if (asked->is_post && strcmp(path, "/v1/refunds") == 0) {
        return refund(provider, asked, to);
    }
    struct provider_intent *intent = intent_find(provider, path + strlen("/v1/payment_intents/"));
    if (intent == NULL) {
        return error_say(to, 404, "invalid_request_error", NULL);
    }
    if (ends(path, "/capture")) {
        return capture(provider, intent, asked, to);
    }
    if (ends(path, "/cancel")) {
        return cancel(provider, intent, to);
    }
    if (is_hold) {
        provider_print_hold(to, intent);
    } else {
        provider_print_intent(to, intent);
    }
    return 200;
}

/* The same call under the same key: the same answer. */
static uint32_t run_once(struct provider *provider, const struct asked *asked, struct text *to)
{
    char call[CALL_TEXT_MAX];
    check(snprintf(call, sizeof call, "%s %s", asked->path, asked->form) < CALL_TEXT_MAX);
    for (uint32_t i = 0; i < provider->keys_count && !provider->is_forgetful; i++) {
        const struct provider_key *known = &provider->keys[i];
        if (strcmp(known->key, asked->key) == 0) {
            if (strcmp(known->call, call) != 0) {
                return error_say(to, 400, "idempotency_error", NULL);
            }
            text_append_text(to, known->answer);
            return known->status;
        }
    }
    const uint32_t status = run(provider, asked, to);
    check(provider->keys_count < PROVIDER_KEYS_MAX && to->size < PROVIDER_BODY_MAX);
    struct provider_key *key = &provider->keys[provider->keys_count++];
    key->status = status;
    (void)snprintf(key->key, sizeof key->key, "%s", asked->key);
    (void)snprintf(key->call, sizeof key->call, "%s", call);
    (void)snprintf(key->answer, sizeof key->answer, "%.*s", (int)to->size, to->data);
    return status;
}

/* --- what goes wrong --- */

void provider_trouble(struct provider *provider, const char *part, enum trouble_kind kind,
                      uint32_t times)
{
    check(provider->troubles_count < PROVIDER_TROUBLES_MAX);
    provider->troubles[provider->troubles_count++] = (struct trouble){part, kind, times};
}

static struct trouble *trouble_of(struct provider *provider, const struct asked *asked)
{
    char call[CALL_TEXT_MAX + 8];
    (void)snprintf(call, sizeof call, "%s %s", asked->is_post ? "POST" : "GET", asked->path);
    for (uint32_t i = 0; i < provider->troubles_count; i++) {
        struct trouble *trouble = &provider->troubles[i];
        if (trouble->times > 0 && strstr(call, trouble->part) != NULL) {
            trouble->times--;
            return trouble;
        }
    }
    return NULL;
}

/* A status and a type of error for those that are answered and not done. */
static const struct {
    enum trouble_kind kind;
    uint32_t status;
    const char *type;
} errors[] = {
    {TROUBLE_BROKEN, 500, "api_error"},
    {TROUBLE_LATER, 429, "rate_limit_error"},
    {TROUBLE_SHUT, 401, "authentication"},
    {TROUBLE_DECLINED, 402, "card_error"},
    {TROUBLE_MISUSED, 400, "idempotency_error"},
    {TROUBLE_REFUSED, 404, "invalid_request_error"},
    {TROUBLE_BARRED, 403, "invalid_request_error"},
};

static uint32_t go_wrong(struct provider *provider, const struct asked *asked,
                         enum trouble_kind kind, struct text *to)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].kind == kind) {
            return error_say(to, errors[i].status, errors[i].type, NULL);
        }
    }
    if (kind == TROUBLE_PORTAL) {
        provider_say(to, "<html>Welcome</html>");
        return 200;
    }
    if (kind == TROUBLE_ALIEN) {
        provider_say(to, "{\"object\":\"payment_intent\",\"id\":7}");
        return 200;
    }
    if (kind == TROUBLE_BARE) {
        return provider_list(provider, LIST_INTENTS, asked->path, to);
    }
    if (kind == TROUBLE_ENDLESS) {
        provider_say(to,
                     "{\"object\":\"list\",\"data\":[{\"object\":\"event\"}],\"has_more\":true}");
        return 200;
    }
    if (kind != TROUBLE_BEFORE) {
        const uint32_t status = run_once(provider, asked, to);
        if (kind == TROUBLE_SENSELESS) {
            text_clear(to);
            provider_say(to, "{\"object\":\"%s\"}",
                         ends(asked->path, "/v1/refunds") ? "refund" : "payment_intent");
            return status;
        }
    }
    text_clear(to);
    return 0;
}

/* Creates another intent than was asked for. */
static uint32_t misunderstand(struct provider *provider, const struct asked *asked,
                              enum trouble_kind kind, struct text *to)
{
    (void)run_once(provider, asked, to);
    struct provider_intent *intent = &provider->intents[provider->intents_count - 1];
    intent->method = kind == TROUBLE_CHARGED ? "automatic" : "manual";
    intent->amount += kind == TROUBLE_AMOUNT;
    intent->currency = kind == TROUBLE_CURRENCY ? "usd" : "eur";
    intent->secret = kind == TROUBLE_SECRET ? "" : "pi_secret";
    text_clear(to);
    provider_print_intent(to, intent);
    return 200;
}

uint64_t provider_call(struct provider *provider, const struct https_call *call,
                       struct https_answer *ret_answer)
{
    struct asked asked = {.is_post = call->is_post};
    check(call->path.size < sizeof asked.path && call->body.size < sizeof asked.form);
    memcpy(asked.path, call->path.data, call->path.size);
    if (call->body.size > 0) {
        memcpy(asked.form, call->body.data, call->body.size);
    }
    if (call->is_post) {
        check(begins(call->headers[2], "Idempotency-Key: "));
        (void)snprintf(asked.key, sizeof asked.key, "%s", call->headers[2]);
    }
    provider->calls++;
    *ret_answer = (struct https_answer){.name = call->name, .date_s = provider->now_s};
    struct trouble *trouble = trouble_of(provider, &asked);
    ret_answer->status = trouble == NULL ? call->is_post
                                               ? run_once(provider, &asked, &ret_answer->body)
                                               : run(provider, &asked, &ret_answer->body)
                         : trouble->kind >= TROUBLE_CHARGED
                             ? misunderstand(provider, &asked, trouble->kind, &ret_answer->body)
                             : go_wrong(provider, &asked, trouble->kind, &ret_answer->body);
    if (ret_answer->status == 0 || provider->is_timeless) {
        ret_answer->date_s = 0;
        (void)snprintf(ret_answer->trouble, sizeof ret_answer->trouble, "the line is bad");
    } else {
        (void)snprintf(ret_answer->request_id, sizeof ret_answer->request_id, "req_%llu",
                       (unsigned long long)provider->calls);
    }
    return trouble != NULL && trouble->kind == TROUBLE_HUNG ? HUNG_MS : LATENCY_MS;
}
