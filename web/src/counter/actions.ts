// A cashier's actions as requests.
import { type Draft, draft } from "../base/action";
import type { BodyOf, Order, Voided } from "../base/protocol";
import { numberText } from "../base/words";
import type { Payment } from "./counter";
import { t } from "./words";

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

type Label = Parameters<typeof t>[0];

/** @param label says it with the order's number */
function onOrder<D extends Deed>(deed: D, order: Order, body: DeedBody<D>, label: Label): Draft {
    return onOne(deed, order, body, t(label, { number: numberText(order) }));
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
    const label = body.name ? t("doNewFor", { name: body.name }) : t("doNew");
    return draft("post", "/api/orders", {}, body, label);
}

export function addLines(order: Order, body: DeedBody<"lines">): Draft {
    return onOrder("lines", order, body, "addTo");
}

export function changeLine(order: Order, line: number, delta: number): Draft {
    const path = "/api/orders/{id}/lines/{line}";
    const label = t("doChange", { number: numberText(order) });
    return draft("patch", path, { id: order.id, line }, { delta }, label);
}

export function voidLine(order: Order, line: number, reason: string): Draft {
    return onOrder("void", order, { lines: [line], reason }, "doVoidLine");
}

export function cancel(order: Order, reason: string): Draft {
    return onOrder("cancel", order, { reason }, "doCancel");
}

export function reinstate(order: Order): Draft {
    return onOrder("reinstate", order, {}, "doBringBack");
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
    return onOrder("pay", order, body, part < -order.due ? "doPart" : "payOf");
}

export function dropTip(order: Order): Draft {
    return onOrder("tip", order, { tip: 0 }, "doNoTip");
}

export function refund(order: Order, method: string, amount: number, reason: string): Draft {
    return onOrder("refund", order, { method, amount, reason }, "doRefund");
}

/** To a card that the provider charged. */
export function giveBack(order: Order, wished: DeedBody<"refund-wish">): Draft {
    return onOrder("refund-wish", order, wished, "doGiveBack");
}

export function discount(order: Order, body: DeedBody<"discount">): Draft {
    return onOrder("discount", order, body, "doDiscount");
}

export function giveReceipt(order: Order): Draft {
    return onOrder("receipt", order, {}, "receiptOf");
}

export function printReceipt(order: Order, printer: number): Draft {
    return onOrder("print", order, { what: "receipt", printer }, "doPrint");
}

export function adopt(voided: Voided): Draft {
    return onOne("adopt", voided, {}, t("doAdopt", { number: voided.number }));
}

export function drop(voided: Voided, reason: string): Draft {
    return onOne("drop", voided, { reason }, t("doDrop", { number: voided.number }));
}
