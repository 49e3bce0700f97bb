// Asking the node over HTTP, in a browser.
import type { Action } from "./action";
import type { Reply } from "./outbox";
import type { Order, OrderList, Printer, Voided } from "./protocol";

const answerWithin = 8_000; // ms; a retry is harmless

export function fillRandom(bytes: Uint8Array): void {
    crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
}

export async function send(action: Action): Promise<Reply> {
    const response = await fetch(action.path, {
        method: action.method.toUpperCase(),
        headers: { "Content-Type": "application/json", "Idempotency-Key": action.key },
        body: JSON.stringify(action.body),
        signal: AbortSignal.timeout(answerWithin),
    });
    return { status: response.status, body: await response.json().catch(() => null) };
}

/** Rejects when the node cannot be asked. */
export async function fetchOrder(id: string): Promise<Order> {
    return (await get(`/api/orders/${id}`)) as Order;
}

/** The day's orders, open and settled; rejects when the node cannot be asked. */
export async function fetchOrders(): Promise<OrderList["orders"]> {
    const lists = await Promise.all(["/api/orders", "/api/orders?settled=1"].map(get));
    return lists.flatMap((list) => (list as OrderList).orders);
}

/** The pop-up's printers; rejects when the node cannot be asked. */
export async function fetchPrinters(): Promise<readonly Printer[]> {
    return ((await get("/api/printers")) as { printers: Printer[] }).printers;
}

/** What waits until somebody decides; rejects when the node cannot be asked. */
export async function fetchVoided(): Promise<readonly Voided[]> {
    return ((await get("/api/voided")) as { orders: Voided[] }).orders;
}

async function get(path: string): Promise<unknown> {
    const response = await fetch(path, { signal: AbortSignal.timeout(answerWithin) });
    if (!response.ok) {
        throw new Error(`the node answered ${response.status}`);
    }
    return response.json();
}
