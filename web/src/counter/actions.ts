// A cashier's actions as requests.
import { type Draft, draft } from "../base/action";
import type { BodyOf, Order, Voided } from "../base/protocol";
import { numberText } from "../base/words";

type LinesAdd = BodyOf<"/api/orders/{id}/lines", "post">;
type Place = BodyOf<"/api/orders", "post">;
type Discount = BodyOf<"/api/orders/{id}/discount", "post">;

export function place(body: Place): Draft {
    const who = body.name ? ` for ${body.name}` : "";
    return draft("post", "/api/orders", {}, body, `New order${who}`);
}

export function addLines(order: Order, body: LinesAdd): Draft {
    const label = `Add to ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/lines", { id: order.id }, body, label);
}

export function changeLine(order: Order, line: number, delta: number): Draft {
    const path = "/api/orders/{id}/lines/{line}";
    return draft("patch", path, { id: order.id, line }, { delta }, `Change ${numberText(order)}`);
}

export function voidLine(order: Order, line: number, reason: string): Draft {
    const body = { lines: [line], reason };
    const label = `Void a line of ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/void", { id: order.id }, body, label);
}

export function cancel(order: Order, reason: string): Draft {
    const label = `Cancel ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/cancel", { id: order.id }, { reason }, label);
}

export function reinstate(order: Order): Draft {
    const label = `Bring back ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/reinstate", { id: order.id }, {}, label);
}

export function pay(order: Order, method: string, amount: number, tendered: number): Draft {
    const body = { method, amount, ...(tendered > amount ? { tendered } : {}) };
    return draft(
        "post",
        "/api/orders/{id}/pay",
        { id: order.id },
        body,
        `Pay ${numberText(order)}`,
    );
}

export function refund(order: Order, method: string, amount: number, reason: string): Draft {
    const body = { method, amount, reason };
    const label = `Refund ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/refund", { id: order.id }, body, label);
}

export function discount(order: Order, body: Discount): Draft {
    const label = `Discount on ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/discount", { id: order.id }, body, label);
}

export function giveReceipt(order: Order): Draft {
    const label = `Receipt of ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/receipt", { id: order.id }, {}, label);
}

export function printReceipt(order: Order, printer: number): Draft {
    const body = { what: "receipt", printer } as const;
    const label = `Print the receipt of ${numberText(order)}`;
    return draft("post", "/api/orders/{id}/print", { id: order.id }, body, label);
}

export function adopt({ id, number }: Voided): Draft {
    return draft("post", "/api/orders/{id}/adopt", { id }, {}, `Take over ${number}`);
}

export function drop({ id, number }: Voided, reason: string): Draft {
    return draft("post", "/api/orders/{id}/drop", { id }, { reason }, `Drop ${number}`);
}
