// Refunds and disputes.
import assert from "node:assert/strict";
import { expect } from "./judge.mjs";
import { HOUR } from "./world.mjs";

const refund = (world, id, rest = {}) =>
    world.stripe.refunds.create({ payment_intent: id, ...rest });

expect("R1 R6", "several refunds, together what was captured", async (world) => {
    const { id } = await world.held();
    await world.stripe.paymentIntents.capture(id, { amount_to_capture: 1000 });
    await refund(world, id, { amount: 400, metadata: { wish: "w1" } });
    const rest = await refund(world, id);
    assert.deepEqual([rest.amount, rest.status], [600, "succeeded"]);
    const listed = await world.stripe.refunds.list({ payment_intent: id });
    assert.deepEqual(
        listed.data.map(({ amount }) => amount),
        [600, 400],
    );
    assert.equal(listed.data[1].metadata.wish, "w1");
    await world.refusal(refund(world, id, { amount: 1 }));
});

expect("R1", "no more is refunded than is left", async (world) => {
    const { id } = await world.captured();
    await world.refusal(refund(world, id, { amount: 1251 }));
    await refund(world, id, { amount: 1000 });
    await world.refusal(refund(world, id, { amount: 251 }));
    const moves = (await world.moves()).filter((move) => move.startsWith("refund"));
    assert.deepEqual(moves, ["refund 1000"]);
});

expect("R1", "a refund again without its key is money again", async (world) => {
    const { id } = await world.captured();
    for (const idempotencyKey of ["a", "a", "b"]) {
        await world.stripe.refunds.create({ payment_intent: id, amount: 100 }, { idempotencyKey });
    }
    assert.equal((await world.moves()).filter((move) => move === "refund 100").length, 2);
});

expect("R2 T1", "a refund may be pending, then succeed", async (world) => {
    const { id } = await world.captured({}, "pm_card_pendingRefund");
    const pending = await refund(world, id);
    assert.equal(pending.status, "pending");
    await world.advance(HOUR);
    assert.equal((await world.stripe.refunds.retrieve(pending.id)).status, "succeeded");
});

expect("R3 T1", "a refund may fail after it succeeded, and the money is back", async (world) => {
    const { id } = await world.captured({}, "pm_card_refundFail");
    const good = await refund(world, id);
    assert.equal(good.status, "succeeded");
    await world.advance(HOUR);
    const failed = await world.stripe.refunds.retrieve(good.id);
    assert.equal(failed.status, "failed");
    assert.equal((await world.moves()).at(-1), "refund_returned 1250");
    const { data } = await world.stripe.events.list({ type: "refund.failed" });
    assert.equal(data[0].data.object.id, good.id);
    assert.equal((await refund(world, id)).amount, 1250);
});

expect("R4", "a refund's reason is one of three", async (world) => {
    const { id } = await world.captured();
    for (const reason of ["duplicate", "fraudulent", "requested_by_customer"]) {
        assert.equal((await refund(world, id, { amount: 100, reason })).reason, reason);
    }
    await world.refusal(refund(world, id, { amount: 100, reason: "expired_uncaptured_charge" }));
});

expect("R5", "what was not captured is not refunded", async (world) => {
    for (const made of [world.intent(), world.held()]) {
        const { id } = await made;
        assert.equal((await world.refusal(refund(world, id))).statusCode, 400);
    }
});

expect("D1 D4", "a chargeback takes the money, and a refund is refused", async (world) => {
    const { id } = await world.captured();
    const { id: name } = await world.control("dispute", { payment_intent: id });
    const dispute = await world.stripe.disputes.retrieve(name);
    assert.deepEqual([dispute.status, dispute.is_charge_refundable], ["needs_response", false]);
    assert.equal(dispute.payment_intent, id);
    assert.equal((await world.moves()).at(-1), "withdrawn 1250");
    assert.equal((await world.refusal(refund(world, id))).statusCode, 400);
});

expect("D2", "a dispute that is won brings it back, one that is lost does not", async (world) => {
    const ends = { won: "reinstated 1250", lost: "withdrawn 1250" };
    for (const [outcome, last] of Object.entries(ends)) {
        const { id } = await world.captured();
        const dispute = await world.control("dispute", { payment_intent: id });
        await world.control("dispute_close", { dispute: dispute.id, outcome });
        assert.equal((await world.stripe.disputes.retrieve(dispute.id)).status, outcome);
        assert.equal((await world.moves()).at(-1), last);
        if (outcome === "lost") await world.refusal(refund(world, id));
        else assert.equal((await refund(world, id)).status, "succeeded");
    }
});

expect("D3", "an inquiry takes nothing", async (world) => {
    const { id } = await world.captured();
    const dispute = await world.control("dispute", { payment_intent: id, kind: "inquiry" });
    assert.deepEqual(
        [dispute.status, dispute.is_charge_refundable],
        ["warning_needs_response", true],
    );
    assert.equal((await refund(world, id)).status, "succeeded");
    const outcome = "warning_closed";
    await world.control("dispute_close", { dispute: dispute.id, outcome });
    assert.ok(!(await world.moves()).some((move) => move.startsWith("withdrawn")));
});

expect("T1 D1", "the card that is always disputed is disputed", async (world) => {
    const { id } = await world.captured({}, "pm_card_createDispute");
    await world.advance(60);
    const { data } = await world.stripe.disputes.list({ payment_intent: id });
    assert.deepEqual([data.length, data[0].reason], [1, "fraudulent"]);
});
