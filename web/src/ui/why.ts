// Why the node would not do something. It says so in English; screens know its codes, and say them
// in the language that is worn. One that is newer than the screen is told as the node says it.
import type { Problem } from "../base/protocol";
import { t } from "../base/words";

/** What is wrong at another device only the node can say. */
export function whyText({ code, title, away }: Problem): string {
    return away ? title : t(`why_${code}`, { title }) || title;
}
