// What the customer's browser is given: the practice script in place of Stripe's, the frames that
// it opens, and the page on which the "bank" asks.
import { readFileSync } from "node:fs";
import { ApiError } from "./errors.mjs";

const file = (name) => readFileSync(new URL(`stub/${name}`, import.meta.url), "utf8");

const JS = "text/javascript; charset=utf-8";
const HTML = "text/html; charset=utf-8";

/** Path: [type, file]. The first is where the real one lies on its own host. */
const FILES = {
    "/endive/stripe.js": [JS, "stripe.js"],
    "/practice/pay.js": [JS, "pay.js"],
    "/practice/card": [HTML, "card.html"],
    "/practice/card.js": [JS, "card.js"],
    "/practice/wallet": [HTML, "wallet.html"],
    "/practice/wallet.js": [JS, "wallet.js"],
    "/practice/answered.js": [JS, "answered.js"],
    "/practice/frame.css": ["text/css; charset=utf-8", "frame.css"],
};

const page = (type, text, status = 200) => ({
    status,
    headers: { "Content-Type": type, "Cache-Control": "no-store" },
    text,
});

/** Where a customer who was sent away comes back to. */
function back(intent, url) {
    const target = new URL(url);
    target.searchParams.set("payment_intent", intent.id);
    target.searchParams.set("payment_intent_client_secret", intent.client_secret);
    const isRight = intent.status !== "requires_payment_method";
    target.searchParams.set("redirect_status", isRight ? "succeeded" : "failed");
    return target.href;
}

/** GET shows the question, POST with right=true or false answers it. */
function bank(account, { method, path, body }) {
    const intent = account.intents.challenged(path.slice("/practice/bank/".length));
    if (!intent) return page(HTML, file("answered.html"), 410);
    if (method !== "POST") return page(HTML, file("bank.html"));
    const url = intent.next_action.redirect_to_url?.return_url;
    const isRight = new URLSearchParams(body.toString()).get("right") === "true";
    account.intents.authenticate(intent.id, isRight);
    if (!url) return page(HTML, file("answered.html"));
    return { status: 303, headers: { Location: back(intent, url) }, text: "" };
}

export function practice({ account }, call) {
    const known = FILES[call.path];
    if (known && call.method === "GET") return page(known[0], file(known[1]));
    if (!call.path.startsWith("/practice/bank/")) return page("text/plain", "not here\n", 404);
    try {
        return bank(account, call);
    } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return page("text/plain", `${error.message}\n`, error.status);
    }
}
