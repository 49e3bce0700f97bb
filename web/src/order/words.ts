// The page's words in the language that it wears.
import {
    fill,
    firstOf,
    followLanguage,
    formOf,
    type Language,
    type Values,
    wearOn,
} from "../base/language";
import { isLanguage, languages, locale } from "../base/locale";
import { cell } from "./cell";
import { keep, kept } from "./keep";
import { en, type LateWords, type Translation, type Words } from "./words/en";

export { languages };

type All = Words & LateWords;
type Form = { [K in keyof All]: All[K] extends string ? never : K }[keyof All];
export type Text = Exclude<keyof All, Form>;

export const language = cell<Language>("en");
let words: Partial<Translation> = en;
/** English ones that came later. */
let more: Partial<LateWords> = {};

followLanguage(() => language.value);

/** What the person chose, or the first of the browser's that there is. */
function wanted(): Language {
    return firstOf([String(kept("language")), ...navigator.languages]);
}

/** English words of a part of the page that is loaded later. */
export function learn(later: Partial<LateWords>): void {
    more = { ...more, ...later };
}

/** English is in the page; the others are asked for. */
async function fetchWords(next: Language): Promise<Translation> {
    const response = await fetch(`/assets/order.${next}-WORDS_HASH.json`); // vite.order.ts
    return response.ok ? response.json() : Promise.reject(new Error(next));
}

async function load(next: Language): Promise<void> {
    words = next === "en" ? en : await fetchWords(next);
    wearOn(document.documentElement, next);
    language.value = next;
}

/** Where its words do not come it stays as it is. */
export async function speak(next: Language = wanted()): Promise<void> {
    await load(next).catch(() => undefined);
}

export function chooseLanguage(next: string): void {
    if (isLanguage(next)) {
        keep("language", next);
        void speak(next);
    }
}

const find = <K extends keyof All>(name: K): All[K] | undefined =>
    (words as Partial<All>)[name] ?? (more as Partial<All>)[name];

export function t(name: Text, values: Values = {}): string {
    return fill(find(name) ?? "", values);
}

/** What is on a menu: "vegan", "nuts". */
export function menuWord(word: keyof Translation): string {
    const texts: Partial<Record<string, unknown>> = words;
    return String(texts[word] ?? word);
}

/** With the form that the language has for that number. */
export function counted(name: Form, n: number): string {
    const forms = find(name);
    return forms ? fill(formOf(forms, n, language.value), { n }) : "";
}

/** "5 seconds", "2 minutes". */
export function span(ms: number): string {
    const seconds = Math.max(0, Math.round(ms / 1000));
    return seconds < 60
        ? counted("seconds", seconds)
        : counted("minutes", Math.floor(seconds / 60));
}

/** "19:42"; of another day with its date. */
export function clockTime(at: number, now: number): string {
    const isToday = new Date(at).toDateString() === new Date(now).toDateString();
    const format = new Intl.DateTimeFormat(locale(), {
        timeStyle: "short",
        ...(isToday ? {} : { dateStyle: "medium" }),
    });
    return format.format(at);
}
