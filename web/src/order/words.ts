// The page's words in the language that it wears.
import { cell } from "./cell";
import { keep, kept } from "./keep";
import { en, type LateWords, type Translation, type Words } from "./words/en";

export const languages = { en: "English", es: "Español", ar: "العربية" } as const;
export type Language = keyof typeof languages;
type Values = Readonly<Record<string, string | number>>;
type Form = { [K in keyof Words]: Words[K] extends string ? never : K }[keyof Words];
export type Text = Exclude<keyof Words, Form> | keyof LateWords;

const rightToLeft: readonly Language[] = ["ar"];

export const language = cell<Language>("en");
let words: Words & Partial<Translation> = en;
/** English ones that came later. */
let more: Partial<LateWords> = {};
let plural = new Intl.PluralRules("en");

function isLanguage(text: string): text is Language {
    return text in languages;
}

/** What the person chose, or the first of the browser's that there is. */
function wanted(): Language {
    const asked = [String(kept("language")), ...navigator.languages];
    return asked.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? "en";
}

/** English words of a part of the page that is loaded later. */
export function learn(later: Partial<LateWords>): void {
    more = { ...more, ...later };
}

/** English is in the page; the others are asked for. */
async function fetchWords(next: Language): Promise<Translation> {
    const response = await fetch(`/order.${next}.json`);
    return response.ok ? response.json() : Promise.reject(new Error(next));
}

async function load(next: Language): Promise<void> {
    words = next === "en" ? en : await fetchWords(next);
    plural = new Intl.PluralRules(next);
    document.documentElement.lang = next;
    document.documentElement.dir = rightToLeft.includes(next) ? "rtl" : "ltr";
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

function fill(text: string, values: Values): string {
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export function t(name: Text, values: Values = {}): string {
    return fill(words[name] ?? more[name as keyof LateWords] ?? "", values);
}

/** What is on a menu: "vegan", "nuts". */
export function menuWord(word: keyof Translation): string {
    const texts: Partial<Record<string, unknown>> = words;
    return String(texts[word] ?? word);
}

/** With the form that the language has for that number. */
export function counted(name: Form, n: number): string {
    const forms = words[name];
    const form = n === 0 && forms.zero ? forms.zero : (forms[plural.select(n)] ?? forms.other);
    return fill(form, { n });
}

/** "5 seconds", "2 minutes". */
export function span(ms: number): string {
    const seconds = Math.max(0, Math.round(ms / 1000));
    return seconds < 60
        ? counted("seconds", seconds)
        : counted("minutes", Math.floor(seconds / 60));
}
