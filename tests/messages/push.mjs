// A push service for practice: takes what is sent to subscriptions of its browsers, strictly, and
// reads it, as their browsers would.
import { randomBytes } from "node:crypto";
import { Browser } from "./browser.mjs";
import { vapidMistake } from "./vapid.mjs";

const BODY_MAX = 4096; // RFC 8291, section 4
const URGENCIES = ["very-low", "low", "normal", "high"];
const TOPIC = /^[\w-]{1,32}$/;
const WORDS = ["id", "number", "order", "said", "state", "v"]; // of a message, as docs/api.md says
const MESSAGE_MAX = 1024;

/** What it does not take, and why. */
export class Refusal extends Error {
    constructor(status, words) {
        super(words);
        this.status = status;
    }
}

export function refuseUnless(isSo, status, words) {
    if (!isSo) throw new Refusal(status, words);
}

export class PushService {
    #subscriptions = new Map();

    /** @url: its own address. */
    constructor(url) {
        this.url = url;
    }

    /** What a page is given that lets @key send, as toJSON() of it has it. */
    subscribe(key, browser = new Browser()) {
        const path = `/push/${randomBytes(24).toString("base64url")}`;
        this.#subscriptions.set(path, { key, browser, status: 201 });
        return { endpoint: this.url + path, keys: browser.keys };
    }

    /** The browser is gone; whoever sends hears @status. */
    end(endpoint, status = 410) {
        this.#subscriptions.get(endpoint.slice(this.url.length)).status = status;
    }

    /** What came, as it goes into the journal; throws a Refusal. */
    take({ method, path, headers, body }) {
        const subscription = this.#subscriptions.get(path);
        refuseUnless(subscription, 404, "nobody is there");
        const { status, browser } = subscription;
        refuseUnless(method === "POST", 405, "it is to be sent");
        const { ttl, urgency, topic } = this.#headers(headers, subscription.key);
        refuseUnless(body.length <= BODY_MAX, 413, "it is too long");
        const message = this.#message(browser, body);
        return { to: this.url + path, status, ttl, urgency, topic, message };
    }

    #headers(headers, key) {
        const now = Date.now() / 1000;
        const mistake = vapidMistake(headers.authorization, { origin: this.url, key, now });
        refuseUnless(mistake === "", 403, mistake);
        const { ttl, urgency = "normal", topic } = headers;
        refuseUnless(/^\d+$/.test(ttl ?? ""), 400, "no TTL");
        refuseUnless(URGENCIES.includes(urgency), 400, "no such urgency");
        refuseUnless(topic === undefined || TOPIC.test(topic), 400, "no such topic");
        refuseUnless(headers["content-encoding"] === "aes128gcm", 415, "not sealed");
        return { ttl: Number(ttl), urgency, topic };
    }

    #message(browser, body) {
        let text;
        try {
            text = browser.read(body);
        } catch (error) {
            throw new Refusal(400, error.message);
        }
        const message = JSON.parse(text);
        const isWhole = String(Object.keys(message).sort()) === String(WORDS);
        refuseUnless(isWhole && Buffer.byteLength(text) <= MESSAGE_MAX, 400, `it says ${text}`);
        return message;
    }
}
