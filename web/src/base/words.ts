// What all screens of staff say; a phase or a flag never appears as the node spells it.
import { catalogue, type TextOf } from "./catalogue";
import type { Order } from "./protocol";
import type en from "./words/en.json";

export type Text = TextOf<typeof en>;

export const { t, counted } = catalogue<typeof en>({
    en: () => import("./words/en.json"),
    es: () => import("./words/es.json"),
    ar: () => import("./words/ar.json"),
});

export function modeText(mode: string): string {
    return t(mode === "take-away" ? "takeAway" : "eatIn");
}

/** "A42", or "A42 / B7" where it was taken at two devices. */
export function numberText(order: Pick<Order, "number" | "numbers">): string {
    return order.numbers.length > 1 ? order.numbers.join(" / ") : order.number;
}

/** "3 s", "5 min": for sentences. */
export function sayAge(ms: number): string {
    const seconds = Math.max(0, Math.round(ms / 1000));
    return seconds < 60
        ? counted("seconds", seconds)
        : counted("minutes", Math.floor(seconds / 60));
}
