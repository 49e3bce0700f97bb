// PaymentIntents: from a cart to money (docs/stripe.md, P1 to P15).
import { cardOfMethod, cardOfNumber, DECLINE } from "./cards.mjs";
import { declined, forbidden, invalid, refused } from "./errors.mjs";
import { Table } from "./lists.mjs";
import { mustBeAmount, mustBeCurrency } from "./money.mjs";
import { metadataMerged } from "./params.mjs";

const PAYABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];
const CANCELABLE = [...PAYABLE, "requires_capture"];
/** What a page may see that knows the client_secret. */
const PUBLIC = [
    "id",
    "object",
    "amount",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "last_payment_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_types",
    "processing",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "status",
];

export class Intents {
    #account;
    #table = new Table("payment_intent");
    /** By id: the card in use, and what the bank asks. Neither is part of any answer. */
    #cards = new Map();
    #challenges = new Map();
    /** {seconds, declines}: how long the bank thinks about the next payment, and whether it then
     * says no; null: it agrees at once. */
    slowBank = () => null;
    /** Whether the bank asks on a page of its own, instead of within the shop's. */
    bankPage = () => false;

    constructor(account) {
        this.#account = account;
    }

    get(id, param = "intent") {
        return this.#table.get(id, param);
    }

    list({ created = () => true, ...page }) {
        return this.#table.page(page, "/v1/payment_intents", (intent) => created(intent.created));
    }

    create({ amount, currency, confirm, payment_method: method, return_url: url, ...rest }) {
        mustBeCurrency(currency);
        mustBeAmount(amount, currency);
        if (method) cardOfMethod(method);
        const intent = this.#table.add(this.#made(amount, currency, rest));
        this.#account.events.add("payment_intent.created", intent);
        if (method) this.#attach(intent, cardOfMethod(method));
        if (confirm) this.confirm(intent.id, { return_url: url });
        return intent;
    }

    #made(amount, currency, rest) {
        const id = this.#account.id("pi");
        const automatic = rest.automatic_payment_methods ?? { enabled: true };
        return {
            id,
            object: "payment_intent",
            allowed_payment_method_types: rest.allowed_payment_method_types ?? null,
            amount,
            amount_capturable: 0,
            amount_received: 0,
            application: null,
            application_fee_amount: null,
            automatic_payment_methods: rest.allowed_payment_method_types
                ? null
                : { allow_redirects: "always", ...automatic },
            canceled_at: null,
            cancellation_reason: null,
            capture_method: rest.capture_method ?? "automatic_async",
            client_secret: `${id}_secret_${this.#account.dice.letters()}`,
            confirmation_method: "automatic",
            created: this.#account.now,
            currency,
            customer: null,
            customer_account: null,
            description: rest.description ?? null,
            excluded_payment_method_types: null,
            last_payment_error: null,
            latest_charge: null,
            livemode: false,
            managed_payments: null,
            metadata: metadataMerged({}, rest.metadata ?? {}),
            next_action: null,
            on_behalf_of: null,
            payment_method: null,
            payment_method_configuration_details: null,
            payment_method_options: {},
            payment_method_types: ["card"],
            payment_record: null,
            processing: null,
            receipt_email: rest.receipt_email ?? null,
            review: null,
            setup_future_usage: null,
            shipping: null,
            source: null,
            statement_descriptor: null,
            statement_descriptor_suffix: rest.statement_descriptor_suffix ?? null,
            status: "requires_payment_method",
            transfer_group: rest.transfer_group ?? null,
        };
    }

    /** With the objects themselves in place of their ids. */
    expanded(id, names) {
        const intent = this.get(id);
        const wanted = names.filter((name) => intent[name] !== null);
        const found = wanted.map((name) => [name, this.#account.charges.get(intent[name])]);
        return { ...intent, ...Object.fromEntries(found) };
    }

    update(id, { amount, metadata, ...rest }) {
        const intent = this.get(id);
        if (amount !== undefined) {
            this.#mustBe(intent, PAYABLE, "be given another amount");
            mustBeAmount(amount, intent.currency);
            intent.amount = amount;
        }
        if (metadata !== undefined) intent.metadata = metadataMerged(intent.metadata, metadata);
        Object.assign(intent, rest);
        return intent;
    }

    /** Throws unless @intent is in one of @states. */
    #mustBe(intent, states, what) {
        if (states.includes(intent.status)) return;
        const message = `This PaymentIntent cannot ${what}: its status is ${intent.status}.`;
        throw refused("payment_intent_unexpected_state", message, {
            payment_intent: this.#account.events.snapshot(intent),
        });
    }

    // ---- paying ----

    #attach(intent, card) {
        this.#cards.set(intent.id, card);
        intent.payment_method = this.#account.id("pm");
        intent.status = "requires_confirmation";
    }

    /** @hasPage: asked by the customer's page, which shows what the bank asks. */
    confirm(id, params, hasPage = false) {
        if (this.#account.sessions.has(this.get(id))) throw this.#ofSession(id, "confirmed");
        return this.attempt(id, params, hasPage);
    }

    /** A Checkout Session pays its intent by itself. */
    attempt(id, { payment_method: method, return_url: url, card }, hasPage = false) {
        const intent = this.get(id);
        this.#mustBe(intent, PAYABLE, "be confirmed");
        const redirects = intent.automatic_payment_methods?.allow_redirects === "always";
        if (!hasPage && redirects && !url)
            throw invalid(
                "This PaymentIntent takes payment methods that redirect: name a return_url, or " +
                    "create it with automatic_payment_methods[allow_redirects]=never.",
                "return_url",
            );
        if (method) this.#attach(intent, cardOfMethod(method));
        if (card) this.#attach(intent, cardOfNumber(card.number));
        this.#mustBe(intent, ["requires_confirmation"], "be confirmed without a payment method");
        intent.last_payment_error = null;
        this.#pay(intent, url, hasPage);
        return intent;
    }

    /** What Stripe answers of an intent that is a session's business. */
    #ofSession(id, what) {
        const message = `A Checkout Session's PaymentIntent is not ${what}: expire the session.`;
        return refused("payment_intent_unexpected_state", message, {
            payment_intent: this.#account.events.snapshot(this.get(id)),
        });
    }

    #pay(intent, url, hasPage) {
        const card = this.#cards.get(intent.id);
        if (card.decline) throw this.#decline(intent, card);
        if (card.asks) this.#ask(intent, url, hasPage);
        else this.#decide(intent);
    }

    #decide(intent) {
        const slow = this.slowBank();
        if (slow) this.#think(intent, slow);
        else this.#authorise(intent);
    }

    #decline(intent, card) {
        const charge = this.#account.charges.failed(intent, card);
        intent.latest_charge = charge.id;
        const error = { ...card.decline, charge: charge.id };
        this.#fail(intent, error);
        const snapshot = this.#account.events.snapshot(intent);
        return declined({ ...error, payment_intent: snapshot });
    }

    #fail(intent, error) {
        intent.status = "requires_payment_method";
        intent.payment_method = null;
        intent.next_action = null;
        intent.last_payment_error = { ...error, type: "card_error" };
        this.#cards.delete(intent.id);
        this.#account.events.add("payment_intent.payment_failed", intent);
        this.#account.sessions.follow(intent);
    }

    #think(intent, { seconds = 30, declines = false }) {
        intent.status = "processing";
        intent.next_action = null;
        this.#account.events.add("payment_intent.processing", intent);
        this.#account.sessions.follow(intent);
        this.#account.clock.after(seconds, () => {
            if (declines)
                this.#decline(intent, { ...this.#cards.get(intent.id), decline: DECLINE });
            else this.#authorise(intent);
        });
    }

    #authorise(intent) {
        const charge = this.#account.charges.authorised(intent, this.#cards.get(intent.id));
        Object.assign(intent, {
            latest_charge: charge.id,
            next_action: null,
            amount_capturable: intent.amount,
            status: "requires_capture",
        });
        this.#account.journal.add("hold", charge, intent.amount, charge.id);
        if (intent.capture_method !== "manual") {
            this.#take(intent, intent.amount);
            return;
        }
        this.#account.events.add("payment_intent.amount_capturable_updated", intent);
        this.#account.sessions.follow(intent);
        const { capture_before: end } = charge.payment_method_details.card;
        this.#account.clock.after(end - this.#account.now, () => {
            if (intent.status === "requires_capture") this.expire(intent.id);
        });
    }

    // ---- what the bank asks ----

    #ask(intent, url, hasPage) {
        const challenge = this.#account.id("challenge");
        const isWithin = !url || (hasPage && !this.bankPage());
        this.#challenges.set(challenge, { id: intent.id, url: isWithin ? undefined : url });
        intent.status = "requires_action";
        const path = `/practice/bank/${challenge}`;
        intent.next_action = isWithin
            ? { type: "use_stripe_sdk", use_stripe_sdk: { practice_path: path } }
            : {
                  type: "redirect_to_url",
                  redirect_to_url: { return_url: url, url: path },
              };
        this.#account.events.add("payment_intent.requires_action", intent);
    }

    /** {intent, url, isOpen}: for what the bank asks under this name, where it sends the customer
     * afterwards, if anywhere, and whether it still asks; null: it never did. */
    challenged(challenge) {
        const asked = this.#challenges.get(challenge);
        if (!asked) return null;
        const intent = this.get(asked.id);
        const path = `/practice/bank/${challenge}`;
        const { use_stripe_sdk: within, redirect_to_url: away } = intent.next_action ?? {};
        const isOpen = path === (within?.practice_path ?? away?.url);
        return { intent, url: asked.url, isOpen };
    }

    /** The customer's answer to the bank. */
    authenticate(id, isRight) {
        const intent = this.get(id);
        this.#mustBe(intent, ["requires_action"], "be authenticated");
        if (isRight) this.#decide(intent);
        else
            this.#fail(intent, {
                code: "payment_intent_authentication_failure",
                message: "We are unable to authenticate your payment method. Please try another.",
            });
        return intent;
    }

    // ---- the end of a hold ----

    mustHold(intent) {
        this.#mustBe(intent, ["requires_capture"], "be captured");
    }

    mustBeWithinHold(intent, amount) {
        if (amount <= intent.amount_capturable) return;
        const message = `At most ${intent.amount_capturable} can be captured.`;
        throw refused("amount_too_large", message, {
            param: "amount_to_capture",
            payment_intent: this.#account.events.snapshot(intent),
        });
    }

    capture(id, { amount_to_capture: amount }) {
        const intent = this.get(id);
        this.mustHold(intent);
        const taken = amount ?? intent.amount_capturable;
        this.mustBeWithinHold(intent, taken);
        this.#take(intent, taken);
        return intent;
    }

    #take(intent, amount) {
        const charge = this.#account.charges.get(intent.latest_charge);
        const released = intent.amount_capturable - amount;
        intent.amount_capturable = 0;
        intent.amount_received += amount;
        intent.status = "succeeded";
        charge.captured = true;
        charge.amount_captured += amount;
        this.#account.journal.add("capture", charge, amount, charge.id);
        if (released > 0) this.#account.journal.add("release", charge, released, charge.id);
        this.#account.events.add("charge.captured", charge);
        this.#account.events.add("payment_intent.succeeded", intent);
        this.#account.sessions.follow(intent);
        if (this.#cards.get(intent.id).disputes) this.#account.disputes.expect(intent);
    }

    mustBeCancelable(intent) {
        this.#mustBe(intent, CANCELABLE, "be canceled");
    }

    cancel(id, { cancellation_reason: reason = null }) {
        const intent = this.get(id);
        if (this.#account.sessions.isWithin(intent)) throw this.#ofSession(id, "cancelled");
        this.mustBeCancelable(intent);
        this.#end(intent, reason);
        return intent;
    }

    /** Its Checkout Session expired. */
    giveUp(id) {
        const intent = this.get(id);
        if (PAYABLE.includes(intent.status)) this.#end(intent, "automatic");
    }

    /** The bank's promise ends; nobody is warned before. */
    expire(id) {
        const intent = this.get(id);
        this.#mustBe(intent, ["requires_capture"], "expire");
        const charge = this.#account.charges.get(intent.latest_charge);
        this.#end(intent, "automatic", () => this.#account.events.add("charge.expired", charge));
        return intent;
    }

    #end(intent, reason, told = () => {}) {
        if (intent.amount_capturable > 0) {
            const charge = this.#account.charges.get(intent.latest_charge);
            charge.amount_refunded = intent.amount_capturable;
            charge.refunded = true;
            this.#account.journal.add("release", charge, intent.amount_capturable, charge.id);
            told();
        }
        Object.assign(intent, {
            status: "canceled",
            amount_capturable: 0,
            canceled_at: this.#account.now,
            cancellation_reason: reason,
            next_action: null,
        });
        this.#account.events.add("payment_intent.canceled", intent);
    }

    // ---- the customer's page ----

    /** What a page sees that shows the right @secret; else it is refused. */
    public(id, secret) {
        const intent = this.get(id);
        if (intent.client_secret !== secret)
            throw forbidden("The client_secret does not belong to this PaymentIntent.");
        return Object.fromEntries(PUBLIC.map((name) => [name, intent[name]]));
    }

    /** What a refund of it will do: the card says. */
    refundOf(intent) {
        return this.#cards.get(intent.id)?.refund;
    }
}
