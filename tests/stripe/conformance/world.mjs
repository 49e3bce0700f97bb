// What an expectation works with: a stand-in of its own, the official client, somewhere for
// webhooks to go. The clock stands still unless it is moved.
import assert from "node:assert/strict";
import http from "node:http";
import Stripe from "stripe";
import { StandIn } from "../stand_in.mjs";

export const START = 1_800_000_000;
export const SECRET_KEY = "sk_test_conformance";
export const HOUR = 3600;
export const DAY = 24 * HOUR;

const STRUCK_MS = 20_000;

export class World {
    #receivers = [];
    #clients = [];
    #struck = {};

    static async open(plant) {
        const world = new World();
        world.standIn = await new StandIn({ seed: 7, now: START }).open();
        plant(world.standIn);
        world.stripe = world.client();
        return world;
    }

    /** The official client, as anybody would configure it but for the address. */
    client(key = SECRET_KEY, rest = {}) {
        const agent = new http.Agent({ keepAlive: true });
        this.#clients.push(agent);
        return new Stripe(key, {
            host: "127.0.0.1",
            port: this.standIn.port,
            protocol: "http",
            maxNetworkRetries: 0,
            telemetry: false,
            httpAgent: agent,
            ...rest,
        });
    }

    get nowMs() {
        return this.standIn.account.clock.ms;
    }

    async close() {
        for (const agent of this.#clients) agent.destroy();
        for (const receiver of this.#receivers) receiver.close();
        await this.standIn.close();
    }

    // ---- shorthands ----

    intent(rest = {}, options = {}) {
        const params = {
            amount: 1250,
            currency: "eur",
            capture_method: "manual",
            automatic_payment_methods: { enabled: true },
            ...rest,
        };
        return this.stripe.paymentIntents.create(params, options);
    }

    /** Two lines, 1250 together. */
    session(rest = {}, options = {}) {
        const line = (name, amount, quantity) => ({
            quantity,
            price_data: { currency: "eur", unit_amount: amount, product_data: { name } },
        });
        const params = {
            mode: "payment",
            success_url: "https://stall.example/thanks?session={CHECKOUT_SESSION_ID}",
            line_items: [line("Soup", 400, 2), line("Bread & butter", 450, 1)],
            payment_intent_data: { capture_method: "manual", metadata: { order: "o1" } },
            ...rest,
        };
        return this.stripe.checkout.sessions.create(params, options);
    }

    /** As the customer does on the session's page. */
    paySession(id, method = "pm_card_visa") {
        return this.control("pay_session", { session: id, payment_method: method });
    }

    pay(id, method = "pm_card_visa") {
        const params = { payment_method: method, return_url: "https://stall.example/back" };
        return this.stripe.paymentIntents.confirm(id, params);
    }

    async held(rest = {}, method = undefined) {
        const { id } = await this.intent(rest);
        return this.pay(id, method);
    }

    async captured(rest = {}, method = undefined) {
        const { id } = await this.held(rest, method);
        return this.stripe.paymentIntents.capture(id);
    }

    /** The error with which the client ends; it must not succeed. */
    async refusal(promise) {
        const outcome = await promise.then(
            (value) => ({ value }),
            (error) => ({ error }),
        );
        assert.ok(
            outcome.error,
            `was not refused: ${JSON.stringify(outcome.value)?.slice(0, 200)}`,
        );
        return outcome.error;
    }

    /** A call by hand, for what the client would not send or hides. */
    async raw(method, path, { body, headers = {} } = {}) {
        const response = await fetch(this.standIn.url + path, {
            method,
            body,
            headers: {
                Authorization: `Bearer ${SECRET_KEY}`,
                ...(body === undefined
                    ? {}
                    : { "Content-Type": "application/x-www-form-urlencoded" }),
                ...headers,
            },
        });
        const text = await response.text();
        return { status: response.status, headers: response.headers, text };
    }

    async control(name, body, method = body === undefined ? "GET" : "POST") {
        const response = await fetch(`${this.standIn.url}/_control/${name}`, {
            method,
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        assert.equal(response.status, 200, text);
        const isJson = response.headers.get("content-type") === "application/json";
        return isJson ? JSON.parse(text) : text;
    }

    fault(kind, rest = {}) {
        return this.control("faults", { kind, ...rest });
    }

    /** Resolves when a fault of @kind has struck. */
    async struck(kind) {
        const before = this.#struck[kind] ?? 0;
        const deadline = performance.now() + STRUCK_MS;
        do {
            assert.ok(performance.now() < deadline, `${kind} does not strike`);
            const { counts } = await this.control("faults");
            this.#struck[kind] = counts[kind];
        } while (this.#struck[kind] === before);
    }

    advance(seconds) {
        return this.control("clock", { advance: seconds });
    }

    async moves() {
        const lines = (await this.control("journal")).split("\n").filter(Boolean);
        return lines.map((line) => JSON.parse(line)).map(({ move, amount }) => `${move} ${amount}`);
    }

    // ---- webhooks ----

    /** Takes webhooks; @statusOf(number of the attempt) is what it answers. */
    async receiver(statusOf = () => 200, types = ["*"]) {
        const seen = [];
        const server = http.createServer(async (request, response) => {
            const parts = [];
            for await (const part of request) parts.push(part);
            const body = Buffer.concat(parts).toString();
            seen.push({ header: request.headers["stripe-signature"], body });
            response.writeHead(statusOf(seen.length), { Location: "/elsewhere" }).end();
        });
        this.#receivers.push(server);
        await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
        const endpoint = await this.stripe.webhookEndpoints.create({
            url: `http://127.0.0.1:${server.address().port}/webhooks/stripe`,
            enabled_events: types,
        });
        return { seen, endpoint, secret: endpoint.secret };
    }

    drain() {
        return this.control("drain", {});
    }

    /** The event, by the official library, at the stand-in's time. */
    verified({ body, header }, secret) {
        const { webhooks } = this.stripe;
        return webhooks.constructEvent(body, header, secret, 300, undefined, this.nowMs);
    }
}
