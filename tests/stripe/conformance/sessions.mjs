// Checkout Sessions.
import assert from "node:assert/strict";
import { expect } from "./judge.mjs";
import { DAY, HOUR, START } from "./world.mjs";

const HALF_HOUR = HOUR / 2;
const BACK = "https://stall.example/back?session={CHECKOUT_SESSION_ID}";
const EMBEDDED = { ui_mode: "embedded_page", success_url: undefined, return_url: BACK };

const read = (world, id, params) => world.stripe.checkout.sessions.retrieve(id, params);
const intentOf = async (world, id) =>
    (await read(world, id, { expand: ["payment_intent"] })).payment_intent;
const expire = (world, id) => world.stripe.checkout.sessions.expire(id);

/** What was told, from old to new, of sessions and of the intents that they made. */
async function told(world) {
    const { data } = await world.stripe.events.list({ limit: 100 });
    const types = data.map(({ type }) => type).toReversed();
    return types.filter((type) => /^(checkout|payment_intent)/.test(type));
}

/** A control call that must be refused; gives its status. */
async function refusedAt(world, name, body) {
    const path = `/_control/${name}`;
    const { status, text } = await world.raw("POST", path, { body: JSON.stringify(body) });
    assert.ok(status >= 400, `was not refused: ${text.slice(0, 200)}`);
    return status;
}

/** A browser's call of the session's page. */
async function page(world, id, form) {
    const response = await fetch(`${world.standIn.url}/practice/checkout/${id}`, {
        method: form ? "POST" : "GET",
        body: form && new URLSearchParams(form),
        redirect: "manual",
    });
    const to = response.headers.get("location");
    return { status: response.status, to, text: await response.text() };
}

expect("S1", "a session sells its lines, for their sum", async (world) => {
    const made = await world.session({ client_reference_id: "cart-1", metadata: { a: "b" } });
    assert.match(made.id, /^cs_test_/);
    assert.deepEqual(
        [made.object, made.mode, made.status],
        ["checkout.session", "payment", "open"],
    );
    assert.deepEqual([made.amount_total, made.currency], [1250, "eur"]);
    assert.deepEqual([made.client_reference_id, made.metadata.a], ["cart-1", "b"]);
    assert.deepEqual([made.payment_status, made.livemode], ["unpaid", false]);
});

expect("S1 C2 C3", "a session's wrong parameters are refused and named", async (world) => {
    const price = { currency: "eur", unit_amount: 500, product_data: { name: "Soup" } };
    const line = { quantity: 1, price_data: price };
    const dollars = { ...line, price_data: { ...price, currency: "usd" } };
    const wrong = [
        [{ tip: 5 }, "tip"],
        [{ mode: "subscription" }, "mode"],
        [{ mode: undefined }, "mode"],
        [{ line_items: undefined }, "line_items"],
        [{ line_items: [{ ...line, tip: 1 }] }, "line_items[0][tip]"],
        [{ line_items: [{ ...line, quantity: 0 }] }, "line_items[0][quantity]"],
        [{ line_items: [{ quantity: 1 }] }, "line_items[0][price_data]"],
        [{ line_items: [line, dollars] }, "line_items"],
        [{ line_items: Array.from({ length: 101 }, () => line) }, "line_items"],
        [
            { line_items: [{ quantity: 1, price_data: { ...price, unit_amount: 49 } }] },
            "line_items",
        ],
        [{ payment_intent_data: { amount: 5 } }, "payment_intent_data[amount]"],
        [
            { payment_intent_data: { capture_method: "later" } },
            "payment_intent_data[capture_method]",
        ],
        [{ customer_email: "nobody" }, "customer_email"],
        [{ ui_mode: "embedded" }, "ui_mode"],
    ];
    for (const [given, param] of wrong) {
        const error = await world.refusal(world.session(given));
        assert.deepEqual([error.statusCode, error.param], [400, param]);
    }
    assert.deepEqual(await told(world), []);
});

expect("S2", "a page of Stripe's has an address as long as it is open", async (world) => {
    const made = await world.session();
    assert.deepEqual([made.ui_mode, made.client_secret], ["hosted_page", null]);
    assert.ok(made.url.startsWith(`${world.standIn.url}/`));
    await world.paySession(made.id);
    assert.equal((await read(world, made.id)).url, null);
});

expect("S2", "an embedded page has a secret of its own, and no address", async (world) => {
    const made = await world.session(EMBEDDED);
    const other = await world.session(EMBEDDED);
    assert.deepEqual([made.url, made.return_url, made.success_url], [null, BACK, null]);
    assert.ok(made.client_secret.startsWith(`${made.id}_secret_`));
    assert.notEqual(
        made.client_secret.split("_secret_")[1],
        other.client_secret.split("_secret_")[1],
    );
});

expect("S2", "each kind of page names where the customer comes back to", async (world) => {
    const wrong = [
        [{ success_url: undefined }, "success_url"],
        [{ success_url: "nowhere" }, "success_url"],
        [{ return_url: BACK }, "return_url"],
        [{ ...EMBEDDED, return_url: undefined }, "return_url"],
        [{ ...EMBEDDED, success_url: BACK }, "success_url"],
    ];
    for (const [given, param] of wrong) {
        assert.equal((await world.refusal(world.session(given))).param, param);
    }
});

expect("S3", "a session makes its intent when the customer pays, not before", async (world) => {
    const made = await world.session();
    assert.equal(made.payment_intent, null);
    assert.equal((await world.stripe.paymentIntents.list()).data.length, 0);
    await world.advance(60);
    await world.paySession(made.id);
    const intent = await intentOf(world, made.id);
    assert.deepEqual([intent.amount, intent.currency], [1250, "eur"]);
    assert.equal(intent.created, START + 60);
});

expect("S3 P5", "a decline leaves the session open, and its intent pays later", async (world) => {
    const { id } = await world.session();
    const declined = { session: id, payment_method: "pm_card_visa_chargeDeclined" };
    assert.equal(await refusedAt(world, "pay_session", declined), 402);
    const { status, payment_intent: first } = await read(world, id);
    assert.equal(status, "open");
    await world.paySession(id);
    const paid = await read(world, id);
    assert.deepEqual([paid.status, paid.payment_intent], ["complete", first]);
    assert.deepEqual(await world.moves(), ["hold 1250"]);
});

expect("S4 P3", "the intent is what payment_intent_data says: held, not taken", async (world) => {
    const { id } = await world.session({ metadata: { of: "the session" } });
    await world.paySession(id);
    const intent = await intentOf(world, id);
    assert.deepEqual([intent.capture_method, intent.status], ["manual", "requires_capture"]);
    assert.deepEqual(intent.metadata, { order: "o1" });
    assert.deepEqual(await world.moves(), ["hold 1250"]);
});

expect(
    "S4 P2",
    "without capture_method the session's customer is charged at once",
    async (world) => {
        const { id } = await world.session({ payment_intent_data: undefined });
        await world.paySession(id);
        assert.equal((await read(world, id)).payment_status, "paid");
        assert.deepEqual(await world.moves(), ["hold 1250", "capture 1250"]);
    },
);

expect(
    "S5",
    "a session ends 30 minutes to 24 hours ahead, 24 if nothing is said",
    async (world) => {
        assert.equal((await world.session()).expires_at, START + DAY);
        for (const seconds of [0, HALF_HOUR - 1, DAY + 1]) {
            const error = await world.refusal(world.session({ expires_at: START + seconds }));
            assert.equal(error.param, "expires_at");
        }
        for (const seconds of [HALF_HOUR, DAY]) {
            await world.session({ expires_at: START + seconds });
        }
    },
);

expect("S5 S7", "a session ends by itself at its time, and not before", async (world) => {
    const { id } = await world.session({ expires_at: START + HALF_HOUR });
    await world.advance(HALF_HOUR - 1);
    assert.equal((await read(world, id)).status, "open");
    await world.advance(1);
    const ended = await read(world, id);
    assert.deepEqual([ended.status, ended.url, ended.payment_intent], ["expired", null, null]);
});

expect(
    "S6",
    "a session is complete when its money is held, and paid when it is taken",
    async (world) => {
        const { id } = await world.session();
        await world.paySession(id);
        const held = await read(world, id);
        assert.deepEqual([held.status, held.payment_status], ["complete", "unpaid"]);
        await world.stripe.paymentIntents.capture(held.payment_intent);
        assert.equal((await read(world, id)).payment_status, "paid");
    },
);

expect("S6", "a session is paid once", async (world) => {
    const { id } = await world.session();
    await world.paySession(id);
    await refusedAt(world, "pay_session", { session: id });
    assert.deepEqual(await world.moves(), ["hold 1250"]);
    await world.advance(DAY);
    assert.equal((await read(world, id)).status, "complete");
});

expect("S7", "an expired session is not paid", async (world) => {
    const one = await world.session();
    const two = await world.session({ expires_at: START + HALF_HOUR });
    assert.equal((await expire(world, one.id)).status, "expired");
    await world.advance(HALF_HOUR);
    for (const { id } of [one, two]) {
        await refusedAt(world, "pay_session", { session: id });
        assert.equal((await page(world, id, { number: "4242424242424242" })).to, null);
        assert.equal((await read(world, id)).payment_intent, null);
    }
    assert.deepEqual(await world.moves(), []);
});

expect("S7", "only an open session is expired", async (world) => {
    const { id } = await world.session();
    await world.paySession(id);
    const other = await world.session();
    await expire(world, other.id);
    for (const over of [id, other.id]) {
        assert.equal((await world.refusal(expire(world, over))).statusCode, 400);
    }
    assert.equal((await intentOf(world, id)).status, "requires_capture");
    assert.equal((await world.refusal(expire(world, "cs_test_none"))).code, "resource_missing");
});

expect("S7 S8", "a session that expires takes its intent with it", async (world) => {
    const ask = "pm_card_authenticationRequired";
    const { id } = await world.session();
    const other = await world.session({ expires_at: START + HALF_HOUR });
    for (const one of [id, other.id]) await world.paySession(one, ask);
    assert.equal((await read(world, id)).status, "open");
    await expire(world, id);
    await world.advance(HALF_HOUR);
    for (const one of [id, other.id]) {
        const intent = await intentOf(world, one);
        assert.equal(intent.status, "canceled");
        const answer = { payment_intent: intent.id, right: true };
        assert.equal(await refusedAt(world, "authenticate", answer), 400);
    }
    assert.deepEqual(await world.moves(), []);
});

expect("S8", "its intent is neither confirmed nor cancelled while it is open", async (world) => {
    const { id } = await world.session();
    await world.paySession(id, "pm_card_authenticationRequired");
    const { id: intent, client_secret: secret } = await intentOf(world, id);
    const { paymentIntents } = world.stripe;
    const page = world.client("pk_test_conformance").paymentIntents;
    const payment = { client_secret: secret, payment_method_data: { type: "card" } };
    payment.payment_method_data.card = {
        number: "4242424242424242",
        exp_month: 12,
        exp_year: 2034,
        cvc: "123",
    };
    const tried = [world.pay(intent), page.confirm(intent, payment), paymentIntents.cancel(intent)];
    for (const call of tried) {
        assert.equal((await world.refusal(call)).payment_intent.id, intent);
    }
    await world.control("authenticate", { payment_intent: intent, right: true });
    assert.equal((await read(world, id)).status, "complete");
    assert.equal((await paymentIntents.cancel(intent)).status, "canceled");
});

expect("S9 V1", "what is told of a session, paid or expired", async (world) => {
    const { id } = await world.session();
    await world.paySession(id);
    await expire(world, (await world.session()).id);
    assert.deepEqual(await told(world), [
        "payment_intent.created",
        "payment_intent.amount_capturable_updated",
        "checkout.session.completed",
        "checkout.session.expired",
    ]);
    const { data } = await world.stripe.events.list({ type: "checkout.session.completed" });
    const { object } = data[0].data;
    assert.deepEqual([object.id, object.status, object.payment_status], [id, "complete", "unpaid"]);
});

expect("S9 W1 W7", "a session's events are signed and sent as others are", async (world) => {
    const { seen, secret } = await world.receiver(() => 200, ["checkout.session.*"]);
    const paid = await world.session();
    const { id } = await world.session();
    await world.paySession(paid.id);
    await world.drain();
    const events = [world.verified(seen[0], secret)];
    await world.advance(DAY);
    events.push(world.verified(seen[1], secret));
    assert.deepEqual(
        events.map(({ type, data }) => [type, data.object.id]),
        [
            ["checkout.session.completed", paid.id],
            ["checkout.session.expired", id],
        ],
    );
    assert.equal(seen.length, 2);
});

expect("S9 P1", "a slow bank completes the session before it says yes or no", async (world) => {
    for (const declines of [false, true]) {
        await world.fault("slow_bank", { seconds: 40, declines });
        const { id } = await world.session();
        await world.paySession(id);
        const waiting = await read(world, id);
        assert.deepEqual([waiting.status, waiting.payment_status], ["complete", "unpaid"]);
        await world.advance(40);
    }
    const types = (await told(world)).filter((type) => type.startsWith("checkout"));
    assert.deepEqual(types, [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.async_payment_failed",
    ]);
});

expect("S10 L1 L2", "sessions are listed, by status, intent and time too", async (world) => {
    const ids = [];
    for (let at = 0; at < 4; at++) {
        ids.push((await world.session()).id);
        await world.advance(1);
    }
    await world.paySession(ids[1]);
    await expire(world, ids[2]);
    const { payment_intent: intent } = await read(world, ids[1]);
    const listed = async (params) =>
        (await world.stripe.checkout.sessions.list(params)).data.map(({ id }) => id);
    assert.deepEqual(await listed({}), ids.toReversed());
    assert.deepEqual(await listed({ limit: 2, starting_after: ids[3] }), [ids[2], ids[1]]);
    assert.deepEqual(await listed({ status: "open" }), [ids[3], ids[0]]);
    assert.deepEqual(await listed({ status: "expired" }), [ids[2]]);
    assert.deepEqual(await listed({ payment_intent: intent }), [ids[1]]);
    assert.deepEqual(await listed({ created: { lte: START } }), [ids[0]]);
});

expect("S10 P15", "a session is read with its lines and its intent in it", async (world) => {
    const { id } = await world.session();
    const bare = await read(world, id, { expand: ["payment_intent"] });
    assert.deepEqual([bare.payment_intent, bare.line_items], [null, undefined]);
    await world.paySession(id);
    const whole = await read(world, id, { expand: ["line_items", "payment_intent"] });
    assert.equal(whole.payment_intent.status, "requires_capture");
    const lines = await world.stripe.checkout.sessions.listLineItems(id);
    assert.deepEqual(lines.data, whole.line_items.data);
    assert.deepEqual(
        lines.data.map(({ description, quantity, amount_total: amount }) => [
            description,
            quantity,
            amount,
        ]),
        [
            ["Bread & butter", 1, 450],
            ["Soup", 2, 800],
        ],
    );
    await world.refusal(read(world, id, { expand: ["customer"] }));
});

expect("S3 I1 I2", "the same key makes one session, and ends one", async (world) => {
    const options = { idempotencyKey: "session-1" };
    const made = await world.session({}, options);
    assert.equal((await world.session({}, options)).id, made.id);
    const error = await world.refusal(world.session({ metadata: { a: "b" } }, options));
    assert.equal(error.type, "StripeIdempotencyError");
    const { sessions } = world.stripe.checkout;
    assert.equal((await sessions.list()).data.length, 1);
    for (let times = 0; times < 2; times++) {
        const ended = await sessions.expire(made.id, {}, { idempotencyKey: "expire-1" });
        assert.equal(ended.status, "expired");
    }
    assert.deepEqual(await told(world), ["checkout.session.expired"]);
});

expect(
    "S2 S3",
    "a browser pays on the session's page and goes where the session says",
    async (world) => {
        const { id, url } = await world.session();
        assert.equal(url, `${world.standIn.url}/practice/checkout/${id}`);
        const shown = await page(world, id);
        assert.match(shown.text, /Practice/);
        assert.match(shown.text, /1 × Bread &amp; butter/);
        const declined = await page(world, id, { number: "4000000000009995" });
        assert.equal(declined.status, 402);
        assert.match(declined.text, /insufficient funds/);
        const paid = await page(world, id, { number: "4242424242424242", email: "a@b.example" });
        const thanks = `https://stall.example/thanks?session=${id}`;
        assert.deepEqual([paid.status, paid.to], [303, thanks]);
        assert.equal((await page(world, id, { number: "4242424242424242" })).to, thanks);
        assert.equal((await read(world, id)).customer_details.email, "a@b.example");
        assert.deepEqual(await world.moves(), ["hold 1250"]);
    },
);

expect("S2 P6", "a browser whose bank asks is sent there and comes back paid", async (world) => {
    const { id } = await world.session({ customer_email: "a@b.example" });
    const { to } = await page(world, id, { number: "4000002760003184" });
    assert.match(to, /^\/practice\/bank\//);
    const body = new URLSearchParams({ right: "true" });
    const options = { method: "POST", body, redirect: "manual" };
    const answered = await fetch(world.standIn.url + to, options);
    const back = new URL(answered.headers.get("location"));
    assert.equal(back.pathname, `/practice/checkout/${id}`);
    assert.equal((await page(world, id)).to, `https://stall.example/thanks?session=${id}`);
    assert.equal((await read(world, id)).customer_details.email, "a@b.example");
});
