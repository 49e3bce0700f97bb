// A cashier's actions as requests.
import { type Draft, draft } from "../base/action";
import type { BodyOf, Order, Voided } from "../base/protocol";
import { numberText } from "../base/words";
import type { Payment } from "./counter";

type Place = BodyOf<"/api/orders", "post">;
type Deed =
    | "lines"
    | "void"
    | "cancel"
    | "reinstate"
    | "pay"
    | "tip"
    | "refund"
    | "refund-wish"
    | "discount"
    | "receipt"
    | "print"
    | "adopt"
    | "drop";
type DeedBody<D extends Deed> = BodyOf<`/api/orders/{id}/${D}`, "post">;

/** `label` says it with the order's number behind. */
function onOrder<D extends Deed>(deed: D, order: Order, body: DeedBody<D>, label: string): Draft {
    return onOne(deed, order, body, `${label} ${numberText(order)}`);
}

function onOne<D extends Deed>(
    deed: D,
    { id }: { id: string },
    body: DeedBody<D>,
    label: string,
): Draft {
    return draft("post", `/api/orders/{id}/${deed}`, { id }, body, label);
}

export function place(body: Place): Draft {
    const who = body.name ? ` for ${body.name}` : "";
    return draft("post", "/api/orders", {}, body, `New order${who}`);
}

export function addLines(order: Order, body: DeedBody<"lines">): Draft {
    return onOrder("lines", order, body, "Add to");
}

export function changeLine(order: Order, line: number, delta: number): Draft {
    const path = "/api/orders/{id}/lines/{line}";
    return draft("patch", path, { id: order.id, line }, { delta }, `Change ${numberText(order)}`);
}

export function voidLine(order: Order, line: number, reason: string): Draft {
    return onOrder("void", order, { lines: [line], reason }, "Void a line of");
}

export function cancel(order: Order, reason: string): Draft {
    return onOrder("cancel", order, { reason }, "Cancel");
}

export function reinstate(order: Order): Draft {
    return onOrder("reinstate", order, {}, "Bring back");
}

/** What is open or a part of it, and a tip on top. */
export function pay(order: Order, payment: Payment): Draft {
    const { method, tendered, tip, reference, part = -order.due } = payment;
    const amount = tip + part;
    const body = {
        method,
        amount,
        ...(tendered > amount ? { tendered } : {}),
        ...(tip > 0 ? { tip } : {}),
        ...(reference === "" ? {} : { reference }),
    };
    return onOrder("pay", order, body, part < -order.due ? "Part of" : "Pay");
}

export function dropTip(order: Order): Draft {
    return onOrder("tip", order, { tip: 0 }, "No tip for");
}

export function refund(order: Order, method: string, amount: number, reason: string): Draft {
    return onOrder("refund", order, { method, amount, reason }, "Refund");
}

/** To a card that the provider charged. */
export function giveBack(order: Order, wished: DeedBody<"refund-wish">): Draft {
    return onOrder("refund-wish", order, wished, "Give back to the card of");
}

export function discount(order: Order, body: DeedBody<"discount">): Draft {
    return onOrder("discount", order, body, "Discount on");
}

export function giveReceipt(order: Order): Draft {
    return onOrder("receipt", order, {}, "Receipt of");
}

export function printReceipt(order: Order, printer: number): Draft {
    return onOrder("print", order, { what: "receipt", printer }, "Print the receipt of");
}

export function adopt(voided: Voided): Draft {
    return onOne("adopt", voided, {}, `Take over ${voided.number}`);
}

export function drop(voided: Voided, reason: string): Draft {
    return onOne("drop", voided, { reason }, `Drop ${voided.number}`);
}
