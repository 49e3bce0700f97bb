// What is sent and taken, against the official library's declarations.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ROUTES } from "../routes.mjs";
import { fieldsOf, wordsOf } from "./declarations.mjs";
import { expect } from "./judge.mjs";

/** @object has each field that is required, and none that is not declared. */
function mustFit(object, file, name) {
    const fields = fieldsOf(file, name);
    for (const [field, isRequired] of Object.entries(fields)) {
        if (isRequired) assert.ok(field in object, `${name} lacks ${field}`);
    }
    for (const field of Object.keys(object)) {
        assert.ok(field in fields, `${name} declares no ${field}`);
    }
}

for (const { call, types, params } of ROUTES.secret) {
    expect(`types: ${types}`, `${call} takes declared parameters only`, async () => {
        const fields = fieldsOf(...types.split(" "));
        for (const name of params.names) assert.ok(name in fields, `no parameter ${name}`);
        for (const [field, isRequired] of Object.entries(fields)) {
            assert.ok(!isRequired || params.names.includes(field), `${field} cannot be given`);
        }
    });
}

/** Within the parameters of a new session: where, and what declares it. */
const WITHIN_SESSION = [
    [["payment_intent_data"], "PaymentIntentData"],
    [["line_items"], "LineItem"],
    [["line_items", "price_data"], "PriceData"],
    [["line_items", "price_data", "product_data"], "ProductData"],
];

/** The object that @reader reads in the end: required, or in a list. */
const objectOf = (reader) => (reader.names ? reader : objectOf(reader.of));

expect(
    "types: Checkout/Sessions SessionCreateParams",
    "what lies within a new session's parameters is declared",
    async () => {
        const { params } = ROUTES.secret.find(({ call }) => call === "POST /v1/checkout/sessions");
        for (const [way, name] of WITHIN_SESSION) {
            const { names } = way.reduce((at, step) => objectOf(at.readers[step]), params);
            const fields = fieldsOf("Checkout/Sessions", name);
            for (const given of names) assert.ok(given in fields, `${name} declares no ${given}`);
        }
    },
);

expect("types: Checkout/Sessions Session", "a session, in each of its states", async (world) => {
    const made = [await world.session(), await world.session(), await world.session()];
    const [open, complete, expired] = made.map(({ id }) => id);
    await world.paySession(complete);
    const { sessions } = world.stripe.checkout;
    await sessions.expire(expired);
    const embedded = { ui_mode: "embedded_page", success_url: undefined, return_url: made[0].url };
    const { id } = await world.session(embedded);
    for (const one of [open, complete, expired, id]) {
        const session = await sessions.retrieve(one, { expand: ["line_items"] });
        mustFit(session, "Checkout/Sessions", "Session");
        for (const [field, type] of [
            ["status", "Status"],
            ["payment_status", "PaymentStatus"],
            ["ui_mode", "UiMode"],
        ]) {
            const words = wordsOf("Checkout/Sessions", "Session", type);
            assert.ok(words.includes(session[field]), session[field]);
        }
    }
});

expect("types: LineItems LineItem", "a session's line, and its price", async (world) => {
    const { id } = await world.session();
    for (const line of (await world.stripe.checkout.sessions.listLineItems(id)).data) {
        mustFit(line, "LineItems", "LineItem");
        mustFit(line.price, "Prices", "Price");
    }
});

expect("types: PaymentIntents PaymentIntent", "an intent, in each of its states", async (world) => {
    const { id } = await world.intent();
    const states = [await world.intent(), await world.held(), await world.captured()];
    states.push(await world.held({}, "pm_card_authenticationRequired"));
    states.push(await world.stripe.paymentIntents.cancel(id));
    const words = wordsOf("PaymentIntents", "PaymentIntent", "Status");
    for (const intent of states) {
        mustFit(intent, "PaymentIntents", "PaymentIntent");
        assert.ok(words.includes(intent.status), intent.status);
    }
});

expect("types: Charges Charge", "a charge, good or declined", async (world) => {
    const { latest_charge: good } = await world.held();
    const { id } = await world.intent();
    const error = await world.refusal(world.pay(id, "pm_card_visa_chargeDeclined"));
    for (const charge of [good, error.charge]) {
        mustFit(await world.stripe.charges.retrieve(charge), "Charges", "Charge");
    }
});

expect("types: Refunds Refund", "a refund, good, pending and failed", async (world) => {
    for (const card of ["pm_card_visa", "pm_card_pendingRefund", "pm_card_refundFail"]) {
        const { id } = await world.captured({}, card);
        const refund = await world.stripe.refunds.create({ payment_intent: id });
        await world.advance(3600);
        mustFit(refund, "Refunds", "Refund");
        mustFit(await world.stripe.refunds.retrieve(refund.id), "Refunds", "Refund");
    }
});

expect("types: Disputes Dispute", "a dispute, open and closed", async (world) => {
    const { id } = await world.captured();
    const dispute = await world.control("dispute", { payment_intent: id });
    mustFit(dispute, "Disputes", "Dispute");
    await world.control("dispute_close", { dispute: dispute.id, outcome: "lost" });
    const closed = await world.stripe.disputes.retrieve(dispute.id);
    assert.ok(wordsOf("Disputes", "Dispute", "Status").includes(closed.status));
});

expect("types: Events EventBase", "an event", async (world) => {
    await world.captured();
    const source = new URL("../node_modules/stripe/cjs/resources/Events.d.ts", import.meta.url);
    const known = readFileSync(source, "utf8");
    for (const event of (await world.stripe.events.list()).data) {
        mustFit(event, "Events", "EventBase");
        assert.ok(known.includes(`'${event.type}'`), event.type);
    }
});

expect("types: WebhookEndpoints WebhookEndpoint", "an endpoint", async (world) => {
    const { endpoint } = await world.receiver();
    mustFit(endpoint, "WebhookEndpoints", "WebhookEndpoint");
    const { data } = await world.stripe.webhookEndpoints.list();
    mustFit(data[0], "WebhookEndpoints", "WebhookEndpoint");
});

expect("types: PaymentMethodDomains PaymentMethodDomain", "a domain for wallets", async (world) => {
    const { paymentMethodDomains } = world.stripe;
    const domain = await paymentMethodDomains.create({ domain_name: "stall.example" });
    mustFit(domain, "PaymentMethodDomains", "PaymentMethodDomain");
    assert.equal((await paymentMethodDomains.validate(domain.id)).apple_pay.status, "active");
});

expect("B6", "a domain is registered once, each subdomain by itself", async (world) => {
    const { paymentMethodDomains } = world.stripe;
    await paymentMethodDomains.create({ domain_name: "stall.example" });
    await world.refusal(paymentMethodDomains.create({ domain_name: "stall.example" }));
    await paymentMethodDomains.create({ domain_name: "order.stall.example" });
});
