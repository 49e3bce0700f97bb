// Why the node would not do something. It says so in English: what people often meet has a sentence
// in other languages, by its stable code; anything else is told as the node says it.
import type { Problem } from "../base/protocol";
import { t } from "../base/words";

const known = [
    ...(["not_found", "forbidden", "needs_manager", "full", "io"] as const),
    ...(["busy", "state", "limit"] as const),
    ...(["unavailable", "unauthenticated", "expired", "spoilt"] as const),
];

/** What is wrong at another device only the node can say. */
export function whyText({ code, title, away }: Problem): string {
    const found = away ? undefined : known.find((one) => one === code);
    return found === undefined ? title : t(`why_${found}`, { title });
}
