// Whoever asks a node: each wish under one key, asked again until it is answered.
import { randomBytes } from "node:crypto";
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { Trouble } from "../demo/words.mjs";

const PATIENCE_SECONDS = 120;
const ANSWER_MS = 4000;

/** Worth asking again; also what is out of reach, unless it is an item that is sold out. */
const isPassing = (status, { code, item }) =>
    [429, 500, 502, 503, 507].includes(status) || (code === "unavailable" && item === undefined);

/** A refusal that is an answer: status, and the problem's fields. */
export class Refused extends Error {
    constructor(what, status, problem) {
        super(`${what}: ${status} ${problem.detail}`);
        Object.assign(this, { status, problem });
    }
}

export class Caller {
    again = 0; // requests that had no answer, or a passing refusal
    #epoch = 0;

    /** @line: has request(method, path, options) -> {status, body}. */
    constructor(line, { againMs = 50 } = {}) {
        Object.assign(this, { line, againMs });
    }

    async open() {
        this.#epoch = (await this.#until("GET", "/api/session", {})).epoch;
        return this;
    }

    post(path, body) {
        const seconds = Math.floor((Date.now() - this.#epoch) / 1000);
        const key = seconds.toString(16).padStart(8, "0") + randomBytes(12).toString("hex");
        return this.#until("POST", path, { key, body });
    }

    /** Where a second time makes nothing twice. */
    ask(path, body) {
        return this.#until("POST", path, { body });
    }

    /** The answer's body; Refused when it is no. */
    async #until(method, path, options) {
        const what = `${method} ${path}`;
        const deadline = performance.now() + PATIENCE_SECONDS * 1000;
        for (let reason = ""; ; this.again++) {
            if (performance.now() > deadline)
                throw new Trouble(`${what}: no answer in ${PATIENCE_SECONDS} s: ${reason}`);
            try {
                const { status, body } = await this.line.request(method, path, options);
                if (status < 300) return body;
                reason = `${status} ${body.detail}`;
                if (!isPassing(status, body)) throw new Refused(what, status, body);
            } catch (error) {
                if (error instanceof Refused) throw error;
                reason = error.message;
            }
            await pause(this.againMs);
        }
    }
}

/** A phone's way to a gateway, by the uplink: a port that leads there, or does not. */
export class PhoneLine {
    token = "";
    #agent = new http.Agent({ keepAlive: true, maxSockets: 2 });

    /** @port: of the uplink; @origin: the gateway's own, which the phone believes to see. */
    constructor(port, origin) {
        Object.assign(this, { port, origin });
    }

    request(method, path, { key, body }) {
        const payload = body === undefined ? "" : JSON.stringify(body);
        const headers = { Host: new URL(this.origin).host, Origin: this.origin };
        if (this.token) headers.Authorization = `Bearer ${this.token}`;
        if (key) headers["Idempotency-Key"] = key;
        if (body !== undefined) headers["Content-Type"] = "application/json";
        headers["Content-Length"] = Buffer.byteLength(payload);
        const where = { host: "127.0.0.1", port: this.port, agent: this.#agent };
        return new Promise((resolve, reject) => {
            const request = http.request({ ...where, method, path, headers }, (response) => {
                const chunks = [];
                response.on("data", (chunk) => chunks.push(chunk));
                response.on("error", reject);
                response.on("end", () => {
                    try {
                        const text = Buffer.concat(chunks).toString("utf8");
                        resolve({ status: response.statusCode, body: JSON.parse(text) });
                    } catch (error) {
                        reject(error);
                    }
                });
            });
            request.setTimeout(ANSWER_MS, () => request.destroy(new Error("no answer in time")));
            request.on("error", reject);
            request.end(payload);
        });
    }

    close() {
        this.#agent.destroy();
    }
}
