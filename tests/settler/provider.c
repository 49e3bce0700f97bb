#include "tests/settler/provider_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"

enum { HOLD_S = 7 * 86400 };

void provider_say(struct text *text, const char *format, ...)
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
    provider_say(to, "\"metadata\":{");
    if (order[0] != '\0') {
        provider_say(to, "\"trestle_popup\":\"%s\",\"trestle_order\":\"%s\",\"trestle_%s\":\"%s\"",
                     popup, order, name, value);
    }
    provider_say(to, "}}");
}

/* @is_whole: with its charge in it. */
static void print_intent(struct text *to, const struct provider_intent *intent, bool is_whole)
{
    provider_say(to,
                 "{\"id\":\"%s\",\"object\":\"payment_intent\",\"status\":\"%s\",\"amount\":%lld,"
                 "\"amount_capturable\":%lld,\"amount_received\":%lld,\"currency\":\"%s\","
                 "\"capture_method\":\"%s\",\"client_secret\":\"%s\",\"created\":%lld,",
                 intent->id, intent->status, (long long)intent->amount,
                 (long long)intent->capturable, (long long)intent->received, intent->currency,
                 intent->method, intent->secret, (long long)intent->created_s);
    if (intent->lapsed_s != 0) {
        provider_say(to, "\"cancellation_reason\":\"automatic\",\"canceled_at\":%lld,",
                     (long long)intent->lapsed_s);
    }
    if (is_whole && intent->ends_s != 0) {
        provider_say(to,
                     "\"latest_charge\":{\"payment_method_details\":{\"card\":"
                     "{\"capture_before\":%lld}}},",
                     (long long)intent->ends_s);
    }
    print_meta(to, intent->popup, intent->order, "draft", intent->draft);
}

void provider_print_intent(struct text *to, const struct provider_intent *intent)
{
    print_intent(to, intent, false);
}

void provider_print_hold(struct text *to, const struct provider_intent *intent)
{
    print_intent(to, intent, true);
}

void provider_print_refund(struct text *to, const struct provider *provider,
                           const struct provider_refund *refund)
{
    provider_say(to,
                 "{\"id\":\"%s\",\"object\":\"refund\",\"status\":\"%s\",\"amount\":%lld,"
                 "\"payment_intent\":\"%s\",",
                 refund->id, refund->status, (long long)refund->amount,
                 provider->intents[refund->intent].id);
    print_meta(to, refund->popup, refund->order, "wish", refund->wish);
}

static void print_dispute(struct text *to, const struct provider *provider,
                          const struct provider_dispute *dispute)
{
    provider_say(to,
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
    provider_say(&body,
                 "{\"id\":\"%s\",\"object\":\"event\",\"created\":%lld,\"data\":{\"object\":",
                 event->id, (long long)event->created_s);
    text_append(&body, object->data, object->size);
    provider_say(&body, "}}");
    text_close(object);
    keep(&body, event->body, sizeof event->body);
}

void provider_tell_intent(struct provider *provider, const struct provider_intent *intent)
{
    struct text object = {.data = NULL};
    provider_print_intent(&object, intent);
    event_add(provider, &object);
}

void provider_tell_refund(struct provider *provider, const struct provider_refund *refund)
{
    struct text object = {.data = NULL};
    provider_print_refund(&object, provider, refund);
    event_add(provider, &object);
}

static void dispute_tell(struct provider *provider, const struct provider_dispute *dispute)
{
    struct text object = {.data = NULL};
    print_dispute(&object, provider, dispute);
    event_add(provider, &object);
}

bool provider_is_status(const char *status, const char *name)
{
    return strcmp(status, name) == 0;
}

struct provider_intent *provider_intent_new(struct provider *provider, int64_t amount)
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

int64_t provider_refunded(const struct provider *provider, uint32_t intent)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < provider->refunds_count; i++) {
        const struct provider_refund *refund = &provider->refunds[i];
        sum += refund->intent == intent && !provider_is_status(refund->status, "failed")
                   ? refund->amount
                   : 0;
    }
    return sum;
}

struct provider_refund *provider_refund_new(struct provider *provider, uint32_t intent,
                                            int64_t amount)
{
    check(provider->refunds_count < PROVIDER_OBJECTS_MAX);
    struct provider_refund *refund = &provider->refunds[provider->refunds_count++];
    *refund = (struct provider_refund){.status = "succeeded", .intent = intent, .amount = amount};
    (void)snprintf(refund->id, sizeof refund->id, "re_%u", (unsigned)provider->refunds_count);
    return refund;
}

/* --- what others do there --- */

static void intent_set(struct provider *provider, uint32_t at, const char *status,
                       int64_t capturable)
{
    struct provider_intent *intent = &provider->intents[at];
    check(at < provider->intents_count);
    intent->capturable = capturable;
    (void)snprintf(intent->status, sizeof intent->status, "%s", status);
    provider_tell_intent(provider, intent);
}

void provider_hold(struct provider *provider, uint32_t intent)
{
    provider->intents[intent].ends_s = provider->now_s + HOLD_S;
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

void provider_lapse(struct provider *provider, uint32_t intent)
{
    provider->intents[intent].lapsed_s = provider->now_s;
    intent_set(provider, intent, "canceled", 0);
}

uint32_t provider_intent_add(struct provider *provider, int64_t amount, const char *popup,
                             const char *order)
{
    struct provider_intent *intent = provider_intent_new(provider, amount);
    (void)snprintf(intent->popup, sizeof intent->popup, "%s", popup);
    (void)snprintf(intent->order, sizeof intent->order, "%s", order);
    provider_tell_intent(provider, intent);
    return provider->intents_count - 1;
}

void provider_refund_add(struct provider *provider, uint32_t intent, int64_t amount)
{
    provider_tell_refund(provider, provider_refund_new(provider, intent, amount));
}

void provider_refund_set(struct provider *provider, uint32_t refund, const char *status)
{
    check(refund < provider->refunds_count);
    (void)snprintf(provider->refunds[refund].status, sizeof provider->refunds[refund].status, "%s",
                   status);
    provider_tell_refund(provider, &provider->refunds[refund]);
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
    provider_say(&object, "{\"id\":\"ba_1\",\"object\":\"balance\"}");
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
        books.open += !provider_is_status(intent->status, "succeeded") &&
                      !provider_is_status(intent->status, "canceled");
        books.refunded += provider_refunded(provider, i);
    }
    return books;
}

bool provider_is_sane(const struct provider *provider)
{
    bool is_sane = true;
    for (uint32_t i = 0; i < provider->intents_count; i++) {
        const struct provider_intent *intent = &provider->intents[i];
        is_sane = is_sane && intent->captures <= 1 && intent->received <= intent->amount &&
                  provider_refunded(provider, i) <= intent->received;
    }
    for (uint32_t i = 0; i < provider->refunds_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            const struct provider_refund *a = &provider->refunds[i], *b = &provider->refunds[j];
            const bool is_again = a->wish[0] != '\0' && strcmp(a->wish, b->wish) == 0 &&
                                  a->intent == b->intent &&
                                  !provider_is_status(a->status, "failed") &&
                                  !provider_is_status(b->status, "failed");
            is_sane = is_sane && !is_again;
        }
    }
    return is_sane;
}
