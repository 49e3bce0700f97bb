// What the public board shows, as pure functions of the orders.
import type { Line, Order, Phase } from "../base/protocol";
import { byAge } from "../base/stream";

export const waitingLongAfter = 10 * 60_000; // ms

export interface Board {
    /** Oldest first. */
    readonly preparing: readonly Order[];
    /** Newest first: the number that was just called is where eyes go. */
    readonly ready: readonly Order[];
    /** Ready for long, and shown apart: never hidden while the food still stands there. */
    readonly waiting: readonly Order[];
}

const preparing: ReadonlySet<Phase> = new Set(["placed", "accepted", "cooking"]);

/** @param now the node's time, in ms since 1970 */
export function boardOf(orders: Iterable<Order>, now: number): Board {
    const all = [...orders].sort(byAge);
    const ready = all
        .filter((order) => order.phase === "ready")
        .sort((a, b) => b.ready_at - a.ready_at);
    const isLong = (order: Order): boolean => now - order.ready_at >= waitingLongAfter;
    return {
        preparing: all.filter((order) => preparing.has(order.phase)),
        ready: ready.filter((order) => !isLong(order)),
        waiting: ready.filter(isLong),
    };
}

/** Units of a line that are still here. */
export function unitsLeft(line: Line): number {
    return line.state === "active" ? Math.max(0, line.quantity - line.handed) : 0;
}

export interface Units {
    readonly line: number;
    readonly units: number;
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

/** The ready numbers that were not there before. */
export function newlyReady(before: ReadonlySet<string>, board: Board): Order[] {
    return board.ready.filter((order) => !before.has(order.id));
}
