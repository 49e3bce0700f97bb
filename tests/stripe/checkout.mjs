// The page on which a Checkout Session is paid: what is bought, and a choice of test cards. Of one
// that is over it says so, or sends the customer where the session says.
import { readFileSync } from "node:fs";
import { CARDS, lastFour } from "./cards.mjs";
import { ApiError, unknownObject } from "./errors.mjs";

const TEMPLATE = readFileSync(new URL("stub/checkout.html", import.meta.url), "utf8");
const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => SIGNS[sign]);

const html = (text, status = 200) => ({
    status,
    headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" },
    text,
});

const away = (url) => ({ status: 303, headers: { Location: url }, text: "" });

function filled(parts) {
    return TEMPLATE.replace(/\{\{(\w+)\}\}/g, (_whole, name) => parts[name] ?? "");
}

function formOf(session) {
    const options = CARDS.map(
        (card) => `<option value="${card.number}">…${lastFour(card)} ${card.method}</option>`,
    );
    const ask = `<label>Email<input name="email" type="email" required /></label>`;
    return `<form method="post" autocomplete="off">
            ${session.customer_email === null ? ask : ""}
            <label>Test card<select name="number">${options.join("")}</select></label>
            <button type="submit" class="wide">Pay</button>
        </form>`;
}

function shown({ sessions }, session, message = "", status = 200) {
    const isOpen = session.status === "open";
    const { data } = sessions.items(session.id, { limit: 100 });
    const lines = data.map(
        ({ quantity, description }) => `<li>${quantity} × ${escaped(description)}</li>`,
    );
    const parts = {
        lines: lines.join(""),
        total: escaped(`${session.amount_total} ${session.currency} (smallest unit)`),
        message: escaped(isOpen ? message : `This session is ${session.status}.`),
        form: isOpen ? formOf(session) : "",
    };
    return html(filled(parts), isOpen ? status : 410);
}

/** Where a customer goes who paid; null: nowhere, the session is not complete. */
function targetOf(session) {
    if (session.status !== "complete") return null;
    const { success_url: hosted, return_url: embedded } = session;
    return (hosted ?? embedded).replaceAll("{CHECKOUT_SESSION_ID}", session.id);
}

/** Its bank's question, if it asks now. */
function questionOf({ intents }, { payment_intent: id }) {
    const intent = id === null ? null : intents.get(id);
    return intent?.next_action?.redirect_to_url?.url ?? null;
}

function pay(account, session, body) {
    const form = new URLSearchParams(body.toString());
    const card = { number: form.get("number") ?? "" };
    try {
        account.sessions.pay(session.id, { card, email: form.get("email") || null });
    } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return shown(account, session, error.message, error.status);
    }
    return null;
}

/** GET shows it, POST with a card's number pays. Who comes back from the bank sees the outcome. */
export function checkout(account, { method, path, body }) {
    const session = account.sessions.get(path.slice("/practice/checkout/".length));
    if (method !== "GET" && method !== "POST") throw unknownObject("page", path);
    const isPayment = method === "POST" && session.status !== "complete";
    const refusal = isPayment ? pay(account, session, body) : null;
    if (refusal) return refusal;
    const next = targetOf(session) ?? (isPayment ? questionOf(account, session) : null);
    if (next) return away(next);
    const failed = session.payment_intent && account.intents.get(session.payment_intent);
    return shown(account, session, failed?.last_payment_error?.message);
}
