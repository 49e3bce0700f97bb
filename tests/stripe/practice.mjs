// What the customer's browser is given: the practice script in place of Stripe's, the frames that
// it opens, and the page on which the "bank" asks.
import { readFileSync } from "node:fs";
import { checkout } from "./checkout.mjs";
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

/** What the address says of it by which a customer comes back: of each status of the intent. */
const CAME_OUT = { requires_capture: "succeeded", succeeded: "succeeded", processing: "pending" };

/** Where a customer who was sent away comes back to. */
function back(intent, url) {
    const target = new URL(url);
    target.searchParams.set("payment_intent", intent.id);
    target.searchParams.set("payment_intent_client_secret", intent.client_secret);
    target.searchParams.set("redirect_status", CAME_OUT[intent.status] ?? "failed");
    return target.href;
}

/** Pages of their own: [where, what shows and takes them]. */
const PAGES = [
    ["/practice/bank/", bank],
    ["/practice/checkout/", checkout],
];

/** GET shows the question, POST with right=true or false answers it. Who was sent away comes back
 * also when there is nothing to answer any more. */
function bank(account, { method, path, body }) {
    const asked = account.intents.challenged(path.slice("/practice/bank/".length));
    const { intent, url, isOpen } = asked ?? { isOpen: false };
    const isAnswer = method === "POST";
    if (!isOpen && !(isAnswer && url)) return page(HTML, file("answered.html"), 410);
    if (!isAnswer) return page(HTML, file("bank.html"));
    const isRight = new URLSearchParams(body.toString()).get("right") === "true";
    if (isOpen) account.intents.authenticate(intent.id, isRight);
    if (!url) return page(HTML, file("answered.html"));
    return { status: 303, headers: { Location: back(intent, url) }, text: "" };
}

/** Which wallets there are on a page of the domain that is asked for (B6). */
function wallets(account, { query }) {
    const domain = new URLSearchParams(query).get("domain");
    const object = { googlePay: account.domains.isActive(domain) };
    return page("application/json", `${JSON.stringify(object)}\n`);
}

export function practice({ account }, call) {
    const known = FILES[call.path];
    if (known && call.method === "GET") return page(known[0], file(known[1]));
    if (call.path === "/practice/wallets") return wallets(account, call);
    const [, show] = PAGES.find(([path]) => call.path.startsWith(path)) ?? [];
    if (!show) return page("text/plain", "not here\n", 404);
    try {
        return show(account, call);
    } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return page("text/plain", `${error.message}\n`, error.status);
    }
}
