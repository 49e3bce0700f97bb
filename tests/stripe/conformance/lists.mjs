// Lists and their pages.
import assert from "node:assert/strict";
import { expect } from "./judge.mjs";
import { START } from "./world.mjs";

/** @count intents, a second apart; ids from old to new. */
async function intents(world, count) {
    const ids = [];
    for (let at = 0; at < count; at++) {
        ids.push((await world.intent()).id);
        await world.advance(1);
    }
    return ids;
}

const idsOf = (list) => list.data.map(({ id }) => id);

expect("L1", "newest first, ten if nothing is said", async (world) => {
    const ids = await intents(world, 12);
    const page = await world.stripe.paymentIntents.list();
    assert.deepEqual(idsOf(page), ids.slice(2).toReversed());
    assert.deepEqual([page.object, page.has_more, page.url], ["list", true, "/v1/payment_intents"]);
});

expect("L1", "a limit is from 1 to 100", async (world) => {
    for (const limit of [0, 101]) {
        const error = await world.refusal(world.stripe.paymentIntents.list({ limit }));
        assert.equal(error.param, "limit");
    }
});

expect("L2", "the official client walks all pages, each object once", async (world) => {
    const ids = await intents(world, 7);
    const walked = [];
    for await (const { id } of world.stripe.paymentIntents.list({ limit: 3 })) walked.push(id);
    assert.deepEqual(walked, ids.toReversed());
});

expect("L2 L4", "with ending_before one walks from old to new", async (world) => {
    const ids = await intents(world, 6);
    const { paymentIntents } = world.stripe;
    const first = await paymentIntents.list({ limit: 2, ending_before: ids[0] });
    assert.deepEqual([idsOf(first), first.has_more], [[ids[2], ids[1]], true]);
    const next = await paymentIntents.list({ limit: 3, ending_before: first.data[0].id });
    assert.deepEqual([idsOf(next), next.has_more], [[ids[5], ids[4], ids[3]], false]);
});

expect("L2", "never both cursors, and none that is not there", async (world) => {
    const [id] = await intents(world, 1);
    const { paymentIntents } = world.stripe;
    await world.refusal(paymentIntents.list({ starting_after: id, ending_before: id }));
    const error = await world.refusal(paymentIntents.list({ starting_after: "pi_none" }));
    assert.equal(error.code, "resource_missing");
});

expect("L3", "created says from when to when", async (world) => {
    const ids = await intents(world, 4);
    const listed = async (created) => idsOf(await world.stripe.paymentIntents.list({ created }));
    assert.deepEqual(await listed({ gte: START + 2 }), [ids[3], ids[2]]);
    assert.deepEqual(await listed({ gt: START, lt: START + 2 }), [ids[1]]);
    assert.deepEqual(await listed({ lte: START }), [ids[0]]);
    assert.deepEqual(await listed(START + 3), [ids[3]]);
    await world.refusal(world.stripe.paymentIntents.list({ created: { since: 1 } }));
});

expect("L4", "a cursor need not fit the filter", async (world) => {
    const held = await world.held();
    const { data } = await world.stripe.events.list({ type: "charge.succeeded" });
    const older = await world.stripe.events.list({
        type: "payment_intent.created",
        starting_after: data[0].id,
    });
    assert.equal(older.data[0].data.object.id, held.id);
});
