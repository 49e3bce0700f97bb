// What things are called on screens; a phase never appears as the node spells it.
import type { Order } from "./protocol";

export function modeText(mode: string): string {
    return mode === "take-away" ? "Take away" : "Eat in";
}

/** "A42", or "A42 / B7" where it was taken at two devices. */
export function numberText(order: Pick<Order, "number" | "numbers">): string {
    return order.numbers.length > 1 ? order.numbers.join(" / ") : order.number;
}

export function count(amount: number, one: string, many: string): string {
    return `${amount} ${amount === 1 ? one : many}`;
}
