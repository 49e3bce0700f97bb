// Disputes: a customer's bank takes the money back, or asks first (docs/stripe.md, D1 to D4).
import { invalid } from "./errors.mjs";
import { Table } from "./lists.mjs";

const BANK_SECONDS = 60;
const ANSWER_SECONDS = 7 * 24 * 3600;
const OPEN = ["needs_response", "under_review", "warning_needs_response", "warning_under_review"];
const OUTCOMES = { chargeback: ["won", "lost"], inquiry: ["warning_closed"] };

const EVIDENCE = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
];

export class Disputes {
    #account;
    #table = new Table("dispute");

    constructor(account) {
        this.#account = account;
    }

    get(id) {
        return this.#table.get(id);
    }

    list({ payment_intent: intent, charge, created = () => true, ...page }) {
        return this.#table.page(
            page,
            "/v1/disputes",
            (dispute) =>
                (intent === undefined || dispute.payment_intent === intent) &&
                (charge === undefined || dispute.charge === charge) &&
                created(dispute.created),
        );
    }

    /** Whether refunding @charge would be giving the money back twice. */
    forbidRefund(charge) {
        return this.#table.all.some(
            (dispute) => dispute.charge === charge.id && !dispute.is_charge_refundable,
        );
    }

    /** The card is one whose payments are always disputed. */
    expect(intent) {
        this.#account.clock.after(BANK_SECONDS, () => {
            const charge = this.#account.charges.get(intent.latest_charge);
            if (!charge.refunded) this.open(intent.id, "chargeback");
        });
    }

    /** @kind: chargeback, which takes the money at once; or inquiry, which asks. */
    open(intentId, kind, amount) {
        const intent = this.#account.intents.get(intentId, "payment_intent");
        if (intent.status !== "succeeded" || !(kind in OUTCOMES))
            throw invalid("Only what was captured is disputed, as a chargeback or an inquiry.");
        const charge = this.#account.charges.get(intent.latest_charge);
        const dispute = this.#table.add(
            this.#made(charge, kind, amount ?? charge.amount_captured - charge.amount_refunded),
        );
        charge.disputed = true;
        this.#account.events.add("charge.dispute.created", dispute);
        if (kind === "chargeback") this.#withdraw(dispute);
        return dispute;
    }

    #made(charge, kind, amount) {
        const isInquiry = kind === "inquiry";
        return {
            id: this.#account.id("dp"),
            object: "dispute",
            amount,
            balance_transactions: [],
            charge: charge.id,
            created: this.#account.now,
            currency: charge.currency,
            enhanced_eligibility_types: [],
            evidence: {
                ...Object.fromEntries(EVIDENCE.map((name) => [name, null])),
                enhanced_evidence: {},
            },
            evidence_details: {
                due_by: this.#account.now + ANSWER_SECONDS,
                enhanced_eligibility: {},
                has_evidence: false,
                past_due: false,
                submission_count: 0,
                submission_method: null,
            },
            intended_submission_method: null,
            is_charge_refundable: isInquiry,
            livemode: false,
            metadata: {},
            payment_intent: charge.payment_intent,
            reason: "fraudulent",
            status: isInquiry ? "warning_needs_response" : "needs_response",
        };
    }

    #withdraw(dispute) {
        const charge = this.#account.charges.get(dispute.charge);
        this.#account.journal.add("withdrawn", charge, dispute.amount, dispute.id);
        this.#account.events.add("charge.dispute.funds_withdrawn", dispute);
    }

    /** The bank's decision. */
    close(id, outcome) {
        const dispute = this.get(id);
        const kind = dispute.status.startsWith("warning") ? "inquiry" : "chargeback";
        if (!OPEN.includes(dispute.status) || !OUTCOMES[kind].includes(outcome))
            throw invalid(`A dispute that is ${dispute.status} cannot end as ${outcome}.`);
        dispute.status = outcome;
        this.#account.events.add("charge.dispute.updated", dispute);
        this.#account.events.add("charge.dispute.closed", dispute);
        if (outcome !== "won") return dispute;
        dispute.is_charge_refundable = true; // a refund would be the only one, now
        const charge = this.#account.charges.get(dispute.charge);
        this.#account.journal.add("reinstated", charge, dispute.amount, dispute.id);
        this.#account.events.add("charge.dispute.funds_reinstated", dispute);
        return dispute;
    }
}
