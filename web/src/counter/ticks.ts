// How far an order got: here, on k devices, seen by the kitchen, accepted.
import type { Order, Peer, StuckTick } from "../base/protocol";
import { counted, listed, t } from "./words";

export interface Tick {
    readonly name: "here" | "copies" | "seen" | "accepted";
    readonly words: string;
    readonly isReached: boolean;
}

type Marks = ReadonlyMap<string, number>;

const worked: ReadonlySet<string> = new Set(["accepted", "cooking", "ready", "completed"]);

/** @param isAlone no other device is linked now: then nothing can be copied, and that is said */
export function ticksOf(order: Order, marks: Marks, copies: number, isAlone = false): Tick[] {
    const isWorked = worked.has(order.phase);
    const isCopied = (marks.get(order.log) ?? -1) >= order.seq;
    return [
        { name: "here", words: t("savedHere"), isReached: true },
        { name: "copies", words: copiesText(isCopied, copies, isAlone), isReached: isCopied },
        { name: "seen", words: t("seenByKitchen"), isReached: order.seen || isWorked },
        { name: "accepted", words: t("accepted"), isReached: isWorked },
    ];
}

function copiesText(isCopied: boolean, copies: number, isAlone: boolean): string {
    return !isCopied && isAlone && copies > 1
        ? counted("onAlone", copies)
        : counted("onDevices", copies);
}

export function isAlone(peers: readonly Peer[]): boolean {
    return !peers.some((peer) => peer.state === "linked");
}

const stuckWords = {
    copies: "stuckCopies",
    seen: "stuckSeen",
    accepted: "stuckAccepted",
} as const satisfies Record<StuckTick, string>;

/** What to do about the orders that do not get on: "A42, A43: not seen by the kitchen: ...". */
export function stuckTexts(
    orders: Iterable<Order>,
    stuck: ReadonlyMap<string, StuckTick>,
): string[] {
    const byTick = new Map<StuckTick, string[]>();
    for (const order of orders) {
        const tick = stuck.get(order.id);
        if (tick !== undefined) {
            byTick.set(tick, [...(byTick.get(tick) ?? []), order.number]);
        }
    }
    return [...byTick].map(([tick, numbers]) => t(stuckWords[tick], { numbers: listed(numbers) }));
}

/** The furthest, as one phrase for a list. */
export function furthest(ticks: readonly Tick[]): string {
    return ticks.findLast((tick) => tick.isReached)?.words ?? "";
}

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

/** The orders somebody must be told about in another way. @param after_s 0: never */
export function overdue(unseen: Unseen, now: number, after_s: number): string[] {
    const isOverdue = (since: number): boolean => after_s > 0 && now - since >= after_s * 1000;
    return [...unseen].filter(([, { since }]) => isOverdue(since)).map(([id]) => id);
}
