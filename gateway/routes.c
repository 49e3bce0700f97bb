#include "gateway/routes.h"

#include "gateway/reconcile/schema.h"
#include "gateway/stripe/reply.h"
#include "node/cli/reply.h"

/* --- shapes --- */

static const struct schema_field payment_fields[] = {
    {.name = "client_secret",
     .type = SCHEMA_TEXT,
     .min = 1,
     .max = (int64_t)2 * PROVIDER_ID_BYTES_MAX,
     .note = "for this customer's page only: it is kept nowhere"},
    {.name = "publishable_key", .type = SCHEMA_TEXT, .min = 1, .max = CREDENTIAL_BYTES_MAX},
    {.name = "amount", .type = SCHEMA_INT, .min = 1, .max = MONEY_MAX},
    {.name = "currency", .type = SCHEMA_TEXT, .min = 1, .max = CURRENCY_BYTES_MAX},
};

static const struct schema payment_schema = {
    .name = "CardPayment",
    .note = "What the provider's script needs. The result in the page is no proof of payment.",
    .count = sizeof payment_fields / sizeof *payment_fields,
    .fields = payment_fields};

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
     .path = "/api/reconciliation",
     .summary = "Begin to compare orders, ledger and card provider, unless that is under way.",
     .capability = CAP_READ_REPORTS,
     .request = &reconcile_wanted_schema,
     .response = &reconciliation_schema,
     .again = AGAIN_HARMLESS,
     .rate = RATE_WRITE,
     .command = -1,
     .status = 202,
     .shape = SHAPE_ANNEX},
    {.method = "GET",
     .path = "/api/reconciliation",
     .summary = "How far it is, or what came of it.",
     .capability = CAP_READ_REPORTS,
     .response = &reconciliation_schema,
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

static void handle_payment(const struct gateway_desk *desk, const struct annex_request *request,
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
static void handle_event(const struct gateway_desk *desk, const struct annex_request *request,
                         struct api_reply *reply)
{
    uint64_t name = 0;
    const int err = event_receive(desk, request, &name);
    if (err == 0) {
        leave_pending(reply, name);
    } else if (err == ERR_BUSY) {
        api_problem(reply, ERR_BUSY, "");
    } else {
        api_problem(reply, ERR_MALFORMED, "the event, or its signature");
    }
}

/* @body was checked against its schema. */
static struct reconcile_wish wish_read(struct bytes body)
{
    struct reconcile_wish wish = {.days = RECONCILE_DAYS};
    struct text text = {.data = NULL};
    text_append(&text, body.data, body.size);
    struct reply *reply = reply_new(&text);
    const int64_t days = reply_number(reply_root(reply), "days");
    wish.days = days > 0 ? (unsigned)days : wish.days;
    wish.is_shared = reply_truth(reply_root(reply), "shared");
    reply_free(reply);
    text_close(&text);
    return wish;
}

static void handle_reconcile(const struct gateway_desk *desk, const struct annex_request *request,
                             struct api_reply *reply)
{
    const struct reconcile_wish wish = wish_read(request->body);
    const int err = reconciler_begin(desk->reconciler, &wish);
    if (err == 0) {
        reconciler_print(desk->reconciler, &reply->body);
    } else {
        api_problem(reply, err, "");
    }
}

static void handle_reconciled(const struct gateway_desk *desk, const struct annex_request *request,
                              struct api_reply *reply)
{
    (void)request;
    reconciler_print(desk->reconciler, &reply->body);
}

/* In the order of the rows. */
static void (*const handlers[])(const struct gateway_desk *desk,
                                const struct annex_request *request, struct api_reply *reply) = {
    handle_payment, handle_event, handle_reconcile, handle_reconciled};
_Static_assert(sizeof handlers / sizeof *handlers == sizeof rows / sizeof *rows, "one for each");

static void handle(void *context, const struct annex_request *request, struct api_reply *ret_reply)
{
    const struct gateway_desk *desk = context;
    if (desk->settler == NULL) {
        api_problem(ret_reply, ERR_UNAVAILABLE, "there are no card payments here");
    } else {
        handlers[request->route - rows](desk, request, ret_reply);
    }
}

static bool answered(void *context, struct annex_answer *ret_answer)
{
    const struct gateway_desk *desk = context;
    return desk->settler != NULL && settler_answered(desk->settler, ret_answer);
}

struct annex gateway_annex(struct gateway_desk *desk)
{
    return (struct annex){.context = desk,
                          .teller = uplink_teller(&desk->uplink),
                          .card = desk->card,
                          .routes = gateway_route_table.routes,
                          .routes_count = gateway_route_table.count,
                          .handle = handle,
                          .answered = answered};
}
