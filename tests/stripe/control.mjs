// The tests' side door, /_control: the clock, faults, what customers and banks do, and the journal.
// JSON in, JSON out; README.md lists it. No browser may ask: a page that a test opens is a guest's.
import { ApiError, invalid, noSuchCall } from "./errors.mjs";

/** "METHOD name": (stand-in, parameters). */
const CALLS = {
    "GET state": ({ account, api, faults }) => ({
        now: account.now,
        cut: api.cut,
        counts: faults.counts,
        balances: account.journal.balances,
    }),
    "POST reset": (standIn, { seed, now }) => {
        standIn.reset({ seed, now });
        return { now: standIn.account.now };
    },
    "GET clock": ({ account }) => ({ now: account.now }),
    "POST clock": async ({ account, webhooks }, { advance }) => {
        if (!(advance >= 0)) throw invalid("Time passes forwards: name `advance` in seconds.");
        await webhooks.drain();
        await account.clock.advance(advance);
        await webhooks.drain();
        return { now: account.now };
    },
    "GET faults": ({ faults }) => ({ rules: faults.rules, counts: faults.counts }),
    "POST faults": ({ faults }, rule) => {
        faults.add(rule);
        return { rules: faults.rules };
    },
    "DELETE faults": ({ faults }) => {
        faults.clear();
        return { rules: [] };
    },
    "POST internet": ({ api }, { cut = "" }) => {
        if (!["", "gateway", "all"].includes(cut)) throw invalid("gateway, all, or nothing.");
        api.cut = cut;
        return { cut };
    },
    "GET journal": ({ account }) => ({ type: "application/x-ndjson", text: account.journal.lines }),
    "GET balances": ({ account }) => account.journal.balances,
    "GET requests": ({ api }) => ({ data: api.log }),
    "GET deliveries": ({ webhooks }) => ({ data: webhooks.attempts }),
    "POST drain": async ({ webhooks }) => {
        await webhooks.drain();
        return { attempts: webhooks.attempts.length };
    },
    /** As a customer's page does, with any test card. */
    "POST pay": ({ account }, { payment_intent: intent, payment_method: method }) =>
        account.intents.confirm(intent, { payment_method: method ?? "pm_card_visa" }, true),
    /** The same of a Checkout Session. */
    "POST pay_session": ({ account }, { session, payment_method: method, email }) =>
        account.sessions.pay(session, { payment_method: method ?? "pm_card_visa", email }),
    "POST authenticate": ({ account }, { payment_intent: intent, right: isRight }) =>
        account.intents.authenticate(intent, isRight === true),
    "POST expire_hold": ({ account, faults }, { payment_intent: intent }) => {
        const expired = account.intents.expire(intent);
        faults.count("hold_expiry");
        return expired;
    },
    "POST dispute": ({ account, faults }, { payment_intent: intent, kind, amount }) => {
        const dispute = account.disputes.open(intent, kind ?? "chargeback", amount);
        faults.count("dispute");
        return dispute;
    },
    "POST dispute_close": ({ account }, { dispute, outcome }) =>
        account.disputes.close(dispute, outcome),
    "POST refund": ({ account, faults }, { refund, status }) => {
        if (!["succeeded", "failed", "canceled"].includes(status)) throw invalid("No such end.");
        const become = account.refunds.become(refund, status);
        faults.count("refund");
        return become;
    },
    "POST endpoints": ({ account }, { url, enabled_events: types = ["*"], secret }) =>
        account.endpoints.create({ url, enabled_events: types }, secret),
    "POST roll": ({ account }, { endpoint, overlap = 24 * 3600 }) => ({
        secret: account.endpoints.roll(endpoint, overlap),
    }),
};

const json = (status, object) => ({
    status,
    headers: { "Content-Type": "application/json" },
    text: `${JSON.stringify(object, null, 2)}\n`,
});

function parametersOf({ method, body }) {
    if (method !== "POST" || body.length === 0) return {};
    try {
        return Object(JSON.parse(body.toString()));
    } catch {
        throw invalid("The body is no JSON.");
    }
}

export async function control(standIn, call) {
    const { method, path, headers } = call;
    try {
        if (headers.origin !== undefined) throw invalid("No browser asks here.");
        const deed = CALLS[`${method} ${path.slice("/_control/".length)}`];
        if (!deed) throw noSuchCall(method, path);
        const { type, text, ...object } = await deed(standIn, parametersOf(call));
        if (text === undefined) return json(200, object);
        return { status: 200, headers: { "Content-Type": type }, text };
    } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return json(error.status, error.body);
    }
}
