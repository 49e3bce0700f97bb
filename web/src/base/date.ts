// When something was, in sentences for staff.
import { locale } from "./locale";

/** "22 Nov 2026, 19:42", as the language that the screen speaks writes it. */
export function dateText(at: number): string {
    return new Date(at).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" });
}

/** "19:42". */
export function timeText(at: number): string {
    return new Date(at).toLocaleTimeString(locale(), { timeStyle: "short" });
}
