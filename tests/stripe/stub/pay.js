// Within a frame of the practice script: the line to the page, and the calls that pay.

async function ask(path, key, options) {
    try {
        const headers = { Authorization: `Bearer ${key}` };
        const response = await fetch(path, { ...options, headers });
        const { error, ...object } = await response.json();
        return error ? { error } : { paymentIntent: object };
    } catch {
        const message = "We could not reach the practice Stripe. Try again.";
        return { error: { type: "api_connection_error", message } };
    }
}

const pathOf = (clientSecret) => `/v1/payment_intents/${clientSecret.split("_secret_")[0]}`;

function retrieve({ key, clientSecret }) {
    return ask(
        `${pathOf(clientSecret)}?${new URLSearchParams({ client_secret: clientSecret })}`,
        key,
    );
}

/** What the page said of the intent before there was one must be what it is. */
function mismatchOf({ amount, currency, captureMethod = "automatic" }, intent) {
    const isSame =
        intent.amount === amount &&
        intent.currency === currency &&
        (intent.capture_method === "manual") === (captureMethod === "manual");
    const message = "The amount, currency or capture method is not what elements() was given.";
    return isSame ? null : { type: "invalid_request_error", message };
}

export async function confirm({ key, clientSecret, returnUrl, expected }, card) {
    const seen = await retrieve({ key, clientSecret });
    if (seen.error) return seen;
    const mismatch = expected && mismatchOf(expected, seen.paymentIntent);
    if (mismatch) return { error: mismatch };
    const body = new URLSearchParams({ client_secret: clientSecret });
    body.set("payment_method_data[type]", "card");
    for (const [name, value] of Object.entries(card))
        body.set(`payment_method_data[card][${name}]`, value);
    if (returnUrl) body.set("return_url", returnUrl);
    return ask(`${pathOf(clientSecret)}/confirm`, key, { method: "POST", body });
}

/** The customer closed the bank's question: to the bank that is a wrong answer. */
export async function abandon({ path }) {
    await fetch(path, { method: "POST", body: new URLSearchParams({ right: "false" }) });
    return {};
}

/** After the bank's question. */
export async function outcome(asked) {
    const { error, paymentIntent } = await retrieve(asked);
    const isPaid = paymentIntent && paymentIntent.status !== "requires_payment_method";
    if (error || isPaid) return error ? { error } : { paymentIntent };
    return { error: { ...paymentIntent.last_payment_error, payment_intent: paymentIntent } };
}

/** Answers the page: @deeds[name](detail) for each call. Gives tell(event, detail). */
export function serve(deeds) {
    let port = null;
    const height = () => port?.postMessage({ height: document.documentElement.offsetHeight });
    addEventListener("message", (message) => {
        if (port || message.data !== "practice" || message.source !== parent) return;
        [port] = message.ports;
        port.onmessage = async ({ data: { call, name, detail } }) => {
            port.postMessage({ answers: call, answer: (await deeds[name]?.(detail)) ?? {} });
        };
        new ResizeObserver(height).observe(document.documentElement);
    });
    return (event, detail) => port?.postMessage({ event, detail });
}
