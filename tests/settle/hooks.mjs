// What is posted to a gateway as a webhook: signed, and judged, by Stripe's official library; and
// what is in the gateway's store of it afterwards.
import { rm } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { until } from "../demo/wait.mjs";
import { ordersOf } from "./export.mjs";
import { held, must, SECONDS } from "./scenes.mjs";
import { KEYS, keysPut } from "./stall.mjs";

const Stripe = createRequire(new URL("../stripe/package.json", import.meta.url))("stripe");
const { webhooks } = new Stripe(KEYS["stripe-secret-key"]);
const SECRET = KEYS["stripe-webhook-secret"];
const NEXT = "whsec_next0123456789abcdef";
const CANCELED = 3; // of an intent, in the journal
const DAY = 24 * 3600;
const KIB = 1024;
const BODY_MAX = 512 * KIB;

const sign = (payload, timestamp, secret = SECRET) =>
    webhooks.generateTestHeaderString({ payload, secret, timestamp });
const v1 = (header) => header.slice(header.indexOf("v1="));

/** The status of the answer. What is too long is judged by its head, and who writes on is hung up
 * on: of that only the head is sent. */
function post(stall, { payload, header, method = "POST" }) {
    const headers = { "Content-Type": "application/json" };
    if (method === "POST") headers["Content-Length"] = payload.length;
    if (header !== undefined) headers["Stripe-Signature"] = header;
    return new Promise((resolve, reject) => {
        const where = `${stall.device.url}/webhooks/stripe`;
        const request = http.request(where, { method, headers, agent: false }, (answer) => {
            answer.resume();
            answer.on("end", () => {
                resolve(answer.statusCode);
                request.destroy();
            });
        });
        request.on("error", reject);
        if (payload.length > BODY_MAX) request.flushHeaders();
        else request.end(payload);
    });
}

/** What the official library makes of it with one of @secrets: whether it is the provider's. */
function isOfficial({ payload, header }, now, secrets = [SECRET, NEXT]) {
    return secrets.some((secret) => {
        try {
            webhooks.constructEvent(payload, header, secret, 300, undefined, now * 1000);
            return true;
        } catch {
            return false;
        }
    });
}

/** That the bank let go of @object, which is not so: who takes the event has it in his store. */
const event = (id, object, rest = {}) =>
    JSON.stringify({
        id: `evt_${id}`,
        object: "event",
        type: "payment_intent.canceled",
        data: { object: { ...object, status: "canceled", amount_capturable: 0, ...rest } },
    });

/** Each: what is sent of the payload and the time there, what is answered, whether it is in the
 * store; official: what the library says where that is another thing than whether it was taken. */
const POSTS = {
    "signed just now": {
        make: (payload, now) => ({ payload, header: sign(payload, now) }),
        status: 200,
        isStored: true,
    },
    "signed with the next secret": {
        make: (payload, now) => ({ payload, header: sign(payload, now, NEXT) }),
        status: 200,
        isStored: true,
    },
    "signed with both, as during a roll": {
        make: (payload, now) => {
            const other = v1(sign(payload, now, "whsec_older"));
            return { payload, header: `${sign(payload, now, NEXT)},${other}` };
        },
        status: 200,
        isStored: true,
    },
    "signed with a secret that is not ours": {
        make: (payload, now) => ({ payload, header: sign(payload, now, "whsec_wrong") }),
        status: 400,
        isStored: false,
    },
    "changed on the way": {
        make: (payload, now) => ({
            payload: payload.replace('"canceled"', '"canceled" '),
            header: sign(payload, now),
        }),
        status: 400,
        isStored: false,
    },
    "four minutes old": {
        make: (payload, now) => ({ payload, header: sign(payload, now - 240) }),
        status: 200,
        isStored: true,
    },
    "six minutes old": {
        make: (payload, now) => ({ payload, header: sign(payload, now - 360) }),
        status: 400,
        isStored: false,
    },
    "six minutes ahead": {
        make: (payload, now) => ({ payload, header: sign(payload, now + 360) }),
        status: 400,
        isStored: false,
        official: true, // it looks at the age alone
    },
    "of another scheme": {
        make: (payload, now) => ({
            payload,
            header: sign(payload, now).replace("v1=", "v0="),
        }),
        status: 400,
        isStored: false,
    },
    "without a signature": {
        make: (payload) => ({ payload }),
        status: 400,
        isStored: false,
    },
    "of a month ago, signed anew": {
        make: (payload, now) => {
            const old = JSON.stringify({ ...JSON.parse(payload), created: now - 29 * DAY });
            return { payload: old, header: sign(old, now) };
        },
        status: 200,
        isStored: true,
    },
    twice: {
        make: (payload, now) => ({ payload, header: sign(payload, now) }),
        status: 200,
        isStored: true,
        times: 2,
    },
    "of a type that nobody knows": {
        make: (payload, now) => {
            const strange = payload.replace("payment_intent.canceled", "customer.tipped");
            const other = strange.replaceAll('"payment_intent"', '"customer"');
            return { payload: other, header: sign(other, now) };
        },
        status: 200,
        isStored: false,
    },
    "of a payment of another shop": {
        make: (payload, now) => {
            const own = JSON.parse(payload);
            own.data.object.metadata = {};
            own.data.object.id = "pi_elsewhere";
            const other = JSON.stringify(own);
            return { payload: other, header: sign(other, now) };
        },
        status: 200,
        isStored: false,
    },
    "of 300 KiB": {
        make: (payload, now) => {
            const large = payload.replace("{", `{"padding":"${"x".repeat(300 * KIB)}",`);
            return { payload: large, header: sign(large, now) };
        },
        status: 200,
        isStored: true,
    },
    "of more than is taken": {
        make: (payload, now) => {
            const large = payload.replace("{", `{"padding":"${"x".repeat(BODY_MAX)}",`);
            return { payload: large, header: sign(large, now) };
        },
        status: 413,
        isStored: false,
        official: true,
    },
    "no JSON, though signed": {
        make: (_payload, now) => ({ payload: "no json", header: sign("no json", now) }),
        status: 400,
        isStored: false,
    },
    "asked for, not posted": {
        make: (payload, now) => ({ payload: "", header: sign(payload, now), method: "GET" }),
        status: 405,
        isStored: false,
    },
};

const stored = async ({ device }) => ordersOf(await device.command("export"));
const stateOf = (orders, { id, intent }) => orders.get(id).intents.get(intent).state;

/** Posts @name about an order of its own; that order. */
async function tried(stall, name, number) {
    const { make, status, isStored, official = isStored, times = 1 } = POSTS[name];
    const order = await held(stall);
    const { account } = stall.standIn;
    const sent = make(event(`post${number}`, account.intents.get(order.intent)), account.now);
    const isSigned = isOfficial(sent, account.now);
    must(isSigned === (official || status === 200), `${name}: the library says ${isSigned}`);
    for (let i = 0; i < times; i++) {
        const answer = await post(stall, sent);
        must(answer === status, `${name}: ${answer} instead of ${status}`);
    }
    return order;
}

export const HOOKS = {
    async "a webhook is in the store when the provider signed it lately, whatever it says"(stall) {
        await keysPut(stall.device, { "stripe-webhook-secret-next": NEXT });
        await stall.restart(0);
        const orders = new Map();
        for (const [number, name] of Object.keys(POSTS).entries())
            orders.set(name, await tried(stall, name, number));
        const last = await tried(stall, "signed just now", "last"); // they are told one by one
        await until("the last", SECONDS, async () => {
            return stateOf(await stored(stall), last) === CANCELED;
        });
        const found = await stored(stall);
        for (const [name, order] of orders) {
            const isIn = stateOf(found, order) === CANCELED;
            must(isIn === POSTS[name].isStored, `${name}: ${isIn ? "" : "not "}in the store`);
        }
        const elsewhere = [...found.values()].some(({ intents }) => intents.has("pi_elsewhere"));
        must(!elsewhere, "another shop's payment is in the store");
    },

    async "an endpoint whose secret is rolled goes on with either, then with the new one"(stall) {
        const { account, webhooks: sent } = stall.standIn;
        const [{ id }] = account.endpoints.list({ limit: 1 }).data;
        const secret = account.endpoints.roll(id, DAY);
        stall.secrets.push(secret);
        const taken = async (words) => {
            const from = sent.attempts.length;
            const order = await held(stall);
            const isTold = ({ status }) => status === 200;
            await until(words, SECONDS, () => sent.attempts.slice(from).some(isTold));
            return order;
        };
        await taken("the old secret, of two that sign");
        await keysPut(stall.device, { "stripe-webhook-secret-next": secret });
        await stall.restart(0);
        await account.clock.advance(2 * DAY); // the old one signs no more
        await taken("the new secret alone");
        must(account.endpoints.secretsOf(id).length === 1, "the old one still signs");
    },

    async "where no secret is, no webhook is taken, and reading does alone"(stall) {
        const folder = path.join(stall.device.state, "stripe");
        await rm(path.join(folder, "stripe-webhook-secret"));
        await stall.restart(0);
        const order = await held(stall);
        const { account, webhooks: sent } = stall.standIn;
        const payload = event("none", account.intents.get(order.intent));
        for (const secret of [SECRET, " "]) {
            const header = sign(payload, account.now, secret);
            const status = await post(stall, { payload, header });
            must(status === 400, `${status} without a secret of ours`);
        }
        must(
            sent.attempts.every(({ status }) => status !== 200),
            "a webhook was taken",
        );
        must(stateOf(await stored(stall), order) !== CANCELED, "what it said is in the store");
    },
};
