// Mistakes planted in the stand-in: each must turn the expectation red that is named for it.
import Stripe from "stripe";

const hold = (amount, intent, within) => {
    if (intent.status === "requires_capture") within(intent, amount);
};

/** Name: {by: sentence of the expectation, plant(standIn)}. */
export const PLANTS = {
    "a second capture is allowed": {
        by: "nothing is captured a second time",
        plant({ account: { intents } }) {
            const within = intents.mustBeWithinHold.bind(intents);
            intents.mustHold = () => {};
            intents.mustBeWithinHold = (intent, amount) => hold(amount, intent, within);
        },
    },
    "a key is kept beyond 24 hours": {
        by: "after 24 hours the same key runs again",
        plant({ api }) {
            api.keys.isForgotten = () => false;
        },
    },
    "a key is forgotten at once": {
        by: "a key is kept for just under 24 hours",
        plant({ api }) {
            api.keys.isForgotten = () => true;
        },
    },
    "webhooks are not signed": {
        by: "each webhook is signed, and the official library takes it",
        plant({ webhooks }) {
            webhooks.sign = () => "";
        },
    },
    "webhooks are signed with another secret": {
        by: "each webhook is signed, and the official library takes it",
        plant({ account, webhooks }) {
            webhooks.sign = (payload) =>
                Stripe.webhooks.generateTestHeaderString({
                    payload,
                    secret: "whsec_other",
                    timestamp: account.now,
                });
        },
    },
    "a retried webhook keeps its first time": {
        by: "an old signature is refused, and each attempt is signed anew",
        plant({ account, webhooks }) {
            const sign = webhooks.sign.bind(webhooks);
            const first = account.now;
            webhooks.sign = (payload, endpoint) =>
                sign(payload, endpoint).replace(/^t=\d+/, `t=${first}`);
        },
    },
    "more than the hold is captured": {
        by: "no more than the hold is captured",
        plant({ account: { intents } }) {
            intents.mustBeWithinHold = () => {};
        },
    },
    "what was captured is cancelled": {
        by: "what is over is not cancelled, and the error shows it",
        plant({ account: { intents } }) {
            intents.mustBeCancelable = () => {};
        },
    },
    "more is refunded than is left": {
        by: "no more is refunded than is left",
        plant({ account: { refunds } }) {
            refunds.mustBeLeft = () => {};
        },
    },
    "what is disputed is refunded": {
        by: "a chargeback takes the money, and a refund is refused",
        plant({ account: { disputes } }) {
            disputes.forbidRefund = () => false;
        },
    },
    "an expired session can still be paid": {
        by: "an expired session is not paid",
        plant({ account: { sessions } }) {
            sessions.mustBePayable = () => {};
        },
    },
    "a complete session is expired": {
        by: "only an open session is expired",
        plant({ account: { sessions } }) {
            sessions.mustBeExpirable = () => {};
        },
    },
    "an expired session leaves its intent to be paid": {
        by: "a session that expires takes its intent with it",
        plant({ account: { sessions } }) {
            sessions.endIntent = () => {};
        },
    },
    "a session makes its intent at once": {
        by: "a session makes its intent when the customer pays, not before",
        plant({ account: { sessions } }) {
            const create = sessions.create.bind(sessions);
            sessions.create = (params) => {
                const session = create(params);
                sessions.intentOf(session);
                return session;
            };
        },
    },
    "an event shows its object as it is now": {
        by: "an event shows its object as it was",
        plant({ account: { events } }) {
            events.snapshot = (object) => object;
        },
    },
    "an unknown parameter is passed over": {
        by: "an unknown parameter is refused and named",
        plant({ api }) {
            const answer = api.answer.bind(api);
            api.answer = (call) => {
                const body = call.body.toString().replace(/&?tip=\d+/, "");
                return answer({ ...call, body: Buffer.from(body) });
            };
        },
    },
};
