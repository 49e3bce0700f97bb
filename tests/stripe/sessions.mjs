// Checkout Sessions: a page of Stripe's own that sells a list of lines, once (docs/stripe.md, S1 to
// S10). The customer's first attempt to pay makes the PaymentIntent; before there is none.
import { invalid, refused } from "./errors.mjs";
import { itemsOf } from "./items.mjs";
import { Table } from "./lists.mjs";
import { metadataMerged } from "./params.mjs";

const LEAST_SECONDS = 30 * 60;
const MOST_SECONDS = 24 * 3600;
const PAID_FOR = ["processing", "requires_capture", "succeeded"];

/** Of each kind of page: the address that it must be given, the one that it must not. */
const PAGES = {
    hosted_page: { needs: "success_url", forbids: "return_url" },
    embedded_page: { needs: "return_url", forbids: "success_url" },
};

function mustBeUrl(text, name) {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (!url || !/^https?:$/.test(url.protocol))
        throw invalid(`Not a valid URL: ${name}`, name, "url_invalid");
}

function mustFitPage(kind, params) {
    const { needs, forbids } = PAGES[kind];
    if (params[forbids] !== undefined)
        throw invalid(`${forbids} is not for ui_mode ${kind}.`, forbids);
    if (params[needs] === undefined)
        throw invalid(`ui_mode ${kind} needs a ${needs}.`, needs, "parameter_missing");
    mustBeUrl(params[needs], needs);
}

const customerOf = (email) => ({
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: "none",
    tax_ids: [],
});

export class Sessions {
    #account;
    #table = new Table("checkout.session");
    /** By the session's id: its lines, and what its intent is to be made of. */
    #items = new Map();
    #plans = new Map();
    /** By the intent's id. */
    #byIntent = new Map();
    /** Sessions whose bank still thinks. */
    #thinking = new Set();

    constructor(account) {
        this.#account = account;
    }

    get(id) {
        return this.#table.get(id, "session");
    }

    list({ created = () => true, payment_intent: intent, status, ...page }) {
        return this.#table.page(
            page,
            "/v1/checkout/sessions",
            (session) =>
                created(session.created) &&
                (intent === undefined || session.payment_intent === intent) &&
                (status === undefined || session.status === status),
        );
    }

    items(id, page = {}) {
        const { id: known } = this.get(id);
        const url = `/v1/checkout/sessions/${known}/line_items`;
        return this.#items.get(known).page(page, url, () => true);
    }

    /** With the objects themselves in place of their ids, and its lines where they are wanted. */
    expanded(id, names) {
        const session = { ...this.get(id) };
        const { payment_intent: intent } = session;
        if (names.includes("line_items")) session.line_items = this.items(id);
        if (names.includes("payment_intent") && intent !== null)
            session.payment_intent = this.#account.intents.get(intent);
        return session;
    }

    // ---- making one ----

    create({ ui_mode: kind = "hosted_page", ...params }) {
        mustFitPage(kind, params);
        const end = this.#endOf(params.expires_at);
        const { items, currency, total } = itemsOf(this.#account, params.line_items);
        const session = this.#table.add(this.#made(kind, params, { currency, total, end }));
        this.#items.set(session.id, items);
        this.#plans.set(session.id, params.payment_intent_data ?? {});
        this.#account.clock.after(end - this.#account.now, () => {
            if (session.status === "open") this.#end(session);
        });
        return session;
    }

    #endOf(wanted = this.#account.now + MOST_SECONDS) {
        const seconds = wanted - this.#account.now;
        if (seconds < LEAST_SECONDS || seconds > MOST_SECONDS)
            throw invalid("expires_at lies 30 minutes to 24 hours ahead.", "expires_at");
        return wanted;
    }

    #made(kind, params, { currency, total, end }) {
        const id = this.#account.id("cs_test");
        const email = params.customer_email ?? null;
        return {
            id,
            object: "checkout.session",
            adaptive_pricing: null,
            after_expiration: null,
            allow_promotion_codes: null,
            allowed_payment_method_types: null,
            amount_subtotal: total,
            amount_total: total,
            automatic_tax: { enabled: false, liability: null, provider: null, status: null },
            billing_address_collection: null,
            cancel_url: null,
            client_reference_id: params.client_reference_id ?? null,
            client_secret:
                kind === "embedded_page" ? `${id}_secret_${this.#account.dice.letters()}` : null,
            collected_information: null,
            consent: null,
            consent_collection: null,
            created: this.#account.now,
            currency,
            currency_conversion: null,
            custom_fields: [],
            custom_text: {
                after_submit: null,
                shipping_address: null,
                submit: null,
                terms_of_service_acceptance: null,
            },
            customer: null,
            customer_account: null,
            customer_creation: "if_required",
            customer_details: email && customerOf(email),
            customer_email: email,
            discounts: [],
            expires_at: end,
            integration_identifier: null,
            invoice: null,
            invoice_creation: null,
            livemode: false,
            locale: null,
            managed_payments: null,
            metadata: metadataMerged({}, params.metadata ?? {}),
            mode: params.mode,
            origin_context: null,
            payment_intent: null,
            payment_link: null,
            payment_method_collection: "if_required",
            payment_method_configuration_details: null,
            payment_method_options: {},
            payment_method_types: ["card"],
            payment_status: "unpaid",
            permissions: null,
            phone_number_collection: { enabled: false },
            recovered_from: null,
            ...(params.return_url ? { return_url: params.return_url } : {}),
            saved_payment_method_options: null,
            setup_intent: null,
            shipping_address_collection: null,
            shipping_cost: null,
            shipping_options: [],
            status: "open",
            submit_type: null,
            subscription: null,
            success_url: params.success_url ?? null,
            total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
            ui_mode: kind,
            url: kind === "hosted_page" ? this.pageOf({ id }) : null,
            wallet_options: null,
        };
    }

    /** Where its customer pays. */
    pageOf({ id }) {
        return `${this.#account.origin}/practice/checkout/${id}`;
    }

    // ---- paying ----

    #mustBeOpen(session, what) {
        if (session.status === "open") return;
        const message = `Only an open Checkout Session can ${what}: this one is ${session.status}.`;
        throw refused(undefined, message);
    }

    mustBePayable(session) {
        this.#mustBeOpen(session, "be paid");
    }

    /** As its customer does on its page, with a test card by @method or by @card's number. */
    pay(id, { payment_method: method, card, email }) {
        const session = this.get(id);
        this.mustBePayable(session);
        session.customer_details = customerOf(session.customer_email ?? email ?? null);
        const intent = this.intentOf(session);
        const url = this.pageOf(session);
        this.#account.intents.attempt(intent, { payment_method: method, card, return_url: url });
        return session;
    }

    /** The one that its attempts to pay share; the first makes it. */
    intentOf(session) {
        if (session.payment_intent !== null) return session.payment_intent;
        const { id } = this.#account.intents.create({
            ...this.#plans.get(session.id),
            amount: session.amount_total,
            currency: session.currency,
        });
        session.payment_intent = id;
        this.#byIntent.set(id, session);
        return id;
    }

    /** Whether @intent is an open session's, whose page alone pays it and whose end cancels it. */
    isWithin(intent) {
        return this.#byIntent.get(intent.id)?.status === "open";
    }

    /** Of any session, open or not. */
    has(intent) {
        return this.#byIntent.has(intent.id);
    }

    /** What became of @intent: its session goes with it. */
    follow(intent) {
        const session = this.#byIntent.get(intent.id);
        if (!session) return;
        if (intent.status === "succeeded") session.payment_status = "paid";
        if (session.status === "open" && PAID_FOR.includes(intent.status))
            this.#complete(session, intent);
        else this.#decided(session, intent);
    }

    #complete(session, intent) {
        session.status = "complete";
        session.url = null;
        if (intent.status === "processing") this.#thinking.add(session);
        this.#account.events.add("checkout.session.completed", session);
    }

    /** What the bank said of a session that was completed before it had. */
    #decided(session, { status }) {
        if (!this.#thinking.delete(session)) return;
        const word = PAID_FOR.includes(status) ? "succeeded" : "failed";
        this.#account.events.add(`checkout.session.async_payment_${word}`, session);
    }

    // ---- its end ----

    expire(id) {
        const session = this.get(id);
        this.mustBeExpirable(session);
        this.#end(session);
        return session;
    }

    mustBeExpirable(session) {
        this.#mustBeOpen(session, "be expired");
    }

    #end(session) {
        session.status = "expired";
        session.url = null;
        if (session.payment_intent !== null) this.endIntent(session.payment_intent);
        this.#account.events.add("checkout.session.expired", session);
    }

    endIntent(id) {
        this.#account.intents.giveUp(id);
    }
}
