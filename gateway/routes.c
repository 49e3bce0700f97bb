#include "gateway/routes.h"

#include <stdio.h>

#include "gateway/stripe/reply.h"
#include "node/cli/reply.h"

enum { METRIC_ROW_BYTES_MAX = 128 };

/* --- shapes --- */

static const struct schema_words attempt_words = {.count = STRIPE_ATTEMPTS_COUNT,
                                                  .words = stripe_attempt_names};

static const struct schema_field payment_fields[] = {
    {.name = "client_secret",
     .type = SCHEMA_TEXT,
     .min = 1,
     .max = (int64_t)2 * PROVIDER_ID_BYTES_MAX,
     .note = "for this customer's page only: it is kept nowhere"},
    {.name = "publishable_key", .type = SCHEMA_TEXT, .min = 1, .max = CREDENTIAL_BYTES_MAX},
    {.name = "amount", .type = SCHEMA_INT, .min = 1, .max = MONEY_MAX},
    {.name = "currency", .type = SCHEMA_TEXT, .min = 1, .max = CURRENCY_BYTES_MAX},
    {.name = "attempt",
     .type = SCHEMA_ENUM,
     .words = &attempt_words,
     .note = "how far the last try is: failed or asked (the bank's question was not answered), "
             "another card may pay; undecided, the bank thinks, and nobody can pay meanwhile"},
};

static const struct schema payment_schema = {
    .name = "CardPayment",
    .note = "What the provider's script needs. The result in the page is no proof of payment.",
    .count = sizeof payment_fields / sizeof *payment_fields,
    .fields = payment_fields};

static const struct schema_field push_fields[] = {
    {.name = "endpoint",
     .type = SCHEMA_TEXT,
     .min = 1,
     .max = ENDPOINT_URL_BYTES_MAX,
     .note = "https, of a push service on the internet"},
    {.name = "p256dh", .type = SCHEMA_TEXT, .min = 87, .max = 87, .note = "base64url"},
    {.name = "auth", .type = SCHEMA_TEXT, .min = 22, .max = 22, .note = "base64url"},
};

static const struct schema push_schema = {.name = "PushSubscription",
                                          .note = "As the browser gives it.",
                                          .count = sizeof push_fields / sizeof *push_fields,
                                          .fields = push_fields};

static const struct schema_field notify_fields[] = {
    {.name = "push", .type = SCHEMA_OBJECT, .is_optional = true, .object = &push_schema},
    {.name = "sms",
     .type = SCHEMA_TEXT,
     .is_optional = true,
     .min = 1 + PHONE_DIGITS_MIN,
     .max = 1 + PHONE_DIGITS_MAX,
     .note = "E.164: +491701234567"},
    {.name = "off",
     .type = SCHEMA_BOOL,
     .is_optional = true,
     .note = "true: neither any more, and both are erased"},
};

static const struct schema notify_schema = {
    .name = "Notify",
    .note = "Exactly one of them. What comes again takes the place of the last of its kind.",
    .count = sizeof notify_fields / sizeof *notify_fields,
    .fields = notify_fields};

static const struct schema_field notified_fields[] = {
    {.name = "push", .type = SCHEMA_BOOL},
    {.name = "sms", .type = SCHEMA_BOOL},
};

static const struct schema notified_schema = {
    .name = "Notified",
    .note = "Where this order's news go from this gateway.",
    .count = sizeof notified_fields / sizeof *notified_fields,
    .fields = notified_fields};

static const struct route rows[] = {
    {.method = "POST",
     .path = "/api/orders/{id}/payment",
     .summary = "Pay what is owed by card: reserved now, charged when the kitchen has taken it.",
     .capability = CAP_BUY,
     .is_ordering = true,
     .request = &schema_nothing,
     .response = &payment_schema,
     .again = AGAIN_HARMLESS,
     .rate = RATE_WRITE,
     .command = -1,
     .status = 200,
     .shape = SHAPE_ANNEX},
    {.method = "POST",
     .path = "/webhooks/stripe",
     .summary = "Events of the card provider, signed by it.",
     .capability = API_PUBLIC,
     .takes_bytes = true,
     .bytes_max = WEBHOOK_BODY_BYTES_MAX,
     .header = "stripe-signature:",
     .response = &schema_nothing,
     .again = AGAIN_HARMLESS,
     .rate = RATE_HOOK,
     .command = -1,
     .status = 200,
     .shape = SHAPE_ANNEX},
    {.method = "POST",
     .path = "/api/orders/{id}/notify",
     .summary = "Be told of the own order after leaving: by Web Push, by SMS, or not any more.",
     .capability = CAP_BUY,
     .request = &notify_schema,
     .response = &notified_schema,
     .again = AGAIN_HARMLESS,
     .rate = RATE_WRITE,
     .command = -1,
     .status = 200,
     .shape = SHAPE_ANNEX},
    {.method = "GET",
     .path = "/.well-known/apple-developer-merchantid-domain-association",
     .summary = "What shows Apple whose this domain is, where one was given.",
     .capability = API_PUBLIC,
     .again = AGAIN_READS,
     .rate = RATE_READ,
     .command = -1,
     .status = 200,
     .shape = SHAPE_ANNEX},
};

const struct route_table gateway_route_table = {rows, sizeof rows / sizeof *rows};

/* --- handlers --- */

static void leave_pending(struct api_reply *reply, uint64_t request)
{
    reply->is_pending = reply->is_annexed = true;
    reply->request = request;
}

static void handle_payment(struct gateway_desk *desk, const struct annex_request *request,
                           struct api_reply *reply)
{
    uint64_t name = 0;
    const int err = settler_pay(desk->settler, &request->match->order, &name);
    if (err == 0) {
        leave_pending(reply, name);
    } else {
        api_problem(reply, err, "too many customers pay at once");
    }
}

static int event_check(const struct gateway_desk *desk, const struct annex_request *request)
{
    struct webhook_secrets secrets;
    for (size_t i = 0; i < WEBHOOK_SECRETS_MAX; i++) {
        secrets.secrets[i] = bytes_of_text(desk->credentials->webhook_secrets[i]);
    }
    return webhook_check(request->header, request->body, &secrets, settler_now_s(desk->settler));
}

static int event_receive(const struct gateway_desk *desk, const struct annex_request *request,
                         uint64_t *ret_name)
{
    struct stripe_reply *event = NULL;
    int err = event_check(desk, request);
    err = err == 0 ? stripe_reply_parse(request->body, &event) : err;
    if (err != 0) {
        return err;
    }
    const struct bytes id = stripe_reply_id(event);
    err = id.size > 0 ? settler_receive(desk->settler, id, request->body, ret_name) : ERR_MALFORMED;
    stripe_reply_free(event);
    return err;
}

/* Whatever is wrong with it the provider hears 400, as its documentation asks; not which part of
 * the signature was. Only what could not be kept is to be sent again. */
static void handle_event(struct gateway_desk *desk, const struct annex_request *request,
                         struct api_reply *reply)
{
    uint64_t name = 0;
    const int err = event_receive(desk, request, &name);
    desk->events_kept += err == 0;
    desk->events_busy += err == ERR_BUSY;
    desk->events_refused += err != 0 && err != ERR_BUSY;
    if (err == 0) {
        leave_pending(reply, name);
    } else if (err == ERR_BUSY) {
        api_problem(reply, ERR_BUSY, "");
    } else {
        api_problem(reply, ERR_MALFORMED, "the event, or its signature");
    }
}

/* --- messages --- */

/* The one thing that is asked for. ERR_MALFORMED, with @ret_where; ERR_TOO_LARGE. */
static int notify_read(const struct reply_node *root, const char *practice, struct wish *ret_wish,
                       const char **ret_where)
{
    const struct reply_node *push = reply_find(root, "push");
    const char *phone = reply_text(root, "sms");
    const bool is_off = reply_truth(root, "off");
    *ret_where = "exactly one of push, sms, off";
    if ((push != NULL) + (phone[0] != '\0') + is_off != 1) {
        return ERR_MALFORMED;
    }
    if (push != NULL) {
        *ret_where = "push";
        ret_wish->kind = WISH_PUSH;
        return push_target_parse(reply_text(push, "endpoint"), reply_text(push, "p256dh"),
                                 reply_text(push, "auth"), practice, &ret_wish->push);
    }
    *ret_where = "sms";
    ret_wish->kind = is_off ? WISH_OFF : WISH_SMS;
    return is_off ? 0 : phone_parse(phone, ret_wish->phone);
}

/* Those who put an order together share a session, the first half of a token's number; the other
 * half is each phone's own. */
static uint64_t asker_of(const struct caller *caller)
{
    return get_be64(caller->token.number + TOKEN_NUMBER_BYTES - 8);
}

/* @request's body was checked against its schema. */
static void handle_notify(struct gateway_desk *desk, const struct annex_request *request,
                          struct api_reply *reply)
{
    struct wish wish = {.id = {.order = request->match->order, .asker = asker_of(request->caller)}};
    struct text text = {.data = NULL};
    const char *where = "";
    uint64_t name = 0;
    text_append(&text, request->body.data, request->body.size);
    struct reply *body = reply_new(&text);
    int err = notify_read(reply_root(body), desk->terms->push_practice, &wish, &where);
    if (err == 0) {
        where = "too many ask at once";
        err = messenger_ask(desk->messenger, &wish, &name);
    }
    if (err == 0) {
        leave_pending(reply, name);
    } else {
        api_problem(reply, err, where);
    }
    reply_free(body);
    text_close(&text);
}

/* --- Apple --- */

static void handle_apple(struct gateway_desk *desk, const struct annex_request *request,
                         struct api_reply *reply)
{
    (void)request;
    if (desk->apple_file == NULL || apple_file_copy(desk->apple_file, &reply->body) != 0) {
        api_problem(reply, ERR_NOT_FOUND, "");
        return;
    }
    (void)snprintf(reply->media, sizeof reply->media, "text/plain");
}

/* In the order of the rows. */
static void (*const handlers[])(struct gateway_desk *desk, const struct annex_request *request,
                                struct api_reply *reply) = {handle_payment, handle_event,
                                                            handle_notify, handle_apple};
_Static_assert(sizeof handlers / sizeof *handlers == sizeof rows / sizeof *rows, "one for each");

/* What is not offered here; NULL = it is. */
static const char *why_not(const struct gateway_desk *desk, size_t at)
{
    if (handlers[at] == handle_apple) {
        return NULL;
    }
    if (handlers[at] == handle_notify) {
        return desk->messenger == NULL ? "nobody is told of orders from here" : NULL;
    }
    return desk->settler == NULL ? "there are no card payments here" : NULL;
}

static void handle(void *context, const struct annex_request *request, struct api_reply *ret_reply)
{
    struct gateway_desk *desk = context;
    const size_t at = (size_t)(request->route - rows);
    const char *why = why_not(desk, at);
    if (why != NULL) {
        api_problem(ret_reply, ERR_UNAVAILABLE, why);
    } else {
        handlers[at](desk, request, ret_reply);
    }
}

static bool answered(void *context, struct annex_answer *ret_answer)
{
    const struct gateway_desk *desk = context;
    return (desk->settler != NULL && settler_answered(desk->settler, ret_answer)) ||
           (desk->messenger != NULL && messenger_answered(desk->messenger, ret_answer));
}

/* --- figures --- */

static void print_row(struct text *to, const char *name, const char *label, const char *value,
                      uint64_t number)
{
    char row[METRIC_ROW_BYTES_MAX];
    (void)snprintf(row, sizeof row, "trestle_%s{%s=\"%s\"} %llu\n", name, label, value,
                   (unsigned long long)number);
    text_append_text(to, row);
}

/* Where nobody pays by card these have no rows. */
static void metrics(void *context, struct text *to)
{
    const struct gateway_desk *desk = context;
    if (desk->settler == NULL) {
        return;
    }
    const struct settler_depth depth = settler_depth(desk->settler);
    text_append_text(to,
                     "# HELP trestle_outbox_depth Asks of the card provider not known to be done.\n"
                     "# TYPE trestle_outbox_depth gauge\n");
    print_row(to, "outbox_depth", "kind", "create", depth.creates);
    print_row(to, "outbox_depth", "kind", "capture", depth.captures);
    print_row(to, "outbox_depth", "kind", "cancel", depth.cancels);
    print_row(to, "outbox_depth", "kind", "refund", depth.refunds);
    print_row(to, "outbox_depth", "kind", "stuck", depth.stuck);
    text_append_text(to,
                     "# HELP trestle_stripe_webhook_total Events of the card provider, since the "
                     "start.\n# TYPE trestle_stripe_webhook_total counter\n");
    print_row(to, "stripe_webhook_total", "result", "taken", desk->events_kept);
    print_row(to, "stripe_webhook_total", "result", "refused", desk->events_refused);
    print_row(to, "stripe_webhook_total", "result", "busy", desk->events_busy);
}

/* --- reconciliation --- */

static int reconcile_begin(void *context, const struct reconcile_wish *wish)
{
    const struct gateway_desk *desk = context;
    return desk->reconciler == NULL ? ERR_UNAVAILABLE : reconciler_begin(desk->reconciler, wish);
}

/* Without a reconciler it is always the same that is said. */
static uint64_t reconcile_version(void *context)
{
    const struct gateway_desk *desk = context;
    return desk->reconciler == NULL ? 1 : reconciler_version(desk->reconciler);
}

static void reconcile_print(void *context, size_t bytes_max, struct text *body,
                            struct reconcile_standing *ret_standing)
{
    static const char without_keys[] =
        "{\"state\":\"failed\",\"problem\":\"this gateway has no card payments: it was given no "
        "keys of the provider\"}";
    const struct gateway_desk *desk = context;
    if (desk->reconciler != NULL) {
        reconciler_print(desk->reconciler, bytes_max, body, ret_standing);
        return;
    }
    *ret_standing = (struct reconcile_standing){.is_good = false};
    text_append_text(body, without_keys);
}

struct reconcile_host gateway_reconcile_host(struct gateway_desk *desk)
{
    return (struct reconcile_host){.context = desk,
                                   .begin = reconcile_begin,
                                   .version = reconcile_version,
                                   .print = reconcile_print};
}

struct annex gateway_annex(struct gateway_desk *desk)
{
    return (struct annex){.context = desk,
                          .teller = uplink_teller(&desk->uplink),
                          .card = desk->card,
                          .messages = desk->messages,
                          .reconcile = gateway_reconcile_host(desk),
                          .routes = gateway_route_table.routes,
                          .routes_count = gateway_route_table.count,
                          .handle = handle,
                          .metrics = metrics,
                          .answered = answered};
}
