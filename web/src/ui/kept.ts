// What a screen keeps over a reload, because somebody chose it there.
import { effect, type Signal, signal } from "@preact/signals-core";

/**
 * Storage may be forbidden; then a choice lasts as long as the page.
 * @param first what the page's address asks for; null: what was kept
 */
export function kept(name: string, first: string | null): Signal<string> {
    const key = `trestle.${name}`;
    const chosen = signal(first ?? read(key));
    effect(() => {
        const value = chosen.value;
        try {
            localStorage.setItem(key, value);
        } catch {
            // Kept for this page only.
        }
    });
    return chosen;
}

function read(key: string): string {
    try {
        return localStorage.getItem(key) ?? "";
    } catch {
        return "";
    }
}
