// What it means that nobody came for an order: how it ends, and what becomes of money and food.
import { formatMoney } from "../base/money";
import type { Order, Session } from "../base/protocol";

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
        return "Nothing was paid. The order is cancelled, and nobody owes anything.";
    }
    if (ending === "ask") {
        const open = money(-order.due);
        return `${open} was not paid. Whoever may cancel orders ends it, at the counter.`;
    }
    const held = order.provider?.held ?? 0;
    const said = [
        order.paid > order.refunded
            ? `${money(order.paid - order.refunded)} was paid, and stays with the stall.`
            : "",
        held > 0 ? `${money(held)} is reserved on a card, and is charged.` : "",
        order.due + held < 0 ? `${money(-order.due - held)} is still to be collected.` : "",
    ].filter(Boolean);
    return said.length === 0
        ? "There is nothing to pay."
        : [...said, "Giving money back is a refund, at the counter."].join(" ");
}

export const foodWords =
    "What was made does not go back into the stock: it counts as made, and as wasted.";
