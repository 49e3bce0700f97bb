// What banks hold for an order, and when they let go: by the bank's own moment, as a gateway heard
// it. No gateway need run for a screen to say so.
import { dateText } from "./date";
import type { Order } from "./protocol";

const soonMs = 12 * 3600 * 1000;

const payments = ({ provider }: Order) => provider?.payments ?? [];

/** ms since 1970 at which the first of its holds ends; undefined: none, or nobody heard it yet. */
export function holdEnd(order: Order): number | undefined {
    const ends = payments(order).flatMap(({ ends_at: at }) => at ?? []);
    return ends.length === 0 ? undefined : Math.min(...ends);
}

/** When the last of its holds ended that nobody took in time. */
export function lapsedAt(order: Order): number | undefined {
    const lapses = payments(order).flatMap(({ lapsed_at: at }) => at ?? []);
    return lapses.length === 0 ? undefined : Math.max(...lapses);
}

/** A sentence for staff; "" where there is nothing to tell. */
export function bankText(order: Order, now: number): string {
    const end = holdEnd(order);
    const lapsed = lapsedAt(order);
    if (end !== undefined) {
        return end > now
            ? `The bank holds the money until ${dateText(end)}.`
            : `The bank's hold ended on ${dateText(end)}: no gateway has said that it was charged.`;
    }
    return lapsed === undefined || order.due >= 0
        ? ""
        : `The bank's hold lapsed on ${dateText(lapsed)}: nothing was charged.`;
}

export type HoldNews = "soon" | "ended" | "lapsed";

/** Why somebody must look at it now. A draft is its customer's to pay again. */
export function holdNews(order: Order, now: number): HoldNews | undefined {
    const end = holdEnd(order);
    if (end !== undefined) {
        return end <= now ? "ended" : end - now <= soonMs ? "soon" : undefined;
    }
    const isOpen = ["placed", "accepted", "cooking", "ready"].includes(order.phase);
    return isOpen && order.due < 0 && lapsedAt(order) !== undefined ? "lapsed" : undefined;
}
