// A client of one node's API that asks again, with the same key, until it has an answer.
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Trouble } from "./words.mjs";

const ASK_AGAIN_MS = 20;
const PATIENCE_SECONDS = 30;
const PASSING = new Set([429, 500, 503, 507]); // worth asking again

export class Client {
    retries = 0; // requests that had no answer, or a passing refusal
    #epoch = 0;

    constructor(device) {
        this.device = device;
    }

    async open() {
        this.#epoch = (await this.device.get("/api/session")).epoch;
        return this;
    }

    #key() {
        const seconds = Math.floor((Date.now() - this.#epoch) / 1000);
        return seconds.toString(16).padStart(8, "0") + randomBytes(12).toString("hex");
    }

    post(path, body) {
        return this.send("POST", path, body);
    }

    /** Sends @body under a fresh key, however often that takes; the answer's body. */
    async send(method, path, body) {
        const what = `${method} ${path}`;
        const key = this.#key();
        const deadline = performance.now() + PATIENCE_SECONDS * 1000;
        for (let reason = ""; ; this.retries++) {
            if (performance.now() > deadline)
                throw new Trouble(`${what}: no answer in ${PATIENCE_SECONDS} s: ${reason}`);
            try {
                const answer = await this.device.request(method, path, { key, body });
                if (answer.status < 300) return answer.body;
                reason = `${answer.status} ${answer.body.detail}`;
                if (!PASSING.has(answer.status)) throw new Trouble(`${what}: ${reason}`);
            } catch (error) {
                if (error instanceof Trouble) throw error;
                reason = error.message;
            }
            await pause(ASK_AGAIN_MS);
        }
    }
}
