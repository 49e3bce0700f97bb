// What chance does not come by: each scene is one gateway and one story.

import { readFile } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import { until } from "../demo/wait.mjs";
import { StandIn } from "../stripe/stand_in.mjs";
import { Pair } from "./pair.mjs";
import { KEYS, keysPut } from "./stall.mjs";

const Stripe = createRequire(new URL("../stripe/package.json", import.meta.url))("stripe");
const stripe = new Stripe(KEYS["stripe-secret-key"]);
export const SECONDS = 30;
const DAY = 24 * 3600;

export function must(isSo, words) {
    if (!isSo) throw new Error(words);
}

/** An event as the provider sends it: the status of the answer. */
function send(stall, payload, { secret = KEYS["stripe-webhook-secret"], age = 0, header } = {}) {
    const timestamp = stall.standIn.account.now - age;
    const signed = stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
    const headers = { "Stripe-Signature": header ?? signed, "Content-Type": "application/json" };
    const where = `${stall.device.url}/webhooks/stripe`;
    return new Promise((resolve, reject) => {
        const request = http.request(where, { method: "POST", headers }, (answer) => {
            answer.resume();
            answer.on("end", () => resolve(answer.statusCode));
        });
        request.on("error", reject);
        request.end(payload);
    });
}

export const DISHES = (stall) => stall.items.filter(({ groups }) => !(groups?.length > 0));

/** An order of @count lines that the bank holds the money for, and its intent. */
export async function held(stall, count = 1) {
    const items = DISHES(stall).slice(0, count);
    const lines = items.map(({ number: item }) => ({ item, quantity: 1, options: [] }));
    const placed = await stall.place(lines);
    const form = await stall.form(placed.id);
    stall.standIn.account.intents.confirm(form.id, { payment_method: "pm_card_visa" }, true);
    await stall.orderWhen(placed.id, "the hold", ({ phase }) => phase === "placed");
    return { id: placed.id, total: placed.total, intent: form.id };
}

export const say = (stall, { id }, what, body = {}) =>
    stall.client.post(`/api/orders/${id}/${what}`, body);

/** How often money of the intent was moved so. */
const moves = (stall, intent, move) =>
    stall.standIn.account.journal.moves.filter(
        (one) => one.payment_intent === intent && one.move === move,
    ).length;

export async function captured(stall, count = 1) {
    const order = await held(stall, count);
    await say(stall, order, "accept");
    await stall.orderWhen(order.id, "the capture", ({ due }) => due === 0);
    return order;
}

/** An order that nobody has paid for. */
function unpaid(stall) {
    const item = DISHES(stall)[0].number;
    return stall.place([{ item, quantity: 1, options: [] }]);
}

/** A part of @order is given back, of which the gateway hears nothing; then its line is cut. */
async function refundLost(stall, order) {
    const { faults, api } = stall.standIn;
    faults.add({ kind: "drop_after", times: 1, match: { method: "POST", path: "^/v1/refunds" } });
    faults.add({ kind: "webhook_drop", times: null });
    await say(stall, order, "refuse", { lines: [1], reason: "it fell down" });
    await until("the refund", SECONDS, () => {
        const isMade = stall.money(order.id)[0].refunded > 0;
        if (isMade) api.cut = "gateway";
        return isMade;
    });
}

/** Something changes, so that the settler looks what time it is. */
const wake = async (stall) => say(stall, await unpaid(stall), "cancel", { reason: "no" });

/** The bank holds money for an order of the pop-up @popup that is nowhere. */
function lostIntent({ standIn }, popup) {
    const { intents } = standIn.account;
    const metadata = { trestle_popup: popup, trestle_order: "0123456789abcdef01234567" };
    const manual = { currency: "eur", capture_method: "manual" };
    const intent = intents.create({ amount: 900, ...manual, metadata: popup ? metadata : {} });
    intents.confirm(intent.id, { payment_method: "pm_card_visa" }, true);
    return intent;
}

const ORPHAN = "an intent whose order is nowhere is cancelled when we waited long enough";
const MISSING = "an intent whose order is nowhere stays while a device is missing";
const LATE = "a form that the provider hears of when its order is cancelled is closed";

/** How the gateways of a scene are set. */
const PATIENT = { variables: { TRESTLE_DECIDE_MINUTES: 0 } };
export const SETTINGS = { [ORPHAN]: PATIENT, [MISSING]: PATIENT, [LATE]: { speed: 20 } };

export const SCENES = {
    /** Whatever it says, an event counts when the provider signed it lately, and once. */
    async "events are checked, kept, and dealt with once"(stall) {
        const order = await held(stall);
        const event = stall.standIn.account.intents.get(order.intent);
        const object = { ...event, status: "canceled", amount_capturable: 0 };
        const data = { id: "evt_scene", object: "event", type: "payment_intent.canceled" };
        const payload = JSON.stringify({ ...data, data: { object } });
        const refused = [
            await send(stall, payload, { secret: "whsec_wrong" }),
            await send(stall, payload, { age: 400 }),
            await send(stall, payload, { header: "t=1,v0=00" }),
            await send(stall, "no json"),
            await send(stall, "{}"),
        ];
        must(
            refused.every((status) => status === 400),
            `refused: ${refused}`,
        );
        must((await stall.order(order.id)).phase === "placed", "an unsigned event counted");
        const statuses = [await send(stall, payload), await send(stall, payload)];
        must(
            statuses.every((status) => status === 200),
            `taken: ${statuses}`,
        );
        await stall.orderWhen(order.id, "the hold to be lost", ({ phase }) => phase === "draft");
    },

    /** Its age at the provider says nothing: we may come from last week's backup. */
    async [ORPHAN](stall) {
        const known = await held(stall);
        const { intents, clock } = stall.standIn.account;
        const { trestle_popup: popup } = intents.get(known.intent).metadata;
        const lost = lostIntent(stall, popup);
        const foreign = lostIntent(stall, "");
        await clock.advance(DAY);
        await stall.restart(0);
        let hours = 0;
        await until("its end", SECONDS, async () => {
            await stall.leap(3600);
            hours++;
            await wake(stall);
            return intents.get(lost.id).status === "canceled";
        });
        must(hours >= 6, `it was cancelled after ${hours} hours`);
        must(intents.get(foreign.id).status === "requires_capture", "it was somebody else's");
        must(intents.get(known.intent).status === "requires_capture", "its order is here");
    },

    /** The order may be there and come back with it. */
    async [MISSING](stall) {
        const pair = await new Pair().open(stall, { hasKeys: false });
        try {
            const known = await held(stall);
            const { intents } = stall.standIn.account;
            const { trestle_popup: popup } = intents.get(known.intent).metadata;
            const lost = lostIntent(stall, popup);
            await pair.lose();
            for (let leap = 0; leap < 3; leap++) {
                await stall.leap(7 * 3600);
                await wake(stall);
            }
            must(intents.get(lost.id).status === "requires_capture", "nobody asked the other");
            await stall.device.command("device", "retire", pair.second.id, "--yes");
            await until("its end", SECONDS, async () => {
                await stall.leap(7 * 3600);
                await wake(stall);
                return intents.get(lost.id).status === "canceled";
            });
        } finally {
            await pair.close();
        }
    },

    /** Whatever the provider made of it, nobody must be charged before the kitchen accepted. */
    async "an intent that would charge at once is cancelled, and nobody gets its form"(stall) {
        const { intents } = stall.standIn.account;
        const create = intents.create.bind(intents);
        const made = [];
        intents.create = (params) => {
            made.push(create({ ...params, capture_method: "automatic_async" }));
            return made.at(-1);
        };
        const placed = await unpaid(stall);
        const where = `/api/orders/${placed.id}/payment`;
        const { status, body } = await stall.ask("POST", where, {});
        must(status !== 200, `a page got ${body.client_secret}`);
        await until("its end", SECONDS, () => intents.get(made[0].id).status === "canceled");
    },

    /** An ask is written down before it goes out: it is asked to its end, and its end is closed. */
    async [LATE](stall) {
        const { api } = stall.standIn;
        const order = await unpaid(stall);
        api.cut = "gateway";
        const { status } = await stall.device.request("POST", `/api/orders/${order.id}/payment`, {
            body: {},
        });
        must(status === 503, `a form over a line that is cut: ${status}`);
        await say(stall, order, "cancel", { reason: "no" });
        must(stall.money(order.id).length === 0, "the line was not cut");
        api.cut = "";
        await until("its intent to be closed", SECONDS, () =>
            stall.money(order.id).some(({ intent }) => intent.status === "canceled"),
        );
    },

    async "a hold that the bank lets go is not captured, and the order says so"(stall) {
        const order = await held(stall);
        stall.standIn.account.intents.expire(order.intent);
        const now = await stall.orderWhen(order.id, "its loss", ({ phase }) => phase === "draft");
        must(now.flags.includes("hold_lost"), `flags: ${now.flags}`);
        const form = await stall.form(order.id);
        must(form.id !== order.intent, "the form is of the intent that is over");
    },

    /** The bank's own moment: each device says it, with no gateway running. */
    async "a hold that ends while the gateway is off has lapsed by name when it is back"(stall) {
        const order = await held(stall);
        const { account } = stall.standIn;
        const { latest_charge: charge } = account.intents.get(order.intent);
        const { capture_before: end } = account.charges.get(charge).payment_method_details.card;
        const payment = ({ provider }) => provider.payments.find(({ id }) => id === order.intent);
        await stall.orderWhen(order.id, "when it ends", (now) => {
            return payment(now).ends_at === end * 1000;
        });
        await stall.end();
        await account.clock.advance(8 * DAY);
        await stall.restart(0);
        const now = await stall.orderWhen(order.id, "its lapse", (now) => {
            return payment(now).lapsed_at === end * 1000;
        });
        must(payment(now).ends_at === undefined, "it says that it is still held");
        must(now.flags.includes("hold_lost"), `flags: ${now.flags}`);
    },

    async "while a payment is disputed nothing is given back"(stall) {
        const order = await captured(stall);
        stall.standIn.account.disputes.open(order.intent, "chargeback", order.total);
        await stall.orderWhen(order.id, "the dispute", ({ flags }) => flags.includes("disputed"));
        await say(stall, order, "cancel", { reason: "disputed" });
        await stall.orderWhen(order.id, "the wish", ({ provider }) => provider.wishes.length > 0);
        const other = await captured(stall); // by the time that this one is given back ...
        await say(stall, other, "cancel", { reason: "no" });
        await until("the other's refund", SECONDS, () => stall.money(other.id)[0].refunded > 0);
        const asked = stall.standIn.api.log.filter(
            ({ method, path, params }) =>
                `${method} ${path}` === "POST /v1/refunds" &&
                params.payment_intent === order.intent,
        );
        must(asked.length === 0, "the provider was asked to give it back");
    },

    /** The provider forgets keys after a day: what was done must be found by looking. Of a part it
     * would give back another part. */
    async "a refund of a part whose answer is lost for days is not made twice"(stall) {
        const order = await captured(stall, 2);
        const { standIn } = stall;
        await refundLost(stall, order);
        await stall.end();
        await standIn.account.clock.advance(2 * DAY);
        standIn.api.cut = "";
        await stall.restart(0);
        await stall.orderWhen(order.id, "the fact", ({ refunded }) => refunded > 0);
        must(moves(stall, order.intent, "refund") === 1, "it was given back twice");
    },

    /** Both plan the same at the same time, and ask for it. */
    async "two gateways at once capture once and give back once"(stall) {
        const { faults, api } = stall.standIn;
        const pair = await new Pair().open(stall, { hasKeys: true });
        try {
            faults.add({ kind: "delay", ms: 400, times: null, match: { path: "/capture$" } });
            faults.add({ kind: "delay", ms: 400, times: null, match: { path: "^/v1/refunds$" } });
            const order = await captured(stall, 2);
            await say(stall, order, "refuse", { lines: [1], reason: "it fell down" });
            await stall.orderWhen(order.id, "the refund", ({ refunded }) => refunded > 0);
            await stall.orderWhen(order.id, "its end", ({ due }) => due === 0);
            await pair.synced();
            must(moves(stall, order.intent, "capture") === 1, "it was captured twice");
            must(moves(stall, order.intent, "refund") === 1, "it was given back twice");
            await pair.agree(order);
            const asked = api.log.filter(({ method, path }) => {
                return method === "POST" && path.endsWith("/capture");
            });
            must(asked.length > 1, "only one of them asked");
        } finally {
            await pair.close();
        }
    },

    /** The stand-by has none of its attempts, and the provider has forgotten the keys. */
    async "who takes over for a dead gateway finds what that one did"(stall) {
        const { standIn } = stall;
        const pair = await new Pair().open(stall, { hasKeys: false });
        try {
            const order = await captured(stall, 2);
            const waits = await held(stall);
            await refundLost(stall, order);
            await say(stall, waits, "accept");
            await stall.orderWhen(waits.id, "it", ({ phase }) => phase === "accepted");
            await pair.synced();
            await stall.end();
            await standIn.account.clock.advance(2 * DAY);
            const later = standIn.account.now;
            standIn.faults.clear();
            standIn.api.cut = "";
            await pair.gateway.end();
            await keysPut(pair.second);
            await pair.start();
            await until("what it left undone", SECONDS, () => {
                const reads = ["/v1/events", "/v1/refunds"]; // either tells of the refund
                const isRead = standIn.api.log.some(
                    ({ path, at, status }) => reads.includes(path) && at >= later && status === 200,
                );
                return isRead && moves(stall, waits.intent, "capture") > 0;
            });
            must(moves(stall, order.intent, "refund") === 1, "it was given back twice");
            must(moves(stall, order.intent, "capture") === 1, "it was captured twice");
            must(moves(stall, waits.intent, "capture") === 1, "it was captured twice");
            for (const one of [order, waits])
                await until("its ledger", SECONDS, async () => {
                    await pair.agree(one, [pair.second]);
                    return true;
                });
        } finally {
            await pair.close();
        }
    },

    /** Whose account knows nothing of the payment. */
    async "what another account's key could not do is done with the right one"(stall) {
        const order = await held(stall);
        const { standIn } = stall;
        const own = standIn.api;
        const other = await new StandIn({ seed: "other", runs: true }).open();
        standIn.api = other.api;
        await say(stall, order, "accept");
        await until("it to be stuck", SECONDS, async () => {
            return (await readFile(stall.device.log, "utf8")).includes("does not go through");
        });
        standIn.api = own;
        await other.close();
        await stall.restart(0);
        await until("the capture", SECONDS, () => moves(stall, order.intent, "capture") === 1);
    },

    async "a key that is not taken stops calls, not orders"(stall) {
        const { faults } = stall.standIn;
        faults.add({ kind: "unauthorised", times: null });
        const placed = await unpaid(stall);
        const where = `/api/orders/${placed.id}/payment`;
        const { status, body } = await stall.ask("POST", where, {});
        must(status === 409 && body.code === "unavailable", `${status} ${body.code}`);
        must((await stall.order(placed.id)).phase === "draft", "the order is gone");
    },
};
