// What this phone remembers over a reload. Storage may be forbidden; then it lasts as long as the
// page does.

const memory = new Map<string, string>();
const name = (key: string): string => `trestle.order.${key}`;

export function keep(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    memory.set(key, text);
    try {
        localStorage.setItem(name(key), text);
    } catch {
        // For this page only.
    }
}

function read(key: string): string | null {
    try {
        return localStorage.getItem(name(key)) ?? memory.get(key) ?? null;
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
