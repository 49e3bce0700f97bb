// What the owner's sums say: takings, figures, the comparison with Stripe.
import { catalogue, language, type TextOf } from "../base/catalogue";
import { isolating } from "../base/isolate";
import { locale } from "../base/locale";
import type en from "./sums-words/en.json";

export type Text = TextOf<typeof en>;

export const { t, counted } = isolating(
    catalogue<typeof en>({
        en: () => import("./sums-words/en.json"),
        es: () => import("./sums-words/es.json"),
        ar: () => import("./sums-words/ar.json"),
    }),
);

/** "3 open, 2 handed over". */
export function listed(parts: readonly string[]): string {
    return new Intl.ListFormat(language.value, { type: "unit" }).format(parts);
}

/** "31%" of 0.31. */
export function percentText(part: number): string {
    return new Intl.NumberFormat(locale(), { style: "percent" }).format(part);
}
