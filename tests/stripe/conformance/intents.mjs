// PaymentIntents.
import assert from "node:assert/strict";
import { expect } from "./judge.mjs";
import { DAY } from "./world.mjs";

const statusOf = async (world, id) => (await world.stripe.paymentIntents.retrieve(id)).status;

expect("P1", "a new intent waits for a way to pay, and has a secret of its own", async (world) => {
    const one = await world.intent();
    const two = await world.intent();
    assert.equal(one.status, "requires_payment_method");
    assert.equal(one.livemode, false);
    assert.ok(one.client_secret.startsWith(`${one.id}_secret_`));
    assert.notEqual(one.client_secret.split("_secret_")[1], two.client_secret.split("_secret_")[1]);
});

expect("P1", "an intent with a way to pay waits to be confirmed", async (world) => {
    const { id, status } = await world.intent({ payment_method: "pm_card_visa" });
    assert.equal(status, "requires_confirmation");
    const params = { return_url: "https://stall.example/back" };
    const held = await world.stripe.paymentIntents.confirm(id, params);
    assert.equal(held.status, "requires_capture");
});

expect("P2", "without capture_method the customer is charged at once", async (world) => {
    const { capture_method: method, id } = await world.intent({ capture_method: undefined });
    assert.equal(method, "automatic_async");
    const paid = await world.pay(id);
    assert.deepEqual([paid.status, paid.amount_received], ["succeeded", 1250]);
});

expect("P3", "paid by hand-capture, it is held and nothing is taken", async (world) => {
    const held = await world.held();
    assert.equal(held.status, "requires_capture");
    assert.equal(held.capture_method, "manual");
    assert.deepEqual([held.amount_capturable, held.amount_received], [1250, 0]);
    assert.deepEqual(await world.moves(), ["hold 1250"]);
});

expect("P4", "the charge is found by latest_charge", async (world) => {
    const held = await world.held();
    assert.ok(!("charges" in held));
    const charge = await world.stripe.charges.retrieve(held.latest_charge);
    assert.deepEqual([charge.payment_intent, charge.captured], [held.id, false]);
});

expect("P5 E2 T1", "a decline goes back, and another card pays", async (world) => {
    const declines = {
        pm_card_visa_chargeDeclined: "generic_decline",
        pm_card_visa_chargeDeclinedInsufficientFunds: "insufficient_funds",
        pm_card_visa_chargeDeclinedLostCard: "lost_card",
        pm_card_visa_chargeDeclinedStolenCard: "stolen_card",
    };
    const { id } = await world.intent();
    for (const [method, code] of Object.entries(declines)) {
        const error = await world.refusal(world.pay(id, method));
        assert.deepEqual([error.type, error.statusCode], ["StripeCardError", 402]);
        assert.deepEqual([error.code, error.decline_code], ["card_declined", code]);
        assert.equal(error.payment_intent.status, "requires_payment_method");
        const after = await world.stripe.paymentIntents.retrieve(id);
        assert.equal(after.last_payment_error.decline_code, code);
    }
    assert.equal((await world.pay(id)).status, "requires_capture");
    assert.deepEqual(await world.moves(), ["hold 1250"]);
});

expect("P6 T1", "a bank that asks and is answered rightly holds the money", async (world) => {
    for (const method of ["pm_card_authenticationRequired", "pm_card_threeDSecure2Required"]) {
        const asked = await world.held({}, method);
        assert.equal(asked.status, "requires_action");
        assert.equal(asked.next_action.type, "redirect_to_url");
        assert.equal(asked.amount_capturable, 0);
        await world.control("authenticate", { payment_intent: asked.id, right: true });
        assert.equal(await statusOf(world, asked.id), "requires_capture");
    }
});

expect("P6 P5", "a bank that is answered wrongly sends the intent back", async (world) => {
    const { id } = await world.held({}, "pm_card_authenticationRequired");
    await world.control("authenticate", { payment_intent: id, right: false });
    const after = await world.stripe.paymentIntents.retrieve(id);
    assert.equal(after.status, "requires_payment_method");
    assert.equal(after.last_payment_error.code, "payment_intent_authentication_failure");
});

expect("P7", "a hold is captured whole", async (world) => {
    const { id } = await world.held();
    const taken = await world.stripe.paymentIntents.capture(id);
    assert.equal(taken.status, "succeeded");
    assert.deepEqual([taken.amount_received, taken.amount_capturable], [1250, 0]);
    assert.deepEqual(await world.moves(), ["hold 1250", "capture 1250"]);
});

expect("P7", "a hold is captured in part, and the rest released", async (world) => {
    const { id } = await world.held();
    const taken = await world.stripe.paymentIntents.capture(id, { amount_to_capture: 900 });
    assert.deepEqual([taken.amount, taken.amount_received], [1250, 900]);
    assert.deepEqual(await world.moves(), ["hold 1250", "capture 900", "release 350"]);
});

expect("P7 P11", "nothing is captured a second time", async (world) => {
    const { id } = await world.held();
    const capture = () => world.stripe.paymentIntents.capture(id, { amount_to_capture: 300 });
    await capture();
    const error = await world.refusal(capture());
    assert.equal(error.statusCode, 400);
    assert.equal(error.payment_intent.amount_received, 300);
    assert.deepEqual(await world.moves(), ["hold 1250", "capture 300", "release 950"]);
});

expect("P7", "no more than the hold is captured", async (world) => {
    const { id } = await world.held();
    const more = world.stripe.paymentIntents.capture(id, { amount_to_capture: 1251 });
    assert.equal((await world.refusal(more)).statusCode, 400);
    assert.equal(await statusOf(world, id), "requires_capture");
    assert.deepEqual(await world.moves(), ["hold 1250"]);
});

expect("P7", "nothing is captured that is not held", async (world) => {
    const { id } = await world.intent();
    const error = await world.refusal(world.stripe.paymentIntents.capture(id));
    assert.equal(error.payment_intent.status, "requires_payment_method");
});

expect("P8", "a hold ends at capture_before, after seven days, and not before", async (world) => {
    const held = await world.held();
    const { payment_method_details: details } = await world.stripe.charges.retrieve(
        held.latest_charge,
    );
    assert.equal(details.card.capture_before, held.created + 7 * DAY);
    await world.advance(7 * DAY - 1);
    assert.equal(await statusOf(world, held.id), "requires_capture");
    await world.advance(1);
    const ended = await world.stripe.paymentIntents.retrieve(held.id);
    assert.equal(ended.status, "canceled");
    assert.equal(ended.canceled_at, held.created + 7 * DAY);
    assert.equal(ended.amount_capturable, 0);
    assert.deepEqual(await world.moves(), ["hold 1250", "release 1250"]);
    await world.refusal(world.stripe.paymentIntents.capture(held.id));
});

expect("P15", "an intent is read with its charge in it, which says when it ends", async (world) => {
    const { id, created, latest_charge: charge } = await world.held();
    const whole = await world.stripe.paymentIntents.retrieve(id, { expand: ["latest_charge"] });
    assert.equal(whole.latest_charge.id, charge);
    const { card } = whole.latest_charge.payment_method_details;
    assert.equal(card.capture_before, created + 7 * DAY);
    const unpaid = await world.intent();
    const bare = await world.stripe.paymentIntents.retrieve(unpaid.id, {
        expand: ["latest_charge"],
    });
    assert.equal(bare.latest_charge, null);
    await world.advance(7 * DAY);
    const ended = await world.stripe.paymentIntents.retrieve(id);
    assert.equal(ended.cancellation_reason, "automatic");
});

expect("P8", "a hold that was captured does not end", async (world) => {
    const { id } = await world.captured();
    await world.advance(8 * DAY);
    assert.equal(await statusOf(world, id), "succeeded");
});

expect("P9", "an intent is cancelled from each state before the money", async (world) => {
    const ask = "pm_card_authenticationRequired";
    for (const made of [world.intent(), world.held({}, ask), world.held()]) {
        const { id } = await made;
        const ended = await world.stripe.paymentIntents.cancel(id);
        assert.deepEqual([ended.status, ended.amount_capturable], ["canceled", 0]);
        assert.equal(ended.canceled_at * 1000, world.nowMs);
    }
    assert.deepEqual(await world.moves(), ["hold 1250", "release 1250"]);
});

expect("P10", "a cancellation's reason is one of four", async (world) => {
    for (const reason of ["duplicate", "fraudulent", "requested_by_customer", "abandoned"]) {
        const { id } = await world.intent();
        const params = { cancellation_reason: reason };
        const ended = await world.stripe.paymentIntents.cancel(id, params);
        assert.equal(ended.cancellation_reason, reason);
    }
    const { id } = await world.intent();
    const other = world.stripe.paymentIntents.cancel(id, { cancellation_reason: "automatic" });
    assert.equal((await world.refusal(other)).param, "cancellation_reason");
});

expect("P11", "what is over is not cancelled, and the error shows it", async (world) => {
    const cancelled = await world.intent();
    await world.stripe.paymentIntents.cancel(cancelled.id);
    for (const { id } of [cancelled, await world.captured()]) {
        const error = await world.refusal(world.stripe.paymentIntents.cancel(id));
        assert.equal(error.statusCode, 400);
        assert.equal(error.payment_intent.status, await statusOf(world, id));
    }
});

expect("P12", "the amount changes until the hold, not after", async (world) => {
    const { id } = await world.intent();
    const { paymentIntents } = world.stripe;
    assert.equal((await paymentIntents.update(id, { amount: 1500 })).amount, 1500);
    assert.equal((await world.pay(id)).amount_capturable, 1500);
    await world.refusal(paymentIntents.update(id, { amount: 1600 }));
    assert.equal((await paymentIntents.update(id, { metadata: { a: "b" } })).metadata.a, "b");
});

expect("P13", "a page left open can pay until the intent is cancelled", async (world) => {
    const { id } = await world.intent();
    await world.advance(5 * DAY);
    assert.equal((await world.pay(id)).status, "requires_capture");
    const other = await world.intent();
    await world.stripe.paymentIntents.cancel(other.id);
    await world.refusal(world.pay(other.id));
});

expect(
    "P14",
    "a server that confirms names a return_url, where ways may redirect",
    async (world) => {
        const confirm = (id) =>
            world.stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" });
        const error = await world.refusal(confirm((await world.intent()).id));
        assert.equal(error.param, "return_url");
        const never = { enabled: true, allow_redirects: "never" };
        const { id } = await world.intent({ automatic_payment_methods: never });
        assert.equal((await confirm(id)).status, "requires_capture");
    },
);

expect("P1", "a slow bank leaves the intent processing", async (world) => {
    await world.fault("slow_bank", { seconds: 40 });
    const { id, status } = await world.held();
    assert.equal(status, "processing");
    await world.advance(40);
    assert.equal(await statusOf(world, id), "requires_capture");
});

expect("P5", "a slow bank may say no, and another card pays then", async (world) => {
    await world.fault("slow_bank", { seconds: 40, declines: true });
    const { id } = await world.held();
    await world.advance(40);
    const { status, last_payment_error: error } = await world.stripe.paymentIntents.retrieve(id);
    assert.equal(status, "requires_payment_method");
    assert.equal(error.decline_code, "generic_decline");
    assert.deepEqual(await world.moves(), []);
    assert.equal((await world.pay(id)).status, "requires_capture");
});

expect("P6", "a bank that was answered may still be slow", async (world) => {
    const { id } = await world.held({}, "pm_card_authenticationRequired");
    await world.fault("slow_bank", { seconds: 40 });
    await world.control("authenticate", { payment_intent: id, right: true });
    assert.equal(await statusOf(world, id), "processing");
    await world.advance(40);
    assert.equal(await statusOf(world, id), "requires_capture");
});
