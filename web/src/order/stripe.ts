// The card provider's script and its form. Loaded when somebody pays by card. Card data is typed
// into the provider's frames and never passes through here.

interface CardElement {
    mount(where: HTMLElement): void;
    on(event: string, listener: (event: { availablePaymentMethods?: object }) => void): void;
    destroy(): void;
}
interface Elements {
    create(type: "payment" | "expressCheckout"): CardElement;
    submit(): Promise<{ error?: { message?: string } }>;
}
interface Stripe {
    elements(options: object): Elements;
    confirmPayment(options: object): Promise<{
        error?: { message?: string };
        paymentIntent?: { status: string };
    }>;
}

export interface Wanted {
    readonly script: string;
    readonly key: string;
    readonly clientSecret: string;
    readonly locale: string;
    readonly card: HTMLElement;
    readonly wallet: HTMLElement;
    onReady(): void;
    /** Its one tap paid: what pay() would have been called for. */
    onWallet(): void;
}

/** As far as a page is told. `why` it was not paid is in the provider's words, "" where its form
 * says it. */
export type Outcome = "agreed" | "undecided" | { readonly why: string };

export interface Form {
    /** Rejects when there is no answer. Never ends where the bank takes the page away. */
    pay(): Promise<Outcome>;
    close(): void;
}

let loading: Promise<unknown> | null = null;

/** The provider's script, once; another time when it did not come. */
function load(url: string): Promise<unknown> {
    loading ??= new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = url;
        script.onload = resolve;
        script.onerror = () => {
            script.remove();
            loading = null;
            reject(new Error("the provider's script does not come"));
        };
        document.head.append(script);
    });
    return loading;
}

async function pay(stripe: Stripe, elements: Elements, clientSecret: string): Promise<Outcome> {
    const { error: early } = await elements.submit();
    if (early) {
        return { why: "" };
    }
    const { origin, pathname, hash } = location;
    const { error, paymentIntent } = await stripe.confirmPayment({
        elements,
        clientSecret,
        confirmParams: { return_url: origin + pathname + hash },
        redirect: "if_required",
    });
    if (error) {
        return { why: error.message ?? "?" };
    }
    return paymentIntent?.status === "processing" ? "undecided" : "agreed";
}

export async function openForm(wanted: Wanted): Promise<Form> {
    await load(wanted.script);
    const { Stripe } = window as unknown as { Stripe(key: string): Stripe };
    const { clientSecret, wallet } = wanted;
    const stripe = Stripe(wanted.key);
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const appearance = { theme: isDark ? "night" : "stripe" };
    const elements = stripe.elements({ clientSecret, locale: wanted.locale, appearance });
    const form = elements.create("payment");
    const express = elements.create("expressCheckout");
    wallet.hidden = true; // until there is one
    form.on("ready", wanted.onReady);
    express.on("ready", ({ availablePaymentMethods: any }) => {
        wallet.hidden = !any || !Object.values(any).some(Boolean);
    });
    express.on("confirm", wanted.onWallet);
    form.mount(wanted.card);
    express.mount(wallet);
    return {
        pay: () => pay(stripe, elements, clientSecret),
        close() {
            form.destroy();
            express.destroy();
        },
    };
}
