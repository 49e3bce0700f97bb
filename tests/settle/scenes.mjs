// What chance does not come by: each scene is one gateway and one story.
import http from "node:http";
import { createRequire } from "node:module";
import { until } from "../demo/wait.mjs";
import { KEYS } from "./stall.mjs";

const Stripe = createRequire(new URL("../stripe/package.json", import.meta.url))("stripe");
const stripe = new Stripe(KEYS["stripe-secret-key"]);
const SECONDS = 30;
const DAY = 24 * 3600;

function must(isSo, words) {
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

/** An order that the bank holds the money for, and its intent. */
async function held(stall) {
    const item = stall.items.find(({ groups }) => !(groups?.length > 0)).number;
    const placed = await stall.place([{ item, quantity: 1, options: [] }]);
    const form = await stall.form(placed.id);
    stall.standIn.account.intents.confirm(form.id, { payment_method: "pm_card_visa" }, true);
    await stall.orderWhen(placed.id, "the hold", ({ phase }) => phase === "placed");
    return { id: placed.id, total: placed.total, intent: form.id };
}

const say = (stall, { id }, what, body = {}) =>
    stall.client.post(`/api/orders/${id}/${what}`, body);

async function captured(stall) {
    const order = await held(stall);
    await say(stall, order, "accept");
    await stall.orderWhen(order.id, "the capture", ({ due }) => due === 0);
    return order;
}

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

    /** Nobody here can ever decide about it. */
    async "an intent whose order is nowhere is cancelled"(stall) {
        const known = await held(stall);
        const { intents, clock } = stall.standIn.account;
        const { trestle_popup: popup } = intents.get(known.intent).metadata;
        const metadata = { trestle_popup: popup, trestle_order: "0123456789abcdef01234567" };
        const manual = { currency: "eur", capture_method: "manual" };
        const lost = intents.create({ amount: 900, ...manual, metadata });
        const foreign = intents.create({ amount: 900, ...manual, metadata: {} });
        intents.confirm(lost.id, { payment_method: "pm_card_visa" }, true);
        intents.confirm(foreign.id, { payment_method: "pm_card_visa" }, true);
        await clock.advance(20 * 60);
        await stall.restart(0);
        await until("its end", SECONDS, () => intents.get(lost.id).status === "canceled");
        must(intents.get(foreign.id).status === "requires_capture", "it was somebody else's");
        must(intents.get(known.intent).status === "requires_capture", "its order is here");
    },

    async "a hold that the bank lets go is not captured, and the order says so"(stall) {
        const order = await held(stall);
        stall.standIn.account.intents.expire(order.intent);
        const now = await stall.orderWhen(order.id, "its loss", ({ phase }) => phase === "draft");
        must(now.flags.includes("hold_lost"), `flags: ${now.flags}`);
        const form = await stall.form(order.id);
        must(form.id !== order.intent, "the form is of the intent that is over");
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

    /** The provider forgets keys after a day: what was done must be found by looking. */
    async "a refund whose answer is lost for a day is not made twice"(stall) {
        const order = await captured(stall);
        const { standIn } = stall;
        standIn.faults.add({ kind: "drop_after", times: 1, match: { path: "^/v1/refunds" } });
        standIn.faults.add({ kind: "webhook_drop", times: null });
        await say(stall, order, "cancel", { reason: "no" });
        await until("the refund", SECONDS, () => stall.money(order.id)[0].refunded > 0);
        standIn.api.cut = "gateway";
        await standIn.account.clock.advance(2 * DAY);
        standIn.api.cut = "";
        await stall.restart(0);
        await stall.orderWhen(order.id, "the fact", ({ refunded }) => refunded === order.total);
        must(stall.money(order.id)[0].refunded === order.total, "it was given back twice");
    },

    async "a key that is not taken stops calls, not orders"(stall) {
        const { faults } = stall.standIn;
        faults.add({ kind: "unauthorised", times: null });
        const item = stall.items.find(({ groups }) => !(groups?.length > 0)).number;
        const placed = await stall.place([{ item, quantity: 1, options: [] }]);
        const where = `/api/orders/${placed.id}/payment`;
        const { status, body } = await stall.ask("POST", where, {});
        must(status === 409 && body.code === "unavailable", `${status} ${body.code}`);
        must((await stall.order(placed.id)).phase === "draft", "the order is gone");
    },
};
