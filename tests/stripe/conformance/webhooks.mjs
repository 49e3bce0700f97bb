// Webhooks, verified by the official library.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { StandIn } from "../stand_in.mjs";
import { expect } from "./judge.mjs";
import { DAY } from "./world.mjs";

const typesOf = (seen) => seen.map(({ body }) => JSON.parse(body).type);

expect("W1", "each webhook is signed, and the official library takes it", async (world) => {
    const { seen, secret } = await world.receiver();
    await world.held();
    await world.drain();
    assert.equal(seen.length, 3);
    const events = seen.map((one) => world.verified(one, secret));
    const listed = (await world.stripe.events.list()).data.toReversed();
    assert.deepEqual(
        events.map(({ id, data }) => ({ id, data })),
        listed.map(({ id, data }) => ({ id, data })),
    );
});

expect("W1", "the signature is over the raw body, with the whole secret", async (world) => {
    const { seen, secret } = await world.receiver();
    await world.intent();
    await world.drain();
    const [{ body, header }] = seen;
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64}),/.exec(header);
    assert.equal(createHmac("sha256", secret).update(`${t}.${body}`).digest("hex"), v1);
    assert.throws(() => world.verified({ header, body: body.replace("1250", "1251") }, secret));
    assert.throws(() => world.verified({ header, body: JSON.stringify(JSON.parse(body)) }, secret));
});

expect("W1", "a signature that is known", async () => {
    const { account, webhooks } = new StandIn({ now: 1_700_000_000 });
    const params = { url: "http://127.0.0.1/", enabled_events: ["*"] };
    const endpoint = account.endpoints.create(params, "whsec_test");
    const header = webhooks.sign('{"id":"evt_1"}', endpoint);
    const v1 = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
    assert.ok(header.startsWith(`t=1700000000,v1=${v1},v0=`), header);
});

expect("W2", "there is a v0 that fits nothing", async (world) => {
    const { seen, secret } = await world.receiver();
    await world.intent();
    await world.drain();
    const [, v0] = /,v0=([0-9a-f]{64})$/.exec(seen[0].header);
    assert.ok(!seen[0].header.includes(`v1=${v0}`));
    const only = { body: seen[0].body, header: seen[0].header.replace(/v1=\w+,/, "") };
    assert.throws(() => world.verified(only, secret), /No signatures found/);
});

expect("W3", "an old signature is refused, and each attempt is signed anew", async (world) => {
    const { seen, secret } = await world.receiver((attempt) => (attempt < 3 ? 503 : 200));
    await world.intent();
    await world.drain();
    await world.advance(660);
    assert.equal(seen.length, 3);
    assert.throws(() => world.verified(seen[0], secret), /tolerance/);
    assert.equal(world.verified(seen[2], secret).type, "payment_intent.created");
    assert.equal(seen[0].body, seen[2].body);
});

expect("W4", "while a secret is rolled both sign, then the new one alone", async (world) => {
    const { seen, endpoint, secret: old } = await world.receiver();
    const { secret } = await world.control("roll", { endpoint: endpoint.id, overlap: DAY });
    await world.intent();
    await world.drain();
    assert.equal(seen[0].header.match(/v1=/g).length, 2);
    for (const one of [old, secret]) world.verified(seen[0], one);
    await world.advance(DAY);
    await world.intent();
    await world.drain();
    world.verified(seen[1], secret);
    assert.throws(() => world.verified(seen[1], old));
});

expect("W5", "webhooks come twice, late, in another order, or not", async (world) => {
    const { seen } = await world.receiver();
    const type = "payment_intent.created";
    await world.fault("webhook_duplicate", { match: { type } });
    await world.intent();
    await world.drain();
    assert.deepEqual(typesOf(seen), [type, type]);
    assert.equal(seen[0].body, seen[1].body);

    await world.fault("webhook_reorder", { match: { type } });
    await world.held();
    await world.drain();
    assert.deepEqual(typesOf(seen.slice(2, 4)), ["charge.succeeded", type]);

    const before = seen.length;
    await world.fault("webhook_delay", { seconds: 90, match: { type } });
    await world.intent();
    await world.drain();
    assert.equal(seen.length, before);
    await world.advance(90);
    assert.equal(seen.length, before + 1);

    await world.fault("webhook_drop", { match: { type } });
    await world.intent();
    await world.advance(DAY);
    assert.equal(seen.length, before + 1);
    const late = await world.stripe.events.list({ delivery_success: false });
    assert.deepEqual([late.data.length, late.data[0].type], [1, type]);
});

expect("W6", "three times more in test mode, then no more; a redirect is none", async (world) => {
    for (const status of [500, 302, 404]) {
        const { seen, endpoint } = await world.receiver(() => status);
        await world.intent();
        await world.drain();
        for (let day = 0; day < 4; day++) await world.advance(DAY);
        assert.equal(seen.length, 4);
        await world.stripe.webhookEndpoints.del(endpoint.id);
    }
});

expect("W7", "an endpoint gets what it enabled, while it is enabled", async (world) => {
    const { seen, endpoint } = await world.receiver(undefined, ["charge.captured"]);
    await world.captured();
    await world.drain();
    assert.deepEqual(typesOf(seen), ["charge.captured"]);
    await world.stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
    await world.captured();
    await world.drain();
    assert.equal(seen.length, 1);
});

expect("W8", "an endpoint's secret is told once", async (world) => {
    const { endpoint } = await world.receiver();
    assert.match(endpoint.secret, /^whsec_\w{32}$/);
    assert.ok(!("secret" in (await world.stripe.webhookEndpoints.retrieve(endpoint.id))));
});

expect("W1", "nothing is sent to another machine", async (world) => {
    const params = { url: "https://stall.example/webhooks/stripe", enabled_events: ["*"] };
    const error = await world.refusal(world.stripe.webhookEndpoints.create(params));
    assert.equal(error.param, "url");
});
