// What banks hold for an order, and when they let go: by the bank's own moment, as a gateway heard
// it. No gateway need run for a screen to say so.
import { dateText } from "./date";
import type { Order } from "./protocol";
import { t } from "./words";

const soonMs = 12 * 3600 * 1000;

const payments = ({ provider }: Order) => provider?.payments ?? [];

type Time = "ends_at" | "lapsed_at";

const times = (order: Order, which: Time): number[] =>
    payments(order).flatMap(({ [which]: at }) => at ?? []);

/** ms since 1970 at which the first of its holds ends; Infinity: none, or nobody heard it yet. */
const endOf = (order: Order): number => Math.min(...times(order, "ends_at"));

/** When the last of its holds ended that nobody took in time; 0: nothing is owed for it, or a bank
 * holds or paid something since. */
function lapseOf(order: Order): number {
    const isPaidAnew = payments(order).some(({ held, received }) => held + received > 0);
    return order.due >= 0 || isPaidAnew ? 0 : Math.max(0, ...times(order, "lapsed_at"));
}

/** A sentence for staff; "" where there is nothing to tell. */
export function bankText(order: Order, now: number): string {
    const end = endOf(order);
    const lapse = lapseOf(order);
    if (end < Infinity) {
        return t(end > now ? "bankHolds" : "bankEnded", { at: dateText(end) });
    }
    return lapse > 0 ? t("bankLapsed", { at: dateText(lapse) }) : "";
}

/** "undecided", "uncharged": it ends soon; the kitchen has not taken the order yet, or has. */
export type HoldNews = "undecided" | "uncharged" | "ended" | "lapsed";

const over = ["draft", "cancelled", "refused"];

/** Why somebody must look at it now; undefined: nobody must. Of a draft, of what was cancelled or
 * refused, and where nothing is owed, a hold is meant to end. */
export function holdNews(order: Order, now: number): HoldNews | undefined {
    const { due, phase } = order;
    if (due >= 0 || over.includes(phase)) {
        return undefined;
    }
    const end = endOf(order);
    if (end > now + soonMs) {
        return lapseOf(order) > 0 ? "lapsed" : undefined;
    }
    return end <= now ? "ended" : phase === "placed" ? "undecided" : "uncharged";
}
