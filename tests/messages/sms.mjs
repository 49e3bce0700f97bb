// A provider of SMS for practice: takes a form by POST from whoever has its name and password.
import { createHash, timingSafeEqual } from "node:crypto";
import { refuseUnless } from "./push.mjs";

const FIELDS = ["From", "To", "Body"];
const NUMBER = /^\+[1-9]\d{6,14}$/;

const digest = (text) => createHash("sha256").update(text).digest();

export class SmsProvider {
    #taken = new Set(); // keys of those that were

    /** @secret: NAME:PASSWORD; @knowsKeys: what comes again under one key is sent once. */
    constructor({ secret, knowsKeys = false }) {
        this.secret = secret;
        this.knowsKeys = knowsKeys;
    }

    /** What came, as it goes into the journal; throws a Refusal. */
    take({ method, headers, body }) {
        refuseUnless(method === "POST", 405, "it is to be sent");
        const [scheme, given = ""] = (headers.authorization ?? "").split(" ");
        const isKnown = timingSafeEqual(digest(Buffer.from(given, "base64")), digest(this.secret));
        refuseUnless(scheme === "Basic" && isKnown, 401, "who is that");
        const type = headers["content-type"];
        refuseUnless(type === "application/x-www-form-urlencoded", 415, "no form");
        const form = new URLSearchParams(body.toString("utf8"));
        refuseUnless(
            String([...form.keys()]) === String(FIELDS),
            400,
            `it has ${[...form.keys()]}`,
        );
        const [from, to, text] = FIELDS.map((name) => form.get(name));
        refuseUnless(
            NUMBER.test(to) && from !== "" && text !== "",
            400,
            "a field has no such value",
        );
        const key = headers["idempotency-key"];
        const isRepeat = this.knowsKeys && this.#taken.has(key);
        return { to, status: 201, from, text, key, isRepeat };
    }

    /** It was not stopped on its way. */
    taken({ key }) {
        this.#taken.add(key);
    }
}
