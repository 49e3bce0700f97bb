// Events.
import assert from "node:assert/strict";
import { expect } from "./judge.mjs";
import { DAY } from "./world.mjs";

const typesOf = async (world, params = {}) =>
    (await world.stripe.events.list({ limit: 100, ...params })).data
        .map(({ type }) => type)
        .toReversed();

expect("V1", "an event shows its object as it was", async (world) => {
    const { id } = await world.captured();
    const { data } = await world.stripe.events.list();
    const created = data.at(-1);
    assert.deepEqual(
        [created.object, created.type, created.api_version, created.livemode],
        ["event", "payment_intent.created", "2026-10-28.endive", false],
    );
    assert.deepEqual(
        [created.data.object.id, created.data.object.status],
        [id, "requires_payment_method"],
    );
    const held = data.find(({ type }) => type === "payment_intent.amount_capturable_updated");
    assert.equal(held.data.object.amount_capturable, 1250);
});

expect("V1", "an event is found by its id", async (world) => {
    await world.intent();
    const [event] = (await world.stripe.events.list()).data;
    assert.deepEqual((await world.stripe.events.retrieve(event.id)).data, event.data);
});

expect("V2", "an event names the call and the key that caused it, if one did", async (world) => {
    const { lastResponse, id } = await world.intent({}, { idempotencyKey: "create-1" });
    const [created] = (await world.stripe.events.list()).data;
    const request = { id: lastResponse.requestId, idempotency_key: "create-1" };
    assert.deepEqual(created.request, request);
    await world.pay(id);
    await world.advance(7 * DAY);
    const [ended] = (await world.stripe.events.list()).data;
    assert.deepEqual(ended.request, { id: null, idempotency_key: null });
});

expect("V3", "what is told of a payment", async (world) => {
    await world.captured();
    assert.deepEqual(await typesOf(world), [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]);
});

expect("V3", "what is told of a decline, a question, a cancellation and an end", async (world) => {
    const { id } = await world.intent();
    await world.refusal(world.pay(id, "pm_card_visa_chargeDeclined"));
    await world.pay(id, "pm_card_authenticationRequired");
    await world.stripe.paymentIntents.cancel(id);
    const told = await typesOf(world);
    for (const word of ["payment_failed", "requires_action", "canceled"]) {
        assert.ok(told.includes(`payment_intent.${word}`), word);
    }
    await world.held();
    await world.advance(7 * DAY);
    assert.deepEqual((await typesOf(world)).slice(-2), [
        "charge.expired",
        "payment_intent.canceled",
    ]);
});

expect("V4", "what is told of refunds", async (world) => {
    const { id } = await world.captured({}, "pm_card_refundFail");
    await world.stripe.refunds.create({ payment_intent: id });
    await world.advance(DAY);
    assert.deepEqual((await typesOf(world)).slice(-4), [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "refund.failed",
    ]);
});

expect("D1 D2", "what is told of a dispute", async (world) => {
    const { id } = await world.captured();
    const dispute = await world.control("dispute", { payment_intent: id });
    await world.control("dispute_close", { dispute: dispute.id, outcome: "won" });
    assert.deepEqual(await typesOf(world, { type: "charge.dispute.*" }), [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]);
});

expect("V5", "events are listed by one type, or by some", async (world) => {
    await world.captured();
    const types = ["charge.captured", "payment_intent.created"];
    assert.deepEqual(await typesOf(world, { type: "charge.captured" }), ["charge.captured"]);
    assert.deepEqual(await typesOf(world, { types }), types.toReversed());
    const many = Array.from({ length: 21 }, () => "charge.captured");
    for (const params of [{ type: types[0], types }, { types: many }]) {
        assert.equal((await world.refusal(world.stripe.events.list(params))).statusCode, 400);
    }
});

expect("V5", "events that an endpoint did not take are listed by themselves", async (world) => {
    const { endpoint } = await world.receiver((attempt) => (attempt === 1 ? 500 : 200));
    await world.held();
    await world.drain();
    assert.deepEqual(await typesOf(world, { delivery_success: false }), ["payment_intent.created"]);
    await world.advance(60);
    assert.deepEqual(await typesOf(world, { delivery_success: false }), []);
    assert.equal(endpoint.status, "enabled");
});

expect("V6", "events are gone after 30 days", async (world) => {
    await world.intent();
    await world.advance(30 * DAY);
    assert.equal((await typesOf(world)).length, 1);
    await world.advance(1);
    assert.equal((await typesOf(world)).length, 0);
});

expect("W5", "one change may be told as two events, in the list too", async (world) => {
    await world.fault("webhook_double", { match: { type: "payment_intent.created" } });
    await world.intent();
    const { data } = await world.stripe.events.list();
    assert.equal(data.length, 2);
    assert.notEqual(data[0].id, data[1].id);
    assert.deepEqual(data[0].data.object, data[1].data.object);
});
