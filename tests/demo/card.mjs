// Card payments without a card company: a practice Stripe on this machine, the gateway's keys for
// it, and one whole order: reserved, accepted, charged, given back. No real money moves.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { StandIn } from "../stripe/stand_in.mjs";
import { Client } from "./client.mjs";
import { ask } from "./device.mjs";
import { Till } from "./till.mjs";
import { until } from "./wait.mjs";
import { say, Trouble } from "./words.mjs";

const SECONDS = 30;
const KEYS = {
    "stripe-secret-key": "sk_test_practice0123456789abcdef",
    "stripe-publishable-key": "pk_test_practice0123456789abcdef",
    "stripe-webhook-secret": "whsec_practice0123456789abcdef",
};
/** What is moved of one order, in this order and once each. */
const MOVES = ["hold", "capture", "refund"];

/** A customer's phone at @device: nobody in particular, with a token of its own. */
async function phoneAt(device) {
    const { body } = await device.request("POST", "/api/session/customer", { body: {} });
    const { token } = body;
    const get = async (where) => (await device.request("GET", where, { token })).body;
    const request = (method, where, given) => device.request(method, where, { ...given, token });
    return { get, request };
}

export class Cards {
    constructor(gateway) {
        this.gateway = gateway;
    }

    /** Before the gateway starts. */
    async open() {
        this.standIn = await new StandIn({ seed: 1, runs: true }).open();
        const folder = path.join(this.gateway.state, "stripe");
        await mkdir(folder, { recursive: true });
        for (const [name, key] of Object.entries(KEYS))
            await writeFile(path.join(folder, name), `${key}\n`, { mode: 0o600 });
        const { url } = this.standIn;
        this.gateway.variables.TRESTLE_STRIPE_URL = url;
        this.gateway.variables.TRESTLE_STRIPE_SCRIPT = `${url}/endive/stripe.js`;
        return this;
    }

    /** Once the gateway runs: its port stays the same from then on. */
    listen() {
        const endpoint = { url: `${this.gateway.url}/webhooks/stripe`, enabled_events: ["*"] };
        this.standIn.account.endpoints.create(endpoint, KEYS["stripe-webhook-secret"]);
        const { hostname } = new URL(this.gateway.url);
        this.standIn.account.domains.create({ domain_name: hostname });
    }

    async close() {
        await this.standIn?.close();
    }

    /** A guest orders from a phone and pays by card; the kitchen takes it; it is called off, and
     * the guest gets the money back. {answer, deeds} as the client was told. */
    async order({ kitchen, counter }) {
        const phone = new Till(await phoneAt(this.gateway));
        await phone.open();
        const [item] = phone.items.filter(({ groups }) => groups.length === 0);
        const note = "for the guest with a card";
        const lines = [{ item: item.number, quantity: 2, options: [], note }];
        const cart = { channel: "phone", mode: "take-away", lines };
        const answer = { ...(await phone.place(cart)), isCalledOff: true };
        const { intents } = this.standIn.account;
        const where = `/api/orders/${answer.id}`;
        const form = await until("a payment form", SECONDS, async () => {
            const { status, body } = await phone.device.request("POST", `${where}/payment`, {
                body: {},
            });
            return status === 200 && body;
        });
        const [intent] = form.client_secret.split("_secret_");
        intents.confirm(intent, { payment_method: "pm_card_visa" }, true);
        this.answer = answer;
        await this.#when(kitchen, "placed", ({ phase }) => phase === "placed");
        const { said } = await phone.device.get(`${where}/status`);
        if (!said.includes("reserved, not charged")) throw new Trouble(`the phone reads: ${said}`);
        const deeds = [await this.#do(kitchen, "accept", {})];
        await until("the charge", SECONDS, () => this.moves().includes("capture"));
        await this.#when(counter, "paid", ({ due }) => due === 0);
        deeds.push(await this.#do(counter, "cancel", { reason: "the guest had to leave" }));
        await until("the refund", SECONDS, () => this.moves().includes("refund"));
        await this.#when(counter, "settled", ({ due, refunded }) => due === 0 && refunded > 0);
        return { answer, deeds };
    }

    async #do(device, verb, body) {
        const { answer } = this;
        const client = await new Client(device).open();
        const done = await client.post(`/api/orders/${answer.id}/${verb}`, body);
        return { name: verb, number: answer.number, id: answer.id, log: done.log, seq: done.seq };
    }

    #when(device, what, fits) {
        return until(`${this.answer.number} to be ${what}`, SECONDS, async () =>
            fits(await device.get(`/api/orders/${this.answer.id}`)),
        );
    }

    /** What the provider moved for the order, whichever payment it was of. */
    moves() {
        return this.#own().map(({ move }) => move);
    }

    #own() {
        const { id } = this.answer;
        return this.standIn.account.journal.moves.filter(
            ({ metadata }) => metadata.trestle_order === id,
        );
    }

    /** Findings, from the provider's journal alone. */
    judge() {
        const { number, total } = this.answer;
        const moves = this.#own();
        const texts = [];
        if (String(this.moves()) !== String(MOVES))
            texts.push(`${number}: the provider moved ${this.moves().join(", ") || "nothing"}`);
        for (const { move, amount } of moves.filter(({ amount }) => amount !== total))
            texts.push(`${number} is over ${total}, and its ${move} over ${amount}`);
        return texts.map((text) => ({ kind: "card", text }));
    }

    /** The end of the day, while the gateway runs: findings. */
    async reconcile() {
        const { program, state } = this.gateway;
        const { status, out, err } = await ask(program, ["reconcile", "--state", state]);
        say("reconciled orders, ledger and practice Stripe");
        return status === 0 ? [] : [{ kind: "card", text: `reconcile: ${(err || out).trim()}` }];
    }

    /** The guest is charged once more, of which nobody here knows. */
    chargeAgain() {
        const { intents } = this.standIn.account;
        const [{ metadata, currency }] = this.#own();
        const { total: amount } = this.answer;
        const { id } = intents.create({ amount, currency, metadata, capture_method: "automatic" });
        intents.confirm(id, { payment_method: "pm_card_visa" }, true);
    }
}
