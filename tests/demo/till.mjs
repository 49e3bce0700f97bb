// The client at the counter: takes orders through the API, and asks again with the same key when
// no answer comes. Its list of answers is what the check holds the devices to.
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Trouble } from "./words.mjs";

const ASK_AGAIN_MS = 20;
const PATIENCE_SECONDS = 30;
const PASSING = new Set([429, 500, 503, 507]); // worth asking again

/** @index-th of @list, round and round. */
const pick = (list, index) => list[index % list.length];

export class Till {
    #count = 0;
    answers = []; // {name, body, id, number, total, log, seq, receivedAt}
    retries = 0; // requests that had no answer, or a passing refusal

    constructor(device) {
        this.device = device;
    }

    /** Reads what can be ordered. */
    async open() {
        const { items } = await this.device.get("/api/menu");
        this.items = items.filter((item) => item.available && !item.hidden);
        this.epoch = (await this.device.get("/api/session")).epoch;
        if (this.items.length === 0) throw new Trouble("the menu is empty");
    }

    /** Takes one order; resolves once it is acknowledged. */
    async take() {
        const at = this.#count++;
        const name = `guest ${String(at + 1).padStart(3, "0")}`;
        return this.place(name, this.#lines(at), pick(["eat-in", "take-away"], at));
    }

    /** Enters an order under a fresh key, however often it must be asked. */
    async place(name, lines, mode) {
        const key = this.#key();
        const body = { channel: "counter", mode, name, lines };
        const { id, number, total, log, seq } = await this.#post(key, body);
        const answer = { name, body, id, number, total, log, seq, receivedAt: performance.now() };
        this.answers.push(answer);
        return answer;
    }

    #key() {
        const seconds = Math.floor((Date.now() - this.epoch) / 1000);
        return seconds.toString(16).padStart(8, "0") + randomBytes(12).toString("hex");
    }

    /** One or two lines that differ from order to order, with as many options as the item asks. */
    #lines(at) {
        return Array.from({ length: 1 + (at % 2) }, (_, line) => {
            const item = pick(this.items, at * 7 + line * 3);
            const options = item.groups.flatMap(({ min }, group) =>
                Array.from({ length: min }, (_, choice) => ({ group, choice })),
            );
            return { item: item.number, quantity: 1 + (at % 3), options };
        });
    }

    async #post(key, body) {
        const deadline = performance.now() + PATIENCE_SECONDS * 1000;
        for (let reason = ""; ; this.retries++) {
            if (performance.now() > deadline)
                throw new Trouble(`an order was not taken in ${PATIENCE_SECONDS} s: ${reason}`);
            try {
                const answer = await this.device.request("POST", "/api/orders", { key, body });
                if (answer.status === 201) return answer.body;
                reason = `${answer.status} ${answer.body.detail}`;
                if (!PASSING.has(answer.status)) throw new Trouble(`an order was refused: ${reason}`);
            } catch (error) {
                if (error instanceof Trouble) throw error;
                reason = error.message;
            }
            await pause(ASK_AGAIN_MS);
        }
    }
}
