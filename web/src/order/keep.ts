// What this phone remembers over a reload. Storage may be forbidden; then it lasts as long as the
// page does. At a kiosk nothing is written down: it is the next guest's, too.
import { isKiosk } from "./kiosk";

const memory = new Map<string, string>();
const name = (key: string): string => `trestle.order.${key}`;

export function keep(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    memory.set(key, text);
    try {
        if (!isKiosk) {
            localStorage.setItem(name(key), text);
        }
    } catch {
        // For this page only.
    }
}

function read(key: string): string | null {
    try {
        const stored = isKiosk ? null : localStorage.getItem(name(key));
        return stored ?? memory.get(key) ?? null;
    } catch {
        return memory.get(key) ?? null;
    }
}

/** undefined when there is none, or when it is none of ours. */
export function kept(key: string): unknown {
    try {
        return JSON.parse(read(key) ?? "null") ?? undefined;
    } catch {
        return undefined;
    }
}

/** What the page itself remembers. */
export function forget(): void {
    memory.clear();
}
