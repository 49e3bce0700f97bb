// What staff's screens say, in the language that whoever works here chose. A catalogue is a file
// for each language, fetched before it is spoken: a page loads the words of one language alone.
import { signal } from "@preact/signals-core";
import {
    type Forms,
    fill,
    firstOf,
    followLanguage,
    formOf,
    type Language,
    type Values,
    wearOn,
} from "./language";
import { person } from "./person";

/** Names, each with a sentence or with its forms. */
type Wording = Readonly<Record<string, string | Forms>>;
/** The same names in another language, which may have more forms. */
type Translation<W> = { readonly [K in keyof W]: W[K] extends string ? string : Forms };
type Reader<W> = () => Promise<{ readonly default: Translation<W> }>;

export type TextOf<W> = { [K in keyof W]: W[K] extends string ? K : never }[keyof W];
export type CountedOf<W> = Exclude<keyof W, TextOf<W>>;

export interface Speaker<W> {
    /** The sentence of that name, with its {name}s filled in. */
    t(name: TextOf<W>, values?: Values): string;
    /** With the form that the language has for that number, which is {n} in it. */
    counted(name: CountedOf<W>, n: number, values?: Values): string;
}

/** The language that the screen wears: all its words are here. */
export const language = signal<Language>("en");
followLanguage(() => language.value);

type Load = (language: Language) => Promise<unknown>;
const loads: Load[] = [];

/**
 * @param W what the English file says: `typeof en`
 * @param read one file per language, each by an import of its own
 */
export function catalogue<W>(read: Readonly<Record<Language, Reader<W>>>): Speaker<W> {
    const here = new Map<Language, Wording>();
    loads.push(async (wanted) => {
        here.set(wanted, (await read[wanted]()).default as unknown as Wording);
    });
    const say = (name: keyof W, n: number, values: Values): string => {
        const found = here.get(language.value)?.[name as string] ?? "";
        const text = typeof found === "string" ? found : formOf(found, n, language.value);
        return fill(text, values);
    };
    return {
        t: (name, values = {}) => say(name, 0, values),
        counted: (name, n, values) => say(name, n, { ...values, n }),
    };
}

/** The words of that language in every catalogue that is known by now; rejects when some do not
 * come. */
export function learn(wanted = language.peek()): Promise<unknown> {
    return Promise.all(loads.map((load) => load(wanted)));
}

/** Where a choice is kept: for the person who works here, then for the device. */
export function places(): string[] {
    const now = person.peek();
    const device = "trestle.language";
    return now === null ? [device] : [`${device}.${now.staff}`, device];
}

/** Storage may be forbidden; then a choice lasts as long as the page. */
function kept(): string[] {
    try {
        return places().map((place) => localStorage.getItem(place) ?? "");
    } catch {
        return [language.peek()];
    }
}

let newest: Language;

/** Speaks it once its words are here; of several that were asked for the last one wins. Rejects,
 * and changes nothing, when they do not come. */
export async function wear(next: Language): Promise<void> {
    newest = next;
    await learn(next);
    if (newest === next) {
        wearOn(document.documentElement, next);
        language.value = next;
    }
}

/** What the person chose, or the device; or what the browser asks for. */
export function wanted(): Language {
    return firstOf([...kept(), ...navigator.languages]);
}

/** To be called once, before anything is drawn: resolves when there are words to draw with. They
 * come from where the page came from a moment ago, and are asked for until they are here. */
export function speak(): Promise<void> {
    return wear(wanted()).catch(async () => {
        await new Promise((resolve) => setTimeout(resolve, 1_000)); // ms
        return speak();
    });
}
