// Webhooks: each event to each endpoint that wants it, signed, again when it was not taken
// (docs/stripe.md, W1 to W9). One at a time for each endpoint, so that a run is the same again.
import http from "node:http";
import https from "node:https";
import Stripe from "stripe";

const AGAIN_SECONDS = [60, 600, 7200];
const ANSWER_MS = 10_000;
const USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)";

function v1Of(payload, secret, timestamp) {
    const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
    return header.slice(header.indexOf("v1="));
}

export class Webhooks {
    #account;
    #faults;
    #queues = new Map();
    #held = new Map();
    #agents = [];
    /** Every attempt: {event, type, endpoint, at, attempt, status}; status 0: no answer. */
    attempts = [];
    /** Nothing leaves this machine for the gateway. */
    isCut = () => false;

    constructor(account, faults) {
        this.#account = account;
        this.#faults = faults;
        account.events.listen((event, isDouble) => this.#take(event, isDouble));
    }

    #take(event, isDouble) {
        const rule = isDouble ? null : this.#faults.strikeEvent(event);
        const endpoints = this.#account.endpoints.wanting(event.type);
        event.pending_webhooks = endpoints.length;
        const payload = JSON.stringify(event, null, 2); // the same bytes each time
        for (const endpoint of endpoints)
            this.#plan({ event, payload, endpoint, isTaken: false }, rule);
        if (rule?.kind === "webhook_double") this.#account.events.double(event);
    }

    #plan(delivery, rule) {
        const { endpoint } = delivery;
        const send = () => this.#send(delivery, 1);
        const plans = {
            webhook_drop: () => {},
            webhook_delay: () => this.#account.clock.after(rule.seconds ?? 30, send),
            webhook_duplicate: () => {
                send();
                send();
            },
            webhook_reorder: () => this.#hold(endpoint, send),
        };
        (plans[rule?.kind] ?? send)();
        if (rule?.kind !== "webhook_reorder") this.#release(endpoint);
    }

    /** Until another one has gone before it. */
    #hold(endpoint, send) {
        this.#held.set(endpoint.id, [...(this.#held.get(endpoint.id) ?? []), send]);
    }

    #release({ id }) {
        const held = this.#held.get(id) ?? [];
        this.#held.delete(id);
        for (const send of held) send();
    }

    #send(delivery, attempt) {
        const { endpoint } = delivery;
        const before = this.#queues.get(endpoint.id) ?? Promise.resolve();
        const now = before.then(() => this.#attempt(delivery, attempt));
        this.#queues.set(endpoint.id, now);
        return now;
    }

    async #attempt(delivery, attempt) {
        const { event, payload, endpoint } = delivery;
        const status = this.isCut() ? 0 : await this.#post(endpoint, payload);
        const { id, type } = event;
        this.attempts.push({
            event: id,
            type,
            endpoint: endpoint.id,
            at: this.#account.now,
            attempt,
            status,
        });
        if (status >= 200 && status < 300) this.#taken(delivery);
        else if (attempt <= AGAIN_SECONDS.length)
            this.#account.clock.after(AGAIN_SECONDS[attempt - 1], () =>
                this.#send(delivery, attempt + 1),
            );
    }

    #taken(delivery) {
        if (!delivery.isTaken) delivery.event.pending_webhooks--;
        delivery.isTaken = true;
    }

    /** The header of one attempt: now, each secret's signature, and one of a scheme not in use. */
    sign(payload, endpoint) {
        const secrets = this.#account.endpoints.secretsOf(endpoint.id);
        const signatures = secrets.map((secret) => v1Of(payload, secret, this.#account.now));
        return [`t=${this.#account.now}`, ...signatures, `v0=${this.#account.decoys.hex()}`].join();
    }

    /** The status of the answer; 0: there was none. */
    #post(endpoint, payload) {
        const url = new URL(endpoint.url);
        const body = Buffer.from(payload);
        const signature = this.sign(payload, endpoint);
        const options = {
            method: "POST",
            agent: false,
            timeout: ANSWER_MS,
            rejectUnauthorized: false, // this machine's own certificate, whoever signed it
            headers: {
                "Content-Type": "application/json; charset=utf-8",
                "Content-Length": body.length,
                "User-Agent": USER_AGENT,
                ...(signature ? { "Stripe-Signature": signature } : {}),
            },
        };
        return new Promise((resolve) => {
            const call = (url.protocol === "https:" ? https : http).request(url, options);
            this.#agents.push(call);
            call.on("timeout", () => call.destroy());
            call.on("error", () => resolve(0));
            call.on("close", () => {
                this.#agents.splice(this.#agents.indexOf(call), 1);
                resolve(0);
            });
            call.on("response", (response) => {
                response.resume();
                response.on("end", () => resolve(response.statusCode));
            });
            call.end(body);
        });
    }

    /** Lets go what was held back, and resolves when nothing is under way. */
    async drain() {
        for (const id of [...this.#held.keys()]) this.#release({ id });
        let queues;
        do {
            queues = [...this.#queues.values()];
            await Promise.all(queues);
        } while ([...this.#queues.values()].some((queue) => !queues.includes(queue)));
    }

    close() {
        this.isCut = () => true;
        for (const call of [...this.#agents]) call.destroy();
    }
}
