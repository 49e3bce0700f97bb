// What all parts of the office say; what some say alone is in tables of their own (*-words.ts).
import { catalogue, language, type TextOf } from "../base/catalogue";
import { locale } from "../base/locale";
import type en from "./words/en.json";

export type { Values } from "../base/language";
export { language };
export type Text = TextOf<typeof en>;

export const { t, counted } = catalogue<typeof en>({
    en: () => import("./words/en.json"),
    es: () => import("./words/es.json"),
    ar: () => import("./words/ar.json"),
});

/** "kitchen, pickup and bar", as the language joins them. */
export function listed(names: readonly string[]): string {
    return new Intl.ListFormat(language.value).format(names);
}

/** A moment with its date, as people of that language write it where the browser is at home. */
export function clockText(at: number): string {
    const style = { dateStyle: "medium", timeStyle: "short" } as const;
    return new Intl.DateTimeFormat(locale(), style).format(at);
}
