// The practice script, in place of https://js.stripe.com/endive/stripe.js: as much of its surface
// as docs/stripe.md, B2 to B4, relies on. Cards are typed into a frame of the stand-in, as into one
// of Stripe's: the page that embeds it never sees them. All that it shows says that it is practice.
(() => {
    const ORIGIN = new URL(document.currentScript.src).origin;
    const WALLETS = ["amazonPay", "applePay", "googlePay", "klarna", "link", "paypal"];

    class IntegrationError extends Error {
        name = "IntegrationError";
    }

    const must = (condition, message) => {
        if (!condition) throw new IntegrationError(message);
    };

    /** Names and what listens to them. */
    class Listeners {
        #listeners = [];

        on(name, listener) {
            this.#listeners.push({ name, listener });
        }

        off(name, listener) {
            this.#listeners = this.#listeners.filter(
                (one) => one.name !== name || (listener && one.listener !== listener),
            );
        }

        has(name) {
            return this.#listeners.some((one) => one.name === name);
        }

        tell(name, event) {
            for (const one of this.#listeners) if (one.name === name) one.listener(event);
        }
    }

    /** A frame of the stand-in, and the line to it. */
    class Frame {
        #calls = new Map();
        #count = 0;
        #port = null;

        constructor(path, title, onEvent) {
            this.node = document.createElement("iframe");
            this.node.src = ORIGIN + path;
            this.node.title = title;
            this.node.allow = "payment";
            Object.assign(this.node.style, { width: "100%", border: "0", height: "120px" });
            this.ready = new Promise((resolve) => {
                this.node.addEventListener("load", () => resolve(this.#connect(onEvent)));
            });
        }

        #connect(onEvent) {
            const { port1, port2 } = new MessageChannel();
            this.#port = port1;
            port1.onmessage = ({ data }) => {
                if (data.height) this.node.style.height = `${data.height}px`;
                if (data.event) onEvent(data.event, data.detail);
                this.#calls.get(data.answers)?.(data.answer);
                this.#calls.delete(data.answers);
            };
            this.node.contentWindow.postMessage("practice", ORIGIN, [port2]);
        }

        async call(name, detail = {}) {
            await this.ready;
            const call = ++this.#count;
            return new Promise((resolve) => {
                this.#calls.set(call, resolve);
                this.#port.postMessage({ call, name, detail });
            });
        }
    }

    /** What elements.create() gives. */
    class Element extends Listeners {
        #frame = null;
        #paths = {
            payment: ["/practice/card", "Secure payment input frame"],
            expressCheckout: ["/practice/wallet", "Secure express checkout frame"],
        };

        constructor(type, elements) {
            super();
            must(Object.hasOwn(this.#paths, type), `practice has no element called ${type}`);
            this.type = type;
            this.elements = elements;
        }

        on(name, listener) {
            super.on(name, listener);
            return this;
        }

        mount(where) {
            const node = typeof where === "string" ? document.querySelector(where) : where;
            must(node instanceof HTMLElement, `there is nothing at ${where} to mount on`);
            must(!this.#frame, "this element is mounted already");
            const [path, title] = this.#paths[this.type];
            const frame = new Frame(path, title, (name, detail) => this.#heard(name, detail));
            this.#frame = frame;
            node.append(frame.node);
            frame.ready.then(async () => this.tell("ready", await this.#ready(frame)));
        }

        async #ready(frame) {
            if (this.type !== "expressCheckout") return { elementType: this.type };
            const available = await frame.call("available", { domain: location.hostname });
            const isAny = Object.values(available).some(Boolean);
            const none = Object.fromEntries(WALLETS.map((name) => [name, false]));
            frame.node.hidden = !isAny;
            return {
                elementType: this.type,
                availablePaymentMethods: isAny ? { ...none, ...available } : undefined,
            };
        }

        #heard(name, detail) {
            if (name === "click") this.#clicked();
            else if (name === "approve") this.#approved();
            else this.tell(name, { elementType: this.type, ...detail });
        }

        get #event() {
            return { elementType: this.type, expressPaymentType: "google_pay" };
        }

        /** A wallet: the page may say what is sold before the sheet opens. */
        #clicked() {
            const resolve = () => this.#frame?.call("open");
            const event = { ...this.#event, resolve, reject: () => {} };
            if (this.has("click")) this.tell("click", event);
            else resolve();
        }

        /** The page pays in its listener to "confirm". */
        #approved() {
            this.elements.wallet = this;
            this.tell("confirm", { ...this.#event, paymentFailed: () => {} });
        }

        get isMounted() {
            return this.#frame !== null;
        }

        ask(name, detail) {
            must(this.isMounted, `mount the ${this.type} element first`);
            return this.#frame.call(name, detail);
        }

        unmount() {
            this.#frame?.node.remove();
            this.#frame = null;
        }

        destroy() {
            this.unmount();
            this.elements.forget(this);
        }

        focus() {
            this.ask("focus");
        }

        clear() {
            this.ask("clear");
        }

        update() {}
        blur() {}
        collapse() {}
    }

    /** What stripe.elements() gives. */
    class Elements {
        #options;
        #elements = new Map();
        #isSubmitted = false;
        wallet = null;

        constructor({ clientSecret, ...options } = {}) {
            must(
                (clientSecret === undefined) !== (options.mode === undefined),
                "name either a clientSecret, or mode, amount and currency",
            );
            must(clientSecret || options.mode === "payment", "practice knows the mode payment");
            must(clientSecret || Number.isInteger(options.amount), "name a whole amount");
            must(clientSecret || options.currency, "name a currency");
            this.#options = { clientSecret, ...options };
        }

        create(type) {
            must(!this.#elements.has(type), `there is an element called ${type} already`);
            const element = new Element(type, this);
            this.#elements.set(type, element);
            return element;
        }

        getElement(type) {
            return this.#elements.get(type) ?? null;
        }

        forget({ type }) {
            this.#elements.delete(type);
        }

        update(options) {
            this.#options = { ...this.#options, ...options };
            this.#isSubmitted = false;
        }

        async fetchUpdates() {
            return {};
        }

        get #paying() {
            const element = this.wallet ?? this.#elements.get("payment");
            must(element, "create and mount an element first");
            return element;
        }

        async submit() {
            const { error } = await this.#paying.ask("validate");
            this.#isSubmitted = !error;
            return error ? { error } : { selectedPaymentMethod: "card" };
        }

        /** {paymentIntent} or {error}. */
        async confirm(key, { clientSecret, returnUrl }) {
            const { clientSecret: known, mode, amount, currency, captureMethod } = this.#options;
            must(known || this.#isSubmitted, "call elements.submit() before confirmPayment()");
            must(known || clientSecret, "name the clientSecret");
            const expected = mode ? { amount, currency, captureMethod } : null;
            const secret = clientSecret ?? known;
            const asked = { key, clientSecret: secret, returnUrl, expected };
            const paying = this.#paying;
            this.wallet = null;
            const result = await paying.ask("confirm", asked);
            const { redirect_to_url: away, use_stripe_sdk: within } =
                result.paymentIntent?.next_action ?? {};
            if (away) return go(new URL(away.url, ORIGIN));
            if (!within) return result;
            const isAnswered = await bankAsks(within.practice_path);
            if (!isAnswered) await paying.ask("abandon", { path: within.practice_path });
            return paying.ask("outcome", { key, clientSecret: secret });
        }
    }

    /** The bank's question above the page; resolves to whether it was answered when it is, or when
     * the customer closes it. */
    function bankAsks(path) {
        const dialog = document.createElement("dialog");
        const close = document.createElement("button");
        close.type = "button";
        close.textContent = "Close";
        Object.assign(close.style, { display: "block", minHeight: "44px" });
        const frame = document.createElement("iframe");
        frame.src = ORIGIN + path;
        frame.title = "Secure 3D Secure frame";
        Object.assign(frame.style, { width: "min(420px, 90vw)", height: "320px", border: "0" });
        dialog.append(close, frame);
        document.body.append(dialog);
        dialog.showModal();
        return new Promise((resolve) => {
            const end = (isAnswered) => {
                removeEventListener("message", heard);
                dialog.remove();
                resolve(isAnswered);
            };
            const heard = ({ origin, data }) => {
                if (origin === ORIGIN && data === "practice-answered") end(true);
            };
            addEventListener("message", heard);
            close.addEventListener("click", () => end(false));
            dialog.addEventListener("cancel", () => end(false));
        });
    }

    function go(url) {
        location.assign(url);
        return new Promise(() => {}); // the page goes
    }

    function leave(returnUrl, intent) {
        const url = new URL(returnUrl);
        url.searchParams.set("payment_intent", intent.id);
        url.searchParams.set("payment_intent_client_secret", intent.client_secret);
        url.searchParams.set("redirect_status", "succeeded");
        return go(url);
    }

    class Practice {
        #key;

        constructor(key) {
            must(
                /^pk_test_\w{3,}$/.test(key),
                "practice takes a publishable test key, pk_test_...",
            );
            this.#key = key;
        }

        elements(options) {
            return new Elements(options);
        }

        async confirmPayment({ elements, clientSecret, confirmParams, redirect = "always" }) {
            const returnUrl = confirmParams?.return_url;
            must(elements instanceof Elements, "confirmPayment() takes elements");
            must(["always", "if_required"].includes(redirect), "redirect: always, or if_required");
            must(redirect === "if_required" || returnUrl, "name confirmParams.return_url");
            const result = await elements.confirm(this.#key, { clientSecret, returnUrl });
            if (result.paymentIntent && redirect === "always")
                return leave(returnUrl, result.paymentIntent);
            return result;
        }
    }

    window.Stripe = (key) => new Practice(key);
    window.Stripe.version = "endive";
})();
