// Idempotency.
import assert from "node:assert/strict";
import { expect } from "./judge.mjs";
import { DAY, HOUR } from "./world.mjs";

const idempotencyKey = "order-1/create";
const intentsOf = async (world) => (await world.stripe.paymentIntents.list()).data.length;

expect("I1", "the same key gives the same answer, once done", async (world) => {
    const first = await world.intent({}, { idempotencyKey });
    const second = await world.intent({}, { idempotencyKey });
    assert.equal(second.id, first.id);
    assert.equal(second.lastResponse.headers["idempotent-replayed"], "true");
    assert.equal(await intentsOf(world), 1);
});

expect(
    "I1",
    "the answer that comes again is the first one, not how things are now",
    async (world) => {
        const { id } = await world.intent({}, { idempotencyKey });
        await world.pay(id);
        assert.equal(
            (await world.intent({}, { idempotencyKey })).status,
            "requires_payment_method",
        );
    },
);

expect("I1", "an error of the state comes again", async (world) => {
    const { id } = await world.intent();
    const capture = () => world.stripe.paymentIntents.capture(id, {}, { idempotencyKey });
    await world.refusal(capture());
    await world.pay(id);
    assert.equal((await world.refusal(capture())).statusCode, 400);
    assert.equal((await world.stripe.paymentIntents.retrieve(id)).status, "requires_capture");
});

expect("I1", "a decline comes again", async (world) => {
    const { id } = await world.intent();
    const params = {
        payment_method: "pm_card_visa_chargeDeclined",
        return_url: "https://stall.example",
    };
    const confirm = () => world.stripe.paymentIntents.confirm(id, params, { idempotencyKey });
    const first = await world.refusal(confirm());
    const second = await world.refusal(confirm());
    assert.deepEqual([first.charge, second.statusCode], [second.charge, 402]);
});

expect("I1", "the order of parameters does not matter", async (world) => {
    const headers = { "Idempotency-Key": idempotencyKey };
    const bodies = ["amount=500&currency=eur", "currency=eur&amount=500"];
    for (const body of bodies) await world.raw("POST", "/v1/payment_intents", { body, headers });
    assert.equal(await intentsOf(world), 1);
});

expect("I2 E4", "other parameters under the same key are an idempotency_error", async (world) => {
    await world.intent({}, { idempotencyKey });
    const error = await world.refusal(world.intent({ amount: 1300 }, { idempotencyKey }));
    assert.deepEqual([error.type, error.statusCode], ["StripeIdempotencyError", 400]);
    assert.equal(await intentsOf(world), 1);
});

expect("I2", "another path under the same key is an idempotency_error", async (world) => {
    const { id } = await world.intent();
    await world.stripe.paymentIntents.cancel(id, {}, { idempotencyKey });
    const other = world.stripe.paymentIntents.capture(id, {}, { idempotencyKey });
    assert.equal((await world.refusal(other)).type, "StripeIdempotencyError");
});

expect("I3 E6", "while the first is under way the key is in use", async (world) => {
    await world.fault("delay", { seconds: 5 });
    const slow = world.intent({}, { idempotencyKey });
    await world.struck("delay");
    const error = await world.refusal(world.intent({}, { idempotencyKey }));
    assert.deepEqual([error.statusCode, error.code], [409, "idempotency_key_in_use"]);
    await world.advance(5);
    const { id } = await slow;
    assert.equal((await world.intent({}, { idempotencyKey })).id, id);
    assert.equal(await intentsOf(world), 1);
});

expect("I4", "parameters that do not pass leave the key free", async (world) => {
    await world.refusal(world.intent({ tip: 1 }, { idempotencyKey }));
    await world.refusal(world.intent({ amount: 1 }, { idempotencyKey }));
    assert.equal((await world.intent({}, { idempotencyKey })).amount, 1250);
});

expect("I4", "429, 401 and 409 leave the key free", async (world) => {
    for (const kind of ["rate_limit", "lock_timeout", "unauthorised", "conflict"]) {
        await world.fault(kind);
        await world.refusal(world.intent({}, { idempotencyKey }));
    }
    await world.intent({}, { idempotencyKey });
    assert.equal(await intentsOf(world), 1);
});

expect("I5", "a key is kept for just under 24 hours", async (world) => {
    const first = await world.intent({}, { idempotencyKey });
    await world.advance(DAY - 1);
    assert.equal((await world.intent({}, { idempotencyKey })).id, first.id);
});

expect("I5", "after 24 hours the same key runs again", async (world) => {
    const first = await world.intent({}, { idempotencyKey });
    await world.advance(DAY);
    assert.notEqual((await world.intent({}, { idempotencyKey })).id, first.id);
    const other = await world.stripe.refunds
        .create(
            { payment_intent: (await world.captured()).id, amount: 100 },
            { idempotencyKey: "r" },
        )
        .then(({ payment_intent: intent }) => intent);
    await world.advance(DAY + HOUR);
    await world.stripe.refunds.create(
        { payment_intent: other, amount: 100 },
        { idempotencyKey: "r" },
    );
    assert.equal((await world.moves()).filter((move) => move === "refund 100").length, 2);
});

expect("I6", "a key has at most 255 characters", async (world) => {
    await world.intent({}, { idempotencyKey: "k".repeat(255) });
    const long = world.intent({}, { idempotencyKey: "k".repeat(256) });
    assert.equal((await world.refusal(long)).statusCode, 400);
});
