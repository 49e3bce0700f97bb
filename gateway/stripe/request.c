#include "gateway/stripe/request.h"

#include "gateway/stripe/form.h"
#include "sync/base/check.h"

/* What a call's parameters follow from. */
struct asked {
    const struct attempt *attempt;
    const struct stripe_terms *terms;
};

/* "/v1/payment_intents/<id><rest>" */
static void intent_path(struct text *path, struct bytes intent, const char *rest)
{
    text_append_text(path, "/v1/payment_intents/");
    form_escape(path, intent);
    text_append_text(path, rest);
}

static void order_add(struct text *body, const struct asked *asked)
{
    form_add_hex(body, "metadata[" STRIPE_META_POPUP "]",
                 bytes_of(asked->terms->popup.bytes, POPUP_ID_BYTES));
    form_add_hex(body, "metadata[" STRIPE_META_ORDER "]",
                 bytes_of(asked->attempt->order.bytes, ENTITY_ID_BYTES));
}

/* --- by call --- */

/* Without `capture_method` the customer would be charged at once. */
static void create_fill(const struct asked *asked, struct stripe_request *request)
{
    const struct provider_call *call = &asked->attempt->call;
    struct text *body = &request->body;
    text_append_text(&request->path, "/v1/payment_intents");
    form_add_number(body, "amount", call->amount_minor);
    form_add(body, "currency", asked->terms->currency);
    form_add_text(body, "capture_method", "manual");
    form_add_text(body, "automatic_payment_methods[enabled]", "true");
    order_add(body, asked);
    form_add_hex(body, "metadata[" STRIPE_META_DRAFT "]", call->wish);
    form_add(body, "metadata[" STRIPE_META_BRIEF "]", asked->terms->brief);
}

static void capture_fill(const struct asked *asked, struct stripe_request *request)
{
    const struct provider_call *call = &asked->attempt->call;
    intent_path(&request->path, call->intent, "/capture");
    form_add_number(&request->body, "amount_to_capture", call->amount_minor);
}

static void cancel_fill(const struct asked *asked, struct stripe_request *request)
{
    const struct provider_call *call = &asked->attempt->call;
    intent_path(&request->path, call->intent, "/cancel");
    form_add_text(&request->body, "cancellation_reason", "abandoned");
}

static void refund_fill(const struct asked *asked, struct stripe_request *request)
{
    const struct provider_call *call = &asked->attempt->call;
    text_append_text(&request->path, "/v1/refunds");
    form_add(&request->body, "payment_intent", call->intent);
    form_add_number(&request->body, "amount", call->amount_minor);
    form_add_text(&request->body, "reason", "requested_by_customer");
    order_add(&request->body, asked);
    form_add_hex(&request->body, "metadata[" STRIPE_META_WISH "]", call->wish);
}

struct stripe_request stripe_request_of(const struct attempt *attempt,
                                        const struct stripe_terms *terms)
{
    static void (*const fills[PROVIDER_CALL_COUNT])(const struct asked *asked,
                                                    struct stripe_request *request) = {
        [CALL_CREATE] = create_fill,
        [CALL_CAPTURE] = capture_fill,
        [CALL_CANCEL] = cancel_fill,
        [CALL_REFUND] = refund_fill,
    };
    const struct asked asked = {attempt, terms};
    struct stripe_request request = {.is_post = true};
    fills[attempt->call.kind](&asked, &request);
    attempt_key(attempt, request.key);
    return request;
}

/* --- reading --- */

static void page_add(struct text *path, struct bytes after, uint32_t count_max)
{
    struct text query = {.data = NULL};
    form_add_number(&query, "limit", count_max);
    if (after.size > 0) {
        form_add(&query, "starting_after", after);
    }
    text_append(path, query.data, query.size);
    text_close(&query);
}

struct stripe_request stripe_look_of(const struct attempt *attempt)
{
    struct stripe_request request = {.is_post = false};
    check(attempt->call.kind != CALL_CREATE);
    if (attempt->call.kind == CALL_REFUND) {
        text_append_text(&request.path, "/v1/refunds?payment_intent=");
        form_escape(&request.path, attempt->call.intent);
        text_append_text(&request.path, "&");
        page_add(&request.path, bytes_of(NULL, 0), STRIPE_LIST_MAX);
    } else {
        intent_path(&request.path, attempt->call.intent, "");
    }
    return request;
}

struct stripe_request stripe_intent_of(struct bytes intent)
{
    struct stripe_request request = {.is_post = false};
    intent_path(&request.path, intent, "");
    return request;
}

struct stripe_request stripe_hold_of(struct bytes intent)
{
    struct stripe_request request = {.is_post = false};
    intent_path(&request.path, intent, "?expand[]=latest_charge");
    return request;
}

static struct stripe_request list_since(const char *path, int64_t since_s, struct bytes after,
                                        uint32_t count_max)
{
    struct stripe_request request = {.is_post = false};
    struct text query = {.data = NULL};
    form_add_number(&query, "created[gte]", since_s);
    text_append_text(&request.path, path);
    text_append_text(&request.path, "?");
    text_append(&request.path, query.data, query.size);
    text_append_text(&request.path, "&");
    page_add(&request.path, after, count_max);
    text_close(&query);
    return request;
}

struct stripe_request stripe_list_intents(int64_t since_s, struct bytes after, uint32_t count_max)
{
    return list_since("/v1/payment_intents", since_s, after, count_max);
}

struct stripe_request stripe_list_refunds(int64_t since_s, struct bytes after, uint32_t count_max)
{
    return list_since("/v1/refunds", since_s, after, count_max);
}

struct stripe_request stripe_list_disputes(int64_t since_s, struct bytes after, uint32_t count_max)
{
    return list_since("/v1/disputes", since_s, after, count_max);
}

/* At most 20 may be named. Source: docs.stripe.com/api/events/types. */
static const char *const event_types[] = {
    "payment_intent.created",
    "payment_intent.requires_action",
    "payment_intent.processing",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
};

struct stripe_request stripe_list_events(int64_t since_s, struct bytes after, uint32_t count_max)
{
    struct stripe_request request = list_since("/v1/events", since_s, after, count_max);
    struct text query = {.data = NULL};
    for (size_t i = 0; i < sizeof event_types / sizeof *event_types; i++) {
        text_append_text(&request.path, "&");
        form_add_text(&query, "types[]", event_types[i]);
        text_append(&request.path, query.data, query.size);
        text_close(&query);
    }
    return request;
}

void stripe_request_close(struct stripe_request *request)
{
    text_close(&request->path);
    text_close(&request->body);
}
