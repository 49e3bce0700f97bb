// What the counter says beyond what all screens of staff say.
import { catalogue, language, type Speaker } from "../base/catalogue";
import type { Values } from "../base/language";
import type { MenuItem } from "../base/protocol";
import type en from "./words/en.json";

const arabic = /[\u0590-\u08ff]/;

/** What is named inside a sentence does not turn it round, nor is turned round by it. */
function isolated(value: string | number): string | number {
    const isMixed = typeof value === "string" && (language.value === "ar" || arabic.test(value));
    return isMixed ? `\u2068${value}\u2069` : value;
}

function isolate(values: Values = {}): Values {
    return Object.fromEntries(Object.entries(values).map(([name, it]) => [name, isolated(it)]));
}

/** The same, with each name in the direction of its own. */
export function isolating<W>({ t, counted }: Speaker<W>): Speaker<W> {
    return {
        t: (name, values) => t(name, isolate(values)),
        counted: (name, n, values) => counted(name, n, isolate(values)),
    };
}

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
