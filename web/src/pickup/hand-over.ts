// Which order is meant, and what of it is handed over, as pure functions of the orders.
import type { Line, Order } from "../base/protocol";

export const codeSize = 24; // hexadecimal digits

/** What a guest's page shows as a QR code: the order's id. It opens nothing by itself. */
export function isCode(typed: string): boolean {
    const text = typed.trim();
    return text.length === codeSize && /^[0-9a-f]+$/i.test(text);
}

/** Those that a person may mean who types "a12", or "12" alone; the one whose code was scanned. */
export function findOrders(orders: readonly Order[], typed: string): Order[] {
    const wanted = typed.replace(/\s/g, "").toUpperCase();
    if (isCode(wanted)) {
        return orders.filter(({ id }) => id.toUpperCase() === wanted);
    }
    const isIt = (number: string): boolean =>
        number === wanted || number.replace(/^\D+/, "") === wanted;
    return orders.filter(({ number, numbers }) => [number, ...numbers].some(isIt));
}

/** Units of a line that are still here. */
export function unitsLeft(line: Line): number {
    return line.state === "active" ? Math.max(0, line.quantity - line.handed) : 0;
}

export interface Units {
    readonly line: number;
    readonly units: number;
}

/** What is in it, on one line. */
export function summary(order: Order): string {
    return order.lines
        .filter((line) => line.state === "active")
        .map((line) => `${line.quantity}× ${line.name}`)
        .join(", ");
}

/** What is ready of an order: everything that is done and not yet given out. */
export function readyUnits(order: Order): Units[] {
    return order.lines
        .filter((line) => line.progress === "done" && unitsLeft(line) > 0)
        .map((line) => ({ line: line.id, units: unitsLeft(line) }));
}

/** Everything that is still to be given out is given. */
export function isWhole(order: Order, units: readonly Units[]): boolean {
    const given = new Map(units.map(({ line, units: count }) => [line, count]));
    return order.lines.every((line) => unitsLeft(line) === (given.get(line.id) ?? 0));
}
