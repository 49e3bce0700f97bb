// When something was, in sentences for staff.

/** "22 Nov 2026, 19:42", as this device writes it. */
export function dateText(at: number): string {
    return new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
