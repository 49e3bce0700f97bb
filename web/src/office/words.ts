// The office's words in the language that it wears. Where a part has only English ones yet, it says
// so to the browser (screen.tsx).
import { signal } from "@preact/signals-core";
import ar from "./words/ar.json";
import en from "./words/en.json";
import es from "./words/es.json";

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };
/** A {name} is filled in; an object has a form for each kind of number. */
type Translation = {
    readonly [K in keyof typeof en]: (typeof en)[K] extends string ? string : Forms;
};

export const languages = { en: "English", es: "Español", ar: "العربية" } as const;
export type Language = keyof typeof languages;
export type Values = Readonly<Record<string, string | number>>;
/** Those that stay the same whatever number they tell. */
export type Text = {
    [K in keyof Translation]: Translation[K] extends string ? K : never;
}[keyof Translation];
export type Counted = Exclude<keyof Translation, Text>;

const translations: Readonly<Record<Language, Translation>> = { en, es, ar };
const rightToLeft: readonly Language[] = ["ar"];
const key = "trestle.language.office";

export const language = signal<Language>("en");

function isLanguage(text: string): text is Language {
    return text in languages;
}

/** Storage may be forbidden; then the choice lasts as long as the page. */
function kept(): string {
    try {
        return localStorage.getItem(key) ?? "";
    } catch {
        return "";
    }
}

export function direction(of: Language): "ltr" | "rtl" {
    return rightToLeft.includes(of) ? "rtl" : "ltr";
}

function wear(next: Language): void {
    document.documentElement.lang = next;
    document.documentElement.dir = direction(next);
    language.value = next;
}

/** What the person chose, or the first of the browser's that there is. */
export function restoreLanguage(): void {
    const asked = [kept(), ...navigator.languages].map((tag) => tag.slice(0, 2));
    wear(asked.find(isLanguage) ?? "en");
}

export function chooseLanguage(next: string): void {
    if (!isLanguage(next)) {
        return;
    }
    wear(next);
    try {
        localStorage.setItem(key, next);
    } catch {
        // Kept for this page only.
    }
}

function fill(text: string, values: Values): string {
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export function t(name: Text, values: Values = {}): string {
    return fill(translations[language.value][name], values);
}

/** With the form that the language has for that number, which is {n} in it. */
export function counted(name: Counted, n: number, values: Values = {}): string {
    const forms: Forms = translations[language.value][name];
    const form = forms[new Intl.PluralRules(language.value).select(n)] ?? forms.other;
    return fill(form, { ...values, n });
}

/** "kitchen, pickup and bar", as the language joins them. */
export function listed(names: readonly string[]): string {
    return new Intl.ListFormat(language.value).format(names);
}

/** A moment with its date, as people of that language write it where the browser is at home. */
export function clockText(at: number): string {
    const own = navigator.languages.filter((tag) => tag.startsWith(language.value));
    const style = { dateStyle: "medium", timeStyle: "short" } as const;
    return new Intl.DateTimeFormat([...own, language.value], style).format(at);
}
