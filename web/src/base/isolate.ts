// What is named inside a sentence, in the direction of its own.
import { language, type Speaker } from "./catalogue";
import type { Values } from "./language";

const arabic = /[\u0590-\u08ff]/;

/** It does not turn the sentence round, nor is it turned round by it. */
function isolated(value: string | number): string | number {
    const isMixed = typeof value === "string" && (language.value === "ar" || arabic.test(value));
    return isMixed ? `\u2068${value}\u2069` : value;
}

function isolate(values: Values = {}): Values {
    return Object.fromEntries(Object.entries(values).map(([name, it]) => [name, isolated(it)]));
}

/** The same, with each name in the direction of its own. */
export function isolating<W>({ t, counted }: Speaker<W>): Speaker<W> {
    return {
        t: (name, values) => t(name, isolate(values)),
        counted: (name, n, values) => counted(name, n, isolate(values)),
    };
}
