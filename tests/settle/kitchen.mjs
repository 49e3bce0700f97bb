// The kitchen is out of reach: customers are told what that means for their money.
import { Client } from "../demo/client.mjs";
import { until } from "../demo/wait.mjs";
import { Pair } from "./pair.mjs";
import { DISHES, must, SECONDS } from "./scenes.mjs";

const MINUTE = 60;

/** A customer's phone: nobody in particular, with a token of its own. */
async function phone({ device }) {
    const { body } = await device.request("POST", "/api/session/customer", { body: {} });
    const own = {
        request: (method, path, options) =>
            device.request(method, path, { ...options, token: body.token }),
        get: async (path) => (await own.request("GET", path)).body,
    };
    return Object.assign(await new Client(own).open(), own);
}

const cart = (stall) => {
    const lines = [{ item: DISHES(stall)[0].number, quantity: 1, options: [] }];
    return { channel: "web", mode: "take-away", pay_first: true, lines };
};

/** An order of @guest for which the bank holds the money. */
async function reserved(stall, guest) {
    const placed = await guest.post("/api/orders", cart(stall));
    const { kept_for_ms: kept } = await guest.get(`/api/orders/${placed.id}/status`);
    must(kept > 0 && kept <= 60 * MINUTE * 1000, `unpaid it ends in ${kept} ms`);
    const { body } = await until("a form", SECONDS, async () => {
        const answer = await guest.request("POST", `/api/orders/${placed.id}/payment`, {
            body: {},
        });
        return answer.status === 200 && answer;
    });
    const [intent] = body.client_secret.split("_secret_");
    stall.standIn.account.intents.confirm(intent, { payment_method: "pm_card_visa" }, true);
    return { id: placed.id, intent };
}

const told = (guest, order, words) =>
    until(`"${words}"`, SECONDS, async () => {
        const purchase = await guest.get(`/api/orders/${order.id}/status`);
        return purchase.said?.includes(words) && purchase;
    });

export const KITCHEN = {
    async "while the kitchen is silent card orders are held and say so, then ordering pauses"(
        stall,
    ) {
        const pair = await new Pair().open(stall, { hasKeys: false, role: "kitchen" });
        try {
            const { account } = stall.standIn;
            const guest = await phone(stall);
            const order = await reserved(stall, guest);
            const heard = await told(guest, order, "reserved, not charged. The kitchen has yet");
            const left = heard.reserved_for_ms;
            must(left > 0 && left <= 20 * MINUTE * 1000, `it ends in ${left} ms`);
            await pair.gateway.end();
            await told(guest, order, "cannot be reached just now");
            const late = await reserved(stall, guest);
            await told(guest, late, "cannot be reached just now");
            must(account.intents.get(late.intent).status === "requires_capture", "it was charged");
            must(!(await guest.get("/api/session")).paused, "it paused at once");
            await stall.leap(6 * MINUTE);
            const { paused } = await until("a pause", SECONDS, async () => {
                const session = await guest.get("/api/session");
                return session.paused && session;
            });
            must(paused.includes("at the counter you can order as ever"), paused);
            const before = { body: cart(stall), key: "0".repeat(32) };
            const refused = await guest.request("POST", "/api/orders", before);
            must(refused.status === 409 && refused.body.detail === paused, refused.body.detail);
            await stall.place(cart(stall).lines);
            const less = (await told(guest, order, "it ends by itself in")).reserved_for_ms;
            must(less < left - 5 * MINUTE * 1000, `it ends in ${less} ms`);
            await pair.start();
            await pair.linked();
            must(!(await guest.get("/api/session")).paused, "it does not go on");
            await guest.post("/api/orders", cart(stall));
        } finally {
            await pair.close();
        }
    },
};
