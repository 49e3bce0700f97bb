// What a page says in another language, from the tables that it reads itself.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export type Language = "en" | "es" | "ar";
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

export interface Said {
    /** A sentence of the table; what is not among @values may be anything. */
    text(name: string, values?: Record<string, string>): RegExp;
    /** The form that the language has for that number. */
    counted(name: string, n: number): RegExp;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What keeps a name in the direction of its own. */
const apart = "[\u2068\u2069]*";

function matching(text: string, values: Record<string, string>): RegExp {
    const parts = text.replace(/<\/?b>/g, "").split(/\{(\w+)\}/); // words, name, words, name ...
    const pattern = parts.map((part, at) => {
        if (at % 2 === 0) {
            return escaped(part);
        }
        const value = values[part];
        return value === undefined ? ".+" : apart + escaped(value) + apart;
    });
    return new RegExp(pattern.join(""));
}

type Table = Record<string, string | Forms>;

/** Those of the customers' page. */
const customers = ["order/words"];
/** Those of the counter, and what all screens of staff say. */
export const counterWords = ["counter/words", "counter/later-words"];
export const staffWords = ["base/words"];

function read(place: string, language: Language): Table {
    const file = resolve(__dirname, `../../web/src/${place}/${language}.json`);
    return JSON.parse(readFileSync(file, "utf8"));
}

/** @param places where under web/src its tables lie */
export function wordsOf(language: Language, places: readonly string[] = customers): Said {
    const tables = places.map((place) => read(place, language));
    const table: Table = Object.assign({}, ...tables);
    const plural = new Intl.PluralRules(language);
    return {
        text(name, values = {}) {
            const text = table[name];
            if (typeof text !== "string") {
                throw new Error(`${language}.json has no sentence ${name}`);
            }
            return matching(text, values);
        },
        counted(name, n) {
            const forms = table[name];
            if (typeof forms !== "object") {
                throw new Error(`${language}.json has no forms of ${name}`);
            }
            return matching(forms[plural.select(n)] ?? forms.other, { n: String(n) });
        },
    };
}
