// The page's words in the language that it wears.
import { cell } from "./cell";
import { keep, kept } from "./keep";
import { en, type LateWords, type Translation, type Words } from "./words/en";

export const languages = { en: "English", es: "Español", ar: "العربية" } as const;
export type Language = keyof typeof languages;
type Values = Readonly<Record<string, string | number>>;
type All = Words & LateWords;
type Form = { [K in keyof All]: All[K] extends string ? never : K }[keyof All];
export type Text = Exclude<keyof All, Form>;

const rightToLeft: readonly Language[] = ["ar"];

export const language = cell<Language>("en");
let words: Partial<Translation> = en;
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
    const response = await fetch(`/assets/order.${next}-WORDS_HASH.json`); // vite.order.ts
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
    const form = n === 0 && forms?.zero ? forms.zero : (forms?.[plural.select(n)] ?? forms?.other);
    return fill(form ?? "", { n });
}

/** "5 seconds", "2 minutes". */
export function span(ms: number): string {
    const seconds = Math.max(0, Math.round(ms / 1000));
    return seconds < 60
        ? counted("seconds", seconds)
        : counted("minutes", Math.floor(seconds / 60));
}

/** "19:42", as this device writes it; of another day with its date. */
export function clockTime(at: number, now: number): string {
    const isToday = new Date(at).toDateString() === new Date(now).toDateString();
    const format = new Intl.DateTimeFormat(undefined, {
        timeStyle: "short",
        ...(isToday ? {} : { dateStyle: "medium" }),
    });
    return format.format(at);
}
