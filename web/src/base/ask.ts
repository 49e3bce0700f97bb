// Asking the node over HTTP, in a browser.
import type { Action } from "./action";
import { isPassing, type Reply } from "./outbox";
import { become, named, person } from "./person";
import type { Offer, Order, OrderList, Printer, Station, Voided } from "./protocol";

const answerWithin = 8_000; // ms; a retry is harmless

/** In whose name, by the action's key: who did it, though another may have signed in since. */
const doneBy = new Map<string, string>();

/** 401: the token of whoever did it holds no more. What was done is done all the same: it is sent
 * in the name of whoever works here, when somebody does. */
export async function send(action: Action): Promise<Reply> {
    const token = doneBy.get(action.key) ?? person.peek()?.token;
    const response = await fetch(action.path, {
        method: action.method.toUpperCase(),
        headers: {
            "Content-Type": "application/json",
            "Idempotency-Key": action.key,
            ...named(token),
        },
        body: JSON.stringify(action.body),
        signal: AbortSignal.timeout(answerWithin),
    });
    if (!isPassing(response.status) || response.status === 401) {
        doneBy.delete(action.key);
    }
    if (response.status === 401 && token !== undefined && token === person.peek()?.token) {
        become(null);
    }
    return { status: response.status, body: await response.json().catch(() => null) };
}

/** To be called when it is done, not when it is sent. */
export function sign(action: Action): void {
    const token = person.peek()?.token;
    if (token !== undefined) {
        doneBy.set(action.key, token);
    }
}

/** Something done in that name has not reached the node. */
export function isAwaited(token: string): boolean {
    return [...doneBy.values()].includes(token);
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

/** The pop-up's stations; rejects when the node cannot be asked. */
export async function fetchStations(): Promise<readonly Station[]> {
    return ((await get("/api/stations")) as { stations: Station[] }).stations;
}

/** The pop-up's own discounts; rejects when the node cannot be asked. */
export async function fetchOffers(): Promise<readonly Offer[]> {
    return ((await get("/api/offers")) as { offers: Offer[] }).offers;
}

/** What waits until somebody decides; rejects when the node cannot be asked. */
export async function fetchVoided(): Promise<readonly Voided[]> {
    return ((await get("/api/voided")) as { orders: Voided[] }).orders;
}

/** Of any path; rejects when the node cannot be asked. */
export async function get(path: string): Promise<unknown> {
    const response = await fetch(path, {
        headers: named(),
        signal: AbortSignal.timeout(answerWithin),
    });
    if (!response.ok) {
        throw new Error(`the node answered ${response.status}`);
    }
    return response.json();
}
