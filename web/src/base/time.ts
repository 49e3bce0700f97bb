/** "4:07", "61:30": minutes are never folded into hours, a ticket's age is read in minutes. */
export function formatAge(ms: number): string {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export type Lateness = "fresh" | "late" | "very-late";

/** Late after the pop-up's limit, very late after twice that. */
export function lateness(ms: number, lateAfterSeconds: number): Lateness {
    const seconds = ms / 1000;
    if (seconds < lateAfterSeconds) {
        return "fresh";
    }
    return seconds < 2 * lateAfterSeconds ? "late" : "very-late";
}
