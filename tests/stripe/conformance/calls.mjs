// Calls, keys to the API, parameters, amounts, errors.
import assert from "node:assert/strict";
import http from "node:http";
import { expect } from "./judge.mjs";
import { SECRET_KEY } from "./world.mjs";

const VERSION = "2026-10-28.endive";

expect("C1", "brackets may come raw or percent-encoded", async (world) => {
    const form = "amount=500&currency=eur&capture_method=manual";
    for (const metadata of ["metadata[order]=o%201", "metadata%5Border%5D=o+1"]) {
        const { text } = await world.raw("POST", "/v1/payment_intents", {
            body: `${form}&${metadata}`,
        });
        assert.deepEqual(JSON.parse(text).metadata, { order: "o 1" });
    }
});

expect("C2", "an unknown parameter is refused and named", async (world) => {
    const error = await world.refusal(world.intent({ tip: 5 }));
    assert.deepEqual(
        [error.statusCode, error.code, error.param],
        [400, "parameter_unknown", "tip"],
    );
    await world.intent();
    const { data } = await world.control("requests");
    const misread = data.map((one) => one.misread);
    assert.deepEqual(misread, ["Received unknown parameter: tip", null]);
});

expect("C2", "an unknown parameter within another is refused and named", async (world) => {
    const error = await world.refusal(
        world.intent({ automatic_payment_methods: { enabled: true, now: 1 } }),
    );
    assert.equal(error.param, "automatic_payment_methods[now]");
});

expect("C7", "payment_method_types is an unknown parameter of a new intent", async (world) => {
    const given = { payment_method_types: ["card"], automatic_payment_methods: undefined };
    const error = await world.refusal(world.intent(given));
    assert.equal(error.code, "parameter_unknown");
});

expect("C3", "an intent needs an amount and a currency", async (world) => {
    for (const absent of ["amount", "currency"]) {
        const error = await world.refusal(world.intent({ [absent]: undefined }));
        assert.deepEqual([error.code, error.param], ["parameter_missing", absent]);
    }
});

expect("C4 E5", "test keys are taken, no others", async (world) => {
    for (const key of ["sk_live_conformance", "sk_test_", "whatever"]) {
        const error = await world.refusal(world.client(key).paymentIntents.list());
        assert.deepEqual([error.type, error.statusCode], ["StripeAuthenticationError", 401]);
        assert.ok(!JSON.stringify(error.raw).includes(key), "the key is in the answer");
    }
    await world.client("rk_test_conformance").paymentIntents.list();
});

expect("C4", "a page's key opens one intent, with its client_secret", async (world) => {
    const one = await world.intent();
    const page = world.client("pk_test_conformance");
    assert.equal((await world.refusal(page.paymentIntents.list())).statusCode, 404);
    assert.equal((await world.refusal(page.paymentIntents.retrieve(one.id))).statusCode, 400);
    const wrong = { client_secret: (await world.intent()).client_secret };
    assert.equal(
        (await world.refusal(page.paymentIntents.retrieve(one.id, wrong))).statusCode,
        403,
    );
    const right = { client_secret: one.client_secret };
    const seen = await page.paymentIntents.retrieve(one.id, right);
    assert.equal(seen.status, "requires_payment_method");
    assert.ok(!("metadata" in seen), "a page sees metadata");
});

expect("C5", "one version is spoken, and another refused", async (world) => {
    assert.equal((await world.intent()).lastResponse.apiVersion, VERSION);
    const headers = { "Stripe-Version": "2019-01-01" };
    assert.equal((await world.raw("GET", "/v1/payment_intents", { headers })).status, 400);
});

expect("C6", "each answer has a Request-Id, errors too", async (world) => {
    const { lastResponse } = await world.intent();
    assert.match(lastResponse.requestId, /^req_/);
    assert.match((await world.refusal(world.intent({ amount: 1 }))).requestId, /^req_/);
});

expect("C8", "metadata is merged, and an empty value takes a key away", async (world) => {
    const { id } = await world.intent({ metadata: { a: "1", b: "2" } });
    const metadata = { b: "", c: "3" };
    const changed = await world.stripe.paymentIntents.update(id, { metadata });
    assert.deepEqual(changed.metadata, { a: "1", c: "3" });
});

expect("C8", "metadata has its limits", async (world) => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, "v"]));
    const long = [many, { ["k".repeat(41)]: "v" }, { k: "v".repeat(501) }];
    for (const metadata of long) {
        assert.equal((await world.refusal(world.intent({ metadata }))).statusCode, 400);
    }
    await world.intent({ metadata: { ["k".repeat(40)]: "v".repeat(500) } });
});

expect("A1", "an amount is a whole number within the limit", async (world) => {
    for (const amount of [0, -5, 12.5, 100_000_000]) {
        assert.equal((await world.refusal(world.intent({ amount }))).statusCode, 400);
    }
    assert.equal((await world.intent({ amount: 99_999_999 })).amount, 99_999_999);
});

expect("A2", "there is a least amount", async (world) => {
    const error = await world.refusal(world.intent({ amount: 49 }));
    assert.equal(error.code, "amount_too_small");
    await world.intent({ amount: 50 });
});

expect("A3", "currencies without and with three decimals", async (world) => {
    await world.intent({ amount: 50, currency: "jpy" });
    await world.intent({ amount: 1250, currency: "kwd" });
    const error = await world.refusal(world.intent({ amount: 1251, currency: "kwd" }));
    assert.equal(error.param, "amount");
});

expect("E1 E3", "what is not there is 404 resource_missing", async (world) => {
    const error = await world.refusal(world.stripe.paymentIntents.retrieve("pi_none"));
    assert.equal(error.type, "StripeInvalidRequestError");
    assert.deepEqual([error.statusCode, error.code], [404, "resource_missing"]);
    assert.equal(error.rawType, "invalid_request_error");
});

expect("C9", "the time is Stripe's, in the Date header", async (world) => {
    const { headers } = await world.raw("GET", "/v1/payment_intents");
    assert.equal(Date.parse(headers.get("date")), world.nowMs);
});

expect(
    "C1",
    "a call that there is not, another form, another way to show the key",
    async (world) => {
        const { status } = await world.raw("GET", "/v1/payment_intents/a/b/c");
        assert.equal(status, 404);
        const json = { body: "{}", headers: { "Content-Type": "application/json" } };
        assert.equal((await world.raw("POST", "/v1/payment_intents", json)).status, 400);
        const basic = Buffer.from(`${SECRET_KEY}:`).toString("base64");
        const headers = { Authorization: `Basic ${basic}` };
        assert.equal((await world.raw("GET", "/v1/payment_intents", { headers })).status, 200);
    },
);

expect("C4", "it is heard on this machine alone, and by its address alone", async (world) => {
    const { address } = world.standIn.server;
    assert.equal(address, "127.0.0.1");
    const headers = { Host: "stripe.example", Authorization: `Bearer ${SECRET_KEY}` };
    const options = { port: world.standIn.port, host: address, path: "/v1/events", headers };
    const status = await new Promise((resolve, reject) => {
        const call = http.get({ ...options, agent: false }, (response) => {
            response.resume();
            resolve(response.statusCode);
        });
        call.on("error", reject);
    });
    assert.equal(status, 421);
});

expect("C4", "no browser is heard at the side door", async (world) => {
    const headers = { Origin: "https://stall.example" };
    assert.equal((await world.raw("GET", "/_control/journal", { headers })).status, 400);
});
