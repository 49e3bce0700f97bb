#include "tests/settler/provider.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

enum { LATENCY_MS = 40, HUNG_MS = 80 * 1000, CALL_TEXT_MAX = PROVIDER_BODY_MAX };

static void say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct text *text, const char *format, ...)
{
    char line[PROVIDER_BODY_MAX];
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    check(size >= 0 && (size_t)size < sizeof line);
    text_append(text, line, (size_t)size);
}

/* @text NUL-ended in @to, closed. */
static void keep(struct text *text, char *to, size_t size)
{
    check(text->size < size);
    memcpy(to, text->data, text->size);
    to[text->size] = '\0';
    text_close(text);
}

/* --- objects --- */

static void print_meta(struct text *to, const char *popup, const char *order, const char *name,
                       const char *value)
{
    say(to, "\"metadata\":{");
    if (order[0] != '\0') {
        say(to, "\"trestle_popup\":\"%s\",\"trestle_order\":\"%s\",\"trestle_%s\":\"%s\"", popup,
            order, name, value);
    }
    say(to, "}}");
}

static void print_intent(struct text *to, const struct provider_intent *intent)
{
    say(to,
        "{\"id\":\"%s\",\"object\":\"payment_intent\",\"status\":\"%s\",\"amount\":%lld,"
        "\"amount_capturable\":%lld,\"amount_received\":%lld,\"currency\":\"%s\","
        "\"capture_method\":\"%s\",\"client_secret\":\"%s\",\"created\":%lld,",
        intent->id, intent->status, (long long)intent->amount, (long long)intent->capturable,
        (long long)intent->received, intent->currency, intent->method, intent->secret,
        (long long)intent->created_s);
    print_meta(to, intent->popup, intent->order, "draft", intent->draft);
}

static void print_refund(struct text *to, const struct provider *provider,
                         const struct provider_refund *refund)
{
    say(to,
        "{\"id\":\"%s\",\"object\":\"refund\",\"status\":\"%s\",\"amount\":%lld,"
        "\"payment_intent\":\"%s\",",
        refund->id, refund->status, (long long)refund->amount,
        provider->intents[refund->intent].id);
    print_meta(to, refund->popup, refund->order, "wish", refund->wish);
}

static void print_dispute(struct text *to, const struct provider *provider,
                          const struct provider_dispute *dispute)
{
    say(to,
        "{\"id\":\"%s\",\"object\":\"dispute\",\"status\":\"%s\",\"amount\":%lld,"
        "\"payment_intent\":\"%s\",\"metadata\":{}}",
        dispute->id, dispute->status, (long long)dispute->amount,
        provider->intents[dispute->intent].id);
}

/* Takes @object over. */
static void event_add(struct provider *provider, struct text *object)
{
    struct text body = {.data = NULL};
    check(provider->events_count < PROVIDER_EVENTS_MAX);
    struct provider_event *event = &provider->events[provider->events_count++];
    event->created_s = provider->now_s;
    (void)snprintf(event->id, sizeof event->id, "evt_%u", (unsigned)provider->events_count);
    say(&body,
        "{\"id\":\"%s\",\"object\":\"event\",\"created\":%lld,\"data\":{\"object\":", event->id,
        (long long)event->created_s);
    text_append(&body, object->data, object->size);
    say(&body, "}}");
    text_close(object);
    keep(&body, event->body, sizeof event->body);
}

static void intent_tell(struct provider *provider, const struct provider_intent *intent)
{
    struct text object = {.data = NULL};
    print_intent(&object, intent);
    event_add(provider, &object);
}

static void refund_tell(struct provider *provider, const struct provider_refund *refund)
{
    struct text object = {.data = NULL};
    print_refund(&object, provider, refund);
    event_add(provider, &object);
}

static void dispute_tell(struct provider *provider, const struct provider_dispute *dispute)
{
    struct text object = {.data = NULL};
    print_dispute(&object, provider, dispute);
    event_add(provider, &object);
}

static bool is_status(const char *status, const char *name)
{
    return strcmp(status, name) == 0;
}

/* --- requests --- */

/* The value of "name=" in a form, as it is; "" when there is none. */
static void field_of(const char *form, const char *name, char *to, size_t size)
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

static int64_t number_of(const char *form, const char *name)
{
    char value[32];
    field_of(form, name, value, sizeof value);
    return strtoll(value, NULL, 10);
}

struct asked {
    bool is_post;
    char path[CALL_TEXT_MAX], form[CALL_TEXT_MAX], key[160];
};

static uint32_t error_say(struct text *to, uint32_t status, const char *type,
                          const struct provider_intent *intent)
{
    say(to, "{\"error\":{\"type\":\"%s\",\"code\":\"no\"", type);
    if (intent != NULL) {
        say(to, ",\"payment_intent\":");
        print_intent(to, intent);
    }
    say(to, "}}");
    return status;
}

static struct provider_intent *intent_find(struct provider *provider, const char *id)
{
    for (uint32_t i = 0; i < provider->intents_count; i++) {
        const size_t size = strlen(provider->intents[i].id);
        if (strncmp(id, provider->intents[i].id, size) == 0 &&
            (id[size] == '\0' || id[size] == '/')) {
            return &provider->intents[i];
        }
    }
    return NULL;
}

static struct provider_intent *intent_new(struct provider *provider, int64_t amount)
{
    check(provider->intents_count < PROVIDER_OBJECTS_MAX);
    struct provider_intent *intent = &provider->intents[provider->intents_count++];
    *intent = (struct provider_intent){.status = "requires_payment_method",
                                       .amount = amount,
                                       .created_s = provider->now_s,
                                       .method = "manual",
                                       .currency = "eur",
                                       .secret = "pi_secret"};
    (void)snprintf(intent->id, sizeof intent->id, "pi_%u", (unsigned)provider->intents_count);
    return intent;
}

static uint32_t create(struct provider *provider, const struct asked *asked, struct text *to)
{
    struct provider_intent *intent = intent_new(provider, number_of(asked->form, "amount"));
    field_of(asked->form, "metadata[trestle_popup]", intent->popup, sizeof intent->popup);
    field_of(asked->form, "metadata[trestle_order]", intent->order, sizeof intent->order);
    field_of(asked->form, "metadata[trestle_draft]", intent->draft, sizeof intent->draft);
    intent_tell(provider, intent);
    print_intent(to, intent);
    return 200;
}

static uint32_t capture(struct provider *provider, struct provider_intent *intent,
                        const struct asked *asked, struct text *to)
{
    const int64_t amount = number_of(asked->form, "amount_to_capture");
    if (!is_status(intent->status, "requires_capture") || amount > intent->capturable) {
        return error_say(to, 400, "invalid_request_error", intent);
    }
    intent->captures++;
    intent->received += amount;
    intent->capturable = 0;
    (void)snprintf(intent->status, sizeof intent->status, "succeeded");
    intent_tell(provider, intent);
    print_intent(to, intent);
    return 200;
}

static uint32_t cancel(struct provider *provider, struct provider_intent *intent, struct text *to)
{
    if (is_status(intent->status, "succeeded") || is_status(intent->status, "canceled")) {
        return error_say(to, 400, "invalid_request_error", intent);
    }
    intent->capturable = 0;
    (void)snprintf(intent->status, sizeof intent->status, "canceled");
    intent_tell(provider, intent);
    print_intent(to, intent);
    return 200;
}

static int64_t refunded_of(const struct provider *provider, uint32_t intent)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < provider->refunds_count; i++) {
        const struct provider_refund *refund = &provider->refunds[i];
        sum +=
            refund->intent == intent && !is_status(refund->status, "failed") ? refund->amount : 0;
    }
    return sum;
}

static struct provider_refund *refund_new(struct provider *provider, uint32_t intent,
                                          int64_t amount)
{
    check(provider->refunds_count < PROVIDER_OBJECTS_MAX);
    struct provider_refund *refund = &provider->refunds[provider->refunds_count++];
    *refund = (struct provider_refund){.status = "succeeded", .intent = intent, .amount = amount};
    (void)snprintf(refund->id, sizeof refund->id, "re_%u", (unsigned)provider->refunds_count);
    return refund;
}

static uint32_t refund(struct provider *provider, const struct asked *asked, struct text *to)
{
    char id[32];
    field_of(asked->form, "payment_intent", id, sizeof id);
    const struct provider_intent *intent = intent_find(provider, id);
    check(intent != NULL);
    const uint32_t at = (uint32_t)(intent - provider->intents);
    const int64_t amount = number_of(asked->form, "amount");
    if (amount > intent->received - refunded_of(provider, at)) {
        return error_say(to, 400, "invalid_request_error", NULL);
    }
    struct provider_refund *made = refund_new(provider, at, amount);
    field_of(asked->form, "metadata[trestle_popup]", made->popup, sizeof made->popup);
    field_of(asked->form, "metadata[trestle_order]", made->order, sizeof made->order);
    field_of(asked->form, "metadata[trestle_wish]", made->wish, sizeof made->wish);
    refund_tell(provider, made);
    print_refund(to, provider, made);
    return 200;
}

/* --- lists --- */

enum list_kind { LIST_EVENTS, LIST_INTENTS, LIST_REFUNDS };

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
    const int64_t since_s = number_of(strchr(path, '?'), "created[gte]");
    switch (kind) {
    case LIST_EVENTS:
        return provider->events[at].created_s >= since_s;
    case LIST_INTENTS:
        return provider->intents[at].created_s >= since_s;
    case LIST_REFUNDS:
        field_of(strchr(path, '?'), "payment_intent", id, sizeof id);
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
        print_intent(to, &provider->intents[at]);
        break;
    case LIST_REFUNDS:
        print_refund(to, provider, &provider->refunds[at]);
        break;
    }
}

/* Newest first. */
static uint32_t list(const struct provider *provider, enum list_kind kind, const char *path,
                     struct text *to)
{
    char after[32];
    uint32_t limit = (uint32_t)number_of(strchr(path, '?'), "limit"), given = 0;
    field_of(strchr(path, '?'), "starting_after", after, sizeof after);
    bool is_begun = after[0] == '\0', has_more = false;
    limit = provider->page_max != 0 && provider->page_max < limit ? provider->page_max : limit;
    say(to, "{\"object\":\"list\",\"data\":[");
    for (uint32_t i = list_count(provider, kind); i > 0; i--) {
        if (is_begun && list_has(provider, kind, i - 1, path)) {
            has_more = has_more || given == limit;
            if (given < limit) {
                say(to, "%s", given++ > 0 ? "," : "");
                list_print(to, provider, kind, i - 1);
            }
        }
        is_begun = is_begun || strcmp(list_id(provider, kind, i - 1), after) == 0;
    }
    say(to, "],\"has_more\":%s}", has_more ? "true" : "false");
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
    if (strchr(path, '?') != NULL) {
        return list(provider, kind, path, to);
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
    print_intent(to, intent);
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
    {TROUBLE_BROKEN, 500, "api_error"},          {TROUBLE_LATER, 429, "rate_limit_error"},
    {TROUBLE_SHUT, 401, "authentication"},       {TROUBLE_DECLINED, 402, "card_error"},
    {TROUBLE_MISUSED, 400, "idempotency_error"}, {TROUBLE_REFUSED, 404, "invalid_request_error"},
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
        say(to, "<html>Welcome</html>");
        return 200;
    }
    if (kind == TROUBLE_ALIEN) {
        say(to, "{\"object\":\"payment_intent\",\"id\":7}");
        return 200;
    }
    if (kind == TROUBLE_BARE) {
        return list(provider, LIST_INTENTS, asked->path, to);
    }
    if (kind == TROUBLE_ENDLESS) {
        say(to, "{\"object\":\"list\",\"data\":[{\"object\":\"event\"}],\"has_more\":true}");
        return 200;
    }
    if (kind != TROUBLE_BEFORE) {
        const uint32_t status = run_once(provider, asked, to);
        if (kind == TROUBLE_SENSELESS) {
            text_clear(to);
            say(to, "{\"object\":\"%s\"}",
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
    print_intent(to, intent);
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

/* --- what others do there --- */

static void intent_set(struct provider *provider, uint32_t at, const char *status,
                       int64_t capturable)
{
    struct provider_intent *intent = &provider->intents[at];
    check(at < provider->intents_count);
    intent->capturable = capturable;
    (void)snprintf(intent->status, sizeof intent->status, "%s", status);
    intent_tell(provider, intent);
}

void provider_hold(struct provider *provider, uint32_t intent)
{
    intent_set(provider, intent, "requires_capture", provider->intents[intent].amount);
}

void provider_process(struct provider *provider, uint32_t intent)
{
    intent_set(provider, intent, "processing", 0);
}

void provider_lose(struct provider *provider, uint32_t intent)
{
    intent_set(provider, intent, "canceled", 0);
}

uint32_t provider_intent_add(struct provider *provider, int64_t amount, const char *popup,
                             const char *order)
{
    struct provider_intent *intent = intent_new(provider, amount);
    (void)snprintf(intent->popup, sizeof intent->popup, "%s", popup);
    (void)snprintf(intent->order, sizeof intent->order, "%s", order);
    intent_tell(provider, intent);
    return provider->intents_count - 1;
}

void provider_refund_add(struct provider *provider, uint32_t intent, int64_t amount)
{
    refund_tell(provider, refund_new(provider, intent, amount));
}

void provider_refund_set(struct provider *provider, uint32_t refund, const char *status)
{
    check(refund < provider->refunds_count);
    (void)snprintf(provider->refunds[refund].status, sizeof provider->refunds[refund].status, "%s",
                   status);
    refund_tell(provider, &provider->refunds[refund]);
}

uint32_t provider_dispute_add(struct provider *provider, uint32_t intent)
{
    check(provider->disputes_count < PROVIDER_OBJECTS_MAX);
    struct provider_dispute *dispute = &provider->disputes[provider->disputes_count++];
    *dispute =
        (struct provider_dispute){.intent = intent, .amount = provider->intents[intent].received};
    (void)snprintf(dispute->id, sizeof dispute->id, "dp_%u", (unsigned)provider->disputes_count);
    provider_dispute_set(provider, provider->disputes_count - 1, "needs_response");
    return provider->disputes_count - 1;
}

void provider_dispute_set(struct provider *provider, uint32_t dispute, const char *status)
{
    (void)snprintf(provider->disputes[dispute].status, sizeof provider->disputes[dispute].status,
                   "%s", status);
    dispute_tell(provider, &provider->disputes[dispute]);
}

void provider_noise(struct provider *provider)
{
    struct text object = {.data = NULL};
    say(&object, "{\"id\":\"ba_1\",\"object\":\"balance\"}");
    event_add(provider, &object);
}

/* --- the books --- */

struct provider_books provider_books(const struct provider *provider)
{
    struct provider_books books = {0};
    for (uint32_t i = 0; i < provider->intents_count; i++) {
        const struct provider_intent *intent = &provider->intents[i];
        books.captured += intent->received;
        books.held += intent->capturable;
        books.open +=
            !is_status(intent->status, "succeeded") && !is_status(intent->status, "canceled");
        books.refunded += refunded_of(provider, i);
    }
    return books;
}

bool provider_is_sane(const struct provider *provider)
{
    bool is_sane = true;
    for (uint32_t i = 0; i < provider->intents_count; i++) {
        const struct provider_intent *intent = &provider->intents[i];
        is_sane = is_sane && intent->captures <= 1 && intent->received <= intent->amount &&
                  refunded_of(provider, i) <= intent->received;
    }
    for (uint32_t i = 0; i < provider->refunds_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            const struct provider_refund *a = &provider->refunds[i], *b = &provider->refunds[j];
            const bool is_again = a->wish[0] != '\0' && strcmp(a->wish, b->wish) == 0 &&
                                  a->intent == b->intent && !is_status(a->status, "failed") &&
                                  !is_status(b->status, "failed");
            is_sane = is_sane && !is_again;
        }
    }
    return is_sane;
}
