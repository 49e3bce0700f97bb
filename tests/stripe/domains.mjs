// The domains on which wallets are shown (docs/stripe.md, B6).
import { invalid } from "./errors.mjs";
import { Table } from "./lists.mjs";

const WALLETS = ["amazon_pay", "apple_pay", "google_pay", "klarna", "link", "paypal"];

export class Domains {
    #account;
    #table = new Table("payment_method_domain");

    constructor(account) {
        this.#account = account;
    }

    create({ domain_name: name, enabled = true }) {
        const known = this.#table.all.find((domain) => domain.domain_name === name);
        if (known) throw invalid("This domain is registered already.", "domain_name");
        return this.#table.add({
            id: this.#account.id("pmd"),
            object: "payment_method_domain",
            ...Object.fromEntries(WALLETS.map((wallet) => [wallet, { status: "active" }])),
            created: this.#account.now,
            domain_name: name,
            enabled,
            livemode: false,
        });
    }

    /** Whether wallets are shown on its pages. */
    isActive(name) {
        return this.#table.all.some((one) => one.domain_name === name && one.enabled);
    }

    get(id) {
        return this.#table.get(id);
    }

    list({ domain_name: name, ...page }) {
        return this.#table.page(
            page,
            "/v1/payment_method_domains",
            (domain) => name === undefined || domain.domain_name === name,
        );
    }
}
