// What the counter says beyond what all screens of staff say.
import { catalogue } from "../base/catalogue";
import { isolating } from "../base/isolate";
import type { MenuItem } from "../base/protocol";
import type en from "./words/en.json";

export const { t, counted } = isolating(
    catalogue<typeof en>({
        en: () => import("./words/en.json"),
        es: () => import("./words/es.json"),
        ar: () => import("./words/ar.json"),
    }),
);

/** "A, B, C". */
export function listed(names: readonly string[]): string {
    return names.join(t("comma"));
}

/** "vegan, halal": what is on a menu, one after the other. */
export function menuWords(words: MenuItem["diet"] | MenuItem["allergens"]): string {
    return listed(words.map((word) => t(word)));
}
