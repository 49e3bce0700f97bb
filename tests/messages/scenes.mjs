// What customers hear of their orders, judged by what came to the carriers.
import { isDeepStrictEqual } from "node:util";
import { until } from "../demo/wait.mjs";
import { must } from "./must.mjs";
import { SECONDS } from "./stall.mjs";

// Seconds, by docs/payments.md.
const LIFE = { accepted: 1800, ready: 3600, cancelled: 1800, refused: 1800 };
const URGENT = ["ready", "cancelled", "refused"];
const AGAIN_MS = 2000; // at least, after a failure: recipient.c

function same(got, wanted) {
    const [is, should] = [got, wanted].map((value) => JSON.stringify(value));
    must(isDeepStrictEqual(got, wanted), `${is}, not ${should}`);
}

function refused({ status, body }, wanted, code) {
    must(status === wanted && body.code === code, `${status} ${body.code}, not ${wanted} ${code}`);
}

async function asked(answer, wanted) {
    const { status, body } = await answer;
    same({ status, body }, { status: 200, body: wanted });
}

const states = (customer) => customer.came("push").map(({ message }) => message.state);

/** The order's number, as its customer reads it. */
const numberOf = async (stall, customer) => (await stall.look(customer)).number;

async function checkPush(stall, customer, { ttl, urgency, message }) {
    const number = await numberOf(stall, customer);
    const { id, state, said, ...rest } = message;
    same(rest, { number, order: customer.order.id, v: 1 });
    must(/^[\w-]{22}$/.test(id), `its id is ${id}`);
    must(said.includes(number), said);
    same([ttl, urgency], [LIFE[state], URGENT.includes(state) ? "high" : "normal"]);
}

/** One that wants to hear by both, of an order that the kitchen took. */
async function both(stall) {
    const customer = await stall.accepted();
    await asked(customer.subscribe(), { push: true, sms: false });
    await asked(customer.text(stall.number()), { push: true, sms: true });
    return customer;
}

/** All that came to @customer by either way, and nothing is on its way. */
async function none(stall, customer) {
    await stall.quiet();
    same([customer.came("push", { isAll: true }).length, customer.came("sms").length], [0, 0]);
}

export const SCENES = {
    async "an order is told of when it is taken and when it is ready, once each"(stall) {
        const customer = await stall.customer();
        await asked(customer.subscribe(), { push: true, sms: false });
        refused(await customer.text(stall.number()), 409, "state");
        await stall.pay(customer);
        await asked(customer.text(customer.number), { push: true, sms: true });
        await stall.say(customer, "accept");
        await customer.told("push");
        await stall.say(customer, "done");
        await customer.told("push", 2);
        await customer.told("sms");
        await stall.say(customer, "hand-over");
        await stall.quiet();
        same(states(customer), ["accepted", "ready"]);
        const pushes = customer.came("push");
        for (const row of pushes) await checkPush(stall, customer, row);
        must(pushes[0].topic === pushes[1].topic, "they have two topics");
        must(pushes[0].message.id !== pushes[1].message.id, "they have one id");
        const [sms, ...more] = customer.came("sms");
        const number = await numberOf(stall, customer);
        same([sms.from, sms.text, more.length], ["Stall", `Your order ${number} is ready.`, 0]);
    },

    async "what is refused or cancelled is told by both ways"(stall) {
        for (const [deed, state] of Object.entries({ refuse: "refused", cancel: "cancelled" })) {
            const customer = await stall.paid();
            await asked(customer.subscribe(), { push: true, sms: false });
            await asked(customer.text(stall.number()), { push: true, sms: true });
            await stall.say(customer, deed, { reason: "sold out" });
            await customer.told("push");
            await customer.told("sms");
            await stall.quiet();
            same([states(customer), customer.came("sms").length], [[state], 1]);
            await checkPush(stall, customer, customer.came("push")[0]);
        }
    },

    async "who asks not to be told is told nothing"(stall) {
        const customer = await both(stall);
        await asked(customer.notify({ off: true }), { push: false, sms: false });
        await stall.say(customer, "done");
        await none(stall, customer);
    },

    async "an order that is erased at the counter is told of no more, at the gateway"(stall) {
        const customer = await both(stall);
        await stall.say(customer, "erase", { reason: "asked" });
        await until("the gateway to hear", SECONDS, async () => {
            const { status } = await customer.notify({ sms: customer.number });
            return status === 409;
        });
        await stall.say(customer, "done");
        await none(stall, customer);
    },

    async "a browser that is gone is erased and not called again, the telephone stays"(stall) {
        for (const status of [404, 410]) {
            const customer = await both(stall);
            stall.carriers.push.end(customer.endpoint, status);
            await stall.say(customer, "done");
            await customer.told("sms");
            await until("the address to go", SECONDS, async () => {
                const { body } = await customer.text(customer.number);
                return body.push === false && body.sms === true;
            });
            await stall.say(customer, "recall", { lines: [1] });
            await stall.say(customer, "cancel", { reason: "changed his mind" });
            await customer.told("sms", 2);
            await stall.quiet();
            const came = customer.came("push", { isAll: true });
            same([came.map((row) => row.status), customer.came("sms").length], [[status], 2]);
        }
    },

    async "what a carrier does not take now comes later, under the same id"(stall) {
        const slow = await both(stall);
        const sick = await both(stall);
        const asks = { status: 429, seconds: 3 };
        for (const to of [slow.endpoint, slow.number]) stall.carriers.fail(to, asks);
        stall.carriers.fail(sick.endpoint, { status: 503 });
        for (const customer of [slow, sick]) await stall.say(customer, "done");
        for (const [customer, status, pauseMs] of [
            [slow, 429, asks.seconds * 1000],
            [sick, 503, AGAIN_MS],
        ]) {
            for (const channel of status === 429 ? ["push", "sms"] : ["push"]) {
                await customer.told(channel);
                const [first, second, ...more] = customer.came(channel, { isAll: true });
                same([first.status, second.status, more.length], [status, 201, 0]);
                must(second.at - first.at >= pauseMs, `after ${second.at - first.at} ms`);
                same(second.message?.id ?? second.key, first.message?.id ?? first.key);
                same(second.topic, first.topic);
            }
        }
    },

    async "a line that breaks when it was taken brings a push again, an SMS never"(stall) {
        const customer = await both(stall);
        const doubtful = await both(stall);
        stall.carriers.fail(customer.endpoint, { drop: true });
        stall.carriers.fail(customer.number, { drop: true });
        stall.carriers.fail(doubtful.number, { status: 503 }); // a proxy's, as far as is known
        for (const one of [customer, doubtful]) await stall.say(one, "done");
        await customer.told("push", 2);
        await doubtful.told("push");
        await stall.quiet();
        const ids = customer.came("push").map(({ message, topic }) => message.id + topic);
        same(new Set(ids).size, 1);
        same(customer.came("sms", { isAll: true }).length, 1);
        same(
            doubtful.came("sms", { isAll: true }).map(({ status }) => status),
            [503],
        );
    },

    async "without a line nothing is lost, and nothing comes twice"(stall) {
        const customer = await both(stall);
        const { carriers } = stall;
        await carriers.close();
        await stall.say(customer, "done");
        await until("it to be tried", SECONDS, async () => {
            const said = await stall.log();
            return ["push", "SMS"].every((way) =>
                said.includes(
                    `${way} of order ${customer.order.id.slice(0, 16)}, ready, could not`,
                ),
            );
        });
        await carriers.open(carriers.port);
        await customer.told("push");
        await customer.told("sms");
        await stall.quiet();
        same([states(customer), customer.came("sms").length], [["ready"], 1]);
    },

    async "an order is nobody else's, and no address leads into the stall's network"(stall) {
        const customer = await stall.accepted();
        const stranger = await stall.accepted();
        const { keys } = stall.carriers.push.subscribe(stall.pushKey);
        const push = (change) => ({
            push: { endpoint: `${stall.carriers.url}/push/1`, ...keys, ...change },
        });
        refused(await stranger.notify(push({}), customer.order.id), 404, "not_found");
        refused(await stranger.notify({ off: true }, customer.order.id), 404, "not_found");
        refused(await stranger.notify(push({}), "0".repeat(24)), 404, "not_found");
        const endpoints = [
            "http://push.example.com/1",
            "https://localhost/1",
            "https://192.168.1.1/1",
            "https://router.local/1",
            "https://push.example.com:8443/1",
            `http://127.0.0.1:${stall.gateway.httpPort}/1`,
            `https://${stall.carriers.url.slice(7)}/1`,
        ];
        const wrong = [
            {},
            { off: false },
            { off: true, sms: "+491701234567" },
            { sms: "0170 1234567" },
            { sms: "+0123456789" },
            push({ p256dh: `B${"A".repeat(86)}` }), // no point of the curve
            push({ auth: keys.auth.slice(1) }),
            ...endpoints.map((endpoint) => push({ endpoint })),
        ];
        for (const body of wrong) {
            const { status } = await customer.notify(body);
            must(status === 400, `${status} for ${JSON.stringify(body)}`);
        }
        await asked(customer.notify({ off: true }), { push: false, sms: false });
    },

    async "an order has three telephones, and a page has its share of asking"(stall) {
        const customer = await stall.accepted();
        for (let i = 0; i < 3; i++) {
            await asked(customer.text(stall.number()), { push: false, sms: true });
        }
        refused(await customer.text(stall.number()), 429, "limit");
        const seen = new Set();
        await until("it to be slowed", SECONDS, async () => {
            const flood = Array.from({ length: 16 }, () => customer.notify({ off: true }));
            for (const { status } of await Promise.all(flood)) seen.add(status);
            return seen.has(429);
        });
        const unexpected = [...seen].filter((status) => ![200, 429, 503].includes(status));
        same(unexpected, []);
        await until("its turn to come", SECONDS, async () => {
            return (await customer.notify({ off: true })).status === 200;
        });
    },

    async "a provider that knows its keys is asked again, and sends once"(stall) {
        stall.carriers.sms.knowsKeys = true;
        await stall.restart({ TRESTLE_SMS_REPEATS: "yes" });
        const customer = await both(stall);
        stall.carriers.fail(customer.number, { drop: true });
        await stall.say(customer, "done");
        await customer.told("sms", 2);
        await stall.quiet();
        const [first, second, ...more] = customer.came("sms");
        same([first.isRepeat, second.isRepeat, more.length], [false, true, 0]);
        must(/^[\w-]{22}$/.test(first.key), `its key is ${first.key}`);
        same(second.key, first.key);
        stall.carriers.sms.knowsKeys = false;
        await stall.restart();
    },

    async "a gateway that sends nothing offers nothing, and keeps its addresses for better days"(
        stall,
    ) {
        const customer = await both(stall);
        await stall.restart({ TRESTLE_PUSH_CONTACT: "", TRESTLE_SMS_URL: "" });
        same((await stall.gateway.get("/api/order-page")).messages, undefined);
        refused(await customer.text(customer.number), 409, "unavailable");
        refused(await customer.notify({ off: true }), 409, "unavailable");
        await stall.restart();
        await stall.say(customer, "done");
        await customer.told("push");
        await customer.told("sms");
    },
};
