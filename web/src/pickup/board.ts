// What the public board shows, as pure functions of the orders.
import type { Order, Phase } from "../base/protocol";
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

/** The ready numbers that were not there before. */
export function newlyReady(before: ReadonlySet<string>, board: Board): Order[] {
    return board.ready.filter((order) => !before.has(order.id));
}
