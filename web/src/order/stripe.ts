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
    confirmPayment(options: object): Promise<{ error?: { message?: string } }>;
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

/** null: the bank agreed, as far as a page is told; else why not, in the provider's words, "" where
 * its form says it. Rejects when there is no answer. */
export type Outcome = string | null;

export interface Form {
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
        return "";
    }
    const { error } = await stripe.confirmPayment({
        elements,
        clientSecret,
        confirmParams: { return_url: location.href },
        redirect: "if_required",
    });
    return error ? (error.message ?? "?") : null;
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
