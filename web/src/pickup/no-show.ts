// What it means that nobody came for an order: how it ends, and what becomes of money and food.
import { formatMoney } from "../base/money";
import type { Order, Session } from "../base/protocol";
import { t } from "./words";

/** How it ends; "ask": somebody else has to end it. */
export type Ending = "leave" | "cancel" | "ask";

function isUnpaid({ paid, refunded, due, provider, lines }: Order): boolean {
    const isTouched = paid > refunded || (provider?.held ?? 0) > 0;
    return due < 0 && !isTouched && lines.every(({ handed }) => handed === 0);
}

/**
 * Where nothing was paid nothing is owed any more: it is cancelled. What was paid stays where it
 * is, so that nothing is given back by a tap that may have been a mistake.
 *
 * @param mayCancel and take it back
 */
export function endingOf(order: Order, mayCancel: boolean): Ending {
    if (!isUnpaid(order)) {
        return "leave";
    }
    return mayCancel ? "cancel" : "ask";
}

export function moneyWords(order: Order, ending: Ending, session: Session): string {
    const money = (amount: number): string => formatMoney(amount, session);
    if (ending === "cancel") {
        return t("moneyCancel");
    }
    if (ending === "ask") {
        return t("moneyAsk", { sum: money(-order.due) });
    }
    const held = order.provider?.held ?? 0;
    const said = [
        order.paid > order.refunded
            ? t("moneyPaid", { sum: money(order.paid - order.refunded) })
            : "",
        held > 0 ? t("moneyHeld", { sum: money(held) }) : "",
        order.due + held < 0 ? t("moneyDue", { sum: money(-order.due - held) }) : "",
    ].filter(Boolean);
    return said.length === 0 ? t("moneyNone") : [...said, t("moneyBack")].join(" ");
}
