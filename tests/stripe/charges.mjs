// Charges: one for each attempt to pay (docs/stripe.md, P4, P8).

import { lastFour } from "./cards.mjs";
import { Table } from "./lists.mjs";

const HOLD_SECONDS = 7 * 24 * 3600;
const DESCRIPTOR = "PRACTICE STALL";

function cardDetails(card, captureBefore) {
    return {
        amount_authorized: null,
        authorization_code: null,
        brand: "visa",
        ...(captureBefore ? { capture_before: captureBefore } : {}),
        checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
        country: "US",
        electronic_commerce_indicator: null,
        exp_month: 12,
        exp_year: 2034,
        funding: "credit",
        installments: null,
        last4: lastFour(card),
        mandate: null,
        network: "visa",
        network_transaction_id: null,
        regulated_status: "unregulated",
        three_d_secure: null,
        transaction_link_id: null,
        wallet: null,
    };
}

export class Charges {
    #account;
    #table = new Table("charge");

    constructor(account) {
        this.#account = account;
    }

    #add(intent, card, rest, captureBefore) {
        return this.#table.add({
            id: this.#account.id("ch"),
            object: "charge",
            amount: intent.amount,
            amount_captured: 0,
            amount_refunded: 0,
            application: null,
            application_fee: null,
            application_fee_amount: null,
            balance_transaction: null,
            billing_details: {
                address: null,
                email: null,
                name: null,
                phone: null,
                tax_id: null,
            },
            calculated_statement_descriptor: DESCRIPTOR,
            captured: false,
            created: this.#account.now,
            currency: intent.currency,
            customer: null,
            description: intent.description,
            disputed: false,
            failure_balance_transaction: null,
            failure_code: null,
            failure_message: null,
            fraud_details: {},
            livemode: false,
            metadata: { ...intent.metadata },
            on_behalf_of: null,
            outcome: null,
            paid: false,
            payment_intent: intent.id,
            payment_method: intent.payment_method,
            payment_method_details: { card: cardDetails(card, captureBefore), type: "card" },
            receipt_email: intent.receipt_email,
            receipt_number: null,
            receipt_url: null,
            refunded: false,
            review: null,
            shipping: null,
            source: null,
            source_transfer: null,
            statement_descriptor: null,
            statement_descriptor_suffix: intent.statement_descriptor_suffix,
            status: "failed",
            transfer_data: null,
            transfer_group: intent.transfer_group,
            ...rest,
        });
    }

    /** The bank promised the amount. */
    authorised(intent, card) {
        const before = this.#account.now + HOLD_SECONDS;
        const charge = this.#add(intent, card, { paid: true, status: "succeeded" }, before);
        this.#account.events.add("charge.succeeded", charge);
        return charge;
    }

    failed(intent, card) {
        const { code, message } = card.decline;
        const charge = this.#add(intent, card, { failure_code: code, failure_message: message });
        this.#account.events.add("charge.failed", charge);
        return charge;
    }

    get(id, param) {
        return this.#table.get(id, param);
    }

    list({ payment_intent: intent, created = () => true, ...page }) {
        return this.#table.page(
            page,
            "/v1/charges",
            (charge) =>
                (intent === undefined || charge.payment_intent === intent) &&
                created(charge.created),
        );
    }
}
