// What the customers' page says in another language, from the tables that it reads itself.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export type Language = "es" | "ar";
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

export interface Said {
    /** A sentence of the table; what is not among @values may be anything. */
    text(name: string, values?: Record<string, string>): RegExp;
    /** The form that the language has for that number. */
    counted(name: string, n: number): RegExp;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function matching(text: string, values: Record<string, string>): RegExp {
    const parts = text.split(/\{(\w+)\}/); // words, name, words, name ...
    const pattern = parts.map((part, at) => {
        const value = at % 2 === 0 ? part : values[part];
        return value === undefined ? ".+" : escaped(value);
    });
    return new RegExp(pattern.join(""));
}

export function wordsOf(language: Language): Said {
    const file = resolve(__dirname, `../../web/src/order/words/${language}.json`);
    const table: Record<string, string | Forms> = JSON.parse(readFileSync(file, "utf8"));
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
