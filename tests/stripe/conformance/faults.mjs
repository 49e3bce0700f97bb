// Faults: what of a call is known, and what was done.
import assert from "node:assert/strict";
import { KINDS } from "../faults.mjs";
import { StandIn } from "../stand_in.mjs";
import { expect } from "./judge.mjs";
import { START } from "./world.mjs";

const idempotencyKey = "order-2/create";
const create = (world) => world.intent({}, { idempotencyKey });
const intentsOf = async (world) => (await world.stripe.paymentIntents.list()).data.length;

/** What is known after a fault, then what is done when the same is sent again. */
async function faultThenAgain(world, kind, { times = 1, done, type, status }) {
    await world.fault(kind, { times, match: { method: "POST" } });
    const error = await world.refusal(create(world));
    assert.equal(error.type, type, kind);
    assert.equal(error.statusCode, status, kind);
    assert.equal(await intentsOf(world), done, kind);
}

expect(
    "E8 I1",
    "a break before or after it ran looks the same, and is done once",
    async (world) => {
        // The official client asks again by itself, once, when a connection breaks: so twice.
        const type = "StripeConnectionError";
        await faultThenAgain(world, "drop_before", { times: 2, done: 0, type });
        await faultThenAgain(world, "drop_after", { times: 2, done: 1, type });
        await create(world);
        assert.equal(await intentsOf(world), 1);
    },
);

expect("E8", "the official client's own second try after a break is one deed", async (world) => {
    await world.fault("drop_after", { match: { method: "POST" } });
    assert.equal((await create(world)).status, "requires_payment_method");
    assert.equal(await intentsOf(world), 1);
});

expect("E8 I1", "an answer that never comes, whether it ran or not", async (world) => {
    for (const [at, kind] of ["hang_before", "hang_after"].entries()) {
        await world.fault(kind, { match: { method: "POST" } });
        const call = world.intent();
        await world.struck(kind);
        assert.equal(await intentsOf(world), kind === "hang_before" ? 0 : 2);
        world.standIn.server.cut(); // now the official client asks again, under the same key
        await call;
        assert.equal(await intentsOf(world), at + 1);
    }
});

expect("E8", "half of an answer", async (world) => {
    await world.fault("cut_body");
    assert.equal((await world.refusal(create(world))).type, "StripeConnectionError");
    assert.equal(await intentsOf(world), 1);
    await create(world);
    assert.equal(await intentsOf(world), 1);
});

expect("E8", "a captive portal's 200 is no answer", async (world) => {
    await faultThenAgain(world, "html", { done: 0, type: "StripeAPIError" });
    await world.fault("html");
    const { headers, text } = await world.raw("GET", "/v1/payment_intents");
    assert.match(text, /^<!doctype html>/);
    assert.equal(Date.parse(headers.get("date")), world.nowMs + 3_600_000);
});

expect("E6 C9", "429 and 409: not done", async (world) => {
    const rate = { done: 0, type: "StripeRateLimitError", status: 429 };
    await faultThenAgain(world, "rate_limit", rate);
    await faultThenAgain(world, "lock_timeout", rate);
    await faultThenAgain(world, "conflict", { done: 0, type: "StripeAPIError", status: 409 });
});

expect("E9", "lock_timeout says that asking again is right", async (world) => {
    await world.fault("lock_timeout");
    const { headers, status } = await world.raw("GET", "/v1/payment_intents");
    assert.deepEqual([status, headers.get("stripe-should-retry")], [429, "true"]);
    await world.fault("rate_limit");
    const limited = await world.raw("GET", "/v1/payment_intents");
    assert.ok(limited.headers.get("stripe-rate-limited-reason"));
});

expect("E7 I1", "500 before it ran: the same key runs it later", async (world) => {
    await faultThenAgain(world, "error_before", { done: 0, type: "StripeAPIError", status: 500 });
    await create(world);
    assert.equal(await intentsOf(world), 1);
});

expect("E7 I1", "500 after it ran: the same key tells of it later", async (world) => {
    await faultThenAgain(world, "error_after", { done: 1, type: "StripeAPIError", status: 500 });
    await create(world);
    assert.equal(await intentsOf(world), 1);
});

expect("E7 I1", "500 that is stored comes again, whether it ran or not", async (world) => {
    for (const [kind, done] of Object.entries({ error_stored: 0, error_stored_after: 1 })) {
        await world.fault(kind);
        const again = () => world.intent({}, { idempotencyKey: kind });
        for (let time = 0; time < 2; time++) {
            assert.equal((await world.refusal(again())).statusCode, 500);
        }
        assert.equal(await intentsOf(world), done);
    }
});

expect("E8", "a cut line takes calls and webhooks with it, and they come later", async (world) => {
    const { seen } = await world.receiver();
    const { id } = await world.intent();
    await world.drain();
    await world.control("internet", { cut: "gateway" });
    const error = await world.refusal(create(world));
    assert.equal(error.type, "StripeConnectionError");
    await world.control("pay", { payment_intent: id });
    await world.drain();
    assert.equal(seen.length, 1);
    await world.control("internet", {});
    await world.advance(60);
    assert.equal(seen.length, 3);
    assert.equal((await world.stripe.paymentIntents.retrieve(id)).status, "requires_capture");
});

expect("P8", "a hold can be made to end early", async (world) => {
    const { id } = await world.held();
    await world.control("expire_hold", { payment_intent: id });
    assert.equal((await world.stripe.paymentIntents.retrieve(id)).status, "canceled");
});

expect("R3", "a refund can be made to fail", async (world) => {
    const { id } = await world.captured();
    const { id: refund } = await world.stripe.refunds.create({ payment_intent: id });
    await world.control("refund", { refund, status: "failed" });
    assert.equal((await world.stripe.refunds.retrieve(refund)).status, "failed");
});

expect(
    "E8",
    "each fault is counted as it strikes, and skips and stops as it was told",
    async (world) => {
        const match = { path: "/v1/refunds" };
        await world.fault("rate_limit", { times: 2, skip: 1, match });
        await world.intent();
        const statuses = [];
        for (let time = 0; time < 4; time++) {
            statuses.push((await world.raw("GET", "/v1/refunds")).status);
        }
        assert.deepEqual(statuses, [200, 429, 429, 200]);
        const { counts } = await world.control("faults");
        assert.deepEqual(Object.keys(counts), Object.keys(KINDS));
        assert.equal(counts.rate_limit, 2);
        assert.equal(
            Object.values(counts).reduce((sum, one) => sum + one, 0),
            2,
        );
    },
);

expect(
    "E8",
    "after a reset there is nothing of before, and the clock stands still",
    async (world) => {
        const { id } = await world.captured();
        await world.fault("rate_limit", { times: null });
        await world.control("internet", { cut: "all" });
        await world.control("reset", { seed: 7, now: START });
        assert.equal(await intentsOf(world), 0);
        assert.deepEqual(await world.moves(), []);
        assert.equal((await world.captured()).id, id);
        assert.equal(world.nowMs, START * 1000);
    },
);

expect("E8", "the same seed and calls are the same run, ids, chance and journal", async () => {
    const lines = [];
    for (const seed of [5, 5, 6]) {
        const { account, faults } = new StandIn({ seed, now: 1 });
        faults.add({ kind: "webhook_drop", times: null, chance: 0.5 });
        for (let at = 0; at < 8; at++) {
            const { id } = account.intents.create({ amount: 500 + at, currency: "eur" });
            account.intents.confirm(id, { payment_method: "pm_card_visa" }, true);
        }
        lines.push(`${account.journal.lines}${faults.counts.webhook_drop}`);
    }
    assert.equal(lines[0], lines[1]);
    assert.notEqual(lines[0], lines[2]);
});
