// The languages that screens speak, and how a sentence of one is put together. The customers' page
// needs no more than this; staff's screens load their sentences (catalogue.ts).

const all = ["en", "es", "ar"] as const;
export type Language = (typeof all)[number];

/** A sentence in a form for each kind of number, which is {n} in it. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };
export type Values = Readonly<Record<string, string | number>>;

let worn = (): Language => "en";

/** From where money and times know the language: it is read again at each use. */
export function followLanguage(from: () => Language): void {
    worn = from;
}

export const wornNow = (): Language => worn();

/** The first that there is of what was asked for: "es-MX", "fr", ""; English when none is. */
export function firstOf(asked: readonly string[]): Language {
    return asked.flatMap((tag) => all.filter((each) => tag.startsWith(each)))[0] ?? "en";
}

export const direction = (of: Language): "ltr" | "rtl" => (of === "ar" ? "rtl" : "ltr");

/** Tells the browser: how it reads aloud, hyphenates, and where a line begins. */
export function wearOn(root: HTMLElement, language: Language): void {
    root.lang = language;
    root.dir = direction(language);
}

/** A {name} is filled in; what is not told is left out. */
export function fill(text: string, values: Values): string {
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The form that the language has for that number; one for none where there is one. */
export function formOf(forms: Forms, n: number, language: Language): string {
    return (
        (n === 0 && forms.zero) || forms[new Intl.PluralRules(language).select(n)] || forms.other
    );
}
