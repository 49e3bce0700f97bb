// Every call there is (docs/stripe.md, C1): who may make it, what it may say, what it does. @types
// names the official library's interface that its parameters come from.
import {
    boolean,
    created,
    integer,
    list,
    listing,
    metadata,
    must,
    object,
    oneOf,
    text,
} from "./params.mjs";

const id = text({ max: 255 });
const LONG_AGO = { created: created() };
const positive = integer({ least: 1 });
const REASONS = ["duplicate", "fraudulent", "requested_by_customer"];

const automatic = object({
    enabled: must(boolean()),
    allow_redirects: oneOf(["always", "never"]),
});

const email = text({ max: 800, pattern: /^[^@\s]+@[^@\s]+$/ });

const described = {
    description: text({ max: 1000 }),
    metadata: metadata(),
    receipt_email: email,
    statement_descriptor_suffix: text({ max: 22 }),
    transfer_group: text(),
};

const CAPTURES = ["automatic", "automatic_async", "manual"];

const line = object({
    price_data: must(
        object({
            currency: must(text({ max: 3 })),
            product_data: must(object({ name: must(text({ max: 250 })) })),
            unit_amount: must(integer({ most: 99_999_999 })),
        }),
    ),
    quantity: must(integer({ least: 1, most: 999_999 })),
});

const card = object({
    number: must(text({ max: 19 })),
    exp_month: must(integer({ least: 1, most: 12 })),
    exp_year: must(integer({ least: 2000, most: 2099 })),
    cvc: must(text({ max: 4, pattern: /^\d{3,4}$/ })),
});

const SECRET = [
    {
        call: "POST /v1/payment_intents",
        types: "PaymentIntents PaymentIntentCreateParams",
        params: object({
            amount: must(positive),
            currency: must(text({ max: 3 })),
            allowed_payment_method_types: list(oneOf(["card"]), { max: 1 }),
            automatic_payment_methods: automatic,
            capture_method: oneOf(CAPTURES),
            confirm: boolean(),
            payment_method: id,
            return_url: text(),
            ...described,
        }),
        run: ({ intents }, params) => intents.create(params),
    },
    {
        call: "GET /v1/payment_intents",
        types: "PaymentIntents PaymentIntentListParams",
        params: listing(LONG_AGO),
        run: ({ intents }, params) => intents.list(params),
    },
    {
        call: "GET /v1/payment_intents/:id",
        types: "PaymentIntents PaymentIntentRetrieveParams",
        params: object({ expand: list(oneOf(["latest_charge"]), { max: 1 }) }),
        run: ({ intents }, { expand = [] }, intent) => intents.expanded(intent, expand),
    },
    {
        call: "POST /v1/payment_intents/:id",
        types: "PaymentIntents PaymentIntentUpdateParams",
        params: object({ amount: positive, ...described }),
        run: ({ intents }, params, intent) => intents.update(intent, params),
    },
    {
        call: "POST /v1/payment_intents/:id/confirm",
        types: "PaymentIntents PaymentIntentConfirmParams",
        params: object({ payment_method: id, return_url: text() }),
        run: ({ intents }, params, intent) => intents.confirm(intent, params),
    },
    {
        call: "POST /v1/payment_intents/:id/capture",
        types: "PaymentIntents PaymentIntentCaptureParams",
        params: object({ amount_to_capture: positive }),
        run: ({ intents }, params, intent) => intents.capture(intent, params),
    },
    {
        call: "POST /v1/payment_intents/:id/cancel",
        types: "PaymentIntents PaymentIntentCancelParams",
        params: object({ cancellation_reason: oneOf([...REASONS, "abandoned"]) }),
        run: ({ intents }, params, intent) => intents.cancel(intent, params),
    },
    {
        call: "POST /v1/checkout/sessions",
        types: "Checkout/Sessions SessionCreateParams",
        params: object({
            client_reference_id: text({ max: 200 }),
            customer_email: email,
            expires_at: integer(),
            line_items: must(list(line, { max: 100 })),
            metadata: metadata(),
            mode: must(oneOf(["payment"])),
            payment_intent_data: object({ capture_method: oneOf(CAPTURES), ...described }),
            return_url: text(),
            success_url: text(),
            ui_mode: oneOf(["embedded_page", "hosted_page"]),
        }),
        run: ({ sessions }, params) => sessions.create(params),
    },
    {
        call: "GET /v1/checkout/sessions",
        types: "Checkout/Sessions SessionListParams",
        params: listing({
            ...LONG_AGO,
            payment_intent: id,
            status: oneOf(["complete", "expired", "open"]),
        }),
        run: ({ sessions }, params) => sessions.list(params),
    },
    {
        call: "GET /v1/checkout/sessions/:id",
        types: "Checkout/Sessions SessionRetrieveParams",
        params: object({ expand: list(oneOf(["line_items", "payment_intent"]), { max: 2 }) }),
        run: ({ sessions }, { expand = [] }, session) => sessions.expanded(session, expand),
    },
    {
        call: "GET /v1/checkout/sessions/:id/line_items",
        types: "Checkout/Sessions SessionListLineItemsParams",
        params: listing({}),
        run: ({ sessions }, params, session) => sessions.items(session, params),
    },
    {
        call: "POST /v1/checkout/sessions/:id/expire",
        types: "Checkout/Sessions SessionExpireParams",
        params: object({}),
        run: ({ sessions }, _params, session) => sessions.expire(session),
    },
    {
        call: "POST /v1/refunds",
        types: "Refunds RefundCreateParams",
        params: object({
            amount: positive,
            charge: id,
            metadata: metadata(),
            payment_intent: id,
            reason: oneOf(REASONS),
        }),
        run: ({ refunds }, params) => refunds.create(params),
    },
    {
        call: "GET /v1/refunds",
        types: "Refunds RefundListParams",
        params: listing({ ...LONG_AGO, charge: id, payment_intent: id }),
        run: ({ refunds }, params) => refunds.list(params),
    },
    {
        call: "GET /v1/refunds/:id",
        types: "Refunds RefundRetrieveParams",
        params: object({}),
        run: ({ refunds }, _params, refund) => refunds.get(refund),
    },
    {
        call: "GET /v1/charges",
        types: "Charges ChargeListParams",
        params: listing({ ...LONG_AGO, payment_intent: id }),
        run: ({ charges }, params) => charges.list(params),
    },
    {
        call: "GET /v1/charges/:id",
        types: "Charges ChargeRetrieveParams",
        params: object({}),
        run: ({ charges }, _params, charge) => charges.get(charge),
    },
    {
        call: "GET /v1/disputes",
        types: "Disputes DisputeListParams",
        params: listing({ ...LONG_AGO, charge: id, payment_intent: id }),
        run: ({ disputes }, params) => disputes.list(params),
    },
    {
        call: "GET /v1/disputes/:id",
        types: "Disputes DisputeRetrieveParams",
        params: object({}),
        run: ({ disputes }, _params, dispute) => disputes.get(dispute),
    },
    {
        call: "GET /v1/events",
        types: "Events EventListParams",
        params: listing({
            ...LONG_AGO,
            delivery_success: boolean(),
            type: text(),
            types: list(text(), { max: 20 }),
        }),
        run: ({ events }, params) => events.list(params),
    },
    {
        call: "GET /v1/events/:id",
        types: "Events EventRetrieveParams",
        params: object({}),
        run: ({ events }, _params, event) => events.get(event),
    },
    {
        call: "POST /v1/webhook_endpoints",
        types: "WebhookEndpoints WebhookEndpointCreateParams",
        params: object({
            description: text(),
            enabled_events: must(list(text(), { max: 500 })),
            metadata: metadata(),
            url: must(text()),
        }),
        run: ({ endpoints }, params) => endpoints.create(params),
    },
    {
        call: "GET /v1/webhook_endpoints",
        types: "WebhookEndpoints WebhookEndpointListParams",
        params: listing({}),
        run: ({ endpoints }, params) => endpoints.list(params),
    },
    {
        call: "GET /v1/webhook_endpoints/:id",
        types: "WebhookEndpoints WebhookEndpointRetrieveParams",
        params: object({}),
        run: ({ endpoints }, _params, endpoint) => endpoints.get(endpoint),
    },
    {
        call: "POST /v1/webhook_endpoints/:id",
        types: "WebhookEndpoints WebhookEndpointUpdateParams",
        params: object({
            description: text(),
            disabled: boolean(),
            enabled_events: list(text(), { max: 500 }),
            metadata: metadata(),
            url: text(),
        }),
        run: ({ endpoints }, params, endpoint) => endpoints.update(endpoint, params),
    },
    {
        call: "DELETE /v1/webhook_endpoints/:id",
        types: "WebhookEndpoints WebhookEndpointDeleteParams",
        params: object({}),
        run: ({ endpoints }, _params, endpoint) => endpoints.remove(endpoint),
    },
    {
        call: "POST /v1/payment_method_domains",
        types: "PaymentMethodDomains PaymentMethodDomainCreateParams",
        params: object({ domain_name: must(text({ max: 253 })), enabled: boolean() }),
        run: ({ domains }, params) => domains.create(params),
    },
    {
        call: "GET /v1/payment_method_domains",
        types: "PaymentMethodDomains PaymentMethodDomainListParams",
        params: listing({ domain_name: text({ max: 253 }) }),
        run: ({ domains }, params) => domains.list(params),
    },
    {
        call: "POST /v1/payment_method_domains/:id/validate",
        types: "PaymentMethodDomains PaymentMethodDomainValidateParams",
        params: object({}),
        run: ({ domains }, _params, domain) => domains.get(domain),
    },
];

/** What Stripe's own script asks for a page, with the publishable key: no public interface. */
const PAGE = [
    {
        call: "GET /v1/payment_intents/:id",
        params: object({ client_secret: must(text()) }),
        run: ({ intents }, { client_secret: secret }, intent) => intents.public(intent, secret),
    },
    {
        call: "POST /v1/payment_intents/:id/confirm",
        params: object({
            client_secret: must(text()),
            payment_method_data: must(object({ card: must(card), type: must(oneOf(["card"])) })),
            return_url: text(),
        }),
        run: ({ intents }, { client_secret: secret, ...params }, intent) => {
            intents.public(intent, secret);
            const { card: given } = params.payment_method_data;
            intents.confirm(intent, { return_url: params.return_url, card: given }, true);
            return intents.public(intent, secret);
        },
    },
];

function compiled(route) {
    const [method, pattern] = route.call.split(" ");
    return { ...route, method, pattern: new RegExp(`^${pattern.replace(":id", "([^/]+)")}$`) };
}

/** By the kind of key that asks. */
export const ROUTES = { secret: SECRET.map(compiled), page: PAGE.map(compiled) };

/** {route, id}, or null. */
export function routeOf(audience, method, path) {
    for (const route of ROUTES[audience]) {
        const match = route.method === method ? route.pattern.exec(path) : null;
        if (match) return { route, id: match[1] && decodeURIComponent(match[1]) };
    }
    return null;
}
