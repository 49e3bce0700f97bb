// The languages by their names, and how Intl writes money and times in the one that is worn.
import { type Language, wornNow } from "./language";

export const languages: Readonly<Record<Language, string>> = {
    en: "English",
    es: "Español",
    ar: "العربية",
};

export function isLanguage(text: string): text is Language {
    return text in languages;
}

/** For Intl: the language as it is written where the browser is at home. Digits are those of the
 * menu, of the tickets and of every key that is pressed. */
export function locale(): string {
    const language = wornNow();
    const asked = globalThis.navigator?.languages ?? [];
    const home = asked.find((tag) => tag.startsWith(language)) ?? language;
    // The first Intl.Locale takes a slow phone 50 ms: the tag is put together by hand.
    return `${home.split("-u-")[0]}-u-nu-latn`;
}
