// Refunds: money given back, or not after all (docs/stripe.md, R1 to R6).
import { invalid, refused } from "./errors.mjs";
import { Table } from "./lists.mjs";
import { metadataMerged } from "./params.mjs";

const BANK_SECONDS = 3600;
const STANDING = ["pending", "requires_action", "succeeded"];

export class Refunds {
    #account;
    #table = new Table("refund");

    constructor(account) {
        this.#account = account;
    }

    get(id, param) {
        return this.#table.get(id, param);
    }

    list({ payment_intent: intent, charge, created = () => true, ...page }) {
        return this.#table.page(
            page,
            "/v1/refunds",
            (refund) =>
                (intent === undefined || refund.payment_intent === intent) &&
                (charge === undefined || refund.charge === charge) &&
                created(refund.created),
        );
    }

    #chargeOf({ payment_intent: id, charge }) {
        if ((id === undefined) === (charge === undefined))
            throw invalid("Name either a payment_intent or a charge.", "payment_intent");
        if (charge !== undefined) return this.#account.charges.get(charge, "charge");
        const intent = this.#account.intents.get(id, "payment_intent");
        if (intent.latest_charge === null || intent.status !== "succeeded")
            throw refused(
                "payment_intent_unexpected_state",
                "Nothing was captured for this PaymentIntent, so there is nothing to refund.",
                { payment_intent: this.#account.events.snapshot(intent) },
            );
        return this.#account.charges.get(intent.latest_charge);
    }

    create({ amount, reason = null, metadata, ...of }) {
        const charge = this.#chargeOf(of);
        const intent = this.#account.intents.get(charge.payment_intent);
        const left = charge.amount_captured - charge.amount_refunded;
        if (!charge.captured)
            throw refused("charge_not_captured", "This charge was not captured: cancel it.");
        if (this.#account.disputes.forbidRefund(charge))
            throw refused("charge_disputed", "This charge is disputed and cannot be refunded.");
        if (left === 0)
            throw refused("charge_already_refunded", "This charge was refunded already.");
        this.mustBeLeft(amount ?? left, left);
        const refund = this.#made(charge, amount ?? left, reason, metadata ?? {});
        this.#settle(charge);
        this.#account.journal.add("refund", charge, refund.amount, refund.id);
        this.#account.events.add("refund.created", refund);
        this.#account.events.add("charge.refunded", charge);
        this.#foresee(refund, this.#account.intents.refundOf(intent));
        return refund;
    }

    mustBeLeft(amount, left) {
        if (amount > left)
            throw refused("amount_too_large", `Only ${left} of this charge is left.`, {
                param: "amount",
            });
    }

    #made(charge, amount, reason, metadata) {
        const fate = this.#account.intents.refundOf({ id: charge.payment_intent });
        return this.#table.add({
            id: this.#account.id("re"),
            object: "refund",
            amount,
            balance_transaction: this.#account.id("txn"),
            charge: charge.id,
            created: this.#account.now,
            currency: charge.currency,
            customer: null,
            customer_account: null,
            metadata: metadataMerged({}, metadata),
            payment_intent: charge.payment_intent,
            payment_method: charge.payment_method,
            ...(fate === "pending" ? { pending_reason: "processing" } : {}),
            reason,
            receipt_number: null,
            source_transfer_reversal: null,
            status: fate === "pending" ? "pending" : "succeeded",
            transfer_reversal: null,
        });
    }

    /** What of the charge is refunded, by all refunds that stand. */
    #settle(charge) {
        charge.amount_refunded = this.#table.all
            .filter((one) => one.charge === charge.id && STANDING.includes(one.status))
            .reduce((sum, { amount }) => sum + amount, 0);
        charge.refunded = charge.amount_refunded === charge.amount_captured;
    }

    #foresee(refund, fate) {
        const status = { pending: "succeeded", failing: "failed" }[fate];
        if (status === undefined) return;
        this.#account.clock.after(BANK_SECONDS, () => {
            const isDue = refund.status === (fate === "pending" ? "pending" : "succeeded");
            if (isDue) this.become(refund.id, status);
        });
    }

    /** The bank's word on a refund: succeeded, failed or canceled; a success may fail later. */
    become(id, status) {
        const refund = this.get(id);
        const charge = this.#account.charges.get(refund.charge);
        const before = refund.status;
        if (!STANDING.includes(before)) throw invalid(`The refund is ${before} for good.`);
        refund.status = status;
        delete refund.pending_reason;
        if (!STANDING.includes(status)) this.#returned(refund, charge);
        this.#account.events.add("refund.updated", refund);
        if (status === "failed") this.#account.events.add("refund.failed", refund);
        return refund;
    }

    #returned(refund, charge) {
        if (refund.status === "failed") {
            refund.failure_balance_transaction = this.#account.id("txn");
            refund.failure_reason = "expired_or_canceled_card";
        }
        this.#settle(charge);
        this.#account.journal.add("refund_returned", charge, refund.amount, refund.id);
    }
}
