// How far an order got: here, on k devices, seen by the kitchen, accepted.
import type { Order } from "../base/protocol";

export interface Tick {
    readonly name: "here" | "copies" | "seen" | "accepted";
    readonly words: string;
    readonly isReached: boolean;
}

type Marks = ReadonlyMap<string, number>;

const worked: ReadonlySet<string> = new Set(["accepted", "cooking", "ready", "completed"]);

export function ticksOf(order: Order, marks: Marks, copies: number): Tick[] {
    const isWorked = worked.has(order.phase);
    const isCopied = (marks.get(order.log) ?? -1) >= order.seq;
    return [
        { name: "here", words: "Saved here", isReached: true },
        { name: "copies", words: `On ${copies} devices`, isReached: isCopied },
        { name: "seen", words: "Seen by kitchen", isReached: order.seen || isWorked },
        { name: "accepted", words: "Accepted", isReached: isWorked },
    ];
}

/** The furthest, as one phrase for a list. */
export function furthest(ticks: readonly Tick[]): string {
    return ticks.findLast((tick) => tick.isReached)?.words ?? "";
}

export const escalateAfter = 8_000; // ms

const awaited: ReadonlySet<string> = new Set(["placed", "accepted", "cooking"]);

/** Keeps since when each newest change of an order has gone unseen. */
export type Unseen = ReadonlyMap<string, { readonly changed: string; readonly since: number }>;

export function watchUnseen(before: Unseen, orders: Iterable<Order>, now: number): Unseen {
    const after = new Map<string, { changed: string; since: number }>();
    for (const order of orders) {
        if (!order.seen && awaited.has(order.phase)) {
            const known = before.get(order.id);
            const since = known?.changed === order.changed ? known.since : now;
            after.set(order.id, { changed: order.changed, since });
        }
    }
    return after;
}

/** The orders somebody must be told about in another way. */
export function overdue(unseen: Unseen, now: number): string[] {
    return [...unseen].filter(([, { since }]) => now - since >= escalateAfter).map(([id]) => id);
}
